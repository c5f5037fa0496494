"""`python -m benchmarks.memory`: the memory that training and inference of the networks take at most.

Each number comes from a process of its own. It is the peak of the resident memory during two runs, less
what was resident before the network was made; a first network has run by then, so that the library is
loaded. Parameters, the optimizer's numbers and the data are in it, and what a library keeps for later.
Compilers would be counted with what they compile, so torch-compile is left out. For Linux.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

from . import machine

STATUS, PEAK_RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
CONTENDERS = ["pynn", "pynn-recorded", "torch", "jax"]
FIRST = "cnn inference | batch 1"
RUNS = 2


def resident(field: str) -> int:
    """Bytes of this process: VmRSS is now, VmHWM at most since the last reset."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) << 10


def give_back_free_memory() -> None:
    """What the C library holds of freed blocks, such as those that the first weights were drawn in."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim:
        trim(0)


def peak_of(workload: Any, contender: Any, first: Any) -> int:
    """The bytes by which this process grows for `workload`, once `first` has been done."""
    loading = getattr(contender, first.kind)(first, check=False)  # kept: its end would make room for the next
    loading.wait(loading.run())
    give_back_free_memory()
    before = resident("VmRSS")
    program = getattr(contender, workload.kind)(workload, check=False)
    for _ in range(RUNS):
        program.wait(program.run())
    give_back_free_memory()
    PEAK_RESET.write_text("5")  # proc(5): the peak starts again from what is resident now
    for _ in range(RUNS):
        program.wait(program.run())
    return resident("VmHWM") - before


def in_its_own_process(workload: str, contender: str, threads: int) -> int | None:
    """None where the contender leaves the workload to another."""
    command = [sys.executable, "-m", __spec__.name, "--one", workload, contender, "--threads", str(threads)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"{contender} on {workload}: {result.stderr.strip().splitlines()[-1]}")
    return int(result.stdout) or None


def one(workload_name: str, contender_name: str, threads: int) -> int:
    from .contenders import contenders
    from .workloads import workloads

    cases = {case.name: case for group in workloads(["networks", "inference"]).values() for case in group}
    ((_, contender),) = contenders([contender_name], threads)
    if isinstance(contender, Exception):
        raise contender
    workload = cases[workload_name]
    if getattr(contender, workload.kind, None) is None or getattr(contender, cases[FIRST].kind, None) is None:
        return 0
    return peak_of(workload, contender, cases[FIRST])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="MODULE", default=["networks", "inference"])
    parser.add_argument("--contenders", nargs="+", metavar="NAME", default=CONTENDERS)
    parser.add_argument("--threads", default="all", help="CPUs for everybody: all (default) or a number")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the table there too, as table.md")
    parser.add_argument("--one", nargs=2, metavar=("WORKLOAD", "CONTENDER"), help="print its bytes")
    options = parser.parse_args(arguments)
    threads = machine.limit_threads(options.threads)
    if options.one:
        print(one(*options.one, threads))
        return 0

    from .workloads import workloads

    about = machine.describe(threads)
    lines = [
        f"MiB at most, {threads} threads, {about['cpu']} ({about['isa']}):",
        "",
        "| network | " + " | ".join(options.contenders) + " |",
        "| --- |" + " ---: |" * len(options.contenders),
    ]
    print(*lines, sep="\n")
    for group in workloads(options.only).values():
        for case in group:
            found = [in_its_own_process(case.name, name, threads) for name in options.contenders]
            cells = ["" if n is None else f"{n / 2**20:.1f}" for n in found]
            lines.append(f"| {case.title} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "table.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
