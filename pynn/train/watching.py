"""Callbacks that follow one value: stop, keep the best weights, or lower the learning rate by it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from pynn import _check, io, optim

from .better import larger_is_better
from .callbacks import Callback, Logs, check_path


class Watcher(Callback):
    """What the callbacks that follow one value have in common."""

    def __init__(self, monitor: str, mode: str, min_delta: float) -> None:
        _check.choice(type(self).__name__, "mode", mode, ("auto", "min", "max"))
        self.monitor = monitor
        self.min_delta = abs(_check.real(type(self).__name__, "min_delta", min_delta))
        rising = mode == "max" or (mode == "auto" and larger_is_better(monitor))
        self.sign = 1 if rising else -1
        self.best = -self.sign * math.inf

    def improved(self, logs: Logs) -> bool:
        """Whether the value is the best so far.

        Args:
            logs: the averages of an epoch.
        """
        value = value_of(self, self.monitor, logs)
        if self.sign * (value - self.best) > self.min_delta:
            self.best = value
            return True
        return False


class EarlyStopping(Watcher):
    """End the training when a value has stopped improving, and go back to the best weights.

    Args:
        monitor: what to watch.
        min_delta: how much better counts as better.
        patience: epochs without improvement that are put up with.
        mode: "min" or "max"; "auto" takes "max" for accuracies, precision, recall, F1 and R².
        restore_best_weights: put the weights of the best epoch back at the end.
        start_from_epoch: do not count before this epoch.

    Raises:
        ValueError: another mode; at the end of an epoch, a value that was not recorded.

    Source: Prechelt 1998, Early stopping - but when?

    Example:
        >>> import pynn
        >>> stop = pynn.train.EarlyStopping("loss", patience=2)
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile(pynn.optim.SGD(model, lr=0.0), "mse")  # it never learns
        >>> x = pynn.ones(4, 1)
        >>> len(model.fit(x, x, epochs=9, verbose=0, callbacks=[stop]).epoch)
        4
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        mode: str = "auto",
        restore_best_weights: bool = True,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience = _check.integer("EarlyStopping", "patience", patience, 0)
        self.start_from_epoch = _check.integer("EarlyStopping", "start_from_epoch", start_from_epoch, 0)
        self.restore_best_weights = restore_best_weights

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.best = -self.sign * math.inf
        self.best_epoch, self.waited, self.stopped_epoch = 0, 0, 0
        self._weights: dict[str, Any] | None = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if epoch < self.start_from_epoch:
            return
        if self.improved(logs or {}):
            self.best_epoch, self.waited = epoch, 0
            if self.restore_best_weights:
                self._weights = {k: v.clone() for k, v in self.model.state_dict().items()}
            return
        self.waited += 1
        if self.waited > self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._weights is not None:
            self.model.load_state_dict(self._weights)


class ModelCheckpoint(Watcher):
    """Write the weights to a file, after every epoch or only when a value improved.

    Args:
        path: where; `{epoch}` and the names of values are filled in, as in
            "model-{epoch}-{val_loss:.3f}.safetensors".
        monitor: what to watch.
        save_best_only: only when it improved.
        mode: see `EarlyStopping`.

    Example:
        >>> import os, tempfile
        >>> import pynn
        >>> folder = tempfile.mkdtemp()
        >>> keep = pynn.train.ModelCheckpoint(os.path.join(folder, "model-{epoch}.safetensors"))
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> history = model.fit(pynn.zeros(4, 1), pynn.zeros(4, 1), epochs=2, verbose=0, callbacks=[keep])
        >>> sorted(os.listdir(folder))
        ['model-1.safetensors', 'model-2.safetensors']
    """

    def __init__(
        self, path: str | Path, monitor: str = "val_loss", save_best_only: bool = False, mode: str = "auto"
    ) -> None:
        super().__init__(monitor, mode, 0.0)
        check_path("ModelCheckpoint", path)
        self.path, self.save_best_only = str(path), save_best_only

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if not self.save_best_only or self.improved(logs):
            io.save(self.model.state_dict(), self.path.format(epoch=epoch + 1, **logs))


class ReduceLROnPlateau(Callback):
    """Lower the learning rate when a value has stopped improving.

    Args:
        monitor: what to watch.
        factor: what the rate is multiplied with.
        patience: epochs without improvement that are put up with.
        mode: "min" or "max"; "auto" takes "max" for accuracies, precision, recall, F1 and R².
        min_delta: how much better counts as better.
        cooldown: epochs to wait after a reduction before counting again.
        min_lr: the rate never falls below this.

    Raises:
        ValueError: a number out of its range; at the end of an epoch, a value that was not recorded.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile(pynn.optim.SGD(model, lr=1e-20), "mse")  # too little to improve anything
        >>> plateau = pynn.train.ReduceLROnPlateau("loss", factor=0.5, patience=0)
        >>> x = pynn.ones(4, 1)
        >>> history = model.fit(x, x, epochs=3, verbose=0, callbacks=[plateau])
        >>> model.optimizer.param_groups[0]["lr"]
        2.5e-21
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        owner = "ReduceLROnPlateau"
        _check.choice(owner, "mode", mode, ("auto", "min", "max"))
        if not 0 < _check.real(owner, "factor", factor) < 1:
            raise ValueError(f"{owner}: factor must lie between 0 and 1, got {factor!r}")
        rising = mode == "max" or (mode == "auto" and larger_is_better(monitor))
        self.monitor = monitor
        self.options: dict[str, Any] = {
            "mode": "max" if rising else "min",
            "factor": factor,
            "patience": _check.integer(owner, "patience", patience, 0),
            "threshold": _check.real(owner, "min_delta", min_delta, 0),
            "threshold_mode": "abs",
            "cooldown": _check.integer(owner, "cooldown", cooldown, 0),
            "min_lr": _check.real(owner, "min_lr", min_lr, 0),
            "eps": 0.0,
        }

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.schedule = optim.lr_scheduler.ReduceLROnPlateau(self.model.optimizer, **self.options)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.schedule.step(value_of(self, self.monitor, logs or {}))


def value_of(callback: Callback, monitor: str, logs: Logs) -> float:
    """The value that a callback follows.

    Raises:
        ValueError: it was not recorded.
    """
    if monitor not in logs:
        raise ValueError(
            f"{type(callback).__name__} watches {monitor!r}, which was not recorded; "
            f"there are {', '.join(logs)}. val_ values need validation_data or validation_split."
        )
    return logs[monitor]
