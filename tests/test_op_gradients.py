"""Every registered op's gradient against finite differences, once and twice."""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import Sample, all_samples, assert_close, ops

import pynn
from pynn.autograd import gradcheck, gradgradcheck

# Ops whose gradient has no gradient: create_graph=True is refused, by name.
ONCE_DIFFERENTIABLE: set[str] = set()


def outputs_with_gradient(outputs: object) -> list[pynn.Tensor]:
    return [y for y in ([outputs] if isinstance(outputs, pynn.Tensor) else outputs) if y.requires_grad]


def is_differentiable(sample: Sample) -> bool:
    """Whether gradients can be checked here: finite floats go in, and an output wants a gradient for them."""
    if not sample.is_smooth():
        return False
    args, kwargs, _ = sample.tensors(pynn.float64, requires_grad=True)
    return bool(outputs_with_gradient(sample.op(*args, **kwargs)))


SMOOTH = [s for s in all_samples() if is_differentiable(s)]


@pytest.mark.parametrize(
    "op", [op for op in ops() if op.differentiable and op.reference], ids=lambda op: op.name
)
def test_what_has_a_backward_has_a_sample_for_it(op):
    if any(kind in ("Tensor", "Sequence[Tensor]") for _, kind, *_ in op.args):
        assert any(s.op is op for s in SMOOTH), (
            f"{op.name}: no sample of finite floats that its gradient can be checked on"
        )


def as_function(sample: Sample):
    """The op as a function of its float tensors, and these."""
    args, kwargs, floats = sample.tensors(pynn.float64, requires_grad=True)

    def function(*tensors: pynn.Tensor) -> object:
        swap = {id(old): new for old, new in zip(floats, tensors, strict=True)}

        def put(value: object) -> object:
            if isinstance(value, list):
                return [put(v) for v in value]
            return swap.get(id(value), value)

        return sample.op(*map(put, args), **{name: put(value) for name, value in kwargs.items()})

    return function, floats


@pytest.mark.parametrize("sample", SMOOTH, ids=str)
def test_gradient_agrees_with_finite_differences(sample):
    function, inputs = as_function(sample)
    assert gradcheck(function, inputs)


@pytest.mark.parametrize("sample", SMOOTH, ids=str)
def test_gradient_of_the_gradient(sample):
    function, inputs = as_function(sample)
    if sample.op.name in ONCE_DIFFERENTIABLE:
        y = function(*inputs)
        with pytest.raises(pynn.AutogradError, match="gradient of a gradient"):
            pynn.autograd.grad(y, inputs, pynn.ones_like(y), create_graph=True)
        return
    assert gradgradcheck(function, inputs)


@pytest.mark.parametrize("sample", SMOOTH, ids=str)
def test_both_forms_of_backward_agree(sample):
    """The kernels of backward and its formula in recorded ops are two roads to one gradient."""
    function, inputs = as_function(sample)
    ys = outputs_with_gradient(function(*inputs))
    rng = np.random.default_rng(0)
    dys = [pynn.from_numpy(rng.standard_normal(y.shape)) for y in ys]
    fast = pynn.autograd.grad(ys, inputs, dys, retain_graph=True, allow_unused=True)
    recorded = pynn.autograd.grad(ys, inputs, dys, create_graph=True, allow_unused=True)
    for a, b in zip(fast, recorded, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert_close(np.array(a.detach()), np.array(b.detach()), str(sample))


@pytest.mark.parametrize("sample", SMOOTH, ids=str)
def test_float32_gradient_is_that_of_float64(sample):
    """The gradient's kernels exist once per type; finite differences only see the float64 ones."""
    gradients = []
    for dtype in (pynn.float64, pynn.float32):
        rounded = sample.with_arrays(
            lambda a: a.astype(np.float32).astype(float) if a.dtype.kind == "f" else a
        )
        args, kwargs, floats = rounded.tensors(dtype, requires_grad=True)
        ys = outputs_with_gradient(sample.op(*args, **kwargs))
        rng = np.random.default_rng(0)
        dys = [pynn.tensor(rng.standard_normal(y.shape).astype(np.float32), y.dtype) for y in ys]
        gradients.append(pynn.autograd.grad(ys, floats, dys, allow_unused=True))
    for wide, narrow in zip(*gradients, strict=True):
        if wide is not None:
            assert_close(np.array(narrow), np.array(wide), str(sample))
