"""What an RNN forgets and LSTM and GRU remember: the adding problem, the copy task, and why.

The gradient tells: how much the loss at the end depends on what was read at each time. Through an RNN it
vanishes on its way back.

python examples/memory_tasks.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, nn

F = nn.functional
HIDDEN, BATCH = 64, 64
CELLS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
COLORS = {"RNN": "#dc2626", "LSTM": "#2563eb", "GRU": "#059669"}
LENGTH, SYMBOLS, KEPT, DELAY = 60, 4, 3, 25  # of the adding problem; of the copy task

Batch = tuple[pynn.Tensor, pynn.Tensor]


class Reader(nn.Module):
    """A recurrent layer, and a linear one that answers at every step."""

    def __init__(self, cell: str, features: int, answers: int) -> None:
        super().__init__()
        self.rnn = CELLS[cell](features, HIDDEN)
        self.output = nn.Linear(HIDDEN, answers)
        if cell == "LSTM":  # the forget gate begins open: Jozefowicz, Zaremba & Sutskever 2015, section 3.2
            self.rnn.bias_ih_l0.detach()[HIDDEN : 2 * HIDDEN] = 2.0

    def forward(self, x: pynn.Tensor) -> pynn.Tensor:
        """Answers `(N, T, answers)`."""
        return self.output(self.rnn(x)[0])


def adding(count: int) -> Batch:
    """Numbers and marks, and the sum of the two that are marked."""
    return data.make_adding(count, LENGTH)


def adding_loss(y: pynn.Tensor, target: pynn.Tensor) -> pynn.Tensor:
    """The squared error of the sum, which is asked for at the last step."""
    return F.mse_loss(y[:, -1, 0], target)


def copying(count: int) -> Batch:
    """Symbols to keep, then silence; and the same symbols, at the end."""
    x, y = data.make_copy(count, KEPT, DELAY, SYMBOLS)
    return F.one_hot(x, SYMBOLS + 2).float(), y


def copying_loss(y: pynn.Tensor, target: pynn.Tensor) -> pynn.Tensor:
    """The cross-entropy of the symbols to be copied, which are asked for in the last steps."""
    return F.cross_entropy(y[:, -KEPT:].flatten(0, 1), target[:, -KEPT:].flatten())


def gradient_over_time(model: Reader, batch: Batch, loss: Callable[..., pynn.Tensor]) -> np.ndarray:
    """|d loss / d x_t| of each time, the mean over sequences."""
    x, y = batch
    x = x.clone().requires_grad_()
    loss(model(x), y).backward()
    return (len(x) * x.grad).norm(axis=2).mean(0).numpy()


def learn(
    model: Reader, draw_batch: Callable[[int], Batch], loss: Callable[..., pynn.Tensor], steps: int
) -> list[float]:
    """Adam on new sequences at every step; the losses."""
    optimizer = pynn.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(steps):
        x, y = draw_batch(BATCH)
        optimizer.zero_grad()
        error = loss(model(x), y)
        error.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(error.item())
    return losses


def smooth(losses: list[float]) -> np.ndarray:
    """The running mean of a fiftieth of all."""
    width = max(1, len(losses) // 50)
    return np.convolve(losses, np.full(width, 1 / width), "valid")


TASKS = {
    "adding problem": (adding, adding_loss, 2, 1, 1 / 6, "always 1", "mean squared error"),
    "copy task": (
        copying, copying_loss, SYMBOLS + 2, SYMBOLS + 1, float(np.log(SYMBOLS)), "guessing", "cross-entropy"
    ),
}  # fmt: skip

if __name__ == "__main__":
    chosen = options(__doc__, steps=2000)
    steps = 20 if chosen.quick else chosen.steps
    figure, axes = plt.subplots(2, 2, figsize=(12, 8), layout="constrained")
    for (task, (batch, loss, features, answers, chance, who, unit)), (left, right) in zip(
        TASKS.items(), axes, strict=True
    ):
        last = {}
        for cell in CELLS:
            pynn.manual_seed(0)
            model = Reader(cell, features, answers)
            before = gradient_over_time(model, batch(BATCH), loss)
            losses = learn(model, batch, loss, steps)
            after = gradient_over_time(model, batch(BATCH), loss)
            left.plot(smooth(losses), color=COLORS[cell], label=cell)
            right.plot(before, color=COLORS[cell], ls=":", label=f"{cell} before")
            right.plot(after, color=COLORS[cell], label=f"{cell} after learning")
            last[cell] = float(np.mean(losses[-100:]))
            print(f"{task}, {cell}: loss {last[cell]:.4f}", flush=True)
        print(
            f"{task}: " + ", ".join(f"{c} {v:.4f}" for c, v in last.items()) + f"; {who} {chance:.4f}",
            flush=True,
        )
        left.axhline(chance, color="black", ls="--", lw=1, label=f"{who}: {chance:.2f}")
        left.set(yscale="log", xlabel="step", ylabel=unit, title=f"{task}: the loss")
        left.legend()
        right.set(yscale="log", xlabel="time t", ylabel="|∂ loss / ∂ x_t|", title=f"{task}: the gradient")
        right.legend(ncols=3, fontsize=8)
        for ax in (left, right):
            ax.grid(alpha=0.3)
    figure.suptitle("Long memory: what lies far back reaches the gradient, or vanishes", fontsize=15)
    save(figure, chosen.out)
