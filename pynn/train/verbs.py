"""The verbs that stand on every Module: compile, fit, evaluate, predict, summary, save, load."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from pynn import _check, autograd, io
from pynn._core import ShapeError, Tensor, ops

from . import loop, resolve
from .batches import hold_out, inputs_of, make_batches, to_tensor
from .callbacks import Callback
from .history import History
from .summary import describe
from .weighting import prepared, weighted

if TYPE_CHECKING:
    from pynn.nn import Module

Self = TypeVar("Self", bound="TrainingVerbs")


class TrainingVerbs:
    """Mixed into `pynn.nn.Module` when `pynn.train` is imported.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
        >>> model.compile(optimizer="adam", loss="mse")
        >>> x = pynn.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> y = pynn.tensor([[0.0], [1.0], [1.0], [0.0]])
        >>> history = model.fit(x, y, epochs=3, verbose=0)
        >>> len(history["loss"])
        3
    """

    stop_training: bool = False
    optimizer: Any
    _compiled: tuple[Callable[..., Any], list[Any]] | None = None

    def compile(self, optimizer: Any = "adam", loss: Any = None, metrics: Any = None) -> None:
        """Say how the model is trained.

        Args:
            optimizer: a name ("adam", "sgd" ...), an Optimizer, or its class.
            loss: a name ("cross_entropy", "mse" ...), a loss module, or any function of (outputs, targets).
            metrics: a list of names ("accuracy", "mae" ...), Metrics, or functions of (outputs, targets).
        """
        if loss is None:
            raise ValueError(
                "compile: say which loss, such as 'cross_entropy' for classes or 'mse' for numbers"
            )
        model: Module = self  # type: ignore[assignment]
        loss = resolve.find_loss(loss)
        found = resolve.find_metrics(metrics, loss)
        self.optimizer = resolve.find_optimizer(optimizer, model)
        self._compiled = (loss, found)

    def _how(self, verb: str) -> tuple[Callable[..., Any], list[Any]]:
        if self._compiled is None:
            raise RuntimeError(
                f"{type(self).__name__}.{verb}: say how to train first, as in "
                f'model.compile(optimizer="adam", loss="cross_entropy", metrics=["accuracy"])'
            )
        return self._compiled

    def fit(
        self,
        x: Any,
        y: Any = None,
        *,
        epochs: int = 1,
        batch_size: int = 32,
        validation_data: Any = None,
        validation_split: float = 0.0,
        callbacks: Iterable[Callback] | None = None,
        verbose: int | str = "auto",
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        seed: Any = None,
    ) -> History:
        """Train. The loop itself is `pynn.train.fit`, short enough to read and copy.

        Args:
            x: `(N, ...)` inputs; or, without `y`, a dataset or DataLoader of (inputs, targets) or of
                (inputs, targets, sample weights).
            y: `(N, ...)` targets: numbers, class numbers, or one-hot rows for cross-entropy.
            epochs: how often to go through the data.
            batch_size: samples in a step.
            validation_data: `(x, y)`, `(x, y, sample_weight)`, a dataset or a DataLoader to evaluate on after
                each epoch.
            validation_split: or the last part of x and y, held out.
            callbacks: see `pynn.train.Callback`.
            verbose: 0 silent, 1 live table, 2 a line an epoch; "auto": live in a terminal, else lines.
            shuffle: a new order in each epoch.
            class_weight: how much the samples of a class count, as in `{0: 1.0, 1: 5.0}`; others count 1.
            sample_weight: `(N,)`, how much each sample counts. Both weigh the loss, not the metrics.
            seed: of the order; default: pynn's own random numbers.

        Returns:
            The history. Ctrl-C ends the training and keeps it.

        Raises:
            FloatingPointError: a loss was NaN or infinite; the weights are those before that batch.
        """
        loss, metrics = self._how("fit")
        _check.integer("fit", "batch_size", batch_size, 1)
        if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 0:
            raise ValueError(f"fit: epochs must be a whole number of 0 or more, got {epochs!r}")
        if validation_data is None:
            (x, y, sample_weight), validation_data = hold_out([x, y, sample_weight], validation_split)
        elif validation_split:
            raise ValueError("fit: give validation_data or validation_split, not both")
        validation = None
        if validation_data is not None:
            held_out = validation_data if isinstance(validation_data, (tuple, list)) else (validation_data,)
            validation = make_batches(*prepared("fit", loss, *held_out), max(batch_size, 256), False)
        model: Module = self  # type: ignore[assignment]
        return loop.fit(
            model,
            make_batches(
                *prepared("fit", loss, x, y, sample_weight, class_weight), batch_size, shuffle, seed
            ),
            optimizer=self.optimizer,
            loss=weighted(loss),
            metrics=metrics,
            epochs=epochs,
            validation=validation,
            callbacks=callbacks or (),
            verbose=verbose,
        )

    def evaluate(
        self,
        x: Any,
        y: Any = None,
        *,
        batch_size: int = 256,
        verbose: int | str = 0,
        return_dict: bool = False,
        sample_weight: Any = None,
    ) -> Any:
        """Loss and metrics on data that was not trained on.

        Args:
            x: `(N, ...)` inputs; or, without `y`, a dataset or DataLoader.
            y: `(N, ...)` targets.
            batch_size: how many samples at a time.
            verbose: 1 prints the values too.
            return_dict: return them by name.
            sample_weight: `(N,)`, how much each sample counts in the loss.

        Returns:
            `[loss, *metrics]`, or the loss alone if there are no metrics; with `return_dict`, by name.

        Raises:
            RuntimeError: `compile` has not said how.
        """
        loss, metrics = self._how("evaluate")
        model: Module = self  # type: ignore[assignment]
        batches = make_batches(
            *prepared("evaluate", loss, x, y, sample_weight), batch_size, False, verb="evaluate"
        )
        values = loop.evaluate(model, batches, loss=weighted(loss), metrics=metrics)
        if verbose:
            print("  ".join(f"{name} {value:.4f}" for name, value in values.items()))
        if return_dict:
            return values
        return list(values.values()) if metrics else values["loss"]

    def predict(self, x: Any, *, batch_size: int = 256, verbose: int | str = 0) -> Tensor:
        """The outputs for all inputs, in evaluation mode and without recording: `(N, ...)`.

        Args:
            x: `(N, ...)`, or batches of inputs.
            batch_size: how many to a batch.
            verbose: accepted for Keras's sake.
        """
        model: Module = self  # type: ignore[assignment]
        _check.integer("predict", "batch_size", batch_size, 1)
        if isinstance(x, (Tensor, np.ndarray, list)):
            x = to_tensor(x)
            if x.ndim == 0:
                raise ShapeError(
                    "predict: x of shape () is no batch of samples (N, ...). Did you mean x.reshape(1, -1)?"
                )
            batches: Iterable[Any] = (x[i : i + batch_size] for i in range(0, max(len(x), 1), batch_size))
        else:
            batches = make_batches(x, None, None, batch_size, False, verb="predict")
        was_training = model.training
        model.eval()
        try:
            with autograd.no_grad():
                outputs = [model(inputs_of(batch)) for batch in batches]
        finally:
            model.train(was_training)
        return outputs[0] if len(outputs) == 1 else ops.cat(outputs)

    def summary(self, input_shape: Sequence[int | None] | None = None, file: Any = None) -> None:
        """Print the layers with their output shapes and parameter counts.

        Args:
            input_shape: `(None, features)`; needed for output shapes, `None` standing for the batch.
            file: where to print; default: the terminal.
        """
        model: Module = self  # type: ignore[assignment]
        if input_shape is not None and not isinstance(input_shape, (tuple, list)):
            raise TypeError(f"summary: input_shape is a shape such as (None, 784), got {input_shape!r}")
        print(describe(model, input_shape), file=file or sys.stdout)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write all parameters and buffers to a safetensors file: `pynn.save(model.state_dict(), path)`.

        Args:
            path: usually `name.safetensors`.

        Example:
            >>> import os, tempfile
            >>> from pynn import nn
            >>> path = os.path.join(tempfile.mkdtemp(), "model.safetensors")
            >>> nn.Linear(2, 1).save(path)
            >>> nn.Linear(2, 1).load(path)
            Linear(in_features=2, out_features=1, bias=True)
        """
        model: Module = self  # type: ignore[assignment]
        io.save(model.state_dict(), path)

    def load(self: Self, path: str | os.PathLike[str], strict: bool = True) -> Self:
        """Read parameters and buffers from a file that `save` wrote, or another program; return the model.

        Args:
            path: a safetensors file.
            strict: whether missing and unexpected names are errors too. Shapes always are.

        Raises:
            ValueError: the file is damaged, or its names or shapes differ from the model's.
        """
        model: Module = self  # type: ignore[assignment]
        model.load_state_dict(io.load(path), strict=strict)
        return self
