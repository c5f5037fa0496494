"""Hooks: functions that a module calls before and after its forward and its backward."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pynn import autograd
from pynn._core import Tensor

if TYPE_CHECKING:
    from .module import Module


class RemovableHandle:
    """What registering a hook returns: `handle.remove()`, or `with handle:`, takes the hook out again."""

    def __init__(self, remove: Callable[[], None]) -> None:
        self._remove: Callable[[], None] | None = remove

    def remove(self) -> None:
        """Take the hook out. Doing it twice is harmless."""
        if self._remove is not None:
            self._remove()
            self._remove = None

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *error: object) -> None:
        self.remove()


class Hooks:
    """The hooks of one module, by kind, in the order in which they run.

    Args:
        gone: called when the last hook is removed, so that the module's calls are plain again.
    """

    def __init__(self, gone: Callable[[], None]) -> None:
        self._gone = gone
        self._ids = itertools.count()
        self._by_kind: dict[str, dict[int, tuple[Callable[..., Any], bool]]] = {}

    def add(self, kind: str, hook: Callable[..., Any], prepend: bool, with_kwargs: bool) -> RemovableHandle:
        """Register `hook` under a kind: forward_pre, forward, backward_pre or backward."""
        if not callable(hook):
            raise TypeError(f"a {kind} hook must be callable, got {type(hook).__name__}")
        key, entry = next(self._ids), (hook, with_kwargs)
        before = self._by_kind.get(kind, {})
        self._by_kind[kind] = {key: entry, **before} if prepend else {**before, key: entry}

        def remove() -> None:
            left = {k: v for k, v in self._by_kind.get(kind, {}).items() if k != key}
            self._by_kind[kind] = left
            if not any(self._by_kind.values()):
                self._gone()

        return RemovableHandle(remove)

    def of(self, kind: str) -> list[tuple[Callable[..., Any], bool]]:
        """(hook, wants keyword arguments) of one kind."""
        return list(self._by_kind.get(kind, {}).values())

    def call(self, module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run `module.forward` with everything around it."""
        for hook, with_kwargs in self.of("forward_pre"):
            if with_kwargs:
                changed = hook(module, args, kwargs)
                if changed is not None:
                    args, kwargs = changed
            else:
                changed = hook(module, args)
                if changed is not None:
                    args = changed if isinstance(changed, tuple) else (changed,)

        watch = BackwardWatch(module, self) if self.of("backward") or self.of("backward_pre") else None
        if watch:
            args = watch.inputs(args)
        output = module.forward(*args, **kwargs)
        if watch:
            output = watch.outputs(output)

        for hook, with_kwargs in self.of("forward"):
            changed = hook(module, args, kwargs, output) if with_kwargs else hook(module, args, output)
            if changed is not None:
                output = changed
        return output


class BackwardWatch:
    """Sees the gradients that reach a module's outputs and those that leave by its inputs.

    Two identity functions, one on the inputs and one on the outputs, stand in the recorded graph; their
    backward is where the hooks run.
    """

    def __init__(self, module: Module, hooks: Hooks) -> None:
        self.module, self.hooks = module, hooks
        self.grad_output: tuple[Tensor | None, ...] = ()
        self.inputs_want_grad = False

    def inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        self.inputs_want_grad = any(isinstance(a, Tensor) and a.requires_grad for a in args)
        return self._tap(args, self._at_inputs) if self.inputs_want_grad else args

    def outputs(self, output: Any) -> Any:
        if isinstance(output, tuple):
            return self._tap(output, self._at_outputs)
        return self._tap((output,), self._at_outputs)[0]

    def _tap(self, values: tuple[Any, ...], seen: Callable[..., Any]) -> tuple[Any, ...]:
        where = [i for i, value in enumerate(values) if isinstance(value, Tensor)]
        tapped = Tap.apply(seen, *(values[i] for i in where))
        result = list(values)
        for i, value in zip(where, tapped if isinstance(tapped, tuple) else (tapped,), strict=True):
            result[i] = value
        return tuple(result)

    def _at_outputs(self, grads: tuple[Tensor | None, ...]) -> tuple[Tensor | None, ...]:
        for hook, _ in self.hooks.of("backward_pre"):
            grads = _replace(grads, hook(self.module, grads))
        self.grad_output = grads
        if not self.inputs_want_grad:  # nothing will arrive at the inputs: say so now
            for hook, _ in self.hooks.of("backward"):
                hook(self.module, (None,), grads)
        return grads

    def _at_inputs(self, grads: tuple[Tensor | None, ...]) -> tuple[Tensor | None, ...]:
        for hook, _ in self.hooks.of("backward"):
            grads = _replace(grads, hook(self.module, grads, self.grad_output))
        return grads


class Tap(autograd.Function):
    """The identity, whose backward shows the gradients to `seen` and passes on what that returns."""

    @staticmethod
    def forward(ctx: Any, seen: Callable[..., Any], *values: Tensor) -> Any:
        ctx.seen = seen
        same = tuple(value.view_as(value) for value in values)
        return same if len(same) != 1 else same[0]

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> Any:
        return (None, *ctx.seen(grads))


def _replace(grads: tuple[Tensor | None, ...], changed: Any) -> tuple[Tensor | None, ...]:
    if changed is None:
        return grads
    changed = changed if isinstance(changed, tuple) else (changed,)
    if len(changed) != len(grads):
        raise ValueError(f"a backward hook returned {len(changed)} gradients in place of {len(grads)}")
    return changed
