"""What the tests of recorded steps share: networks that train, and comparison to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import pynn
from pynn import nn

OPTIMIZERS: dict[str, Callable[[Any], pynn.optim.Optimizer]] = {
    "SGD": lambda p: pynn.optim.SGD(p, lr=0.1),
    "SGD, momentum": lambda p: pynn.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "Adam": lambda p: pynn.optim.Adam(p, lr=0.01),
    "Adam, amsgrad": lambda p: pynn.optim.Adam(p, lr=0.01, amsgrad=True),
    "AdamW": lambda p: pynn.optim.AdamW(p, lr=0.01),
    "Adagrad": lambda p: pynn.optim.Adagrad(p, lr=0.01),
    "Adadelta": lambda p: pynn.optim.Adadelta(p, lr=1.0),
    "Adamax": lambda p: pynn.optim.Adamax(p, lr=0.01),
    "RMSprop": lambda p: pynn.optim.RMSprop(p, lr=0.01, momentum=0.5, centered=True),
    "NAdam": lambda p: pynn.optim.NAdam(p, lr=0.01),
    "RAdam": lambda p: pynn.optim.RAdam(p, lr=0.01),
    "Lion": lambda p: pynn.optim.Lion(p, lr=0.01),
}


def same(a: Any, b: Any) -> bool:
    return a.dtype is b.dtype and a.shape == b.shape and np.array(a).tobytes() == np.array(b).tobytes()


def network(dropout: float = 0.0) -> nn.Module:
    pynn.manual_seed(1)
    layers = [
        nn.Linear(5, 16),
        nn.Tanh(),
        nn.Dropout(dropout),
        nn.Linear(16, 16),
        nn.ReLU(),
        nn.Linear(16, 3),
    ]
    return nn.Sequential(*layers)


def training(
    make_optimizer: Callable[[Any], Any], dropout: float = 0.0
) -> tuple[nn.Module, Any, Callable[..., Any]]:
    model = network(dropout)
    optimizer = make_optimizer(model.parameters())

    def step(x: pynn.Tensor, y: pynn.Tensor) -> pynn.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return model, optimizer, step


def batches(count: int, size: int = 8) -> list[tuple[pynn.Tensor, pynn.Tensor]]:
    rng = np.random.default_rng(0)
    return [
        (pynn.tensor(rng.standard_normal((size, 5))), pynn.tensor(rng.integers(0, 3, size)))
        for _ in range(count)
    ]


def assert_same_training(
    make: Callable[[], Any], data: Any, between: Callable[[int, Any], None] | None = None
) -> Any:
    """Trains two equal networks, one of them recorded, on one stream of random numbers."""
    (plain, plain_optimizer, eager), (model, optimizer, step) = make(), make()
    compiled = pynn.compile(step)
    for i, batch in enumerate(data):
        if between:
            between(i, plain_optimizer)
            between(i, optimizer)
        state = pynn.get_rng_state()
        want = eager(*batch)
        after = pynn.get_rng_state()
        pynn.set_rng_state(state)
        got = compiled(*batch)
        assert pynn.get_rng_state() == after
        assert same(got.detach(), want.detach()), f"step {i}"
        for p, q in zip(plain.parameters(), model.parameters(), strict=True):
            assert same(p.detach(), q.detach()), f"step {i}"
            assert (p.grad is None) == (q.grad is None)
            assert p.grad is None or same(p.grad, q.grad), f"step {i}"
    return compiled
