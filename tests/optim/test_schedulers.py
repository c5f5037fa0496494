"""Learning-rate schedules against PyTorch's, step by step, and what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from torch_if_there import torch

import pynn
from pynn.optim import lr_scheduler

STEPS = 25


def optimizers(momentum: float = 0.9) -> tuple[Any, Any]:
    """The same SGD with two groups of different rates, here and in torch."""
    ours = pynn.optim.SGD(
        [
            {"params": [pynn.nn.Parameter(pynn.ones(2))]},
            {"params": [pynn.nn.Parameter(pynn.ones(3))], "lr": 0.5},
        ],
        lr=0.1,
        momentum=momentum,
    )
    theirs = torch.optim.SGD(
        [
            {"params": [torch.nn.Parameter(torch.ones(2))]},
            {"params": [torch.nn.Parameter(torch.ones(3))], "lr": 0.5},
        ],
        lr=0.1,
        momentum=momentum,
    )
    return ours, theirs


def rates(optimizer: Any) -> list[float]:
    return [group["lr"] for group in optimizer.param_groups]


def walk(optimizer: Any, scheduler: Any, steps: int = STEPS) -> list[list[float]]:
    found = [rates(optimizer)]
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
        found.append(rates(optimizer))
    return found


SAME = [
    ("StepLR", {"step_size": 4}),
    ("StepLR", {"step_size": 1, "gamma": 0.7}),
    ("MultiStepLR", {"milestones": [3, 8, 8, 15]}),
    ("MultiStepLR", {"milestones": [20, 2], "gamma": 0.5}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("ConstantLR", {"factor": 0.25, "total_iters": 6}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.0, "total_iters": 10}),
    ("PolynomialLR", {"total_iters": 10, "power": 2.0}),
    ("CosineAnnealingLR", {"T_max": 10}),
    ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.01}),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": STEPS + 1}),
    ("OneCycleLR", {"max_lr": [1.0, 2.0], "total_steps": STEPS + 1, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 1.0, "epochs": 2, "steps_per_epoch": 15, "three_phase": True}),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 30, "pct_start": 0.5, "cycle_momentum": False}),
]


@pytest.mark.parametrize(("name", "options"), SAME)
def test_rates_are_those_of_torch(name: str, options: dict[str, Any]) -> None:
    ours, theirs = optimizers()
    a = getattr(lr_scheduler, name)(ours, **options)
    b = getattr(torch.optim.lr_scheduler, name)(theirs, **options)
    for mine, torchs in zip(walk(ours, a), walk(theirs, b), strict=True):
        assert mine == pytest.approx(torchs, rel=1e-9, abs=1e-12)
    assert a.get_last_lr() == pytest.approx(b.get_last_lr(), rel=1e-9, abs=1e-12)


def test_lambda_lr() -> None:
    ours, theirs = optimizers()
    functions: list[Callable[[int], float]] = [lambda t: 0.9**t, lambda t: 1 / (1 + t)]
    a = lr_scheduler.LambdaLR(ours, functions)
    b = torch.optim.lr_scheduler.LambdaLR(theirs, functions)
    for mine, torchs in zip(walk(ours, a), walk(theirs, b), strict=True):
        assert mine == pytest.approx(torchs)
    with pytest.raises(ValueError, match="1 functions for 2 parameter groups"):
        lr_scheduler.LambdaLR(optimizers()[0], functions[:1])


def test_one_cycle_moves_the_momentum_too() -> None:
    ours, theirs = optimizers()
    a = lr_scheduler.OneCycleLR(ours, max_lr=1.0, total_steps=12)
    b = torch.optim.lr_scheduler.OneCycleLR(theirs, max_lr=1.0, total_steps=12)
    seen = []
    for _ in range(11):
        for scheduler, optimizer in ((a, ours), (b, theirs)):
            optimizer.step()
            scheduler.step()
        seen.append(ours.param_groups[0]["momentum"])
        assert seen[-1] == pytest.approx(theirs.param_groups[0]["momentum"])
    assert min(seen) < 0.9 < max(seen)
    last = ours.param_groups[0]["lr"]
    a.step()  # a loop that steps after each of the 12 batches ends here
    assert (ours.param_groups[0]["lr"], ours.param_groups[0]["momentum"]) == (last, seen[-1])
    with pytest.raises(ValueError, match="past its end"):
        a.step()


def test_sequential_lr() -> None:
    ours, theirs = optimizers()

    def schedule(module: Any, optimizer: Any) -> Any:
        parts = [
            module.LinearLR(optimizer, start_factor=0.1, total_iters=4),
            module.ExponentialLR(optimizer, gamma=0.8),
            module.StepLR(optimizer, step_size=3),
        ]
        return module.SequentialLR(optimizer, parts, milestones=[5, 12])

    a = schedule(lr_scheduler, ours)
    b = schedule(torch.optim.lr_scheduler, theirs)
    for mine, torchs in zip(walk(ours, a), walk(theirs, b), strict=True):
        assert mine == pytest.approx(torchs)


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 1},
        {"patience": 0, "cooldown": 2, "factor": 0.5},
        {"mode": "max", "patience": 1, "threshold": 0.1, "threshold_mode": "abs"},
        {"mode": "max", "patience": 2, "threshold": 0.5},
        {"patience": 0, "min_lr": [0.01, 0.2]},
        {"patience": 0, "eps": 0.05},
    ],
)
def test_reduce_on_plateau(options: dict[str, Any]) -> None:
    ours, theirs = optimizers()
    a = lr_scheduler.ReduceLROnPlateau(ours, **options)
    b = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, **options)
    metrics = [5.0, 4.0, 4.0, 4.1, 3.9, 3.9, 3.9, 3.9, 6.0, 1.0, 1.0, 1.0, float("nan"), 1.0, 0.5]
    changes = 0
    for metric in metrics:
        before = rates(ours)
        a.step(metric)
        b.step(metric)
        assert rates(ours) == pytest.approx(rates(theirs))
        changes += rates(ours) != before
    assert changes > 0


def test_linear_warmup() -> None:
    optimizer = optimizers()[0]
    scheduler = lr_scheduler.LinearWarmup(optimizer, 4)
    first = [group[0] for group in walk(optimizer, scheduler, 5)]
    assert first == pytest.approx([0.025, 0.05, 0.075, 0.1, 0.1, 0.1])


def test_two_schedules_multiply_as_in_torch() -> None:
    ours, theirs = optimizers()
    mine = [lr_scheduler.ExponentialLR(ours, 0.9), lr_scheduler.StepLR(ours, 3)]
    torchs = [
        torch.optim.lr_scheduler.ExponentialLR(theirs, 0.9),
        torch.optim.lr_scheduler.StepLR(theirs, 3),
    ]
    for _ in range(8):
        ours.step()
        theirs.step()
        for scheduler in (*mine, *torchs):
            scheduler.step()
        assert rates(ours) == pytest.approx(rates(theirs))


@pytest.mark.parametrize(("name", "options"), SAME)
def test_state_goes_on_where_it_stood(name: str, options: dict[str, Any]) -> None:
    optimizer = optimizers()[0]
    scheduler = getattr(lr_scheduler, name)(optimizer, **options)
    walk(optimizer, scheduler, 6)
    other_optimizer = optimizers()[0]
    other = getattr(lr_scheduler, name)(other_optimizer, **options)
    other_optimizer.load_state_dict(optimizer.state_dict())
    other.load_state_dict(scheduler.state_dict())
    assert walk(optimizer, scheduler, 8) == walk(other_optimizer, other, 8)


@pytest.mark.parametrize(
    ("name", "options", "complaint"),
    [
        ("StepLR", {"step_size": 0}, "step_size must be an integer of 1 or more"),
        ("LinearLR", {"start_factor": 0.0}, r"start_factor must be a number in \(0, 1\]"),
        ("ConstantLR", {"factor": 2.0}, r"factor must be a number in \[0, 1\]"),
        ("PolynomialLR", {"total_iters": 0}, "total_iters must be an integer of 1 or more"),
        ("LinearWarmup", {"warmup_steps": 0}, "warmup_steps must be an integer of 1 or more"),
        ("ReduceLROnPlateau", {"factor": 1.0}, "factor must lie between"),
        ("ReduceLROnPlateau", {"mode": "up"}, "mode is 'min' or 'max'"),
        ("ReduceLROnPlateau", {"min_lr": [0.1]}, "1 values of min_lr for 2 groups"),
    ],
)
def test_refusals(name: str, options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        getattr(lr_scheduler, name)(optimizers()[0], **options)


def test_an_optimizer_is_asked_for() -> None:
    with pytest.raises(TypeError, match="takes an Optimizer, got list"):
        lr_scheduler.StepLR([], 3)
    with pytest.raises(TypeError, match="takes an Optimizer, got list"):
        lr_scheduler.ReduceLROnPlateau([])
