"""The training loop, short enough to read, print and copy."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from pynn import autograd, nn, optim

from . import progress
from .batches import count
from .callbacks import Callback, CallbackList
from .history import History
from .metrics import Metric


def check_batches(verb: str, batches: Any) -> None:
    """Raise TypeError for what holds no batches."""
    if not isinstance(batches, Iterable):
        raise TypeError(
            f"{verb}: batches must be a DataLoader or a list of (inputs, targets), "
            f"got {type(batches).__name__}"
        )


def fit(
    model: nn.Module,
    batches: Iterable[Any],
    *,
    optimizer: optim.Optimizer,
    loss: Callable[..., Any],
    metrics: Iterable[Metric] = (),
    epochs: int = 1,
    validation: Iterable[Any] | None = None,
    callbacks: Iterable[Callback] = (),
    verbose: int | str = "auto",
) -> History:
    """Train a model on batches `(inputs, targets)`.

    `Module.fit` calls this with what `compile` was given. Copy it to write a loop of your own.
    What a batch holds more, such as weights, goes to the loss: `loss(outputs, targets, *more)`.

    Args:
        model: what is trained.
        batches: read once an epoch, usually a DataLoader.
        optimizer: takes the steps.
        loss: (outputs, targets) -> a tensor of one number.
        metrics: `Metric` objects.
        epochs: how often to go through the batches.
        validation: batches to evaluate on after each epoch.
        callbacks: `Callback` objects.
        verbose: 0 silent, 1 live table, 2 a line an epoch; "auto": live in a terminal, else lines.

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
    history, show, metrics = History(), progress.choose(verbose), list(metrics)
    calls = CallbackList(callbacks, model)
    model.stop_training = False
    logs: dict[str, float] = {}
    show.begin(epochs, count(batches))
    try:
        calls.train_begin()
        for epoch in range(epochs):
            start = time.perf_counter()
            calls.epoch_begin(epoch)
            model.train()
            total, samples = 0.0, 0
            for metric in metrics:
                metric.reset()

            for batch, parts in enumerate(batches):
                inputs, targets, *more = pair_or_more(parts)
                calls.batch_begin(batch)
                optimizer.zero_grad()
                outputs = model(inputs)
                batch_loss = loss(outputs, targets, *more)
                value = batch_loss.item()
                if not math.isfinite(value):
                    calls.batch_end(batch, {"loss": value})
                    if model.stop_training:
                        break
                    raise FloatingPointError(not_finite(value, epoch, batch, inputs, targets))
                batch_loss.backward()
                optimizer.step()

                total += value * len(targets)
                samples += len(targets)
                update(metrics, outputs, targets)
                calls.batch_end(batch, {"loss": value})
                show.batch(epoch, batch, value)

            if samples == 0:
                if model.stop_training:
                    break
                raise ValueError(f"epoch {epoch + 1} had no batches")
            logs = {"loss": total / samples, **{metric.name: metric.result() for metric in metrics}}
            if validation is not None:
                held_out = evaluate(model, validation, loss=loss, metrics=metrics)
                logs.update({f"val_{name}": value for name, value in held_out.items()})
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
) -> dict[str, float]:
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
    metrics = list(metrics)
    for metric in metrics:
        metric.reset()
    total, samples = 0.0, 0
    was_training = model.training
    model.eval()
    try:
        with autograd.no_grad():
            for parts in batches:
                inputs, targets, *more = pair_or_more(parts)
                outputs = model(inputs)
                total += loss(outputs, targets, *more).item() * len(targets)
                samples += len(targets)
                update(metrics, outputs, targets)
    finally:
        model.train(was_training)
    if samples == 0:
        raise ValueError("evaluate: there are no batches")
    return {"loss": total / samples, **{metric.name: metric.result() for metric in metrics}}


def update(metrics: list[Metric], outputs: Any, targets: Any) -> None:
    """Show one batch to every metric, without recording."""
    if metrics:
        with autograd.no_grad():
            for metric in metrics:
                metric.update(outputs.detach(), targets)


def pair_or_more(parts: Any) -> Any:
    """A batch, which must be inputs and targets and perhaps more."""
    if isinstance(parts, (tuple, list)) and len(parts) >= 2:
        return parts
    got = f"{len(parts)} part" if isinstance(parts, (tuple, list)) else type(parts).__name__
    raise TypeError(f"a batch must be (inputs, targets); got {got}. Did you mean TensorDataset(x, y)?")


def not_finite(value: float, epoch: int, batch: int, inputs: Any, targets: Any) -> str:
    """Says where a loss went astray, and what most likely did it."""
    for name, part in (("inputs", inputs), ("targets", targets)):
        if hasattr(part, "is_floating_point") and part.is_floating_point() and not part.isfinite().all():
            cause = f"The {name} of this batch hold NaN or infinity: clean the data first."
            break
    else:
        cause = (
            "The data of this batch is finite, so the training diverged: try a smaller learning rate, scaled "
            "inputs (pynn.data.StandardScaler) or pynn.nn.utils.clip_grad_norm_."
        )
    return f"fit: the loss is {value} in epoch {epoch + 1}, batch {batch + 1}. {cause}"
