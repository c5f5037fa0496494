"""Layers that give images and sequences another size."""

from __future__ import annotations

from collections.abc import Sequence

from pynn import _check
from pynn._core import Tensor

from . import functional as F
from ._resampling import _MODES
from .module import Module


class Upsample(Module):
    """Images or sequences of another size. See `functional.interpolate`.

    Args:
        size: the new size of the axes after the channels.
        scale_factor: or so many times the old one, rounded down.
        mode: `"nearest"`, `"nearest-exact"`, `"linear"` (sequences), `"bilinear"`, `"bicubic"` or `"area"`.
        align_corners: whether the centres of the outermost places stay where they are.
        recompute_scale_factor: whether to use the quotient of the sizes rather than `scale_factor` itself.

    Shape:
        `(N, C, H, W)` -> `(N, C, H_out, W_out)`, or `(N, C, L)` -> `(N, C, L_out)`.

    Raises:
        ValueError: a mode that is not known, or neither or both of `size` and `scale_factor`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Upsample(scale_factor=2)(pynn.tensor([[[[1.0, 2.0]]]])).tolist()
        [[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.size = size
        self.scale_factor = scale_factor
        self.mode = _check.choice(name, "mode", mode, list(_MODES))
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor
        if (size is None) == (scale_factor is None):
            raise ValueError(f"{name}: give either size or scale_factor")

    def forward(self, input: Tensor) -> Tensor:
        return F.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        what = f"size={self.size}" if self.size is not None else f"scale_factor={self.scale_factor}"
        return f"{what}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` with `mode="nearest"`, for images.

    Args:
        size: the new height and width.
        scale_factor: or so many times the old ones.

    Shape:
        `(N, C, H, W)` -> `(N, C, H_out, W_out)`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.UpsamplingNearest2d(scale_factor=2)(pynn.ones(1, 1, 2, 3)).shape
        (1, 1, 4, 6)
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """`Upsample` with `mode="bilinear"` and `align_corners=True`, for images.

    Args:
        size: the new height and width.
        scale_factor: or so many times the old ones.

    Shape:
        `(N, C, H, W)` -> `(N, C, H_out, W_out)`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.UpsamplingBilinear2d(size=(1, 3))(pynn.tensor([[[[0.0, 1.0]]]]))
        tensor([[[[0. , 0.5, 1. ]]]])
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
    ) -> None:
        super().__init__(size, scale_factor, "bilinear", True)


class PixelShuffle(Module):
    """Channels become space: a sub-pixel upsampling. See `functional.pixel_shuffle`.

    Args:
        upscale_factor: r.

    Shape:
        `(..., C r², H, W)` -> `(..., C, H r, W r)`.

    Source: Shi et al. 2016, arXiv:1609.05158, equation 4.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.PixelShuffle(2)(pynn.zeros(1, 8, 3, 3)).shape
        (1, 2, 6, 6)
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = _check.integer("PixelShuffle", "upscale_factor", upscale_factor, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Space becomes channels: the inverse of `PixelShuffle`. See `functional.pixel_unshuffle`.

    Args:
        downscale_factor: r.

    Shape:
        `(..., C, H r, W r)` -> `(..., C r², H, W)`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.PixelUnshuffle(2)(pynn.zeros(1, 2, 6, 6)).shape
        (1, 8, 3, 3)
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = _check.integer("PixelUnshuffle", "downscale_factor", downscale_factor, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Channels of all groups in turns. See `functional.channel_shuffle`.

    Args:
        groups: how many groups the channels stand in.

    Shape:
        `(N, C, ...)` -> the same.

    Source: Zhang et al. 2018, ShuffleNet, arXiv:1707.01083, section 3.1.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ChannelShuffle(2)(pynn.arange(4.0).reshape(1, 4, 1)).flatten()
        tensor([0., 2., 1., 3.])
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = _check.integer("ChannelShuffle", "groups", groups, 1)

    def forward(self, input: Tensor) -> Tensor:
        return F.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
