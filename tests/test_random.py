"""Random numbers: the published Philox stream, the right distributions, and the same whatever the threads."""

from __future__ import annotations

import math

import numpy as np
import pytest

import pynn
from pynn._core import functional as F


def philox(seed: int, counter: int) -> list[int]:
    """Philox 4x32-10 written again, with Python's integers."""
    low = 0xFFFFFFFF
    c, k = [counter & low, counter >> 32, 0, 0], [seed & low, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & low, (a >> 32) ^ c[3] ^ k[1], a & low]
        k = [(k[0] + 0x9E3779B9) & low, (k[1] + 0xBB67AE85) & low]
    return c


def test_philox_known_answer():
    # The generator's published answer for counter 0 and key 0.
    assert philox(0, 0) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    pynn.manual_seed(0)
    expected = [(w >> 8) * 2.0**-24 for w in philox(0, 0) + philox(0, 1)]
    assert pynn.rand(8).tolist() == expected


def test_seed_and_state():
    pynn.manual_seed(7)
    assert pynn.initial_seed() == 7
    first, state, second = pynn.randn(5).tolist(), pynn.get_rng_state(), pynn.randn(5).tolist()
    assert first != second
    pynn.set_rng_state(state)
    assert pynn.randn(5).tolist() == second
    pynn.manual_seed(7)
    assert pynn.randn(5).tolist() == first
    pynn.manual_seed(-1)
    assert pynn.initial_seed() == 2**64 - 1


def words(seed: int, first: int, count: int) -> np.ndarray:
    """(count, 4): the words of `count` counters."""
    return np.array([philox(seed, first + c) for c in range(count)], np.uint64)


def test_layout_of_the_stream():
    """What kernels/random.h promises, at odd sizes and where the counter needs more than 32 bits."""
    seed, first, n = 2**40 + 7, 2**32 - 9, 71
    w = words(seed, first, 36)

    def drawn(make):
        pynn.set_rng_state((seed, first))
        return make().numpy()

    pairs = ((w[:, 0::2] << np.uint64(32)) | w[:, 1::2]).ravel()[:n]
    u = (pairs >> np.uint64(11)).astype(np.float64) * 2.0**-53
    kept = w.ravel()[:n] >= int(0.3 * 2**32)
    np.testing.assert_array_equal(drawn(lambda: pynn.rand(n, dtype=pynn.float64)), u)
    for low, high in ((-7, 993), (0, 2**32 - 1), (-(2**40), 2**61)):
        expected = [low + (int(p) * (high - low) >> 64) for p in pairs]
        assert drawn(lambda low=low, high=high: pynn.randint(low, high, (n,))).tolist() == expected
    np.testing.assert_array_equal(drawn(lambda: pynn.bernoulli(pynn.full((n,), 0.3))), u < np.float32(0.3))
    np.testing.assert_array_equal(drawn(lambda: F.dropout(pynn.ones(n), 0.3)) != 0, kept)
    v = drawn(lambda: pynn.rand(n + 1, dtype=pynn.float64)).reshape(-1, 2)
    radius, angle = np.sqrt(-2 * np.log1p(-v[:, 0])), 2 * np.pi * v[:, 1]
    normals = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).ravel()[:n]
    np.testing.assert_allclose(drawn(lambda: pynn.randn(n, dtype=pynn.float64)), normals, rtol=0, atol=1e-14)


MAKERS = {
    "rand": lambda n: pynn.rand(n),
    "rand64": lambda n: pynn.rand(n, dtype=pynn.float64),
    "randn": lambda n: pynn.randn(n),
    "randn64": lambda n: pynn.randn(n, dtype=pynn.float64),
    "randint": lambda n: pynn.randint(0, 1000, (n,)),
    "bernoulli": lambda n: pynn.bernoulli(pynn.full((n,), 0.5)),
    "dropout": lambda n: F.dropout(pynn.ones(n), 0.5),
}


@pytest.mark.parametrize("name", MAKERS)
def test_threads_change_nothing(name):
    before = pynn.get_num_threads()
    draws = []
    try:
        for threads in (1, 3):
            pynn.set_num_threads(threads)
            pynn.manual_seed(3)
            draws.append(MAKERS[name](100_003).numpy())
    finally:
        pynn.set_num_threads(before)
    np.testing.assert_array_equal(*draws)


