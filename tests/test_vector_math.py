"""The vector math keeps the bounds of tools/ulp.py, and treats NaN, infinities and -0 as C does."""

from __future__ import annotations

import importlib.util
import math
import sys
from pathlib import Path
from types import ModuleType

import mpmath
import numpy as np
import pytest

import pynn
from pynn._core import functional as F


def load_tool(name: str) -> ModuleType:
    path = Path(__file__).resolve().parent.parent / "tools" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"pynn_tool_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


ulp = load_tool("ulp")
inf, nan = math.inf, math.nan


# ---- against the bounds, on every instruction set: needs the C++ compiler that built pynn


@pytest.fixture(scope="module", params=ulp.instruction_sets())
def programs(request, tmp_path_factory):
    isa = request.param
    return ulp.compile_programs(tmp_path_factory.mktemp("ulp"), [isa])


def broken(measurements) -> list[str]:
    return [str(m) for m in measurements if not m.ulps <= m.allowed]


@pytest.mark.compiler
def test_bounds_on_a_sample(programs):
    measured = ulp.measure_all(programs, stride=1031, samples=50_000)
    assert len(measured) == 2 * len(ulp.BOUNDS)
    assert broken(measured) == []


@pytest.mark.compiler
@pytest.mark.slow
def test_bounds_over_every_float(programs):
    assert broken(ulp.measure_all(programs, stride=1, samples=20_000_000)) == []


@pytest.mark.compiler
def test_the_measurement_sees_an_error(programs, monkeypatch):
    """Negative control: no rounding keeps a bound below half a ULP."""
    monkeypatch.setitem(ulp.BOUNDS, "exp", (0.4, 0.4))
    assert len(broken(ulp.measure_all(programs, functions=["exp"], stride=100_003, samples=1000))) == 2


# ---- through pynn itself -------------------------------------------------------------------------

