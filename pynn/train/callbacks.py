"""Callbacks: your code at the turning points of training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pynn import _check, io
from pynn.nn import Module

from .metrics import larger_is_better

Logs = dict[str, float]


class Callback:
    """Base class: override what you need. `self.model` is the model that is trained.

    Set `self.model.stop_training = True` to end the training after the current epoch.

    Example:
        >>> import pynn
        >>> class Stop(pynn.train.Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         self.model.stop_training = epoch == 1
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> x = pynn.zeros(4, 1)
        >>> len(model.fit(x, x, epochs=9, verbose=0, callbacks=[Stop()]).epoch)
        2
    """

    model: Module

    def set_model(self, model: Module) -> None:
        """Called once, before anything else.

        Args:
            model: what is trained.
        """
        self.model = model

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch.

        Args:
            logs: empty.
        """

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch, also when Ctrl-C or an error ended it.

        Args:
            logs: the averages of the last epoch.
        """

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch.

        Args:
            epoch: its number; the first is 0.
            logs: empty.
        """

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch.

        Args:
            epoch: its number; the first is 0.
            logs: its averages, by name.
        """

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Before a training step.

        Args:
            batch: its number in the epoch; the first is 0.
            logs: empty.
        """

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """After a training step.

        Args:
            batch: its number in the epoch; the first is 0.
            logs: its loss, as `{"loss": ...}`.
        """


class CallbackList:
    """All callbacks as one. Those that do not look at batches cost nothing per batch."""

    def __init__(self, callbacks: Iterable[Callback], model: Module) -> None:
        if isinstance(callbacks, Callback) or not isinstance(callbacks, Iterable):
            raise TypeError(f"fit: callbacks is a list of Callbacks, got {type(callbacks).__name__}")
        self.callbacks = list(callbacks)
        given: list[Any] = list(self.callbacks)
        for callback in given:
            if not isinstance(callback, Callback):
                hint = f"{callback.__name__}()" if isinstance(callback, type) else "a Callback"
                raise TypeError(f"fit: callbacks holds {callback!r}. Did you mean {hint}?")
            callback.set_model(model)
        self._batch_begin = self._overriding("on_train_batch_begin")
        self._batch_end = self._overriding("on_train_batch_end")
        self.watches_batches = bool(self._batch_begin or self._batch_end)

    def _overriding(self, name: str) -> list[Callable[..., None]]:
        return [
            getattr(callback, name)
            for callback in self.callbacks
            if getattr(type(callback), name) is not getattr(Callback, name) or name in vars(callback)
        ]

    def train_begin(self) -> None:
        for callback in self.callbacks:
            callback.on_train_begin({})

    def train_end(self, logs: Logs) -> None:
        for callback in self.callbacks:
            callback.on_train_end(logs)

    def epoch_begin(self, epoch: int) -> None:
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, {})

    def epoch_end(self, epoch: int, logs: Logs) -> None:
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def batch_begin(self, batch: int) -> None:
        for call in self._batch_begin:
            call(batch, {})

    def batch_end(self, batch: int, logs: Logs) -> None:
        for call in self._batch_end:
            call(batch, logs)


def check_path(owner: str, path: Any) -> None:
    """Raise TypeError, in the name of `owner`, for what cannot be the name of a file."""
    if not isinstance(path, (str, Path)):
        raise TypeError(f"{owner}: path must be a str or a Path, got {path!r}")


class LambdaCallback(Callback):
    """A callback made of functions.

    Args:
        **functions: by the names of the methods of `Callback`.

    Raises:
        TypeError: a name that `Callback` does not have.

    Example:
        >>> from pynn.train import LambdaCallback
        >>> printing = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))
        >>> printing.on_epoch_end(0, {"loss": 0.5})
        0 {'loss': 0.5}
    """

    def __init__(self, **functions: Callable[..., Any]) -> None:
        for name, function in functions.items():
            if not name.startswith("on_") or not hasattr(Callback, name):
                known = ", ".join(n for n in vars(Callback) if n.startswith("on_"))
                raise TypeError(f"LambdaCallback: there is no {name!r}; there are {known}")
            if not callable(function):
                raise TypeError(f"LambdaCallback: {name} must be a function, got {function!r}")
            setattr(self, name, function)


