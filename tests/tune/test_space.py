"""What may be searched, and how data is cut up."""

from __future__ import annotations

import numpy as np
import optuna
import pandas
import pytest

import pynn
from pynn import data, nn
from pynn.tune.folds import folds, labels_of, spread, take
from pynn.tune.space import Space


def suggestions(space, n=200):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [Space(space).suggest(study.ask()) for _ in range(n)]


def test_each_notation():
    space = {
        "lr": (1e-4, 1e-1, "log"),
        "dropout": (0.0, 0.5),
        "layers": (1, 3),
        "width": (8, 512, "log"),
        "batch_size": range(16, 129, 16),
        "sizes": [(64,), (64, 32)],
        "activation": [nn.ReLU, nn.Tanh],
        "bias": True,
        "name": "mlp",
    }
    found = suggestions(space)
    values = {name: [one[name] for one in found] for name in space}
    assert {type(v) for v in values["lr"]} == {float}
    assert 0.4 < np.mean(np.array(values["lr"]) < 10**-2.5) < 0.6  # as often below the middle of the scale
    assert 0 <= min(values["dropout"]) < 0.1 < 0.4 < max(values["dropout"]) <= 0.5
    assert set(values["layers"]) == {1, 2, 3}
    assert {type(v) for v in values["width"]} == {int}
    assert 0.4 < np.mean(np.array(values["width"]) < 64) < 0.6
    assert set(values["batch_size"]) == set(range(16, 129, 16))
    assert set(values["sizes"]) == {(64,), (64, 32)}
    assert set(values["activation"]) == {nn.ReLU, nn.Tanh}
    assert set(values["bias"]) == {True}
    assert set(values["name"]) == {"mlp"}


def test_a_function_says_what_depends_on_what():
    def space(trial):
        layers = trial.suggest_int("layers", 1, 2)
        return {"widths": [trial.suggest_int(f"width{i}", 4, 8) for i in range(layers)]}

    assert {len(one["widths"]) for one in suggestions(space)} == {1, 2}


@pytest.mark.parametrize("kind", [int, str])
def test_parts_hold_their_share_of_each_class(kind):
    y = np.array([kind(i % 10 == 0) for i in range(100)])
    splits = folds("f", y, 5, seed=0)
    assert sorted(np.concatenate([test for _, test in splits]).tolist()) == list(range(100))
    for train, test in splits:
        assert not set(train) & set(test)
        assert len(test) == 20
        assert (y[test] == kind(True)).sum() == 2
    again, other = folds("f", y, 5, seed=0), folds("f", y, 5, seed=1)
    assert all((a == b).all() for (_, a), (_, b) in zip(splits, again, strict=True))
    assert any((a != b).any() for (_, a), (_, b) in zip(splits, other, strict=True))


def test_the_parts_are_those_of_pynn_data():
    y = np.array([0, 1, 1] * 8)
    theirs = data.StratifiedKFold(4, shuffle=True, seed=3).split(y, y)
    for (_, ours), (_, test) in zip(folds("f", y, 4, seed=3), theirs, strict=True):
        np.testing.assert_array_equal(ours, test)
    pairs = np.repeat(np.arange(6), 2)  # classes too rare for any proportion
    assert sorted(np.concatenate([test for _, test in folds("f", pairs, 3, seed=0)])) == list(range(12))


def test_numbers_are_dealt_out_whatever_they_are():
    y = np.linspace(0, 1, 11)
    assert sorted(len(test) for _, test in folds("f", y, 3, seed=0)) == [3, 4, 4]
    assert labels_of(y) is labels_of(np.arange(11)) is labels_of(np.zeros((4, 2))) is None


def test_a_splitter_or_pairs():
    from sklearn.model_selection import TimeSeriesSplit

    y = np.arange(12)
    ours = folds("f", y, TimeSeriesSplit(3), seed=0)
    assert all(train.max() < test.min() for train, test in ours)
    assert [t.tolist() for t in folds("f", y, [([0, 1], [2])], 0)[0]] == [[0, 1], [2]]


def test_every_beginning_holds_the_classes_in_proportion():
    y = np.array([0] * 90 + [1] * 10)
    order = spread(y, np.arange(100), seed=0)
    assert sorted(order.tolist()) == list(range(100))
    for n in (10, 20, 50):
        assert abs((y[order[:n]] == 1).sum() - n / 10) <= 1


def test_samples_of_all_sorts_of_data():
    rows = np.array([2, 0])
    array = np.arange(6).reshape(3, 2)
    frame = pandas.DataFrame(array, columns=["a", "b"])
    assert take(array, rows).tolist() == [[4, 5], [0, 1]]
    assert take(pynn.tensor(array), rows).tolist() == [[4, 5], [0, 1]]
    assert take(["x", "y", "z"], rows) == ["z", "x"]
    assert take(frame, rows)["b"].tolist() == [5, 1]
    several = take({"a": array, "b": (array[:, 0],)}, rows)
    assert several["a"].tolist() == [[4, 5], [0, 1]]
    assert several["b"][0].tolist() == [4, 0]
