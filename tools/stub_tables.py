"""The types of what the extension defines outside of its op registry, for tools/gen_stubs.py."""

from __future__ import annotations

HEADER = "# Written by tools/gen_stubs.py from the built extension; change the sources, not this file.\n"

MODULE = '''\
import builtins
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from typing_extensions import Self

from pynn._device import device as Device
from pynn._tensor import HookHandle
from pynn._core import _autograd as _autograd
from pynn._core import functional as functional
from pynn._core import functions as functions
from pynn._core import ops as ops
from pynn._core import optim as optim
from pynn._core import record as record
from pynn._core import trace as trace

_Array: TypeAlias = npt.NDArray[Any]

class dtype:
    """The type of a tensor's elements: pynn.float32, pynn.int64, ..."""

    def __init__(self, name: str) -> None: ...
    @property
    def name(self) -> str: ...
    @property
    def itemsize(self) -> builtins.int: ...
    @property
    def is_floating_point(self) -> builtins.bool: ...
    @property
    def is_complex(self) -> builtins.bool: ...
    @property
    def is_signed(self) -> builtins.bool: ...
    @property
    def numpy(self) -> np.dtype[Any]: ...
    def __hash__(self) -> builtins.int: ...
    def __eq__(self, other: object) -> builtins.bool: ...

_DType: TypeAlias = dtype
_Operand: TypeAlias = Tensor | builtins.float | _Array | Sequence[Any]
_Ints: TypeAlias = builtins.int | Sequence[builtins.int]

bool: Final[dtype]
uint8: Final[dtype]
int32: Final[dtype]
int64: Final[dtype]
float32: Final[dtype]
float64: Final[dtype]
int8: Final[dtype]
bfloat16: Final[dtype]
version: Final[str]

class ShapeError(ValueError):
    """Shapes that do not fit together; the message says which and how to mend it."""

class DTypeError(TypeError):
    """Elements of a type that the op does not take."""

class AutogradError(RuntimeError):
    """A gradient that cannot be computed, and why."""

class Op:
    """A registered op: a function that also knows its formula, gradient, reference and samples."""

    __name__: str
    name: Final[str]
    doc: Final[str]
    formula: Final[str]
    gradient: Final[str]
    reference: Final[str]
    samples: Final[tuple[str, ...]]
    source: Final[str]
    home: Final[str]
    aliases: Final[tuple[str, ...]]
    outputs: Final[tuple[str, ...]]
    file: Final[str]
    signature: Final[str]
    args: Final[tuple[tuple[str, str, str | None, builtins.bool, builtins.bool], ...]]
    autocast: Final[str]
    differentiable: Final[builtins.bool]
    elementwise: Final[builtins.bool]
    twice_differentiable: Final[builtins.bool]
    several_outputs: Final[builtins.bool]
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...

def tensor(
    data: Any,
    dtype: _DType | None = None,
    requires_grad: builtins.bool = False,
    device: str | Device | None = None,
) -> Tensor:
    """A tensor with a copy of the data: numbers, nested lists, arrays or tensors."""

def from_numpy(array: _Array) -> Tensor:
    """A tensor on the memory of a NumPy array."""

def to_numpy(tensor: Tensor) -> _Array:
    """A NumPy array on the memory of a tensor."""

def is_autocast_enabled() -> builtins.bool:
    """Whether this thread is inside a region of pynn.autocast."""

def set_autocast_enabled(enabled: builtins.bool) -> None: ...
def bf16_products() -> builtins.str:
    """What bfloat16 products run on: 'AMX', 'AVX512_BF16', or 'widened' to float32."""

def float32_products() -> builtins.str:
    """What large float32 products run on below the highest precision: 'AMX' or 'multiply-adds'."""

def int8_products() -> builtins.str:
    """What int8 products run on: 'AMX', 'AVX512_VNNI', or 'widened' to int32."""

def bits_of(tensor: Tensor) -> npt.NDArray[np.uint16]:
    """The bits of a bfloat16 tensor, on its memory."""

def from_bits(bits: npt.NDArray[np.uint16]) -> Tensor:
    """A bfloat16 tensor on the memory of its bits."""

def teach_errors_with(function: Callable[[str], str]) -> None:
    """Lets function(message) say more about what ops complain of."""

def write_documentation_with(writer: Callable[[Any], str]) -> None:
    """Lets writer(op) give the docstring of every op."""

def as_operand(object: Any) -> Tensor:
    """What stands beside a tensor in an expression, as a tensor."""

def registry() -> tuple[Op, ...]:
    """Every registered op, in the order of registration."""

def op_named(name: str) -> Op: ...
def to_dlpack(
    tensor: Tensor, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: Any = None
) -> Any: ...
def from_dlpack(source: Any) -> Tensor:
    """A tensor on the memory of any object with ``__dlpack__``."""

def manual_seed(seed: builtins.int) -> None:
    """Starts the random stream anew: the same seed, the same numbers, on any machine and thread count."""

def initial_seed() -> builtins.int:
    """The seed that the random stream was started with."""

def get_rng_state() -> tuple[builtins.int, builtins.int]:
    """Where the random stream stands: (seed, offset), for set_rng_state."""

def set_rng_state(state: tuple[builtins.int, builtins.int]) -> None:
    """Takes the random stream to where get_rng_state found it."""

def isa() -> str:
    """The instruction set whose kernels run: v2, v3 or v4 on x86-64, base elsewhere."""

def get_num_threads() -> builtins.int:
    """How many threads a large op may use."""

def use_one_thread_after_fork() -> None: ...
def set_num_threads(n: builtins.int) -> None:
    """Sets how many threads a large op may use. Results do not depend on it."""

def is_winograd_enabled() -> builtins.bool:
    """Whether 3 x 3 convolutions may take the shorter way."""

def set_winograd_enabled(enabled: builtins.bool) -> None:
    """Lets 3 x 3 convolutions of float32 take the shorter way, or forbids it."""

def get_float32_matmul_precision() -> builtins.str:
    """The precision of float32 matrix products: "highest", "high" or "medium"."""

def set_float32_matmul_precision(precision: builtins.str) -> None:
    """Lets large matrix products of float32 be less precise and faster, where the CPU has AMX."""

def memory_stats() -> dict[str, builtins.int]:
    """What the tensor allocator holds: bytes in live blocks, their peak, bytes cached, requests served."""

def reset_peak_memory_stats() -> None: ...
def empty_cache() -> None:
    """Gives memory cached for future tensors back to the system."""
'''

