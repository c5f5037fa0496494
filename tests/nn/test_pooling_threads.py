"""Narrow outputs of pooling on several threads: a vector holds many windows, and none of another chunk."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import pynn
import pynn.nn.functional as F


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = pynn.get_num_threads()
    yield
    pynn.set_num_threads(before)


def gradient(x: np.ndarray, dy: np.ndarray, threads: int) -> np.ndarray:
    pynn.set_num_threads(threads)
    leaf = pynn.from_numpy(x.copy()).requires_grad_()
    F.max_pool2d(leaf, 3, 2).backward(pynn.from_numpy(dy))
    return leaf.grad.numpy()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("high", "wide"), [(7, 7), (9, 3), (3, 5)])
def test_the_maxima_are_found_on_any_number_of_threads(dtype, high, wide):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((8, 1000, high, wide)).astype(dtype)
    dy = rng.standard_normal((8, 1000, (high - 1) // 2, (wide - 1) // 2)).astype(dtype)
    expected = gradient(x, dy, 1)
    for _ in range(10):
        np.testing.assert_array_equal(gradient(x, dy, 2), expected)
