"""The range test for learning rates, and rates that follow a value."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import nn, train


def problem(model=None):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 3)).astype(np.float32)
    pynn.manual_seed(0)
    model = model or nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.Linear(8, 1))
    model.compile(pynn.optim.Adam(model, lr=0.01), "mse", clip_norm=100.0)
    return model, x, x.sum(1, keepdims=True)


def everything(model) -> list[np.ndarray]:
    kept = [value.numpy().copy() for value in model.state_dict().values()]
    for state in model.optimizer.state.values():
        kept += [np.array(value) for value in state.values()]
    return kept


def test_the_range_test_leaves_no_trace():
    model, x, y = problem()
    model.fit(x, y, epochs=2, verbose=0)
    before = everything(model)
    pynn.manual_seed(3)
    curve = model.find_lr(x, y, batch_size=16, steps=40)
    drawn = pynn.rand(1).item()
    pynn.manual_seed(3)
    assert drawn == pynn.rand(1).item()
    for old, new in zip(before, everything(model), strict=True):
        np.testing.assert_array_equal(old, new)
    assert model.optimizer.param_groups[0]["lr"] == 0.01
    assert 1e-5 < curve.suggestion < 1.0
    np.testing.assert_allclose(np.diff(np.log(curve.rates)), np.log(1e6) / 39, rtol=1e-9)


def test_its_suggestion_trains_and_the_end_of_its_sweep_does_not():
    def trained(rate: float) -> float:
        model = nn.Linear(3, 1)
        _, x, y = problem(model)
        model.optimizer.param_groups[0]["lr"] = rate
        return model.fit(x, y, epochs=10, verbose=0, callbacks=[train.TerminateOnNaN()])["loss"][-1]

    pynn.manual_seed(0)
    model = nn.Linear(3, 1)
    _, x, y = problem(model)
    model.compile(pynn.optim.SGD(model, lr=0.1), "mse")
    curve = model.find_lr(x, y, end_lr=100.0, seed=0)
    assert curve.rates[-1] < 100.0  # it saw the loss explode and ended
    assert 5e-3 < curve.suggestion < 1.0
    model.optimizer.param_groups[0]["lr"] = curve.suggestion
    assert model.fit(x, y, epochs=20, verbose=0)["loss"][-1] < 0.1


def test_sizes_are_settled_first():
    model, x, y = problem(nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(1)))
    assert model.find_lr(x, y, steps=10).losses
    assert model.optimizer.param_groups[0]["lr"] == 0.01


def test_the_curve_is_drawn(tmp_path):
    curve = train.LearningRateCurve([1e-3, 1e-2, 1e-1, 1.0], [2.0, 1.0, 0.9, 5.0])
    assert curve.suggestion == 1e-2 or curve.suggestion == 1e-3
    figure = curve.plot(path=tmp_path / "rates.png")
    assert (tmp_path / "rates.png").read_bytes().startswith(b"\x89PNG")
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), curve.losses)
    assert "suggestion" in repr(curve)
    for losses in ([1.0, 2.0, 3.0, 4.0], [1.0]):  # it never falls
        assert train.LearningRateCurve(np.logspace(-3, 0, len(losses)), losses).suggestion is None
    train.LearningRateCurve([], []).plot()


def test_a_plateau_lowers_the_rate():
    model, x, y = problem(nn.Linear(3, 1))
    model.compile(pynn.optim.SGD(model, lr=1e-12), "mse", ["accuracy"][:0])
    calls = [train.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_lr=3e-13)]
    model.fit(x, y, epochs=4, shuffle=False, verbose=0, callbacks=calls)
    assert model.optimizer.param_groups[0]["lr"] == 0.5e-12
    model.fit(x, y, epochs=9, shuffle=False, verbose=0, callbacks=calls)
    assert model.optimizer.param_groups[0]["lr"] == 3e-13
    with pytest.raises(ValueError, match=r"ReduceLROnPlateau watches 'val_loss'.*validation_split"):
        model.fit(x, y, verbose=0, callbacks=[train.ReduceLROnPlateau()])


def test_which_way_a_plateau_looks():
    rising = train.ReduceLROnPlateau("val_accuracy")
    falling = train.ReduceLROnPlateau("val_loss")
    assert (rising.options["mode"], falling.options["mode"]) == ("max", "min")
