"""Where an error came about: the path of the module in whose forward it was raised."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pynn import _mistakes
from pynn._core import AutogradError, DTypeError, ShapeError

if TYPE_CHECKING:
    from .module import Module

_OURS = (ShapeError, DTypeError, AutogradError)
_OURS_BY_MESSAGE = (ValueError, TypeError, IndexError)  # if they begin as pynn's do: "op: ..."
_BEGINS = re.compile(r"[A-Za-z_]\w*(\(.*?\))?: ")


def locate(error: Exception, module: Module) -> None:
    """Say in an error of pynn which module it comes from; called by each module on its way out.

    The innermost module is named, by its path in the outermost one.

    Args:
        error: its message is changed.
        module: the next one outwards.
    """
    if not error.args or not isinstance(error.args[0], str):
        return
    inner = error.__dict__.get("_pynn_module")
    if inner is None:
        message = error.args[0]
        if not isinstance(error, _OURS) and not (
            isinstance(error, _OURS_BY_MESSAGE) and _BEGINS.match(message)
        ):
            return
        error.__dict__["_pynn_module"] = inner = module
        error.__dict__["_pynn_message"] = message
    message = error.__dict__["_pynn_message"]
    path = next((path for path, part in module.named_modules() if part is inner), None)
    if path is None:  # one that no attribute holds: what was found further in stands
        return
    name = type(inner).__name__
    where = f"in model.{path} ({name})" if path else f"in {name}"
    if not path and message.startswith(name):
        error.args = (_mistakes.explained(message), *error.args[1:])
        return
    head, _, rest = _mistakes.explained(message).partition("\n    rule: ")
    error.args = (f"{head}\n    {where}" + (f"\n    rule: {rest}" if rest else ""), *error.args[1:])
