"""What the numbers were measured on: the CPU, the threads, who brought which thread runtime."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any


def limit_threads(wanted: str) -> int:
    """Let this process run on `wanted` CPUs ("all" or a number), and return how many those are.

    Called before any library is imported: every one of them sizes its thread pool by the CPUs that the
    process may use, also those (JAX, tinygrad) that have no other switch.
    """
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    threads = len(cpus) if wanted == "all" else min(int(wanted), len(cpus))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, set(list(cpus)[:threads]))
    for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
        os.environ[variable] = str(threads)
    return threads


def describe(threads: int) -> dict[str, Any]:
    """CPU model, its widest instruction set, thread count, Python, and the OpenMP runtimes now loaded."""
    return {
        "cpu": cpu_field("model name") or platform.processor() or platform.machine(),
        "isa": widest_set(cpu_field("flags").split()),
        "threads": threads,
        "python": platform.python_version(),
        "openmp_runtimes": loaded_openmp(),
    }


def cpu_field(name: str) -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.split(":")[0].strip() == name:
                return line.partition(":")[2].strip()
    return ""


def widest_set(flags: list[str]) -> str:
    for flag, name in [("avx512vl", "AVX-512"), ("avx2", "AVX2"), ("sse4_2", "SSE4.2")]:
        if flag in flags:
            return name
    return platform.machine()


def loaded_openmp() -> list[str]:
    """File names of the OpenMP libraries in this process: two mean two thread pools."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return []
    paths = {Path(line.split()[-1]) for line in maps.read_text().splitlines() if ".so" in line}
    runtimes = [path for path in paths if path.name.startswith(("libgomp", "libomp", "libiomp"))]
    return sorted(f"{path.parent.name}/{path.name}" for path in runtimes)
