"""Many images in one picture, to look at."""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
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


def save_image(images: Tensor | Sequence[Tensor], path: str | os.PathLike[str], **options: Any) -> None:
    """Write images as one PNG file.

    Args:
        images: `(N, C, H, W)`, or a list of `(C, H, W)`, or one; grey or in colour, from 0 to 1.
        path: the file, which ends in .png.
        **options: of `make_grid`, such as `nrow` or `normalize`. One image alone gets no margin.

    Raises:
        ShapeError: not of these shapes.
        ValueError: a file of another kind, or NaN among the values.

    Source: W3C, Portable Network Graphics (PNG) specification, third edition.

    Example:
        >>> import pathlib, tempfile, pynn
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "samples.png"
        >>> pynn.vision.save_image(pynn.rand(16, 1, 28, 28), path, nrow=4)
        >>> path.read_bytes()[1:4]
        b'PNG'
    """
    if Path(path).suffix.lower() != ".png":
        raise ValueError(f"save_image: writes PNG, so path must end in .png, got {str(path)!r}")
    if isinstance(images, Tensor) and images.ndim == 3 and images.shape[0] in (1, 3):
        images = images.unsqueeze(0)
    if len(images) == 1:
        options = {"padding": 0, **options}
    values = _picture("save_image", make_grid(images, **options))
    if np.isnan(values).any():
        raise ValueError("save_image: the images hold NaN")
    pixels = np.rint(values * 255).astype(np.uint8)
    height, width, _ = pixels.shape
    lines = np.zeros((height, 1 + width * 3), np.uint8)  # before each line stands its filter: 0, none
    lines[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits of red, green and blue
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b"")
    with Path(path).open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for kind, content in parts:
            check = zlib.crc32(kind + content)
            file.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check))


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
        axes.imshow(_picture("show_images", make_grid(images, nrow, pad_value=1.0)))
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
        place.imshow(_picture("show_images", make_grid(image.unsqueeze(0), padding=0)))
        place.set_title(str(title), fontsize=9)
    figure.tight_layout()
    return figure


def _picture(owner: str, image: Tensor) -> np.ndarray:
    """`(H, W, 3)` from 0 to 1, as pictures are kept elsewhere."""
    if image.shape[0] != 3:
        raise ShapeError(f"{owner}: images must have one channel or three, got {image.shape[0]}")
    return np.clip(np.asarray(image).transpose(1, 2, 0), 0, 1)
