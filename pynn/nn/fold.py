"""Patches of images, and images of patches."""

from __future__ import annotations

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from ._convolution import Sizes
from .module import Module


class Unfold(Module):
    """The patches of images as the columns of matrices.

    Args:
        kernel_size: the patches' height and width.
        dilation: the step from one element of a patch to the next.
        padding: zeros on both sides of each axis.
        stride: the step from one patch to the next.

    Shape:
        `(N, C, H, W)` -> `(N, C * KH * KW, L)` for L patches.

    Raises:
        ShapeError: the input is no image, or smaller than a patch.
        ValueError: a setting out of its range.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Unfold(4, stride=4)(pynn.zeros(8, 3, 32, 32)).shape
        (8, 48, 64)
    """

    def __init__(
        self, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
    ) -> None:
        super().__init__()
        self.kernel_size = _two("Unfold", "kernel_size", kernel_size, 1)
        self.dilation = _two("Unfold", "dilation", dilation, 1)
        self.padding = _two("Unfold", "padding", padding, 0)
        self.stride = _two("Unfold", "stride", stride, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        sizes = f"kernel_size={self.kernel_size}, dilation={self.dilation}"
        return f"{sizes}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """Patches added up into images: the transpose of `Unfold`.

    Args:
        output_size: the images' height and width.
        kernel_size: the patches' height and width.
        dilation: the step from one element of a patch to the next.
        padding: zeros on both sides of each axis of the image, which are cut off.
        stride: the step from one patch to the next.

    Shape:
        `(N, C * KH * KW, L)` -> `(N, C, H, W)`.

    Raises:
        ShapeError: not as many patches as such images have.
        ValueError: a setting out of its range.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Fold(32, 4, stride=4)(pynn.zeros(8, 48, 64)).shape
        (8, 3, 32, 32)
    """

    def __init__(
        self,
        output_size: Sizes,
        kernel_size: Sizes,
        dilation: Sizes = 1,
        padding: Sizes = 0,
        stride: Sizes = 1,
    ) -> None:
        super().__init__()
        self.output_size = _two("Fold", "output_size", output_size, 1)
        self.kernel_size = _two("Fold", "kernel_size", kernel_size, 1)
        self.dilation = _two("Fold", "dilation", dilation, 1)
        self.padding = _two("Fold", "padding", padding, 0)
        self.stride = _two("Fold", "stride", stride, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        sizes = f"output_size={self.output_size}, kernel_size={self.kernel_size}"
        return f"{sizes}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


def _two(owner: str, name: str, value: Sizes, least: int) -> tuple[int, int]:
    values = tuple(value) if isinstance(value, (tuple, list)) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{owner}: {name} must be one number or two, got {value!r}")
    first, second = (_check.integer(owner, name, v, least) for v in values)
    return first, second
