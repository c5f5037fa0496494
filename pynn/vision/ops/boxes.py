"""Boxes: their forms, areas and overlaps. All of it passes gradients."""

from __future__ import annotations

from typing import Any

from pynn import _check
from pynn._core import ShapeError, Tensor, ops
from pynn.nn._loss_parts import reduce

FORMS = ("xyxy", "xywh", "cxcywh")


def box_convert(boxes: Tensor, in_fmt: str, out_fmt: str) -> Tensor:
    """Boxes in another form.

    Args:
        boxes: `(..., 4)`.
        in_fmt: "xyxy" (left, top, right, bottom), "xywh" (left, top, width, height) or "cxcywh" (middle,
            width, height).
        out_fmt: likewise.

    Raises:
        ShapeError: the last axis is not 4.
        ValueError: a form of another name.

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> ops.box_convert(pynn.tensor([[10.0, 20.0, 30.0, 60.0]]), "xyxy", "cxcywh").tolist()
        [[20.0, 40.0, 20.0, 40.0]]
    """
    _check.choice("box_convert", "in_fmt", in_fmt, FORMS)
    _check.choice("box_convert", "out_fmt", out_fmt, FORMS)
    a, b, c, d = _columns("box_convert", boxes)
    if in_fmt == "xywh":
        a, b, c, d = a, b, a + c, b + d
    elif in_fmt == "cxcywh":
        a, b, c, d = a - c / 2, b - d / 2, a + c / 2, b + d / 2
    if out_fmt == "xywh":
        c, d = c - a, d - b
    elif out_fmt == "cxcywh":
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
    return ops.stack([a, b, c, d], -1)


