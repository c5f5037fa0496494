"""The grids of spatial transformers; what looks through them is csrc/ops/grid_sample.cpp."""

from __future__ import annotations

from collections.abc import Sequence

from pynn import _check
from pynn._core import DTypeError, ShapeError, Tensor, ops

__all__ = ["affine_grid"]


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """For each pixel of an output its place ``theta (x, y, 1)`` in the input, in coordinates from -1 to 1.

    Args:
        theta: matrices, ``(N, 2, 3)``.
        size: of the output, ``(N, C, H, W)``.
        align_corners: whether -1 and 1 are the centres of the outermost pixels; otherwise their edges.
            Default: False.

    Returns:
        ``(N, H, W, 2)``: x and y for :func:`grid_sample`.

    Raises:
        ShapeError: `theta` has another shape, or `size` not four numbers.

    Source: Jaderberg et al. 2015, Spatial transformer networks, arXiv:1506.02025, equation 1.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> same = pynn.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
        >>> F.affine_grid(same, (1, 1, 1, 2))
        tensor([[[[-0.5,  0. ],
                  [ 0.5,  0. ]]]])
    """
    _check.tensor("affine_grid", "theta", theta)
    if not theta.dtype.is_floating_point:
        raise DTypeError(f"affine_grid: theta must hold floats, got {theta.dtype}")
    n, *rest = (_check.integer("affine_grid", "each of size", v, 1) for v in size)
    if len(rest) != 3 or tuple(theta.shape) != (n, 2, 3):
        raise ShapeError(
            "affine_grid: expected theta (N, 2, 3) and a size (N, C, H, W), "
            f"got {tuple(theta.shape)} and {tuple(size)}"
        )
    h, w = rest[1:]
    xs = _coordinates(w, bool(align_corners), theta).reshape((1, w, 1)).expand((h, w, 1))
    ys = _coordinates(h, bool(align_corners), theta).reshape((h, 1, 1)).expand((h, w, 1))
    base = ops.cat([xs, ys, ops.ones((h, w, 1), theta.dtype)], -1).reshape((1, h * w, 3))
    return (base.expand((n, h * w, 3)) @ theta.transpose(1, 2)).reshape((n, h, w, 2))


def _coordinates(n: int, align_corners: bool, like: Tensor) -> Tensor:
    places = ops.arange(0, n, 1).to(like.dtype)
    if align_corners:
        return places * (2 / (n - 1)) - 1 if n > 1 else places
    return (places * 2 + 1) / n - 1
