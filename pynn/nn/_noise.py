"""Functions that draw random numbers: dropouts of channels and for SELU networks, Gumbel's softmax."""

from __future__ import annotations

import math

from pynn import _check
from pynn._core import ShapeError, Tensor, functional, ops

__all__ = [
    "alpha_dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
    "gumbel_softmax",
    "rrelu",
]

# What a SELU tends to as x -> -∞: -scale * alpha, of csrc/ops/elu.cpp.
_SELU_FLOOR = -1.0507009873554805 * 1.6732632423543772


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False) -> Tensor:
    """Dropout for networks of SELUs: y = a (x m + α' (1 - m)) + b with m = 0 for what is dropped.

    Dropped elements become the SELU's lowest value α'; a and b then set mean and variance right.

    Args:
        input: any shape.
        p: the probability of dropping an element.
        training: drop; otherwise the input is returned as it is.

    Raises:
        ValueError: p is no probability.

    Source: Klambauer et al. 2017, Self-normalizing neural networks, arXiv:1706.02515, section 3.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.alpha_dropout(pynn.ones(3))
        tensor([1., 1., 1.])
    """
    _check_probability("alpha_dropout", input, p)
    return _drop_to_floor(input, tuple(input.shape), p) if training and p > 0 else input


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False) -> Tensor:
    """:func:`alpha_dropout` of whole channels.

    Args:
        input: ``(N, C, ...)``.
        p: the probability of dropping a channel.
        training: drop; otherwise the input is returned as it is.

    Raises:
        ValueError: p is no probability.
        ShapeError: the input has no axis of channels.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.feature_alpha_dropout(pynn.ones(1, 2, 3), training=True).std((0, 2)).tolist()
        [0.0, 0.0]
    """
    _check_probability("feature_alpha_dropout", input, p)
    if input.ndim < 2:
        raise ShapeError(f"feature_alpha_dropout: expected (N, C, ...), got {tuple(input.shape)}")
    channels = (*input.shape[:2], *[1] * (input.ndim - 2))
    return _drop_to_floor(input, channels, p) if training and p > 0 else input


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Drops whole channels, since neighbours within one say nearly the same; scales the rest by 1 / (1 - p).

    Args:
        input: ``(N, C, L)`` or ``(C, L)``.
        p: the probability of dropping a channel.
        training: drop; otherwise the input is returned as it is.

    Raises:
        ValueError: p is no probability.
        ShapeError: another number of axes.

    Source: Tompson et al. 2015, Efficient object localization using convolutional networks, arXiv:1411.4280.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.dropout1d(pynn.ones(4, 8, 5), 0.5).amax(-1).shape
        (4, 8)
    """
    return _drop_channels("dropout1d", input, 1, p, training)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """:func:`dropout1d` for images.

    Args:
        input: ``(N, C, H, W)`` or ``(C, H, W)``.
        p: the probability of dropping a channel.
        training: drop; otherwise the input is returned as it is.

    Raises:
        ValueError: p is no probability.
        ShapeError: another number of axes.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.dropout2d(pynn.ones(1, 2, 3, 3), p=1.0).sum().item()
        0.0
    """
    return _drop_channels("dropout2d", input, 2, p, training)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """:func:`dropout1d` for volumes.

    Args:
        input: ``(N, C, D, H, W)`` or ``(C, D, H, W)``.
        p: the probability of dropping a channel.
        training: drop; otherwise the input is returned as it is.

    Raises:
        ValueError: p is no probability.
        ShapeError: another number of axes.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.dropout3d(pynn.ones(2, 3, 3, 3), training=False).sum().item()
        54.0
    """
    return _drop_channels("dropout3d", input, 3, p, training)


def rrelu(input: Tensor, lower: float = 1.0 / 8, upper: float = 1.0 / 3, training: bool = False) -> Tensor:
    """A leaky ReLU whose slope is random in training: x for x ≥ 0, else a x with a from [lower, upper).

    Args:
        input: any shape.
        lower: the least slope.
        upper: the largest slope.
        training: draw a slope for each element; otherwise it is (lower + upper) / 2.

    Raises:
        ValueError: lower is above upper.

    Source: Xu et al. 2015, Empirical evaluation of rectified activations, arXiv:1505.00853.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.rrelu(pynn.tensor([-1.0, 1.0]), 0.25, 0.75)
        tensor([-0.5,  1. ])
    """
    if lower > upper:
        raise ValueError(f"rrelu: lower must not be above upper, got {lower} and {upper}")
    if not training:
        return functional.leaky_relu(input, (lower + upper) / 2)
    slope = ops.uniform(input.shape, lower, upper, input.dtype)
    return ops.where(input >= 0, input, input * slope)


def gumbel_softmax(logits: Tensor, tau: float = 1.0, hard: bool = False, dim: int = -1) -> Tensor:
    """A draw from categories with a gradient: softmax((logits + g) / tau) with g from Gumbel's distribution.

    Args:
        logits: unnormalised log-probabilities, any shape.
        tau: the temperature: towards 0 the draws become one-hot, and the gradients large.
        hard: return the one-hot choice itself, with the gradient of the soft one ("straight through").
        dim: the axis of the categories.

    Returns:
        A tensor of the shape of the logits; along ``dim`` it sums to 1.

    Raises:
        ValueError: tau is not above 0.

    Source: Jang, Gu & Poole 2017, arXiv:1611.01144; Maddison, Mnih & Teh 2017, arXiv:1611.00712.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.gumbel_softmax(pynn.zeros(4, 3), hard=True).sum(-1)
        tensor([1., 1., 1., 1.])
    """
    _check.tensor("gumbel_softmax", "logits", logits)
    if not tau > 0:
        raise ValueError(f"gumbel_softmax: tau must be above 0, got {tau}")
    uniform = ops.uniform(logits.shape, 1e-30, 1.0, logits.dtype)  # never 0: its logarithm is finite
    soft = ops.softmax((logits - (-uniform.log()).log()) / tau, dim)
    if not hard:
        return soft
    axis = dim % logits.ndim
    among = [-1 if i == axis else 1 for i in range(logits.ndim)]
    positions = ops.arange(0, logits.shape[axis], 1).reshape(among)
    chosen = (positions == soft.detach().argmax(dim, keepdim=True)).to(soft.dtype)
    return chosen - soft.detach() + soft


def _check_probability(name: str, x: Tensor, p: float) -> None:
    _check.tensor(name, "input", x)
    _check.real(name, "p", p, 0, 1)


def _drop_to_floor(x: Tensor, mask_shape: tuple[int, ...], p: float) -> Tensor:
    if p == 1:
        return x * 0.0
    keep = 1 - p
    kept = ops.uniform(mask_shape, 0.0, 1.0, x.dtype) < keep
    a = 1 / math.sqrt(keep + _SELU_FLOOR**2 * keep * p)
    b = -a * p * _SELU_FLOOR
    return ops.where(kept, x, _SELU_FLOOR) * a + b


def _drop_channels(name: str, x: Tensor, spatial: int, p: float, training: bool) -> Tensor:
    _check_probability(name, x, p)
    if x.ndim not in (spatial + 1, spatial + 2):
        raise ShapeError(
            f"{name}: expected {spatial + 2} axes, (N, C, ...), or {spatial + 1} without the batch, "
            f"got {tuple(x.shape)}"
        )
    if not training or p == 0:
        return x
    channels = (*x.shape[: x.ndim - spatial], *[1] * spatial)
    return x * functional.dropout(ops.ones(channels, x.dtype), p)
