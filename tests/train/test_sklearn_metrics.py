"""Metrics against scikit-learn's on the same data, and in any split into batches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn
from pynn import nn, train

sk = pytest.importorskip("sklearn.metrics")


def two_classes(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, many of them tied."""
    return rng.integers(0, 9, n).astype(np.float32) / 8, rng.integers(0, 2, n)


def classes(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(n, 4)).astype(np.float32), rng.integers(0, 4, n)


def numbers(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(n, 3)).astype(np.float32), rng.normal(size=(n, 3)).astype(np.float32)


def softmax(rows: np.ndarray) -> np.ndarray:
    powers = np.exp(rows.astype(np.float64) - rows.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def by_class(score: Callable[..., float], average: str) -> Callable[[np.ndarray, np.ndarray], float]:
    return lambda said, right: score(right, said.argmax(1), average=average, zero_division=0)


def of_two(score: Callable[..., float]) -> Callable[[np.ndarray, np.ndarray], float]:
    return lambda said, right: score(right, said > 0.5, zero_division=0)


AVERAGES = ("macro", "micro", "weighted")
SCORES = {
    train.Precision: sk.precision_score,
    train.Recall: sk.recall_score,
    train.F1: sk.f1_score,
    train.IoU: sk.jaccard_score,
}
CASES: dict[str, tuple[Callable[[], train.Metric], Callable[..., object], Callable[..., object]]] = {
    "accuracy": (train.Accuracy, classes, lambda said, right: sk.accuracy_score(right, said.argmax(1))),
    "accuracy of two": (
        train.Accuracy,
        two_classes,
        lambda said, right: sk.accuracy_score(right, said > 0.5),
    ),
    "top 2": (
        lambda: train.TopKAccuracy(2),
        classes,
        lambda said, right: sk.top_k_accuracy_score(right, said, k=2, labels=range(4)),
    ),
    "confusion": (
        train.ConfusionMatrix,
        classes,
        lambda said, right: sk.confusion_matrix(right, said.argmax(1), labels=range(4)),
    ),
    "roc of two": (train.ROCAUC, two_classes, lambda said, right: sk.roc_auc_score(right, said)),
    "pr of two": (train.PRAUC, two_classes, lambda said, right: sk.average_precision_score(right, said)),
    "mae": (train.MeanAbsoluteError, numbers, lambda said, right: sk.mean_absolute_error(right, said)),
    "mse": (train.MeanSquaredError, numbers, lambda said, right: sk.mean_squared_error(right, said)),
    "rmse": (
        train.RootMeanSquaredError,
        numbers,
        lambda said, right: sk.mean_squared_error(right, said) ** 0.5,
    ),
    "r2": (train.R2Score, numbers, lambda said, right: sk.r2_score(right, said)),
    "perplexity": (
        train.Perplexity,
        classes,
        lambda said, right: np.exp(sk.log_loss(right, softmax(said), labels=range(4))),
    ),
}
for kind, score in SCORES.items():
    CASES[f"{kind.__name__} of two"] = (kind, two_classes, of_two(score))
    for average in AVERAGES:
        CASES[f"{kind.__name__} {average}"] = (
            lambda kind=kind, average=average: kind(average=average),
            classes,
            by_class(score, average),
        )
for average in ("macro", "weighted"):
    CASES[f"roc {average}"] = (
        lambda average=average: train.ROCAUC(average),
        classes,
        lambda said, right, average=average: sk.roc_auc_score(
            right, softmax(said), multi_class="ovr", average=average
        ),
    )
    CASES[f"pr {average}"] = (
        lambda average=average: train.PRAUC(average),
        classes,
        lambda said, right, average=average: sk.average_precision_score(
            np.eye(4)[right], softmax(said), average=average
        ),
    )


def over_batches(metric: train.Metric, said: np.ndarray, right: np.ndarray, cuts: list[int]) -> object:
    metric.reset()
    for start, stop in zip([0, *cuts], [*cuts, len(said)], strict=True):
        metric.update(pynn.tensor(said[start:stop]), pynn.tensor(right[start:stop]))
    return metric.result()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("samples", [40, 1001])
def test_equal_to_scikit_learn(name, samples):
    make, source, want = CASES[name]
    said, right = source(samples, np.random.default_rng(samples))
    got = over_batches(make(), said, right, [samples // 3, samples // 2])
    np.testing.assert_allclose(got, want(said, right), rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), samples=st.integers(2, 60), cuts=st.lists(st.integers(0, 60), max_size=6))
def test_any_split_into_batches_is_all_at_once(seed, samples, cuts):
    rng = np.random.default_rng(seed)
    cuts = sorted(min(cut, samples) for cut in cuts)
    for name, (make, source, _) in CASES.items():
        said, right = source(samples, rng)
        got, want = over_batches(make(), said, right, cuts), over_batches(make(), said, right, [])
        np.testing.assert_allclose(got, want, rtol=1e-9, err_msg=name)


def test_probabilities_and_columns_of_two():
    rng = np.random.default_rng(0)
    rows, right = rng.normal(size=(50, 2)).astype(np.float32), rng.integers(0, 2, 50)
    want = sk.roc_auc_score(right, rows[:, 1] - rows[:, 0])
    for said in (rows, softmax(rows).astype(np.float32)):
        for targets in (right, np.eye(2, dtype=np.float32)[right]):
            got = over_batches(train.ROCAUC(), said, targets, [20])
            np.testing.assert_allclose(got, want, rtol=1e-6)


def test_several_labels_to_a_sample():
    rng = np.random.default_rng(1)
    said, right = rng.normal(size=(60, 3)).astype(np.float32), rng.integers(0, 2, (60, 3))
    np.testing.assert_allclose(
        over_batches(train.ROCAUC(), said, right, [7]), sk.roc_auc_score(right, said), rtol=1e-9
    )
    np.testing.assert_allclose(
        over_batches(train.PRAUC("weighted"), said, right, [7]),
        sk.average_precision_score(right, said, average="weighted"),
        rtol=1e-9,
    )


def test_pixels_are_samples():
    """Segmentation: outputs (N, C, H, W), with a part of the targets that does not count."""
    rng = np.random.default_rng(2)
    said, right = rng.normal(size=(4, 3, 5, 6)).astype(np.float32), rng.integers(0, 3, (4, 5, 6))
    right[:, 0] = 255
    counts = right.ravel() != 255
    flat = said.argmax(1).ravel()[counts]
    want = sk.jaccard_score(right.ravel()[counts], flat, average="macro")
    metric = train.IoU(ignore_index=255)
    assert over_batches(metric, said, right, [1]) == pytest.approx(want)
    np.testing.assert_allclose(
        metric.per_class(), sk.jaccard_score(right.ravel()[counts], flat, average=None)
    )
    with pytest.raises(ValueError, match="classes 0 to 2"):
        over_batches(train.IoU(), said, right, [])
    tokens = train.Perplexity(ignore_index=255)
    rows = np.moveaxis(said, 1, -1).reshape(-1, 3)[counts]
    want = np.exp(sk.log_loss(right.ravel()[counts], softmax(rows), labels=range(3)))
    assert over_batches(tokens, said, right, [2]) == pytest.approx(want, rel=1e-6)


def test_what_is_not_defined_is_nan():
    for make in (train.ROCAUC, train.PRAUC, train.Perplexity, train.R2Score, train.MeanAbsoluteError):
        assert np.isnan(make().result())
    only_zeros = train.ROCAUC()
    only_zeros.update(pynn.rand(5), pynn.zeros(5))
    assert np.isnan(only_zeros.result())
    with pytest.raises(ValueError, match="classes 0 to 3"):
        train.ROCAUC().update(pynn.zeros(2, 4), pynn.tensor([0, 4]))


def test_a_matrix_is_not_in_the_history_but_in_the_metric(tmp_path):
    pynn.manual_seed(0)
    x, y = pynn.data.load_iris()
    matrix = train.ConfusionMatrix()
    model = nn.Linear(4, 3)
    model.compile("adam", "cross_entropy", ["accuracy", matrix, "roc_auc", "perplexity"])
    history = model.fit(x, y, validation_split=0.2, verbose=0)
    assert "confusion_matrix" not in history
    assert {"roc_auc", "val_perplexity"} <= set(history)
    found = model.evaluate(x, y, return_dict=True, verbose=1)
    np.testing.assert_array_equal(found["confusion_matrix"], matrix.matrix)
    assert matrix.matrix.sum() == len(x)
    assert matrix.matrix.trace() / len(x) == pytest.approx(found["accuracy"])
    figure = matrix.plot(["setosa", "versicolor", "virginica"], normalize=True, path=tmp_path / "m.png")
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
    shown = {text.get_text() for text in figure.axes[0].texts}
    assert f"{matrix.matrix[0, 0] / 50:.2f}" in shown
    with pytest.raises(ValueError, match="2 labels for 3 classes"):
        matrix.plot(["a", "b"])
    with pytest.raises(ValueError, match="nothing to draw"):
        train.ConfusionMatrix().plot()


@pytest.mark.parametrize("name", ["auc", "pr_auc", "iou", "perplexity", "top3", "binary_accuracy"])
def test_names(name):
    model = nn.Linear(4, 3)
    model.compile("adam", "cross_entropy", [name])
    (metric,) = model._compiled.metrics
    assert metric.name in (name, "top_3_accuracy")
