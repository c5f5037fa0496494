"""pynn: neural networks you can read from end to end.

>>> import pynn
>>> x = pynn.tensor([1.0, 2.0, 3.0], requires_grad=True)
>>> (x * x).sum().backward()
>>> x.grad
tensor([2., 4., 6.])
"""

from __future__ import annotations

import typing as _typing

from pynn import _core as _core

try:
    from pynn._core import (
        AutogradError,
        DTypeError,
        ShapeError,
        Tensor,
        bfloat16,
        dtype,
        empty_cache,
        float32,
        float64,
        from_dlpack,
        from_numpy,
        get_float32_matmul_precision,
        get_num_threads,
        int8,
        int32,
        int64,
        is_winograd_enabled,
        isa,
        memory_stats,
        reset_peak_memory_stats,
        set_float32_matmul_precision,
        set_num_threads,
        set_winograd_enabled,
        tensor,
        uint8,
    )
except ImportError as error:  # in a clone, pynn/_core is a folder of stubs until it is compiled
    raise ImportError(
        f"{__file__} has no compiled core beside it, or one of another version. In a clone, "
        "`pip install -e .` compiles it; to use a pynn that is installed elsewhere, leave the clone's folder."
    ) from error
from pynn._core import bool as bool  # noqa: A004 - torch's name for the dtype
from pynn._core.functions import *

from . import (
    _compare,
    _counting,
    _factories,
    _grids,
    _pointwise,
    _process,
    _products,
    _random,
    _statistics,
    _types,
    autograd,
    data,
    explanation,
    nn,
    optim,
    profiling,
    tracing,
    train,
    utils,
)
from . import _conversions as _conversions
from . import _mistakes as _mistakes  # says more about common mistakes
from . import _op_docs as _op_docs  # writes the docstrings of ops
from . import _tensor as _tensor  # attaches the methods of Tensor that are Python
from ._autocast import autocast, is_autocast_enabled
from ._compare import *
from ._compile import CompiledModule, CompiledStep, RecordingWarning, compile
from ._config import show_config
from ._counting import *
from ._device import device
from ._einsum import einsum, tensordot
from ._extrema import max, min
from ._factories import *
from ._generator import Generator
from ._grids import *
from ._pointwise import *
from ._printing import set_printoptions
from ._products import *
from ._random import *
from ._statistics import *
from ._types import *
from .autograd import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from .explanation import explain
from .io import load, save
from .tracing import trace  # also the trace of a matrix, of pynn._products

if _typing.TYPE_CHECKING:
    from . import audio, keras, models, sklearn, text, tune, vision, viz
else:

    def __getattr__(name):
        """What not every program needs is imported when first asked for: `import pynn` is quicker without."""
        if name not in ("audio", "keras", "models", "sklearn", "text", "tune", "vision", "viz"):
            raise AttributeError(f"module 'pynn' has no attribute {name!r}")
        import importlib  # of the standard library; in the next call the module is an attribute

        return importlib.import_module(f"pynn.{name}")


float = float32  # noqa: A001 - dtype aliases, as in torch
double = float64
long = int64
int = int32  # noqa: A001

__version__ = _core.version

__all__ = [
    "AutogradError",
    "CompiledModule",
    "CompiledStep",
    "DTypeError",
    "Generator",
    "RecordingWarning",
    "ShapeError",
    "Tensor",
    "__version__",
    "audio",
    "autocast",
    "autograd",
    "bfloat16",
    "bool",
    "compile",
    "data",
    "device",
    "double",
    "dtype",
    "einsum",
    "empty_cache",
    "enable_grad",
    "explain",
    "explanation",
    "float",
    "float32",
    "float64",
    "from_dlpack",
    "from_numpy",
    "get_float32_matmul_precision",
    "get_num_threads",
    "inference_mode",
    "int",
    "int8",
    "int32",
    "int64",
    "io",
    "is_autocast_enabled",
    "is_grad_enabled",
    "is_winograd_enabled",
    "isa",
    "keras",
    "load",
    "long",
    "max",
    "memory_stats",
    "min",
    "models",
    "nn",
    "no_grad",
    "optim",
    "profiling",
    "reset_peak_memory_stats",
    "save",
    "set_float32_matmul_precision",
    "set_grad_enabled",
    "set_num_threads",
    "set_printoptions",
    "set_winograd_enabled",
    "show_config",
    "tensor",
    "tensordot",
    "text",
    "tracing",
    "train",
    "uint8",
    "utils",
    "vision",
    "viz",
]
for _part in (_compare, _counting, _factories, _grids, _pointwise, _products, _random, _statistics, _types):
    __all__ += _part.__all__
__all__ += _core.functions.__all__

_process.stay_usable_after_fork()
_process.warn_of_pynn_neuroscience(__path__[0])
