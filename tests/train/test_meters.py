"""TensorBoard's files, the meter of energy, and what they say when their packages are missing."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

import pynn
from pynn import nn, train


def trained(*callbacks, **how):
    pynn.manual_seed(0)
    x = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    model = nn.Linear(2, 1)
    model.compile("sgd", "mse", ["mae"])
    y = x.sum(1, keepdims=True)
    return model.fit(x, y, batch_size=10, verbose=0, callbacks=callbacks, **how)


def test_tensorboard_reads_what_is_written(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    board = train.TensorBoard(tmp_path, every=2, histograms=1)
    history = trained(board, epochs=3, validation_split=0.25)
    found = {}
    for run in ("train", "validation"):
        events = accumulator.EventAccumulator(str(tmp_path / run))
        events.Reload()
        for tag in events.Tags()["scalars"]:
            found[f"{run}/{tag}"] = [(e.step, e.value) for e in events.Scalars(tag)]
        if run == "train":
            assert set(events.Tags()["histograms"]) == {"weight", "bias"}
            assert events.Histograms("weight")[0].histogram_value.num == 2
    for name, values in history.items():
        run, tag = ("validation", name[4:]) if name.startswith("val_") else ("train", name)
        np.testing.assert_allclose([value for _, value in found[f"{run}/epoch_{tag}"]], values, rtol=1e-6)
    assert [step for step, _ in found["train/batch_loss"]] == [2, 4, 6, 8]  # 3 batches an epoch
    assert [value for _, value in found["train/learning_rate"]] == pytest.approx([1e-3] * 3)


def test_what_is_missing_is_said_at_once(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer.event_file_writer", None)
    with pytest.raises(ImportError, match=r"pip install 'pynn-learn\[tensorboard\]'.*CSVLogger"):
        train.TensorBoard(tmp_path)
    monkeypatch.setitem(sys.modules, "codecarbon", None)
    with pytest.raises(ImportError, match=r"pip install 'pynn-learn\[energy\]'"):
        train.EnergyMeter()


@pytest.mark.parametrize(
    ("country", "kind"), [(None, "EmissionsTracker"), ("fra", "OfflineEmissionsTracker")]
)
def test_the_meter_reads_its_tracker(monkeypatch, capsys, country, kind):
    made = []

    def tracker(name):
        class Tracker:
            def __init__(self, **options):
                made.append((name, options))

            def start(self):
                self.final_emissions_data = types.SimpleNamespace(energy_consumed=0.002)

            def stop(self):
                return 0.0005

        return Tracker

    fake = types.ModuleType("codecarbon")
    for name in ("EmissionsTracker", "OfflineEmissionsTracker"):
        setattr(fake, name, tracker(name))
    monkeypatch.setitem(sys.modules, "codecarbon", fake)
    meter = train.EnergyMeter(country, measure_power_secs=1)
    trained(meter)
    assert (meter.energy_kwh, meter.co2_kg) == (0.002, 0.0005)
    assert capsys.readouterr().out == "energy 2 Wh, CO2 0.5 g\n"
    ((name, options),) = made
    assert name == kind
    assert options["save_to_file"] is False
    assert options["measure_power_secs"] == 1
    assert options.get("country_iso_code") == ("FRA" if country else None)


def test_a_history_as_a_file(tmp_path):
    history = trained(epochs=3)
    history.to_csv(tmp_path / "history.csv")
    head, *rows = (tmp_path / "history.csv").read_text().splitlines()
    assert head == "epoch,seconds,loss,mae"
    assert [float(row.split(",")[2]) for row in rows] == history["loss"]


def test_the_best_epoch():
    record = train.History()
    for epoch, (loss, accuracy) in enumerate([(0.5, 0.1), (0.2, 0.6), (float("nan"), 0.5)]):
        record.append(epoch + 4, {"loss": loss, "accuracy": accuracy}, 0.1)
    assert (record.best_epoch(), record.best_epoch("accuracy")) == (5, 5)
    record.append(7, {"loss": 0.9, "accuracy": 0.7}, 0.1)
    assert (record.best_epoch("loss"), record.best_epoch("accuracy")) == (5, 7)
    with pytest.raises(KeyError, match="there are loss, accuracy"):
        record.best_epoch("val_loss")


# ---- where a NaN came from ----


class Root(nn.Module):
    def forward(self, x):
        return (x - 5).sqrt()


def of_layers(*layers):
    model = nn.Sequential(*layers)
    model.compile("sgd", "mse")
    return model


def test_a_nan_is_traced_to_its_layer():
    x = pynn.ones(6, 2)
    model = of_layers(nn.Linear(2, 3), Root(), nn.BatchNorm1d(3), nn.Linear(3, 1))
    state = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    guard = train.TerminateOnNaN()
    model.fit(x, pynn.zeros(6, 1), verbose=0, callbacks=[guard])
    assert "layer '1' (Root), `(x - 5).sqrt()`, op sqrt, at index (0, 0), in line" in guard.origin
    with pytest.raises(FloatingPointError, match=r"layer '1' \(Root\), `.*`, op sqrt"):
        model.fit(x, pynn.zeros(6, 1), verbose=0)
    for name in ("0.weight", "3.weight"):
        np.testing.assert_array_equal(model.state_dict()[name].numpy(), state[name])


class Several(nn.Module):
    """Many operations between two layers, in several functions."""

    def __init__(self, bad):
        super().__init__()
        self.first, self.last, self.bad = nn.Linear(2, 3), nn.Linear(3, 1), bad

    def halves(self, h):
        h = h * 2
        if self.bad == "function":
            return h / (h - h) + 1
        return h / 4

    def forward(self, x):
        h = self.first(x).exp()
        if self.bad == "in place":
            h -= h
            h.log_()
        if self.bad == "several lines":
            h = (
                h + 1
                + self.halves(-h).log() * 0
            )  # fmt: skip
        if self.bad == "augmented":
            h /= h - h
        kept = [part * 1 for part in (h, self.halves(h))]
        return self.last(kept[0] + kept[1]) if self.bad != "returned" else self.last((-h).sqrt())


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ("function", r"`h / \(h - h\)`, op div, .*Several.halves"),
        ("in place", r"`h.log_\(\)`"),
        ("several lines", r"`self.halves\(-h\).log\(\)`, op log, at index \(0, 0\), .*Several.forward"),
        ("augmented", r"`h /= h - h`, op div"),
        ("returned", r"`\(-h\).sqrt\(\)`, op sqrt"),
    ],
)
def test_a_nan_is_traced_to_the_expression_that_made_it(bad, text):
    model = nn.Sequential(nn.Identity(), Several(bad))
    model.compile("sgd", "mse")
    with pytest.raises(FloatingPointError, match=rf"layer '1' \(Several\), {text}"):
        model.fit(pynn.ones(6, 2), pynn.zeros(6, 1), verbose=0)


def test_a_nan_in_the_data_or_a_parameter_or_the_loss():
    x, y = pynn.ones(6, 2), pynn.zeros(6, 1)
    bad = x.clone()
    bad[4, 1] = float("inf")
    with pytest.raises(FloatingPointError, match=r"inputs of this batch hold NaN.*at index \(4, 1\)"):
        of_layers(nn.Linear(2, 1)).fit(bad, y, shuffle=False, verbose=0)
    model = of_layers(nn.Linear(2, 1))
    with pynn.no_grad():
        model[0].bias[0] = float("nan")
    with pytest.raises(FloatingPointError, match=r"parameter 0.bias holds NaN.*at index \(0,\)"):
        model.fit(x, y, verbose=0)
    model = nn.Linear(2, 1)
    model.compile("sgd", lambda outputs, targets: (outputs * 0).log().sum())
    with pytest.raises(FloatingPointError, match=r"comes from `\(outputs \* 0\).log\(\)`, op log, .*lambda"):
        model.fit(x, y, verbose=0)
    model.compile("sgd", "mse")
    with pytest.raises(FloatingPointError, match="the loss function made it, op "):
        model.fit(x, y + 1e30, verbose=0)
