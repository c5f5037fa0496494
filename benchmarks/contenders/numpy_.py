"""NumPy by hand: the step that every course writes once, and the reference for all contenders."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np

from ..program import Program, UnsupportedError
from ..workloads.adam import AdamStep
from ..workloads.backward import Backward
from ..workloads.convolution import Convolution
from ..workloads.epoch import Epoch
from ..workloads.gpt import Attention, GptTraining, GptWriting
from ..workloads.layers import Arrays
from ..workloads.loading import Loading
from ..workloads.mlp import Mlp
from ..workloads.network import Inference, Network, Training
from ..workloads.op import Op
from ..workloads.recurrent import Recurrent
from ..workloads.sequences import CtcLoss, EmbeddingBag
from . import numpy_gpt, numpy_recurrent, numpy_sequences
from .numpy_layers import Weights, forward
from .torch_like import bind

# activation -> (f, f' written in terms of the output)
ACTIVATIONS = {
    "relu": (lambda z: np.maximum(z, 0), lambda a: a > 0),
    "tanh": (np.tanh, lambda a: 1 - a * a),
}


class Numpy:
    name = "numpy"
    version = np.__version__

    def __init__(self, threads: int) -> None:
        self.threads = threads  # its BLAS looked at the CPUs of this process when it was loaded

    def mlp(self, workload: Mlp, check: bool, dtype: Any = np.float32) -> Program:
        f, slope = ACTIVATIONS[workload.activation]
        dropout = 0.0 if check else workload.dropout
        rng = np.random.default_rng(4)
        layers = [(w.astype(dtype), b.astype(dtype)) for w, b in workload.weights()]
        optimizer = Adam([array for layer in layers for array in layer], workload.lr)
        inputs, labels = workload.data()
        batches = cycle(list(zip(inputs.astype(dtype), labels, strict=True)))
        rows = np.arange(workload.batch)

        def step() -> Any:
            x, y = next(batches)
            activations, slopes = [x], []
            for weight, bias in layers[:-1]:
                a = f(activations[-1] @ weight.T + bias)
                s = slope(a)
                if dropout:
                    mask = (rng.random(a.shape, dtype) >= dropout) / dtype(1 - dropout)
                    a, s = a * mask, s * mask
                activations.append(a)
                slopes.append(s)
            weight, bias = layers[-1]
            logits = activations[-1] @ weight.T + bias

            shifted = logits - logits.max(1, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
            loss = -log_p[rows, y].mean()

            delta = np.exp(log_p)
            delta[rows, y] -= 1
            delta /= len(y)
            gradients: list[np.ndarray] = []
            for i in reversed(range(len(layers))):
                gradients = [delta.T @ activations[i], delta.sum(0), *gradients]
                if i:
                    delta = (delta @ layers[i][0]) * slopes[i - 1]
            optimizer.step(gradients)
            return loss

        return Program(step)

    def epoch(self, workload: Epoch, check: bool, dtype: Any = np.float32) -> Program:
        if not check:
            raise UnsupportedError("has no loader")
        step = self.mlp(workload, check, dtype).run
        return Program(lambda: np.mean([step() for _ in range(workload.batches)]))

    def loading(self, workload: Loading, check: bool, dtype: Any = np.float32) -> Program:
        x, y = workload.arrays()
        rng, at_once = np.random.default_rng(5), workload.batch

        def read() -> Any:
            order = np.arange(len(x)) if check else rng.permutation(len(x))
            for start in range(0, len(x), at_once):
                part = order[start : start + at_once]
                last = x[part], y[part]
            return last[0]

        return Program(read)

    def training(self, workload: Training, check: bool, dtype: Any = np.float32) -> Program:
        arrays = reference_weights(workload, dtype)
        names = [(i, name) for i, layer in enumerate(arrays) for name in layer if "running" not in name]
        parameters = [arrays[i][name] for i, name in names]
        optimizer = {"adam": Adam, "sgd": Sgd}[workload.optimizer](parameters, workload.lr)
        inputs, labels = workload.data()
        batches = cycle(list(zip(inputs.astype(dtype), labels[:, :, None], strict=True)))

        def step() -> Any:
            x, y = next(batches)
            weights = Weights.of(arrays)
            scores, back = forward(workload.layers, x, weights, training=True)
            shifted = scores - scores.max(1, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
            delta = np.exp(log_p)
            np.put_along_axis(delta, y, np.take_along_axis(delta, y, 1) - 1, 1)
            back(delta / y.size)
            optimizer.step([weights.gradients[i][name] for i, name in names])
            return -np.take_along_axis(log_p, y, 1).mean()

        return Program(step)

    def recurrent(self, workload: Recurrent, check: bool, dtype: Any = np.float32) -> Program:
        table, layer, linear = (
            {name: a.astype(dtype) for name, a in arrays.items()} for arrays in workload.weights()
        )
        parameters = [*table.values(), *layer.values(), *linear.values()]
        optimizer = Adam(parameters, workload.lr)
        batches = cycle(list(zip(*workload.data(), strict=True)))

        def step() -> Any:
            x, y = next(batches)
            gradients: Arrays = {}
            h, back = numpy_recurrent.forward(workload, table["weight"][x], layer, gradients)
            rows = h.reshape(-1, h.shape[-1])
            scores = rows @ linear["weight"].T + linear["bias"]
            shifted = scores - scores.max(1, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
            loss = -log_p[np.arange(len(y)), y].mean()

            delta = np.exp(log_p)
            delta[np.arange(len(y)), y] -= 1
            delta /= len(y)
            dx = back((delta @ linear["weight"]).reshape(h.shape))
            dtable = np.zeros_like(table["weight"])
            np.add.at(dtable, x, dx)
            optimizer.step([dtable, *(gradients[name] for name in layer), delta.T @ rows, delta.sum(0)])
            return loss

        return Program(step)

    def gpt(self, workload: GptTraining, check: bool, dtype: Any = np.float32) -> Program:
        if workload.dtype != "float32" and not check:
            raise UnsupportedError("compared in float32")
        arrays = {name: array.astype(dtype) for name, array in workload.weights().items()}
        network = numpy_gpt.Network(workload, arrays)
        optimizer = Adam(list(arrays.values()), workload.lr)
        batches = cycle(list(zip(*workload.data(), strict=True)))

        def step() -> Any:
            x, y = next(batches)
            scores, back = network.forward(x)
            shifted = scores - scores.max(-1, keepdims=True)
            log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
            y = y.reshape(*x.shape, 1)
            delta = np.exp(log_p)
            np.put_along_axis(delta, y, np.take_along_axis(delta, y, -1) - 1, -1)
            back(delta / y.size)
            optimizer.step([network.gradients[name] for name in arrays])
            return -np.take_along_axis(log_p, y, -1).mean()

        return Program(step)

    def gpt_generate(self, workload: GptWriting, check: bool, dtype: Any = np.float32) -> Program:
        if not check:
            raise UnsupportedError("the reference keeps nothing: it reads all again for each token")
        arrays = {name: array.astype(dtype) for name, array in workload.weights().items()}
        network = numpy_gpt.Network(workload, arrays)

        def run() -> np.ndarray:
            tokens = workload.start()
            for _ in range(workload.tokens):
                best = network.forward(tokens)[0][:, -1].argmax(-1)
                tokens = np.concatenate([tokens, best[:, None]], 1)
            return tokens

        return Program(run)

    def attention(self, workload: Attention, check: bool, dtype: Any = np.float32) -> Program:
        arrays = [array.astype(dtype) for array in workload.arrays()]
        return Program(lambda: numpy_gpt.attention_and_gradients(workload, *arrays))

    def ctc(self, workload: CtcLoss, check: bool, dtype: Any = np.float32) -> Program:
        scores, *others = workload.arrays()
        scores = scores.astype(dtype)
        return Program(lambda: numpy_sequences.ctc_and_gradient(scores, *others))

    def embedding_bag(self, workload: EmbeddingBag, check: bool, dtype: Any = np.float32) -> Program:
        places, *arrays = workload.arrays()
        table, dy = (array.astype(dtype) for array in arrays)
        return Program(lambda: numpy_sequences.bags_and_gradient(places, table, dy))

    def inference(self, workload: Inference, check: bool, dtype: Any = np.float32) -> Program:
        arrays, x = reference_weights(workload, dtype), workload.arrays().astype(dtype)
        return Program(lambda: forward(workload.layers, x, Weights.of(arrays), training=False)[0])

    def op_function(self, workload: Op) -> Callable[..., Any]:
        return workload.function(vars(np) | BY_HAND, self.name)

    def op(self, workload: Op, check: bool) -> Program:
        if workload.dtype != "float32":
            raise UnsupportedError("compared in float32")
        if workload.grad:
            raise UnsupportedError("NumPy has no gradients")
        return Program(bind(self.op_function(workload), workload.arrays()))

    def backward(self, workload: Backward, check: bool, dtype: Any = np.float32) -> Program:
        arrays = {
            name: array.astype(dtype) if array.dtype == np.float32 else array
            for name, array in workload.arrays().items()
        }
        function = workload.function(vars(np) | BY_HAND, workload.gradient, list(arrays))
        return Program(lambda: function(*arrays.values()))

    def convolution(self, workload: Convolution, check: bool, dtype: Any = np.float32) -> Program:
        if not check:
            raise UnsupportedError("NumPy has no convolution of images")
        x, w, _, dy = (array.astype(dtype) for array in workload.arrays())
        return Program(
            lambda: np.concatenate([d.ravel() for d in gradients_of_convolution(workload, x, w, dy)])
        )

    def adam_step(self, workload: AdamStep, check: bool, dtype: Any = np.float32) -> Program:
        parameter, gradient = (array.astype(dtype) for array in workload.arrays())
        optimizer = Adam([parameter], workload.lr)

        def run() -> np.ndarray:
            optimizer.step([gradient])
            return parameter

        return Program(run, to_numpy=np.copy)


def gradients_of_convolution(
    case: Convolution, x: np.ndarray, w: np.ndarray, dy: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """dx, dw and db, one tap of the kernel after the other."""
    n, groups, pad, out = len(x), case.groups, case.padding, case.out
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    grouped = dy.reshape(n, groups, -1, out * out)
    for i in range(case.kernel):
        for j in range(case.kernel):
            part = (
                ...,
                slice(i, i + case.stride * (out - 1) + 1, case.stride),
                slice(j, j + case.stride * (out - 1) + 1, case.stride),
            )
            met = padded[part].reshape(n, groups, -1, out * out)
            dw[:, :, i, j] = (grouped @ met.swapaxes(-1, -2)).sum(0).reshape(dw.shape[:2])
            tap = w[:, :, i, j].reshape(groups, -1, w.shape[1])
            dpadded[part] += (tap.swapaxes(-1, -2) @ grouped).reshape(padded[part].shape)
    return dpadded[:, :, pad : pad + case.size, pad : pad + case.size], dw, dy.sum((0, 2, 3))


def reference_weights(workload: Network, dtype: Any) -> list[Arrays]:
    if dtype == np.float32:
        raise UnsupportedError("NumPy has no convolution; one by hand serves as the reference only")
    return [{name: array.astype(dtype) for name, array in layer.items()} for layer in workload.weights()]


class Sgd:
    """With momentum 0.9, in place."""

    def __init__(self, parameters: list[np.ndarray], lr: float) -> None:
        self.parameters, self.lr = parameters, lr
        self.velocity = [np.zeros_like(p) for p in parameters]

    def step(self, gradients: list[np.ndarray]) -> None:
        for p, g, v in zip(self.parameters, gradients, self.velocity, strict=True):
            v *= 0.9
            v += g
            p -= self.lr * v


class Adam:
    """Kingma & Ba 2015, algorithm 1, in place."""

    def __init__(self, parameters: list[np.ndarray], lr: float) -> None:
        self.parameters, self.lr, self.t = parameters, lr, 0
        self.m = [np.zeros_like(p) for p in parameters]
        self.v = [np.zeros_like(p) for p in parameters]

    def step(self, gradients: list[np.ndarray], beta1: float = 0.9, beta2: float = 0.999) -> None:
        self.t += 1
        rate = self.lr / (1 - beta1**self.t)
        correction = (1 - beta2**self.t) ** 0.5
        for p, g, m, v in zip(self.parameters, gradients, self.m, self.v, strict=True):
            m *= beta1
            m += (1 - beta1) * g
            v *= beta2
            v += (1 - beta2) * g * g
            p -= rate * m / (np.sqrt(v) / correction + 1e-8)


def softmax(x: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def logsumexp(x: np.ndarray, axis: int) -> np.ndarray:
    top = x.max(axis, keepdims=True)
    return np.log(np.exp(x - top).sum(axis)) + top.squeeze(axis)


def erf(x: np.ndarray) -> np.ndarray:
    """The C library's, element by element."""
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


BY_HAND = {
    "permute": np.transpose,
    "erf": erf,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "softmax": softmax,
    "logsumexp": logsumexp,
}

CONTENDERS = [Numpy]
