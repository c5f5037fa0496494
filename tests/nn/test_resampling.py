"""Interpolation, grids, shuffles and padding layers against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
import pynn.nn.functional as F
from pynn import nn

CLOSE = {pynn.float64: {"rtol": 1e-9, "atol": 1e-11}, pynn.float32: {"rtol": 2e-5, "atol": 1e-5}}


def values(*shape: int) -> np.ndarray:
    return np.random.default_rng(int(np.prod(shape))).standard_normal(shape)


def agree(ours: Any, theirs: Any, *inputs: np.ndarray, dtype: pynn.dtype = pynn.float64) -> None:
    """Values and gradients; in float64 the recorded gradients as well."""
    xs = [pynn.tensor(x, dtype, requires_grad=True) for x in inputs]
    ts = [torch.tensor(np.asarray(x, dtype.numpy)).requires_grad_() for x in inputs]
    y, z = ours(*xs), theirs(*ts)
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), **CLOSE[dtype])
    g = np.random.default_rng(1).standard_normal(z.shape).astype(dtype.numpy)
    got = pynn.autograd.grad(y, xs, pynn.tensor(g, dtype), create_graph=True, allow_unused=True)
    want = torch.autograd.grad(z, ts, torch.tensor(g))
    for a, b in zip(got, want, strict=True):
        if a is None:
            assert not b.any()
        else:
            np.testing.assert_allclose(a.detach().numpy(), b.numpy(), **CLOSE[dtype])


SIZES = [
    {"size": (10, 14)},
    {"size": (5, 7)},
    {"size": (3, 20)},
    {"size": 1},
    {"scale_factor": 2},
    {"scale_factor": (1.5, 0.5)},
    {"scale_factor": 0.6},
    {"scale_factor": 1.7, "recompute_scale_factor": True},
]


@pytest.mark.parametrize("options", SIZES, ids=str)
@pytest.mark.parametrize(
    "how",
    [
        {"mode": "nearest"},
        {"mode": "nearest-exact"},
        {"mode": "bilinear"},
        {"mode": "bilinear", "align_corners": True},
        {"mode": "bicubic"},
        {"mode": "bicubic", "align_corners": True},
        {"mode": "bilinear", "antialias": True},
        {"mode": "bicubic", "antialias": True},
        {"mode": "area"},
    ],
    ids=str,
)
def test_images(how, options):
    for dtype in CLOSE:
        agree(
            lambda x: F.interpolate(x, **how, **options),
            lambda x: torch.nn.functional.interpolate(x, **how, **options),
            values(2, 3, 5, 7),
            dtype=dtype,
        )


@pytest.mark.parametrize(
    "options", [{"size": 9}, {"size": 4}, {"scale_factor": 3}, {"scale_factor": 0.4}], ids=str
)
@pytest.mark.parametrize(
    "how",
    [
        {"mode": "nearest"},
        {"mode": "nearest-exact"},
        {"mode": "linear"},
        {"mode": "linear", "align_corners": True},
        {"mode": "area"},
    ],
    ids=str,
)
def test_sequences(how, options):
    agree(
        lambda x: F.interpolate(x, **how, **options),
        lambda x: torch.nn.functional.interpolate(x, **how, **options),
        values(2, 3, 7),
    )


def test_second_gradients_exist():
    x = pynn.tensor(values(1, 2, 4, 5), pynn.float64, requires_grad=True)
    for mode in ("nearest", "bilinear", "bicubic", "area"):
        assert pynn.autograd.gradcheck(lambda x, m=mode: F.interpolate(x, (7, 3), mode=m) ** 2, [x])
        assert pynn.autograd.gradgradcheck(lambda x, m=mode: F.interpolate(x, (7, 3), mode=m) ** 2, [x])


def test_a_constant_stays_what_it_is():
    x = pynn.full((1, 2, 6, 5), 3.25)
    for how in ({"mode": m} for m in ("nearest", "nearest-exact", "bilinear", "bicubic", "area")):
        for size in [(4, 9), (13, 2), (6, 5)]:
            np.testing.assert_allclose(F.interpolate(x, size, **how).numpy(), 3.25, rtol=1e-6)


def test_no_images():
    x = pynn.zeros(0, 3, 4, 4).requires_grad_()
    y = F.interpolate(x, scale_factor=2, mode="bilinear")
    assert y.shape == (0, 3, 8, 8)
    y.sum().backward()
    assert x.grad.shape == (0, 3, 4, 4)


@pytest.mark.parametrize("align_corners", [False, True])
@pytest.mark.parametrize("padding_mode", ["zeros", "border"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_grid_sample(mode, padding_mode, align_corners):
    grid = np.random.default_rng(3).uniform(-1.4, 1.4, (2, 4, 7, 2))
    agree(
        lambda x, g: F.grid_sample(x, g, mode, padding_mode, align_corners),
        lambda x, g: torch.nn.functional.grid_sample(x, g, mode, padding_mode, align_corners),
        values(2, 3, 5, 6),
        grid,
    )


@pytest.mark.parametrize("size", [(2, 3, 4, 5), (2, 1, 2, 3)])
@pytest.mark.parametrize("align_corners", [False, True])
def test_affine_grid(align_corners, size):
    agree(
        lambda t: F.affine_grid(t, size, align_corners),
        lambda t: torch.nn.functional.affine_grid(t, size, align_corners=align_corners),
        values(2, 2, 3),
    )


def test_nowhere_is_zero():
    grid = pynn.tensor([[[[np.nan, 0.0], [np.inf, 0.0], [0.0, -np.inf]]]])
    y = F.grid_sample(pynn.ones(1, 1, 2, 2), grid, "nearest")
    assert y.flatten().tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("r", [1, 2, 3])
def test_shuffles(r):
    for lead in [(), (2,), (2, 1)]:
        agree(lambda x: F.pixel_shuffle(x, r), torch.nn.PixelShuffle(r), values(*lead, 2 * r * r, 3, 4))
        agree(nn.PixelUnshuffle(r), torch.nn.PixelUnshuffle(r), values(*lead, 2, 3 * r, 4 * r))
    agree(nn.ChannelShuffle(r), torch.nn.ChannelShuffle(r), values(2, 2 * r, 3, 4))


@pytest.mark.parametrize("kind", ["Zero", "Constant", "Reflection", "Replication", "Circular"])
def test_padding_layers(kind):
    value = (2.5,) if kind == "Constant" else ()
    for name, shape, paddings in [
        (f"{kind}Pad1d", (2, 3, 5), [2, (1, 3), (0, 2)]),
        (f"{kind}Pad2d", (2, 3, 5, 6), [2, (1, 3, 0, 2)]),
    ]:
        for padding in paddings:
            ours, theirs = getattr(nn, name)(padding, *value), getattr(torch.nn, name)(padding, *value)
            agree(ours, theirs, values(*shape))
            agree(ours, theirs, values(*shape[1:]))


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [
        ("Upsample", (), {"scale_factor": 2}),
        ("Upsample", (), {"size": (7, 9), "mode": "bilinear", "align_corners": False}),
        ("UpsamplingNearest2d", (), {"scale_factor": 3}),
        ("UpsamplingBilinear2d", (), {"size": (7, 9)}),
    ],
)
def test_upsampling_layers(name, args, options):
    agree(getattr(nn, name)(*args, **options), getattr(torch.nn, name)(*args, **options), values(2, 3, 4, 5))


@pytest.mark.parametrize(
    ("shapes", "options", "error", "says"),
    [
        (((2, 3, 4, 4), (2, 4, 4)), {}, pynn.ShapeError, r"\(2, 3, 4, 4\) and \(2, 4, 4\)"),
        (((2, 3, 4, 4), (1, 4, 4, 2)), {}, pynn.ShapeError, r"\(1, 4, 4, 2\)"),
        (((2, 3, 0, 4), (2, 4, 4, 2)), {}, pynn.ShapeError, "no pixels"),
        (((2, 3, 4, 4), (2, 4, 4, 2)), {"mode": "bicubic"}, ValueError, "mode.*bicubic"),
        (
            ((2, 3, 4, 4), (2, 4, 4, 2)),
            {"padding_mode": "reflection"},
            ValueError,
            "padding_mode",
        ),
    ],
)
def test_grids_that_do_not_fit_are_refused(shapes, options, error, says):
    with pytest.raises(error, match=f"grid_sample.*{says}"):
        F.grid_sample(*map(pynn.zeros, shapes), **options)
