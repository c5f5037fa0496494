"""Recurrent layers, their cells, and sequences of different lengths."""

from __future__ import annotations

import pynn
from pynn import nn
from pynn.nn.utils import rnn

x = pynn.ones(2, 5, 3)
h = pynn.ones(1, 2, 4)


def layer(name, *more):
    make = getattr(nn, name)
    states = (h, h) if name == "LSTM" else h
    early = pynn.ones(1, 5, 4)
    swapped = pynn.ones(2, 1, 4)
    pack = (lambda s: (s, h)) if name == "LSTM" else (lambda s: s)
    return [
        (lambda: make(3, 4)(None), TypeError, f"{name}.3, 4.*NoneType"),
        (lambda: make(3, 4)(), TypeError, "argument"),
        (lambda: make(0, 4), ValueError, f"{name}: input_size.*0"),
        (lambda: make(3, -1), ValueError, f"{name}: hidden_size.*-1"),
        (lambda: make(3, 4.5), TypeError, f"{name}: hidden_size.*4.5"),
        (lambda: make(3, None), TypeError, f"{name}: hidden_size.*None"),
        (lambda: make(3, 4, 0), ValueError, f"{name}: num_layers.*0"),
        (lambda: make(3, 4, dropout=1.5), ValueError, f"{name}: dropout.*1.5"),
        (lambda: make(3, 4, dtype=pynn.int64), TypeError, f"{name}: dtype.*int64"),
        (lambda: make(3, 4)(x[0, 0]), pynn.ShapeError, r"N, T, features.*\(3,\).*unsqueeze\(-1\)"),
        (lambda: make(3, 4)(x.unsqueeze(0)), pynn.ShapeError, r"\(1, 2, 5, 3\).*flatten\(2\)"),
        (lambda: make(7, 4)(x), pynn.ShapeError, rf"must be 7.*nn.{name}\(3, 4\)"),
        (lambda: make(5, 4)(x), pynn.ShapeError, r"must be 5.*transpose\(-2, -1\)"),
        (lambda: make(3, 4)(x[:, :0]), pynn.ShapeError, r"\(2, 0, 3\).*no steps"),
        (lambda: make(3, 4)(x.double()), TypeError, rf"{name}\(3, 4\).*float64.*float32"),
        (lambda: make(3, 4)(x, pack(swapped)), pynn.ShapeError, r"h0 must be \(1, N, 4\).*transpose\(0, 1\)"),
        (lambda: make(3, 4)(x, pack(h[0])), pynn.ShapeError, r"h0 must be \(1, N, 4\).*unsqueeze\(0\)"),
        (lambda: make(3, 4)(x, pack(early)), pynn.ShapeError, r"for 5 sequences.*has 2.*batch_first=False"),
        (lambda: make(3, 4)(x, "h"), TypeError, "h0|first state"),
        (lambda: make(3, 4)(x, states, lengths=[5, 0]), ValueError, r"lengths\[1\] is 0"),
        (lambda: make(3, 4)(x, lengths=[6, 5]), ValueError, r"lengths\[0\] is 6.*5 steps"),
        (lambda: make(3, 4)(x, lengths=[5]), pynn.ShapeError, r"\(2,\).*\(1,\)"),
        (lambda: make(3, 4)(x, lengths=[1.5, 2.0]), TypeError, "integers"),
        (lambda: make(3, 4)(x[0], lengths=[5]), ValueError, "no lengths"),
        (lambda: make(3, 4)(rnn.pack_sequence([x[0]]), lengths=[5]), ValueError, "knows its lengths"),
        *more,
    ]


def cell(name):
    make = getattr(nn, name)
    return [
        (lambda: make(3, 4)(None), TypeError, f"{name}.3, 4.*NoneType"),
        (lambda: make(0, 4), ValueError, f"{name}: input_size.*0"),
        (lambda: make(3, 0), ValueError, f"{name}: hidden_size.*0"),
        (lambda: make(3, 4, dtype=pynn.int64), TypeError, f"{name}: dtype.*int64"),
        (lambda: make(3, 4)(x), pynn.ShapeError, rf"\(2, 5, 3\).*nn.{name[:-4]}"),
        (lambda: make(5, 4)(x[0]), pynn.ShapeError, rf"must be 5.*nn.{name}\(3, 4\)"),
        (lambda: make(3, 4)(x[0].double()), TypeError, rf"{name}\(3, 4\).*float64"),
        (
            lambda: make(3, 4)(x[0], (h[0], h[0]) if name == "LSTMCell" else h[0]),
            pynn.ShapeError,
            r"h must be \(5, 4\), got \(2, 4\)",
        ),
    ]


