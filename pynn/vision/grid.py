"""Many images in one picture, to look at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import ShapeError, Tensor, ops


def make_grid(
    images: Tensor | Sequence[Tensor],
    nrow: int = 8,
    padding: int = 2,
    normalize: bool = False,
    value_range: tuple[float, float] | None = None,
    scale_each: bool = False,
    pad_value: float = 0.0,
) -> Tensor:
    """Images side by side in rows, as one image.

    Args:
        images: `(N, C, H, W)`, or a list of `(C, H, W)`; `(N, H, W)` without channels is taken too.
        nrow: how many to a row.
        padding: pixels between them and around.
        normalize: bring values to the range from 0 to 1.
        value_range: (least, greatest) of the values before; default: as they are.
        scale_each: each image by its own least and greatest value.
        pad_value: what lies between images.

    Returns:
        `(C, H', W')`; one grey channel becomes three equal ones, as pictures have.

    Raises:
        ShapeError: not of these shapes, or no image at all.

    Example:
        >>> import pynn
        >>> from pynn import vision
        >>> vision.make_grid(pynn.rand(10, 1, 28, 28), nrow=5).shape
        (3, 62, 152)
    """
    x = ops.stack(list(images)) if isinstance(images, (list, tuple)) and images else images
    _check.tensor("make_grid", "images", x)
    assert isinstance(x, Tensor)
    per_row = _check.integer("make_grid", "nrow", nrow, 1)
    gap = _check.integer("make_grid", "padding", padding, 0)
    if x.ndim == 3:
        x = x.unsqueeze(1)
    if x.ndim != 4 or not x.numel():
        raise ShapeError(f"make_grid: images must be (N, C, H, W), at least one; got {tuple(x.shape)}")
    values = np.asarray(x.detach().float())
    if normalize:
        values = _to_unit(values, value_range, scale_each)
    count, channels, height, width = values.shape
    if channels == 1:
        values, channels = np.repeat(values, 3, axis=1), 3
    across = min(per_row, count)
    down = math.ceil(count / across)
    cells = np.full((down * across, channels, height + gap, width + gap), pad_value, dtype=np.float32)
    cells[:count, :, gap:, gap:] = values
    rows = cells.reshape(down, across, *cells.shape[1:]).transpose(2, 0, 3, 1, 4)
    picture = rows.reshape(channels, down * (height + gap), across * (width + gap))
    return _core.from_numpy(np.pad(picture, ((0, 0), (0, gap), (0, gap)), constant_values=pad_value))


def _to_unit(values: np.ndarray, value_range: Any, scale_each: bool) -> np.ndarray:
    axes = (1, 2, 3) if scale_each else None
    if value_range is None:
        low, high = values.min(axes, keepdims=True), values.max(axes, keepdims=True)
    else:
        if not isinstance(value_range, (tuple, list)) or len(value_range) != 2:
            raise ValueError(f"make_grid: value_range is (least, greatest), got {value_range!r}")
        low, high = (np.float32(_check.real("make_grid", "value_range", end)) for end in value_range)
        if not low < high:
            raise ValueError(f"make_grid: value_range must rise, got {value_range!r}")
    return np.clip((values - low) / np.maximum(high - low, 1e-5), 0, 1)


def show_images(
    images: Tensor | Sequence[Tensor], titles: Sequence[Any] | None = None, nrow: int = 8, axes: Any = None
) -> Any:
    """Draw images in rows with matplotlib, each with a title if there are some.

    Args:
        images: `(N, C, H, W)`, with one channel, grey, or three, from 0 to 1; or a list of `(C, H, W)`.
        titles: one for each image, such as the names of classes.
        nrow: how many to a row.
        axes: where to draw, if there are no titles. Default: a new figure.

    Returns:
        The figure.

    Raises:
        ImportError: matplotlib is not installed.
        ShapeError: not of these shapes.
        ValueError: another number of titles than of images.

    Example:
        >>> import matplotlib, pynn
        >>> matplotlib.use("Agg")
        >>> figure = pynn.vision.show_images(pynn.rand(4, 1, 8, 8), titles=["a", "b", "c", "d"])
        >>> len(figure.axes)
        4
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("show_images draws with matplotlib: pip install 'pynn-learn[viz]'") from error
    if titles is None:
        if axes is None:
            axes = plt.figure().add_subplot()
        axes.imshow(_picture(make_grid(images, nrow, pad_value=1.0)))
        axes.axis("off")
        return axes.figure
    if len(titles) != len(images):
        raise ValueError(f"show_images: {len(images)} images need as many titles, got {len(titles)}")
    across = min(_check.integer("show_images", "nrow", nrow, 1), len(images))
    down = math.ceil(len(images) / max(across, 1))
    figure, places = plt.subplots(down, across, squeeze=False, figsize=(1.4 * across, 1.6 * down))
    for place in places.flat:
        place.axis("off")
    for place, image, title in zip(places.flat, images, titles, strict=False):
        place.imshow(_picture(make_grid(image.unsqueeze(0), padding=0)))
        place.set_title(str(title), fontsize=9)
    figure.tight_layout()
    return figure


def _picture(image: Tensor) -> np.ndarray:
    """`(H, W, 3)` from 0 to 1, as matplotlib wants it."""
    if image.shape[0] != 3:
        raise ShapeError(f"show_images: images must have one channel or three, got {image.shape[0]}")
    return np.clip(np.asarray(image).transpose(1, 2, 0), 0, 1)
