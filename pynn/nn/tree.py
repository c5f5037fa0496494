"""Tree: what a module holds, and what its submodules hold, found by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pynn import _check
from pynn._core import Tensor

from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module

Self = TypeVar("Self", bound="Tree")


class Tree:
    """The half of `Module` that walks.

    Parameters, buffers and submodules are plain attributes, found by looking at their types.
    """

    _persistent: Mapping[str, bool] = {}  # the names of buffers, and whether state_dict keeps each

    def _own(self, kind: type) -> Iterator[tuple[str, Any]]:
        for name, value in list(self.__dict__.items()):
            if isinstance(value, kind):
                yield name, value

    def _own_parameters(self) -> Iterator[tuple[str, Parameter]]:
        return self._own(Parameter)

    def _own_buffers(self) -> Iterator[tuple[str, Tensor]]:
        for name in self._persistent:
            if self.__dict__.get(name) is not None:
                yield name, self.__dict__[name]

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """(name, module) of each direct submodule, each module once."""
        seen: set[int] = set()
        for name, module in self._own(Tree):
            if id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def children(self) -> Iterator[Module]:
        """Each direct submodule."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[int] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """(dotted name, module) of this module and all below it.

        Args:
            memo: the ids of modules that were seen already.
            prefix: what names begin with.
            remove_duplicate: whether a module that is held twice comes once.
        """
        memo = set() if memo is None else memo
        if id(self) in memo:
            return
        if remove_duplicate:
            memo.add(id(self))
        yield prefix, cast("Module", self)
        for name, module in self._own(Tree):
            yield from module.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and all below it."""
        return (module for _, module in self.named_modules())

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """(dotted name, parameter) of this module and, with `recurse`, of all below it.

        Args:
            prefix: what names begin with.
            recurse: whether to go down to the submodules.
            remove_duplicate: whether a parameter that is held twice comes once.
        """
        yield from self._named_members(Tree._own_parameters, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Each parameter once: what an optimizer wants.

        Args:
            recurse: whether to go down to the submodules.
        """
        return (param for _, param in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """(dotted name, buffer) of this module and, with `recurse`, of all below it.

        Args:
            prefix: what names begin with.
            recurse: whether to go down to the submodules.
            remove_duplicate: whether a buffer that is held twice comes once.
        """
        yield from self._named_members(Tree._own_buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Each buffer once.

        Args:
            recurse: whether to go down to the submodules.
        """
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named_members(
        self,
        members: Callable[[Tree], Iterator[tuple[str, Any]]],
        prefix: str,
        recurse: bool,
        remove_duplicate: bool,
    ) -> Iterator[tuple[str, Any]]:
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        seen: set[int] = set()
        for path, module in modules:
            for name, member in members(module):
                if not (remove_duplicate and id(member) in seen):
                    seen.add(id(member))
                    yield (f"{path}.{name}" if path else name), member

    def get_submodule(self, target: str) -> Module:
        """The module at a dotted path, as `named_modules` gives it.

        Args:
            target: the path; "" is this module.

        Raises:
            AttributeError: there is none.
            TypeError: `target` is no str.
        """
        _check.text(f"{type(self).__name__}.get_submodule", "target", target)
        module: Any = self
        for step in target.split(".") if target else ():
            module = module.__dict__.get(step)
            if not isinstance(module, Tree):
                raise AttributeError(f"{type(self).__name__} has no submodule {target!r} (at {step!r})")
        return module

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path, as `named_parameters` gives it.

        Args:
            target: the path.

        Raises:
            AttributeError: there is none.
            TypeError: `target` is no str.
        """
        _check.text(f"{type(self).__name__}.get_parameter", "target", target)
        path, _, name = target.rpartition(".")
        parameter = self.get_submodule(path).__dict__.get(name)
        if not isinstance(parameter, Parameter):
            raise AttributeError(f"{type(self).__name__} has no parameter {target!r}")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path, as `named_buffers` gives it.

        Args:
            target: the path.

        Raises:
            AttributeError: there is none.
            TypeError: `target` is no str.
        """
        _check.text(f"{type(self).__name__}.get_buffer", "target", target)
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if name not in owner._persistent:
            raise AttributeError(f"{type(self).__name__} has no buffer {target!r}")
        return owner.__dict__[name]

    def apply(self: Self, fn: Callable[[Module], Any]) -> Self:
        """Call `fn` on every submodule and then on this module: say, to initialise weights."""
        if not callable(fn):
            raise TypeError(f"{type(self).__name__}.apply: fn must be a function, got {fn!r}")
        for child in self.children():
            child.apply(fn)
        fn(cast("Module", self))
        return self
