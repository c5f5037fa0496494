"""The verbs that stand on every Module: compile, fit, evaluate, predict, summary, save, load."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from pynn import _check, autograd
from pynn._core import ShapeError
from pynn.profiling import Profile, profile

from . import loop, lr_finder, resolve, updates
from .batches import hold_out, inputs_of, is_arrays, make_batches, to_tensor
from .callbacks import Callback
from .history import History
from .lr_finder import LearningRateCurve
from .metrics import Metric
from .more_verbs import MoreVerbs
from .nested import call, joined, leaves, mapped, size
from .progress import can_show
from .regularization import with_penalty
from .summary import describe
from .weighting import prepared, weighted

if TYPE_CHECKING:
    from pynn.nn import Module


class How(NamedTuple):
    """What `compile` was told."""

    loss: Callable[..., Any]
    metrics: list[Metric]
    options: dict[str, Any]


class TrainingVerbs(MoreVerbs):
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
    _compiled: How | None = None

    def compile(
        self,
        optimizer: Any = "adam",
        loss: Any = None,
        metrics: Any = None,
        *,
        loss_weights: Any = None,
        precision: str = "float32",
        accumulate: int = 1,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        gradient_noise: float | None = None,
    ) -> None:
        """Say how the model is trained.

        A model that returns a dictionary or a tuple may be given a loss for each output, as a dictionary
        or a list, and a dictionary of metrics. The history then holds `NAME_loss` too.

        Args:
            optimizer: a name ("adam", "sgd" ...), an Optimizer, or its class.
            loss: a name ("cross_entropy", "mse" ...), a loss module, or any function of (outputs, targets).
            metrics: a list of names ("accuracy", "mae" ...), Metrics, or functions of (outputs, targets).
            loss_weights: how much each of several losses counts; default 1.
            precision: "bfloat16" computes the products of training steps in it, see `pynn.autocast`.
            accumulate: batches whose gradients are averaged for one step of the optimizer.
            clip_norm: scale the gradients down when their common norm is larger.
            clip_value: cut every element of the gradients to [-clip_value, clip_value].
            gradient_noise: add normal noise of this variance, falling with the steps, to the gradients.

        Raises:
            TypeError: something is of no use here.
            ValueError: a name or a number that cannot be.
        """
        if loss is None:
            raise ValueError(
                "compile: say which loss, such as 'cross_entropy' for classes or 'mse' for numbers"
            )
        model: Module = self  # type: ignore[assignment]
        loss = resolve.find_loss(loss, loss_weights)
        found = resolve.find_metrics(metrics, loss)
        updates.check(accumulate, clip_norm, clip_value, "compile", gradient_noise)
        updates.region_of(precision, "compile")
        self.optimizer = resolve.find_optimizer(optimizer, model)
        options = {"precision": precision, "accumulate": accumulate}
        options.update(clip_norm=clip_norm, clip_value=clip_value, gradient_noise=gradient_noise)
        self._compiled = How(loss, found, options)

    def _how(self, verb: str) -> How:
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
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        transform: Callable[..., Any] | None = None,
    ) -> History:
        """Train. The loop itself is `pynn.train.fit`, short enough to read and copy.

        Args:
            x: `(N, ...)` inputs, a tensor, an array or a pandas frame; a tuple or dictionary of them for a
                model that takes several, which become its arguments. Or, without `y`, batches of
                (inputs, targets) or of (inputs, targets, sample weights): a dataset, a DataLoader, a list,
                a generator, a function that makes one.
            y: `(N, ...)` targets: numbers, class numbers, or one-hot rows for cross-entropy; several in a
                tuple or dictionary.
            epochs: how often to go through the data: the number of the last epoch.
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
            initial_epoch: the number of the first epoch, to go on with a training.
            steps_per_epoch: batches in an epoch; the next one goes on where it ended.
            validation_steps: look at only so many batches of the validation data.
            transform: changes each training batch, as `pynn.data.MixUp` and those of `pynn.vision.transforms`
                do; a loader has its own.
            validation_batch_size: samples of them at a time. Default: batch_size, but at least 256.

        Returns:
            The history. Ctrl-C ends the training and keeps it.

        Raises:
            FloatingPointError: a loss was NaN or infinite; the weights are those before that batch.
        """
        loss, metrics, options = self._how("fit")
        _check.integer("fit", "batch_size", batch_size, 1)
        _check.integer("fit", "initial_epoch", initial_epoch, 0)
        if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 0:
            raise ValueError(f"fit: epochs must be a whole number of 0 or more, got {epochs!r}")
        if validation_data is None:
            (x, y, sample_weight), validation_data = hold_out([x, y, sample_weight], validation_split)
        elif validation_split:
            raise ValueError("fit: give validation_data or validation_split, not both")
        passes = epochs - initial_epoch
        validation = None
        if validation_data is not None:
            held_out = validation_data if isinstance(validation_data, (tuple, list)) else (validation_data,)
            at_once = validation_batch_size or max(batch_size, 256)
            parts = prepared("fit", loss, *held_out)
            validation = make_batches(*parts, at_once, False, steps=validation_steps, passes=passes)
        parts = prepared("fit", loss, x, y, sample_weight, class_weight)
        model: Module = self  # type: ignore[assignment]
        return loop.fit(
            model,
            make_batches(
                *parts,
                batch_size,
                shuffle,
                seed,
                steps=steps_per_epoch,
                passes=passes,
                goes_on=True,
                transform=transform,
            ),
            optimizer=self.optimizer,
            loss=with_penalty(model, weighted(loss)),
            metrics=metrics,
            epochs=epochs,
            initial_epoch=initial_epoch,
            validation=validation,
            callbacks=callbacks or (),
            verbose=verbose,
            **options,
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
        steps: int | None = None,
    ) -> Any:
        """Loss and metrics on data that was not trained on.

        Args:
            x: `(N, ...)` inputs, or several; or, without `y`, a dataset, a DataLoader or other batches.
            y: `(N, ...)` targets, or several.
            batch_size: how many samples at a time.
            verbose: 1 prints the values too.
            return_dict: return them by name.
            sample_weight: `(N,)`, how much each sample counts in the loss.
            steps: look at only so many batches.

        Returns:
            `[loss, *metrics]`, or the loss alone if there are no metrics; with `return_dict`, by name.

        Raises:
            RuntimeError: `compile` has not said how.
        """
        loss, metrics, _ = self._how("evaluate")
        model: Module = self  # type: ignore[assignment]
        parts = prepared("evaluate", loss, x, y, sample_weight)
        batches = make_batches(*parts, batch_size, False, verb="evaluate", steps=steps)
        values = loop.evaluate(model, batches, loss=with_penalty(model, weighted(loss)), metrics=metrics)
        if verbose:
            print("  ".join(f"{name} {value:.4f}" for name, value in loop.numbers_in(values).items()))
        if return_dict:
            return values
        return list(values.values()) if metrics else values["loss"]

    def find_lr(
        self,
        x: Any,
        y: Any = None,
        *,
        batch_size: int = 32,
        start_lr: float = 1e-6,
        end_lr: float = 1.0,
        steps: int = 100,
        sample_weight: Any = None,
        seed: Any = None,
    ) -> LearningRateCurve:
        """Try rising learning rates for some steps, and say which one to take; the model stays as it is.

        Args:
            x: as in `fit`.
            y: as in `fit`.
            batch_size: samples in a step.
            start_lr: the first rate.
            end_lr: the last; the sweep ends before it when the loss explodes.
            steps: how many.
            sample_weight: as in `fit`.
            seed: of the order of the samples.

        Returns:
            A curve with `.suggestion` and `.plot()`. See `pynn.train.find_lr` for the method.

        Example:
            >>> import pynn
            >>> pynn.manual_seed(0)
            >>> x, y = pynn.data.load_iris()
            >>> model = pynn.nn.Sequential(pynn.nn.Linear(4, 16), pynn.nn.ReLU(), pynn.nn.Linear(16, 3))
            >>> model.compile("adam", "cross_entropy")
            >>> 1e-4 < model.find_lr(x, y, seed=0).suggestion < 1.0
            True
        """
        loss, _, options = self._how("find_lr")
        model: Module = self  # type: ignore[assignment]
        parts = prepared("find_lr", loss, x, y, sample_weight)
        return lr_finder.find_lr(
            model,
            make_batches(*parts, batch_size, True, seed, verb="find_lr"),
            optimizer=self.optimizer,
            loss=weighted(loss),
            start_lr=start_lr,
            end_lr=end_lr,
            steps=steps,
            **options,
        )

    def predict(
        self, x: Any, *, batch_size: int = 256, verbose: int | str = 0, steps: int | None = None
    ) -> Any:
        """The outputs for all inputs, in evaluation mode and without recording: `(N, ...)`.

        Args:
            x: `(N, ...)`, or several in a tuple or dictionary; or batches of inputs.
            batch_size: how many to a batch.
            verbose: accepted for Keras's sake.
            steps: take only so many batches.

        Returns:
            A tensor, or a tuple or dictionary of them if that is what the model returns.
        """
        model: Module = self  # type: ignore[assignment]
        _check.integer("predict", "batch_size", batch_size, 1)
        if is_arrays(x):
            x = mapped(to_tensor, x)
            if any(leaf.ndim == 0 for leaf in leaves(x)):
                raise ShapeError(
                    "predict: x of shape () is no batch of samples (N, ...). Did you mean x.reshape(1, -1)?"
                )
            starts = range(0, max(size(x), 1), batch_size)
            batches: Iterable[Any] = (
                mapped(lambda leaf, i=i: leaf[i : i + batch_size], x)  # type: ignore[misc]
                for i in starts
            )
        else:
            batches = map(inputs_of, make_batches(x, None, None, batch_size, False, verb="predict"))
        was_training = model.training
        model.eval()
        try:
            with autograd.no_grad():
                outputs = [call(model, inputs) for inputs in islice(batches, steps)]
        finally:
            model.train(was_training)
        if not outputs:
            raise ValueError("predict: there are no batches")
        return joined(outputs)

    def summary(
        self,
        input_shape: Sequence[Any] | Mapping[str, Any] | None = None,
        file: Any = None,
        *,
        dtype: Any = None,
    ) -> None:
        """Print the layers with their output shapes and parameter counts.

        Args:
            input_shape: `(None, features)`; needed for output shapes, `None` standing for the batch. A tuple
                or dictionary of shapes for a model of several inputs.
            file: where to print; default: the terminal.
            dtype: of the inputs, such as `pynn.int64` for a model that begins with an embedding. Default:
                float32.
        """
        model: Module = self  # type: ignore[assignment]
        if input_shape is not None and not isinstance(input_shape, (tuple, list, Mapping)):
            raise TypeError(
                f"summary: input_shape is a shape such as (None, 784), or several, got {input_shape!r}"
            )
        if isinstance(file, (tuple, list, Mapping)):
            raise TypeError(f"summary: several shapes go into one list: summary([{input_shape!r}, {file!r}])")
        file = file or sys.stdout
        text = describe(model, input_shape, dtype)
        print(text if can_show("─", file) else text.replace("─", "-"), file=file)

    def profile(self, *inputs: Any, backward: bool | None = None, repeats: int = 10) -> Profile:
        """Run a copy of the model some times; say what each layer costs and what holds it up.

        Args:
            *inputs: what to call it with.
            backward: whether gradients are part of it. Default: in training mode.
            repeats: runs; each layer's time is the median.

        Returns:
            A table of time, operations, bytes, and the share of what this machine can do at best.

        Raises:
            ValueError: `repeats` is below 1.

        Example:
            >>> import pynn
            >>> report = pynn.nn.Linear(8, 4).profile(pynn.ones(2, 8), repeats=1)
            >>> report[""].forward.flops
            136.0
        """
        model: Module = self  # type: ignore[assignment]
        return profile(model, *inputs, backward=backward, repeats=repeats)
