"""A batch norm made part of the layer in front of it, and a ReLU made part of a batch norm."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import nn


def learned(norm: Any) -> Any:
    """A norm in evaluation whose numbers are not those that it began with."""
    rng = np.random.default_rng(0)
    for name in ("weight", "bias", "running_mean", "running_var"):
        values = getattr(norm, name)
        if values is not None:
            drawn = rng.uniform(0.5, 2.0, tuple(values.shape)).astype(values.detach().numpy().dtype)
            values.detach().copy_(pynn.from_numpy(drawn))
    return norm.eval()


LAYERS = [
    (nn.Conv1d(4, 6, 3), nn.BatchNorm1d(6), (2, 4, 9)),
    (nn.Conv2d(4, 6, 3, bias=False), nn.BatchNorm2d(6), (2, 4, 9, 7)),
    (nn.Conv2d(4, 6, 3, groups=2, padding=1), nn.BatchNorm2d(6, affine=False), (2, 4, 9, 7)),
    (nn.Conv3d(2, 3, 2), nn.BatchNorm3d(3, eps=0.1), (2, 2, 4, 5, 3)),
    (nn.ConvTranspose2d(4, 6, 3, stride=2), nn.BatchNorm2d(6), (2, 4, 5, 5)),
    (nn.ConvTranspose2d(4, 6, 3, groups=2), nn.BatchNorm2d(6), (2, 4, 5, 5)),
]


@pytest.mark.parametrize(("conv", "norm", "shape"), LAYERS, ids=lambda v: str(v)[:40])
def test_a_fused_convolution_gives_what_both_give(conv: Any, norm: Any, shape: tuple[int, ...]) -> None:
    conv, norm = conv.double().eval(), learned(norm.double())
    x = pynn.randn(*shape, dtype=pynn.float64)
    fused = nn.utils.fuse_conv_bn_eval(conv, norm)
    np.testing.assert_allclose(
        fused(x).detach().numpy(), norm(conv(x)).detach().numpy(), rtol=1e-12, atol=1e-12
    )
    assert fused is not conv
    assert fused.weight.requires_grad
    assert not fused.training


def test_a_fused_linear_layer_gives_what_both_give() -> None:
    linear, norm = nn.Linear(5, 7).double().eval(), learned(nn.BatchNorm1d(7).double())
    x = pynn.randn(3, 5, dtype=pynn.float64)
    fused = nn.utils.fuse_linear_bn_eval(linear, norm)
    np.testing.assert_allclose(fused(x).detach().numpy(), norm(linear(x)).detach().numpy(), rtol=1e-12)


def test_weights_agree_with_pytorch() -> None:
    rng = np.random.default_rng(1)
    w, b = rng.standard_normal((6, 4, 3, 3)), rng.standard_normal(6)
    numbers = [rng.uniform(0.5, 2, 6) for _ in range(4)]

    def fused(lib: Any, fuse: Any) -> list[np.ndarray]:
        mean, var, scale, shift = (lib.from_numpy(a) for a in numbers)
        return [
            a.detach().numpy()
            for a in fuse(lib.from_numpy(w), lib.from_numpy(b), mean, var, 1e-5, scale, shift)
        ]

    ours = fused(pynn, nn.utils.fuse_conv_bn_weights)
    theirs = fused(torch, torch.nn.utils.fuse_conv_bn_weights)
    for a, t in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, t, rtol=1e-12)


SHAPES = [(4, 6), (3, 6, 5), (3, 6, 5, 4), (2, 6, 20, 33)]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_relu_behind_a_norm_changes_no_bit(shape: tuple[int, ...], training: bool) -> None:
    norm = nn.BatchNorm1d(6) if len(shape) < 4 else nn.BatchNorm2d(6)
    joined = nn.Sequential(learned(norm), nn.ReLU()).train(training)
    apart = copy.deepcopy(joined)
    x, dy = pynn.randn(*shape), pynn.randn(*shape)
    results = []
    for model, call in ((joined, joined), (apart, lambda v: apart[1](apart[0](v)))):
        leaf = x.clone().requires_grad_()
        y = call(leaf)
        y.backward(dy)
        gradients = [p.grad.numpy() for p in model.parameters()]
        results.append([y.detach().numpy(), leaf.grad.numpy(), *gradients, model[0].running_mean.numpy()])
    for a, b in zip(*results, strict=True):
        np.testing.assert_array_equal(a, b)
    assert (results[0][0] == 0).any()


def test_a_norm_with_a_hook_or_a_forward_of_its_own_is_called_as_it_is() -> None:
    seen: list[Any] = []
    model = nn.Sequential(nn.BatchNorm1d(3), nn.ReLU()).eval()
    model[0].register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    x = pynn.randn(5, 3)
    y = model(x)
    assert bool((seen[0] < 0).any())
    assert bool((y >= 0).all())

    class Shifted(nn.BatchNorm1d):
        def forward(self, input: Any) -> Any:
            return super().forward(input) - 100.0

    assert bool((nn.Sequential(Shifted(3), nn.ReLU())(x) == 0).all())


def test_second_gradients_through_norm_and_relu() -> None:
    model = nn.Sequential(nn.BatchNorm1d(3), nn.ReLU()).double()
    x = pynn.randn(6, 3, dtype=pynn.float64).requires_grad_()
    assert pynn.autograd.gradgradcheck(lambda v: model(v) * pynn.linspace(0, 1, 3, dtype=pynn.float64), [x])
