"""tinygrad, with its just-in-time compiler around each unit of work."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import numpy as np

from ..program import Program, UnsupportedError
from ..workloads.mlp import Mlp
from ..workloads.op import Op
from .torch_like import bind


class Tinygrad:
    name = "tinygrad"

    def __init__(self, threads: int) -> None:
        import os

        os.environ.setdefault("DEV", "CPU")
        from importlib.metadata import version

        import tinygrad

        self.tinygrad, self.version = tinygrad, version("tinygrad")

    def wait(self, result: Any) -> None:
        self.tinygrad.Device[self.tinygrad.Device.DEFAULT].synchronize()

    def mlp(self, workload: Mlp, check: bool) -> Program:
        Tensor = self.tinygrad.Tensor
        dropout = 0.0 if check else workload.dropout
        layers = [(Tensor(w), Tensor(b)) for w, b in workload.weights()]
        optimizer = self.tinygrad.nn.optim.Adam([t for layer in layers for t in layer], lr=workload.lr)

        def forward(x: Any) -> Any:
            for i, (weight, bias) in enumerate(layers):
                if i:
                    x = getattr(x, workload.activation)().dropout(dropout)
                x = x.linear(weight.T, bias)
            return x

        @self.tinygrad.TinyJit
        def step(x: Any, y: Any) -> Any:
            with self.tinygrad.Context(TRAINING=1):
                optimizer.zero_grad()
                loss = forward(x).sparse_categorical_crossentropy(y).backward()
                return loss.realize(*optimizer.schedule_step())

        inputs, labels = workload.data()
        labels = labels.astype(np.int32)
        batches = cycle(
            [(Tensor(x).realize(), Tensor(y).realize()) for x, y in zip(inputs, labels, strict=True)]
        )
        return Program(lambda: step(*next(batches)), to_numpy=lambda loss: loss.numpy(), wait=self.wait)

    def op(self, workload: Op, check: bool) -> Program:
        if workload.dtype != "float32":
            raise UnsupportedError("compared in float32")
        if workload.grad:
            raise UnsupportedError("tinygrad records nothing: gradients are part of the compiled step")
        raw = workload.function(MethodNames(self.tinygrad.Tensor), self.name)
        function = self.tinygrad.TinyJit(lambda *arrays: raw(*arrays).realize())
        tensors = [self.tinygrad.Tensor(array).realize() for array in workload.arrays()]
        return Program(bind(function, tensors), to_numpy=lambda result: result.numpy(), wait=self.wait)


class MethodNames(dict):
    """`tanh(x)` for a library that only has `x.tanh()`."""

    def __init__(self, tensor: Any) -> None:
        other = {"amax": "max", "silu": "silu"}
        super().__init__({name: getattr(tensor, other.get(name, name)) for name in [*dir(tensor), *other]})


CONTENDERS = [Tinygrad]
