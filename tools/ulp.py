"""How exact the vector math in csrc/core/simd_math.h is, in units in the last place (ULP).

    python tools/ulp.py                # every 257th float32, and 200,000 float64, on each instruction set
    python tools/ulp.py exp tanh       # two functions only
    python tools/ulp.py --exhaustive   # all 2**32 float32 of the functions of one argument: minutes each

tests/ulp/ulp.cpp measures; it is compiled once per instruction set that this CPU has, with the flags of
CMakeLists.txt. What is allowed stands in BOUNDS. Prints a Markdown table; exits with 1 if a bound is broken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Largest error allowed, in ULP: float32, float64. The best that rounding can do is 0.5.
BOUNDS: dict[str, tuple[float, float]] = {
    "exp": (1, 1),
    "exp2": (1.1, 1),
    "expm1": (1.6, 1.5),
    "log": (1, 1),
    "log2": (1, 1),
    "log10": (1, 1),
    "log1p": (1, 1),
    "sqrt": (0.5, 0.5),
    "rsqrt": (1.5, 1.5),
    "sin": (1.6, 1),
    "cos": (1.6, 1),
    "tan": (0.51, 2),
    "asin": (2, 2),
    "acos": (1.5, 1.5),
    "atan": (2, 2),
    "atan2": (2, 2),
    "sinh": (2, 2),
    "cosh": (1.5, 1.5),
    "tanh": (1, 2.5),
    "asinh": (2, 2),
    "acosh": (2, 2),
    "atanh": (2, 2),
    "sigmoid": (1.7, 1.6),
    "erf": (1.5, 1.5),
    "erfc": (4, 5),
    "gelu": (9, 19),
    "gelu_tanh": (4, 5),
    "log_sigmoid": (2, 2),
    "silu": (52, 3),
    "softplus": (2, 2),
    "pow": (0.51, 0.51),
}
BINARY = ("pow", "atan2")

FLAGS = ("-std=c++20", "-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast")
ISA_FLAGS: dict[str, tuple[str, ...]] = {
    "v2": ("-march=x86-64-v2",),
    "v3": ("-march=x86-64-v3",),
    "v4": ("-march=x86-64-v4", "-mprefer-vector-width=512"),
}
NEEDED_CPU_FLAGS = {
    "v2": {"sse4_2", "popcnt"},
    "v3": {"avx2", "fma", "bmi2", "f16c"},
    "v4": {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
}


@dataclass(frozen=True)
class Measurement:
    """The largest error found, and a line that says where."""

    function: str
    type: str
    isa: str
    ulps: float
    where: str

    @property
    def allowed(self) -> float:
        """The bound for this function and type."""
        return BOUNDS[self.function][self.type == "double"]

    def __str__(self) -> str:
        found = f"{self.function} ({self.type}, {self.isa}): {self.ulps} ULP"
        return f"{found}, allowed {self.allowed}; {self.where}"


def instruction_sets() -> list[str]:
    """Those of v2, v3, v4 that this CPU has."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("flags"):
            have = set(line.split(":")[1].split())
            return [isa for isa, needed in NEEDED_CPU_FLAGS.items() if needed <= have]
    return ["v2"]


def compile_program(isa: str, folder: Path) -> Path:
    """tests/ulp/ulp.cpp as a program for one instruction set."""
    program = folder / f"ulp_{isa}"
    subprocess.run(
        [
            os.environ.get("CXX", "g++"),
            *FLAGS,
            *ISA_FLAGS[isa],
            f"-DPYNN_ISA={isa}",
            "-DPYNN_ONCE=0",
            f"-I{ROOT / 'csrc'}",
            str(ROOT / "tests/ulp/ulp.cpp"),
            str(ROOT / "csrc/core/parallel.cpp"),  # the formulas of ops come with kernels, which need it
            "-o",
            str(program),
        ],
        check=True,
    )
    return program


def compile_programs(folder: Path, isas: Sequence[str]) -> dict[str, Path]:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(isas, pool.map(lambda isa: compile_program(isa, folder), isas), strict=True))


def measure(program: Path, isa: str, type: str, function: str, stride: int, samples: int) -> Measurement:
    """One function of one type: every `stride`-th float32, or `samples` random pairs or float64."""
    patterns = type == "float" and function not in BINARY
    count, first = (stride, 0) if patterns else (samples, 1)
    output = subprocess.run(
        [str(program), type, function, str(count), str(first)], check=True, capture_output=True, text=True
    ).stdout
    ulps, where = output.strip().split(" ", 1)
    return Measurement(function, type, isa, float(ulps), where)


def measure_all(
    programs: dict[str, Path],
    functions: Iterable[str] = tuple(BOUNDS),
    stride: int = 257,
    samples: int = 200_000,
) -> list[Measurement]:
    """Every function, type and instruction set, as many at a time as there are cores."""
    jobs = [(isa, type, f) for f in functions for type in ("float", "double") for isa in programs]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda job: measure(programs[job[0]], *job, stride, samples), jobs))


def markdown_table(measurements: Sequence[Measurement]) -> str:
    """One row a function: allowed, then measured per instruction set, first float32, then float64."""
    found = {(m.function, m.type, m.isa): m.ulps for m in measurements}
    isas = list(dict.fromkeys(m.isa for m in measurements))
    titles = [f"{type} {column}" for type in ("float32", "float64") for column in ("allowed", *isas)]
    lines = ["| function | " + " | ".join(titles) + " |", "|---|" + "---:|" * len(titles)]
    for f in dict.fromkeys(m.function for m in measurements):
        cells = []
        for type, allowed in zip(("float", "double"), BOUNDS[f], strict=True):
            cells += [f"{allowed:g}"] + [f"{found[f, type, isa]:.3g}" for isa in isas]
        lines.append(f"| `{f}` | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="default: all")
    parser.add_argument("--exhaustive", action="store_true", help="all 2**32 float32, and more samples")
    arguments = parser.parse_args()
    unknown = set(arguments.functions) - set(BOUNDS)
    if unknown:
        parser.error(f"no function {', '.join(sorted(unknown))}; there are {', '.join(BOUNDS)}")
    stride, samples = (1, 20_000_000) if arguments.exhaustive else (257, 200_000)
    with tempfile.TemporaryDirectory() as folder:
        programs = compile_programs(Path(folder), instruction_sets())
        measured = measure_all(programs, arguments.functions or BOUNDS, stride, samples)
    print(markdown_table(measured))
    broken = [m for m in measured if not m.ulps <= m.allowed]
    for m in broken:
        print(m, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
