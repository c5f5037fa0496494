"""Every registered op inside a recorded step: forward and gradients, bitwise as eager calls give them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from op_suite import Sample, ops, samples_of

import pynn

# What cannot be recorded: the shape of the result depends on values.
REFUSED = {
    "nonzero(array([[0.0, 1.5], [2.0, 0.0]]))",
    "nonzero(array([0, 0]))",
    "nonzero(randn(3, 5))",
    "masked_select(randn(2, 3), array([[True, False, True], [False, False, True]]))",
    "masked_select(randn(2, 3), array([True, False, True]))",
    "one_hot(array([0, 2, 1]))",  # without a number of classes
    "repeat_interleave(randn(2, 3), array([1, 0, 2]), 1)",  # each its own number of times
}

# Results that no two calls share: random numbers are compared from one state of the stream, in
# test_compile.py; what `empty` finds in memory is anything.
ARBITRARY = {"empty"}


def fewer(a: np.ndarray) -> np.ndarray:
    """Other values: the greatest integer becomes the least; floats, three quarters of themselves."""
    return np.where(a == a.max(), a.min(), a) if a.dtype.kind in "iu" and a.size else a * a.dtype.type(0.75)


# Other numbers of the same shape: the given, in reverse, and changed.
ORDERS = [lambda a: a, lambda a: a[::-1], lambda a: fewer(a) if a.dtype.kind in "iuf" else np.roll(a, 1)]


def first_samples() -> list[Sample]:
    return [sample for op in ops() if op.name not in ARBITRARY for sample in samples_of(op)[:3]]


def step_of(sample: Sample):
    """A step over the sample's arrays: the op, and the gradients of its floating-point inputs."""

    def step(arrays: list[pynn.Tensor], cotangents: list[pynn.Tensor]) -> list[pynn.Tensor]:
        rest, leaves = iter(arrays), []

        def put(_: np.ndarray) -> pynn.Tensor:
            x = next(rest)
            if not x.dtype.is_floating_point:
                return x
            leaves.append(x.clone().requires_grad_())
            return leaves[-1]

        converted = sample.with_arrays(put)
        y = sample.op(*converted.args, **converted.kwargs)
        ys = [y] if isinstance(y, pynn.Tensor) else list(y)
        results = [y.detach() for y in ys]
        smooth = [y for y in ys if y.requires_grad]
        if cotangents and smooth:
            pairs = zip(ys, cotangents, strict=True)
            dys = [dy for y, dy in pairs if y.requires_grad]
            dxs = pynn.autograd.grad(smooth, leaves, dys, allow_unused=True)
            results += [dx for dx in dxs if dx is not None]
        return results

    return step


def arguments(sample: Sample, order) -> list[pynn.Tensor]:
    def tensor(array: np.ndarray) -> pynn.Tensor:
        array = array.astype(np.float32) if array.dtype.kind == "f" else array
        return pynn.from_numpy(np.ascontiguousarray(order(array) if array.ndim else array))

    return [tensor(a) for a in sample.arrays()]


def run_recorded(sample: Sample) -> bool:
    """Runs the sample three times both ways. Whether it was recorded."""
    step = step_of(sample)
    compiled = pynn.compile(step)
    for order in ORDERS:
        xs = arguments(sample, order)
        state = pynn.get_rng_state()
        dys = [pynn.randn(*y.shape).to(y.dtype) for y in step(xs, []) if y.dtype.is_floating_point]
        dys = dys if len(dys) == len(step(xs, [])) else []
        pynn.set_rng_state(state)
        want = step(xs, dys)
        pynn.set_rng_state(state)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pynn.RecordingWarning)
            got = compiled(xs, dys)
        assert len(got) == len(want)
        for a, b in zip(got, want, strict=True):
            assert a.dtype is b.dtype
            assert a.shape == b.shape
            assert np.array(a).tobytes() == np.array(b).tobytes()
    return compiled.refusal is None


@pytest.mark.parametrize("sample", first_samples(), ids=str)
def test_a_recorded_op_gives_what_the_eager_one_does(sample):
    assert run_recorded(sample) == (str(sample) not in REFUSED)
