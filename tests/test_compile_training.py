"""Whole training steps, recorded: bitwise as eager ones, whatever changes between them."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from compile_suite import OPTIMIZERS, assert_same_training, batches, network, same, training

import pynn
from pynn import nn


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", pynn.RecordingWarning)
        yield


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_steps_of_every_optimizer(name):
    compiled = assert_same_training(lambda: training(OPTIMIZERS[name]), batches(6))
    assert compiled.recordings == 1


@pytest.mark.parametrize("threads", [1, 2])
def test_dropout_goes_on_along_the_same_stream(threads):
    before = pynn.get_num_threads()
    pynn.set_num_threads(threads)
    try:
        assert_same_training(lambda: training(OPTIMIZERS["Adam"], dropout=0.3), batches(5, size=300))
    finally:
        pynn.set_num_threads(before)


def test_options_are_read_anew_in_every_step():
    def lower(i: int, optimizer: pynn.optim.Optimizer) -> None:
        optimizer.param_groups[0]["lr"] = 0.1 / (i + 1)
        optimizer.param_groups[0]["betas"] = (0.9 - 0.1 * i, 0.99)

    assert assert_same_training(lambda: training(OPTIMIZERS["Adam"]), batches(5), lower).recordings == 1


def test_a_scheduler_stays_outside():
    schedulers: dict[int, Any] = {}

    def advance(i: int, optimizer: pynn.optim.Optimizer) -> None:
        if i == 0:
            schedulers[id(optimizer)] = pynn.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
        else:
            schedulers[id(optimizer)].step()

    assert assert_same_training(lambda: training(OPTIMIZERS["SGD"]), batches(6), advance).recordings == 1


def test_another_shape_is_another_recording():
    data = [b for pair in zip(batches(3, 8), batches(3, 5), strict=True) for b in pair]
    assert assert_same_training(lambda: training(OPTIMIZERS["Adam"]), data).recordings == 2


def test_weights_that_are_loaded_between_steps_are_used():
    def reload(i: int, optimizer: pynn.optim.Optimizer) -> None:
        if i == 2:
            for p in optimizer.param_groups[0]["params"]:
                p.data = pynn.full(p.shape, 0.01)
        if i == 3:
            optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))

    assert_same_training(lambda: training(OPTIMIZERS["Adam"]), batches(6), reload)


def test_a_frozen_parameter_is_noticed():
    def freeze(i: int, optimizer: pynn.optim.Optimizer) -> None:
        optimizer.param_groups[0]["params"][0].requires_grad = i % 2 == 0

    assert_same_training(lambda: training(OPTIMIZERS["SGD"]), batches(6), freeze)


def test_a_group_that_is_added_takes_part():
    model, optimizer, _ = training(OPTIMIZERS["SGD"])
    extra = nn.Parameter(pynn.ones(1))

    @pynn.compile
    def longer(x, y):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x) * extra, y)
        loss.backward()
        optimizer.step()
        return loss

    for batch in batches(3):
        longer(*batch)
    assert extra.item() == 1
    optimizer.add_param_group({"params": [extra]})
    longer(*batch)
    assert extra.item() != 1


def test_gradients_accumulate_without_zero_grad():
    def make():
        model = network()

        def step(x, y):
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            return loss

        return model, None, step

    assert_same_training(make, batches(5))


def test_gradients_of_several_batches_are_added_up():
    def make():
        model = network()
        optimizer = pynn.optim.SGD(model.parameters(), lr=0.1)

        def step(x, y):
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            return loss

        return model, optimizer, step

    def apply(i: int, optimizer: pynn.optim.Optimizer) -> None:
        if i % 3 == 0:
            optimizer.step()
            optimizer.zero_grad()

    assert assert_same_training(make, batches(40), apply).recordings == 2


@pytest.mark.parametrize("set_to_none", [True, False])
def test_clipped_gradients(set_to_none):
    def make():
        model = network()
        optimizer = pynn.optim.SGD(model.parameters(), lr=0.1)

        def step(x, y):
            model.zero_grad(set_to_none)
            loss = (model(x) * 50).square().mean()
            loss.backward()
            nn.utils.clip_grad_value_(model.parameters(), 0.1)
            optimizer.step()
            return loss

        return model, optimizer, step

    assert_same_training(make, batches(6))


def test_two_optimizers_and_two_backward_passes():
    def make():
        model = network()
        first = pynn.optim.Adam(list(model.parameters())[:2], lr=0.01)
        second = pynn.optim.SGD(list(model.parameters())[2:], lr=0.1)

        def step(x, y):
            first.zero_grad()
            second.zero_grad()
            scores = model(x)
            loss = nn.functional.cross_entropy(scores, y)
            loss.backward(retain_graph=True)
            scores.square().mean().backward()
            first.step()
            second.step()
            return loss.detach()

        return model, first, step

    assert_same_training(make, batches(5))


def test_gradients_of_gradients():
    @pynn.compile
    def step(x):
        x = x.clone().requires_grad_()
        (dx,) = pynn.autograd.grad((x.sigmoid() * x).sum(), [x], create_graph=True)
        (ddx,) = pynn.autograd.grad(dx.square().sum(), [x])
        return dx.detach(), ddx

    for seed in range(3):
        x = pynn.tensor(np.random.default_rng(seed).standard_normal(9))
        for got, want in zip(step(x), step.__wrapped__(x), strict=True):
            assert same(got, want)
    assert step.recordings == 1


def test_a_model_that_builds_itself_in_its_first_call():
    model = nn.Sequential(nn.Linear(None, 4), nn.ReLU(), nn.Linear(None, 2))
    optimizer = pynn.optim.SGD(model, lr=0.1)

    @pynn.compile
    def step(x):
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
        return loss

    losses = [step(pynn.ones(3, 5)).item() for _ in range(5)]
    assert losses[-1] < losses[0]
    assert step.recordings == 1


def test_threads_do_not_change_a_fused_chain():
    step = pynn.compile(lambda x, y: ((x * y + 1.5).sigmoid() * x - y).tanh())
    x, y = pynn.randn(200_003), pynn.randn(200_003)
    want = step.__wrapped__(x, y)
    before = pynn.get_num_threads()
    try:
        for threads in (1, 2, 3):
            pynn.set_num_threads(threads)
            assert same(step(x, y), want)
    finally:
        pynn.set_num_threads(before)
