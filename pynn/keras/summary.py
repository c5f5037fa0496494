"""The table of a model's layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .graph import symbols_in

if TYPE_CHECKING:
    from .model import Model


def lines_of(model: Model, width: int | None = None) -> Iterator[str]:
    """The lines that `summary` prints."""
    head = ["Layer (type)", "Output Shape", "Param #"]
    rows = [[f"{layer.name} ({type(layer).__name__})", *_of(layer)] for layer in model.layers]
    if type(model).__name__ != "Sequential" and model.graph is not None:
        head.append("Connected to")
        first = [[f"{s.name} (InputLayer)", str(s.shape), "0", "-"] for s in model.graph.inputs]
        rows = first + [[*row, _sources(model, layer)] for row, layer in zip(rows, model.layers, strict=True)]
    widths = [max(len(row[i]) for row in [head, *rows]) + 2 for i in range(len(head))]
    if width is not None:
        widths[0] += max(width - sum(widths), 0)
    rule = sum(widths)
    yield f'Model: "{model.name}"'
    yield "_" * rule
    yield _line(head, widths)
    yield "=" * rule
    for row in rows:
        yield _line(row, widths)
    yield "=" * rule
    moved = {id(weight) for weight in model.trainable_weights}
    weights = {id(weight): weight for weight in model.weights}
    total = sum(weight.count() for weight in weights.values())
    trained = sum(weight.count() for key, weight in weights.items() if key in moved)
    for what, count in (("Total", total), ("Trainable", trained), ("Non-trainable", total - trained)):
        yield f"{what} params: {count:,} ({_bytes(4 * count)})"


def _line(cells: list[str], widths: list[int]) -> str:
    return "".join(f" {cell:<{width - 1}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _of(layer: Any) -> list[str]:
    count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
    if not layer._nodes:
        shown = getattr(layer, "output_shape", "?") if getattr(layer, "graph", None) is not None else "?"
        return [str(shown), count]
    shapes = [str(symbol.shape) for symbol in symbols_in(layer._nodes[-1].outputs)]
    return [", ".join(shapes), count]


def _sources(model: Model, layer: Any) -> str:
    assert model.graph is not None
    names: list[str] = []
    for node in model.graph.nodes:
        if node.layer is layer:
            for symbol in symbols_in((node.args, node.kwargs)):
                names.append(symbol.node.layer.name if symbol.node is not None else str(symbol.name))
    return ", ".join(dict.fromkeys(names))


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} GB"
