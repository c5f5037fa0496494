"""Products of float32 at the precisions "highest", "high" and "medium": their bounds, edges and settings.

On CPUs without AMX, multiply-adds make all of them, and the same bounds hold.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest

import pynn
from pynn import _core
from tests.torch_if_there import torch

SIZES = [(256, 256, 256), (129, 300, 333), (512, 65, 700), (97, 1000, 33), (200, 210, 1030)]
EDGES = [(40, 50, 7), (1, 2000, 2000), (300, 300, 0), (0, 300, 300)]
LAYOUTS = ["a b", "a bT", "aT b", "aT bT", "gaps"]
PRECISIONS = ["highest", "high", "medium"]
HAS_AMX = _core.float32_products() == "AMX"
LARGEST = np.finfo(np.float32).max


@contextmanager
def settings(precision: str, threads: int = 2) -> Iterator[None]:
    before = pynn.get_float32_matmul_precision(), pynn.get_num_threads()
    pynn.set_float32_matmul_precision(precision)
    pynn.set_num_threads(threads)
    try:
        yield
    finally:
        pynn.set_float32_matmul_precision(before[0])
        pynn.set_num_threads(before[1])


def laid_out(x: np.ndarray, transposed: bool, gaps: bool) -> pynn.Tensor:
    if gaps:
        return pynn.tensor(np.repeat(x, 2, axis=1))[:, ::2]
    return pynn.tensor(np.ascontiguousarray(x.T)).T if transposed else pynn.tensor(x)


def product(
    a: np.ndarray, b: np.ndarray, layout: str = "a b", precision: str = "high", threads: int = 2
) -> np.ndarray:
    x = laid_out(a, "aT" in layout, layout == "gaps")
    y = laid_out(b, "bT" in layout, layout == "gaps")
    with settings(precision, threads):
        return np.asarray(x @ y)


def normal(m: int, n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((m, n)).astype(np.float32)


def assert_within_bound(c: np.ndarray, a: np.ndarray, b: np.ndarray, precision: str) -> None:
    """The documented bound, and the underflow that float32 itself has."""
    k = a.shape[1]
    a, b = a.astype(np.float64), b.astype(np.float64)
    factor = k * 2.0**-24 * (1 + k * 2.0**-24) + (2.0**-7 * (1 + 2.0**-8) if precision == "medium" else 0)
    bound = factor * (abs(a) @ abs(b)) + k * 2.0**-149
    worst = (abs(c - a @ b) / bound).max()
    assert worst <= 1, f"{worst} times the bound"


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_integers_that_fit_the_pieces_are_exact(sizes, layout, precision):
    m, n, k = sizes
    rng = np.random.default_rng(1)
    bits = 7 if precision == "medium" else 11
    a = rng.integers(1 - 2**bits, 2**bits, (m, k)).astype(np.float32)
    b = rng.integers(-3, 4, (k, n)).astype(np.float32)
    exact = a.astype(np.int64) @ b.astype(np.int64)
    assert np.array_equal(product(a, b, layout, precision), exact)
    assert np.array_equal(product(b.T.copy(), a.T.copy(), layout, precision), exact.T)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("sizes", [*SIZES, *EDGES], ids=str)
def test_errors_are_within_the_bound(sizes, precision):
    m, n, k = sizes
    a, b = normal(m, k, 20), normal(k, n, 21)
    if m * k == 0:
        assert np.array_equal(product(a, b, precision=precision), np.zeros((m, n), np.float32))
        return
    assert_within_bound(product(a, b, precision=precision), a, b, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("low", [-149, -126, -103, -60, -45])
@pytest.mark.parametrize("other", [-100, -50, -1, 60, 120])
def test_the_bound_holds_for_numbers_of_any_size(low, other, precision):
    """Some rows of A are tiny throughout, and some numbers of the others."""
    a, b = normal(130, 257, 22), normal(257, 140, 23) * np.float32(2.0**other)
    tiny = np.random.default_rng(24).random(a.shape) < 0.1
    tiny[30:40] = True
    a[tiny] = np.ldexp(a[tiny], low)
    a[50] = 0
    with np.errstate(over="ignore"):
        assert_within_bound(product(a, b, precision=precision), a, b, precision)


def test_high_gives_back_every_bit_of_a_permutation():
    a = normal(256, 320, 2)
    a[3] *= np.float32(2.0**-125)  # and where the pieces would vanish
    order = np.random.default_rng(3).permutation(320)
    p = np.eye(320, dtype=np.float32)[:, order]
    for layout in LAYOUTS:
        assert np.array_equal(product(a, p, layout), a[:, order])
        assert np.array_equal(product(p.T.copy(), a.T.copy(), layout), a.T[order])


@pytest.mark.skipif(not HAS_AMX, reason="there is no AMX: multiply-adds make the products of any precision")
def test_medium_rounds_to_bfloat16():
    a, b = normal(256, 256, 25), normal(256, 256, 26)
    rounded = [np.asarray(pynn.tensor(x).to(pynn.bfloat16).float()) for x in (a, b)]
    error = abs(product(a, b, precision="medium") - rounded[0].astype(np.float64) @ rounded[1]).max()
    assert error < 1e-4 < abs(product(a, b, precision="medium") - product(a, b)).max()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_thread_counts_change_no_bit(sizes, precision):
    m, n, k = sizes
    a, b = normal(m, k, 4), normal(k, n, 5)
    a[m // 2, k // 2], b[1, n // 3] = np.inf, 2.0**-140
    first = product(a, b, precision=precision, threads=1)
    for threads in range(2, 8):
        assert np.array_equal(first, product(a, b, precision=precision, threads=threads), equal_nan=True)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_infinities_and_nan_come_out_as_they_should(precision):
    a, b = abs(normal(300, 600, 6)), abs(normal(600, 320, 7))
    a[5, 17], a[200, 599], a[201, 0] = np.inf, -np.inf, np.nan
    b[300, 250], b[301, 33] = np.inf, np.nan
    b[17, 3] = 0  # inf 0 is NaN
    with np.errstate(invalid="ignore", over="ignore"):
        exact = (a.astype(np.float64) @ b).astype(np.float32)
    assert np.isinf(exact).any()
    assert np.isnan(exact[5, 3])
    np.testing.assert_allclose(product(a, b, precision=precision), exact, rtol=1e-2)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_largest_numbers_stay_finite(precision):
    """Rounded to bfloat16 they would be infinities, and so would products that end just below the largest."""
    a, eye = normal(320, 320, 30), np.eye(320, dtype=np.float32)
    a[7, 9], a[8] = LARGEST, -LARGEST
    assert np.array_equal(product(a, eye, precision=precision)[7:9], a[7:9])
    near = np.full((320, 320), 1.99 * 2.0**63, np.float32)
    assert np.isfinite(product(near, eye * near, precision=precision)).all()
    sums = product(near, near, precision=precision)
    assert np.isposinf(sums).all()


def test_highest_is_unchanged_by_what_was_set_before():
    a, b = normal(300, 300, 40), normal(300, 300, 41)
    first = product(a, b, precision="highest")
    others = {p: product(a, b, precision=p) for p in ("high", "medium")}
    assert np.array_equal(first, product(a, b, precision="highest"))
    for other in others.values():
        assert np.array_equal(first, other) != HAS_AMX


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("threads", [1, 2])
def test_an_activation_follows_every_panel(threads, precision):
    linear, relu = pynn.nn.Linear(600, 270), pynn.nn.ReLU()
    x = normal(300, 600, 14)
    x[40, 3] = np.inf  # a panel for the multiply-adds
    with settings(precision, threads):
        joined = pynn.nn.Sequential(linear, relu)(pynn.tensor(x))
        assert np.array_equal(np.asarray(joined), np.asarray(relu(linear(pynn.tensor(x)))), equal_nan=True)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_linear_and_its_gradients(precision):
    leaves = [pynn.tensor(v, requires_grad=True) for v in (normal(300, 200, 8), normal(270, 200, 9))]
    bias = pynn.tensor(normal(1, 270, 10)[0], requires_grad=True)
    dy = normal(300, 270, 11)
    with settings(precision):
        y = pynn.nn.functional.linear(*leaves, bias)
        y.backward(pynn.tensor(dy))
    x, w = (np.asarray(v.detach()) for v in leaves)
    assert_within_bound(np.asarray(leaves[0].grad), dy, w, precision)
    assert_within_bound(np.asarray(leaves[1].grad), dy.T, x, precision)
    with_bias = [np.hstack([x, np.ones((300, 1))]), np.vstack([w.T, np.asarray(bias.detach())[None]])]
    assert_within_bound(np.asarray(y.detach()), *with_bias, precision)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_batch_is_its_products(precision):
    a, b = normal(3 * 200, 150, 11).reshape(3, 200, 150), normal(3 * 150, 210, 12).reshape(3, 150, 210)
    with settings(precision):
        y = np.asarray(pynn.tensor(a) @ pynn.tensor(b))
    for i in range(3):
        assert np.array_equal(y[i], product(a[i], b[i], precision=precision))


@pytest.mark.parametrize("recorded_with", PRECISIONS)
def test_a_recorded_step_keeps_its_precision(recorded_with):
    a, w = pynn.tensor(normal(300, 300, 50)), pynn.tensor(normal(300, 300, 51), requires_grad=True)

    def step(x: pynn.Tensor) -> pynn.Tensor:
        w.grad = None
        y = x @ w
        (y * y).sum().backward()
        return y.detach()

    def results(run: Callable[[pynn.Tensor], pynn.Tensor]) -> tuple[np.ndarray, np.ndarray]:
        y = np.array(run(a))
        return y, np.array(w.grad)

    compiled = pynn.compile(step)
    expected = {}
    for precision in PRECISIONS:
        with settings(precision):
            expected[precision] = results(step)
    for precision in (recorded_with, *PRECISIONS, recorded_with):
        with settings(precision):
            for _ in range(3):
                assert all(map(np.array_equal, results(compiled), expected[precision]))


def test_a_precision_set_inside_a_recorded_step_is_for_what_follows_it():
    a = pynn.tensor(normal(300, 300, 52))

    def step(x: pynn.Tensor) -> pynn.Tensor:
        pynn.set_float32_matmul_precision("medium")
        y = x @ x
        pynn.set_float32_matmul_precision("highest")
        return pynn.cat([y, x @ x])

    with settings("highest"):
        compiled, eager = pynn.compile(step), np.asarray(step(a))
        for _ in range(3):
            assert np.array_equal(np.asarray(compiled(a)), eager)


def test_the_setting_belongs_to_the_process():
    seen: list[str] = []
    with settings("medium"):
        thread = threading.Thread(target=lambda: seen.append(pynn.get_float32_matmul_precision()))
        thread.start()
        thread.join()
    assert seen == ["medium"]
    assert pynn.get_float32_matmul_precision() == "highest"


def test_names_are_those_of_torch():
    before = torch.get_float32_matmul_precision()
    assert before == pynn.get_float32_matmul_precision() == "highest"
    try:
        for precision in PRECISIONS:
            torch.set_float32_matmul_precision(precision)
            with settings(torch.get_float32_matmul_precision()):
                assert pynn.get_float32_matmul_precision() == precision
    finally:
        torch.set_float32_matmul_precision(before)


MEAN_ERROR = """
import numpy as np, pynn
rng = np.random.default_rng(13)
a, b = rng.standard_normal((300, 500)).astype("f"), rng.standard_normal((500, 310)).astype("f")
pynn.set_float32_matmul_precision("high")
y = np.asarray(pynn.tensor(a) @ pynn.tensor(b))
a, b = a.astype("d"), b.astype("d")
print(pynn._core.float32_products(), np.sqrt((((y - a @ b) / (abs(a) @ abs(b))) ** 2).mean()) * 2**24)
"""


def mean_error(isa: str) -> tuple[str, float]:
    """What multiplies, and its error in units of 2^-24 of the sum of moduli."""
    environment = {**os.environ, "PYNN_ISA": isa}
    run = [sys.executable, "-c", MEAN_ERROR]
    out = subprocess.run(run, env=environment, check=True, capture_output=True, text=True).stdout
    unit, error = out.rsplit(maxsplit=1)
    return unit, float(error)


def test_high_is_closer_to_the_exact_product_than_multiply_adds():
    chain, pieces = mean_error("v4"), mean_error("")
    assert chain[0] == "multiply-adds"
    assert chain[1] < 0.5
    assert pieces[1] < (0.7 * chain[1] if pieces[0] == "AMX" else 0.5)
