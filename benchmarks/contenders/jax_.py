"""JAX: the whole step, forward to Adam, in one jitted function whose buffers are donated."""

from __future__ import annotations

from functools import partial
from itertools import cycle
from typing import Any

import numpy as np

from ..program import Program, UnsupportedError
from ..workloads.gpt import Attention, GptTraining
from ..workloads.mlp import Mlp
from ..workloads.network import Inference, Training
from ..workloads.op import Op
from ..workloads.recurrent import Recurrent
from .jax_gpt import attention, gpt
from .jax_layers import Functions, moved
from .jax_recurrent import layer_of
from .torch_like import bind


class Jax:
    name = "jax"

    def __init__(self, threads: int) -> None:
        import jax

        jax.config.update("jax_platforms", "cpu")
        self.jax, self.version = jax, jax.__version__

    def mlp(self, workload: Mlp, check: bool) -> Program:
        jax, jnp = self.jax, self.jax.numpy
        activation = {"relu": jax.nn.relu, "tanh": jnp.tanh}[workload.activation]
        dropout = 0.0 if check else workload.dropout

        def loss_of(layers: Any, x: Any, y: Any, key: Any) -> Any:
            for weight, bias in layers[:-1]:
                x = activation(x @ weight.T + bias)
                if dropout:
                    key, now = jax.random.split(key)
                    x = jnp.where(jax.random.bernoulli(now, 1 - dropout, x.shape), x / (1 - dropout), 0)
            weight, bias = layers[-1]
            log_p = jax.nn.log_softmax(x @ weight.T + bias)
            return -jnp.take_along_axis(log_p, y[:, None], 1).mean()

        @partial(jax.jit, donate_argnums=0)
        def step(state: Any, x: Any, y: Any) -> Any:
            layers, moments, key = state
            key, now = jax.random.split(key)
            loss, g = jax.value_and_grad(loss_of)(layers, x, y, now)
            layers, moments = self.adam(layers, g, moments, workload.lr)
            return (layers, moments, key), loss

        layers = jax.tree.map(jnp.array, workload.weights())
        return self.steps(step, (layers, self.adam_moments(layers), jax.random.key(0)), workload.data())

    def adam_moments(self, parameters: Any) -> Any:
        zeros = partial(self.jax.tree.map, self.jax.numpy.zeros_like)
        return zeros(parameters), zeros(parameters), self.jax.numpy.float32(0)

    def adam(self, parameters: Any, g: Any, moments: Any, lr: float) -> Any:
        """The parameters and moments after a step."""
        tree, jnp = self.jax.tree, self.jax.numpy
        m, v, t = moments
        t = t + 1
        m = tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)

        def update(p: Any, m: Any, v: Any) -> Any:
            return p - lr * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)

        return tree.map(update, parameters, m, v), (m, v, t)

    def sgd(self, parameters: Any, g: Any, velocity: Any, lr: float) -> Any:
        """The parameters and velocities after a step, with momentum 0.9."""
        velocity = self.jax.tree.map(lambda v, g: 0.9 * v + g, velocity, g)
        return self.jax.tree.map(lambda p, v: p - lr * v, parameters, velocity), velocity

    def steps(self, step: Any, state: Any, data: Any) -> Program:
        """Steps that take one batch after the other; their results are the losses."""
        batches = cycle([tuple(map(self.jax.numpy.array, batch)) for batch in zip(*data, strict=True)])

        def run() -> Any:
            nonlocal state
            state, loss = step(state, *next(batches))
            return loss

        return Program(run, wait=self.jax.block_until_ready)

    def training(self, workload: Training, check: bool) -> Program:
        jax, jnp = self.jax, self.jax.numpy

        def loss_of(arrays: Any, x: Any, y: Any) -> Any:
            functions = Functions(jax, iter(arrays), training=True)
            log_p = jax.nn.log_softmax(functions.forward(workload.layers, x), 1)
            return -jnp.take_along_axis(log_p, y[:, None], 1).mean(), functions.seen

        update = {"adam": self.adam, "sgd": self.sgd}[workload.optimizer]

        @partial(jax.jit, donate_argnums=0)
        def step(state: Any, x: Any, y: Any) -> Any:
            arrays, rest = state
            (loss, seen), g = jax.value_and_grad(loss_of, has_aux=True)(arrays, x, y)
            # The running statistics have no gradient: the optimizer leaves them where they are.
            arrays, rest = update(arrays, g, rest, workload.lr)
            return (moved(arrays, seen), rest), loss

        arrays = jax.tree.map(jnp.array, workload.weights())
        rest = self.adam_moments(arrays)
        return self.steps(step, (arrays, rest if workload.optimizer == "adam" else rest[0]), workload.data())

    def recurrent(self, workload: Recurrent, check: bool) -> Program:
        jax, jnp = self.jax, self.jax.numpy
        layer = layer_of(jax, workload)

        def loss_of(arrays: Any, x: Any, y: Any) -> Any:
            table, recurrent, linear = arrays
            h = layer(recurrent, table["weight"][x]).reshape(len(y), -1)
            log_p = jax.nn.log_softmax(h @ linear["weight"].T + linear["bias"])
            return -jnp.take_along_axis(log_p, y[:, None], 1).mean()

        @partial(jax.jit, donate_argnums=0)
        def step(state: Any, x: Any, y: Any) -> Any:
            arrays, moments = state
            loss, g = jax.value_and_grad(loss_of)(arrays, x, y)
            return self.adam(arrays, g, moments, workload.lr), loss

        arrays = jax.tree.map(jnp.array, workload.weights())
        return self.steps(step, (arrays, self.adam_moments(arrays)), workload.data())

    def gpt(self, workload: GptTraining, check: bool) -> Program:
        if workload.dtype != "float32":
            raise UnsupportedError("compared in float32")
        jax, jnp = self.jax, self.jax.numpy
        scores_of = gpt(jax, workload)

        def loss_of(arrays: Any, x: Any, y: Any) -> Any:
            log_p = jax.nn.log_softmax(scores_of(arrays, x))
            return -jnp.take_along_axis(log_p, y[:, None], 1).mean()

        @partial(jax.jit, donate_argnums=0)
        def step(state: Any, x: Any, y: Any) -> Any:
            arrays, moments = state
            loss, g = jax.value_and_grad(loss_of)(arrays, x, y)
            return self.adam(arrays, g, moments, workload.lr), loss

        arrays = jax.tree.map(jnp.array, workload.weights())
        return self.steps(step, (arrays, self.adam_moments(arrays)), workload.data())

    def attention(self, workload: Attention, check: bool) -> Program:
        jax = self.jax

        @jax.jit
        def run(q: Any, k: Any, v: Any, dy: Any) -> Any:
            y, back = jax.vjp(lambda q, k, v: attention(jax, q, k, v, workload.causal), q, k, v)
            return y, *back(dy)

        arrays = list(map(jax.numpy.array, workload.arrays()))
        return Program(
            lambda: run(*arrays),
            to_numpy=lambda all: np.concatenate([np.asarray(one).ravel() for one in all]),
            wait=jax.block_until_ready,
        )

    def inference(self, workload: Inference, check: bool) -> Program:
        jax, jnp = self.jax, self.jax.numpy

        @jax.jit
        def scores_of(arrays: Any, x: Any) -> Any:
            return Functions(jax, iter(arrays), training=False).forward(workload.layers, x)

        arrays, x = jax.tree.map(jnp.array, workload.weights()), jnp.array(workload.arrays())
        return Program(lambda: scores_of(arrays, x), wait=jax.block_until_ready)

    def op(self, workload: Op, check: bool) -> Program:
        if workload.dtype != "float32":
            raise UnsupportedError("compared in float32")
        if workload.grad:
            raise UnsupportedError("JAX records nothing: gradients are another function")
        names = vars(self.jax.scipy.special) | vars(self.jax.nn) | vars(self.jax.numpy)
        function = self.jax.jit(workload.function(names, self.name))
        arrays = [self.jax.numpy.array(array) for array in workload.arrays()]
        return Program(bind(function, arrays), wait=self.jax.block_until_ready)


CONTENDERS = [Jax]
