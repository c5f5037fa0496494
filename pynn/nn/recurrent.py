"""Recurrent layers over whole sequences: RNN, LSTM, GRU."""

from __future__ import annotations

from typing import Any

from pynn import _check
from pynn._core import Tensor, ops

from ._recurrent import _Recurrent

_lstm_layer, _gru_layer = ops.lstm_layer, ops.gru_layer
_elman = {"tanh": ops.rnn_tanh_layer, "relu": ops.rnn_relu_layer}


class RNN(_Recurrent):
    """The simple recurrent network: `h_t = tanh(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)`.

    What it saw long ago fades, or blows up, with every product by `W_hh`: use `LSTM` or `GRU` where memory is
    wanted.

    Args:
        input_size: how many features a step has; `None` to learn it from the first input.
        hidden_size: how many numbers h has.
        num_layers: how many layers, each on top of the outputs of the one below.
        nonlinearity: "tanh" or "relu".
        bias: whether to add b_ih and b_hh.
        batch_first: True takes `(N, T, features)`, False `(T, N, features)`. **PyTorch's default is False,
            pynn's is True.** States are `(layers, N, hidden_size)` either way.
        dropout: the share of the outputs of every layer but the last that is dropped in training.
        bidirectional: whether a second direction reads from the ends; its outputs are appended.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        input `(N, T, input_size)`, or one sequence `(T, input_size)`, or a `PackedSequence`; `hx` is h,
        `(L * D, N, hidden_size)`, with L layers and D directions. Output `(N, T, D * hidden_size)`, and the
        last h. `weight_ih_l0` is `(hidden_size, input_size)`, `weight_hh_l0`
        `(hidden_size, hidden_size)`; the names are PyTorch's.

    Calling:
        `rnn(input, hx=None, lengths=None)`. hx: the first h, else zeros. lengths: how many steps each padded
        sequence has; outputs behind the end are 0, and the last h is that of the last step.

    The weights start uniform in ±1/sqrt(hidden_size), the biases too.

    Raises:
        ShapeError: input or states do not fit, or the sequences have no steps.
        ValueError: a size below 1, or a length that is not one of 1 to T.

    Source: Elman 1990, Finding structure in time, Cognitive Science 14(2).

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> rnn = nn.RNN(10, 20, num_layers=2)
        >>> y, h = rnn(pynn.zeros(3, 5, 10))
        >>> y.shape, h.shape
        ((3, 5, 20), (2, 3, 20))
    """

    def __init__(
        self,
        input_size: int | None,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, dtype
        )
        self.nonlinearity = _check.choice("RNN", "nonlinearity", nonlinearity, ("tanh", "relu"))

    def _run_layer(
        self, x: Tensor, states: list[Tensor | None], weights: list[Tensor], sizes: Tensor | None
    ) -> tuple[Tensor, ...]:
        run = _elman[self.nonlinearity]
        return run(x, weights, states[0], sizes, self.bias, self.bidirectional, self.batch_first)

    def forward(self, input: Any, hx: Tensor | None = None, lengths: Any = None) -> tuple[Any, Tensor]:
        y, (h,) = self._run(input, hx, lengths)
        return y, h

    def extra_repr(self) -> str:
        nonlinearity = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity!r}"
        return super().extra_repr() + nonlinearity


