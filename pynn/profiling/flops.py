"""How many floating-point operations an op does: products are counted exactly, the rest by elements.

A multiplication and an addition count as two. A kernel that computes something again, as attention does its
scores on the way back, is counted for that, too: the count is of what the processor has to do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]  # of the tensors, by argument; those of a list are "weights", "weights.1" ...
Settings = Mapping[str, Any]  # the other arguments
Wanted = Sequence[bool]  # which tensors get a gradient, in the order of the arguments

# Ops that only move elements, or make them up.
MOVES = {
    "arange", "bernoulli", "cast", "cat", "chunk", "clone", "constant_pad", "contiguous", "diag",
    "diag_embed", "diagonal", "embedding", "empty", "expand", "eye", "flatten", "flip", "full", "gather",
    "hstack", "im2col", "index", "index_copy", "index_fill", "index_put", "index_select", "linspace",
    "masked_fill", "masked_select", "movedim", "narrow", "normal", "one_hot", "ones", "pad", "permute",
    "rand", "randint", "randn", "randperm", "ravel", "repeat", "repeat_interleave", "reshape", "roll",
    "scatter", "select", "shift", "slice", "slice_assign", "slice_axis", "slice_spread", "split", "squeeze",
    "stack", "t", "take", "take_along_dim", "tile", "transpose", "tril", "triu", "unbind", "unflatten",
    "unfold", "uniform", "unsqueeze", "view", "vstack", "zeros",
}  # fmt: skip
# Those of them whose result may be another look at the same memory.
VIEWS = {
    "chunk", "contiguous", "diagonal", "expand", "flatten", "movedim", "narrow", "permute", "ravel",
    "reshape", "select", "slice", "slice_axis", "split", "squeeze", "t", "transpose", "unbind", "unflatten",
    "unfold", "unsqueeze", "view",
}  # fmt: skip
# Operations for each element of the larger of input and output, where it is more than one.
PER_ELEMENT = {
    "softmax": 5,
    "log_softmax": 5,
    "cross_entropy_of_classes": 6,
    "layer_norm": 8,
    "rms_norm": 5,
    "add_layer_norm": 9,
    "add_rms_norm": 6,
    "addcmul": 3,
    "addcdiv": 3,
    "lerp": 3,
    "group_norm": 8,
    "batch_norm_training": 8,
    "batch_norm_evaluation": 4,
    "gelu_exact": 5,
    "gelu_tanh": 8,
    "sigmoid": 4,
    "silu": 5,
    "mish": 6,
    "tanh": 4,
}


def _linear(shapes: Shapes, out: Shape) -> float:
    return 2.0 * math.prod(out) * shapes["weight"][-1] + (math.prod(out) if "bias" in shapes else 0)


def _product(shapes: Shapes, out: Shape) -> float:
    return 2.0 * math.prod(out) * (shapes["a"][-1] if shapes["a"] else 1)


def _convolution(shapes: Shapes, out: Shape) -> float:
    return 2.0 * math.prod(out) * math.prod(shapes["weight"][1:]) + (
        math.prod(out) if "bias" in shapes else 0
    )


def _convolution_input(shapes: Shapes, out: Shape) -> float:
    return 2.0 * math.prod(shapes["x"]) * math.prod(shapes["weight"][1:])


def _convolution_weight(shapes: Shapes, out: Shape) -> float:
    return 2.0 * math.prod(shapes["dy"]) * math.prod(out[1:])


# Arguments are two factors and perhaps a bias.
PRODUCTS: dict[str, Callable[[Shapes, Shape], float]] = {
    "linear": _linear,
    "linear_activation": _linear,
    "linear_then": _linear,
    "matrix_product": _product,
    "int8_matmul": _product,
    "convolution": _convolution,
    "conv_then": _convolution,
    "convolution_input": _convolution_input,
    "convolution_weight": _convolution_weight,
}


# ---- attention: O = P V, P = softmax(scale Q Kᵀ) --------------------------------------------------------


def _pairs(shapes: Shapes, settings: Settings) -> float:
    """Queries times the keys that each may look at: a causal one sees those up to its own place."""
    *batch, length, _ = shapes["query"]
    keys = shapes["key"][-2]
    if not settings.get("is_causal"):
        return math.prod(batch) * length * keys
    full = min(length, keys)
    return math.prod(batch) * (full * (full + 1) / 2 + (length - full) * keys)


def _attention(shapes: Shapes, settings: Settings) -> float:
    """Each pair: its score, its share of the softmax, and its part of the mean."""
    each = 2 * shapes["query"][-1] + PER_ELEMENT["softmax"] + 2 * shapes["value"][-1]
    return _pairs(shapes, settings) * each


def _attention_backward(shapes: Shapes, settings: Settings) -> float:
    """Scores and softmax again; dV and dP; dS = P (dP - Σ); dQ and dK. One kernel makes them all."""
    e, v = shapes["query"][-1], shapes["value"][-1]
    each = (2 * e + PER_ELEMENT["softmax"]) + (2 * v + 2 * v) + 2 + (2 * e + 2 * e)
    return _pairs(shapes, settings) * each


# ---- recurrent layers: gates = W_ih x + b_ih + W_hh h + b_hh, then by elements --------------------------

# Operations for each number of the state, besides products and biases; σ and tanh count 4, as by themselves.
CELLS = {
    "rnn_tanh_layer": 1 + 4,  # tanh(in + sum)
    "rnn_relu_layer": 1 + 1,
    "lstm_layer": 4 + 3 * 4 + 4 + 3 + 4 + 1,  # 4 sums, σ of i, f, o, tanh g;  σ(f) c + σ(i) g;  σ(o) tanh c
    "gru_layer": 2 + 2 * 4 + 2 + 4 + 3,  # 2 sums, σ of r, z;  tanh(in + r sum);  z (h - n) + n
}


def _recurrent(op: str, shapes: Shapes, settings: Settings) -> tuple[float, float, float]:
    """Of the products with the input, of those with the state, and of the rest, for all steps."""
    gates, features = shapes["weights"]
    shown = shapes["weights.1"][-1]  # the size of h
    states = gates // {"lstm_layer": 4, "gru_layer": 3}.get(op, 1)
    steps = math.prod(shapes["x"][:-1]) * (2 if settings.get("bidirectional") else 1)
    projection = 2.0 * states * shown if shown != states else 0.0
    biases = 2 * gates if settings.get("bias", True) else 0
    return (
        2.0 * steps * gates * features,
        steps * (2.0 * gates * shown + projection),
        float(steps * (CELLS[op] * states + biases)),
    )


def forward_flops(op: str, shapes: Shapes, out: Shape, settings: Settings | None = None) -> float:
    """Operations of one call.

    Args:
        op: its name.
        shapes: of its tensors, by argument.
        out: the shape of its first output.
        settings: its other arguments.
    """
    if op in PRODUCTS:
        return PRODUCTS[op](shapes, out)
    if op in MOVES:
        return 0.0
    if op == "attention":
        return _attention(shapes, settings or {})
    if op in CELLS:
        return sum(_recurrent(op, shapes, settings or {}))
    elements = max([math.prod(shape) for shape in shapes.values()] + [math.prod(out)])
    return float(PER_ELEMENT.get(op, 1) * elements)


def backward_flops(
    op: str, shapes: Shapes, out: Shape, wanted: Wanted, settings: Settings | None = None
) -> float:
    """Operations of its backward.

    The gradient of a factor is a product of the same size; that of a bias is a sum. That of anything else
    costs about as much as the forward.

    Args:
        op: its name.
        shapes: of its tensors, by argument.
        out: the shape of its first output.
        wanted: which of its tensors get a gradient.
        settings: its other arguments.
    """
    if not any(wanted):
        return 0.0
    if op in PRODUCTS:
        bias = math.prod(out) if "bias" in shapes else 0
        product = PRODUCTS[op](shapes, out) - bias
        return product * sum(wanted[:2]) + bias * any(wanted[2:])
    if op == "attention":
        return _attention_backward(shapes, settings or {})
    if op in CELLS:
        of_input, of_state, rest = _recurrent(op, shapes, settings or {})
        return of_input * (wanted[0] + any(wanted[1:])) + 2 * of_state + rest
    return forward_flops(op, shapes, out, settings)


def known(op: str) -> Any:
    """The rule for an op, for tests: "product", "moves", or operations for each element."""
    if op in PRODUCTS or op == "attention" or op in CELLS:
        return "product"
    return "moves" if op in MOVES else PER_ELEMENT.get(op, 1)
