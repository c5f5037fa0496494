"""Other processes on our CPUs.

They do not slow everybody alike: a library that lets its threads meet at barriers waits whenever one of
them is put aside for a stranger, and a step of half a millisecond can take a hundred. A comparison made
meanwhile says nothing, so rounds are watched, and disturbed ones measured again.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

STAT = Path("/proc/stat")
IDLE, IOWAIT, FIELDS = 3, 4, 8  # user nice system idle iowait irq softirq steal; guests are counted in user


def worked_by_anybody() -> float:
    """Seconds that the CPUs this process may use have worked since the machine started."""
    ticks = 0
    cpus = {f"cpu{cpu}" for cpu in os.sched_getaffinity(0)}
    for line in STAT.read_text().splitlines():
        name, *fields = line.split()
        if name in cpus:
            counts = [int(field) for field in fields[:FIELDS]]
            ticks += sum(counts) - counts[IDLE] - counts[IOWAIT]
    return ticks / os.sysconf("SC_CLK_TCK")


class Bystanders:
    """From its making on, watches what part of our CPUs' time goes to others."""

    def __init__(self) -> None:
        self.known = STAT.exists()
        self.start = self.now()

    def now(self) -> tuple[float, float, float]:
        """(wall clock, work of anybody, work of this process), in seconds."""
        return time.perf_counter(), worked_by_anybody() if self.known else 0.0, time.process_time()

    def share(self) -> float:
        """Between 0 and 1; 0 where the system does not tell."""
        if not self.known:
            return 0.0
        wall, anybody, ours = (b - a for a, b in zip(self.start, self.now(), strict=True))
        return max(0.0, anybody - ours) / (wall * len(os.sched_getaffinity(0)))