class LSTM(_Recurrent):
    """The long short-term memory: a state c that gates write to, let fade and show.

    `i, f, g, o = W_ih x_t + b_ih + W_hh h_(t-1) + b_hh`; then `c_t = σ(f) c_(t-1) + σ(i) tanh(g)` and
    `h_t = σ(o) tanh(c_t)`.

    Args:
        input_size: how many features a step has; `None` to learn it from the first input.
        hidden_size: how many numbers c has, and h unless it is projected.
        num_layers: how many layers, each on top of the outputs of the one below.
        bias: whether to add b_ih and b_hh.
        batch_first: True takes `(N, T, features)`, False `(T, N, features)`. **PyTorch's default is False,
            pynn's is True.** States are `(layers, N, hidden_size)` either way.
        dropout: the share of the outputs of every layer but the last that is dropped in training.
        bidirectional: whether a second direction reads from the ends; its outputs are appended.
        proj_size: above 0, h is projected to so many numbers: `h_t = W_hr σ(o) tanh(c_t)`.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        input `(N, T, input_size)`, or one sequence `(T, input_size)`, or a `PackedSequence`; `hx` is (h, c),
        `(L * D, N, H_out)` and `(L * D, N, hidden_size)`, with L layers, D directions and H_out = proj_size
        or hidden_size. Output `(N, T, D * H_out)`, and the last (h, c). `weight_ih_l0` is
        `(4 * hidden_size, input_size)`, `weight_hh_l0` `(4 * hidden_size, H_out)`, gates in the order
        i, f, g, o; the names are PyTorch's.

    Calling:
        `lstm(input, hx=None, lengths=None)`. hx: the first (h, c), else zeros. lengths: how many steps each
        padded sequence has; outputs behind the end are 0, and the last states are those of the last step.

    The weights start uniform in ±1/sqrt(hidden_size), the biases too.

    Raises:
        ShapeError: input or states do not fit, or the sequences have no steps.
        ValueError: a size below 1, or a length that is not one of 1 to T.

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory, Neural Computation 9(8); the forget gate:
    Gers, Schmidhuber & Cummins 2000; projected: Sak, Senior & Beaufays 2014.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> lstm = nn.LSTM(10, 20, bidirectional=True)
        >>> y, (h, c) = lstm(pynn.zeros(3, 5, 10), lengths=[5, 2, 4])
        >>> y.shape, h.shape, c.shape
        ((3, 5, 40), (2, 3, 20), (2, 3, 20))
    """

    _gates = 4
    _states = 2

    def __init__(
        self,
        input_size: int | None,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, dtype
        )

    def _run_layer(
        self, x: Tensor, states: list[Tensor | None], weights: list[Tensor], sizes: Tensor | None
    ) -> tuple[Tensor, ...]:
        h, c = states
        return _lstm_layer(x, weights, h, c, sizes, self.bias, self.bidirectional, self.batch_first)

    def forward(
        self, input: Any, hx: tuple[Tensor, Tensor] | None = None, lengths: Any = None
    ) -> tuple[Any, tuple[Tensor, Tensor]]:
        y, (h, c) = self._run(input, hx, lengths)
        return y, (h, c)


class GRU(_Recurrent):
    """The gated recurrent unit: as much memory as an LSTM's with two gates and no second state.

    `r, z = σ(W_ih x_t + b_ih + W_hh h_(t-1) + b_hh)`; then
    `n = tanh(W_in x_t + b_in + r (W_hn h_(t-1) + b_hn))` and `h_t = (1 - z) n + z h_(t-1)`.

    Args:
        input_size: how many features a step has; `None` to learn it from the first input.
        hidden_size: how many numbers h has.
        num_layers: how many layers, each on top of the outputs of the one below.
        bias: whether to add b_ih and b_hh.
        batch_first: True takes `(N, T, features)`, False `(T, N, features)`. **PyTorch's default is False,
            pynn's is True.** States are `(layers, N, hidden_size)` either way.
        dropout: the share of the outputs of every layer but the last that is dropped in training.
        bidirectional: whether a second direction reads from the ends; its outputs are appended.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        input `(N, T, input_size)`, or one sequence `(T, input_size)`, or a `PackedSequence`; `hx` is h,
        `(L * D, N, hidden_size)`, with L layers and D directions. Output `(N, T, D * hidden_size)`, and the
        last h. `weight_ih_l0` is `(3 * hidden_size, input_size)`, `weight_hh_l0`
        `(3 * hidden_size, hidden_size)`; gates in the order r, z, n; the names are
        PyTorch's.

    Calling:
        `gru(input, hx=None, lengths=None)`. hx: the first h, else zeros. lengths: how many steps each padded
        sequence has; outputs behind the end are 0, and the last h is that of the last step.

    The weights start uniform in ±1/sqrt(hidden_size), the biases too.

    Raises:
        ShapeError: input or states do not fit, or the sequences have no steps.
        ValueError: a size below 1, or a length that is not one of 1 to T.

    Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, arXiv:1406.1078, with
    r outside of the product, as cuDNN and PyTorch have it.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> gru = nn.GRU(None, 20)
        >>> y, h = gru(pynn.zeros(3, 5, 10))
        >>> y.shape, h.shape, gru
        ((3, 5, 20), (1, 3, 20), GRU(10, 20))
    """

    _gates = 3

    def __init__(
        self,
        input_size: int | None,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, 0, dtype
        )

    def _run_layer(
        self, x: Tensor, states: list[Tensor | None], weights: list[Tensor], sizes: Tensor | None
    ) -> tuple[Tensor, ...]:
        return _gru_layer(x, weights, states[0], sizes, self.bias, self.bidirectional, self.batch_first)

    def forward(self, input: Any, hx: Tensor | None = None, lengths: Any = None) -> tuple[Any, Tensor]:
        y, (h,) = self._run(input, hx, lengths)
        return y, h
