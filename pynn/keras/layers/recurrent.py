"""Recurrent layers, on top of pynn.nn.RNN, LSTM and GRU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

import pynn.nn.functional as F
from pynn import _check, autograd, nn
from pynn._core import Tensor, ops

from .. import activations, initializers, regularizers
from .._config import deserialized, serialized
from .base import Layer, Variable
from .core import last_size


class _Recurrent(Layer):
    """What SimpleRNN, LSTM and GRU share. `gates` are Keras's in their order, as places in pynn's."""

    gates: ClassVar[tuple[int, ...]] = (0,)
    biases: ClassVar[int] = 1

    def __init__(
        self,
        units: int,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        dropout: float,
        return_sequences: bool,
        return_state: bool,
        go_backwards: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        owner = type(self).__name__
        self.units = _check.integer(owner, "units", units, 1)
        self.use_bias = bool(use_bias)
        given = (kernel_initializer, recurrent_initializer, bias_initializer)
        self.starts = [initializers.get(one) for one in given]
        penalties = (kernel_regularizer, recurrent_regularizer, bias_regularizer)
        self.penalised = [regularizers.get(one) for one in penalties]
        self.dropout = _check.real(owner, "dropout", dropout, 0, 1)
        self.return_sequences, self.return_state = bool(return_sequences), bool(return_state)
        self.go_backwards = bool(go_backwards)

    def make(self, features: int) -> nn.Module:
        """The module of pynn.nn that computes.

        Args:
            features: of a step.
        """
        raise NotImplementedError

    def build(self, input_shape: Any) -> None:
        if len(input_shape) != 3:
            raise ValueError(
                f"{type(self).__name__}: expected sequences (N, T, features), got {input_shape}"
                + (". One feature? Give them as x[..., None]" if len(input_shape) == 2 else "")
            )
        self.inner = self.make(last_size(type(self).__name__, input_shape))
        held: Any = self.inner
        to, back = list(self.gates), [int(i) for i in np.argsort(self.gates)]

        def read(array: np.ndarray) -> np.ndarray:
            return _blocks(array, to).T

        def write(array: np.ndarray) -> list[np.ndarray]:
            return [_blocks(array.T, back)]

        for i, (name, tensor) in enumerate(
            (("kernel", held.weight_ih_l0), ("recurrent_kernel", held.weight_hh_l0))
        ):
            self.start(Variable(name, [tensor], read, write, True, self.penalised[i]), self.starts[i])
        if not self.use_bias:
            return
        if self.biases == 2:  # one for the inputs, one for the states
            tensors = [held.bias_ih_l0, held.bias_hh_l0]
            bias = Variable(
                "bias",
                tensors,
                lambda a, b: np.stack([_blocks(a, to), _blocks(b, to)]),
                lambda array: [_blocks(array[0], back), _blocks(array[1], back)],
                True,
                self.penalised[2],
            )
        else:  # Keras has one bias: the other stays 0
            held.bias_hh_l0.requires_grad_(False)
            with autograd.no_grad():
                held.bias_hh_l0.zero_()
            bias = Variable("bias", [held.bias_ih_l0], regularizer=self.penalised[2])
        self.start(bias, self.starts[2])

    def call(self, inputs: Tensor, initial_state: Any = None) -> Any:
        """Run over sequences.

        Args:
            inputs: `(N, T, features)`.
            initial_state: the first states, a list; None is zeros.
        """
        if self.go_backwards:
            inputs = inputs.flip(1)
        if self.training and self.dropout:  # the same features of all steps
            kept = F.dropout(ops.ones((inputs.shape[0], 1, inputs.shape[2])), self.dropout, True)
            inputs = inputs * kept
        sequences, states = self.inner(inputs, _as_hx(initial_state))
        states = [state.squeeze(0) for state in (states if isinstance(states, tuple) else (states,))]
        y = sequences if self.return_sequences else states[0]
        return [y, *states] if self.return_state else y


def _blocks(array: np.ndarray, order: Sequence[int]) -> np.ndarray:
    """The rows of all gates in another order of the gates."""
    parts = np.split(array, len(order))
    return np.concatenate([parts[i] for i in order])


def _as_hx(states: Any) -> Any:
    if states is None:
        return None
    given = [state.unsqueeze(0) for state in (states if isinstance(states, (list, tuple)) else [states])]
    return given[0] if len(given) == 1 else tuple(given)


def _only(owner: str, name: str, given: Any, known: Sequence[str]) -> str:
    """The name of an activation that the kernels have.

    Raises:
        ValueError: another one.
    """
    found = activations.get(given).__name__
    if found not in known:
        raise ValueError(
            f"{owner}: {name} can only be {' or '.join(map(repr, known))}, got {given!r}: "
            "the compiled kernels have no other"
        )
    return found


def _forget(initializer: Any, units: int) -> Any:
    """The same, with ones for the forget gate."""

    def start(shape: Any, dtype: Any = None) -> np.ndarray:
        values = np.array(initializer(shape))
        values[..., units : 2 * units] = 1
        return values

    return start


class SimpleRNN(_Recurrent):
    """The simple recurrent network: h = tanh(x kernel + h recurrent_kernel + bias).

    Args:
        units: how many numbers the state has.
        activation: "tanh" or "relu".
        use_bias: whether there is a bias.
        kernel_initializer: what the weights of the inputs start as.
        recurrent_initializer: what the weights of the states start as.
        bias_initializer: what the bias starts as.
        kernel_regularizer: the penalty of the weights of the inputs.
        recurrent_regularizer: the penalty of the weights of the states.
        bias_regularizer: the bias's penalty.
        dropout: in training, the share of the features of an input that is dropped, the same ones in all
            steps.
        return_sequences: give the outputs of all steps, not the last one alone.
        return_state: give the last states too, in a list behind the output.
        go_backwards: read from the end.
        **kwargs: `name`, `input_shape` and what else `Layer` takes. `stateful` and `recurrent_dropout` are
            refused.

    Shape:
        `(N, T, features)` -> `(N, units)`, or `(N, T, units)` with `return_sequences`.  It runs on
        `pynn.nn.RNN`.

    Raises:
        TypeError, ValueError: a setting that cannot be, or that the kernels do not have.

    Source: Elman 1990, Finding structure in time.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.SimpleRNN(8, return_sequences=True)(pynn.zeros(2, 5, 3)).shape
        (2, 5, 8)
    """

    gates = (0,)
    biases = 1

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            dropout,
            return_sequences,
            return_state,
            go_backwards,
            **kwargs,
        )
        self.nonlinearity = _only("SimpleRNN", "activation", activation, ("tanh", "relu"))

    def make(self, features: int) -> nn.Module:
        return nn.RNN(features, self.units, 1, self.nonlinearity, self.use_bias)


class LSTM(_Recurrent):
    """The long short-term memory: a state that gates write to, let fade and show.

    Args:
        units: how many numbers the state has.
        activation: "tanh", the only one.
        recurrent_activation: "sigmoid", the only one.
        use_bias: whether there is a bias.
        kernel_initializer: what the weights of the inputs start as.
        recurrent_initializer: what the weights of the states start as.
        bias_initializer: what the bias starts as.
        unit_forget_bias: let the bias of the forget gate start as 1.
        kernel_regularizer: the penalty of the weights of the inputs.
        recurrent_regularizer: the penalty of the weights of the states.
        bias_regularizer: the bias's penalty.
        dropout: in training, the share of the features of an input that is dropped, the same ones in all
            steps.
        return_sequences: give the outputs of all steps, not the last one alone.
        return_state: give the last states too, in a list behind the output.
        go_backwards: read from the end.
        **kwargs: `name`, `input_shape` and what else `Layer` takes. `stateful` and `recurrent_dropout` are
            refused.

    Shape:
        `(N, T, features)` -> `(N, units)`, or `(N, T, units)` with `return_sequences`. The weights hold the
        gates i, f, c, o. It runs on
        `pynn.nn.LSTM`.

    Raises:
        TypeError, ValueError: a setting that cannot be, or that the kernels do not have.

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.LSTM(8, return_sequences=True)(pynn.zeros(2, 5, 3)).shape
        (2, 5, 8)
    """

    gates = (0, 1, 2, 3)
    biases = 1

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            dropout,
            return_sequences,
            return_state,
            go_backwards,
            **kwargs,
        )
        _only("LSTM", "activation", activation, ("tanh",))
        _only("LSTM", "recurrent_activation", recurrent_activation, ("sigmoid",))
        if unit_forget_bias:
            self.starts[2] = _forget(self.starts[2], self.units)

    def make(self, features: int) -> nn.Module:
        return nn.LSTM(features, self.units, 1, self.use_bias)


class GRU(_Recurrent):
    """The gated recurrent unit.

    Args:
        units: how many numbers the state has.
        activation: "tanh", the only one.
        recurrent_activation: "sigmoid", the only one.
        use_bias: whether there is a bias.
        kernel_initializer: what the weights of the inputs start as.
        recurrent_initializer: what the weights of the states start as.
        bias_initializer: what the bias starts as.
        kernel_regularizer: the penalty of the weights of the inputs.
        recurrent_regularizer: the penalty of the weights of the states.
        bias_regularizer: the bias's penalty.
        dropout: in training, the share of the features of an input that is dropped, the same ones in all
            steps.
        return_sequences: give the outputs of all steps, not the last one alone.
        return_state: give the last states too, in a list behind the output.
        go_backwards: read from the end.
        reset_after: True, the only choice.
        **kwargs: `name`, `input_shape` and what else `Layer` takes. `stateful` and `recurrent_dropout` are
            refused.

    Shape:
        `(N, T, features)` -> `(N, units)`, or `(N, T, units)` with `return_sequences`. The weights hold the
        gates z, r, h, which `pynn.nn.GRU` has in the order r, z, n; the bias is `(2, 3 * units)`. It runs on
        `pynn.nn.GRU`.

    Raises:
        TypeError, ValueError: a setting that cannot be, or that the kernels do not have.

    Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, arXiv:1406.1078.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.GRU(8, return_sequences=True)(pynn.zeros(2, 5, 3)).shape
        (2, 5, 8)
    """

    gates = (1, 0, 2)
    biases = 2

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        reset_after: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            dropout,
            return_sequences,
            return_state,
            go_backwards,
            **kwargs,
        )
        _only("GRU", "activation", activation, ("tanh",))
        _only("GRU", "recurrent_activation", recurrent_activation, ("sigmoid",))
        if not reset_after:
            raise ValueError(
                "GRU: reset_after can only be True: r multiplies h recurrent_kernel, as in cuDNN"
            )

    def make(self, features: int) -> nn.Module:
        return nn.GRU(features, self.units, 1, self.use_bias)


class Bidirectional(Layer):
    """A recurrent layer twice, forwards and backwards.

    Args:
        layer: LSTM, GRU or SimpleRNN.
        merge_mode: what becomes of the two outputs: "concat", "sum", "mul", "ave", or None for a list.
        **kwargs: `name`, `input_shape` and what else `Layer` takes.

    Raises:
        TypeError: it is no recurrent layer.
        ValueError: another merge_mode, or a layer with `return_state`.

    Source: Schuster & Paliwal 1997, Bidirectional recurrent neural networks.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> keras.layers.Bidirectional(keras.layers.LSTM(8))(pynn.zeros(2, 5, 3)).shape
        (2, 16)
    """

    def __init__(self, layer: Layer, merge_mode: str | None = "concat", **kwargs: Any) -> None:
        if not isinstance(layer, _Recurrent):
            raise TypeError(f"Bidirectional: layer must be an LSTM, GRU or SimpleRNN, got {layer!r}")
        super().__init__(**kwargs)
        self._given_shape = self._given_shape or layer._given_shape
        if layer.return_state:
            raise ValueError("Bidirectional: a layer with return_state=True is not supported")
        if merge_mode is not None:
            _check.choice("Bidirectional", "merge_mode", merge_mode, ("concat", "sum", "mul", "ave"))
        self.merge_mode = merge_mode
        self.forward_layer = layer
        config = serialized(layer)
        config["config"].update(name=f"backward_{layer.name}", go_backwards=not layer.go_backwards)
        self.backward_layer: Any = deserialized(config)

    def call(self, inputs: Tensor) -> Any:
        one, other = self.forward_layer(inputs), self.backward_layer(inputs)
        if self.backward_layer.return_sequences:
            other = other.flip(1)
        if self.merge_mode is None:
            return [one, other]
        if self.merge_mode == "concat":
            return ops.cat([one, other], -1)
        if self.merge_mode == "mul":
            return one * other
        return (one + other) * (0.5 if self.merge_mode == "ave" else 1.0)


__all__ = ["GRU", "LSTM", "Bidirectional", "SimpleRNN"]
