"""Layers that bring each channel to a common scale, over a batch or within each sample."""

from __future__ import annotations

from typing import Any, ClassVar

from pynn import _check, _core, autograd
from pynn._core import ShapeError, Tensor, ops

from . import functional as F
from . import init
from ._sizes import SHAPES
from .module import Module
from .normalization import _floating
from .parameter import Parameter

_training, _evaluation = ops.batch_norm_training, ops.batch_norm_evaluation


class _ChannelNorm(Module):
    """Parameters and running statistics, one number of each for each channel."""

    _ranks: ClassVar[tuple[int, ...]]
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.num_features = _check.integer(name, "num_features", num_features, 0)
        self.eps = _check.real(name, "eps", eps, 0)
        self.momentum = None if momentum is None else _check.real(name, "momentum", momentum, 0, 1)
        self.affine = affine
        self.track_running_stats = track_running_stats
        dtype = _floating(name, dtype)
        n = self.num_features
        self.weight = Parameter(ops.empty((n,), dtype=dtype)) if affine else None
        self.bias = Parameter(ops.empty((n,), dtype=dtype)) if affine else None
        self.register_buffer("running_mean", ops.zeros((n,), dtype) if track_running_stats else None)
        self.register_buffer("running_var", ops.ones((n,), dtype) if track_running_stats else None)
        self.register_buffer(
            "num_batches_tracked", ops.zeros((), _core.int64) if track_running_stats else None
        )
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Mean 0, variance 1, no batches."""
        with autograd.no_grad():
            for buffer, value in (
                (self.running_mean, 0.0),
                (self.running_var, 1.0),
                (self.num_batches_tracked, 0),
            ):
                if buffer is not None:
                    buffer.fill_(value)

    def reset_parameters(self) -> None:
        """A weight of ones, a bias of zeros, and running statistics as at first."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def _check_input(self, input: Tensor, channel_axis: int) -> None:
        name = type(self).__name__
        _check.tensor(name, "input", input)
        if input.ndim not in self._ranks:
            raise ShapeError(f"{name}: expected {self._expected()}, got {tuple(input.shape)}")
        if input.shape[channel_axis] != self.num_features:
            raise ShapeError(
                f"{name}(num_features={self.num_features}): got input {tuple(input.shape)}, which has "
                f"{input.shape[channel_axis]} channels (axis {channel_axis}). "
                f"Did you mean nn.{name}({input.shape[channel_axis]})?"
            )

    def _expected(self) -> str:
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_ChannelNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        return self._normalize(input, False)

    def _forward_relu(self, input: Tensor) -> Tensor:
        """Followed by a ReLU, in the same sweeps: Sequential calls this where one follows."""
        return self._normalize(input, True)

    def _normalize(self, input: Tensor, relu: bool) -> Tensor:
        self._check_input(input, 1)
        mean, var = self.running_mean, self.running_var
        if not self.training and mean is not None and var is not None:
            return _evaluation(input, mean, var, self.weight, self.bias, self.eps, relu)
        y, batch_mean, batch_var = _training(input, self.weight, self.bias, self.eps, relu)
        if self.training and mean is not None and var is not None and input.numel() > 0:
            self._track(mean, var, batch_mean.detach(), batch_var.detach())
        return y

    def _track(self, mean: Tensor, var: Tensor, batch_mean: Tensor, batch_var: Tensor) -> None:
        with autograd.no_grad():
            count = self.num_batches_tracked
            if count is not None:
                count.add_(1)
            if self.momentum is not None:
                mean.lerp_(batch_mean, self.momentum)
                var.lerp_(batch_var, self.momentum)
            elif count is not None:  # the mean of all batches so far
                mean.add_((batch_mean - mean) / count)
                var.add_((batch_var - var) / count)

    def _expected(self) -> str:
        return {1: "(N, C) or (N, C, L)", 2: "(N, C, H, W)", 3: "(N, C, D, H, W)"}[self._ranks[-1] - 2]


