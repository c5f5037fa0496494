"""Taking a module's values out by name, and putting them back with everything checked first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pynn import _core, autograd
from pynn._core import Tensor

from .parameter import Parameter, UninitializedParameter

if TYPE_CHECKING:
    from .module import Module


class IncompatibleKeys(NamedTuple):
    """The names that `load_state_dict(strict=False)` could not match."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def _members(module: Module, prefix: str) -> dict[str, tuple[Module, str]]:
    """Full name -> (owner, attribute) of each parameter and persistent buffer, tied ones under every name."""
    found = {}
    for path, owner in module.named_modules(prefix=prefix.rstrip("."), remove_duplicate=False):
        names = [name for name, _ in owner._own_parameters()]
        names += [name for name, _ in owner._own_buffers() if owner._persistent[name]]
        for name in names:
            found[f"{path}.{name}" if path else name] = (owner, name)
    return found


def collect(module: Module, prefix: str, keep_vars: bool) -> dict[str, Tensor]:
    """What `Module.state_dict` returns."""
    values = {full: owner.__dict__[name] for full, (owner, name) in _members(module, prefix).items()}
    waiting = [full for full, value in values.items() if isinstance(value, UninitializedParameter)]
    if waiting:
        raise ValueError(
            f"state_dict: {', '.join(waiting)} of {type(module).__name__} have no shape yet. "
            "Call the module once, or module.build(input_shape), first."
        )
    return values if keep_vars else {full: value.detach() for full, value in values.items()}


def load(module: Module, state: Mapping[str, Any], strict: bool, assign: bool) -> IncompatibleKeys:
    """What `Module.load_state_dict` does: compare everything, then write."""
    if not isinstance(state, Mapping):
        raise TypeError(f"load_state_dict: expected a dict of name -> tensor, got {type(state).__name__}")
    members = _members(module, "")
    given = {full: _as_tensor(full, value) for full, value in state.items()}
    missing = [full for full in members if full not in given]
    unexpected = [full for full in given if full not in members]

    problems = [f"{full}: {problem}" for full, problem in _shape_problems(members, given)]
    if strict:
        problems += [f"{full}: missing" for full in missing]
        problems += [f"{full}: unexpected; {type(module).__name__} has no such name" for full in unexpected]
    if problems:
        raise ValueError(
            f"load_state_dict into {type(module).__name__}: {len(problems)} differences, nothing was "
            "changed:\n  " + "\n  ".join(problems)
        )

    for full, (owner, name) in members.items():
        if full in given:
            _write(owner, name, given[full], assign)
    for owner in {id(owner): owner for owner, _ in members.values()}.values():
        waiting = any(isinstance(p, UninitializedParameter) for _, p in owner._own_parameters())
        if not owner.built and not waiting:
            owner._built_by_loading()
    return IncompatibleKeys(missing, unexpected)


def _as_tensor(full: str, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.array(value)
        return _core.from_numpy(array) if array.dtype == np.float64 else _core.tensor(array)
    raise TypeError(f"load_state_dict: {full} is a {type(value).__name__}; expected a Tensor or an array")


def _shape_problems(
    members: Mapping[str, tuple[Module, str]], given: Mapping[str, Tensor]
) -> list[tuple[str, str]]:
    problems = []
    for full, value in given.items():
        if full not in members:
            continue
        owner, name = members[full]
        mine = owner.__dict__[name]
        if not isinstance(mine, UninitializedParameter) and tuple(mine.shape) != tuple(value.shape):
            problems.append((full, f"shape {tuple(value.shape)} given, {tuple(mine.shape)} expected"))
    return problems


def _write(owner: Module, name: str, value: Tensor, assign: bool) -> None:
    mine = owner.__dict__[name]
    if isinstance(mine, UninitializedParameter):
        mine.materialize(tuple(value.shape))
    if assign:
        if isinstance(mine, Parameter):
            mine.data = value.detach()
        else:
            owner.__dict__[name] = value
        return
    with autograd.no_grad():
        mine.copy_(value)
