"""Every registered op on bfloat16: the float32 result from the same numbers, rounded; gradients likewise."""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import Sample, all_samples, ops
from op_suite.bfloat16 import assert_within_ulp, to_bfloat16

import pynn

SAMPLES = [sample for sample in all_samples() if sample.has_floats()]

# Ops that round on the way: a product is rounded before it is added to something.
ROUND_TWICE = {"addmm"}
# Of the largest value, in addition: where a gradient comes from a rounded output (1 - y² of tanh), or is
# summed in several steps (tile).
GRADIENT_TOLERANCE = 2.0**-7


def arguments(sample: Sample, dtype: pynn.dtype) -> tuple[list, dict, list[pynn.Tensor]]:
    """The sample with floats that bfloat16 can hold, as tensors of `dtype` that want gradients."""
    floats: list[pynn.Tensor] = []

    def convert(array: np.ndarray) -> pynn.Tensor:
        if array.dtype.kind != "f":
            return pynn.tensor(array)
        floats.append(pynn.tensor(to_bfloat16(array), dtype=dtype, requires_grad=True))
        return floats[-1]

    converted = sample.with_arrays(convert)
    return list(converted.args), converted.kwargs, floats


def outputs(y: object) -> list[pynn.Tensor]:
    return [y] if isinstance(y, pynn.Tensor) else list(y)


def says_dtype(sample: Sample) -> bool:
    return any(value is not None for name, value in sample.bound().items() if name == "dtype")


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_values_and_gradients_are_those_of_float32_rounded(sample):
    narrow_args, narrow_kwargs, narrow = arguments(sample, pynn.bfloat16)
    wide_args, wide_kwargs, wide = arguments(sample, pynn.float32)
    results = outputs(sample.op(*narrow_args, **narrow_kwargs))
    expected = outputs(sample.op(*wide_args, **wide_kwargs))
    assert len(results) == len(expected)
    for y, want in zip(results, expected, strict=True):
        values = np.asarray(want.detach())
        if want.dtype != pynn.float32 or says_dtype(sample):
            assert y.dtype == want.dtype
            np.testing.assert_array_equal(np.asarray(y.detach()), values, err_msg=str(sample))
        else:
            assert y.dtype == pynn.bfloat16
            scale = float(np.abs(values).max(initial=0)) if sample.op.name in ROUND_TWICE else 0.0
            assert_within_ulp(np.asarray(y.detach()), values, str(sample), scale * 2.0**-7)
        assert y.requires_grad == want.requires_grad
        if y.requires_grad:
            dy = to_bfloat16(np.random.default_rng(0).standard_normal(y.shape))
            y.backward(pynn.tensor(dy, dtype=y.dtype), retain_graph=True)
            want.backward(pynn.tensor(dy, dtype=want.dtype), retain_graph=True)
    for x, like in zip(narrow, wide, strict=True):
        assert (x.grad is None) == (like.grad is None)
        if x.grad is None:
            continue
        assert x.grad.dtype == pynn.bfloat16
        gradient = np.asarray(like.grad)
        scale = float(np.abs(gradient[np.isfinite(gradient)]).max(initial=0))
        assert_within_ulp(np.asarray(x.grad), gradient, str(sample), scale * GRADIENT_TOLERANCE)


@pytest.mark.parametrize("op", [op for op in ops() if op.autocast == "bfloat16"], ids=lambda op: op.name)
def test_products_are_bfloat16_in_a_region_and_hand_float32_gradients_back(op):
    for sample in [s for s in SAMPLES if s.op is op]:
        args, kwargs, floats = arguments(sample, pynn.float32)
        with pynn.autocast("bfloat16"):
            y = op(*args, **kwargs)
        same, same_kwargs, _ = arguments(sample, pynn.bfloat16)
        if op.name == "addmm":  # float32 + bfloat16
            assert y.dtype == pynn.float32
        else:
            assert y.dtype == pynn.bfloat16
            np.testing.assert_array_equal(
                np.asarray(y.detach()), np.asarray(op(*same, **same_kwargs).detach())
            )
        y.backward(pynn.ones(y.shape, dtype=y.dtype))
        assert all(x.grad.dtype == pynn.float32 for x in floats)


def several(outputs):
    return [outputs] if isinstance(outputs, pynn.Tensor) else list(outputs)


@pytest.mark.parametrize("op", [op for op in ops() if op.autocast == "float32"], ids=lambda op: op.name)
def test_what_needs_float32_gets_it_in_a_region(op):
    for sample in [s for s in SAMPLES if s.op is op and not says_dtype(s)]:
        args, kwargs, floats = arguments(sample, pynn.bfloat16)
        with pynn.autocast("bfloat16"):
            ys = several(op(*args, **kwargs))
        wide, wide_kwargs, _ = arguments(sample, pynn.float32)
        for y, want in zip(ys, several(op(*wide, **wide_kwargs)), strict=True):
            assert y.dtype == pynn.float32
            np.testing.assert_array_equal(np.asarray(y.detach()), np.asarray(want.detach()))
        if ys[0].requires_grad:
            ys[0].backward(pynn.ones(ys[0].shape))
            assert all(x.grad is None or x.grad.dtype == pynn.bfloat16 for x in floats)


def test_every_policy_has_ops():
    policies = {op.autocast for op in ops()}
    assert policies == {"keep", "bfloat16", "float32"}
