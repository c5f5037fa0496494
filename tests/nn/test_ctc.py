"""CTC loss against PyTorch, by counting all paths, and by finite differences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import nn
from pynn.autograd import gradcheck, gradgradcheck
from pynn.nn import functional as F

rng = np.random.default_rng(0)


def scores(*shape, dtype=np.float64):
    return rng.standard_normal(shape).astype(dtype)


def test_all_ways_are_counted():
    steps, classes, target = 5, 3, (1, 1, 2)
    log_p = F.log_softmax(pynn.from_numpy(scores(steps, 1, classes)), -1)
    p, total = log_p.exp().numpy()[:, 0], 0.0
    for path in itertools.product(range(classes), repeat=steps):
        if tuple(k for k, _ in itertools.groupby(path) if k) == target:
            total += np.prod([p[t, k] for t, k in enumerate(path)])
    loss = F.ctc_loss(log_p, [target], [steps], [3])
    assert loss.item() * 3 == pytest.approx(-np.log(total), rel=1e-12)


CASES = {  # targets, steps, how many labels, and the rest
    "padded": ([[1, 2, 2], [3, 1, 0], [4, 0, 0]], [9, 7, 1], [3, 2, 1], {}),
    "in a row": ([1, 2, 2, 3, 1, 4], [9, 7, 9], [3, 2, 1], {}),
    "no labels": ([[1, 2], [0, 0], [0, 0]], [9, 9, 3], [2, 0, 0], {}),
    "none at all": (np.zeros((3, 0), np.int64), [9, 9, 9], [0, 0, 0], {}),
    "just fits": ([[1, 1, 1, 1, 1], [1, 2, 3, 4, 1], [2, 2, 1, 1, 3]], [9, 5, 7], [5, 5, 5], {}),
    "blank 4": ([[1, 0, 0], [3, 1, 0], [0, 0, 0]], [9, 7, 8], [3, 2, 1], {"blank": 4}),
    "does not fit": ([[1, 1, 2]] * 3, [9, 3, 2], [3, 3, 3], {"zero_infinity": True}),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("case", CASES)
def test_as_pytorch(case, reduction, dtype):
    *arrays, given = CASES[case]
    targets, inputs, labels = map(np.array, arrays)
    x = scores(9, 3, 5, dtype=dtype)
    a, b = pynn.from_numpy(x).requires_grad_(), torch.tensor(x, requires_grad=True)
    y = F.ctc_loss(F.log_softmax(a, -1), pynn.tensor(targets), inputs, labels, reduction=reduction, **given)
    z = torch.nn.functional.ctc_loss(
        b.log_softmax(-1), *map(torch.tensor, (targets, inputs, labels)), reduction=reduction, **given
    )
    tight = {"rtol": 1e-10, "atol": 1e-12} if dtype is np.float64 else {"rtol": 1e-5, "atol": 1e-5}
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), **tight)
    dy = np.asarray(scores(*z.shape, dtype=dtype))
    y.backward(pynn.from_numpy(dy))
    z.backward(torch.tensor(dy))
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), **tight)


def test_large_as_pytorch():
    x = scores(150, 4, 40, dtype=np.float32) * 3
    targets, inputs, labels = (
        rng.integers(1, 40, (4, 35)),
        np.array([150, 149, 90, 120]),
        np.array([35, 20, 7, 1]),
    )
    a, b = pynn.from_numpy(x).requires_grad_(), torch.tensor(x, requires_grad=True)
    y = nn.CTCLoss()(F.log_softmax(a, -1), pynn.tensor(targets), inputs, labels)
    z = torch.nn.CTCLoss()(b.log_softmax(-1), *map(torch.tensor, (targets, inputs, labels)))
    y.backward()
    z.backward()
    assert y.item() == pytest.approx(z.item(), rel=1e-5)
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=2e-4, atol=2e-6)


def test_gradients_by_finite_differences():
    x = pynn.from_numpy(scores(5, 3, 4)).requires_grad_()  # log_probs that are none: each number for itself
    given = ([[1, 1], [2, 3], [1, 0]], [5, 4, 3], [2, 2, 1])
    assert gradcheck(lambda x: F.ctc_loss(x, *given), x)
    assert gradgradcheck(lambda x: F.ctc_loss(F.log_softmax(x, -1), *given, reduction="sum"), x)


def test_what_does_not_fit_is_infinite_or_counted_as_nothing():
    x = pynn.from_numpy(scores(2, 2, 3)).requires_grad_()
    given = (F.log_softmax(x, -1), [[1, 1], [1, 2]], [2, 2], [2, 2])
    assert F.ctc_loss(*given, reduction="none").isinf().tolist() == [True, False]
    F.ctc_loss(*given, reduction="sum", zero_infinity=True).backward()
    assert x.grad[:, 0].abs().sum().item() == 0
    assert x.grad[:, 1].isfinite().all().item()


def test_one_sequence_without_a_batch_and_impossible_classes():
    x = F.log_softmax(pynn.from_numpy(scores(6, 4)), -1)
    alone = F.ctc_loss(x, pynn.tensor([1, 2, 2]), 6, 3, reduction="none")
    assert alone.shape == ()
    assert alone.item() == F.ctc_loss(x.unsqueeze(1), [[1, 2, 2]], [6], [3], reduction="sum").item()
    never = x.clone()
    never[:, 3] = -np.inf
    never.requires_grad_()
    loss = F.ctc_loss(never, [1, 2, 2], 6, 3)
    loss.backward()
    assert np.isfinite(loss.item())
    assert never.grad.isfinite().all().item()


def test_a_network_learns_labels_without_times():
    pynn.manual_seed(0)
    x, target = pynn.randn(1, 12, 6), [[2, 1, 1]]
    model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3))
    optimizer = pynn.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        loss = F.ctc_loss(F.log_softmax(model(x), -1).transpose(0, 1), target, [12], [3])
        loss.backward()
        optimizer.step()
    path = model(x)[0].argmax(-1).tolist()
    assert [k for k, _ in itertools.groupby(path) if k] == target[0]
