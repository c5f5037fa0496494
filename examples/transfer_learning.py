"""Learn digits 0 to 4 from many samples, then 5 to 9 from a few: what was learned first saves steps.

Images this small are soon learned from nothing, too: the picture shows where that catches up.

python examples/transfer_learning.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import copy

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, nn
from pynn.vision import transforms


def new_body() -> nn.Sequential:
    """What sees: an image becomes 256 numbers."""

    def block(before: int, after: int) -> tuple[nn.Module, ...]:
        return nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()

    return nn.Sequential(
        *block(1, 32), *block(32, 32), nn.MaxPool2d(2),
        *block(32, 64), *block(64, 64), nn.AdaptiveAvgPool2d(2), nn.Flatten(),
    )  # fmt: skip


def turned(x: pynn.Tensor, y: pynn.Tensor) -> tuple[pynn.Tensor, pynn.Tensor]:
    """Five digits turned four ways, 20 classes: who tells them apart looks at more than five digits ask for.

    Source: Gidaris, Singh & Komodakis 2018, Unsupervised representation learning by predicting rotations.
    """
    quarters = [x, x.transpose(2, 3).flip(3), x.flip((2, 3)), x.transpose(2, 3).flip(2)]
    return pynn.cat(quarters), pynn.cat([y + 5 * k for k in range(4)])


def train(
    body: nn.Module, head: nn.Module, groups: list[dict], x: pynn.Tensor, y: pynn.Tensor, steps: int
) -> None:
    """So many steps of Adam on the parameters in `groups`, each with a learning rate of its own."""
    optimizer = pynn.optim.Adam(groups)
    augment = transforms.RandomAffine(degrees=10, translate=(0.1, 0.1), scale=(0.9, 1.1))
    # A frozen body is frozen whole: in training mode, batch norm would go on averaging.
    body.train(any(p.requires_grad for p in body.parameters()))
    for _ in range(steps):
        batch = pynn.randint(0, len(x), (64,))
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(head(body(augment(x[batch]))), y[batch])
        loss.backward()
        optimizer.step()


def accuracy(body: nn.Module, head: nn.Module, x: pynn.Tensor, y: pynn.Tensor) -> float:
    """The share of x that is told right."""
    return (nn.Sequential(body, head).predict(x).argmax(1) == y).float().mean().item()


def from_scratch(x: pynn.Tensor, y: pynn.Tensor, steps: int) -> tuple[nn.Module, nn.Module]:
    """A network that knows nothing yet."""
    body, head = new_body(), nn.Linear(256, 5)
    train(body, head, [{"params": [*body.parameters(), *head.parameters()], "lr": 2e-3}], x, y, steps)
    return body, head


def new_head(known: nn.Module, x: pynn.Tensor, y: pynn.Tensor, steps: int) -> tuple[nn.Module, nn.Module]:
    """The known body as it is, and a head that learns."""
    body, head = copy.deepcopy(known).requires_grad_(False), nn.Linear(256, 5)
    train(body, head, [{"params": head.parameters(), "lr": 5e-3}], x, y, steps)
    return body, head


def fine_tuned(known: nn.Module, x: pynn.Tensor, y: pynn.Tensor, steps: int) -> tuple[nn.Module, nn.Module]:
    """The known body moves too, in smaller steps than the new head."""
    body, head = copy.deepcopy(known), nn.Linear(256, 5)
    groups = [{"params": body.parameters(), "lr": 1e-3}, {"params": head.parameters(), "lr": 5e-3}]
    train(body, head, groups, x, y, steps)
    return body, head


def features(body: nn.Sequential, x: pynn.Tensor) -> np.ndarray:
    """What the last convolution says of x, read by a hook, the mean over places: `(N, 64)`."""
    seen = []
    last = [layer for layer in body if isinstance(layer, nn.ReLU)][-1]
    handle = last.register_forward_hook(lambda module, inputs, output: seen.append(output.mean((2, 3))))
    body.predict(x)
    handle.remove()
    return pynn.cat(seen).numpy()


def plane(x: np.ndarray) -> np.ndarray:
    """The first two principal components, `(N, 2)`."""
    x = x - x.mean(0)
    return x @ np.linalg.svd(x, full_matrices=False)[2][:2].T


def compare(
    known: nn.Module, parts: list[pynn.Tensor], plans: list[tuple[int, int]], runs: int
) -> dict[str, np.ndarray]:
    """Test accuracies of the three ways, `(runs, plans)`; a plan is (samples of each digit, steps)."""
    x, x_test, y, y_test = parts
    ways = {
        "from scratch": from_scratch,
        "new head on a frozen body": lambda *given: new_head(known, *given),
        "fine-tuned": lambda *given: fine_tuned(known, *given),
    }
    results = {name: np.zeros((runs, len(plans))) for name in ways}
    for run in range(runs):
        order = np.random.default_rng(run).permutation(len(x))
        for column, (count, steps) in enumerate(plans):
            of_each = [order[y.numpy()[order] == digit][:count] for digit in range(5)]
            some = pynn.tensor(np.concatenate(of_each))
            for name, way in ways.items():
                results[name][run, column] = accuracy(*way(x[some], y[some], steps), x_test, y_test)
    for column, (count, steps) in enumerate(plans):
        each = ", ".join(f"{name} {100 * values[:, column].mean():.1f} %" for name, values in results.items())
        print(f"{count} of each of 5 to 9, {steps} steps: {each}", flush=True)
    return results


def curves(axes: plt.Axes, places: list[int], results: dict[str, np.ndarray], **labels: str) -> None:
    """The mean of the runs, and from the least to the greatest."""
    for (name, values), color in zip(results.items(), ["#6b7280", "#f59e0b", "#2563eb"], strict=True):
        axes.fill_between(places, 100 * values.min(0), 100 * values.max(0), color=color, alpha=0.15, lw=0)
        axes.plot(places, 100 * values.mean(0), "o-", color=color, label=name)
    axes.set_xscale("log")
    axes.set_xticks(places, places)
    axes.minorticks_off()
    axes.set(ylabel="test accuracy in %", **labels)
    axes.legend(loc="lower right")
    axes.grid(alpha=0.3)


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    x, y = data.load_digits(images=True)
    x, old = x / 16, y < 5
    parts = data.train_test_split(x[~old], y[~old] - 5, test_size=0.5, stratify=y[~old], seed=0)

    known, head = new_body(), nn.Linear(256, 20)
    everything = [{"params": [*known.parameters(), *head.parameters()], "lr": 2e-3}]
    train(known, head, everything, *turned(x[old], y[old]), steps=20 if chosen.quick else 500)
    print(f"learned 0 to 4 from {int(old.sum().item())} samples", flush=True)

    few, lengths = ([1, 5], [5, 10]) if chosen.quick else ([1, 2, 5, 10, 30], [10, 20, 40, 80, 160])
    runs = 1 if chosen.quick else 4
    by_samples = compare(known, parts, [(count, lengths[1]) for count in few], runs)
    by_steps = compare(known, parts, [(5, steps) for steps in lengths], runs)

    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 5), layout="constrained")
    figure.suptitle(
        "Transfer learning: a network that knows the digits 0 to 4 learns 5 to 9 in fewer steps", fontsize=15
    )
    curves(left, few, by_samples, xlabel="samples of each digit", title=f"after {lengths[1]} steps")
    curves(middle, lengths, by_steps, xlabel="steps", title="5 samples of each digit")
    seen, labels = plane(features(known, parts[1])), parts[3].numpy()
    for digit in range(5):
        right.scatter(
            *seen[labels == digit].T, s=12, color=plt.cm.tab10(digit), label=str(digit + 5), alpha=0.7
        )
    right.set(xticks=[], yticks=[], xlabel="first principal component", ylabel="second")
    right.set_title("5 to 9 as the network that knows 0 to 4 sees them")
    right.legend(title="digit")
    save(figure, chosen.out)
