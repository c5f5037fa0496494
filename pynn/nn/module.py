"""Module: what every layer and every network is.

A module keeps its parameters, buffers and submodules as plain attributes and finds them by looking at
their types, so reading `self.weight` costs one dictionary lookup and there is no second registry to keep
in step.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pynn import _core, autograd
from pynn._core import Tensor
from pynn._device import device as Device

from . import state
from ._notebook import module_html
from ._where import locate
from .hooks import Hooks, RemovableHandle
from .parameter import Parameter, UninitializedParameter
from .tree import Tree

if TYPE_CHECKING:
    from pynn.train.verbs import TrainingVerbs as TrainingVerbs
else:

    class TrainingVerbs:
        """Filled by `pynn.train` with compile, fit, evaluate, predict and summary."""


Self = TypeVar("Self", bound="Module")

# Counts the changes that may alter how some module is called. Sequential plans its calls once and
# plans again only when this number has moved.
structure_version = [0]


def structure_changed() -> None:
    """Make every cached call plan stale."""
    structure_version[0] += 1


_NOTHING: Any = object()  # stands for an argument that was not given


class Module(Tree, TrainingVerbs):
    """Base class of all layers and networks.

    Assign parameters and layers as attributes, say in `forward` what they compute, and call the module.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> class Net(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.hidden = nn.Linear(4, 8)
        ...         self.out = nn.Linear(8, 3)
        ...
        ...     def forward(self, x):
        ...         return self.out(self.hidden(x).relu())
        >>> net = Net()
        >>> net(pynn.zeros(5, 4)).shape
        (5, 3)
        >>> sum(p.numel() for p in net.parameters())
        67
    """

    training: bool = True
    built: bool = True
    """False while a size is still to be learned from the first input."""

    _hooks: Hooks | None = None
    _plain: bool = True  # no hooks and nothing to build: __call__ may go straight to forward

    forward: Callable[..., Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:  # sizes come from the first input
            cls.built, cls._plain = False, False
            cls.build = _once(cls.build)  # type: ignore[method-assign]

    # ---- calling ----------------------------------------------------------------------------------

    # Nearly every call is one argument with nothing around it. Named, it costs half of what passing
    # `*args, **kwargs` on would cost.
    def __call__(self, input: Any = _NOTHING, /, *args: Any, **kwargs: Any) -> Any:
        try:
            if not self._plain or input is _NOTHING:
                return self._call(() if input is _NOTHING else (input, *args), kwargs)
            return self.forward(input, *args, **kwargs) if args or kwargs else self.forward(input)
        except Exception as error:
            locate(error, self)
            raise

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self.built and args:
            self.build(tuple(args[0].shape))
        if self._hooks is None:
            return self.forward(*args, **kwargs)
        return self._hooks.call(self, args, kwargs)

    def _settle_plain(self) -> None:
        plain = self.built and self._hooks is None and "forward" not in self.__dict__
        object.__setattr__(self, "_plain", plain)
        structure_changed()

    def _built_by_loading(self) -> None:
        """Called when `load_state_dict` gave every waiting parameter its shape."""
        self.built = True
        self._settle_plain()

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Settle every size that was left out, for inputs of `input_shape`.

        A layer that creates parameters from its input's shape overrides this. Here, for a module made of
        others, a batch of zeros runs through `forward` (in evaluation mode, without recording) and each
        layer builds itself as the batch arrives.

        Args:
            input_shape: `(N, ...)`; `None` stands for any batch size.
        """
        if all(module.built for module in self.modules()):
            return
        modes = [(module, module.training) for module in self.modules()]
        sizes = tuple(1 if size is None else int(size) for size in input_shape)
        self.eval()
        try:
            with autograd.no_grad():
                self.forward(_core.ops.zeros(sizes))
        finally:
            for module, mode in modes:
                module.training = mode

    # ---- attributes -------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        before = self.__dict__.get(name)
        if isinstance(before, Parameter) and isinstance(value, Tensor) and not isinstance(value, Parameter):
            raise TypeError(
                f"{type(self).__name__}.{name} is a Parameter; a plain Tensor in its place would no longer "
                f"be trained. Did you mean nn.Parameter(...), or pynn.no_grad() and {name}.copy_(...)?"
            )
        if isinstance(value, list) and value and isinstance(value[0], (Module, Parameter)):
            warnings.warn(
                f"{type(self).__name__}.{name}: a plain list hides its modules and parameters from "
                "parameters() and state_dict(). Did you mean nn.ModuleList(...) or nn.ParameterList(...)?",
                stacklevel=2,
            )
        object.__setattr__(self, name, value)
        if isinstance(value, Module) or isinstance(before, Module):
            structure_changed()
        elif name == "forward":
            self._settle_plain()

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self.__dict__.get("_persistent", {}).pop(name, None)
        structure_changed()

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Like `self.name = param`, with the name as a string. `None` marks one that is left out."""
        _check_name(self, name)
        _check_kind("register_parameter", param, Parameter)
        setattr(self, name, param)

    def register_module(self, name: str, module: Module | None) -> None:
        """Like `self.name = module`, with the name as a string."""
        _check_name(self, name)
        _check_kind("register_module", module, Module)
        setattr(self, name, module)

    add_module = register_module

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Keep a tensor that is not trained but belongs to the module, such as a running mean.

        Args:
            name: the attribute.
            tensor: its value.
            persistent: whether `state_dict` contains it.
        """
        _check_name(self, name)
        _check_kind("register_buffer", tensor, Tensor)
        object.__setattr__(self, "_persistent", {**self._persistent, name: persistent})
        setattr(self, name, tensor)

    # ---- mode, gradients, dtype -------------------------------------------------------------------

    def train(self: Self, mode: bool = True) -> Self:
        """Switch this module and all below it to training mode (dropout drops) or evaluation mode."""
        if not isinstance(mode, bool):
            raise TypeError(f"train(mode): expected True or False, got {type(mode).__name__}")
        for module in self.modules():
            module.__dict__["training"] = mode
        return self

    def eval(self: Self) -> Self:
        """Evaluation mode: `train(False)`."""
        return self.train(False)

    def requires_grad_(self: Self, requires_grad: bool = True) -> Self:
        """Freeze (`False`) or unfreeze every parameter.

        Args:
            requires_grad: whether gradients are computed for them.
        """
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters (or fill them with zeros).

        Args:
            set_to_none: forget them; False fills them with zeros.
        """
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def to(self: Self, *args: Any, **kwargs: Any) -> Self:
        """Convert parameters and buffers in place: `to(pynn.float64)`, `to("cpu")`, `to(like_tensor)`.

        As in PyTorch, a dtype applies to floating-point tensors only.

        Args:
            *args: a dtype, a device, or a tensor that has them.
            **kwargs: `dtype` and `device` by name.
        """

        def convert(tensor: Tensor) -> Tensor:
            if tensor.is_floating_point():
                return tensor.to(*args, **kwargs)
            devices = [a for a in (*args, *kwargs.values()) if isinstance(a, (str, Device))]
            return tensor.to(*devices) if devices else tensor

        return self._convert(convert)

    def float(self: Self) -> Self:
        """All floating-point parameters and buffers to float32."""
        return self.to(_core.float32)

    def double(self: Self) -> Self:
        """All floating-point parameters and buffers to float64."""
        return self.to(_core.float64)

    def bfloat16(self: Self) -> Self:
        """All floating-point parameters and buffers to bfloat16. To train, see `pynn.autocast` instead."""
        return self.to(_core.bfloat16)

    def cpu(self: Self) -> Self:
        """All parameters and buffers to main memory, where they are already."""
        return self.to("cpu")

    def cuda(self: Self, device: int = 0) -> Self:
        """All parameters and buffers to a GPU; raises as long as this build has none.

        Args:
            device: its number.

        Raises:
            ValueError: there is no GPU.
        """
        return self.to(f"cuda:{device}")

    def _convert(self: Self, convert: Callable[[Tensor], Tensor]) -> Self:
        for module in self.modules():
            for _, parameter in module._own(Parameter):
                gradient = parameter.grad
                parameter.grad = None
                parameter.data = convert(parameter.data)
                parameter.grad = None if gradient is None else convert(gradient)
            for name, buffer in module._own_buffers():
                module.__dict__[name] = convert(buffer)
        return self

    # ---- state ------------------------------------------------------------------------------------

    def state_dict(self, *, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
        """Name -> tensor for every parameter and persistent buffer. The tensors share the module's memory.

        Args:
            prefix: what names begin with.
            keep_vars: the parameters themselves, which record gradients, instead of plain tensors.
        """
        return state.collect(self, prefix, keep_vars)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> state.IncompatibleKeys:
        """Copy values in by name.

        Every name and shape is compared before anything is written: on a difference nothing changes, and
        the error lists them all. Sizes are never broadcast. A parameter that waits for its shape takes it
        from here.

        Args:
            state_dict: name -> Tensor or array.
            strict: whether missing and unexpected names are errors too. Shapes always are.
            assign: take the given tensors themselves instead of copying their values.

        Raises:
            ValueError: names or shapes differ.
        """
        return state.load(self, state_dict, strict, assign)

    # ---- hooks ------------------------------------------------------------------------------------

    def _hooks_to_change(self) -> Hooks:
        if self._hooks is None:
            object.__setattr__(self, "_hooks", Hooks(self._hooks_gone))
            self._settle_plain()
        assert self._hooks is not None
        return self._hooks

    def _hooks_gone(self) -> None:
        object.__setattr__(self, "_hooks", None)
        self._settle_plain()

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call a function before forward.

        Args:
            hook: `hook(module, args)`; what it returns (if not None) replaces the arguments.
            prepend: run it before the hooks there are.
            with_kwargs: call `hook(module, args, kwargs)`; it then returns both.
        """
        return self._hooks_to_change().add("forward_pre", hook, prepend, with_kwargs)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call a function after forward.

        Args:
            hook: `hook(module, args, output)`; a result that is not None replaces the output.
            prepend: run it before the hooks there are.
            with_kwargs: call `hook(module, args, kwargs, output)`.
        """
        return self._hooks_to_change().add("forward", hook, prepend, with_kwargs)

    def register_full_backward_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call a function when the gradient of the output is there.

        Args:
            hook: `hook(module, grad_output)`; its result replaces `grad_output`.
            prepend: run it before the hooks there are.
        """
        return self._hooks_to_change().add("backward_pre", hook, prepend, False)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call a function in backward, once the gradients of the inputs are there.

        Args:
            hook: `hook(module, grad_input, grad_output)`; its result replaces `grad_input`.
            prepend: run it before the hooks there are.
        """
        return self._hooks_to_change().add("backward", hook, prepend, False)

    # ---- printing ---------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """What `repr` shows between the parentheses, ahead of the submodules."""
        return ""

    def _repr_html_(self) -> str:
        return module_html(self)

    def __repr__(self) -> str:
        extra = self.extra_repr()
        children = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in self._own(Module)]
        name = type(self).__name__
        if not children:
            return f"{name}({extra})"
        return f"{name}({extra}\n  " + "\n  ".join(children) + "\n)"


def _check_kind(method: str, value: Any, kind: type) -> None:
    if value is not None and not isinstance(value, kind):
        raise TypeError(f"{method}: expected a {kind.__name__} or None, got {type(value).__name__}")


def _check_name(module: Module, name: str) -> None:
    if not isinstance(name, str) or not name or "." in name:
        raise ValueError(
            f"{type(module).__name__}: {name!r} is no name for a member (a dot separates levels)"
        )
    if hasattr(module, name) and name not in module.__dict__:
        raise KeyError(f"{type(module).__name__} already has an attribute {name!r}")


def _once(build: Callable[..., None]) -> Callable[..., None]:
    """Wrap an overridden build: it runs once, and the module counts as built only if it succeeded."""

    @functools.wraps(build)
    def wrapper(self: Module, input_shape: Sequence[int | None]) -> None:
        if not self.built:
            build(self, input_shape)
            self.built = True
            self._settle_plain()

    return wrapper


__all__ = ["Module", "Parameter", "UninitializedParameter"]
