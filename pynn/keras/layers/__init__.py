"""Keras's layers, on top of those of pynn.nn."""

from . import convolution, core, merging, normalization, pooling
from .base import Layer, Variable
from .convolution import *
from .core import *
from .merging import *
from .normalization import *
from .pooling import *

__all__ = ["Layer", "Variable"]
for _part in (convolution, core, merging, normalization, pooling):
    __all__ += _part.__all__
