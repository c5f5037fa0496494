"""Memory: what the allocator counts, keeps and gives back; nothing stays behind."""

from __future__ import annotations

import gc
import weakref

import pytest

import pynn


def allocated() -> int:
    gc.collect()
    return pynn.memory_stats()["allocated_bytes"]


def test_statistics_count_live_blocks():
    before = allocated()
    x = pynn.empty(1000, 1000)
    assert pynn.memory_stats()["allocated_bytes"] - before >= x.nbytes
    view = x[10:20]
    del x
    assert allocated() - before >= 4_000_000  # the view needs the memory
    del view
    assert allocated() == before


def test_the_peak_remembers_and_can_be_reset():
    before = allocated()
    pynn.reset_peak_memory_stats()
    x = pynn.empty(500_000)
    del x
    assert pynn.memory_stats()["peak_allocated_bytes"] >= before + 2_000_000
    pynn.reset_peak_memory_stats()
    assert pynn.memory_stats()["peak_allocated_bytes"] == pynn.memory_stats()["allocated_bytes"]


def test_released_memory_is_used_again():
    x = pynn.empty(1000, 1000)
    address = x.data_ptr()
    del x
    from_the_system = pynn.memory_stats()["system_allocations"]
    y = pynn.empty(1000, 1000)
    assert y.data_ptr() == address
    assert pynn.memory_stats()["system_allocations"] == from_the_system


def test_empty_cache_gives_everything_unused_back():
    keep = pynn.ones(1000)
    pynn.empty_cache()
    before = pynn.memory_stats()["cached_bytes"]  # in slabs of which something is in use, by other tests too
    x = pynn.empty(1000, 1000)
    del x
    assert pynn.memory_stats()["cached_bytes"] >= before + 4_000_000
    pynn.empty_cache()
    assert pynn.memory_stats()["cached_bytes"] <= before
    assert keep.sum().item() == 1000


def test_memory_is_aligned_to_cache_lines():
    assert all(pynn.empty(n).data_ptr() % 64 == 0 for n in (1, 3, 100, 5000, 300_000))


def test_a_chain_of_a_million_ops_runs_back_and_leaves_nothing():
    """Neither backward nor the release of the graph may recurse: the stack is far shorter than the chain."""
    before = allocated()
    x = pynn.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.backward()
    assert y.item() == 1_000_001
    assert x.grad.item() == 1
    del y
    x.grad = None
    del x
    assert allocated() == before


def test_a_long_chain_that_never_ran_back_leaves_nothing():
    before = allocated()
    y = pynn.tensor(1.0, requires_grad=True)
    for _ in range(200_000):
        y = y * 1.0
    del y
    assert allocated() == before


def test_steps_of_training_hold_no_more_than_the_first():
    pynn.manual_seed(0)
    w = pynn.randn(20, 20, requires_grad=True)
    x = pynn.randn(8, 20)

    def step() -> None:
        loss = ((x @ w).tanh() ** 2).mean()
        loss.backward()
        with pynn.no_grad():
            w.sub_(0.1 * w.grad)
        w.grad = None

    step()
    before = allocated()
    for _ in range(200):
        step()
    assert allocated() == before


@pytest.mark.parametrize(
    "use",
    [
        lambda x: (x * x).sum().backward(),
        lambda x: (x * x).sum().backward(create_graph=True),
        lambda x: pynn.autograd.grad(pynn.autograd.grad((x**3).sum(), x, create_graph=True)[0].sum(), x),
        lambda x: (x * 1)[1:].mul_(2),
        lambda x: (x * 1).register_hook(lambda g: g),
        lambda x: x.detach().numpy().sum(),
        lambda x: list(x),
        lambda x: repr(x * 2),
        lambda x: x[[0, 5]],
    ],
)
def test_no_use_of_a_tensor_keeps_it_alive(use):
    before = allocated()
    x = pynn.ones(100, requires_grad=True)
    use(x)
    x.grad = None  # with create_graph it refers to x: the one cycle that a user makes and has to cut
    del x
    assert allocated() == before


def test_errors_leak_nothing():
    x = pynn.ones(100, 100, requires_grad=True)
    before = allocated()
    for wrong in (lambda: x * 2 @ pynn.ones(3), lambda: (x * x).backward(), lambda: (x * 2)[200]):
        with pytest.raises((ValueError, IndexError, RuntimeError)):
            wrong()
    assert allocated() == before


def test_tensors_can_be_referred_to_weakly():
    x = pynn.ones(3)
    weak = weakref.ref(x)
    assert weak() is x
    del x
    gc.collect()
    assert weak() is None


def test_too_much_memory_is_an_error_that_says_how_much():
    with pytest.raises(MemoryError, match="4398046511104 bytes"):
        pynn.empty(2**40)
