"""How a module looks in a notebook: a tree that opens and closes, with parameters counted."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pynn._notebook import box

from .parameter import Parameter, UninitializedParameter

if TYPE_CHECKING:
    from .module import Module


def module_html(module: Module) -> str:
    """The tree of a module."""
    trained = sum(p.numel() for p in module.parameters() if p.requires_grad and _is_known(p))
    frozen = sum(p.numel() for p in module.parameters() if not p.requires_grad and _is_known(p))
    facts = f"{trained:,} parameters" + (f", {frozen:,} frozen" if frozen else "")
    mode = "training" if module.training else "evaluation"
    return box(f"{facts} · {mode} mode", _tree("", module, is_open=True))


def _is_known(parameter: Parameter) -> bool:
    return not isinstance(parameter, UninitializedParameter)


def _tree(name: str, module: Module, is_open: bool = False) -> str:
    extra = module.extra_repr()
    title = f"{escape(name)}: " if name else ""
    title += f"<b>{escape(type(module).__name__)}</b>"
    title += f'<span class="soft">({escape(extra)})</span>' if extra else ""
    children = list(module.named_children())
    inner = "".join(_tree(path, child) for path, child in children)
    for path, parameter in module.named_parameters(recurse=False):
        shape = tuple(parameter.shape) if _is_known(parameter) else "by the first input"
        frozen = "" if parameter.requires_grad else ", frozen"
        inner += f'<div class="leaf soft">{escape(path)} {escape(str(shape))}{frozen}</div>'
    if not inner:
        return f'<div class="leaf">{title}</div>'
    state = ' open="open"' if is_open else ""
    return f"<details{state}><summary>{title}</summary>{inner}</details>"
