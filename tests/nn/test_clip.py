"""Clipping of gradients, and vectors of parameters, against PyTorch."""

import math
from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn.nn import utils

SHAPES = [(3, 4), (5,), ()]


def parameters(scale: float = 1.0) -> tuple[list[Any], list[Any]]:
    """The same parameters here and in torch; the last of them has no gradient."""
    rng = np.random.default_rng(0)
    ours, theirs = [], []
    for shape in [*SHAPES, (2,)]:
        values = np.asarray(rng.standard_normal(shape), np.float32)
        gradient = np.asarray(rng.standard_normal(shape) * scale, np.float32)
        ours.append(pynn.nn.Parameter(pynn.tensor(values)))
        theirs.append(torch.nn.Parameter(torch.tensor(values)))
        if shape != (2,):
            ours[-1].grad = pynn.tensor(gradient)
            theirs[-1].grad = torch.tensor(gradient)
    return ours, theirs


def compare(ours: list[Any], theirs: list[Any]) -> None:
    for p, t in zip(ours[:-1], theirs[:-1], strict=True):
        np.testing.assert_allclose(p.grad.numpy(), t.grad.numpy(), rtol=1e-5, atol=1e-7)
    assert ours[-1].grad is None


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.0, math.inf])
@pytest.mark.parametrize("max_norm", [0.5, 1000.0])
def test_by_norm(max_norm: float, norm_type: float) -> None:
    ours, theirs = parameters()
    norm = utils.clip_grad_norm_(ours, max_norm, norm_type)
    want = torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type)
    assert norm.item() == pytest.approx(want.item(), rel=1e-5)
    compare(ours, theirs)


def test_by_value() -> None:
    ours, theirs = parameters(3.0)
    utils.clip_grad_value_(ours, 0.7)
    torch.nn.utils.clip_grad_value_(theirs, 0.7)
    compare(ours, theirs)
    assert max(abs(p.grad.numpy()).max() for p in ours[:-1]) == pytest.approx(0.7)


def test_gradients_that_are_not_finite() -> None:
    ours, _ = parameters()
    ours[0].grad.fill_(math.nan)
    kept = ours[1].grad.tolist()
    with pytest.raises(RuntimeError):
        utils.clip_grad_norm_(ours, 1.0, error_if_nonfinite=True)
    assert ours[1].grad.tolist() == kept
    assert math.isnan(utils.clip_grad_norm_(ours, 1.0).item())


def test_nothing_to_clip() -> None:
    parameter = pynn.nn.Parameter(pynn.ones(2))
    assert utils.clip_grad_norm_([parameter], 1.0).item() == 0.0
    assert utils.clip_grad_norm_(parameter, 1.0).item() == 0.0
    utils.clip_grad_value_(parameter, 1.0)
    assert parameter.grad is None


def test_parameters_as_a_vector() -> None:
    ours, theirs = parameters()
    vector = utils.parameters_to_vector(ours)
    want = torch.nn.utils.parameters_to_vector(theirs).detach().numpy()
    np.testing.assert_array_equal(vector.detach().numpy(), want)
    utils.vector_to_parameters(pynn.arange(vector.numel()).float(), ours)
    assert ours[1].tolist() == [12.0, 13.0, 14.0, 15.0, 16.0]
