"""Average precision: how good a detector's boxes are, over all thresholds of its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import ShapeError
from pynn.vision.ops.boxes import box_iou, check_boxes

RECALLS = np.linspace(0, 1, 101)  # where COCO reads precision


def average_precision(scores: Any, correct: Any, positives: int, method: str = "coco") -> float:
    """The area under the curve of precision over recall, as detections are taken from the best score down.

    Precision at a recall is the best that this recall or a greater one reaches. "coco" is its mean at the
    recalls 0, 0.01, ..., 1; "area" the area under it, as in PASCAL VOC since 2010.

    Args:
        scores: of the detections, `(N,)`.
        correct: whether each found a thing that was there, `(N,)`.
        positives: how many things were there to find.
        method: "coco" or "area".

    Returns:
        From 0 to 1; NaN if there was nothing to find.

    Raises:
        ShapeError: scores and correct differ in length.
        ValueError: NaN among the scores, or more found than was there.

    Source: Lin et al. 2014, Microsoft COCO, arXiv:1405.0312, and its evaluation code; Everingham et al. 2015,
    The PASCAL visual object classes challenge: a retrospective, section 4.

    Example:
        >>> from pynn.vision import metrics
        >>> round(metrics.average_precision([0.9, 0.8, 0.7], [True, False, True], 2), 4)
        0.835
        >>> round(metrics.average_precision([0.9, 0.8, 0.7], [True, False, True], 2, method="area"), 4)
        0.8333
    """
    _check.choice("average_precision", "method", method, ("coco", "area"))
    positives = _check.integer("average_precision", "positives", positives, 0)
    ranks, hits = np.asarray(scores, dtype=np.float64), np.asarray(correct).astype(bool)
    if ranks.ndim != 1 or ranks.shape != hits.shape:
        raise ShapeError(
            f"average_precision: scores and correct must be (N,) both, got {ranks.shape} and {hits.shape}"
        )
    if np.isnan(ranks).any() or hits.sum() > positives:
        raise ValueError(
            f"average_precision: scores hold NaN, or {hits.sum()} are correct where {positives} can be found"
        )
    if not positives:
        return float("nan")
    found = np.cumsum(hits[np.argsort(-ranks, kind="stable")])
    precision = found / np.arange(1, len(found) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]  # the best from here on
    recall = found / positives
    if method == "area":
        return float((np.diff(recall, prepend=0) * precision).sum())
    at = np.searchsorted(recall, RECALLS)
    return float(np.append(precision, 0)[at].mean())


@dataclass(frozen=True)
class DetectionScores:
    """What `mean_average_precision` found.

    Args:
        map: the mean over classes and IoU thresholds.
        map_50: the mean over classes at the threshold 0.5, or NaN if that was not asked for.
        map_75: at 0.75, likewise.
        per_class: the mean over thresholds for each class that occurs.

    Example:
        >>> from pynn.vision import metrics
        >>> metrics.DetectionScores(0.5, 0.75, 0.4, {1: 0.5}).map_50
        0.75
    """

    map: float
    map_50: float
    map_75: float
    per_class: dict[int, float]


def mean_average_precision(
    predictions: Sequence[Mapping[str, Any]],
    targets: Sequence[Mapping[str, Any]],
    iou_thresholds: Sequence[float] | None = None,
    max_detections: int = 100,
    method: str = "coco",
) -> DetectionScores:
    """The mean over classes and IoU thresholds of the average precision, by COCO's rules.

    A detection is correct if it overlaps a true box of its class, that no better detection has taken, by the
    threshold. There are no crowds and no classes of size.

    Args:
        predictions: for each image "boxes" `(n, 4)` as (left, top, right, bottom), "scores" `(n,)` and
            "labels" `(n,)`.
        targets: for each image "boxes" `(m, 4)` and "labels" `(m,)`.
        iou_thresholds: default 0.5, 0.55, ..., 0.95.
        max_detections: of each class, the best so many in an image count.
        method: see `average_precision`.

    Raises:
        ValueError: another number of images, a threshold outside [0, 1], a box inside out.
        KeyError: one of the parts is missing.
        ShapeError: parts of an image that differ in length.

    Source: Lin et al. 2014, Microsoft COCO, arXiv:1405.0312, and its evaluation code.

    Example:
        >>> import pynn
        >>> from pynn.vision import metrics
        >>> boxes, labels = pynn.tensor([[0.0, 0.0, 10.0, 10.0]]), pynn.tensor([1])
        >>> said = {"boxes": boxes + 1, "scores": pynn.tensor([0.9]), "labels": labels}
        >>> scores = metrics.mean_average_precision([said], [{"boxes": boxes, "labels": labels}])
        >>> scores.map_50, round(scores.map, 4)
        (1.0, 0.4)
    """
    name = "mean_average_precision"
    if len(predictions) != len(targets):
        raise ValueError(f"{name}: {len(predictions)} images with predictions, {len(targets)} with targets")
    _check.integer(name, "max_detections", max_detections, 1)
    _check.choice(name, "method", method, ("coco", "area"))
    given = np.linspace(0.5, 0.95, 10).tolist() if iou_thresholds is None else list(iou_thresholds)
    limits = np.array([_check.real(name, "each of iou_thresholds", limit, 0, 1) for limit in given])
    if not limits.size:
        raise ValueError(f"{name}: give at least one of iou_thresholds")
    said = [_image(name, "predictions", i, image, True) for i, image in enumerate(predictions)]
    true = [_image(name, "targets", i, image, False) for i, image in enumerate(targets)]
    classes = np.unique(np.concatenate([np.zeros(0, np.int64), *(image["labels"] for image in true)]))
    table = np.zeros((len(classes), len(limits)))
    for row, label in enumerate(classes):
        scores, correct, positives = [np.zeros(0)], [np.zeros((len(limits), 0), bool)], 0
        for guess, truth in zip(said, true, strict=True):
            mine, theirs = guess["labels"] == label, truth["boxes"][truth["labels"] == label]
            best = np.argsort(-guess["scores"][mine], kind="stable")[:max_detections]
            scores.append(guess["scores"][mine][best])
            correct.append(_matches(guess["boxes"][mine][best], theirs, limits))
            positives += len(theirs)
        ranks, hits = np.concatenate(scores), np.concatenate(correct, 1)
        table[row] = [average_precision(ranks, hit, positives, method) for hit in hits]

    def at(limit: float) -> float:
        column = np.isclose(limits, limit)
        return float(table[:, column].mean()) if column.any() and table.size else float("nan")

    per_class = {int(label): float(mean) for label, mean in zip(classes, table.mean(1), strict=True)}
    return DetectionScores(float(table.mean()) if table.size else float("nan"), at(0.5), at(0.75), per_class)


def _matches(boxes: np.ndarray, truth: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Which detections, best first, find a true box that is still free: `(thresholds, N)`."""
    found = np.zeros((len(limits), len(boxes)), dtype=bool)
    if not len(boxes) or not len(truth):
        return found
    overlaps = _iou(boxes, truth)
    free = np.ones((len(limits), len(truth)), dtype=bool)
    every = np.arange(len(limits))
    for i, overlap in enumerate(overlaps):
        candidates = np.where(free, overlap, -1.0)
        best = candidates.argmax(1)
        found[:, i] = candidates[every, best] >= np.minimum(limits, 1 - 1e-10)
        free[every[found[:, i]], best[found[:, i]]] = False
    return found


