"""TensorBoard: the values of a training in the files that `tensorboard --logdir` shows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from pynn import _check

from .callbacks import Callback, Logs, check_path


class TensorBoard(Callback):
    """Write losses, metrics and learning rates for TensorBoard: `tensorboard --logdir logs`.

    It needs the package `tensorboard`: pip install 'pynn-learn[tensorboard]'.

    Args:
        path: the folder; training and validation become two runs in it, so that their curves share a plot.
        every: also write the loss of each so many batches; 0 for none.
        histograms: epochs between histograms of the parameters; 0 for none.

    Raises:
        ImportError: tensorboard is not installed.

    Example:
        >>> import os, tempfile
        >>> import pynn
        >>> folder = tempfile.mkdtemp()
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> x = pynn.zeros(4, 1)
        >>> history = model.fit(x, x, verbose=0, callbacks=[pynn.train.TensorBoard(folder)])
        >>> os.listdir(folder)
        ['train']
    """

    def __init__(self, path: str | Path, every: int = 0, histograms: int = 0) -> None:
        check_path("TensorBoard", path)
        self.path = Path(path)
        self.every = _check.integer("TensorBoard", "every", every, 0)
        self.histograms = _check.integer("TensorBoard", "histograms", histograms, 0)
        event_writer()  # say at once what is missing

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._writers: dict[str, Any] = {}
        self._batches = 0

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._batches += 1
        if self.every and self._batches % self.every == 0:
            self._scalar("train", "batch_loss", (logs or {})["loss"], self._batches)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        for name, value in (logs or {}).items():
            run = "validation" if name.startswith("val_") else "train"
            self._scalar(run, f"epoch_{name.removeprefix('val_')}", value, epoch)
        for i, group in enumerate(self.model.optimizer.param_groups):
            self._scalar("train", f"learning_rate_{i}" if i else "learning_rate", group["lr"], epoch)
        if self.histograms and epoch % self.histograms == 0:
            for name, parameter in self.model.named_parameters():
                self._histogram(name, np.asarray(parameter.detach().float()), epoch)
        for writer in self._writers.values():
            writer.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        for writer in self._writers.values():
            writer.close()

    def _add(self, run: str, step: int, **value: Any) -> None:
        from tensorboard.compat.proto import event_pb2, summary_pb2

        if run not in self._writers:
            self._writers[run] = event_writer()(str(self.path / run))
        summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(**value)])
        event = event_pb2.Event(wall_time=time.time(), step=step, summary=summary)
        self._writers[run].add_event(event)

    def _scalar(self, run: str, tag: str, value: float, step: int) -> None:
        self._add(run, step, tag=tag, simple_value=value)

    def _histogram(self, tag: str, values: np.ndarray, step: int) -> None:
        from tensorboard.compat.proto import summary_pb2

        values = values[np.isfinite(values)].astype(np.float64)
        if not values.size:
            return
        counts, edges = np.histogram(values, bins=30)
        histogram = summary_pb2.HistogramProto(
            min=values.min(),
            max=values.max(),
            num=values.size,
            sum=values.sum(),
            sum_squares=(values**2).sum(),
            bucket_limit=edges[1:].tolist(),
            bucket=counts.tolist(),
        )
        self._add("train", step, tag=tag, histo=histogram)


def event_writer() -> Any:
    """TensorBoard's class that writes event files.

    Raises:
        ImportError: there is none; the message says how to get it.
    """
    try:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise ImportError(
            "TensorBoard: the package tensorboard is not installed: pip install 'pynn-learn[tensorboard]'. "
            "CSVLogger writes the same values without it."
        ) from error
    return EventFileWriter
