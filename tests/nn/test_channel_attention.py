"""Squeeze-and-excitation and CBAM against their equations."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import nn
from pynn.autograd import gradcheck


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def pointwise(layer: nn.Conv2d, x: np.ndarray) -> np.ndarray:
    y = x @ layer.weight.detach().numpy()[:, :, 0, 0].T
    return y if layer.bias is None else y + layer.bias.detach().numpy()


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((2, 8, 5, 6))


def test_squeeze_excitation_is_the_papers_formula(image):
    layer = nn.SqueezeExcitation(8, 3).double()
    hidden = np.maximum(pointwise(layer.fc1, image.mean((2, 3))), 0)
    scale = sigmoid(pointwise(layer.fc2, hidden))
    y = layer(pynn.from_numpy(image)).detach().numpy()
    np.testing.assert_allclose(y, image * scale[:, :, None, None], rtol=1e-10)
    assert list(layer.state_dict()) == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]


def test_other_activations(image):
    layer = nn.SqueezeExcitation(8, 3, nn.SiLU, nn.Hardsigmoid).double()
    hidden = pointwise(layer.fc1, image.mean((2, 3)))
    scale = np.clip(pointwise(layer.fc2, hidden * sigmoid(hidden)) / 6 + 0.5, 0, 1)
    y = layer(pynn.from_numpy(image)).detach().numpy()
    np.testing.assert_allclose(y, image * scale[:, :, None, None], rtol=1e-10)


def test_cbam_is_the_papers_formula(image):
    layer = nn.CBAM(8, 4, 3).double()
    net = [
        pointwise(layer.fc2, np.maximum(pointwise(layer.fc1, s), 0))
        for s in (image.mean((2, 3)), image.max((2, 3)))
    ]
    x = image * sigmoid(net[0] + net[1])[:, :, None, None]
    padded = np.pad(np.stack([x.mean(1), x.max(1)], 1), [(0, 0), (0, 0), (1, 1), (1, 1)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
    places = np.einsum("nchwij,ocij->nohw", windows, layer.spatial.weight.detach().numpy())
    y = layer(pynn.from_numpy(image)).detach().numpy()
    np.testing.assert_allclose(y, x * sigmoid(places), rtol=1e-10)


@pytest.mark.parametrize(
    "layer", [nn.SqueezeExcitation(4, 2), nn.CBAM(4, 2, 3)], ids=lambda m: type(m).__name__
)
def test_gradients(layer):
    x = pynn.from_numpy(np.random.default_rng(1).standard_normal((2, 4, 3, 4))).requires_grad_()
    assert gradcheck(layer.double(), [x])
