"""Optimizer: what all optimizers share. The arithmetic of a step is C++ (csrc/optim/)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pynn import _check, _core, autograd
from pynn._core import Tensor
from pynn._core import optim as _optim

_recorded: list[Any] | None = None  # while a step is recorded (csrc/bindings/record.cpp): who stepped

Params = Any  # an iterable of tensors, of (name, tensor) pairs or of group dictionaries; or a Module


class Optimizer:
    """Moves parameters against their gradients.

    A parameter group is a dictionary: its `params` and the options they share. Options may be changed at
    any time (`optimizer.param_groups[0]["lr"] = 1e-4`); the next step reads them.

    Args:
        params: an iterable of parameters or of groups (`[{"params": ..., "lr": ...}, ...]`), or a Module.
            A module whose sizes are not settled yet is asked for its parameters once they are.
        defaults: options for groups that do not name them.

    Example:
        >>> import pynn
        >>> model = pynn.nn.Linear(3, 1)
        >>> optimizer = pynn.optim.SGD(model.parameters(), lr=0.1)
        >>> optimizer.zero_grad()
        >>> model(pynn.ones(1, 3)).sum().backward()
        >>> optimizer.step()
        >>> isinstance(optimizer, pynn.optim.Optimizer)
        True
    """

    slot_names: ClassVar[tuple[str, ...]] = ()
    """What the C++ step keeps for each parameter, in the order of its slots; `state_dict` uses the names."""

    not_numbers: ClassVar[frozenset[str]] = frozenset(
        {"params", "betas", "nesterov", "maximize", "amsgrad", "centered", "decoupled_weight_decay"}
    )
    """The options that are not numbers of 0 or more."""

    def __init__(self, params: Params, defaults: Mapping[str, Any]) -> None:
        self.defaults = dict(defaults)
        self.param_groups: list[dict[str, Any]] = []
        self._groups: list[_optim.Group] = []
        self._awaited: list[tuple[dict[str, Any], Any]] = []
        for group in _as_groups(params):
            self.add_param_group(group)

    # ---- groups -----------------------------------------------------------------------------------

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Add parameters with options of their own, such as a layer that is unfrozen later.

        Args:
            param_group: `{"params": ..., "lr": ...}`; what it leaves out are the defaults.

        Raises:
            ValueError: a parameter is in a group already, or there is none.
        """
        if "params" not in param_group:
            raise ValueError(
                f"{type(self).__name__}: a parameter group is a dictionary with the key 'params'"
            )
        unknown = [name for name in param_group if name != "params" and name not in self.defaults]
        unknown = [name for name in unknown if name != "initial_lr"]
        if unknown:
            raise ValueError(
                f"{type(self).__name__} has no option {', '.join(map(repr, unknown))}; "
                f"its options are {', '.join(self.defaults)}"
            )
        _core.record.forget()
        group = {**param_group, **{k: v for k, v in self.defaults.items() if k not in param_group}}
        self._check_options(group)
        given = group["params"]
        if hasattr(given, "named_parameters"):
            group["params"] = []
            self.param_groups.append(group)
            self._groups.append(_optim.Group([]))
            self._awaited.append((group, given))
            self._settle()
            return
        group["params"] = self._checked(given)
        if not group["params"]:
            raise ValueError(
                f"{type(self).__name__}: the list of parameters is empty. If the model builds itself on its "
                f"first call, pass the model: {type(self).__name__}(model)"
            )
        self.param_groups.append(group)
        self._groups.append(_optim.Group(group["params"]))

    def _checked(self, params: Any) -> list[Tensor]:
        params = [params] if isinstance(params, Tensor) else list(params)
        params = [p[1] if isinstance(p, tuple) and len(p) == 2 else p for p in params]
        known = {id(p) for group in self.param_groups for p in group["params"]}
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(f"{type(self).__name__} moves Tensors, got {type(p).__name__}")
            if not p.is_leaf:
                raise ValueError(
                    f"{type(self).__name__}: a tensor that was computed from others cannot be a parameter. "
                    "Did you mean nn.Parameter(x.detach())?"
                )
            if id(p) in known:
                raise ValueError(f"{type(self).__name__}: the same parameter was given twice")
            known.add(id(p))
        return params

    def _settle(self) -> None:
        """Take the parameters of awaited modules that are built by now."""
        waiting = []
        for group, module in self._awaited:
            if all(part.built for part in module.modules()):
                group["params"] = self._checked(module.parameters())
                index = next(i for i, g in enumerate(self.param_groups) if g is group)
                self._groups[index] = _optim.Group(group["params"])
                _core.record.forget()
            else:
                waiting.append((group, module))
        self._awaited = waiting

    def _check_options(self, group: Mapping[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        owner = type(self).__name__
        for name, value in group.items():
            if name not in self.not_numbers:
                _check.real(owner, name, value, 0)
        if "betas" in group:
            betas = group["betas"]
            if not isinstance(betas, (tuple, list)) or len(betas) != 2:
                raise TypeError(f"{owner}: betas must be two numbers, got {betas!r}")
            if any(_check.real(owner, "each of betas", beta, 0) >= 1 for beta in betas):
                raise ValueError(f"{owner}: betas must lie in [0, 1), got {betas!r}")

    # ---- training ---------------------------------------------------------------------------------

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or with `set_to_none=False` fill them with zeros."""
        if self._awaited:
            self._settle()
        for group in self._groups:
            group.zero_grad(set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        Args:
            closure: recomputes the loss with its gradients; called first, and its result returned.
        """
        loss = None
        if closure is not None:
            if not callable(closure):
                raise TypeError(
                    f"{type(self).__name__}.step: closure must be a function, got {type(closure).__name__}. "
                    "Did you mean loss.backward() and then step()?"
                )
            with autograd.enable_grad():
                loss = closure()
        if self._awaited:
            self._settle()
        for options, group in zip(self.param_groups, self._groups, strict=True):
            if _recorded is not None:
                _recorded.append((self, group, options))
            self._step(group, options)
        return loss

    def _step(self, group: Any, options: dict[str, Any]) -> None:
        raise NotImplementedError(f"{type(self).__name__} does not say how it steps")

    # ---- state ------------------------------------------------------------------------------------

    @property
    def state(self) -> dict[Tensor, dict[str, Any]]:
        """Parameter -> what is remembered about it, for every parameter that has moved."""
        return {
            parameter: state
            for options, group in zip(self.param_groups, self._groups, strict=True)
            for i, parameter in enumerate(options["params"])
            if (state := self._get_state(group, i))
        }

    def _get_state(self, group: Any, index: int) -> dict[str, Any]:
        steps, product, slots = group.get_state(index)
        if steps == 0:
            return {}
        named = {name: slot for name, slot in zip(self.slot_names, slots, strict=False) if slot is not None}
        return {"step": steps, **({"mu_product": product} if product != 1 else {}), **named}

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly where this optimizer stands.

        Returns:
            `state` (position of the parameter -> step count and named tensors) and `param_groups` (the
            options, with positions in place of parameters).
        """
        self._settle()
        state: dict[int, dict[str, Any]] = {}
        groups = []
        position = 0
        for options, group in zip(self.param_groups, self._groups, strict=True):
            count = len(options["params"])
            for i in range(count):
                if one := self._get_state(group, i):
                    state[position + i] = one
            groups.append({**options, "params": list(range(position, position + count))})
            position += count
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over options and state. Everything is compared first; on a difference nothing changes.

        Args:
            state_dict: what `state_dict` of an optimizer of this class for the same parameters gave.

        Raises:
            ValueError: the groups, their sizes or the shapes differ.
        """
        self._settle()
        given, problems = state_dict["param_groups"], []
        if [len(g["params"]) for g in given] != [len(g["params"]) for g in self.param_groups]:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: parameter groups of sizes "
                f"{[len(g['params']) for g in given]} given, "
                f"{[len(g['params']) for g in self.param_groups]} expected"
            )
        keys = [key for g in given for key in g["params"]]
        places = [(g, i, p) for g, o in zip(self._groups, self.param_groups, strict=True)
                  for i, p in enumerate(o["params"])]  # fmt: skip
        news = []
        for key, (group, index, parameter) in zip(keys, places, strict=True):
            one = state_dict["state"].get(key, {})
            for name, value in one.items():
                if name not in (*self.slot_names, "step", "mu_product"):
                    problems.append(f"parameter {key}: {type(self).__name__} keeps no {name!r}")
                elif isinstance(value, Tensor) and name in self.slot_names and value.shape != parameter.shape:
                    problems.append(f"parameter {key}: {name} is {value.shape}, expected {parameter.shape}")
            news.append((group, index, one))
        if problems:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: nothing was changed:\n  " + "\n  ".join(problems)
            )
        for options, new in zip(self.param_groups, given, strict=True):
            options.update({name: value for name, value in new.items() if name != "params"})
        for group, index, one in news:
            slots = [_copy(one.get(name)) for name in self.slot_names]
            slots += [None] * (3 - len(slots))
            group.set_state(index, int(one.get("step", 0)), float(one.get("mu_product", 1)), slots)

    def __getstate__(self) -> dict[str, Any]:
        memory = [[group.get_state(i) for i in range(len(group))] for group in self._groups]
        return {**self.__dict__, "_groups": memory}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        _core.record.forget()
        self._groups = [_optim.Group(options["params"]) for options in self.param_groups]
        for group, memory in zip(self._groups, state["_groups"], strict=True):
            for i, one in enumerate(memory):
                group.set_state(i, *one)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            options = ", ".join(f"{k}={v!r}" for k, v in sorted(group.items()) if k != "params")
            lines.append(f"  group {i}: {len(group['params'])} parameters, {options}")
        return "\n".join([*lines, ")"])


def _as_groups(params: Params) -> Sequence[Mapping[str, Any]]:
    if isinstance(params, Tensor):
        raise TypeError("an optimizer takes a list of parameters, got one Tensor. Did you mean [x]?")
    if hasattr(params, "named_parameters"):
        return [{"params": params}]
    if not isinstance(params, Iterable):
        raise TypeError(f"an optimizer takes an iterable of parameters, got {type(params).__name__}")
    params = list(params)
    if params and isinstance(params[0], Mapping):
        return params
    return [{"params": params}]


def _copy(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else _core.tensor(tensor.detach(), tensor.dtype)
