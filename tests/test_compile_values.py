"""What goes into a recorded function and what comes out; loops that became one pass."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from compile_suite import OPTIMIZERS, batches, same, training

import pynn
from pynn import nn


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pynn.RecordingWarning)
        yield


def check(function: Callable[..., Any], *shapes: tuple[int, ...], dtype: Any = None) -> Any:
    """Three calls with other numbers, bitwise as the function itself gives them."""
    compiled = pynn.compile(function)
    rng = np.random.default_rng(0)
    for _ in range(3):
        xs = [pynn.tensor(rng.standard_normal(shape), dtype=dtype) for shape in shapes]
        copies = [x.clone() for x in xs]
        got, want = compiled(*xs), function(*copies)
        assert same(got, want)
        for x, c in zip(xs, copies, strict=True):
            assert same(x, c)
    assert compiled.refusal is None
    return compiled


@pytest.mark.parametrize("n", [1, 7, 63, 64, 65, 2048, 2049, 40_000])
def test_chains_of_any_length(n):
    compiled = check(lambda x, y: ((x + y) * 0.5).exp() - x.abs().sqrt() / (y * y + 1), (n,), (n,))
    assert "fused" in compiled.explain()


def test_chains_change_types_on_the_way():
    check(lambda x: ((x > 0) * 3 + x.long()).double() * 0.1 - (x < 1).float(), (1000,))


def test_chains_read_single_numbers_and_broadcast_rows():
    check(lambda x, row, s: (x * s + row).relu() * row - s, (40, 30), (30,), (1,))
    check(lambda x: x * x[3] + x.sum(), (500,))


def test_chains_in_place():
    def function(x):
        x.mul_(2).add_(1)
        y = x * 3
        y -= x
        y.exp_()
        return y + x

    check(function, (3000,))


def test_an_argument_read_and_written_at_other_places():
    def function(x):
        y = x[1:] * 2
        x[:-1] = y + 1
        return x[1:] * x[:-1]

    check(function, (3000,))


def test_two_arguments_over_one_memory():
    compiled = pynn.compile(lambda x, y: (x.add_(1) * 1, (y * 2).exp()))
    for _ in range(3):
        a, b = pynn.arange(5000, dtype=pynn.float32) / 5000, pynn.arange(5000, dtype=pynn.float32) / 5000
        got, want = compiled(a[:-1], a[1:]), compiled.__wrapped__(b[:-1], b[1:])
        assert same(got[0], want[0])
        assert same(got[1], want[1])
        assert same(a, b)


# ---- arguments and results ----


class Pair(NamedTuple):
    a: Any
    b: Any


def test_tensors_in_nested_arguments_and_results():
    @pynn.compile
    def step(first, *, others, scale=1.0):
        total = first["x"] + others[0] * scale
        return {"sum": total, "pair": Pair(total * 2, others), "n": 3, "list": [first["x"], None]}

    for i in range(3):
        x, y = pynn.full((2,), i), pynn.full((2,), 10)
        result = step({"x": x}, others=(y,), scale=2.0)
        assert result["sum"].tolist() == [i + 20] * 2
        assert isinstance(result["pair"], Pair)
        assert result["pair"].a.tolist() == [2 * i + 40] * 2
        assert result["pair"].b[0] is y
        assert result["list"][0] is x
        assert result["list"][1] is None
        assert result["n"] == 3
    assert step.recordings == 1


def test_other_values_are_other_recordings():
    step = pynn.compile(lambda x, c: x * c)
    x = pynn.ones(2)
    for c in (2, 2.0, True, 0.0, -0.0, float("nan"), 2):
        got, want = step(x, c), x * c
        assert same(got, want)
    assert step.recordings == 6


def test_grad_mode_and_layout_are_part_of_the_kind():
    step = pynn.compile(lambda x: (x * 2).detach())
    x = pynn.ones(2, 3)
    step(x)
    step(x.T)
    with pynn.no_grad():
        step(x)
    step(x.double())
    assert step.recordings == 4


def test_results_do_not_alias_one_another():
    step = pynn.compile(lambda x: (x + 1, (x + 1)[1:], x))
    kept = [step(pynn.full((3,), i)) for i in range(5)]
    for i, (y, part, x) in enumerate(kept):
        assert y.tolist() == [i + 1] * 3
        assert part.tolist() == [i + 1] * 2
        assert x.tolist() == [i] * 3
        y.zero_()
    assert step(pynn.full((3,), 7))[0].tolist() == [8, 8, 8]


def test_a_kept_gradient_is_not_overwritten():
    w = nn.Parameter(pynn.ones(3))

    @pynn.compile
    def step(x):
        w.grad = None
        (w * x).sum().backward()

    kept = []
    for i in range(4):
        step(pynn.full((3,), i))
        kept.append(w.grad)
    assert [g.tolist() for g in kept] == [[i] * 3 for i in range(4)]


def test_state_that_is_written_in_place_goes_on():
    mean = pynn.zeros(3)

    @pynn.compile
    def step(x):
        mean.copy_(mean * 0.5 + x * 0.5)
        return mean * 1

    want = np.zeros(3)
    for i in range(4):
        want = want * 0.5 + i * 0.5
        version = mean._version
        assert step(pynn.full((3,), i)).tolist() == want.tolist()
        assert mean.tolist() == want.tolist()
        assert mean._version > version


def test_random_numbers_are_new_in_every_call():
    step = pynn.compile(lambda x: x + pynn.rand(3) + pynn.randn(3))
    pynn.manual_seed(3)
    got = [step(pynn.zeros(3)) for _ in range(3)]
    pynn.manual_seed(3)
    want = [step.__wrapped__(pynn.zeros(3)) for _ in range(3)]
    assert all(map(same, got, want))


def test_a_wrong_index_is_still_noticed():
    table = pynn.ones(4, 2)
    step = pynn.compile(lambda i: table[i] * 2)
    for index in ([0, 3], [-1, 1], [2, 2]):
        assert step(pynn.tensor(index)).tolist() == [[2, 2], [2, 2]]
    with pytest.raises(IndexError):
        step(pynn.tensor([0, 4]))
    assert step(pynn.tensor([0, 3])).shape == (2, 2)
    _, _, train = training(OPTIMIZERS["SGD"])
    train = pynn.compile(train)
    (x, y), (x2, y2) = batches(2)
    train(x, y)
    with pytest.raises(IndexError, match="target 7"):
        train(x2, y2 * 0 + 7)
    train(x2, y2)


def test_memory_stays_flat():
    _, _, step = training(OPTIMIZERS["Adam"], dropout=0.1)
    step = pynn.compile(step)
    ((x, y),) = batches(1)
    for _ in range(10):
        step(x, y)
    gc.collect()
    before = pynn.memory_stats()
    for _ in range(1000):
        step(x, y)
    after = pynn.memory_stats()
    assert after["allocated_bytes"] == before["allocated_bytes"]
    assert after["system_allocations"] == before["system_allocations"]
