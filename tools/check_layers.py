"""Fail if an include or an import points up: each floor of the house knows only the floors below it.

python tools/check_layers.py [repository]
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

# What a file of each folder of csrc/ may include, besides its own folder.
CPP_BELOW = {
    "core": set(),
    "kernels": {"core"},
    "autograd": {"core"},
    "optim": {"core", "kernels"},
    "ops": {"core", "autograd", "kernels"},
    "record": {"core"},
    "bindings": {"core", "autograd", "kernels", "ops", "optim", "record"},
}

# The floors of pynn/, lowest first; rooms on one floor do not know each other.
PYTHON_FLOORS = [
    {"_core"},
    {"_mistakes"},
    {"_device"},
    {"_check", "_files"},
    {"_printing", "_notebook", "_picture"},
    {"_tensor", "_generator"},
    {"_factories"},
    {
        "_autocast",
        "_compare",
        "_config",
        "_conversions",
        "_einsum",
        "_extrema",
        "_grids",
        "_op_docs",
        "_process",
        "_counting",
        "_pointwise",
        "_products",
        "_random",
    }
    | {"_statistics", "_types", "autograd", "functional"},
    {"nn", "optim", "data", "io"},
    {"tracing", "utils", "_compile"},
    {"explanation", "profiling"},
    {"train"},
    {"audio", "text", "vision"},
    {"models", "viz"},
    {"keras", "sklearn", "tune"},
    {"cli"},
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(PYTHON_FLOORS) for room in rooms}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def cpp_violations(root: Path) -> Iterator[str]:
    """Every `#include "..."` below csrc/ that its folder may not have."""
    csrc = root / "csrc"
    for path in sorted([*csrc.rglob("*.h"), *csrc.rglob("*.cpp")]):
        folder = path.relative_to(csrc).parts[0]
        where = path.relative_to(root)
        if folder not in CPP_BELOW:
            yield f"{where}: csrc/{folder} has no floor; give it one in tools/check_layers.py"
            continue
        for included in INCLUDE.findall(path.read_text(encoding="utf-8")):
            target = included.split("/")[0] if "/" in included else folder
            if target != folder and target not in CPP_BELOW[folder]:
                yield f"{where}: {folder} may not include {included}"


def imported_rooms(path: Path, package: list[str]) -> Iterator[tuple[int, str]]:
    """(line, room) for each import of `pynn.<room>` in a file; `package` is the dotted home of the file.

    Imports for annotations alone (`if TYPE_CHECKING:`) do not run and so do not count.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    annotations_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in annotations_only:
            continue
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            home = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*home, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "pynn":
                yield node.lineno, parts[1] if len(parts) > 1 else "__init__"


def python_violations(root: Path) -> Iterator[str]:
    """Every import inside pynn/ that points up or sideways."""
    pynn = root / "pynn"
    for path in sorted(pynn.rglob("*.py")):
        inside = path.relative_to(pynn)
        room = inside.parts[0].removesuffix(".py")
        where = path.relative_to(root)
        if room == "__init__":
            continue  # the roof: it gathers every floor
        if room not in FLOOR_OF:
            yield f"{where}: pynn.{room} has no floor; give it one in tools/check_layers.py"
            continue
        for line, target in imported_rooms(path, ["pynn", *inside.parts[:-1]]):
            if room == "cli" and target == "__init__":
                continue  # the command line is a user of the whole package
            if target != room and FLOOR_OF.get(target, len(PYTHON_FLOORS)) >= FLOOR_OF[room]:
                yield f"{where}:{line}: pynn.{room} may not import pynn.{target}"


def main(arguments: list[str] | None = None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = [*cpp_violations(root), *python_violations(root)]
    print("\n".join([*found, f"{len(found)} includes or imports point up"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
