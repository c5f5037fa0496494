"""Images looked at through a grid of places: the parts of spatial transformers."""

from __future__ import annotations

from collections.abc import Sequence

from pynn import _check
from pynn._core import DTypeError, ShapeError, Tensor, ops

__all__ = ["affine_grid", "grid_sample"]


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


def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """For each place of the grid, the image there.

    Args:
        input: ``(N, C, H, W)``.
        grid: x and y of places, ``(N, H_out, W_out, 2)``: -1 is the left or upper end, 1 the right or lower.
        mode: `"bilinear"` weighs four neighbours, `"nearest"` takes one.
        padding_mode: outside there are `"zeros"`, or the nearest pixels of the `"border"`.
        align_corners: whether -1 and 1 are the centres of the outermost pixels; otherwise their edges.
            Default: False.

    Returns:
        ``(N, C, H_out, W_out)``. The gradient reaches the image and, if bilinear, the grid.

    Raises:
        ShapeError: shapes do not fit.
        ValueError: a mode that is not known.

    Source: Jaderberg et al. 2015, Spatial transformer networks, arXiv:1506.02025, equations 3 to 7.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> image = pynn.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
        >>> F.grid_sample(image, pynn.zeros(1, 1, 1, 2))
        tensor([[[[2.5]]]])
    """
    _check.tensors("grid_sample", input=input, grid=grid)
    _check.choice("grid_sample", "mode", mode, ("bilinear", "nearest"))
    _check.choice("grid_sample", "padding_mode", padding_mode, ("zeros", "border"))
    if input.ndim != 4 or grid.ndim != 4 or grid.shape[0] != input.shape[0] or grid.shape[3] != 2:
        raise ShapeError(
            "grid_sample: expected an input (N, C, H, W) and a grid (N, H_out, W_out, 2), "
            f"got {tuple(input.shape)} and {tuple(grid.shape)}"
        )
    if not input.dtype.is_floating_point or grid.dtype is not input.dtype:
        raise DTypeError(f"grid_sample: both must be floats of one type, got {input.dtype} and {grid.dtype}")
    n, c, h, w = input.shape
    if h == 0 or w == 0:
        raise ShapeError(f"grid_sample: an image {tuple(input.shape)} has no pixels")
    x = _unnormalized(grid.select(3, 0), w, bool(align_corners))
    y = _unnormalized(grid.select(3, 1), h, bool(align_corners))
    if padding_mode == "border":
        x, y = x.clip(0, w - 1), y.clip(0, h - 1)
    flat = input.reshape((n, c, h * w))
    if mode == "nearest":
        return _pixels(flat, x.round().detach(), y.round().detach(), h, w)
    left, top = x.detach().floor(), y.detach().floor()
    across, down = (x - left).unsqueeze(1), (y - top).unsqueeze(1)
    upper = _pixels(flat, left, top, h, w) * (1 - across) + _pixels(flat, left + 1, top, h, w) * across
    lower = (
        _pixels(flat, left, top + 1, h, w) * (1 - across) + _pixels(flat, left + 1, top + 1, h, w) * across
    )
    return upper * (1 - down) + lower * down


def _unnormalized(places: Tensor, n: int, align_corners: bool) -> Tensor:
    return (places + 1) * ((n - 1) / 2) if align_corners else ((places + 1) * n - 1) / 2


def _pixels(flat: Tensor, x: Tensor, y: Tensor, h: int, w: int) -> Tensor:
    """The pixels at whole places, (N, C, H_out, W_out); 0 outside, and at what is no place at all (NaN)."""
    n, c, _ = flat.shape
    inside = (x >= 0) & (x <= w - 1) & (y >= 0) & (y <= h - 1)
    place = (ops.where(inside, y, 0.0).long() * w + ops.where(inside, x, 0.0).long()).reshape((n, 1, -1))
    found = flat.gather(2, place.expand((n, c, place.shape[2]))).reshape((n, c, *x.shape[1:]))
    return ops.where(inside.unsqueeze(1), found, 0.0)
