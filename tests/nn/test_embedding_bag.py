"""EmbeddingBag against PyTorch, and by finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import nn
from pynn.autograd import gradcheck
from pynn.nn import functional as F

rng = np.random.default_rng(0)
TABLE = rng.standard_normal((9, 5))
INPUTS = {
    "rows": (rng.integers(0, 9, (4, 6)), None),
    "in a row": (rng.integers(0, 9, 12), np.array([0, 3, 3, 10])),
    "one bag": (rng.integers(0, 9, 12), np.array([0])),
    "all empty": (np.zeros(0, np.int64), np.array([0, 0])),
}


@pytest.mark.parametrize("padding", [None, 2, -1])
@pytest.mark.parametrize("mode", ["mean", "sum", "max", "weighted"])
@pytest.mark.parametrize("case", INPUTS)
def test_as_pytorch(case, mode, padding):
    index, offsets = INPUTS[case]
    weights = rng.standard_normal(index.shape) if mode == "weighted" else None
    mode = "sum" if mode == "weighted" else mode
    a, b = pynn.from_numpy(TABLE.copy()).requires_grad_(), torch.tensor(TABLE, requires_grad=True)
    c = None if weights is None else pynn.from_numpy(weights).requires_grad_()
    d = None if weights is None else torch.tensor(weights, requires_grad=True)
    y = F.embedding_bag(
        pynn.from_numpy(index), a, offsets, mode=mode, per_sample_weights=c, padding_idx=padding
    )
    z = torch.nn.functional.embedding_bag(
        torch.tensor(index),
        b,
        None if offsets is None else torch.tensor(offsets),
        mode=mode,
        per_sample_weights=d,
        padding_idx=padding,
    )
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), rtol=1e-12, atol=1e-14)
    if case == "all empty":
        return
    dy = rng.standard_normal(z.shape)
    y.backward(pynn.from_numpy(dy))
    z.backward(torch.tensor(dy))
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-11, atol=1e-13)
    if c is not None:
        real = index != (-7 if padding is None else padding % 9)
        np.testing.assert_allclose(c.grad.numpy()[real], d.grad.numpy()[real], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("mode", ["mean", "sum", "max"])
def test_gradients_by_finite_differences(mode):
    table = pynn.from_numpy(TABLE.copy()).requires_grad_()
    index, offsets = INPUTS["in a row"]
    assert gradcheck(lambda w: F.embedding_bag(pynn.from_numpy(index), w, offsets, mode=mode), table)


def test_the_last_offset_may_be_given_too():
    bag = nn.EmbeddingBag(9, 5, include_last_offset=True, mode="sum")
    index = pynn.tensor([1, 2, 3, 4])
    both = bag(index, [0, 1, 4])
    bag.include_last_offset = False
    assert both.equal(bag(index, [0, 1]))


def test_the_layer_says_what_it_is_and_loads_the_names_of_pytorch():
    bag = nn.EmbeddingBag(9, 5, padding_idx=0, mode="max")
    assert repr(bag) == "EmbeddingBag(9, 5, padding_idx=0, mode='max')"
    assert list(bag.state_dict()) == list(torch.nn.EmbeddingBag(9, 5, padding_idx=0).state_dict())
    assert bag.weight[0].abs().sum().item() == 0
