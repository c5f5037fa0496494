"""Averages of the weights: EMA, SWA, and the statistics of batch norm for them."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data, nn, train


def problem():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 3)).astype(np.float32)
    pynn.manual_seed(0)
    model = nn.Linear(3, 1)
    model.compile(pynn.optim.SGD(model.parameters(), lr=0.1), "mse")
    return model, x, x.sum(1, keepdims=True) + rng.normal(size=(40, 1)).astype(np.float32)


class Path(train.Callback):
    """The trained weights after every step, and at the end of every epoch."""

    def on_train_begin(self, logs=None):
        self.steps, self.ends, self.starts = [], [], []

    def now(self):
        return self.model.weight.detach().numpy().copy()

    def on_epoch_begin(self, epoch, logs=None):
        self.starts.append(self.now())

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(self.now())

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(self.now())


def test_ema_is_its_formula():
    model, x, y = problem()
    path, ema = Path(), train.EMA(0.7)
    model.fit(x, y, batch_size=10, epochs=3, verbose=0, callbacks=[ema, path])
    mean = path.steps[0].astype(np.float64)
    for count, weight in enumerate(path.steps[1:], 1):
        decay = min(0.7, (1 + count) / (10 + count))
        mean = decay * mean + (1 - decay) * weight
    np.testing.assert_allclose(model.weight.detach().numpy(), mean, rtol=1e-5)
    assert abs(path.steps[-1] - mean).max() > 1e-4


def test_the_average_is_judged_and_training_goes_on_without_it():
    model, x, y = problem()
    judged = []

    class Judge(train.Callback):
        def on_test_end(self, logs=None):
            judged.append((self.model.weight.detach().numpy().copy(), logs["loss"]))

    path, ema, stop = Path(), train.EMA(0.9), train.EarlyStopping(patience=9)
    plain = Path()
    model.fit(x, y, batch_size=10, epochs=3, verbose=0, validation_data=(x, y), callbacks=[plain], seed=0)
    model, x, y = problem()
    history = model.fit(
        x, y, batch_size=10, epochs=3, verbose=0, validation_data=(x, y), seed=0,
        callbacks=[ema, Judge(), path, stop],
    )  # fmt: skip
    np.testing.assert_array_equal(path.steps, plain.steps)  # the average does not touch the training
    np.testing.assert_array_equal(path.starts, plain.starts)
    for (weight, loss), end, value in zip(judged, path.ends, history["val_loss"], strict=True):
        np.testing.assert_array_equal(weight, end)
        assert loss == value
    best = history.best_epoch()
    np.testing.assert_array_equal(model.weight.detach().numpy(), path.ends[best])
    assert model.evaluate(x, y) == pytest.approx(history["val_loss"][best])


def test_swa_is_the_mean_of_the_ends_of_epochs():
    model, x, y = problem()
    path, plain, swa = Path(), Path(), train.SWA(start_epoch=2)
    model.fit(x, y, batch_size=10, epochs=5, verbose=0, seed=0, callbacks=[plain])
    model, x, y = problem()
    model.fit(x, y, batch_size=10, epochs=5, verbose=0, seed=0, callbacks=[swa, path])
    np.testing.assert_array_equal(path.steps, plain.steps)
    np.testing.assert_allclose(model.weight.detach().numpy(), np.mean(plain.ends[2:], 0), rtol=1e-6)
    assert swa.count == 3


def test_ctrl_c_leaves_the_average():
    model, x, y = problem()

    def interrupt(batch, logs):
        if batch == 2:
            raise KeyboardInterrupt

    swa, ema = train.SWA(), train.EMA()
    calls = [ema, train.LambdaCallback(on_train_batch_end=interrupt)]
    assert model.fit(x, y, batch_size=10, verbose=0, callbacks=calls).interrupted
    np.testing.assert_array_equal(model.weight.detach().numpy(), ema.average[0].numpy())
    before = model.weight.detach().numpy().copy()
    model.fit(x, y, batch_size=10, verbose=0, callbacks=[swa, *calls[1:]])
    assert swa.count == 0
    assert abs(model.weight.detach().numpy() - before).max() > 0


def test_statistics_of_batch_norm_for_averaged_weights():
    pynn.manual_seed(0)
    x = np.random.default_rng(0).normal(3.0, 2.0, size=(64, 4)).astype(np.float32)
    model = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, 1))
    model.compile("sgd", "mse")
    y = np.zeros((64, 1), np.float32)
    batches = data.DataLoader(data.TensorDataset(x, y), batch_size=16)
    model.fit(x, y, epochs=3, verbose=0, callbacks=[train.SWA(batches=batches)])
    hidden = model[0](pynn.tensor(x)).detach().numpy().reshape(4, 16, 5)
    np.testing.assert_allclose(model[1].running_mean.numpy(), hidden.mean((0, 1)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model[1].running_var.numpy(), hidden.var(1, ddof=1).mean(0), rtol=1e-4)
    assert model[1].momentum == 0.1
    assert model.training
    train.update_bn([], nn.Linear(1, 1))  # nothing to do
