"""Where the boxes of a layered drawing go: Sugiyama's method, by the library fast-sugiyama.

Source: Sugiyama, Tagawa & Toda 1981, Methods for visual understanding of hierarchical system structures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Centres of boxes, corner points of arrows, and the size of it all.

    Attributes:
        centres: of each box.
        routes: for each edge the points it passes on its way, its two boxes' centres included.
        width: of the drawing.
        height: of the drawing.
    """

    centres: list[Point]
    routes: list[list[Point]]
    width: float
    height: float


def layered(
    sizes: Sequence[Point], edges: Sequence[tuple[int, int]], gap: float = 26, margin: float = 16
) -> Layout:
    """Lay out an acyclic graph from the top down.

    Args:
        sizes: width and height of each box.
        edges: pairs of box numbers, from, to.
        gap: the least distance of two boxes beside each other, and twice of two layers.
        margin: around the whole.

    Returns:
        The layout.

    Raises:
        ImportError: fast-sugiyama is not installed.
    """
    try:
        from fast_sugiyama import from_edges
    except ImportError as error:
        raise ImportError(
            "the graph is laid out by fast-sugiyama: pip install 'pynn-learn[viz]'. "
            "t.table() shows the same without it."
        ) from error

    wide, high = max(w for w, _ in sizes), max(h for _, h in sizes)
    tied = sorted({box for edge in edges for box in edge})  # the library knows boxes by their edges
    place = {box: i for i, box in enumerate(tied)}
    pairs = list(dict.fromkeys((place[a], place[b]) for a, b in edges))
    at: dict[int, Point] = {}
    ways: dict[tuple[int, int], list[Point]] = {}
    left = 0.0
    found: Any = from_edges(pairs, vertex_spacing=wide + gap, dummy_vertices=True)
    for positions, width, _, links in found:
        spots: dict[int, Point] = dict(positions)
        nearest = min(x for x, _ in spots.values())
        layers = {y: k for k, y in enumerate(sorted({y for _, y in spots.values()}, reverse=True))}
        spots = {i: (left + x - nearest, layers[y] * (high + 2 * gap)) for i, (x, y) in spots.items()}
        at.update({tied[i]: spot for i, spot in spots.items() if i < len(tied)})
        ways.update(_ways(len(tied), spots, links or []))
        left += width + wide + gap
    for box in range(len(sizes)):  # what nothing is tied to stands in the first row
        if box not in at:
            at[box] = (left, 0.0)
            left += wide + gap
    shift_x = margin + wide / 2 - min(x for x, _ in at.values())
    shift_y = margin + high / 2
    corners = [*at.values(), *(point for way in ways.values() for point in way)]
    shift_x = max(shift_x, margin - min(x for x, _ in corners))

    def moved(point: Point) -> Point:
        return point[0] + shift_x, point[1] + shift_y

    routes = []
    for a, b in edges:
        between = ways.get((place[a], place[b]), [])
        routes.append([moved(at[a]), *(moved(point) for point in between), moved(at[b])])
    right = max([x + wide / 2 for x, _ in at.values()] + [x for x, _ in corners])
    return Layout(
        [moved(at[box]) for box in range(len(sizes))],
        routes,
        right + shift_x + margin,
        max(y for _, y in at.values()) + shift_y + high / 2 + margin,
    )


def _ways(
    boxes: int, spots: dict[int, Point], links: list[tuple[int, int]]
) -> dict[tuple[int, int], list[Point]]:
    """The points between the two ends of every edge: the library passes long ones through dummy boxes."""
    onward: dict[int, list[int]] = {}
    for a, b in links:
        onward.setdefault(a, []).append(b)
    ways = {}
    for start in [box for box in onward if box < boxes]:
        for following in onward[start]:
            way, box = [], following
            while box >= boxes:
                way.append(spots[box])
                box = onward[box][0]
            ways[start, box] = way
    return ways
