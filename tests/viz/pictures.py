"""One picture of each kind of pynn.viz, from fixed numbers: what its tests look at.

python tests/viz/pictures.py FOLDER    writes them as PNG, in both themes, to be looked at
python tests/viz/pictures.py --golden  writes golden.npz anew: look at them first
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

import pynn
from pynn import nn, viz
from pynn.nn import functional as F

GOLDEN = Path(__file__).with_name("golden.npz")
ROWS, COLUMNS = 30, 40  # of a golden thumbnail


def moons() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    turn = rng.uniform(0, np.pi, 80)
    above = np.stack([np.cos(turn), np.sin(turn)], 1)
    below = np.stack([1 - np.cos(turn), 0.4 - np.sin(turn)], 1)
    return np.concatenate([above, below]) + rng.normal(scale=0.12, size=(160, 2)), np.repeat([0, 1], 80)


def fixed(model: nn.Module, scale: float = 1.0) -> nn.Module:
    """Weights by a formula: the same wherever random numbers differ."""
    with pynn.no_grad():
        for k, p in enumerate(model.parameters()):
            values = np.sin(np.arange(p.numel()) * 2.39 + k) * scale
            p.copy_(pynn.tensor(values.reshape(p.shape)))
    return model


def classifier() -> nn.Module:
    return fixed(nn.Sequential(nn.Linear(2, 12), nn.Tanh(), nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 2)))


def convolutional() -> nn.Module:
    return fixed(
        nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 12, 3, padding=1),
            nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 10),
        ),
        0.3,
    )  # fmt: skip


def image() -> pynn.Tensor:
    row, column = np.mgrid[0:8, 0:8]
    ring = np.exp(-((np.hypot(row - 3.5, column - 3.5) - 2.4) ** 2))
    return pynn.tensor(ring[None, None])


def watched() -> viz.Watcher:
    x, y = moons()
    model = classifier()
    optimizer = pynn.optim.SGD(model.parameters(), lr=0.3)
    with viz.Watcher(model) as watcher:
        for _ in range(12):
            optimizer.zero_grad()
            F.cross_entropy(model(pynn.tensor(x)), pynn.tensor(y)).backward()
            optimizer.step()
    return watcher


def traced() -> Any:
    model = fixed(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)))
    with pynn.trace() as t:
        F.cross_entropy(model(pynn.ones(5, 3)), pynn.tensor([0, 1, 0, 1, 1])).backward()
    return t


def landscape(theme: str) -> Any:
    x, y = moons()
    model, inputs, targets = classifier(), pynn.tensor(x), pynn.tensor(y)
    return viz.loss_landscape(
        model, lambda: F.cross_entropy(model(inputs), targets), resolution=9, theme=theme
    )


def paths(theme: str) -> Any:
    optimizers = {
        "SGD": lambda p: pynn.optim.SGD(p, lr=0.01),
        "momentum": lambda p: pynn.optim.SGD(p, lr=0.01, momentum=0.9),
        "Adam": lambda p: pynn.optim.Adam(p, lr=0.1),
    }
    return viz.optimizer_paths(
        lambda x, y: (1 - x) ** 2 + 5 * (y - x * x) ** 2, optimizers, (-1.5, 1.5), 40, theme=theme
    )


def vectors() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    centres = rng.normal(size=(9, 16)) * 2
    kinds = np.repeat(np.arange(9), 15)
    return centres[kinds] + rng.normal(scale=0.4, size=(135, 16)), kinds


def attention_weights() -> np.ndarray:
    scores = np.sin(np.arange(72).reshape(2, 6, 6) * 1.7) * 3
    e = np.exp(scores)
    return e / e.sum(-1, keepdims=True)


def curves() -> dict[str, list[float]]:
    epochs = np.arange(30)
    return {
        "loss": list(np.exp(-epochs / 8)),
        "val_loss": list(np.exp(-epochs / 8) + 0.0004 * (epochs - 8) ** 2 + 0.1),
        "accuracy": list(1 - 0.5 * np.exp(-epochs / 6)),
        "val_accuracy": list(0.93 - 0.45 * np.exp(-epochs / 6)),
    }


WORDS = ["the", "cat", "sat", "on", "the", "mat"]
SAID = np.random.default_rng(2).integers(0, 4, 60)
TRUE = np.where(np.arange(60) % 4 == 0, (SAID + 1) % 4, SAID)
PICTURES: dict[str, Callable[[str], Any]] = {
    "network": lambda t: viz.network(classifier(), pynn.zeros(1, 2), theme=t),
    "network of maps": lambda t: viz.network(convolutional(), image(), theme=t),
    "computation graph": lambda t: viz.computation_graph(traced(), theme=t),
    "activations": lambda t: watched().histograms(theme=t),
    "gradients": lambda t: watched().histograms("gradients", theme=t),
    "filters": lambda t: viz.filters(convolutional()[0], theme=t),
    "feature maps": lambda t: viz.feature_maps(convolutional(), image(), "1", theme=t),
    "decision boundary": lambda t: viz.decision_boundary(classifier(), *moons(), resolution=60, theme=t),
    "loss landscape": landscape,
    "optimizer paths": paths,
    "confusion matrix": lambda t: viz.confusion_matrix(
        TRUE, SAID, ["cat", "dog", "owl", "hedgehog"], theme=t
    ),
    "attention": lambda t: viz.attention(attention_weights(), WORDS, theme=t),
    "saliency": lambda t: viz.saliency(convolutional(), image(), theme=t),
    "embedding": lambda t: viz.embedding(*vectors(), theme=t),
    "learning curves": lambda t: viz.learning_curves(curves(), theme=t),
}


def pixels(figure: Any, dpi: int = 60) -> np.ndarray:
    """The figure as `(H, W, 3)`, from 0 to 255."""
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].astype(float)


def thumbnail(picture: np.ndarray) -> np.ndarray:
    """Means over a grid of cells: what is left when letters and lines shift by a pixel."""
    rows = np.linspace(0, picture.shape[0], ROWS + 1).astype(int)[:-1]
    columns = np.linspace(0, picture.shape[1], COLUMNS + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.add.reduceat(picture, rows, 0), columns, 1)
    counts = np.outer(np.diff([*rows, picture.shape[0]]), np.diff([*columns, picture.shape[1]]))
    return (sums / counts[..., None]).round().astype(np.uint8)


if __name__ == "__main__":
    if sys.argv[1] == "--golden":
        np.savez_compressed(
            GOLDEN, **{name: thumbnail(pixels(draw("light"))) for name, draw in PICTURES.items()}
        )
    else:
        folder = Path(sys.argv[1])
        folder.mkdir(parents=True, exist_ok=True)
        for name, draw in PICTURES.items():
            for theme in ("light", "dark"):
                draw(theme).savefig(folder / f"{name.replace(' ', '-')}-{theme}.png", dpi=90)
