"""PyTorch three ways: as most people write it, with its fused Adam, and through its compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..program import Program
from ..workloads.backward import Backward
from ..workloads.gpt import Attention, GptTraining
from ..workloads.mlp import Mlp
from ..workloads.network import Inference, Training
from ..workloads.recurrent import Recurrent
from ..workloads.sequences import EmbeddingBag
from .torch_like import TorchLike


class TorchEager(TorchLike):
    name = "torch"

    def __init__(self, threads: int) -> None:
        import torch

        self.lib = torch
        self.version = torch.__version__
        torch.set_num_threads(threads)


class TorchFused(TorchEager):
    name = "torch-fused"

    def adam(self, parameters: Any, lr: float) -> Any:
        return self.lib.optim.Adam(parameters, lr=lr, fused=True)

    def sgd(self, parameters: Any, lr: float) -> Any:
        return self.lib.optim.SGD(parameters, lr=lr, momentum=0.9, fused=True)

    # The same as torch's: there is no optimizer to fuse.
    op = backward = inference = loading = attention = gpt_generate = ctc = embedding_bag = None


class TorchCompile(TorchFused):
    """Forward, loss and backward compiled together; the optimizer is the fused kernel."""

    name = "torch-compile"

    def mlp(self, workload: Mlp, check: bool) -> Program:
        self.lib.compiler.reset()
        return super().mlp(workload, check)

    def backward(self, workload: Backward, check: bool) -> Program:
        self.lib.compiler.reset()
        return TorchLike.backward(self, workload, check)

    def training(self, workload: Training, check: bool) -> Program:
        self.lib.compiler.reset()
        return super().training(workload, check)

    def inference(self, workload: Inference, check: bool) -> Program:
        self.lib.compiler.reset()
        return TorchLike.inference(self, workload, check)

    def recurrent(self, workload: Recurrent, check: bool) -> Program:
        self.lib.compiler.reset()
        return super().recurrent(workload, check)

    def gpt(self, workload: GptTraining, check: bool) -> Program:
        self.lib.compiler.reset()
        return super().gpt(workload, check)

    def attention(self, workload: Attention, check: bool) -> Program:
        self.lib.compiler.reset()
        return TorchLike.attention(self, workload, check)

    def embedding_bag(self, workload: EmbeddingBag, check: bool) -> Program:
        self.lib.compiler.reset()
        return TorchLike.embedding_bag(self, workload, check)

    adam_step = epoch = loading = None  # torch-fused's

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return self.lib.compile(function)


CONTENDERS = [TorchEager, TorchFused, TorchCompile]
