"""How exact the vector math in csrc/core/simd_math.h is, in units in the last place (ULP).

    python tools/ulp.py                # every 257th float32, and 200,000 float64, on each instruction set
    python tools/ulp.py exp tanh       # two functions only
    python tools/ulp.py --exhaustive   # all 2**32 float32 of functions of one argument: half a minute each
    python tools/ulp.py --exhaustive --write-table   # and the table of docs/vector-math.md, beside PyTorch

tests/ulp/ulp.cpp measures; it is compiled once per instruction set that this CPU has, with the flags of
CMakeLists.txt. What is allowed stands in BOUNDS. Prints a Markdown table; exits with 1 if a bound is broken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent

# Largest error allowed, in ULP: float32, float64. The best that rounding can do is 0.5.
BOUNDS: dict[str, tuple[float, float]] = {
    "exp": (1, 1),
    "exp2": (1, 1),
    "expm1": (1, 1.1),
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
    "acos": (1.2, 1.2),
    "atan": (2, 2),
    "atan2": (2, 2),
    "sinh": (1.7, 1.7),
    "cosh": (1.4, 1.4),
    "tanh": (1, 2.5),
    "asinh": (2, 2),
    "acosh": (2.2, 2),
    "atanh": (2.1, 2.1),
    "sigmoid": (1.7, 1.6),
    "erf": (1.3, 1.2),
    "erfc": (4, 4),
    "gelu": (4, 4),
    "gelu_tanh": (2, 2),
    "log_sigmoid": (2, 2.2),
    "silu": (2, 2),
    "softplus": (2, 2.2),
    "pow": (0.61, 0.51),
}
BINARY = ("pow", "atan2")
BLOCK = 4096  # kBlock of ulp.cpp
TABLE = ROOT / "docs/_static/vector-math.md"

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
    """The largest error found, and where."""

    function: str
    type: str
    isa: str
    ulps: float
    where: tuple[float, float]
    got: float
    truth: float

    @property
    def allowed(self) -> float:
        """The bound for this function and type."""
        return BOUNDS[self.function][self.type == "double"]

    def __str__(self) -> str:
        found = f"{self.function} ({self.type}, {self.isa}): {self.ulps} ULP"
        values = " ".join(x.hex() for x in (*self.where, self.got, self.truth))
        return f"{found}, allowed {self.allowed}; x, y, got, truth: {values}"


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
    return measurement_of(run(program, type, function, str(count), str(first)), function, type, isa)


def run(program: Path, *arguments: str, given: Iterable[bytes] = ()) -> str:
    with subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for piece in given:
            process.stdin.write(piece)
        process.stdin.close()
        output = process.stdout.read()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, [str(program), *arguments])
    return output.decode()


def measurement_of(output: str, function: str, type: str, isa: str) -> Measurement:
    ulps, x, y, _, got, _, truth = output.split()
    where = (float.fromhex(x), float.fromhex(y))
    return Measurement(function, type, isa, float(ulps), where, float.fromhex(got), float.fromhex(truth))


def measure_all(
    programs: dict[str, Path],
    functions: Iterable[str] = tuple(BOUNDS),
    stride: int = 257,
    samples: int = 200_000,
) -> list[Measurement]:
    """Every function, type and instruction set, as many at a time as there are cores."""
    jobs = [(isa, type, f) for f in functions for type in ("float", "double") for isa in programs]

    def run_job(job: tuple[str, str, str]) -> Measurement:
        isa, type, function = job
        return measure(programs[isa], isa, type, function, stride, samples)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(run_job, jobs))


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


# ---- the table of docs/vector-math.md ----------------------------------------------------------------


def torch_function(name: str) -> Callable[..., Any] | None:
    """PyTorch's function of this name, if PyTorch is here."""
    try:
        import torch
    except ImportError:
        return None
    special = {
        "gelu_tanh": lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
        "log_sigmoid": torch.nn.functional.logsigmoid,
    }
    for place in (torch, torch.nn.functional):
        if name in special or hasattr(place, name):
            return cast("Callable[..., Any]", special.get(name) or getattr(place, name))
    return None


