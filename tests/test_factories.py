"""Factories agree with NumPy and refuse what no tensor can be."""

from __future__ import annotations

import numpy as np
import pytest

import pynn


def test_sizes_as_numbers_or_as_a_tuple():
    assert pynn.zeros(2, 3).shape == pynn.zeros((2, 3)).shape == pynn.ones([2, 3]).shape == (2, 3)
    assert pynn.zeros().shape == ()
    assert pynn.ones(0, 3).shape == (0, 3)


def test_values_and_dtypes():
    np.testing.assert_array_equal(pynn.ones(3, dtype=pynn.int64).numpy(), np.ones(3, np.int64))
    assert pynn.full((2,), 7).dtype == pynn.int64
    assert pynn.full((2,), 7.5).tolist() == [7.5, 7.5]
    np.testing.assert_array_equal(pynn.eye(2, 4).numpy(), np.eye(2, 4))
    np.testing.assert_array_equal(pynn.eye(4, 2).numpy(), np.eye(4, 2))


@pytest.mark.parametrize("args", [(5,), (2, 9), (9, 2, -3), (3, 3), (0.0, 1.0, 0.1), (5.0, 1.0, -0.75)])
def test_arange_is_numpys(args):
    expected = np.arange(*args)
    ours = pynn.arange(*args).numpy()
    assert ours.shape == expected.shape
    np.testing.assert_allclose(ours, expected, rtol=1e-6)


@pytest.mark.parametrize("args", [(0, 1, 5), (3, -3, 4), (2, 9, 1), (0, 1, 0)])
def test_linspace_is_numpys(args):
    np.testing.assert_allclose(pynn.linspace(*args).numpy(), np.linspace(*args), rtol=1e-6)


def test_like():
    x = pynn.zeros(2, 3, dtype=pynn.float64)
    for make in (pynn.zeros_like, pynn.ones_like, pynn.empty_like, pynn.rand_like, pynn.randn_like):
        assert make(x).shape == x.shape
        assert make(x).dtype == x.dtype
    assert pynn.full_like(x, 4).tolist() == [[4.0] * 3] * 2


def test_requires_grad():
    assert pynn.zeros(2, requires_grad=True).requires_grad


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: pynn.zeros(2**40, 2**40), "more elements than memory"),
        (lambda: pynn.zeros(-1), "sizes must be 0 or more"),
        (lambda: pynn.arange(0, 5, 0), "step not 0"),
        (lambda: pynn.arange(0, 5, -1), "Did you mean step=1"),
        (lambda: pynn.arange(0.0, float("inf")), "must be finite"),
        (lambda: pynn.linspace(0, 1, -1), "steps must be 0 or more"),
        (lambda: pynn.eye(-1), "sizes must be 0 or more"),
        (lambda: pynn.zeros(2, device="cuda"), "no other device"),
        (lambda: pynn.zeros(*[1] * 9), "at most 8 axes"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_size_must_be_an_integer():
    with pytest.raises(TypeError, match="integers"):
        pynn.zeros(2.5, 3)
