"""Optimizers and schedules."""

from __future__ import annotations

import pynn
from pynn import nn, optim
from pynn.optim import lr_scheduler as schedules

NAN, INF = float("nan"), float("inf")


def weights():
    return [nn.Parameter(pynn.ones(2))]


def sgd(**options):
    return optim.SGD(weights(), lr=0.1, **options)


def optimizer(name, *numbers, betas=False):
    make = getattr(optim, name)
    computed = pynn.ones(2, requires_grad=True) * 2
    calls = [
        (lambda: make([]), ValueError, f"{name}.*empty.*{name}.model"),
        (lambda: make(None), TypeError, "NoneType"),
        (lambda: make(pynn.ones(2)), TypeError, r"one Tensor.*\[x\]"),
        (lambda: make([1.0]), TypeError, f"{name}.*float"),
        (lambda: make([computed]), ValueError, f"{name}.*computed"),
        (lambda: make(weights() * 2), ValueError, f"{name}.*twice"),
        (lambda: make(weights(), no_such_option=1), TypeError, "no_such_option"),
        (lambda: make([{"params": weights(), "rate": 1.0}]), ValueError, f"{name}.*'rate'.*lr"),
        (lambda: make([{"lr": 1.0}]), ValueError, f"{name}.*'params'"),
        (lambda: make(weights()).load_state_dict({}), (KeyError, ValueError), "param_groups"),
    ]
    for option in ("lr", *numbers):
        calls += [
            (lambda o=option: make(weights(), **{o: -1.0}), ValueError, f"{name}.*{option}.*-1"),
            (lambda o=option: make(weights(), **{o: -1}), ValueError, f"{name}.*{option}.*-1"),
            (lambda o=option: make(weights(), **{o: NAN}), ValueError, f"{name}.*{option}.*nan"),
            (lambda o=option: make(weights(), **{o: "a"}), TypeError, f"{name}.*{option}.*'a'"),
            (lambda o=option: make(weights(), **{o: None}), TypeError, f"{name}.*{option}.*None"),
        ]
    if betas:
        calls += [
            (lambda: make(weights(), betas=(1.0, 0.9)), ValueError, f"{name}.*betas.*1.0"),
            (lambda: make(weights(), betas=(0.9,)), (TypeError, ValueError), f"{name}.*betas.*0.9"),
            (lambda: make(weights(), betas=0.9), TypeError, f"{name}.*betas.*0.9"),
            (lambda: make(weights(), betas=("a", 0.9)), TypeError, f"{name}.*betas.*'a'"),
        ]
    return calls


def schedule(name, *good, counts=(), numbers=()):
    make = getattr(schedules, name)
    calls = [
        (lambda: make(None, *good), TypeError, f"{name}.*Optimizer.*NoneType"),
        (lambda: make(nn.Linear(2, 2), *good), TypeError, f"{name}.*Optimizer.*Linear"),
    ]
    for place, (option, lowest) in enumerate(counts):
        arguments = good[:place], good[place + 1 :]
        calls += [
            (lambda a=arguments, n=lowest: make(sgd(), *a[0], n - 1, *a[1]), ValueError, f"{name}.*{option}"),
            (lambda a=arguments: make(sgd(), *a[0], 1.5, *a[1]), TypeError, f"{name}.*{option}.*1.5"),
            (lambda a=arguments: make(sgd(), *a[0], "a", *a[1]), TypeError, f"{name}.*{option}.*'a'"),
        ]
    for option in numbers:
        calls += [
            (lambda o=option: make(sgd(), *good, **{o: "a"}), TypeError, f"{name}.*{option}.*'a'"),
            (lambda o=option: make(sgd(), *good, **{o: NAN}), ValueError, f"{name}.*{option}.*nan"),
        ]
    return calls


class Unfinished(optim.Optimizer):
    """An optimizer that does not say how it steps."""