def arguments_for_torch(function: str, type: str) -> Iterable[NDArray[Any]]:
    """Blocks of arguments, x and y: every 257th float32, else random numbers and random bits in turn."""
    if type == "float" and function not in BINARY:
        patterns = np.arange(0, 2**32, 257, dtype=np.uint64).astype(np.uint32).view(np.float32)
        for x in patterns[: len(patterns) // BLOCK * BLOCK].reshape(-1, BLOCK):
            yield np.stack([x, np.zeros_like(x)])
        return
    random = np.random.default_rng(1)
    bits, floats = (np.uint32, np.float32) if type == "float" else (np.uint64, np.float64)
    for block in range(100):
        if block % 2:
            yield random.integers(0, np.iinfo(bits).max, (2, BLOCK), dtype=bits).view(floats)
        else:
            size = 2.0 ** random.integers(-3, 9, (2, BLOCK))
            yield (random.uniform(-1, 1, (2, BLOCK)) * size).astype(floats)


def measure_torch(program: Path, type: str, function: str) -> float | None:
    """PyTorch's largest error in ULP, by the same program."""
    f = torch_function(function)
    if f is None:
        return None
    import torch

    torch.set_num_threads(1)  # blocks are small

    def rows() -> Iterable[bytes]:
        for arguments in arguments_for_torch(function, type):
            inputs = [torch.from_numpy(row.copy()) for row in arguments]
            result = f(*inputs) if function in BINARY else f(inputs[0])
            yield arguments.tobytes() + result.numpy().tobytes()

    output = run(program, type, function, "given", given=rows())
    return measurement_of(output, function, type, "torch").ulps


def documentation_table(programs: dict[str, Path], measured: Sequence[Measurement], scope: str) -> str:
    """One row a function: the worst of all instruction sets and where, values at the ends, and PyTorch."""
    program = list(programs.values())[-1]
    lines = [
        "| function | float32 | at | float64 | at -∞, -0, 0, ∞ | PyTorch float32 | PyTorch float64 |",
        "|---|---:|---|---:|---|---:|---:|",
    ]
    for function in dict.fromkeys(m.function for m in measured):
        worst = {
            type: max((m for m in measured if (m.function, m.type) == (function, type)), key=lambda m: m.ulps)
            for type in ("float", "double")
        }
        where = ", ".join(f"{x:.4g}" for x in worst["float"].where[: 2 if function in BINARY else 1])
        ends = "" if function in BINARY else ", ".join(run(program, "float", function, "special").split())
        ends = ends.replace("inf", "∞").replace("-nan", "NaN").replace("nan", "NaN")
        theirs = [measure_torch(program, type, function) for type in ("float", "double")]
        cells = [
            f"`{function}`",
            f"{worst['float'].ulps:.2f}",
            where,
            f"{worst['double'].ulps:.2f}",
            ends,
            *("–" if ulps is None else compact(ulps) for ulps in theirs),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", scope, ""])


def compact(ulps: float) -> str:
    if ulps == float("inf"):
        return "∞"
    return f"{ulps:.2f}" if ulps < 100 else f"{ulps:.1e}"


def scope_of(programs: dict[str, Path], stride: int, samples: int) -> str:
    """What the numbers of the table were measured over, as a sentence below it."""
    floats = "all float32" if stride == 1 else f"every {stride}th float32"
    try:
        import torch

        theirs = f" PyTorch {torch.__version__.split('+')[0]}: every 257th float32, 400,000 float64."
    except ImportError:
        theirs = ""
    return (
        f"Largest error in ULP on {', '.join(programs)}: {floats}, {samples:,} float64 (for functions of two "
        f"arguments as many float32 too).{theirs}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="default: all")
    parser.add_argument("--exhaustive", action="store_true", help="all 2**32 float32, and more samples")
    parser.add_argument("--isa", nargs="+", choices=ISA_FLAGS, default=instruction_sets(), metavar="ISA")
    parser.add_argument("--write-table", action="store_true", help=f"write {TABLE.relative_to(ROOT)}")
    arguments = parser.parse_args()
    unknown = set(arguments.functions) - set(BOUNDS)
    if unknown:
        parser.error(f"no function {', '.join(sorted(unknown))}; there are {', '.join(BOUNDS)}")
    stride, samples = (1, 2_000_000) if arguments.exhaustive else (257, 200_000)
    with tempfile.TemporaryDirectory() as folder:
        programs = compile_programs(Path(folder), arguments.isa)
        measured = measure_all(programs, arguments.functions or BOUNDS, stride, samples)
        if arguments.write_table:
            table = documentation_table(programs, measured, scope_of(programs, stride, samples))
            TABLE.write_text(table, encoding="utf-8")
    print(markdown_table(measured))
    broken = [m for m in measured if not m.ulps <= m.allowed]
    for m in broken:
        print(m, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
