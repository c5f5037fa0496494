"""Reading images at new places: whole pixels, mixtures of four neighbours, resizing as a matrix product."""

from __future__ import annotations

import math

import numpy as np

from pynn import _core
from pynn._core import Tensor, ops
from pynn._core.functional import pad as pad_image


def take_pixels(x: Tensor, rows: np.ndarray, columns: np.ndarray) -> Tensor:
    """x[n, c, rows[n], columns[n]] for all n and c.

    Args:
        x: `(N, C, H, W)`.
        rows: whole numbers of 0 to H - 1, `(N, h, w)` or what broadcasts to it.
        columns: whole numbers of 0 to W - 1, likewise.
    """
    batch, channels, _, width = x.shape
    index = np.ascontiguousarray(rows * width + columns, dtype=np.int64)
    _, high, wide = index.shape
    places = _core.from_numpy(index.reshape(batch, 1, high * wide)).expand(batch, channels, high * wide)
    return x.flatten(2).gather(2, places).reshape(batch, channels, high, wide)


def sample(x: Tensor, y_at: np.ndarray, x_at: np.ndarray, fill: float, nearest: bool) -> Tensor:
    """Images read at real coordinates: (0, 0) is the middle of the first pixel, outside lies `fill`.

    Bilinear, the value between four pixels is their mean, weighed with the opposite areas:
    (1-v)(1-u) x₀₀ + (1-v) u x₀₁ + v (1-u) x₁₀ + v u x₁₁.

    Args:
        x: `(N, C, H, W)`.
        y_at: `(N, h, w)`, where to read, in pixels from the top.
        x_at: `(N, h, w)`, from the left.
        fill: what lies outside.
        nearest: take the nearest pixel instead.
    """
    batch, channels, height, width = x.shape
    framed = pad_image(x, (1, 1, 1, 1), value=fill)  # the frame stands for all that lies outside
    y_at, x_at = np.clip(y_at + 1, 0, height + 1), np.clip(x_at + 1, 0, width + 1)
    if nearest:
        return take_pixels(framed, np.rint(y_at).astype(np.int64), np.rint(x_at).astype(np.int64))
    top = np.minimum(y_at.astype(np.int64), height)
    left = np.minimum(x_at.astype(np.int64), width)
    first = _core.from_numpy((top * (width + 2) + left).reshape(batch, 1, math.prod(top.shape[1:])))
    pixels = framed.flatten(2)

    def neighbour(offset: int) -> Tensor:
        places = (first + offset).expand(batch, channels, first.shape[2])
        return pixels.gather(2, places).reshape(batch, channels, *top.shape[1:])

    v, u = _weights(y_at - top, x), _weights(x_at - left, x)
    upper = neighbour(0) * (1 - u) + neighbour(1) * u
    lower = neighbour(width + 2) * (1 - u) + neighbour(width + 3) * u
    return upper * (1 - v) + lower * v


def _weights(fraction: np.ndarray, x: Tensor) -> Tensor:
    return _core.tensor(fraction[:, None], dtype=x.dtype)


def resize_matrix(
    start: np.ndarray, length: np.ndarray, source: int, target: int, antialias: bool
) -> np.ndarray:
    """Matrices that resize a stretch of a line of pixels: `(N, target, source)`, rows that add up to 1.

    Target pixel i looks at start + (i + 1/2) length / target, through a triangle of half-width 1; with
    `antialias`, of length / target where that is more, so that shrinking takes means and skips nothing.

    Args:
        start: where each stretch begins, `(N,)`.
        length: how long it is, `(N,)`.
        source: pixels in the line.
        target: pixels in the result.
        antialias: see above.
    """
    step = length / target
    reach = np.maximum(step, 1.0) if antialias else np.ones_like(step)
    looks_at = (np.arange(target) + 0.5) * step[:, None]
    if not antialias:  # at the rim, the last pixel stands for what lies beyond
        looks_at = np.clip(looks_at, 0.5, length[:, None] - 0.5)
    pixels = np.arange(source) + 0.5 - start[:, None]
    distance = np.abs(pixels[:, None, :] - looks_at[:, :, None])
    inside = (pixels > 0) & (pixels < length[:, None])
    weights = np.maximum(1 - distance / reach[:, None, None], 0) * inside[:, None, :]
    return weights / weights.sum(-1, keepdims=True)


def resample(x: Tensor, rows: np.ndarray, columns: np.ndarray) -> Tensor:
    """R x Cᵀ: every line of the images resized down and across.

    Args:
        x: `(N, C, H, W)`.
        rows: R, `(N or 1, h, H)`.
        columns: C, `(N or 1, w, W)`.
    """
    down = _core.tensor(rows[:, None], dtype=x.dtype)
    across = _core.tensor(columns[:, None], dtype=x.dtype)
    return ops.matmul(ops.matmul(down, x), across.transpose(-1, -2))
