"""Models, losses, metrics and trainings that are made with Keras and with pynn.keras: `keras` is either.

Weights and data are formulas, so that the reference holds only what came out.
"""

from __future__ import annotations

import numpy as np


def numbers(*shape, phase=0.0, scale=1.0):
    """Some numbers that look random."""
    count = int(np.prod(shape))
    return (np.sin(np.arange(count) * 1.7 + phase) * scale).reshape(shape).astype(np.float32)


def words(*shape, below=7):
    return (np.arange(int(np.prod(shape))) * 5 % below).reshape(shape).astype(np.int32)


def weights(model):
    """Weights for a model, in its order; those that must be positive are."""
    values = []
    for i, weight in enumerate(model.get_weights()):
        value = numbers(*weight.shape, phase=i, scale=0.6)
        values.append(np.abs(value) + 0.5 if "variance" in model.weights[i].name else value)
    return values


def single(make, *shape):
    """A model of one layer."""

    def build(keras):
        x = keras.Input(shape=shape)
        return keras.Model(x, make(keras.layers, keras)(x)), numbers(2, *shape)

    return build


def on_words(make):
    def build(keras):
        x = keras.Input(shape=(6,), dtype="int32")
        return keras.Model(x, make(keras.layers)(x)), words(2, 6)

    return build


def merged(make):
    def build(keras):
        a, b = keras.Input(shape=(3,)), keras.Input(shape=(3,))
        return keras.Model([a, b], make(keras.layers)([a, b])), [numbers(2, 3), numbers(2, 3, phase=1)]

    return build


def siamese(keras):
    a, b = keras.Input(shape=(3,)), keras.Input(shape=(3,))
    shared = keras.layers.Dense(4, activation="tanh")
    joined = keras.layers.Concatenate()([shared(a), shared(b)])
    return keras.Model([a, b], [keras.layers.Dense(2)(joined), shared(b)]), [
        numbers(2, 3),
        numbers(2, 3, phase=1),
    ]


def residual(keras):
    x = keras.Input(shape=(6, 6, 3))
    y = keras.layers.Conv2D(3, 3, padding="same", activation="relu")(x)
    y = keras.layers.BatchNormalization()(y)
    y = keras.layers.Add()([x, y])
    y = keras.layers.GlobalAveragePooling2D()(y)
    return keras.Model(x, keras.layers.Dense(2, activation="softmax")(y)), numbers(2, 6, 6, 3)


