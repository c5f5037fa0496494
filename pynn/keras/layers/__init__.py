"""Keras's layers, on top of those of pynn.nn."""

from typing import Any

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

_NOT_HERE = {
    "Masking": "cut sequences to one length, or use pynn.nn.LSTM, which takes lengths=...",
    "TimeDistributed": "Dense works on the last axis of any input; for other layers, fold the steps into "
    "the batch in a layer of your own: x.flatten(0, 1)",
    "SpatialDropout1D": "write a layer of your own around pynn.nn.Dropout1d",
    "SpatialDropout2D": "write a layer of your own around pynn.nn.Dropout2d",
    "Normalization": "pynn.data.StandardScaler, fitted on the training data, does that outside the model",
    "TextVectorization": "pynn.text has tokenizers and vocabularies",
    "StringLookup": "pynn.data.LabelEncoder and OneHotEncoder number words",
}


def __getattr__(name: str) -> Any:
    hint = f"; {_NOT_HERE[name]}" if name in _NOT_HERE else f"; there are {', '.join(sorted(__all__))}"
    raise AttributeError(f"keras.layers has no {name}{hint}")
