"""New samples from two: inputs mixed, and their targets in the same shares."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor
from pynn._core.functional import one_hot

from .random import Seed, numpy_generator


class Mixing:
    """What all mixtures share: who is mixed with whom, how much of each, and the targets in those shares.

    A subclass says `mix`.

    Args:
        alpha: α of Beta(α, α), which the shares are drawn from.
        num_classes: how many classes there are; needed for class numbers.
        p: how often it happens to a sample.
        name: who is named in errors.
    """

    def __init__(self, alpha: float, num_classes: int | None, p: float, name: str) -> None:
        self.name = name
        self.alpha = _check.real(name, "alpha", alpha, above=0)
        self.num_classes = (
            None if num_classes is None else _check.integer(name, "num_classes", num_classes, 1)
        )
        self.p = _check.real(name, "p", p, 0, 1)

    def mixed(self, generator: np.random.Generator, x: Tensor, targets: tuple[Any, ...]) -> tuple[Any, ...]:
        """The new inputs, and after them the new targets.

        Args:
            generator: where random numbers come from.
            x: inputs `(N, ...)`, floats.
            targets: each `(N, ...)`.
        """
        rows = [self._rows(target, len(x)) for target in targets]
        if not x.numel():
            return x, *rows
        partners = _core.from_numpy(generator.permutation(len(x)).astype(np.int64))
        share = generator.beta(self.alpha, self.alpha, len(x))
        share[generator.random(len(x)) >= self.p] = 1.0
        x, share = self.mix(generator, x, x[partners], share)
        return x, *(blend(row, row[partners], share) for row in rows)

    def mix(
        self, generator: np.random.Generator, x: Tensor, partners: Tensor, share: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        """Mixed inputs, and how much of the first each one holds.

        Args:
            generator: where random numbers come from.
            x: `(N, ...)`.
            partners: what each is mixed with, `(N, ...)`.
            share: how much of the first is wanted, `(N,)`.
        """
        raise NotImplementedError(f"{self.name} does not say how it mixes (mix)")

    def _rows(self, target: Any, count: int) -> Tensor:
        """Targets that can be mixed: class numbers as one-hot rows, floats as they are."""
        _check.tensor(self.name, "each target", target)
        if target.ndim == 0 or len(target) != count:
            raise ShapeError(
                f"{self.name}: {count} samples need {count} targets, got shape {tuple(target.shape)}"
            )
        if target.is_floating_point():
            return target
        if target.ndim != 1:
            raise ShapeError(
                f"{self.name}: targets must be class numbers (N,) or floats, "
                f"got {target.dtype} {tuple(target.shape)}"
            )
        if self.num_classes is None:
            raise DTypeError(
                f"{self.name}: class numbers become shares of classes; say of how many. Did you mean "
                f"{self.name}(num_classes=10)? (Numbers to predict are mixed as floats: y.float().)"
            )
        return one_hot(target.long(), self.num_classes).float()

    def __repr__(self) -> str:
        return f"{self.name}({self.options()})"

    def options(self) -> str:
        """The settings, as they are printed."""
        return f"alpha={self.alpha:g}, num_classes={self.num_classes}, p={self.p:g}"


def blend(rows: Tensor, partners: Tensor, share: np.ndarray) -> Tensor:
    """λ rows + (1 - λ) partners, with a λ for each sample: `share`, `(N,)`."""
    weights = _core.tensor(share.reshape(-1, *[1] * (rows.ndim - 1)), dtype=rows.dtype)
    return rows * weights + partners * (1 - weights)


class MixUp(Mixing):
    """Each sample of a batch mixed with another: λ x + (1 - λ) x', and so its target; λ from Beta(α, α).

    A transform of batches: `fit(..., transform=MixUp())`, `DataLoader(..., transform=MixUp())`. It goes with
    inputs of any shape `(N, ...)`, such as a table's rows; `pynn.vision.transforms.MixUp` is the same as a
    layer, for images. Between two classes, the model is asked to change its mind at a steady rate: it is
    less sure far from the data, and rows with a wrong label harm it less.

    Class numbers `(N,)` become rows `(N, num_classes)` that add up to 1, which `cross_entropy` takes. Floats,
    such as one-hot rows or numbers to predict, are mixed as they are.

    Args:
        alpha: α; the smaller, the more λ lies near 0 or 1.
        num_classes: how many classes there are; needed for class numbers.
        p: how often it happens to a sample.
        generator: a seed or NumPy generator. Default: pynn's own random numbers, or in a `DataLoader` the
            loader's.

    Raises:
        DTypeError: inputs that are not floats; class numbers, and num_classes was not said.
        ShapeError: whole numbers that are not `(N,)`, or not as many targets as samples.

    Source: Zhang et al. 2018, mixup: Beyond empirical risk minimization, arXiv:1710.09412, equation 1.

    Example:
        >>> import pynn
        >>> mix = pynn.data.MixUp(generator=0)
        >>> x, y = mix(pynn.tensor([[0.0, 10.0], [1.0, 20.0]]), pynn.tensor([0.0, 1.0]))
        >>> bool((x[:, 0] == y).all()), bool((x[:, 1] - 10 * y - 10).abs().max() < 1e-5)
        (True, True)
    """

    def __init__(
        self, alpha: float = 0.2, num_classes: int | None = None, p: float = 1.0, generator: Seed = None
    ) -> None:
        super().__init__(alpha, num_classes, p, "MixUp")
        # A whole number starts a stream that moves on, so that two batches are not mixed alike.
        self._generator = generator if generator is None else numpy_generator(generator)

    def __call__(self, x: Tensor, *targets: Any) -> Any:
        """The mixed batch: inputs alone, or `(inputs, *targets)`.

        Args:
            x: inputs `(N, ...)`, floats.
            targets: each `(N, ...)`.
        """
        _check.tensor("MixUp", "x", x)
        if x.ndim == 0:
            raise ShapeError("MixUp: x must be a batch (N, ...), got a single number")
        if not x.is_floating_point():
            raise DTypeError(
                f"MixUp: only floats can be mixed, got {x.dtype}. Did you mean x.float()? (Words and other "
                "numbers that name things cannot be mixed: mix their embeddings.)"
            )
        mixed = self.mixed(numpy_generator(self._generator), x, targets)
        return mixed if targets else mixed[0]

    def mix(
        self, generator: np.random.Generator, x: Tensor, partners: Tensor, share: np.ndarray
    ) -> tuple[Tensor, np.ndarray]:
        """λ x + (1 - λ) x', and λ: all of a sample is mixed alike.

        Args:
            generator: not needed.
            x: `(N, ...)`.
            partners: what each is mixed with, `(N, ...)`.
            share: λ, `(N,)`.
        """
        return blend(x, partners, share), share
