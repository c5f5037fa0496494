# Written by tools/gen_stubs.py from the built extension; change the sources, not this file.
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

class Tensor:
    @property
    def T(self) -> Tensor:
        """The tensor with its axes in reverse order: of a matrix, the transpose. A view."""

    @property
    def _version(self) -> builtins.int:
        """How often the memory was written in place."""

    @property
    def data(self) -> Tensor:
        """The same memory without history. Setting it lets this tensor look at another one's memory."""

    @data.setter
    def data(self, value: Tensor) -> None: ...

    @property
    def device(self) -> Device:
        """Where the memory lies: always the CPU."""

    @property
    def dtype(self) -> _DType:
        """The type of the elements, such as pynn.float32."""

    @property
    def grad(self) -> Tensor | None:
        """The gradient that backward() accumulated here, or None."""

    @grad.setter
    def grad(self, value: Tensor | None) -> None: ...

    @property
    def is_cuda(self) -> builtins.bool:
        """False: pynn computes on the CPU."""

    @property
    def is_leaf(self) -> builtins.bool:
        """True unless an op that records a gradient computed this."""

    @property
    def itemsize(self) -> builtins.int:
        """Bytes per element."""

    @property
    def mT(self) -> Tensor:
        """The tensor with its last two axes swapped: every matrix transposed. A view."""

    @property
    def nbytes(self) -> builtins.int:
        """Bytes of all elements."""

    @property
    def ndim(self) -> builtins.int:
        """The number of axes."""

    @property
    def op_name(self) -> str | None:
        """The name of the op that computed this and recorded it, or None."""

    @property
    def requires_grad(self) -> builtins.bool:
        """Whether backward() computes a gradient for this."""

    @requires_grad.setter
    def requires_grad(self, value: builtins.bool) -> None: ...

    @property
    def shape(self) -> tuple[builtins.int, ...]:
        """The sizes of the axes, as a tuple."""

    def __init__(self, data: Any = ..., dtype: _DType | None = None, requires_grad: builtins.bool = False) -> None: ...

    def __hash__(self) -> builtins.int: ...

    def __bool__(self) -> builtins.bool: ...

    def __int__(self) -> builtins.int: ...

    def __float__(self) -> builtins.float: ...

    def __index__(self) -> builtins.int: ...

    def __len__(self) -> builtins.int: ...

    def __iter__(self) -> Iterator[Tensor]: ...

    def __getitem__(self, key: Any, /) -> Tensor: ...

    def __setitem__(self, key: Any, value: _Operand, /) -> None: ...

    def __neg__(self) -> Tensor: ...

    def __pos__(self) -> Tensor: ...

    def __abs__(self) -> Tensor: ...

    def __invert__(self) -> Tensor: ...

    def __add__(self, other: _Operand, /) -> Tensor: ...

    def __sub__(self, other: _Operand, /) -> Tensor: ...

    def __mul__(self, other: _Operand, /) -> Tensor: ...

    def __truediv__(self, other: _Operand, /) -> Tensor: ...

    def __floordiv__(self, other: _Operand, /) -> Tensor: ...

    def __mod__(self, other: _Operand, /) -> Tensor: ...

    def __pow__(self, other: _Operand, /) -> Tensor: ...

    def __and__(self, other: _Operand, /) -> Tensor: ...

    def __or__(self, other: _Operand, /) -> Tensor: ...

    def __xor__(self, other: _Operand, /) -> Tensor: ...

    def __matmul__(self, other: _Operand, /) -> Tensor: ...

    def __lshift__(self, other: _Operand, /) -> Tensor: ...

    def __rshift__(self, other: _Operand, /) -> Tensor: ...

    def __radd__(self, other: _Operand, /) -> Tensor: ...

    def __rsub__(self, other: _Operand, /) -> Tensor: ...

    def __rmul__(self, other: _Operand, /) -> Tensor: ...

    def __rtruediv__(self, other: _Operand, /) -> Tensor: ...

    def __rfloordiv__(self, other: _Operand, /) -> Tensor: ...

    def __rmod__(self, other: _Operand, /) -> Tensor: ...

    def __rpow__(self, other: _Operand, /) -> Tensor: ...

    def __rand__(self, other: _Operand, /) -> Tensor: ...

    def __ror__(self, other: _Operand, /) -> Tensor: ...

    def __rxor__(self, other: _Operand, /) -> Tensor: ...

    def __rmatmul__(self, other: _Operand, /) -> Tensor: ...

    def __rlshift__(self, other: _Operand, /) -> Tensor: ...

    def __rrshift__(self, other: _Operand, /) -> Tensor: ...

    def __iadd__(self, other: _Operand, /) -> Self: ...

    def __isub__(self, other: _Operand, /) -> Self: ...

    def __imul__(self, other: _Operand, /) -> Self: ...

    def __itruediv__(self, other: _Operand, /) -> Self: ...

    def __ifloordiv__(self, other: _Operand, /) -> Self: ...

    def __imod__(self, other: _Operand, /) -> Self: ...

    def __ipow__(self, other: _Operand, /) -> Self: ...

    def __iand__(self, other: _Operand, /) -> Self: ...

    def __ior__(self, other: _Operand, /) -> Self: ...

    def __ixor__(self, other: _Operand, /) -> Self: ...

    def __lt__(self, other: Any, /) -> Tensor: ...

    def __le__(self, other: Any, /) -> Tensor: ...

    def __eq__(self, other: Any, /) -> Tensor: ...  # type: ignore[override]

    def __ne__(self, other: Any, /) -> Tensor: ...  # type: ignore[override]

    def __gt__(self, other: Any, /) -> Tensor: ...

    def __ge__(self, other: Any, /) -> Tensor: ...

    def __array__(self, dtype: Any = None, *, copy: builtins.bool | None = None) -> _Array:
        ...

    def __contains__(self, value: Any) -> builtins.bool:
        ...

    def __deepcopy__(self, memo: dict[builtins.int, Any]) -> Tensor:
        ...

    def __dlpack__(self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: builtins.bool | None = None) -> Any:
        ...

    def __dlpack_device__(self) -> tuple[builtins.int, builtins.int]:
        ...

    def __format__(self, spec: str) -> str:
        ...

    def __reduce_ex__(self, protocol: Any) -> Any:
        ...

    def __repr__(self) -> str:
        ...

    @staticmethod
    def _make_subclass(cls: type[Any], data: Tensor, requires_grad: builtins.bool = False, /) -> Any:
        """_make_subclass(cls, tensor, requires_grad=False): an instance of a subclass over the tensor's memory."""

    def _repr_html_(self) -> str:
        ...

    def abs(self) -> Tensor:
        """The size of every element without its sign.

        Formula:  y = |x|
        Gradient: dx = dy sign x: 0 at the kink
        """

    def abs_(self) -> Self:
        """abs, written into this tensor itself."""

    def absolute(self) -> Tensor:
        """The size of every element without its sign.

        Formula:  y = |x|
        Gradient: dx = dy sign x: 0 at the kink
        """

    def absolute_(self) -> Self:
        """abs, written into this tensor itself."""

    def acos(self) -> Tensor:
        """The angle in [0, π] whose cosine is x; NaN outside [-1, 1].

        Formula:  y = arccos x
        Gradient: dx = -dy / √(1 - x²), and 0 where dy = 0
        """

    def acos_(self) -> Self:
        """acos, written into this tensor itself."""

    def acosh(self) -> Tensor:
        """The inverse of the hyperbolic cosine, x ≥ 1; NaN below.

        Formula:  y = ln(x + √(x² - 1))
        Gradient: dx = dy / √(x² - 1), and 0 where dy = 0
        """

    def acosh_(self) -> Self:
        """acosh, written into this tensor itself."""

    def add(self, /, b: _Operand) -> Tensor:
        """The sum of two tensors. True + True is True: bool adds as `or`.

        Formula:  y = a + b
        Gradient: da = dy, db = dy  (each summed over the axes along which it was broadcast)
        """

    def add_(self, /, b: _Operand) -> Self:
        """add, written into this tensor itself."""

    def addcdiv(self, /, tensor1: _Operand, tensor2: _Operand, value: builtins.float = 1.0) -> Tensor:
        """Adds a multiple of a quotient, in one pass. Adam's step is w.addcdiv_(m, v.sqrt() + eps, -lr).

        Formula:  y = x + value a / b,  a = tensor1, b = tensor2
        Gradient: dx = dy,  da = value dy / b,  db = -value dy a / b²
        """

    def addcdiv_(self, /, tensor1: _Operand, tensor2: _Operand, value: builtins.float = 1.0) -> Self:
        """addcdiv, written into this tensor itself."""

    def addcmul(self, /, tensor1: _Operand, tensor2: _Operand, value: builtins.float = 1.0) -> Tensor:
        """Adds a multiple of a product, in one pass. Adam's second moment is v.mul_(b2).addcmul_(g, g, 1 - b2).

        Formula:  y = x + value a b,  a = tensor1, b = tensor2
        Gradient: dx = dy,  da = value dy b,  db = value dy a
        """

    def addcmul_(self, /, tensor1: _Operand, tensor2: _Operand, value: builtins.float = 1.0) -> Self:
        """addcmul, written into this tensor itself."""

    def addmm(self, /, a: _Operand, b: _Operand, beta: builtins.float = 1.0, alpha: builtins.float = 1.0) -> Tensor:
        """A matrix plus a matrix product.

        Formula:  Y = beta X + alpha A B
        Gradient: dX = beta dY, dA = alpha dY Bᵀ, dB = alpha Aᵀ dY
        """

    def addmv(input: Tensor, mat: Tensor, vec: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1) -> Tensor:
        """β input + α mat vec.

        Args:
            input: ``(N,)``, or a shape that broadcasts to it.
            mat: ``(N, M)``.
            vec: ``(M,)``.
            beta: β.
            alpha: α.

        Example:
            >>> import pynn
            >>> pynn.addmv(pynn.ones(2), pynn.eye(2), pynn.tensor([3.0, 4.0]))
            tensor([4., 5.])
        """

    def addr(input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1) -> Tensor:
        """β input + α vec1 vec2ᵀ.

        Args:
            input: ``(N, M)``, or a shape that broadcasts to it.
            vec1: ``(N,)``.
            vec2: ``(M,)``.
            beta: β.
            alpha: α.

        Example:
            >>> import pynn
            >>> pynn.addr(pynn.zeros(2, 2), pynn.tensor([1.0, 2.0]), pynn.tensor([3.0, 4.0])).tolist()
            [[3.0, 4.0], [6.0, 8.0]]
        """

    def all(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """Whether every element differs from 0, in the whole tensor or along `axis`. NaN does.

        Formula:  y = x₁ ≠ 0 ∧ x₂ ≠ 0 ∧ ...  over the axes
        Gradient: none: the result is a bool
        """

    def allclose(input: Tensor, other: Tensor, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08, equal_nan: builtins.bool = False) -> builtins.bool:
        """Whether all elements are nearly equal: |input - other| <= atol + rtol |other|.

        Args:
            input: any shape.
            other: a tensor or number that broadcasts with it.
            rtol: the relative tolerance.
            atol: the absolute tolerance.
            equal_nan: whether NaN equals NaN.

        Example:
            >>> import pynn
            >>> pynn.allclose(pynn.tensor([0.1]) * 3, pynn.tensor([0.3]))
            True
        """

    def amax(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The largest element, or along `axis` (an integer or several). NaN counts as the largest of all. See max for one axis with the indices.

        Formula:  y = max x  over the axes
        Gradient: dx = dy where x = y, shared equally among ties; 0 elsewhere
        """

    def amin(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The smallest element, or along `axis` (an integer or several). NaN counts as the smallest of all. See min for one axis with the indices.

        Formula:  y = min x  over the axes
        Gradient: dx = dy where x = y, shared equally among ties; 0 elsewhere
        """

    def any(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """Whether any element differs from 0, in the whole tensor or along `axis`. NaN does.

        Formula:  y = x₁ ≠ 0 ∨ x₂ ≠ 0 ∨ ...  over the axes
        Gradient: none: the result is a bool
        """

    def arccos(self) -> Tensor:
        """The angle in [0, π] whose cosine is x; NaN outside [-1, 1].

        Formula:  y = arccos x
        Gradient: dx = -dy / √(1 - x²), and 0 where dy = 0
        """

    def arccos_(self) -> Self:
        """acos, written into this tensor itself."""

    def arccosh(self) -> Tensor:
        """The inverse of the hyperbolic cosine, x ≥ 1; NaN below.

        Formula:  y = ln(x + √(x² - 1))
        Gradient: dx = dy / √(x² - 1), and 0 where dy = 0
        """

    def arccosh_(self) -> Self:
        """acosh, written into this tensor itself."""

    def arcsin(self) -> Tensor:
        """The angle in [-π/2, π/2] whose sine is x; NaN outside [-1, 1].

        Formula:  y = arcsin x
        Gradient: dx = dy / √(1 - x²), and 0 where dy = 0
        """

    def arcsin_(self) -> Self:
        """asin, written into this tensor itself."""

    def arcsinh(self) -> Tensor:
        """The inverse of the hyperbolic sine: linear near 0, logarithmic far out, for either sign.

        Formula:  y = ln(x + √(x² + 1))
        Gradient: dx = dy / √(1 + x²)
        """

    def arcsinh_(self) -> Self:
        """asinh, written into this tensor itself."""

    def arctan(self) -> Tensor:
        """The angle in [-π/2, π/2] whose tangent is x.

        Formula:  y = arctan x
        Gradient: dx = dy / (1 + x²)
        """

    def arctan2(self, /, b: _Operand) -> Tensor:
        """The angle in [-π, π] of the point with ordinate a and abscissa b: arctan(a / b) that knows the quadrant.

        Formula:  y = the angle from the b axis to the point (b, a)
        Gradient: da = dy b / (a² + b²), db = -dy a / (a² + b²), and 0 where dy = 0 or a = b = 0
        """

    def arctan2_(self, /, b: _Operand) -> Self:
        """atan2, written into this tensor itself."""

    def arctan_(self) -> Self:
        """atan, written into this tensor itself."""

    def arctanh(self) -> Tensor:
        """The inverse of the hyperbolic tangent; ±inf at ±1, NaN beyond.

        Formula:  y = ½ ln((1 + x) / (1 - x))
        Gradient: dx = dy / (1 - x²), and 0 where dy = 0
        """

    def arctanh_(self) -> Self:
        """atanh, written into this tensor itself."""

    def argmax(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """Where the largest element stands along `axis`, as int64; without an axis, its place in the flattened tensor. Of equal ones it is the first. NaN counts as the largest.

        Formula:  y = the first i with xᵢ = max x
        Gradient: none: the result is an index
        """

    def argmin(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """Where the smallest element stands along `axis`, as int64; without an axis, its place in the flattened tensor. Of equal ones it is the first. NaN counts as the smallest.

        Formula:  y = the first i with xᵢ = min x
        Gradient: none: the result is an index
        """

    def argsort(self, /, axis: builtins.int = -1, descending: builtins.bool = False, stable: builtins.bool = False, *, dim: builtins.int = ...) -> Tensor:
        """The indices that sort an axis. Equal elements keep their order. NaN counts as the largest.

        Formula:  x[y₀] ≤ x[y₁] ≤ ...  along the axis
        Gradient: none: the result is an index
        """

    def argwhere(self) -> Tensor:
        """The places of all elements that are not 0, as rows (count, ndim) of int64, in row-major order.

        Formula:  y = the places k with x[k] ≠ 0, one row each
        Gradient: none: the places are integers
        """

    def asin(self) -> Tensor:
        """The angle in [-π/2, π/2] whose sine is x; NaN outside [-1, 1].

        Formula:  y = arcsin x
        Gradient: dx = dy / √(1 - x²), and 0 where dy = 0
        """

    def asin_(self) -> Self:
        """asin, written into this tensor itself."""

    def asinh(self) -> Tensor:
        """The inverse of the hyperbolic sine: linear near 0, logarithmic far out, for either sign.

        Formula:  y = ln(x + √(x² + 1))
        Gradient: dx = dy / √(1 + x²)
        """

    def asinh_(self) -> Self:
        """asinh, written into this tensor itself."""

    def atan(self) -> Tensor:
        """The angle in [-π/2, π/2] whose tangent is x.

        Formula:  y = arctan x
        Gradient: dx = dy / (1 + x²)
        """

    def atan2(self, /, b: _Operand) -> Tensor:
        """The angle in [-π, π] of the point with ordinate a and abscissa b: arctan(a / b) that knows the quadrant.

        Formula:  y = the angle from the b axis to the point (b, a)
        Gradient: da = dy b / (a² + b²), db = -dy a / (a² + b²), and 0 where dy = 0 or a = b = 0
        """

    def atan2_(self, /, b: _Operand) -> Self:
        """atan2, written into this tensor itself."""

    def atan_(self) -> Self:
        """atan, written into this tensor itself."""

    def atanh(self) -> Tensor:
        """The inverse of the hyperbolic tangent; ±inf at ±1, NaN beyond.

        Formula:  y = ½ ln((1 + x) / (1 - x))
        Gradient: dx = dy / (1 - x²), and 0 where dy = 0
        """

    def atanh_(self) -> Self:
        """atanh, written into this tensor itself."""

    def backward(self, gradient: Tensor | None = None, retain_graph: builtins.bool | None = None, create_graph: builtins.bool = False) -> None:
        """Adds the gradient of this tensor to the ``.grad`` of every leaf it was computed from.

        Args:
            gradient: the gradient of what follows, of this shape. Default: 1, for a one-element tensor.
            retain_graph: keep what forward saved, so that backward can run again. Default: ``create_graph``.
            create_graph: record the backward itself, for gradients of gradients.

        Raises:
            AutogradError: the tensor has several elements and no ``gradient`` is given, it has no history, or the
                graph was already used up.

        Example:
            >>> import pynn
            >>> x = pynn.tensor([1.0, 2.0], requires_grad=True)
            >>> (x * x).sum().backward()
            >>> x.grad
            tensor([2., 4.])
        """

    def baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: builtins.float = 1, alpha: builtins.float = 1) -> Tensor:
        """β input + α batch1 batch2, matrix by matrix.

        Args:
            input: ``(B, N, P)``, or a shape that broadcasts to it.
            batch1: ``(B, N, M)``.
            batch2: ``(B, M, P)``.
            beta: β.
            alpha: α.

        Raises:
            ShapeError: the batches do not fit.

        Example:
            >>> import pynn
            >>> pynn.baddbmm(pynn.ones(1, 1, 1), pynn.ones(1, 1, 3), pynn.ones(1, 3, 1), beta=0.5)
            tensor([[[3.5]]])
        """

    def bernoulli_(self, p: Any = 0.5) -> Tensor:
        """Fills the tensor with 1 where a coin with probability ``p`` falls on heads, else 0.

        Args:
            p: a number in [0, 1], or a tensor of them that broadcasts to this shape.

        Example:
            >>> import pynn
            >>> pynn.empty(3).bernoulli_(1.0)
            tensor([1., 1., 1.])
        """

    def bfloat16(self) -> Tensor:
        """The tensor as bfloat16, rounded to the nearest; itself if it is that already.

        Example:
            >>> import pynn
            >>> pynn.tensor([3.14159]).bfloat16()
            tensor([3.1406], dtype=pynn.bfloat16)
        """

    def bincount(input: Tensor, weights: Tensor | None = None, minlength: builtins.int = 0) -> Tensor:
        """How often each of the numbers 0, 1, 2, ... occurs.

        Args:
            input: ``(N,)``, integers of 0 or more.
            weights: how much each occurrence counts, ``(N,)``. Default: 1.
            minlength: the least size of the result.

        Returns:
            ``(max(input) + 1,)`` or more: int64, or the dtype of the weights.

        Raises:
            ValueError: a number below 0, or another shape.

        Example:
            >>> import pynn
            >>> pynn.bincount(pynn.tensor([0, 2, 2]), minlength=4)
            tensor([1, 0, 2, 0])
        """

    def bitwise_and(self, /, b: _Operand) -> Tensor:
        """The bits that both have. For bool tensors `a & b` is `and`.

        Formula:  y = a & b, bit by bit
        Gradient: none: integers
        """

    def bitwise_and_(self, /, b: _Operand) -> Self:
        """bitwise_and, written into this tensor itself."""

    def bitwise_left_shift(self, /, b: _Operand) -> Tensor:
        """The bits of a moved b places to the left; 0 for b < 0 or past the last bit.

        Formula:  y = a 2ᵇ, without the bits that leave on the left
        Gradient: none: integers
        """

    def bitwise_left_shift_(self, /, b: _Operand) -> Self:
        """bitwise_left_shift, written into this tensor itself."""

    def bitwise_not(self) -> Tensor:
        """Every bit flipped: -x - 1. For bool tensors `~x` is `not`.

        Formula:  y = ~x, bit by bit
        Gradient: none: integers
        """

    def bitwise_not_(self) -> Self:
        """bitwise_not, written into this tensor itself."""

    def bitwise_or(self, /, b: _Operand) -> Tensor:
        """The bits that at least one has. For bool tensors `a | b` is `or`.

        Formula:  y = a | b, bit by bit
        Gradient: none: integers
        """

    def bitwise_or_(self, /, b: _Operand) -> Self:
        """bitwise_or, written into this tensor itself."""

    def bitwise_right_shift(self, /, b: _Operand) -> Tensor:
        """The bits of a moved b places to the right, keeping the sign. For b < 0, or past the last bit, what is left of them: 0 or -1.

        Formula:  y = ⌊a / 2ᵇ⌋
        Gradient: none: integers
        """

    def bitwise_right_shift_(self, /, b: _Operand) -> Self:
        """bitwise_right_shift, written into this tensor itself."""

    def bitwise_xor(self, /, b: _Operand) -> Tensor:
        """The bits that exactly one has.

        Formula:  y = a ^ b, bit by bit
        Gradient: none: integers
        """

    def bitwise_xor_(self, /, b: _Operand) -> Self:
        """bitwise_xor, written into this tensor itself."""

    def bmm(self, /, b: _Operand) -> Tensor:
        """matmul for two stacks of equally many matrices.

        Formula:  Y_b = A_b B_b
        Gradient: dA_b = dY_b B_bᵀ, dB_b = A_bᵀ dY_b
        """

    def bool(self) -> Tensor:
        """True where an element differs from 0; the tensor itself if it is bool already.

        Example:
            >>> import pynn
            >>> pynn.tensor([0, 3]).bool()
            tensor([False,  True])
        """

    def broadcast_to(self, /, *sizes: _Ints) -> Tensor:
        """Repeats axes of size 1 (and adds leading ones) without a copy. The result must not be written to.

        Formula:  y[i, j] = x[0, j] along an axis of size 1
        Gradient: dx = dy, summed over the axes that were expanded
        """

    def byte(self) -> Tensor:
        """The tensor as uint8, numbers of 0 to 255; itself if it is that already.

        Example:
            >>> import pynn
            >>> pynn.tensor([255]).byte().dtype
            pynn.uint8
        """

    def ceil(self) -> Tensor:
        """The smallest whole number not below x.

        Formula:  y = ⌈x⌉
        Gradient: dx = 0: constant between its jumps
        """

    def ceil_(self) -> Self:
        """ceil, written into this tensor itself."""

    def celu(self, /, alpha: builtins.float = 1.0) -> Tensor:
        """An elu whose slope is continuous for every α. α = 0 is the relu in the limit, but divides by 0 here.

        Formula:  y = x for x > 0, else α (e^{x/α} - 1)
        Gradient: dx = dy for x > 0, else dy e^{x/α}

        Source: Barron 2017, arXiv:1704.07483
        """

    def celu_(self, /, alpha: builtins.float = 1.0) -> Self:
        """celu, written into this tensor itself."""

    def char(self) -> Tensor:
        """The tensor as int8, numbers of -128 to 127; itself if it is that already.

        Example:
            >>> import pynn
            >>> pynn.tensor([-128]).char().dtype
            pynn.int8
        """

    def chunk(self, /, chunks: builtins.int, axis: builtins.int = 0, *, dim: builtins.int = ...) -> tuple[Tensor, ...]:
        """At most `chunks` pieces of equal size; the last may be shorter. Views.

        Formula:  yₖ = the k-th of `chunks` pieces of x along the axis
        Gradient: dx = [dy₀, dy₁, ...] along the axis
        """

    def clamp(self, /, min: _Operand | None = None, max: _Operand | None = None) -> Tensor:
        """Every element, moved to the nearer bound if it lies outside [min, max]; None leaves a side open. NaN stays NaN. If min > max, the result is max.

        Formula:  y = min(max(x, low), high)
        Gradient: dx = dy for low ≤ x ≤ high, else 0; a bound that is a tensor gets the dy of what it holds
        """

    def clamp_(self, /, min: _Operand | None = None, max: _Operand | None = None) -> Self:
        """clip, written into this tensor itself."""

    def clamp_max(self, max: Any) -> Tensor:
        """The smaller of each element and ``max``.

        Example:
            >>> import pynn
            >>> pynn.tensor([-1.0, 2.0]).clamp_max(0)
            tensor([-1.,  0.])
        """

    def clamp_min(self, min: Any) -> Tensor:
        """The larger of each element and ``min``.

        Example:
            >>> import pynn
            >>> pynn.tensor([-1.0, 2.0]).clamp_min(0)
            tensor([0., 2.])
        """

    def clip(self, /, min: _Operand | None = None, max: _Operand | None = None) -> Tensor:
        """Every element, moved to the nearer bound if it lies outside [min, max]; None leaves a side open. NaN stays NaN. If min > max, the result is max.

        Formula:  y = min(max(x, low), high)
        Gradient: dx = dy for low ≤ x ≤ high, else 0; a bound that is a tensor gets the dy of what it holds
        """

    def clip_(self, /, min: _Operand | None = None, max: _Operand | None = None) -> Self:
        """clip, written into this tensor itself."""

    def clone(self) -> Tensor:
        """A row-major copy. Changing one of the two does not change the other.

        Formula:  y = x
        Gradient: dx = dy
        """

    def contiguous(self) -> Tensor:
        """x itself if its elements lie in row-major order without gaps, else a copy that does.

        Formula:  y = x
        Gradient: dx = dy
        """

    def copy_(self, source: _Operand, /) -> Self:
        """Overwrites the tensor with the values of ``source``, which broadcast and are converted.

        Raises:
            ShapeError: the source's shape does not broadcast to this tensor's.

        Example:
            >>> import pynn
            >>> pynn.zeros(2, 2).copy_(pynn.tensor([1, 2]))
            tensor([[1., 2.],
                    [1., 2.]])
        """

    def copysign(input: Tensor, other: Tensor | builtins.float) -> Tensor:
        """The size of the one with the sign of the other.

        Args:
            input: any shape.
            other: a tensor or number that broadcasts with it.

        Example:
            >>> import pynn
            >>> pynn.copysign(pynn.tensor([1.0, -2.0]), pynn.tensor([-0.0, 5.0]))
            tensor([-1.,  2.])
        """

    def corrcoef(input: Tensor) -> Tensor:
        """The correlations of variables, in -1 to 1: their covariances over the product of their deviations.

        Args:
            input: ``(V, N)``: rows are variables, columns are observations.

        Returns:
            ``(V, V)``.

        Example:
            >>> import pynn
            >>> pynn.corrcoef(pynn.tensor([[1.0, 3.0], [2.0, 0.0]]))
            tensor([[ 1., -1.],
                    [-1.,  1.]])
        """

    def cos(self) -> Tensor:
        """The cosine of an angle in radians.

        Formula:  y = cos x
        Gradient: dx = -dy sin x
        """

    def cos_(self) -> Self:
        """cos, written into this tensor itself."""

    def cosh(self) -> Tensor:
        """The hyperbolic cosine.

        Formula:  y = (eˣ + e⁻ˣ) / 2
        Gradient: dx = dy sinh x
        """

    def cosh_(self) -> Self:
        """cosh, written into this tensor itself."""

    def count_nonzero(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """How many elements differ from 0, in the whole tensor or along `axis`, as int64.

        Formula:  y = |{x ≠ 0}|  over the axes
        Gradient: none: the result is an integer
        """

    def cov(input: Tensor, *, correction: builtins.int = 1) -> Tensor:
        """The covariances of variables: rows of ``input`` are variables, columns are observations.

        Args:
            input: ``(V, N)``, or ``(N,)`` for the variance of one.
            correction: the sums are divided by N - correction.

        Returns:
            ``(V, V)``, or ``()``.

        Raises:
            ShapeError: more than two axes.

        Example:
            >>> import pynn
            >>> pynn.cov(pynn.tensor([[1.0, 3.0], [2.0, 0.0]]))
            tensor([[ 2., -2.],
                    [-2.,  2.]])
        """

    def cpu(self) -> Tensor:
        """The tensor in main memory: itself.

        Example:
            >>> import pynn
            >>> x = pynn.ones(2)
            >>> x.cpu() is x
            True
        """

    def cross(input: Tensor, other: Tensor, dim: builtins.int = -1) -> Tensor:
        """The vector at right angles to two others in space: x × y.

        Args:
            input: x, of size 3 along ``dim``.
            other: y, of a shape that broadcasts with it.
            dim: the axis that the vectors lie along.

        Raises:
            ShapeError: the size along ``dim`` is not 3.

        Example:
            >>> import pynn
            >>> pynn.cross(pynn.tensor([1.0, 0.0, 0.0]), pynn.tensor([0.0, 1.0, 0.0]))
            tensor([0., 0., 1.])
        """

    def cumprod(self, /, axis: builtins.int = ..., dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
        """Running products along an axis. bool and integers multiply as int64; float32 runs in float64.

        Formula:  yᵢ = x₀ x₁ ... xᵢ  along the axis
        Gradient: dxᵢ = Σ dyₖ x₀ ... xᵢ₋₁ xᵢ₊₁ ... xₖ  over k ≥ i, right where an x is 0 too
        """

    def cumsum(self, /, axis: builtins.int = ..., dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
        """Running totals along an axis. bool and integers add up as int64; float32 runs in float64.

        Formula:  yᵢ = x₀ + x₁ + ... + xᵢ  along the axis
        Gradient: dxᵢ = dyᵢ + dyᵢ₊₁ + ...
        """

    def data_ptr(self) -> builtins.int:
        """The address of the first element: two views of one memory can be told by it.

        Example:
            >>> import pynn
            >>> x = pynn.zeros(3)
            >>> x.data_ptr() == x.detach().data_ptr()
            True
        """

    def deg2rad(input: Tensor) -> Tensor:
        """Degrees to radians: x π / 180.

        Args:
            input: any shape.

        Example:
            >>> import pynn
            >>> pynn.deg2rad(pynn.tensor([180.0]))
            tensor([3.1416])
        """

    def detach(self) -> Tensor:
        """The same memory without history: no gradient flows through it.

        Example:
            >>> import pynn
            >>> x = pynn.ones(2, requires_grad=True)
            >>> (x * 2).detach().requires_grad
            False
        """

    def diag(self, /, diagonal: builtins.int = 0) -> Tensor:
        """A square matrix with a vector on its diagonal, or the diagonal of a matrix (a view).

        Formula:  a vector onto a diagonal, or the diagonal of a matrix
        Gradient: dx = the other of the two, of dy
        """

    def diag_embed(self, /, offset: builtins.int = 0, dim1: builtins.int = -2, dim2: builtins.int = -1) -> Tensor:
        """Matrices with the vectors along the last axis on a diagonal, and zeros elsewhere.

        Formula:  y[.., k, k + offset] = x[.., k], 0 elsewhere
        Gradient: dx[.., k] = dy[.., k, k + offset]
        """

    def diagonal(self, /, offset: builtins.int = 0, dim1: builtins.int = 0, dim2: builtins.int = 1) -> Tensor:
        """The diagonal of two axes, as the last axis of the result. A view.

        Formula:  y[.., k] = x[k, k + offset, ..]
        Gradient: dx = 0, but dx[k, k + offset, ..] = dy[.., k]
        """

    def diff(input: Tensor, n: builtins.int = 1, dim: builtins.int = -1) -> Tensor:
        """The differences of neighbours along an axis: y_i = x_(i+1) - x_i, ``n`` times over.

        Args:
            input: any shape with an axis.
            n: how often.
            dim: the axis; each time it is one shorter.

        Raises:
            ValueError: n is below 0.

        Example:
            >>> import pynn
            >>> pynn.diff(pynn.tensor([1, 4, 9, 16])), pynn.diff(pynn.tensor([1, 4, 9, 16]), n=2)
            (tensor([3, 5, 7]), tensor([2, 2]))
        """

    def dim(self) -> builtins.int:
        """The number of axes.

        Example:
            >>> import pynn
            >>> pynn.zeros(2, 3).dim()
            2
        """

    def dist(input: Tensor, other: Tensor, p: builtins.float = 2.0) -> Tensor:
        """The norm of the difference: (Σ |input - other|^p)^(1/p).

        Args:
            input: any shape.
            other: a shape that broadcasts with it.
            p: the norm.

        Example:
            >>> import pynn
            >>> pynn.dist(pynn.zeros(2), pynn.tensor([3.0, 4.0]))
            tensor(5.)
        """

    def div(self, /, b: _Operand) -> Tensor:
        """The quotient of two tensors. Integers are divided as floats. Where dy = 0 the gradients are 0, whatever b is, so that where(b != 0, a / b, 0) has a gradient without NaN.

        Formula:  y = a / b
        Gradient: da = dy / b, db = -dy a / b²
        """

    def div_(self, /, b: _Operand) -> Self:
        """div, written into this tensor itself."""

    def divide(self, /, b: _Operand) -> Tensor:
        """The quotient of two tensors. Integers are divided as floats. Where dy = 0 the gradients are 0, whatever b is, so that where(b != 0, a / b, 0) has a gradient without NaN.

        Formula:  y = a / b
        Gradient: da = dy / b, db = -dy a / b²
        """

    def divide_(self, /, b: _Operand) -> Self:
        """div, written into this tensor itself."""

    def dot(self, /, b: _Operand) -> Tensor:
        """The scalar product of two vectors.

        Formula:  y = Σ_k a_k b_k
        Gradient: da = dy b, db = dy a
        """

    def double(self) -> Tensor:
        """The tensor as float64; itself if it is that already.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).double()
            tensor([1., 2.], dtype=pynn.float64)
        """

    def element_size(self) -> builtins.int:
        """Bytes per element.

        Example:
            >>> import pynn
            >>> pynn.zeros(3).element_size()
            4
        """

    def eq(self, /, b: _Operand) -> Tensor:
        """Whether two elements are equal; NaN equals nothing. One bool for whole tensors is pynn.equal.

        Formula:  y = a = b
        Gradient: none: the result is bool
        """

    def eq_(self, /, b: _Operand) -> Self:
        """eq, written into this tensor itself."""

    def equal(input: Tensor, other: Tensor) -> builtins.bool:
        """Whether two tensors have one shape and the same elements.

        Args:
            input: any shape.
            other: what it is compared with.

        Example:
            >>> import pynn
            >>> pynn.equal(pynn.tensor([1, 2]), pynn.tensor([1, 2])), pynn.equal(pynn.ones(1), pynn.ones(2))
            (True, False)
        """

    def erf(self) -> Tensor:
        """The error function: the chance that a normal error of variance ½ is smaller than x.

        Formula:  y = 2/√π ∫₀ˣ exp(-t²) dt
        Gradient: dx = dy 2/√π exp(-x²)
        """

    def erf_(self) -> Self:
        """erf, written into this tensor itself."""

    def erfc(self) -> Tensor:
        """The complement of erf, with all its digits in the tail, where 1 - erf(x) has none.

        Formula:  y = 1 - erf(x)
        Gradient: dx = -dy 2/√π exp(-x²)
        """

    def erfc_(self) -> Self:
        """erfc, written into this tensor itself."""

    def exp(self) -> Tensor:
        """e to the power of every element; inf above 88.7 (float32) or 709.8 (float64).

        Formula:  y = eˣ
        Gradient: dx = dy y, and 0 where dy = 0
        """

    def exp2(self) -> Tensor:
        """2 to the power of every element; exact for whole numbers.

        Formula:  y = 2ˣ
        Gradient: dx = dy y ln 2, and 0 where dy = 0
        """

    def exp2_(self) -> Self:
        """exp2, written into this tensor itself."""

    def exp_(self) -> Self:
        """exp, written into this tensor itself."""

    def expand(self, /, *sizes: _Ints) -> Tensor:
        """Repeats axes of size 1 (and adds leading ones) without a copy. The result must not be written to.

        Formula:  y[i, j] = x[0, j] along an axis of size 1
        Gradient: dx = dy, summed over the axes that were expanded
        """

    def expand_as(self, other: Tensor) -> Tensor:
        """The tensor broadcast to the shape of another one, without a copy.

        Args:
            other: the tensor that has the shape.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).expand_as(pynn.ones(2, 2)).tolist()
            [[1, 2], [1, 2]]
        """

    def expm1(self) -> Tensor:
        """e^x - 1, with all its digits near 0, where exp(x) - 1 has none.

        Formula:  y = eˣ - 1
        Gradient: dx = dy (y + 1), and 0 where dy = 0
        """

    def expm1_(self) -> Self:
        """expm1, written into this tensor itself."""

    def exponential_(self, lambd: builtins.float = 1.0) -> Tensor:
        """Fills the tensor with random numbers from an exponential distribution: -ln(u) / lambd.

        Args:
            lambd: the rate, above 0; the mean is 1 / lambd.

        Raises:
            ValueError: lambd is not above 0.

        Example:
            >>> import pynn
            >>> bool((pynn.empty(3).exponential_() > 0).all())
            True
        """

    def fill_(self, value: _Operand, /) -> Self:
        """Sets every element to ``value``, a number or a 0-d tensor.

        Raises:
            ShapeError: the value is a tensor of several elements.

        Example:
            >>> import pynn
            >>> pynn.zeros(3).fill_(0.5)
            tensor([0.5, 0.5, 0.5])
        """

    def fix(self) -> Tensor:
        """The whole part of x: rounded toward 0.

        Formula:  y = sign(x) ⌊|x|⌋
        Gradient: dx = 0: constant between its jumps
        """

    def fix_(self) -> Self:
        """trunc, written into this tensor itself."""

    def flatten(self, /, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        """Merges neighbouring axes into one: (N, C, H, W) with start_dim 1 becomes (N, C·H·W).

        Formula:  y holds the elements of x in row-major order, the axes start_dim .. end_dim as one
        Gradient: dx = dy in the shape of x
        """

    def flip(self, /, *axis: _Ints) -> Tensor:
        """The elements in reverse order along the axes named. A copy.

        Formula:  y[.., k, ..] = x[.., n - 1 - k, ..]
        Gradient: dx = flip(dy, axis)
        """

    def fliplr(input: Tensor) -> Tensor:
        """The columns, axis 1, in reverse order.

        Args:
            input: two axes or more.

        Example:
            >>> import pynn
            >>> pynn.fliplr(pynn.tensor([[1, 2], [3, 4]])).tolist()
            [[2, 1], [4, 3]]
        """

    def flipud(input: Tensor) -> Tensor:
        """The rows, axis 0, in reverse order.

        Args:
            input: any shape with an axis.

        Example:
            >>> import pynn
            >>> pynn.flipud(pynn.tensor([[1, 2], [3, 4]])).tolist()
            [[3, 4], [1, 2]]
        """

    def float(self) -> Tensor:
        """The tensor as float32; itself if it is that already.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).float()
            tensor([1., 2.])
        """

    def float_power(input: Tensor, exponent: Tensor | builtins.float) -> Tensor:
        """input^exponent, computed in float64.

        Args:
            input: any shape.
            exponent: a number or a tensor that broadcasts.

        Example:
            >>> import pynn
            >>> pynn.float_power(pynn.tensor([2, 3]), 2)
            tensor([4., 9.], dtype=pynn.float64)
        """

    def floor(self) -> Tensor:
        """The largest whole number not above x.

        Formula:  y = ⌊x⌋
        Gradient: dx = 0: constant between its jumps
        """

    def floor_(self) -> Self:
        """floor, written into this tensor itself."""

    def floor_divide(self, /, b: _Operand) -> Tensor:
        """The largest whole number not above a / b, as Python's //. An integer divided by 0 gives 0, as in NumPy; a float gives inf or nan.

        Formula:  y = ⌊a / b⌋
        Gradient: da = 0, db = 0: constant between its jumps
        """

    def floor_divide_(self, /, b: _Operand) -> Self:
        """floor_divide, written into this tensor itself."""

    def fmax(self, /, b: _Operand) -> Tensor:
        """The larger of two, element by element, passing over NaN.

        Formula:  y = max(a, b); the other one where one is NaN
        Gradient: dy to the one that was taken; to a where a = b
        """

    def fmax_(self, /, b: _Operand) -> Self:
        """fmax, written into this tensor itself."""

    def fmin(self, /, b: _Operand) -> Tensor:
        """The smaller of two, element by element, passing over NaN.

        Formula:  y = min(a, b); the other one where one is NaN
        Gradient: dy to the one that was taken; to a where a = b
        """

    def fmin_(self, /, b: _Operand) -> Self:
        """fmin, written into this tensor itself."""

    def fmod(self, /, b: _Operand) -> Tensor:
        """What is left of a after whole multiples of b, with the sign of a, as C's fmod. See remainder for Python's rule.

        Formula:  y = a - b trunc(a / b)
        Gradient: da = dy, db = -dy trunc(a / b)
        """

    def fmod_(self, /, b: _Operand) -> Self:
        """fmod, written into this tensor itself."""

    def frac(self) -> Tensor:
        """The part of x behind the point, with the sign of x.

        Formula:  y = x - trunc(x)
        Gradient: dx = dy
        """

    def frac_(self) -> Self:
        """frac, written into this tensor itself."""

    def gather(self, /, axis: builtins.int = ..., index: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
        """Takes, for every place of the index, the element of x that it names along the axis. x and index have equally many axes; along the others the index may be smaller.

        Formula:  y[.., k, ..] = x[.., index[.., k, ..], ..]
        Gradient: dx = 0, then dx[.., index[.., k, ..], ..] += dy[.., k, ..]
        """

    def ge(self, /, b: _Operand) -> Tensor:
        """Whether a is at least b; False if either is NaN.

        Formula:  y = a ≥ b
        Gradient: none: the result is bool
        """

    def ge_(self, /, b: _Operand) -> Self:
        """ge, written into this tensor itself."""

    def ger(input: Tensor, vec2: Tensor) -> Tensor:
        """Every product of an element of the one vector with one of the other: :func:`outer` by its older name.

        Args:
            input: ``(N,)``.
            vec2: ``(M,)``.

        Example:
            >>> import pynn
            >>> pynn.ger(pynn.tensor([1, 2]), pynn.tensor([3, 4])).tolist()
            [[3, 4], [6, 8]]
        """

    def get_device(self) -> builtins.int:
        """-1, which stands for the CPU.

        Example:
            >>> import pynn
            >>> pynn.ones(2).get_device()
            -1
        """

    def greater(self, /, b: _Operand) -> Tensor:
        """Whether a is greater than b; False if either is NaN.

        Formula:  y = a > b
        Gradient: none: the result is bool
        """

    def greater_(self, /, b: _Operand) -> Self:
        """gt, written into this tensor itself."""

    def greater_equal(self, /, b: _Operand) -> Tensor:
        """Whether a is at least b; False if either is NaN.

        Formula:  y = a ≥ b
        Gradient: none: the result is bool
        """

    def greater_equal_(self, /, b: _Operand) -> Self:
        """ge, written into this tensor itself."""

    def gt(self, /, b: _Operand) -> Tensor:
        """Whether a is greater than b; False if either is NaN.

        Formula:  y = a > b
        Gradient: none: the result is bool
        """

    def gt_(self, /, b: _Operand) -> Self:
        """gt, written into this tensor itself."""

    def hardshrink(self, /, lambd: builtins.float = 0.5) -> Tensor:
        """Small numbers become 0, the others stay.

        Formula:  y = x where |x| > λ, else 0
        Gradient: dx = dy where |x| > λ, else 0
        """

    def hardshrink_(self, /, lambd: builtins.float = 0.5) -> Self:
        """hardshrink, written into this tensor itself."""

    def heaviside(self, /, values: _Operand) -> Tensor:
        """The unit step; `values` is taken where x is 0. NaN stays NaN.

        Formula:  y = 0, values, 1  for x < 0, x = 0, x > 0
        Gradient: dx = 0: constant but for the jump; dvalues = dy where x = 0
        """

    def heaviside_(self, /, values: _Operand) -> Self:
        """heaviside, written into this tensor itself."""

    def histc(input: Tensor, bins: builtins.int = 100, min: builtins.float = 0, max: builtins.float = 0) -> Tensor:
        """How many elements fall into each of ``bins`` equal intervals of [min, max].

        Args:
            input: any shape, floating-point.
            bins: how many intervals.
            min: where the first begins.
            max: where the last ends. Both 0: the least and the largest element.

        Returns:
            ``(bins,)``, of the input's dtype. Elements outside are not counted.

        Raises:
            ValueError: bins is below 1, or min above max.

        Example:
            >>> import pynn
            >>> pynn.histc(pynn.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
            tensor([0., 2., 1., 0.])
        """

    def hsplit(input: Tensor, indices_or_sections: builtins.int | Sequence[builtins.int]) -> tuple[Tensor, ...]:
        """:func:`tensor_split` along the columns: axis 1, or axis 0 of a vector.

        Args:
            input: any shape with an axis.
            indices_or_sections: how many parts, or where to cut.

        Example:
            >>> import pynn
            >>> [tuple(t.shape) for t in pynn.hsplit(pynn.ones(2, 4), 2)]
            [(2, 2), (2, 2)]
        """

    def hypot(self, /, b: _Operand) -> Tensor:
        """The length of the hypotenuse of a right triangle with legs a and b, without overflow.

        Formula:  y = √(a² + b²)
        Gradient: da = dy a / y, db = dy b / y, and 0 where dy or y is 0
        """

    def hypot_(self, /, b: _Operand) -> Self:
        """hypot, written into this tensor itself."""

    def index_add(self, /, axis: builtins.int = ..., index: _Operand = ..., source: _Operand = ..., alpha: builtins.float = 1.0, *, dim: builtins.int = ...) -> Tensor:
        """Adds slices of a tensor to the places that an index names; the order of additions is fixed.

        Formula:  y = x, then y[.., index[j], ..] += α source[.., j, ..]
        Gradient: dx = dy, dsource[.., j, ..] = α dy[.., index[j], ..]
        """

    def index_add_(self, /, axis: builtins.int = ..., index: _Operand = ..., source: _Operand = ..., alpha: builtins.float = 1.0, *, dim: builtins.int = ...) -> Self:
        """index_add, written into this tensor itself."""

    def index_copy(self, /, axis: builtins.int = ..., index: _Operand = ..., source: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
        """Puts slices of a tensor into the places that an index names.

        Formula:  y = x, but y[.., index[j], ..] = source[.., j, ..]
        Gradient: dx = dy with 0 at the places named, dsource[.., j, ..] = dy[.., index[j], ..]
        """

    def index_copy_(self, /, axis: builtins.int = ..., index: _Operand = ..., source: _Operand = ..., *, dim: builtins.int = ...) -> Self:
        """index_copy, written into this tensor itself."""

    def index_fill(self, /, axis: builtins.int = ..., index: _Operand = ..., value: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
        """Puts a number into the places that an index names.

        Formula:  y = x, but y[.., index[j], ..] = value
        Gradient: dx = dy with 0 at the places named
        """

    def index_fill_(self, /, axis: builtins.int = ..., index: _Operand = ..., value: _Operand = ..., *, dim: builtins.int = ...) -> Self:
        """index_fill, written into this tensor itself."""

    def index_put(self, /, indices: Sequence[Tensor], values: _Operand, accumulate: builtins.bool = False, at: builtins.int = -1) -> Tensor:
        """A copy in which the elements that tensors of integers point at are replaced, or added to. Where several values go to one place, the last stays, or all are added in order.

        Formula:  y = x, but y[i₀[j], i₁[j], ..] = values[j, ..]  (or += with accumulate)
        Gradient: dx = dy, with 0 where values went; dvalues[j, ..] = dy[i₀[j], i₁[j], ..]
        """

    def index_put_(self, /, indices: Sequence[Tensor], values: _Operand, accumulate: builtins.bool = False, at: builtins.int = -1) -> Self:
        """index_put, written into this tensor itself."""

    def index_select(self, /, axis: builtins.int = ..., index: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
        """The places of one axis that an index of shape (K,) names, in its order. A copy.

        Formula:  y[.., j, ..] = x[.., index[j], ..]
        Gradient: dx = 0, then dx[.., index[j], ..] += dy[.., j, ..]
        """

    def inner(input: Tensor, other: Tensor) -> Tensor:
        """The sums of products along the last axes of both.

        Args:
            input: ``(..., N)``.
            other: ``(..., N)``.

        Returns:
            The leading axes of the one, then those of the other; of vectors one number, ``()``.

        Raises:
            ShapeError: the last axes differ.

        Example:
            >>> import pynn
            >>> pynn.inner(pynn.tensor([1.0, 2.0]), pynn.tensor([3.0, 4.0]))
            tensor(11.)
        """

    def int(self) -> Tensor:
        """The tensor as int32; itself if it is that already. Fractions are dropped.

        Example:
            >>> import pynn
            >>> pynn.tensor([1.7]).int().dtype
            pynn.int32
        """

    def is_contiguous(self) -> builtins.bool:
        """True if the elements lie in row-major order without gaps.

        Example:
            >>> import pynn
            >>> pynn.zeros(2, 3).T.is_contiguous()
            False
        """

    def is_floating_point(self) -> builtins.bool:
        """True for float32 and float64.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).is_floating_point()
            False
        """

    def is_nonzero(self) -> builtins.bool:
        """Whether the one element of this tensor differs from 0.

        Example:
            >>> import pynn
            >>> pynn.tensor([0.5]).is_nonzero()
            True
        """

    def is_same_size(self, other: Tensor) -> builtins.bool:
        """Whether another tensor has this one's shape.

        Args:
            other: that tensor.

        Example:
            >>> import pynn
            >>> pynn.ones(2).is_same_size(pynn.zeros(2))
            True
        """

    def isclose(self, /, b: _Operand, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08, equal_nan: builtins.bool = False) -> Tensor:
        """Whether two elements are equal up to a tolerance, absolute near 0 and relative elsewhere. Infinities are close to themselves only; NaN to NaN if equal_nan.

        Formula:  y = |a - b| ≤ atol + rtol |b|
        Gradient: none: the result is bool
        """

    def isfinite(self) -> Tensor:
        """Whether an element is a number proper: neither NaN nor infinite.

        Formula:  y = (|x| < ∞)
        Gradient: none: the result is bool
        """

    def isfinite_(self) -> Self:
        """isfinite, written into this tensor itself."""

    def isinf(self) -> Tensor:
        """Whether an element is infinite, with either sign.

        Formula:  y = (|x| = ∞)
        Gradient: none: the result is bool
        """

    def isinf_(self) -> Self:
        """isinf, written into this tensor itself."""

    def isnan(self) -> Tensor:
        """Whether an element is NaN: not a number, as 0 / 0 is.

        Formula:  y = (x ≠ x)
        Gradient: none: the result is bool
        """

    def isnan_(self) -> Self:
        """isnan, written into this tensor itself."""

    def item(self) -> Any:
        """The value of a one-element tensor as a Python number.

        Raises:
            ValueError: the tensor holds no value, or several.

        Example:
            >>> import pynn
            >>> pynn.tensor([2.5]).item()
            2.5
        """

    def kron(input: Tensor, other: Tensor) -> Tensor:
        """Kronecker's product: every element of the one times the whole of the other, laid out as blocks.

        Args:
            input: any shape.
            other: any shape; the one with fewer axes gets leading ones.

        Example:
            >>> import pynn
            >>> pynn.kron(pynn.tensor([[1, 2]]), pynn.tensor([[1, 1]]))
            tensor([[1, 1, 2, 2]])
        """

    def le(self, /, b: _Operand) -> Tensor:
        """Whether a is at most b; False if either is NaN.

        Formula:  y = a ≤ b
        Gradient: none: the result is bool
        """

    def le_(self, /, b: _Operand) -> Self:
        """le, written into this tensor itself."""

    def lerp(self, /, b: _Operand, weight: _Operand) -> Tensor:
        """The point at the fraction `weight` of the way from a to b: linear interpolation. A moving average is average.lerp_(new, 1 - decay).

        Formula:  y = a + weight (b - a)
        Gradient: da = dy (1 - weight), db = dy weight, dweight = dy (b - a)
        """

    def lerp_(self, /, b: _Operand, weight: _Operand) -> Self:
        """lerp, written into this tensor itself."""

    def less(self, /, b: _Operand) -> Tensor:
        """Whether a is less than b; False if either is NaN.

        Formula:  y = a < b
        Gradient: none: the result is bool
        """

    def less_(self, /, b: _Operand) -> Self:
        """lt, written into this tensor itself."""

    def less_equal(self, /, b: _Operand) -> Tensor:
        """Whether a is at most b; False if either is NaN.

        Formula:  y = a ≤ b
        Gradient: none: the result is bool
        """

    def less_equal_(self, /, b: _Operand) -> Self:
        """le, written into this tensor itself."""

    def log(self) -> Tensor:
        """The natural logarithm: -inf at 0, NaN for negative numbers. For 1 + x with a small x, log1p(x) keeps the digits that log(1 + x) loses.

        Formula:  y = ln x
        Gradient: dx = dy / x, and 0 where dy = 0
        """

    def log10(self) -> Tensor:
        """The logarithm to base 10.

        Formula:  y = log₁₀ x
        Gradient: dx = dy / (x ln 10), and 0 where dy = 0
        """

    def log10_(self) -> Self:
        """log10, written into this tensor itself."""

    def log1p(self) -> Tensor:
        """The logarithm of 1 + x, with all its digits near 0, where log(1 + x) has none.

        Formula:  y = ln(1 + x)
        Gradient: dx = dy / (1 + x), and 0 where dy = 0
        """

    def log1p_(self) -> Self:
        """log1p, written into this tensor itself."""

    def log2(self) -> Tensor:
        """The logarithm to base 2: of probabilities, it counts bits.

        Formula:  y = log₂ x
        Gradient: dx = dy / (x ln 2), and 0 where dy = 0
        """

    def log2_(self) -> Self:
        """log2, written into this tensor itself."""

    def log_(self) -> Self:
        """log, written into this tensor itself."""

    def log_softmax(self, /, axis: builtins.int = -1, dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
        """The logarithm of softmax, exact where the probability itself would be rounded to 0 or 1. A row of nothing but -inf stays -inf.

        Formula:  yᵢ = xᵢ - log Σⱼ exp(xⱼ)  along the axis
        Gradient: dxᵢ = dyᵢ - exp(yᵢ) Σⱼ dyⱼ
        """

    def logaddexp(self, /, b: _Operand) -> Tensor:
        """The logarithm of a sum of two numbers that are given by their logarithms, as the probabilities of two exclusive events are.

        Formula:  y = ln(eᵃ + eᵇ)
        Gradient: da = dy σ(a - b), db = dy σ(b - a)
        """

    def logaddexp_(self, /, b: _Operand) -> Self:
        """logaddexp, written into this tensor itself."""

    def logical_and(self, /, b: _Operand) -> Tensor:
        """Whether both are true (not 0).

        Formula:  y = a ∧ b
        Gradient: none: the result is bool
        """

    def logical_and_(self, /, b: _Operand) -> Self:
        """logical_and, written into this tensor itself."""

    def logical_not(self) -> Tensor:
        """Whether an element is false (0).

        Formula:  y = ¬x
        Gradient: none: the result is bool
        """

    def logical_not_(self) -> Self:
        """logical_not, written into this tensor itself."""

    def logical_or(self, /, b: _Operand) -> Tensor:
        """Whether at least one is true (not 0).

        Formula:  y = a ∨ b
        Gradient: none: the result is bool
        """

    def logical_or_(self, /, b: _Operand) -> Self:
        """logical_or, written into this tensor itself."""

    def logical_xor(self, /, b: _Operand) -> Tensor:
        """Whether exactly one is true (not 0): the function that one perceptron cannot learn.

        Formula:  y = a ⊕ b
        Gradient: none: the result is bool
        """

    def logical_xor_(self, /, b: _Operand) -> Self:
        """logical_xor, written into this tensor itself."""

    def logit(input: Tensor, eps: builtins.float | None = None) -> Tensor:
        """ln(x / (1 - x)): the score whose sigmoid is x.

        Args:
            input: probabilities, any shape.
            eps: clip them to [eps, 1 - eps] first. Default: no clipping; outside [0, 1] the result is NaN.

        Example:
            >>> import pynn
            >>> pynn.logit(pynn.tensor([0.5, 1.0]))
            tensor([ 0., inf])
        """

    def logsumexp(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The logarithm of the sum of exponentials, safe for elements of any size. Where every element is -inf the result is -inf, and the gradient 0.

        Formula:  y = log Σ exp(x)  over the axes
        Gradient: dx = dy exp(x - y), which is dy softmax(x)
        """

    def long(self) -> Tensor:
        """The tensor as int64; itself if it is that already. Fractions are dropped.

        Example:
            >>> import pynn
            >>> pynn.tensor([1.7, -1.7]).long()
            tensor([ 1, -1])
        """

    def lt(self, /, b: _Operand) -> Tensor:
        """Whether a is less than b; False if either is NaN.

        Formula:  y = a < b
        Gradient: none: the result is bool
        """

    def lt_(self, /, b: _Operand) -> Self:
        """lt, written into this tensor itself."""

    def masked_fill(self, /, mask: _Operand, value: _Operand) -> Tensor:
        """A copy with a number where a mask is True: the way to hide places from attention.

        Formula:  y = value where the mask is True, x elsewhere
        Gradient: dx = dy where the mask is False, dvalue = Σ dy where it is True
        """

    def masked_fill_(self, /, mask: _Operand, value: _Operand) -> Self:
        """masked_fill, written into this tensor itself."""

    def masked_select(self, /, mask: _Operand) -> Tensor:
        """The elements where a mask is True, as a vector. x and mask broadcast.

        Formula:  y = the elements x[k] with mask[k], in row-major order
        Gradient: dx[k] = the element of dy that x[k] became, 0 where the mask is False
        """

    def matmul(self, /, b: _Operand) -> Tensor:
        """The matrix product. (m, k) @ (k, n) is (m, n); leading axes are a stack and broadcast; a vector on the left is a row, on the right a column, and vanishes from the result.

        Formula:  Y[.., i, j] = Σ_k A[.., i, k] B[.., k, j]
        Gradient: dA = dY Bᵀ, dB = Aᵀ dY  (summed over broadcast batch axes)
        """

    def max(input: Tensor, dim: Tensor | builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The largest element; along a ``dim`` the largest and where they stand; with a tensor the larger one.

        Args:
            input: any shape.
            dim: None for one number, ``()``; an axis for ``(values, indices)``; a tensor to compare with.
            keepdim: keep the axis with size 1.

        Returns:
            A tensor, or the named tuple ``(values, indices)`` if ``dim`` is an axis. NaN counts as the largest.

        Raises:
            ValueError: there is no element to choose from.

        >>> import pynn
        >>> x = pynn.tensor([[1.0, 4.0], [3.0, 2.0]])
        >>> pynn.max(x)
        tensor(4.)
        >>> x.max(dim=1).indices
        tensor([1, 0])
        """

    def maximum(self, /, b: _Operand) -> Tensor:
        """The larger of two, element by element; NaN if either is NaN. The largest of one tensor is amax or max.

        Formula:  y = max(a, b)
        Gradient: dy to the larger; half to each where a = b
        """

    def maximum_(self, /, b: _Operand) -> Self:
        """maximum, written into this tensor itself."""

    def mean(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, dtype: _DType | None = None, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The mean of all elements, or along `axis` (an integer or several). The mean of nothing is NaN. Integers have to be made floats first, by `x.float()` or `dtype=float32`.

        Formula:  y = 1/n Σ x  over the axes, n elements
        Gradient: dx = dy / n
        """

    def median(input: Tensor, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The element in the middle, the lower one of two; NaN if there is a NaN.

        Args:
            input: any shape, with an element at least.
            dim: None for one number, ``()``; an axis for ``(values, indices)``.
            keepdim: keep the axis with size 1.

        Returns:
            A tensor, or the named tuple ``(values, indices)`` if ``dim`` is an axis.

        Raises:
            ValueError: there is no element to choose from.

        Example:
            >>> import pynn
            >>> pynn.median(pynn.tensor([4.0, 1.0, 3.0, 2.0]))
            tensor(2.)
            >>> pynn.tensor([[1, 5, 3], [9, 7, 8]]).median(dim=1).values
            tensor([3, 8])
        """

    def min(input: Tensor, dim: Tensor | builtins.int | None = None, keepdim: builtins.bool = False) -> Any:
        """The smallest element; along a ``dim`` the smallest and where they stand; with a tensor the smaller one.

        Args:
            input: any shape.
            dim: None for one number, ``()``; an axis for ``(values, indices)``; a tensor to compare with.
            keepdim: keep the axis with size 1.

        Returns:
            A tensor, or the named tuple ``(values, indices)`` if ``dim`` is an axis. NaN counts as the smallest.

        Raises:
            ValueError: there is no element to choose from.

        Example:
            >>> import pynn
            >>> pynn.tensor([3.0, 1.0, 2.0]).min()
            tensor(1.)
        """

    def minimum(self, /, b: _Operand) -> Tensor:
        """The smaller of two, element by element; NaN if either is NaN. The smallest of one tensor is amin or min.

        Formula:  y = min(a, b)
        Gradient: dy to the smaller; half to each where a = b
        """

    def minimum_(self, /, b: _Operand) -> Self:
        """minimum, written into this tensor itself."""

    def mm(self, /, b: _Operand) -> Tensor:
        """matmul for two matrices.

        Formula:  Y = A B
        Gradient: dA = dY Bᵀ, dB = Aᵀ dY
        """

    def moveaxis(self, /, source: _Ints, destination: _Ints) -> Tensor:
        """Moves axes to other places; the others keep their order.

        Formula:  axis source of x is axis destination of y; the others keep their order
        Gradient: dx = dy with the axes moved back
        """

    def movedim(self, /, source: _Ints, destination: _Ints) -> Tensor:
        """Moves axes to other places; the others keep their order.

        Formula:  axis source of x is axis destination of y; the others keep their order
        Gradient: dx = dy with the axes moved back
        """

    def mul(self, /, b: _Operand) -> Tensor:
        """The product of two tensors, element by element. For matrices see matmul.

        Formula:  y = a b
        Gradient: da = dy b, db = dy a
        """

    def mul_(self, /, b: _Operand) -> Self:
        """mul, written into this tensor itself."""

    def multinomial(weights: Tensor, num_samples: builtins.int, replacement: builtins.bool = False, generator: Any | None = None) -> Tensor:
        """Draws indices in proportion to weights.

        Args:
            weights: ``(K,)`` or ``(N, K)``: how probable each index is, not necessarily 1 in sum.
            num_samples: how many to draw from each row.
            replacement: whether an index may be drawn again.
            generator: a :class:`Generator` to draw from. Default: the shared random numbers.

        Returns:
            Indices (int64), ``(num_samples,)`` or ``(N, num_samples)``.

        Raises:
            ValueError: negative or all-zero weights, or more samples than positive weights without replacement.

        Source: Efraimidis & Spirakis 2006, Weighted random sampling with a reservoir, without replacement.

        Example:
            >>> import pynn
            >>> pynn.multinomial(pynn.tensor([0.0, 1.0, 0.0]), 1)
            tensor([1])
        """

    def multiply(self, /, b: _Operand) -> Tensor:
        """The product of two tensors, element by element. For matrices see matmul.

        Formula:  y = a b
        Gradient: da = dy b, db = dy a
        """

    def multiply_(self, /, b: _Operand) -> Self:
        """mul, written into this tensor itself."""

    def mv(self, /, b: _Operand) -> Tensor:
        """matmul for a matrix and a vector.

        Formula:  y = A b
        Gradient: dA = dy bᵀ, db = Aᵀ dy
        """

    def nan_to_num(self, /, nan: builtins.float = 0.0, posinf: _Operand | None = None, neginf: _Operand | None = None) -> Tensor:
        """x with numbers in the place of NaN and the infinities: by default 0, and the largest numbers of x's type. It hides what made them; find that first.

        Formula:  y = nan, posinf, neginf in the place of NaN, ∞, -∞; else x
        Gradient: dx = dy where x is finite, else 0
        """

    def nan_to_num_(self, /, nan: builtins.float = 0.0, posinf: _Operand | None = None, neginf: _Operand | None = None) -> Self:
        """nan_to_num, written into this tensor itself."""

    def nanmean(input: Tensor, dim: Any = None, keepdim: builtins.bool = False) -> Tensor:
        """The mean of the elements that are not NaN.

        Args:
            input: any shape.
            dim: an axis or several. Default: all.
            keepdim: keep the axes with size 1.

        Example:
            >>> import pynn
            >>> pynn.nanmean(pynn.tensor([1.0, float("nan"), 2.0])).item()
            1.5
        """

    def nansum(input: Tensor, dim: Any = None, keepdim: builtins.bool = False) -> Tensor:
        """The sum of the elements that are not NaN.

        Args:
            input: any shape.
            dim: an axis or several. Default: all.
            keepdim: keep the axes with size 1.

        Example:
            >>> import pynn
            >>> pynn.nansum(pynn.tensor([1.0, float("nan"), 2.0]))
            tensor(3.)
        """

    def narrow(self, /, axis: builtins.int = ..., start: builtins.int = ..., length: builtins.int = ..., *, dim: builtins.int = ...) -> Tensor:
        """`length` places along an axis, from `start`. A view.

        Formula:  y[.., k, ..] = x[.., start + k, ..]
        Gradient: dx = 0, but dx[.., start + k, ..] = dy[.., k, ..]
        """

    def ndimension(self) -> builtins.int:
        """The number of axes.

        Example:
            >>> import pynn
            >>> pynn.zeros(2, 3).ndimension()
            2
        """

    def ne(self, /, b: _Operand) -> Tensor:
        """Whether two elements differ; NaN differs from everything.

        Formula:  y = a ≠ b
        Gradient: none: the result is bool
        """

    def ne_(self, /, b: _Operand) -> Self:
        """ne, written into this tensor itself."""

    def neg(self) -> Tensor:
        """The negative of every element.

        Formula:  y = -x
        Gradient: dx = -dy
        """

    def neg_(self) -> Self:
        """neg, written into this tensor itself."""

    def negative(self) -> Tensor:
        """The negative of every element.

        Formula:  y = -x
        Gradient: dx = -dy
        """

    def negative_(self) -> Self:
        """neg, written into this tensor itself."""

    def nelement(self) -> builtins.int:
        """The number of elements.

        Example:
            >>> import pynn
            >>> pynn.zeros(2, 3).nelement()
            6
        """

    def new_empty(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False) -> Tensor:
        """A tensor of this one's dtype whose values are whatever the memory held.

        Args:
            *size: the shape, as ``x.new_empty(2, 3)`` or ``x.new_empty((2, 3))``.
            dtype: another dtype.
            device: None or "cpu".
            requires_grad: whether backward() computes a gradient for it.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).new_empty(3).shape
            (3,)
        """

    def new_full(self, size: builtins.int | Sequence[builtins.int], fill_value: builtins.float, *, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False) -> Tensor:
        """A tensor of one value, of this tensor's dtype.

        Args:
            size: the shape.
            fill_value: the value.
            dtype: another dtype.
            device: None or "cpu".
            requires_grad: whether backward() computes a gradient for it.

        Example:
            >>> import pynn
            >>> pynn.ones(1).new_full((2,), 7)
            tensor([7., 7.])
        """

    def new_ones(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False) -> Tensor:
        """Ones of this tensor's dtype.

        Args:
            *size: the shape, as ``x.new_ones(2, 3)`` or ``x.new_ones((2, 3))``.
            dtype: another dtype.
            device: None or "cpu".
            requires_grad: whether backward() computes a gradient for it.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).new_ones(3)
            tensor([1, 1, 1])
        """

    def new_tensor(self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False) -> Tensor:
        """A tensor from data, as :func:`pynn.tensor`, but of this tensor's dtype.

        Args:
            data: numbers, nested lists, an array or a tensor; it is copied.
            dtype: another dtype.
            device: None or "cpu".
            requires_grad: whether backward() computes a gradient for it.

        Example:
            >>> import pynn
            >>> pynn.ones(1).new_tensor([1, 2])
            tensor([1., 2.])
        """

    def new_zeros(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False) -> Tensor:
        """Zeros of this tensor's dtype.

        Args:
            *size: the shape, as ``x.new_zeros(2, 3)`` or ``x.new_zeros((2, 3))``.
            dtype: another dtype.
            device: None or "cpu".
            requires_grad: whether backward() computes a gradient for it.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).new_zeros(3)
            tensor([0, 0, 0])
        """

    def nonzero(self) -> Tensor:
        """The places of all elements that are not 0, as rows (count, ndim) of int64, in row-major order.

        Formula:  y = the places k with x[k] ≠ 0, one row each
        Gradient: none: the places are integers
        """

    def norm(self, /, p: builtins.float = 2.0, axis: _Ints | None = None, keepdim: builtins.bool = False, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The norm of all elements as one vector, or along `axis` (an integer or several). The gradient at the origin, where a norm has a kink, is 0.

        Formula:  y = ‖x‖ₚ = (Σ |x|ᵖ)^(1/p); p = ∞: max |x|, p = -∞: min |x|, p = 0: how many differ from 0
        Gradient: dx = dy sign(x) (|x| / y)ᵖ⁻¹, and 0 where x or y is 0; p = ±∞: shared among ties
        """

    def normal_(self, mean: builtins.float = 0.0, std: builtins.float = 1.0) -> Tensor:
        """Fills the tensor with random numbers from a normal distribution.

        Args:
            mean: their mean.
            std: their standard deviation.

        Example:
            >>> import pynn
            >>> pynn.empty(2).normal_(3.0, 0.0)
            tensor([3., 3.])
        """

    def not_equal(self, /, b: _Operand) -> Tensor:
        """Whether two elements differ; NaN differs from everything.

        Formula:  y = a ≠ b
        Gradient: none: the result is bool
        """

    def not_equal_(self, /, b: _Operand) -> Self:
        """ne, written into this tensor itself."""

    def numel(self) -> builtins.int:
        """The number of elements.

        Example:
            >>> import pynn
            >>> pynn.zeros(2, 3).numel()
            6
        """

    def numpy(self) -> _Array:
        """The same memory as a NumPy array.

        Raises:
            AutogradError: the tensor requires a gradient; call ``x.detach().numpy()``.
            TypeError: the tensor is bfloat16, which NumPy does not have; call ``x.float().numpy()``.
                ``np.asarray(x)``, which does not promise the same memory, gives the values as float32.

        Example:
            >>> import pynn
            >>> x = pynn.zeros(2)
            >>> x.numpy()[0] = 5
            >>> x
            tensor([5., 0.])
        """

    def outer(self, /, b: _Operand) -> Tensor:
        """All products of an element of a and one of b.

        Formula:  Y[i, j] = a_i b_j
        Gradient: da = dY b, db = dYᵀ a
        """

    def permute(self, /, *axes: _Ints) -> Tensor:
        """The axes in the order given. A view: no element moves.

        Formula:  y[i_a, i_b, ...] = x[i_0, i_1, ...] with (a, b, ...) = axes
        Gradient: dx = dy with the axes in the old order
        """

    def positive(input: Tensor) -> Tensor:
        """The tensor itself: +x.

        Args:
            input: any shape.

        Example:
            >>> import pynn
            >>> pynn.positive(pynn.tensor([-1.0]))
            tensor([-1.])
        """

    def pow(self, /, b: _Operand) -> Tensor:
        """a to the power of b. A negative base takes whole exponents only (else NaN); 0⁰ is 1; integers take exponents ≥ 0.

        Formula:  y = aᵇ
        Gradient: da = dy b aᵇ⁻¹, db = dy y ln a; 0 where dy = 0, da = 0 where b = 0, db = 0 where a = 0 and b ≥ 0
        """

    def pow_(self, /, b: _Operand) -> Self:
        """pow, written into this tensor itself."""

    def power(self, /, b: _Operand) -> Tensor:
        """a to the power of b. A negative base takes whole exponents only (else NaN); 0⁰ is 1; integers take exponents ≥ 0.

        Formula:  y = aᵇ
        Gradient: da = dy b aᵇ⁻¹, db = dy y ln a; 0 where dy = 0, da = 0 where b = 0, db = 0 where a = 0 and b ≥ 0
        """

    def power_(self, /, b: _Operand) -> Self:
        """pow, written into this tensor itself."""

    def prelu(self, /, weight: _Operand) -> Tensor:
        """A leaky relu whose slope below 0 is learned.

        Formula:  y = x for x > 0, else weight · x, with one weight for all or one a channel (axis 1)
        Gradient: dx = dy for x > 0, else weight · dy; dweight = dy x where x ≤ 0, summed

        Source: He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852
        """

    def prod(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, dtype: _DType | None = None, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The product of all elements, or along `axis` (an integer or several). bool and integers multiply as int64, which wraps on overflow. The product of nothing is 1.

        Formula:  y = Π x  over the axes
        Gradient: dxᵢ = dy Πⱼ xⱼ over j ≠ i, right where an x is 0 too
        """

    def quantile(input: Tensor, q: builtins.float | Tensor, dim: builtins.int | None = None, keepdim: builtins.bool = False, *, interpolation: str = 'linear') -> Tensor:
        """The value that a share ``q`` of the elements is not above.

        Args:
            input: any shape, floating-point.
            q: a number in [0, 1], or a 1-d tensor of K such numbers: the result then has a first axis of size K.
            dim: the axis. Default: all elements together.
            keepdim: keep the axis with size 1.
            interpolation: between two elements: "linear", "lower", "higher", "nearest" or "midpoint".

        Raises:
            ValueError: q is not in [0, 1], there is no element, or another interpolation.

        Example:
            >>> import pynn
            >>> pynn.quantile(pynn.tensor([0.0, 1.0, 2.0, 3.0]), 0.5)
            tensor(1.5)
        """

    def rad2deg(input: Tensor) -> Tensor:
        """Radians to degrees: x 180 / π.

        Args:
            input: any shape.

        Example:
            >>> import pynn
            >>> pynn.rad2deg(pynn.tensor([pynn.pi]))
            tensor([180.])
        """

    def random_(self, low: builtins.int = 0, high: builtins.int | None = None) -> Tensor:
        """Fills the tensor with random integers of ``low`` to ``high`` - 1; one argument is ``high``.

        Args:
            low: the least integer.
            high: one above the largest. Default: 2^24, which every dtype but uint8 and bool holds.

        Example:
            >>> import pynn
            >>> pynn.empty(3).random_(5, 6)
            tensor([5., 5., 5.])
        """

    def ravel(self) -> Tensor:
        """All elements in one axis: flatten().

        Formula:  y holds the elements of x in row-major order, in one axis
        Gradient: dx = dy in the shape of x
        """

    def reciprocal(self) -> Tensor:
        """One over every element.

        Formula:  y = 1 / x
        Gradient: dx = -dy y², and 0 where dy = 0
        """

    def reciprocal_(self) -> Self:
        """reciprocal, written into this tensor itself."""

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> HookHandle:
        """Calls a function when this tensor's gradient arrives.

        Args:
            hook: ``hook(gradient)``; a Tensor it returns takes the gradient's place.

        Returns:
            A handle: ``handle.remove()`` takes the hook away.

        Example:
            >>> import pynn
            >>> x = pynn.ones(2, requires_grad=True)
            >>> handle = x.register_hook(lambda gradient: gradient * 10)
            >>> x.sum().backward()
            >>> x.grad
            tensor([10., 10.])
        """

    def relu(self) -> Tensor:
        """The rectified linear unit: negative numbers become 0. NaN stays NaN. The gradient at 0 is 0.

        Formula:  y = max(x, 0)
        Gradient: dx = dy where y > 0, else 0

        Source: Nair & Hinton 2010, Rectified linear units improve restricted Boltzmann machines, ICML
        """

    def relu_(self) -> Self:
        """relu, written into this tensor itself."""

    def remainder(self, /, b: _Operand) -> Tensor:
        """What is left of a after whole multiples of b, with the sign of b, as Python's %. An integer modulo 0 is 0, as in NumPy.

        Formula:  y = a - b ⌊a / b⌋
        Gradient: da = dy, db = -dy ⌊a / b⌋
        """

    def remainder_(self, /, b: _Operand) -> Self:
        """remainder, written into this tensor itself."""

    def repeat(self, /, *repeats: _Ints) -> Tensor:
        """Copies of the tensor side by side, with a count for every axis (torch's repeat, NumPy's tile).

        Formula:  y[i] = x[i mod n]
        Gradient: dx = dy, summed over the copies
        """

    def repeat_interleave(self, /, repeats: _Operand, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
        """Every element several times in a row, along an axis or of the flattened tensor. NumPy's repeat.

        Formula:  y[k] = x[i], every i in a row repeats[i] times
        Gradient: dx[i] = Σ dy[k] over the copies k of x[i]
        """

    def requires_grad_(self, requires_grad: builtins.bool = True) -> Self:
        """Sets ``requires_grad`` (default: True) and returns the tensor.

        Raises:
            DTypeError: the elements are not floating-point.
            AutogradError: False for a tensor that was computed; detach it.

        Example:
            >>> import pynn
            >>> pynn.ones(2).requires_grad_()
            tensor([1., 1.], requires_grad=True)
        """

    def reshape(self, /, *shape: _Ints) -> Tensor:
        """The same elements under another shape; one size may be -1. A view wherever the strides allow it, else a copy.

        Formula:  y holds the elements of x in row-major order
        Gradient: dx = dy in the shape of x
        """

    def reshape_as(self, other: Tensor) -> Tensor:
        """The same elements in the shape of another tensor; a copy where a view cannot be.

        Args:
            other: the tensor that has the shape.

        Example:
            >>> import pynn
            >>> pynn.arange(4).reshape_as(pynn.ones(2, 2)).tolist()
            [[0, 1], [2, 3]]
        """

    def retain_grad(self) -> None:
        """Lets backward keep the gradient of this computed tensor in ``.grad``, as it does for leaves.

        Example:
            >>> import pynn
            >>> y = pynn.ones(2, requires_grad=True) * 2
            >>> y.retain_grad()
            >>> y.sum().backward()
            >>> y.grad
            tensor([1., 1.])
        """

    def roll(self, /, shifts: _Ints, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
        """The elements shifted along axes; what leaves one end comes in at the other.

        Formula:  y[i] = x[(i - shift) mod n]
        Gradient: dx[i] = dy[(i + shift) mod n]
        """

    def round(self, /, decimals: builtins.int = 0) -> Tensor:
        """The nearest whole number, or number with so many decimals; halves go to the even neighbour, as in NumPy and IEEE 754.

        Formula:  y = the multiple of 10⁻ᵈ nearest to x, d = decimals
        Gradient: dx = 0: constant between its jumps
        """

    def round_(self, /, decimals: builtins.int = 0) -> Self:
        """round, written into this tensor itself."""

    def rsqrt(self) -> Tensor:
        """One over the square root; inf at 0, NaN for negative numbers.

        Formula:  y = 1 / √x
        Gradient: dx = -½ dy y³, and 0 where dy = 0
        """

    def rsqrt_(self) -> Self:
        """rsqrt, written into this tensor itself."""

    def scatter(self, /, axis: builtins.int = ..., index: _Operand = ..., src: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
        """Puts every element of src (or a number) into the place of x that the index names along the axis. Where several go to one place, the last stays.

        Formula:  y = x, but y[.., index[.., k, ..], ..] = src[.., k, ..]
        Gradient: dx = dy with 0 at the places written, dsrc[.., k, ..] = dy[.., index[.., k, ..], ..] where it stayed
        """

    def scatter_(self, /, axis: builtins.int = ..., index: _Operand = ..., src: _Operand = ..., *, dim: builtins.int = ...) -> Self:
        """scatter, written into this tensor itself."""

    def scatter_add(self, /, axis: builtins.int = ..., index: _Operand = ..., src: _Operand = ..., *, dim: builtins.int = ...) -> Tensor:
        """Adds every element of src to the place of x that the index names along the axis. The order of additions is fixed, so results do not depend on the number of threads.

        Formula:  y = x, then y[.., index[.., k, ..], ..] += src[.., k, ..]
        Gradient: dx = dy, dsrc[.., k, ..] = dy[.., index[.., k, ..], ..]
        """

    def scatter_add_(self, /, axis: builtins.int = ..., index: _Operand = ..., src: _Operand = ..., *, dim: builtins.int = ...) -> Self:
        """scatter_add, written into this tensor itself."""

    def select(self, /, axis: builtins.int = ..., index: builtins.int = ..., *, dim: builtins.int = ...) -> Tensor:
        """One place along an axis, without that axis. A view.

        Formula:  y[.., ..] = x[.., index, ..]
        Gradient: dx = 0, but dx[.., index, ..] = dy
        """

    def selu(self) -> Tensor:
        """An elu scaled so that mean 0 and variance 1 are a fixed point of deep networks. Use it with LeCun-normal weights and alpha dropout.

        Formula:  y = λ x for x > 0, else λ α (eˣ - 1); λ ≈ 1.0507, α ≈ 1.6733
        Gradient: dx = λ dy for x > 0, else dy λ α eˣ

        Source: Klambauer et al. 2017, arXiv:1706.02515, eq. 2
        """

    def selu_(self) -> Self:
        """selu, written into this tensor itself."""

    def sgn(self) -> Tensor:
        """The sign of every element; 0 for NaN, as in PyTorch.

        Formula:  y = -1, 0, 1  for x < 0, x = 0, x > 0
        Gradient: dx = 0: constant but for the jump
        """

    def sgn_(self) -> Self:
        """sign, written into this tensor itself."""

    def sigmoid(self) -> Tensor:
        """The logistic function: a score to a probability in (0, 1). Its slope is at most ¼, so gradients shrink through a stack of sigmoids.

        Formula:  y = σ(x) = 1 / (1 + e⁻ˣ)
        Gradient: dx = dy y (1 - y)
        """

    def sigmoid_(self) -> Self:
        """sigmoid, written into this tensor itself."""

    def sign(self) -> Tensor:
        """The sign of every element; 0 for NaN, as in PyTorch.

        Formula:  y = -1, 0, 1  for x < 0, x = 0, x > 0
        Gradient: dx = 0: constant but for the jump
        """

    def sign_(self) -> Self:
        """sign, written into this tensor itself."""

    def signbit(input: Tensor) -> Tensor:
        """Whether the sign of an element is minus, which -0.0 has too.

        Args:
            input: any shape.

        Example:
            >>> import pynn
            >>> pynn.signbit(pynn.tensor([-1.0, -0.0, 0.0]))
            tensor([ True,  True, False])
        """

    def sin(self) -> Tensor:
        """The sine of an angle in radians.

        Formula:  y = sin x
        Gradient: dx = dy cos x
        """

    def sin_(self) -> Self:
        """sin, written into this tensor itself."""

    def sinc(input: Tensor) -> Tensor:
        """sin(πx) / (πx), and 1 at 0.

        Args:
            input: any shape.

        Example:
            >>> import pynn
            >>> pynn.sinc(pynn.tensor([0.0, 0.5]))
            tensor([1.    , 0.6366])
        """

    def sinh(self) -> Tensor:
        """The hyperbolic sine.

        Formula:  y = (eˣ - e⁻ˣ) / 2
        Gradient: dx = dy cosh x
        """

    def sinh_(self) -> Self:
        """sinh, written into this tensor itself."""

    def size(self, dim: builtins.int | None = None) -> Any:
        """The shape, or with ``dim`` the size of one axis.

        Raises:
            IndexError: there is no such axis.

        Example:
            >>> import pynn
            >>> x = pynn.zeros(2, 3)
            >>> x.size(), x.size(-1)
            ((2, 3), 3)
        """

    def softmax(self, /, axis: builtins.int = -1, dtype: _DType | None = None, *, dim: builtins.int = ...) -> Tensor:
        """Scores as probabilities: positive, and 1 in sum along the axis. Scores of any size are safe. -inf means impossible; a row of nothing but -inf, which admits no distribution, becomes zeros.

        Formula:  yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)  along the axis
        Gradient: dxᵢ = yᵢ (dyᵢ - Σⱼ dyⱼ yⱼ)

        Source: J. S. Bridle, Probabilistic interpretation of feedforward classification network outputs, 1990
        """

    def sort(self, /, axis: builtins.int = -1, descending: builtins.bool = False, stable: builtins.bool = False, *, dim: builtins.int = ...) -> ops._SortResult:
        """The elements along an axis from the smallest to the largest (or, `descending`, the other way), and the indices where they stood. Equal elements keep their order, with `stable` or without. NaN counts as the largest.

        Formula:  values₀ ≤ values₁ ≤ ..., values = x[indices]  along the axis
        Gradient: dx[indices] = dy
        """

    def split(self, /, split_size_or_sections: _Ints, axis: builtins.int = 0, *, dim: builtins.int = ...) -> tuple[Tensor, ...]:
        """Pieces of one size (the last may be shorter), or of the sizes listed. Views.

        Formula:  yₖ = the k-th piece of x along the axis
        Gradient: dx = [dy₀, dy₁, ...] along the axis
        """

    def sqrt(self) -> Tensor:
        """The square root; NaN for negative numbers. Its slope at 0 is infinite; where dy = 0 the gradient is 0 all the same, so that where(x > 0, sqrt(x), 0) has a gradient without NaN.

        Formula:  y = √x
        Gradient: dx = dy / (2 y), and 0 where dy = 0
        """

    def sqrt_(self) -> Self:
        """sqrt, written into this tensor itself."""

    def square(self) -> Tensor:
        """The square of every element.

        Formula:  y = x²
        Gradient: dx = 2 dy x
        """

    def square_(self) -> Self:
        """square, written into this tensor itself."""

    def squeeze(self, /, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
        """Drops axes of size 1: all of them, or those named (a named axis of another size stays).

        Formula:  y holds the elements of x without axes of size 1
        Gradient: dx = dy in the shape of x
        """

    def std(self, /, axis: _Ints | None = None, correction: builtins.float = 1.0, keepdim: builtins.bool = False, unbiased: builtins.bool = True, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The standard deviation of all elements, or along `axis`: the square root of var, with the same `correction`.

        Formula:  y = √(1/(n - correction) Σ (x - x̄)²)  over the axes, n elements
        Gradient: dx = dy (x - x̄) / ((n - correction) y), and 0 where y = 0
        """

    def storage_offset(self) -> builtins.int:
        """Where the first element stands in the memory that the tensor looks at, in elements.

        Example:
            >>> import pynn
            >>> pynn.arange(5)[2:].storage_offset()
            2
        """

    def stride(self, dim: builtins.int | None = None) -> Any:
        """The step between neighbours along each axis, or with ``dim`` along one, in elements.

        Example:
            >>> import pynn
            >>> pynn.zeros(2, 3).stride(), pynn.zeros(2, 3).T.stride(1)
            ((3, 1), 3)
        """

    def sub(self, /, b: _Operand) -> Tensor:
        """The difference of two tensors.

        Formula:  y = a - b
        Gradient: da = dy, db = -dy
        """

    def sub_(self, /, b: _Operand) -> Self:
        """sub, written into this tensor itself."""

    def subtract(self, /, b: _Operand) -> Tensor:
        """The difference of two tensors.

        Formula:  y = a - b
        Gradient: da = dy, db = -dy
        """

    def subtract_(self, /, b: _Operand) -> Self:
        """sub, written into this tensor itself."""

    def sum(self, /, axis: _Ints | None = None, keepdim: builtins.bool = False, dtype: _DType | None = None, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The sum of all elements, or along `axis` (an integer or several). bool and integers add up as int64. float32 is totalled in float64, in an order that does not depend on the number of threads.

        Formula:  y = Σ x  over the axes
        Gradient: dx = dy, the same for every element that was summed
        """

    def swapaxes(self, /, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchanges two axes. A view: no element moves.

        Formula:  y[.., j, .., i, ..] = x[.., i, .., j, ..]
        Gradient: dx = dy with the two axes exchanged
        """

    def t(self) -> Tensor:
        """The transpose of a matrix; a vector stays as it is.

        Formula:  y[j, i] = x[i, j]
        Gradient: dx = dyᵀ
        """

    def take(self, /, index: _Operand) -> Tensor:
        """Elements by their number in row-major order; negative ones count from the end.

        Formula:  y[j] = x.flat[index[j]]
        Gradient: dx = 0, then dx.flat[index[j]] += dy[j]
        """

    def take_along_axis(self, /, index: _Operand, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
        """As gather, but along the other axes x and index broadcast: takes back what argsort or argmax(keepdim=True) along that axis found.

        Formula:  y[.., k, ..] = x[.., index[.., k, ..], ..]
        Gradient: dx = 0, then dx[.., index[.., k, ..], ..] += dy[.., k, ..]
        """

    def take_along_dim(self, /, index: _Operand, axis: _Ints | None = None, *, dim: _Ints | None = ...) -> Tensor:
        """As gather, but along the other axes x and index broadcast: takes back what argsort or argmax(keepdim=True) along that axis found.

        Formula:  y[.., k, ..] = x[.., index[.., k, ..], ..]
        Gradient: dx = 0, then dx[.., index[.., k, ..], ..] += dy[.., k, ..]
        """

    def tan(self) -> Tensor:
        """The tangent of an angle in radians.

        Formula:  y = tan x
        Gradient: dx = dy (1 + y²)
        """

    def tan_(self) -> Self:
        """tan, written into this tensor itself."""

    def tanh(self) -> Tensor:
        """The hyperbolic tangent: squashes numbers into (-1, 1), steepest at 0. Saturated, |x| > 3, its gradient nearly vanishes.

        Formula:  y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)
        Gradient: dx = dy (1 - y²)
        """

    def tanh_(self) -> Self:
        """tanh, written into this tensor itself."""

    def tensor_split(input: Tensor, indices_or_sections: builtins.int | Sequence[builtins.int], dim: builtins.int = 0) -> tuple[Tensor, ...]:
        """Views of the parts of a tensor along an axis, of nearly equal size or between given indices.

        Args:
            input: any shape with an axis.
            indices_or_sections: how many parts, the first ones longer by one where needed; or where to cut.
            dim: the axis.

        Raises:
            ValueError: fewer than one part.

        Example:
            >>> import pynn
            >>> [t.tolist() for t in pynn.tensor_split(pynn.arange(5), 3)]
            [[0, 1], [2, 3], [4]]
        """

    def threshold(self, /, threshold: builtins.float, value: builtins.float) -> Tensor:
        """Every element that does not exceed the threshold, replaced by one value.

        Formula:  y = x for x > threshold, else value
        Gradient: dx = dy where x > threshold, else 0
        """

    def threshold_(self, /, threshold: builtins.float, value: builtins.float) -> Self:
        """threshold, written into this tensor itself."""

    def tile(self, /, *dims: _Ints) -> Tensor:
        """Copies of the tensor side by side; missing leading counts are 1, as in NumPy.

        Formula:  y[i] = x[i mod n]
        Gradient: dx = dy, summed over the copies
        """

    def to(self, *args: Any, dtype: Any = None, device: Any = None, copy: builtins.bool = False) -> Tensor:
        """The tensor with another dtype, on another device, or with those of another tensor.

        ``x.to(pynn.float64)``, ``x.to("cpu")``, ``x.to("cpu", pynn.float64)`` and ``x.to(other)``.

        Args:
            *args: a dtype, a device, or a tensor that has them.
            dtype: the dtype by name.
            device: the device by name.
            copy: make a copy in any case. Default: the tensor itself if it is that already.

        Raises:
            ValueError: a device that pynn does not have.
            TypeError: an argument that is neither dtype, device nor tensor.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).to(pynn.float32)
            tensor([1., 2.])
        """

    def tolist(self) -> Any:
        """The values as (nested) lists of Python numbers; a number for a 0-d tensor.

        Example:
            >>> import pynn
            >>> pynn.eye(2).tolist()
            [[1.0, 0.0], [0.0, 1.0]]
        """

    def topk(self, /, k: builtins.int, axis: builtins.int = -1, largest: builtins.bool = True, sorted: builtins.bool = True, *, dim: builtins.int = ...) -> ops._TopkResult:
        """The k largest elements along an axis (or smallest, with `largest=False`) in order, and where they stand. Of equal ones the first come first. NaN counts as the largest. With `sorted=False` their order is left open, which saves time for a large k.

        Formula:  values = the k largest x, indices = where they stand  along the axis
        Gradient: dx[indices] = dy, 0 elsewhere
        """

    def trace(input: Tensor) -> Tensor:
        """The sum of the diagonal of a matrix.

        Args:
            input: ``(N, M)``.

        Raises:
            ShapeError: it is no matrix.

        Example:
            >>> import pynn
            >>> pynn.trace(pynn.tensor([[1, 2], [3, 4]]))
            tensor(5)
        """

    def transpose(self, /, dim0: builtins.int, dim1: builtins.int) -> Tensor:
        """Exchanges two axes. A view: no element moves.

        Formula:  y[.., j, .., i, ..] = x[.., i, .., j, ..]
        Gradient: dx = dy with the two axes exchanged
        """

    def tril(self, /, diagonal: builtins.int = 0) -> Tensor:
        """The lower triangle of every matrix; zeros above it.

        Formula:  y[i, j] = x[i, j] if j - i <= diagonal else 0
        Gradient: dx = tril(dy, diagonal)
        """

    def tril_(self, /, diagonal: builtins.int = 0) -> Self:
        """tril, written into this tensor itself."""

    def triu(self, /, diagonal: builtins.int = 0) -> Tensor:
        """The upper triangle of every matrix; zeros below it.

        Formula:  y[i, j] = x[i, j] if j - i >= diagonal else 0
        Gradient: dx = triu(dy, diagonal)
        """

    def triu_(self, /, diagonal: builtins.int = 0) -> Self:
        """triu, written into this tensor itself."""

    def true_divide(self, /, b: _Operand) -> Tensor:
        """The quotient of two tensors. Integers are divided as floats. Where dy = 0 the gradients are 0, whatever b is, so that where(b != 0, a / b, 0) has a gradient without NaN.

        Formula:  y = a / b
        Gradient: da = dy / b, db = -dy a / b²
        """

    def true_divide_(self, /, b: _Operand) -> Self:
        """div, written into this tensor itself."""

    def trunc(self) -> Tensor:
        """The whole part of x: rounded toward 0.

        Formula:  y = sign(x) ⌊|x|⌋
        Gradient: dx = 0: constant between its jumps
        """

    def trunc_(self) -> Self:
        """trunc, written into this tensor itself."""

    def type(self, dtype: Any = None) -> Any:
        """The dtype, or the tensor converted to one."""

    def type_as(self, other: Tensor) -> Tensor:
        """The tensor with the dtype of another one.

        Args:
            other: the tensor that has the dtype.

        Example:
            >>> import pynn
            >>> pynn.tensor([1, 2]).type_as(pynn.ones(1))
            tensor([1., 2.])
        """

    def unbind(self, /, axis: builtins.int = 0, *, dim: builtins.int = ...) -> tuple[Tensor, ...]:
        """The slices along an axis, without that axis. Views.

        Formula:  yₖ = x[k]
        Gradient: dx = [dy₀, dy₁, ...] along a new axis
        """

    def unflatten(self, /, axis: builtins.int = ..., sizes: _Ints = ..., *, dim: builtins.int = ...) -> Tensor:
        """Splits one axis into several: the reverse of flatten.

        Formula:  y holds the elements of x in row-major order, one axis as several
        Gradient: dx = dy in the shape of x
        """

    def unfold(self, /, axis: builtins.int = ..., size: builtins.int = ..., step: builtins.int = ..., *, dim: builtins.int = ...) -> Tensor:
        """Sliding windows along an axis; the places within a window become the last axis. A view: windows overlap.

        Formula:  y[.., w, .., k] = x[.., step w + k, ..]
        Gradient: dx[.., i, ..] = Σ dy[.., w, .., k] over all step w + k = i
        """

    def uniform_(self, low: builtins.float = 0.0, high: builtins.float = 1.0) -> Tensor:
        """Fills the tensor with random numbers, evenly spread over [low, high).

        Args:
            low: the lower end.
            high: the upper end.

        Example:
            >>> import pynn
            >>> bool((pynn.empty(5).uniform_(-1, 1).abs() <= 1).all())
            True
        """

    def unique(input: Tensor, sorted: builtins.bool = True, return_inverse: builtins.bool = False, return_counts: builtins.bool = False, dim: builtins.int | None = None) -> Any:
        """The different elements, in order.

        Args:
            input: any shape.
            sorted: accepted for PyTorch's sake; they always are.
            return_inverse: also return where each element of the input stands among them.
            return_counts: also return how often each occurs.
            dim: compare whole slices along this axis. Default: single elements.

        Returns:
            A tensor, or a tuple of it and what else was asked for.

        Example:
            >>> import pynn
            >>> pynn.unique(pynn.tensor([3, 1, 3]), return_counts=True)
            (tensor([1, 3]), tensor([1, 2]))
        """

    def unsqueeze(self, /, axis: builtins.int = ..., *, dim: builtins.int = ...) -> Tensor:
        """Inserts an axis of size 1 at `axis`: (N,) with axis 1 becomes (N, 1).

        Formula:  y holds the elements of x with a new axis of size 1
        Gradient: dx = dy in the shape of x
        """

    def var(self, /, axis: _Ints | None = None, correction: builtins.float = 1.0, keepdim: builtins.bool = False, unbiased: builtins.bool = True, *, dim: _Ints | None = ..., keepdims: builtins.bool = ...) -> Tensor:
        """The variance of all elements, or along `axis`. `correction=1` estimates the variance of the population from a sample (Bessel); `correction=0`, or `unbiased=False`, is the sample's own, as NumPy's default. With no more than `correction` elements it is NaN.

        Formula:  y = 1/(n - correction) Σ (x - x̄)²  over the axes, n elements
        Gradient: dx = 2 dy (x - x̄) / (n - correction)
        """

    def vdot(input: Tensor, other: Tensor) -> Tensor:
        """The sum of products of two vectors.

        Args:
            input: ``(N,)``.
            other: ``(N,)``.

        Raises:
            ShapeError: they are no vectors of one size.

        Example:
            >>> import pynn
            >>> pynn.vdot(pynn.tensor([1.0, 2.0]), pynn.tensor([3.0, 4.0]))
            tensor(11.)
        """

    def view(self, /, *shape: _Ints) -> Tensor:
        """As reshape, but never a copy: an error where the memory does not allow it.

        Formula:  y holds the elements of x in row-major order
        Gradient: dx = dy in the shape of x
        """

    def view_as(self, other: Tensor) -> Tensor:
        """The same elements, in the shape of another tensor; a view.

        Args:
            other: the tensor that has the shape.

        Raises:
            ShapeError: the shapes differ in number of elements, or no view can be.

        Example:
            >>> import pynn
            >>> pynn.arange(4).view_as(pynn.ones(2, 2)).tolist()
            [[0, 1], [2, 3]]
        """

    def vsplit(input: Tensor, indices_or_sections: builtins.int | Sequence[builtins.int]) -> tuple[Tensor, ...]:
        """:func:`tensor_split` along the rows: axis 0.

        Args:
            input: two axes or more.
            indices_or_sections: how many parts, or where to cut.

        Raises:
            ShapeError: fewer axes.

        Example:
            >>> import pynn
            >>> [tuple(t.shape) for t in pynn.vsplit(pynn.ones(4, 2), [1])]
            [(1, 2), (3, 2)]
        """

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """This tensor where the condition holds, ``other`` elsewhere.

        Args:
            condition: a bool tensor that broadcasts with this one.
            other: a tensor or number that broadcasts with this one.

        Example:
            >>> import pynn
            >>> x = pynn.tensor([-1.0, 2.0])
            >>> x.where(x > 0, 0.0)
            tensor([0., 2.])
        """

    def xlogy(self, /, b: _Operand) -> Tensor:
        """a ln b with the convention 0 ln 0 = 0 of entropies.

        Formula:  y = a ln b, and 0 for a = 0
        Gradient: da = dy ln b, db = dy a / b; both 0 where a = b = 0 or dy = 0
        """

    def xlogy_(self, /, b: _Operand) -> Self:
        """xlogy, written into this tensor itself."""

    def zero_(self) -> Self:
        """Sets every element to 0.

        Example:
            >>> import pynn
            >>> pynn.ones(3).zero_()
            tensor([0., 0., 0.])
        """
