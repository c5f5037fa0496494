"""What this pynn was built with."""

from __future__ import annotations

import sys

from pynn import _core

__all__ = ["show_config"]


def show_config() -> str:
    """What an error report needs: versions, the instruction set that runs, threads. Print it.

    >>> import pynn
    >>> print(pynn.show_config())
    pynn ...
      ops: ...
    """
    return "\n".join(
        [
            f"pynn {_core.version} on Python {sys.version.split()[0]}",
            f"  ops: {len(_core.registry())}",
            f"  kernels: {_core.isa()}",
            f"  threads: {_core.get_num_threads()} ({'OpenMP' if _core.has_openmp else 'none'})",
        ]
    )
