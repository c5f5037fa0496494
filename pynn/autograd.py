"""Automatic differentiation: gradients of anything computed from tensors.

Every op that takes a tensor with ``requires_grad=True`` leaves a node that knows its gradient rule;
``backward()`` walks the nodes from the output to the leaves and multiplies along the way: the chain rule
(Linnainmaa 1970; Rumelhart, Hinton and Williams 1986).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

import numpy as np

from pynn import _core
from pynn._core import Tensor, _autograd

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]

Tensors: TypeAlias = "Tensor | Sequence[Tensor]"
F = TypeVar("F", bound=Callable[..., Any])


def is_grad_enabled() -> bool:
    """Whether ops record history now.

    Example:
        >>> import pynn
        >>> with pynn.no_grad():
        ...     pynn.is_grad_enabled()
        False
    """
    return _autograd.is_grad_enabled()


class _GradMode:
    """Switches recording on or off: ``with no_grad():`` or ``@no_grad()``."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._before: list[bool] = []

    def __enter__(self) -> _GradMode:
        self._before.append(_autograd.is_grad_enabled())
        _autograd.set_grad_enabled(self._enabled)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _autograd.set_grad_enabled(self._before.pop())

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            with type(self)._like(self):
                return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]

    @staticmethod
    def _like(mode: _GradMode) -> _GradMode:
        return _GradMode(mode._enabled)


class no_grad(_GradMode):  # noqa: N801 - torch's name
    """Inside it, ops record nothing: faster, and no memory is kept for a backward.

    It is a block, ``with pynn.no_grad():``, or a decorator, ``@pynn.no_grad()``.

    Args:
        function: given only where the parentheses of ``@no_grad()`` were forgotten, which is an error.

    Example:
        >>> import pynn
        >>> w = pynn.ones(2, requires_grad=True)
        >>> with pynn.no_grad():
        ...     y = w * 2
        >>> y.requires_grad
        False
    """

    def __init__(self, function: Callable[..., Any] | None = None) -> None:
        super().__init__(False)
        if function is not None:
            raise TypeError("no_grad is used as @no_grad() or `with no_grad():`, with parentheses")


class enable_grad(_GradMode):  # noqa: N801 - torch's name
    """Inside it, ops record again, for a part of a ``no_grad`` block.

    Example:
        >>> import pynn
        >>> w = pynn.ones(2, requires_grad=True)
        >>> with pynn.no_grad(), pynn.enable_grad():
        ...     y = w * 2
        >>> y.requires_grad
        True
    """

    def __init__(self) -> None:
        super().__init__(True)


class set_grad_enabled(_GradMode):  # noqa: N801 - torch's name
    """Switches recording at once, and back at the end of a ``with`` block if it is used as one.

    Args:
        mode: True to record.

    Example:
        >>> import pynn
        >>> training = False
        >>> with pynn.set_grad_enabled(training):
        ...     (pynn.ones(2, requires_grad=True) * 2).requires_grad
        False
    """

    def __init__(self, mode: bool) -> None:
        super().__init__(bool(mode))
        self._at_once = _autograd.is_grad_enabled()
        _autograd.set_grad_enabled(bool(mode))

    def __enter__(self) -> set_grad_enabled:
        self._before.append(self._at_once)
        return self


inference_mode = no_grad