def sequential(keras):
    model = keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            keras.layers.Conv2D(3, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    return model, numbers(2, 8, 8, 1)


def nested(keras):
    inner = keras.Sequential([keras.Input(shape=(3,)), keras.layers.Dense(4, activation="relu")])
    x = keras.Input(shape=(3,))
    return keras.Model(x, keras.layers.Dense(2)(inner(x)) * 2.0 + 1.0), numbers(2, 3)


def arithmetic(keras):
    a, b = keras.Input(shape=(3,)), keras.Input(shape=(3,))
    return keras.Model([a, b], (1.0 - a) * b - a / 2.0), [numbers(2, 3), numbers(2, 3, phase=1)]


def self_attention(keras):
    x = keras.Input(shape=(5, 6))
    y = keras.layers.MultiHeadAttention(num_heads=2, key_dim=4, value_dim=3)(x, x, use_causal_mask=True)
    return keras.Model(x, y), numbers(2, 5, 6)


def cross_attention(keras):
    q, v = keras.Input(shape=(5, 6)), keras.Input(shape=(4, 3))
    y = keras.layers.MultiHeadAttention(num_heads=3, key_dim=2)(q, v)
    return keras.Model([q, v], y), [numbers(2, 5, 6), numbers(2, 4, 3, phase=2)]


def states(keras):
    x = keras.Input(shape=(5, 3))
    y, h, c = keras.layers.LSTM(4, return_sequences=True, return_state=True)(x)
    return keras.Model(x, [y, h, c]), numbers(2, 5, 3)


def encoder_decoder(keras):
    x, t = keras.Input(shape=(5, 3)), keras.Input(shape=(4, 2))
    _, h, c = keras.layers.LSTM(4, return_state=True)(x)
    y = keras.layers.LSTM(4, return_sequences=True)(t, initial_state=[h, c])
    return keras.Model([x, t], y), [numbers(2, 5, 3), numbers(2, 4, 2, phase=1)]


def bidirectional(kind, **options):
    def build(keras):
        x = keras.Input(shape=(5, 3))
        layer = getattr(keras.layers, kind)(4, return_sequences=options.pop("sequences", False))
        return keras.Model(x, keras.layers.Bidirectional(layer, **options)(x)), numbers(2, 5, 3)

    return build


MODELS = {
    "dense": single(lambda L, k: L.Dense(4, activation="tanh"), 3),
    "dense_on_sequences": single(lambda L, k: L.Dense(4), 5, 3),
    "dense_without_bias": single(lambda L, k: L.Dense(4, use_bias=False, activation="softmax"), 3),
    "conv1d": single(lambda L, k: L.Conv1D(4, 3, activation="relu"), 9, 2),
    "conv1d_same": single(lambda L, k: L.Conv1D(4, 4, strides=2, padding="same"), 9, 2),
    "conv1d_causal": single(lambda L, k: L.Conv1D(4, 3, padding="causal", dilation_rate=2), 9, 2),
    "conv2d": single(lambda L, k: L.Conv2D(3, (3, 2), activation="sigmoid"), 6, 5, 2),
    "conv2d_same_strides": single(lambda L, k: L.Conv2D(3, 3, strides=2, padding="same"), 6, 5, 2),
    "conv2d_groups": single(lambda L, k: L.Conv2D(4, 3, groups=2, use_bias=False), 5, 5, 2),
    "conv2d_dilated": single(lambda L, k: L.Conv2D(2, 3, dilation_rate=2, padding="same"), 6, 6, 2),
    "conv2d_transpose": single(lambda L, k: L.Conv2DTranspose(3, 3, strides=2), 4, 3, 2),
    "conv2d_transpose_same": single(lambda L, k: L.Conv2DTranspose(3, 3, strides=2, padding="same"), 4, 3, 2),
    "conv2d_transpose_even": single(lambda L, k: L.Conv2DTranspose(2, 4, strides=2, padding="same"), 3, 3, 2),
    "conv2d_transpose_wide": single(lambda L, k: L.Conv2DTranspose(2, 2, strides=3), 3, 3, 2),
    "max_pooling1d": single(lambda L, k: L.MaxPooling1D(2), 7, 3),
    "max_pooling2d_same": single(lambda L, k: L.MaxPooling2D(3, strides=2, padding="same"), 6, 5, 2),
    "average_pooling1d": single(lambda L, k: L.AveragePooling1D(3, padding="same"), 7, 3),
    "average_pooling2d": single(lambda L, k: L.AveragePooling2D((2, 1)), 6, 5, 2),
    "average_pooling2d_same": single(lambda L, k: L.AveragePooling2D(3, strides=2, padding="same"), 6, 5, 2),
    "global_average_pooling1d": single(lambda L, k: L.GlobalAveragePooling1D(), 7, 3),
    "global_max_pooling2d": single(lambda L, k: L.GlobalMaxPooling2D(keepdims=True), 4, 5, 3),
    "batch_normalization": single(lambda L, k: L.BatchNormalization(), 4),
    "batch_normalization_images": single(lambda L, k: L.BatchNormalization(scale=False), 4, 4, 3),
    "batch_normalization_sequences": single(lambda L, k: L.BatchNormalization(center=False), 4, 3),
    "layer_normalization": single(lambda L, k: L.LayerNormalization(), 4, 3),
    "layer_normalization_axes": single(lambda L, k: L.LayerNormalization(axis=(1, 2)), 4, 3),
    "embedding": on_words(lambda L: L.Embedding(7, 3)),
    "reshape": single(lambda L, k: L.Reshape((2, -1)), 6),
    "flatten": single(lambda L, k: L.Flatten(), 2, 3, 2),
    "permute": single(lambda L, k: L.Permute((2, 1)), 2, 3),
    "repeat_vector": single(lambda L, k: L.RepeatVector(3), 4),
    "rescaling": single(lambda L, k: L.Rescaling(0.5, -1.0), 4),
    "zero_padding2d": single(lambda L, k: L.ZeroPadding2D(((1, 0), (2, 1))), 3, 3, 2),
    "up_sampling2d": single(lambda L, k: L.UpSampling2D((2, 3)), 3, 3, 2),
    "up_sampling2d_bilinear": single(lambda L, k: L.UpSampling2D(2, interpolation="bilinear"), 3, 3, 2),
    "leaky_relu": single(lambda L, k: L.LeakyReLU(), 6),
    "relu_layer": single(lambda L, k: L.ReLU(max_value=0.5), 6),
    "elu_layer": single(lambda L, k: L.ELU(0.5), 6),
    "softmax_axis": single(lambda L, k: L.Softmax(axis=1), 3, 2),
    "concatenate": merged(lambda L: L.Concatenate()),
    "add": merged(lambda L: L.Add()),
    "subtract": merged(lambda L: L.Subtract()),
    "multiply": merged(lambda L: L.Multiply()),
    "average": merged(lambda L: L.Average()),
    "maximum": merged(lambda L: L.Maximum()),
    "minimum": merged(lambda L: L.Minimum()),
    "simple_rnn": single(lambda L, k: L.SimpleRNN(4), 5, 3),
    "simple_rnn_relu": single(lambda L, k: L.SimpleRNN(4, activation="relu", return_sequences=True), 5, 3),
    "lstm": single(lambda L, k: L.LSTM(4), 5, 3),
    "lstm_backwards": single(lambda L, k: L.LSTM(4, go_backwards=True, return_sequences=True), 5, 3),
    "lstm_without_bias": single(lambda L, k: L.LSTM(4, use_bias=False), 5, 3),
    "gru": single(lambda L, k: L.GRU(4), 5, 3),
    "gru_sequences": single(lambda L, k: L.GRU(4, return_sequences=True), 5, 3),
    "bidirectional": bidirectional("LSTM"),
    "bidirectional_sequences": bidirectional("GRU", sequences=True),
    "bidirectional_sum": bidirectional("SimpleRNN", sequences=True, merge_mode="sum"),
    "bidirectional_ave": bidirectional("LSTM", merge_mode="ave"),
    "lstm_states": states,
    "encoder_decoder": encoder_decoder,
    "self_attention": self_attention,
    "cross_attention": cross_attention,
    "siamese": siamese,
    "residual": residual,
    "sequential": sequential,
    "nested": nested,
    "arithmetic": arithmetic,
}
ACTIVATIONS = """
    elu selu gelu silu mish softplus softsign tanh sigmoid hard_sigmoid exponential relu6 leaky_relu
    log_softmax swish linear
"""
for _name in ACTIVATIONS.split():
    MODELS[f"activation_{_name}"] = single(lambda L, k, name=_name: L.Activation(name), 6)

# ---- losses and metrics ------------------------------------------------------------------------------

TRUE, SAID = numbers(4, 3), numbers(4, 3, phase=2)
CHANCE = np.exp(SAID) / np.exp(SAID).sum(1, keepdims=True)
RIGHT = np.eye(3, dtype=np.float32)[[0, 2, 1, 1]]
YES = np.array([1, 0, 1, 1], dtype=np.float32)

LOSSES = {
    "MeanSquaredError": lambda L: L.MeanSquaredError()(TRUE, SAID),
    "MeanSquaredError_weights": lambda L: L.MeanSquaredError()(TRUE, SAID, sample_weight=YES * 2),
    "MeanSquaredError_sum": lambda L: L.MeanSquaredError(reduction="sum")(TRUE, SAID),
    "MeanSquaredError_none": lambda L: L.MeanSquaredError(reduction="none")(TRUE, SAID),
    "MeanAbsoluteError": lambda L: L.MeanAbsoluteError()(TRUE, SAID),
    "MeanAbsolutePercentageError": lambda L: L.MeanAbsolutePercentageError()(TRUE, SAID),
    "MeanSquaredLogarithmicError": lambda L: L.MeanSquaredLogarithmicError()(TRUE + 1, SAID + 1),
    "Huber": lambda L: L.Huber(delta=0.5)(TRUE, SAID),
    "LogCosh": lambda L: L.LogCosh()(TRUE, SAID),
    "KLDivergence": lambda L: L.KLDivergence()(RIGHT, CHANCE),
    "Poisson": lambda L: L.Poisson()(np.abs(TRUE), np.abs(SAID)),
    "CosineSimilarity": lambda L: L.CosineSimilarity()(TRUE, SAID),
    "Hinge": lambda L: L.Hinge()(np.sign(TRUE), SAID),
    "Hinge_zeros": lambda L: L.Hinge()(RIGHT, SAID),
    "SquaredHinge": lambda L: L.SquaredHinge()(RIGHT, SAID),
    "BinaryCrossentropy": lambda L: L.BinaryCrossentropy()(RIGHT, CHANCE),
    "BinaryCrossentropy_flat": lambda L: L.BinaryCrossentropy()(YES, CHANCE[:, :1]),
    "BinaryCrossentropy_logits": lambda L: L.BinaryCrossentropy(from_logits=True)(RIGHT, SAID),
    "BinaryCrossentropy_smooth": lambda L: L.BinaryCrossentropy(label_smoothing=0.2)(RIGHT, CHANCE),
    "CategoricalCrossentropy": lambda L: L.CategoricalCrossentropy()(RIGHT, CHANCE),
    "CategoricalCrossentropy_unnormed": lambda L: L.CategoricalCrossentropy()(RIGHT, CHANCE * 0.5),
    "CategoricalCrossentropy_logits": lambda L: L.CategoricalCrossentropy(from_logits=True)(RIGHT, SAID),
    "CategoricalCrossentropy_smooth": lambda L: L.CategoricalCrossentropy(label_smoothing=0.1)(RIGHT, CHANCE),
    "SparseCategoricalCrossentropy": lambda L: L.SparseCategoricalCrossentropy()(RIGHT.argmax(1), CHANCE),
    "SparseCategoricalCrossentropy_logits": lambda L: L.SparseCategoricalCrossentropy(from_logits=True)(
        RIGHT.argmax(1), SAID
    ),
    "SparseCategoricalCrossentropy_column": lambda L: L.SparseCategoricalCrossentropy()(
        RIGHT.argmax(1)[:, None], CHANCE
    ),
    "SparseCategoricalCrossentropy_steps": lambda L: L.SparseCategoricalCrossentropy()(
        RIGHT.argmax(1).reshape(2, 2), CHANCE.reshape(2, 2, 3)
    ),
}

METRICS = {
    "BinaryAccuracy": lambda M: M.BinaryAccuracy()(YES, CHANCE[:, :1]),
    "BinaryAccuracy_rows": lambda M: M.BinaryAccuracy(threshold=0.3)(RIGHT, CHANCE),
    "CategoricalAccuracy": lambda M: M.CategoricalAccuracy()(RIGHT, CHANCE),
    "SparseCategoricalAccuracy": lambda M: M.SparseCategoricalAccuracy()(RIGHT.argmax(1), CHANCE),
    "TopKCategoricalAccuracy": lambda M: M.TopKCategoricalAccuracy(k=2)(RIGHT, CHANCE),
    "SparseTopKCategoricalAccuracy": lambda M: M.SparseTopKCategoricalAccuracy(k=2)(RIGHT.argmax(1), CHANCE),
    "Precision": lambda M: M.Precision()(RIGHT, CHANCE),
    "Precision_thresholds": lambda M: M.Precision(thresholds=0.3)(RIGHT, CHANCE),
    "Recall": lambda M: M.Recall(thresholds=0.3)(RIGHT, CHANCE),
    "MeanSquaredError": lambda M: M.MeanSquaredError()(TRUE, SAID),
    "MeanAbsoluteError": lambda M: M.MeanAbsoluteError()(TRUE, SAID),
    "RootMeanSquaredError": lambda M: M.RootMeanSquaredError()(TRUE, SAID),
    "R2Score": lambda M: M.R2Score()(TRUE, SAID),
}

# ---- trainings ---------------------------------------------------------------------------------------


def trained(keras, optimizer, loss="mse", metrics=(), make=None, targets=None, **options):
    """The history and the weights after two epochs in order."""
    model = make(keras) if make else network(keras)
    model.set_weights(weights(model))
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    x = numbers(20, 4)
    y = numbers(20, 3, phase=1) if targets is None else targets
    record = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0, **options)
    return {**record.history}, [np.asarray(w) for w in model.get_weights()]