CALLS = {
    "pynn.nn.RNN": layer(
        "RNN", (lambda: nn.RNN(3, 4, nonlinearity="gelu"), ValueError, "nonlinearity.*gelu")
    ),
    "pynn.nn.LSTM": layer(
        "LSTM",
        (lambda: nn.LSTM(3, 4, proj_size=4), ValueError, "proj_size=4.*hidden_size=4"),
        (lambda: nn.LSTM(3, 4)(x, h), TypeError, r"\(h0, c0\)"),
        (lambda: nn.LSTM(3, 4)(x, (h, pynn.ones(1, 2, 5))), pynn.ShapeError, r"c0 must be \(1, N, 4\)"),
    ),
    "pynn.nn.GRU": layer("GRU"),
    "pynn.nn.RNNCell": [
        *cell("RNNCell"),
        (lambda: nn.RNNCell(3, 4, nonlinearity="gelu"), ValueError, "nonlinearity.*gelu"),
    ],
    "pynn.nn.LSTMCell": [*cell("LSTMCell"), (lambda: nn.LSTMCell(3, 4)(x[0], h[0]), TypeError, r"\(h, c\)")],
    "pynn.nn.GRUCell": cell("GRUCell"),
    "pynn.nn.utils.rnn.PackedSequence": [
        (lambda: rnn.PackedSequence(), TypeError, "argument"),
        (lambda: rnn.pack_sequence([x[0]]).with_data(None), TypeError, "with_data.*NoneType"),
    ],
    "pynn.nn.utils.rnn.invert_permutation": [
        (lambda: rnn.invert_permutation([1, 0]), TypeError, "permutation.*list"),
        (lambda: rnn.invert_permutation(x), pynn.ShapeError, r"\(2, 5, 3\)"),
    ],
    "pynn.nn.utils.rnn.pack_padded_sequence": [
        (lambda: rnn.pack_padded_sequence(None, [1]), TypeError, "NoneType"),
        (lambda: rnn.pack_padded_sequence(x[0, 0], [1]), pynn.ShapeError, r"\(3,\)"),
        (lambda: rnn.pack_padded_sequence(x, [2, 5]), ValueError, r"\[2, 5\].*enforce_sorted=False"),
        (lambda: rnn.pack_padded_sequence(x, [6, 5]), ValueError, r"lengths\[0\] is 6"),
        (lambda: rnn.pack_padded_sequence(x[:0], []), TypeError, "integers"),
    ],
    "pynn.nn.utils.rnn.pad_packed_sequence": [
        (lambda: rnn.pad_packed_sequence(x), TypeError, "PackedSequence.*Tensor"),
        (
            lambda: rnn.pad_packed_sequence(rnn.pack_sequence([x[0]]), total_length=4),
            ValueError,
            "4.*5 steps",
        ),
    ],
    "pynn.nn.utils.rnn.pad_sequence": [
        (lambda: rnn.pad_sequence([]), ValueError, "one sequence or more"),
        (lambda: rnn.pad_sequence([x[0], None]), TypeError, "sequence 1.*NoneType"),
        (lambda: rnn.pad_sequence([x[0], x[0, :, :2]]), pynn.ShapeError, r"sequence 1.*\(5, 2\).*\(5, 3\)"),
        (lambda: rnn.pad_sequence([x[0]], padding_side="top"), ValueError, "padding_side.*top"),
    ],
    "pynn.nn.utils.rnn.unpad_sequence": [
        (lambda: rnn.unpad_sequence(None, [1]), TypeError, "NoneType"),
        (lambda: rnn.unpad_sequence(x, [1]), pynn.ShapeError, r"\(2,\)"),
    ],
    "pynn.nn.utils.rnn.pack_sequence": [
        (lambda: rnn.pack_sequence([]), ValueError, "one sequence or more"),
        (lambda: rnn.pack_sequence([x[0, :2], x[1]]), ValueError, "enforce_sorted=False"),
    ],
    "pynn.nn.utils.rnn.unpack_sequence": [
        (lambda: rnn.unpack_sequence([x[0]]), TypeError, "PackedSequence.*list"),
    ],
}
