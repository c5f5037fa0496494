"""The estimators beyond scikit-learn's own checks: what they learn, and that they fit in everywhere."""

from __future__ import annotations

import functools
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris, make_multilabel_classification
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import pynn
from pynn import nn, optim, train
from pynn.sklearn import NeuralClassifier, NeuralRegressor

rng = np.random.default_rng(0)
POINTS = rng.normal(size=(300, 2))
QUADRANT = (POINTS[:, 0] > 0).astype(int) + 2 * (POINTS[:, 1] > 0)
NUMBERS = np.column_stack([POINTS.sum(1), POINTS[:, 0] * POINTS[:, 1]])


def quick(**parameters):
    return NeuralClassifier((16,), **{"max_iter": 20, "random_state": 0, "batch_size": 32, **parameters})


# ---- what is learnt -----------------------------------------------------------------------------------


def test_digits_as_well_as_mlpclassifier():
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0, stratify=y)
    ours = NeuralClassifier(random_state=0).fit(X, y)
    assert ours.score(X_test, y_test) > 0.965  # MLPClassifier: 0.973 to 0.984
    assert ours.n_iter_ == len(ours.loss_curve_) <= 200
    assert ours.loss_ == ours.loss_curve_[-1] < 0.05


@pytest.mark.parametrize("alpha", [0.0, 10.0])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_the_steps_are_those_of_mlpclassifier(solver, alpha):
    """From the same weights, over the same batches: the same weights after ten epochs."""
    options = {
        "alpha": alpha,
        "batch_size": 100,
        "learning_rate_init": 0.01,
        "shuffle": False,
        "solver": solver,
    }
    theirs = MLPClassifier((8,), random_state=0, **options)
    with np.errstate(all="ignore"):
        theirs.partial_fit(POINTS, QUADRANT, classes=np.arange(4))
    rest = theirs._optimizer
    if solver == "adam":
        rest.t = 0
    for moment in [*rest.ms, *rest.vs] if solver == "adam" else rest.velocities:
        moment[...] = 0
    network = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 4)).double()
    for layer, weight, bias in zip((network[0], network[2]), theirs.coefs_, theirs.intercepts_, strict=True):
        layer.weight.data, layer.bias.data = pynn.from_numpy(weight.T.copy()), pynn.from_numpy(bias.copy())
    ours = NeuralClassifier(module=network, dtype="float64", **options)
    for _ in range(10):
        theirs.partial_fit(POINTS, QUADRANT, classes=np.arange(4))
        ours.partial_fit(POINTS, QUADRANT, classes=range(4))
    np.testing.assert_allclose(ours.predict_proba(POINTS), theirs.predict_proba(POINTS), rtol=1e-4)


def test_several_labels_at_once():
    X, y = make_multilabel_classification(n_samples=300, n_classes=4, random_state=0)
    model = make_pipeline(StandardScaler(), quick(max_iter=200)).fit(X, y)
    probability = model.predict_proba(X)
    assert probability.shape == (300, 4)
    np.testing.assert_array_equal(model.predict(X), probability > 0.5)
    assert (model.predict(X) == y).mean() > 0.85
    np.testing.assert_allclose(model.predict_log_proba(X), np.log(probability), rtol=1e-6)


def test_several_numbers_at_once():
    model = NeuralRegressor((32,), learning_rate_init=0.01, batch_size=32, random_state=0)
    assert model.fit(POINTS, NUMBERS).predict(POINTS).shape == (300, 2)
    assert model.score(POINTS, NUMBERS) > 0.97
    assert clone(model).fit(POINTS, NUMBERS[:, 0]).predict(POINTS).shape == (300,)


@pytest.mark.parametrize("loss", ["absolute_error", "huber", nn.SmoothL1Loss()])
def test_a_robust_loss_does_not_mind_an_outlier(loss):
    X = np.linspace(-1, 1, 101)[:, None]
    y = X[:, 0].copy()
    y[50] = 1000.0
    options = {"hidden_layer_sizes": (), "learning_rate_init": 0.05, "random_state": 0, "max_iter": 100}
    robust = NeuralRegressor(loss=loss, **options).fit(X, y)
    plain = NeuralRegressor(**options).fit(X, y)
    assert abs(robust.predict([[0.0]])[0]) < 0.1 < plain.predict([[0.0]])[0]


# ---- weights of samples and classes -------------------------------------------------------------------


