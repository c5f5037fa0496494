"""A line search to the strong Wolfe conditions (Nocedal & Wright 2006, algorithms 3.5 and 3.6)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple


class Point(NamedTuple):
    """The loss at one step length: its value, the gradient there, and the slope along the direction."""

    t: float
    value: float
    gradient: Any
    slope: float


def strong_wolfe(
    along: Callable[[float], tuple[float, Any, float]],
    t: float,
    value: float,
    gradient: Any,
    slope: float,
    largest_move: float,
    tolerance_change: float,
    c1: float = 1e-4,
    c2: float = 0.9,
    max_evaluations: int = 25,
) -> tuple[float, float, Any, int]:
    """Find a step length that lowers the loss enough (c1) and leaves a small enough slope (c2).

    Args:
        along: step length -> (loss, gradient, slope along the direction).
        t: the first trial.
        value: the loss at length 0.
        gradient: the gradient at length 0.
        slope: the slope at length 0, negative.
        largest_move: the largest component of the direction.
        tolerance_change: an interval shorter than this is not searched any more.
        c1: sufficient decrease: f(t) <= f(0) + c1 t f'(0).
        c2: curvature: |f'(t)| <= c2 |f'(0)|.
        max_evaluations: after so many the best point found is taken.

    Returns:
        Step length, loss, gradient, and how often `along` was called.
    """
    origin = Point(0.0, value, gradient, slope)

    def decreased(point: Point) -> bool:
        return point.value <= origin.value + c1 * point.t * origin.slope

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -c2 * origin.slope

    # Walk outwards until a minimum is bracketed.
    before, here, calls = origin, Point(t, *along(t)), 1
    while True:
        if not decreased(here) or (calls > 1 and here.value >= before.value) or math.isnan(here.value):
            low, high = before, here
            break
        if flat(here):
            return here.t, here.value, here.gradient, calls
        if here.slope >= 0:
            low, high = here, before
            break
        if calls >= max_evaluations:
            return here.t, here.value, here.gradient, calls
        shortest, longest = here.t + 0.01 * (here.t - before.t), here.t * 10
        t = cubic_minimum(before, here, shortest, longest)
        before, here, calls = here, Point(t, *along(t)), calls + 1

    # Narrow the bracket; `low` is always the better end.
    stuck = False
    while calls < max_evaluations and abs(high.t - low.t) * largest_move >= tolerance_change:
        left, right = sorted((low.t, high.t))
        t = cubic_minimum(low, high, left, right)
        margin = 0.1 * (right - left)
        if min(right - t, t - left) < margin:
            # A trial at the very edge makes no progress: the second in a row is moved inwards.
            if stuck or t >= right or t <= left:
                t = right - margin if abs(t - right) < abs(t - left) else left + margin
                stuck = False
            else:
                stuck = True
        else:
            stuck = False
        trial, calls = Point(t, *along(t)), calls + 1
        if not decreased(trial) or trial.value >= low.value:
            high = trial
            continue
        if flat(trial):
            return trial.t, trial.value, trial.gradient, calls
        if trial.slope * (high.t - low.t) >= 0:
            high = low
        low = trial
    return low.t, low.value, low.gradient, calls


def cubic_minimum(a: Point, b: Point, lowest: float, highest: float) -> float:
    """Where the cubic through two points with their slopes is smallest, kept within bounds (eq. 3.59)."""
    if a.t > b.t:
        a, b = b, a
    middle = (lowest + highest) / 2
    if a.t == b.t or not all(map(math.isfinite, (a.value, b.value, a.slope, b.slope))):
        return middle
    d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.t - b.t)
    under_root = d1 * d1 - a.slope * b.slope
    if under_root < 0:
        return middle
    d2 = math.sqrt(under_root)
    bottom = b.slope - a.slope + 2 * d2
    if bottom == 0:
        return middle
    t = b.t - (b.t - a.t) * (b.slope + d2 - d1) / bottom
    return min(max(t, lowest), highest)