AUTOGRAD = """\
from collections.abc import Callable, Sequence
from typing import Any

from pynn._core import Tensor

def backward(
    tensors: Tensor | Sequence[Tensor],
    gradients: Tensor | Sequence[Tensor] | None = None,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> None: ...
def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    gradients: Tensor | Sequence[Tensor] | None = None,
    retain_graph: bool = False,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]: ...
def is_grad_enabled() -> bool: ...
def set_grad_enabled(enabled: bool, /) -> None: ...
def register_hook(tensor: Tensor, hook: Callable[[Tensor], Tensor | None], /) -> int: ...
def remove_hook(tensor: Tensor, hook_id: int, /) -> None: ...
def retain_grad(tensor: Tensor, /) -> None: ...
def assign_in_place(target: Tensor, result: Tensor, name: str, /) -> None: ...
def draw_uniform(target: Tensor, low: float, high: float, /) -> bool: ...
def draw_normal(target: Tensor, mean: float, std: float, /) -> bool: ...
def apply_function(function: type, context: Any, args: tuple[Any, ...], /) -> Any: ...
def parents(tensor: Tensor, /) -> list[Any]: ...
"""

# Arguments that the core takes as a tensor, but that are something else to a user.
ARGUMENTS = {("split", "split_size_or_sections"): "_Ints"}

# The settings of each step, by position: numbers, then switches.
_STEPS = {
    "sgd": "lr momentum dampening weight_decay l1 | nesterov maximize",
    "adagrad": "lr lr_decay weight_decay initial_accumulator_value eps l1 | maximize",
    "adadelta": "lr rho eps weight_decay l1 | maximize",
    "rmsprop": "lr alpha eps weight_decay momentum l1 | centered maximize",
    "adam": "lr beta1 beta2 eps weight_decay l1 | decoupled amsgrad maximize",
    "adamax": "lr beta1 beta2 eps weight_decay l1 | maximize",
    "nadam": "lr beta1 beta2 eps weight_decay momentum_decay l1 | decoupled maximize",
    "radam": "lr beta1 beta2 eps weight_decay l1 | decoupled maximize",
    "lion": "lr beta1 beta2 weight_decay | maximize",
}


def _step(name: str, settings: str) -> str:
    numbers, switches = (part.split() for part in settings.split("|"))
    listed = [f"{n}: float" for n in numbers] + [f"{s}: bool" for s in switches]
    return f"    def {name}(self, {', '.join(listed)}, /) -> None: ...\n"


RECORD = '''\
from collections.abc import Callable
from typing import Any

class Step:
    """A function whose calls are recorded, one program for each kind of call."""

    def __init__(self, function: Callable[..., Any], refused: Callable[[str], None]) -> None: ...
    def call(self, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any: ...
    def explain(self) -> str: ...
    @property
    def recordings(self) -> int: ...
    @property
    def refusal(self) -> str | None: ...
    @property
    def function(self) -> Callable[..., Any]: ...

def recording() -> bool: ...
def forget() -> None: ...
'''

