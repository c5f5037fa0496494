"""What samples cannot say about elementwise ops: tails, kinks, safe gradients, edges of integers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import pynn
from pynn._core import functional as F

inf, nan = math.inf, math.nan


def gradient(function, *values: float, dtype: pynn.dtype = pynn.float64) -> list[float]:
    """d(function) / d(each value), at one point."""
    xs = [pynn.tensor([v], dtype, requires_grad=True) for v in values]
    function(*xs).backward(pynn.tensor([1.0], dtype))
    return [x.grad.item() for x in xs]


# ---- a gradient of 0 stays 0 ----------------------------------------------------------------------------

TRAPS = [
    (pynn.sqrt, 0.0),
    (pynn.rsqrt, 0.0),
    (pynn.reciprocal, 0.0),
    (pynn.log, 0.0),
    (pynn.log2, 0.0),
    (pynn.log10, 0.0),
    (pynn.log1p, -1.0),
    (pynn.exp, 1000.0),
    (pynn.exp2, 2000.0),
    (pynn.expm1, 1000.0),
    (pynn.sinh, 1000.0),
    (pynn.cosh, 1000.0),
    (pynn.asin, 1.0),
    (pynn.acos, -1.0),
    (pynn.acosh, 1.0),
    (pynn.atanh, 1.0),
    (lambda x: x**0.5, 0.0),
    (lambda x: x**-1, 0.0),
    (lambda x: x**0.3, 0.0),
    (lambda x: x**-2, 0.0),
    (lambda x: 1.0 / x, 0.0),
    (lambda x: x / x, 0.0),
    (lambda x: pynn.hypot(x, x), 0.0),
    (lambda x: pynn.atan2(x, x), 0.0),
    (lambda x: pynn.xlogy(x, x), 0.0),
]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(("function", "at"), TRAPS)
def test_the_branch_that_was_not_taken_adds_no_nan(function, at, create_graph):
    """In PyTorch the gradient of where(False, sqrt(x), 0) at 0 is 0 * inf = NaN."""
    x = pynn.tensor([at, 0.5], pynn.float64, requires_grad=True)
    taken = pynn.tensor([False, False])
    y = pynn.where(taken, function(x), x * 3)
    (dx,) = pynn.autograd.grad(y, x, pynn.tensor([1.0, 1.0], pynn.float64), create_graph=create_graph)
    assert dx.tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    ("function", "at", "slope"),
    [(pynn.sqrt, 0.0, inf), (pynn.log, 0.0, inf), (pynn.reciprocal, 0.0, -inf), (pynn.rsqrt, 0.0, -inf)],
)
def test_the_branch_that_was_taken_keeps_its_infinite_slope(function, at, slope):
    assert gradient(function, at) == [slope]


@pytest.mark.parametrize(
    ("base", "exponent", "da", "db"),
    [
        (0.0, 2.0, 0.0, 0.0),
        (0.0, 1.0, 1.0, 0.0),
        (0.0, 0.0, 0.0, 0.0),
        (2.0, 0.0, 0.0, math.log(2)),
        (-2.0, 3.0, 12.0, nan),
    ],
)
def test_pow_at_its_corners(base, exponent, da, db):
    np.testing.assert_allclose(gradient(pynn.pow, base, exponent), [da, db])


# ---- kinks: the conventions of PyTorch ----


@pytest.mark.parametrize(
    ("function", "at", "slope"),
    [
        (pynn.abs, 0.0, 0.0),
        (pynn.relu, 0.0, 0.0),
        (F.relu6, 6.0, 0.0),
        (F.leaky_relu, 0.0, 0.01),
        (F.elu, 0.0, 1.0),
        (F.hardtanh, 1.0, 0.0),
        (F.hardtanh, -1.0, 0.0),
        (lambda x: pynn.clip(x, -1, 1), 1.0, 1.0),
        (lambda x: pynn.clip(x, -1, 1), 1.5, 0.0),
        (F.hardsigmoid, 3.0, 0.0),
        (F.softshrink, 0.5, 0.0),
        (pynn.sign, 0.0, 0.0),
        (pynn.floor, 1.0, 0.0),
    ],
)
def test_slope_at_a_kink(function, at, slope):
    assert gradient(function, at) == [slope]


def test_a_tie_shares_the_gradient():
    assert gradient(pynn.maximum, 2.0, 2.0) == [0.5, 0.5]
    assert gradient(pynn.minimum, 2.0, 2.0) == [0.5, 0.5]


def test_crossed_bounds_give_the_upper_one():
    assert pynn.clip(pynn.tensor([-5.0, 0.0, 5.0]), 1.0, -1.0).tolist() == [-1.0, -1.0, -1.0]


# ---- tails: relative accuracy where a naive formula has no correct digit ----


def ulps(got: np.ndarray, want: np.ndarray) -> float:
    """The largest distance from `want`, in units in the last place of float32."""
    spacing = np.maximum(np.spacing(np.abs(want).astype(np.float32)), np.finfo(np.float32).smallest_subnormal)
    return float(np.max(np.abs(got.astype(np.float64) - want) / spacing.astype(np.float64)))


def gelu_by_definition(x: float) -> float:
    return 0.5 * x * math.erfc(-x / math.sqrt(2))


@pytest.mark.parametrize(
    ("function", "exact", "lowest"),
    [
        (F.gelu, gelu_by_definition, -13.0),
        (F.silu, lambda x: x / (1 + math.exp(-x)) if x > -700 else 0.0, -86.0),
        (pynn.sigmoid, lambda x: 1 / (1 + math.exp(-x)) if x > -700 else 0.0, -86.0),
        (F.logsigmoid, lambda x: min(x, 0) - math.log1p(math.exp(-abs(x))), -90.0),
        (F.softplus, lambda x: max(x, 0) + math.log1p(math.exp(-abs(x))), -86.0),
        (F.mish, lambda x: x * math.tanh(math.log1p(math.exp(x))), -85.0),
    ],
    ids=["gelu", "silu", "sigmoid", "logsigmoid", "softplus", "mish"],
)
def test_float32_is_within_4_ulp_in_both_tails(function, exact, lowest):
    x = np.concatenate(
        [np.linspace(lowest, 40, 20011), -np.geomspace(1e-30, 1, 301), np.geomspace(1e-30, 1, 301)]
    )
    x = x.astype(np.float32)
    want = np.array([exact(float(v)) for v in x])
    assert ulps(np.array(function(pynn.from_numpy(x))), want) <= 4


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64], ids=str)
@pytest.mark.parametrize(
    "function",
    [F.gelu, lambda x: F.gelu(x, "tanh"), F.silu, F.mish],
    ids=["gelu", "gelu_tanh", "silu", "mish"],
)
def test_gated_units_at_infinity(function, dtype):
    x = pynn.tensor([-inf, inf], dtype, requires_grad=True)
    y = function(x)
    assert y.tolist() == [0.0, inf]
    y.backward(pynn.tensor([1.0, 1.0], dtype))
    assert x.grad.tolist() == [0.0, 1.0]


# ---- integers ----


@pytest.mark.parametrize("dtype", [pynn.int32, pynn.int64, pynn.uint8], ids=str)
def test_division_by_zero_and_overflow_do_not_trap(dtype):
    info = np.iinfo(dtype.numpy)
    a = np.array([info.min, info.max, 7, 0, info.min], dtype.numpy)
    zero = pynn.from_numpy(np.zeros(5, dtype.numpy))
    x = pynn.from_numpy(a)
    assert (x // zero).tolist() == [0] * 5
    assert (x % zero).tolist() == [0] * 5
    assert pynn.fmod(x, zero).tolist() == [0] * 5
    if info.min < 0:
        minus_one = pynn.from_numpy(np.full(5, -1, dtype.numpy))
        assert (x // minus_one).tolist() == [info.min, -info.max, -7, 0, info.min]
        assert (x % minus_one).tolist() == [0] * 5
        assert abs(x).tolist() == [info.min, info.max, 7, 0, info.min]


def test_sums_of_integers_wrap():
    x = pynn.tensor([2**31 - 1, -(2**31)], pynn.int32)
    assert (x + pynn.tensor([1, -1], pynn.int32)).tolist() == [-(2**31), 2**31 - 1]
    assert (x * x).tolist() == [1, 0]


@pytest.mark.parametrize("dtype", [pynn.int32, pynn.int64, pynn.uint8], ids=str)
def test_shifts_out_of_range_shift_everything_out(dtype):
    bits = 8 * dtype.itemsize
    ones = -1 if dtype is not pynn.uint8 else 255
    x = pynn.tensor([ones] * 4, dtype)
    count = pynn.tensor([0, 1, bits, bits + 1], dtype)
    assert pynn.bitwise_left_shift(x, count).tolist() == [ones, -2 if ones < 0 else 254, 0, 0]
    rest = -1 if ones < 0 else 0
    assert pynn.bitwise_right_shift(x, count).tolist() == [ones, -1 if ones < 0 else 127, rest, rest]
    if ones < 0:
        assert pynn.bitwise_left_shift(x, pynn.tensor([-1] * 4, dtype)).tolist() == [0] * 4


def test_truth_has_its_own_arithmetic():
    true, false = pynn.tensor([True]), pynn.tensor([False])
    assert (true + true).tolist() == [True]
    assert (~true).tolist() == [False]
    assert (~false).tolist() == [True]
    assert (true & false).tolist() == [False]
    with pytest.raises(pynn.DTypeError, match="sub"):
        true - false


def test_a_negative_power_of_an_integer_is_refused():
    with pytest.raises(ValueError, match=r"power of -1.*x\.float\(\)"):
        pynn.tensor([2, 3]) ** -1
    with pytest.raises(ValueError, match="power of -2"):
        pynn.tensor([2, 3]) ** pynn.tensor([1, -2])


# ---- messages ----


def test_errors_teach():
    x = pynn.tensor([1.0, 2.0])
    with pytest.raises(pynn.DTypeError, match=r"condition must be bool.*condition != 0"):
        pynn.where(x, x, x)
    with pytest.raises(ValueError, match="both bounds are None"):
        pynn.clip(x)
    with pytest.raises(ValueError, match='"none" or "tanh"'):
        F.gelu(x, "exact")
    with pytest.raises(pynn.ShapeError, match=r"prelu.*\(2, 3\).*\(4,\).*3 channels"):
        F.prelu(pynn.tensor([[1.0, 2.0, 3.0]] * 2), pynn.tensor([1.0] * 4))
    with pytest.raises(pynn.DTypeError, match="bitwise_and"):
        x & x
    with pytest.raises(ValueError, match="rtol and atol"):
        pynn.isclose(x, x, rtol=-1.0)


# ---- which path a power takes ----


@pytest.mark.parametrize(
    ("exponent", "op"),
    [
        (2, "square"),
        (2.0, "square"),
        (3, "cube"),
        (0.5, "sqrt"),
        (-0.5, "rsqrt"),
        (-1, "reciprocal"),
        (2.5, "power_of_tensors"),
    ],
)
def test_common_exponents_have_kernels_of_their_own(exponent, op):
    x = pynn.tensor([0.5, 2.0], requires_grad=True)
    y = x**exponent
    assert y.op_name == op
    np.testing.assert_allclose(np.array(y.detach()), np.array([0.5, 2.0]) ** exponent, rtol=1e-6)
