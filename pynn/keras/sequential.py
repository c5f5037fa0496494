"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pynn import nn

from . import saving
from .graph import Graph, KerasTensor
from .layers.base import Layer
from .model import Model


class Sequential(Model):
    """Layers one after the other.

    Args:
        layers: in order. The first may say the `input_shape` of a sample, or be a `keras.Input`; otherwise
            sizes are settled by the first data.
        name: what it is called.
        **kwargs: what else `Layer` takes.

    Raises:
        TypeError: something among them is no layer.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential(
        ...     [
        ...         keras.layers.Dense(16, activation="relu", input_shape=(4,)),
        ...         keras.layers.Dense(3, activation="softmax"),
        ...     ]
        ... )
        >>> model.output_shape, model.count_params()
        ((None, 3), 131)
    """

    def __init__(
        self, layers: Sequence[Any] | None = None, *, name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.parts = nn.ModuleList()
        self._start: KerasTensor | None = None
        for layer in layers or ():
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Append a layer.

        Args:
            layer: the layer.

        Raises:
            TypeError: it is no layer.
        """
        if isinstance(layer, KerasTensor):
            self._begin(layer)
            return
        if not isinstance(layer, Layer):
            hint = f". Did you mean {layer.__name__}(...)?" if isinstance(layer, type) else ""
            raise TypeError(f"Sequential holds layers of keras.layers, got {layer!r}{hint}")
        if not len(self.parts) and self._start is None and layer._given_shape is not None:
            self._begin(
                KerasTensor(layer._given_shape, getattr(layer, "input_type", _kind_for(layer)), "input")
            )
        if type(layer).__name__ == "InputLayer":
            return
        if any(layer is other for other in self.parts):
            raise ValueError(f"Sequential: the layer {layer.name!r} is in it already")
        self.parts.append(layer)
        if self._start is not None:
            self._extend(layer)
        else:
            self.built = False
            self._settle_plain()

    def pop(self) -> Layer:
        """Take the last layer out and return it."""
        last: Layer = self.parts.pop()
        self.graph = None
        if self._start is not None:
            self._begin(self._start)
            for layer in self.parts:
                self._extend(layer)
        return last

    def _begin(self, start: KerasTensor) -> None:
        self._start = self._end = start
        self._input_structure = start

    def _extend(self, layer: Layer) -> None:
        self._end = layer(self._end)
        self.graph = Graph(self._start, self._end)
        self.built = True
        self._settle_plain()

    def build(self, input_shape: Any) -> None:
        if self._start is None:
            self._begin(KerasTensor((None, *tuple(input_shape)[1:]), _kind_for(self.parts[0]), "input"))
            for layer in self.parts:
                self._extend(layer)

    def call(self, inputs: Any, *more: Any) -> Any:
        if isinstance(inputs, (Mapping, list, tuple)):
            (inputs,) = self._in_order(inputs)
        for layer in self.parts:
            inputs = layer(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        return saving.config_of_sequence(self, self._start)


def _kind_for(layer: Any) -> str:
    return "int64" if type(layer).__name__ == "Embedding" else "float32"
