"""scaled_dot_product_attention against PyTorch, and what PyTorch leaves open."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
import pynn.nn.functional as F

rng = np.random.default_rng(0)

# N, heads of Q, queries that share a head of K and V, L, S, E, Ev: across the borders of tiles and blocks.
SHAPES = [
    (2, 4, 2, 7, 9, 8, 5),
    (1, 1, 1, 1, 300, 16, 16),
    (1, 2, 2, 13, 1, 3, 1),
    (1, 2, 1, 200, 310, 17, 33),
    (1, 17, 1, 130, 130, 32, 32),
    (1, 3, 1, 260, 520, 4, 6),
    (1, 10, 5, 1, 2100, 9, 33),
]


def mask_of(kind: str | None, n: int, length: int, keys: int) -> np.ndarray | None:
    if kind is None:
        return None
    if kind == "added":
        return rng.standard_normal((length, keys))
    mask = rng.random((n, 1, 1 if kind == "padding" else length, keys)) < 0.7
    mask[..., 0] = True
    return mask


def in_torch(
    q: Any, k: Any, v: Any, mask: np.ndarray | None, is_causal: bool, scale: float | None, group: int
) -> Any:
    """PyTorch, which does not combine masks."""
    length, keys = q.shape[-2], k.shape[-2]
    total = torch.zeros(length, keys, dtype=q.dtype)
    if mask is not None and mask.dtype == bool:
        total = total + torch.where(torch.tensor(mask), 0.0, -torch.inf)
    elif mask is not None:
        total = total + torch.tensor(mask, dtype=q.dtype)
    if is_causal:
        total = total + torch.where(torch.ones(length, keys, dtype=torch.bool).tril(), 0.0, -torch.inf)
    k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, total, scale=scale)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
def test_values_and_gradients_over_masks(shape: tuple[int, ...], dtype: Any) -> None:
    n, heads, group, length, keys, width, value_width = shape
    # Q and K as heads that were split off a projection, V as it comes: both are read where they lie.
    arrays = [
        rng.standard_normal((n, length, heads, width)).astype(dtype),
        rng.standard_normal((n, keys, heads // group, width)).astype(dtype),
        rng.standard_normal((n, heads // group, keys, value_width)).astype(dtype),
    ]
    dy = rng.standard_normal((n, heads, length, value_width)).astype(dtype)
    for kind, is_causal, scale in itertools.product(
        (None, "allowed", "padding", "added"), (False, True), (None, 0.3)
    ):
        mask = mask_of(kind, n, length, keys)
        ours = [pynn.from_numpy(a.copy()).requires_grad_() for a in arrays]
        theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
        given = None
        if mask is not None:
            given = pynn.from_numpy(mask if mask.dtype == bool else mask.astype(dtype))
        y = F.scaled_dot_product_attention(
            ours[0].transpose(1, 2), ours[1].transpose(1, 2), ours[2], given, 0.0, is_causal, scale, True
        )
        z = in_torch(
            theirs[0].transpose(1, 2), theirs[1].transpose(1, 2), theirs[2], mask, is_causal, scale, group
        )
        y.backward(pynn.from_numpy(dy.copy()))
        z.backward(torch.tensor(dy))
        tolerance = 1e-12 if dtype is np.float64 else 5e-5
        pairs = [(y.detach(), z.detach())]
        pairs += [(a.grad, b.grad) for a, b in zip(ours, theirs, strict=True)]
        for a, b in pairs:
            np.testing.assert_allclose(
                np.array(a), b.numpy(), atol=tolerance, rtol=tolerance, err_msg=f"{kind} {is_causal}"
            )


def make(*shape: int, dtype: Any = np.float64) -> pynn.Tensor:
    return pynn.from_numpy(rng.standard_normal(shape).astype(dtype)).requires_grad_()


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_gradients_of_everything_by_finite_differences_and_once_more(dropout: float) -> None:
    inputs = (make(2, 4, 5, 3), make(2, 2, 6, 3), make(2, 2, 6, 2), make(5, 6))

    def attend(q: Any, k: Any, v: Any, mask: Any) -> Any:
        pynn.manual_seed(5)  # the same places are dropped in every call
        return F.scaled_dot_product_attention(q, k, v, mask, dropout, True, 0.7, True)

    assert pynn.autograd.gradcheck(attend, inputs)
    assert pynn.autograd.gradgradcheck(attend, inputs)


def test_dropout_drops_as_often_as_it_should_and_keeps_the_mean() -> None:
    q, v = pynn.zeros(1, 2, 64, 8), pynn.eye(256).expand(1, 2, 256, 256)
    pynn.manual_seed(0)
    y = F.scaled_dot_product_attention(q, pynn.zeros(1, 2, 256, 8), v, dropout_p=0.25)
    kept = np.array(y) != 0
    np.testing.assert_allclose(np.array(y)[kept], 1 / 256 / 0.75, rtol=1e-6)
    assert abs(kept.mean() - 0.75) < 0.01
    assert np.array(F.scaled_dot_product_attention(q, q, q, dropout_p=1.0)).any() == 0


def test_a_query_that_may_see_nothing_gets_zeros_and_gives_no_gradient() -> None:
    q, k, v = make(1, 2, 5, 4), make(1, 2, 6, 4), make(1, 2, 6, 3)
    allowed = np.ones((5, 6), bool)
    allowed[3] = False
    for mask in (pynn.from_numpy(allowed), pynn.from_numpy(np.where(allowed, 0.0, -np.inf))):
        y = F.scaled_dot_product_attention(q, k, v, mask)
        assert not np.array(y.detach())[:, :, 3].any()
        dq, dk, dv = pynn.autograd.grad([y.sum()], [q, k, v])
        assert not np.array(dq)[:, :, 3].any()
        assert all(np.isfinite(np.array(d)).all() for d in (dk, dv))


def test_the_lowest_number_as_a_mask_is_no_infinity() -> None:
    q, v = pynn.zeros(1, 1, 2, 4), pynn.tensor([[1.0], [3.0]]).reshape(1, 1, 2, 1)
    lowest = pynn.full((2, 2), float(np.finfo(np.float32).min))
    np.testing.assert_allclose(np.array(F.scaled_dot_product_attention(q, q, v, lowest)), 2.0)


@pytest.mark.parametrize("queries", [1, 3])
def test_nan_and_large_scores(queries: int) -> None:
    seen = pynn.full((1, 5, 4), 200.0)
    x = np.ones((2, queries, 4), np.float32)
    x[1, 0, 2] = np.nan
    y = np.array(
        F.scaled_dot_product_attention(pynn.from_numpy(x), seen.expand(2, 5, 4), seen.expand(2, 5, 4))
    )
    assert np.isnan(y[1, 0]).all()
    assert np.array_equal(y[0], np.full((queries, 4), 200.0))
    q = pynn.full((1, 3, 4), 200.0)
    assert np.isfinite(np.array(F.scaled_dot_product_attention(q, q, q))).all()
    spoilt = np.ones((1, 3, 4), np.float32)
    spoilt[0, 1, 2] = np.nan
    y = np.array(F.scaled_dot_product_attention(pynn.from_numpy(spoilt), q, q))
    assert np.isnan(y[0, 1]).all()
    assert np.isfinite(y[0, [0, 2]]).all()


def test_one_query_is_the_last_of_many() -> None:
    """As a model writes: the same numbers, on any number of threads, whatever part of the past is masked."""
    q, k, v = pynn.randn(2, 6, 3, 32), pynn.randn(2, 2, 2500, 32), pynn.randn(2, 2, 2500, 20)
    allowed = np.ones((2, 1, 1, 2500), bool)
    allowed[:, ..., 1024:2048] = False  # a whole stretch of keys
    allowed[1] = False
    for mask in (None, pynn.from_numpy(allowed)):
        want = F.scaled_dot_product_attention(q, k, v, mask, enable_gqa=True)[:, :, -1:]
        y = [
            on_threads(
                n, lambda m=mask: F.scaled_dot_product_attention(q[:, :, -1:], k, v, m, enable_gqa=True)
            )
            for n in (1, 2, 3)
        ]
        np.testing.assert_allclose(y[0].numpy(), want.numpy(), atol=2e-6)
        assert all(np.array_equal(y[0].numpy(), other.numpy()) for other in y)
    assert not y[0][1].numpy().any()


def on_threads(n: int, run: Any) -> Any:
    before = pynn.get_num_threads()
    pynn.set_num_threads(n)
    try:
        return run()
    finally:
        pynn.set_num_threads(before)


def test_memory_grows_with_the_length_and_not_with_its_square() -> None:
    def held(length: int) -> int:
        q, k, v = (pynn.randn(1, 2, length, 16, requires_grad=True) for _ in range(3))
        pynn.reset_peak_memory_stats()
        before = pynn.memory_stats()["peak_allocated_bytes"]
        F.scaled_dot_product_attention(q, k, v).sum().backward()
        return pynn.memory_stats()["peak_allocated_bytes"] - before

    few, many = held(2048), held(8192)
    assert many < 5 * few
    assert many < 8192 * 8192 * 4  # one matrix of scores


def test_strides_of_every_kind() -> None:
    q = pynn.randn(2, 9, 4, 6)
    want = F.scaled_dot_product_attention(q, q, q)
    strange = pynn.from_numpy(np.asfortranarray(q.numpy()))
    backwards = pynn.from_numpy(q.numpy()[..., ::-1].copy()[..., ::-1])
    for x in (strange, backwards):
        assert np.array_equal(np.array(F.scaled_dot_product_attention(x, x, x)), np.array(want))
    one = pynn.randn(1, 1, 9, 6)
    same = F.scaled_dot_product_attention(q.reshape(2, 4, 9, 6), one, one)
    wide = one.expand(2, 4, 9, 6)
    assert np.array_equal(
        np.array(same), np.array(F.scaled_dot_product_attention(q.reshape(2, 4, 9, 6), wide, wide))
    )


def test_heads_of_a_projection_come_back_without_a_copy() -> None:
    qkv = pynn.randn(2, 5, 3 * 8)
    q, k, v = (x.reshape(2, 5, 2, 4).transpose(1, 2) for x in qkv.chunk(3, -1))
    y = F.scaled_dot_product_attention(q, k, v)
    assert y.transpose(1, 2).is_contiguous()


def test_bfloat16_is_computed_in_float32() -> None:
    q, k, v = (pynn.randn(2, 3, 9, 8).to(pynn.bfloat16) for _ in range(3))
    y = F.scaled_dot_product_attention(q, k, v)
    assert y.dtype is pynn.bfloat16
    want = F.scaled_dot_product_attention(*(x.float() for x in (q, k, v)))
    np.testing.assert_allclose(y.float().numpy(), want.numpy(), rtol=1e-2, atol=1e-2)
