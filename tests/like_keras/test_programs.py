"""Programs written for Keras, and what pynn.keras adds: graphs, weights, files, stable losses."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import pynn
from pynn import keras, nn

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 6)).astype(np.float32)
CLASS = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)
ROWS = keras.utils.to_categorical(CLASS, 3)

PROGRAM = """
model = keras.Sequential([
    keras.layers.Dense(128, activation='relu', input_shape=(input_dim,)),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(64, activation='relu'),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(num_classes, activation='softmax')
])
model.compile(optimizer='adam', loss='categorical_crossentropy', metrics=['accuracy'])
history = model.fit(X_train, y_train, validation_data=(X_val, y_val), epochs=10, batch_size=32)
"""


def test_the_program_that_was_promised_to_run(capsys):
    keras.utils.set_random_seed(0)
    names = {"keras": keras, "input_dim": 6, "num_classes": 3}
    names.update(X_train=X[:150], y_train=ROWS[:150], X_val=X[150:], y_val=ROWS[150:])
    exec(PROGRAM, names)
    history, model = names["history"].history, names["model"]
    assert {name: len(values) for name, values in history.items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 10
    )
    assert history["val_accuracy"][-1] > 0.7
    assert "epoch 10/10" in capsys.readouterr().out
    chances = model.predict(X[150:])
    assert isinstance(chances, np.ndarray)
    np.testing.assert_allclose(chances.sum(1), 1, rtol=1e-5)
    assert (chances.argmax(1) == CLASS[150:]).mean() == pytest.approx(history["val_accuracy"][-1])


# ---- losses of probabilities --------------------------------------------------------------------------


@pytest.mark.parametrize(("activation", "units"), [("softmax", 3), ("sigmoid", 1)])
def test_a_cross_entropy_is_computed_from_the_scores(activation, units):
    """Scores of 200: the probability of the right class rounds to 0, its logarithm is still -200."""
    model = keras.Sequential([keras.layers.Dense(units, activation=activation, input_shape=(1,))])
    model.set_weights([np.array([[200.0, 0.0, 0.0][:units]]), np.zeros(units)])
    loss = "sparse_categorical_crossentropy" if units == 3 else "binary_crossentropy"
    model.compile("sgd", loss, metrics=["accuracy"])
    x, y = np.ones((2, 1)), np.array([1, 1] if units == 3 else [0, 0])
    assert model.evaluate(x, y) == [pytest.approx(200.0), 0.0]
    before = model.get_weights()[1]
    model.fit(x, y, verbose=0)
    assert np.abs(model.get_weights()[1] - before).max() == pytest.approx(
        0.01
    )  # a gradient that did not vanish
    assert model.predict(x)[0, 0] == 1.0  # still a probability


def test_scores_are_forgotten_with_their_probabilities():
    from pynn.keras import _scores

    gc.collect()
    before = len(_scores._behind)
    y = keras.layers.Dense(3, activation="softmax")(pynn.ones(2, 4))
    assert len(_scores._behind) == before + 1
    assert _scores.behind(y, "sigmoid") is None
    assert _scores.behind(y, "softmax") is not None
    assert _scores.behind(y.clone(), "softmax") is None
    del y
    assert len(_scores._behind) == before


# ---- building, calling, weights -----------------------------------------------------------------------


def test_sizes_are_settled_by_the_first_data():
    model = keras.Sequential([keras.layers.Dense(4, activation="relu"), keras.layers.Dense(3)])
    assert model.weights == []
    assert not model.built
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    first = model.fit(X, CLASS, epochs=5, verbose=0).history["loss"]
    assert first[-1] < first[0]
    assert [w.shape for w in model.get_weights()] == [(6, 4), (4,), (4, 3), (3,)]
    assert model.input_shape == (None, 6)


def test_layers_can_be_added_and_taken_out():
    model = keras.Sequential()
    model.add(keras.Input(shape=(6,)))
    model.add(keras.layers.Dense(4))
    model.add(keras.layers.Dense(3))
    assert model.output_shape == (None, 3)
    assert model.pop().units == 3
    assert model.output_shape == (None, 4)
    assert model.predict(X).shape == (200, 4)


def test_a_class_of_ones_own_with_training_and_several_inputs():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(8, activation="relu")
            self.out = keras.layers.Dense(3, activation="softmax")
            self.calls = []

        def call(self, inputs, training=False):
            a, b = inputs
            self.calls.append(training)
            return self.out(self.hidden(a) + self.hidden(b))

    net = Net()
    net.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    record = net.fit([X, X], ROWS, epochs=8, verbose=0, validation_split=0.2)
    assert record.history["loss"][-1] < record.history["loss"][0]
    assert set(net.calls) == {True, False}
    assert net.calls[-1] is False
    assert net.predict([X, X]).shape == (200, 3)
    assert len(net.get_weights()) == 4


def test_a_layer_of_ones_own():
    class Scale(keras.layers.Layer):
        def __init__(self, start=1.0, **kwargs):
            super().__init__(**kwargs)
            self.start_value = start

        def build(self, input_shape):
            start = keras.initializers.Constant(self.start_value)
            self.factor = self.add_weight(shape=(input_shape[-1],), initializer=start, regularizer="l1")

        def call(self, inputs):
            return inputs * self.factor

    x = keras.Input(shape=(6,))
    model = keras.Model(x, Scale(2.0)(x))
    np.testing.assert_allclose(model.predict(X), 2 * X, rtol=1e-6)
    assert model.losses[0].item() == pytest.approx(0.12)
    text = model.to_json()
    again = keras.models.model_from_json(text, {"Scale": Scale})
    np.testing.assert_allclose(again.predict(X), 2 * X, rtol=1e-6)
    with pytest.raises(ValueError, match=r"Scale.*custom_objects"):
        keras.models.model_from_json(text)


def test_dropout_drops_in_fit_and_when_asked():
    layer = keras.layers.Dropout(0.5)
    ones = pynn.ones(100)
    assert layer(ones).tolist() == [1.0] * 100
    assert 0 < (layer(ones, training=True) == 0).sum().item() < 100
    assert layer.training is False
    model = keras.Sequential([layer, keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(X, X[:, :1], verbose=0)
    assert not any(module.training for module in model.modules())


def test_open_sizes_stay_open():
    x = keras.Input(shape=(None, 4))
    y = keras.layers.LSTM(3, return_sequences=True)(keras.layers.Conv1D(5, 3, strides=2, padding="same")(x))
    assert y.shape == (None, None, 3)
    model = keras.Model(x, keras.layers.GlobalMaxPooling1D()(y))
    assert model.output_shape == (None, 3)
    assert model.predict(np.zeros((2, 7, 4))).shape == model.predict(np.zeros((2, 9, 4))).shape == (2, 3)


def test_features_of_a_trained_model_and_frozen_layers():
    base = keras.Sequential(
        [keras.Input(shape=(6,)), keras.layers.Dense(5, name="inside"), keras.layers.Dense(2)]
    )
    features = keras.Model(base.inputs, base.get_layer("inside").output)
    np.testing.assert_allclose(features.predict(X), X @ base.get_weights()[0], rtol=1e-4, atol=1e-5)
    base.trainable = False
    x = keras.Input(shape=(6,))
    model = keras.Model(x, keras.layers.Dense(1)(base(x)))
    assert len(model.trainable_weights) == 2
    assert len(model.non_trainable_weights) == 4
    before = model.get_weights()
    model.compile("sgd", "mse")
    model.fit(X, X[:, 0], verbose=0)
    changed = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert sum(changed) == 2


def test_frozen_batch_normalization_does_not_count():
    layer = keras.layers.BatchNormalization()
    layer(pynn.tensor(X))
    layer.trainable = False
    before = layer.get_weights()
    layer(pynn.tensor(X + 5), training=True)
    assert all(np.array_equal(a, b) for a, b in zip(before, layer.get_weights(), strict=True))


def test_a_module_of_pynn_within_a_layer_is_trained():
    class Wrapped(keras.Model):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(6, 1)

        def call(self, inputs):
            return self.linear(inputs)

    model = Wrapped()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    losses = model.fit(X, X[:, :1], epochs=5, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 5


# ---- data in Keras's forms ------------------------------------------------------------------------------


def two_by_two():
    a, b = keras.Input(shape=(6,), name="a"), keras.Input(shape=(6,), name="b")
    both = keras.layers.concatenate([a, b])
    outputs = [
        keras.layers.Dense(3, activation="softmax", name="kind")(both),
        keras.layers.Dense(1, name="size")(a),
    ]
    model = keras.Model([a, b], outputs)
    model.compile(
        "adam",
        loss={"kind": "sparse_categorical_crossentropy", "size": "mse"},
        metrics={"kind": ["accuracy"]},
    )
    return model


def test_several_inputs_and_outputs_by_place_and_by_name():
    x, y = {"b": X, "a": X}, {"size": X[:, 0], "kind": CLASS}
    model = two_by_two()
    record = model.fit(x, y, epochs=2, verbose=0, validation_data=([X, X], [CLASS, X[:, :1]]))
    names = ["loss", "kind_loss", "size_loss", "kind_accuracy"]
    assert list(record.history) == [*names, *(f"val_{name}" for name in names)]
    by_place = model.evaluate([X, X], [CLASS, X[:, 0]])
    assert by_place == model.evaluate(x, y)
    assert model.metrics_names == names
    kind, size = model.predict([X, X])
    assert (kind.shape, size.shape) == ((200, 3), (200, 1))
    assert by_place[0] == pytest.approx(by_place[1] + by_place[2])


def test_generators_and_single_batches():
    model = keras.Sequential([keras.layers.Dense(3, activation="softmax", input_shape=(6,))])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])

    def batches():
        while True:
            yield X[:50], CLASS[:50]

    record = model.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0)
    assert record.history["loss"][1] < record.history["loss"][0]
    before = model.evaluate(X, CLASS)
    loss, accuracy = model.train_on_batch(X, CLASS)
    assert (loss, accuracy) == pytest.approx(tuple(before))
    assert model.test_on_batch(X, CLASS)[0] < loss
    assert set(model.test_on_batch(X, CLASS, return_dict=True)) == {"loss", "accuracy"}
    np.testing.assert_array_equal(model.predict_on_batch(X), model.predict(X))


# ---- optimizers and callbacks ---------------------------------------------------------------------------


def line():
    return keras.Sequential([keras.layers.Dense(1, input_shape=(6,))])


def test_the_learning_rate_can_be_seen_and_set():
    model = line()
    model.compile(keras.optimizers.Adam(learning_rate=0.1), "mse")
    model.fit(X, X[:, 0], batch_size=50, verbose=0)
    assert (model.optimizer.learning_rate, model.optimizer.iterations) == (0.1, 4)
    model.optimizer.learning_rate = 0.0
    before = model.get_weights()
    model.fit(X, X[:, 0], verbose=0)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_early_stopping_waits_as_in_keras():
    for patience, epochs in ((0, 2), (1, 2), (3, 4)):
        model = line()
        model.compile(keras.optimizers.SGD(0.0), "mse")  # it never gets better
        stop = keras.callbacks.EarlyStopping(monitor="loss", patience=patience)
        record = model.fit(X, X[:, 0], epochs=9, verbose=0, shuffle=False, callbacks=[stop])
        assert len(record.epoch) == epochs


def test_the_rate_falls_on_a_plateau_as_in_keras():
    model = line()
    model.compile(keras.optimizers.SGD(1e-20), "mse")
    plateau = keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=2)
    model.fit(X, X[:, 0], epochs=5, verbose=0, shuffle=False, callbacks=[plateau])
    assert model.optimizer.learning_rate == pytest.approx(0.25e-20)  # after epochs 3 and 5


def test_a_checkpoint_is_a_model(tmp_path):
    model = line()
    model.compile("adam", "mse")
    path = str(tmp_path / "best-{epoch:02d}.keras")
    keep = keras.callbacks.ModelCheckpoint(path, monitor="loss", save_best_only=True)
    model.fit(X, X[:, 0], epochs=2, verbose=0, callbacks=keep)
    again = keras.models.load_model(tmp_path / "best-02.keras")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


# ---- files and pictures ---------------------------------------------------------------------------------


def images():
    return keras.Sequential(
        [
            keras.layers.Conv2D(4, 3, padding="same", activation="relu", input_shape=(8, 8, 1)),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="softmax", kernel_regularizer=keras.regularizers.l2(1e-3)),
        ]
    )


def texts():
    x = keras.Input(shape=(None,), dtype="int32", name="text")
    y = keras.layers.Embedding(20, 4)(x)
    y = keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True))(y)
    y = y + keras.layers.MultiHeadAttention(2, 3)(y, y)
    return keras.Model(x, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling1D()(y)))


@pytest.mark.parametrize("make", [images, texts, two_by_two])
def test_a_saved_model_comes_back(make, tmp_path):
    model = make()
    if make is images:
        model.compile(
            keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 10)),
            keras.losses.SparseCategoricalCrossentropy(),
            metrics=[keras.metrics.SparseTopKCategoricalAccuracy(k=2)],
        )
        model.fit(rng.normal(size=(8, 8, 8, 1)), np.arange(8) % 3, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    data = {
        images: lambda: rng.normal(size=(3, 8, 8, 1)),
        texts: lambda: rng.integers(0, 20, (3, 5)),
        two_by_two: lambda: [X, X],
    }[make]()
    one, other = model.predict(data), again.predict(data)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)
    assert [w.name for w in again.weights] == [w.name for w in model.weights]
    if make is images:
        y = np.arange(3)
        assert again.evaluate(data, y) == model.evaluate(data, y)
        assert again.optimizer.schedule(10) == model.optimizer.schedule(10)
    copy = keras.models.clone_model(model)
    assert [w.shape for w in copy.get_weights()] == [w.shape for w in model.get_weights()]
    copy.save_weights(tmp_path / "weights.safetensors")
    model.load_weights(tmp_path / "weights.safetensors")
    for a, b in zip(copy.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_lambda_cannot_be_saved(tmp_path):
    x = keras.Input(shape=(3,))
    model = keras.Model(x, keras.layers.Lambda(lambda t: t * 2)(x))
    with pytest.raises(TypeError, match="need a name"):
        model.save(tmp_path / "model.keras")


def test_the_summary_is_a_table():
    keras.utils.clear_session()
    lines = []
    images().summary(print_fn=lines.append)
    assert lines[0] == 'Model: "sequential"'
    assert "conv2d (Conv2D)" in lines[4]
    assert lines[4].endswith("(None, 8, 8, 4)  40")
    assert lines[-3:] == [
        "Total params: 251 (1004.00 B)",
        "Trainable params: 243 (972.00 B)",
        "Non-trainable params: 8 (32.00 B)",
    ]
    lines.clear()
    two_by_two().summary(print_fn=lines.append)
    (kind,) = [line for line in lines if line.startswith(" kind")]
    assert kind.split()[-1] == "concatenate"
    lines.clear()
    keras.Sequential([keras.layers.Dense(3)]).summary(print_fn=lines.append)
    assert "unbuilt" in "".join(lines)


# ---- initializers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("glorot_uniform", 2 / 500),
        ("glorot_normal", 2 / 500),
        ("he_uniform", 2 / 200),
        ("he_normal", 2 / 200),
        ("lecun_uniform", 1 / 200),
        ("lecun_normal", 1 / 200),
        ("random_normal", 0.05**2),
        ("random_uniform", 0.1**2 / 12),
        ("orthogonal", 1 / 300),
    ],
)
def test_initial_weights_have_their_variance(name, variance):
    keras.utils.set_random_seed(1)
    layer = keras.layers.Dense(300, kernel_initializer=name)
    layer.build((None, 200))
    assert layer.get_weights()[0].var() == pytest.approx(variance, rel=0.03)
    assert abs(layer.get_weights()[0].mean()) < 0.002


def test_a_seed_of_its_own():
    pynn.manual_seed(0)
    after = pynn.rand(2).tolist()
    one = keras.initializers.HeNormal(seed=3)((4, 4))
    pynn.manual_seed(0)
    other = keras.initializers.HeNormal(seed=3)((4, 4))
    assert one.tolist() == other.tolist()
    assert pynn.rand(2).tolist() == after


def test_the_forget_gate_starts_open():
    layer = keras.layers.LSTM(3)
    layer.build((None, 5, 2))
    assert layer.get_weights()[2].tolist() == [0.0] * 3 + [1.0] * 3 + [0.0] * 6
