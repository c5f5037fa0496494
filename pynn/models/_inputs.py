"""What networks for images check of their input: one message that names the network and the fix."""

from __future__ import annotations

from pynn import _check
from pynn._core import ShapeError, Tensor


def images(owner: str, x: Tensor, channels: int, at_least: int = 1) -> Tensor:
    """`x`, if it is a batch of images `(N, channels, H, W)` of at least so many pixels a side.

    Raises:
        TypeError: it is no tensor.
        ShapeError: it has another number of axes or channels, or too few pixels.
    """
    _check.tensor(owner, "input", x)
    shape = tuple(x.shape)
    if len(shape) != 4 or shape[1] != channels:
        raise ShapeError(f"{owner}: got {shape}, expected (N, {channels}, H, W){_hint(shape, channels)}")
    if min(shape[2:]) < at_least:
        raise ShapeError(
            f"{owner}: got {shape}; its layers of stride 2 need images of {at_least} x {at_least} or more. "
            f"Did you mean F.interpolate(x, size=({at_least}, {at_least}))?"
        )
    return x


def _hint(shape: tuple[int, ...], channels: int) -> str:
    if len(shape) == 3 and shape[0] == channels:
        return ". One image? Did you mean x.unsqueeze(0)?"
    if len(shape) == 3 and channels == 1:
        return ". Did you mean x.unsqueeze(1), one channel?"
    if len(shape) == 3:
        return f". Grey images? Did you mean x.unsqueeze(1).expand(-1, {channels}, -1, -1)?"
    if len(shape) == 4 and shape[3] == channels:
        return ", channels first. Did you mean x.permute(0, 3, 1, 2)?"
    if len(shape) == 4 and shape[1] == 1:
        return f". Did you mean x.expand(-1, {channels}, -1, -1), or a network with in_channels=1?"
    if len(shape) == 4:
        return f". Did you mean in_channels={shape[1]}?"
    return ", a batch of images"
