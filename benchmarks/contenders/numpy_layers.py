"""The parts of a network forward and backward by NumPy: the reference that networks are checked against.

`forward` gives what comes out and the way back: from the gradient of what came out to that of what came in.
The gradients of a layer's arrays are collected on the way. It is plain and slow; nobody is timed on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ..workloads.layers import (
    Arrays,
    Conv,
    Flatten,
    GlobalPool,
    Layer,
    Layers,
    Linear,
    MaxPool,
    Norm,
    Relu,
    Residual,
    Skip,
    Up,
)

Back = Callable[[np.ndarray], np.ndarray]


@dataclass
class Weights:
    """The arrays that layers take in turn, and the gradients that they leave, in the same order."""

    source: Iterator[Arrays]
    gradients: list[Arrays]

    @staticmethod
    def of(arrays: list[Arrays]) -> Weights:
        return Weights(iter(arrays), [])

    def take(self) -> tuple[Arrays, Arrays]:
        """The next layer's arrays, and where their gradients go."""
        self.gradients.append({})
        return next(self.source), self.gradients[-1]


def forward(layers: Layers, x: np.ndarray, weights: Weights, training: bool) -> tuple[np.ndarray, Back]:
    steps: list[Back] = []
    for layer in layers:
        x, step = one(layer, x, weights, training)
        steps.append(step)

    def back(dy: np.ndarray) -> np.ndarray:
        for step in reversed(steps):
            dy = step(dy)
        return dy

    return x, back


def one(layer: Layer, x: np.ndarray, weights: Weights, training: bool) -> tuple[np.ndarray, Back]:
    match layer:
        case Conv():
            return convolve(layer, x, *weights.take())
        case Up():
            return up(x, *weights.take())
        case Linear():
            return linear(x, *weights.take())
        case Norm():
            return normalize(x, *weights.take(), training)
        case Relu():
            return np.maximum(x, 0), lambda dy: dy * (x > 0)
        case MaxPool():
            return max_pool(x)
        case GlobalPool():
            spread = np.ones_like(x) / np.prod(x.shape[2:])
            return x.mean((2, 3)), lambda dy: dy[:, :, None, None] * spread
        case Flatten():
            return x.reshape(len(x), -1), lambda dy: dy.reshape(x.shape)
        case Residual(body, shortcut):
            y, body_back = forward(body, x, weights, training)
            z, shortcut_back = forward(shortcut, x, weights, training)
            positive = y + z > 0
            return (y + z) * positive, lambda dy: body_back(dy * positive) + shortcut_back(dy * positive)
        case Skip(body):
            y, back = forward(body, x, weights, training)
            c = x.shape[1]
            return np.concatenate([x, y], 1), lambda dy: dy[:, :c] + back(dy[:, c:])


def convolve(layer: Conv, x: np.ndarray, arrays: Arrays, gradients: Arrays) -> tuple[np.ndarray, Back]:
    """A matrix product with what the kernel sees at each place, laid out in columns."""
    weight, pad, step, groups, k = arrays["weight"], layer.padding, layer.stride, layer.groups, layer.kernel
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    seen = np.lib.stride_tricks.sliding_window_view(padded, (k, k), (2, 3))[:, :, ::step, ::step]
    n, c, h, w = seen.shape[:4]
    columns = seen.transpose(0, 1, 4, 5, 2, 3).reshape(n, groups, -1, h * w)
    rows = weight.reshape(groups, len(weight) // groups, -1)
    y = (rows @ columns).reshape(n, -1, h, w)
    if layer.bias:
        y += arrays["bias"][:, None, None]

    def back(dy: np.ndarray) -> np.ndarray:
        dys = dy.reshape(n, groups, -1, h * w)
        gradients["weight"] = (dys @ columns.swapaxes(-1, -2)).sum(0).reshape(weight.shape)
        if layer.bias:
            gradients["bias"] = dy.sum((0, 2, 3))
        dcolumns = (rows.swapaxes(-1, -2) @ dys).reshape(n, c, k, k, h, w)
        dpadded = np.zeros_like(padded)
        for i in range(k):
            for j in range(k):
                dpadded[:, :, i : i + step * h : step, j : j + step * w : step] += dcolumns[:, :, i, j]
        return dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]

    return y, back


def up(x: np.ndarray, arrays: Arrays, gradients: Arrays) -> tuple[np.ndarray, Back]:
    """Each place becomes 2 x 2 places: no two of them meet."""
    n, _, h, width = x.shape
    w = arrays["weight"]  # (in, out, 2, 2)
    y = np.einsum("nchw,coij->nohiwj", x, w, optimize=True).reshape(n, -1, 2 * h, 2 * width)

    def back(dy: np.ndarray) -> np.ndarray:
        dys = dy.reshape(n, -1, h, 2, width, 2)
        gradients["weight"] = np.einsum("nchw,nohiwj->coij", x, dys, optimize=True)
        gradients["bias"] = dy.sum((0, 2, 3))
        return np.einsum("nohiwj,coij->nchw", dys, w, optimize=True)

    return y + arrays["bias"][:, None, None], back


def linear(x: np.ndarray, arrays: Arrays, gradients: Arrays) -> tuple[np.ndarray, Back]:
    def back(dy: np.ndarray) -> np.ndarray:
        gradients.update(weight=dy.T @ x, bias=dy.sum(0))
        return dy @ arrays["weight"]

    return x @ arrays["weight"].T + arrays["bias"], back


def normalize(x: np.ndarray, arrays: Arrays, gradients: Arrays, training: bool) -> tuple[np.ndarray, Back]:
    """Ioffe & Szegedy 2015, algorithm 1; in evaluation with the running statistics."""
    axes = (0, 2, 3)
    w, b, mean, var = (
        arrays[name][:, None, None] for name in ("weight", "bias", "running_mean", "running_var")
    )
    if training:
        mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    scale = 1 / np.sqrt(var + 1e-5)
    normal = (x - mean) * scale

    def back(dy: np.ndarray) -> np.ndarray:
        gradients.update(weight=(dy * normal).sum(axes), bias=dy.sum(axes))
        g = dy * w
        return scale * (g - g.mean(axes, keepdims=True) - normal * (g * normal).mean(axes, keepdims=True))

    return normal * w + b, back


def max_pool(x: np.ndarray) -> tuple[np.ndarray, Back]:
    n, c, h, w = x.shape
    windows = x.reshape(n, c, h // 2, 2, w // 2, 2).swapaxes(3, 4).reshape(n, c, h // 2, w // 2, 4)
    largest = windows.argmax(-1)[..., None]

    def back(dy: np.ndarray) -> np.ndarray:
        spread = np.zeros_like(windows)
        np.put_along_axis(spread, largest, dy[..., None], -1)
        return spread.reshape(n, c, h // 2, w // 2, 2, 2).swapaxes(3, 4).reshape(x.shape)

    return np.take_along_axis(windows, largest, -1)[..., 0], back
