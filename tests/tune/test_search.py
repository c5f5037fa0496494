"""search finds what is known to be best, gives up what is bad, and repeats itself exactly."""

from __future__ import annotations

import functools

import numpy as np
import optuna
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import pynn
from pynn import nn, train, tune
from pynn.sklearn import NeuralClassifier

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 3)).astype(np.float32)
Y = (X[:, 0] + 0.3 * rng.normal(size=120) > 0).astype(int)
ZEROS, TWOS = pynn.zeros(10, 1), pynn.full((10, 1), 2.0)


class Always(nn.Module):
    """Says the same of everything: the loss is known without training."""

    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(pynn.tensor([float(value)]))

    def forward(self, x):
        return self.value.expand(len(x), 1)


def always(value, unused=0):
    model = Always(value)
    model.compile(pynn.optim.SGD(model.parameters(), lr=0.0), "mse")
    return model


def classifier(width, lr):
    model = nn.Sequential(nn.Linear(3, width), nn.Tanh(), nn.Dropout(0.1), nn.Linear(width, 2))
    model.compile(pynn.optim.Adam(model.parameters(), lr=lr), "cross_entropy", ["accuracy"])
    return model


SPACE = {"width": [4, 16], "lr": (1e-4, 1e-1, "log"), "batch_size": range(16, 65, 16)}
look = functools.partial(tune.search, verbose=0)


# ---- what it finds ------------------------------------------------------------------------------------


def test_the_minimum_is_found():
    found = look(always, {"value": (-10.0, 10.0), "unused": (0.0, 1.0)}, ZEROS, TWOS, trials=50, epochs=1)
    assert abs(found.best_params["value"] - 2) < 0.5
    assert found.best_score == pytest.approx((found.best_params["value"] - 2) ** 2, rel=1e-4)
    assert not found.rising
    assert found.importance()["value"] > 0.8
    assert sum(found.importance().values()) == pytest.approx(1)


def test_the_best_model_is_that_of_its_trial():
    found = look(classifier, SPACE, X, Y, trials=5, epochs=5)
    assert found.rising
    assert found.score_name == "accuracy"
    assert found.best_score == max(t["score"] for t in found.trials if t["state"] == "COMPLETE")
    model = found.best_model
    assert model is found.best_model
    assert model[0].out_features == found.best_params["width"]
    held_out = found._train_best.args[0].candidates.held_out
    assert model.evaluate(*held_out, return_dict=True)["accuracy"] == found.best_score
    assert len(held_out[1]) == 24


def test_the_same_again_and_nobody_disturbed():
    before = pynn.get_rng_state()
    first = look(classifier, SPACE, X, Y, trials=4, epochs=2, seed=3)
    assert pynn.get_rng_state() == before
    pynn.randn(5)
    second = look(classifier, SPACE, X, Y, trials=4, epochs=2, seed=3)
    strip = [{k: v for k, v in t.items() if k != "seconds"} for t in first.trials]
    assert strip == [{k: v for k, v in t.items() if k != "seconds"} for t in second.trials]


def test_cross_validated():
    found = look(classifier, SPACE, X, Y, trials=3, cv=3, epochs=3, score="loss")
    best = {name: found.best_params[name] for name in ("width", "lr")}
    options = {"epochs": 3, "batch_size": found.best_params["batch_size"], "seed": found.best_trial.number}
    splits = found._train_best.args[0].candidates.splits
    build = functools.partial(classifier, **best)
    again = tune.cross_validate(build, X, Y, score="loss", cv=splits, **options)
    assert found.best_score == pytest.approx(again.mean)
    assert found.best_model.predict(X).shape == (120, 2)


def test_parameters_of_an_estimator():
    found = look(LogisticRegression(), {"C": (1e-4, 1e2, "log")}, X, Y, trials=4, cv=4)
    splits = found._train_best.args[0].candidates.splits
    want = cross_val_score(LogisticRegression(**found.best_params), X, Y, cv=splits).mean()
    assert found.best_score == pytest.approx(want)
    assert found.best_params["C"] == found.best_model.C
    pipeline = make_pipeline(StandardScaler(), NeuralClassifier(max_iter=3))
    space = {"neuralclassifier__hidden_layer_sizes": [(4,), (8, 4)], "neuralclassifier__batch_size": 32}
    found = look(pipeline, space, X, Y, trials=2, score="neg_log_loss")
    assert found.rising
    assert found.best_model[-1].batch_size == 32
    assert found.best_params["neuralclassifier__hidden_layer_sizes"] in [(4,), (8, 4)]


def test_a_dataset_and_data_to_judge_by():
    data = pynn.data.TensorDataset(pynn.tensor(X), pynn.tensor(Y))
    found = look(classifier, {**SPACE, "batch_size": 32}, data, validation_data=(X[:9], Y[:9]), trials=2)
    assert found.best_score == found.best_model.evaluate(X[:9], Y[:9], return_dict=True)["accuracy"]


# ---- ending early, failing ----------------------------------------------------------------------------


def test_bad_trials_are_given_up():
    epochs = []
    count = train.LambdaCallback(on_epoch_end=lambda epoch, logs: epochs.append(epoch))

    def values(trial):  # five that are good, then one that is bad
        return {"value": trial.suggest_float("value", 2.0, 2.1) if trial.number < 5 else 9.0}

    found = look(always, values, ZEROS, TWOS, trials=6, epochs=4, callbacks=[Shared(count)])
    assert [t["state"] for t in found.trials] == ["COMPLETE"] * 5 + ["PRUNED"]
    assert len(epochs) == 5 * 4 + 2
    assert "5 complete, 1 ended early" in repr(found)
    kept = look(always, values, ZEROS, TWOS, trials=6, epochs=4, prune=False)
    assert {t["state"] for t in kept.trials} == {"COMPLETE"}


