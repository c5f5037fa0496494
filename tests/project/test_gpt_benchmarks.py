"""The benchmarks of GPT: every contender at hand computes what the reference does, and that one is right."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.agreement import reference, require_agreement, results
from benchmarks.contenders.numpy_gpt import Network
from benchmarks.contenders.pynn_ import Pynn, PynnRecorded
from benchmarks.workloads import Workload
from benchmarks.workloads.gpt import WORKLOADS, Attention, GptTraining, GptWriting

TRAINING = GptTraining("training", context=8, layers=2, heads=2, width=8, batch=2, batches=2)
SMALL: list[Workload] = [
    TRAINING,
    replace(TRAINING, name="under autocast", dtype="bfloat16"),
    GptWriting("writing", context=32, width=32, prompt=4, tokens=12),
    Attention(20, heads=2, head_dim=8),
    Attention(20, heads=2, head_dim=8, causal=True),
]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_contenders_agree_with_the_reference(case: Workload) -> None:
    want = reference(case)
    others = []
    try:
        from benchmarks.contenders.torch_ import TorchEager

        others.append(TorchEager(1))
    except ImportError:
        pass
    for contender in [Pynn(1), PynnRecorded(1), *others]:
        make = getattr(contender, case.kind)
        if make is not None:
            require_agreement(case, results(make(case, check=True), case.checked_runs), want)


def test_the_reference_goes_back_as_finite_differences_do() -> None:
    arrays = {name: 10 * array.astype(np.float64) for name, array in TRAINING.weights().items()}
    tokens = TRAINING.data()[0][0]
    network = Network(TRAINING, arrays)
    scores, back = network.forward(tokens)
    dy = np.random.default_rng(0).standard_normal(scores.shape)
    back(dy)
    for name, array in arrays.items():
        direction = np.random.default_rng(1).standard_normal(array.shape)
        values = []
        for step in (1e-6, -1e-6):
            moved = arrays | {name: array + step * direction}
            values.append((Network(TRAINING, moved).forward(tokens)[0] * dy).sum())
        slope = (values[0] - values[1]) / 2e-6
        np.testing.assert_allclose((network.gradients[name] * direction).sum(), slope, rtol=1e-4, atol=1e-4)


def test_floors_count_what_must_be_done() -> None:
    step, narrow, *_ = WORKLOADS
    assert isinstance(step, GptTraining)
    assert isinstance(narrow, GptTraining)
    assert narrow.flops == step.flops
    # 12 C² a layer, and the last product; 6 a weight and token, and attention on top.
    assert step.products == 4 * 12 * 128**2 + 65 * 128
    assert 1 < step.flops / (6 * 16 * 128 * step.products) < 1.1
    assert Attention(64, causal=True).flops == Attention(64).flops / 2
