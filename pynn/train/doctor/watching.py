"""Watching a training loop of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pynn import autograd, nn, optim

from .. import origin
from . import network_checks
from .finding import Diagnosis, Finding
from .probe import array

RANDOM_OR_BATCH = ("Dropout", "BatchNorm")


@contextmanager
def watch(model: nn.Module, optimizer: optim.Optimizer) -> Iterator[Diagnosis]:
    """A block that looks over the shoulder of a training loop: a forgotten zero_grad or eval, and more.

    Args:
        model: what is trained.
        optimizer: whose steps are watched.

    Yields:
        The findings, which grow as the loop runs.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(2, 1)
        >>> optimizer = pynn.optim.SGD(model, lr=0.01)
        >>> with pynn.train.watch(model, optimizer) as findings:
        ...     for step in range(3):
        ...         loss = model(pynn.ones(4, 2)).square().mean()
        ...         loss.backward()
        ...         optimizer.step()
        >>> print(findings)
        forgotten-zero-grad
          ...
    """
    if not isinstance(model, nn.Module) or not isinstance(optimizer, optim.Optimizer):
        raise TypeError(
            f"watch: expected a Module and an Optimizer, got {type(model).__name__} and "
            f"{type(optimizer).__name__}"
        )
    diagnosis = Diagnosis([], ["forgotten-zero-grad", "train-mode-at-evaluation", "not-in-optimizer", "nan"])
    watcher = _Watcher(model, optimizer, diagnosis)
    try:
        yield diagnosis
    finally:
        watcher.remove()


class _Watcher:
    """Hooks on the model and on one parameter, and a step of the optimizer that looks first."""

    def __init__(self, model: nn.Module, optimizer: optim.Optimizer, diagnosis: Diagnosis) -> None:
        self.model, self.optimizer, self.diagnosis = model, optimizer, diagnosis
        self.arrived: np.ndarray | None = None  # the sum of the gradients since the last step
        self.at_last_step: np.ndarray | None = None
        self.steps = 0
        self._handles: list[Any] = [model.register_forward_hook(self._called)]
        self.parameter: nn.Parameter | None = None
        if all(module.built for module in model.modules()):
            self.diagnosis.findings += network_checks.optimizer(model, optimizer, None)
            self._follow()
        self._step = optimizer.step
        optimizer.step = self._stepped  # type: ignore[method-assign]

    def remove(self) -> None:
        """Take all hooks out."""
        for handle in self._handles:
            handle.remove()
        if "step" in vars(self.optimizer):
            del self.optimizer.step

    def _follow(self) -> None:
        self.parameter = next((p for p in self.model.parameters() if p.requires_grad), None)
        if self.parameter is not None:
            self._handles.append(self.parameter.register_hook(self._arrives))

    def _arrives(self, gradient: Any) -> None:
        values = array(gradient)
        self.arrived = values if self.arrived is None else self.arrived + values

    def _stepped(self, *args: Any, **kwargs: Any) -> Any:
        if self.parameter is None:
            self._follow()
        gradient = None if self.parameter is None else self.parameter.grad
        if gradient is not None:
            now = array(gradient)
            self._look_at(now)
            self.at_last_step, self.arrived = now, None
        return self._step(*args, **kwargs)

    def _look_at(self, now: np.ndarray) -> None:
        before, arrived = self.at_last_step, self.arrived
        if before is None or arrived is None or not (before != 0).any():
            return
        close = np.allclose(now, before + arrived, rtol=1e-3, atol=1e-12)
        if close and not np.allclose(now, arrived, rtol=1e-3, atol=1e-12):
            self._add(
                Finding(
                    "forgotten-zero-grad",
                    "At a step, the gradients were the sum of those of this step and of the one before: "
                    "nobody set them back in between.",
                    "Call optimizer.zero_grad() before backward(), once for each step.",
                )
            )

    def _called(self, module: nn.Module, args: Any, output: Any) -> None:
        if not autograd.is_grad_enabled():
            for name, part in self.model.named_modules():
                if part.training and type(part).__name__.startswith(RANDOM_OR_BATCH):
                    self._add(
                        Finding(
                            "train-mode-at-evaluation",
                            f"The model was called under no_grad() while this {type(part).__name__} was in "
                            "training mode.",
                            "Call model.eval() before you evaluate, and model.train() before you go on.",
                            name,
                        )
                    )
                    break
        if origin.first_index(output) is not None and "nan" not in self.diagnosis:
            inputs = args[0] if len(args) == 1 else tuple(args)
            self._handles.pop(0).remove()  # it would see the second run too
            text = origin.first_origin(self.model, inputs)
            self._handles.insert(0, self.model.register_forward_hook(self._called))
            self._add(
                Finding("nan", f"{text}.", "A smaller learning rate, scaled inputs, or clipped gradients.")
            )

    def _add(self, finding: Finding) -> None:
        if finding.name not in self.diagnosis:
            self.diagnosis.findings.append(finding)
