"""The training loop, short enough to read, print and copy."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from pynn import autograd, nn, optim

from . import origin, progress
from .backup import Run
from .batches import count, unpacked
from .callbacks import Callback, CallbackList
from .history import History
from .metrics import Metric
from .nested import call, detached, size
from .updates import Updates, region_of


def fit(
    model: nn.Module,
    batches: Iterable[Any],
    *,
    optimizer: optim.Optimizer,
    loss: Callable[..., Any],
    metrics: Iterable[Metric] = (),
    epochs: int = 1,
    initial_epoch: int = 0,
    validation: Iterable[Any] | None = None,
    callbacks: Iterable[Callback] = (),
    verbose: int | str = "auto",
    precision: str = "float32",
    accumulate: int = 1,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    gradient_noise: float | None = None,
) -> History:
    """Train a model on batches `(inputs, targets)`.

    `Module.fit` calls this with what `compile` was given. Copy it to write a loop of your own.
    What a batch holds more, such as weights, goes to the loss: `loss(outputs, targets, *more)`.
    Inputs that are a tuple or a dictionary become the arguments of the model.

    Args:
        model: what is trained.
        batches: read once an epoch, usually a DataLoader.
        optimizer: takes the steps.
        loss: (outputs, targets) -> a tensor of one number.
        metrics: `Metric` objects.
        epochs: the number of the last epoch: how often to go through the batches.
        initial_epoch: the number of the first, counted from 0; later to go on with a training.
        validation: batches to evaluate on after each epoch.
        callbacks: `Callback` objects.
        verbose: 0 silent, 1 live table, 2 a line an epoch; "auto": live in a terminal, else lines.
        precision: "bfloat16" computes the products of forward and backward in it, see `pynn.autocast`.
        accumulate: batches whose gradients are averaged for one step.
        clip_norm: the largest norm of all gradients together.
        clip_value: the largest size of an element of a gradient.
        gradient_noise: the variance of noise added to the gradients, see `pynn.train.updates`.

    Returns:
        The history; Ctrl-C ends the training and keeps it.

    Raises:
        FloatingPointError: a loss is NaN or infinite. The weights are those before that batch.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(1, 1)
        >>> batches = [(pynn.ones(4, 1), pynn.zeros(4, 1))]
        >>> optimizer = pynn.optim.SGD(model, lr=0.1)
        >>> history = pynn.train.fit(
        ...     model, batches, optimizer=optimizer, loss=pynn.nn.MSELoss(), epochs=3, verbose=0
        ... )
        >>> history["loss"][2] < history["loss"][0]
        True
    """
    check_batches("fit", batches)
    history, show, tally = History(), progress.choose(verbose), Tally(metrics)
    updates = Updates(optimizer, accumulate, clip_norm, clip_value, gradient_noise)
    run = Run(model, optimizer, batches, validation, tally, updates, history, initial_epoch)
    calls = CallbackList(callbacks, model, history, run)
    region = region_of(precision)
    model.stop_training = False
    logs: dict[str, float] = {}
    show.begin(epochs, count(batches))
    try:
        calls.train_begin()  # here a callback may have gone back to where a run was killed
        logs = history.last()
        for epoch in run.epochs(epochs):
            start = time.perf_counter()
            if not run.in_epoch:
                calls.epoch_begin(epoch)
                tally.reset()
            model.train()

            for batch, parts in run.reader.epoch():
                inputs, targets, *more = unpacked(parts)
                calls.batch_begin(batch)
                updates.zero_grad()
                with region:
                    outputs = call(model, inputs)
                    batch_loss = loss(outputs, targets, *more)
                value, samples = batch_loss.item(), size(targets)
                if not math.isfinite(value):
                    when = f"epoch {epoch + 1}, batch {batch + 1}"
                    history.problem = origin.explain(model, value, when, inputs, (targets, *more), loss)
                    calls.batch_end(batch, {"loss": value})
                    if model.stop_training:
                        break
                    raise FloatingPointError(history.problem)
                updates.backward(batch_loss, samples)
                updates.step()

                tally.add(value, samples, outputs, targets)
                calls.batch_end(batch, {"loss": value})
                show.batch(epoch, batch, value)

            updates.finish()
            if tally.samples == 0:
                if model.stop_training:
                    break
                raise ValueError(f"epoch {epoch + 1} had no batches")
            logs = tally.results()
            if validation is not None:
                calls.test_begin()
                held_out = evaluate(model, validation, loss=loss, metrics=tally.metrics)
                calls.test_end(held_out)
                logs.update({f"val_{name}": value for name, value in held_out.items()})
            logs = numbers_in(logs)
            seconds = time.perf_counter() - start
            history.append(epoch, logs, seconds)
            show.epoch(epoch, logs, seconds)
            calls.epoch_end(epoch, logs)
            if model.stop_training:
                break
    except KeyboardInterrupt:
        history.interrupted = True
    finally:
        show.end()
        calls.train_end(logs)
    return history


def evaluate(
    model: nn.Module,
    batches: Iterable[Any],
    *,
    loss: Callable[..., Any],
    metrics: Iterable[Metric] = (),
) -> dict[str, Any]:
    """Loss and metrics over batches, in evaluation mode and without recording.

    Args:
        model: what is judged.
        batches: of `(inputs, targets)`, usually a DataLoader.
        loss: (outputs, targets) -> a tensor of one number.
        metrics: `Metric` objects.

    Returns:
        name -> number, "loss" first.

    Raises:
        ValueError: there are no batches.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Identity()
        >>> batches = [(pynn.ones(4, 1), pynn.zeros(4, 1))]
        >>> pynn.train.evaluate(model, batches, loss=pynn.nn.MSELoss())
        {'loss': 1.0}
    """
    check_batches("evaluate", batches)
    tally = Tally(metrics)
    was_training = model.training
    model.eval()
    try:
        with autograd.no_grad():
            for parts in batches:
                inputs, targets, *more = unpacked(parts)
                outputs = call(model, inputs)
                tally.add(loss(outputs, targets, *more).item(), size(targets), outputs, targets)
    finally:
        model.train(was_training)
    if tally.samples == 0:
        raise ValueError("evaluate: there are no batches")
    return tally.results()


class Tally:
    """The mean loss over the samples of an epoch, and its metrics."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self.metrics = list(metrics)
        self.reset()

    def reset(self) -> None:
        self.total, self.samples = 0.0, 0
        for metric in self.metrics:
            metric.reset()

    def add(self, loss: float, samples: int, outputs: Any, targets: Any) -> None:
        self.total += loss * samples
        self.samples += samples
        if self.metrics:
            outputs = detached(outputs)
            for metric in self.metrics:
                metric.update(outputs, targets)

    def results(self) -> dict[str, Any]:
        return {"loss": self.total / self.samples, **{m.name: m.result() for m in self.metrics}}


def numbers_in(values: dict[str, Any]) -> dict[str, float]:
    """What a history holds: a metric that is no number, such as a confusion matrix, is asked itself."""
    return {name: value for name, value in values.items() if isinstance(value, (int, float))}


def check_batches(verb: str, batches: Any) -> None:
    """Raise TypeError for what holds no batches."""
    if not isinstance(batches, Iterable):
        raise TypeError(
            f"{verb}: batches must be a DataLoader or a list of (inputs, targets), "
            f"got {type(batches).__name__}"
        )
