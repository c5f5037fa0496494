"""What cannot be recorded says so once and stays eager; functions, methods and modules that are compiled."""

from __future__ import annotations

import contextlib
import gc
import warnings
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from compile_suite import OPTIMIZERS, batches, network, same, training

import pynn
from pynn import nn


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pynn.RecordingWarning)
        yield


def refused(function: Callable[..., Any], *args: Any, match: str) -> None:
    """The first call gives the eager result and one warning; later calls are eager."""
    step = pynn.compile(function)
    with pytest.warns(pynn.RecordingWarning, match=match) as caught:
        first = step(*args)
    assert len(caught) == 1
    assert step.refusal
    again, want = step(*args), function(*args)
    for got in (first, again):
        if isinstance(want, pynn.Tensor) and isinstance(got, pynn.Tensor):
            assert same(got.detach(), want.detach())
    assert not pynn._core.record.recording()


X = pynn.tensor([1.0, 2.0, -3.0])


@pytest.mark.parametrize(
    ("function", "match"),
    [
        (lambda x: x * x.sum().item(), r"item\(\).*return the tensor"),
        (lambda x: x * 2 if x.sum() > 0 else x, r"item\(\)"),
        (lambda x: x * float(x.sum()), r"item\(\)"),
        (lambda x: x * (x * 2).tolist()[0], r"numpy\(\)"),
        (lambda x: (repr(x + 1), x + 1)[1], r"numpy\(\)"),
        (lambda x: (np.asarray(x + 1), x + 1)[1], r"numpy\(\)|buffer"),
        (lambda x: x + np.ones(3, np.float32), "Python or NumPy data"),
        (lambda x: x + pynn.tensor([1.0, 2.0, 3.0]), "Python or NumPy data"),
        (lambda x: x[x > 0], "a mask as an index"),
        (lambda x: pynn.nonzero(x), "nonzero"),
        (lambda x: (pynn.manual_seed(1), pynn.randn(3))[1], "random stream"),
        (lambda x: x.requires_grad_().detach(), "requires_grad"),
        (lambda x: x.clone().requires_grad_() * 2, r"history.*x\.detach\(\)"),
        (lambda x: {1, 2}, "type set"),
    ],
)
def test_what_is_refused_says_why(function, match):
    refused(function, X.clone(), match=match)


def test_the_place_is_named():
    refused(lambda x: x.sum().item(), X, match=r"test_compile_refused\.py, line \d+, in <lambda>")


def test_a_hook_is_refused():
    w = nn.Parameter(pynn.ones(3))
    w.register_hook(lambda g: g * 2)
    refused(lambda x: (w * x).sum().backward(), X, match="hook")


def test_a_hook_that_comes_later_is_called():
    w = nn.Parameter(pynn.ones(3))

    def function(x):
        w.grad = None
        (w * x).sum().backward()

    step = pynn.compile(function)
    step(X)
    step(X)
    w.register_hook(lambda g: g * 2)
    with pytest.warns(pynn.RecordingWarning, match="hook"):
        step(X)
    assert same(w.grad, X * 2)


def test_a_function_of_python_is_refused():
    class Double(pynn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, dy):
            return dy * 2

    refused(lambda x: Double.apply(x), X, match="Function")


def test_a_backward_through_the_past_is_refused():
    w = nn.Parameter(pynn.ones(3))
    y = (w * w).sum()

    def function(x):
        y.backward(retain_graph=True)
        return x * 1

    refused(function, X, match="before the step")


def test_kept_tensors_are_refused():
    kept = []

    def function(x):
        kept.append(x * 2)
        return x * 3

    step = pynn.compile(function)
    step(X)  # a first call may build things
    with pytest.warns(pynn.RecordingWarning, match=r"kept beyond the step.*kept\.copy_"):
        step(X)
    step(X)
    assert len(kept) == 3


