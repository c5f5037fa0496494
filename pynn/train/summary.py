"""The table that `summary` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pynn import _core, autograd
from pynn._core import Tensor

from .nested import call

if TYPE_CHECKING:
    from pynn.nn import Module


def describe(
    model: Module, input_shape: Sequence[Any] | Mapping[str, Any] | None = None, dtype: Any = None
) -> str:
    """Layers, output shapes and parameter counts as text."""
    shapes = {} if input_shape is None else _output_shapes(model, input_shape, dtype)
    rows = [("layer", "output shape", "parameters")]
    for name, module in model.named_modules():
        if module is model and next(iter(model.children()), None) is not None:
            continue
        own = sum(p.numel() for p in module.parameters(recurse=False))
        kind = type(module).__name__
        label = f"{'  ' * name.count('.')}{name} ({kind})" if name else kind
        count = f"{own:,}" if own or not list(module.children()) else ""
        rows.append(
            (label, shapes.get(id(module), "" if shapes else "-"), count if module.built else "not built")
        )
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
    rule = "─" * len(lines[0])
    parameters = list(model.parameters())
    total = sum(p.numel() for p in parameters)
    trained = sum(p.numel() for p in parameters if p.requires_grad)
    size = sum(p.nbytes for p in parameters)
    footer = f"{total:,} parameters ({trained:,} trained), {_bytes(size)}"
    return "\n".join([type(model).__name__, rule, lines[0], rule, *lines[1:], rule, footer])


def _output_shapes(
    model: Module, input_shape: Sequence[Any] | Mapping[str, Any], dtype: Any
) -> dict[int, str]:
    shapes: Any = input_shape
    if not isinstance(shapes, Mapping):
        several = len(shapes) > 0 and isinstance(shapes[0], (tuple, list))
        shapes = dict(enumerate(shapes if several else [shapes]))
    first = next(iter(shapes.values()))
    batch_is_open = len(first) > 0 and first[0] is None
    seen: dict[int, str] = {}

    def note(module: Module, args: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            shape = tuple(output.shape)
            shown = ["None" if batch_is_open and i == 0 else str(size) for i, size in enumerate(shape)]
            seen[id(module)] = f"({', '.join(shown)}{',' if len(shown) == 1 else ''})"

    handles = [module.register_forward_hook(note) for module in model.modules()]
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with autograd.no_grad():
            zeros = {
                name: _core.ops.zeros(tuple(1 if n is None else n for n in shape), dtype)
                for name, shape in shapes.items()
            }
            call(model, zeros if shapes is input_shape else tuple(zeros.values()))
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes:
            module.training = mode
    return seen


def _bytes(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.4g} {unit}"
        amount /= 1024
    return f"{amount:.4g} GiB"
