"""What this pynn was built with, and what it runs on."""

from __future__ import annotations

import platform
from pathlib import Path

from pynn import _core

__all__ = ["show_config"]


def show_config() -> str:
    """What an error report needs: versions, the instruction set that runs, threads. `pynn info` prints it.

    >>> import pynn
    >>> print(pynn.show_config())
    pynn             ...
    ops              ...
    """
    is_highest = _core.get_float32_matmul_precision() == "highest"
    products = [
        ("float32", "multiply-adds" if is_highest else _core.float32_products()),
        ("bfloat16", _core.bf16_products()),
        ("int8", _core.int8_products()),
    ]
    facts = {
        "pynn": _core.version,
        "ops": f"{len(_core.registry())}",
        "instruction set": f"{_core.isa()}  (cap it with PYNN_ISA=v2, v3, v4, v4_bf16, v4_vnni or v4_amx)",
        "products": ", ".join(f"{dtype} on {unit}" for dtype, unit in products),
        "threads": f"{_core.get_num_threads()}",
        "CUDA": "not built",
        "memory held": f"{_core.memory_stats()['allocated_bytes']:,} bytes",
        "Python": f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "folder": str(Path(__file__).parent),
    }
    width = max(map(len, facts))
    return "\n".join(f"{name:<{width}}  {value}" for name, value in facts.items())
