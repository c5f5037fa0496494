"""A doctor who stays with a training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..callbacks import Callback, Logs
from . import network_checks
from .finding import Diagnosis, Finding
from .probe import Probe, array

BIG_STEP, SMALL_STEP = 0.5, 1e-7  # of the weights' own size, in one step
RISES = 5  # epochs


class Doctor(Callback):
    """Look at the first batch of each epoch, layer by layer, and at how the losses go; print what is wrong.

    It sees dead ReLUs, saturated units, gradients that vanish or explode, steps that are too long or too
    short for the weights, outputs that are the same for every sample, a loss that rises, and overfitting.
    Between the batches that it looks at, it costs nothing. Before a training, `model.check(x, y)` sees more.

    Args:
        verbose: print each finding when it is made.

    Attributes:
        diagnosis: the findings so far.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> pynn.manual_seed(0)
        >>> model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
        >>> model.compile(pynn.optim.SGD(model, lr=0.05), "mse")
        >>> doctor = pynn.train.Doctor()
        >>> x = pynn.randn(64, 2)
        >>> history = model.fit(x, x[:, :1], epochs=3, verbose=0, callbacks=[doctor])
        >>> doctor.diagnosis
        The doctor found nothing wrong (9 checks).
    """

    def __init__(self, verbose: bool = True) -> None:
        self.verbose = verbose
        self.diagnosis = Diagnosis([])

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.diagnosis = Diagnosis(
            [],
            ["dead-relus", "saturated-units", "vanishing-gradient", "exploding-gradient", "no-gradient",
             "constant-predictions", "learning-rate-too-high", "learning-rate-too-low", "overfitting"],
        )  # fmt: skip
        self._losses: list[float] = []
        self._held_out: list[float] = []
        self._tiny = 0

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        if batch == 0:
            self._probe = Probe(self.model)
            self._probe.__enter__()
            self._before = {name: array(p) for name, p in self.model.named_parameters()}

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if batch or not hasattr(self, "_probe"):
            return
        probe, before = self._probe, self._before
        probe.__exit__()
        del self._probe, self._before
        if not math.isfinite((logs or {})["loss"]) or not probe.seen:
            return  # fit itself says where that came from
        found = [*network_checks.dead(probe), *network_checks.saturated(probe)]
        last = probe.seen[-1]
        found += network_checks.constant(probe, last.inputs[0] if last.inputs else None, last.output)
        norms = {
            name: float(np.sqrt((array(p.grad) ** 2).mean()))
            for name, p in self.model.named_parameters()
            if p.grad is not None and p.numel()
        }
        ever = {name: name in norms for name, p in self.model.named_parameters() if p.requires_grad}
        found += network_checks.gradients(self.model, norms, ever)
        found += self._steps(before)
        self._report(found)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        self._losses.append(logs["loss"])
        self._held_out.append(logs.get("val_loss", math.nan))
        losses, held_out = self._losses, self._held_out
        if len(losses) > 1 and losses[-1] > 2 * losses[0] + 1e-6:
            self._report(
                [
                    Finding(
                        "learning-rate-too-high",
                        f"The loss was {losses[0]:.4g} in the first epoch and is {losses[-1]:.4g} now.",
                        "Lower the rate; model.find_lr(x, y) suggests one.",
                    )
                ]
            )
        best = int(np.nanargmin(held_out)) if not all(map(math.isnan, held_out)) else len(held_out)
        worse = len(held_out) - 1 - best >= RISES and held_out[-1] > 1.1 * held_out[best]
        if worse and losses[-1] < losses[best]:
            self._report(
                [
                    Finding(
                        "overfitting",
                        f"Since epoch {best + 1} the loss fell from {losses[best]:.4g} to "
                        f"{losses[-1]:.4g}, the validation loss rose from {held_out[best]:.4g} to "
                        f"{held_out[-1]:.4g}.",
                        "EarlyStopping keeps the best weights. More data, augmentation, dropout, weight "
                        "decay or a smaller model help against the cause.",
                    )
                ]
            )

    def _steps(self, before: dict[str, np.ndarray]) -> list[Finding]:
        """How far the weights moved, measured by their own size."""
        moved = {}
        for name, parameter in self.model.named_parameters():
            if parameter.grad is None or parameter.ndim < 2 or name not in before:
                continue
            size = float(np.sqrt((before[name] ** 2).mean()))
            if size > 0 and before[name].shape == tuple(parameter.shape):
                moved[name] = float(np.sqrt(((array(parameter) - before[name]) ** 2).mean())) / size
        if not moved:
            return []
        name = max(moved, key=lambda key: moved[key])
        layer = name.rpartition(".")[0]
        if moved[name] > BIG_STEP:
            return [
                Finding(
                    "learning-rate-too-high",
                    f"One step changed {name} by {moved[name]:.0%} of its own size.",
                    "Lower the rate; model.find_lr(x, y) suggests one. About 0.1 % in a step is usual.",
                    layer,
                )
            ]
        scheduled = any("initial_lr" in group for group in self.model.optimizer.param_groups)
        self._tiny = self._tiny + 1 if 0 <= moved[name] < SMALL_STEP and not scheduled else 0
        if self._tiny == 2:
            return [
                Finding(
                    "learning-rate-too-low",
                    f"No step changed any weight by more than {moved[name]:.1e} of its own size.",
                    "Raise the rate; model.find_lr(x, y) suggests one. About 0.1 % in a step is usual.",
                    layer,
                )
            ]
        return []

    def _report(self, findings: list[Finding]) -> None:
        for finding in findings:
            if all((finding.name, finding.layer) != (old.name, old.layer) for old in self.diagnosis):
                self.diagnosis.findings.append(finding)
                if self.verbose:
                    print(f"Doctor: {finding}")

    def on_train_end(self, logs: Logs | None = None) -> None:
        if hasattr(self, "_probe"):  # an error or Ctrl-C came in between
            self._probe.__exit__()
            del self._probe

    def state_dict(self) -> dict[str, Any]:
        """Nothing: it begins to look anew."""
        return {}
