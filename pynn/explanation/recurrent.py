"""Recurrent layers in NumPy, one step of one sequence after the other: what the ops are compared with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


Cell = Callable[[np.ndarray, np.ndarray, list[np.ndarray]], list[np.ndarray]]


def _lstm_cell(a: np.ndarray, s: np.ndarray, states: list[np.ndarray]) -> list[np.ndarray]:
    i, f, g, o = np.split(a + s, 4)
    c = _sigmoid(f) * states[1] + _sigmoid(i) * np.tanh(g)
    return [_sigmoid(o) * np.tanh(c), c]


def _gru_cell(a: np.ndarray, s: np.ndarray, states: list[np.ndarray]) -> list[np.ndarray]:
    (ar, az, an), (sr, sz, sn) = np.split(a, 3), np.split(s, 3)
    z = _sigmoid(az + sz)
    return [(1 - z) * np.tanh(an + _sigmoid(ar + sr) * sn) + z * states[0]]


def _places(x: np.ndarray, batch_sizes: Any, batch_first: bool) -> list[list[Any]]:
    """For each sequence where in x, without its last axis, its steps are."""
    if batch_sizes is not None:
        starts = np.cumsum([0, *batch_sizes])
        return [
            [starts[t] + b for t in range(len(batch_sizes)) if b < batch_sizes[t]]
            for b in range(batch_sizes[0])
        ]
    n, steps = x.shape[:2] if batch_first else x.shape[1::-1]
    return [[(b, t) if batch_first else (t, b) for t in range(steps)] for b in range(n)]


def _layer(
    cell: Cell,
    x: np.ndarray,
    firsts: list[Any],
    weights: list[np.ndarray],
    batch_sizes: Any,
    bias: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[np.ndarray, ...]:
    directions = 2 if bidirectional else 1
    each = len(weights) // directions
    places = _places(x, batch_sizes, batch_first)
    w_hh = weights[1]
    out = w_hh.shape[1]
    hidden = weights[each - 1].shape[1] if each % 2 else out
    sizes = [out, hidden][: len(firsts)]
    y = np.zeros((*x.shape[:-1], directions * out))
    lasts = [np.zeros((directions, len(places), size)) for size in sizes]
    for d in range(directions):
        w_ih, w_hh, *rest = weights[d * each : (d + 1) * each]
        b_ih, b_hh = rest[:2] if bias else (0.0, 0.0)
        for b, steps in enumerate(places):
            states = [np.zeros(size) if f is None else f[d, b] for f, size in zip(firsts, sizes, strict=True)]
            for place in reversed(steps) if d else steps:
                states = cell(w_ih @ x[place] + b_ih, w_hh @ states[0] + b_hh, states)
                if each % 2:
                    states[0] = rest[-1] @ states[0]
                index = place if isinstance(place, tuple) else (place,)
                here = (*index, slice(d * out, (d + 1) * out))
                y[here] = states[0]
            for last, state in zip(lasts, states, strict=True):
                last[d, b] = state
    return (y, *lasts)


def lstm(x: Any, weights: Any, h0: Any, c0: Any, *settings: Any) -> tuple[np.ndarray, ...]:
    """Hochreiter & Schmidhuber 1997, with the forget gate: gates i, f, g, o."""
    return _layer(_lstm_cell, x, [h0, c0], weights, *settings)


def gru(x: Any, weights: Any, h0: Any, *settings: Any) -> tuple[np.ndarray, ...]:
    """Cho et al. 2014: gates r, z, n."""
    return _layer(_gru_cell, x, [h0], weights, *settings)


def rnn(kind: str, x: Any, weights: Any, h0: Any, *settings: Any) -> tuple[np.ndarray, ...]:
    """H = f(W x + U h + b), step after step."""

    def cell(a: np.ndarray, s: np.ndarray, states: list[np.ndarray]) -> list[np.ndarray]:
        return [np.tanh(a + s) if kind == "tanh" else np.maximum(a + s, 0)]

    return _layer(cell, x, [h0], weights, *settings)
