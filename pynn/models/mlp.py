"""The multi-layer perceptron: linear layers with a nonlinearity between them.

Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors, Nature 323.

    step        output, for MLP(784, [256, 64], 10)
    input       (N, 784), or images of as many pixels
    hidden 1    (N, 256)    Linear, ReLU, Dropout
    hidden 2    (N, 64)     Linear, ReLU, Dropout
    output      (N, 10)     Linear
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pynn import _check, nn
from pynn._core import ShapeError, Tensor


class _Rows(nn.Module):
    """Samples as rows of `in_features` numbers, whatever shape they come in."""

    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.in_features = in_features

    def forward(self, x: Tensor) -> Tensor:
        _check.tensor("MLP", "input", x)
        rows = x.flatten(1) if x.ndim > 2 else x
        if rows.ndim != 2 or rows.shape[1] != self.in_features:
            fix = f"in_features={rows.shape[1]}" if rows.ndim == 2 else "x.unsqueeze(0)"
            raise ShapeError(
                f"MLP(in_features={self.in_features}): got {tuple(x.shape)}, not (N, {self.in_features}) "
                f"or samples of as many numbers in another shape. Did you mean {fix}?"
            )
        return rows


def _widths(hidden: Any) -> list[int]:
    if isinstance(hidden, str) or not isinstance(hidden, Sequence):
        raise TypeError(f"MLP: hidden must be a list of widths, got {hidden!r}. Did you mean [{hidden}]?")
    return [_check.integer("MLP", "each of hidden", size, 1) for size in hidden]


class MLP(nn.Sequential):
    """Linear layers with a nonlinearity between them, on vectors or flattened images.

    Args:
        in_features: numbers in a sample.
        hidden: the widths of the hidden layers.
        out_features: the width of the output.
        activation: makes the nonlinearity: `nn.ReLU`, `nn.Tanh` ...
        dropout: after each hidden layer, this part is dropped in training.
        batch_norm: whether to normalise in front of each nonlinearity.

    Shape:
        `(N, in_features)`, or `(N, ...)` of as many numbers -> `(N, out_features)`. Parameters are named as
        in `torchvision.ops.MLP`.

    Raises:
        ShapeError: samples of another size.
        ValueError: a size below 1, or a dropout outside [0, 1].

    Source: Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> model = models.MLP(4, [8, 8], 3)
        >>> model(pynn.randn(5, 4)).shape, sum(p.numel() for p in model.parameters())
        ((5, 3), 139)
    """

    def __init__(
        self,
        in_features: int,
        hidden: Sequence[int],
        out_features: int,
        activation: Callable[[], nn.Module] = nn.ReLU,
        dropout: float = 0.0,
        batch_norm: bool = False,
    ) -> None:
        width = _check.integer("MLP", "in_features", in_features, 1)
        out_features = _check.integer("MLP", "out_features", out_features, 1)
        layers: list[nn.Module] = []
        for size in _widths(hidden):
            layers.append(nn.Linear(width, size))
            if batch_norm:
                layers.append(nn.BatchNorm1d(size))
            layers += [activation(), nn.Dropout(dropout)]
            width = size
        layers.append(nn.Linear(width, out_features))
        super().__init__({"rows": _Rows(in_features), **{str(i): layer for i, layer in enumerate(layers)}})


def mlp(
    num_classes: int = 10,
    in_features: int = 784,
    hidden: Sequence[int] = (256, 256),
    activation: Callable[[], nn.Module] = nn.ReLU,
    dropout: float = 0.0,
    batch_norm: bool = False,
) -> MLP:
    """An :class:`MLP` that classifies, by default the digits of MNIST.

    Args:
        num_classes: how many classes.
        in_features: numbers in a sample.
        hidden: the widths of the hidden layers.
        activation: makes the nonlinearity.
        dropout: after each hidden layer, this part is dropped in training.
        batch_norm: whether to normalise in front of each nonlinearity.

    Shape:
        `(N, in_features)`, or `(N, ...)` of as many numbers -> `(N, num_classes)`.

    Example:
        >>> import pynn
        >>> from pynn import models
        >>> models.mlp(hidden=[32])(pynn.rand(2, 1, 28, 28)).shape
        (2, 10)
    """
    num_classes = _check.integer("mlp", "num_classes", num_classes, 1)
    return MLP(in_features, hidden, num_classes, activation, dropout, batch_norm)
