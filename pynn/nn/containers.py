"""Containers: modules made of a list or a dictionary of others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pynn._core import Tensor

from ._conv_norm import joined as conv_norm
from ._joined import followed_by
from ._where import locate
from .module import Module, structure_version
from .parameter import Parameter


class _Indexed(Module):
    """Members kept as the attributes "0", "1", ...: what Sequential, ModuleList and ParameterList share."""

    _member: type = Module

    def _items(self) -> list[Any]:
        kind = self._member
        return [value for value in list(self.__dict__.values()) if isinstance(value, kind)]

    def _check(self, value: Any) -> Any:
        if not isinstance(value, self._member):
            hint = f". Did you mean {value.__name__}(...)?" if isinstance(value, type) else f": {value!r}"
            raise TypeError(
                f"{type(self).__name__} holds {self._member.__name__}s, got {type(value).__name__}{hint}"
            )
        return value

    def _replace_all(self, values: Iterable[Any]) -> None:
        values = [self._check(value) for value in values]
        for name, _ in list(self._own(self._member)):
            delattr(self, name)
        for index, value in enumerate(values):
            setattr(self, str(index), value)

    def _name_at(self, index: int) -> str:
        if not hasattr(index, "__index__"):
            raise TypeError(
                f"{type(self).__name__}: an index is an int or a slice, got {type(index).__name__}"
            )
        names = [name for name, _ in self._own(self._member)]
        if not -len(names) <= index < len(names):
            raise IndexError(f"{type(self).__name__} has {len(names)} members; index {index} is out of range")
        return names[index]

    def __len__(self) -> int:
        return len(self._items())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items())

    def __contains__(self, value: object) -> bool:
        return any(value is item for item in self._items())

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)._of(self._items()[index])
        return self.__dict__[self._name_at(index)]

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._name_at(index), self._check(value))

    def __delitem__(self, index: int | slice) -> None:
        items = self._items()
        del items[index]
        self._replace_all(items)

    def append(self, value: Any) -> Any:
        """Add one member at the end.

        Args:
            value: the member.
        """
        setattr(self, str(len(self)), self._check(value))
        return self

    def extend(self, values: Iterable[Any]) -> Any:
        """Add several members at the end.

        Args:
            values: the members.
        """
        if not isinstance(values, Iterable):
            raise TypeError(
                f"{type(self).__name__} takes a list of {self._member.__name__}s, got {type(values).__name__}"
            )
        for value in list(values):
            self.append(value)
        return self

    def insert(self, index: int, value: Any) -> Any:
        """Add one member.

        Args:
            index: the position that it gets.
            value: the member.
        """
        items = self._items()
        items.insert(index, value)
        self._replace_all(items)
        return self

    def pop(self, index: int = -1) -> Any:
        """Take a member out and return it.

        Args:
            index: its position; the last by default.
        """
        value = self[index]
        del self[index]
        return value

    @classmethod
    def _of(cls, values: Iterable[Any]) -> Any:
        raise NotImplementedError


class Sequential(_Indexed):
    """Call modules one after the other.

    Args:
        *modules: the layers in order, or one dictionary of name -> layer.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
        >>> model(pynn.zeros(3, 4)).shape
        (3, 2)
        >>> model[0]
        Linear(in_features=4, out_features=8, bias=True)
    """

    # (structure_version at the time, what to call in order): one flat tuple, nested Sequentials opened up.
    _plan: tuple[int, tuple[Any, ...]] = (-1, ())

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            for name, module in modules[0].items():
                self.register_module(name, self._check(module))
        else:
            self.extend(modules)

    @classmethod
    def _of(cls, values: Iterable[Any]) -> Sequential:
        return Sequential(*values)

    def __call__(self, input: Any, /) -> Any:  # type: ignore[override] # exactly one input
        version, calls = self._plan
        if version != structure_version[0]:
            calls = self._make_plan()
        if not self._plain:
            return super().__call__(input)
        call: Any = None
        try:
            for call in calls:
                input = call(input)
        except Exception as error:
            locate(error, getattr(call, "__self__", self))  # a module's forward
            locate(error, self)
            raise
        return input

    def forward(self, input: Any) -> Any:
        for module in self._items():
            input = module(input)
        return input

    def _make_plan(self) -> tuple[Any, ...]:
        calls: list[Any] = []
        for module in self._items():
            if not module._plain:
                calls.append(module)  # hooks, or a size still to settle: the long way
            elif type(module).__call__ is Sequential.__call__:
                calls.extend(module._make_plan())
            elif type(module).__call__ is Module.__call__:
                joined = conv_norm(calls[-1], module) if calls else None
                if joined is None:
                    joined = followed_by(calls[-1], module) if calls else None
                if joined is not None:
                    calls[-1] = joined
                else:
                    calls.append(module.forward)
            else:
                calls.append(module)
        object.__setattr__(self, "_plan", (structure_version[0], tuple(calls)))
        return self._plan[1]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_plan"}


class ModuleList(_Indexed):
    """A list whose modules are found by `parameters()`, `state_dict()` and `to()`.

    Example:
        >>> from pynn import nn
        >>> layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])
        >>> len(layers), len(list(layers.parameters()))
        (3, 6)
    """

    def __init__(self, modules: Iterable[Module] = ()) -> None:
        super().__init__()
        self.extend(modules)

    @classmethod
    def _of(cls, values: Iterable[Any]) -> ModuleList:
        return ModuleList(values)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __iadd__(self, other: Iterable[Module]) -> ModuleList:
        self.extend(other)
        return self


class ParameterList(_Indexed):
    """A list of parameters that the module which holds it finds as its own. Plain tensors become parameters.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> weights = nn.ParameterList([pynn.zeros(2), pynn.ones(3)])
        >>> [tuple(w.shape) for w in weights]
        [(2,), (3,)]
    """

    _member = Parameter

    def __init__(self, parameters: Iterable[Tensor] = ()) -> None:
        super().__init__()
        self.extend(parameters)

    def _check(self, value: Any) -> Any:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        return super()._check(value)

    @classmethod
    def _of(cls, values: Iterable[Any]) -> ParameterList:
        return ParameterList(values)

    def extra_repr(self) -> str:
        return ", ".join(str(tuple(parameter.shape)) for parameter in self)


class _Named(Module):
    """Members kept as attributes under their keys: what ModuleDict and ParameterDict share."""

    _member: type = Module

    def _check(self, name: str, value: Any) -> Any:
        if not isinstance(value, self._member):
            raise TypeError(
                f"{type(self).__name__} holds {self._member.__name__}s, "
                f"got {type(value).__name__} for {name!r}"
            )
        return value

    def update(self, members: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Add or replace several members, given as a dictionary or as (name, value) pairs."""
        for name, value in dict(members).items():
            self[name] = value

    def __getitem__(self, name: str) -> Any:
        value = self.__dict__.get(name)
        if not isinstance(value, self._member):
            there = ", ".join(map(repr, self.keys())) or "none"
            raise KeyError(f"no {self._member.__name__.lower()} {name!r}; there are {there}")
        return value

    def __setitem__(self, name: str, value: Any) -> None:
        register = self.register_parameter if self._member is Parameter else self.register_module
        register(name, self._check(name, value))

    def __delitem__(self, name: str) -> None:
        self[name]
        delattr(self, name)

    def __len__(self) -> int:
        return len(self.keys())

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def keys(self) -> list[str]:
        """The names, in the order in which they were added."""
        return [name for name, _ in self._own(self._member)]

    def values(self) -> list[Any]:
        """The members, in the same order."""
        return [value for _, value in self._own(self._member)]

    def items(self) -> list[tuple[str, Any]]:
        """(name, member) pairs, in the same order."""
        return list(self._own(self._member))

    def pop(self, name: str) -> Any:
        """Take the member of that name out and return it."""
        value = self[name]
        del self[name]
        return value

    def clear(self) -> None:
        """Take all members out."""
        for name in self.keys():
            delattr(self, name)


