"""The benchmarks of sequences: contenders compute what the reference does, and that one is right."""

import itertools

import numpy as np
import pytest

from benchmarks.agreement import reference, require_agreement, results
from benchmarks.contenders.numpy_sequences import bags_and_gradient, ctc_and_gradient, ctc_of_one
from benchmarks.contenders.pynn_ import Pynn
from benchmarks.workloads import Workload
from benchmarks.workloads.sequences import CtcLoss, EmbeddingBag

SMALL: list[Workload] = [
    CtcLoss(steps=12, batch=3, classes=5, labels=4),
    EmbeddingBag(table=20, width=5, bags=6, in_bag=3),
]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.kind)
def test_contenders_agree_with_the_reference(case: Workload) -> None:
    want = reference(case)
    contenders = [Pynn(1)]
    try:
        from benchmarks.contenders.torch_ import TorchEager

        contenders.append(TorchEager(1))
    except ImportError:
        pass
    for contender in contenders:
        program = getattr(contender, case.kind)(case, check=True)
        require_agreement(case, results(program, case.checked_runs), want)


@pytest.mark.parametrize("labels", [[1], [1, 2], [2, 2], []], ids=str)
def test_ctc_is_the_sum_over_all_paths(labels: list[int]) -> None:
    log_p = np.log(np.random.default_rng(0).dirichlet(np.ones(3), 5))
    total, occupied = 0.0, np.zeros((5, 3))
    for path in itertools.product(range(3), repeat=5):
        if [c for i, c in enumerate(path) if c and (i == 0 or c != path[i - 1])] == labels:
            p = np.exp(log_p[range(5), path].sum())
            total += p
            occupied[range(5), path] += p
    loss, got = ctc_of_one(log_p, np.array(labels, int))
    np.testing.assert_allclose(loss, -np.log(total))
    np.testing.assert_allclose(got, occupied / total)


def test_references_go_back_as_finite_differences_do() -> None:
    ctc, bags = CtcLoss(steps=9, batch=2, classes=4, labels=3), EmbeddingBag(8, 3, 4, 5)
    scores, *others = ctc.arrays()
    places, table, dy = bags.arrays()
    for x, function, factors in (
        (scores, lambda x: ctc_and_gradient(x, *others), np.ones(1)),
        (table, lambda x: bags_and_gradient(places, x, dy), dy.ravel()),
    ):
        point = x.astype(np.float64)
        direction = np.random.default_rng(1).standard_normal(x.shape)
        ends = [(function(point + h * direction)[: factors.size] * factors).sum() for h in (1e-5, -1e-5)]
        slope = (function(point)[factors.size :] * direction.ravel()).sum()
        np.testing.assert_allclose(slope, (ends[0] - ends[1]) / 2e-5, rtol=1e-6)