def test_state_that_is_bound_anew_is_refused():
    class Counter:
        total = pynn.zeros(3)

        def step(self, x):
            self.total = self.total + x
            return self.total * 1

    counter = Counter()
    step = pynn.compile(counter.step)
    with pytest.warns(pynn.RecordingWarning, match="kept"):
        results = [step(X).tolist() for _ in range(3)]
    assert results[-1] == (X * 3).tolist()


def test_raw_writes_are_noticed():
    state = pynn.zeros(3)

    def function(x):
        state[pynn.arange(2).long()] = x[:2]
        return state + x

    refused(function, X, match="not recorded")


def test_too_many_kinds_of_call():
    step = pynn.compile(lambda x, i: x + i)
    for i in range(16):
        assert same(step(X, i), X + i)
    with pytest.warns(pynn.RecordingWarning, match="recorded 16 times"):
        step(X, 16)
    assert same(step(X, 17), X + 17)


def test_an_exception_in_the_first_call_leaves_nothing_behind():
    def function(x, fail):
        y = x * 2
        if fail:
            raise KeyError("on purpose")
        return y

    step = pynn.compile(function)
    with pytest.raises(KeyError):
        step(X, True)
    assert not pynn._core.record.recording()
    assert (X * 2).sum().item() == 0
    assert same(step(X, False), X * 2)
    assert same(step(X, False), X * 2)
    assert step.recordings == 1


def test_an_op_that_fails_and_is_caught_is_refused():
    def function(x):
        with contextlib.suppress(pynn.ShapeError):
            x.reshape(5)
        return x * 2

    refused(function, X, match="an op failed")


# ---- in other clothes ----


def test_one_compiled_step_within_another():
    inner = pynn.compile(lambda x: (x * 2).exp())
    outer = pynn.compile(lambda x: inner(x) + 1)
    for i in range(3):
        x = pynn.full((3,), i)
        assert same(outer(x), (x * 2).exp() + 1)
    assert (inner.recordings, outer.recordings) == (0, 1)


def test_a_method_can_be_compiled():
    class Scaler:
        def __init__(self, scale):
            self.scale = scale

        @pynn.compile
        def __call__(self, x):
            """Scales."""
            return x * self.scale

    two, three = Scaler(2), Scaler(3)
    for _ in range(3):
        assert same(two(X), X * 2)
        assert same(three(X), X * 3)
    assert Scaler.__call__.__doc__ == "Scales."


def test_a_module_is_recorded_for_inference():
    model = network(dropout=0.5).eval()
    compiled = pynn.compile(model)
    assert compiled(X.new_ones(2, 5)).requires_grad
    assert compiled.recordings == 0
    with pynn.no_grad():
        for i in range(3):
            x = pynn.full((2, 5), i / 2)
            assert same(compiled(x), model(x))
        assert compiled.recordings == 1
        pynn.manual_seed(0)
        first = compiled.train()(x)
        assert compiled.training
        pynn.manual_seed(0)
        assert same(first, model(x))
    assert len(list(compiled.parameters())) == 6


def test_only_functions_can_be_compiled():
    with pytest.raises(TypeError, match="expected a function or a Module, got int"):
        pynn.compile(3)


def test_explain_lists_passes():
    _, _, step = training(OPTIMIZERS["SGD"])
    step = pynn.compile(step)
    assert step.explain() == "not called yet"
    step(*batches(1)[0])
    text = step.explain()
    for word in (
        "instructions in",
        "linear_then, keeping what its backward needs",
        "backward of linear_then",
        "optimizer step",
    ):
        assert word in text
    assert "1 recorded" in repr(step)


def test_a_compiled_step_that_knows_itself_is_collected():
    def make():
        step = pynn.compile(lambda x: x * (1 if step is None else 2))
        step(X)
        return weakref.ref(step)

    known = make()
    gc.collect()
    assert known() is None


def test_the_collector_may_come_while_a_step_is_made():
    kind = pynn._core.record.Step
    half_made = kind.__new__(kind)
    gc.collect()
    del half_made
    gc.collect()
