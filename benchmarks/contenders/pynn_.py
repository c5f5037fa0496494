"""Ours."""

from __future__ import annotations

from .torch_like import TorchLike


class Pynn(TorchLike):
    name = "pynn"

    def __init__(self, threads: int) -> None:
        import pynn

        self.lib = pynn
        self.version = pynn.__version__
        pynn.set_num_threads(threads)


CONTENDERS = [Pynn]
