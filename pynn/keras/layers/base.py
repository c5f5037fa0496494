"""Layer: a pynn module that is built, named, weighed and connected as Keras does it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from pynn import _check, autograd, nn
from pynn._core import Tensor, tensor

from .. import initializers, regularizers
from .._config import Configured
from .._names import unique_name
from ..graph import KerasTensor, connect, holds_symbols, mapped

_CONSTRAINT = "bound weights with fit(..., callbacks=[pynn.train.MaxNorm(2.0)]), or change them in a callback"
_NOT_HERE = {
    "activity_regularizer": "penalise weights with kernel_regularizer instead",
    "kernel_constraint": _CONSTRAINT,
    "bias_constraint": _CONSTRAINT,
    "recurrent_constraint": _CONSTRAINT,
    "embeddings_constraint": _CONSTRAINT,
    "stateful": "pass initial_state=... from one call to the next instead",
    "recurrent_dropout": "use dropout=... on the inputs instead",
    "time_major": "sequences are (N, T, features): swap the axes with Permute((2, 1))",
    "mask_zero": "cut sequences to one length, or use pynn.nn.LSTM, which takes lengths=...",
    "noise_shape": "multiply by functional.dropout(ones of that shape) in a layer of your own",
    "backward_layer": "layer is copied, and the copy reads backwards",
    "renorm": "LayerNormalization does not depend on the batch",
    "synchronized": "there is one process",
    "attention_axes": "attention runs over the second axis; move yours there with Permute",
    "lora_rank": "freeze layers with trainable=False and add small ones",
    "weights": "call set_weights([...]) once the layer is built",
}
"""What pynn has no counterpart of, and what to do instead."""

_NO_MATTER = frozenset({"unroll", "use_cudnn", "implementation", "flash_attention", "autocast"})
"""How Keras shall compute the same: accepted and ignored."""


def _is_off(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and value == 0)


class Variable:
    """One of Keras's weights: tensors of a pynn module, seen in Keras's layout.

    Args:
        name: such as "kernel".
        tensors: what it stands for.
        read: arrays of the tensors to Keras's array.
        write: Keras's array to arrays for the tensors.
        trainable: whether an optimizer moves it.
        regularizer: its penalty, a function of a tensor.

    Example:
        >>> from pynn import keras
        >>> layer = keras.layers.Dense(3)
        >>> layer.build((None, 2))
        >>> layer.weights
        [<Variable kernel, shape (2, 3)>, <Variable bias, shape (3,)>]
    """

    def __init__(
        self,
        name: str,
        tensors: Sequence[Tensor],
        read: Callable[..., np.ndarray] = lambda array: array,
        write: Callable[[np.ndarray], Sequence[np.ndarray]] = lambda array: [array],
        trainable: bool = True,
        regularizer: Any = None,
    ) -> None:
        self.name, self.tensors, self.trainable = name, list(tensors), trainable
        self._read, self._write, self.regularizer = read, write, regularizer

    def numpy(self) -> np.ndarray:
        """Its value, a copy."""
        return np.array(self._read(*(t.detach().numpy() for t in self.tensors)))

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape in Keras's layout."""
        return self.numpy().shape

    def assign(self, value: Any) -> None:
        """Write a new value.

        Args:
            value: an array or tensor of the same shape.

        Raises:
            ValueError: another shape.
        """
        array = np.asarray(value, dtype=np.float32)
        if array.shape != self.shape:
            raise ValueError(
                f"{self.name}: a value of shape {array.shape} for a weight of shape {self.shape}"
            )
        with autograd.no_grad():
            for mine, new in zip(self.tensors, self._write(array), strict=True):
                mine.copy_(tensor(np.ascontiguousarray(new)))

    def count(self) -> int:
        """How many numbers it holds."""
        return int(np.prod(self.shape))

    def __repr__(self) -> str:
        return f"<Variable {self.name}, shape {self.shape}>"


