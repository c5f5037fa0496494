"""The functions behind the layers, under PyTorch's names: `import pynn.nn.functional as F`.

Most are ops of the core, each in a file of its own under csrc/ops/; the rest are written in those ops, here
and in the files that this one gathers.
"""

from __future__ import annotations

from pynn import _check
from pynn._core import ShapeError, Tensor, ops
from pynn._core.functional import *  # noqa: F403 - every op whose record says that it lives here

from ._adaptive_pooling import *  # noqa: F403
from ._attention import *  # noqa: F403
from ._batch_norm import *  # noqa: F403
from ._convolution import *  # noqa: F403
from ._ctc import *  # noqa: F403
from ._distances import *  # noqa: F403
from ._embedding_bag import *  # noqa: F403
from ._grid_sample import *  # noqa: F403
from ._likelihood_losses import *  # noqa: F403
from ._margin_losses import *  # noqa: F403
from ._noise import *  # noqa: F403
from ._pooling import *  # noqa: F403
from ._resampling import *  # noqa: F403


def maxout(input: Tensor, pieces: int) -> Tensor:
    """The largest of each group of `pieces` neighbours along the last axis.

    Args:
        input: `(..., features * pieces)`; the result is `(..., features)`.
        pieces: how many neighbours compete.

    Raises:
        ShapeError: the last axis does not split into such groups.

    Source: Goodfellow et al. 2013, Maxout networks, arXiv:1302.4389.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> F.maxout(pynn.tensor([1.0, 3.0, 2.0, 0.0]), 2)
        tensor([3., 2.])
    """
    _check.integer("maxout", "pieces", pieces, 1)
    *rest, last = tuple(_check.tensor("maxout", "input", input).shape) or (0,)
    if input.ndim == 0 or last % pieces:
        raise ShapeError(
            f"maxout: the last axis of {tuple(input.shape)} does not split into groups of {pieces}"
        )
    return input.reshape((*rest, last // pieces, pieces)).amax(-1)


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """One number for each pair of vectors and each matrix: y_o = x1ᵀ W_o x2 + b_o.

    Args:
        input1: x1, `(..., in1)`.
        input2: x2, `(..., in2)`, with the same leading axes.
        weight: W, `(out, in1, in2)`.
        bias: b, `(out,)`. Default: none.

    Returns:
        `(..., out)`.

    Raises:
        ShapeError: shapes do not fit.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> x = pynn.tensor([[1.0, 2.0]])
        >>> F.bilinear(x, x, pynn.eye(2).reshape(1, 2, 2))
        tensor([[5.]])
    """
    _check.tensors("bilinear", input1=input1, input2=input2, weight=weight)
    if (
        weight.ndim != 3
        or input1.ndim == 0
        or input1.shape[:-1] != input2.shape[:-1]
        or (input1.shape[-1], input2.shape[-1]) != weight.shape[1:]
    ):
        raise ShapeError(
            "bilinear: expected inputs (..., in1) and (..., in2) and a weight (out, in1, in2), got "
            f"{tuple(input1.shape)}, {tuple(input2.shape)} and {tuple(weight.shape)}"
        )
    out, in1, in2 = weight.shape
    rows = input1 @ weight.permute(1, 0, 2).reshape(in1, out * in2)  # x1ᵀ W_o, for all o side by side
    y = (rows.reshape((*input1.shape[:-1], out, in2)) * input2.unsqueeze(-2)).sum(-1)
    return y if bias is None else y + bias


sigmoid = ops.sigmoid
tanh = ops.tanh
