"""Convolution layers: `(N, C, ...)` to `(N, O, ...)`, or `(C, ...)` to `(O, ...)` for a single sample."""

from __future__ import annotations

from ._conv import _Conv, _ConvTranspose


class Conv1d(_Conv):
    """A convolution along one axis: sums of the input channels, each seen through a sliding kernel.

    Args:
        in_channels: C; `None` to learn it from the first input.
        out_channels: O.
        kernel_size: how far the kernel reaches; one number, or one per axis.
        stride: the step from one place of the kernel to the next.
        padding: room on both sides of each axis; "same" for an output as large as the input (at stride 1),
            "valid" for none.
        dilation: the step between two elements of the kernel.
        groups: channels are cut into so many groups, each with kernels of its own; `groups=in_channels` is
            a depthwise convolution.
        bias: whether to add a number to each output channel.
        padding_mode: what stands in that room: "zeros", "reflect", "replicate" or "circular".
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, L)` -> `(N, O, L')`, or the same without N. An axis of size L becomes
        (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1. `weight` is `(O, C / groups,
        *kernel_size)`, `bias` `(O,)`.

    Both start uniform in ±1/sqrt(C / groups * prod(kernel_size)).

    Raises:
        ShapeError: an input of other channels or axes, or smaller than the kernel.
        DTypeError: an input of no floats, or of another type than the weight.
        ValueError: a setting out of its range, or groups that do not divide the channels.

    Source: Waibel et al. 1989, Phoneme recognition using time-delay neural networks.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Conv1d(16, 33, 3, stride=2)(pynn.zeros(20, 16, 50)).shape
        (20, 33, 24)
    """

    _axes = 1


class Conv2d(_Conv):
    """A convolution along two axes: sums of the input channels, each seen through a sliding kernel.

    Args:
        in_channels: C; `None` to learn it from the first input.
        out_channels: O.
        kernel_size: how far the kernel reaches; one number, or one per axis.
        stride: the step from one place of the kernel to the next.
        padding: room on both sides of each axis; "same" for an output as large as the input (at stride 1),
            "valid" for none.
        dilation: the step between two elements of the kernel.
        groups: channels are cut into so many groups, each with kernels of its own; `groups=in_channels` is
            a depthwise convolution.
        bias: whether to add a number to each output channel.
        padding_mode: what stands in that room: "zeros", "reflect", "replicate" or "circular".
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, H, W)` -> `(N, O, H', W')`, or the same without N. An axis of size L becomes
        (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1. `weight` is `(O, C / groups,
        *kernel_size)`, `bias` `(O,)`.

    Both start uniform in ±1/sqrt(C / groups * prod(kernel_size)).

    Raises:
        ShapeError: an input of other channels or axes, or smaller than the kernel.
        DTypeError: an input of no floats, or of another type than the weight.
        ValueError: a setting out of its range, or groups that do not divide the channels.

    Source: LeCun et al. 1989, Backpropagation applied to handwritten zip code recognition.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Conv2d(1, 8, 3, padding=1)(pynn.zeros(32, 1, 28, 28)).shape
        (32, 8, 28, 28)
    """

    _axes = 2


class Conv3d(_Conv):
    """A convolution along three axes: sums of the input channels, each seen through a sliding kernel.

    Args:
        in_channels: C; `None` to learn it from the first input.
        out_channels: O.
        kernel_size: how far the kernel reaches; one number, or one per axis.
        stride: the step from one place of the kernel to the next.
        padding: room on both sides of each axis; "same" for an output as large as the input (at stride 1),
            "valid" for none.
        dilation: the step between two elements of the kernel.
        groups: channels are cut into so many groups, each with kernels of its own; `groups=in_channels` is
            a depthwise convolution.
        bias: whether to add a number to each output channel.
        padding_mode: what stands in that room: "zeros", "reflect", "replicate" or "circular".
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, D, H, W)` -> `(N, O, D', H', W')`, or the same without N. An axis of size L becomes
        (L + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1. `weight` is `(O, C / groups,
        *kernel_size)`, `bias` `(O,)`.

    Both start uniform in ±1/sqrt(C / groups * prod(kernel_size)).

    Raises:
        ShapeError: an input of other channels or axes, or smaller than the kernel.
        DTypeError: an input of no floats, or of another type than the weight.
        ValueError: a setting out of its range, or groups that do not divide the channels.

    Source: Ji et al. 2010, 3D convolutional neural networks for human action recognition.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.Conv3d(3, 8, (2, 3, 3))(pynn.zeros(4, 3, 4, 16, 16)).shape
        (4, 8, 3, 14, 14)
    """

    _axes = 3


