"""compile, fit, evaluate and predict as their users know them."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data, nn, train


def two_moons(n: int = 200) -> tuple[pynn.Tensor, pynn.Tensor]:
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, np.pi, n)
    y = np.arange(n) % 2
    sign = 1 - 2 * y
    x = np.stack([sign * np.cos(angle) + y, sign * np.sin(angle) + 0.5 * y], 1) + rng.normal(0, 0.1, (n, 2))
    return pynn.tensor(x.astype(np.float32)), pynn.tensor(y)


def small_model() -> nn.Sequential:
    pynn.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))


def compiled(**how: object) -> nn.Sequential:
    model = small_model()
    model.compile(**{"optimizer": "adam", "loss": "cross_entropy", "metrics": ["accuracy"], **how})
    return model


def test_it_learns():
    x, y = two_moons()
    model = compiled(optimizer=pynn.optim.Adam)
    before = model.evaluate(x, y)
    history = model.fit(x, y, epochs=200, batch_size=20, verbose=0)
    loss, accuracy = model.evaluate(x, y)
    assert loss < before[0] / 2
    assert accuracy > 0.85
    assert history["loss"][-1] < history["loss"][0]
    assert len(history["accuracy"]) == len(history.epoch) == 200


def test_same_seed_same_run():
    x, y = two_moons()
    runs = []
    for _ in range(2):
        model = compiled()
        runs.append((model.fit(x, y, epochs=3, verbose=0, seed=5)["loss"], model.state_dict()))
    assert runs[0][0] == runs[1][0]
    for name, value in runs[0][1].items():
        np.testing.assert_array_equal(value.numpy(), runs[1][1][name].numpy())


def test_regression_agrees_with_least_squares():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(120, 3)).astype(np.float32)
    y = x @ np.array([[1.0], [-2.0], [0.5]], np.float32) + 0.25
    model = nn.Sequential(nn.Linear(3, 1))
    model.compile(pynn.optim.Adam(model.parameters(), lr=0.05), loss="mse", metrics=["mae"])
    model.fit(x, y, epochs=150, batch_size=40, verbose=0)
    np.testing.assert_allclose(model[0].weight.detach().numpy(), [[1.0, -2.0, 0.5]], atol=1e-2)
    np.testing.assert_allclose(model[0].bias.item(), 0.25, atol=1e-2)
    assert model.evaluate(x, y, return_dict=True)["mae"] < 0.02


def test_evaluate_is_the_loss_over_all_samples():
    """Batches of unequal size do not change the mean."""
    x, y = two_moons(103)
    model = compiled()
    outputs = model.predict(x)
    assert outputs.shape == (103, 2)
    want = nn.functional.cross_entropy(outputs, y).item()
    accuracy = (outputs.numpy().argmax(1) == y.numpy()).mean()
    for batch_size in (10, 103, 1000):
        got = model.evaluate(x, y, batch_size=batch_size)
        np.testing.assert_allclose(got, [want, accuracy], rtol=1e-5)


def test_predict_and_evaluate_leave_no_trace():
    x, y = two_moons()
    model = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    model.compile(loss="cross_entropy")
    assert not model.predict(x).requires_grad
    np.testing.assert_array_equal(model.predict(x).numpy(), model.predict(x).numpy())  # no dropout
    model.evaluate(x, y)
    assert model.training
    assert all(p.grad is None for p in model.parameters())


def test_validation():
    x, y = two_moons()
    history = compiled().fit(x, y, epochs=2, validation_data=(x[:50], y[:50]), verbose=0)
    assert len(history["val_loss"]) == len(history["val_accuracy"]) == 2
    history = compiled().fit(x, y, epochs=1, validation_split=0.25, verbose=0)
    assert len(history["val_loss"]) == 1
    with pytest.raises(ValueError, match="not both"):
        compiled().fit(x, y, validation_data=(x, y), validation_split=0.5, verbose=0)


def test_a_loader_in_place_of_arrays():
    x, y = two_moons()
    loader = data.DataLoader(data.TensorDataset(x, y), batch_size=16, shuffle=True)
    assert len(compiled().fit(loader, epochs=2, verbose=0)["loss"]) == 2


def test_arrays_of_numpy_are_taken():
    x, y = two_moons()
    assert np.isfinite(compiled().fit(x.numpy(), y.numpy(), verbose=0)["loss"]).all()


@pytest.mark.parametrize(
    ("mistake", "error", "message"),
    [
        (lambda x, y: small_model().fit(x, y), RuntimeError, "say how to train first"),
        (lambda x, y: small_model().compile("adam"), ValueError, "which loss"),
        (lambda x, y: small_model().compile("adamm", loss="mse"), ValueError, "adam"),
        (lambda x, y: small_model().compile("adam", loss="cros_entropy"), ValueError, "cross_entropy"),
        (lambda x, y: compiled(metrics=["acuracy"]), ValueError, "accuracy"),
        (lambda x, y: compiled().fit(x, y, epochs=-1, verbose=0), ValueError, "epochs"),
        (lambda x, y: compiled().fit(x, y[:-1], verbose=0), ValueError, r"200.*199|199.*200"),
        (lambda x, y: compiled().fit(x, y, batch_size=0, verbose=0), ValueError, "batch_size"),
        (lambda x, y: compiled().fit(x[:, :1], y, verbose=0), ValueError, "in_features=2"),
    ],
)
def test_mistakes_are_explained(mistake, error, message):
    with pytest.raises(error, match=message):
        mistake(*two_moons())


def test_summary_counts_parameters(capsys):
    small_model().summary()
    assert "82" in capsys.readouterr().out  # 2 * 16 + 16 + 16 * 2 + 2


# ---- callbacks ----


def test_early_stopping_gives_the_best_weights_back():
    x, y = two_moons()
    model = small_model()
    model.compile(pynn.optim.SGD(model.parameters(), lr=0.0), loss="cross_entropy")
    stop = train.EarlyStopping(monitor="loss", patience=2)
    history = model.fit(x, y, epochs=50, verbose=0, shuffle=False, callbacks=[stop])
    assert len(history["loss"]) == 4  # one best, two put up with, one too many
    assert stop.best_epoch == 0


def test_lambda_callback_sees_every_epoch_and_may_stop():
    seen = []
    x, y = two_moons()
    model = compiled()

    def note(epoch, logs):
        seen.append((epoch, logs["loss"]))
        model.stop_training = epoch == 2

    history = model.fit(x, y, epochs=9, verbose=0, callbacks=[train.LambdaCallback(on_epoch_end=note)])
    assert seen == list(enumerate(history["loss"]))
    assert len(seen) == 3


def test_checkpoint_holds_the_best_weights(tmp_path):
    x, y = two_moons()
    model = compiled()
    path = tmp_path / "best.safetensors"
    model.fit(x, y, epochs=3, verbose=0, callbacks=[train.ModelCheckpoint(path, monitor="loss")])
    other = small_model()
    other.load_state_dict(pynn.load(path))
    assert other(x).shape == (200, 2)


def test_nan_stops_the_training():
    x, y = two_moons()
    model = compiled()
    history = model.fit(x * float("nan"), y, epochs=5, verbose=0, callbacks=[train.TerminateOnNaN()])
    assert len(history.epoch) <= 1


# ---- metrics ----


def test_metrics_are_means_over_samples():
    rng = np.random.default_rng(0)
    outputs, labels = rng.normal(size=(101, 7)).astype(np.float32), rng.integers(0, 7, 101)
    accuracy, top = train.Accuracy(), train.TopKAccuracy(3)
    for part in (slice(0, 30), slice(30, 101)):
        for metric in (accuracy, top):
            metric.update(pynn.tensor(outputs[part]), pynn.tensor(labels[part]))
    assert accuracy.result() == pytest.approx((outputs.argmax(1) == labels).mean())
    best = np.argsort(-outputs, 1)[:, :3]
    assert top.result() == pytest.approx((best == labels[:, None]).any(1).mean())
    accuracy.reset()
    with pytest.raises(ValueError, match="accuracy"):
        accuracy.update(pynn.tensor(outputs), pynn.tensor(labels[:, None]))