def distance(sample: np.ndarray, chance_below) -> float:
    """Kolmogorov and Smirnov's: the largest gap between the sample's distribution and the true one."""
    x, n = np.sort(sample), len(sample)
    below = np.array([chance_below(v) for v in x])
    return float(max((np.arange(1, n + 1) / n - below).max(), (below - np.arange(n) / n).max()))


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64])
def test_distance_from_the_distribution(dtype):
    pynn.manual_seed(6)
    n = 20_000
    limit = 1.95 / math.sqrt(n)  # a sample of the true distribution passes it once in a thousand
    normals, uniforms = pynn.randn(n, dtype=dtype).numpy(), pynn.rand(n, dtype=dtype).numpy()
    assert distance(normals, lambda v: math.erfc(-v / math.sqrt(2)) / 2) < limit
    assert distance(uniforms, lambda v: v) < limit
    assert distance(normals * 1.05, lambda v: math.erfc(-v / math.sqrt(2)) / 2) > limit  # it would see 5 %


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64])
def test_distributions(dtype):
    pynn.manual_seed(1)
    u, z = pynn.rand(100_001, dtype=dtype).numpy(), pynn.randn(100_001, dtype=dtype).numpy()
    assert u.min() >= 0
    assert u.max() < 1
    assert abs(u.mean() - 0.5) < 0.005
    assert abs(u.var() - 1 / 12) < 0.002
    assert abs(z.mean()) < 0.02
    assert abs(z.std() - 1) < 0.02
    assert abs((z**4).mean() - 3) < 0.2
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < 0.02
    v = pynn.uniform((1000,), -2.0, 5.0, dtype=dtype).numpy()
    assert v.min() >= -2
    assert v.max() < 5
    assert v.max() > 4.5


def test_integers():
    pynn.manual_seed(2)
    counts = np.bincount(pynn.randint(0, 6, (60_000,)).numpy(), minlength=6)
    assert len(counts) == 6
    assert (abs(counts - 10_000) < 500).all()
    assert set(pynn.randint(2, (100,)).tolist()) == {0, 1}
    assert pynn.randint(low=-3, high=-2, size=(4,)).tolist() == [-3] * 4
    order = pynn.randperm(1000).numpy()
    assert sorted(order) == list(range(1000))
    assert (order != np.arange(1000)).sum() > 900
    assert pynn.randperm(0).shape == (0,)


def test_normal_bernoulli_multinomial():
    pynn.manual_seed(4)
    x = pynn.normal(3.0, 0.5, size=(50_000,)).numpy()
    assert abs(x.mean() - 3) < 0.02
    assert abs(x.std() - 0.5) < 0.01
    y = pynn.bernoulli(pynn.full((50_000,), 0.3)).numpy()
    assert set(np.unique(y)) == {0.0, 1.0}
    assert abs(y.mean() - 0.3) < 0.01
    drawn = pynn.multinomial(pynn.tensor([1.0, 0.0, 3.0]), 40_000, replacement=True).numpy()
    assert abs((drawn == 2).mean() - 0.75) < 0.01
    assert not (drawn == 1).any()
    rows = pynn.multinomial(pynn.tensor([[1.0, 2.0, 0.0, 4.0]] * 50), 3).numpy()
    assert rows.shape == (50, 3)
    assert all(sorted(r) == [0, 1, 3] for r in rows)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: pynn.randint(3, 3, (2,)), "low < high"),
        (lambda: pynn.normal(0.0, -1.0, size=(2,)), "standard deviation"),
        (lambda: pynn.bernoulli(pynn.tensor([1.5])), "must be in \\[0, 1\\], got 1.5"),
        (lambda: pynn.multinomial(pynn.tensor([-1.0, 2.0]), 1), "finite and 0 or more"),
        (lambda: pynn.multinomial(pynn.tensor([1.0, 0.0]), 2), "Did you mean replacement=True"),
        (lambda: pynn.randperm(-1), "n must be 0 or more"),
        (lambda: pynn.uniform((2,), 1.0, 0.0), "low <= high"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("name", "numbers", "dtype"),
    [
        *(("uniform", (-1.0, 2.0), dtype) for dtype in (pynn.float32, pynn.float64, pynn.bfloat16)),
        *(("normal", (1.0, 0.5), dtype) for dtype in (pynn.float32, pynn.float64)),
    ],
)
def test_in_place_draws_the_same_numbers_wherever_they_are_written(name, numbers, dtype):
    def drawn(x):
        pynn.manual_seed(3)
        return getattr(x, name + "_")(*numbers)

    x = drawn(pynn.empty(5, 7, dtype=dtype))
    pynn.manual_seed(3)
    expected = getattr(pynn._core.ops, name)((5, 7), *numbers, dtype)
    assert x.tolist() == expected.tolist()
    turned = pynn.empty(7, 5, dtype=dtype)
    assert drawn(turned.t()).tolist() == expected.tolist()  # has to be written with holes
    wide = pynn.zeros(2, 5, 7, dtype=dtype)
    drawn(wide[1])
    assert wide[1].tolist() == expected.tolist()
    assert wide[0].abs().sum().item() == 0


def test_in_place_draws_end_a_history_and_are_seen_by_it():
    w = pynn.ones(3, requires_grad=True)
    y = w * 2
    y.uniform_()
    assert not y.requires_grad
    with pytest.raises(pynn.AutogradError, match="leaf"):
        w.uniform_()
    saved = pynn.ones(3)
    product = w * saved
    saved.normal_()
    with pytest.raises(RuntimeError, match="normal"):
        product.sum().backward()
