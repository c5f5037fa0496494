"""Positions: formulas of the papers, what they promise, and how they count on from a start."""

from __future__ import annotations

import math

import numpy as np
import pytest

import pynn
import pynn.nn.functional as F
from pynn import nn
from pynn.autograd import gradcheck


@pytest.fixture(autouse=True)
def _seeded() -> None:
    pynn.manual_seed(0)


def test_sinusoids_are_those_of_the_paper():
    got = nn.SinusoidalPositions(6, max_len=50)(pynn.zeros(1, 50, 6))[0].numpy()
    for t in (0, 1, 7, 49):
        for i in range(3):
            angle = t / 10000 ** (2 * i / 6)
            assert got[t, 2 * i] == pytest.approx(math.sin(angle), abs=1e-6)
            assert got[t, 2 * i + 1] == pytest.approx(math.cos(angle), abs=1e-6)


@pytest.mark.parametrize(
    "layer", [nn.SinusoidalPositions(6, 20), nn.LearnedPositions(20, 6), nn.RotaryPositions(6, 20)]
)
def test_counting_goes_on_from_a_start(layer):
    x = pynn.randn(2, 20, 6)
    whole = layer(x)
    assert bool((layer(x[:, 7:], start=7) == whole[:, 7:]).all())
    assert not bool((layer(x[:, 7:]) == whole[:, 7:]).all())
    assert layer(x[:0]).shape == (0, 20, 6)


def test_learned_positions_are_learned():
    layer = nn.LearnedPositions(5, 2)
    layer(pynn.zeros(3, 4, 2)).sum().backward()
    assert layer.weight.grad.tolist() == [[3.0, 3.0]] * 4 + [[0.0, 0.0]]
    assert list(layer.state_dict()) == ["weight"]
    assert not nn.SinusoidalPositions(4).state_dict()
    assert not nn.RotaryPositions(4).state_dict()


@pytest.mark.parametrize("interleaved", [False, True])
def test_rotary_turns_pairs_as_complex_numbers(interleaved):
    x = pynn.randn(2, 3, 9, 8)
    got = nn.RotaryPositions(8, interleaved=interleaved)(x).numpy()
    a = x.numpy().astype(np.float64)
    pairs = a[..., 0::2] + 1j * a[..., 1::2] if interleaved else a[..., :4] + 1j * a[..., 4:]
    turned = pairs * np.exp(1j * np.outer(np.arange(9), 10000.0 ** (-np.arange(4) / 4)))
    parts = [turned.real, turned.imag]
    want = np.stack(parts, -1).reshape(a.shape) if interleaved else np.concatenate(parts, -1)
    np.testing.assert_allclose(got, want, atol=2e-6)


@pytest.mark.parametrize("interleaved", [False, True])
def test_rotary_scores_depend_on_the_distance_alone(interleaved):
    rotary = nn.RotaryPositions(16, interleaved=interleaved)
    q, k = pynn.randn(2, 1, 16)
    scores = [(rotary(q, t + 5) * rotary(k, t)).sum().item() for t in (0, 3, 1000)]
    assert max(scores) - min(scores) < 1e-3
    assert abs((rotary(q, 6) * rotary(k, 0)).sum().item() - scores[0]) > 1e-3


@pytest.mark.parametrize("interleaved", [False, True])
def test_rotary_gradient(interleaved):
    rotary = nn.RotaryPositions(4, interleaved=interleaved)
    assert gradcheck(rotary, [pynn.randn(2, 3, 4, dtype=pynn.float64, requires_grad=True)])


def test_alibi_slopes_are_those_of_the_papers_code():
    assert nn.AlibiPositions(8).slopes.tolist() == [2.0**-i for i in range(1, 9)]
    np.testing.assert_allclose(nn.AlibiPositions(16).slopes, 2 ** (-np.arange(1, 17) / 2), rtol=1e-6)
    # 6 heads: those of 4, then the first and third of 8.
    assert nn.AlibiPositions(6).slopes.tolist() == [2**-2, 2**-4, 2**-6, 2**-8, 2**-1, 2**-3]
    assert nn.AlibiPositions(1).slopes.tolist() == [2**-8]


def test_alibi_is_added_to_scores():
    q, k, v = pynn.randn(3, 2, 4, 5, 8)
    alibi = nn.AlibiPositions(4)
    got = F.scaled_dot_product_attention(q, k, v, attn_mask=alibi(5), is_causal=True).numpy()
    away = np.arange(5)[:, None] - np.arange(5)
    scores = q.numpy() @ k.numpy().swapaxes(-1, -2) / math.sqrt(8)
    scores = scores - np.array([2**-2, 2**-4, 2**-6, 2**-8])[:, None, None] * away
    p = np.exp(np.where(away >= 0, scores, -np.inf))
    np.testing.assert_allclose(got, p / p.sum(-1, keepdims=True) @ v.numpy(), atol=1e-5)


def test_alibi_of_the_last_queries_is_the_end_of_the_whole():
    alibi = nn.AlibiPositions(2)
    assert alibi(2, 6).tolist() == alibi(6)[:, 4:].tolist()
