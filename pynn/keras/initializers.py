"""What weights start as, by Keras's names. Shapes are Keras's: `(in, out)`, `(height, width, in, out)`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from pynn import _check, nn
from pynn._core import Tensor, ops
from pynn._generator import Generator, drawing

from ._config import Configured, custom, look_up


class Initializer(Configured):
    """Base class: called with a shape, it gives a tensor.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> class Half(keras.initializers.Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return pynn.full(shape, 0.5)
        >>> keras.layers.Dense(2, kernel_initializer=Half()).kernel_initializer((1, 2))
        tensor([[0.5, 0.5]])
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} does not say what weights start as")


class Constant(Initializer):
    """One value everywhere.

    Args:
        value: the value.

    Example:
        >>> from pynn import keras
        >>> keras.initializers.Constant(3.0)((2,))
        tensor([3., 3.])
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = _check.real(type(self).__name__, "value", value)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return ops.full(tuple(shape), self.value)


class Zeros(Constant):
    """0 everywhere.

    Example:
        >>> from pynn import keras
        >>> keras.initializers.Zeros()((2,))
        tensor([0., 0.])
    """

    def __init__(self) -> None:
        super().__init__(0.0)


class Ones(Constant):
    """1 everywhere.

    Example:
        >>> from pynn import keras
        >>> keras.initializers.Ones()((2,))
        tensor([1., 1.])
    """

    def __init__(self) -> None:
        super().__init__(1.0)


class Identity(Initializer):
    """The identity matrix, times gain.

    Args:
        gain: a factor.

    Example:
        >>> from pynn import keras
        >>> keras.initializers.Identity()((2, 2))
        tensor([[1., 0.],
                [0., 1.]])
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = _check.real("Identity", "gain", gain)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return nn.init.eye_(ops.empty(tuple(shape))) * self.gain


class _Random(Initializer):
    """Drawn from pynn's own stream of random numbers, or from one of a given seed."""

    seed: int | None

    def drawing(self) -> AbstractContextManager[None]:
        """Where random numbers come from, while it is open."""
        return nullcontext() if self.seed is None else drawing(Generator().manual_seed(self.seed))


class RandomUniform(_Random):
    """Even between two numbers.

    Args:
        minval: the lower.
        maxval: the upper.
        seed: of a stream of its own.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.RandomUniform(1.0, 2.0)((5,)) >= 1).all())
        True
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        with self.drawing():
            return nn.init.uniform_(ops.empty(tuple(shape)), self.minval, self.maxval)


class RandomNormal(_Random):
    """Normally distributed.

    Args:
        mean: the mean.
        stddev: the standard deviation.
        seed: of a stream of its own.

    Example:
        >>> from pynn import keras
        >>> keras.initializers.RandomNormal(2.0, 0.0)((2,))
        tensor([2., 2.])
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        with self.drawing():
            return nn.init.normal_(ops.empty(tuple(shape)), self.mean, self.stddev)


class TruncatedNormal(RandomNormal):
    """Normally distributed, without what is farther than two standard deviations from the mean.

    Args:
        mean: the mean.
        stddev: the standard deviation before the tails are cut.
        seed: of a stream of its own.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.TruncatedNormal(stddev=1.0)((99,)).abs() <= 2).all())
        True
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        low, high = self.mean - 2 * self.stddev, self.mean + 2 * self.stddev
        with self.drawing():
            return nn.init.trunc_normal_(ops.empty(tuple(shape)), self.mean, self.stddev, low, high)


class Orthogonal(_Random):
    """A random matrix with orthonormal rows or columns, times gain.

    Args:
        gain: a factor.
        seed: of a stream of its own.

    Example:
        >>> import pynn
        >>> from pynn import keras
        >>> w = keras.initializers.Orthogonal()((3, 3))
        >>> pynn.allclose(w @ w.T, pynn.eye(3), atol=1e-5)
        True
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        self.gain, self.seed = gain, seed

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        with self.drawing():
            flat = nn.init.orthogonal_(ops.empty((math.prod(shape[:-1]), shape[-1])), self.gain)
        return flat.reshape(tuple(shape))


