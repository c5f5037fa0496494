"""The parts of a network as functions of their arrays, for JAX to differentiate and compile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..workloads.layers import (
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


class Functions:
    """`forward` walks through the layers; what batch normalization saw is collected in `seen`."""

    def __init__(self, jax: Any, arrays: Iterator[Any], training: bool) -> None:
        self.jax, self.arrays, self.training = jax, arrays, training
        self.seen: list[tuple[Any, Any]] = []  # mean and variance (of n - 1) of each Norm, in training

    def forward(self, layers: Layers, x: Any) -> Any:
        for layer in layers:
            x = self.one(layer, x)
        return x

    def one(self, layer: Layer, x: Any) -> Any:
        jnp, lax = self.jax.numpy, self.jax.lax
        match layer:
            case Conv(_, _, stride, groups, bias):
                own = next(self.arrays)
                pad = (layer.padding, layer.padding)
                y = lax.conv_general_dilated(
                    x, own["weight"], (stride, stride), (pad, pad), feature_group_count=groups
                )
                return y + own["bias"][:, None, None] if bias else y
            case Up():
                own = next(self.arrays)
                n, _, h, w = x.shape
                y = jnp.einsum("nchw,coij->nohiwj", x, own["weight"]).reshape(n, -1, 2 * h, 2 * w)
                return y + own["bias"][:, None, None]
            case Linear():
                own = next(self.arrays)
                return x @ own["weight"].T + own["bias"]
            case Norm():
                return self.normalize(x, next(self.arrays))
            case Relu():
                return self.jax.nn.relu(x)
            case MaxPool():
                window = (1, 1, 2, 2)
                return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
            case GlobalPool():
                return x.mean((2, 3))
            case Flatten():
                return x.reshape(len(x), -1)
            case Residual(body, shortcut):
                return self.jax.nn.relu(self.forward(body, x) + self.forward(shortcut, x))
            case Skip(body):
                return jnp.concatenate([x, self.forward(body, x)], 1)

    def normalize(self, x: Any, own: Any) -> Any:
        mean, var = own["running_mean"], own["running_var"]
        if self.training:
            count = x.size / x.shape[1]
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
            self.seen.append((mean, var * (count / (count - 1))))
        scale = own["weight"] * self.jax.lax.rsqrt(var + 1e-5)
        return (x - mean[:, None, None]) * scale[:, None, None] + own["bias"][:, None, None]


def moved(arrays: list[Any], seen: list[tuple[Any, Any]]) -> list[Any]:
    """The arrays with running statistics a tenth of the way to those of the batch."""
    batches = iter(seen)
    result = []
    for own in arrays:
        if "running_mean" in own:
            now = zip(("running_mean", "running_var"), next(batches), strict=True)
            own = own | {name: 0.9 * own[name] + 0.1 * value for name, value in now}
        result.append(own)
    return result
