"""What the machine could do at best: its rates, measured, and the least time that a workload can take."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .workloads import Workload

# Bytes in play on each core: from its own cache to main memory.
SIZES = [32 << 10 << step for step in range(14)]
PRIVATE_CACHE = 512 << 10


@dataclass(frozen=True)
class Roofline:
    """Measured peaks: arithmetic by type, and memory, where reading alone is faster than reading and writing.

    The idea: Williams, Waterman & Patterson 2009, "Roofline: an insightful visual performance model".
    """

    flops_per_second: float
    bf16_flops_per_second: float  # no less: float32 does for both
    copied_per_second: dict[int, float]  # read and written, by the bytes in play
    read_per_second: dict[int, float]

    def floor(self, workload: Workload) -> float:
        """Seconds below which no implementation can get: arithmetic or memory, whichever takes longer."""
        flops_per_second = (
            self.bf16_flops_per_second if workload.dtype == "bfloat16" else self.flops_per_second
        )
        if getattr(workload, "precision", "highest") == "high":  # six products in bfloat16, if that is faster
            flops_per_second = max(flops_per_second, self.bf16_flops_per_second / 6)
        rates = self.read_per_second if workload.reads_only else self.copied_per_second
        return max(
            workload.flops / flops_per_second,
            workload.bytes / self.bandwidth(rates, workload.working_set),
        )

    @staticmethod
    def bandwidth(rates: dict[int, float], working_set: float) -> float:
        """The best rate seen with this much data in play, or with more."""
        fitting = [rate for size, rate in rates.items() if size >= working_set]
        return max(fitting, default=rates[max(rates)])

    @staticmethod
    def measure(threads: int, smoke: bool = False) -> Roofline:
        sizes = SIZES[:2] if smoke else SIZES
        with ThreadPoolExecutor(threads) as pool:
            copied = {size * threads: copy_rate(size, threads, pool) for size in sizes}
            # What can be copied so fast can be read so fast: NumPy's own cost shows in the smallest products.
            read = {n: max(rate, read_rate(n // threads, threads, pool)) for n, rate in copied.items()}
        n = 256 if smoke else 2048
        return Roofline(matmul_rate(n), matmul_rate(n, "bfloat16"), copied, read)


def matmul_rate(n: int, dtype: str = "float32") -> float:
    """FLOP/s of the fastest matrix product at hand; the best of them comes close to the FMA units' peak."""
    a = np.random.default_rng(0).random((n, n), np.float32)
    rates = [2 * n**3 / best_time(lambda: a @ a)]
    if find_spec("torch"):
        import torch

        t = torch.from_numpy(a).to(getattr(torch, dtype))
        rates.append(2 * n**3 / best_time(lambda: t @ t))
    if find_spec("pynn"):
        import pynn

        x = pynn.tensor(a).to(getattr(pynn, dtype))
        rates.append(2 * n**3 / best_time(lambda: x @ x))
    return max(rates)


def copy_rate(size: int, threads: int, pool: ThreadPoolExecutor) -> float:
    """Bytes/s read and written by all threads together, each with `size` bytes: the best of two programs."""
    return max(rate(size, threads, pool) for rate in (window_copy_rate, update_rate))


def window_copy_rate(size: int, threads: int, pool: ThreadPoolExecutor) -> float:
    """The rate of copying `size / 2` bytes to another place again and again."""
    # One call of NumPy copies many times, or its own cost would show: `times` windows of an array, each
    # starting a cache line behind the one before.
    times = max(1, min(size // 512, (64 << 20) // size))
    n = size // 8 - 16 * times

    def windows() -> np.ndarray:
        return as_strided(np.ones(n + 16 * times, np.float32), (times, n), (64, 4))

    pairs = [(windows(), windows()) for _ in range(threads)]
    return 8 * n * times * threads / best_time_of_all(np.copyto, pairs, size, pool)


def update_rate(size: int, threads: int, pool: ThreadPoolExecutor) -> float:
    """The rate of y += x, which overwrites lines that it has read; a copy first fetches them for nothing."""
    pairs = [(np.ones(size // 8, np.float32), np.ones(size // 8, np.float32)) for _ in range(threads)]

    def update(x: np.ndarray, y: np.ndarray) -> None:
        np.add(x, y, out=y)

    return 3 * size // 2 * threads / best_time_of_all(update, pairs, size, pool)


def read_rate(size: int, threads: int, pool: ThreadPoolExecutor) -> float:
    """Bytes/s of all threads together, each reading `size` bytes for a dot product with themselves."""
    times = max(1, min(1000, (64 << 20) // size))
    rows = [np.ones(size // 4, np.float32) for _ in range(threads)]

    def read(row: np.ndarray) -> None:
        for _ in range(times):
            np.dot(row, row)  # BLAS, and each element is loaded once

    with one_blas_thread():
        taken = best_time_of_all(read, [(row,) for row in rows], size, pool)
    return size * times * threads / taken


def one_blas_thread() -> AbstractContextManager[object]:
    """Keeps NumPy's products on the thread that calls them, where threadpoolctl is there to say so."""
    if not find_spec("threadpoolctl"):
        return nullcontext()
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="blas")


def best_time_of_all(
    work: Callable[..., object], arguments: list[tuple[np.ndarray, ...]], size: int, pool: ThreadPoolExecutor
) -> float:
    """The time in which every thread has done its work."""
    if size <= PRIVATE_CACHE:  # of which each core has one, so one core's time is everybody's
        return best_time(lambda: work(*arguments[0]))
    return best_time(lambda: list(pool.map(lambda a: work(*a), arguments)))


def best_time(function: Callable[[], object], repeats: int = 7, enough: float = 2.0) -> float:
    """The least of `repeats` times after a first run, or of as few as fit `enough` seconds.

    A library whose bfloat16 product runs element by element takes a minute for one that others do in 0.1 s.
    """
    times: list[float] = []
    begin = time.perf_counter()
    while len(times) <= repeats and (not times or time.perf_counter() - begin < enough):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)
