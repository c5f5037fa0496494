"""Images and sequences of another size: interpolation, and pixels moved between channels and space."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pynn import _check
from pynn._core import ShapeError, Tensor, ops

__all__ = ["channel_shuffle", "interpolate", "pixel_shuffle", "pixel_unshuffle"]

# How many axes besides batch and channels each mode takes.
_MODES = {
    "nearest": (1, 2),
    "nearest-exact": (1, 2),
    "area": (1, 2),
    "linear": (1,),
    "bilinear": (2,),
    "bicubic": (2,),
}


def interpolate(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Images ``(N, C, H, W)`` or sequences ``(N, C, L)`` of another size.

    Args:
        input: what to resize.
        size: the new size of the axes after the channels.
        scale_factor: or so many times the old one, rounded down.
        mode: `"nearest"` repeats and drops places, `"nearest-exact"` does so from their centres; `"linear"`
            (sequences), `"bilinear"` and `"bicubic"` (images) weigh 2, 4 and 16 neighbours; `"area"` is the
            mean of what a place covers (:func:`adaptive_avg_pool2d`).
        align_corners: whether the centres of the first and the last place stay where they are; otherwise
            the outer edges do. Default: False.
        recompute_scale_factor: whether to use the quotient of the sizes rather than `scale_factor` itself.
        antialias: `"bilinear"` and `"bicubic"`: when shrinking, take in all that a place covers.

    Raises:
        ShapeError: another number of axes.
        ValueError: neither or both of `size` and `scale_factor`, or a mode that does not fit.

    Source: Keys 1981, Cubic convolution interpolation for digital image processing (bicubic, a = -3/4).

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.interpolate(pynn.tensor([[[0.0, 1.0]]]), 4, mode="linear")
        tensor([[[0.  , 0.25, 0.75, 1.  ]]])
    """
    _check.tensor("interpolate", "input", input)
    axes = input.ndim - 2
    mode = _check.choice("interpolate", "mode", mode, list(_MODES))
    if axes not in _MODES[mode]:
        wanted = " or ".join({1: "(N, C, L)", 2: "(N, C, H, W)"}[n] for n in _MODES[mode])
        raise ShapeError(f"interpolate: mode {mode!r} takes {wanted}, got {tuple(input.shape)}")
    if align_corners is not None and mode not in ("linear", "bilinear", "bicubic"):
        raise ValueError(f"interpolate: align_corners has no meaning in mode {mode!r}")
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueError(f"interpolate: antialias has no meaning in mode {mode!r}")
    if (size is None) == (scale_factor is None):
        raise ValueError("interpolate: give either size or scale_factor")
    full = tuple(input.shape[2:])
    scales = (0.0,) * axes
    if size is not None:
        if recompute_scale_factor:
            raise ValueError("interpolate: recompute_scale_factor goes with scale_factor, not with size")
        sizes = size if isinstance(size, (tuple, list)) else (size,) * axes
        out = tuple(_check.integer("interpolate", "size", n, 1) for n in sizes)
    else:
        factors = scale_factor if isinstance(scale_factor, (tuple, list)) else (scale_factor,) * axes
        given = tuple(_check.real("interpolate", "scale_factor", f, 1e-9, 1e9) for f in factors)
        out = tuple(math.floor(n * f) for n, f in zip(full, given, strict=False))
        scales = scales if recompute_scale_factor or mode == "area" else given
    if len(out) != axes:
        raise ValueError(
            f"interpolate: {size if size is not None else scale_factor} for the {axes} axes of "
            f"{tuple(input.shape)} after the channels"
        )
    if min(out) < 1 or min(full) < 1:
        raise ShapeError(f"interpolate: cannot make {out} of {tuple(input.shape)}: nothing is left")
    if out == full and scales == (0.0,) * axes and mode != "area":
        scales = (1.0,) * axes
    return ops.resample(input, out, mode, bool(align_corners), bool(antialias), scales[0], scales[-1])


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Channels become space: ``(..., C r², H, W)`` -> ``(..., C, H r, W r)``.

    Args:
        input: three axes or more.
        upscale_factor: r.

    Raises:
        ShapeError: fewer axes, or channels that are no multiple of r².

    Source: Shi et al. 2016, Real-time single image and video super-resolution, arXiv:1609.05158, equation 4.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.pixel_shuffle(pynn.arange(4.0).reshape(4, 1, 1), 2)
        tensor([[[0., 1.],
                 [2., 3.]]])
    """
    r = _check.integer("pixel_shuffle", "upscale_factor", upscale_factor, 1)
    *lead, c, h, w = _three("pixel_shuffle", input)
    if c % (r * r):
        raise ShapeError(f"pixel_shuffle: the {c} channels of {tuple(input.shape)} are no multiple of {r}²")
    n = len(lead)
    parts = input.reshape((*lead, c // (r * r), r, r, h, w))
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return parts.permute(order).reshape((*lead, c // (r * r), h * r, w * r))


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Space becomes channels, the inverse of :func:`pixel_shuffle`.

    Args:
        input: ``(..., C, H r, W r)``; the result is ``(..., C r², H, W)``.
        downscale_factor: r.

    Raises:
        ShapeError: fewer than three axes, or sizes that are no multiple of r.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.pixel_unshuffle(pynn.arange(4.0).reshape(1, 2, 2), 2).flatten()
        tensor([0., 1., 2., 3.])
    """
    r = _check.integer("pixel_unshuffle", "downscale_factor", downscale_factor, 1)
    *lead, c, h, w = _three("pixel_unshuffle", input)
    if h % r or w % r:
        raise ShapeError(f"pixel_unshuffle: height and width of {tuple(input.shape)} are no multiples of {r}")
    n = len(lead)
    parts = input.reshape((*lead, c, h // r, r, w // r, r))
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return parts.permute(order).reshape((*lead, c * r * r, h // r, w // r))


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Channels dealt out: those of all groups in turns, so that grouped convolutions see each other.

    Args:
        input: ``(N, C, ...)``.
        groups: how many groups the channels stand in.

    Raises:
        ShapeError: the channels do not split into such groups.

    Source: Zhang et al. 2018, ShuffleNet, arXiv:1707.01083, section 3.1.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.channel_shuffle(pynn.arange(4.0).reshape(1, 4, 1), 2).flatten()
        tensor([0., 2., 1., 3.])
    """
    groups = _check.integer("channel_shuffle", "groups", groups, 1)
    _check.tensor("channel_shuffle", "input", input)
    if input.ndim < 3 or input.shape[1] % groups:
        raise ShapeError(
            f"channel_shuffle: expected (N, C, ...) with C a multiple of {groups}, got {tuple(input.shape)}"
        )
    n, c, *rest = input.shape
    return input.reshape((n, groups, c // groups, *rest)).transpose(1, 2).reshape(input.shape)


def _three(name: str, x: Tensor) -> tuple[int, ...]:
    if _check.tensor(name, "input", x).ndim < 3:
        raise ShapeError(f"{name}: expected (..., C, H, W), got {tuple(x.shape)}")
    return tuple(x.shape)
