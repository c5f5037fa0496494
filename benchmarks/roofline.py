"""What the machine could do at best: its rates, measured, and the least time that a workload can take."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .workloads import Workload

# Bytes in play when copying, source and target together: from one core's cache to main memory.
COPY_SIZES = [32 << 10, 512 << 10, 8 << 20, 256 << 20]
PRIVATE_CACHE = 512 << 10


@dataclass(frozen=True)
class Roofline:
    """Measured peaks: float32 arithmetic, and copying at several sizes (bytes read plus bytes written)."""

    flops_per_second: float
    bytes_per_second: dict[int, float]  # by the bytes in play

    def floor(self, workload: Workload) -> float:
        """Seconds below which no implementation can get: arithmetic or memory, whichever takes longer."""
        return max(
            workload.flops / self.flops_per_second, workload.bytes / self.bandwidth(workload.working_set)
        )

    def bandwidth(self, working_set: float) -> float:
        """The best rate seen with this much data in play, or with more."""
        fitting = [rate for size, rate in self.bytes_per_second.items() if size >= working_set]
        return max(fitting, default=self.bytes_per_second[max(self.bytes_per_second)])

    @staticmethod
    def measure(threads: int, smoke: bool = False) -> Roofline:
        sizes = COPY_SIZES[:2] if smoke else COPY_SIZES
        with ThreadPoolExecutor(threads) as pool:
            rates = {size * threads: copy_rate(size, threads, pool) for size in sizes}
        return Roofline(matmul_rate(256 if smoke else 2048), rates)


def matmul_rate(n: int) -> float:
    """FLOP/s of the fastest matrix product at hand; the best of them comes close to the FMA units' peak."""
    a = np.random.default_rng(0).random((n, n), np.float32)
    rates = [2 * n**3 / best_time(lambda: a @ a)]
    if find_spec("torch"):
        import torch

        t = torch.from_numpy(a)
        rates.append(2 * n**3 / best_time(lambda: t @ t))
    return max(rates)


def copy_rate(size: int, threads: int, pool: ThreadPoolExecutor) -> float:
    """Bytes/s of all threads together, each copying `size / 2` bytes to another place again and again."""
    # One call of NumPy copies many times, or its own cost would show: `times` windows of an array, each
    # starting a cache line behind the one before.
    times = max(1, min(size // 512, (64 << 20) // size))
    n = size // 8 - 16 * times

    def windows() -> np.ndarray:
        return as_strided(np.ones(n + 16 * times, np.float32), (times, n), (64, 4))

    pairs = [(windows(), windows()) for _ in range(threads)]
    moved = 8 * n * times * threads
    if size <= PRIVATE_CACHE:  # of which each core has one, so one core's time is everybody's
        return moved / best_time(lambda: np.copyto(*pairs[0]))
    return moved / best_time(lambda: list(pool.map(lambda pair: np.copyto(*pair), pairs)))


def best_time(function: Callable[[], object], repeats: int = 7) -> float:
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)