class Layer(Configured, nn.Module):
    """Base class of Keras's layers, and of your own: say `build`, which makes weights, and `call`.

    It is a `pynn.nn.Module` too: `parameters()`, `state_dict()`, hooks and everything else are there.

    Args:
        name: what it is called; default: its class with a number.
        trainable: whether its weights are trained.
        dtype: "float32", the only one.
        **kwargs: `input_shape` or `input_dim`, the shape of a sample, for the first layer of a Sequential.

    Raises:
        TypeError: an argument that is not known.
        ValueError: an argument of Keras's that pynn has no counterpart of; the message says what to do.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> class Scale(keras.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
        ...
        ...     def call(self, inputs):
        ...         return inputs * self.factor
        >>> Scale()(pynn.ones(2, 3)).shape
        (2, 3)
    """

    training = False  # Keras's layers drop and count only inside of fit
    _takes_training = False
    _takes_list = True

    def __init__(
        self, *, name: str | None = None, trainable: bool = True, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__()
        kind = type(self).__name__
        self.name = unique_name(kind) if name is None else _check.text(kind, "name", name)
        self._trainable = bool(trainable)
        self._variables: list[Variable] = []
        self._nodes: list[Any] = []
        self._given_shape = _shape_from(kind, kwargs)
        if dtype is not None and str(dtype) != "float32":
            raise ValueError(
                f"{kind}: dtype can only be 'float32', got {dtype!r}. For products in bfloat16, train in a "
                "region of pynn.autocast()"
            )
        for key, value in kwargs.items():
            if key in _NO_MATTER:
                continue
            if key not in _NOT_HERE:
                raise TypeError(
                    f"{kind} has no argument {key!r}; it has {', '.join(_parameters(type(self)))}"
                )
            if not _is_off(value):
                raise ValueError(f"{kind}: {key} is not supported; {_NOT_HERE[key]}")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "call" in vars(cls):
            parameters = inspect.signature(cls.call).parameters
            cls._takes_training = "training" in parameters
            needed = [p for p in parameters.values() if p.kind <= p.VAR_POSITIONAL and p.default is p.empty]
            cls._takes_list = len(needed) == 2  # self and one argument, which may be a list

    # ---- for those who write layers -----------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the weights.

        Args:
            input_shape: `(None, ...)`, or a list of shapes for several inputs.
        """

    def call(self, inputs: Any) -> Any:
        """What the layer computes.

        Args:
            inputs: a tensor, or a list of them.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not say what it computes: write call(self, inputs)"
        )

    def add_weight(
        self,
        shape: Sequence[int] = (),
        initializer: Any = "glorot_uniform",
        dtype: Any = None,
        trainable: bool = True,
        regularizer: Any = None,
        name: str | None = None,
    ) -> Any:
        """Make a weight of the layer's own, a tensor to compute with.

        Args:
            shape: its shape.
            initializer: what it starts as.
            dtype: float32, the only one.
            trainable: whether it is trained.
            regularizer: its penalty.
            name: what it is called.
        """
        name = name or f"weight_{len(self._variables)}"
        start = initializers.get(initializer)(tuple(shape))
        made = nn.Parameter(tensor(np.array(start, dtype=np.float32)), requires_grad=trainable)
        setattr(self, f"own_{name}", made)
        self._variables.append(
            Variable(name, [made], trainable=trainable, regularizer=regularizers.get(regularizer))
        )
        return made

    def variable(
        self,
        name: str,
        module: nn.Module,
        attribute: str,
        axes: Sequence[int] | None = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool = True,
    ) -> None:
        """Show a tensor of an inner module as one of Keras's weights, and start it as asked.

        Args:
            name: Keras's name.
            module: who holds it.
            attribute: under which name; nothing is done where that is None.
            axes: the order of the axes in which Keras holds it.
            initializer: what it starts as.
            regularizer: its penalty.
            trainable: whether it is trained.
        """
        held = getattr(module, attribute)
        if held is None:
            return
        order = tuple(range(held.ndim)) if axes is None else tuple(axes)
        back = tuple(int(i) for i in np.argsort(order))
        made = Variable(
            name,
            [held],
            lambda array: array.transpose(order),
            lambda array: [array.transpose(back)],
            trainable,
            regularizer,
        )
        self.start(made, initializer)

    def start(self, variable: Variable, initializer: Any = None) -> None:
        """Take a weight in.

        Args:
            variable: the weight.
            initializer: what it starts as; None leaves it as it is.
        """
        if initializer is not None:
            variable.assign(np.array(initializer(variable.shape, dtype="float32")))
        self._variables.append(variable)

    # ---- calling ------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._plain and not kwargs and len(args) == 1 and isinstance(args[0], Tensor):
            if self._takes_training:
                return self.call(args[0], training=self.training)  # type: ignore[call-arg]
            return self.call(args[0])
        if holds_symbols((args, kwargs)):
            return connect(self, args, kwargs)
        mode = kwargs.pop("training", None)
        if mode is None or bool(mode) == self.training:
            return self._call(args, kwargs)
        modes = [(module, module.training) for module in self.modules()]
        try:
            return self.train(bool(mode))._call(args, kwargs)
        finally:
            for module, before in modes:
                module.training = before

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        args, kwargs = mapped(_as_tensor, (args, kwargs), np.ndarray)
        if not self.built and args:
            self.build_for(self.shapes_of(args, kwargs))
        return self.forward(*args, **kwargs) if self._hooks is None else self._hooks.call(self, args, kwargs)

    def shapes_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The shapes that `build` is told for a call: that of the first argument.

        Args:
            args: tensors, real or symbolic.
            kwargs: what else the call brings.
        """
        return mapped(lambda x: tuple(x.shape), args[0], (Tensor, KerasTensor))

    def build_for(self, shapes: Any) -> None:
        """Build for inputs of these shapes, unless that is done, and settle what follows from it.

        Args:
            shapes: of one input, or a list of them.
        """
        if self.built:
            return
        self.build(shapes)
        self.train(self.training)  # modules that were made just now
        if not self._trainable:
            self.trainable = False

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        if self._takes_training:
            kwargs.setdefault("training", self.training)
        return self.call(*args, **kwargs)

    # ---- weights ------------------------------------------------------------------------------------

    def sublayers(self) -> Iterator[Layer]:
        """The layers that this one is made of."""
        waiting = list(self.children())
        while waiting:
            module = waiting.pop(0)
            if isinstance(module, Layer):
                yield module
            else:
                waiting[:0] = list(module.children())

    @property
    def weights(self) -> list[Variable]:
        """Its own weights, the trained ones first, then those of the layers within."""
        own = sorted(self._variables, key=lambda variable: not variable.trainable)
        return own + [weight for layer in self.sublayers() for weight in layer.weights]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that an optimizer moves."""
        if not self._trainable:
            return []
        own = [variable for variable in self._variables if variable.trainable]
        return own + [weight for layer in self.sublayers() for weight in layer.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that it does not move: running means, and what is frozen."""
        moved = {id(weight) for weight in self.trainable_weights}
        return [weight for weight in self.weights if id(weight) not in moved]

    variables, trainable_variables = weights, trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        """The values of all weights in Keras's layout and order."""
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Write the values of all weights.

        Args:
            weights: arrays, as `get_weights` gives them.

        Raises:
            ValueError: another number of them, or another shape; nothing is changed then.
        """
        mine, given = self.weights, [np.asarray(value) for value in weights]
        shapes = [weight.shape for weight in mine]
        if [value.shape for value in given] != shapes:
            raise ValueError(
                f"{self.name}.set_weights: expected {len(shapes)} arrays of shapes {shapes}, "
                f"got {len(given)} of {[value.shape for value in given]}"
                + ("" if shapes or self.built else ". Build the layer first: call it, or give an input_shape")
            )
        for weight, value in zip(mine, given, strict=True):
            weight.assign(value)

    def count_params(self) -> int:
        """How many numbers all weights hold."""
        return sum(weight.count() for weight in _each_once(self.weights))

    @property
    def trainable(self) -> bool:
        """Whether its weights are trained; False freezes it with all layers within."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for variable in self._variables:
            for held in variable.tensors:
                if variable.trainable:
                    held.requires_grad_(self._trainable)
        for layer in self.sublayers():
            layer.trainable = value

    def penalties(self) -> Iterator[Tensor]:
        """What the regularizers of this layer's own weights give."""
        for variable in self._variables:
            if variable.regularizer is not None:
                for held in variable.tensors:
                    yield variable.regularizer(held)

    # ---- where it stands ----------------------------------------------------------------------------

    @property
    def input(self) -> Any:
        """The symbolic tensor that it was called with last, or several."""
        return self._last_node().given

    @property
    def output(self) -> Any:
        """The symbolic tensor that it gave last, or several."""
        return self._last_node().outputs

    def _last_node(self) -> Any:
        if not self._nodes:
            raise AttributeError(
                f"{self.name} has no input and output yet: it was not called with keras.Input"
            )
        return self._nodes[-1]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for inputs of a shape.

        Args:
            input_shape: `(None, ...)`, or a list of shapes.
        """
        symbols = mapped(lambda shape: KerasTensor(tuple(shape)), input_shape, tuple)
        made = connect(self, (symbols,), {}, remember=False)
        return mapped(lambda symbol: symbol.shape, made, KerasTensor)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make another such layer, as JSON can hold them."""
        return {**super().get_config(), "name": self.name}

    def extra_repr(self) -> str:
        return f"name={self.name!r}"


def _as_tensor(array: np.ndarray) -> Tensor:
    return tensor(array)


def _each_once(weights: Sequence[Variable]) -> list[Variable]:
    return list({id(weight): weight for weight in weights}.values())


def _parameters(cls: type[Layer]) -> list[str]:
    names = [p.name for p in cls.__signature__.parameters.values() if p.kind is not p.VAR_KEYWORD]
    return list(dict.fromkeys([*names, "name", "trainable", "dtype", "input_shape"]))


def _shape_from(kind: str, kwargs: dict[str, Any]) -> tuple[Any, ...] | None:
    """The batch shape that the arguments of a first layer give."""
    for name in ("batch_input_shape", "batch_shape"):
        if kwargs.get(name) is not None:
            return (None, *tuple(kwargs.pop(name))[1:])
    shape, width = kwargs.pop("input_shape", None), kwargs.pop("input_dim", None)
    length = kwargs.pop("input_length", None)
    if shape is None and width is not None:
        shape = (width,) if length is None else (length, width)
    if shape is None:
        return None
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"{kind}: input_shape is the shape of a sample such as ({shape!r},), got {shape!r}")
    return (None, *shape)


def channels_first(x: Tensor) -> Tensor:
    """`(N, ..., C)` as `(N, C, ...)`: the same memory, read in another order."""
    return x.permute((0, x.ndim - 1, *range(1, x.ndim - 1)))


def channels_last(x: Tensor) -> Tensor:
    """`(N, C, ...)` as `(N, ..., C)`."""
    return x.permute((0, *range(2, x.ndim), 1))


def data_format_of(owner: str, given: Any) -> bool:
    """Whether channels come last.

    Raises:
        ValueError: another word than "channels_last" or "channels_first".
    """
    word = "channels_last" if given is None else given
    return _check.choice(owner, "data_format", word, ("channels_last", "channels_first")) == "channels_last"


__all__ = ["Layer", "Variable", "channels_first", "channels_last", "data_format_of"]
