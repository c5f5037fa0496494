"""pynn and PyTorch share their names, so they run the same lines: only the module is another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np

from ..program import Program
from ..workloads.adam import AdamStep
from ..workloads.backward import Backward
from ..workloads.convolution import Convolution
from ..workloads.epoch import Epoch
from ..workloads.gpt import Attention, GptTraining, GptWriting, Sizes
from ..workloads.loading import Loading
from ..workloads.mlp import Mlp
from ..workloads.network import Inference, Training
from ..workloads.op import Op
from ..workloads.recurrent import Recurrent
from ..workloads.sequences import CtcLoss, EmbeddingBag
from .torch_like_gpt import gpt, write
from .torch_like_network import build, recurrent_model


class TorchLike:
    """A contender that speaks PyTorch's language; `self.lib` is the imported module."""

    lib: Any
    name: str

    def mlp(self, workload: Mlp, check: bool) -> Program:
        model = self.perceptron(workload, check)
        return self.training_step(model, self.adam(model.parameters(), workload.lr), *workload.data())

    def perceptron(self, workload: Mlp, check: bool) -> Any:
        lib, nn = self.lib, self.lib.nn
        activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[workload.activation]
        dropout = 0.0 if check else workload.dropout

        layers: list[Any] = []
        for weight, bias in workload.weights():
            if layers:
                layers += [activation(), nn.Dropout(dropout)] if dropout else [activation()]
            linear = nn.Linear(weight.shape[1], weight.shape[0])
            linear.load_state_dict({"weight": lib.from_numpy(weight), "bias": lib.from_numpy(bias)})
            layers.append(linear)
        return nn.Sequential(*layers)

    def epoch(self, workload: Epoch, check: bool) -> Program:
        model = self.perceptron(workload, check)
        optimizer = self.adam(model.parameters(), workload.lr)
        loss_of, loader = (
            self.lib.nn.functional.cross_entropy,
            self.loader(*workload.samples(), workload, check),
        )

        def train() -> float:
            model.train()
            total, samples = 0.0, 0
            for x, y in loader:
                optimizer.zero_grad()
                loss = loss_of(model(x), y)
                loss.backward()
                optimizer.step()
                total += loss.item() * len(y)
                samples += len(y)
            return total / samples

        return Program(train)

    def loading(self, workload: Loading, check: bool) -> Program:
        loader = self.loader(*workload.arrays(), workload, check)

        def read() -> Any:
            last = None
            for x, _ in loader:
                last = x
            return last

        return Program(read, to_numpy=lambda last: last.numpy())

    def loader(self, x: np.ndarray, y: np.ndarray, workload: Epoch | Loading, check: bool) -> Any:
        data = self.lib.utils.data
        samples = data.TensorDataset(self.lib.from_numpy(x), self.lib.from_numpy(y))
        return data.DataLoader(samples, batch_size=workload.batch, shuffle=not check)

    def training(self, workload: Training, check: bool) -> Program:
        model = build(self.lib, workload)
        optimizer = getattr(self, workload.optimizer)(model.parameters(), workload.lr)
        return self.training_step(model, optimizer, *workload.data())

    def recurrent(self, workload: Recurrent, check: bool) -> Program:
        model = recurrent_model(self.lib, workload)
        return self.training_step(model, self.adam(model.parameters(), workload.lr), *workload.data())

    def gpt_model(self, workload: Sizes) -> Any:
        model = gpt(self.lib, workload)
        self.load(model, workload)
        return model

    def load(self, model: Any, workload: Sizes) -> None:
        state = {name: self.lib.from_numpy(array) for name, array in workload.weights().items()}
        model.load_state_dict(state | {"lm_head.weight": state["transformer.wte.weight"]})

    def gpt(self, workload: GptTraining, check: bool) -> Program:
        model = self.gpt_model(workload)
        optimizer = self.adam(model.parameters(), workload.lr)

        def scores_of(x: Any) -> Any:
            if workload.dtype == "float32":
                return model(x).flatten(0, 1)
            with self.lib.autocast("cpu", self.lib.bfloat16):
                return model(x).flatten(0, 1).float()

        program = self.training_step(scores_of, optimizer, *workload.data())
        return replace(program, run=self.at_precision(workload, program.run))

    def gpt_generate(self, workload: GptWriting, check: bool) -> Program:
        model = self.gpt_model(workload).eval()
        start = self.lib.from_numpy(workload.start())

        def run() -> Any:
            with self.lib.inference_mode():
                return self.write(workload, model, start)

        return Program(run, to_numpy=lambda tokens: tokens.numpy())

    def write(self, workload: GptWriting, model: Any, start: Any) -> Any:
        return write(self.lib, workload, model, start, workload.tokens)

    def attention(self, workload: Attention, check: bool) -> Program:
        *inputs, dy = map(self.lib.from_numpy, workload.arrays())
        for tensor in inputs:
            tensor.requires_grad_()
        attend = self.compiled(self.lib.nn.functional.scaled_dot_product_attention)

        def run() -> Any:
            for tensor in inputs:
                tensor.grad = None
            y = attend(*inputs, is_causal=workload.causal)
            y.backward(dy)
            return [y.detach(), *(tensor.grad for tensor in inputs)]

        return Program(run, to_numpy=in_one_row)

    def ctc(self, workload: CtcLoss, check: bool) -> Program:
        scores, labels, steps, counts = map(self.lib.from_numpy, workload.arrays())
        scores.requires_grad_()
        functional = self.lib.nn.functional

        def run() -> Any:
            scores.grad = None
            loss = functional.ctc_loss(functional.log_softmax(scores, -1), labels, steps, counts)
            loss.backward()
            return [loss.detach(), scores.grad]

        return Program(run, to_numpy=in_one_row)

    def embedding_bag(self, workload: EmbeddingBag, check: bool) -> Program:
        places, table, dy = map(self.lib.from_numpy, workload.arrays())
        table.requires_grad_()
        means_of = self.compiled(self.lib.nn.functional.embedding_bag)

        def run() -> Any:
            table.grad = None
            y = means_of(places, table, mode="mean")
            y.backward(dy)
            return [y.detach(), table.grad]

        return Program(run, to_numpy=in_one_row)

    def training_step(self, model: Any, optimizer: Any, inputs: np.ndarray, labels: np.ndarray) -> Program:
        """Steps that take one batch after the other; their results are the losses."""
        lib = self.lib
        loss_of = self.compiled(lambda x, y: lib.nn.functional.cross_entropy(model(x), y))
        batches = cycle([(lib.from_numpy(x), lib.from_numpy(y)) for x, y in zip(inputs, labels, strict=True)])

        def train(x: Any, y: Any) -> Any:
            optimizer.zero_grad()
            loss = loss_of(x, y)
            loss.backward()
            optimizer.step()
            return loss

        train = self.recorded(train)
        return Program(lambda: train(*next(batches)), to_numpy=lambda loss: loss.detach().numpy())

    def inference(self, workload: Inference, check: bool) -> Program:
        model = build(self.lib, workload).eval()
        scores_of = self.recorded(self.compiled(model))
        x = self.lib.from_numpy(workload.arrays())

        def run() -> Any:
            with self.lib.inference_mode():
                return scores_of(x)

        return Program(run, to_numpy=lambda scores: scores.numpy())

    def adam(self, parameters: Any, lr: float) -> Any:
        return self.lib.optim.Adam(parameters, lr=lr)

    def sgd(self, parameters: Any, lr: float) -> Any:
        return self.lib.optim.SGD(parameters, lr=lr, momentum=0.9)

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    def recorded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return function

    def op(self, workload: Op, check: bool) -> Program:
        names = vars(self.lib.nn.functional) | vars(self.lib)
        function = self.recorded(workload.function(names, self.name))
        tensors = [self.lib.from_numpy(array) for array in workload.arrays()]
        if workload.dtype == "bfloat16":
            tensors = [tensor.bfloat16() for tensor in tensors]
        if workload.grad:
            tensors = [tensor.requires_grad_() for tensor in tensors]
        run = self.at_precision(workload, bind(function, tensors))
        return Program(run, to_numpy=lambda result: result.detach().float().numpy())

    def at_precision(self, workload: Op | GptTraining, run: Callable[[], Any]) -> Callable[[], Any]:
        """`run` with its float32 products at the workload's precision; what follows has the highest again."""
        if workload.precision == "highest":
            return run

        def run_less_precisely() -> Any:
            self.lib.set_float32_matmul_precision(workload.precision)
            try:
                return run()
            finally:
                self.lib.set_float32_matmul_precision("highest")

        return run_less_precisely

    def backward(self, workload: Backward, check: bool) -> Program:
        arrays = {name: self.lib.from_numpy(array) for name, array in workload.arrays().items()}
        dy = arrays.pop("dy", None)
        names = vars(self.lib) | vars(self.lib.nn.functional)
        function = self.compiled(workload.function(names, workload.expression, list(arrays)))
        x, *others = arrays.values()
        x.requires_grad_()

        def run() -> Any:
            x.grad = None
            function(x, *others).backward(dy)
            return x.grad

        return Program(run, to_numpy=lambda dx: dx.numpy())

    def convolution(self, workload: Convolution, check: bool) -> Program:
        *inputs, dy = map(self.lib.from_numpy, workload.arrays())
        for tensor in inputs:
            tensor.requires_grad_()
        conv2d, settings = (
            self.lib.nn.functional.conv2d,
            (workload.stride, workload.padding, 1, workload.groups),
        )

        def run() -> Any:
            for tensor in inputs:
                tensor.grad = None
            conv2d(*inputs, *settings).backward(dy)
            return [tensor.grad for tensor in inputs]

        return Program(run, to_numpy=in_one_row)

    def adam_step(self, workload: AdamStep, check: bool) -> Program:
        parameter, gradient = map(self.lib.from_numpy, workload.arrays())
        parameter.requires_grad_()
        parameter.grad = gradient
        optimizer = self.adam([parameter], workload.lr)

        def run() -> Any:
            optimizer.step()
            return parameter

        return Program(run, to_numpy=lambda p: p.detach().numpy().copy())


def in_one_row(tensors: list[Any]) -> np.ndarray:
    """All their numbers."""
    return np.concatenate([tensor.numpy().ravel() for tensor in tensors])


def bind(function: Callable[..., Any], arguments: list[Any]) -> Callable[[], Any]:
    """`function` of fixed arguments, at the least cost per call: an argument list costs more than names."""
    if len(arguments) == 1:
        (x,) = arguments
        return lambda: function(x)
    x, y = arguments
    return lambda: function(x, y)
