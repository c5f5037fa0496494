"""Metrics of numbers: how far outputs are from their targets."""

from __future__ import annotations

import numpy as np

from pynn._core import ShapeError, Tensor, float32, float64

from .metrics import Metric


class _Errors(Metric):
    """Sums a function of all differences, in float64."""

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        said, right = numbers(self.name, outputs, targets)
        self.total += float(self.sum_of(said - right))
        self.count += right.size

    def sum_of(self, differences: np.ndarray) -> np.floating:
        """What is summed.

        Args:
            differences: outputs minus targets.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what it sums")


class MeanAbsoluteError(_Errors):
    """The mean of |output - target| over all elements.

    Args:
        name: what the history calls it.

    Raises:
        ShapeError: outputs and targets differ in shape.

    Example:
        >>> import pynn
        >>> metric = pynn.train.MeanAbsoluteError()
        >>> metric.update(pynn.tensor([0.0, 0.0]), pynn.tensor([3.0, 1.0]))
        >>> metric.result()
        2.0
    """

    def __init__(self, name: str = "mae") -> None:
        super().__init__(name)

    def sum_of(self, differences: np.ndarray) -> np.floating:
        return np.abs(differences).sum()


class MeanSquaredError(_Errors):
    """The mean of (output - target)² over all elements.

    Args:
        name: what the history calls it.

    Raises:
        ShapeError: outputs and targets differ in shape.

    Example:
        >>> import pynn
        >>> metric = pynn.train.MeanSquaredError()
        >>> metric.update(pynn.tensor([0.0, 0.0]), pynn.tensor([3.0, 1.0]))
        >>> metric.result()
        5.0
    """

    def __init__(self, name: str = "mse") -> None:
        super().__init__(name)

    def sum_of(self, differences: np.ndarray) -> np.floating:
        return np.square(differences).sum()


class RootMeanSquaredError(MeanSquaredError):
    """The root of the mean squared error over all samples (not the mean of the batches' roots).

    Args:
        name: what the history calls it.

    Raises:
        ShapeError: outputs and targets differ in shape.

    Example:
        >>> import pynn
        >>> metric = pynn.train.RootMeanSquaredError()
        >>> metric.update(pynn.tensor([0.0, 0.0]), pynn.tensor([3.0, 3.0]))
        >>> metric.result()
        3.0
    """

    def __init__(self, name: str = "rmse") -> None:
        super().__init__(name)

    def result(self) -> float:
        return float(super().result() ** 0.5)


class R2Score(Metric):
    """The coefficient of determination, R² = 1 - Σ(target - output)² / Σ(target - mean target)².

    1 is perfect, 0 no better than the mean. Several columns are averaged; a column of equal targets counts
    as 1 when it is met exactly and 0 otherwise.

    Args:
        name: what the history calls it.

    Raises:
        ShapeError: outputs and targets differ in shape.

    Example:
        >>> import pynn
        >>> metric = pynn.train.R2Score()
        >>> metric.update(pynn.tensor([1.0, 2.0, 3.0]), pynn.tensor([1.0, 2.0, 3.0]))
        >>> metric.result()
        1.0
    """

    def __init__(self, name: str = "r2") -> None:
        super().__init__(name)

    def reset(self) -> None:
        self.count = 0
        self.mean = self.spread = self.missed = np.zeros(1)

    def update(self, outputs: Tensor, targets: Tensor) -> None:
        pair = numbers(self.name, outputs, targets)
        if not len(pair[0]):
            return
        said, right = (a.reshape(len(a), -1) for a in pair)
        # Means and sums of squares of parts join as in Chan, Golub & LeVeque 1979: no cancellation.
        n, mean = len(right), right.mean(0)
        step = mean - self.mean
        self.spread = (
            self.spread + ((right - mean) ** 2).sum(0) + step**2 * (self.count * n / (self.count + n))
        )
        self.mean = self.mean + step * (n / (self.count + n))
        self.missed = self.missed + ((right - said) ** 2).sum(0)
        self.count += n

    def result(self) -> float:
        if self.count < 2:
            return float("nan")
        varies = self.spread > 0
        ratio = self.missed / np.where(varies, self.spread, 1.0)
        return float(np.where(varies, 1 - ratio, self.missed == 0).mean())


def numbers(name: str, outputs: Tensor, targets: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays of float64.

    Raises:
        ShapeError: they differ in shape.
    """
    if tuple(outputs.shape) != tuple(targets.shape):
        raise ShapeError(
            f"{name}: outputs {tuple(outputs.shape)} and targets {tuple(targets.shape)} must have the same "
            "shape. Did you mean targets.reshape(outputs.shape)?"
        )
    return as_float64(outputs), as_float64(targets)


def as_float64(values: Tensor) -> np.ndarray:
    """A tensor as an array of float64."""
    exact = values.dtype in (float32, float64) or not values.is_floating_point()
    return np.asarray((values if exact else values.float()).detach().numpy(), dtype=np.float64)
