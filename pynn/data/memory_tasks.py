"""Tasks of long memory: what matters lies far back, and everything between is noise or silence."""

from __future__ import annotations

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .random import Seed, numpy_generator


def make_adding(n_samples: int = 1000, length: int = 100, generator: Seed = None) -> tuple[Tensor, Tensor]:
    """The adding problem: of many numbers, add the two that are marked.

    At each of `length` times there is a number from 0 to 1 and a mark, 0 or 1. One mark stands in the first
    half and one in the second. Who always answers 1 has a mean squared error of 1/6: a model that does no
    better has remembered nothing.

    Args:
        n_samples: how many sequences.
        length: how many times, 2 or more.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        x `(N, length, 2)`, numbers and marks; y `(N,)`, the sums.

    Raises:
        ValueError: a negative count, or a length below 2.

    Source: Hochreiter & Schmidhuber 1997, Long short-term memory, experiment 4; with one mark in each half
        as in Arjovsky, Shah & Bengio 2016, Unitary evolution recurrent neural networks.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.make_adding(5, length=10, generator=0)
        >>> x.shape, x[..., 1].sum(1).tolist()
        ((5, 10, 2), [2.0, 2.0, 2.0, 2.0, 2.0])
    """
    count = _check.integer("make_adding", "n_samples", n_samples, 0)
    length = _check.integer("make_adding", "length", length, 2)
    random = numpy_generator(generator)
    x = np.zeros((count, length, 2), np.float32)
    x[..., 0] = random.random((count, length), dtype=np.float32)
    rows, half = np.arange(count), length // 2
    for low, high in ((0, half), (half, length)):
        x[rows, random.integers(low, high, count), 1] = 1
    return _core.from_numpy(x), _core.from_numpy((x[..., 0] * x[..., 1]).sum(1))


def make_copy(
    n_samples: int = 1000,
    length: int = 10,
    delay: int = 50,
    symbols: int = 8,
    generator: Seed = None,
) -> tuple[Tensor, Tensor]:
    """The copy task: read symbols, wait, and write them down again.

    The input is `length` symbols of 1 to `symbols`, then blanks (0) until a sign to write (`symbols` + 1),
    which comes `delay` times after the last symbol, then blanks again. The target is blank until the sign
    and then the symbols in their order. Who writes blanks and then guesses has a cross-entropy of
    `length * log(symbols) / (delay + 2 * length)`.

    Args:
        n_samples: how many sequences.
        length: how many symbols to keep, 1 or more.
        delay: how long to keep them, 1 or more.
        symbols: how many kinds there are, 1 or more.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        x and y `(N, delay + 2 * length)`: classes of 0 to `symbols` + 1 to read, 0 to `symbols` to write.

    Raises:
        ValueError: a size below those bounds.

    Source: Hochreiter & Schmidhuber 1997; in this form Arjovsky, Shah & Bengio 2016, section 4.1.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.make_copy(1, length=2, delay=3, generator=0)
        >>> x.tolist(), y.tolist()
        ([[7, 6, 0, 0, 9, 0, 0]], [[0, 0, 0, 0, 0, 7, 6]])
    """
    count = _check.integer("make_copy", "n_samples", n_samples, 0)
    length = _check.integer("make_copy", "length", length, 1)
    delay = _check.integer("make_copy", "delay", delay, 1)
    symbols = _check.integer("make_copy", "symbols", symbols, 1)
    kept = numpy_generator(generator).integers(1, symbols + 1, (count, length))
    x = np.zeros((count, delay + 2 * length), np.int64)
    y = np.zeros_like(x)
    x[:, :length] = kept
    x[:, length + delay - 1] = symbols + 1
    y[:, length + delay :] = kept
    return _core.from_numpy(x), _core.from_numpy(y)
