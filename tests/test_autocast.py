"""pynn.autocast: its forms, what it nests in, and that training reaches what it reaches in float32."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import pynn
from pynn import nn


def product_type() -> pynn.dtype:
    return (pynn.ones(2, 3) @ pynn.ones(3, 2)).dtype


@pytest.mark.parametrize(
    "region",
    [
        lambda: pynn.autocast("bfloat16"),
        lambda: pynn.autocast(pynn.bfloat16),
        lambda: pynn.autocast("cpu"),
        lambda: pynn.autocast("cpu", dtype=pynn.bfloat16),
        lambda: pynn.autocast(device_type="cpu", dtype=pynn.bfloat16, enabled=True, cache_enabled=False),
    ],
)
def test_all_forms(region):
    with region():
        assert product_type() == pynn.bfloat16
        assert pynn.is_autocast_enabled()
    assert product_type() == pynn.float32

    @region()
    def decorated() -> pynn.dtype:
        return product_type()

    assert decorated() == pynn.bfloat16
    assert not pynn.is_autocast_enabled()


def test_regions_nest_and_end_with_an_error_too():
    with pynn.autocast("bfloat16"):
        with pynn.autocast(enabled=False):
            assert product_type() == pynn.float32
        assert product_type() == pynn.bfloat16
        with pytest.raises(RuntimeError, match="stop"), pynn.autocast("bfloat16"):
            raise RuntimeError("stop")
        assert product_type() == pynn.bfloat16
    assert product_type() == pynn.float32


def test_a_region_belongs_to_its_thread():
    types = []
    with pynn.autocast("bfloat16"):
        thread = threading.Thread(target=lambda: types.append(product_type()))
        thread.start()
        thread.join()
    assert types == [pynn.float32]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("float16",), r"pynn\.bfloat16 only, got float16"),
        (("cpu", pynn.float32), r"got pynn\.float32\. Did you mean enabled=False"),
        (("cuda",), "cuda"),
        (("bfloat16", pynn.bfloat16), "two dtypes"),
    ],
)
def test_what_it_cannot_do_is_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        pynn.autocast(*arguments)


def test_float64_and_integers_are_left_alone():
    with pynn.autocast("bfloat16"):
        x = pynn.ones(2, 2, dtype=pynn.float64)
        assert (x @ x).dtype == pynn.float64
        n = pynn.ones(2, 2, dtype=pynn.int64)
        assert (n @ n).dtype == pynn.int64
        assert (pynn.ones(3) * 2).dtype == pynn.float32


def test_no_cast_copy_of_a_weight_is_made():
    layer, x = nn.Linear(1000, 1000, bias=False), pynn.randn(1, 1000)
    with pynn.no_grad(), pynn.autocast("bfloat16"):
        layer(x)
        before = pynn.memory_stats()["allocated_bytes"]
        pynn.reset_peak_memory_stats()
        y = layer(x)
        assert pynn.memory_stats()["peak_allocated_bytes"] - before < 100_000
    assert y.dtype == pynn.bfloat16


@pytest.mark.parametrize("backward_inside", [False, True])
def test_parameters_get_float32_gradients_near_those_of_float32(backward_inside):
    pynn.manual_seed(0)
    layer, x = nn.Linear(65, 33), pynn.randn(40, 65)
    layer(x).square().mean().backward()
    want = [np.array(p.grad) for p in layer.parameters()]
    layer.zero_grad()
    with pynn.autocast("bfloat16"):
        loss = layer(x).square().mean()
        if backward_inside:
            loss.backward()
    if not backward_inside:
        loss.backward()
    for parameter, gradient in zip(layer.parameters(), want, strict=True):
        assert parameter.grad.dtype == pynn.float32
        np.testing.assert_allclose(parameter.grad.numpy(), gradient, atol=0.02 * np.abs(gradient).max())


def test_gradients_of_gradients():
    w = pynn.randn(4, 5, requires_grad=True)
    x = pynn.randn(3, 5)
    with pynn.autocast("bfloat16"):
        loss = nn.functional.linear(x, w).square().sum()
    (first,) = pynn.autograd.grad([loss], [w], create_graph=True)
    assert first.dtype == pynn.float32
    first.square().sum().backward()
    assert w.grad.dtype == pynn.float32
    assert np.isfinite(w.grad.numpy()).all()


def accuracy_on_digits(enabled: bool) -> float:
    """A small network after 15 epochs, on 360 digits that it did not learn from."""
    pynn.manual_seed(1)
    x, y = pynn.data.load_digits()
    order = np.random.default_rng(0).permutation(len(y))
    x, y = x[order] / 16, y[order]
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    optimizer = pynn.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(15):
        for start in range(0, 1437, 48):
            optimizer.zero_grad()
            with pynn.autocast("cpu", dtype=pynn.bfloat16, enabled=enabled):
                logits = model(x[start : min(start + 48, 1437)])
                loss = nn.functional.cross_entropy(logits, y[start : min(start + 48, 1437)])
            assert logits.dtype == (pynn.bfloat16 if enabled else pynn.float32)
            assert loss.dtype == pynn.float32
            loss.backward()
            optimizer.step()
    assert {p.dtype for p in model.parameters()} == {pynn.float32}
    with pynn.no_grad():
        return float((model(x[1437:]).argmax(1) == y[1437:]).float().mean())


def test_training_on_digits_reaches_the_same_accuracy():
    plain, mixed = accuracy_on_digits(False), accuracy_on_digits(True)
    assert plain > 0.95
    assert abs(plain - mixed) <= 0.01
