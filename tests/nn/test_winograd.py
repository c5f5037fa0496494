"""3 x 3 convolutions by fewer multiplications: their error, their edges, and how they are forbidden."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import pynn
import pynn.nn.functional as F
from pynn import nn

# The stated bound. Largest error over the largest result, of random normal numbers: that of the direct sum in
# float32 is up to 1e-6 for 16 to 128 channels.
RELATIVE_ERROR = 4e-6
# Against the error of the direct sum, where both are made of enough numbers to be compared.
TIMES_THE_DIRECT_ERROR = 4


@contextmanager
def winograd(enabled: bool) -> Iterator[None]:
    before = pynn.is_winograd_enabled()
    pynn.set_winograd_enabled(enabled)
    try:
        yield
    finally:
        pynn.set_winograd_enabled(before)


def products(
    arrays: list[np.ndarray], padding: Any, dtype: Any = pynn.float32, stride: int = 1
) -> list[np.ndarray]:
    """y, dx, dw and db of a convolution; `arrays` are x, w, b and dy."""
    x, w, b, dy = (pynn.from_numpy(a.copy()).to(dtype) for a in arrays)
    leaves = [a.requires_grad_() for a in (x, w, b)]
    y = F.conv2d(x, w, b, stride, padding)
    y.backward(dy)
    return [y.detach().numpy(), *(a.grad.numpy() for a in leaves)]


def arrays_for(
    batch: int, channels: int, outputs: int, size: tuple[int, int], padding: tuple[int, int], stride: int = 1
) -> list[np.ndarray]:
    rng = np.random.default_rng(batch * channels + outputs + size[0])
    out = [(n + 2 * p - 3) // stride + 1 for n, p in zip(size, padding, strict=True)]
    shapes = ((batch, channels, *size), (outputs, channels, 3, 3), (outputs,), (batch, outputs, *out))
    return [rng.standard_normal(shape).astype(np.float32) for shape in shapes]


def relative_error(ours: np.ndarray, exact: np.ndarray) -> float:
    return float(np.abs(ours - exact).max() / np.abs(exact).max())


CASES = [
    # batch, channels, outputs, size, padding
    (2, 32, 32, (32, 32), (1, 1)),
    (3, 64, 48, (14, 14), (1, 1)),
    (8, 64, 64, (7, 7), (1, 1)),
    (16, 40, 50, (9, 17), (0, 2)),  # neither tiles nor vectors are full
    (30, 64, 31, (13, 6), (2, 0)),
    (80, 96, 96, (3, 3), (1, 1)),
    (256, 128, 128, (4, 3), (0, 1)),  # fewer outputs than a vector has lanes
    (2, 128, 128, (20, 20), (1, 1)),
    (2, 32, 32, (29, 31), (3, 4)),  # tiles that lie in the padding
    (1, 64, 64, (24, 40), (1, 1)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_error_is_within_the_stated_bound(case: tuple[Any, ...]) -> None:
    arrays, padding = arrays_for(*case), case[-1]
    exact = products(arrays, padding, pynn.float64)
    with winograd(True):
        ours = products(arrays, padding)
    with winograd(False):
        direct = products(arrays, padding)
    taken = [not np.array_equal(a, b) for a, b in zip(ours[:3], direct[:3], strict=True)]
    assert all(taken), f"the shorter way was taken for (y, dx, dw): {taken}"
    for name, a, d, e in zip(("y", "dx", "dw"), ours, direct, exact, strict=False):
        error, of_direct = relative_error(a, e), relative_error(d, e)
        assert error < RELATIVE_ERROR, f"{name}: {error:.1e}"
        assert error < TIMES_THE_DIRECT_ERROR * of_direct, f"{name}: {error:.1e}, direct {of_direct:.1e}"


# The same, and whether y and dx are made so. With a stride of 2, a gradient for x is not where the padding is
# even. Where channels are many and images few, kernels are transformed in the cache.
OTHER_CASES = [
    (4, 128, 256, (28, 28), (1, 1), 2, (True, True)),
    (32, 48, 64, (16, 16), (1, 1), 2, (True, True)),
    (4, 96, 80, (23, 34), (3, 1), 2, (True, True)),
    (4, 96, 80, (24, 33), (2, 1), 2, (True, False)),
    (4, 96, 80, (31, 15), (1, 0), 2, (True, False)),
    (3, 160, 257, (8, 12), (1, 1), 1, (True, True)),
    (4, 260, 300, (7, 7), (1, 1), 1, (True, True)),
    (4, 200, 280, (14, 11), (1, 1), 2, (True, True)),
]


@pytest.mark.parametrize("case", OTHER_CASES, ids=str)
def test_strides_and_many_channels_too(case: tuple[Any, ...]) -> None:
    *shape, stride, expected = case
    padding = shape[-1]
    arrays = arrays_for(*shape, stride)
    exact = products(arrays, padding, pynn.float64, stride)
    with winograd(True):
        ours = products(arrays, padding, stride=stride)
    with winograd(False):
        direct = products(arrays, padding, stride=stride)
    for name, a, d, e, shorter in zip(
        ("y", "dx", "dw"), ours, direct, exact, (*expected, None), strict=False
    ):
        assert shorter in (None, not np.array_equal(a, d)), f"{name}: the shorter way, {shorter}"
        assert relative_error(a, e) < RELATIVE_ERROR, name


def test_small_convolutions_stay_direct() -> None:
    for case in ((1, 64, 64, (4, 4), (1, 1)), (8, 3, 8, (32, 32), (1, 1)), (2, 1, 64, (28, 28), (1, 1))):
        arrays = arrays_for(*case)
        ours = products(arrays, 1)
        with winograd(False):
            direct = products(arrays, 1)
        for a, d in zip(ours, direct, strict=True):
            np.testing.assert_array_equal(a, d)


@pytest.mark.parametrize("options", [{"stride": 3}, {"stride": (1, 2)}, {"dilation": 2}, {"groups": 2}])
def test_other_settings_stay_direct(options: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    x = pynn.from_numpy(rng.standard_normal((2, 64, 32, 32)).astype(np.float32))
    w = pynn.from_numpy(rng.standard_normal((64, 64 // options.get("groups", 1), 3, 3)).astype(np.float32))
    y = F.conv2d(x, w, **options)
    with winograd(False):
        assert np.array_equal(y.numpy(), F.conv2d(x, w, **options).numpy())


def test_float64_is_always_the_sum_itself() -> None:
    arrays = arrays_for(2, 32, 32, (16, 16), (1, 1))
    results = []
    for enabled in (True, False):
        with winograd(enabled):
            results.append(products(arrays, 1, pynn.float64))
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)


def test_whole_numbers_are_exact_without_it() -> None:
    x, w = pynn.ones(1, 64, 32, 32), pynn.ones(64, 64, 3, 3)
    with winograd(False):
        assert F.conv2d(x, w).numpy().tolist() == np.full((1, 64, 30, 30), 576.0).tolist()


def test_a_value_that_is_not_finite_stays_in_the_tiles_that_read_it() -> None:
    x = np.random.default_rng(2).standard_normal((2, 32, 32, 32)).astype(np.float32)
    w = pynn.randn(32, 32, 3, 3)
    clean = F.conv2d(pynn.from_numpy(x.copy()), w, padding=1).numpy()
    x[1, 3, 9, 9] = np.inf
    y = F.conv2d(pynn.from_numpy(x), w, padding=1).numpy()
    touched = np.zeros(y.shape, bool)
    touched[1, :, 8:12, 8:12] = True  # the tile whose 6 x 6 places hold (9, 9)
    assert not np.isfinite(y[1, :, 8:11, 8:11]).any()
    np.testing.assert_array_equal(y[~touched], clean[~touched])


def test_zeros_give_the_bias() -> None:
    bias = pynn.randn(32)
    y = F.conv2d(pynn.zeros(2, 32, 32, 32), pynn.randn(32, 32, 3, 3), bias, padding=1)
    assert bool((y == bias.reshape(1, 32, 1, 1)).all())


def test_transposed_convolution_of_stride_1() -> None:
    rng = np.random.default_rng(3)
    x, w = rng.standard_normal((2, 32, 20, 20)), rng.standard_normal((32, 48, 3, 3))
    exact = F.conv_transpose2d(pynn.tensor(x), pynn.tensor(w), padding=1).numpy()
    ours = F.conv_transpose2d(pynn.tensor(x.astype(np.float32)), pynn.tensor(w.astype(np.float32)), padding=1)
    assert relative_error(ours.numpy(), exact) < RELATIVE_ERROR


def test_threads_change_no_bit() -> None:
    before, results = pynn.get_num_threads(), []
    cases = [
        (1, 64, 64, (20, 20), (1, 1), 1),
        (6, 32, 48, (15, 14), (1, 1), 1),
        (3, 128, 64, (12, 12), (1, 1), 1),
        (2, 260, 300, (7, 7), (1, 1), 1),
        (4, 128, 128, (20, 20), (1, 1), 2),
    ]
    try:
        for threads in (1, 2, 3, 7):
            pynn.set_num_threads(threads)
            results.append([a for case in cases for a in products(arrays_for(*case), 1, stride=case[-1])])
    finally:
        pynn.set_num_threads(before)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert a.tobytes() == b.tobytes()


def test_gradient_of_the_gradient() -> None:
    arrays = arrays_for(2, 32, 32, (16, 16), (1, 1))
    found = []
    for dtype in (pynn.float32, pynn.float64):
        x, w = (pynn.from_numpy(a.copy()).to(dtype).requires_grad_() for a in arrays[:2])
        y = F.conv2d(x, w, padding=1)
        (dx,) = pynn.autograd.grad([y.square().sum()], [x], create_graph=True)
        dx.square().sum().backward()
        found.append([x.grad.numpy(), w.grad.numpy()])
    for ours, exact in zip(*found, strict=True):
        assert relative_error(ours, exact) < 4 * RELATIVE_ERROR  # three products, one after the other


def test_a_layer_without_a_batch() -> None:
    layer = nn.Conv2d(32, 32, 3, padding="same")
    x = pynn.randn(32, 24, 24)
    assert np.array_equal(layer(x).detach().numpy(), layer(x.unsqueeze(0))[0].detach().numpy())


def test_the_environment_forbids_it() -> None:
    code = "import pynn; print(pynn.is_winograd_enabled())"
    environment = os.environ | {"PYNN_WINOGRAD": "0"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert said.stdout.decode().strip() == "False"
