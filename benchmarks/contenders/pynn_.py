"""Ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..program import Program, UnsupportedError
from ..workloads.op import Op
from .torch_like import TorchLike


class Pynn(TorchLike):
    name = "pynn"

    def __init__(self, threads: int) -> None:
        import pynn

        self.lib = pynn
        self.version = pynn.__version__
        pynn.set_num_threads(threads)


class PynnRecorded(Pynn):
    """Whole steps, and chains of operations, through pynn.compile."""

    name = "pynn-recorded"

    def recorded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return self.lib.compile(function)

    def op(self, workload: Op, check: bool) -> Program:
        if not workload.chain:
            raise UnsupportedError("one operation is no chain")
        return super().op(workload, check)


CONTENDERS = [Pynn, PynnRecorded]
