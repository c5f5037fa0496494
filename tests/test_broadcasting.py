"""Broadcasting, against NumPy on shapes that hypothesis invents."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pynn

BINARY = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "lt": np.less,
    "eq": np.equal,
    "hypot": np.hypot,
}

pairs = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=5, max_side=4, min_side=0)
triples = hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=4, max_side=4, min_side=0)
seeds = st.integers(0, 2**32 - 1)


def whole_numbers(seed: int, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Small integers held in floats: sums of them are exact in any order."""
    rng = np.random.default_rng(seed)
    return [rng.integers(-8, 9, shape).astype(np.float64) for shape in shapes]


def view_of(a: np.ndarray, choice: int) -> np.ndarray:
    """The same values: as they are, transposed in memory, backwards in memory."""
    if choice == 1 and a.ndim:
        return np.asfortranarray(a)
    if choice == 2 and a.ndim:
        everything = (slice(None, None, -1),) * a.ndim
        return np.ascontiguousarray(a[everything])[everything]
    return a


@pytest.mark.parametrize("name", BINARY)
@given(shapes=pairs, seed=seeds, layouts=st.tuples(*[st.integers(0, 2)] * 2))
@settings(max_examples=60)
def test_values_are_those_of_numpy(name, shapes, seed, layouts):
    a, b = map(view_of, whole_numbers(seed, *shapes.input_shapes), layouts)
    y = getattr(pynn, name)(pynn.from_numpy(a), pynn.from_numpy(b))
    want = BINARY[name](a, b)
    assert y.shape == shapes.result_shape == want.shape
    if name == "hypot":
        np.testing.assert_allclose(np.array(y), want, rtol=1e-14)
    else:
        np.testing.assert_array_equal(np.array(y), want)


@given(shapes=pairs, seed=seeds, layouts=st.tuples(*[st.integers(0, 2)] * 2))
@settings(max_examples=100)
def test_gradients_are_summed_over_what_was_broadcast(shapes, seed, layouts):
    arrays = whole_numbers(seed, *shapes.input_shapes, shapes.result_shape)
    a, b = (pynn.from_numpy(view_of(x, k)).requires_grad_() for x, k in zip(arrays[:2], layouts, strict=True))
    (a * b).backward(pynn.from_numpy(arrays[2]))
    for x, other in ((a, arrays[1]), (b, arrays[0])):
        full = np.broadcast_to(arrays[2] * other, shapes.result_shape)
        added = full.ndim - x.ndim
        stretched = tuple(i + added for i, n in enumerate(x.shape) if n == 1 and full.shape[i + added] != 1)
        want = full.sum((*range(added), *stretched)).reshape(x.shape)
        np.testing.assert_array_equal(np.array(x.grad), want)


@given(shapes=triples, seed=seeds)
@settings(max_examples=60)
def test_three_operands(shapes, seed):
    condition, a, b = whole_numbers(seed, *shapes.input_shapes)
    y = pynn.where(pynn.from_numpy(np.asarray(condition > 0)), pynn.from_numpy(a), pynn.from_numpy(b))
    np.testing.assert_array_equal(np.array(y), np.where(condition > 0, a, b))
    low, high = np.minimum(a, b), np.maximum(a, b)
    y = pynn.clip(*(pynn.from_numpy(np.asarray(x)) for x in (condition, low, high)))
    np.testing.assert_array_equal(np.array(y), np.clip(condition, low, high))


@given(
    a=hnp.array_shapes(min_dims=0, max_dims=4, max_side=3),
    b=hnp.array_shapes(min_dims=0, max_dims=4, max_side=3),
)
@settings(max_examples=100)
def test_what_numpy_refuses_is_refused_with_both_shapes(a, b):
    x, y = pynn.from_numpy(np.zeros(a)), pynn.from_numpy(np.zeros(b))
    try:
        want = np.broadcast_shapes(a, b)
    except ValueError:
        with pytest.raises(pynn.ShapeError) as error:
            x + y
        assert str(a) in str(error.value)
        assert str(b) in str(error.value)
    else:
        assert (x + y).shape == want


DTYPES = ["bool", "uint8", "int32", "int64", "float32", "float64"]
# NumPy's table for tensors of equal standing, but for one thing: beside a float32, integers stay in float32.
PROMOTED = {
    (a, b): "float32" if {a, b} & {"float32"} and "float64" not in (a, b) else str(np.promote_types(a, b))
    for a in DTYPES
    for b in DTYPES
}
KINDS = {
    "tensor": lambda dtype: pynn.tensor([1, 0, 1], dtype=getattr(pynn, dtype)),
    "0-d": lambda dtype: pynn.tensor(1, dtype=getattr(pynn, dtype)),
    "number": lambda dtype: {"b": True, "u": 1, "i": 1, "f": 1.0}[dtype[0]],
}
RANK = {"tensor": 2, "0-d": 1, "number": 0}
CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2}


def promoted(a: tuple[str, str], b: tuple[str, str]) -> str:
    """The dtype of two operands, each (kind, dtype): the higher kind decides, unless the other one is of a
    higher category (bool < integer < float).
    """
    (a_kind, a_type), (b_kind, b_type) = sorted((a, b), key=lambda operand: -RANK[operand[0]])
    if b_kind == "number":  # of its category, the type that numbers become
        b_type = {0: "bool", 1: "int64", 2: "float32"}[CATEGORY[b_type[0]]]
    if RANK[a_kind] == RANK[b_kind]:
        return PROMOTED[a_type, b_type]
    return a_type if CATEGORY[b_type[0]] <= CATEGORY[a_type[0]] else PROMOTED[a_type, b_type]


@pytest.mark.parametrize("a_type", DTYPES)
@pytest.mark.parametrize("b_type", DTYPES)
def test_types_are_promoted_by_the_table(a_type, b_type):
    for a_kind, make_a in KINDS.items():
        for b_kind, make_b in KINDS.items():
            if a_kind == b_kind == "number":
                continue
            common = promoted((a_kind, a_type), (b_kind, b_type))
            quotient = common if common.startswith("float") else "float32"
            for op, want in (("add", common), ("mul", common), ("truediv", quotient), ("lt", "bool")):
                got = getattr(operator, op)(make_a(a_type), make_b(b_type)).dtype
                assert got is getattr(pynn, want), f"{op}({a_kind} {a_type}, {b_kind} {b_type}): {got}"