class ConvTranspose1d(_ConvTranspose):
    """The transposed convolution along one axis: each input adds its multiple of a kernel to the output.

    Args:
        in_channels: C; `None` to learn it from the first input.
        out_channels: O.
        kernel_size: how far the kernel reaches; one number, or one per axis.
        stride: the step from one place of the kernel in the output to the next.
        padding: so many places are cut off on both sides of the output.
        output_padding: so many more are kept at the end of each axis.
        groups: channels are cut into so many groups, each with kernels of its own.
        bias: whether to add a number to each output channel.
        dilation: the step between two elements of the kernel.
        padding_mode: "zeros", the only one.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, L)` -> `(N, O, L')`, or the same without N. An axis of size L becomes
        (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1; where several sizes
        would shrink to L, `forward(input, output_size)` chooses one. `weight` is `(C, O / groups,
        *kernel_size)`, `bias` `(O,)`.

    Both start uniform in ±1/sqrt(O / groups * prod(kernel_size)), as in PyTorch.

    Raises:
        ShapeError: an input of other channels or axes, or an `output_size` that cannot be.
        DTypeError: an input of no floats, or of another type than the weight.
        ValueError: a setting out of its range, or groups that do not divide the channels.

    Source: Zeiler et al. 2010, Deconvolutional networks.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ConvTranspose1d(16, 8, 4, stride=2, padding=1)(pynn.zeros(20, 16, 25)).shape
        (20, 8, 50)
    """

    _axes = 1


class ConvTranspose2d(_ConvTranspose):
    """The transposed convolution along two axes: each input adds its multiple of a kernel to the output.

    Args:
        in_channels: C; `None` to learn it from the first input.
        out_channels: O.
        kernel_size: how far the kernel reaches; one number, or one per axis.
        stride: the step from one place of the kernel in the output to the next.
        padding: so many places are cut off on both sides of the output.
        output_padding: so many more are kept at the end of each axis.
        groups: channels are cut into so many groups, each with kernels of its own.
        bias: whether to add a number to each output channel.
        dilation: the step between two elements of the kernel.
        padding_mode: "zeros", the only one.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, H, W)` -> `(N, O, H', W')`, or the same without N. An axis of size L becomes
        (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1; where several sizes
        would shrink to L, `forward(input, output_size)` chooses one. `weight` is `(C, O / groups,
        *kernel_size)`, `bias` `(O,)`.

    Both start uniform in ±1/sqrt(O / groups * prod(kernel_size)), as in PyTorch.

    Raises:
        ShapeError: an input of other channels or axes, or an `output_size` that cannot be.
        DTypeError: an input of no floats, or of another type than the weight.
        ValueError: a setting out of its range, or groups that do not divide the channels.

    Source: Zeiler et al. 2010, Deconvolutional networks.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ConvTranspose2d(16, 8, 4, stride=2, padding=1)(pynn.zeros(32, 16, 14, 14)).shape
        (32, 8, 28, 28)
    """

    _axes = 2


class ConvTranspose3d(_ConvTranspose):
    """The transposed convolution along three axes: each input adds its multiple of a kernel to the output.

    Args:
        in_channels: C; `None` to learn it from the first input.
        out_channels: O.
        kernel_size: how far the kernel reaches; one number, or one per axis.
        stride: the step from one place of the kernel in the output to the next.
        padding: so many places are cut off on both sides of the output.
        output_padding: so many more are kept at the end of each axis.
        groups: channels are cut into so many groups, each with kernels of its own.
        bias: whether to add a number to each output channel.
        dilation: the step between two elements of the kernel.
        padding_mode: "zeros", the only one.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, D, H, W)` -> `(N, O, D', H', W')`, or the same without N. An axis of size L becomes
        (L - 1) stride - 2 padding + dilation (kernel_size - 1) + output_padding + 1; where several sizes
        would shrink to L, `forward(input, output_size)` chooses one. `weight` is `(C, O / groups,
        *kernel_size)`, `bias` `(O,)`.

    Both start uniform in ±1/sqrt(O / groups * prod(kernel_size)), as in PyTorch.

    Raises:
        ShapeError: an input of other channels or axes, or an `output_size` that cannot be.
        DTypeError: an input of no floats, or of another type than the weight.
        ValueError: a setting out of its range, or groups that do not divide the channels.

    Source: Zeiler et al. 2010, Deconvolutional networks.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.ConvTranspose3d(16, 8, 2, stride=2)(pynn.zeros(4, 16, 2, 7, 7)).shape
        (4, 8, 4, 14, 14)
    """

    _axes = 3
