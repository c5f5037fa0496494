"""Callbacks by Keras's names and settings, on top of those of pynn.train."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pynn import _check, train
from pynn.train import LambdaCallback, LearningRateScheduler, TerminateOnNaN
from pynn.train.history import History

Logs = dict[str, float]


class Callback(train.Callback):
    """Base class: override what you need. `self.model` is the model that is trained.

    Example:
        >>> from pynn import keras
        >>> class Stop(keras.callbacks.Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         if logs["loss"] < 0.1:
        ...             self.model.stop_training = True
        >>> isinstance(Stop(), keras.callbacks.Callback)
        True
    """


class EarlyStopping(train.EarlyStopping):
    """End the training when a value has stopped improving.

    Args:
        monitor: what to watch.
        min_delta: how much better counts as better.
        patience: epochs without improvement after which it ends.
        verbose: accepted and ignored.
        mode: "min" or "max"; "auto" goes by the name.
        baseline: not supported.
        restore_best_weights: put the weights of the best epoch back at the end.
        start_from_epoch: do not count before this epoch.

    Raises:
        ValueError: another mode, a baseline; at the end of an epoch, a value that was not recorded.

    Example:
        >>> from pynn import keras
        >>> keras.callbacks.EarlyStopping(monitor="val_loss", patience=3).patience
        2
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        if baseline is not None:
            raise ValueError(
                "EarlyStopping: baseline is not supported; set model.stop_training in a callback"
            )
        allowed = max(_check.integer("EarlyStopping", "patience", patience, 0) - 1, 0)
        super().__init__(monitor, min_delta, allowed, mode, restore_best_weights, start_from_epoch)


class ModelCheckpoint(train.ModelCheckpoint):
    """Write the model, or its weights, after every epoch or only when a value improved.

    Args:
        filepath: where; `{epoch}` and the names of values are filled in.
        monitor: what to watch.
        verbose: accepted and ignored.
        save_best_only: only when it improved.
        save_weights_only: `model.save_weights` instead of `model.save`.
        mode: "min" or "max"; "auto" goes by the name.
        save_freq: "epoch", the only word.

    Raises:
        ValueError: another mode or save_freq.

    Example:
        >>> from pynn import keras
        >>> keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True).monitor
        'val_loss'
    """

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str = "epoch",
    ) -> None:
        super().__init__(filepath, monitor, save_best_only, mode)
        self.save_weights_only = bool(save_weights_only)
        if save_freq != "epoch":
            raise ValueError(f"ModelCheckpoint: save_freq can only be 'epoch', got {save_freq!r}")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if not self.save_best_only or self.improved(logs):
            model: Any = self.model
            path = self.path.format(epoch=epoch + 1, **logs)
            (model.save_weights if self.save_weights_only else model.save)(path)


class ReduceLROnPlateau(train.ReduceLROnPlateau):
    """Lower the learning rate when a value has stopped improving.

    Args:
        monitor: what to watch.
        factor: what the rate is multiplied with.
        patience: epochs without improvement after which it is lowered.
        verbose: accepted and ignored.
        mode: "min" or "max"; "auto" goes by the name.
        min_delta: how much better counts as better.
        cooldown: epochs to wait after a reduction before counting again.
        min_lr: the rate never falls below this.

    Raises:
        ValueError: a number out of its range; at the end of an epoch, a value that was not recorded.

    Example:
        >>> from pynn import keras
        >>> keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=3).monitor
        'val_loss'
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        allowed = max(_check.integer("ReduceLROnPlateau", "patience", patience, 0) - 1, 0)
        super().__init__(monitor, factor, allowed, mode, min_delta, cooldown, min_lr)


class CSVLogger(train.CSVLogger):
    """Write a line an epoch to a file of comma-separated values.

    Args:
        filename: the file.
        separator: what stands between two values.
        append: go on with a file that exists.

    Example:
        >>> from pynn import keras
        >>> keras.callbacks.CSVLogger("log.csv").separator
        ','
    """

    def __init__(self, filename: str | Path, separator: str = ",", append: bool = False) -> None:
        super().__init__(filename, separator, append)


class TensorBoard(train.TensorBoard):
    """Write losses, metrics and learning rates for TensorBoard.

    Args:
        log_dir: the folder.
        histogram_freq: epochs between histograms of the parameters; 0 for none.
        update_freq: "epoch", or batches between values of the loss.
        **kwargs: Keras's other settings; accepted and ignored.

    Raises:
        ImportError: tensorboard is not installed.

    Example:
        >>> from pynn import keras
        >>> issubclass(keras.callbacks.TensorBoard, keras.callbacks.TensorBoard)
        True
    """

    def __init__(
        self, log_dir: str | Path = "logs", histogram_freq: int = 0, update_freq: Any = "epoch", **kwargs: Any
    ) -> None:
        super().__init__(log_dir, update_freq if isinstance(update_freq, int) else 0, histogram_freq)


__all__ = [
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
]
