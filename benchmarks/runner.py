"""Every workload by every contender: check, then time."""

from __future__ import annotations

import signal
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .agreement import reference, require_agreement, results
from .program import Program, UnsupportedError
from .roofline import Roofline
from .timing import QUIET, Spread, interleave, ratios
from .workloads import Workload


@dataclass
class Row:
    """One workload: times of those that agree, reasons of those that are left out."""

    workload: Workload
    floor: float
    samples: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    others: float = 0.0  # the part of our CPUs that other processes took in the worst round

    def time(self, name: str) -> Spread:
        """Seconds of one run."""
        return Spread.of(self.samples[name])

    @property
    def disturbed(self) -> bool:
        return self.others > QUIET

    @property
    def best_torch(self) -> str | None:
        """The fastest way that PyTorch was given to do this."""
        variants = [name for name in self.samples if name.startswith("torch")]
        return min(variants, key=lambda name: statistics.median(self.samples[name]), default=None)

    def speed_against_torch(self, name: str) -> Spread | None:
        """Runs of `name` in the time of one run of the best PyTorch variant."""
        best = self.best_torch
        return ratios(self.samples[best], self.samples[name]) if best and name in self.samples else None


@dataclass(frozen=True)
class Effort:
    """How long to measure, and how long to wait for a compiler."""

    rounds: int = 15
    min_time: float = 0.05
    patience: float = 180.0
    tries: int = 3  # so many times the rounds, if other processes disturb them


def run_workload(workload: Workload, contenders: dict[str, Any], roofline: Roofline, effort: Effort) -> Row:
    row = Row(workload, roofline.floor(workload))
    want = reference(workload)
    programs: dict[str, Program] = {}
    for name, contender in contenders.items():
        if getattr(contender, workload.kind, None) is None:
            continue
        try:
            with patience(effort.patience):
                programs[name] = checked_program(workload, contender, want)
            row.notes[name] = programs[name].note
        except Exception as error:  # one contender's failure is a line in the report, not the end of it
            row.left_out[name] = reason(error)
    if programs:
        wanted = effort.rounds * getattr(workload, "more_rounds", 1)
        rounds = interleave(programs, wanted, effort.min_time, effort.tries)
        row.samples = {name: [r.times[name] for r in rounds] for name in programs}
        row.others = max(r.others for r in rounds)
    return row


def checked_program(workload: Workload, contender: Any, want: Any) -> Program:
    """The program to time, once its results have been found right and it has run (and compiled) once."""
    make = getattr(contender, workload.kind)
    require_agreement(workload, results(make(workload, check=True), workload.checked_runs), want)
    program = make(workload, check=False)
    program.wait(program.run())
    return program


def reason(error: Exception) -> str:
    """The first line of what went wrong; expected kinds of it speak for themselves."""
    text = (str(error).strip().splitlines() or [""])[0]
    expected = isinstance(error, UnsupportedError) or type(error).__name__ == "DisagreementError"
    return text if expected else f"{type(error).__name__}: {text}"


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside the block when it lasts longer: a compiler may take any time."""

    def give_up(signum: int, frame: Any) -> None:
        raise TimeoutError(f"not ready after {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
