"""How many floating-point operations an op does: products are counted exactly, the rest by elements."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]  # of the arguments, by name

# Ops that only move elements, or make them up.
MOVES = {
    "arange", "bernoulli", "cast", "cat", "chunk", "clone", "contiguous", "diag", "diag_embed",
    "diagonal", "embedding", "empty", "expand", "eye", "flatten", "flip", "full", "gather", "im2col",
    "index", "index_fill", "index_put", "index_select", "linspace", "movedim", "narrow", "normal",
    "one_hot", "ones", "permute", "rand", "randint", "randn", "randperm", "ravel", "repeat", "reshape",
    "roll", "select", "slice", "slice_assign", "slice_spread", "split", "squeeze", "stack", "t", "take",
    "tile", "transpose", "unbind", "unflatten", "uniform", "unsqueeze", "view", "zeros",
}  # fmt: skip
# Those of them whose result may be another look at the same memory.
VIEWS = {
    "chunk", "contiguous", "diagonal", "expand", "flatten", "movedim", "narrow", "permute", "ravel",
    "reshape", "select", "slice", "split", "squeeze", "t", "transpose", "unbind", "unflatten", "unsqueeze",
    "view",
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


PRODUCTS: dict[str, Callable[[Shapes, Shape], float]] = {
    "linear": _linear,
    "linear_activation": _linear,
    "linear_then": _linear,
    "matrix_product": _product,
    "convolution": _convolution,
    "convolution_input": _convolution_input,
    "convolution_weight": _convolution_weight,
}


def forward_flops(op: str, shapes: Shapes, out: Shape) -> float:
    """Operations of one call.

    Args:
        op: its name.
        shapes: of its tensors, by argument.
        out: the shape of its first output.
    """
    if op in PRODUCTS:
        return PRODUCTS[op](shapes, out)
    if op in MOVES:
        return 0.0
    elements = max([math.prod(shape) for shape in shapes.values()] + [math.prod(out)])
    return float(PER_ELEMENT.get(op, 1) * elements)


def backward_flops(op: str, forward: float, wanted: int) -> float:
    """Operations of its backward, if `wanted` inputs get a gradient.

    Each gradient of a product is a product of the same size; that of anything else costs about as much as the
    forward.
    """
    return forward * wanted if op in PRODUCTS else forward * min(wanted, 1)


def known(op: str) -> Any:
    """The rule for an op, for tests: "product", "moves", or operations for each element."""
    return "product" if op in PRODUCTS else "moves" if op in MOVES else PER_ELEMENT.get(op, 1)
