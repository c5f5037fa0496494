"""pynn: neural networks you can read from end to end.

>>> import pynn
>>> x = pynn.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> (x * x).sum().backward()
>>> x.grad
tensor([2., 4., 6.])
"""

from __future__ import annotations

from pynn import _core as _core
from pynn._core import (
    AutogradError,
    DTypeError,
    ShapeError,
    Tensor,
    dtype,
    empty_cache,
    float32,
    float64,
    from_dlpack,
    from_numpy,
    get_num_threads,
    int32,
    int64,
    isa,
    memory_stats,
    reset_peak_memory_stats,
    set_num_threads,
    tensor,
    uint8,
)
from pynn._core import bool as bool  # noqa: A004 - torch's name for the dtype
from pynn._core.functions import *

from . import _conversions as _conversions
from . import _process, _version, autograd, data, nn, optim, train
from . import _tensor as _tensor  # attaches the methods of Tensor that are Python
from ._device import device
from ._einsum import einsum, tensordot
from ._extrema import max, min
from ._factories import *
from .autograd import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .io import load, save

float = float32  # noqa: A001 - dtype aliases, as in torch
double = float64
long = int64
int = int32  # noqa: A001

__version__ = _version.version()
show_config = _version.show_config

_process.stay_usable_after_fork()
_process.warn_of_pynn_neuroscience(__path__[0])
