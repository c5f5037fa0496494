"""Fail if an object compiled for one instruction set defines a symbol outside its own namespace.

The linker keeps one copy of each inline function. If the copy it keeps comes from an object built
with AVX flags, every caller in the program runs AVX instructions, and an older machine dies of an
illegal instruction. So whatever `pynn_kernels_v3` and `pynn_kernels_v4` define must carry
`pynn::v3::` or `pynn::v4::` in its name, which keeps it apart from the rest of the program.

Run it as `python tools/check_isa_objects.py build`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

# CMake puts the objects of the library `pynn_kernels_v3` below a folder of this name.
KERNEL_FOLDER = re.compile(r"pynn_kernels_(v[34](?:_\w+)?)\.dir")


def instruction_set(obj: Path) -> str | None:
    """The set an object was compiled for (`v3`, `v4`), or None where any machine may run it."""
    found = KERNEL_FOLDER.search(obj.as_posix())
    return found.group(1) if found else None


def leaks(obj: Path) -> list[str]:
    """The global symbols, weak ones included, that `obj` defines outside `pynn::<its set>::`.

    `DW.ref.` symbols are pointers to the C++ run-time's exception handler, not code.
    """
    command = ["nm", "--demangle", "--defined-only", "--extern-only", str(obj)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    symbols = [line.split(maxsplit=2)[2] for line in listing.splitlines()]
    own = f"pynn::{instruction_set(obj)}::"
    return [symbol for symbol in symbols if own not in symbol and not symbol.startswith("DW.ref.")]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, help="build folders to search for kernel objects")
    folders = parser.parse_args(arguments).folders

    objects = sorted(obj for folder in folders for obj in folder.rglob("*.o") if instruction_set(obj))
    if not objects:
        print(f"no object of pynn_kernels_v3 or pynn_kernels_v4 below {', '.join(map(str, folders))}")
        return 1

    found = [(obj, symbol) for obj in objects for symbol in leaks(obj)]
    for obj, symbol in found:
        print(f"{obj}: `{symbol}` would leak {instruction_set(obj)} instructions into the whole program")
    print(f"{len(objects)} kernel objects, {len(found)} leaks")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
