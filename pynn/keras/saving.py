"""Models as files: a safetensors file whose header holds the architecture as JSON. No pickle, no code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from pynn import io

from ._config import custom_objects, deserialized, serialized
from .graph import Graph, KerasTensor, mapped, symbols_in

_FORMAT = "pynn.keras 1"


def save_model(model: Any, filepath: str | os.PathLike[str], overwrite: bool = True) -> None:
    """`model.save(filepath)`.

    Args:
        model: what is written.
        filepath: where.
        overwrite: accepted; see `Model.save`.

    Example:
        >>> import os, tempfile
        >>> from pynn import keras
        >>> path = os.path.join(tempfile.mkdtemp(), "model.keras")
        >>> model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])
        >>> keras.models.save_model(model, path)
        >>> keras.models.load_model(path).count_params()
        8
    """
    told = {name: value for name, value in model._keras_compiled.items() if value is not None}
    content = {
        "format": _FORMAT,
        "architecture": to_json(model),
        "compiled": json.dumps(serialized(told)) if told else "",
        "weights": model.state_dict(),
    }
    io.save(content, filepath)


def load_model(
    filepath: str | os.PathLike[str], custom_objects: Mapping[str, Any] | None = None, compile: bool = True
) -> Any:
    """Read a model that `save` wrote.

    Args:
        filepath: the file.
        custom_objects: name -> class or function of your own that is in the model.
        compile: whether to compile it as it was.

    Raises:
        ValueError: the file is damaged, or none of `save`'s.

    Example:
        >>> import os, tempfile
        >>> from pynn import keras
        >>> path = os.path.join(tempfile.mkdtemp(), "model.keras")
        >>> keras.Sequential([keras.layers.Dense(2, input_shape=(3,))]).save(path)
        >>> keras.models.load_model(path).count_params()
        8
    """
    content = io.load(filepath)
    if not isinstance(content, Mapping) or content.get("format") != _FORMAT:
        raise ValueError(
            f"load_model: {filepath} holds no model of pynn.keras. "
            "Weights alone are read by model.load_weights"
        )
    model = model_from_json(content["architecture"], custom_objects)
    model.load_state_dict(content["weights"])
    if compile and content["compiled"]:
        with _objects(custom_objects):
            told = deserialized(json.loads(content["compiled"]))
            model.compile(**told)
    return model


def to_json(model: Any) -> str:
    """The architecture of a model as text."""
    return json.dumps(serialized(model))


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """A new model of the architecture that `to_json` gave.

    Args:
        json_string: the text.
        custom_objects: name -> class or function of your own that is in the model.

    Example:
        >>> from pynn import keras
        >>> text = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))]).to_json()
        >>> keras.models.model_from_json(text).count_params()
        8
    """
    with _objects(custom_objects):
        return deserialized(json.loads(json_string))


def clone_model(model: Any) -> Any:
    """A model of the same architecture with new weights.

    Args:
        model: the model.

    Example:
        >>> from pynn import keras
        >>> model = keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])
        >>> keras.models.clone_model(model).count_params()
        8
    """
    return model_from_json(to_json(model))


_objects = custom_objects


# ---- the graph as JSON ------------------------------------------------------------------------------


def config_of_sequence(model: Any, start: KerasTensor | None) -> dict[str, Any]:
    """What makes another Sequential."""
    layers = [serialized(layer) for layer in model.layers]
    if start is not None:
        first = {"shape": list(start.shape[1:]), "dtype": start.dtype}
        layers.insert(0, {"class_name": "InputLayer", "config": first})
    return {"layers": layers, "name": model.name}


def config_of(graph: Graph, inputs: Any, name: str) -> dict[str, Any]:
    """What makes another functional Model: its layers, and their calls in order with what they were given."""
    numbers: dict[int, int] = {}
    for symbol in graph.inputs:
        numbers[id(symbol)] = len(numbers)
    layers = graph.layers()
    position = {id(layer): i for i, layer in enumerate(layers)}
    calls = []
    for node in graph.nodes:
        calls.append(
            {
                "layer": position[id(node.layer)],
                "args": _by_number(list(node.args), numbers),
                "kwargs": _by_number(node.kwargs, numbers),
            }
        )
        for symbol in node.made:
            numbers[id(symbol)] = len(numbers)
    return {
        "name": name,
        "layers": [serialized(layer) for layer in layers],
        "inputs": [{"shape": list(s.shape[1:]), "dtype": s.dtype, "name": s.name} for s in graph.inputs],
        "input_structure": _by_number(inputs, numbers),
        "calls": calls,
        "outputs": _by_number(graph.outputs, numbers),
    }


def _by_number(value: Any, numbers: dict[int, int]) -> Any:
    return serialized(mapped(lambda symbol: {"symbol": numbers[id(symbol)]}, value, KerasTensor))


def model_of(cls: Any, config: Mapping[str, Any]) -> Any:
    """The model that `config_of` or `config_of_sequence` described."""
    layers = [deserialized(layer) for layer in config["layers"]]
    if "calls" not in config:
        return cls(layers, name=config["name"])
    symbols = [KerasTensor((None, *one["shape"]), one["dtype"], one["name"]) for one in config["inputs"]]

    def look(value: Any) -> Any:
        if isinstance(value, Mapping):
            if set(value) == {"symbol"}:
                return symbols[value["symbol"]]
            return {key: look(part) for key, part in value.items()}
        return [look(part) for part in value] if isinstance(value, list) else value

    for call in config["calls"]:
        made = layers[call["layer"]](*look(call["args"]), **look(call["kwargs"]))
        symbols += list(symbols_in(made))
    return cls(look(config["input_structure"]), look(config["outputs"]), name=config["name"])
