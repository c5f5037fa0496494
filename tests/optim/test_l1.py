"""The price l1 |p|, which the optimizers pay by shrinking: its formula, its minimum, and its exact zeros."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pynn
from pynn import nn, optim

OPTIONS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.02, "momentum": 0.9}),
    ("SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.02, "momentum": 0.8, "dampening": 0.3}),
    ("Adagrad", {"lr": 0.3}),
    ("Adadelta", {"lr": 1.0, "rho": 0.9, "eps": 1e-4}),
    ("RMSprop", {"lr": 0.005}),
    ("RMSprop", {"lr": 0.002, "momentum": 0.8}),
    ("Adam", {"lr": 0.01}),
    ("Adam", {"lr": 0.01, "amsgrad": True}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.0}),
    ("Adamax", {"lr": 0.01}),
    ("NAdam", {"lr": 0.01}),
    ("RAdam", {"lr": 0.01}),
]


def shrunk(x: np.ndarray, toll: Any) -> np.ndarray:
    """The soft threshold, as textbooks write it."""
    return np.sign(x) * np.maximum(np.abs(x) - toll, 0)


def problem() -> tuple[np.ndarray, np.ndarray]:
    """Ten inputs, of which three count."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 10))
    y = x[:, :3] @ np.array([2.0, -1.0, 0.5]) + 0.3 * rng.normal(size=60)
    return x, y


def fitted(name: str, options: dict[str, Any], l1: float, steps: int = 4000, **more: Any) -> np.ndarray:
    x, y = map(pynn.from_numpy, problem())
    w = nn.Parameter(pynn.full((10,), 0.1, dtype=pynn.float64))
    optimizer = getattr(optim, name)([w], **options, l1=l1, **more)
    schedule = optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: 1.0 if t < steps // 2 else 0.998 ** (t - steps // 2)
    )
    for _ in range(steps):
        optimizer.zero_grad()
        (0.5 * ((x @ w - y) ** 2).mean()).backward()
        optimizer.step()
        schedule.step()
    return w.detach().numpy()


def lasso(l1: float, l2: float = 0.0) -> np.ndarray:
    """The minimum of ½ mean (x w - y)² + l1 Σ|w| + ½ l2 Σw², by coordinate descent."""
    x, y = problem()
    w = np.zeros(10)
    for _ in range(2000):
        for j in range(10):
            rest = y - x @ w + x[:, j] * w[j]
            w[j] = shrunk(x[:, j] @ rest / len(y), l1) / ((x[:, j] ** 2).mean() + l2)
    return w


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_every_optimizer_finds_the_minimum_with_its_zeros(name: str, options: dict[str, Any]) -> None:
    expected = lasso(0.15)
    w = fitted(name, options, 0.15)
    assert 4 <= (expected == 0).sum() <= 7
    np.testing.assert_array_equal(w == 0, expected == 0)
    np.testing.assert_allclose(w, expected, atol=2e-3)


def test_with_weight_decay_it_is_the_elastic_net() -> None:
    expected = lasso(0.15, 0.4)
    w = fitted("SGD", {"lr": 0.1}, 0.15, weight_decay=0.4)
    np.testing.assert_array_equal(w == 0, expected == 0)
    np.testing.assert_allclose(w, expected, atol=1e-6)
    assert np.abs(w).sum() < np.abs(lasso(0.15)).sum()


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
def test_one_step_is_the_soft_threshold(dtype: str) -> None:
    values = np.random.default_rng(1).normal(size=133)
    values[:3] = 0.0, 0.01, -0.01
    gradient = np.random.default_rng(2).normal(size=133) * 0.1
    p = pynn.tensor(values, dtype=getattr(pynn, dtype)).requires_grad_()
    start = p.detach().double().numpy()
    p.grad = pynn.tensor(gradient, dtype=p.dtype)
    moved = start - 0.5 * p.grad.double().numpy()
    optim.SGD([p], lr=0.5, l1=0.3).step()
    tolerance = {"float32": 1e-6, "float64": 1e-14, "bfloat16": 2e-2}[dtype]
    after = p.detach().double().numpy()
    np.testing.assert_allclose(after, shrunk(moved, 0.15), rtol=tolerance, atol=tolerance / 10)
    assert (after == 0).any()


