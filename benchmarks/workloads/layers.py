"""The parts of a network, described once: their shapes, their weights and what they cost.

A shape is that of one sample, (C, H, W) or (features,). Every contender builds the same parts its own way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

Shape: TypeAlias = tuple[int, ...]
Arrays: TypeAlias = dict[str, np.ndarray]  # named as in a state_dict


def uniform(rng: np.random.Generator, shape: Shape, fan_in: int) -> np.ndarray:
    """He et al. 2015, equation 10: a layer with a ReLU behind it keeps the scale of what comes in."""
    bound = math.sqrt(6 / fan_in)
    return rng.uniform(-bound, bound, shape).astype(np.float32)


@dataclass(frozen=True)
class Plain:
    """A layer without weights that keeps the shape: all that its subclasses do not say otherwise."""

    def out(self, shape: Shape) -> Shape:
        return shape

    def arrays(self, shape: Shape, rng: np.random.Generator) -> Arrays:
        return {}

    def flops(self, shape: Shape) -> float:
        """Of the forward pass; what goes with a number per element is left out, memory takes longer."""
        return 0.0


@dataclass(frozen=True)
class Conv(Plain):
    """An odd kernel, with as much padding as keeps the image's size where the stride is 1."""

    channels: int
    kernel: int = 3
    stride: int = 1
    groups: int = 1
    bias: bool = True

    @property
    def padding(self) -> int:
        return self.kernel // 2

    def out(self, shape: Shape) -> Shape:
        return (self.channels, *((n + 2 * self.padding - self.kernel) // self.stride + 1 for n in shape[1:]))

    def arrays(self, shape: Shape, rng: np.random.Generator) -> Arrays:
        weight = (self.channels, shape[0] // self.groups, self.kernel, self.kernel)
        made = {"weight": uniform(rng, weight, math.prod(weight[1:]))}
        return made | (
            {"bias": uniform(rng, (self.channels,), 6 * math.prod(weight[1:]))} if self.bias else {}
        )

    def flops(self, shape: Shape) -> float:
        return 2 * math.prod(self.out(shape)) * shape[0] // self.groups * self.kernel**2


@dataclass(frozen=True)
class Up(Plain):
    """A transposed convolution 2 x 2 with stride 2: an image of twice the size."""

    channels: int

    def out(self, shape: Shape) -> Shape:
        return (self.channels, 2 * shape[1], 2 * shape[2])

    def arrays(self, shape: Shape, rng: np.random.Generator) -> Arrays:
        return {
            "weight": uniform(rng, (shape[0], self.channels, 2, 2), shape[0]),
            "bias": uniform(rng, (self.channels,), 6 * shape[0]),
        }

    def flops(self, shape: Shape) -> float:
        return 2 * shape[0] * math.prod(self.out(shape))


@dataclass(frozen=True)
class Linear(Plain):
    features: int

    def out(self, shape: Shape) -> Shape:
        return (self.features,)

    def arrays(self, shape: Shape, rng: np.random.Generator) -> Arrays:
        (n,) = shape
        return {
            "weight": uniform(rng, (self.features, n), 6 * n),
            "bias": uniform(rng, (self.features,), 6 * n),
        }

    def flops(self, shape: Shape) -> float:
        return 2 * self.features * shape[0]


@dataclass(frozen=True)
class Norm(Plain):
    """Batch normalization."""

    def arrays(self, shape: Shape, rng: np.random.Generator) -> Arrays:
        c = shape[:1]
        return {
            "weight": rng.uniform(0.5, 1.5, c).astype(np.float32),
            "bias": rng.uniform(-0.5, 0.5, c).astype(np.float32),
            "running_mean": rng.uniform(-0.1, 0.1, c).astype(np.float32),
            "running_var": rng.uniform(0.5, 1.5, c).astype(np.float32),
        }


class Relu(Plain):
    pass


class MaxPool(Plain):
    """2 x 2 with stride 2."""

    def out(self, shape: Shape) -> Shape:
        return (shape[0], shape[1] // 2, shape[2] // 2)


class GlobalPool(Plain):
    """The mean over each channel's image."""

    def out(self, shape: Shape) -> Shape:
        return shape[:1]


class Flatten(Plain):
    def out(self, shape: Shape) -> Shape:
        return (math.prod(shape),)


@dataclass(frozen=True)
class Residual(Plain):
    """x -> relu(body(x) + shortcut(x)); no layers in the shortcut: x itself."""

    body: Layers
    shortcut: Layers = ()

    def out(self, shape: Shape) -> Shape:
        return out_shape(self.body, shape)


@dataclass(frozen=True)
class Skip(Plain):
    """x -> x and body(x), one behind the other along the channels."""

    body: Layers

    def out(self, shape: Shape) -> Shape:
        inner = out_shape(self.body, shape)
        return (shape[0] + inner[0], *shape[1:])


Leaf: TypeAlias = Conv | Up | Linear | Norm | Relu | MaxPool | GlobalPool | Flatten
Layer: TypeAlias = Leaf | Residual | Skip
Layers: TypeAlias = tuple[Layer, ...]


def out_shape(layers: Layers, shape: Shape) -> Shape:
    for layer in layers:
        shape = layer.out(shape)
    return shape


def leaves(layers: Layers, shape: Shape) -> Iterator[tuple[Leaf, Shape]]:
    """Every layer that holds no others, with the shape that comes in: the order that all build in."""
    for layer in layers:
        match layer:
            case Residual(body, shortcut):
                yield from leaves(body, shape)
                yield from leaves(shortcut, shape)
            case Skip(body):
                yield from leaves(body, shape)
            case _:
                yield layer, shape
        shape = layer.out(shape)
