"""What surrounds an optimizer's step: gradients of several batches gathered, and clipped."""

from __future__ import annotations

import contextlib
from typing import Any

from pynn import _check, autograd, nn, optim
from pynn._autocast import autocast
from pynn._core import Tensor, ops

PRECISIONS = ("float32", "bfloat16")


class Updates:
    """The three calls of a training step, `zero_grad`, `backward` and `step`, for an optimizer.

    With `accumulate=k` the gradients of k batches are averaged, each sample counting the same, and the
    optimizer moves after the kth: the step of one batch k times as large, in the memory of a small one.

    Args:
        optimizer: takes the steps.
        accumulate: batches to a step.
        clip_norm: scale all gradients down together when their common norm is larger.
        clip_value: cut every element of the gradients to [-clip_value, clip_value].
        gradient_noise: add normal noise of variance gradient_noise / (1 + t)^0.55 to every gradient in step
            t, which gets deep networks over bad beginnings: Neelakantan et al. 2015, arXiv:1511.06807,
            equation 1; they use 0.01, 0.3 or 1.
    """

    def __init__(
        self,
        optimizer: optim.Optimizer,
        accumulate: int = 1,
        clip_norm: float | None = None,
        clip_value: float | None = None,
        gradient_noise: float | None = None,
    ) -> None:
        check(accumulate, clip_norm, clip_value, gradient_noise=gradient_noise)
        self.optimizer, self.accumulate = optimizer, accumulate
        self.clip_norm, self.clip_value = clip_norm, clip_value
        self.gradient_noise = gradient_noise
        self.gathered, self.samples, self.steps = 0, 0, 0
        self.is_plain = accumulate == 1 and clip_norm is None and clip_value is None and not gradient_noise

    def zero_grad(self) -> None:
        """Forget the gradients of the last step; those that are being gathered stay."""
        if not self.gathered:
            self.optimizer.zero_grad()

    def backward(self, loss: Tensor, samples: int) -> None:
        """Add the gradients of one batch.

        Args:
            loss: the mean over the batch.
            samples: how many that were.
        """
        if self.accumulate == 1:
            loss.backward()
        else:
            loss.backward(ops.full(tuple(loss.shape), samples, loss.dtype))
        self.gathered += 1
        self.samples += samples

    def step(self) -> None:
        """Move, if enough batches have been gathered."""
        if self.gathered == self.accumulate:
            self.finish()

    def finish(self) -> None:
        """Move with what has been gathered: at the end of an epoch that may be less than usual."""
        if not self.gathered:
            return
        if not self.is_plain:
            self._prepare_gradients()
        self.optimizer.step()
        self.steps += 1
        self.gathered, self.samples = 0, 0

    def _prepare_gradients(self) -> None:
        parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        if self.accumulate > 1:
            with autograd.no_grad():
                for parameter in parameters:
                    if parameter.grad is not None:
                        parameter.grad.mul_(1 / self.samples)
        if self.clip_value is not None:
            nn.utils.clip_grad_value_(parameters, self.clip_value)
        if self.clip_norm is not None:
            nn.utils.clip_grad_norm_(parameters, self.clip_norm)
        if self.gradient_noise:
            deviation = (self.gradient_noise / (1 + self.steps) ** 0.55) ** 0.5
            with autograd.no_grad():
                for parameter in parameters:
                    if parameter.grad is not None:
                        noise = ops.normal(tuple(parameter.shape), 0.0, deviation, parameter.grad.dtype)
                        parameter.grad.add_(noise)


def check(
    accumulate: Any, clip_norm: Any, clip_value: Any, verb: str = "fit", gradient_noise: Any = None
) -> None:
    """Raise TypeError or ValueError for options that cannot be."""
    _check.integer(verb, "accumulate", accumulate, 1)
    for name, bound in (("clip_norm", clip_norm), ("clip_value", clip_value)):
        if bound is not None:
            _check.real(verb, name, bound, above=0)
    if gradient_noise is not None:
        _check.real(verb, "gradient_noise", gradient_noise, 0)


def region_of(precision: str, verb: str = "fit") -> contextlib.AbstractContextManager[Any]:
    """Where forward and loss are computed: with products in bfloat16, or as they are."""
    _check.choice(verb, "precision", precision, PRECISIONS)
    return autocast("bfloat16") if precision == "bfloat16" else contextlib.nullcontext()