def test_adam_shrinks_each_weight_at_the_rate_of_its_own() -> None:
    rng = np.random.default_rng(3)
    p = pynn.tensor(rng.normal(size=50), dtype=pynn.float64).requires_grad_()
    optimizer = optim.AdamW([p], lr=0.1, weight_decay=0.2, l1=0.05)
    w, m, v = p.detach().numpy().copy(), 0.0, 0.0
    for t in range(1, 6):
        g = rng.normal(size=50)
        p.grad = pynn.tensor(g, dtype=pynn.float64)
        optimizer.step()
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        scale = np.sqrt(v / (1 - 0.999**t)) + 1e-8
        w = shrunk(w * (1 - 0.1 * 0.2) - 0.1 * m / (1 - 0.9**t) / scale, 0.1 * 0.05 / scale)
        np.testing.assert_allclose(p.detach().numpy(), w, rtol=1e-12, atol=1e-15)
        np.testing.assert_array_equal(p.detach().numpy() == 0, w == 0)


def test_nan_stays_and_what_has_no_gradient_is_not_moved() -> None:
    a, b = nn.Parameter(pynn.tensor([float("nan"), 1.0])), nn.Parameter(pynn.tensor([1.0]))
    a.grad = pynn.tensor([0.0, float("nan")])
    optim.SGD([a, b], lr=1.0, l1=10.0).step()
    assert np.isnan(a.tolist()).all()
    assert b.item() == 1.0


def test_groups_have_prices_of_their_own_and_the_price_may_change() -> None:
    model = nn.Linear(3, 1)
    optimizer = optim.SGD([{"params": [model.weight], "l1": 100.0}, {"params": [model.bias]}], lr=0.1)
    bias = model.bias.item()
    for p in model.parameters():
        p.grad = pynn.zeros(*p.shape)
    optimizer.step()
    assert model.weight.tolist() == [[0.0, 0.0, 0.0]]
    assert model.bias.item() == bias
    optimizer.param_groups[1]["l1"] = 100.0
    optimizer.step()
    assert model.bias.item() == 0


@pytest.mark.parametrize(("name", "options"), OPTIONS)
def test_a_recorded_step_is_the_eager_one(name: str, options: dict[str, Any]) -> None:
    def trained(record: bool) -> list[bytes]:
        pynn.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 9), nn.Tanh(), nn.Linear(9, 2))
        x, y = pynn.randn(16, 4), pynn.randn(16, 2)
        optimizer = getattr(optim, name)(model.parameters(), **options, l1=0.2)

        def step(x: pynn.Tensor, y: pynn.Tensor) -> pynn.Tensor:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

        run = pynn.compile(step) if record else step
        for i in range(12):
            if i == 8:
                optimizer.param_groups[0]["l1"] = 0.01
            run(x, y)
        if record:
            assert run.refusal is None
            assert run.recordings == 1
        return [p.detach().numpy().tobytes() for p in model.parameters()]

    assert trained(True) == trained(False)


def test_it_is_saved_and_older_files_leave_it_as_it_is() -> None:
    w = nn.Parameter(pynn.ones(2))
    state = optim.Adam([w], l1=0.25).state_dict()
    other = optim.Adam([w])
    other.load_state_dict(state)
    assert other.param_groups[0]["l1"] == 0.25
    del state["param_groups"][0]["l1"]
    one = optim.Adam([w], l1=0.5)
    one.load_state_dict(state)
    assert one.param_groups[0]["l1"] == 0.5


@pytest.mark.parametrize("make", [optim.Lion, optim.LBFGS])
def test_optimizers_without_it_say_so(make: Any) -> None:
    with pytest.raises(ValueError, match="no option 'l1'"):
        make([{"params": [nn.Parameter(pynn.ones(2))], "l1": 0.1}])
    with pytest.raises(TypeError, match="l1"):
        make([nn.Parameter(pynn.ones(2))], l1=0.1)
