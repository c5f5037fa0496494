"""What RNN, LSTM and GRU share: stacked layers, directions, packed and padded sequences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter, UninitializedParameter
from .utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence


class _Recurrent(Module):
    """Layers of one or two directions; a subclass says which op runs a layer."""

    _gates = 1
    _states = 1  # h alone, or h and c

    weight_ih_l0: Parameter

    def __init__(
        self,
        input_size: int | None,
        hidden_size: int,
        num_layers: int,
        bias: bool,
        batch_first: bool,
        dropout: float,
        bidirectional: bool,
        proj_size: int,
        dtype: Any,
    ) -> None:
        super().__init__()
        owner = type(self).__name__
        if input_size is not None:
            _check.integer(owner, "input_size", input_size, 1)
        self.input_size = input_size
        self.hidden_size = _check.integer(owner, "hidden_size", hidden_size, 1)
        self.num_layers = _check.integer(owner, "num_layers", num_layers, 1)
        self.bias, self.batch_first, self.bidirectional = bool(bias), bool(batch_first), bool(bidirectional)
        self.dropout = _check.real(owner, "dropout", dropout, 0, 1)
        self.proj_size = _check.integer(owner, "proj_size", proj_size, 0)
        if self.proj_size >= hidden_size:
            raise ValueError(f"{owner}: proj_size={proj_size} must be smaller than hidden_size={hidden_size}")
        self.dtype = _core.float32 if dtype is None else _core.dtype(dtype)
        if not self.dtype.is_floating_point:
            raise DTypeError(f"{owner}: dtype must be a floating type, got {self.dtype}")
        self._names = [self._weight_names(layer) for layer in range(num_layers)]
        for layer in range(num_layers):
            for name in self._names[layer]:
                shape = self._weight_shape(name, layer)
                weight = (
                    UninitializedParameter()
                    if shape[-1] is None
                    else Parameter(ops.empty(shape, dtype=self.dtype))
                )
                setattr(self, name, weight)
        if input_size is not None:
            self.reset_parameters()
            self.built = True
            self._settle_plain()

    def _weight_names(self, layer: int) -> list[str]:
        parts = ["weight_ih", "weight_hh", *(["bias_ih", "bias_hh"] if self.bias else [])]
        if self.proj_size:
            parts.append("weight_hr")
        ends = ["", "_reverse"] if self.bidirectional else [""]
        return [f"{part}_l{layer}{end}" for end in ends for part in parts]

    def _weight_shape(self, name: str, layer: int) -> tuple[Any, ...]:
        rows, out = self._gates * self.hidden_size, self.proj_size or self.hidden_size
        if name.startswith("bias"):
            return (rows,)
        if name.startswith("weight_hr"):
            return (out, self.hidden_size)
        if name.startswith("weight_hh"):
            return (rows, out)
        return (rows, self.input_size if layer == 0 else out * (2 if self.bidirectional else 1))

    # ---- sizes learned from the first input -----------------------------------------------------------

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self.built and args:
            data = args[0].data if isinstance(args[0], PackedSequence) else args[0]
            self.build(tuple(_check.tensor(type(self).__name__, "input", data).shape))
        return super()._call(args, kwargs)

    def build(self, input_shape: Sequence[int | None]) -> None:
        features = input_shape[-1] if len(input_shape) else None
        if features is None:
            raise ShapeError(
                f"{type(self).__name__}.build: the features, last of {tuple(input_shape)}, must be known"
            )
        self.input_size = int(features)
        for name in self._names[0]:
            weight = getattr(self, name)
            if isinstance(weight, UninitializedParameter):
                weight.materialize(self._weight_shape(name, 0), self.dtype)
        self.reset_parameters()

    def _built_by_loading(self) -> None:
        self.input_size = self.weight_ih_l0.shape[1]
        super()._built_by_loading()

    def reset_parameters(self) -> None:
        """Draw new weights and biases."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Does nothing; PyTorch's programs call it."""

    # ---- forward --------------------------------------------------------------------------------------

    def _run_layer(
        self, x: Tensor, states: list[Tensor | None], weights: list[Tensor], sizes: Tensor | None
    ) -> tuple[Tensor, ...]:
        raise NotImplementedError

    def _run(self, input: Any, hx: Any, lengths: Any) -> tuple[Any, tuple[Tensor, ...]]:
        """The outputs of the last layer, and the last states of every layer."""
        title = self._title()
        if isinstance(input, PackedSequence):
            if lengths is not None:
                raise ValueError(f"{title}: a PackedSequence knows its lengths; got lengths={lengths!r}")
            y, last = self._run_packed(input, self._checked_states(hx, 3))
            return input.with_data(y), last
        if _check.tensor(title, "input", input).ndim == 2:
            if lengths is not None:
                raise ValueError(f"{title}: one sequence (T, features) has no lengths to be told")
            axis = 0 if self.batch_first else 1
            states = self._checked_states(hx, 2)
            hx = None if states is None else tuple(h.unsqueeze(1) for h in states)
            y, last = self._run_layers(input.unsqueeze(axis), hx, None)
            return y.squeeze(axis), tuple(h.squeeze(1) for h in last)
        if input.ndim != 3:
            raise ShapeError(self._explain_rank(input))
        states = self._checked_states(hx, 3)
        if lengths is None:
            return self._run_layers(input, states, None)
        packed = pack_padded_sequence(input, lengths, self.batch_first, enforce_sorted=False)
        y, last = self._run_packed(packed, states)
        steps = input.shape[1 if self.batch_first else 0]
        return pad_packed_sequence(packed.with_data(y), self.batch_first, total_length=steps)[0], last

    def _run_packed(
        self, packed: PackedSequence, hx: tuple[Tensor, ...] | None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        if hx is not None and packed.sorted_indices is not None:
            hx = tuple(ops.index_select(h, 1, packed.sorted_indices) for h in hx)
        y, last = self._run_layers(packed.data, hx, packed.batch_sizes)
        if packed.unsorted_indices is not None:
            last = tuple(ops.index_select(h, 1, packed.unsorted_indices) for h in last)
        return y, last

    def _run_layers(
        self, x: Tensor, hx: tuple[Tensor, ...] | None, sizes: Tensor | None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        lasts: list[tuple[Tensor, ...]] = []
        directions = 2 if self.bidirectional else 1
        for layer, names in enumerate(self._names):
            if layer and self.dropout and self.training:
                x = F.dropout(x, self.dropout, True)
            states: list[Tensor | None]
            if hx is None:
                states = [None] * self._states
            elif self.num_layers == 1:
                states = list(hx)
            else:
                states = [h[layer * directions : (layer + 1) * directions] for h in hx]
            weights = [getattr(self, name) for name in names]
            try:
                x, *last = self._run_layer(x, states, weights, sizes)
            except (ShapeError, DTypeError) as error:
                raise type(error)(self._explain(x, hx, sizes, layer, error)) from None
            lasts.append(tuple(last))
        if self.num_layers == 1:
            return x, lasts[0]
        return x, tuple(ops.cat([last[i] for last in lasts], 0) for i in range(self._states))

    # ---- what is wrong, and how to put it right -----------------------------------------------------------

    def _title(self) -> str:
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size})"

    def _axes(self) -> str:
        return "(N, T, features)" if self.batch_first else "(T, N, features)"

    def _checked_states(self, hx: Any, ndim: int) -> tuple[Tensor, ...] | None:
        if hx is None:
            return None
        names = ("h0", "c0")[: self._states]
        if self._states == 1:
            hx = (hx,)
        if not isinstance(hx, (tuple, list)) or len(hx) != self._states:
            raise TypeError(f"{self._title()}: the first state must be (h0, c0), got {type(hx).__name__}")
        layers = self.num_layers * (2 if self.bidirectional else 1)
        for name, h in zip(names, hx, strict=True):
            _check.tensor(self._title(), name, h)
            size = self.hidden_size if name == "c0" else self.proj_size or self.hidden_size
            if h.ndim != ndim or h.shape[0] != layers or h.shape[-1] != size:
                batch = "N, " if ndim == 3 else ""
                message = (
                    f"{self._title()}: {name} must be ({layers}, {batch}{size}) = (layers * directions, "
                    f"{batch}size of {name[0]}), got {tuple(h.shape)}."
                )
                if h.ndim == ndim == 3 and (h.shape[1], h.shape[2]) == (layers, size):
                    message += f" The batch is its second axis, always. Did you mean {name}.transpose(0, 1)?"
                elif h.ndim == ndim - 1:
                    message += f" Did you mean {name}.unsqueeze({0 if layers == 1 else 1})?"
                raise ShapeError(message)
        return tuple(hx)

    def _explain_rank(self, input: Tensor) -> str:
        message = (
            f"{self._title()}: expected {self._axes()}, or one sequence (T, features), "
            f"got {tuple(input.shape)}."
        )
        if input.ndim == 1:
            message += " Did you mean x.unsqueeze(-1), a sequence of single numbers?"
        elif input.ndim > 3:
            message += " Did you mean x.flatten(2), all numbers of a step as its features?"
        return message

    def _explain(self, x: Tensor, hx: Any, sizes: Any, layer: int, error: Exception) -> str:
        got, expected = tuple(x.shape), self.input_size
        if layer == 0 and got[-1] != expected:
            message = f"{self._title()}: got input {got}; its last axis, the features, must be {expected}."
            if got[-2] == expected:
                return message + " Did you mean x.transpose(-2, -1)?"
            return message + f" Did you mean nn.{type(self).__name__}({got[-1]}, {self.hidden_size})?"
        if sizes is None and got[1 if self.batch_first else 0] == 0:
            return (
                f"{self._title()}: got input {got}, {self._axes()}: sequences of no steps. Give one or more."
            )
        if sizes is None and hx is not None:
            n = got[0 if self.batch_first else 1]
            for name, h in zip(("h0", "c0"), hx, strict=False):
                if h.shape[1] != n:
                    message = (
                        f"{self._title()}: {name} of shape {tuple(h.shape)} is for {h.shape[1]} sequences, "
                        f"the input {got}, {self._axes()}, has {n}."
                    )
                    if h.shape[1] == got[1 if self.batch_first else 0]:
                        message += f" Did you mean batch_first={not self.batch_first}?"
                    return message
        return f"{self._title()}: {str(error).partition(': ')[2]}"

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        if self.proj_size:
            parts.append(f"proj_size={self.proj_size}")
        if self.num_layers != 1:
            parts.append(f"num_layers={self.num_layers}")
        if not self.bias:
            parts.append("bias=False")
        if not self.batch_first:
            parts.append("batch_first=False")
        if self.dropout:
            parts.append(f"dropout={self.dropout:g}")
        if self.bidirectional:
            parts.append("bidirectional=True")
        return ", ".join(parts)
