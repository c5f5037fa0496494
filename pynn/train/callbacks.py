"""Callbacks: your code at the turning points of training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pynn.nn import Module

from .history import History
from .remembered import gathered, put_back

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
    history: History
    """The record that `fit` is writing."""
    run: Any
    """The training as it stands, see `pynn.train.backup.Run`."""
    comes_last: bool = False
    """Whether it is called after all others, whatever its place in the list."""

    def set_model(self, model: Module) -> None:
        """Called once, before anything else.

        Args:
            model: what is trained.
        """
        self.model = model

    def state_dict(self) -> dict[str, Any]:
        """What is remembered of it when a training is written down, see `BackupAndRestore`.

        By default, all attributes that hold numbers, strings, tensors, arrays, or lists, tuples and
        dictionaries of them, except those with the name of an argument of `__init__`, which are options;
        and those that have a `state_dict` of their own.
        """
        return gathered(self)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave; called after `on_train_begin`.

        Args:
            state_dict: it.
        """
        put_back(self, state_dict)

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

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Before the validation that follows an epoch.

        Args:
            logs: empty.
        """

    def on_test_end(self, logs: Logs | None = None) -> None:
        """After the validation that follows an epoch.

        Args:
            logs: its averages, by name, without `val_`.
        """


class CallbackList:
    """All callbacks as one. Those that do not look at batches cost nothing per batch."""

    def __init__(self, callbacks: Iterable[Callback], model: Module, history: History, run: Any) -> None:
        if isinstance(callbacks, Callback) or not isinstance(callbacks, Iterable):
            raise TypeError(f"fit: callbacks is a list of Callbacks, got {type(callbacks).__name__}")
        self.callbacks = list(callbacks)
        given: list[Any] = list(self.callbacks)
        for callback in given:
            if not isinstance(callback, Callback):
                hint = f"{callback.__name__}()" if isinstance(callback, type) else "a Callback"
                raise TypeError(f"fit: callbacks holds {callback!r}. Did you mean {hint}?")
            callback.history, callback.run = history, run
            callback.set_model(model)
        self.callbacks.sort(key=lambda callback: callback.comes_last)
        run.callbacks = self.callbacks
        self._batch_begin = self._overriding("on_train_batch_begin")
        self._batch_end = self._overriding("on_train_batch_end")

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

    def test_begin(self) -> None:
        for callback in self.callbacks:
            callback.on_test_begin({})

    def test_end(self, logs: Logs) -> None:
        for callback in self.callbacks:
            callback.on_test_end(logs)

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


class TerminateOnNaN(Callback):
    """End the training at the first loss that is NaN or infinite, and say what made it; the history stays.

    Without it, `fit` raises FloatingPointError there. Either way that batch does not touch the weights.

    Attributes:
        origin: what the loss was, and the first layer, op and index that made it; None if all went well.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> x = pynn.full((4, 1), float("nan"))
        >>> guard = pynn.train.TerminateOnNaN()
        >>> model.fit(x, x, verbose=0, callbacks=[guard])
        History(0 epochs)
        >>> guard.origin
        'fit: the loss is nan in epoch 1, batch 1. The inputs of this batch hold NaN or infinity, ...'
    """

    origin: str | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.origin = None

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not math.isfinite((logs or {})["loss"]):
            self.origin = self.history.problem
            self.model.stop_training = True