def _as_list(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _check_tensors(name: str, argument: str, given: Any) -> None:
    if not isinstance(given, (Tensor, Sequence)):
        raise TypeError(f"{name}: {argument} must be a Tensor or a list of them, got {type(given).__name__}")


def backward(
    tensors: Tensors,
    grad_tensors: Tensors | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
) -> None:
    """Adds the gradient of ``sum(tensors * grad_tensors)`` to the ``.grad`` of every leaf.

    Args:
        tensors: what to differentiate; one element each, unless ``grad_tensors`` is given.
        grad_tensors: the gradient of what follows, of the same shapes. Default: 1.
        retain_graph: keep what forward saved, so that backward can run again. Default: ``create_graph``.
        create_graph: record the backward itself, for gradients of gradients.

    Raises:
        AutogradError: nothing to differentiate, or the graph was already used up.

    Source: Linnainmaa 1970; Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating
    errors.

    Example:
        >>> import pynn
        >>> x = pynn.tensor([1.0, 2.0], requires_grad=True)
        >>> pynn.autograd.backward((x * x).sum())
        >>> x.grad
        tensor([2., 4.])
    """
    retain = create_graph if retain_graph is None else retain_graph
    _check_tensors("backward", "tensors", tensors)
    _autograd.backward(tensors, grad_tensors, retain, create_graph)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Tensors | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Tensor | None, ...]:
    """The gradients of ``sum(outputs * grad_outputs)`` by ``inputs``; no ``.grad`` is touched.

    Args:
        outputs: what to differentiate, a tensor or several.
        inputs: by what, a tensor or several.
        grad_outputs: the gradient of what follows, of the shapes of the outputs. Default: 1.
        retain_graph: keep what forward saved, so that backward can run again. Default: ``create_graph``.
        create_graph: record the backward itself, for gradients of gradients.
        allow_unused: None for an input that does not take part, instead of an error.

    Returns:
        A tuple with a tensor for each input.

    Raises:
        AutogradError: an input does not take part and ``allow_unused`` is False.

    Example:
        >>> import pynn
        >>> x = pynn.tensor([3.0], requires_grad=True)
        >>> (dx,) = pynn.autograd.grad(x**3, x, create_graph=True)
        >>> (ddx,) = pynn.autograd.grad(dx, x)
        >>> dx.item(), ddx.item()
        (27.0, 18.0)
    """
    retain = create_graph if retain_graph is None else retain_graph
    _check_tensors("grad", "outputs", outputs)
    _check_tensors("grad", "inputs", inputs)
    return _autograd.grad(outputs, inputs, grad_outputs, retain, create_graph, allow_unused)