class Shared(train.Callback):
    """Tells another callback, also from a copy of itself: a search copies callbacks for each trial."""

    def __init__(self, other):
        self.other = other

    def __deepcopy__(self, memo):
        return Shared(self.other)

    def on_epoch_end(self, epoch, logs=None):
        self.other.on_epoch_end(epoch, logs)


def test_parts_are_given_up_too():
    def values(trial):
        return {"value": trial.suggest_float("value", 2.0, 2.1) if trial.number < 5 else 9.0}

    found = look(always, values, ZEROS, TWOS, trials=6, cv=4)
    assert [t["state"] for t in found.trials][-1] == "PRUNED"


def test_a_training_that_diverges_is_a_trial_that_failed(capsys):
    found = tune.search(always, {"value": [1.0, float("nan")]}, ZEROS, TWOS, trials=6)
    states = {str(t["value"]): t["state"] for t in found.trials}
    assert states == {"1.0": "COMPLETE", "nan": "FAIL"}
    assert "the loss is nan" in repr(found)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert sum("failed" in line for line in lines) == sum(t["state"] == "FAIL" for t in found.trials)
    assert "value=1" in lines[[t["state"] for t in found.trials].index("COMPLETE")]


def test_ctrl_c_keeps_what_was_found():
    def build(value):
        if len(made) == 4:  # the first was made to see what it is
            raise KeyboardInterrupt
        made.append(value)
        return always(value)

    made = []
    found = look(build, {"value": (0.0, 1.0)}, ZEROS, TWOS, trials=9)
    assert found.interrupted
    assert [t["state"] for t in found.trials] == ["COMPLETE"] * 3 + ["FAIL"]
    assert found.best_params["value"] == max(made[1:])


def test_no_trial_begins_after_the_time():
    assert look(always, {"value": (0.0, 1.0)}, ZEROS, TWOS, trials=9, timeout=0).trials == []


def test_a_study_goes_on():
    study = optuna.create_study(direction="minimize")
    space = {"value": (0.0, 1.0)}
    look(always, space, ZEROS, TWOS, trials=2, study=study)
    found = look(always, space, ZEROS, TWOS, trials=2, study=study)
    assert [t["number"] for t in found.trials] == [0, 1, 2, 3]


# ---- side by side -------------------------------------------------------------------------------------


def test_processes_find_what_one_finds():
    options = {"trials": 4, "epochs": 2, "prune": False}
    random = optuna.samplers.RandomSampler
    alone = look(classifier, SPACE, X, Y, sampler=random(seed=1), **options)
    both = look(classifier, SPACE, X, Y, sampler=random(seed=1), n_jobs=2, **options)
    for name in ("number", "score", "width", "lr", "batch_size"):
        assert [t[name] for t in alone.trials] == [t[name] for t in both.trials], name
    assert both.best_model.evaluate(X, Y) == alone.best_model.evaluate(X, Y)


def test_processes_are_given_up_too():
    def values(trial):
        return {"value": trial.suggest_float("value", 2.0, 2.1) if trial.number < 5 else 9.0}

    found = look(always, values, ZEROS, TWOS, trials=8, epochs=5, n_jobs=2)
    states = [t["state"] for t in found.trials]
    assert states[:5] == ["COMPLETE"] * 5
    assert "PRUNED" in states[5:]


def test_an_error_in_a_process_is_raised_here():
    def build(value):
        if value > 0.5:
            raise LookupError("no such layer")
        return always(value)

    def space(trial):  # the probe, and no process, gets 0
        return {"value": 0.0 if (n := trial.number) == 0 and not seen.append(n) and len(seen) == 1 else 1.0}

    seen = []
    with pytest.raises(RuntimeError, match=r"(?s)a trial failed.*in build.*no such layer"):
        look(build, space, ZEROS, TWOS, trials=2, n_jobs=2)


def test_what_diverges_in_a_process_failed_there():
    found = look(always, {"value": [1.0, float("nan")]}, ZEROS, TWOS, trials=6, n_jobs=2)
    assert {t["state"] for t in found.trials} == {"COMPLETE", "FAIL"}


# ---- looking at it ------------------------------------------------------------------------------------


def test_tables_and_pictures(tmp_path):
    found = look(classifier, SPACE, X, Y, trials=8, epochs=1, prune=False)
    frame = found.to_frame()
    assert frame.columns.tolist() == ["number", "score", "width", "lr", "batch_size", "state", "seconds"]
    assert frame.score.max() == found.best_score
    lines = repr(found).splitlines()
    assert lines[0] == "8 trials (8 complete) of accuracy"
    scores = [float(line.split()[0]) for line in lines[1:]]
    assert scores == sorted(scores, reverse=True)
    history = found.plot_history(tmp_path / "history.png")
    assert isinstance(history, Figure)
    best = history.axes[0].lines[1].get_ydata()
    assert (np.diff(best) >= 0).all()
    assert best[-1] == found.best_score
    bars = found.plot_importance(tmp_path / "importance.png").axes[0].patches
    assert sum(bar.get_width() for bar in bars) == pytest.approx(1)
    panels = found.plot_parameters(tmp_path / "parameters.png").axes
    assert [axes.get_xlabel() for axes in panels] == ["batch_size", "lr", "width"]
    assert panels[1].get_xscale() == "log"
    assert all(
        (tmp_path / f"{name}.png").stat().st_size > 1000 for name in ("history", "importance", "parameters")
    )
