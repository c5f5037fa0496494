"""Normalisation over batches and samples: what the layers of batchnorm.py and channel_norm.py call."""

from __future__ import annotations

from pynn import _check, autograd
from pynn._core import ShapeError, Tensor, functional, ops

__all__ = ["batch_norm", "instance_norm", "local_response_norm"]


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Every channel (axis 1) brought to mean 0 and variance 1: `y = w x̂ + b`.

    In training the mean and the variance are those of the batch, and the running ones move towards them,
    in place; otherwise the running ones are used.

    Args:
        input: ``(N, C, ...)``.
        running_mean: ``(C,)``, or None.
        running_var: ``(C,)``, or None.
        weight: w, ``(C,)``. Default: ones.
        bias: b, ``(C,)``. Default: zeros.
        training: whether to use the batch.
        momentum: m in ``running = (1 - m) running + m batch``.
        eps: added to the variance.

    Raises:
        ShapeError: fewer than two axes, another number of channels, or, in training, one value per channel.
        ValueError: neither a batch to use nor running statistics.

    Source: Ioffe & Szegedy 2015, Batch normalization, arXiv:1502.03167, algorithms 1 and 2.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> mean, var = pynn.zeros(3), pynn.ones(3)
        >>> y = F.batch_norm(5 + pynn.randn(64, 3), mean, var, training=True)
        >>> bool((y.mean(0).abs() < 1e-5).all()), bool((mean > 0.4).all())
        (True, True)
    """
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError(
                "batch_norm: without training=True it needs running_mean and running_var, got None"
            )
        return ops.batch_norm_evaluation(input, running_mean, running_var, weight, bias, eps)
    y, mean, var = ops.batch_norm_training(input, weight, bias, eps)
    if input.numel() > 0:
        _move(running_mean, mean, momentum)
        _move(running_var, var, momentum)
    return y


def _move(running: Tensor | None, batch: Tensor, momentum: float | Tensor) -> None:
    if running is None:
        return
    if running.shape != batch.shape:
        raise ShapeError(
            f"batch_norm: the running statistics are {tuple(running.shape)}, "
            f"but the input has {batch.shape[0]} channels"
        )
    with autograd.no_grad():
        running.lerp_(batch.detach(), momentum)


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Every channel of every sample brought to mean 0 and variance 1: `y = w x̂ + b`.

    Args:
        input: ``(N, C, ...)``.
        running_mean: ``(C,)``: moves towards the samples' mean, or is used.
        running_var: ``(C,)``: the same of the variance.
        weight: w, ``(C,)``. Default: ones.
        bias: b, ``(C,)``. Default: zeros.
        use_input_stats: whether to use the samples' own statistics, not the running ones.
        momentum: m in ``running = (1 - m) running + m batch``.
        eps: added to the variance.

    Raises:
        ShapeError: fewer than three axes, another number of channels, or one value per channel.
        ValueError: neither the input's statistics nor running ones.

    Source: Ulyanov, Vedaldi & Lempitsky 2016, Instance normalization, arXiv:1607.08022, equation 4.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> y = F.instance_norm(5 + 3 * pynn.randn(2, 3, 100))
        >>> bool((y.mean(-1).abs() < 1e-5).all())
        True
    """
    _check.tensor("instance_norm", "input", input)
    if input.ndim < 3:
        raise ShapeError(
            f"instance_norm: expected (N, C, ...) with three axes or more, got {tuple(input.shape)}"
        )
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    axes = tuple(range(2, input.ndim))
    if input.numel() == input.shape[0] * input.shape[1] > 0:
        raise ShapeError(
            f"instance_norm: got input {tuple(input.shape)}: one value per channel has no variance"
        )
    if input.numel() > 0 and (running_mean is not None or running_var is not None):
        with autograd.no_grad():
            _move(running_mean, input.mean(axes).mean(0), momentum)
            _move(running_var, input.var(axes).mean(0), momentum)
    return functional.group_norm(input, max(input.shape[1], 1), weight, bias, eps)


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Each element over a power of the energy of its neighbours in other channels.

    ``y_c = x_c (k + alpha mean(x²))^-beta``, the mean over the `size` channels around c; channels past the
    ends count as 0.

    Args:
        input: ``(N, C, ...)``.
        size: how many channels.
        alpha: the factor of the mean square.
        beta: the power.
        k: what is added.

    Raises:
        ShapeError: fewer than three axes.
        ValueError: a size below 1.

    Source: Krizhevsky, Sutskever & Hinton 2012, ImageNet classification with deep convolutional neural
    networks, section 3.3.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.local_response_norm(pynn.ones(1, 3, 1), size=3, alpha=3.0, beta=1.0)[0, 1]
        tensor([0.25])
    """
    _check.tensor("local_response_norm", "input", input)
    size = _check.integer("local_response_norm", "size", size, 1)
    if input.ndim < 3:
        raise ShapeError(
            f"local_response_norm: expected (N, C, ...) with three axes or more, got {tuple(input.shape)}"
        )
    if input.numel() == 0:
        return input
    planes = (input * input).reshape((input.shape[0], 1, input.shape[1], -1))
    padded = functional.pad(planes, (0, 0, size // 2, (size - 1) // 2))
    energy = functional.avg_pool2d(padded, (size, 1), 1).reshape(input.shape)
    return input * (k + alpha * energy) ** -beta