def test_a_weight_counts_as_a_sample_that_often():
    weights = rng.integers(0, 4, 300)
    options = {"batch_size": 2000, "max_iter": 30, "dtype": "float64"}
    weighted = quick(**options).fit(POINTS, QUADRANT, sample_weight=weights)
    repeated = quick(**options).fit(POINTS.repeat(weights, 0), QUADRANT.repeat(weights))
    np.testing.assert_allclose(weighted.predict_proba(POINTS), repeated.predict_proba(POINTS), rtol=1e-7)


def test_weights_count_in_small_batches_and_single_precision():
    noisy = (POINTS[:, 0] > 0).astype(int)
    weights = np.where(noisy == 1, 10.0, 1.0)
    X = rng.normal(size=(300, 2))  # says nothing of the class
    said = quick().fit(X, noisy, sample_weight=weights).predict_proba(X)[:, 1].mean()
    assert said > 0.8
    assert said == pytest.approx(
        quick(class_weight={0: 1, 1: 10}).fit(X, noisy).predict_proba(X)[:, 1].mean()
    )


def test_balanced_classes():
    y = (np.arange(300) % 10 == 0).astype(int)
    X = rng.normal(size=(300, 2))
    assert quick(class_weight="balanced").fit(X, y).predict_proba(X)[:, 1].mean() == pytest.approx(
        0.5, abs=0.1
    )
    assert quick().fit(X, y).predict_proba(X)[:, 1].mean() < 0.2


# ---- how long it trains -------------------------------------------------------------------------------


def test_early_stopping_goes_back_to_the_best_weights():
    y = QUADRANT.copy()
    y[::3] = rng.integers(0, 4, 100)  # much to learn by heart
    model = NeuralClassifier((64,), early_stopping=True, validation_fraction=0.3, n_iter_no_change=5,
                             learning_rate_init=0.03, batch_size=16, random_state=1)  # fmt: skip
    model.fit(POINTS, y)
    scores = model.validation_scores_
    assert model.n_iter_ == len(scores) < 200
    assert np.argmax(scores) <= len(scores) - 6  # six epochs without an improvement of tol
    assert model.score(POINTS, y) > 0.6


def test_training_ends_when_the_loss_stands_still():
    assert quick(max_iter=500, tol=0.5, n_iter_no_change=3).fit(POINTS, QUADRANT).n_iter_ < 20
    assert quick(max_iter=50, tol=0.0).fit(POINTS, QUADRANT).n_iter_ == 50


def test_many_small_steps_forward_are_a_standstill_as_for_mlpclassifier():
    options = {"solver": "sgd", "learning_rate_init": 1e-4, "tol": 1e-2, "random_state": 0}
    theirs = MLPClassifier(**options).fit(POINTS, QUADRANT)
    assert NeuralClassifier(**options).fit(POINTS, QUADRANT).n_iter_ == theirs.n_iter_ == 12


def test_warm_start_goes_on():
    model = quick(warm_start=True, max_iter=3, shuffle=False).fit(POINTS, QUADRANT)
    first = model.module_
    model.fit(POINTS, QUADRANT)
    assert model.module_ is first
    assert model.n_iter_ == len(model.loss_curve_) == 6
    at_once = quick(max_iter=6, shuffle=False).fit(POINTS, QUADRANT)
    np.testing.assert_array_equal(model.predict_proba(POINTS), at_once.predict_proba(POINTS))
    assert clone(model).fit(POINTS, QUADRANT).n_iter_ == 3


def test_partial_fit_goes_through_the_data_once():
    model = quick(shuffle=False)
    for _ in range(6):
        assert model.partial_fit(POINTS, QUADRANT, classes=range(4)) is model
    whole = quick(max_iter=6, shuffle=False).fit(POINTS, QUADRANT)
    np.testing.assert_array_equal(model.predict_proba(POINTS), whole.predict_proba(POINTS))
    parts = quick()
    for start in range(0, 300, 100):  # the first part need not hold every class
        order = np.argsort(QUADRANT)[start : start + 100]
        parts.partial_fit(POINTS[order], QUADRANT[order], classes=range(4))
    assert parts.predict_proba(POINTS).shape == (300, 4)


def test_callbacks_and_progress(capsys):
    epochs = []
    notes = train.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch))
    quick(max_iter=3, callbacks=[notes], verbose=2).fit(POINTS, QUADRANT)
    assert epochs == [0, 1, 2]
    assert capsys.readouterr().out.count("epoch ") == 3
    quick(max_iter=3).fit(POINTS, QUADRANT)
    assert capsys.readouterr().out == ""


# ---- random numbers -----------------------------------------------------------------------------------


