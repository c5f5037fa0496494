"""Symbolic tensors: `keras.Input` makes one, layers make more, and a Model runs what lies between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import methodcaller
from typing import Any

from pynn import _core, autograd
from pynn._core import Tensor, ops

from ._names import unique_name

Shape = tuple[int | None, ...]
_TYPES = {"float32": _core.float32, "int32": _core.int64, "int64": _core.int64, "bool": _core.bool}


class KerasTensor:
    """What stands for a batch while a model is put together: a shape, and the call that will make it.

    Args:
        shape: `(None, ...)`, None standing for sizes that are open.
        dtype: "float32", "int32", "int64" or "bool".
        name: of an input.

    Example:
        >>> from pynn import keras
        >>> keras.layers.Dense(3)(keras.Input(shape=(5,))).shape
        (None, 3)
    """

    def __init__(self, shape: Sequence[int | None], dtype: str = "float32", name: str | None = None) -> None:
        self.shape: Shape = tuple(shape)
        self.dtype, self.name = dtype, name
        self.node: Node | None = None

    @property
    def ndim(self) -> int:
        """How many axes, the batch included."""
        return len(self.shape)

    def zeros(self, open_size: int) -> Tensor:
        """A batch of one sample of zeros.

        Args:
            open_size: what stands in for sizes that are open.
        """
        sizes = (1, *(open_size if size is None else size for size in self.shape[1:]))
        return ops.zeros(sizes, _TYPES[self.dtype])

    def _with(self, other: Any, operator: str, swapped: bool = False) -> Any:
        from .layers.merging import Arithmetic

        return Arithmetic(operator, swapped)(
            [self, other] if isinstance(other, KerasTensor) else self,
            **({} if isinstance(other, KerasTensor) else {"number": other}),
        )

    def __add__(self, other: Any) -> Any:
        return self._with(other, "add")

    def __radd__(self, other: Any) -> Any:
        return self._with(other, "add", True)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, "sub")

    def __rsub__(self, other: Any) -> Any:
        return self._with(other, "sub", True)

    def __mul__(self, other: Any) -> Any:
        return self._with(other, "mul")

    def __rmul__(self, other: Any) -> Any:
        return self._with(other, "mul", True)

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, "truediv")

    def __neg__(self) -> Any:
        return self * -1.0

    def __getitem__(self, index: Any) -> Any:
        raise TypeError(
            "a symbolic tensor has no elements. Did you mean keras.layers.Lambda(lambda x: x[...])?"
        )

    def __bool__(self) -> bool:
        raise TypeError("a symbolic tensor has no value yet: it stands for a batch that the model will get")

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}>"


class Node:
    """One call of a layer."""

    def __init__(self, layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        self.layer, self.args, self.kwargs, self.outputs = layer, args, kwargs, outputs
        self.made = list(symbols_in(outputs))
        for symbol in self.made:
            symbol.node = self

    @property
    def given(self) -> Any:
        """What the layer was called with."""
        return self.args[0]


def Input(  # noqa: N802 - Keras's name
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    name: str | None = None,
    batch_shape: Sequence[int | None] | None = None,
) -> KerasTensor:
    """Where a functional model begins: a symbolic batch.

    Args:
        shape: of one sample; None stands for a size that is open.
        batch_size: accepted and ignored: any will do.
        dtype: "float32" (the default), "int32", "int64" or "bool".
        name: by which data in a dictionary are found.
        batch_shape: or the shape with the batch in front.

    Raises:
        TypeError: a shape that is none.
        ValueError: another dtype.

    Example:
        >>> from pynn import keras
        >>> x = keras.Input(shape=(784,))
        >>> y = keras.layers.Dense(10, activation="softmax")(x)
        >>> keras.Model(x, y).count_params()
        7850
    """
    if batch_shape is not None:
        shape = tuple(batch_shape)[1:]
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"Input: shape is the shape of a sample such as (784,), got {shape!r}")
    if dtype is not None and dtype not in _TYPES:
        raise ValueError(f"Input: dtype is one of {', '.join(_TYPES)}, got {dtype!r}")
    return KerasTensor((None, *shape), dtype or "float32", name or unique_name("InputLayer"))


# ---- structures of tensors --------------------------------------------------------------------------


def mapped(function: Callable[[Any], Any], value: Any, kind: type | tuple[type, ...]) -> Any:
    """The same lists, tuples and dictionaries with `function` of everything of a kind in them."""
    if isinstance(value, kind) and not (kind is tuple and _holds_shapes(value)):
        return function(value)
    if isinstance(value, Mapping):
        return {key: mapped(function, part, kind) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(mapped(function, part, kind) for part in value)
    return value


def _holds_shapes(value: Any) -> bool:
    return bool(value) and isinstance(value[0], (tuple, list))


def symbols_in(value: Any) -> Iterator[KerasTensor]:
    """The symbolic tensors in a structure, in order."""
    if isinstance(value, KerasTensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from symbols_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from symbols_in(part)


def holds_symbols(value: Any) -> bool:
    """Whether there is a symbolic tensor in a structure."""
    return next(symbols_in(value), None) is not None


# ---- calling a layer with symbols ---------------------------------------------------------------------


def connect(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any], remember: bool = True) -> Any:
    """Note a call of a layer, and find the shape of what it makes by trying it on zeros.

    Sizes that are open take two values in turn; where that changes the result, it is open too.
    """
    if not layer.built and args:
        layer.build_for(layer.shapes_of(args, kwargs))
    is_open = any(None in symbol.shape[1:] for symbol in symbols_in((args, kwargs)))
    tries = []
    modes = [(module, module.training) for module in layer.modules()]
    layer.eval()
    try:
        for size in (64, 96) if is_open else (64,):
            given = mapped(methodcaller("zeros", size), (args, kwargs), KerasTensor)
            with autograd.no_grad():
                tries.append(layer(*given[0], **given[1]))
    finally:
        for module, mode in modes:
            module.training = mode
    first = list(_tensors_in(tries[0]))
    last = list(_tensors_in(tries[-1]))
    made = []
    for one, other in zip(first, last, strict=True):
        sizes = [a if a == b else None for a, b in zip(one.shape, other.shape, strict=True)]
        kind = "float32" if one.is_floating_point() else "bool" if one.dtype == _core.bool else "int64"
        made.append(KerasTensor((None, *sizes[1:]), kind))
    found = iter(made)
    outputs = mapped(lambda _: next(found), tries[0], Tensor)
    if remember:
        layer._nodes.append(Node(layer, args, kwargs, outputs))
    return outputs


def _tensors_in(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _tensors_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _tensors_in(part)


class Graph:
    """The calls that lead from inputs to outputs, in an order in which they can be made.

    Args:
        inputs: symbolic tensors.
        outputs: one that was computed from them, or several in a list or dictionary.

    Raises:
        TypeError: there is something else among them.
        ValueError: an output depends on an input that is not given.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs, self.outputs = list(symbols_in(inputs)), outputs
        if not self.inputs or not holds_symbols(outputs):
            raise TypeError(
                "Model(inputs, outputs) takes what keras.Input and layers gave, "
                f"got {inputs!r} and {outputs!r}"
            )
        self.nodes: list[Node] = []
        known = {id(symbol) for symbol in self.inputs}
        waiting: list[tuple[KerasTensor, bool]] = [(symbol, False) for symbol in symbols_in(outputs)][::-1]
        seen: set[int] = set()
        while waiting:  # depth first, without recursion: networks may be deep
            symbol, ready = waiting.pop()
            node = symbol.node
            if id(symbol) in known:
                continue
            if node is None:
                raise ValueError(
                    f"Model: an output depends on the input {symbol.name!r}, which is not among inputs"
                )
            if ready:
                self.nodes.append(node)
                known.update(id(made) for made in node.made)
            elif id(symbol) not in seen:
                seen.add(id(symbol))
                waiting.append((symbol, True))
                waiting += [(given, False) for given in symbols_in((node.args, node.kwargs))][::-1]
        self._plan = [self._step(node) for node in self.nodes]

    def _step(self, node: Node) -> tuple[Any, ...]:
        alone = len(node.args) == 1 and isinstance(node.args[0], KerasTensor) and not node.kwargs
        simple = alone and isinstance(node.outputs, KerasTensor)
        return node.layer, id(node.args[0]) if simple else None, id(node.outputs) if simple else None, node

    def run(self, values: Sequence[Any]) -> Any:
        """The outputs for these inputs."""
        at: dict[int, Any] = {id(symbol): value for symbol, value in zip(self.inputs, values, strict=True)}

        def look(symbol: KerasTensor) -> Any:
            return at[id(symbol)]

        for layer, source, target, node in self._plan:
            if source is not None:
                at[target] = layer(at[source])
                continue
            args, kwargs = mapped(look, (node.args, node.kwargs), KerasTensor)
            made = layer(*args, **kwargs)
            at.update(zip(map(id, node.made), _tensors_in(made), strict=True))
        return mapped(look, self.outputs, KerasTensor)

    def layers(self) -> list[Any]:
        """Each layer once, in the order of the first calls."""
        return list({id(node.layer): node.layer for node in self.nodes}.values())