class FunctionContext:
    """What ``Function.forward`` leaves for ``Function.backward``."""

    def __init__(self, function: type[Function]) -> None:
        self._function = function
        self._to_save: tuple[Tensor | None, ...] = ()
        self.saved_tensors: tuple[Tensor | None, ...] = ()
        self.needs_input_grad: tuple[bool, ...] = ()

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps inputs or outputs for backward; changes made to them in place are then noticed."""
        self._to_save = tensors


class Function:
    """An op of your own: a forward and its gradient, both in Python.

    >>> import pynn
    >>> class Cube(pynn.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x * x
    ...
    ...     @staticmethod
    ...     def backward(ctx, dy):
    ...         (x,) = ctx.saved_tensors
    ...         return dy * 3 * x * x
    >>> x = pynn.tensor([2.0], requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad.item()
    12.0
    """

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        """The function's value.

        Args:
            ctx: what `backward` needs goes into ``ctx.save_for_backward(...)``, or into attributes.
            *args: what `apply` was given.
        """
        raise NotImplementedError("a Function needs a static method forward(ctx, *args)")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """A gradient (or None) for each argument of `forward`.

        Args:
            ctx: what `forward` left; ``ctx.saved_tensors`` and ``ctx.needs_input_grad``.
            *grad_outputs: the gradient of each output of `forward`.
        """
        raise NotImplementedError("a Function needs a static method backward(ctx, *grad_outputs)")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Runs forward and records one node whose backward is this class's.

        Args:
            *args: what `forward` takes after ``ctx``. Gradients flow to the tensors among them.
        """
        return _autograd.apply_function(cls, FunctionContext(cls), args)


class GradcheckError(RuntimeError):
    """An analytic gradient that disagrees with finite differences; the message says where."""


def _numerical_gradient(
    function: Callable[[], list[np.ndarray]], x: Tensor, weights: list[np.ndarray], eps: float
) -> np.ndarray:
    """d(sum(outputs * weights)) / dx by central differences, element by element."""
    values = _core.to_numpy(x.detach())
    gradient = np.zeros(values.shape)
    for index in np.ndindex(*values.shape):
        before = values[index]
        values[index] = before + eps
        above = sum(float((y * w).sum()) for y, w in zip(function(), weights, strict=True))
        values[index] = before - eps
        below = sum(float((y * w).sum()) for y, w in zip(function(), weights, strict=True))
        values[index] = before
        gradient[index] = (above - below) / (2 * eps)
    return gradient


def gradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Compares the gradients that backward computes with central finite differences.

    The outputs are weighted with fixed random numbers, so that an error in any of them shows.

    Args:
        func: ``func(*inputs)`` returns a tensor or a tuple of tensors.
        inputs: its arguments. Those that require a gradient must be float64: float32 has too few digits.
        eps: the step of the differences.
        atol: the absolute tolerance.
        rtol: the relative tolerance.
        raise_exception: whether a wrong gradient raises; otherwise the result is False.

    Returns:
        True, or False for a wrong gradient if ``raise_exception`` is False.

    Raises:
        GradcheckError: a gradient differs by more than ``atol + rtol * |numerical|``.
        TypeError: an input that requires a gradient is not float64.

    Example:
        >>> import pynn
        >>> x = pynn.rand(3, dtype=pynn.float64, requires_grad=True)
        >>> pynn.autograd.gradcheck(pynn.tanh, x)
        True
    """
    args = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = [a for a in args if isinstance(a, Tensor) and a.requires_grad]
    if not checked:
        raise ValueError("gradcheck: no input requires a gradient")
    for x in checked:
        if x.dtype != _core.float64:
            raise TypeError(f"gradcheck: inputs must be float64, got {x.dtype}. Did you mean x.double()?")
        if not x.is_leaf:
            raise ValueError("gradcheck: inputs must be leaves. Did you mean x.detach().requires_grad_()?")

    def differentiable_outputs() -> list[Tensor]:
        result = func(*args)
        outputs = [result] if isinstance(result, Tensor) else list(result)
        return [y for y in outputs if isinstance(y, Tensor) and y.dtype.is_floating_point and y.requires_grad]

    outputs = differentiable_outputs()
    if not outputs:
        raise ValueError("gradcheck: no output depends on an input that requires a gradient")
    rng = np.random.default_rng(0)
    weights = [rng.uniform(0.5, 1.5, y.shape) * rng.choice([-1.0, 1.0], y.shape) for y in outputs]
    analytic = grad(outputs, checked, [_core.tensor(w, _core.float64) for w in weights], allow_unused=True)

    def forward_values() -> list[np.ndarray]:
        return [np.array(_core.to_numpy(y.detach())) for y in differentiable_outputs()]

    for k, (x, dx) in enumerate(zip(checked, analytic, strict=True)):
        got = np.zeros(x.shape) if dx is None else np.array(_core.to_numpy(dx.detach()))
        want = _numerical_gradient(forward_values, x, weights, eps)
        wrong = ~(np.abs(got - want) <= atol + rtol * np.abs(want))
        if wrong.any():
            if not raise_exception:
                return False
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise GradcheckError(
                f"gradient of input {k} at {at}: backward gives {got[at]!r}, finite differences {want[at]!r} "
                f"({int(wrong.sum())} of {wrong.size} elements differ)"
            )
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Checks gradients of gradients: :func:`gradcheck` applied to the backward of ``func``.

    Args:
        func: ``func(*inputs)`` returns a tensor or a tuple of tensors.
        inputs: its arguments; those that require a gradient must be float64.
        eps: the step of the differences.
        atol: the absolute tolerance.
        rtol: the relative tolerance.
        raise_exception: whether a wrong gradient raises; otherwise the result is False.

    Raises:
        GradcheckError: a second derivative is wrong.

    Example:
        >>> import pynn
        >>> x = pynn.rand(3, dtype=pynn.float64, requires_grad=True)
        >>> pynn.autograd.gradgradcheck(pynn.tanh, x)
        True
    """
    args = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    places = [i for i, a in enumerate(args) if isinstance(a, Tensor) and a.requires_grad]

    def outputs_of(values: Sequence[Any]) -> list[Tensor]:
        result = func(*values)
        outputs = [result] if isinstance(result, Tensor) else list(result)
        return [y for y in outputs if y.dtype.is_floating_point and y.requires_grad]

    rng = np.random.default_rng(1)
    seeds = [
        _core.tensor(rng.standard_normal(y.shape), _core.float64, requires_grad=True)
        for y in outputs_of(args)
    ]

    def first_gradients(*values: Any) -> tuple[Tensor, ...]:
        original, dys = values[: len(args)], values[len(args) :]
        ys = outputs_of(original)
        xs = [original[i] for i in places]
        dxs = grad(ys, xs, list(dys), create_graph=True, allow_unused=True)
        return tuple(dx for dx in dxs if dx is not None and dx.requires_grad)

    return gradcheck(first_gradients, [*args, *seeds], eps, atol, rtol, raise_exception)
