"""Generated sets to look at: points in the plane in two or more classes, and a wave to follow."""

from __future__ import annotations

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .random import Seed, numpy_generator


def make_moons(n_samples: int = 200, noise: float = 0.1, generator: Seed = None) -> tuple[Tensor, Tensor]:
    """Two half moons, each with a horn inside the other: no straight line parts them.

    Args:
        n_samples: how many points.
        noise: the standard deviation of what is added to each coordinate.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        x `(N, 2)`, y `(N,)` of 0 (the upper moon) and 1, in random order.

    Raises:
        ValueError: a negative count or noise.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.make_moons(6, noise=0.0, generator=0)
        >>> x[y == 0].abs().amax(0).round(decimals=3).tolist(), y.sum().item()
        ([1.0, 1.0], 3)
    """
    upper, lower = _shares("make_moons", n_samples, 2)
    over, under = np.linspace(0, np.pi, upper), np.linspace(0, np.pi, lower)
    x = np.concatenate([_around(over), np.stack([1 - np.cos(under), 0.5 - np.sin(under)], axis=1)])
    return _finished("make_moons", x, np.repeat([0, 1], [upper, lower]), noise, generator)


def make_circles(
    n_samples: int = 200, noise: float = 0.1, factor: float = 0.5, generator: Seed = None
) -> tuple[Tensor, Tensor]:
    """A circle around a smaller one.

    Args:
        n_samples: how many points.
        noise: the standard deviation of what is added to each coordinate.
        factor: the radius of the smaller, where the greater has 1; from 0 to below 1.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        x `(N, 2)`, y `(N,)` of 0 (the greater circle) and 1, in random order.

    Raises:
        ValueError: a negative count or noise, or a factor that makes the smaller circle no smaller.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.make_circles(8, noise=0.0, generator=0)
        >>> (x[y == 1] ** 2).sum(1).sqrt().tolist()
        [0.5, 0.5, 0.5, 0.5]
    """
    factor = _check.real("make_circles", "factor", factor, 0)
    if factor >= 1:
        raise ValueError(f"make_circles: factor must lie between 0 and 1, got {factor}")
    outer, inner = _shares("make_circles", n_samples, 2)
    x = np.concatenate([_around(_turn(outer)), factor * _around(_turn(inner))])
    return _finished("make_circles", x, np.repeat([0, 1], [outer, inner]), noise, generator)


def make_spirals(
    n_samples: int = 300,
    classes: int = 2,
    turns: float = 1.5,
    noise: float = 0.03,
    generator: Seed = None,
) -> tuple[Tensor, Tensor]:
    """Arms that wind around each other, from the middle to a distance of 1.

    Points are as dense outside as inside.

    Args:
        n_samples: how many points.
        classes: how many arms, 1 or more.
        turns: how often each winds around the middle.
        noise: the standard deviation of what is added to each coordinate.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        x `(N, 2)`, y `(N,)` of 0 to classes - 1, in random order.

    Raises:
        ValueError: a negative count or noise, or no arms.

    Source: Lang & Witbrock 1988, Learning to tell two spirals apart (with points at equal angles).

    Example:
        >>> import pynn
        >>> x, y = pynn.data.make_spirals(300, classes=3, generator=0)
        >>> x.shape, y.bincount().tolist()
        ((300, 2), [100, 100, 100])
    """
    counts = _shares("make_spirals", n_samples, classes)
    turns = _check.real("make_spirals", "turns", turns)
    random = numpy_generator(generator)
    arms = []
    for arm, count in enumerate(counts):
        radius = np.sqrt(random.uniform(0.01, 1, count))
        arms.append(radius[:, None] * _around(2 * np.pi * (turns * radius + arm / len(counts))))
    labels = np.arange(len(counts)).repeat(counts)
    return _finished("make_spirals", np.concatenate(arms), labels, noise, random)


def make_xor(n_samples: int = 200, noise: float = 0.1, generator: Seed = None) -> tuple[Tensor, Tensor]:
    """Exclusive or: class 1 where exactly one of two coordinates is above 0. One neuron cannot tell.

    Args:
        n_samples: how many points, drawn from the square of -1 to 1.
        noise: the standard deviation of what is added to each coordinate after the class is fixed.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        x `(N, 2)`, y `(N,)` of 0 and 1.

    Raises:
        ValueError: a negative count or noise.

    Source: Minsky & Papert 1969, Perceptrons.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.make_xor(100, noise=0.0, generator=0)
        >>> bool((y == ((x[:, 0] > 0) != (x[:, 1] > 0))).all())
        True
    """
    count = _check.integer("make_xor", "n_samples", n_samples, 0)
    random = numpy_generator(generator)
    x = random.uniform(-1, 1, (count, 2))
    return _finished("make_xor", x, (x[:, 0] > 0) != (x[:, 1] > 0), noise, random)


def make_sine(
    n_samples: int = 100, noise: float = 0.1, waves: float = 1.0, generator: Seed = None
) -> tuple[Tensor, Tensor]:
    """Points beside a sine wave: regression.

    Args:
        n_samples: how many points.
        noise: the standard deviation of what is added to y.
        waves: how many between -1 and 1.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        x `(N, 1)` of -1 to 1 and y `(N, 1)`, the sine of pi * waves * x and noise.

    Raises:
        ValueError: a negative count or noise.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.make_sine(50, generator=0)
        >>> x.shape, y.shape
        ((50, 1), (50, 1))
    """
    count = _check.integer("make_sine", "n_samples", n_samples, 0)
    noise = _check.real("make_sine", "noise", noise, 0)
    waves = _check.real("make_sine", "waves", waves)
    random = numpy_generator(generator)
    x = random.uniform(-1, 1, (count, 1))
    y = np.sin(np.pi * waves * x) + noise * random.standard_normal((count, 1))
    return _core.from_numpy(x.astype(np.float32)), _core.from_numpy(y.astype(np.float32))


def _shares(owner: str, n_samples: int, classes: int) -> list[int]:
    """How many points each class has: the first have one less where they cannot be equal."""
    count = _check.integer(owner, "n_samples", n_samples, 0)
    classes = _check.integer(owner, "classes", classes, 1)
    return [(count + i) // classes for i in range(classes)]


def _turn(count: int) -> np.ndarray:
    """Angles all around, none twice."""
    return np.linspace(0, 2 * np.pi, count, endpoint=False)


def _around(angle: np.ndarray) -> np.ndarray:
    """Points of the unit circle, `(N, 2)`."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _finished(
    owner: str, x: np.ndarray, y: np.ndarray, noise: float, generator: Seed
) -> tuple[Tensor, Tensor]:
    noise = _check.real(owner, "noise", noise, 0)
    random = numpy_generator(generator)
    order = random.permutation(len(x))
    x = (x + noise * random.standard_normal(x.shape)).astype(np.float32)
    return _core.from_numpy(x[order]), _core.from_numpy(y.astype(np.int64)[order])
