"""Attention and the layers that stand on it."""

from __future__ import annotations

import pynn
import pynn.nn.functional as F
from pynn import nn

x = pynn.zeros(2, 4, 5, 8)
rows = pynn.zeros(2, 5, 8)
attention = nn.MultiheadAttention(8, 2)
encoder_layer, decoder_layer = nn.TransformerEncoderLayer(8, 2, 16), nn.TransformerDecoderLayer(8, 2, 16)
attend = F.scaled_dot_product_attention

FUNCTION = [
    (lambda: attend(x, x[..., :7], x), pynn.ShapeError, "one last size E"),
    (lambda: attend(x, x, x[:, :, :4]), pynn.ShapeError, "one length S"),
    (lambda: attend(x, x[:, :2], x[:, :2]), pynn.ShapeError, "enable_gqa=True"),
    (lambda: attend(x, x[:, :3], x[:, :3], enable_gqa=True), pynn.ShapeError, "4 heads do not split"),
    (lambda: attend(x[0, 0, 0], x, x), pynn.ShapeError, "as many axes"),
    (lambda: attend(x, x[0], x[0], enable_gqa=True), pynn.ShapeError, "as many axes"),
    (lambda: attend(x, x, x, pynn.zeros(5, 6)), pynn.ShapeError, "broadcast to the scores"),
    (lambda: attend(x, x, x, pynn.zeros(5, 5).to(pynn.int64)), pynn.DTypeError, "True: may attend"),
    (lambda: attend(x, x.double(), x), pynn.DTypeError, "one floating-point type"),
    (lambda: attend(x, x, x, None, 1.5), ValueError, "dropout_p"),
    (lambda: attend(x, "k", x), TypeError, "key must be a Tensor"),
    (lambda: attend(x, x, x, [1]), TypeError, "attn_mask must be a Tensor"),
]


def layer(name):
    """What the encoder and the decoder layer refuse alike."""
    make = getattr(nn, name)
    return [
        (lambda: make(8, 3), ValueError, f"{name}: d_model=8 must be a multiple of nhead=3"),
        (lambda: make(0, 1), ValueError, "d_model"),
        (lambda: make(8, 2, 0), ValueError, "dim_feedforward"),
        (lambda: make(8, 2, dropout=2), ValueError, "dropout"),
        (lambda: make(8, 2, activation="swish"), ValueError, "'relu' or 'gelu'"),
        (lambda: make(8, 2, layer_norm_eps=-1), ValueError, "layer_norm_eps"),
        (lambda: make(8, 2, dtype=pynn.int64), TypeError, "floating"),
    ]


CALLS = {
    "pynn.nn.functional.scaled_dot_product_attention": FUNCTION,
    "pynn.nn.MultiheadAttention": [
        (lambda: nn.MultiheadAttention(8, 3), ValueError, "embed_dim=8 must be a multiple of num_heads=3"),
        (lambda: nn.MultiheadAttention(8.5, 3), TypeError, "embed_dim"),
        (lambda: nn.MultiheadAttention(8, 0), ValueError, "num_heads"),
        (lambda: nn.MultiheadAttention(8, 2, -0.1), ValueError, "dropout"),
        (lambda: nn.MultiheadAttention(8, 2, kdim=0), ValueError, "kdim"),
        (lambda: nn.MultiheadAttention(8, 2, dtype=pynn.int32), TypeError, "floating"),
        (lambda: attention(rows, rows, rows[..., :7]), pynn.ShapeError, r"value must be \(N, L, 8\)"),
        (lambda: attention(rows, rows[:1], rows[:1]), pynn.ShapeError, "share the batch"),
        (lambda: attention(rows, rows, rows[:, :4]), pynn.ShapeError, "the length"),
        (lambda: attention(rows, rows, None), TypeError, "value must be a Tensor"),
        (lambda: attention(rows, rows, rows, pynn.zeros(5, 2)), pynn.ShapeError, r"\(2, 5\), which is \(N"),
        (lambda: attention(rows, rows, rows, attn_mask=pynn.zeros(5)), pynn.ShapeError, r"attn_mask.*\(5, 5"),
        (lambda: attention(rows, rows, rows, attn_mask=[1]), TypeError, "attn_mask must be a Tensor"),
        (
            lambda: attention(rows, rows, rows, attn_mask=pynn.zeros(5, 5).to(pynn.int64)),
            pynn.DTypeError,
            "bool or floating",
        ),
    ],
    "pynn.nn.TransformerEncoderLayer": [
        *layer("TransformerEncoderLayer"),
        (lambda: encoder_layer(rows[..., :4]), pynn.ShapeError, r"\(N, L, 8\)"),
        (lambda: encoder_layer(None), TypeError, "NoneType"),
    ],
    "pynn.nn.TransformerDecoderLayer": [
        *layer("TransformerDecoderLayer"),
        (lambda: decoder_layer(rows, rows[..., :4]), pynn.ShapeError, r"key must be \(N, L, 8\)"),
        (lambda: decoder_layer(rows), TypeError, "memory"),
    ],
    "pynn.nn.TransformerEncoder": [
        (lambda: nn.TransformerEncoder("layer", 2), TypeError, "layer must be a Module"),
        (lambda: nn.TransformerEncoder(encoder_layer, -1), ValueError, "num_layers"),
        (lambda: nn.TransformerEncoder(encoder_layer, 1, norm=8), TypeError, "norm must be a Module"),
    ],
    "pynn.nn.TransformerDecoder": [
        (lambda: nn.TransformerDecoder(None, 2), TypeError, "layer must be a Module"),
        (lambda: nn.TransformerDecoder(decoder_layer, 1.5), TypeError, "num_layers"),
    ],
    "pynn.nn.Transformer": [
        (lambda: nn.Transformer(8, 3), ValueError, "d_model=8 must be a multiple"),
        (lambda: nn.Transformer(8, 2, 1, 1, 16)(rows, rows[:1]), pynn.ShapeError, "source and target"),
        (lambda: nn.Transformer(8, 2, 1, 1, 16)(rows, None), TypeError, "tgt must be a Tensor"),
        (lambda: nn.Transformer.generate_square_subsequent_mask(-1), ValueError, "sz"),
    ],
}
