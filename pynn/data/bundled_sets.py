"""Small data sets that come with pynn. Sources and licences: pynn/data/bundled/README.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

import numpy as np

from pynn import _core
from pynn._core import Tensor


@dataclass(frozen=True)
class Bundled:
    """A data set with its names. It unpacks to `x, y`.

    Args:
        x: the samples, `(N, ...)`.
        y: their classes, `(N,)`.
        feature_names: what the columns of x are.
        target_names: what the classes are.

    Example:
        >>> import pynn
        >>> iris = pynn.data.load_iris()
        >>> iris.target_names[iris.y[0].item()]
        'setosa'
    """

    x: Tensor
    y: Tensor
    feature_names: list[str]
    target_names: list[str]

    def __iter__(self) -> Iterator[Tensor]:
        return iter((self.x, self.y))

    def __repr__(self) -> str:
        return f"Bundled(x={tuple(self.x.shape)}, y={tuple(self.y.shape)}, {len(self.target_names)} classes)"


def _read(name: str) -> tuple[np.ndarray, np.ndarray]:
    with (
        resources.files(__package__).joinpath("bundled").joinpath(name).open("rb") as file,
        np.load(file) as arrays,
    ):
        return arrays["x"].astype(np.float32), arrays["y"].astype(np.int64)


def load_digits(images: bool = False) -> Bundled:
    """1797 handwritten digits, 8 x 8 pixels of 0 to 16 (Alpaydin & Kaynak 1998, UCI, CC BY 4.0).

    Args:
        images: shape them `(1797, 1, 8, 8)` instead of `(1797, 64)`.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.load_digits()
        >>> x.shape, y[:5].tolist()
        ((1797, 64), [0, 1, 2, 3, 4])
    """
    x, y = _read("digits.npz")
    return Bundled(
        _core.from_numpy(x.reshape(-1, 1, 8, 8) if images else x),
        _core.from_numpy(y),
        [f"pixel_{row}_{column}" for row in range(8) for column in range(8)],
        [str(digit) for digit in range(10)],
    )


def load_iris() -> Bundled:
    """150 irises of three species, four measures in centimetres (Fisher 1936, UCI, CC BY 4.0).

    Example:
        >>> import pynn
        >>> pynn.data.load_iris()
        Bundled(x=(150, 4), y=(150,), 3 classes)
    """
    x, y = _read("iris.npz")
    return Bundled(
        _core.from_numpy(x / np.float32(10)),
        _core.from_numpy(y),
        ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"],
        ["setosa", "versicolor", "virginica"],
    )
