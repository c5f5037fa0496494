"""Weights of samples and classes: the loss they make, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data, nn


def problem(loss="cross_entropy", metrics=None) -> tuple[nn.Module, np.ndarray, np.ndarray]:
    pynn.manual_seed(0)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 3)).astype(np.float32), rng.integers(0, 2, 50)
    model = nn.Linear(3, 2)
    model.compile(pynn.optim.SGD(model.parameters(), lr=0.1), loss=loss, metrics=metrics)
    return model, x, y


@pytest.mark.parametrize("loss", ["cross_entropy", nn.CrossEntropyLoss()])
def test_the_weighted_loss(loss):
    model, x, y = problem(loss)
    weights = np.random.default_rng(1).uniform(size=50)
    each = nn.functional.cross_entropy(model.predict(x), pynn.tensor(y), reduction="none").numpy()
    for batch_size in (7, 50):
        got = model.evaluate(x, y, sample_weight=weights, batch_size=batch_size)
        assert got == pytest.approx((weights * each).mean(), rel=1e-5)
    assert model.evaluate(x, y) == pytest.approx(each.mean(), rel=1e-5)


def test_columns_of_a_sample_share_its_weight():
    model, x, _ = problem("mse")
    y, weights = np.ones((50, 2), np.float32), np.linspace(0, 2, 50)
    want = (weights[:, None] * (model.predict(x).numpy() - y) ** 2).mean()
    assert model.evaluate(x, y, sample_weight=weights) == pytest.approx(want, rel=1e-5)


def test_class_weights_are_sample_weights():
    weights = np.array([1.0, 5.0])
    steps = {}
    for name in ("class", "sample", "one-hot", "both", "loader"):
        model, x, y = problem()
        how = {"epochs": 2, "verbose": 0, "shuffle": False}
        if name == "class":
            model.fit(x, y, class_weight={1: 5.0}, **how)
        elif name == "sample":
            model.fit(x, y, sample_weight=weights[y], **how)
        elif name == "one-hot":
            model.fit(x, np.eye(2, dtype=np.float32)[y], class_weight={0: 1.0, 1: 5.0}, **how)
        elif name == "both":
            model.fit(x, y, class_weight={1: 2.5}, sample_weight=np.where(y == 1, 2.0, 1.0), **how)
        else:
            parts = data.TensorDataset(x, y, weights[y].astype(np.float32))
            model.fit(data.DataLoader(parts, batch_size=32), **how)
        steps[name] = model.weight.detach().numpy()
    for other in steps.values():
        np.testing.assert_allclose(other, steps["class"], rtol=1e-5)
    plain, x, y = problem()
    plain.fit(x, y, epochs=2, verbose=0, shuffle=False)
    assert abs(plain.weight.detach().numpy() - steps["class"]).max() > 1e-3


def test_a_weight_of_zero_is_an_absent_sample():
    """Its outlier does not move the weights at all."""
    fitted = []
    for spoiled in (0.0, 1e3):
        model, x, y = problem()
        x[3] += spoiled
        model.fit(x, y, sample_weight=np.arange(50) != 3, epochs=2, verbose=0, shuffle=False)
        fitted.append(model.weight.detach().numpy())
    np.testing.assert_array_equal(*fitted)


def test_validation_with_weights():
    model, x, y = problem()
    weights = np.linspace(0, 1, 50)
    given = model.fit(x, y, epochs=1, validation_data=(x, y, weights), verbose=0)
    assert given["val_loss"][0] == pytest.approx(model.evaluate(x, y, sample_weight=weights))
    split = model.fit(x, y, epochs=1, validation_split=0.2, sample_weight=weights, verbose=0)
    assert split["val_loss"][0] == pytest.approx(model.evaluate(x[40:], y[40:], sample_weight=weights[40:]))


def test_metrics_are_not_weighed():
    model, x, y = problem(metrics=["accuracy"])
    plain = model.evaluate(x, y)[1]
    assert model.evaluate(x, y, sample_weight=np.linspace(0, 9, 50))[1] == plain


@pytest.mark.parametrize(
    ("loss", "how", "error", "message"),
    [
        ("cross_entropy", {"sample_weight": np.ones(49)}, ValueError, r"\(49,\).*50 samples"),
        ("cross_entropy", {"sample_weight": -np.ones(50)}, ValueError, "not negative"),
        ("cross_entropy", {"class_weight": [1.0, 2.0]}, TypeError, "dictionary"),
        ("cross_entropy", {"class_weight": "balanced"}, TypeError, r"class_weights\(y\)"),
        ("cross_entropy", {"class_weight": {"0": 2.0}}, TypeError, "class numbers, got '0'"),
        (lambda a, b: (a.sum(1) - b).abs().mean(), {"class_weight": {0: 2.0}}, TypeError, "reduction"),
    ],
)
def test_weights_that_cannot_be(loss, how, error, message):
    model, x, y = problem(loss)
    with pytest.raises(error, match=message):
        model.fit(x, y, verbose=0, **how)


def test_a_dataset_brings_its_own_weights():
    model, x, y = problem()
    with pytest.raises(ValueError, match="third part"):
        model.fit(data.TensorDataset(x, y), class_weight={0: 1.0}, verbose=0)


def test_one_hot_rows_of_integers_are_classes():
    model, x, y = problem(metrics=["accuracy"])
    rows = np.eye(2, dtype=np.int64)[y]
    np.testing.assert_allclose(model.evaluate(x, rows), model.evaluate(x, y), rtol=1e-6)
    with pytest.raises(ValueError, match="class indices"):
        model.evaluate(x, rows * 2)
