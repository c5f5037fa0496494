"""Keras's layers, on top of those of pynn.nn."""

from . import attention, convolution, core, merging, normalization, pooling, recurrent
from .attention import *
from .base import Layer, Variable
from .convolution import *
from .core import *
from .merging import *
from .normalization import *
from .pooling import *
from .recurrent import *

__all__ = ["Layer", "Variable"]
for _part in (attention, convolution, core, merging, normalization, pooling, recurrent):
    __all__ += _part.__all__
