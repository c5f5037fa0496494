"""Averages of the weights along the path of training, which often do better than where it ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pynn import _check, autograd, nn
from pynn._core import Tensor

from .batches import inputs_of
from .callbacks import Callback, Logs
from .nested import call, size


class WeightAverage(Callback):
    """Base of the callbacks that keep an average of the weights beside those that are trained.

    The average takes the model's place while it is validated and while other callbacks look at the epoch
    (so a checkpoint, or early stopping, keeps what was judged), and for good at the end. In between,
    training goes on with its own weights. Put it first in the list of callbacks.

    Attributes:
        average: the averaged weights, one tensor a parameter; empty before the first.

    Example:
        >>> import pynn
        >>> class MeanOfAll(pynn.train.WeightAverage):
        ...     def on_train_batch_end(self, batch, logs=None):
        ...         self.take_in(1 / (self.count + 1))
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> average = MeanOfAll()
        >>> x = pynn.ones(8, 1)
        >>> history = model.fit(x, x, batch_size=2, verbose=0, callbacks=[average])
        >>> average.count
        4
    """

    average: list[Tensor]
    _trained: list[Tensor]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.average, self._trained = [], []
        self.count = 0

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self.swap_in()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.swap_in()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self.swap_out()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self.swap_in()

    def take_in(self, share: float) -> None:
        """Move the average towards the weights as they are: average += share (weight - average).

        Args:
            share: between 0 and 1; the first weights become the average itself.
        """
        with autograd.no_grad():
            parameters = [parameter.detach() for parameter in self.model.parameters()]
            if not self.average:
                self.average = [parameter.clone() for parameter in parameters]
            else:
                for mean, parameter in zip(self.average, parameters, strict=True):
                    mean.lerp_(parameter, share)
        self.count += 1

    def swap_in(self) -> None:
        """Put the average in the model's place, if there is one."""
        if self.average and not self._trained:
            with autograd.no_grad():
                parameters = list(self.model.parameters())
                self._trained = [parameter.detach().clone() for parameter in parameters]
                for parameter, mean in zip(parameters, self.average, strict=True):
                    parameter.copy_(mean)

    def swap_out(self) -> None:
        """Give the model the weights back that are being trained."""
        if self._trained:
            with autograd.no_grad():
                for parameter, value in zip(self.model.parameters(), self._trained, strict=True):
                    parameter.copy_(value)
            self._trained = []


class EMA(WeightAverage):
    """An exponential moving average of the weights: after each step, mean += (1 - decay)(weight - mean).

    Args:
        decay: how slowly the average follows. It begins lower, at (1 + steps) / (10 + steps), so that the
            first weights, which are random, are soon forgotten.

    Raises:
        ValueError: a decay that does not lie in [0, 1].

    Source: Polyak & Juditsky 1992, Acceleration of stochastic approximation by averaging; the beginning as
        in Tan & Le 2019, EfficientNet (arXiv:1905.11946).

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> average = pynn.train.EMA(0.99)
        >>> x = pynn.ones(8, 1)
        >>> history = model.fit(x, x, batch_size=2, epochs=2, verbose=0, callbacks=[average])
        >>> bool((model.weight == average.average[0]).all()), average.count
        (True, 8)
    """

    def __init__(self, decay: float = 0.999) -> None:
        self.decay = _check.real("EMA", "decay", decay, 0, 1)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.take_in(1 - min(self.decay, (1 + self.count) / (10 + self.count)))


class SWA(WeightAverage):
    """Stochastic weight averaging: the plain mean of the weights at the ends of the later epochs.

    A model with batch norm needs its statistics anew for the averaged weights: `update_bn(batches, model)`,
    or `batches` here, which does it at the end.

    Args:
        start_epoch: the first epoch, from 0, whose weights count.
        batches: what to compute the statistics of batch norm from at the end, usually a DataLoader.

    Source: Izmailov et al. 2018, Averaging weights leads to wider optima and better generalization
        (arXiv:1803.05407), algorithm 1.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(1, 1)
        >>> model.compile("sgd", "mse")
        >>> average = pynn.train.SWA(start_epoch=2)
        >>> x = pynn.ones(8, 1)
        >>> history = model.fit(x, x, epochs=5, verbose=0, callbacks=[average])
        >>> average.count
        3
    """

    def __init__(self, start_epoch: int = 0, batches: Iterable[Any] | None = None) -> None:
        self.start_epoch = _check.integer("SWA", "start_epoch", start_epoch, 0)
        if batches is not None and not isinstance(batches, Iterable):
            raise TypeError(f"SWA: batches is a DataLoader or a list of batches, got {batches!r}")
        self.batches = batches
        self._taken = -1

    def on_train_begin(self, logs: Logs | None = None) -> None:
        super().on_train_begin(logs)
        self._running, self._taken = 0, -1

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        super().on_epoch_begin(epoch, logs)
        self._running = epoch

    def swap_in(self) -> None:
        if self._running >= self.start_epoch and self._taken < self._running and not self._trained:
            self.take_in(1 / (self.count + 1))
            self._taken = self._running
        super().swap_in()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._taken >= 0:  # an epoch that was broken off does not count
            WeightAverage.swap_in(self)
        if self.batches is not None and self.count:
            update_bn(self.batches, self.model)


def update_bn(loader: Iterable[Any], model: nn.Module) -> None:
    """Compute the running statistics of all batch norms anew, as means over batches.

    Args:
        loader: batches of inputs, or of (inputs, targets).
        model: whose statistics are set; nothing else of it changes.

    Raises:
        TypeError: `loader` cannot be read.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Sequential(nn.BatchNorm1d(2))
        >>> pynn.train.update_bn([pynn.full((4, 2), 3.0)], model)
        >>> model[0].running_mean
        tensor([3., 3.])
    """
    if not isinstance(loader, Iterable):
        raise TypeError(f"update_bn: loader is a DataLoader or a list of batches, got {loader!r}")
    norms: list[Any] = [m for m in model.modules() if getattr(m, "running_mean", None) is not None]
    if not norms:
        return
    before = [norm.momentum for norm in norms]
    was_training = model.training
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain mean over the batches
    model.train()
    try:
        with autograd.no_grad():
            for batch in loader:
                inputs = inputs_of(batch)
                if size(inputs):
                    call(model, inputs)
    finally:
        for norm, momentum in zip(norms, before, strict=True):
            norm.momentum = momentum
        model.train(was_training)
