"""The tables that come with pynn, and the sets that are generated to look at."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data, nn


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_the_numbers_are_those_of_scikit_learn(name: str) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    theirs = getattr(datasets, f"load_{name}")(**({"scaled": False} if name == "diabetes" else {}))
    ours = getattr(data, f"load_{name}")()
    np.testing.assert_array_equal(ours.x.numpy(), theirs.data.astype(np.float32))
    np.testing.assert_array_equal(ours.y.numpy(), theirs.target)
    assert ours.feature_names == list(theirs.feature_names)
    if name != "diabetes":
        assert ours.target_names == list(theirs.target_names)
        assert ours.y.dtype == pynn.int64
    else:
        assert ours.y.dtype == pynn.float32


def test_sizes_of_the_bundled_tables() -> None:
    assert np.bincount(data.load_wine().y.numpy()).tolist() == [59, 71, 48]
    assert np.bincount(data.load_breast_cancer().y.numpy()).tolist() == [212, 357]
    x, y = data.load_diabetes()
    assert (y.min().item(), y.max().item()) == (25, 346)
    assert x[:, 0].max().item() == 79  # years


@pytest.mark.parametrize(("name", "options"), [("moons", {}), ("circles", {"factor": 0.3})])
@pytest.mark.parametrize("count", [40, 41])
def test_moons_and_circles_are_those_of_scikit_learn(name: str, options: dict, count: int) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    theirs, their_y = getattr(datasets, f"make_{name}")(count, shuffle=False, **options)
    x, y = getattr(data, f"make_{name}")(count, noise=0.0, generator=0, **options)
    for label in (0, 1):
        mine, other = x.numpy()[y.numpy() == label], theirs[their_y == label]
        mine, other = (points[np.lexsort(points.round(4).T)] for points in (mine, other))
        np.testing.assert_allclose(mine, other, atol=1e-6)


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "xor", "sine", "mnist1d"])
def test_generated_sets(name: str) -> None:
    make = getattr(data, f"make_{name}")
    x, y = make(60, generator=3)
    again, _ = make(60, generator=3)
    assert x.tolist() == again.tolist()
    assert x.tolist() != make(60, generator=4)[0].tolist()
    assert x.dtype == pynn.float32
    assert x.shape == {"sine": (60, 1), "mnist1d": (60, 40)}.get(name, (60, 2))
    assert y.dtype == (pynn.float32 if name == "sine" else pynn.int64)
    assert len(make(0)[0]) == 0
    pynn.manual_seed(1)
    first = make(5)[0].tolist()
    pynn.manual_seed(1)
    assert make(5)[0].tolist() == first


def test_noise_has_its_size() -> None:
    for name in ("moons", "circles", "xor", "spirals"):
        make = getattr(data, f"make_{name}")
        noise = (make(2000, noise=0.2, generator=0)[0] - make(2000, noise=0.0, generator=0)[0]).numpy()
        assert noise.std() == pytest.approx(0.2, rel=0.05)
    x, y = data.make_sine(2000, noise=0.2, waves=3, generator=0)
    assert (y - (3 * np.pi * x).sin()).std().item() == pytest.approx(0.2, rel=0.1)


def test_spirals_wind() -> None:
    x, y = data.make_spirals(400, classes=4, turns=1.0, noise=0.0, generator=0)
    points, radius = x.numpy(), np.hypot(*x.numpy().T)
    angle = np.arctan2(points[:, 1], points[:, 0]) / (2 * np.pi)
    np.testing.assert_allclose((angle - radius - y.numpy() / 4 + 0.5) % 1, 0.5, atol=1e-4)
    assert np.mean(radius < 0.5) == pytest.approx(0.25, abs=0.07)  # as dense outside as inside


def test_the_strokes_are_in_the_signals() -> None:
    """Neither moved, nor noisy: each class is one curve up to size, length and slope."""
    x, y = data.make_mnist1d(500, noise=0.0, max_shift=0, generator=0)
    begin = x.numpy()[:, :6]  # shorter than the shortest stroke
    spread = [begin[y.numpy() == digit].std(0).mean() for digit in range(10)]
    assert max(spread) < 0.35
    assert begin.std(0).mean() > max(spread)


def test_a_network_that_does_not_care_about_the_place_reads_signals_better() -> None:
    x, y = data.make_mnist1d(3000, generator=0)
    x_train, x_test, y_train, y_test = data.train_test_split(x, y, test_size=500, seed=0)
    reached = []
    for model in (
        nn.Linear(40, 10),
        nn.Sequential(
            nn.Unflatten(1, (1, 40)),
            *(nn.Conv1d(1, 25, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2)),
            *(nn.Conv1d(25, 25, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2)),
            *(nn.Conv1d(25, 25, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(250, 10)),
        ),
    ):
        pynn.manual_seed(0)
        model.compile(pynn.optim.Adam(model.parameters(), lr=5e-3), "cross_entropy", ["accuracy"])
        model.fit(x_train, y_train, epochs=8, batch_size=100, verbose=0)
        reached.append(model.evaluate(x_test, y_test)[1])
    assert reached[0] < 0.5
    assert reached[1] > reached[0] + 0.2
