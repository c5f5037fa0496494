"""Parameters that are computed from others each time they are read."""

from __future__ import annotations

from typing import Any

from pynn import _check, autograd
from pynn._core import Tensor

from ..containers import ModuleDict, ModuleList
from ..module import Module, structure_changed
from ..parameter import Parameter, UninitializedParameter


class ParametrizationList(ModuleList):
    """The functions that make one tensor of a module, and the parameters that they make it of.

    Args:
        modules: applied one after the other.
        original: what the first of them gets; several are `original0`, `original1` ...

    Example:
        >>> from pynn import nn
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
        >>> [name for name, _ in layer.parametrizations.weight.named_parameters()]
        ['original0', 'original1']
    """

    def __init__(self, modules: list[Module], original: Tensor) -> None:
        super().__init__(modules)
        values: Any = original
        with autograd.no_grad():
            for module in reversed(modules):
                if hasattr(module, "right_inverse"):
                    values = module.right_inverse(values)
        self.is_tensor = isinstance(values, Tensor)
        for name, value in zip(self._names(values), [values] if self.is_tensor else values, strict=True):
            learns = original.requires_grad
            setattr(self, name, Parameter(value.detach().clone(), learns))

    def _names(self, values: Any) -> list[str]:
        return ["original"] if self.is_tensor else [f"original{i}" for i in range(len(values))]

    def originals(self) -> list[Parameter]:
        """The parameters that are trained."""
        return [parameter for _, parameter in self._own_parameters()]

    def forward(self) -> Tensor:
        """The tensor that stands in the place of the one that was replaced."""
        first, *rest = iter(self)
        value = first(*self.originals())
        for module in rest:
            value = module(value)
        return value


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """From now on, `module.tensor_name` is `parametrization` of a parameter that is trained in its place.

    That parameter is `module.parametrizations.tensor_name.original`, and begins as the tensor is now, or as
    `parametrization.right_inverse` makes it of that.

    Args:
        module: whose parameter is replaced.
        tensor_name: its name.
        parametrization: a module that takes the parameter and gives the tensor.
        unsafe: allow another shape.

    Returns:
        The module.

    Raises:
        ValueError: there is no such parameter, or the shape changes.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> class Symmetric(nn.Module):
        ...     def forward(self, x):
        ...         return x.triu() + x.triu(1).T
        >>> layer = nn.Linear(3, 3)
        >>> _ = nn.utils.parametrize.register_parametrization(layer, "weight", Symmetric())
        >>> bool((layer.weight == layer.weight.T).all())
        True
    """
    for name, value in (("module", module), ("parametrization", parametrization)):
        if not isinstance(value, Module):
            raise TypeError(f"register_parametrization: {name} must be a Module, got {type(value).__name__}")
    _check.text("register_parametrization", "tensor_name", tensor_name)
    if is_parametrized(module, tensor_name):
        found: ParametrizationList = _all(module)[tensor_name]
        if hasattr(parametrization, "right_inverse"):
            raise ValueError(
                f"register_parametrization: {tensor_name!r} is parametrized already; only a parametrization "
                "without right_inverse can be put on top"
            )
        found.append(parametrization)
        return module
    before = module.__dict__.get(tensor_name)
    if not isinstance(before, Parameter) or isinstance(before, UninitializedParameter):
        why = "has no shape yet: call the module once first" if before is not None else "is no parameter"
        raise ValueError(f"register_parametrization: {tensor_name!r} of {type(module).__name__} {why}")
    made = ParametrizationList([parametrization], before)
    with autograd.no_grad():
        value = made()
    if not unsafe and tuple(value.shape) != tuple(before.shape):
        raise ValueError(
            f"register_parametrization: {type(parametrization).__name__} makes {tuple(value.shape)} of "
            f"{tensor_name!r} of shape {tuple(before.shape)}. Pass unsafe=True if that is meant"
        )
    if "parametrizations" not in module.__dict__:
        module.register_module("parametrizations", ModuleDict())
    delattr(module, tensor_name)
    _all(module)[tensor_name] = made
    _change_class(module)
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module, or one tensor of it, is computed from other parameters.

    Args:
        module: it.
        tensor_name: which tensor; default: any.

    Example:
        >>> from pynn import nn
        >>> nn.utils.parametrize.is_parametrized(nn.Linear(2, 2))
        False
    """
    if not isinstance(module, Module):
        raise TypeError(f"is_parametrized: module must be a Module, got {type(module).__name__}")
    found = module.__dict__.get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make an ordinary parameter of a tensor again.

    Args:
        module: whose tensor it is.
        tensor_name: its name.
        leave_parametrized: keep the value that it has now; False goes back to `original`.

    Returns:
        The module.

    Raises:
        ValueError: the tensor is not parametrized.

    Example:
        >>> from pynn import nn
        >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(2, 3))
        >>> _ = nn.utils.parametrize.remove_parametrizations(layer, "weight")
        >>> sorted(layer.state_dict())
        ['bias', 'weight']
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(
            f"remove_parametrizations: {tensor_name!r} of {type(module).__name__} is not parametrized"
        )
    made: ParametrizationList = _all(module)[tensor_name]
    if not leave_parametrized and not made.is_tensor:
        raise ValueError(
            f"remove_parametrizations: {tensor_name!r} is made of several tensors, none of which can take "
            "its place; leave_parametrized must be True"
        )
    with autograd.no_grad():
        value = made() if leave_parametrized else made.originals()[0]
    learns = any(parameter.requires_grad for parameter in made.originals())
    del _all(module)[tensor_name]
    if not len(_all(module)):
        delattr(module, "parametrizations")
    _change_class(module)
    setattr(module, tensor_name, Parameter(value.detach().clone(), learns))
    return module


def _all(module: Module) -> Any:
    return module.__dict__["parametrizations"]


def _change_class(module: Module) -> None:
    """Give a module a class of its own, in which each parametrized tensor is a property."""
    cls: Any = type(module)
    plain = getattr(cls, "parametrized_from", cls)
    found = module.__dict__.get("parametrizations")
    if found is None or not len(found):
        module.__class__ = plain
    else:
        properties = {name: _property(name) for name in found}
        module.__class__ = type(
            f"Parametrized{plain.__name__}",
            (plain,),
            {"parametrized_from": plain, "__module__": plain.__module__, **properties},
        )
    structure_changed()


def _property(name: str) -> property:
    def get(module: Module) -> Tensor:
        return _all(module)[name]()

    def put(module: Module, value: Tensor) -> None:
        made = _all(module)[name]
        with autograd.no_grad():
            new: Any = value
            for part in reversed(list(made)):
                if hasattr(part, "right_inverse"):
                    new = part.right_inverse(new)
            for parameter, one in zip(made.originals(), [new] if made.is_tensor else new, strict=True):
                parameter.copy_(one)

    return property(get, put)
