"""The elementwise ops: by their number of inputs, and by how they treat NaN."""

UNARY = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "bitwise_not", "ceil", "clip", "cos",
    "cosh", "erf", "erfc", "exp", "exp2", "expm1", "floor", "frac", "isfinite", "isinf", "isnan", "log",
    "log10", "log1p", "log2", "logical_not", "nan_to_num", "neg", "reciprocal", "relu", "round",
    "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh", "trunc", "celu", "elu",
    "gelu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "logsigmoid", "mish",
    "relu6", "selu", "silu", "softplus", "softshrink", "softsign", "step", "tanhshrink", "threshold",
]  # fmt: skip
BINARY = [
    "add", "atan2", "bitwise_and", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift",
    "bitwise_xor", "div", "eq", "floor_divide", "fmax", "fmin", "fmod", "ge", "gt", "heaviside",
    "hypot", "isclose", "le", "logaddexp", "logical_and", "logical_or", "logical_xor", "lt", "maximum",
    "minimum", "mul", "ne", "pow", "remainder", "sub", "xlogy",
]  # fmt: skip

# Of ops with numbers among their arguments: values for these.
EXTRA_ARGUMENTS = {"clip": (-0.5, 0.5), "threshold": (0.1, 20.0)}

# Those for integers and bools only.
BITS = {name for name in UNARY + BINARY if name.startswith("bitwise")}

# Where NaN does not go through: the answer is known all the same, or it is the very question.
NAN_STOPS = BITS | {
    "eq", "ne", "lt", "le", "gt", "ge", "isclose", "isfinite", "isinf", "isnan", "logical_and",
    "logical_or", "logical_xor", "logical_not", "fmax", "fmin", "nan_to_num", "sign",
}  # fmt: skip
