"""A trace as one page that needs no network: the graph, and a panel that steps through it."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from . import graph
from .numbers import Numbers
from .record import Backward, Event, OptimizerStep, Step
from .recorder import is_close
from .table import duration, size

if TYPE_CHECKING:
    from .trace import Trace


def render(trace: Trace) -> str:
    """The text of the page."""
    here = files("pynn.tracing")
    data = json.dumps(content(trace), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    fields = {
        "STYLE": (here / "page.css").read_text(encoding="utf-8"),
        "SCRIPT": (here / "page.js").read_text(encoding="utf-8"),
        "GRAPH": graph.draw(trace),
        "DATA": data.replace("</", "<\\/"),
    }
    text = (here / "page.html").read_text(encoding="utf-8")
    for name, value in fields.items():
        text = text.replace(f"/*{name}*/", value)
    return text


def content(trace: Trace) -> dict[str, Any]:
    """What the page shows, as plain data: a list of steps."""
    return {"steps": [_step(trace, step) for step in trace.steps]}


def _step(trace: Trace, step: Step) -> dict[str, Any]:
    if step.kind == "optimizer":
        return _optimizer(trace, trace.optimizer_steps[step.index])
    event = trace.events[step.index]
    common = {
        "kind": step.kind,
        "op": event.op,
        "path": f"{event.path} ({event.module})" if event.path else "",
        "within": event.within,
        "where": f"{event.where}" if event.where else "",
        "code": event.where.text if event.where else "",
        "node": f"event-{event.index}",
    }
    if step.kind == "forward":
        return common | _forward(trace, event)
    return common | _backward(trace, event, event.backward[step.visit])


def _forward(trace: Trace, event: Event) -> dict[str, Any]:
    return {
        "rule": event.formula,
        "time": duration(event.ns),
        "bytes": size(event.bytes),
        "options": {name: str(value) for name, value in event.options.items()},
        "inputs": [_named(name, trace, value) for name, value in event.inputs],
        "outputs": [_named("", trace, value) for value in event.outputs],
    }


def _backward(trace: Trace, event: Event, visit: Backward) -> dict[str, Any]:
    inputs = []
    arrived = [dy for dy in visit.incoming if dy is not None]
    arguments = [name for name, _ in event.inputs]
    for i, (value, dx) in enumerate(visit.outgoing):
        if dx is None:
            continue
        local = visit.local[i] if i < len(visit.local) else None
        error = is_close(arrived[0], local, dx) if local is not None and len(arrived) == 1 else math.nan
        inputs.append(
            {
                "name": trace.name(value) if value is not None else "?",
                "argument": arguments[i] if i < len(arguments) else "",
                "value": value,
                "local": None if local is None else {"kind": local.kind, "numbers": _numbers(local.numbers)},
                "error": None if math.isnan(error) else f"{error:.1e}",
                "outgoing": _numbers(dx),
            }
        )
    return {
        "rule": event.gradient,
        "time": duration(visit.ns),
        "bytes": size(visit.bytes),
        "incoming": [None if dy is None else _numbers(dy) for dy in visit.incoming],
        "names": [trace.name(value) for value in event.outputs],
        "inputs": inputs,
    }


def _optimizer(trace: Trace, step: OptimizerStep) -> dict[str, Any]:
    updates = [
        {
            "name": trace.name(update.value),
            "value": update.value,
            "before": None if update.before is None else _numbers(update.before),
            "after": _numbers(update.after),
        }
        for update in step.updates
    ]
    return {
        "kind": "optimizer",
        "op": f"{step.name}.step",
        "path": "",
        "within": [],
        "where": "",
        "code": "",
        "node": "",
        "rule": "",
        "time": duration(step.ns),
        "bytes": "",
        "options": {name: str(value) for name, value in step.options.items()},
        "updates": updates,
    }


def _named(argument: str, trace: Trace, index: int) -> dict[str, Any]:
    value = trace.values.get(index)
    numbers = None if value is None or value.numbers is None else _numbers(value.numbers)
    return {"argument": argument, "name": trace.name(index), "value": index, "numbers": numbers}


def _numbers(numbers: Numbers) -> dict[str, Any]:
    """Numbers as plain data; what JSON has no sign for is a string."""
    shown = numbers.values if numbers.values is not None else numbers.picture
    rows: list[list[Any]] = []
    if shown is not None and shown.size:
        matrix = shown.reshape(-1, shown.shape[-1]) if shown.ndim else shown.reshape(1, 1)
        rows = [[_plain(v) for v in row] for row in matrix]
    return {
        "shape": str(numbers.shape),
        "summary": numbers.summary,
        "whole": numbers.values is not None,
        "rows": rows,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    number = float(value)
    return float(f"{number:.4g}") if math.isfinite(number) else str(number)
