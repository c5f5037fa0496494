"""Reductions over any axes: against NumPy, with NaN, with nothing to reduce, and with many elements."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn
from pynn.autograd import gradcheck

REFERENCES = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "amax": np.max,
    "amin": np.min,
    "any": np.any,
    "all": np.all,
    "count_nonzero": np.count_nonzero,
    "var": lambda x, axis=None, keepdims=False: np.var(x, axis, ddof=1, keepdims=keepdims),
    "std": lambda x, axis=None, keepdims=False: np.std(x, axis, ddof=1, keepdims=keepdims),
    "norm": lambda x, axis=None, keepdims=False: np.sqrt(np.sum(x * x, axis, keepdims=keepdims)),
    "logsumexp": lambda x, axis=None, keepdims=False: np.log(np.sum(np.exp(x), axis, keepdims=keepdims)),
}
names = pytest.mark.parametrize("name", REFERENCES)


@st.composite
def arrays_and_axes(draw: st.DrawFn) -> tuple[np.ndarray, tuple[int, ...] | int | None]:
    """A (possibly permuted) array of 1 to 4 axes, and some of them, from the front or from the back."""
    shape = draw(st.lists(st.integers(2, 5), min_size=1, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    x = rng.standard_normal(shape).round(1)
    x = x.transpose(draw(st.permutations(range(len(shape)))))
    axes = draw(st.sets(st.integers(0, len(shape) - 1), min_size=1))
    signed = tuple(a - len(shape) if draw(st.booleans()) else a for a in axes)
    return x, draw(st.sampled_from([signed, signed[0], None]))


@names
@settings(max_examples=60, derandomize=True)
@given(case=arrays_and_axes(), keepdim=st.booleans())
def test_any_axes_agree_with_numpy(name, case, keepdim):
    x, axes = case
    want = REFERENCES[name](x, axis=axes, keepdims=keepdim)
    t = pynn.from_numpy(x)
    got = getattr(pynn, name)(t, axis=axes, keepdim=keepdim)
    assert got.shape == np.shape(want)
    np.testing.assert_allclose(got.numpy(), want, rtol=1e-10, atol=1e-12)
    by_torch_name = getattr(t, name)(dim=axes, keepdim=keepdim)
    np.testing.assert_array_equal(by_torch_name.numpy(), got.numpy())


@pytest.mark.parametrize("name", ["argmax", "argmin"])
@settings(max_examples=60, derandomize=True)
@given(case=arrays_and_axes(), keepdim=st.booleans())
def test_places_of_extremes_agree_with_numpy(name, case, keepdim):
    x, axes = case
    axis = axes[0] if isinstance(axes, tuple) else axes
    want = getattr(np, name)(x, axis=axis, keepdims=keepdim)  # the first of equal ones, both of them
    got = getattr(pynn, name)(pynn.from_numpy(x), axis=axis, keepdim=keepdim)
    assert got.dtype == pynn.int64
    assert got.tolist() == want.tolist()


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "amax", "amin", "var", "norm", "logsumexp"])
@pytest.mark.parametrize("axes", [None, 1, (0, -1)], ids=str)
def test_gradients(name, axes):
    x = pynn.tensor(np.random.default_rng(0).standard_normal((3, 4, 2)), pynn.float64, requires_grad=True)
    assert gradcheck(lambda x: getattr(pynn, name)(x, axis=axes) ** 2, x)


@pytest.mark.parametrize("name", ["sum", "mean", "prod", "amax", "amin", "var", "std", "norm", "logsumexp"])
@pytest.mark.parametrize("place", [0, 7, 63, 99])
def test_nan_goes_through(name, place):
    x = np.ones(100, dtype=np.float32)
    x[place] = np.nan
    assert math.isnan(getattr(pynn, name)(pynn.tensor(x)).item())
    rows = getattr(pynn, name)(pynn.tensor(np.stack([np.ones(100), x])), axis=1)
    assert np.isnan(rows.numpy()).tolist() == [False, True]


@pytest.mark.parametrize("place", [0, 7, 63, 99])
def test_nan_is_where_the_extreme_is(place):
    x = np.zeros(100, dtype=np.float32)
    x[place] = np.nan
    assert pynn.tensor(x).argmax().item() == pynn.tensor(x).argmin().item() == place


@pytest.mark.parametrize(
    ("name", "value"),
    [("sum", 0.0), ("prod", 1.0), ("any", False), ("all", True), ("norm", 0.0), ("logsumexp", -math.inf)],
)
def test_of_nothing_comes_the_neutral_element(name, value):
    f = getattr(pynn, name)
    assert f(pynn.zeros(0)).item() == value
    assert f(pynn.zeros(2, 0), axis=1).tolist() == [value, value]
    assert f(pynn.zeros(0, 3), axis=1).shape == (0,)


def test_of_nothing_there_is_no_mean_and_no_extreme():
    assert math.isnan(pynn.zeros(0).mean().item())
    assert math.isnan(pynn.zeros(0).var().item())
    for name in ("amax", "amin", "argmax", "argmin"):
        with pytest.raises(ValueError, match=name):
            getattr(pynn, name)(pynn.zeros(0))
        with pytest.raises((ValueError, IndexError), match=name):
            getattr(pynn, name)(pynn.zeros(2, 0), axis=1)
        assert getattr(pynn, name)(pynn.zeros(0, 3), axis=1).shape == (0,)


@pytest.mark.parametrize("name", ["sum", "mean", "amax"])
def test_a_number_is_its_own_reduction(name):
    assert getattr(pynn, name)(pynn.tensor(3.0)).item() == 3
    assert getattr(pynn, name)(pynn.tensor(3.0), axis=-1).item() == 3


def test_integers_and_bools_are_summed_as_int64():
    for dtype in (pynn.bool, pynn.uint8, pynn.int32, pynn.int64):
        x = pynn.ones(1000, dtype=dtype)
        assert (x.sum().item(), x.sum().dtype) == (1000, pynn.int64)
        assert x.prod().dtype == pynn.int64
    assert pynn.tensor([2**40, 1]).sum().item() == 2**40 + 1
    assert pynn.tensor([True, False]).sum(dtype=pynn.float64).dtype == pynn.float64


def test_sums_of_many_float32_keep_their_digits():
    """One after the other, ten million times 0.1 in float32 would give about 1,087,937."""
    x = pynn.full((10_000_000,), 0.1)
    exact = 10_000_000 * float(np.float32(0.1))
    assert x.sum().item() == pytest.approx(exact, rel=1e-6)
    assert x.mean().item() == pytest.approx(float(np.float32(0.1)), rel=1e-6)
    assert x.reshape(-1, 2).sum(0).tolist() == pytest.approx([exact / 2] * 2, rel=1e-5)


def test_variance_far_from_zero():
    """E[x²] - E[x]² would lose every digit here."""
    x = (np.random.default_rng(0).standard_normal(100_001) + 10_000).astype(np.float32)
    want = np.var(x.astype(np.float64), ddof=1)
    assert pynn.tensor(x).var().item() == pytest.approx(want, rel=1e-4)
    assert pynn.tensor(x.reshape(-1, 1)).var(0).item() == pytest.approx(want, rel=1e-4)


def test_no_overflow_on_the_way():
    assert pynn.full((4,), 1e30).norm().item() == pytest.approx(2e30, rel=1e-6)
    assert pynn.full((4,), 1000.0).logsumexp(0).item() == pytest.approx(1000 + math.log(4))
    assert pynn.full((4,), -1000.0).logsumexp(0).item() == pytest.approx(-1000 + math.log(4))
    assert pynn.full((2,), -math.inf).logsumexp(0).item() == -math.inf


@names
@pytest.mark.parametrize(
    ("axis", "error"), [(2, IndexError), (-3, IndexError), ((0, 0), ValueError), ((1, -1), ValueError)]
)
def test_axes_that_are_not_there(name, axis, error):
    with pytest.raises(error, match=name):
        getattr(pynn, name)(pynn.ones(2, 3), axis=axis)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
def test_the_norm_of_zeros_has_gradient_zero(p, create_graph):
    """Its slope has no one value there; 0 is the one that lets training go on, as in PyTorch."""
    x = pynn.tensor([[0.0, 0.0], [3.0, 0.0]], pynn.float64, requires_grad=True)
    (dx,) = pynn.autograd.grad(pynn.norm(x, p, axis=1).sum(), x, create_graph=create_graph)
    assert dx.tolist() == [[0.0, 0.0], [1.0, 0.0]]