def network(keras, **options):
    return keras.Sequential(
        [
            keras.Input(shape=(4,)),
            keras.layers.Dense(5, activation="tanh", **options),
            keras.layers.Dense(3),
        ]
    )


def classifier(activation, units):
    def make(keras):
        layers = [keras.Input(shape=(4,)), keras.layers.Dense(5, activation="relu")]
        return keras.Sequential([*layers, keras.layers.Dense(units, activation=activation)])

    return make


def normalized(keras):
    layers = [keras.layers.Dense(5), keras.layers.BatchNormalization(momentum=0.5), keras.layers.Dense(3)]
    return keras.Sequential([keras.Input(shape=(4,)), *layers])


def penalised(keras):
    return network(keras, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02), bias_regularizer="l2")


def frozen(keras):
    model = network(keras)
    model.layers[0].trainable = False
    return model


def recurrent(keras):
    layers = [keras.layers.Reshape((2, 2)), keras.layers.LSTM(3), keras.layers.Dense(3)]
    return keras.Sequential([keras.Input(shape=(4,)), *layers])


CLASSES = (np.arange(20) * 7 % 3).astype(np.int64)
ROWS = np.eye(3, dtype=np.float32)[CLASSES]
TRAININGS = {
    "sgd": lambda k: trained(k, k.optimizers.SGD(0.1)),
    "sgd_momentum": lambda k: trained(k, k.optimizers.SGD(0.1, momentum=0.9, nesterov=True)),
    "adam": lambda k: trained(k, k.optimizers.Adam(learning_rate=0.01)),
    "adam_amsgrad": lambda k: trained(k, k.optimizers.Adam(learning_rate=0.01, amsgrad=True)),
    "adam_decay": lambda k: trained(k, k.optimizers.Adam(learning_rate=0.01, weight_decay=0.1)),
    "adamw": lambda k: trained(k, k.optimizers.AdamW(0.01)),
    "rmsprop": lambda k: trained(k, k.optimizers.RMSprop(0.01)),
    "adagrad": lambda k: trained(k, k.optimizers.Adagrad(0.05)),
    "adadelta": lambda k: trained(k, k.optimizers.Adadelta(0.5)),
    "adamax": lambda k: trained(k, k.optimizers.Adamax(0.01)),
    "lion": lambda k: trained(k, k.optimizers.Lion(0.01)),
    "clipvalue": lambda k: trained(k, k.optimizers.SGD(0.1, clipvalue=0.05)),
    "global_clipnorm": lambda k: trained(k, k.optimizers.SGD(0.1, global_clipnorm=0.1)),
    "schedule": lambda k: trained(k, k.optimizers.SGD(k.optimizers.schedules.ExponentialDecay(0.2, 2, 0.5))),
    "cosine": lambda k: trained(k, k.optimizers.SGD(k.optimizers.schedules.CosineDecay(0.2, 5, 0.1))),
    "steps": lambda k: trained(
        k, k.optimizers.SGD(k.optimizers.schedules.PiecewiseConstantDecay([2], [0.2, 0.1]))
    ),
    "metrics": lambda k: trained(k, "sgd", "mae", ["mse", "mae"], validation_split=0.2),
    "categorical": lambda k: trained(
        k, "sgd", "categorical_crossentropy", ["accuracy"], classifier("softmax", 3), ROWS
    ),
    "sparse": lambda k: trained(
        k, "sgd", "sparse_categorical_crossentropy", ["accuracy"], classifier("softmax", 3), CLASSES
    ),
    "binary": lambda k: trained(
        k, "sgd", "binary_crossentropy", ["accuracy"], classifier("sigmoid", 1), (CLASSES > 0) * 1.0
    ),
    "logits": lambda k: trained(
        k,
        "sgd",
        k.losses.SparseCategoricalCrossentropy(from_logits=True),
        ["accuracy"],
        classifier(None, 3),
        CLASSES,
    ),
    "sample_weight": lambda k: trained(k, "sgd", sample_weight=np.linspace(0, 2, 20)),
    "class_weight": lambda k: trained(
        k,
        "sgd",
        "sparse_categorical_crossentropy",
        [],
        classifier("softmax", 3),
        CLASSES,
        class_weight={0: 1.0, 1: 3.0, 2: 0.5},
    ),
    "batch_normalization": lambda k: trained(k, "sgd", make=normalized),
    "regularizers": lambda k: trained(k, "sgd", make=penalised),
    "frozen": lambda k: trained(k, "sgd", make=frozen),
    "lstm": lambda k: trained(k, "sgd", make=recurrent),
}


def two_outputs(keras):
    x = keras.Input(shape=(4,))
    h = keras.layers.Dense(5, activation="tanh")(x)
    outputs = [keras.layers.Dense(3, name="a")(h), keras.layers.Dense(1, activation="sigmoid", name="b")(h)]
    return keras.Model(x, outputs)


def on_two(keras, loss, **options):
    model = two_outputs(keras)
    model.set_weights(weights(model))
    model.compile("sgd", loss=loss, **options)
    y = [numbers(20, 3, phase=1), (CLASSES > 0)[:, None] * 1.0]
    if isinstance(loss, dict):
        y = {"a": y[0], "b": y[1]}
    record = model.fit(numbers(20, 4), y, epochs=2, batch_size=10, shuffle=False, verbose=0)
    return dict(record.history), [np.asarray(w) for w in model.get_weights()]


TRAININGS["two_outputs"] = lambda k: on_two(k, ["mse", "binary_crossentropy"], loss_weights=[1.0, 0.5])
TRAININGS["two_outputs_by_name"] = lambda k: on_two(
    k, {"a": "mae", "b": "binary_crossentropy"}, metrics={"a": ["mse"], "b": ["accuracy"]}
)
