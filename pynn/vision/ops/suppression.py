"""Non-maximum suppression: of boxes on the same thing, the one with the best score stays."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import ShapeError, Tensor

from .boxes import check_boxes


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Go through boxes from the best score down, and drop those that overlap one kept already.

    Args:
        boxes: (left, top, right, bottom), `(N, 4)`.
        scores: `(N,)`.
        iou_threshold: boxes may overlap by an IoU of this much.

    Returns:
        The numbers of the boxes that stay, best score first, `(K,)`, int64. Of equal scores the first comes
        first.

    Raises:
        ShapeError: not of these shapes.
        ValueError: a box inside out, a score that is NaN, a threshold outside [0, 1].

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> boxes = pynn.tensor([[0.0, 0.0, 9.0, 9.0], [0.0, 0.0, 9.0, 8.0], [20.0, 20.0, 30.0, 30.0]])
        >>> ops.nms(boxes, pynn.tensor([0.6, 0.9, 0.5]), 0.5).tolist()
        [1, 2]
    """
    return _suppress("nms", boxes, scores, None, iou_threshold)


def batched_nms(boxes: Tensor, scores: Tensor, idxs: Tensor, iou_threshold: float) -> Tensor:
    """`nms` for several classes, or images, at once: only boxes of the same one drive each other out.

    Args:
        boxes: (left, top, right, bottom), `(N, 4)`.
        scores: `(N,)`.
        idxs: the class, or image, of each box, `(N,)`.
        iou_threshold: boxes of one class may overlap by an IoU of this much.

    Returns:
        The numbers of the boxes that stay, best score first, `(K,)`, int64.

    Raises:
        ShapeError: not of these shapes.
        ValueError: a box inside out, a score that is NaN, a threshold outside [0, 1].

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> boxes = pynn.tensor([[0.0, 0.0, 9.0, 9.0], [0.0, 0.0, 9.0, 8.0]])
        >>> ops.batched_nms(boxes, pynn.tensor([0.6, 0.9]), pynn.tensor([0, 1]), 0.5).tolist()
        [1, 0]
    """
    _check.tensor("batched_nms", "idxs", idxs)
    return _suppress("batched_nms", boxes, scores, idxs, iou_threshold)


def _suppress(owner: str, boxes: Any, scores: Any, groups: Tensor | None, threshold: float) -> Tensor:
    limit = _check.real(owner, "iou_threshold", threshold, 0, 1)
    corners = np.asarray(check_boxes(owner, "boxes", boxes).detach(), dtype=np.float64)
    values = np.asarray(_check.tensor(owner, "scores", scores).detach())
    labels = np.zeros(len(corners)) if groups is None else np.asarray(groups)
    for name, given in (("scores", values), ("idxs", labels)):
        if given.shape != (len(corners),):
            raise ShapeError(
                f"{owner}: {len(corners)} boxes need {name} ({len(corners)},), got {given.shape}"
            )
    if np.isnan(values).any():
        raise ValueError(f"{owner}: scores hold NaN")
    kept = suppress(corners, values, labels, limit)
    return _core.from_numpy(kept.astype(np.int64))


def suppress(corners: np.ndarray, scores: np.ndarray, groups: np.ndarray, limit: float) -> np.ndarray:
    """The numbers of the boxes that stay.

    Args:
        corners: `(N, 4)`.
        scores: `(N,)`.
        groups: which boxes drive each other out, `(N,)`.
        limit: the IoU that is allowed.
    """
    order = np.argsort(-scores.astype(np.float64), kind="stable")
    corners, groups = corners[order], groups[order]
    sides = corners[:, 2:] - corners[:, :2]
    areas = sides[:, 0] * sides[:, 1]
    stays = np.ones(len(order), dtype=bool)
    for i in range(len(order)):
        if not stays[i]:
            continue
        rest = i + 1 + np.flatnonzero(stays[i + 1 :] & (groups[i + 1 :] == groups[i]))
        low = np.maximum(corners[i, :2], corners[rest, :2])
        high = np.minimum(corners[i, 2:], corners[rest, 2:])
        shared = np.maximum(high - low, 0).prod(1)
        stays[rest[shared > limit * (areas[i] + areas[rest] - shared)]] = False
    return order[stays]
