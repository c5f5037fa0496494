"""Clipping gradients, weights in other coordinates or at a price, fused norms, vectors, padded sequences."""

from . import parametrizations, parametrize, rnn
from .clip_grad import clip_grad_norm_, clip_grad_value_, get_total_norm
from .fusion import fuse_conv_bn_eval, fuse_conv_bn_weights, fuse_linear_bn_eval
from .parametrizations import spectral_norm, weight_norm
from .penalties import max_norm_, penalty, regularize
from .vector import parameters_to_vector, vector_to_parameters

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "get_total_norm",
    "max_norm_",
    "parameters_to_vector",
    "parametrizations",
    "parametrize",
    "penalty",
    "regularize",
    "rnn",
    "spectral_norm",
    "vector_to_parameters",
    "weight_norm",
]
