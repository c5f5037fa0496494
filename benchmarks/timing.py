"""Time several programs in turns, and compare them without being fooled by a noisy machine."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .bystanders import Bystanders
from .program import Program


@dataclass(frozen=True)
class Spread:
    """The middle of some numbers, and the quartiles around it."""

    low: float
    median: float
    high: float

    @staticmethod
    def of(values: list[float]) -> Spread:
        if len(values) == 1:
            return Spread(values[0], values[0], values[0])
        return Spread(*statistics.quantiles(values, n=4, method="inclusive"))


@dataclass(frozen=True)
class Round:
    """One turn of each program: seconds per run, and the part of our CPUs that others took meanwhile."""

    times: dict[str, float]
    others: float


QUIET = 0.05  # what others may take in a round that counts
LONGEST_REST = 0.5  # seconds


def interleave(programs: dict[str, Program], rounds: int, min_time: float, tries: int = 3) -> list[Round]:
    """So many rounds, undisturbed if up to `tries` times as many allow it, else the least disturbed.

    Each sample lasts at least `min_time`. Within a round all programs take one turn, and a round starts
    one program further than the last, so neither drift nor a neighbour's leftovers favour any of them.
    """
    names = list(programs)
    runs = {name: runs_that_take(min_time, programs[name]) for name in names}
    done: list[Round] = []
    with no_garbage_collection():
        while len(done) < rounds * tries and sum(r.others <= QUIET for r in done) < rounds:
            first = len(done) % len(names)
            bystanders, times = Bystanders(), {}
            for name in names[first:] + names[:first]:
                rest()
                seconds(programs[name], max(1, runs[name] // 10))  # back into the caches
                times[name] = seconds(programs[name], runs[name]) / runs[name]
            done.append(Round(times, bystanders.share()))
    return sorted(done, key=lambda r: r.others)[:rounds]


def rest() -> None:
    """Sleep until the threads of the last program do: a pool looks out for more work for up to 0.1 s."""
    end = time.perf_counter() + LONGEST_REST
    while time.perf_counter() < end:
        worked = time.process_time()
        time.sleep(0.01)
        if time.process_time() - worked < 0.001:
            return


def ratios(of: list[float], to: list[float]) -> Spread:
    """How many times slower `of` is than `to`: the ratio of medians, with the quartiles of the rounds."""
    each = Spread.of([a / b for a, b in zip(of, to, strict=True)])
    median = statistics.median(of) / statistics.median(to)
    return Spread(min(each.low, median), median, max(each.high, median))


def runs_that_take(min_time: float, program: Program) -> int:
    """How many runs last `min_time`, after enough of them to warm everything up."""
    runs = 1
    while (taken := seconds(program, runs)) < min_time / 2:
        runs *= 2
    taken = min(taken, seconds(program, runs))
    return max(1, math.ceil(runs * min_time / taken))


def seconds(program: Program, runs: int) -> float:
    """The time of so many runs, the last of them finished."""
    run = program.run
    start = time.perf_counter()
    for _ in range(runs):
        result = run()
    program.wait(result)
    return time.perf_counter() - start


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
