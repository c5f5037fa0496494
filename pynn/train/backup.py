"""A training that was killed goes on as if nothing had happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pynn import _check, _files, autograd, io, nn, optim
from pynn._core import Tensor

from .batches import count
from .callbacks import Callback, Logs, check_path
from .history import History
from .reading import Reader, random_state, set_random_state
from .updates import Updates

FORMAT = "pynn training 1"


class Run:
    """A training as it stands between two batches: all that its continuation depends on.

    Args:
        model: what is trained.
        optimizer: takes the steps.
        batches: read once an epoch.
        validation: batches to evaluate on, or None.
        tally: the epoch's loss and metrics so far.
        updates: gathers gradients.
        history: the record.
        epoch: the number of the first.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: optim.Optimizer,
        batches: Iterable[Any],
        validation: Iterable[Any] | None,
        tally: Any,
        updates: Updates,
        history: History,
        epoch: int,
    ) -> None:
        self.model, self.optimizer, self.validation = model, optimizer, validation
        self.tally, self.updates, self.history, self.epoch = tally, updates, history, epoch
        self.reader = Reader(batches)
        self.callbacks: list[Callback] = []

    @property
    def in_epoch(self) -> bool:
        """Whether this goes on in the middle of an epoch."""
        return self.reader.done > 0

    def epochs(self, last: int) -> Iterator[int]:
        """The numbers of the epochs that are left.

        Args:
            last: how many there are in all.
        """
        while self.epoch < last and (self.in_epoch or not self.model.stop_training):
            yield self.epoch
            self.epoch, self.reader.done = self.epoch + 1, 0

    # ---- as data ------------------------------------------------------------------------------------

    def state(self, epoch_is_over: bool) -> dict[str, Any]:
        """Everything, as data.

        Args:
            epoch_is_over: whether this stands between two epochs.
        """
        model, tally = self.model, self.tally
        saved = model.state_dict()
        more = {name: buffer for name, buffer in model.named_buffers() if name not in saved}
        return {
            "format": FORMAT,
            "epoch": self.epoch + epoch_is_over,
            "batch": 0 if epoch_is_over else self.reader.done,
            "batches": count(self.reader.batches),
            "stop": model.stop_training,
            "model": saved,
            "buffers": more,
            "frozen": [name for name, p in model.named_parameters() if not p.requires_grad],
            "other_parameters": [p.detach() for p in self._others()],
            "steps": self.updates.steps,
            "optimizer": self.optimizer.state_dict(),
            "place": self.reader.passes.state(),
            "random": random_state(self.reader.batches, self.validation),
            "tally": {
                "total": tally.total,
                "samples": tally.samples,
                "metrics": [metric.state_dict() for metric in tally.metrics],
            },
            "callbacks": [[type(callback).__name__, callback.state_dict()] for callback in self.callbacks],
            "history": {
                "history": self.history.history,
                "epoch": self.history.epoch,
                "seconds": self.history.seconds,
            },
        }

    def load(self, state: Any) -> None:
        """Go on from what `state` gave. On an error the model and the optimizer are what they were.

        Args:
            state: it.

        Raises:
            ValueError: it is that of another training, or none.
        """
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise ValueError(
                "it does not hold the state of a training. Weights alone are read with model.load(path)"
            )
        batches = count(self.reader.batches)
        if state.get("batches") != batches:
            raise ValueError(
                f"it was written when an epoch had {state.get('batches')} batches; now it has {batches}. "
                "Are data, batch_size and steps_per_epoch the same?"
            )
        before = None
        if all(module.built for module in self.model.modules()):
            values = {name: value.clone() for name, value in self.model.state_dict().items()}
            before = values, self.optimizer.state_dict()
        try:
            self._load(state)
        except Exception as error:  # a hostile file may make anything of any part
            if before is not None:
                self.model.load_state_dict(before[0])
                self.optimizer.load_state_dict(before[1])
            what = f"no {error}" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"it is not the state of this training: {what}") from error

    def _load(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        buffers = dict(self.model.named_buffers())
        others = self._others()
        _copy([buffers[name] for name in state["buffers"]], list(state["buffers"].values()))
        _copy(others, state["other_parameters"])
        for name, parameter in self.model.named_parameters():
            parameter.requires_grad_(name not in state["frozen"])
        self.optimizer.load_state_dict(state["optimizer"])

        self.updates.steps = int(state["steps"])
        tally = state["tally"]
        self.tally.total, self.tally.samples = float(tally["total"]), int(tally["samples"])
        for metric, saved in zip(self.tally.metrics, tally["metrics"], strict=True):
            metric.load_state_dict(saved)
        waiting = list(state["callbacks"])
        for callback in self.callbacks:  # one that is new begins anew, one that has gone is not missed
            found = next((i for i, (name, _) in enumerate(waiting) if name == type(callback).__name__), None)
            if found is not None:
                callback.load_state_dict(waiting.pop(found)[1])
        history = state["history"]
        self.history.epoch = [int(number) for number in history["epoch"]]
        self.history.seconds = [float(seconds) for seconds in history["seconds"]]
        self.history.history = {}
        for name, values in history["history"].items():
            numbers = [value for value in values if isinstance(value, (int, float))]
            if not len(numbers) == len(values) == len(self.history.epoch):
                raise ValueError(f"the history has not one number of {name!r} for each epoch")
            self.history.history[str(name)] = list(values)

        self.epoch, self.reader.done = int(state["epoch"]), int(state["batch"])
        self.model.stop_training = bool(state["stop"])
        self.reader.passes.load(state["place"])
        set_random_state(state["random"], self.reader.batches, self.validation)

    def _others(self) -> list[Tensor]:
        """What the optimizer moves and the model does not own, such as the parameters of a loss."""
        own = {id(parameter) for parameter in self.model.parameters()}
        return [p for group in self.optimizer.param_groups for p in group["params"] if id(p) not in own]


def _copy(targets: list[Tensor], values: list[Tensor]) -> None:
    with autograd.no_grad():
        for target, value in zip(targets, values, strict=True):
            if tuple(target.shape) != tuple(value.shape):
                raise ValueError(f"shape {tuple(value.shape)} given, {tuple(target.shape)} expected")
            target.copy_(value)


class BackupAndRestore(Callback):
    """Write the whole training to a file as it goes on, and go on from that file if it is there.

    A program that was killed, at whatever instant, is simply run again. It ends with the same weights to
    the last bit as if it had never been stopped: the file holds weights, optimizer, the position in the
    shuffled epoch, all streams of random numbers, metrics, the history and the state of all callbacks. It
    is written whole or not at all. Once the training has ended, running the program again changes nothing;
    a larger number of epochs goes on from there, and without the file it begins anew.

    Data that is not an array, a list, a dataset or a loader must come in the same order when it is read
    again. A callback of your own is remembered by its attributes: see `Callback.state_dict`.

    Args:
        path: the file.
        save_freq: "epoch", or after how many batches.
        verbose: say in a line when a training goes on from the file.

    Raises:
        ValueError: another `save_freq`; in `fit`, a file that is damaged or of another training.

    Example:
        >>> import os, tempfile
        >>> import pynn
        >>> path = os.path.join(tempfile.mkdtemp(), "run.safetensors")
        >>> def train(epochs):
        ...     pynn.manual_seed(0)
        ...     model = pynn.nn.Linear(1, 1)
        ...     model.compile("adam", "mse")
        ...     x = pynn.arange(8).float().reshape(8, 1)
        ...     backup = pynn.train.BackupAndRestore(path)
        ...     return model.fit(x, 2 * x, epochs=epochs, verbose=0, callbacks=[backup])
        >>> len(train(epochs=2).epoch)
        2
        >>> len(train(epochs=5).epoch)  # ... as another process, after the first was killed
        run.safetensors: going on from epoch 3
        5
    """

    comes_last = True

    def __init__(self, path: str | Path, save_freq: int | str = "epoch", verbose: bool = True) -> None:
        check_path("BackupAndRestore", path)
        if save_freq != "epoch":
            if isinstance(save_freq, str):
                raise ValueError(
                    f"BackupAndRestore: save_freq is 'epoch' or a number of batches, got {save_freq!r}"
                )
            _check.integer("BackupAndRestore", "save_freq", save_freq, 1)
        self.path, self.save_freq, self.verbose = Path(path), save_freq, verbose

    def on_train_begin(self, logs: Logs | None = None) -> None:
        _files.remove_leftovers(self.path)
        self.run.reader.passes.notes_start = True
        self._batches = 0
        if not self.path.exists():
            return
        try:
            self.run.load(io.load(self.path))
        except ValueError as error:
            raise ValueError(f"BackupAndRestore: cannot go on from {self.path}: {error}") from error
        if self.verbose:
            batch = f", batch {self.run.reader.done + 1}" if self.run.in_epoch else ""
            print(f"{self.path.name}: going on from epoch {self.run.epoch + 1}{batch}")

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self._batches += 1
        due = isinstance(self.save_freq, int) and self._batches >= self.save_freq
        if due and not self.run.updates.gathered:  # half a step is not written down
            self._batches = 0
            io.save(self.run.state(False), self.path)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        io.save(self.run.state(True), self.path)
