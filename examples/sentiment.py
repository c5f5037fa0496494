"""Does a review praise or blame? A model that only counts words against one that reads them in order.

Half of the reviews are hard: "not bad", or a last word that turns what was said before.

python examples/sentiment.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, nn, text


class WordCounts(nn.Module):
    """The mean of the vectors of all words: their order is lost."""

    def __init__(self, words: int, classes: int = 2) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, 32)
        self.head = nn.Sequential(nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, classes))

    def forward(self, tokens: pynn.Tensor, lengths: pynn.Tensor, mask: pynn.Tensor) -> pynn.Tensor:
        """Scores `(N, classes)` of padded texts `(N, T)`."""
        vectors = self.embed(tokens) * mask.float().unsqueeze(-1)
        return self.head(vectors.sum(1) / lengths.float().unsqueeze(-1))


class Reader(nn.Module):
    """A recurrent network reads word by word; what it knows at the end decides."""

    def __init__(self, words: int, classes: int = 2) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, 32)
        self.read = nn.GRU(32, 64)
        self.head = nn.Linear(64, classes)

    def forward(self, tokens: pynn.Tensor, lengths: pynn.Tensor, mask: pynn.Tensor) -> pynn.Tensor:
        """Scores `(N, classes)` of padded texts `(N, T)`."""
        return self.head(self.read(self.embed(tokens), lengths=lengths)[1][-1])

    def each_word(self, tokens: pynn.Tensor) -> np.ndarray:
        """The probability of praise after each word of one text, `(T,)`."""
        with pynn.no_grad():
            return self.head(self.read(self.embed(tokens.unsqueeze(0)))[0]).softmax(-1)[0, :, 1].numpy()


def batches(encoded: list[list[int]], labels: list[int], shuffle: bool) -> data.DataLoader:
    """Reviews of like lengths together, so that little is filling."""
    order = text.BucketBatchSampler(encoded, 64, shuffle=shuffle)
    return data.DataLoader(
        list(zip(encoded, labels, strict=True)), batch_sampler=order, collate_fn=text.PadCollate()
    )


def outputs(model: nn.Module, loader: data.DataLoader) -> Iterator[tuple[pynn.Tensor, pynn.Tensor]]:
    """Scores and labels, batch by batch."""
    model.eval()
    with pynn.no_grad():
        for (tokens, lengths, mask), labels in loader:
            yield model(tokens, lengths, mask), labels


def accuracy(model: nn.Module, loader: data.DataLoader) -> float:
    """The share that is told right."""
    right = [(scores.argmax(1) == labels).float() for scores, labels in outputs(model, loader)]
    return pynn.cat(right).mean().item()


def learn(model: nn.Module, loader: data.DataLoader, held_out: data.DataLoader, epochs: int) -> list[float]:
    """Train, and say after each epoch what share of the held-out reviews is told right."""
    optimizer = pynn.optim.Adam(model.parameters(), lr=3e-3)
    reached = []
    for _ in range(epochs):
        model.train()
        for (tokens, lengths, mask), labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(tokens, lengths, mask), labels)
            loss.backward()
            optimizer.step()
        reached.append(accuracy(model, held_out))
    return reached


def draw(curves: dict[str, list[float]], shares: dict[str, list[float]], read: list) -> plt.Figure:
    """The curves; easy and hard reviews; and what the reader thinks after each word."""
    colors = dict(zip(curves, ["#f59e0b", "#2563eb"], strict=True))
    figure = plt.figure(figsize=(13, 7.2), layout="constrained")
    best = " and ".join(f"{name} {100 * values[-1]:.1f} %" for name, values in curves.items())
    figure.suptitle(f"Praise or blame? Test reviews told right: {best}", fontsize=15)
    top, bottom = figure.subfigures(2, 1, height_ratios=[1.4, 1])
    left, right = top.subplots(1, 2)
    for i, (name, values) in enumerate(curves.items()):
        left.plot(
            range(1, len(values) + 1), 100 * np.array(values), "o-", color=colors[name], label=name, ms=4
        )
        bars = right.bar(
            np.arange(2) + 0.38 * (i - 0.5), 100 * np.array(shares[name]), 0.36, color=colors[name]
        )
        right.bar_label(bars, fmt="%.1f")
    left.set(xlabel="epoch", ylabel="test accuracy in %", title="all reviews")
    left.legend(loc="lower right")
    left.grid(alpha=0.3)
    right.set(
        ylim=(0, 112), ylabel="test accuracy in %", title="where words suffice, and where order decides"
    )
    right.set_xticks([0, 1], ["easy reviews", "hard reviews"])
    places = np.atleast_1d(bottom.subplots(len(read), 1))
    bottom.suptitle("what the reader thinks after each word: blame (red) or praise (blue)", fontsize=12)
    for axes, (words, praise) in zip(places, read, strict=True):
        axes.imshow(praise[None], cmap="RdBu", vmin=0, vmax=1, aspect="auto")
        for i, word in enumerate(words):
            dark = abs(praise[i] - 0.5) > 0.3
            color = "white" if dark else "#111827"
            axes.text(i, 0, word, ha="center", va="center", fontsize=11, color=color)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    count, epochs = (300, 2) if chosen.quick else (4000, 12)
    reviews, y = data.make_reviews(count, generator=0)
    vocabulary = text.WordVocabulary(reviews, min_freq=2)
    loader = batches([vocabulary.encode(review) for review in reviews], y.tolist(), shuffle=True)

    known = set(reviews)

    def unseen(hard: float, seed: int) -> data.DataLoader:
        """Reviews of which none was learned from."""
        new, labels = data.make_reviews(count // 4, hard=hard, generator=seed)
        kept = [pair for pair in zip(new, labels.tolist(), strict=True) if pair[0] not in known]
        encoded = [vocabulary.encode(review) for review, _ in kept]
        return batches(encoded, [label for _, label in kept], shuffle=False)

    test, easy, hard = unseen(0.5, 1), unseen(0.0, 2), unseen(1.0, 3)
    models = {"counting words": WordCounts(len(vocabulary)), "reading (GRU)": Reader(len(vocabulary))}
    curves, shares = {}, {}
    for name, model in models.items():
        curves[name] = learn(model, loader, test, epochs)
        shares[name] = [accuracy(model, part) for part in (easy, hard)]
        each = " and ".join(f"{100 * share:.1f} %" for share in shares[name])
        print(
            f"{name}: {100 * curves[name][-1]:.1f} % of {len(test.dataset)}; easy and hard {each}", flush=True
        )

    sentences = [
        "the soup was awful , but i loved the bread .",
        "the bread was wonderful , but i hated the soup .",
        "the acting was not bad .",
    ]
    words = [sentence.split() for sentence in sentences]
    reader = models["reading (GRU)"]
    read = [(each, reader.each_word(pynn.tensor(vocabulary.encode(" ".join(each))))) for each in words]
    save(draw(curves, shares, read), chosen.out)
