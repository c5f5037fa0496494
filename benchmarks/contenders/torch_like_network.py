"""A described network as a Module; pynn and PyTorch share its lines as they share those of `torch_like`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
    Shape,
    Skip,
    Up,
)
from ..workloads.network import Network
from ..workloads.recurrent import Recurrent


def build(lib: Any, network: Network) -> Any:
    """The network with its weights, in training."""
    return sequence(lib, network.layers, network.image, iter(network.weights()))


def recurrent_model(lib: Any, case: Recurrent) -> Any:
    """Characters (N, T) to scores (N * T, vocabulary)."""

    class Model(lib.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            layer = getattr(lib.nn, case.cell)
            self.embedding = lib.nn.Embedding(case.vocabulary, case.embedding)
            self.recurrent = layer(
                case.embedding, case.hidden, batch_first=True, bidirectional=case.bidirectional
            )
            self.linear = lib.nn.Linear(case.directions * case.hidden, case.vocabulary)

        def forward(self, x: Any) -> Any:
            return self.linear(self.recurrent(self.embedding(x))[0].flatten(0, 1))

    model = Model()
    parts = (model.embedding, model.recurrent, model.linear)
    for part, arrays in zip(parts, case.weights(), strict=True):
        part.load_state_dict({name: lib.from_numpy(array) for name, array in arrays.items()})
    return model


def sequence(lib: Any, layers: Layers, shape: Shape, weights: Iterator[Arrays]) -> Any:
    modules = []
    for layer in layers:
        modules.append(module(lib, layer, shape, weights))
        shape = layer.out(shape)
    return lib.nn.Sequential(*modules)


def module(lib: Any, layer: Layer, shape: Shape, weights: Iterator[Arrays]) -> Any:
    nn = lib.nn
    match layer:
        case Relu():
            return nn.ReLU()
        case MaxPool():
            return nn.MaxPool2d(2)
        case Flatten():
            return nn.Flatten()
        case GlobalPool():
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case Residual(body, shortcut):
            inner = sequence(lib, body, shape, weights)
            return residual(lib, inner, sequence(lib, shortcut, shape, weights))
        case Skip(body):
            return skip(lib, sequence(lib, body, shape, weights))
        case Conv(channels, kernel, stride, groups, bias):
            made = nn.Conv2d(
                shape[0], channels, kernel, stride, padding=layer.padding, groups=groups, bias=bias
            )
        case Up(channels):
            made = nn.ConvTranspose2d(shape[0], channels, 2, stride=2)
        case Linear(features):
            made = nn.Linear(shape[0], features)
        case Norm():
            made = nn.BatchNorm2d(shape[0])
    state = {name: lib.from_numpy(array) for name, array in next(weights).items()}
    made.load_state_dict(state, strict=False)  # all but the count of batches
    return made


def residual(lib: Any, body: Any, shortcut: Any) -> Any:
    class Block(lib.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.body, self.shortcut = body, shortcut

        def forward(self, x: Any) -> Any:
            return lib.relu(self.body(x) + self.shortcut(x))

    return Block()


def skip(lib: Any, body: Any) -> Any:
    class Beside(lib.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.body = body

        def forward(self, x: Any) -> Any:
            return lib.cat([x, self.body(x)], 1)

    return Beside()