class BatchNorm1d(_BatchNorm):
    """Brings each feature to mean 0 and variance 1 over the batch, then scales and shifts: `y = w x̂ + b`.

    In training the batch gives the mean and the variance, and running averages of them are kept, which take
    their place in evaluation (`model.eval()`).

    Args:
        num_features: C, the number of features or channels.
        eps: added to the variance.
        momentum: m in `running = (1 - m) running + m batch`; None is the average of all batches.
        affine: whether there are a weight and a bias.
        track_running_stats: whether to keep averages; without, evaluation uses the batch as well.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C)` or `(N, C, L)` -> the same.

    Raises:
        ShapeError: another shape; or, in training, one value per channel, which has no variance.
        ValueError: a size or an eps below 0, or a momentum outside [0, 1].

    Source: Ioffe & Szegedy 2015, Batch normalization, arXiv:1502.03167, algorithms 1 and 2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> layer = nn.BatchNorm1d(8)
        >>> bool((layer(5 + 3 * pynn.randn(64, 8)).mean(0).abs() < 1e-5).all())
        True
        >>> list(layer.state_dict())
        ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']
    """

    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Brings each channel of images to mean 0 and variance 1 over the batch, then scales and shifts.

    See `BatchNorm1d`.

    Args:
        num_features: C, the number of channels.
        eps: added to the variance.
        momentum: m in `running = (1 - m) running + m batch`; None is the average of all batches.
        affine: whether there are a weight and a bias.
        track_running_stats: whether to keep averages; without, evaluation uses the batch as well.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, H, W)` -> the same.

    Raises:
        ShapeError: another shape; or, in training, one value per channel, which has no variance.
        ValueError: a size or an eps below 0, or a momentum outside [0, 1].

    Source: Ioffe & Szegedy 2015, Batch normalization, arXiv:1502.03167, section 3.2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> y = nn.BatchNorm2d(3)(5 + 3 * pynn.randn(4, 3, 8, 8))
        >>> bool((y.mean((0, 2, 3)).abs() < 1e-5).all())
        True
    """

    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Brings each channel of volumes to mean 0 and variance 1 over the batch, then scales and shifts.

    See `BatchNorm1d`.

    Args:
        num_features: C, the number of channels.
        eps: added to the variance.
        momentum: m in `running = (1 - m) running + m batch`; None is the average of all batches.
        affine: whether there are a weight and a bias.
        track_running_stats: whether to keep averages; without, evaluation uses the batch as well.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, D, H, W)` -> the same.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.BatchNorm3d(2)(pynn.randn(4, 2, 3, 3, 3)).shape
        (4, 2, 3, 3, 3)
    """

    _ranks = (5,)


class _InstanceNorm(_ChannelNorm):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        alone = isinstance(input, Tensor) and input.ndim == self._ranks[0]
        self._check_input(input, 0 if alone else 1)
        y = F.instance_norm(
            input.unsqueeze(0) if alone else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.1 if self.momentum is None else self.momentum,
            self.eps,
        )
        return y.squeeze(0) if alone else y

    def _expected(self) -> str:
        return SHAPES[self._ranks[0] - 1]


class InstanceNorm1d(_InstanceNorm):
    """Brings each channel of each sequence to mean 0 and variance 1. See `functional.instance_norm`.

    Args:
        num_features: C, the number of channels.
        eps: added to the variance.
        momentum: m in `running = (1 - m) running + m batch`.
        affine: whether there are a weight and a bias.
        track_running_stats: whether to keep averages, which take the samples' place in evaluation.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, L)` or `(C, L)` -> the same.

    Source: Ulyanov, Vedaldi & Lempitsky 2016, Instance normalization, arXiv:1607.08022, equation 4.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> y = nn.InstanceNorm1d(3)(5 + 3 * pynn.randn(4, 3, 50))
        >>> bool((y.mean(-1).abs() < 1e-5).all())
        True
    """

    _ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Brings each channel of each image to mean 0 and variance 1. See `functional.instance_norm`.

    Args:
        num_features: C, the number of channels.
        eps: added to the variance.
        momentum: m in `running = (1 - m) running + m batch`.
        affine: whether there are a weight and a bias.
        track_running_stats: whether to keep averages, which take the samples' place in evaluation.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, C, H, W)` or `(C, H, W)` -> the same.

    Source: Ulyanov, Vedaldi & Lempitsky 2016, Instance normalization, arXiv:1607.08022, equation 4.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.InstanceNorm2d(3)(pynn.randn(4, 3, 8, 8)).shape
        (4, 3, 8, 8)
    """

    _ranks = (3, 4)
