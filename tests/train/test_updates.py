"""Gradients of several batches, clipped gradients, and products in bfloat16."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import nn, train


def problem(n: int = 48):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 5)).astype(np.float32)
    return x, (x @ rng.normal(size=(5, 1)) + 0.1).astype(np.float32)


def fitted(batch_size: int, x=None, y=None, optimizer="sgd", **how) -> np.ndarray:
    pynn.manual_seed(0)
    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 1))
    make = {"sgd": pynn.optim.SGD, "adam": pynn.optim.Adam}[optimizer]
    model.compile(make(model.parameters(), lr=0.05), "mse", **how)
    given = problem() if x is None else (x, y)
    model.fit(*given, batch_size=batch_size, epochs=4, shuffle=False, verbose=0)
    return np.concatenate([p.detach().numpy().ravel() for p in model.parameters()])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("samples", [48, 43, 30])  # the last step, or the last batch of it, may be smaller
def test_accumulated_batches_are_one_large_batch(optimizer, samples):
    x, y = (part[:samples] for part in problem())
    large = fitted(24, x, y, optimizer)
    small = fitted(8, x, y, optimizer, accumulate=3)
    np.testing.assert_allclose(small, large, rtol=2e-4, atol=2e-6)
    assert abs(fitted(8, x, y, optimizer) - large).max() > 1e-3


def steps_of(clip: dict) -> np.ndarray:
    """The step that SGD with lr=1 takes from gradients 3 and 4."""
    weight = nn.Parameter(pynn.zeros(2))
    updates = train.updates.Updates(pynn.optim.SGD([weight], lr=1.0), **clip)
    updates.zero_grad()
    updates.backward((weight * pynn.tensor([3.0, 4.0])).sum(), 1)
    updates.step()
    return -weight.detach().numpy()


@pytest.mark.parametrize(
    ("clip", "step"),
    [
        ({}, [3.0, 4.0]),
        ({"clip_norm": 1.0}, [0.6, 0.8]),
        ({"clip_norm": 10.0}, [3.0, 4.0]),
        ({"clip_value": 3.5}, [3.0, 3.5]),
        ({"clip_value": 3.0, "clip_norm": 1.0}, [0.5**0.5, 0.5**0.5]),
    ],
)
def test_clipping(clip, step):
    np.testing.assert_allclose(steps_of(clip), step, rtol=1e-5)


def test_clipping_reaches_fit():
    start = fitted(48, optimizer="sgd", clip_norm=1e-9)
    pynn.manual_seed(0)
    fresh = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 1))
    want = np.concatenate([p.detach().numpy().ravel() for p in fresh.parameters()])
    np.testing.assert_allclose(start, want, atol=1e-8)


def test_bfloat16_products():
    seen = []

    class Sees(nn.Linear):
        def forward(self, x):
            y = super().forward(x)
            seen.append((self.training, y.dtype))
            return y

    model = Sees(5, 1)
    model.compile("sgd", "mse", precision="bfloat16")
    x, y = problem()
    history = model.fit(x, y, epochs=2, validation_data=(x, y), verbose=0)
    assert {kind for training, kind in seen if training} == {pynn.bfloat16}
    assert {kind for training, kind in seen if not training} == {pynn.float32}
    assert model.weight.dtype == pynn.float32
    assert history["loss"][1] < history["loss"][0]
    assert not pynn.is_autocast_enabled()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"accumulate": 0}, "compile: accumulate"),
        ({"clip_norm": 0.0}, "compile: clip_norm"),
        ({"clip_value": -1.0}, "compile: clip_value"),
        ({"precision": "float16"}, "compile: precision is 'float32' or 'bfloat16'"),
    ],
)
def test_options_that_cannot_be(how, message):
    with pytest.raises(ValueError, match=message):
        nn.Linear(1, 1).compile("sgd", "mse", **how)
