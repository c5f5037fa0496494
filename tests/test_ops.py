"""Every registered op, on every sample of its record: values, types, layouts, integers, empty tensors, NaN.

An op joins this suite by being registered. test_op_gradients.py and test_op_threads.py go on from here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from op_suite import Sample, all_samples, assert_close, ops, ops_by_name
from op_suite.elementwise import BINARY, BITS, EXTRA_ARGUMENTS, NAN_STOPS, UNARY

import pynn

ROOT = Path(__file__).parents[1]
SAMPLES = all_samples()
FLOATS = [pynn.float64, pynn.float32]

# Ops whose result no expression gives: random numbers and memory as it is found.
WITHOUT_REFERENCE = {"bernoulli", "empty", "normal", "rand", "randint", "randn", "randperm", "uniform"}


@pytest.mark.parametrize("op", ops(), ids=lambda op: op.name)
def test_the_record_is_complete(op):
    missing = [part for part in ("doc", "formula", "gradient", "samples") if not getattr(op, part)]
    if op.name not in WITHOUT_REFERENCE and not op.reference:
        missing.append("reference")
    assert not missing, f"{op.name} ({op.file}) lacks {', '.join(missing)}"
    assert op.doc.rstrip().endswith((".", ")")), f"{op.name}: the doc is not a sentence: {op.doc!r}"
    assert (ROOT / op.file).is_file(), f"{op.name}: its source, {op.file}, is not there"


def test_the_list_of_ops_without_reference_is_exact():
    assert {op.name for op in ops() if not op.reference} == WITHOUT_REFERENCE


def test_no_name_is_taken_twice():
    names = [name for op in ops() for name in (op.name, *op.aliases)]
    assert sorted(names) == sorted(set(names))


# ---- values ----


def expected_dtype(sample: Sample, want: np.ndarray, dtype: pynn.dtype) -> object:
    if want.dtype.kind == "f":
        return dtype if sample.has_floats() or not any(True for _ in sample.arrays()) else pynn.float32
    if want.dtype == np.int32:
        return pynn.int32
    return {"b": pynn.bool, "i": pynn.int64, "u": pynn.uint8}[want.dtype.kind]


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_values_are_those_of_the_reference(sample, dtype):
    got, want = sample.run(dtype), sample.reference(dtype)
    assert len(got) == len(want)
    says_dtype = any(kind == "dtype" or kind.startswith("dtype ") for _, kind, *_ in sample.op.args)
    for y, reference in zip(got, want, strict=True):
        assert_close(y, reference, str(sample))
        if not says_dtype and any(True for _ in sample.arrays()):
            assert y.dtype == expected_dtype(sample, reference, dtype).numpy


# Two ways to be anything but contiguous: axes in reverse order with gaps, and running backwards.


def transposed_with_gaps(a: np.ndarray) -> np.ndarray:
    wide = np.zeros((*a.shape[::-1], 2), a.dtype)
    wide[..., 0] = a.T
    return wide[..., 0].T


def backwards(a: np.ndarray) -> np.ndarray:
    everything = (slice(None, None, -1),) * a.ndim
    return np.ascontiguousarray(a[everything])[everything]


@pytest.mark.parametrize("layout", [transposed_with_gaps, backwards])
@pytest.mark.parametrize("sample", [s for s in SAMPLES if any(a.ndim for a in s.arrays())], ids=str)
def test_layout_in_memory_does_not_matter(sample, layout):
    if sample.op.name == "view" and layout is transposed_with_gaps:
        with pytest.raises(pynn.ShapeError, match=r"Did you mean x\.reshape"):
            sample.run(pynn.float64, layout)
        return
    for y, plain in zip(sample.run(pynn.float64, layout), sample.run(pynn.float64), strict=True):
        assert_close(y, plain, str(sample))


# ---- elementwise ops, all of a kind ----


def call(name: str, *tensors: pynn.Tensor) -> pynn.Tensor:
    return getattr(pynn._core.ops, name)(*tensors, *EXTRA_ARGUMENTS.get(name, ()))


def reference(name: str, *arrays: np.ndarray) -> np.ndarray:
    return Sample(ops_by_name()[name], "", (*arrays, *EXTRA_ARGUMENTS.get(name, ())), {}).reference()[0]


FLOATS_ONLY = {"frac", "heaviside"}


@pytest.mark.parametrize("name", UNARY + BINARY)
def test_integers_where_they_are_taken(name):
    """Integers are computed exactly, or as floats; an op that has no sense for them says so."""
    rng = np.random.default_rng(0)
    values = [rng.integers(-9, 10, 100), rng.integers(1, 7, 100)][: 1 if name in UNARY else 2]
    for dtype in (pynn.int64, pynn.int32, pynn.uint8):
        arrays = [(np.abs(v) if dtype is pynn.uint8 else v).astype(dtype.numpy) for v in values]
        tensors = list(map(pynn.from_numpy, arrays))
        if name in FLOATS_ONLY:
            with pytest.raises(pynn.DTypeError, match=r"float.*Did you mean x\.float\(\)"):
                call(name, *tensors)
            continue
        y = call(name, *tensors)
        wide = [a.astype(np.int64) for a in arrays]
        want = reference(name, *wide)
        if y.dtype.is_floating_point:
            assert y.dtype is pynn.float32
            assert_close(np.array(y), want, name)
        else:
            assert y.dtype in (dtype, pynn.bool)
            np.testing.assert_array_equal(np.array(y), want.astype(y.dtype.numpy))


@pytest.mark.parametrize("name", sorted(set(UNARY + BINARY) - BITS))
@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0, 3)], ids=str)
def test_empty_tensors(name, shape):
    count = 1 if name in UNARY else 2
    inputs = [pynn.from_numpy(np.zeros(shape, np.float32)).requires_grad_() for _ in range(count)]
    y = call(name, *inputs)
    assert y.shape == shape
    if y.requires_grad:
        y.backward(y.detach())
        assert [x.grad.shape for x in inputs] == [shape] * count


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("name", sorted(set(UNARY + BINARY) - NAN_STOPS))
def test_nan_goes_through(name, dtype):
    """At its place and at no other, in whole vectors and in the rest of a row."""
    clean = np.linspace(1.25, 2.75, 67)
    spoilt = clean.copy()
    places = [0, 13, 40, 66]
    spoilt[places] = np.nan
    want = np.zeros(67, bool)
    want[places] = True
    alternatives = [[spoilt]] if name in UNARY else [[spoilt, clean], [clean, spoilt]]
    if name == "heaviside":  # its values count only where x is 0
        alternatives = alternatives[:1]
    for arrays in alternatives:
        y = call(name, *(pynn.tensor(a, dtype) for a in arrays))
        found = np.isnan(np.array(y))
        domain = np.isnan(
            np.array(call(name, *(pynn.tensor(clean, dtype) for _ in arrays)))
        )  # asin(2) is NaN
        np.testing.assert_array_equal(found, want | domain)


@pytest.mark.parametrize("name", [n for n in UNARY + BINARY if hasattr(pynn.Tensor, n + "_")])
def test_in_place_twin_writes_what_the_function_returns(name):
    rng = np.random.default_rng(0)
    arrays = [rng.integers(1, 9, 20) if name in BITS else 0.1 + 0.8 * rng.random(20) for _ in range(2)]
    tensors = [pynn.tensor(a, pynn.int64 if name in BITS else pynn.float64) for a in arrays]
    tensors = tensors[: 1 if name in UNARY else 2]
    want = np.array(call(name, *tensors)).astype(tensors[0].dtype.numpy)
    x = tensors[0]
    address = x.data_ptr()
    got = getattr(x, name + "_")(*tensors[1:], *EXTRA_ARGUMENTS.get(name, ()))
    assert got is x
    assert x.data_ptr() == address
    np.testing.assert_array_equal(np.array(x), want)