def test_random_state_decides_everything_and_disturbs_nobody():
    pynn.manual_seed(5)
    before = pynn.get_rng_state()
    first = quick(dropout=0.5, early_stopping=True).fit(POINTS, QUADRANT).predict_proba(POINTS)
    assert pynn.get_rng_state() == before
    pynn.randn(7)
    second = quick(dropout=0.5, early_stopping=True).fit(POINTS, QUADRANT).predict_proba(POINTS)
    np.testing.assert_array_equal(first, second)
    other = quick(dropout=0.5, early_stopping=True, random_state=1).fit(POINTS, QUADRANT)
    assert np.abs(other.predict_proba(POINTS) - first).max() > 1e-3


# ---- networks of one's own ----------------------------------------------------------------------------


def network(n_features, n_outputs, width=16):
    return nn.Sequential(nn.Linear(n_features, width), nn.Tanh(), nn.Linear(width, n_outputs))


def test_a_function_makes_the_network():
    search = GridSearchCV(
        quick(),
        {"module": [functools.partial(network, width=width) for width in (1, 32)], "solver": ["adam"]},
        cv=2,
    ).fit(POINTS, QUADRANT)
    assert search.best_params_["module"].keywords == {"width": 32}
    assert search.best_estimator_.module_[0].out_features == 32


def test_of_a_given_network_a_copy_is_trained():
    given = network(2, 4)
    before = given[0].weight.tolist()
    model = quick(module=given).fit(POINTS, QUADRANT)
    assert given[0].weight.tolist() == before != model.module_[0].weight.tolist()
    lazy = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.LazyLinear(4))
    for dtype in ("float32", "float64"):
        assert quick(module=lazy, dtype=dtype).fit(POINTS, QUADRANT).module_[0].in_features == 2


def test_a_convolutional_network_takes_images():
    X, y = load_digits(return_X_y=True)
    X = (X[:400] / 16).reshape(-1, 1, 8, 8)

    def convolutional(channels, classes):
        return nn.Sequential(nn.Conv2d(channels, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(288, classes))

    model = NeuralClassifier(module=convolutional, batch_size=32, max_iter=8, random_state=0)
    assert model.fit(X, y[:400]).score(X, y[:400]) > 0.9


def test_an_optimizer_of_ones_own():
    solver = functools.partial(optim.AdamW, betas=(0.5, 0.9))
    optimizer = quick(solver=solver, learning_rate_init=0.02).fit(POINTS, QUADRANT).module_.optimizer
    assert isinstance(optimizer, optim.AdamW)
    assert [g["lr"] for g in optimizer.param_groups] == [0.02, 0.02]
    assert optimizer.param_groups[0]["betas"] == (0.5, 0.9)
    assert optimizer.param_groups[0]["weight_decay"] > 0 == optimizer.param_groups[1]["weight_decay"]


# ---- among scikit-learn's tools -----------------------------------------------------------------------


def test_in_a_pipeline_in_a_search():
    X, y = load_iris(return_X_y=True, as_frame=True)
    pipeline = make_pipeline(StandardScaler().set_output(transform="pandas"), quick(learning_rate_init=0.01))
    search = GridSearchCV(
        pipeline,
        {"neuralclassifier__hidden_layer_sizes": [(4,), (32,)], "neuralclassifier__alpha": [0.0]},
        cv=3,
    ).fit(X, y)
    assert search.best_score_ > 0.9
    assert search.best_estimator_[-1].feature_names_in_.tolist() == X.columns.tolist()


def test_scores_from_processes_that_work_side_by_side():
    scores = cross_val_score(quick(max_iter=5), POINTS, QUADRANT, cv=2, n_jobs=2)
    np.testing.assert_array_equal(scores, cross_val_score(quick(max_iter=5), POINTS, QUADRANT, cv=2))


@pytest.mark.parametrize("model", [quick(early_stopping=True), NeuralRegressor(max_iter=5, warm_start=True)])
def test_pickled_and_back(model):
    y = QUADRANT if isinstance(model, NeuralClassifier) else NUMBERS
    model = clone(model).fit(POINTS, y)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(POINTS), model.predict(POINTS))
    np.testing.assert_array_equal(  # and goes on as the first would
        again.partial_fit(POINTS, y).predict(POINTS), model.partial_fit(POINTS, y).predict(POINTS)
    )


def test_classes_keep_their_names():
    names = np.array(["south-west", "south-east", "north-west", "north-east"])[QUADRANT]
    model = quick(max_iter=100).fit(POINTS, names)
    assert model.classes_.tolist() == sorted(set(names))
    assert (model.predict(POINTS) == names).mean() > 0.9
