"""Layers that make one number of each window of a sequence or an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pynn import _check
from pynn._core import Tensor, ops

from . import functional as F
from ._sizes import pair
from .module import Module

_max_pool1d, _max_pool2d, _avg_pool1d, _avg_pool2d = (
    ops.max_pool1d,
    ops.max_pool2d,
    ops.avg_pool1d,
    ops.avg_pool2d,
)
Size = int | Sequence[int]
OutputSize = int | None | Sequence[int | None]


class _Pool(Module):
    """Windows: what the pooling layers have in common."""

    _axes: ClassVar[int]

    def __init__(self, kernel_size: Size, stride: Size | None, padding: Size = 0) -> None:
        super().__init__()
        name, axes = type(self).__name__, self._axes
        kernel = pair(name, "kernel_size", kernel_size, axes, 1)
        step = kernel if stride is None else pair(name, "stride", stride, axes, 1)
        pad = pair(name, "padding", padding, axes, 0)
        if any(p > k // 2 for p, k in zip(pad, kernel, strict=True)):
            raise ValueError(
                f"{name}: padding {padding} is more than half of kernel_size {kernel_size}: "
                "some windows would see nothing but padding"
            )
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self._windows = (kernel, step, pad)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class _MaxPool(_Pool):
    _pool: ClassVar[Any]
    _pool_with_indices: ClassVar[Any]

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode
        self._arguments = (
            *self._windows,
            pair(type(self).__name__, "dilation", dilation, self._axes, 1),
            bool(ceil_mode),
        )

    def forward(self, input: Tensor) -> Any:
        cls = type(self)
        return (cls._pool_with_indices if self.return_indices else cls._pool)(input, *self._arguments)

    def extra_repr(self) -> str:
        return f"{super().extra_repr()}, dilation={self.dilation}, ceil_mode={self.ceil_mode}"


class MaxPool1d(_MaxPool):
    """The largest element of each window of a sequence. See `functional.max_pool1d`.

    Args:
        kernel_size: the size of a window.
        stride: from one window to the next. Default: `kernel_size`.
        padding: so many places of -inf at both ends, at most half a window.
        dilation: the distance of neighbours in a window.
        return_indices: return where the maxima lie as well, for `MaxUnpool1d`.
        ceil_mode: add a window for what is left over at the end.

    Shape:
        `(N, C, L)` -> `(N, C, L_out)`, or without N.

    Raises:
        ShapeError: another number of axes, or a window that does not fit.
        ValueError: a size below 1, or a padding of more than half a window.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.MaxPool1d(2)(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]))
        tensor([[3., 2.]])
    """

    _axes = 1
    _pool = _max_pool1d
    _pool_with_indices = ops.max_pool1d_with_indices


class MaxPool2d(_MaxPool):
    """The largest element of each window of an image. See `functional.max_pool2d`.

    Every size is one integer or `(height, width)`.

    Args:
        kernel_size: the size of a window.
        stride: from one window to the next. Default: `kernel_size`.
        padding: so many places of -inf around the image, at most half a window.
        dilation: the distance of neighbours in a window.
        return_indices: return where the maxima lie as well, for `MaxUnpool2d`.
        ceil_mode: add windows for what is left over at the right and below.

    Shape:
        `(N, C, H, W)` -> `(N, C, H_out, W_out)`, or without N, with
        `H_out = (H + 2 padding - dilation (kernel_size - 1) - 1) // stride + 1`.

    Raises:
        ShapeError: another number of axes, or a window that does not fit.
        ValueError: a size below 1, or a padding of more than half a window.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.MaxPool2d(2)(pynn.randn(32, 16, 28, 28)).shape
        (32, 16, 14, 14)
    """

    _axes = 2
    _pool = _max_pool2d
    _pool_with_indices = ops.max_pool2d_with_indices


class MaxUnpool1d(_Pool):
    """Maxima put back where they came from, zeros elsewhere. See `functional.max_unpool1d`.

    Args:
        kernel_size: as in the pooling.
        stride: as in the pooling. Default: `kernel_size`.
        padding: as in the pooling.

    Shape:
        `(N, C, L)` and indices of that shape -> `(N, C, L_out)`, or without N.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> x = pynn.tensor([[1.0, 3.0, 2.0, 0.0]])
        >>> nn.MaxUnpool1d(2)(*nn.MaxPool1d(2, return_indices=True)(x))
        tensor([[0., 3., 2., 0.]])
    """

    _axes = 1

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__(kernel_size, stride, padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        return F.max_unpool1d(input, indices, *self._windows, output_size)


class MaxUnpool2d(_Pool):
    """Maxima put back where they came from, zeros elsewhere. See `functional.max_unpool2d`.

    Args:
        kernel_size: as in the pooling.
        stride: as in the pooling. Default: `kernel_size`.
        padding: as in the pooling.

    Shape:
        `(N, C, H, W)` and indices of that shape -> `(N, C, H_out, W_out)`, or without N.

    Source: Zeiler & Fergus 2014, Visualizing and understanding convolutional networks, section 2.1.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> x = pynn.arange(4.0).reshape(1, 2, 2)
        >>> nn.MaxUnpool2d(2)(*nn.MaxPool2d(2, return_indices=True)(x)).tolist()
        [[[0.0, 0.0], [0.0, 3.0]]]
    """

    _axes = 2

    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__(kernel_size, stride, padding)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        return F.max_unpool2d(input, indices, *self._windows, output_size)


class AvgPool1d(_Pool):
    """The mean of each window of a sequence.

    Args:
        kernel_size: the size of a window.
        stride: from one window to the next. Default: `kernel_size`.
        padding: so many zeros at both ends, at most half a window.
        ceil_mode: add a window for what is left over at the end.
        count_include_pad: whether the zeros count.

    Shape:
        `(N, C, L)` -> `(N, C, L_out)`, or without N.

    Raises:
        ShapeError: another number of axes, or a window that does not fit.
        ValueError: a size below 1, or a padding of more than half a window.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AvgPool1d(2)(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]))
        tensor([[2., 1.]])
    """

    _axes = 1

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return _avg_pool1d(input, *self._windows, self.ceil_mode, self.count_include_pad)


class AvgPool2d(_Pool):
    """The mean of each window of an image.

    Every size is one integer or `(height, width)`.

    Args:
        kernel_size: the size of a window.
        stride: from one window to the next. Default: `kernel_size`.
        padding: so many zeros around the image, at most half a window.
        ceil_mode: add windows for what is left over at the right and below.
        count_include_pad: whether the zeros count.
        divisor_override: what sums are divided by instead of the count.

    Shape:
        `(N, C, H, W)` -> `(N, C, H_out, W_out)`, or without N.

    Raises:
        ShapeError: another number of axes, or a window that does not fit.
        ValueError: a size below 1, a padding of more than half a window, or a divisor of 0.

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, section II.B.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AvgPool2d(2)(pynn.arange(16.0).reshape(1, 4, 4)).tolist()
        [[[2.5, 4.5], [10.5, 12.5]]]
    """

    _axes = 2

    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        if (
            divisor_override is not None
            and _check.integer("AvgPool2d", "divisor_override", divisor_override) == 0
        ):
            raise ValueError("AvgPool2d: divisor_override must not be 0")
        self.divisor_override = divisor_override

    def forward(self, input: Tensor) -> Tensor:
        return _avg_pool2d(
            input, *self._windows, self.ceil_mode, self.count_include_pad, self.divisor_override
        )


class LPPool1d(_Pool):
    """(Σ x^p)^(1/p) over each window of a sequence. See `functional.lp_pool1d`.

    Args:
        norm_type: p, above 0.
        kernel_size: the size of a window.
        stride: from one window to the next. Default: `kernel_size`.
        ceil_mode: add a window for what is left over at the end.

    Shape:
        `(N, C, L)` -> `(N, C, L_out)`, or without N.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.LPPool1d(2, 2)(pynn.tensor([[3.0, 4.0]]))
        tensor([[5.]])
    """

    _axes = 1

    def __init__(
        self, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__(kernel_size, stride)
        self.norm_type = _check.real(type(self).__name__, "norm_type", norm_type, above=0)
        self.ceil_mode = ceil_mode

    def forward(self, input: Tensor) -> Tensor:
        kernel, stride, _ = self._windows
        return F.lp_pool1d(input, self.norm_type, kernel[0], stride[0], self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool2d(LPPool1d):
    """(Σ x^p)^(1/p) over each window of an image. See `functional.lp_pool2d`.

    Args:
        norm_type: p, above 0.
        kernel_size: the size of a window, one integer or `(height, width)`.
        stride: from one window to the next. Default: `kernel_size`.
        ceil_mode: add windows for what is left over at the right and below.

    Shape:
        `(N, C, H, W)` -> `(N, C, H_out, W_out)`, or without N.

    Source: Sermanet, Chintala & LeCun 2012, arXiv:1204.3968, section 2.2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.LPPool2d(2, 2)(pynn.ones(1, 2, 2))
        tensor([[[2.]]])
    """

    _axes = 2

    def forward(self, input: Tensor) -> Tensor:
        kernel, stride, _ = self._windows
        return F.lp_pool2d(input, self.norm_type, kernel, stride, self.ceil_mode)


class _AdaptivePool(Module):
    _axes: ClassVar[int]

    def __init__(self, output_size: OutputSize) -> None:
        super().__init__()
        name = type(self).__name__
        wanted = output_size if isinstance(output_size, (tuple, list)) else (output_size,)
        if len(wanted) not in (1, self._axes):
            raise ValueError(f"{name}: output_size must be one integer or {self._axes}, got {output_size!r}")
        for n in wanted:
            if n is not None:
                _check.integer(name, "output_size", n, 0)
        self.output_size = output_size

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(_AdaptivePool):
    """A sequence cut into so many windows: the mean of each. See `functional.adaptive_avg_pool1d`.

    Args:
        output_size: how many windows.

    Shape:
        `(N, C, L)` -> `(N, C, output_size)`, or without N.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AdaptiveAvgPool1d(2)(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]))
        tensor([[2., 1.]])
    """

    _axes = 1

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool1d(input, self.output_size)


class AdaptiveAvgPool2d(_AdaptivePool):
    """An image cut into so many windows: the mean of each. See `functional.adaptive_avg_pool2d`.

    Args:
        output_size: one integer or `(height, width)`; None keeps the input's. 1 is global average pooling.

    Shape:
        `(N, C, H, W)` -> `(N, C, *output_size)`, or without N.

    Source: Lin, Chen & Yan 2014, Network in network, arXiv:1312.4400, section 3.2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AdaptiveAvgPool2d(1)(pynn.randn(8, 64, 7, 7)).shape
        (8, 64, 1, 1)
    """

    _axes = 2

    def forward(self, input: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(input, self.output_size)


class AdaptiveMaxPool1d(_AdaptivePool):
    """A sequence cut into so many windows: the largest element of each. See `functional.adaptive_max_pool1d`.

    Args:
        output_size: how many windows.
        return_indices: return where the maxima lie as well.

    Shape:
        `(N, C, L)` -> `(N, C, output_size)`, or without N.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AdaptiveMaxPool1d(1)(pynn.tensor([[1.0, 3.0, 2.0, 0.0]]))
        tensor([[3.]])
    """

    _axes = 1

    def __init__(self, output_size: OutputSize, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool1d(input, self.output_size, self.return_indices)


class AdaptiveMaxPool2d(AdaptiveMaxPool1d):
    """An image cut into so many windows: the largest element of each. See `functional.adaptive_max_pool2d`.

    Args:
        output_size: one integer or `(height, width)`; None keeps the input's.
        return_indices: return where the maxima lie as well.

    Shape:
        `(N, C, H, W)` -> `(N, C, *output_size)`, or without N.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.AdaptiveMaxPool2d(1)(pynn.arange(16.0).reshape(1, 4, 4))
        tensor([[[15.]]])
    """

    _axes = 2

    def forward(self, input: Tensor) -> Any:
        return F.adaptive_max_pool2d(input, self.output_size, self.return_indices)
