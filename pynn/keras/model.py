"""Model: a layer made of layers that can be compiled, fitted, summed up and saved, with Keras's arguments."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pynn import io, nn

from . import saving, summary
from ._loss_values import as_tensor
from .graph import Graph, KerasTensor, holds_symbols, mapped, symbols_in
from .layers.base import Layer
from .training import TrainedLayer


class Model(TrainedLayer):
    """A model: what lies between symbolic inputs and outputs, or a class of your own with layers and `call`.

    Args:
        inputs: from `keras.Input`; one, a list, or a dictionary.
        outputs: what layers made of them; one, a list, or a dictionary.
        name: what it is called.
        **kwargs: what else `Layer` takes.

    Raises:
        TypeError: inputs or outputs are something else.
        ValueError: an output depends on an input that is not given.

    A model of several inputs takes them in a list, a dictionary by the names of the inputs, or one by one; it
    gives several outputs as a tuple, and `predict` gives them as a list.

    Example:
        >>> from pynn import keras
        >>> a, b = keras.Input(shape=(3,)), keras.Input(shape=(2,))
        >>> both = keras.layers.Concatenate()([a, b])
        >>> model = keras.Model([a, b], keras.layers.Dense(4)(both))
        >>> model.predict([[[1.0, 2.0, 3.0]], [[4.0, 5.0]]]).shape
        (1, 4)
    """

    def __init__(
        self, inputs: Any = None, outputs: Any = None, *, name: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.graph: Graph | None = None
        self._keras_compiled: dict[str, Any] = {}
        if inputs is not None or outputs is not None:
            self._connect(inputs, outputs)
            self.built = True
            self._settle_plain()

    def _connect(self, inputs: Any, outputs: Any) -> None:
        self.graph = Graph(inputs, outputs)
        self._input_structure = inputs
        self.parts = nn.ModuleList(self.graph.layers())

    # ---- structure ----------------------------------------------------------------------------------

    @property
    def layers(self) -> list[Layer]:
        """The layers that it is made of."""
        return list(self.sublayers())

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """One of the layers.

        Args:
            name: what it is called.
            index: or its number in `layers`.

        Raises:
            ValueError: there is none.
        """
        if index is not None:
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"{self.name} has no layer {name!r}; there are {', '.join(one.name for one in self.layers)}"
        )

    def _its_graph(self) -> Graph:
        if self.graph is None:
            raise AttributeError(
                f"{self.name} has no symbolic inputs and outputs: it is not built from keras.Input"
            )
        return self.graph

    @property
    def inputs(self) -> list[KerasTensor]:
        """The symbolic inputs."""
        return self._its_graph().inputs

    @property
    def outputs(self) -> list[KerasTensor]:
        """The symbolic outputs."""
        return list(symbols_in(self._its_graph().outputs))

    @property
    def input(self) -> Any:
        """The symbolic input, or several in a list."""
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def output(self) -> Any:
        """The symbolic output, or several in a list."""
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs

    @property
    def input_shape(self) -> Any:
        """The shape of the input, None standing for the batch; or a list of shapes."""
        return mapped(lambda symbol: symbol.shape, self.input, KerasTensor)

    @property
    def output_shape(self) -> Any:
        """The shape of the output, None standing for the batch; or a list of shapes."""
        return mapped(lambda symbol: symbol.shape, self.output, KerasTensor)

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs: those of the layers that give them."""
        if self.graph is None:
            return []
        if isinstance(self.graph.outputs, Mapping):
            return list(self.graph.outputs)
        return [symbol.node.layer.name if symbol.node else str(symbol.name) for symbol in self.outputs]

    # ---- calling ------------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Settle all sizes for inputs of a shape.

        Args:
            input_shape: `(None, ...)`, or a list of shapes for several inputs.
        """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.graph is None and len(args) > 1 and self._takes_list and not holds_symbols(args):
            args = (list(args),)  # several inputs of fit
        return super().__call__(*args, **kwargs)

    def call(self, inputs: Any, *more: Any) -> Any:
        """What the model computes.

        Args:
            inputs: a tensor; or several in a list, or in a dictionary by name.
            *more: or one by one.
        """
        if self.graph is None:
            raise NotImplementedError(
                f"{type(self).__name__} does not say what it computes: write call(self, inputs), or make it "
                "from keras.Input: Model(inputs, outputs)"
            )
        values = self._in_order(inputs, more)
        made = self.graph.run(values)
        return tuple(made) if isinstance(made, list) else made

    def _in_order(self, inputs: Any, more: Sequence[Any] = ()) -> list[Any]:
        wanted = self._its_graph().inputs
        if isinstance(inputs, Mapping):
            names = [symbol.name for symbol in wanted]
            if isinstance(self._input_structure, Mapping):
                names = list(self._input_structure)
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(
                    f"{self.name}: no input {missing[0]!r} among {list(inputs)}; expected {names}"
                )
            return [as_tensor(inputs[name]) for name in names]
        values = [inputs, *more] if more or not isinstance(inputs, (list, tuple)) else list(inputs)
        if len(values) != len(wanted):
            raise ValueError(f"{self.name} takes {len(wanted)} inputs, got {len(values)}")
        return [as_tensor(value) for value in values]

    # ---- showing and saving -------------------------------------------------------------------------

    def summary(  # type: ignore[override]
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Callable[[str], Any] | None = None,
    ) -> None:
        """Print the layers with their output shapes and numbers of parameters.

        Args:
            line_length: how wide the table is; default: as wide as it must be.
            positions: accepted and ignored.
            print_fn: is given each line; default: `print`.
        """
        for line in summary.lines_of(self, line_length):
            (print_fn or print)(line)

    def save(self, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
        """Write the model to a file: architecture, weights, and what `compile` was told.

        The file is a safetensors file whatever it is called. The state of the optimizer is not in it.

        Args:
            filepath: where, usually `name.keras`.
            overwrite: False refuses to replace a file.

        Raises:
            FileExistsError: the file is there, and overwrite is False.
            TypeError: something in the model, such as a lambda, cannot be written.
        """
        if not overwrite and os.path.exists(filepath):
            raise FileExistsError(f"{filepath} exists; save(..., overwrite=True) replaces it")
        saving.save_model(self, filepath)

    def save_weights(self, filepath: str | os.PathLike[str]) -> None:
        """Write the weights alone to a safetensors file.

        Args:
            filepath: where.
        """
        io.save(self.state_dict(), filepath)

    def load_weights(self, filepath: str | os.PathLike[str]) -> None:
        """Read weights that `save_weights` wrote.

        Args:
            filepath: the file.

        Raises:
            ValueError: the file is damaged, or its names or shapes differ from the model's.
        """
        self.load_state_dict(io.load(filepath))

    def to_json(self) -> str:
        """The architecture as text; `keras.models.model_from_json` reads it."""
        return saving.to_json(self)

    def get_config(self) -> dict[str, Any]:
        if self.graph is None:
            return super().get_config()
        return saving.config_of(self.graph, self._input_structure, self.name)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        if "layers" not in config:
            return super().from_config(config)
        return saving.model_of(cls, config)
