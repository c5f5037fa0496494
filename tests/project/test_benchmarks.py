"""The benchmarks time only equal work, and compare fairly."""

import dataclasses
import math

import numpy as np
import pytest

from benchmarks import report, roofline, runner, timing
from benchmarks.agreement import DisagreementError, reference, require_agreement, results
from benchmarks.contenders.numpy_ import Numpy
from benchmarks.program import Program
from benchmarks.workloads import MODULES, workloads
from benchmarks.workloads.convolution import Convolution
from benchmarks.workloads.estimator import Estimator
from benchmarks.workloads.mlp import Mlp
from benchmarks.workloads.op import Op

EVERY_WORKLOAD = [case for cases in workloads().values() for case in cases]
SMALL = Mlp("small", sizes=(3, 4, 2), activation="tanh", dropout=0.5, batch=8, batches=4)
COPYING, READING = {1000: 1e9, 1_000_000: 1e8}, {1000: 2e9, 1_000_000: 3e8}
MACHINE = roofline.Roofline(
    flops_per_second=1e9, bf16_flops_per_second=2e9, copied_per_second=COPYING, read_per_second=READING
)
BRIEF = runner.Effort(rounds=2, min_time=1e-4)


def test_names_are_unique() -> None:
    names = [case.name for case in EVERY_WORKLOAD]
    assert len(set(names)) == len(names)
    assert len(MODULES) == len(set(MODULES))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_reference_trains_as_finite_differences_do(activation: str) -> None:
    workload = dataclasses.replace(SMALL, activation=activation, lr=1e-2)
    losses = results(Numpy(1).mlp(workload, check=True, dtype=np.float64), 6)
    assert losses == pytest.approx(losses_by_finite_differences(workload, 6), rel=1e-6)


def losses_by_finite_differences(workload: Mlp, steps: int) -> list[float]:
    """Adam on one long vector of parameters, the gradient from central differences."""
    theta = np.concatenate([p.ravel() for layer in workload.weights() for p in layer]).astype(np.float64)
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    losses = []
    for t in range(1, steps + 1):
        losses.append(loss_of(workload, theta, batch=(t - 1) % workload.batches))
        nudges = 1e-6 * np.eye(len(theta))
        g = (
            np.array(
                [
                    loss_of(workload, theta + nudge, (t - 1) % workload.batches)
                    - loss_of(workload, theta - nudge, (t - 1) % workload.batches)
                    for nudge in nudges
                ]
            )
            / 2e-6
        )
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        theta = theta - workload.lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return losses


def loss_of(workload: Mlp, theta: np.ndarray, batch: int) -> float:
    f = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh}[workload.activation]
    inputs, labels = workload.data()
    x = inputs[batch].astype(np.float64)
    for i, (weight, bias) in enumerate(workload.weights()):
        w, b, theta = np.split(theta, [weight.size, weight.size + bias.size])
        x = (f(x) if i else x) @ w.reshape(weight.shape).T + b
    return float(np.mean(np.log(np.exp(x).sum(1)) - x[np.arange(len(x)), labels[batch]]))


@pytest.mark.parametrize("case", [c for c in EVERY_WORKLOAD if c.kind == "mlp"], ids=lambda c: c.name)
def test_pynn_trains_as_the_reference_does(case: Mlp) -> None:
    from benchmarks.contenders.pynn_ import Pynn

    program = Pynn(threads=1).mlp(case, check=True)
    require_agreement(case, results(program, case.checked_runs), reference(case))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("groups", [1, 4])
def test_pynn_convolves_as_the_reference_does(stride: int, groups: int) -> None:
    from benchmarks.contenders.pynn_ import Pynn

    case = Convolution(2, 4, 8, 9, stride=stride, groups=groups)
    program = Pynn(threads=1).convolution(case, check=True)
    require_agreement(case, results(program, case.checked_runs), reference(case))


@pytest.mark.parametrize("case", [c for c in EVERY_WORKLOAD if c.kind == "estimator"], ids=lambda c: c.name)
def test_the_classifier_learns_what_the_other_learns(case: Estimator) -> None:
    from benchmarks.contenders.pynn_ import Pynn

    program = Pynn(threads=1).estimator(case, check=True)
    require_agreement(case, results(program, case.checked_runs), reference(case))


