"""Metrics against their formulas in NumPy, over batches of unequal size."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import nn, train
from pynn.train.better import larger_is_better


def over_batches(metric: train.Metric, outputs: np.ndarray, targets: np.ndarray) -> float:
    for part in (slice(0, 31), slice(31, 40), slice(40, None)):
        metric.update(pynn.tensor(outputs[part]), pynn.tensor(targets[part]))
    return metric.result()


def per_class(said: np.ndarray, right: np.ndarray, classes: range) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of every class, with 0 for 0 / 0, counted sample by sample."""
    scores: dict[str, list[float]] = {"precision": [], "recall": [], "f1": []}
    for c in classes:
        true_positive = sum(s == c and r == c for s, r in zip(said, right, strict=True))
        false_positive = sum(s == c and r != c for s, r in zip(said, right, strict=True))
        false_negative = sum(s != c and r == c for s, r in zip(said, right, strict=True))
        precision = true_positive / (true_positive + false_positive) if true_positive else 0.0
        recall = true_positive / (true_positive + false_negative) if true_positive else 0.0
        scores["precision"].append(precision)
        scores["recall"].append(recall)
        scores["f1"].append(2 * precision * recall / (precision + recall) if true_positive else 0.0)
    return {name: np.array(values) for name, values in scores.items()}


METRICS = {"precision": train.Precision, "recall": train.Recall, "f1": train.F1}


@pytest.mark.parametrize("name", METRICS)
def test_scores_of_two_classes(name):
    rng = np.random.default_rng(0)
    outputs, targets = rng.uniform(size=(90, 1)), rng.integers(0, 2, (90, 1)).astype(np.float32)
    want = per_class(outputs[:, 0] > 0.7, targets[:, 0], range(2))[name][1]
    assert over_batches(METRICS[name](threshold=0.7), outputs, targets) == pytest.approx(want)
    columns = np.concatenate([0.7 - outputs, outputs - 0.7], 1)  # the larger says which
    got = over_batches(METRICS[name](), columns, targets[:, 0].astype(np.int64))
    assert got == pytest.approx(want)


@pytest.mark.parametrize("name", METRICS)
def test_scores_of_many_classes(name):
    rng = np.random.default_rng(1)
    outputs, targets = rng.normal(size=(90, 5)), rng.integers(0, 4, 90)
    outputs[:, 4] = -9  # class 4 is neither there nor said, and does not count
    said = outputs.argmax(1)
    macro = per_class(said, targets, range(4))[name].mean()
    for labels in (targets, np.eye(5, dtype=np.float32)[targets]):
        assert over_batches(METRICS[name](), outputs, labels) == pytest.approx(macro)
    micro = over_batches(METRICS[name](average="micro"), outputs, targets)
    assert micro == pytest.approx((said == targets).mean())
    with pytest.raises(ValueError, match="two classes, there are 5"):
        over_batches(METRICS[name](average="binary"), outputs, targets)


def test_what_was_never_said_scores_zero():
    metric = train.Precision()
    metric.update(pynn.zeros(4, 1), pynn.ones(4, 1))
    assert metric.result() == 0.0
    assert np.isnan(train.F1().result())
    with pytest.raises(ValueError, match="'macro'"):
        train.Recall(average="samples")
    with pytest.raises(ValueError, match="classes 0 to 2"):
        train.Recall().update(pynn.zeros(2, 3), pynn.tensor([0, 3]))


@pytest.mark.parametrize("offset", [0.0, 1e6])  # a large mean must not swallow the spread
def test_r2(offset):
    rng = np.random.default_rng(2)
    targets = rng.normal(size=(90, 2)) + offset
    outputs = targets + rng.normal(size=(90, 2)) * [0.3, 0.9]
    outputs, targets = pynn.tensor(outputs, dtype=pynn.float64), pynn.tensor(targets, dtype=pynn.float64)
    metric = train.R2Score()
    for part in (slice(0, 31), slice(31, 40), slice(40, None)):
        metric.update(outputs[part], targets[part])
    o, t = outputs.numpy(), targets.numpy()
    want = (1 - ((t - o) ** 2).sum(0) / ((t - t.mean(0)) ** 2).sum(0)).mean()
    assert metric.result() == pytest.approx(want, rel=1e-7)


def test_r2_of_targets_that_never_change():
    same = pynn.ones(5)
    for outputs, want in ((same, 1.0), (same * 2, 0.0)):
        metric = train.R2Score()
        metric.update(outputs, same)
        assert metric.result() == want
    with pytest.raises(ValueError, match="reshape"):
        train.R2Score().update(pynn.ones(5, 1), same)


def test_errors_of_numbers():
    rng = np.random.default_rng(3)
    outputs, targets = rng.normal(size=(2, 90, 1)).astype(np.float32)
    model = nn.Linear(1, 1)
    model.compile("sgd", loss="mse", metrics=["mae", "mse", "rmse", "r2"])
    metrics = model._compiled.metrics
    got = [over_batches(metric, outputs, targets) for metric in metrics]
    square = ((outputs - targets) ** 2).mean()
    r2 = 1 - square / targets.var()
    np.testing.assert_allclose(got, [abs(outputs - targets).mean(), square, square**0.5, r2], rtol=1e-5)


def test_the_threshold_follows_the_loss_unless_it_is_said():
    def thresholds(loss):
        model = nn.Linear(2, 1)
        model.compile("sgd", loss=loss, metrics=["accuracy", train.F1(threshold=0.5), "recall"])
        return [metric.threshold for metric in model._compiled.metrics]

    assert thresholds("bce_with_logits") == thresholds(nn.BCEWithLogitsLoss()) == [0.0, 0.5, 0.0]
    assert thresholds("bce") == [None, 0.5, None]


def test_a_function_is_a_metric():
    metric = train.Mean(lambda outputs, targets: (outputs - targets).max(), name="worst")
    metric.update(pynn.tensor([1.0, 5.0]), pynn.tensor([0.0, 2.0]))
    assert (metric.name, metric.result()) == ("worst", 3.0)


def test_which_way_is_better():
    rising = ["accuracy", "val_acc", "top_5_accuracy", "val_f1", "precision", "recall", "val_r2"]
    falling = ["loss", "val_loss", "mae", "rmse"]
    assert [larger_is_better(name) for name in rising + falling] == [True] * 7 + [False] * 4