class _Watcher(Callback):
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
        if self.monitor not in logs:
            raise ValueError(
                f"{type(self).__name__} watches {self.monitor!r}, which was not recorded; "
                f"there are {', '.join(logs)}. val_ values need validation_data or validation_split."
            )
        value = logs[self.monitor]
        if self.sign * (value - self.best) > self.min_delta:
            self.best = value
            return True
        return False


class EarlyStopping(_Watcher):
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


class ModelCheckpoint(_Watcher):
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


class LearningRateSchedule(Callback):
    """Step a schedule of `pynn.optim.lr_scheduler` once an epoch, or once a batch.

    Args:
        scheduler: the schedule; `ReduceLROnPlateau` is told `monitor`.
        per: "epoch" or "batch".
        monitor: what to tell a schedule that watches a value.

    Raises:
        ValueError: per is neither.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(1, 1)
        >>> optimizer = pynn.optim.SGD(model.parameters(), lr=1.0)
        >>> model.compile(optimizer, "mse")
        >>> halve = pynn.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
        >>> callbacks = [pynn.train.LearningRateSchedule(halve)]
        >>> history = model.fit(pynn.zeros(4, 1), pynn.zeros(4, 1), epochs=2, verbose=0, callbacks=callbacks)
        >>> optimizer.param_groups[0]["lr"]
        0.25
    """

    def __init__(self, scheduler: Any, per: str = "epoch", monitor: str = "val_loss") -> None:
        if per not in ("epoch", "batch"):
            raise ValueError(f"LearningRateSchedule: per is 'epoch' or 'batch', got {per!r}")
        if not hasattr(scheduler, "step"):
            raise TypeError(
                "LearningRateSchedule takes a schedule of pynn.optim.lr_scheduler, got "
                f"{type(scheduler).__name__}. For a function there is LearningRateScheduler."
            )
        self.scheduler, self.per, self.monitor = scheduler, per, monitor
        if per == "batch":
            self.on_train_batch_end = lambda batch, logs=None: scheduler.step()  # type: ignore[method-assign]

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.per == "batch":
            return
        if type(self.scheduler).__name__ == "ReduceLROnPlateau":
            self.scheduler.step((logs or {})[self.monitor])
        else:
            self.scheduler.step()


class LearningRateScheduler(Callback):
    """Set the learning rate before each epoch, by a function of your own.

    Args:
        schedule: a function of the epoch (from 0) and the present learning rate that gives the new one.

    Example:
        >>> from pynn.train import LearningRateScheduler
        >>> halve = LearningRateScheduler(lambda epoch, lr: lr / 2 if epoch else lr)
    """

    def __init__(self, schedule: Callable[[int, float], float]) -> None:
        if not callable(schedule):
            raise TypeError(
                f"LearningRateScheduler takes a function of (epoch, lr), got {type(schedule).__name__}. "
                "Did you mean LearningRateSchedule, for the schedules of pynn.optim.lr_scheduler?"
            )
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        for group in self.model.optimizer.param_groups:
            rate = self.schedule(epoch, group["lr"])
            if not isinstance(rate, (int, float)) or not 0 <= rate < math.inf:
                raise ValueError(
                    f"LearningRateScheduler: the schedule gave {rate!r} for epoch {epoch}; "
                    "a learning rate is a number of 0 or more"
                )
            group["lr"] = float(rate)


class TerminateOnNaN(Callback):
    """End the training at the first loss that is NaN or infinite, and keep the history.

    Without it, `fit` raises FloatingPointError there. Either way that batch does not touch the weights.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> x = pynn.full((4, 1), float("nan"))
        >>> model.fit(x, x, verbose=0, callbacks=[pynn.train.TerminateOnNaN()])
        History(0 epochs)
    """

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not math.isfinite((logs or {})["loss"]):
            self.model.stop_training = True