def test_who_computes_something_else_is_left_out_and_named() -> None:
    class HalfRate(Numpy):
        name = "half-rate"

        def mlp(self, workload: Mlp, check: bool, dtype: type = np.float32) -> Program:
            return super().mlp(dataclasses.replace(workload, lr=workload.lr / 2), check, dtype)

    row = runner.run_workload(SMALL, {"numpy": Numpy(1), "half-rate": HalfRate(1)}, MACHINE, BRIEF)
    assert list(row.samples) == ["numpy"]
    assert "off by" in row.left_out["half-rate"]
    assert "half-rate: left out: off by" in report.table([row])


def test_nan_agrees_with_nothing() -> None:
    with pytest.raises(DisagreementError):
        require_agreement(SMALL, np.array([np.nan]), np.array([1.0]))


def test_a_missing_function_is_a_reason_not_a_crash() -> None:
    case = Op("no_such_function(x)", {"x": (3,)}, flops=3, result=3)
    with pytest.raises(Exception, match="numpy has no no_such_function"):
        Numpy(1).op(case, check=True)


def test_a_compiler_that_takes_for_ever_is_given_up() -> None:
    class Slow(Numpy):
        def mlp(self, workload: Mlp, check: bool, dtype: type = np.float32) -> Program:
            while True:
                math.sqrt(2)

    effort = dataclasses.replace(BRIEF, patience=0.05)
    row = runner.run_workload(SMALL, {"slow": Slow(1)}, MACHINE, effort)
    assert "TimeoutError" in row.left_out["slow"]


def test_contenders_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing.Bystanders, "share", lambda self: 0.0)
    order: list[str] = []
    programs = {name: Program(lambda name=name: order.append(name)) for name in ["a", "b", "c"]}
    rounds = timing.interleave(programs, rounds=3, min_time=0.0)
    assert [set(r.times) for r in rounds] == [{"a", "b", "c"}] * 3
    turns = order[-18:]  # three rounds of three, each a warm-up and a run
    assert turns == [name for name in "abcbcacab" for _ in range(2)]


def test_disturbed_rounds_are_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = iter([0.5, 0.0, 0.4, 0.01, 0.9])
    monkeypatch.setattr(timing.Bystanders, "share", lambda self: next(shares))
    rounds = timing.interleave({"a": Program(lambda: None)}, rounds=2, min_time=0.0)
    assert [r.others for r in rounds] == [0.0, 0.01]


def test_a_machine_that_never_rests_gives_its_best_rounds_and_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shares = iter([0.5, 0.3, 0.4, 0.2])
    monkeypatch.setattr(timing.Bystanders, "share", lambda self: next(shares))
    effort = dataclasses.replace(BRIEF, tries=2)
    row = runner.run_workload(SMALL, {"numpy": Numpy(1)}, MACHINE, effort)
    assert row.others == 0.3
    assert "disturbed" in report.table([row])


def test_ratios_compare_within_a_round() -> None:
    ratio = timing.ratios(of=[2.0, 20.0, 4.0], to=[1.0, 10.0, 2.0])
    assert (ratio.low, ratio.median, ratio.high) == (2.0, 2.0, 2.0)


def test_pytorch_is_represented_by_its_fastest_variant() -> None:
    samples = {"pynn": [1.0, 1.0], "torch": [4.0, 4.0], "torch-fused": [3.0, 3.0], "numpy": [0.5, 0.5]}
    row = runner.Row(SMALL, floor=0.1, samples=samples)
    assert row.best_torch == "torch-fused"
    assert row.speed_against_torch("pynn").median == 3.0


def test_the_floor_is_arithmetic_or_memory() -> None:
    arithmetic = Op("x @ y", {"x": (10, 10), "y": (10, 10)}, flops=1e6, result=100)
    memory = Op("x + y", {"x": (100,), "y": (100,)}, flops=100, result=100)
    assert MACHINE.floor(arithmetic) == pytest.approx(1e-3)
    assert MACHINE.floor(memory) == pytest.approx(1200 / 1e8)  # too much for the fast kilobyte
    assert MACHINE.bandwidth(COPYING, 1e9) == 1e8
    total = dataclasses.replace(memory, result=1)  # writes next to nothing
    assert MACHINE.floor(total) == pytest.approx(total.bytes / 2e9)


def test_every_workload_has_a_floor() -> None:
    for case in EVERY_WORKLOAD:
        assert MACHINE.floor(case) > 0, case.name
