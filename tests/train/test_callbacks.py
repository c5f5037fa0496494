"""Callbacks, the history, and training that ends early."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import pynn
from pynn import nn, train
from pynn.train.progress import duration


def learner(lr: float = 0.1) -> tuple[nn.Module, np.ndarray, np.ndarray]:
    pynn.manual_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2)).astype(np.float32)
    model = nn.Linear(2, 1)
    model.compile(pynn.optim.SGD(model.parameters(), lr=lr), loss="mse")
    return model, x, x.sum(1, keepdims=True)


def test_calls_come_in_order():
    class Diary(train.Callback):
        def __init__(self):
            self.said = []

        def on_train_begin(self, logs=None):
            self.said.append("begin")

        def on_epoch_begin(self, epoch, logs=None):
            self.said.append(f"epoch {epoch}")

        def on_train_batch_begin(self, batch, logs=None):
            self.said.append(f"batch {batch}")

        def on_train_batch_end(self, batch, logs=None):
            assert logs["loss"] >= 0
            self.said.append("step")

        def on_epoch_end(self, epoch, logs=None):
            self.said.append("end of epoch")

        def on_train_end(self, logs=None):
            self.said.append("end")

    diary = Diary()
    model, x, y = learner()
    model.fit(x, y, epochs=2, batch_size=20, verbose=0, callbacks=[diary])
    epoch = ["batch 0", "step", "batch 1", "step", "end of epoch"]
    assert diary.said == ["begin", "epoch 0", *epoch, "epoch 1", *epoch, "end"]
    assert diary.model is model


@pytest.mark.parametrize("wrong", [train.EarlyStopping, "early", print])
def test_what_is_no_callback(wrong):
    model, x, y = learner()
    with pytest.raises(TypeError, match="Did you mean"):
        model.fit(x, y, verbose=0, callbacks=[wrong])
    with pytest.raises(TypeError, match="on_epoch_end"):
        train.LambdaCallback(on_epoch=print)


# ---- stopping ----


def test_early_stopping_restores_the_best_epoch():
    """A learning rate that explodes from epoch 2 on: the weights of epoch 1 come back."""
    model, x, y = learner()
    rates = train.LearningRateScheduler(lambda epoch, lr: 0.1 if epoch < 2 else 1.5)
    stop = train.EarlyStopping(monitor="val_loss", patience=1)
    history = model.fit(x, y, epochs=9, validation_data=(x, y), verbose=0, callbacks=[rates, stop])
    assert (stop.best_epoch, stop.stopped_epoch, len(history.epoch)) == (1, 3, 4)
    assert model.evaluate(x, y) == pytest.approx(history["val_loss"][1])
    assert history["val_loss"][-1] > history["val_loss"][1]


def test_early_stopping_needs_what_it_watches():
    model, x, y = learner()
    with pytest.raises(ValueError, match=r"'val_loss'.*validation_split"):
        model.fit(x, y, verbose=0, callbacks=[train.EarlyStopping()])
    with pytest.raises(ValueError, match="'sideways'"):
        train.EarlyStopping(mode="sideways")


def test_ctrl_c_keeps_history_and_weights():
    model, x, y = learner()
    ended = []

    def interrupt(epoch, logs):
        if epoch == 2:
            raise KeyboardInterrupt

    calls = train.LambdaCallback(on_epoch_begin=interrupt, on_train_end=lambda logs: ended.append(logs))
    history = model.fit(x, y, epochs=9, verbose=0, callbacks=[calls])
    assert history.interrupted
    assert len(history["loss"]) == 2
    assert ended == [{"loss": history["loss"][-1]}]
    assert model.evaluate(x, y) < history["loss"][0]


def test_a_loss_that_is_no_number_ends_training():
    model, x, y = learner()
    x[7, 0] = np.nan
    before = model.weight.detach().numpy().copy()
    with pytest.raises(FloatingPointError, match=r"nan in epoch 1, batch 1.*inputs of this batch hold NaN"):
        model.fit(x, y, batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.weight.detach().numpy(), before)

    model, x, y = learner(lr=1e6)
    with pytest.raises(FloatingPointError, match=r"loss is inf.*smaller learning rate"):
        model.fit(x, y, epochs=50, verbose=0)
    assert np.isfinite(model.weight.detach().numpy()).all()


def test_terminate_on_nan_keeps_the_history():
    model, x, y = learner(lr=1e6)
    history = model.fit(x, y, epochs=50, verbose=0, callbacks=[train.TerminateOnNaN()])
    assert 0 < len(history.epoch) < 50
    assert np.isfinite(history["loss"]).all()


# ---- learning rates ----


def test_learning_rates_by_a_function():
    model, x, y = learner(lr=0.08)
    used = []
    calls = [
        train.LearningRateScheduler(lambda epoch, lr: lr / 2 if epoch else lr),
        train.LambdaCallback(on_epoch_end=lambda *_: used.append(model.optimizer.param_groups[0]["lr"])),
    ]
    model.fit(x, y, epochs=3, verbose=0, callbacks=calls)
    assert used == [0.08, 0.04, 0.02]
    for bad in (-1.0, None, float("nan")):
        with pytest.raises(ValueError, match="epoch 0"):
            model.fit(x, y, verbose=0, callbacks=[train.LearningRateScheduler(lambda epoch, lr, b=bad: b)])
    with pytest.raises(TypeError, match="LearningRateSchedule,"):
        train.LearningRateScheduler(pynn.optim.lr_scheduler.StepLR(model.optimizer, 1))


@pytest.mark.parametrize(("per", "steps"), [("epoch", 3), ("batch", 6)])
def test_schedules_of_optim(per, steps):
    model, x, y = learner(lr=1e-3)
    schedule = pynn.optim.lr_scheduler.StepLR(model.optimizer, 1, gamma=0.5)
    calls = [train.LearningRateSchedule(schedule, per=per)]
    model.fit(x, y, epochs=3, batch_size=20, verbose=0, callbacks=calls)
    assert model.optimizer.param_groups[0]["lr"] == pytest.approx(1e-3 * 0.5**steps)


def test_a_plateau_is_told_the_value():
    model, x, y = learner(lr=1e-12)  # too little for anything to improve
    schedule = pynn.optim.lr_scheduler.ReduceLROnPlateau(model.optimizer, factor=0.5, patience=1, eps=0)
    calls = [train.LearningRateSchedule(schedule, monitor="loss")]
    model.fit(x, y, epochs=4, shuffle=False, verbose=0, callbacks=calls)
    assert model.optimizer.param_groups[0]["lr"] == 0.5e-12  # at the third epoch: one best, two without gain


# ---- files ----


def test_checkpoint_names_and_best_only(tmp_path):
    model, x, y = learner()
    every = train.ModelCheckpoint(tmp_path / "all-{epoch}-{loss:.0f}.safetensors", monitor="loss")
    best = train.ModelCheckpoint(tmp_path / "best.safetensors", monitor="loss", save_best_only=True)
    rates = train.LearningRateScheduler(lambda epoch, lr: 0.1 if epoch < 2 else 1.5)
    history = model.fit(x, y, epochs=4, shuffle=False, verbose=0, callbacks=[rates, every, best])
    assert len(list(tmp_path.glob("all-*"))) == 4
    lowest = int(np.argmin(history["loss"]))
    assert lowest < 3
    (same,) = tmp_path.glob(f"all-{lowest + 1}-*")
    kept, want = pynn.load(tmp_path / "best.safetensors"), pynn.load(same)
    for name, value in want.items():
        np.testing.assert_array_equal(kept[name].numpy(), value.numpy())


def rows_of(path: Path, separator: str = ",") -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter=separator))


def test_csv_logger(tmp_path):
    path = tmp_path / "log.csv"
    model, x, y = learner()
    history = model.fit(
        x, y, epochs=2, validation_split=0.25, verbose=0, callbacks=[train.CSVLogger(path, ";")]
    )
    head, *rows = rows_of(path, ";")
    assert head == ["epoch", "loss", "val_loss"]
    assert [[float(value) for value in row] for row in rows] == [
        [epoch, history["loss"][epoch], history["val_loss"][epoch]] for epoch in range(2)
    ]
    with pytest.raises(ValueError, match="append=False"):
        model.fit(x, y, verbose=0, callbacks=[train.CSVLogger(path, ";", append=True)])
    model.fit(x, y, verbose=0, validation_split=0.25, callbacks=[train.CSVLogger(path, ";", append=True)])
    assert len(rows_of(path, ";")) == 4
    model.fit(x, y, verbose=0, callbacks=[train.CSVLogger(path)])
    assert len(rows_of(path)) == 2


# ---- what is shown ----


def test_progress_table(capsys):
    model, x, y = learner()
    history = model.fit(x, y, epochs=6, verbose=0, callbacks=[train.ProgressTable(every=2)])
    head, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert head == ["epoch", "loss"]
    assert rows == [[str(epoch + 1), f"{history['loss'][epoch]:.4f}"] for epoch in (0, 2, 4, 5)]
    with pytest.raises(ValueError, match="every"):
        train.ProgressTable(0)


def test_lines_and_silence(capsys):
    model, x, y = learner()
    model.fit(x, y, epochs=3, verbose=0)
    assert capsys.readouterr().out == ""
    model.fit(x, y, epochs=3, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[2].startswith("epoch 3/3")
    assert " 0.00 s" not in lines[2]
    with pytest.raises(ValueError, match="verbose"):
        model.fit(x, y, verbose="loud")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (4.2e-5, "42 µs"), (9.996e-4, "1 ms"), (0.0123, "12.3 ms"), (0.9996, "1.00 s"), (9.996, "10.0 s"),
        (59.96, "1 min 0 s"), (3725, "62 min 5 s"),
    ],
)  # fmt: skip
def test_times_have_units_that_suit_them(seconds, text):
    assert duration(seconds) == text


# ---- history ----


def test_history_is_a_dictionary(tmp_path):
    model, x, y = learner()
    history = model.fit(x, y, epochs=3, validation_split=0.25, verbose=0)
    assert list(history) == ["loss", "val_loss"]
    assert dict(history) == history.history
    assert "loss" in history
    assert "accuracy" not in history
    assert len(history.seconds) == len(history.epoch) == 3
    with pytest.raises(KeyError, match="there are loss, val_loss"):
        history["accuracy"]
    figure = history.plot(path=tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    (axes,) = figure.axes
    np.testing.assert_array_equal([line.get_ydata() for line in axes.lines], list(history.values()))
    with pytest.raises(ValueError, match="nothing to draw"):
        train.History().plot()
