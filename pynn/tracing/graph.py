"""A trace as a drawing: the computation graph, in SVG."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .layout import Layout, Point, layered
from .record import Event, Value

if TYPE_CHECKING:
    from .trace import Trace

LINE = 15  # height of a line of text
CHAR = 7.3  # width of a bold character, about
WIDEST = 26  # characters in a box

# Colours that every kind of eye tells apart (Okabe & Ito), on paper and on slate.
STYLE = """
.pynn-graph{--paper:#fff;--ink:#1b2733;--soft:#5a6b7b;--line:#8a99a8;--op:#e3eff8;--op-edge:#0072b2;
--parameter:#fdf0d9;--parameter-edge:#b36b00;--input:#e2f3ec;--input-edge:#00785a;max-width:100%;height:auto}
@media(prefers-color-scheme:dark){.pynn-graph{--paper:#12181f;--ink:#e8eef4;--soft:#a9b7c4;--line:#6d7d8d;
--op:#15314a;--op-edge:#56b4e9;--parameter:#43310f;--parameter-edge:#e69f00;--input:#0f3a2f;--input-edge:#2fc79a}}
.pynn-graph text{font:12px ui-sans-serif,system-ui,sans-serif;fill:var(--ink);text-anchor:middle}
.pynn-graph .name{font-weight:600}
.pynn-graph .more{fill:var(--soft);font-size:11px}
.pynn-graph .paper{fill:var(--paper)}
.pynn-graph .edge{fill:none;stroke:var(--line);stroke-width:1.4}
.pynn-graph .tip{fill:var(--line)}
.pynn-graph .box rect{fill:var(--op);stroke:var(--op-edge);stroke-width:1.2}
.pynn-graph .parameter rect{fill:var(--parameter);stroke:var(--parameter-edge)}
.pynn-graph .input rect,.pynn-graph .constant rect{fill:var(--input);stroke:var(--input-edge)}
"""


@dataclass(frozen=True)
class Box:
    """One box of the drawing.

    Attributes:
        id: of its element, ``event-3`` or ``value-0``.
        kind: ``op``, ``parameter``, ``input`` or ``constant``.
        lines: its text; the first line is its name.
        tip: all there is to say, for the pointer.
    """

    id: str
    kind: str
    lines: tuple[str, ...]
    tip: str

    @property
    def size(self) -> Point:
        """Width and height."""
        longest = max(len(cut(line)) for line in self.lines)
        return max(64.0, longest * CHAR + 18), len(self.lines) * LINE + 11.0


def boxes_and_edges(trace: Trace) -> tuple[list[Box], list[tuple[int, int, int]]]:
    """The boxes, and (from, to, value) for each arrow."""
    boxes: list[Box] = []
    place: dict[str, int] = {}

    def add(box: Box) -> int:
        place[box.id] = len(boxes)
        boxes.append(box)
        return place[box.id]

    edges: dict[tuple[int, int, int], None] = {}
    for event in trace.events:
        for _, index in event.inputs:
            value = trace.values.get(index)
            if value is not None and value.event is None and f"value-{index}" not in place:
                add(_value_box(trace, value))
        here = add(_event_box(trace, event))
        for _, index in event.inputs:
            value = trace.values.get(index)
            if value is None:
                continue
            maker = f"value-{index}" if value.event is None else f"event-{value.event}"
            if maker in place and place[maker] != here:
                edges[place[maker], here, index] = None
    return boxes, list(edges)


def _value_box(trace: Trace, value: Value) -> Box:
    shape = "" if value.numbers is None else str(value.numbers.shape)
    name = trace.name(value.index)
    tip = f"{value.kind} {name}" + ("" if value.numbers is None else f", {value.numbers}")
    return Box(f"value-{value.index}", value.kind, (name, shape or "?"), tip)


def _event_box(trace: Trace, event: Event) -> Box:
    made = [trace.values[v] for v in event.outputs if v in trace.values]
    shapes = ", ".join(str(v.numbers.shape) for v in made if v.numbers is not None)
    names = ", ".join(v.name for v in made if v.name)
    first = f"{event.op} → {names}" if names else event.op
    lines = [first, *([shapes] if shapes else []), *([event.path] if event.path else [])]
    return Box(f"event-{event.index}", "op", tuple(lines), f"{event.op}: {event.formula or 'no formula'}")


def draw(trace: Trace) -> str:
    """The whole drawing as text."""
    boxes, edges = boxes_and_edges(trace)
    if not boxes:
        start = '<svg xmlns="http://www.w3.org/2000/svg" class="pynn-graph" role="img" viewBox="0 0 10 10">'
        return f"{start}{_title(0, 0)}</svg>"
    layout = layered([box.size for box in boxes], [(a, b) for a, b, _ in edges])
    ops = sum(box.kind == "op" for box in boxes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pynn-graph" role="img" '
        f'viewBox="0 0 {layout.width:.0f} {layout.height:.0f}" width="{layout.width:.0f}" '
        f'height="{layout.height:.0f}">',
        _title(ops, len(boxes) - ops),
        f"<style>{STYLE}</style>",
        '<defs><marker id="pynn-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        'orient="auto" markerUnits="userSpaceOnUse"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>',
        '<rect class="paper" width="100%" height="100%" rx="8"/>',
    ]
    parts += [_edge(boxes, layout, k, edge) for k, edge in enumerate(edges)]
    parts += [_box(box, centre) for box, centre in zip(boxes, layout.centres, strict=True)]
    return "\n".join([*parts, "</svg>"])


def _title(ops: int, sources: int) -> str:
    return (
        f"<title>Computation graph</title><desc>{ops} operations over {sources} inputs and parameters, "
        "from the top down.</desc>"
    )


def _box(box: Box, centre: Point) -> str:
    (x, y), (width, height) = centre, box.size
    radius = 4 if box.kind == "op" else height / 2
    lines = []
    for k, line in enumerate(box.lines):
        at = y - height / 2 + 5.5 + (k + 0.75) * LINE
        lines.append(
            f'<text class="{"more" if k else "name"}" x="{x:.1f}" y="{at:.1f}">{escape(cut(line))}</text>'
        )
    return (
        f'<g class="box {box.kind}" id="{box.id}"><title>{escape(box.tip)}</title>'
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{radius:.0f}"/>{"".join(lines)}</g>'
    )


def _edge(boxes: Sequence[Box], layout: Layout, k: int, edge: tuple[int, int, int]) -> str:
    start, end, value = edge
    points = [*layout.routes[k]]
    points[0] = points[0][0], points[0][1] + boxes[start].size[1] / 2
    points[-1] = points[-1][0], points[-1][1] - boxes[end].size[1] / 2
    return (
        f'<path class="edge" data-value="{value}" data-from="{boxes[start].id}" data-to="{boxes[end].id}" '
        f'd="{_curve(points)}" marker-end="url(#pynn-tip)"/>'
    )


def _curve(points: Sequence[Point]) -> str:
    """From point to point in curves that leave and arrive upright."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        middle = (y0 + y1) / 2
        path += f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"
    return path


def cut(text: str) -> str:
    """A line of a box, short enough for it."""
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
