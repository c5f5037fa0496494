"""Convolutions as functions, with PyTorch's arguments; the arithmetic is in csrc/ops/conv.cpp."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pynn import _check
from pynn._core import Tensor, ops

__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "fold",
    "unfold",
]

Sizes = int | Sequence[int]


def same_padding(kernel_size: Sequence[int], dilation: Sequence[int]) -> list[int]:
    """(before, after) for each axis, so that an output at stride 1 is as large as the input."""
    widths = [d * (k - 1) for k, d in zip(kernel_size, dilation, strict=True)]
    return [width for total in widths for width in (total // 2, total - total // 2)]


def _padding(name: str, weight: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    """The words "same" and "valid" as widths."""
    if not isinstance(padding, str):
        return padding
    _check.choice(name, "padding", padding, ("same", "valid"))
    if padding == "valid":
        return 0
    strides = (stride,) if isinstance(stride, int) else tuple(stride)
    if any(s != 1 for s in strides):
        raise ValueError(f"{name}: padding='same' needs a stride of 1, got stride={stride!r}")
    kernel_size = tuple(_check.tensor(name, "weight", weight).shape)[2:]
    dilations = (dilation,) if isinstance(dilation, int) else tuple(dilation)
    if len(dilations) not in (1, len(kernel_size)):
        raise ValueError(f"{name}: dilation must be one number, or {len(kernel_size)}, got {dilation!r}")
    return same_padding(kernel_size, dilations * len(kernel_size) if len(dilations) == 1 else dilations)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """A convolution along one axis: every output is a weighted sum of a patch of the input.

    Args:
        input: `(N, C, L)`, or `(C, L)` for a single sample.
        weight: `(O, C / groups, K)`.
        bias: `(O,)`. Default: none.
        stride: the step from one patch to the next; one number, or one per axis.
        padding: zeros on both sides; one number, one per axis, or (before, after) for each axis; "same"
            for an output as large as the input (at stride 1), "valid" for none.
        dilation: the step from one element of a patch to the next; one number, or one per axis.
        groups: channels are cut into so many groups, each with kernels of its own.

    Returns:
        `(N, O, L)` with sizes (size + 2 padding - dilation (kernel - 1) - 1) // stride + 1.

    Raises:
        ShapeError: shapes do not fit, or the kernel is larger than the padded input.
        ValueError: a setting out of its range, or groups that do not divide the channels.
        DTypeError: no floats, or floats of different types.

    Source: Waibel et al. 1989, Phoneme recognition using time-delay neural networks.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.conv1d(pynn.tensor([[1.0, 2.0, 3.0]]), pynn.tensor([[[1.0, -1.0]]]))
        tensor([[-1., -1.]])
    """
    widths = _padding("conv1d", weight, stride, padding, dilation)
    return ops.conv1d(input, weight, bias, stride, widths, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """A convolution along two axes: every output is a weighted sum of a patch of the input.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` for a single sample.
        weight: `(O, C / groups, KH, KW)`.
        bias: `(O,)`. Default: none.
        stride: the step from one patch to the next; one number, or one per axis.
        padding: zeros on both sides; one number, one per axis, or (before, after) for each axis; "same"
            for an output as large as the input (at stride 1), "valid" for none.
        dilation: the step from one element of a patch to the next; one number, or one per axis.
        groups: channels are cut into so many groups, each with kernels of its own.

    Returns:
        `(N, O, H, W)` with sizes (size + 2 padding - dilation (kernel - 1) - 1) // stride + 1.

    Raises:
        ShapeError: shapes do not fit, or the kernel is larger than the padded input.
        ValueError: a setting out of its range, or groups that do not divide the channels.
        DTypeError: no floats, or floats of different types.

    Source: LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.conv2d(pynn.ones(8, 3, 32, 32), pynn.ones(16, 3, 5, 5), padding="same").shape
        (8, 16, 32, 32)
    """
    widths = _padding("conv2d", weight, stride, padding, dilation)
    return ops.conv2d(input, weight, bias, stride, widths, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """A convolution along three axes: every output is a weighted sum of a patch of the input.

    Args:
        input: `(N, C, D, H, W)`, or `(C, D, H, W)` for a single sample.
        weight: `(O, C / groups, KD, KH, KW)`.
        bias: `(O,)`. Default: none.
        stride: the step from one patch to the next; one number, or one per axis.
        padding: zeros on both sides; one number, one per axis, or (before, after) for each axis; "same"
            for an output as large as the input (at stride 1), "valid" for none.
        dilation: the step from one element of a patch to the next; one number, or one per axis.
        groups: channels are cut into so many groups, each with kernels of its own.

    Returns:
        `(N, O, D, H, W)` with sizes (size + 2 padding - dilation (kernel - 1) - 1) // stride + 1.

    Raises:
        ShapeError: shapes do not fit, or the kernel is larger than the padded input.
        ValueError: a setting out of its range, or groups that do not divide the channels.
        DTypeError: no floats, or floats of different types.

    Source: Ji et al. 2010, 3D convolutional neural networks for human action recognition.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.conv3d(pynn.ones(8, 3, 4, 16, 16), pynn.ones(16, 3, 2, 3, 3)).shape
        (8, 16, 3, 14, 14)
    """
    widths = _padding("conv3d", weight, stride, padding, dilation)
    return ops.conv3d(input, weight, bias, stride, widths, dilation, groups)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The transposed convolution along one axis: every input adds its multiple of the kernel to the output.

    Args:
        input: `(N, C, L)`, or `(C, L)` for a single sample.
        weight: `(C, O / groups, K)`.
        bias: `(O,)`. Default: none.
        stride: the step from one patch of the output to the next; one number, or one per axis.
        padding: so many places are cut off on both sides of the output.
        output_padding: so many more are kept at its end; less than the stride or the dilation.
        groups: channels are cut into so many groups, each with kernels of its own.
        dilation: the step from one element of a patch to the next.

    Returns:
        `(N, O, L)` with sizes
        (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.

    Raises:
        ShapeError: shapes do not fit, or nothing would be left of the output.
        ValueError: a setting out of its range.
        DTypeError: no floats, or floats of different types.

    Source: Zeiler et al. 2010, Deconvolutional networks.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.conv_transpose1d(pynn.tensor([[1.0, 2.0]]), pynn.tensor([[[1.0, 10.0]]]))
        tensor([[ 1., 12., 20.]])
    """
    return ops.conv_transpose1d(input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The transposed convolution along two axes: every input adds its multiple of the kernel to the output.

    Args:
        input: `(N, C, H, W)`, or `(C, H, W)` for a single sample.
        weight: `(C, O / groups, KH, KW)`.
        bias: `(O,)`. Default: none.
        stride: the step from one patch of the output to the next; one number, or one per axis.
        padding: so many places are cut off on both sides of the output.
        output_padding: so many more are kept at its end; less than the stride or the dilation.
        groups: channels are cut into so many groups, each with kernels of its own.
        dilation: the step from one element of a patch to the next.

    Returns:
        `(N, O, H, W)` with sizes
        (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.

    Raises:
        ShapeError: shapes do not fit, or nothing would be left of the output.
        ValueError: a setting out of its range.
        DTypeError: no floats, or floats of different types.

    Source: Zeiler et al. 2010, Deconvolutional networks.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.conv_transpose2d(pynn.ones(8, 16, 7, 7), pynn.ones(16, 3, 4, 4), stride=2, padding=1).shape
        (8, 3, 14, 14)
    """
    return ops.conv_transpose2d(input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes = 0,
    output_padding: Sizes = 0,
    groups: int = 1,
    dilation: Sizes = 1,
) -> Tensor:
    """The transposed convolution along three axes: every input adds its multiple of the kernel to the output.

    Args:
        input: `(N, C, D, H, W)`, or `(C, D, H, W)` for a single sample.
        weight: `(C, O / groups, KD, KH, KW)`.
        bias: `(O,)`. Default: none.
        stride: the step from one patch of the output to the next; one number, or one per axis.
        padding: so many places are cut off on both sides of the output.
        output_padding: so many more are kept at its end; less than the stride or the dilation.
        groups: channels are cut into so many groups, each with kernels of its own.
        dilation: the step from one element of a patch to the next.

    Returns:
        `(N, O, D, H, W)` with sizes
        (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1.

    Raises:
        ShapeError: shapes do not fit, or nothing would be left of the output.
        ValueError: a setting out of its range.
        DTypeError: no floats, or floats of different types.

    Source: Zeiler et al. 2010, Deconvolutional networks.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.conv_transpose3d(pynn.ones(8, 16, 2, 7, 7), pynn.ones(16, 3, 2, 2, 2), stride=2).shape
        (8, 3, 4, 14, 14)
    """
    return ops.conv_transpose3d(input, weight, bias, stride, padding, output_padding, groups, dilation)


def unfold(
    input: Tensor, kernel_size: Sizes, dilation: Sizes = 1, padding: Sizes = 0, stride: Sizes = 1
) -> Tensor:
    """The patches that a kernel would look at, as the columns of a matrix.

    Args:
        input: `(N, C, H, W)` or `(C, H, W)`.
        kernel_size: the patches' height and width.
        dilation: the step from one element of a patch to the next.
        padding: zeros on both sides of each axis.
        stride: the step from one patch to the next.

    Returns:
        `(N, C * KH * KW, L)` for L patches.

    Raises:
        ShapeError: no image, or one that is smaller than a patch.
        ValueError: a setting out of its range.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.unfold(pynn.arange(9.0).reshape(1, 1, 3, 3), 2)[0, :, 0]  # the first patch
        tensor([0., 1., 3., 4.])
    """
    return ops.im2col(_check.tensor("unfold", "input", input), kernel_size, dilation, padding, stride)


def fold(
    input: Tensor,
    output_size: Sizes,
    kernel_size: Sizes,
    dilation: Sizes = 1,
    padding: Sizes = 0,
    stride: Sizes = 1,
) -> Tensor:
    """The transpose of `unfold`: patches added up into an image.

    Args:
        input: `(N, C * KH * KW, L)` or `(C * KH * KW, L)`.
        output_size: the image's height and width.
        kernel_size: the patches' height and width.
        dilation: the step from one element of a patch to the next.
        padding: zeros on both sides of each axis of the image, which are cut off.
        stride: the step from one patch to the next.

    Returns:
        `(N, C, H, W)`.

    Raises:
        ShapeError: not as many patches as such an image has, or not of that size.
        ValueError: a setting out of its range.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.fold(F.unfold(pynn.ones(1, 1, 3, 3), 2), 3, 2)[0, 0]  # how many patches hold each place
        tensor([[1., 2., 1.],
                [2., 4., 2.],
                [1., 2., 1.]])
    """
    return ops.col2im(
        _check.tensor("fold", "input", input), output_size, kernel_size, dilation, padding, stride
    )
