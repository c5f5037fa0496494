"""What this machine does at best: its rates, measured once a process in about half a second.

The idea of holding work against them: Williams, Waterman & Patterson 2009, Roofline: an insightful visual
performance model for multicore architectures.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from dataclasses import dataclass

from pynn import _core

SIZES = (1 << 14, 1 << 17, 1 << 20, 1 << 23, 1 << 26)  # bytes in play, from the nearest cache to main memory


@dataclass(frozen=True)
class Peak:
    """Measured rates of this machine.

    Attributes:
        flops: float32 operations a second, of a large matrix product.
        bytes: bytes a second read and written, by the bytes in play.
        call: nanoseconds that an op costs which has nothing to do.
    """

    flops: float
    bytes: dict[int, float]
    call: float

    def bandwidth(self, nbytes: float) -> float:
        """The best rate that was seen with so many bytes in play, or with more."""
        return max(rate for size, rate in self.bytes.items() if size >= nbytes or size == max(self.bytes))

    def times(self, flops: float, nbytes: float, calls: float) -> dict[str, float]:
        """Nanoseconds that work takes at least, by what could hold it up."""
        per_call = nbytes / calls if calls else nbytes
        return {
            "overhead": calls * self.call,
            "memory": nbytes / self.bandwidth(per_call) * 1e9,
            "compute": flops / self.flops * 1e9,
        }


_measured: dict[int, Peak] = {}


def measured_peak() -> Peak:
    """The rates with as many threads as are set now, measured when first asked for.

    Example:
        >>> import pynn
        >>> peak = pynn.profiling.measured_peak()
        >>> peak.flops > 1e8, peak.bandwidth(1000) >= peak.bandwidth(1e9)
        (True, True)
    """
    threads = _core.get_num_threads()
    if threads not in _measured:
        _measured[threads] = _measure()
    return _measured[threads]


def _measure() -> Peak:
    ops = _core.ops
    n = 768
    a = ops.full((n, n), 1.0)
    flops = 2 * n**3 / _best(lambda: ops.matmul(a, a), 15)
    rates = {}
    for size in SIZES:
        x = ops.full((size // 8,), 1.0)
        y = ops.full((size // 8,), 1.0)
        rates[size] = 1.5 * size / _best(functools.partial(y.add_, x), 200 if size < 1 << 20 else 12)
    one = ops.full((1,), 1.0)
    return Peak(flops, rates, _best(lambda: one + one, 2000) * 1e9)


def _best(work: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of some runs."""
    best = float("inf")
    for _ in range(repeats + 1):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
