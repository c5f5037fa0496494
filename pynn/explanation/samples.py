"""From the text of a sample, ``"randn(3, 65), axis=-1"``, to arguments, a call and a reference.

The text is evaluated with NumPy's names in scope and a few helpers; random numbers are seeded by the text, so
a sample is the same in every run. Arrays of floats become tensors of the type under test.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor

from . import helpers

Layout = Callable[[np.ndarray], np.ndarray]


NUMPY = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}
SCOPE: dict[str, Any] = {
    **NUMPY,
    **helpers.BUILTINS,
    **helpers.NAMES,
    "np": np,
    "__builtins__": {"__import__": __import__},
}


def _random(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {
        "randn": lambda *shape: rng.standard_normal(shape),
        "rand": lambda *shape: rng.random(shape),
        "randint": lambda low, high, *shape: rng.integers(low, high, shape),
    }


def _is_float_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def _each_array(value: Any, change: Callable[[np.ndarray], Any]) -> Any:
    """``change`` applied to an array, or to the arrays in a list of them."""
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, (list, tuple)) and any(isinstance(v, np.ndarray) for v in value):
        return [_each_array(v, change) for v in value]
    return value


@dataclass(frozen=True)
class Sample:
    """One argument list of one op."""

    op: Any
    text: str
    args: tuple[Any, ...] = field(repr=False)
    kwargs: dict[str, Any] = field(repr=False)

    @classmethod
    def parse(cls, op: Any, text: str) -> Sample:
        """The sample that a text of an op's record stands for."""
        scope = {**SCOPE, **_random(zlib.crc32(f"{op.name}({text})".encode()))}
        scope["capture"] = lambda *args, **kwargs: (args, kwargs)
        args, kwargs = eval(f"capture({text})", scope)
        return cls(op, text, args, kwargs)

    def __str__(self) -> str:
        return f"{self.op.name}({self.text})"

    def with_arrays(self, change: Callable[[np.ndarray], Any]) -> Sample:
        """The same sample with every array of it changed."""
        args = tuple(_each_array(a, change) for a in self.args)
        return Sample(self.op, self.text, args, {k: _each_array(a, change) for k, a in self.kwargs.items()})

    def arrays(self) -> Iterator[np.ndarray]:
        """The arrays among the arguments."""
        found: list[np.ndarray] = []

        def note(array: np.ndarray) -> np.ndarray:
            found.append(array)
            return array

        self.with_arrays(note)
        return iter(found)

    def has_floats(self) -> bool:
        """Whether an array of floats is among the arguments."""
        return any(map(_is_float_array, self.arrays()))

    def is_smooth(self) -> bool:
        """Whether gradients may be checked here.

        There must be something to differentiate, and no infinity or NaN, which mark a sample as one of edge
        cases.
        """
        floats = [a for a in self.arrays() if _is_float_array(a)]
        if any(isinstance(a, float) and not math.isfinite(a) for a in (*self.args, *self.kwargs.values())):
            return False
        return bool(floats) and all(a.size > 0 and np.isfinite(a).all() for a in floats)

    # ---- the op -------------------------------------------------------------------------------------

    def tensors(
        self, dtype: Any, layout: Layout = np.ascontiguousarray, requires_grad: bool = False
    ) -> tuple[list[Any], dict[str, Any], list[Tensor]]:
        """Arguments for the op; and, of these, the tensors that a gradient can flow to."""
        floats: list[Tensor] = []

        def convert(array: np.ndarray) -> Tensor:
            is_float = _is_float_array(array)
            if is_float:
                array = array.astype(dtype.numpy)
            tensor = _core.from_numpy(layout(array) if array.ndim else array.copy())
            if is_float:
                floats.append(tensor.requires_grad_(requires_grad))
            return tensor

        converted = self.with_arrays(convert)
        return list(converted.args), converted.kwargs, floats

    def run(self, dtype: Any, layout: Layout = np.ascontiguousarray) -> list[np.ndarray]:
        """The op's outputs, as arrays."""
        args, kwargs, _ = self.tensors(dtype, layout)
        return as_arrays(self.op(*args, **kwargs))

    # ---- the reference ------------------------------------------------------------------------------

    def bound(self) -> dict[str, Any]:
        """The arguments by name, defaults included."""
        values: dict[str, Any] = {}
        rest = list(self.args)
        for name, _, default, _, variadic in self.op.args:
            if variadic and rest and isinstance(rest[0], (int, np.integer)):
                values[name] = tuple(rest)  # x.reshape(2, 3)
                rest = []
            elif rest:
                values[name] = rest.pop(0)
            elif name in self.kwargs:
                values[name] = self.kwargs[name]
            else:
                values[name] = None if default is None else eval(default, dict(SCOPE))
        assert not rest, f"{self}: too many arguments"
        assert set(self.kwargs) <= set(values), f"{self}: an argument that the op does not have"
        return values

    def reference(self, dtype: Any = _core.float64) -> list[np.ndarray]:
        """What NumPy computes, in float64, from the inputs as `dtype` can hold them."""
        rounded = self.with_arrays(
            lambda a: a.astype(dtype.numpy).astype(np.float64) if _is_float_array(a) else a.copy()
        )
        with np.errstate(all="ignore"):
            y = eval(self.op.reference, {**SCOPE, **rounded.bound()})
        return [np.asarray(part) for part in (y if isinstance(y, tuple) else (y,))]


def as_arrays(outputs: Any) -> list[np.ndarray]:
    """One output or several, as a list of arrays."""
    return [np.array(y.detach()) for y in ([outputs] if isinstance(outputs, Tensor) else outputs)]


def samples_of(op: Any) -> list[Sample]:
    """The samples of one op."""
    return [Sample.parse(op, text) for text in op.samples]
