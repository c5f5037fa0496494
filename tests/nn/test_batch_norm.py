"""Normalisation over batches, groups and samples against PyTorch, and what it remembers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
import pynn.nn.functional as F
from pynn import nn

DTYPES = [pynn.float64, pynn.float32]
CLOSE = {pynn.float64: {"rtol": 1e-9, "atol": 1e-11}, pynn.float32: {"rtol": 3e-4, "atol": 3e-5}}


def values(*shape: int) -> np.ndarray:
    return 3 + 2 * np.random.default_rng(int(np.prod(shape)) + len(shape)).standard_normal(shape)


def twins(name: str, *args: Any, dtype: pynn.dtype = pynn.float64, **options: Any) -> tuple[Any, Any]:
    """Our layer and PyTorch's, with the same parameters, which are not those they start with."""
    ours = getattr(nn, name)(*args, **options, dtype=dtype)
    theirs = getattr(torch.nn, name)(*args, **options, dtype=getattr(torch, str(dtype).split(".")[-1]))
    rng = np.random.default_rng(7)
    state = {k: rng.random(tuple(v.shape)) + 0.5 for k, v in theirs.state_dict().items() if v.ndim}
    theirs.load_state_dict({k: torch.tensor(v) for k, v in state.items()}, strict=False)
    ours.load_state_dict({k: pynn.from_numpy(v.numpy().copy()) for k, v in theirs.state_dict().items()})
    return ours, theirs


def agree(ours: Any, theirs: Any, x: np.ndarray, dtype: pynn.dtype = pynn.float64) -> None:
    """Values; gradients of the input and the parameters; in float64, gradients of the gradients."""
    a = pynn.tensor(x, dtype, requires_grad=True)
    t = torch.tensor(np.asarray(x, dtype.numpy)).requires_grad_()
    y, z = ours(a), theirs(t)
    close = CLOSE[dtype]
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), **close)
    rng = np.random.default_rng(1)
    g, h = rng.standard_normal(z.shape).astype(dtype.numpy), rng.standard_normal(z.shape)
    dy, dz = pynn.tensor(g, dtype, requires_grad=True), torch.tensor(g, requires_grad=True)
    inputs, others = [a, *ours.parameters()], [t, *theirs.parameters()]
    fast = pynn.autograd.grad(y, inputs, dy, retain_graph=True)
    want = torch.autograd.grad(z, others, dz, create_graph=True)
    for one, other in zip(fast, want, strict=True):
        np.testing.assert_allclose(one.numpy(), other.detach().numpy(), **close)
    if dtype is not pynn.float64:
        return
    recorded = pynn.autograd.grad(y, inputs, dy, create_graph=True)
    for one, other in zip(recorded, want, strict=True):
        np.testing.assert_allclose(one.detach().numpy(), other.detach().numpy(), **close)
    again = pynn.autograd.grad(recorded[0], [*inputs[:2], dy], pynn.from_numpy(h), allow_unused=True)
    expected = torch.autograd.grad(want[0], [*others[:2], dz], torch.tensor(h), allow_unused=True)
    for one, other in zip(again, expected, strict=True):
        one, other = (0.0 if g is None else g.numpy() for g in (one, other))
        np.testing.assert_allclose(one, other, **close)


BATCH = [
    ("BatchNorm1d", (6, 5)),
    ("BatchNorm1d", (19, 70)),
    ("BatchNorm1d", (4, 3, 9)),
    ("BatchNorm2d", (4, 3, 5, 7)),
    ("BatchNorm2d", (2, 12, 8, 9)),
    ("BatchNorm3d", (2, 3, 4, 3, 5)),
]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize(("name", "shape"), BATCH)
def test_batch_norm(name, shape, affine, dtype):
    ours, theirs = twins(name, shape[1], affine=affine, dtype=dtype)
    for part in range(3):  # the running statistics after one batch and after three
        agree(ours, theirs, values(*shape) * (part + 1), dtype)
        for (key, a), (other, b) in zip(ours.state_dict().items(), theirs.state_dict().items(), strict=True):
            assert key == other
            np.testing.assert_allclose(a.numpy(), b.numpy(), **CLOSE[dtype], err_msg=key)
    ours.eval()
    theirs.eval()
    agree(ours, theirs, values(*shape), dtype)


@pytest.mark.parametrize("options", [{"momentum": None}, {"momentum": 0.3}, {"track_running_stats": False}])
def test_ways_to_remember(options):
    ours, theirs = twins("BatchNorm2d", 3, **options)
    ours.reset_running_stats()
    theirs.reset_running_stats()
    for part in range(4):
        x = values(2, 3, 4, 4) * (part + 1)
        np.testing.assert_allclose(
            ours(pynn.from_numpy(x)).detach().numpy(), theirs(torch.tensor(x)).detach().numpy(), rtol=1e-9
        )
        for a, b in zip(ours.buffers(), theirs.buffers(), strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-9)
    ours.eval()
    theirs.eval()
    agree(ours, theirs, values(2, 3, 4, 4))