class VarianceScaling(_Random):
    """A variance of scale / fan, where fan counts what flows into or out of a unit.

    Args:
        scale: a factor.
        mode: "fan_in", "fan_out", or "fan_avg" for the mean of both.
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: of a stream of its own.

    Raises:
        ValueError: another word.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.VarianceScaling(distribution="uniform")((3, 5)).abs() <= 1).all())
        True
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
    ) -> None:
        owner = type(self).__name__
        self.scale = _check.real(owner, "scale", scale, above=0)
        self.mode = _check.choice(owner, "mode", mode, ("fan_in", "fan_out", "fan_avg"))
        kinds = ("truncated_normal", "untruncated_normal", "uniform", "normal")
        self.distribution = _check.choice(owner, "distribution", distribution, kinds)
        self.seed = seed

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        fan_in, fan_out = fans(shape)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(fan, 1.0)
        weights = ops.empty(tuple(shape))
        with self.drawing():
            if self.distribution == "uniform":
                bound = math.sqrt(3 * variance)
                return nn.init.uniform_(weights, -bound, bound)
            if self.distribution == "untruncated_normal":
                return nn.init.normal_(weights, 0.0, math.sqrt(variance))
            # Cut at two standard deviations, a normal distribution keeps 0.8796 of its own.
            deviation = math.sqrt(variance) / 0.87962566103423978
            return nn.init.trunc_normal_(weights, 0.0, deviation, -2 * deviation, 2 * deviation)


def fans(shape: Sequence[int]) -> tuple[float, float]:
    """How many numbers flow into and out of a unit, for weights `(..., in, out)`."""
    if len(shape) < 2:
        size = float(shape[0]) if shape else 1.0
        return size, size
    places = math.prod(shape[:-2])
    return float(shape[-2] * places), float(shape[-1] * places)


class _Named(VarianceScaling):
    """A variance scaling that has a name."""

    _how: tuple[float, str, str]

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(*self._how, seed)


class GlorotUniform(_Named):
    """Even in ±√(6 / (in + out)): what most of Keras's layers start with.

    Args:
        seed: of a stream of its own.

    Source: Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.GlorotUniform()((6, 6)).abs() <= 2).all())
        True
    """

    _how = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Named):
    """Normal with variance 2 / (in + out), truncated.

    Args:
        seed: of a stream of its own.

    Source: Glorot & Bengio 2010.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.GlorotNormal()((6, 6)).abs() <= 2).all())
        True
    """

    _how = (1.0, "fan_avg", "truncated_normal")


class HeUniform(_Named):
    """Even in ±√(6 / in): for layers before a ReLU.

    Args:
        seed: of a stream of its own.

    Source: He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.HeUniform()((6, 6)).abs() <= 2).all())
        True
    """

    _how = (2.0, "fan_in", "uniform")


class HeNormal(_Named):
    """Normal with variance 2 / in, truncated: for layers before a ReLU.

    Args:
        seed: of a stream of its own.

    Source: He et al. 2015, arXiv:1502.01852.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.HeNormal()((6, 6)).abs() <= 2).all())
        True
    """

    _how = (2.0, "fan_in", "truncated_normal")


class LecunUniform(_Named):
    """Even in ±√(3 / in).

    Args:
        seed: of a stream of its own.

    Source: LeCun et al. 1998, Efficient BackProp.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.LecunUniform()((6, 6)).abs() <= 2).all())
        True
    """

    _how = (1.0, "fan_in", "uniform")


class LecunNormal(_Named):
    """Normal with variance 1 / in, truncated: for layers before a SELU.

    Args:
        seed: of a stream of its own.

    Source: LeCun et al. 1998, Efficient BackProp.

    Example:
        >>> from pynn import keras
        >>> bool((keras.initializers.LecunNormal()((6, 6)).abs() <= 2).all())
        True
    """

    _how = (1.0, "fan_in", "truncated_normal")


NAMED: dict[str, Any] = {
    "zeros": Zeros,
    "zero": Zeros,
    "ones": Ones,
    "one": Ones,
    "constant": Constant,
    "identity": Identity,
    "random_uniform": RandomUniform,
    "uniform": RandomUniform,
    "random_normal": RandomNormal,
    "normal": RandomNormal,
    "truncated_normal": TruncatedNormal,
    "orthogonal": Orthogonal,
    "variance_scaling": VarianceScaling,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
    "lecun_uniform": LecunUniform,
    "lecun_normal": LecunNormal,
}
NAMED.update({cls.__name__: cls for cls in list(NAMED.values())})


def get(identifier: Any) -> Any:
    """An initializer from its name, its class, or itself.

    Raises:
        ValueError: no such name.
        TypeError: it is neither a name nor a function of a shape.
    """
    identifier = custom(identifier)
    if isinstance(identifier, str):
        return look_up("initializer", identifier, NAMED)()
    if isinstance(identifier, type):
        return identifier()
    if not callable(identifier):
        raise TypeError(f"an initializer is a name or a function of a shape, got {identifier!r}")
    return identifier


__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
]
