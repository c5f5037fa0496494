"""Pooling against PyTorch: values, gradients and gradients of gradients over a grid of windows."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
import pynn.nn.functional as F
from pynn import nn

DTYPES = [pynn.float64, pynn.float32]


def agree(ours: Any, theirs: Any, x: np.ndarray, dtype: pynn.dtype = pynn.float64) -> None:
    """Values, gradients and, in float64, gradients of gradients."""
    a = pynn.tensor(x, dtype, requires_grad=True)
    t = torch.tensor(np.asarray(x, dtype.numpy)).requires_grad_()
    y, z = ours(a), theirs(t)
    close = {"rtol": 1e-10, "atol": 1e-12} if dtype is pynn.float64 else {"rtol": 2e-5, "atol": 1e-5}
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), **close)
    rng = np.random.default_rng(1)
    g, h = rng.standard_normal(z.shape).astype(dtype.numpy), rng.standard_normal(x.shape)
    dy, dz = pynn.tensor(g, dtype, requires_grad=True), torch.tensor(g, requires_grad=True)
    (dx,) = pynn.autograd.grad(y, a, dy, retain_graph=True)
    (dt,) = torch.autograd.grad(z, t, dz, create_graph=True)
    np.testing.assert_allclose(dx.numpy(), dt.detach().numpy(), **close)
    if dtype is pynn.float64:
        (dx,) = pynn.autograd.grad(y, a, dy, create_graph=True)
        np.testing.assert_allclose(dx.detach().numpy(), dt.detach().numpy(), **close)
        (ddy,) = pynn.autograd.grad(dx, dy, pynn.from_numpy(h))
        (ddz,) = torch.autograd.grad(dt, dz, torch.tensor(h))
        np.testing.assert_allclose(ddy.numpy(), ddz.numpy(), **close)


def values(*shape: int) -> np.ndarray:
    """No two equal, so that every maximum is one element, in float32 too."""
    n = int(np.prod(shape))
    return np.random.default_rng(n).permutation(n).reshape(shape) / 8 - n / 20


WINDOWS_2D = [
    (kernel, stride, padding, dilation, ceil_mode)
    for kernel, stride, padding, dilation, ceil_mode in itertools.product(
        [2, 3, (3, 2), (1, 5)], [None, 1, 2, (2, 3)], [0, 1, (1, 0)], [1, 2, (1, 2)], [False, True]
    )
    if all(p <= k // 2 for p, k in zip(np.broadcast_to(padding, 2), np.broadcast_to(kernel, 2), strict=True))
][::5]  # 5 shares no factor with the numbers of choices: every pair of them is met


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_max_pool2d(dtype):
    for kernel, stride, padding, dilation, ceil_mode in WINDOWS_2D:
        options = (kernel, stride, padding, dilation, ceil_mode)
        for shape in [(2, 3, 11, 10), (2, 9, 38)]:
            agree(
                lambda x, o=options: F.max_pool2d(x, *o),
                lambda x, o=options: torch.nn.functional.max_pool2d(x, *o),
                values(*shape),
                dtype,
            )


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_max_pool1d(dtype):
    for kernel, stride, padding, dilation, ceil_mode in itertools.product(
        [2, 3, 7], [None, 1, 2, 5], [0, 1], [1, 2, 3], [False, True]
    ):
        options = (kernel, stride, padding, dilation, ceil_mode)
        for shape in [(2, 3, 19), (3, 40)]:
            agree(
                lambda x, o=options: F.max_pool1d(x, *o),
                lambda x, o=options: torch.nn.functional.max_pool1d(x, *o),
                values(*shape),
                dtype,
            )


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_avg_pool2d(dtype):
    rng = np.random.default_rng(0)
    for kernel, stride, padding, dilation, ceil_mode in WINDOWS_2D:
        if dilation != 1:
            continue
        for count_include_pad, divisor in [(True, None), (False, None), (True, 3)]:
            options = (kernel, stride, padding, ceil_mode, count_include_pad, divisor)
            agree(
                lambda x, o=options: F.avg_pool2d(x, *o),
                lambda x, o=options: torch.nn.functional.avg_pool2d(x, *o),
                rng.standard_normal((2, 3, 11, 38)),
                dtype,
            )


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_avg_pool1d(dtype):
    rng = np.random.default_rng(0)
    for kernel, stride, padding, ceil_mode, count_include_pad in itertools.product(
        [2, 3, 7], [None, 1, 2, 5], [0, 1], [False, True], [False, True]
    ):
        options = (kernel, stride, padding, ceil_mode, count_include_pad)
        agree(
            lambda x, o=options: F.avg_pool1d(x, *o),
            lambda x, o=options: torch.nn.functional.avg_pool1d(x, *o),
            rng.standard_normal((2, 3, 40)),
            dtype,
        )


@pytest.mark.parametrize("size", [1, 2, 3, 5, (4, 1), (None, 3), (9, 13)], ids=str)
@pytest.mark.parametrize("kind", ["avg", "max"])
def test_adaptive_pools(kind, size):
    for dtype in DTYPES:
        for shape in [(2, 3, 9, 13), (3, 4, 6)]:
            agree(
                lambda x: getattr(F, f"adaptive_{kind}_pool2d")(x, size),
                lambda x: getattr(torch.nn.functional, f"adaptive_{kind}_pool2d")(x, size),
                values(*shape),
                dtype,
            )
        if isinstance(size, int):
            agree(
                lambda x: getattr(F, f"adaptive_{kind}_pool1d")(x, size),
                lambda x: getattr(torch.nn.functional, f"adaptive_{kind}_pool1d")(x, size),
                values(2, 3, 13),
                dtype,
            )


def test_indices_are_those_of_torch_and_unpooling_uses_them():
    x = values(2, 3, 9, 11)
    for options in [(2,), (3, 2, 1), (2, 3), ((2, 3), (2, 3), (1, 0))]:
        y, where = F.max_pool2d(pynn.from_numpy(x), *options, return_indices=True)
        z, there = torch.nn.functional.max_pool2d(torch.tensor(x), *options, return_indices=True)
        np.testing.assert_array_equal(where.numpy(), there.numpy())
        back = F.max_unpool2d(y, where, *options, output_size=x.shape)
        want = torch.nn.functional.max_unpool2d(z, there, *options, output_size=x.shape)
        np.testing.assert_array_equal(back.numpy(), want.numpy())
    y, where = F.max_pool1d(pynn.from_numpy(x[0]), 3, 2, return_indices=True)
    z, there = torch.nn.functional.max_pool1d(torch.tensor(x[0]), 3, 2, return_indices=True)
    np.testing.assert_array_equal(where.numpy(), there.numpy())
    np.testing.assert_array_equal(
        F.max_unpool1d(y, where, 3, 2).numpy(), torch.nn.functional.max_unpool1d(z, there, 3, 2).numpy()
    )
    y, where = F.adaptive_max_pool2d(pynn.from_numpy(x), (4, 5), return_indices=True)
    _, there = torch.nn.functional.adaptive_max_pool2d(torch.tensor(x), (4, 5), return_indices=True)
    np.testing.assert_array_equal(where.numpy(), there.numpy())


def test_unpooling_has_gradients():
    x = pynn.tensor(values(2, 3, 4, 4), pynn.float64, requires_grad=True)
    _, where = F.max_pool2d(pynn.from_numpy(values(2, 3, 8, 8)), 2, return_indices=True)
    assert pynn.autograd.gradcheck(lambda x: F.max_unpool2d(x, where, 2), [x])


@pytest.mark.parametrize("p", [1, 2, 3])
def test_lp_pools(p):
    x = np.abs(values(2, 3, 9, 8)) + 0.1
    agree(lambda x: F.lp_pool2d(x, p, 3, 2), lambda x: torch.nn.functional.lp_pool2d(x, p, 3, 2), x)
    agree(lambda x: F.lp_pool1d(x, p, 3, 2), lambda x: torch.nn.functional.lp_pool1d(x, p, 3, 2), x[0])


# ---- what PyTorch is not asked for ----


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_nan_wins_a_window_and_takes_the_gradient(dtype):
    x = pynn.tensor(values(1, 6, 40), dtype, requires_grad=True)
    with pynn.no_grad():
        x[0, 2, 7] = np.nan
        x[0, 2, 38] = np.nan
    y = F.max_pool2d(x, 2)
    places = np.argwhere(np.isnan(y.detach().numpy()))
    assert places.tolist() == [[0, 1, 3], [0, 1, 19]]
    y.backward(pynn.ones_like(y))
    assert x.grad[0, 2, 7].item() == 1.0
    assert x.grad[0, 2, 38].item() == 1.0
    assert x.grad.sum().item() == y.numel()
    np.testing.assert_array_equal(
        np.isnan(F.max_pool2d(x.detach(), 2).numpy()), np.isnan(y.detach().numpy())
    )  # without a gradient other loops run


def test_the_first_of_equal_elements_wins():
    x = pynn.zeros(1, 4, 4).requires_grad_()
    F.max_pool2d(x, 2).sum().backward()
    np.testing.assert_array_equal(x.grad[0].numpy(), np.kron(np.ones((2, 2)), [[1, 0], [0, 0]]))


def test_windows_of_minus_infinity_send_their_gradient_into_the_image():
    x = pynn.full((1, 4, 4), -np.inf).requires_grad_()
    y = F.max_pool2d(x, 3, 2, 1)
    assert (y == -np.inf).all()
    y.backward(pynn.ones_like(y))
    assert x.grad.sum().item() == 4


def test_windows_with_more_elements_than_a_byte_can_count():
    x = values(2, 30, 40)
    for options in [(17, 1), (20, 3, 10), ((30, 40), 1), ((1, 40), 1)]:
        agree(
            lambda x, o=options: F.max_pool2d(x, *o),
            lambda x, o=options: torch.nn.functional.max_pool2d(x, *o),
            x,
        )


@pytest.mark.parametrize("pool", [F.max_pool2d, F.avg_pool2d, lambda x, k: F.adaptive_avg_pool2d(x, 2)])
def test_no_images_are_pooled_to_no_images(pool):
    x = pynn.zeros(0, 3, 8, 8).requires_grad_()
    y = pool(x, 2)
    assert y.shape[:2] == (0, 3)
    y.sum().backward()
    assert x.grad.shape == (0, 3, 8, 8)


def test_a_stride_past_the_image_takes_no_room():
    x = pynn.from_numpy(values(1, 8, 8))
    for pool in (F.max_pool2d, F.avg_pool2d):
        np.testing.assert_array_equal(pool(x, 3, 2**31).numpy(), pool(x, 3, 8).numpy())


def test_a_gap_in_memory_does_not_matter():
    x = pynn.from_numpy(values(3, 8, 9, 10)).permute(1, 0, 3, 2)
    for pool in (F.max_pool2d, F.avg_pool2d):
        np.testing.assert_array_equal(pool(x, 3, 2).numpy(), pool(x.contiguous(), 3, 2).numpy())


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda m: m.MaxPool2d(3, 2, 1), (2, 3, 9, 9)),
        (lambda m: m.MaxPool2d((2, 3), ceil_mode=True), (2, 3, 9, 10)),
        (lambda m: m.MaxPool1d(3, 1, 1, 2), (2, 3, 9)),
        (lambda m: m.AvgPool2d(3, 2, 1, True, False), (2, 3, 8, 9)),
        (lambda m: m.AvgPool2d(2, divisor_override=3), (2, 3, 8, 9)),
        (lambda m: m.AvgPool1d(3, 2, 1), (2, 3, 9)),
        (lambda m: m.AdaptiveAvgPool2d((1, 1)), (2, 3, 9, 9)),
        (lambda m: m.AdaptiveAvgPool1d(4), (2, 3, 9)),
        (lambda m: m.AdaptiveMaxPool2d((None, 2)), (2, 3, 9, 9)),
        (lambda m: m.AdaptiveMaxPool1d(4), (2, 3, 9)),
    ],
)
def test_layers(layer, shape):
    agree(layer(nn), layer(torch.nn), values(*shape))


def test_pooling_in_a_recorded_step():
    model = nn.Sequential(nn.MaxPool2d(2), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(4, 2))
    step = pynn.compile(lambda x: model(x).sum().detach())
    for seed in range(3):
        x = pynn.from_numpy(np.random.default_rng(seed).standard_normal((2, 1, 8, 8)).astype("f"))
        assert step(x).item() == model(x).sum().item()
    assert step.refusal is None
