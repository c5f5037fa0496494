"""A trained normalisation made part of the layer in front of it: fewer sweeps in evaluation."""

from __future__ import annotations

import copy
from typing import Any

from pynn import autograd
from pynn._core import Tensor

from .._conv import _Convolution, _ConvTranspose
from ..batchnorm import _BatchNorm
from ..linear import Linear
from ..parameter import Parameter


def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
    groups: int = 1,
) -> tuple[Parameter, Parameter]:
    """The weight and the bias of a convolution that does a batch norm's work too.

    ``w' = w s`` and ``b' = (b − mean) s + shift`` with ``s = scale / √(var + eps)``,
    a number for each channel.

    Args:
        conv_w: ``(O, C / groups, ...)``, or ``(C, O / groups, ...)`` of a transposed one.
        conv_b: ``(O,)``, or None.
        bn_rm: the running mean, ``(O,)``.
        bn_rv: the running variance, ``(O,)``.
        bn_eps: what is added to the variance.
        bn_w: scale, ``(O,)``, or None.
        bn_b: shift, ``(O,)``, or None.
        transpose: whether the convolution is a transposed one.
        groups: of the transposed convolution.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> w, mean, var = pynn.ones(2, 3, 1, 1), pynn.zeros(2), pynn.tensor([1.0, 4.0])
        >>> weight, bias = nn.utils.fuse_conv_bn_weights(w, None, mean, var, 0.0, None, None)
        >>> weight[:, 0, 0, 0]
        tensor([1. , 0.5])
    """
    with autograd.no_grad():
        scale = (bn_rv + bn_eps).rsqrt()
        if bn_w is not None:
            scale = scale * bn_w
        shift = -bn_rm if conv_b is None else conv_b - bn_rm
        bias = shift * scale if bn_b is None else shift * scale + bn_b
        ones = (1,) * (conv_w.ndim - 2)
        if transpose:
            grouped = conv_w.reshape((groups, conv_w.shape[0] // groups, *conv_w.shape[1:]))
            weight = (grouped * scale.reshape((groups, 1, -1, *ones))).reshape(tuple(conv_w.shape))
        else:
            weight = conv_w * scale.reshape((-1, 1, *ones))
        return Parameter(weight, conv_w.requires_grad), Parameter(bias, conv_w.requires_grad)


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Any:
    """A copy of a convolution that does the work of the batch norm behind it, in evaluation.

    Args:
        conv: a `Conv` or `ConvTranspose` layer, in evaluation.
        bn: a `BatchNorm` layer with running statistics, in evaluation.
        transpose: accepted for PyTorch's sake; the layer itself says so.

    Raises:
        TypeError: a layer of another kind.
        ValueError: a layer in training, no running statistics, or another number of channels.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)).eval()
        >>> fused = nn.utils.fuse_conv_bn_eval(model[0], model[1])
        >>> x = pynn.randn(2, 3, 9, 9)
        >>> bool(((fused(x) - model(x)).abs() < 1e-5).all())
        True
    """
    name = "fuse_conv_bn_eval"
    if not isinstance(conv, _Convolution):
        raise TypeError(f"{name}: conv must be a Conv or ConvTranspose layer, got {type(conv).__name__}")
    _check_norm(name, conv, bn, conv.out_channels)
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        conv.weight,
        conv.bias,
        bn.running_mean,
        bn.running_var,
        bn.eps,
        bn.weight,
        bn.bias,
        isinstance(conv, _ConvTranspose),
        conv.groups,
    )
    return fused


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Any:
    """A copy of a linear layer that does the work of the batch norm behind it, in evaluation.

    Args:
        linear: a `Linear` layer, in evaluation.
        bn: a `BatchNorm1d` layer with running statistics, in evaluation.

    Raises:
        TypeError: a layer of another kind.
        ValueError: a layer in training, no running statistics, or another number of features.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8)).eval()
        >>> fused = nn.utils.fuse_linear_bn_eval(model[0], model[1])
        >>> x = pynn.randn(2, 3)
        >>> bool(((fused(x) - model(x)).abs() < 1e-5).all())
        True
    """
    name = "fuse_linear_bn_eval"
    if not isinstance(linear, Linear):
        raise TypeError(f"{name}: linear must be a Linear layer, got {type(linear).__name__}")
    _check_norm(name, linear, bn, linear.out_features)
    fused = copy.deepcopy(linear)
    fused.weight, fused.bias = fuse_conv_bn_weights(
        linear.weight, linear.bias, bn.running_mean, bn.running_var, bn.eps, bn.weight, bn.bias
    )
    return fused


def _check_norm(name: str, layer: Any, bn: Any, channels: int) -> None:
    if not isinstance(bn, _BatchNorm):
        raise TypeError(f"{name}: bn must be a BatchNorm layer, got {type(bn).__name__}")
    if layer.training or bn.training:
        raise ValueError(f"{name}: both layers must be in evaluation. Did you mean model.eval()?")
    if bn.running_mean is None or bn.running_var is None:
        raise ValueError(f"{name}: {bn!r} has no running statistics to use")
    if bn.num_features != channels:
        raise ValueError(f"{name}: {layer!r} makes {channels} channels, but {bn!r} takes {bn.num_features}")
