"""bfloat16 products: the stated error bound at all sizes and layouts; the same bits on any threads."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import pynn

SIZES = [
    (1, 1, 1),
    (2, 3, 1),
    (1, 300, 50),
    (50, 300, 1),
    (3, 4, 5),
    (12, 32, 32),
    (13, 33, 33),
    (13, 7, 49),
    (64, 64, 64),
    (100, 129, 77),
    (257, 1025, 65),
    (5, 0, 4),
    (0, 3, 4),
    (5, 3, 0),
]


def bound(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """What csrc/kernels/gemm_narrow.h states, with the rounding of the result."""
    k, exact = a.shape[-1], a @ b
    error = k * 2.0**-24 * (np.abs(a) @ np.abs(b)) * (1 + k * 2.0**-24)
    return error + 2.0**-8 * (np.abs(exact) + error)


def exact(x: pynn.Tensor) -> np.ndarray:
    return np.asarray(x, np.float64)


def laid_out(values: np.ndarray, layout: str) -> pynn.Tensor:
    x = pynn.tensor(values, dtype=pynn.bfloat16)
    if layout == "columns":
        return x.mT.contiguous().mT
    if layout == "gaps":
        wide = pynn.zeros(*x.shape[:-1], 2 * x.shape[-1] + 1, dtype=pynn.bfloat16)
        wide[..., 1::2] = x
        return wide[..., 1::2]
    if layout == "backwards":
        return x.flip(-1).contiguous().flip(-1) if x.numel() else x
    return x


@pytest.mark.parametrize("layouts", [("rows", "rows"), ("rows", "columns"), ("columns", "rows"),
                                     ("columns", "columns"), ("gaps", "gaps")], ids="-".join)  # fmt: skip
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_error_is_within_the_stated_bound(size, layouts):
    m, k, n = size
    rng = np.random.default_rng(m + k + n)
    a, b = (
        laid_out(rng.standard_normal(shape), layout)
        for shape, layout in zip(((m, k), (k, n)), layouts, strict=True)
    )
    y = a @ b
    assert y.dtype == pynn.bfloat16
    assert y.shape == (m, n)
    a, b = exact(a), exact(b)
    assert (np.abs(exact(y) - a @ b) <= bound(a, b)).all()


def test_small_integers_are_exact():
    rng = np.random.default_rng(0)
    a, b = rng.integers(-4, 5, (37, 15)), rng.integers(-4, 5, (15, 41))
    y = pynn.tensor(a, dtype=pynn.bfloat16) @ pynn.tensor(b, dtype=pynn.bfloat16)
    np.testing.assert_array_equal(np.asarray(y), a @ b)


def test_float32_operands_in_a_region_are_rounded_as_the_type_rounds():
    rng = np.random.default_rng(1)
    for a_columns in (False, True):
        a, b = rng.standard_normal((29, 67)), rng.standard_normal((67, 35))
        x, w = pynn.tensor(a), pynn.tensor(b)
        if a_columns:
            x, w = x.T.contiguous().T, w.T.contiguous().T
        with pynn.autocast("bfloat16"):
            y = x @ w
        np.testing.assert_array_equal(np.asarray(y), np.asarray(x.bfloat16() @ w.bfloat16()))


def test_stacks_broadcast():
    rng = np.random.default_rng(2)
    a, b = rng.standard_normal((2, 1, 5, 9)), rng.standard_normal((3, 9, 7))
    x, w = pynn.tensor(a, dtype=pynn.bfloat16), pynn.tensor(b, dtype=pynn.bfloat16)
    y = x @ w
    assert y.shape == (2, 3, 5, 7)
    for i in range(2):
        for j in range(3):
            np.testing.assert_array_equal(np.asarray(y[i, j]), np.asarray(x[i, 0] @ w[j]))


def test_batches_of_many_small_products():
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((100, 6, 10)), rng.standard_normal((100, 10, 4))
    x, w = pynn.tensor(a, dtype=pynn.bfloat16), pynn.tensor(b, dtype=pynn.bfloat16)
    y = np.asarray(pynn.bmm(x, w))
    for i in range(100):
        np.testing.assert_array_equal(y[i], np.asarray(x[i] @ w[i]))


def test_nan_and_infinity_stay_in_their_row_and_column():
    a, b = np.ones((20, 33)), np.ones((33, 40))
    a[3, 32], b[0, 5] = np.nan, np.inf
    y = np.asarray(pynn.tensor(a, dtype=pynn.bfloat16) @ pynn.tensor(b, dtype=pynn.bfloat16))
    want = a @ b
    np.testing.assert_array_equal(y, want)


def test_denormals_are_exact_or_0():
    """AVX512_BF16 and AMX have none, whatever is set; else they are what float32 makes of them."""
    tiny = pynn.full((20, 40), 2.0**-130, dtype=pynn.bfloat16)
    y = np.asarray(tiny @ pynn.eye(40, dtype=pynn.bfloat16))
    widened = pynn._core.bf16_products() == "widened"
    np.testing.assert_array_equal(y, np.full((20, 40), 2.0**-130 if widened else 0.0))


def test_a_part_at_the_end_of_memory_reads_nothing_after_it():
    """An odd k leaves half a pair, which must count as 0, whatever stands behind it."""
    whole = pynn.full((4, 8), float("nan"), dtype=pynn.bfloat16)
    whole[:, :5] = 1.0
    y = whole[:, :5] @ pynn.ones(5, 3, dtype=pynn.bfloat16)
    np.testing.assert_array_equal(np.asarray(y), np.full((4, 3), 5.0))


def test_linear_adds_the_bias_before_it_rounds():
    x, weight = pynn.ones(3, 257, dtype=pynn.bfloat16), pynn.ones(40, 257, dtype=pynn.bfloat16)
    y = pynn.nn.functional.linear(x, weight, pynn.full((40,), 0.75, dtype=pynn.bfloat16))
    # 257.75 becomes 258. Rounded first, 257 would be 256, and 256.75 again 256.
    np.testing.assert_array_equal(np.asarray(y), np.full((3, 40), 258.0))


@pytest.mark.parametrize("size", [(300, 257, 290), (1, 4096, 1000), (1000, 33, 40)], ids=str)
def test_threads_do_not_change_a_bit(size):
    m, k, n = size
    a = pynn.randn(m, k, dtype=pynn.bfloat16)
    b = pynn.randn(n, k, dtype=pynn.bfloat16)
    before, results = pynn.get_num_threads(), []
    try:
        for threads in (1, 2, 3, 7):
            pynn.set_num_threads(threads)
            results.append(np.asarray(a @ b.T))
    finally:
        pynn.set_num_threads(before)
    for y in results[1:]:
        np.testing.assert_array_equal(y, results[0])


def test_an_element_does_not_depend_on_its_place():
    a, b = pynn.randn(40, 101, dtype=pynn.bfloat16), pynn.randn(101, 70, dtype=pynn.bfloat16)
    y = np.asarray(a @ b)
    np.testing.assert_array_equal(np.asarray(a[17:30] @ b[:, 33:50]), y[17:30, 33:50])


@pytest.mark.parametrize("k", [1, 2, 31, 32, 33, 64, 513, 1100])
def test_every_depth_of_a_step_and_a_slice_is_exact(k):
    """Small integers, whatever part of a tile, of a step along k, or of a slice of k they fill."""
    rng = np.random.default_rng(k)
    for m, n in [(16, 16), (17, 15), (32, 33), (70, 100)]:
        a, b = rng.integers(-1, 2, (m, k)), rng.integers(-1, 2, (k, n))
        x, w = pynn.tensor(a, dtype=pynn.bfloat16), pynn.tensor(b, dtype=pynn.bfloat16)
        want = np.asarray(pynn.tensor(a @ b, dtype=pynn.bfloat16))
        for left in (x, x.T.contiguous().T):
            for right in (w, w.T.contiguous().T):
                np.testing.assert_array_equal(np.asarray(left @ right), want)


def test_products_of_blocks_larger_than_the_cache():
    """Several blocks of columns and slices of k, and operands that are not aligned to a cache line."""
    rng = np.random.default_rng(7)
    a, b = rng.integers(-1, 2, (65, 1501)), rng.integers(-1, 2, (1501, 1400))
    x, w = pynn.tensor(a, dtype=pynn.bfloat16), pynn.tensor(b, dtype=pynn.bfloat16)
    for left, right, want in ((x, w, a @ b), (x[:, 1:], w[1:], a[:, 1:] @ b[1:])):
        np.testing.assert_array_equal(
            np.asarray(left @ right), np.asarray(pynn.tensor(want, dtype=pynn.bfloat16))
        )


WITHIN_THE_BOUND = """
import numpy as np, pynn
rng = np.random.default_rng(5)
a, b = rng.standard_normal((70, 333)), rng.standard_normal((333, 90))
x, w = pynn.tensor(a, dtype=pynn.bfloat16), pynn.tensor(b, dtype=pynn.bfloat16).T.contiguous().T
exact = np.asarray(x, np.float64) @ np.asarray(w, np.float64)
size = np.abs(np.asarray(x, np.float64)) @ np.abs(np.asarray(w, np.float64))
error = 333 * 2.0**-24 * 1.01 * size
assert (np.abs(np.asarray(x @ w, np.float64) - exact) <= error + 2.0**-8 * (np.abs(exact) + error)).all()
print(pynn._core.bf16_products())
"""


def unit_of(isa: str, script: str = WITHIN_THE_BOUND) -> str:
    environment = {**os.environ, "PYNN_ISA": isa}
    return subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize("isa", ["v2", "v3", "v4", "v4_vnni"])
def test_machines_without_the_instruction_keep_the_bound(isa):
    assert unit_of(isa) == "widened"


def test_each_extension_can_be_named_and_keeps_the_bound():
    best = unit_of("")  # of the machine, whatever this process was told
    assert unit_of("v4_amx") == ("AMX" if best == "AMX" else "widened")
    assert unit_of("v4_bf16") == ("widened" if best == "widened" else "AVX512_BF16")


# A signal stack too small for the tiles: the kernel does not lend them to this process.
ON_A_SMALL_SIGNAL_STACK = """
import ctypes
class Stack(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t)]
memory = ctypes.create_string_buffer(4096)
stack = Stack(ctypes.addressof(memory), 0, 4096)
assert ctypes.CDLL(None).sigaltstack(ctypes.byref(stack), None) == 0
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the tiles are lent by Linux")
def test_a_system_that_lends_no_tiles_is_no_error():
    assert unit_of("", ON_A_SMALL_SIGNAL_STACK + WITHIN_THE_BOUND) != "AMX"
