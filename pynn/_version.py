"""Which pynn this is, and what it was built with."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

from pynn import _core

__all__ = ["show_config", "version"]


def version() -> str:
    """The version of the build; of pyproject.toml beside it, or of the installed distribution."""
    if _core.version:
        return _core.version
    project = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if project.is_file():  # built in place
        found = re.search(r'^version = "([^"]+)"', project.read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return found[1]
    try:
        return metadata.version("pynn-learn")
    except metadata.PackageNotFoundError:
        return "0+unknown"


def show_config() -> str:
    """What an error report needs: versions, the instruction set that runs, threads. Print it.

    >>> import pynn
    >>> print(pynn.show_config())
    pynn ...
      ops: ...
    """
    python = ".".join(map(str, sys.version_info[:3]))
    return "\n".join(
        [
            f"pynn {version()} on Python {python}",
            f"  ops: {len(_core.registry())}",
            f"  kernels: {_core.isa()}",
            f"  threads: {_core.get_num_threads()} ({'OpenMP' if _core.has_openmp else 'none'})",
        ]
    )
