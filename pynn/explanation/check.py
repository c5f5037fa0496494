"""A live gradient check: backward against finite differences, with the numbers of both."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pynn import _core, autograd
from pynn._core import Tensor

from .samples import Sample, samples_of

STEP = 1e-6
TOLERANCE = 1e-4  # absolute or relative, of what differences in float64 can tell
MOST = 60  # elements of one input that are checked; of more, these many, evenly spread


@dataclass(frozen=True)
class Compared:
    """One input's gradient, in two ways, at the elements that were checked."""

    name: str
    shape: tuple[int, ...]
    backward: np.ndarray
    differences: np.ndarray

    @property
    def worst(self) -> float:
        """The largest deviation, relative where the gradient is large."""
        scale = np.maximum(1.0, np.abs(self.differences))
        return float((np.abs(self.backward - self.differences) / scale).max(initial=0.0))


@dataclass(frozen=True)
class GradientCheck:
    """What was called, and how the two ways of finding its gradient agree.

    Attributes:
        call: the call that was checked, as text.
        inputs: each input with both gradients.
        why_not: why nothing could be compared; "" if it was.
    """

    call: str
    inputs: tuple[Compared, ...] = ()
    why_not: str = ""

    @property
    def passed(self) -> bool:
        """Whether all gradients agree."""
        return all(compared.worst <= TOLERANCE for compared in self.inputs)

    def __str__(self) -> str:
        if self.why_not:
            return self.why_not
        lines = [self.call]
        for compared in self.inputs:
            mark = "agrees" if compared.worst <= TOLERANCE else "DIFFERS"
            lines.append(
                f"  d/d{compared.name} {compared.shape}: {mark}, largest deviation {compared.worst:.1e}"
            )
            for label, numbers in (("backward", compared.backward), ("differences", compared.differences)):
                shown = ", ".join(f"{v:.6f}" for v in numbers[:5])
                lines.append(f"    {label:<12}[{shown}{', …' if len(numbers) > 5 else ''}]")
        return "\n".join(lines)


def check_op(op: Any) -> GradientCheck:
    """Check an op on the first of its samples that has a gradient."""
    first = "no sample"
    for sample in samples_of(op):
        if not sample.is_smooth():
            continue
        first = str(sample)
        args, kwargs, floats = sample.tensors(_core.float64, requires_grad=True)
        outputs = _outputs(op(*args, **kwargs))
        if not outputs:
            continue
        names = _names(sample, args, kwargs, floats)
        return compare(
            str(sample), functools.partial(op, *args, **kwargs), list(zip(names, floats, strict=True))
        )
    reason = op.gradient or "its output does not vary smoothly with its inputs"
    return GradientCheck(first, why_not=f"There is no gradient to check: {reason}")


def compare(
    call: str, function: Callable[[], Any], inputs: Sequence[tuple[str, Tensor]], most: int = MOST
) -> GradientCheck:
    """Compare the two gradients of a function of no arguments.

    Args:
        call: what to call it.
        function: looks at the tensors and returns one or several.
        inputs: their names, and float64 tensors that require a gradient.
        most: elements of each that are checked.
    """
    outputs = _outputs(function())
    rng = np.random.default_rng(0)
    weights = [rng.uniform(0.5, 1.5, y.shape) * rng.choice([-1.0, 1.0], y.shape) for y in outputs]
    seeds = [_core.tensor(w, _core.float64) for w in weights]
    analytic = autograd.grad(outputs, [x for _, x in inputs], seeds, allow_unused=True)

    def weighted() -> float:
        parts = zip(_outputs(function()), weights, strict=True)
        return sum(float((_core.to_numpy(y.detach()) * w).sum()) for y, w in parts)

    compared = []
    for (name, x), dx in zip(inputs, analytic, strict=True):
        values = _core.to_numpy(x.detach())
        places = list(np.ndindex(*values.shape))
        if len(places) > most:
            places = [places[k * len(places) // most] for k in range(most)]
        differences = np.zeros(len(places))
        for k, place in enumerate(places):
            before = values[place]
            values[place] = before + STEP
            above = weighted()
            values[place] = before - STEP
            below = weighted()
            values[place] = before
            differences[k] = (above - below) / (2 * STEP)
        array = np.zeros(x.shape) if dx is None else np.array(_core.to_numpy(dx.detach()))
        compared.append(Compared(name, tuple(x.shape), np.array([array[p] for p in places]), differences))
    return GradientCheck(call, tuple(compared))


def _outputs(result: Any) -> list[Tensor]:
    outputs = [result] if isinstance(result, Tensor) else list(result)
    return [y for y in outputs if isinstance(y, Tensor) and y.requires_grad]


def _names(sample: Sample, args: list[Any], kwargs: dict[str, Any], floats: list[Tensor]) -> list[str]:
    """The arguments that the tensors were given for."""
    named = [(name, value) for (name, *_), value in zip(sample.op.args, args, strict=False)]
    named += list(kwargs.items())
    found = []
    for tensor in floats:
        for name, value in named:
            if value is tensor:
                found.append(name)
                break
            if isinstance(value, list) and any(part is tensor for part in value):
                found.append(f"{name}[{[part is tensor for part in value].index(True)}]")
                break
        else:
            found.append("input")
    return found
