"""Prices of weights, bounds on them, noise in gradients, mixed batches."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data, nn, train
from pynn.vision.transforms import MixUp

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 5)).astype(np.float32)
Y = (X[:, :1] * 2 - X[:, 1:2]).astype(np.float32)


def model(l1=0.0, l2=0.0, **how):
    pynn.manual_seed(0)
    made = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 1))
    nn.utils.regularize(made[0], l1=l1, l2=l2)
    made.compile(pynn.optim.SGD(made.parameters(), lr=0.1), "mse", **how)
    return made


def test_the_price_of_weights_is_in_loss_and_gradient():
    made, free = model(l1=0.03, l2=0.2), model()
    w = made[0].weight.detach().numpy().astype(np.float64)
    cost = 0.03 * np.abs(w).sum() + 0.2 * (w**2).sum()
    assert nn.utils.penalty(made).item() == pytest.approx(cost, rel=1e-5)
    assert made.evaluate(X, Y) == pytest.approx(free.evaluate(X, Y) + cost, rel=1e-5)
    expected = free.evaluate(X, Y) + cost
    history = made.fit(X, Y, batch_size=64, shuffle=False, verbose=0)
    assert history["loss"][0] == pytest.approx(expected, rel=1e-5)
    free.fit(X, Y, batch_size=64, shuffle=False, verbose=0)
    gradient = 0.03 * np.sign(w) + 0.4 * w
    moved = free[0].weight.detach().numpy() - 0.1 * gradient
    np.testing.assert_allclose(made[0].weight.detach().numpy(), moved, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(made[2].weight.detach().numpy(), free[2].weight.detach().numpy())


def test_l2_is_weight_decay_and_l1_makes_zeros():
    decayed = model()
    groups = [
        {"params": [decayed[0].weight], "weight_decay": 0.4},
        {"params": [decayed[0].bias, *decayed[2].parameters()]},
    ]
    decayed.compile(pynn.optim.SGD(groups, lr=0.1), "mse")
    priced = model(l2=0.2)
    for one in (decayed, priced):
        one.fit(X, Y, epochs=5, shuffle=False, verbose=0)
    np.testing.assert_allclose(
        priced[0].weight.detach().numpy(), decayed[0].weight.detach().numpy(), rtol=1e-4, atol=1e-6
    )
    pynn.manual_seed(0)
    line = nn.utils.regularize(nn.Linear(5, 1), l1=0.3)
    line.compile(pynn.optim.SGD(line, lr=0.02), "mse")
    line.fit(X, Y, epochs=80, verbose=0)
    w = np.abs(line.weight.detach().numpy()[0])
    assert w[:2].min() > 0.5
    assert w[2:].max() < 0.02


def test_a_whole_model_and_shared_or_unbuilt_weights():
    shared = nn.Linear(3, 3, bias=False)
    made = nn.Sequential(shared, nn.Tanh(), shared, nn.BatchNorm1d(3))
    nn.utils.regularize(made, l2=1.0)
    squares = (shared.weight.detach().numpy() ** 2).sum()
    assert nn.utils.penalty(made).item() == pytest.approx(squares, rel=1e-5)
    assert nn.utils.penalty(nn.utils.regularize(made)) is None
    lazy = nn.utils.regularize(nn.Sequential(nn.LazyLinear(1)), l2=1.0)
    lazy.compile(pynn.optim.SGD(lazy, lr=0.0), "mse")
    first = lazy.fit(X, Y, batch_size=64, verbose=0)["loss"][0]
    weight = lazy[0].weight.detach().numpy()
    assert first == pytest.approx(((lazy.predict(X).numpy() - Y) ** 2).mean() + (weight**2).sum(), rel=1e-4)


def test_max_norm():
    w = pynn.nn.Parameter(pynn.randn(4, 3, 2, 2) * 3)
    before = w.detach().numpy().copy()
    nn.utils.max_norm_([w, pynn.nn.Parameter(pynn.ones(9) * 9)], 2.0)
    lengths = np.sqrt((before**2).sum((1, 2, 3), keepdims=True))
    np.testing.assert_allclose(w.detach().numpy(), before * np.minimum(1, 2 / lengths), rtol=1e-5)
    nn.utils.max_norm_(w, 1.0, dim=1)
    assert (np.sqrt((w.detach().numpy() ** 2).sum((0, 2, 3))) < 1.00001).all()
    made = model()
    made.fit(X, 50 * Y, epochs=3, verbose=0, callbacks=[train.MaxNorm(0.7, layers=["2"])])
    assert np.linalg.norm(made[2].weight.detach().numpy()) <= 0.70001
    assert np.linalg.norm(made[0].weight.detach().numpy(), axis=1).max() > 0.7
    assert abs(made[2].bias.item()) > 0.7  # biases are free


def test_gradient_noise_has_its_variance():
    pynn.manual_seed(0)
    made = nn.Linear(100, 100, bias=False)
    made.compile(pynn.optim.SGD(made, lr=1.0), "mse", gradient_noise=0.3)
    seen = []

    class Steps(train.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.before = self.model.weight.detach().numpy().copy()

        def on_train_batch_end(self, batch, logs=None):
            seen.append(np.var(self.model.weight.detach().numpy() - self.before))

    x = np.zeros((8, 100), np.float32)
    made.fit(x, x, batch_size=2, verbose=0, callbacks=[Steps()])
    expected = [0.3 / (1 + t) ** 0.55 for t in range(4)]
    np.testing.assert_allclose(seen, expected, rtol=0.05)


def test_mixed_batches_in_fit():
    pynn.manual_seed(0)
    labels = (X[:, 0] > 0).astype(np.int64)
    images = X.reshape(64, 1, 1, 5)
    made = nn.Sequential(nn.Flatten(), nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
    made.compile(pynn.optim.Adam(made, lr=0.01), "cross_entropy", ["accuracy"])
    seen = []

    def mixing(x, y):
        x, y = MixUp(num_classes=2)(x, y)
        seen.append(y.numpy())
        return x, y

    made.fit(images, labels, epochs=30, verbose=0, transform=mixing)
    assert made.evaluate(images, labels)[1] > 0.85
    rows = np.concatenate(seen)
    np.testing.assert_allclose(rows.sum(1), 1, rtol=1e-5)
    assert ((rows > 0.01) & (rows < 0.99)).any()
    with pytest.raises(ValueError, match="fit: transform goes with arrays"):
        made.fit(data.DataLoader(data.TensorDataset(X, labels)), transform=mixing, verbose=0)
