# Written by tools/gen_stubs.py from the built extension; change the sources, not this file.
from pynn._core.ops import add_layer_norm as add_layer_norm
from pynn._core.ops import add_rms_norm as add_rms_norm
from pynn._core.ops import avg_pool1d as avg_pool1d
from pynn._core.ops import avg_pool2d as avg_pool2d
from pynn._core.ops import binary_cross_entropy as binary_cross_entropy
from pynn._core.ops import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from pynn._core.ops import celu as celu
from pynn._core.ops import cross_entropy as cross_entropy
from pynn._core.ops import dropout as dropout
from pynn._core.ops import elu as elu
from pynn._core.ops import embedding as embedding
from pynn._core.ops import gelu as gelu
from pynn._core.ops import glu as glu
from pynn._core.ops import group_norm as group_norm
from pynn._core.ops import hardshrink as hardshrink
from pynn._core.ops import hardsigmoid as hardsigmoid
from pynn._core.ops import hardswish as hardswish
from pynn._core.ops import hardtanh as hardtanh
from pynn._core.ops import huber_loss as huber_loss
from pynn._core.ops import l1_loss as l1_loss
from pynn._core.ops import layer_norm as layer_norm
from pynn._core.ops import leaky_relu as leaky_relu
from pynn._core.ops import linear as linear
from pynn._core.ops import log_softmax as log_softmax
from pynn._core.ops import logsigmoid as logsigmoid
from pynn._core.ops import mish as mish
from pynn._core.ops import mse_loss as mse_loss
from pynn._core.ops import nll_loss as nll_loss
from pynn._core.ops import normalize as normalize
from pynn._core.ops import one_hot as one_hot
from pynn._core.ops import pad as pad
from pynn._core.ops import prelu as prelu
from pynn._core.ops import relu as relu
from pynn._core.ops import relu6 as relu6
from pynn._core.ops import rms_norm as rms_norm
from pynn._core.ops import selu as selu
from pynn._core.ops import sigmoid as sigmoid
from pynn._core.ops import silu as silu
from pynn._core.ops import smooth_l1_loss as smooth_l1_loss
from pynn._core.ops import softmax as softmax
from pynn._core.ops import softmin as softmin
from pynn._core.ops import softplus as softplus
from pynn._core.ops import softshrink as softshrink
from pynn._core.ops import softsign as softsign
from pynn._core.ops import step as step
from pynn._core.ops import swish as swish
from pynn._core.ops import tanh as tanh
from pynn._core.ops import tanhshrink as tanhshrink
from pynn._core.ops import threshold as threshold

__all__ = [
    "add_layer_norm",
    "add_rms_norm",
    "avg_pool1d",
    "avg_pool2d",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "cross_entropy",
    "dropout",
    "elu",
    "embedding",
    "gelu",
    "glu",
    "group_norm",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "huber_loss",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logsigmoid",
    "mish",
    "mse_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "prelu",
    "relu",
    "relu6",
    "rms_norm",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "step",
    "swish",
    "tanh",
    "tanhshrink",
    "threshold",
]
