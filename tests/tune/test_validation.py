"""cross_validate and learning_curve against what scikit-learn and a loop by hand find."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.model_selection import learning_curve as their_curve

import pynn
from pynn import nn, tune
from pynn.sklearn import NeuralRegressor

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 3)).astype(np.float32)
Y = (X[:, 0] + 0.3 * rng.normal(size=120) > 0).astype(int)


def build():
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(0.1), nn.Linear(8, 2))
    model.compile(pynn.optim.Adam(model.parameters(), lr=0.02), "cross_entropy", ["accuracy"])
    return model


def test_an_estimator_scores_as_in_scikit_learn():
    cv = StratifiedKFold(4, shuffle=True, random_state=0)
    ours = tune.cross_validate(LogisticRegression(), X, Y, cv=cv)
    np.testing.assert_allclose(ours.scores, cross_val_score(LogisticRegression(), X, Y, cv=cv))
    ours = tune.cross_validate(LogisticRegression, X, Y, cv=cv, score="neg_log_loss")
    theirs = cross_val_score(LogisticRegression(), X, Y, cv=cv, scoring="neg_log_loss")
    np.testing.assert_allclose(ours.scores, theirs)
    assert ours.name == "neg_log_loss"


def test_a_module_is_trained_and_judged_part_by_part():
    cv = [(np.arange(80), np.arange(80, 120)), (np.arange(40, 120), np.arange(40))]
    result = tune.cross_validate(build, X, Y, cv=cv, epochs=15, batch_size=16)
    assert result.name == "accuracy"
    for model, score, on_training, (train, test) in zip(
        result.models, result.scores, result.train_scores, cv, strict=True
    ):
        right = model.predict(X).argmax(1).numpy() == Y
        assert score == pytest.approx(right[test].mean())
        assert score > 0.7
        assert on_training == pytest.approx(right[train].mean())
    assert result.mean == pytest.approx(np.mean(result.scores))
    assert result.std == pytest.approx(np.std(result.scores, ddof=1))
    assert [len(history.epoch) for history in result.histories] == [15, 15]
    assert "accuracy" in repr(result)
    assert "2 parts" in repr(result)


def test_the_same_again_and_nobody_disturbed():
    before = pynn.get_rng_state()
    first = tune.cross_validate(build, X, Y, cv=3, score="loss", epochs=2, seed=7)
    assert pynn.get_rng_state() == before
    pynn.randn(3)
    assert tune.cross_validate(build, X, Y, cv=3, score="val_loss", epochs=2, seed=7).scores == first.scores
    assert tune.cross_validate(build, X, Y, cv=3, score="loss", epochs=2, seed=8).scores != first.scores


def test_an_estimator_of_ours_gets_its_random_state_from_the_seed():
    model = NeuralRegressor((4,), max_iter=3)
    scores = [tune.cross_validate(model, X, X[:, 0], cv=2, seed=1).scores for _ in range(2)]
    assert scores[0] == scores[1]


def test_a_learning_curve_of_an_estimator():
    cv = StratifiedKFold(4, shuffle=True, random_state=0)
    curve = tune.learning_curve(LogisticRegression(), X, Y, sizes=[0.2, 90], cv=cv)
    sizes, _, theirs = their_curve(LogisticRegression(), X, Y, train_sizes=[18, 90], cv=cv)
    assert curve.sizes.tolist() == sizes.tolist()
    np.testing.assert_allclose(curve.scores[1], theirs[1])  # all of the training samples
    assert (curve.scores[0] > 0.5).all()
    assert curve.train_scores.shape == (2, 4)


def test_a_learning_curve_of_a_module_rises_and_is_drawn(tmp_path):
    curve = tune.learning_curve(build, X, Y, sizes=(4, 1.0), cv=3, epochs=20)
    assert curve.name == "accuracy"
    assert curve.scores[1].mean() > curve.scores[0].mean()
    assert curve.train_scores[0].mean() > curve.scores[0].mean()  # four samples are learnt by heart
    figure = curve.plot(tmp_path / "curve.png")
    assert isinstance(figure, Figure)
    assert (tmp_path / "curve.png").stat().st_size > 1000
    np.testing.assert_allclose(figure.axes[0].lines[1].get_ydata(), curve.scores.mean(1))
    assert str(curve).splitlines()[-1].split()[0] == "80"