def clip_boxes_to_image(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Boxes without what lies outside of the image.

    Args:
        boxes: (left, top, right, bottom), `(..., 4)`.
        size: (height, width).

    Raises:
        ShapeError: the last axis is not 4.

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> ops.clip_boxes_to_image(pynn.tensor([[-5.0, 10.0, 20.0, 90.0]]), (64, 64)).tolist()
        [[0.0, 10.0, 20.0, 64.0]]
    """
    if not isinstance(size, (tuple, list)) or len(size) != 2:
        raise ValueError(f"clip_boxes_to_image: size is (height, width), got {size!r}")
    height, width = (_check.integer("clip_boxes_to_image", "size", side, 0) for side in size)
    left, top, right, bottom = _columns("clip_boxes_to_image", boxes)
    return ops.stack(
        [left.clamp(0, width), top.clamp(0, height), right.clamp(0, width), bottom.clamp(0, height)], -1
    )


def box_area(boxes: Tensor) -> Tensor:
    """Width times height.

    Args:
        boxes: (left, top, right, bottom), `(N, 4)`.

    Returns:
        `(N,)`.

    Raises:
        ValueError: a box whose right or bottom comes before its left or top.

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> ops.box_area(pynn.tensor([[0.0, 0.0, 2.0, 3.0]])).tolist()
        [6.0]
    """
    return _area(check_boxes("box_area", "boxes", boxes))


def box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """How much boxes overlap: intersection over union, each of the one set with each of the other.

    Two boxes without area have the overlap 0.

    Args:
        boxes1: (left, top, right, bottom), `(N, 4)`.
        boxes2: likewise, `(M, 4)`.

    Returns:
        `(N, M)`, from 0 to 1.

    Raises:
        ShapeError: not of these shapes.
        ValueError: a box whose right or bottom comes before its left or top.

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> one = pynn.tensor([[0.0, 0.0, 2.0, 2.0]])
        >>> ops.box_iou(one, pynn.tensor([[1.0, 0.0, 3.0, 2.0], [5.0, 5.0, 6.0, 6.0]])).tolist()
        [[0.3333333432674408, 0.0]]
    """
    a = check_boxes("box_iou", "boxes1", boxes1).unsqueeze(1)
    b = check_boxes("box_iou", "boxes2", boxes2).unsqueeze(0)
    intersection, union = _overlap(a, b)
    return _ratio(intersection, union)


def generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """IoU - (C - union) / C, with C the smallest box around both: below 0 where boxes lie apart.

    Args:
        boxes1: (left, top, right, bottom), `(N, 4)`.
        boxes2: likewise, `(M, 4)`.

    Returns:
        `(N, M)`, from -1 to 1.

    Raises:
        ShapeError: not of these shapes.
        ValueError: a box whose right or bottom comes before its left or top.

    Source: Rezatofighi et al. 2019, Generalized intersection over union, arXiv:1902.09630, algorithm 1.

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> one = pynn.tensor([[0.0, 0.0, 1.0, 1.0]])
        >>> ops.generalized_box_iou(one, pynn.tensor([[3.0, 0.0, 4.0, 1.0]])).tolist()
        [[-0.5]]
    """
    a = check_boxes("generalized_box_iou", "boxes1", boxes1).unsqueeze(1)
    b = check_boxes("generalized_box_iou", "boxes2", boxes2).unsqueeze(0)
    return _generalized(a, b)


def generalized_box_iou_loss(boxes1: Tensor, boxes2: Tensor, reduction: str = "none") -> Tensor:
    """1 - generalized IoU of pairs: the loss that moves predicted boxes onto true ones.

    Args:
        boxes1: (left, top, right, bottom), `(N, 4)`.
        boxes2: the partner of each, `(N, 4)`.
        reduction: "none", "mean" or "sum".

    Raises:
        ShapeError: not of these shapes.
        ValueError: a box whose right or bottom comes before its left or top.

    Source: Rezatofighi et al. 2019, Generalized intersection over union, arXiv:1902.09630, algorithm 2.

    Example:
        >>> import pynn
        >>> from pynn.vision import ops
        >>> boxes = pynn.tensor([[0.0, 0.0, 1.0, 1.0]])
        >>> ops.generalized_box_iou_loss(boxes, boxes).tolist()
        [0.0]
    """
    a = check_boxes("generalized_box_iou_loss", "boxes1", boxes1)
    b = check_boxes("generalized_box_iou_loss", "boxes2", boxes2)
    if len(a) != len(b):
        raise ShapeError(
            f"generalized_box_iou_loss: boxes1 and boxes2 must be pairs, got {len(a)} boxes and {len(b)}"
        )
    return reduce("generalized_box_iou_loss", 1 - _generalized(a, b), reduction)


def _generalized(a: Tensor, b: Tensor) -> Tensor:
    intersection, union = _overlap(a, b)
    around = _area(ops.cat([ops.minimum(a[..., :2], b[..., :2]), ops.maximum(a[..., 2:], b[..., 2:])], -1))
    return _ratio(intersection, union) - _ratio(around - union, around)


def _overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Areas of intersection and union, of boxes side by side."""
    sides = ops.minimum(a[..., 2:], b[..., 2:]) - ops.maximum(a[..., :2], b[..., :2])
    sides = ops.maximum(sides, 0.0)
    intersection = sides[..., 0] * sides[..., 1]
    return intersection, _area(a) + _area(b) - intersection


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def _ratio(part: Tensor, whole: Tensor) -> Tensor:
    return part / ops.where(whole == 0, 1.0, whole)


def _columns(owner: str, boxes: Any) -> tuple[Tensor, ...]:
    if _check.tensor(owner, "boxes", boxes).ndim == 0 or boxes.shape[-1] != 4:
        raise ShapeError(f"{owner}: boxes must be (..., 4), got {tuple(boxes.shape)}")
    x = boxes if boxes.is_floating_point() else boxes.float()
    return tuple(x[..., i] for i in range(4))


def check_boxes(owner: str, name: str, boxes: Any) -> Tensor:
    """Boxes as floats, if they are `(N, 4)` and none is inside out."""
    _check.tensor(owner, name, boxes)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ShapeError(f"{owner}: {name} must be (N, 4), got {tuple(boxes.shape)}")
    good = boxes[:, 2:] >= boxes[:, :2]
    if not good.all():
        worst = int((~good.all(1)).nonzero()[0].item())
        raise ValueError(
            f"{owner}: {name}[{worst}] = {boxes[worst].tolist()} is no (left, top, right, bottom). "
            f'Did you mean box_convert({name}, "xywh", "xyxy")?'
        )
    return boxes if boxes.is_floating_point() else boxes.float()
