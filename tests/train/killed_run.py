"""A training in which everything has a state, run by test_backup.py here and in processes that are killed.

python killed_run.py FOLDER EPOCHS
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import pynn
from pynn import data, nn, train

N, BATCH = 60, 8
X = np.random.default_rng(0).normal(size=(N, 6)).astype(np.float32)
Y = (X.sum(1) > 0).astype(np.int64) + (X[:, 0] > 1)


class Remembers(train.Callback):
    """A callback of a user, which counts and draws random numbers of all kinds."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale, self.seen, self.drawn = scale, 0, []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.seen += 1
        self.drawn.append((logs["loss"], random.random(), float(np.random.rand()), pynn.rand(1).item()))


def noisy(x: pynn.Tensor, y: pynn.Tensor) -> tuple[pynn.Tensor, pynn.Tensor]:
    generator = data.random.numpy_generator()
    return x + pynn.tensor(generator.normal(size=tuple(x.shape)).astype(np.float32)) * 0.1, y


def generator() -> Iterator[Any]:
    for start in range(0, N, BATCH):
        rows = np.random.randint(0, N, BATCH)
        yield pynn.tensor(X[rows]), pynn.tensor(Y[rows] + 0 * start)


def own_sampler() -> Any:
    return data.WeightedRandomSampler(np.ones(N), N, generator=5)


def loader(**options: Any) -> data.DataLoader:
    return data.DataLoader(data.TensorDataset(X, Y), batch_size=BATCH, **options)


# name -> (what fit reads, its options)
WAYS: dict[str, tuple[Callable[[], Any], dict[str, Any]]] = {
    "arrays": (lambda: (X, Y), {"batch_size": BATCH}),
    "seeded": (lambda: (X, Y), {"batch_size": BATCH, "seed": 3}),
    "loader": (lambda: (loader(shuffle=True, seed=np.random.default_rng(4)),), {}),
    "other generator": (
        lambda: (loader(shuffle=True, seed=np.random.Generator(np.random.MT19937(1))),),
        {},
    ),
    "sampler": (lambda: (loader(sampler=own_sampler()),), {}),
    "augmented, read ahead": (lambda: (loader(shuffle=True, transform=noisy, num_workers=2),), {}),
    "steps": (lambda: (loader(shuffle=True, seed=1),), {"steps_per_epoch": 5}),
    "function": (lambda: (generator,), {}),
    "one generator": (
        lambda: ((pair for _ in range(9) for pair in generator()),),
        {"steps_per_epoch": 5},
    ),
    "list": (lambda: (list(loader()),), {}),
}


def run(
    folder: Path, epochs: int, way: str = "arrays", extra: Iterable[train.Callback] = (), accumulate: int = 1
) -> dict[str, Any]:
    """Train, and return everything that must come out the same."""
    pynn.manual_seed(1)
    np.random.seed(2)
    random.seed(3)
    model = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 3))
    optimizer = pynn.optim.AdamW(model.parameters(), lr=0.02)
    model.compile(
        optimizer,
        "cross_entropy",
        ["accuracy", "f1", "roc_auc", "confusion_matrix", "perplexity"],
        accumulate=accumulate,
    )
    cosine = pynn.optim.lr_scheduler.CosineAnnealingLR(optimizer, 50)
    remembers, ema = Remembers(), train.EMA(0.9)
    callbacks = [
        ema,
        train.BackupAndRestore(folder / "run.safetensors", save_freq=2, verbose=False),
        train.LearningRateSchedule(cosine, per="batch"),
        train.ReduceLROnPlateau("loss", factor=0.9, patience=0),
        train.EarlyStopping("val_accuracy", patience=2),
        train.SWA(1),
        train.CSVLogger(folder / "log.csv"),
        remembers,
        *extra,
    ]
    what, options = WAYS[way]
    history = model.fit(
        *what(),
        epochs=epochs,
        verbose=0,
        callbacks=callbacks,
        validation_data=data.DataLoader(data.TensorDataset(X, Y), 16, shuffle=True, seed=8),
        **options,
    )
    return {
        "weights": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "history": dict(history),
        "epochs": history.epoch,
        "average": ema.average,
        "drawn": remembers.drawn,
        "seen": remembers.seen,
        "random": train.reading.random_state(),
        "log": (folder / "log.csv").read_text(),
    }


if __name__ == "__main__":
    where = Path(sys.argv[1])
    print("ready", flush=True)
    pynn.save(run(where, int(sys.argv[2])), where / "result.safetensors")
