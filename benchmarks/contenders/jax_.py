"""JAX: the whole step, forward to Adam, in one jitted function whose buffers are donated."""

from __future__ import annotations

from functools import partial
from itertools import cycle
from typing import Any

from ..program import Program, UnsupportedError
from ..workloads.mlp import Mlp
from ..workloads.op import Op
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
            layers, m, v, t, key = state
            key, now = jax.random.split(key)
            loss, g = jax.value_and_grad(loss_of)(layers, x, y, now)
            t = t + 1
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)

            def update(p: Any, m: Any, v: Any) -> Any:
                return p - workload.lr * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)

            return (jax.tree.map(update, layers, m, v), m, v, t, key), loss

        layers = jax.tree.map(jnp.array, workload.weights())
        zeros = partial(jax.tree.map, jnp.zeros_like)
        state = (layers, zeros(layers), zeros(layers), jnp.float32(0), jax.random.key(0))
        inputs, labels = workload.data()
        batches = cycle([(jnp.array(x), jnp.array(y)) for x, y in zip(inputs, labels, strict=True)])

        def run() -> Any:
            nonlocal state
            state, loss = step(state, *next(batches))
            return loss

        return Program(run, wait=jax.block_until_ready)

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
