"""Blocks after which a model is what it was before."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from pynn import _core, autograd, nn, optim


@contextmanager
def unchanged(model: nn.Module) -> Iterator[None]:
    """A block after which buffers, modes, and the stream of random numbers are what they were."""
    buffers = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    modes = [(module, module.training) for module in model.modules()]
    state = _core.get_rng_state()
    try:
        yield
    finally:
        _core.set_rng_state(state)
        with autograd.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
        for module, mode in modes:
            module.__dict__["training"] = mode


@contextmanager
def untouched(model: nn.Module, optimizer: optim.Optimizer) -> Iterator[None]:
    """A block after which parameters, gradients and the optimizer are what they were."""
    parameters = [(p, p.detach().clone(), p.grad) for p in model.parameters()]
    state = copy.deepcopy(optimizer.state_dict())
    try:
        yield
    finally:
        with autograd.no_grad():
            for parameter, value, gradient in parameters:
                parameter.copy_(value)
                parameter.grad = gradient
        optimizer.load_state_dict(state)
