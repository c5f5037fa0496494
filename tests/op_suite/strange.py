"""Arguments that do not belong where they are given: what the tests of bad input try on every op."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import pynn
from pynn.explanation.samples import Sample, samples_of

# Ops whose values NumPy cannot say have no samples of their own.
WITHOUT_REFERENCE = {
    "empty": "(2, 3)",
    "uniform": "(2, 3), 0.0, 1.0",
    "normal": "(2, 3), 0.0, 1.0",
    "rand": "(2, 3)",
    "randn": "(2, 3)",
    "randint": "0, 5, (2, 3)",
    "randperm": "5",
    "bernoulli": "rand(2, 3)",
    "dropout": "randn(2, 3), 0.5, True",
}

NO_TENSOR = [
    None, "text", b"bytes", object(), {}, set(), [], (), [[]], [1, "a"], [[1.0, 2.0], [3.0]], 1j, slice(1),
    range(3), int, Ellipsis, float("nan"), float("inf"), -float("inf"), 1e300, 10**30, -(10**30), 2**63 - 1,
    -(2**63), 2**62, -7, -1, 0, 1, 9, True, (-1, -1), (0, 0), (2**62, 2**62), (2**40, 2**40), (10**30,),
    (1,) * 9, (1.5,), ("a",), (None,),
]  # fmt: skip

# Arrays that no tensor can hold.
WRONG_ARRAYS = {
    "complex": np.ones(3, complex),
    "object": np.array([1, None, "a"], object),
    "datetime": np.array(["2020-01-01", "2020-01-02"], "datetime64[D]"),
    "timedelta": np.array([1, 2], "timedelta64[s]"),
    "structured": np.zeros(2, [("a", np.float32), ("b", np.int32)]),
    "text": np.array(["one", "two"]),
    "bytes": np.array([b"one", b"two"]),
    "void": np.zeros(2, "V3"),
    "uint64 beyond int64": np.array([1, 2**63, 2**64 - 1], np.uint64),
    "nine axes": np.ones((1,) * 9),
}

# Arrays of types that pynn has not, with values that it has.
ODD_ARRAYS = {
    "uint16": np.array([[1, 2, 3]], np.uint16),
    "uint64": np.array([[1, 2, 3]], np.uint64),
    "int8": np.array([[1, -2, 3]], np.int8),
    "float16": np.array([[1.5, 2, 3]], np.float16),
    "longdouble": np.array([[1.5, 2, 3]], np.longdouble),
    "byte-swapped": np.array([[1.5, 2, 3]], ">f8"),
    "not aligned": np.zeros(3, [("a", np.int8), ("b", np.float64)])["b"],
    "read-only": np.broadcast_to(np.float32(1), (2, 3)),
}


def strange_tensors() -> dict[str, pynn.Tensor]:
    """Tensors of every rank, without elements, with gaps, with odd values, of every type."""
    return {
        "0-d": pynn.tensor(1.0),
        "empty": pynn.zeros(0),
        "(0, 3)": pynn.zeros(0, 3),
        "(2, 0, 3)": pynn.zeros(2, 0, 3),
        "(5, 7, 3)": pynn.zeros(5, 7, 3),
        "NaN": pynn.full((2, 3), float("nan")),
        "inf": pynn.full((3,), float("inf")),
        "transposed": pynn.ones(3, 4).T,
        "with gaps": pynn.ones(4, 6)[::2, ::3],
        "backwards": pynn.from_numpy(np.ones((2, 3))[::-1, ::-1]),
        "expanded": pynn.ones(2, 1).expand(2, 3),
        "far too large integers": pynn.tensor([2**62, -(2**62), -1]),
        "bool": pynn.tensor([[True, False]]),
        "uint8": pynn.ones(2, dtype=pynn.uint8),
        "int32": pynn.full((3, 3), -5, dtype=pynn.int32),
        "eight axes": pynn.ones(1, 1, 1, 1, 1, 1, 1, 1),
        "with a gradient": pynn.ones(2, 3, requires_grad=True),
    }


# What an op may raise, and nothing else: an AttributeError, an OverflowError, a SystemError or a bare
# RuntimeError would be an accident.
CLEAR = {
    ValueError, pynn.ShapeError, TypeError, pynn.DTypeError, IndexError, MemoryError, pynn.AutogradError,
}  # fmt: skip

A_SHAPE = re.compile(r"\((-?\d+(, -?\d+)*,?)?\)|\b0-d\b")


def faults_of(error: Exception, *names: str) -> str | None:
    """What is wrong with an exception: its type, or that it does not name the op or the shape it got."""
    message = str(error)
    if type(error) not in CLEAR:
        return f"raises {type(error).__name__}: {message}"
    if not any(re.search(rf"\b{re.escape(name)}\b", message) for name in names):
        return f"the message does not name the op: {type(error).__name__}: {message}"
    if isinstance(error, pynn.ShapeError) and not A_SHAPE.search(message):
        return f"the message does not say which shape: {message}"
    return None


@dataclass(frozen=True)
class Call:
    """One call of an op with something strange in it."""

    op: Any
    what: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def fault(self) -> str | None:
        """Computes or refuses, and nothing else: what is wrong with how it does so."""
        try:
            result = self.op(*self.args, **self.kwargs)
        except Exception as error:
            return faults_of(error, self.op.name, *self.op.aliases)
        for y in [result] if isinstance(result, pynn.Tensor) else result:
            np.asarray(y.detach()).tobytes()  # every element can be read
        return None


def good_call(op: Any) -> tuple[list[Any], dict[str, Any]]:
    """The arguments of a call that works."""
    sample = next(iter(samples_of(op)), None) or Sample.parse(op, WITHOUT_REFERENCE[op.name])
    args, kwargs, _ = sample.tensors(pynn.float32)
    return args, kwargs


def one_argument_replaced(op: Any) -> Iterator[Call]:
    """Each argument of a good call is replaced in turn by everything strange."""
    args, kwargs = good_call(op)
    strange = {
        **{repr(value)[:40]: value for value in NO_TENSOR},
        "a date": datetime.date(2020, 1, 1),
        **{f"array: {name}": a for name, a in {**WRONG_ARRAYS, **ODD_ARRAYS}.items()},
        **{f"tensor: {name}": t for name, t in strange_tensors().items()},
        **{f"list of tensor: {name}": [t] for name, t in strange_tensors().items()},
    }
    names = [name for name, *_ in op.args]
    for place in [*range(len(args)), *kwargs, *(n for n in names[len(args) :] if n not in kwargs)]:
        for name, value in strange.items():
            replaced_args, replaced_kwargs = list(args), dict(kwargs)
            (replaced_args if isinstance(place, int) else replaced_kwargs)[place] = value
            where = names[place] if isinstance(place, int) and place < len(names) else place
            yield Call(op, f"{where} = {name}", tuple(replaced_args), replaced_kwargs)


def all_tensors_replaced(op: Any) -> Iterator[Call]:
    """Every tensor of a good call is replaced: pairs that do not fit together, or all of one strange kind."""
    args, kwargs = good_call(op)
    places = [i for i, a in enumerate(args) if isinstance(a, pynn.Tensor)]
    tensors = strange_tensors()
    if not places:
        return
    for combination in itertools.product(tensors, repeat=min(len(places), 2)):
        replaced = list(args)
        for place, name in zip(places, itertools.cycle(combination)):
            replaced[place] = tensors[name]
        yield Call(op, " with ".join(combination), tuple(replaced), kwargs)


def in_place_calls(op: Any) -> Iterator[Call]:
    """The in-place twin of an op on targets that no result can be written to, and on a few that can."""
    twin = getattr(pynn.Tensor, op.name + "_", None)
    if type(twin) is not type(op):
        return
    args, kwargs = good_call(op)
    targets = {
        **strange_tensors(),
        "expanded from one": pynn.ones(1).expand(7),
        "overlapping windows": pynn.ones(6).unfold(0, 3, 1),
        "read-only": pynn.from_numpy(np.broadcast_to(np.float32(1), (2, 3))),
        "part of a leaf": pynn.ones(4, requires_grad=True)[1:],
    }
    for name, target in targets.items():
        yield Call(twin, f"into {name}", (target, *args[1:]), kwargs)
        for other, tensor in strange_tensors().items():
            others = [tensor if isinstance(a, pynn.Tensor) else a for a in args[1:]]
            if any(isinstance(a, pynn.Tensor) for a in args[1:]):
                yield Call(twin, f"into {name} from {other}", (target.detach().clone(), *others), kwargs)
