"""One step of a recurrent layer: RNNCell, LSTMCell, GRUCell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from . import init
from .module import Module
from .parameter import Parameter, UninitializedParameter

_lstm_layer, _gru_layer = ops.lstm_layer, ops.gru_layer
_elman = {"tanh": ops.rnn_tanh_layer, "relu": ops.rnn_relu_layer}


class _Cell(Module):
    """A layer's weights, and one step of it: a sequence of one."""

    _gates = 1
    _states: tuple[str, ...] = ("h",)

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(self, input_size: int | None, hidden_size: int, bias: bool, dtype: Any) -> None:
        super().__init__()
        owner = type(self).__name__
        if input_size is not None:
            _check.integer(owner, "input_size", input_size, 1)
        self.input_size = input_size
        self.hidden_size = _check.integer(owner, "hidden_size", hidden_size, 1)
        self.bias = bool(bias)
        self.dtype = _core.float32 if dtype is None else _core.dtype(dtype)
        if not self.dtype.is_floating_point:
            raise DTypeError(f"{owner}: dtype must be a floating type, got {self.dtype}")
        rows = self._gates * hidden_size
        if input_size is None:
            self.weight_ih = UninitializedParameter()
        else:
            self.weight_ih = Parameter(ops.empty((rows, input_size), dtype=self.dtype))
        self.weight_hh = Parameter(ops.empty((rows, hidden_size), dtype=self.dtype))
        self.bias_ih = Parameter(ops.empty((rows,), dtype=self.dtype)) if bias else None
        self.bias_hh = Parameter(ops.empty((rows,), dtype=self.dtype)) if bias else None
        if input_size is not None:
            self.reset_parameters()
            self.built = True
            self._settle_plain()

    def build(self, input_shape: Sequence[int | None]) -> None:
        features = input_shape[-1] if len(input_shape) else None
        if features is None:
            raise ShapeError(
                f"{type(self).__name__}.build: the features, last of {tuple(input_shape)}, must be known"
            )
        assert isinstance(self.weight_ih, UninitializedParameter)
        self.input_size = int(features)
        self.weight_ih.materialize((self._gates * self.hidden_size, self.input_size), self.dtype)
        self.reset_parameters()

    def _built_by_loading(self) -> None:
        self.input_size = self.weight_ih.shape[1]
        super()._built_by_loading()

    def reset_parameters(self) -> None:
        """Draw new weights and biases."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _step(self, run: Any, input: Tensor, hx: Any) -> tuple[Tensor, ...]:
        """The states after `input`, (N, features) or (features,)."""
        title = f"{type(self).__name__}({self.input_size}, {self.hidden_size})"
        names = self._states
        if _check.tensor(title, "input", input).ndim not in (1, 2):
            message = f"{title}: expected (N, features) or (features,), got {tuple(input.shape)}."
            if input.ndim == 3:
                message += f" Did you mean nn.{type(self).__name__[:-4]}, which runs over sequences?"
            raise ShapeError(message)
        if input.shape[-1] != self.input_size:
            raise ShapeError(
                f"{title}: got input {tuple(input.shape)}; its last axis must be {self.input_size}. "
                f"Did you mean nn.{type(self).__name__}({input.shape[-1]}, {self.hidden_size})?"
            )
        states: list[Any] = [None] * len(names)
        if hx is not None:
            states = [hx] if len(names) == 1 else hx
            if not isinstance(states, (tuple, list)) or len(states) != len(names):
                raise TypeError(f"{title}: the state must be ({', '.join(names)}), got {type(hx).__name__}")
            wanted = (*input.shape[:-1], self.hidden_size)
            for name, state in zip(names, states, strict=True):
                if tuple(_check.tensor(title, name, state).shape) != wanted:
                    raise ShapeError(f"{title}: {name} must be {wanted}, got {tuple(state.shape)}.")
        x = input.unsqueeze(-2) if input.ndim == 2 else input.reshape((1, 1, input.shape[0]))
        rows = [None if s is None else s.reshape((1, x.shape[0], self.hidden_size)) for s in states]
        weights = [self.weight_ih, self.weight_hh]
        if self.bias_ih is not None and self.bias_hh is not None:
            weights += [self.bias_ih, self.bias_hh]
        try:
            _, *after = run(x, weights, *rows, None, self.bias)
        except DTypeError as error:
            raise DTypeError(f"{title}: {str(error).partition(': ')[2]}") from None
        shape = (*input.shape[:-1], self.hidden_size)
        return tuple(state.reshape(shape) for state in after)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}{'' if self.bias else ', bias=False'}"


class RNNCell(_Cell):
    """One step of an `RNN`: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`.

    Args:
        input_size: how many features x has; `None` to learn it from the first input.
        hidden_size: how many numbers h has.
        bias: whether to add b_ih and b_hh.
        nonlinearity: "tanh" or "relu".
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, input_size)` and h `(N, hidden_size)` -> h' `(N, hidden_size)`; or each without N. h left out is
        zeros.

    Raises:
        ShapeError: x or h do not fit.

    Source: Elman 1990, Finding structure in time, Cognitive Science 14(2).

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.RNNCell(10, 20)(pynn.zeros(3, 10)).shape
        (3, 20)
    """

    def __init__(
        self,
        input_size: int | None,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype)
        self.nonlinearity = _check.choice("RNNCell", "nonlinearity", nonlinearity, ("tanh", "relu"))

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        (h,) = self._step(_elman[self.nonlinearity], input, hx)
        return h


class LSTMCell(_Cell):
    """One step of an `LSTM`.

    Args:
        input_size: how many features x has; `None` to learn it from the first input.
        hidden_size: how many numbers h and c have.
        bias: whether to add b_ih and b_hh.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, input_size)` and (h, c), each `(N, hidden_size)` -> (h', c'); or each without N. (h, c) left out
        is zeros. `weight_ih` is `(4 * hidden_size, input_size)`, gates in the order i, f, g, o.

    Raises:
        ShapeError: x, h or c do not fit.

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory, Neural Computation 9(8).

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> cell = nn.LSTMCell(10, 20)
        >>> h, c = cell(pynn.zeros(3, 10))
        >>> h, c = cell(pynn.zeros(3, 10), (h, c))
        >>> h.shape, c.shape
        ((3, 20), (3, 20))
    """

    _gates = 4
    _states = ("h", "c")

    def __init__(
        self,
        input_size: int | None,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        h, c = self._step(_lstm_layer, input, hx)
        return h, c


class GRUCell(_Cell):
    """One step of a `GRU`.

    Args:
        input_size: how many features x has; `None` to learn it from the first input.
        hidden_size: how many numbers h has.
        bias: whether to add b_ih and b_hh.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        `(N, input_size)` and h `(N, hidden_size)` -> h' `(N, hidden_size)`; or each without N. h left out is
        zeros. `weight_ih` is `(3 * hidden_size, input_size)`, gates in the order r, z, n.

    Raises:
        ShapeError: x or h do not fit.

    Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, arXiv:1406.1078.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.GRUCell(10, 20)(pynn.zeros(3, 10)).shape
        (3, 20)
    """

    _gates = 3

    def __init__(
        self,
        input_size: int | None,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        (h,) = self._step(_gru_layer, input, hx)
        return h
