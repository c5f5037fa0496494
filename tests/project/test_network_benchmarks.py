"""The networks of the benchmarks: every contender builds the same one, the reference is right."""

import dataclasses
import mmap

import numpy as np
import pytest

import pynn
from benchmarks import memory
from benchmarks.agreement import DisagreementError, reference, require_agreement, results
from benchmarks.contenders.numpy_ import Numpy
from benchmarks.contenders.numpy_layers import Weights, forward
from benchmarks.contenders.pynn_ import Pynn, PynnRecorded
from benchmarks.contenders.torch_like_network import build
from benchmarks.program import Program, UnsupportedError
from benchmarks.workloads import networks
from benchmarks.workloads.layers import (
    Conv,
    Flatten,
    GlobalPool,
    Layers,
    Linear,
    MaxPool,
    Norm,
    Relu,
    Residual,
    Skip,
    Up,
    out_shape,
)
from benchmarks.workloads.network import Inference, Training, inference

PLAIN: Layers = (Conv(4), Relu(), MaxPool(), Flatten(), Linear(3))
RESIDUAL: Layers = (
    *(Conv(4, bias=False), Norm(), Relu()),
    Residual((Conv(6, stride=2, bias=False), Norm()), (Conv(6, kernel=1, stride=2), Norm())),
    Residual((Conv(6, groups=6), Norm())),
    *(GlobalPool(), Linear(3)),
)
U_SHAPED: Layers = (Conv(3), Norm(), Skip((MaxPool(), Conv(4), Relu(), Up(2))), Conv(2, kernel=1))
SMALL = [
    Training("plain_b3", PLAIN, (2, 6, 6), batch=3, batches=2),
    Training("residual_b3", RESIDUAL, (2, 6, 6), batch=3, batches=2, optimizer="sgd", lr=1e-2),
    Training("u_b2", U_SHAPED, (1, 4, 6), batch=2, batches=2),
]
by_name = pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)


@by_name
def test_the_reference_goes_back_as_finite_differences_do(case: Training) -> None:
    arrays = [{name: a.astype(np.float64) for name, a in own.items()} for own in case.weights()]
    x = case.inputs(1)[0].astype(np.float64)
    weights = Weights.of(arrays)
    y, back = forward(case.layers, x, weights, training=True)
    dy = np.random.default_rng(0).standard_normal(y.shape)
    dx = back(dy)

    def value() -> float:
        return float((forward(case.layers, x, Weights.of(arrays), training=True)[0] * dy).sum())

    def difference(array: np.ndarray, place: tuple[int, ...]) -> float:
        before = array[place]
        array[place] = before + 1e-6
        above = value()
        array[place] = before - 1e-6
        below = value()
        array[place] = before
        return (above - below) / 2e-6

    pairs = [(x, dx)]
    for own, gradients in zip(arrays, weights.gradients, strict=True):
        assert set(gradients) == {name for name in own if "running" not in name}
        pairs += [(own[name], gradient) for name, gradient in gradients.items()]
    for array, gradient in pairs:
        for place in list(np.ndindex(array.shape))[:: max(1, array.size // 12)]:
            assert gradient[place] == pytest.approx(difference(array, place), rel=1e-4, abs=1e-6)


@by_name
@pytest.mark.parametrize("contender", [Pynn, PynnRecorded])
def test_pynn_trains_networks_as_the_reference_does(case: Training, contender: type[Pynn]) -> None:
    program = contender(threads=1).training(case, check=True)
    require_agreement(case, results(program, case.checked_runs), reference(case))


@by_name
@pytest.mark.parametrize("contender", [Pynn, PynnRecorded])
def test_pynn_infers_as_the_reference_does(case: Training, contender: type[Pynn]) -> None:
    trained = inference(case, batch=2)
    program = contender(threads=1).inference(trained, check=True)
    require_agreement(trained, results(program, 1), reference(trained))


def test_another_optimizer_is_noticed() -> None:
    other = dataclasses.replace(SMALL[1], lr=2e-2)
    program = Pynn(threads=1).training(other, check=True)
    with pytest.raises(DisagreementError):
        require_agreement(SMALL[1], results(program, SMALL[1].checked_runs), reference(SMALL[1]))


def test_numpy_is_not_timed_on_networks() -> None:
    for kind, case in [("training", SMALL[0]), ("inference", inference(SMALL[0], 1))]:
        with pytest.raises(UnsupportedError, match="reference only"):
            getattr(Numpy(1), kind)(case, check=True)


@pytest.mark.parametrize("case", [*networks.WORKLOADS, *SMALL], ids=lambda case: case.name)
def test_pynn_builds_what_is_described(case: Training) -> None:
    model = build(pynn, case).eval()
    with pynn.no_grad():
        scores = model(pynn.from_numpy(case.inputs(1)[0][:1]))
    assert tuple(scores.shape) == (1, *case.shape)
    described = sum(a.size for own in case.weights() for name, a in own.items() if "running" not in name)
    assert sum(p.numel() for p in model.parameters()) == described


def test_work_is_counted_as_by_hand() -> None:
    case = SMALL[0]  # 2x6x6, conv to 4 channels, pooled to 4x3x3, linear to 3
    conv, linear = 2 * 4 * 36 * 2 * 9, 2 * 3 * 36
    assert case.flops == 3 * (3 * (conv + linear) - conv)
    parameters = 4 * 2 * 9 + 4 + 3 * 36 + 3
    assert case.bytes == 4 * (3 * 2 * 36 + 2 * 3 * (4 * 36 + 3) + 6 * parameters)
    assert inference(case, 5).flops == 5 * (conv + linear)


def test_a_known_network_has_its_known_size() -> None:
    resnet20 = networks.WORKLOADS[1]
    weights = [own["weight"] for own in resnet20.weights()]
    kernels = sum(w.size for w in weights if w.ndim == 4 and w.shape[-1] == 3)
    stages = 3 * 16 + 6 * 16 * 16 + (16 + 5 * 32) * 32 + (32 + 5 * 64) * 64
    assert kernels == 9 * stages  # He et al. 2016, section 4.2
    assert sum(w.ndim == 4 and w.shape[-1] == 3 for w in weights) == 19
    assert out_shape(resnet20.layers, (3, 32, 32)) == (10,)


class Hungry:
    """Takes 64 MiB for what is called large, next to nothing for anything else.

    Pages from the system: an array may stand in memory that an earlier test has given back to malloc.
    """

    def inference(self, workload: Inference, check: bool) -> Program:
        size = 64 << 20 if workload.name == "large" else 1

        def fill_fresh_pages() -> None:
            with mmap.mmap(-1, size) as pages:
                pages.write(b"1" * size)

        return Program(fill_fresh_pages)


@pytest.mark.skipif(not memory.PEAK_RESET.exists(), reason="peaks are read from Linux's /proc")
def test_peak_memory_counts_what_a_run_takes() -> None:
    first = inference(SMALL[0], 1)
    large = dataclasses.replace(first, name="large")
    assert memory.peak_of(large, Hungry(), first) > 60 << 20
    assert memory.peak_of(first, Hungry(), first) < 30 << 20
