"""MixUp of batches of any kind: rows of tables, series, images; classes and numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn import data, nn
from pynn.vision import transforms


@given(n=st.integers(1, 9), alpha=st.floats(0.05, 5), seed=st.integers(0, 2**31))
def test_rows_and_targets_are_mixed_in_the_same_shares(n: int, alpha: float, seed: int) -> None:
    """Row k is the k-th unit vector: a mixed row shows who is in it, and how much of each."""
    labels = pynn.arange(n)
    rows, shares, numbers = data.MixUp(alpha, n, generator=seed)(pynn.eye(n), labels, labels.double())
    np.testing.assert_allclose(rows.numpy(), shares.numpy(), rtol=1e-6)
    np.testing.assert_allclose(rows.sum(1).numpy(), 1, rtol=1e-6)
    np.testing.assert_allclose(rows.double().numpy() @ np.arange(n), numbers.numpy(), atol=1e-5)
    assert ((rows > 0).sum(1) <= 2).all()


def test_shares_are_drawn_from_the_beta_distribution() -> None:
    n, alpha = 4000, 0.4
    x = pynn.cat([pynn.zeros(n, 1), pynn.ones(n, 1)])
    mixed = data.MixUp(alpha, generator=0)(x).numpy()[:, 0]
    met = mixed[(mixed > 0) & (mixed < 1)]  # 0 met 1: the share, or what it leaves; the same by symmetry
    assert len(met) > 0.4 * 2 * n
    assert met.mean() == pytest.approx(0.5, abs=0.02)
    assert met.var() == pytest.approx(0.25 / (2 * alpha + 1), rel=0.05)


@pytest.mark.parametrize("shape", [(6, 3), (6,), (6, 2, 5), (6, 1, 4, 4)])
def test_any_shape_and_dtype(shape: tuple[int, ...]) -> None:
    x = pynn.rand(*shape, dtype=pynn.float64)
    mixed, y = data.MixUp(num_classes=2, generator=1)(x, pynn.arange(6) % 2)
    assert (mixed.shape, mixed.dtype, tuple(y.shape)) == (x.shape, x.dtype, (6, 2))
    none, rows = data.MixUp(num_classes=2)(x[:0], pynn.arange(0))
    assert (len(none), tuple(rows.shape)) == (0, (0, 2))
    assert pynn.equal(data.MixUp(p=0.0)(x), x)


def test_images_are_mixed_by_the_same_numbers() -> None:
    x, y = pynn.rand(8, 3, 4, 4), pynn.randint(0, 3, (8,))
    for ours, theirs in zip(
        data.MixUp(0.3, 3, generator=5)(x, y), transforms.MixUp(0.3, 3, generator=5)(x, y), strict=True
    ):
        assert pynn.equal(ours, theirs)


def test_seeds() -> None:
    x = pynn.rand(16, 2)
    a, b = data.MixUp(generator=3), data.MixUp(generator=3)
    first = a(x)
    assert pynn.equal(first, b(x))
    assert not pynn.equal(first, a(x))
    pynn.manual_seed(0)
    drawn = data.MixUp()(x)
    pynn.manual_seed(0)
    assert pynn.equal(drawn, data.MixUp()(x))
    assert repr(a) == "MixUp(alpha=0.2, num_classes=None, p=1)"


def test_tables_in_fit_with_classes_and_with_numbers() -> None:
    pynn.manual_seed(0)
    x, labels = data.load_iris()
    x = data.StandardScaler().fit_transform(np.asarray(x))
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
    model.compile(pynn.optim.Adam(model, lr=0.02), "cross_entropy", ["accuracy"])
    history = model.fit(x, labels, epochs=20, verbose=0, transform=data.MixUp(1.0, num_classes=3))
    assert model.evaluate(x, labels)[1] > 0.93
    assert history["loss"][-1] > 0.3  # no model is sure of a mixture

    line = nn.Linear(4, 1)
    line.compile(pynn.optim.SGD(line, lr=0.1), "mse")
    y = (np.asarray(x) @ np.array([[1.0], [-2.0], [0.5], [0.0]])).astype(np.float32)
    line.fit(x, y, epochs=120, verbose=0, transform=data.MixUp())  # mixtures of points on a line lie on it
    assert line.evaluate(x, y) < 1e-3
