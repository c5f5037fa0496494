"""`python -m benchmarks`: choose workloads and contenders, run, print, and save on request."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from . import machine


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="WORKLOAD", help="modules of benchmarks/workloads/")
    parser.add_argument("--contenders", nargs="+", metavar="NAME", help="default: all that are installed")
    parser.add_argument("--threads", default="all", help="CPUs for everybody: all (default) or a number")
    parser.add_argument("--rounds", type=int, default=15, help="samples of each contender (default 15)")
    parser.add_argument("--min-time", type=float, default=0.05, help="seconds a sample lasts at least")
    parser.add_argument("--patience", type=float, default=180, help="seconds to wait for one compilation")
    parser.add_argument("--out", type=Path, help="folder for results.json, table.md and speed.png")
    parser.add_argument(
        "--smoke", action="store_true", help="does everything run? The first case of each, no compilers"
    )
    return parser.parse_args(arguments)


def require_known(names: list[str] | None, known: list[str], kind: str) -> None:
    for name in names or []:
        if name not in known:
            raise SystemExit(f"there is no {kind} {name}; choose from {', '.join(known)}")


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    threads = machine.limit_threads(options.threads)  # before the imports below load any library

    from . import plot, report
    from .contenders import contender_names, contenders
    from .roofline import Roofline
    from .runner import Effort, run_workload
    from .workloads import MODULES, workloads

    require_known(options.only, MODULES, "workload")
    require_known(options.contenders, contender_names(), "contender")
    chosen = options.contenders
    if options.smoke and not chosen:
        chosen = [name for name in contender_names() if name not in ("torch-compile", "tinygrad")]
    effort = Effort(options.rounds, options.min_time, options.patience)
    if options.smoke:
        effort = Effort(rounds=2, min_time=0.002, tries=1)

    found = dict(contenders(chosen, threads))
    absent = {name: error for name, error in found.items() if isinstance(error, Exception)}
    present = {name: contender for name, contender in found.items() if name not in absent}
    for name, error in absent.items():
        print(f"{name} is not taking part: {type(error).__name__}: {error}")

    roofline = Roofline.measure(threads, options.smoke)
    facts = machine.describe(threads)
    versions = {name: contender.version for name, contender in present.items()}
    parts = [report.heading(facts, versions, roofline)]
    print(parts[0], flush=True)

    groups = {}
    for name, cases in workloads(options.only).items():
        cases = cases[:1] if options.smoke else cases
        groups[name] = [run_workload(case, present, roofline, effort) for case in cases]
        parts.append(f"## {name}\n\n{report.table(groups[name])}")
        print(f"\n{parts[-1]}", flush=True)

    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        results = report.as_json(facts, versions, roofline, groups)
        (options.out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
        (options.out / "table.md").write_text("\n\n".join(parts) + "\n")
        plot.save(groups, options.out / "speed.png")

    if "pynn" in present:  # its own failures are failures of this repository
        return any(row.left_out.get("pynn") for rows in groups.values() for row in rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
