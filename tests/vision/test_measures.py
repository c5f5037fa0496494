"""Measures of detection and segmentation, by hand and by slow definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn import data, nn
from pynn.vision import metrics


def test_average_precision_by_hand():
    # Right, wrong, right, of 2: precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1.
    scores, correct = [0.9, 0.8, 0.7], [1, 0, 1]
    assert metrics.average_precision(scores, correct, 2, "area") == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert metrics.average_precision(scores, correct, 2) == pytest.approx((51 * 1 + 50 * 2 / 3) / 101)
    assert metrics.average_precision(scores, correct, 4, "area") == pytest.approx(0.25 + 0.25 * 2 / 3)
    assert metrics.average_precision([], [], 3) == 0
    assert math.isnan(metrics.average_precision([0.5], [False], 0))
    assert metrics.average_precision([0.5, 0.9], [False, True], 1) == 1  # scores decide, not places


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 5), st.sampled_from(["coco", "area"]))
def test_average_precision_by_its_definition(correct, more, method):
    positives = sum(correct) + more
    scores = np.linspace(1, 0, len(correct) + 1)[:-1]
    got = metrics.average_precision(scores, correct, positives, method)
    if positives == 0:
        assert math.isnan(got)
        return
    points = [
        (sum(correct[: i + 1]) / positives, sum(correct[: i + 1]) / (i + 1)) for i in range(len(correct))
    ]

    def best(recall):
        return max((precision for at, precision in points if at >= recall), default=0)

    if method == "coco":
        expected = np.mean([best(recall) for recall in np.linspace(0, 1, 101)])
    else:
        steps = np.arange(1, positives + 1) / positives
        expected = sum(best(recall) for recall in steps) / positives
    assert got == pytest.approx(expected)
    assert 0 <= got <= 1


def said(boxes, labels, scores):
    return {"boxes": boxes, "labels": labels, "scores": scores}


def test_detection_by_hand():
    square, far = [0, 0, 10, 10], [50, 50, 60, 60]
    shifted = [0, 0, 10, 8]  # IoU 0.8
    target = {"boxes": [square, far], "labels": [1, 1]}
    perfect = metrics.mean_average_precision([said([square, far], [1, 1], [0.9, 0.8])], [target])
    assert (perfect.map, perfect.map_50, perfect.map_75) == (1, 1, 1)
    close = metrics.mean_average_precision([said([shifted, far], [1, 1], [0.9, 0.8])], [target])
    # At 0.85 and beyond the first is wrong: precision 0, 1/2 at recall 0, 1/2.
    high = 51 * 0.5 / 101
    assert close.map == pytest.approx((7 * 1 + 3 * high) / 10)
    twice = metrics.mean_average_precision([said([square, square], [1, 1], [0.9, 0.8])], [target])
    assert twice.map == pytest.approx(51 / 101)  # a thing is found once
    other = metrics.mean_average_precision([said([square, far], [2, 2], [0.9, 0.8])], [target])
    assert other.map == 0
    assert other.per_class == {1: 0.0}


def test_the_best_overlap_is_taken_and_then_the_next_free_one():
    target = {"boxes": [[0, 0, 10, 10], [0, 0, 10, 9]], "labels": [0, 0]}
    guesses = said([[0, 0, 10, 9], [0, 0, 10, 9]], [0, 0], [0.9, 0.8])
    scores = metrics.mean_average_precision([guesses], [target], iou_thresholds=[0.5, 0.95])
    assert scores.map_50 == 1
    assert scores.per_class[0] == pytest.approx((1 + 51 / 101) / 2)


def test_only_the_best_detections_count_and_images_are_joined_by_score():
    target = {"boxes": [[0, 0, 10, 10]], "labels": [3]}
    noise = [[100 + i, 0, 101 + i, 1] for i in range(5)]
    guess = said([*noise, [0, 0, 10, 10]], [3] * 6, [0.9] * 5 + [0.5])
    assert metrics.mean_average_precision([guess], [target]).map == pytest.approx(1 / 6)
    assert metrics.mean_average_precision([guess], [target], max_detections=5).map == 0
    empty = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, np.int64)}
    wrong = said([[0, 0, 10, 10]], [3], [0.99])
    both = metrics.mean_average_precision([said([[0, 0, 10, 10]], [3], [0.5]), wrong], [target, empty])
    assert both.map == pytest.approx(0.5)


def test_nothing_to_find():
    scores = metrics.mean_average_precision([], [])
    assert math.isnan(scores.map)
    assert scores.per_class == {}


def test_the_answers_to_generated_shapes_are_perfect():
    shapes = data.make_shapes(20, generator=0)
    targets = [
        {"boxes": boxes[labels > 0], "labels": labels[labels > 0]}
        for boxes, labels in zip(shapes.boxes.numpy(), shapes.labels.numpy(), strict=True)
    ]
    rng = np.random.default_rng(0)
    guesses = [{**target, "scores": rng.random(len(target["labels"]))} for target in targets]
    assert metrics.mean_average_precision(guesses, targets).map == 1
    as_tensors = [{name: pynn.tensor(part) for name, part in guess.items()} for guess in guesses]
    assert metrics.mean_average_precision(as_tensors, targets).map == 1


# ---- masks -----------------------------------------------------------------------------------------------


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2**31))
def test_mask_iou_counts_pixels(n, m, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.random((n, 4, 5)) < rng.random(), rng.random((m, 4, 5)) < rng.random()
    got = metrics.mask_iou(pynn.tensor(a), pynn.tensor(b.astype(np.int64))).numpy()
    for i, j in np.ndindex(n, m):
        union = (a[i] | b[j]).sum()
        assert got[i, j] == pytest.approx((a[i] & b[j]).sum() / union if union else 0)


@given(st.integers(2, 4), st.integers(1, 3), st.integers(0, 2**31))
def test_mean_iou_by_its_definition(classes, batches, seed):
    rng = np.random.default_rng(seed)
    metric = metrics.MeanIoU(ignore_index=255)
    said, right = [], []
    for _ in range(batches):
        scores = rng.normal(size=(2, classes, 3, 4)).astype(np.float32)
        target = rng.integers(0, classes, (2, 3, 4))
        target[rng.random(target.shape) < 0.2] = 255
        metric.update(pynn.tensor(scores), pynn.tensor(target))
        said.append(scores.argmax(1)), right.append(target)
    s, t = np.concatenate(said).ravel(), np.concatenate(right).ravel()
    s, t = s[t != 255], t[t != 255]
    overlaps = [
        ((s == c) & (t == c)).sum() / ((s == c) | (t == c)).sum()
        for c in range(classes)
        if ((s == c) | (t == c)).any()
    ]
    assert metric.result() == pytest.approx(np.mean(overlaps))
    metric.reset()
    assert math.isnan(metric.result())


def test_mean_iou_of_two_classes():
    scores = pynn.tensor([[[[0.9, 0.9, 0.1, 0.9]]]])
    for targets in (pynn.tensor([[[1, 0, 0, 7]]]), pynn.tensor([[[[1, 0, 0, 7]]]])):
        metric = metrics.MeanIoU(ignore_index=7)
        metric.update(scores, targets)
        np.testing.assert_allclose(metric.per_class(), [1 / 2, 1 / 2])
    with pytest.raises(ValueError, match="mean_iou: a target is not one of the 2 classes"):
        metrics.MeanIoU().update(scores, pynn.tensor([[[1, 0, 0, 7]]]))


def test_mean_iou_in_training():
    shapes = data.make_shapes(16, size=16, noise=0, generator=0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 256, 4 * 256), nn.Unflatten(1, (4, 16, 16)))
    model.compile("adam", loss="cross_entropy", metrics=[metrics.MeanIoU()])
    history = model.fit(shapes.images, shapes.masks, epochs=2, verbose=0)
    assert 0 <= history["mean_iou"][-1] <= 1
