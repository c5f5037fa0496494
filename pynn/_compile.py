"""compile: a function whose calls are recorded once, and replayed by C++ (csrc/record/)."""

from __future__ import annotations

import functools
import types
import warnings
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar, overload

from pynn import _core, autograd, nn

__all__ = ["CompiledModule", "CompiledStep", "RecordingWarning", "compile"]

P = ParamSpec("P")
R = TypeVar("R")


class RecordingWarning(UserWarning):
    """A step cannot be recorded, and why. It runs as it is written, at its usual speed."""


class CompiledStep(Generic[P, R]):
    """A function with its recordings; made by `pynn.compile`. Call it like the function.

    Args:
        function: what is recorded.

    Example:
        >>> import pynn
        >>> double = pynn.compile(lambda x: x + x)
        >>> double(pynn.ones(2)), double(pynn.zeros(2))
        (tensor([2., 2.]), tensor([0., 0.]))
        >>> double.recordings
        1
    """

    def __init__(self, function: Callable[P, R]) -> None:
        if not callable(function):
            raise TypeError(f"CompiledStep: expected a function, got {type(function).__name__}")
        name = getattr(function, "__qualname__", type(function).__name__)
        self._step = _core.record.Step(function, functools.partial(_warn, name))
        functools.update_wrapper(self, function, updated=())

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        result: R = self._step.call(args, kwargs)
        return result

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    @property
    def recordings(self) -> int:
        """How many kinds of call have been recorded: one for each combination of shapes, types, ..."""
        return self._step.recordings

    @property
    def refusal(self) -> str | None:
        """Why the function is not recorded but runs as it is written; None if nothing is in the way."""
        return self._step.refusal

    def explain(self) -> str:
        """The recorded instructions, pass by pass, and the memory that was planned for them."""
        return self._step.explain()

    def __repr__(self) -> str:
        name = getattr(self, "__qualname__", repr(self._step.function))
        state = "runs as it is written" if self.refusal else f"{self.recordings} recorded"
        return f"<compiled {name}: {state}>"


def _warn(name: str, reason: str) -> None:
    message = f"{name} cannot be recorded and runs as it is written: {reason}"
    warnings.warn(message, RecordingWarning, stacklevel=3)


class CompiledModule:
    """A module whose calls are recorded while no gradient is wanted; in all else it is the module.

    Args:
        module: what is recorded; made by `pynn.compile`.

    Example:
        >>> import pynn
        >>> model = pynn.compile(pynn.nn.Linear(2, 1))
        >>> with pynn.no_grad():
        ...     y = model(pynn.ones(3, 2))
        >>> y.shape, model.recordings, model.in_features
        ((3, 1), 1, 2)
    """

    def __init__(self, module: nn.Module) -> None:
        if not isinstance(module, nn.Module):
            raise TypeError(f"CompiledModule: expected a Module, got {type(module).__name__}")
        self._module = module

        def forward(modes: tuple[bool, ...], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            return module(*args, **kwargs)

        forward.__qualname__ = type(module).__name__
        self._forward = CompiledStep(forward)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if autograd.is_grad_enabled():
            return self._module(*args, **kwargs)
        modes = tuple([part.training for part in self._module.modules()])
        return self._forward(modes, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("recordings", "refusal", "explain"):
            return getattr(self._forward, name)
        return getattr(self._module, name)

    def __repr__(self) -> str:
        return f"<compiled {self._module!r}>"


@overload
def compile(function: nn.Module) -> CompiledModule: ...  # type: ignore[overload-overlap]
@overload
def compile(function: Callable[P, R]) -> CompiledStep[P, R]: ...
def compile(function: Any) -> Any:
    """Records one call of a function, and from then on does the same without Python.

    The first call is an ordinary one that is watched: every operation, gradient and optimizer step becomes an
    instruction. Later calls with tensors of the same shapes and types run these instructions in C++. Memory
    is planned once, and chains of elementwise operations become one pass over memory. Results are those of
    the ordinary call, to the last bit; random numbers go on along the same stream.

    What is read anew in every call: the tensors among the arguments (also in tuples, lists and dictionaries),
    parameters and all other tensors, and the options of optimizers, such as ``lr``. Everything else, such as
    a number that the function looks up, is as it was in the recorded call; other *arguments* make a recording
    of their own. Returned tensors carry no history.

    A function that cannot be recorded runs as it is written, and one `RecordingWarning` says why: because a
    value is read (``loss.item()``), a result keeps an unused history, a tensor is made from NumPy data or
    kept somewhere, or its size depends on values.

    Args:
        function: a function, such as a whole training step; or a module, whose calls are then recorded
            while no gradients are (inference).

    Returns:
        The compiled function. ``explain()`` lists what was recorded.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Linear(3, 1)
        >>> optimizer = pynn.optim.SGD(model.parameters(), lr=0.1)
        >>> @pynn.compile
        ... def step(x, y):
        ...     optimizer.zero_grad()
        ...     loss = nn.functional.mse_loss(model(x), y)
        ...     loss.backward()
        ...     optimizer.step()
        ...     return loss
        >>> losses = [step(pynn.ones(8, 3), pynn.ones(8, 1)).item() for _ in range(20)]
        >>> losses[-1] < losses[0], step.recordings
        (True, 1)
    """
    if isinstance(function, nn.Module):
        return CompiledModule(function)
    if not callable(function):
        raise TypeError(f"compile: expected a function or a Module, got {type(function).__name__}")
    return CompiledStep(function)
