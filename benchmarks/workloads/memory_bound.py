"""Fused kernels, broadcasting and permutations: arithmetic is cheap here, memory is the limit."""

from .adam import AdamStep
from .backward import Backward
from .op import Op

ROWS, COLUMNS = 4096, 1024
N = ROWS * COLUMNS

# Passes over memory: x is read and y written, then dy and what was kept are read and dx written.
WORKLOADS = [
    Backward(
        "softmax",
        "softmax(x, -1)",
        "(lambda p: p * (dy - (dy * p).sum(-1, keepdims=True)))(softmax(x, -1))",
        (ROWS, COLUMNS),
        passes=5,
    ),
    Backward(
        "layer_norm",
        f"layer_norm(x, ({COLUMNS},), w, b)",
        "(lambda s, h, g: s * (g - g.mean(-1, keepdims=True) - h * (g * h).mean(-1, keepdims=True)))"
        "(1 / sqrt(x.var(-1, keepdims=True) + 1e-5), "
        "(x - x.mean(-1, keepdims=True)) / sqrt(x.var(-1, keepdims=True) + 1e-5), dy * w)",
        (ROWS, COLUMNS),
        passes=5,
        shapes={"w": (COLUMNS,), "b": (COLUMNS,)},
    ),
    Backward(
        "gelu",
        "gelu(x)",
        "dy * (0.5 * (1 + erf(x / 2**0.5)) + x * exp(-x * x / 2) / (2 * pi) ** 0.5)",
        (ROWS, COLUMNS),
        passes=5,
    ),
    Backward(
        "cross_entropy",
        "cross_entropy(x, y)",
        "(softmax(x, -1) - (y[:, None] == arange(x.shape[1]))) / len(x)",
        (ROWS, COLUMNS),
        passes=3,
        labels=True,
    ),
    # Short rows, as the loss of a GPT over characters has them.
    Backward(
        "cross_entropy",
        "cross_entropy(x, y)",
        "(softmax(x, -1) - (y[:, None] == arange(x.shape[1]))) / len(x)",
        (2048, 65),
        passes=3,
        labels=True,
    ),
    AdamStep(10_000_000),
    # Broadcasting: a row, a column, both, a number for each channel.
    Op("x + y", {"x": (1000, 1000), "y": (1000,)}, flops=1e6, result=1_000_000),
    Op("x + y", {"x": (1000, 1000), "y": (1000, 1)}, flops=1e6, result=1_000_000),
    Op("x + y", {"x": (1000, 1), "y": (1, 1000)}, flops=1e6, result=1_000_000),
    Op("x + y", {"x": (32, 64, 28, 28), "y": (1, 64, 1, 1)}, flops=1.6e6, result=32 * 64 * 28 * 28),
    Op("x.T + y", {"x": (1000, 1001), "y": (1001, 1000)}, flops=1e6, result=1_001_000),
    # Permutations: every element is read and written once.
    Op("x.T.reshape(-1)", {"x": (1000, 1000)}, flops=0, result=1_000_000),
    Op("x.T.reshape(-1)", {"x": (4096, 4096)}, flops=0, result=4096 * 4096),
    Op("permute(x, (0, 2, 3, 1)).reshape(-1)", {"x": (32, 64, 28, 28)}, flops=0, result=32 * 64 * 28 * 28),
    Op("permute(x, (0, 3, 1, 2)).reshape(-1)", {"x": (32, 28, 28, 64)}, flops=0, result=32 * 64 * 28 * 28),
]