FUNCTIONS = {
    "exp": (pynn.exp, mpmath.exp),
    "exp2": (pynn.exp2, lambda x: mpmath.mpf(2) ** x),
    "expm1": (pynn.expm1, mpmath.expm1),
    "log": (pynn.log, mpmath.log),
    "log2": (pynn.log2, lambda x: mpmath.log(x) / mpmath.log(2)),
    "log10": (pynn.log10, mpmath.log10),
    "log1p": (pynn.log1p, mpmath.log1p),
    "sqrt": (pynn.sqrt, mpmath.sqrt),
    "rsqrt": (pynn.rsqrt, lambda x: 1 / mpmath.sqrt(x)),
    "sin": (pynn.sin, mpmath.sin),
    "cos": (pynn.cos, mpmath.cos),
    "tan": (pynn.tan, mpmath.tan),
    "asin": (pynn.asin, mpmath.asin),
    "acos": (pynn.acos, mpmath.acos),
    "atan": (pynn.atan, mpmath.atan),
    "sinh": (pynn.sinh, mpmath.sinh),
    "cosh": (pynn.cosh, mpmath.cosh),
    "tanh": (pynn.tanh, mpmath.tanh),
    "asinh": (pynn.asinh, mpmath.asinh),
    "acosh": (pynn.acosh, mpmath.acosh),
    "atanh": (pynn.atanh, mpmath.atanh),
    "sigmoid": (pynn.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
    "erf": (pynn.erf, mpmath.erf),
    "erfc": (pynn.erfc, mpmath.erfc),
    "gelu": (F.gelu, lambda x: x * mpmath.ncdf(x)),
    "silu": (F.silu, lambda x: x / (1 + mpmath.exp(-x))),
    "softplus": (lambda x: F.softplus(x, 1.0, 1e9), lambda x: mpmath.log1p(mpmath.exp(x))),
}
DOMAINS = {
    "log": (0, inf),
    "log2": (0, inf),
    "log10": (0, inf),
    "sqrt": (0, inf),
    "rsqrt": (0, inf),
    "log1p": (-1, inf),
    "asin": (-1, 1),
    "acos": (-1, 1),
    "atanh": (-1, 1),
    "acosh": (1, inf),
}


def points(name: str, dtype: type) -> np.ndarray:
    """Denormal, tiny, ordinary and large numbers of either sign, inside the domain."""
    low, high = DOMAINS.get(name, (-inf, inf))
    info = np.finfo(dtype)
    random = np.random.default_rng(0)
    positive = np.concatenate(
        [
            [info.smallest_subnormal, 77 * info.smallest_subnormal, info.tiny, info.eps, 1e-3],
            10.0 ** random.uniform(-6, 1.4, 60),
            [0.5, 1 - info.epsneg, 1, 1 + info.eps, 50, 88, 100, 1e4],
        ]
    )
    x = np.concatenate([positive, -positive, 1 - positive[:40]]).astype(dtype)
    return x[(x > low) & (x < high)]


def true_value(function, x: float) -> mpmath.mpf:
    with mpmath.workprec(400):
        return function(mpmath.mpf(float(x)))


def error_in_ulps(got: float, truth: mpmath.mpf, dtype: type) -> float:
    """|got - truth| over the spacing at truth; 0 where truth overflows and got is that infinity."""
    if abs(truth) >= 2 * mpmath.mpf(float(np.finfo(dtype).max)):
        return 0.0 if math.isinf(got) and (got > 0) == (truth > 0) else inf
    with mpmath.workprec(400):
        exponent = (
            max(mpmath.frexp(truth)[1], np.finfo(dtype).minexp + 1) if truth else np.finfo(dtype).minexp
        )
        spacing = mpmath.ldexp(1, int(exponent) - np.finfo(dtype).nmant - 1)
        return float(abs(mpmath.mpf(got) - truth) / spacing) if math.isfinite(got) else inf


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_against_higher_precision(name, dtype):
    function, exact = FUNCTIONS[name]
    x = points(name, dtype)
    y = function(pynn.from_numpy(x)).numpy()
    allowed = ulp.BOUNDS[name][dtype is np.float64]
    errors = [error_in_ulps(float(b), true_value(exact, a), dtype) for a, b in zip(x, y, strict=True)]
    worst = int(np.argmax(errors))
    assert errors[worst] <= allowed, (x[worst], y[worst])


SPECIAL = {  # f(-inf), f(-0), f(0), f(inf); f(NaN) is NaN for all
    "exp": (0.0, 1.0, 1.0, inf),
    "exp2": (0.0, 1.0, 1.0, inf),
    "expm1": (-1.0, -0.0, 0.0, inf),
    "log": (nan, -inf, -inf, inf),
    "log2": (nan, -inf, -inf, inf),
    "log10": (nan, -inf, -inf, inf),
    "log1p": (nan, -0.0, 0.0, inf),
    "sqrt": (nan, -0.0, 0.0, inf),
    "rsqrt": (nan, -inf, inf, 0.0),
    "sin": (nan, -0.0, 0.0, nan),
    "cos": (nan, 1.0, 1.0, nan),
    "tan": (nan, -0.0, 0.0, nan),
    "asin": (nan, -0.0, 0.0, nan),
    "acos": (nan, math.pi / 2, math.pi / 2, nan),
    "atan": (-math.pi / 2, -0.0, 0.0, math.pi / 2),
    "sinh": (-inf, -0.0, 0.0, inf),
    "cosh": (inf, 1.0, 1.0, inf),
    "tanh": (-1.0, -0.0, 0.0, 1.0),
    "asinh": (-inf, -0.0, 0.0, inf),
    "acosh": (nan, nan, nan, inf),
    "atanh": (nan, -0.0, 0.0, nan),
    "sigmoid": (0.0, 0.5, 0.5, 1.0),
    "erf": (-1.0, -0.0, 0.0, 1.0),
    "erfc": (2.0, 1.0, 1.0, 0.0),
    "gelu": (-0.0, -0.0, 0.0, inf),
    "silu": (-0.0, -0.0, 0.0, inf),
    "softplus": (0.0, math.log(2), math.log(2), inf),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_special_values(name, dtype):
    function, _ = FUNCTIONS[name]
    y = function(pynn.from_numpy(np.array([-inf, -0.0, 0.0, inf, nan], dtype))).numpy()
    expected = np.array([*SPECIAL[name], nan], dtype)
    np.testing.assert_allclose(y, expected, rtol=4 * np.finfo(dtype).eps, atol=0)
    numbers = ~np.isnan(expected)
    assert (np.signbit(y) == np.signbit(expected))[numbers].all(), y


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pow_and_atan2_against_higher_precision(dtype):
    random = np.random.default_rng(1)
    a = (10.0 ** random.uniform(-3, 3, 200)).astype(dtype)
    b = random.uniform(-9, 9, 200).astype(dtype)
    for name, function, exact in (("pow", pynn.pow, mpmath.power), ("atan2", pynn.atan2, mpmath.atan2)):
        y = function(pynn.from_numpy(a), pynn.from_numpy(b)).numpy()
        with mpmath.workprec(400):
            truths = [exact(mpmath.mpf(float(p)), mpmath.mpf(float(q))) for p, q in zip(a, b, strict=True)]
        errors = [error_in_ulps(float(v), t, dtype) for v, t in zip(y, truths, strict=True)]
        assert max(errors) <= ulp.BOUNDS[name][dtype is np.float64]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("ours", "theirs"), [(pynn.exp, np.exp), (pynn.exp2, np.exp2)])
def test_exponentials_where_they_become_0(ours, theirs, dtype):
    """Down to the last denormal number, and 0 beyond: to one unit of it, sign and NaN included."""
    end = {(np.exp, np.float32): 104, (np.exp, np.float64): 745.2}.get((theirs, dtype))
    end = end or {np.float32: 150, np.float64: 1075}[dtype]
    x = np.concatenate([-np.linspace(end * 0.8, end * 1.2, 4001), [-inf, -1e30, nan]]).astype(dtype)
    got, expected = ours(pynn.from_numpy(x)).numpy(), theirs(x.astype(np.longdouble))
    unit = np.finfo(dtype).smallest_subnormal
    small = expected < np.finfo(dtype).tiny
    assert (np.abs(got - expected)[small] <= unit).all()
    assert (got[x < -end - 1] == 0).all()
    assert not np.signbit(got[:-1]).any()
    assert np.isnan(got[-1])
    assert not np.isnan(got[:-1]).any()