def _iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.asarray(box_iou(_core.from_numpy(a), _core.from_numpy(b)))


def _image(owner: str, name: str, i: int, image: Mapping[str, Any], scored: bool) -> dict[str, np.ndarray]:
    """The parts of one image as arrays, checked."""
    wanted = ("boxes", "labels", "scores") if scored else ("boxes", "labels")
    if not isinstance(image, Mapping):
        raise TypeError(f"{owner}: {name}[{i}] must be a dictionary of {', '.join(wanted)}, got {image!r}")
    missing = [part for part in wanted if part not in image]
    if missing:
        raise KeyError(f"{owner}: {name}[{i}] has no {', '.join(missing)}")
    corners = np.asarray(image["boxes"], dtype=np.float64)
    boxes = _core.from_numpy(corners if corners.size else corners.reshape(0, 4))
    parts = {"boxes": np.asarray(check_boxes(owner, f"{name}[{i}] boxes", boxes))}
    for part, kind in (("labels", np.int64), ("scores", np.float64))[: len(wanted) - 1]:
        values = np.asarray(image[part])
        if values.size and kind is np.int64 and values.dtype.kind not in "iu":
            raise TypeError(f"{owner}: {name}[{i}] labels must be whole numbers, got {values.dtype}")
        if values.shape != (len(boxes),):
            raise ShapeError(
                f"{owner}: {name}[{i}] has {len(boxes)} boxes and {part} of shape {values.shape}"
            )
        parts[part] = values.astype(kind)
    if scored and np.isnan(parts["scores"]).any():
        raise ValueError(f"{owner}: {name}[{i}] scores hold NaN")
    return parts