TRACE = '''\
from typing import Any

from pynn._core import Tensor

class Tracer:
    """Tells a receiver of every op, node and optimizer step of this thread."""

    def __init__(self, receiver: Any) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def value(self, tensor: Tensor) -> int: ...
'''

OPTIM = '''\
from collections.abc import Sequence

from pynn._core import Tensor

class Group:
    """Parameters that take their steps together, and what is remembered about each."""

    def __init__(self, parameters: Sequence[Tensor]) -> None: ...
    def __len__(self) -> int: ...
    def zero_grad(self, set_to_none: bool = True) -> None: ...
    def get_state(self, index: int) -> tuple[int, float, list[Tensor | None]]: ...
    def set_state(self, index: int, steps: int, product: float, slots: Sequence[Tensor | None]) -> None: ...
''' + "".join(_step(name, settings) for name, settings in _STEPS.items())

# Attributes of Tensor that are C++: their type, and whether they can be set.
TENSOR_ATTRIBUTES = {
    "T": ("Tensor", False),
    "_version": ("builtins.int", False),
    "data": ("Tensor", True),
    "dtype": ("_DType", False),
    "grad": ("Tensor | None", True),
    "is_leaf": ("builtins.bool", False),
    "itemsize": ("builtins.int", False),
    "mT": ("Tensor", False),
    "nbytes": ("builtins.int", False),
    "ndim": ("builtins.int", False),
    "op_name": ("str | None", False),
    "requires_grad": ("builtins.bool", True),
    "shape": ("tuple[builtins.int, ...]", False),
}

TENSOR_METHODS = {
    "_make_subclass": "(cls: type[Any], data: Tensor, requires_grad: builtins.bool = False, /) -> Any",
    "bool": "(self) -> Tensor",
    "bfloat16": "(self) -> Tensor",
    "byte": "(self) -> Tensor",
    "char": "(self) -> Tensor",
    "copy_": "(self, source: _Operand, /) -> Self",
    "data_ptr": "(self) -> builtins.int",
    "detach": "(self) -> Tensor",
    "dim": "(self) -> builtins.int",
    "double": "(self) -> Tensor",
    "element_size": "(self) -> builtins.int",
    "fill_": "(self, value: _Operand, /) -> Self",
    "float": "(self) -> Tensor",
    "int": "(self) -> Tensor",
    "is_contiguous": "(self) -> builtins.bool",
    "is_floating_point": "(self) -> builtins.bool",
    "item": "(self) -> Any",
    "long": "(self) -> Tensor",
    "ndimension": "(self) -> builtins.int",
    "nelement": "(self) -> builtins.int",
    "numel": "(self) -> builtins.int",
    "requires_grad_": "(self, requires_grad: builtins.bool = True) -> Self",
    "size": "(self, dim: builtins.int | None = None) -> Any",
    "storage_offset": "(self) -> builtins.int",
    "stride": "(self, dim: builtins.int | None = None) -> Any",
    "zero_": "(self) -> Self",
}

_IN_PLACE = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor"]
_BINARY = [*_IN_PLACE, "matmul", "lshift", "rshift"]
_COMPARISONS = ["lt", "le", "eq", "ne", "gt", "ge"]
_UNARY = ["neg", "pos", "abs", "invert"]

TENSOR_OPERATORS = {
    "__init__": "(self, data: Any = ..., dtype: _DType | None = None, requires_grad: builtins.bool = False)"
    " -> None",
    "__hash__": "(self) -> builtins.int",
    "__bool__": "(self) -> builtins.bool",
    "__int__": "(self) -> builtins.int",
    "__float__": "(self) -> builtins.float",
    "__index__": "(self) -> builtins.int",
    "__len__": "(self) -> builtins.int",
    "__iter__": "(self) -> Iterator[Tensor]",
    "__getitem__": "(self, key: Any, /) -> Tensor",
    "__setitem__": "(self, key: Any, value: _Operand, /) -> None",
    **{f"__{name}__": "(self) -> Tensor" for name in _UNARY},
    **{f"__{name}__": "(self, other: _Operand, /) -> Tensor" for name in _BINARY},
    **{f"__r{name}__": "(self, other: _Operand, /) -> Tensor" for name in _BINARY},
    **{f"__i{name}__": "(self, other: _Operand, /) -> Self" for name in _IN_PLACE},
    **{f"__{name}__": "(self, other: Any, /) -> Tensor" for name in _COMPARISONS},
}

# Comparisons by element answer with a tensor, where object promises a bool.
TENSOR_IGNORES = dict.fromkeys(("__eq__", "__ne__"), "  # type: ignore[override]")

# What every Python object has, or what says nothing to a type checker.
SAME_FOR_ALL = {"__new__", "__doc__", "__module__", "__array_ufunc__", "__array_priority__", "__delitem__"}
