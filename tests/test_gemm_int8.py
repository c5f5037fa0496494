"""Products of bytes are exact: against int64 NumPy, at all sizes, strides and extremes."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import pynn

int8_matmul = pynn._core.ops.int8_matmul

SIZES = [(1, 1, 1), (33, 64, 32), (70, 1200, 48), (1, 300, 50), (50, 300, 1), (3, 4, 5), (13, 33, 33),
         (12, 32, 32), (100, 129, 77), (257, 1027, 65), (5, 0, 4), (0, 3, 4), (5, 3, 0)]  # fmt: skip


def random_bytes(rng: np.random.Generator, dtype: type, shape: tuple[int, ...]) -> np.ndarray:
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max + 1, shape).astype(dtype)


def check(a: np.ndarray, b: np.ndarray) -> None:
    y = int8_matmul(pynn.from_numpy(a), pynn.from_numpy(b))
    assert y.dtype == pynn.int32
    np.testing.assert_array_equal(np.asarray(y), a.astype(np.int64) @ b.astype(np.int64))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_exact_at_all_sizes_and_strides(size, dtype):
    m, k, n = size
    rng = np.random.default_rng(m * k + n)
    a, b = random_bytes(rng, dtype, (m, k)), random_bytes(rng, np.int8, (k, n))
    for left in (a, np.asfortranarray(a), np.repeat(a, 2, 1)[:, ::2], a[::-1, ::-1]):
        for right in (b, np.asfortranarray(b), np.repeat(b, 3, 1)[:, ::3]):
            check(left, right)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 64, 1000])
@pytest.mark.parametrize(
    ("a", "b"), [(255, 127), (255, -128), (0, -128), (-128, -128), (127, 127), (-128, 127)]
)
def test_extremes_do_not_saturate(a, b, k):
    left = np.full((14, k), a, np.uint8 if a > 127 else np.int8)
    check(left, np.full((k, 35), b, np.int8))


def test_threads_do_not_change_it():
    rng = np.random.default_rng(0)
    a, b = random_bytes(rng, np.int8, (301, 500)), random_bytes(rng, np.int8, (500, 203))
    before = pynn.get_num_threads()
    try:
        for threads in (1, 2, 5):
            pynn.set_num_threads(threads)
            check(a, b)
    finally:
        pynn.set_num_threads(before)


def test_bad_input_is_told_so():
    a, b = pynn.ones(3, 4, dtype=pynn.int8), pynn.ones(4, 5, dtype=pynn.int8)
    with pytest.raises(pynn.DTypeError, match=r"uint8 or int8 .* float32.*pynn\.int8"):
        int8_matmul(a, b.float())
    with pytest.raises(pynn.DTypeError, match="b of int8"):
        int8_matmul(a, b.to(pynn.uint8))
    with pytest.raises(pynn.ShapeError, match=r"\(3, 4\) @ \(5, 4\).*Did you mean b\.T"):
        int8_matmul(a, b.T)
    with pytest.raises(pynn.ShapeError, match=r"\(m, k\) @ \(k, n\)"):
        int8_matmul(a, b[0])


EXACT = """
import numpy as np, pynn
rng = np.random.default_rng(5)
for dtype in (np.int8, np.uint8):
    a = rng.integers(-128, 256, (45, 131)).astype(dtype)
    b = rng.integers(-128, 128, (131, 70)).astype(np.int8)
    for left, right in ((a, b), (np.asfortranarray(a), np.asfortranarray(b))):
        y = pynn._core.ops.int8_matmul(pynn.tensor(left), pynn.tensor(right))
        assert (np.asarray(y) == a.astype(np.int64) @ b.astype(np.int64)).all()
print(pynn._core.int8_products())
"""


def unit_of(isa: str) -> str:
    environment = {**os.environ, "PYNN_ISA": isa}
    return subprocess.run(
        [sys.executable, "-c", EXACT], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.parametrize("isa", ["v2", "v3", "v4", "v4_bf16"])
def test_machines_without_the_instruction_agree(isa):
    assert unit_of(isa) == "widened"


def test_each_extension_can_be_named_and_agrees():
    best = unit_of("")  # of the machine, whatever this process was told
    assert unit_of("v4_amx") == ("AMX" if best == "AMX" else "widened")
    assert unit_of("v4_vnni") == ("widened" if best == "widened" else "AVX512_VNNI")