S = "pynn.optim.lr_scheduler."
CALLS = {
    "pynn.optim.Optimizer": [
        (lambda: Unfinished(weights(), {}).step(), NotImplementedError, "Unfinished.*steps"),
        (lambda: Unfinished([], {}), ValueError, "Unfinished.*empty"),
        (lambda: sgd().step(3), TypeError, "SGD.*closure.*int"),
    ],
    "pynn.optim.SGD": [
        *optimizer("SGD", "momentum", "weight_decay", "l1"),
        (lambda: sgd(nesterov=True), ValueError, "SGD.*nesterov.*momentum"),
    ],
    "pynn.optim.Adagrad": optimizer(
        "Adagrad", "lr_decay", "weight_decay", "eps", "initial_accumulator_value", "l1"
    ),
    "pynn.optim.Adadelta": [
        *optimizer("Adadelta", "rho", "eps", "weight_decay", "l1"),
        (lambda: optim.Adadelta(weights(), rho=1.5), ValueError, "Adadelta.*rho.*1.5"),
    ],
    "pynn.optim.RMSprop": optimizer("RMSprop", "alpha", "eps", "weight_decay", "momentum", "l1"),
    "pynn.optim.Adam": optimizer("Adam", "eps", "weight_decay", "l1", betas=True),
    "pynn.optim.AdamW": optimizer("AdamW", "eps", "weight_decay", "l1", betas=True),
    "pynn.optim.Adamax": optimizer("Adamax", "eps", "weight_decay", "l1", betas=True),
    "pynn.optim.NAdam": optimizer("NAdam", "eps", "weight_decay", "momentum_decay", "l1", betas=True),
    "pynn.optim.RAdam": optimizer("RAdam", "eps", "weight_decay", "l1", betas=True),
    "pynn.optim.Lion": optimizer("Lion", "weight_decay", betas=True),
    "pynn.optim.LBFGS": [
        *optimizer("LBFGS", "tolerance_grad", "tolerance_change"),
        (lambda: optim.LBFGS(weights(), line_search_fn="armijo"), ValueError, "LBFGS.*armijo"),
        (lambda: optim.LBFGS(weights(), max_iter=0), ValueError, "LBFGS.*max_iter.*0"),
        (lambda: optim.LBFGS(weights(), history_size=1.5), TypeError, "LBFGS.*history_size.*1.5"),
        (lambda: optim.LBFGS(weights()).step(), TypeError, "LBFGS.*closure.*fit"),
        (
            lambda: optim.LBFGS([{"params": weights()}, {"params": weights()}]),
            ValueError,
            "LBFGS.*one group",
        ),
    ],
    S + "LRScheduler": [
        (lambda: schedules.LRScheduler(sgd()), NotImplementedError, "LRScheduler.*rate"),
        (lambda: schedules.StepLR(sgd(), 1, last_epoch=3), (KeyError, ValueError), "initial_lr"),
        (lambda: schedules.StepLR(sgd(), 1, last_epoch="a"), TypeError, "StepLR.*last_epoch.*'a'"),
    ],
    S + "LambdaLR": [
        *schedule("LambdaLR", lambda t: 1.0),
        (lambda: schedules.LambdaLR(sgd(), []), ValueError, "LambdaLR.*0 functions for 1"),
        (lambda: schedules.LambdaLR(sgd(), 0.5), TypeError, "LambdaLR.*function.*float"),
    ],
    S + "StepLR": schedule("StepLR", 2, counts=[("step_size", 1)], numbers=["gamma"]),
    S + "MultiStepLR": [
        *schedule("MultiStepLR", [1, 2], numbers=["gamma"]),
        (lambda: schedules.MultiStepLR(sgd(), 3), TypeError, "MultiStepLR.*milestones.*3"),
        (lambda: schedules.MultiStepLR(sgd(), ["a"]), TypeError, "MultiStepLR.*milestones.*'a'"),
    ],
    S + "ExponentialLR": [
        *schedule("ExponentialLR", 0.5),
        (lambda: schedules.ExponentialLR(sgd(), "a"), TypeError, "ExponentialLR.*gamma.*'a'"),
        (lambda: schedules.ExponentialLR(sgd(), NAN), ValueError, "ExponentialLR.*gamma.*nan"),
    ],
    S + "ConstantLR": [
        *schedule("ConstantLR", numbers=["factor"]),
        (lambda: schedules.ConstantLR(sgd(), 1.5), ValueError, "ConstantLR.*factor.*1.5"),
        (lambda: schedules.ConstantLR(sgd(), 0.5, 1.5), TypeError, "ConstantLR.*total_iters.*1.5"),
    ],
    S + "LinearLR": [
        *schedule("LinearLR", numbers=["start_factor", "end_factor"]),
        (lambda: schedules.LinearLR(sgd(), 0.0), ValueError, "LinearLR.*start_factor.*0"),
        (lambda: schedules.LinearLR(sgd(), total_iters=-1), ValueError, "LinearLR.*total_iters.*-1"),
    ],
    S + "LinearWarmup": schedule("LinearWarmup", 2, counts=[("warmup_steps", 1)]),
    S + "PolynomialLR": schedule("PolynomialLR", 2, counts=[("total_iters", 1)], numbers=["power"]),
    S + "CosineAnnealingLR": schedule("CosineAnnealingLR", 2, counts=[("T_max", 1)], numbers=["eta_min"]),
    S + "CosineAnnealingWarmRestarts": schedule(
        "CosineAnnealingWarmRestarts", 2, 1, counts=[("T_0", 1), ("T_mult", 1)], numbers=["eta_min"]
    ),
    S + "OneCycleLR": [
        (lambda: schedules.OneCycleLR(None, 0.1, 10), TypeError, "OneCycleLR.*Optimizer.*NoneType"),
        (lambda: schedules.OneCycleLR(sgd(momentum=0.9), 0.1), ValueError, "OneCycleLR.*total_steps"),
        (lambda: schedules.OneCycleLR(sgd(momentum=0.9), 0.1, 0), ValueError, "OneCycleLR.*total_steps.*0"),
        (
            lambda: schedules.OneCycleLR(sgd(momentum=0.9), 0.1, 1.5),
            TypeError,
            "OneCycleLR.*total_steps.*1.5",
        ),
        (lambda: schedules.OneCycleLR(sgd(momentum=0.9), "a", 9), TypeError, "OneCycleLR.*max_lr.*'a'"),
        (lambda: schedules.OneCycleLR(sgd(momentum=0.9), 0.1, 9, pct_start=2.0), ValueError, "pct_start.*2"),
        (
            lambda: schedules.OneCycleLR(sgd(momentum=0.9), 0.1, 9, div_factor=0.0),
            ValueError,
            "div_factor.*0",
        ),
        (
            lambda: schedules.OneCycleLR(sgd(momentum=0.9), 0.1, 9, anneal_strategy="sin"),
            ValueError,
            "OneCycleLR.*'sin'",
        ),
    ],
    S + "ReduceLROnPlateau": [
        *schedule("ReduceLROnPlateau", numbers=["factor", "threshold"]),
        (lambda: schedules.ReduceLROnPlateau(sgd(), factor=1.0), ValueError, "ReduceLROnPlateau.*factor.*1"),
        (lambda: schedules.ReduceLROnPlateau(sgd(), mode="low"), ValueError, "ReduceLROnPlateau.*'low'"),
        (lambda: schedules.ReduceLROnPlateau(sgd(), patience=1.5), TypeError, "patience.*1.5"),
        (lambda: schedules.ReduceLROnPlateau(sgd()).step("a"), TypeError, "ReduceLROnPlateau.*metrics.*'a'"),
    ],
    S + "SequentialLR": [
        (lambda: schedules.SequentialLR(sgd(), [], []), ValueError, "SequentialLR"),
        (lambda: schedules.SequentialLR(sgd(), [3], []), TypeError, "SequentialLR.*int"),
        (
            lambda: schedules.SequentialLR(sgd(), [schedules.StepLR(sgd(), 1)], []),
            ValueError,
            "SequentialLR.*another optimizer",
        ),
    ],
    S + "ChainedScheduler": [
        (lambda: schedules.ChainedScheduler([]), ValueError, "ChainedScheduler"),
        (lambda: schedules.ChainedScheduler([3]), TypeError, "ChainedScheduler.*int"),
    ],
}
