"""Initialisations: their distributions, their bounds by PyTorch's rules, and what they refuse."""

import math
from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn.nn import init


def drawn(name: str, shape: tuple[int, ...], *args: Any, **kwargs: Any) -> np.ndarray:
    pynn.manual_seed(0)
    tensor = pynn.nn.Parameter(pynn.empty(shape))
    assert getattr(init, name)(tensor, *args, **kwargs) is tensor
    assert tensor.requires_grad
    assert tensor.is_leaf
    return tensor.detach().numpy()


def torchs(name: str, shape: tuple[int, ...], *args: Any, **kwargs: Any) -> np.ndarray:
    torch.manual_seed(0)
    return getattr(torch.nn.init, name)(torch.empty(shape), *args, **kwargs).numpy()


@pytest.mark.parametrize(
    ("name", "args"), [("constant_", (3.5,)), ("zeros_", ()), ("ones_", ()), ("eye_", ())]
)
def test_fixed_values(name: str, args: tuple[Any, ...]) -> None:
    np.testing.assert_array_equal(drawn(name, (4, 3), *args), torchs(name, (4, 3), *args))


@pytest.mark.parametrize(
    ("name", "kwargs"),
    [
        ("uniform_", {}),
        ("uniform_", {"a": -2.0, "b": 0.5}),
        ("normal_", {"mean": 1.0, "std": 0.1}),
        ("trunc_normal_", {}),
        ("trunc_normal_", {"mean": 1.0, "std": 2.0, "a": 0.0, "b": 2.0}),
        ("xavier_uniform_", {"gain": 2.0}),
        ("xavier_normal_", {}),
        ("kaiming_uniform_", {"a": math.sqrt(5)}),
        ("kaiming_uniform_", {"mode": "fan_out", "nonlinearity": "relu"}),
        ("kaiming_normal_", {}),
        ("kaiming_normal_", {"mode": "fan_out", "nonlinearity": "tanh"}),
    ],
)
def test_distributions_are_those_of_torch(name: str, kwargs: dict[str, Any]) -> None:
    """Quantiles of 60 000 numbers: each is known to about a hundredth of the spread."""
    mine, theirs = drawn(name, (20, 30, 10, 10), **kwargs), torchs(name, (20, 30, 10, 10), **kwargs)
    at = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1] if "normal" not in name or "trunc" in name else [0.05, 0.5, 0.95]
    spread = theirs.std()
    np.testing.assert_allclose(np.quantile(mine, at), np.quantile(theirs, at), atol=0.03 * spread)
    assert abs(mine.std() - spread) < 0.02 * spread


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    q = drawn("orthogonal_", shape, gain=2.0).reshape(shape[0], -1).astype(np.float64)
    small = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-5)


@pytest.mark.parametrize(
    "nonlinearity", ["linear", "conv1d", "conv2d", "conv3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]
)
def test_gains(nonlinearity: str) -> None:
    assert init.calculate_gain(nonlinearity) == pytest.approx(torch.nn.init.calculate_gain(nonlinearity))
    assert init.calculate_gain("leaky_relu", 0.3) == pytest.approx(
        torch.nn.init.calculate_gain("leaky_relu", 0.3)
    )


def test_a_new_linear_starts_as_torchs() -> None:
    pynn.manual_seed(0)
    layer = pynn.nn.Linear(100, 300)
    for values in (layer.weight.detach().numpy(), layer.bias.detach().numpy()):
        assert np.abs(values).max() <= 0.1
        assert values.std() == pytest.approx(0.1 / math.sqrt(3), rel=0.15)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda x: init.uniform_(x, 1.0, 0.0), "lies above the upper end"),
        (lambda x: init.normal_(x, 0.0, -1.0), "normal_: std must be a number of 0 or more"),
        (lambda x: init.trunc_normal_(x, std=0.0), "need std > 0 and a < b"),
        (lambda x: init.trunc_normal_(x, a=50.0, b=60.0), "holds no probability"),
        (lambda x: init.eye_(x.reshape(-1)), "needs a matrix"),
        (lambda x: init.xavier_normal_(x.reshape(-1)), "at least 2 axes"),
        (lambda x: init.kaiming_normal_(x.reshape(-1)), "at least 2 axes"),
        (lambda x: init.orthogonal_(x.reshape(-1)), "at least 2 axes"),
        (lambda x: init.kaiming_uniform_(x, mode="fan"), "mode must be 'fan_in' or 'fan_out'"),
        (lambda x: init.kaiming_uniform_(x, nonlinearity="magic"), "no gain for 'magic'"),
    ],
)
def test_refusals(call: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        call(pynn.zeros(3, 4))
