"""L-BFGS: steps along a curvature that is remembered as the last few changes of gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pynn import _check, _core, autograd
from pynn._core import Tensor

from .line_search import strong_wolfe
from .optimizer import Optimizer, Params


class LBFGS(Optimizer):
    """Limited-memory BFGS, for smooth losses over full batches.

    Each `step` needs a closure and makes up to `max_iter` iterations with it. Nocedal & Wright 2006,
    "Numerical optimization", algorithms 7.4 (the direction), 3.5 and 3.6 (the line search).

    Args:
        params: see `Optimizer`; one group only, since all parameters share one direction.
        lr: length of the first trial step.
        max_iter: iterations in one `step`.
        max_eval: evaluations of the closure in one `step`; default 1.25 max_iter.
        tolerance_grad: stop when no gradient is larger.
        tolerance_change: stop when neither parameters nor loss change by more.
        history_size: how many changes are remembered.
        line_search_fn: `None` for steps of fixed length, or "strong_wolfe".

    Example:
        >>> import pynn
        >>> w = pynn.nn.Parameter(pynn.tensor([4.0, -2.0]))
        >>> optimizer = pynn.optim.LBFGS([w], line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = ((w - 1) ** 2).sum()
        ...     loss.backward()
        ...     return loss
        >>> loss = optimizer.step(closure)
        >>> [round(v, 4) for v in w.tolist()]
        [1.0, 1.0]
    """

    not_numbers = Optimizer.not_numbers | {"line_search_fn"}

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        _check.integer("LBFGS", "max_iter", max_iter, 1)
        _check.integer("LBFGS", "history_size", history_size, 1)
        if line_search_fn not in (None, "strong_wolfe"):
            raise ValueError(f"LBFGS: line_search_fn is None or 'strong_wolfe', got {line_search_fn!r}")
        super().__init__(
            params,
            {
                "lr": lr,
                "max_iter": max_iter,
                "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
                "tolerance_grad": tolerance_grad,
                "tolerance_change": tolerance_change,
                "history_size": history_size,
                "line_search_fn": line_search_fn,
            },
        )
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS: all parameters share one direction, so there is one group only")
        self._memory = Curvature(history_size)
        self._last_gradient: Tensor | None = None
        self._direction: Tensor | None = None
        self._length = lr
        self._iterations = 0

    # ---- all parameters as one vector -------------------------------------------------------------

    def _gradient(self) -> Tensor:
        parts = [
            (_core.ops.zeros(p.shape, p.dtype) if p.grad is None else p.grad.detach()).reshape((-1,))
            for p in self.param_groups[0]["params"]
        ]
        return _core.ops.cat(parts)

    def _position(self) -> list[Tensor]:
        return [p.detach().clone() for p in self.param_groups[0]["params"]]

    def _move_to(self, start: list[Tensor], length: float, direction: Tensor) -> None:
        at = 0
        for p, origin in zip(self.param_groups[0]["params"], start, strict=True):
            part = direction[at : at + p.numel()].reshape(tuple(p.shape))
            p.copy_(origin + length * part)
            at += p.numel()

    # ---- the step ---------------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make up to `max_iter` iterations; returns the loss that the first evaluation gave.

        Args:
            closure: computes the loss, calls `backward` on it, and returns it.
        """
        if closure is None:
            raise TypeError(
                "LBFGS.step needs a closure that computes the loss and its gradients: step(closure). fit "
                "gives none, so it cannot use LBFGS: write the loop yourself, as LBFGS's example shows"
            )
        self._settle()
        o = self.param_groups[0]

        def evaluate() -> float:
            with autograd.enable_grad():
                return float(closure())

        with autograd.enable_grad():
            first_loss = closure()
        with autograd.no_grad():
            self._iterate(evaluate, float(first_loss), o)
        return first_loss

    def _iterate(self, evaluate: Callable[[], float], loss: float, o: dict[str, Any]) -> None:
        gradient, evaluations = self._gradient(), 1
        for _ in range(o["max_iter"]):
            if _largest(gradient) <= o["tolerance_grad"]:
                return
            self._iterations += 1
            if self._last_gradient is None:
                direction = -gradient
                length = min(1.0, 1.0 / float(gradient.abs().sum())) * o["lr"]
            else:
                assert self._direction is not None
                self._memory.add(self._length * self._direction, gradient - self._last_gradient)
                direction, length = self._memory.newton_direction(gradient), o["lr"]
            slope = float((gradient * direction).sum())
            if slope > -o["tolerance_change"]:
                return
            loss_before, start = loss, self._position()
            self._last_gradient, self._direction = gradient, direction
            if o["line_search_fn"] == "strong_wolfe":

                def along(
                    t: float, start: Any = start, direction: Any = direction
                ) -> tuple[float, Any, float]:
                    self._move_to(start, t, direction)
                    value = evaluate()
                    g = self._gradient()
                    return value, g, float((g * direction).sum())

                length, loss, gradient, used = strong_wolfe(
                    along, length, loss, gradient, slope, _largest(direction), o["tolerance_change"]
                )
                self._move_to(start, length, direction)
                evaluations += used
            else:
                self._move_to(start, length, direction)
                loss = evaluate()
                gradient = self._gradient()
                evaluations += 1
            self._length = length
            if evaluations >= o["max_eval"] or length * _largest(direction) <= o["tolerance_change"]:
                return
            if abs(loss - loss_before) < o["tolerance_change"]:
                return

    # ---- state ------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Options, and the remembered curvature under `state[0]`."""
        saved = super().state_dict()
        if self._last_gradient is not None:
            saved["state"] = {
                0: {
                    "n_iter": self._iterations,
                    "t": self._length,
                    "d": self._direction,
                    "prev_flat_grad": self._last_gradient,
                    "old_stps": list(self._memory.moves),
                    "old_dirs": list(self._memory.changes),
                }
            }
        return saved

    def load_state_dict(self, state_dict: Any) -> None:
        """Take over options and remembered curvature.

        Args:
            state_dict: what `state_dict` of an LBFGS for the same parameters gave.
        """
        super().load_state_dict({"state": {}, "param_groups": state_dict["param_groups"]})
        state = state_dict["state"].get(0)
        self._memory = Curvature(self.param_groups[0]["history_size"])
        self._last_gradient = None
        if state is not None:
            self._iterations, self._length = state["n_iter"], state["t"]
            self._direction, self._last_gradient = state["d"], state["prev_flat_grad"]
            self._memory.moves, self._memory.changes = list(state["old_stps"]), list(state["old_dirs"])


class Curvature:
    """The last moves s and the changes of gradient y that came with them: an approximate Hessian."""

    def __init__(self, history_size: int) -> None:
        self.history_size = history_size
        self.moves: list[Tensor] = []
        self.changes: list[Tensor] = []

    def add(self, move: Tensor, change: Tensor) -> None:
        """Remember one pair, if the loss curved upwards along it."""
        if float((move * change).sum()) > 1e-10:
            self.moves = [*self.moves, move][-self.history_size :]
            self.changes = [*self.changes, change][-self.history_size :]

    def newton_direction(self, gradient: Tensor) -> Tensor:
        """-H g by the two-loop recursion, algorithm 7.4, with H = (s·y / y·y) I at its heart."""
        direction = -gradient
        if not self.moves:
            return direction
        weights = []
        for move, change in zip(reversed(self.moves), reversed(self.changes), strict=True):
            weight = float((move * direction).sum()) / float((move * change).sum())
            direction = direction - weight * change
            weights.append(weight)
        move, change = self.moves[-1], self.changes[-1]
        direction = direction * (float((move * change).sum()) / float((change * change).sum()))
        for move, change, weight in zip(self.moves, self.changes, reversed(weights), strict=True):
            correction = float((change * direction).sum()) / float((move * change).sum())
            direction = direction + (weight - correction) * move
        return direction


def _largest(x: Tensor) -> float:
    return float(x.abs().max())