def test_state_dicts_go_both_ways():
    for name in ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "GroupNorm", "InstanceNorm2d"):
        args = (2, 4) if name == "GroupNorm" else (4,)
        options = {"affine": True, "track_running_stats": True} if name.startswith("Instance") else {}
        ours, theirs = getattr(nn, name)(*args, **options), getattr(torch.nn, name)(*args, **options)
        assert list(ours.state_dict()) == list(theirs.state_dict())
        theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})


@pytest.mark.parametrize("shape", [(3, 6, 4, 5), (2, 6, 9), (4, 6), (2, 6, 2, 3, 5)])
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_group_norm(groups, shape):
    if len(shape) == 2 and groups == 6:
        return  # a group of one: PyTorch refuses it
    for affine in (True, False):
        for dtype in DTYPES:
            agree(*twins("GroupNorm", groups, 6, affine=affine, dtype=dtype), values(*shape), dtype)


@pytest.mark.parametrize("options", [{}, {"affine": True}, {"affine": True, "track_running_stats": True}])
@pytest.mark.parametrize(("name", "shape"), [("InstanceNorm1d", (3, 4, 9)), ("InstanceNorm2d", (3, 4, 5, 6))])
def test_instance_norm(name, shape, options):
    ours, theirs = twins(name, 4, **options)
    agree(ours, theirs, values(*shape))
    agree(ours, theirs, values(*shape[1:]))
    for a, b in zip(ours.buffers(), theirs.buffers(), strict=True):
        if a.ndim:  # PyTorch does not count batches here
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-9)
    ours.eval()
    theirs.eval()
    agree(ours, theirs, values(*shape))


@pytest.mark.parametrize("options", [(5,), (2, 0.5, 0.6, 2.0), (3, 1e-2), (1, 1.0, 1.0)])
@pytest.mark.parametrize("shape", [(2, 7, 3), (2, 4, 3, 5), (2, 4, 2, 3, 3)])
def test_local_response_norm(shape, options):
    agree(nn.LocalResponseNorm(*options), torch.nn.LocalResponseNorm(*options), values(*shape))


# ---- what PyTorch is not asked for ----


@pytest.mark.parametrize("shape", [(64, 3), (8, 3, 500), (2, 16, 40, 40)])
def test_a_large_mean_does_not_drown_the_variance(shape):
    """Statistics are computed around the mean: 1e4 ± 1 keeps its variance in float32."""
    x = (1e4 + np.random.default_rng(0).standard_normal(shape)).astype("f")
    axes = (0, *range(2, len(shape)))
    wide = x.astype(float)
    want = (wide - wide.mean(axes, keepdims=True)) / np.sqrt(wide.var(axes, keepdims=True) + 1e-5)
    y = F.batch_norm(pynn.from_numpy(x), None, None, training=True)
    np.testing.assert_allclose(y.numpy(), want, atol=1e-5)
    groups = F.group_norm(pynn.from_numpy(x.reshape(1, shape[0], -1)), shape[0])
    rows = wide.reshape(shape[0], -1)
    want = (rows - rows.mean(1, keepdims=True)) / np.sqrt(rows.var(1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(groups[0].numpy(), want, atol=1e-5)


def test_an_empty_batch_passes_and_changes_nothing():
    layer = nn.BatchNorm2d(3)
    x = pynn.zeros(0, 3, 4, 4).requires_grad_()
    y = layer(x)
    assert y.shape == x.shape
    y.sum().backward()
    assert x.grad.shape == x.shape
    assert layer.running_mean.tolist() == [0.0] * 3
    assert layer.running_var.tolist() == [1.0] * 3
    assert layer.eval()(x).shape == x.shape


def test_one_value_per_channel_is_refused_in_training_only():
    for layer, x in ((nn.BatchNorm1d(3), pynn.ones(1, 3)), (nn.BatchNorm2d(3), pynn.ones(1, 3, 1, 1))):
        with pytest.raises(pynn.ShapeError, match=r"one value per channel.*drop_last=True.*model\.eval\(\)"):
            layer(x)
        assert layer.eval()(x).shape == x.shape


def test_running_statistics_in_a_recorded_step():
    x = [pynn.from_numpy(values(4, 3, 5, 5).astype("f") * k) for k in (1, 2, 3, 4)]
    layers = [nn.BatchNorm2d(3), nn.BatchNorm2d(3)]

    def step_of(layer):
        def step(x):
            layer.zero_grad()
            layer(x).square().sum().backward()
            return layer.weight.grad.clone()

        return step

    eager, recorded = step_of(layers[0]), pynn.compile(step_of(layers[1]))
    for batch in x:
        np.testing.assert_array_equal(eager(batch).numpy(), recorded(batch).numpy())
        for a, b in zip(layers[0].buffers(), layers[1].buffers(), strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert recorded.refusal is None


def test_the_batch_moves_with_the_parameters_type():
    layer = nn.BatchNorm1d(3).double()
    assert layer.running_mean.dtype is pynn.float64
    assert layer.num_batches_tracked.dtype is pynn.int64
    assert layer(pynn.ones(4, 3).double()).dtype is pynn.float64
