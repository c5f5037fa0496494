"""A schedule that watches a metric instead of the clock."""

from __future__ import annotations

import math
from typing import Any

from pynn import _check

from ..optimizer import Optimizer
from .scheduler import check_optimizer


class ReduceLROnPlateau:
    """Lower the rate by `factor` when a metric has not improved for more than `patience` steps.

    Args:
        optimizer: whose rates are set.
        mode: "min" if the metric should fall, "max" if it should rise.
        factor: what the rate is multiplied with.
        patience: steps without improvement that are put up with.
        threshold: how much better counts as better.
        threshold_mode: "rel" for a part of the best value, "abs" for a difference.
        cooldown: steps to wait after a reduction before counting again.
        min_lr: the rate never falls below this: one number, or one per group.
        eps: a smaller change of the rate is not made.

    Example:
        >>> import pynn
        >>> optimizer = pynn.optim.SGD([pynn.nn.Parameter(pynn.zeros(1))], lr=1.0)
        >>> schedule = pynn.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1)
        >>> for loss in [1.0, 1.0, 1.0]:
        ...     schedule.step(loss)
        >>> schedule.get_last_lr()
        [0.1]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float | list[float] = 0.0,
        eps: float = 1e-8,
    ) -> None:
        owner = "ReduceLROnPlateau"
        check_optimizer(self, optimizer)
        for name, number in (("threshold", threshold), ("eps", eps)):
            _check.real(owner, name, number, 0)
        for name, count in (("patience", patience), ("cooldown", cooldown)):
            _check.integer(owner, name, count, 0)
        if not 0 < _check.real(owner, "factor", factor) < 1:
            raise ValueError(f"ReduceLROnPlateau: factor must lie between 0 and 1, got {factor}")
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError(
                "ReduceLROnPlateau: mode is 'min' or 'max' and threshold_mode 'rel' or 'abs', "
                f"got {mode!r} and {threshold_mode!r}"
            )
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.eps = cooldown, eps
        groups = len(optimizer.param_groups)
        self.min_lrs = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * groups
        if len(self.min_lrs) != groups:
            raise ValueError(f"ReduceLROnPlateau: {len(self.min_lrs)} values of min_lr for {groups} groups")
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def step(self, metrics: Any) -> None:
        """Tell it the metric of one more epoch.

        Args:
            metrics: a number or a tensor of one element.
        """
        value = _check.real("ReduceLROnPlateau", "metrics", metrics, any_float=True)
        self.last_epoch += 1
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group, lowest in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
                new = max(group["lr"] * self.factor, lowest)
                if group["lr"] - new > self.eps:
                    group["lr"] = new
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def _is_better(self, value: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "abs":
            return value * sign > self.best * sign + self.threshold
        return value * sign > self.best * (1 + sign * self.threshold) * sign

    def get_last_lr(self) -> list[float]:
        """The rates now in force, one per group."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave.

        Args:
            state_dict: the state of a schedule of this class.
        """
        self.__dict__.update(state_dict)