class ModuleDict(_Named):
    """A dictionary whose modules are found by `parameters()`, `state_dict()` and `to()`.

    Args:
        modules: name -> module, or (name, module) pairs.

    Raises:
        KeyError: a name that a module has already, such as "train".
        TypeError: a member that is no Module.

    Example:
        >>> from pynn import nn
        >>> heads = nn.ModuleDict({"age": nn.Linear(8, 1), "species": nn.Linear(8, 3)})
        >>> heads["species"].out_features
        3
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] = ()) -> None:
        super().__init__()
        self.update(modules)


class ParameterDict(_Named):
    """A dictionary of parameters that the module which holds it finds as its own.

    Args:
        parameters: name -> parameter, or (name, parameter) pairs. Plain tensors become parameters.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> gates = nn.ParameterDict({"input": pynn.zeros(2), "forget": pynn.ones(2)})
        >>> [name for name, _ in gates.named_parameters()]
        ['input', 'forget']
    """

    _member = Parameter

    def __init__(self, parameters: Mapping[str, Tensor] | Iterable[tuple[str, Tensor]] = ()) -> None:
        super().__init__()
        self.update(parameters)

    def _check(self, name: str, value: Any) -> Any:
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        return super()._check(name, value)

    def extra_repr(self) -> str:
        return ", ".join(f"{name}: {tuple(parameter.shape)}" for name, parameter in self.items())
