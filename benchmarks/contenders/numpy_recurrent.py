"""Recurrent layers forward and backward through time by NumPy: the reference for all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..workloads.layers import Arrays
from ..workloads.recurrent import Recurrent

Back = Callable[[np.ndarray], np.ndarray]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def forward(case: Recurrent, x: np.ndarray, arrays: Arrays, gradients: Arrays) -> tuple[np.ndarray, Back]:
    """The outputs (N, T, features) of all directions, and the way back."""
    run = {"LSTM": lstm, "GRU": gru}[case.cell]
    ends = ("", "_reverse")[: case.directions]
    ways = [(end, slice(None, None, -1 if end else 1)) for end in ends]
    results = [run(x[:, way], arrays, gradients, end) for end, way in ways]
    y = np.concatenate([y[:, way] for (y, _), (_, way) in zip(results, ways, strict=True)], 2)

    def back(dy: np.ndarray) -> np.ndarray:
        parts = np.split(dy, case.directions, 2)
        return sum(
            step(part[:, way])[:, way] for part, (_, step), (_, way) in zip(parts, results, ways, strict=True)
        )

    return y, back


def collect(
    gradients: Arrays, end: str, x: np.ndarray, h: np.ndarray, da: np.ndarray, ds: np.ndarray
) -> None:
    """What all steps say about the weights: da of the inputs' sums, ds of the recurrent ones."""
    for name, d, source in (("ih", da, x), ("hh", ds, h)):
        gradients[f"weight_{name}_l0{end}"] = np.einsum("ntg,ntf->gf", d, source, optimize=True)
        gradients[f"bias_{name}_l0{end}"] = d.sum((0, 1))


def lstm(x: np.ndarray, arrays: Arrays, gradients: Arrays, end: str) -> tuple[np.ndarray, Back]:
    w_ih, w_hh, b_ih, b_hh = (
        arrays[f"{n}_l0{end}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    n, steps, size = len(x), x.shape[1], w_hh.shape[1]
    h, c = np.zeros((n, steps + 1, size), x.dtype), np.zeros((n, steps + 1, size), x.dtype)
    kept = np.zeros((n, steps, 4 * size), x.dtype)
    sums = x @ w_ih.T + b_ih + b_hh
    for t in range(steps):
        i, f, g, o = np.split(sums[:, t] + h[:, t] @ w_hh.T, 4, 1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c[:, t + 1] = f * c[:, t] + i * g
        h[:, t + 1] = o * np.tanh(c[:, t + 1])
        kept[:, t] = np.concatenate([i, f, g, o], 1)

    def back(dy: np.ndarray) -> np.ndarray:
        d = np.zeros_like(kept)
        dh, dc = np.zeros_like(h[:, 0]), np.zeros_like(h[:, 0])
        for t in reversed(range(steps)):
            i, f, g, o = np.split(kept[:, t], 4, 1)
            dh = dh + dy[:, t]
            shown = np.tanh(c[:, t + 1])
            dc = dc + dh * o * (1 - shown**2)
            parts = [dc * g * i * (1 - i), dc * c[:, t] * f * (1 - f), dc * i * (1 - g**2)]
            d[:, t] = np.concatenate([*parts, dh * shown * o * (1 - o)], 1)
            dh, dc = d[:, t] @ w_hh, dc * f
        collect(gradients, end, x, h[:, :-1], d, d)
        return d @ w_ih

    return h[:, 1:], back


def gru(x: np.ndarray, arrays: Arrays, gradients: Arrays, end: str) -> tuple[np.ndarray, Back]:
    w_ih, w_hh, b_ih, b_hh = (
        arrays[f"{n}_l0{end}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    n, steps, size = len(x), x.shape[1], w_hh.shape[1]
    h = np.zeros((n, steps + 1, size), x.dtype)
    kept = np.zeros((n, steps, 4 * size), x.dtype)
    sums = x @ w_ih.T + b_ih
    for t in range(steps):
        ar, az, an = np.split(sums[:, t], 3, 1)
        sr, sz, sn = np.split(h[:, t] @ w_hh.T + b_hh, 3, 1)
        r, z = sigmoid(ar + sr), sigmoid(az + sz)
        new = np.tanh(an + r * sn)
        h[:, t + 1] = (1 - z) * new + z * h[:, t]
        kept[:, t] = np.concatenate([r, z, new, sn], 1)

    def back(dy: np.ndarray) -> np.ndarray:
        da, ds = np.zeros_like(sums), np.zeros_like(sums)
        dh = np.zeros_like(h[:, 0])
        for t in reversed(range(steps)):
            r, z, new, sn = np.split(kept[:, t], 4, 1)
            dh = dh + dy[:, t]
            dn = dh * (1 - z) * (1 - new**2)
            both = [dn * sn * r * (1 - r), dh * (h[:, t] - new) * z * (1 - z)]
            da[:, t], ds[:, t] = np.concatenate([*both, dn], 1), np.concatenate([*both, dn * r], 1)
            dh = ds[:, t] @ w_hh + dh * z
        collect(gradients, end, x, h[:, :-1], da, ds)
        return da @ w_ih

    return h[:, 1:], back
