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
        y: their classes, `(N,)`; or what is measured, as floats.
        feature_names: what the columns of x are.
        target_names: what the classes are; or what y measures.

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
        kind = self.target_names[0] if self.y.is_floating_point() else f"{len(self.target_names)} classes"
        return f"Bundled(x={tuple(self.x.shape)}, y={tuple(self.y.shape)}, {kind})"


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


def load_wine() -> Bundled:
    """178 wines of three growers, 13 chemical measures (Aeberhard & Forina 1992, UCI, CC BY 4.0).

    Example:
        >>> import pynn
        >>> wine = pynn.data.load_wine()
        >>> wine, wine.feature_names[:2]
        (Bundled(x=(178, 13), y=(178,), 3 classes), ['alcohol', 'malic_acid'])
    """
    return _read_csv("wine.csv", ["class_0", "class_1", "class_2"])


def load_breast_cancer() -> Bundled:
    """569 breast masses, malignant or benign, 30 measures of cells (Wolberg et al. 1993, UCI, CC BY 4.0).

    Example:
        >>> import pynn
        >>> cancer = pynn.data.load_breast_cancer()
        >>> cancer, cancer.target_names
        (Bundled(x=(569, 30), y=(569,), 2 classes), ['malignant', 'benign'])
    """
    return _read_csv("breast_cancer.csv", ["malignant", "benign"])


def load_diabetes() -> Bundled:
    """442 people with diabetes, 10 measures, and how far the disease was a year later (Efron et al. 2004).

    y is a number of 25 to 346: regression. The measures are in the units in which they were published (age
    in years, sex 1 or 2, body mass index, mean blood pressure, six of blood serum); scikit-learn's set of
    this name is scaled.

    Example:
        >>> import pynn
        >>> diabetes = pynn.data.load_diabetes()
        >>> diabetes, diabetes.y[:2].tolist()
        (Bundled(x=(442, 10), y=(442,), progression), [151.0, 75.0])
    """
    return _read_csv("diabetes.csv", None)


def _read_csv(name: str, target_names: list[str] | None) -> Bundled:
    """All columns but the last are features. Without names of classes, the last is a number to predict."""
    with resources.files(__package__).joinpath("bundled").joinpath(name).open(encoding="utf-8") as file:
        header = file.readline().strip().split(",")
        values = np.loadtxt(file, delimiter=",")
    y = values[:, -1].astype(np.float32 if target_names is None else np.int64)
    return Bundled(
        _core.from_numpy(np.ascontiguousarray(values[:, :-1], dtype=np.float32)),
        _core.from_numpy(y),
        header[:-1],
        [header[-1]] if target_names is None else target_names,
    )
