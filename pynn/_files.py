"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_SUFFIX = ".tmp"


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that appears under `path` once the block has ended without an error.

    Until then its bytes lie beside it under another name, and an older file of that name stays: neither a
    crash nor a full disk leaves half a file.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}{_SUFFIX}")
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if hasattr(os, "O_DIRECTORY"):  # the new name itself must reach the disk too
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove_leftovers(path: Path) -> None:
    """Delete what processes that were killed while they wrote `path` have left beside it."""
    if os.name != "posix" or not path.parent.is_dir():
        return
    for file in path.parent.iterdir():
        start = f".{path.name}."
        process = file.name.removeprefix(start).removesuffix(_SUFFIX)
        if file.name != f"{start}{process}{_SUFFIX}" or not process.isdecimal():
            continue
        try:
            os.kill(int(process), 0)  # asks whether it lives
        except ProcessLookupError:
            file.unlink(missing_ok=True)
        except (PermissionError, OverflowError):
            pass
