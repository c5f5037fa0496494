"""Keras's layers, on top of those of pynn.nn."""

from . import attention, convolution, core, merging, normalization, pooling, recurrent, shaping
from .attention import *
from .base import Layer, Variable
from .convolution import *
from .core import *
from .merging import *
from .normalization import *
from .pooling import *
from .recurrent import *
from .shaping import *

__all__ = ["Layer", "Variable"]
for _part in (attention, convolution, core, merging, normalization, pooling, recurrent, shaping):
    __all__ += _part.__all__
