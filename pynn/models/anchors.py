"""Anchors: boxes that stand in an image beforehand, and true boxes seen from them."""

from __future__ import annotations

from collections.abc import Sequence

from pynn import _check
from pynn._core import ShapeError, Tensor, ops, tensor
from pynn.vision.ops import box_convert, box_iou

IGNORED = -1  # the class of an anchor that counts nothing


def make_anchors(grid: int | tuple[int, int], stride: int, sizes: Sequence[float]) -> Tensor:
    """Square boxes of some sizes around the middle of every cell of a grid.

    Args:
        grid: cells down and across, (rows, columns), or one number for both.
        stride: height and width of a cell in pixels.
        sizes: sides of the boxes in pixels.

    Returns:
        (left, top, right, bottom), `(rows * columns * len(sizes), 4)`: row by row, in each cell size by size.

    Raises:
        ValueError: no sizes, or one that is not above 0; no cells.

    Source: Ren et al. 2015, Faster R-CNN, arXiv:1506.01497, section 3.1.1.

    Example:
        >>> from pynn import models
        >>> models.make_anchors(2, stride=8, sizes=[8])[1].tolist()
        [8.0, 0.0, 16.0, 8.0]
    """
    pair = grid if isinstance(grid, (tuple, list)) else (grid, grid)
    if len(pair) != 2:
        raise ValueError(f"make_anchors: grid is one number or (rows, columns), got {grid!r}")
    rows, columns = (_check.integer("make_anchors", "grid", side, 1) for side in pair)
    _check.integer("make_anchors", "stride", stride, 1)
    if not isinstance(sizes, (tuple, list)) or not sizes:
        raise ValueError(
            f"make_anchors: sizes is a list of sides in pixels such as [10, 16, 24], got {sizes!r}"
        )
    sides = [_check.real("make_anchors", "each of sizes", side, above=0) for side in sizes]
    boxes = [
        ((column + 0.5) * stride, (row + 0.5) * stride, side, side)
        for row in range(rows)
        for column in range(columns)
        for side in sides
    ]
    return box_convert(tensor(boxes), "cxcywh", "xyxy")


def encode_boxes(boxes: Tensor, anchors: Tensor) -> Tensor:
    """Boxes as seen from anchors: ((x - xₐ) / wₐ, (y - yₐ) / hₐ, ln(w / wₐ), ln(h / hₐ)).

    x and y are the middle of a box, w and h its width and height. What a network must learn thus does not
    depend on where the anchor stands, nor how large it is.

    Args:
        boxes: (left, top, right, bottom), `(N, 4)`.
        anchors: one for each, likewise.

    Returns:
        `(N, 4)`.

    Raises:
        ShapeError: not of these shapes.

    Source: Girshick et al. 2014, Rich feature hierarchies, arXiv:1311.2524, appendix C.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> anchor, box = pynn.tensor([[0.0, 0.0, 8.0, 8.0]]), pynn.tensor([[2.0, 0.0, 10.0, 8.0]])
        >>> models.encode_boxes(box, anchor).tolist()
        [[0.25, 0.0, 0.0, 0.0]]
    """
    _check_pairs("encode_boxes", boxes=boxes, anchors=anchors)
    theirs, mine = box_convert(boxes, "xyxy", "cxcywh"), box_convert(anchors, "xyxy", "cxcywh")
    size = mine[:, 2:].clamp(1e-6)
    return ops.cat([(theirs[:, :2] - mine[:, :2]) / size, (theirs[:, 2:].clamp(1e-6) / size).log()], 1)


def decode_boxes(codes: Tensor, anchors: Tensor) -> Tensor:
    """The boxes that codes stand for: `encode_boxes` undone.

    A box is at most e⁴ times as large as its anchor, so that no code overflows.

    Args:
        codes: `(N, 4)`.
        anchors: one for each, (left, top, right, bottom), `(N, 4)`.

    Returns:
        (left, top, right, bottom), `(N, 4)`.

    Raises:
        ShapeError: not of these shapes.

    Source: Girshick et al. 2014, arXiv:1311.2524, appendix C, equations 1 to 4.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> anchor = pynn.tensor([[0.0, 0.0, 8.0, 8.0]])
        >>> models.decode_boxes(pynn.tensor([[0.25, 0.0, 0.0, 0.0]]), anchor).tolist()
        [[2.0, 0.0, 10.0, 8.0]]
    """
    _check_pairs("decode_boxes", codes=codes, anchors=anchors)
    mine = box_convert(anchors, "xyxy", "cxcywh")
    middle = mine[:, :2] + codes[:, :2] * mine[:, 2:]
    return box_convert(ops.cat([middle, mine[:, 2:] * codes[:, 2:].clamp(-4, 4).exp()], 1), "cxcywh", "xyxy")


def match_anchors(anchors: Tensor, boxes: Tensor, positive: float = 0.5, negative: float = 0.4) -> Tensor:
    """Which true box each anchor stands for: the one that it overlaps most.

    An anchor stands for a box from an IoU of `positive` up, for background below `negative`, and counts
    nothing between. Every box gets the anchor that overlaps it most, whatever the IoU.

    Args:
        anchors: (left, top, right, bottom), `(A, 4)`.
        boxes: the true ones, `(M, 4)`; M may be 0.
        positive: from here up an anchor is matched.
        negative: below, it is background.

    Returns:
        `(A,)`, int64: the number of the box, -1 for background, -2 for what counts nothing.

    Raises:
        ShapeError: not of these shapes.
        ValueError: thresholds outside [0, 1], or positive below negative; a box inside out.

    Source: Liu et al. 2016, SSD, arXiv:1512.02325, section 2.2; two thresholds: Lin et al. 2017,
    arXiv:1708.02002, section 4.

    Example:
        >>> from pynn import models, tensor
        >>> anchors = models.make_anchors(2, stride=8, sizes=[8])
        >>> models.match_anchors(anchors, tensor([[9.0, 1.0, 16.0, 8.0]])).tolist()
        [-1, 0, -1, -1]
    """
    positive = _check.real("match_anchors", "positive", positive, 0, 1)
    negative = _check.real("match_anchors", "negative", negative, 0, positive)
    overlaps = box_iou(anchors, boxes)
    if not overlaps.shape[1] or not overlaps.shape[0]:
        return ops.full((len(anchors),), -1)
    best, match = overlaps.max(1)
    match = ops.where(best >= positive, match, ops.where(best < negative, -1, -2))
    match[overlaps.argmax(0)] = ops.arange(0, len(boxes))
    return match


def _check_pairs(owner: str, **given: Tensor) -> None:
    _check.tensors(owner, **given)
    shapes = [tuple(value.shape) for value in given.values()]
    if shapes[0] != shapes[1] or len(shapes[0]) != 2 or shapes[0][1] != 4:
        raise ShapeError(
            f"{owner}: {' and '.join(given)} must be (N, 4) both, got {shapes[0]} and {shapes[1]}"
        )
