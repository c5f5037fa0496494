"""Translate dates as people write them, "thu 5 mar 1998", to "1998-03-05", and see where the network looks.

python examples/dates_seq2seq.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from common import options, save

import pynn
from pynn import data, models, nn, text

BATCH, SHOWN = 64, 4


def train(
    model: models.Seq2Seq, source: text.Padded, target: text.Padded, epochs: int, lr: float = 3e-3
) -> None:
    """Every letter from those before it: what the model wrote itself is not read in training."""
    pieces = data.TensorDataset(source.tokens, source.lengths, target.tokens)
    loader = data.DataLoader(pieces, BATCH, shuffle=True)
    optimizer = pynn.optim.Adam(model.parameters(), lr=lr)
    schedule = pynn.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=epochs * len(loader))
    for epoch in range(epochs):
        total = 0.0
        for read, lengths, written in loader:
            optimizer.zero_grad()
            scores, _ = model(read, written[:, :-1], lengths)
            loss = nn.functional.cross_entropy(scores.flatten(0, 1), written[:, 1:].flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}  loss {total / len(loader):.4f}", flush=True)


def draw(written: list[str], found: list[str], attention: list[pynn.Tensor], accuracy: float) -> plt.Figure:
    """A row for each letter that was written: how much it looked at each letter that was read."""
    figure, axes = plt.subplots(2, 2, figsize=(13, 8), layout="constrained")
    for ax, source, target, weights in zip(axes.flat, written, found, attention, strict=True):
        ax.imshow(weights[: len(target), : len(source)].numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
        ax.set_xticks(range(len(source)), list(source), family="monospace", fontsize=11)
        ax.set_yticks(range(len(target)), list(target), family="monospace", fontsize=11)
        ax.set_title(f"{source}  →  {target}", family="monospace", fontsize=12)
        ax.set(xlabel="read", ylabel="written")
    figure.suptitle(f"Attention of a translator of dates: {accuracy:.1f} % of new dates right", fontsize=15)
    return figure


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    written, iso = data.make_dates(500 if chosen.quick else 10_000, generator=0)
    held_out = len(written) // 10
    read_with = text.CharVocabulary(written, pad="<pad>")
    write_with = text.CharVocabulary(iso, bos="<bos>", eos="<eos>")
    source = text.pad_batch([read_with.encode(line) for line in written], pad=read_with["<pad>"])
    target = text.pad_batch([write_with.encode(line, bos=True, eos=True) for line in iso])

    model = models.Seq2Seq(
        len(read_with), len(write_with), hidden=64, bos=write_with["<bos>"], eos=write_with["<eos>"]
    )
    parts = [text.Padded(*(part[held_out:] for part in padded)) for padded in (source, target)]
    train(model, *parts, epochs=2 if chosen.quick else 8)

    decoded = model.decode(source.tokens[:held_out], source.lengths[:held_out], max_length=12)
    found = [write_with.decode(best.tokens) for best in decoded]
    accuracy = 100 * sum(map(str.__eq__, found, iso)) / held_out
    print(f"right translations of {held_out} new dates: {accuracy:.1f} %")
    spread = sorted(range(held_out), key=lambda i: -len(written[i]))[:: held_out // SHOWN][:SHOWN]
    shown = ([texts[i] for i in spread] for texts in (written, found, [best.attention for best in decoded]))
    save(draw(*shown, accuracy), chosen.out)
