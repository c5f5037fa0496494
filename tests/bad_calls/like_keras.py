"""pynn.keras: every layer, optimizer and loss says which argument it does not know, and more where it can."""

from __future__ import annotations

import os
import tempfile

import numpy as np

import pynn
from pynn import keras
from pynn.keras import layers, losses, metrics, optimizers

FOLDER = tempfile.mkdtemp()
ROWS = pynn.zeros(4, 3)

# What each layer cannot be made without.
NEEDED = {
    "Dense": (3,),
    "Activation": ("relu",),
    "Dropout": (0.5,),
    "GaussianNoise": (0.5,),
    "Reshape": ((1, -1),),
    "Permute": ((1,),),
    "RepeatVector": (2,),
    "Rescaling": (0.5,),
    "Lambda": (abs,),
    "Embedding": (5, 3),
    "Conv1D": (3, 3),
    "Conv2D": (3, 3),
    "Conv2DTranspose": (3, 3),
    "SimpleRNN": (3,),
    "LSTM": (3,),
    "GRU": (3,),
    "MultiHeadAttention": (2, 3),
    "Arithmetic": ("add",),
}


def unknown(name, kind, needed):
    return (lambda: kind(*needed, unitz=3), TypeError, f"{name} has no argument 'unitz'")


def of_layers():
    table = {}
    for name in layers.__all__:
        kind = getattr(layers, name)
        if isinstance(kind, type) and issubclass(kind, layers.Layer) and name != "Bidirectional":
            needed = NEEDED.get(name, ())
            table[f"pynn.keras.layers.{name}"] = [
                unknown(name, kind, needed),
                (lambda k=kind, n=needed: k(*n, name=3), TypeError, f"{name}: name.*3"),
            ]
    return table


def layer(name, *args, error=ValueError, says="", **kwargs):
    return (lambda: getattr(layers, name)(*args, **kwargs), error, f"{name}.*{says}")


def built(name, *args, shape, says, **kwargs):
    return (lambda: getattr(layers, name)(*args, **kwargs).build(shape), ValueError, f"{name}.*{says}")


MORE = {
    "Layer": [
        (lambda: layers.Layer()(ROWS), NotImplementedError, "Layer.*call"),
        (lambda: layers.Layer(dtype="float16"), ValueError, "Layer.*dtype.*float16"),
        (lambda: layers.Layer(input_shape=4), TypeError, r"input_shape.*\(4,\)"),
        (lambda: layers.Layer().output, AttributeError, "keras.Input"),
    ],
    "Dense": [
        layer("Dense", 0, says="units.*0"),
        layer("Dense", "a", error=TypeError, says="units.*'a'"),
        (lambda: layers.Dense(3, "rellu"), ValueError, "no activation.*'rellu'.*Did you mean 'relu'"),
        (lambda: layers.Dense(3, activation=3), TypeError, "activation.*3"),
        (lambda: layers.Dense(3, kernel_initializer="glorot"), ValueError, "no initializer.*'glorot'"),
        (lambda: layers.Dense(3, kernel_regularizer="l3"), ValueError, "no regularizer.*'l3'"),
        layer("Dense", 3, says="activity_regularizer.*kernel_regularizer", activity_regularizer="l2"),
        built("Dense", 3, shape=(None, None), says="last size"),
        (lambda: layers.Dense(3).set_weights([ROWS]), ValueError, "set_weights.*Build the layer first"),
    ],
    "Dropout": [layer("Dropout", 2.0, says="rate.*2")],
    "GaussianNoise": [layer("GaussianNoise", -1.0, says="stddev.*-1")],
    "Softmax": [layer("Softmax", "a", error=TypeError, says="axis.*'a'")],
    "ReLU": [layer("ReLU", says="negative_slope.*-1", negative_slope=-1)],
    "Reshape": [layer("Reshape", 3, error=TypeError, says="target_shape.*3")],
    "Permute": [layer("Permute", (0, 1), says="dims")],
    "Lambda": [layer("Lambda", 3, error=TypeError, says="function.*3")],
    "Flatten": [layer("Flatten", says="data_format", data_format="channels_first")],
    "Embedding": [
        layer("Embedding", 5, 3, says="mask_zero.*lengths", mask_zero=True),
        (lambda: layers.Embedding(5, 3)(pynn.tensor([[7]])), IndexError, "7"),
    ],
    "Conv1D": [
        layer("Conv1D", 3, (3, 3), says="kernel_size"),
        built("Conv1D", 3, 3, shape=(None, 5, 5, 1), says=r"\(N, L, C\)"),
    ],
    "Conv2D": [
        layer("Conv2D", 3, 3, says="padding.*'valid'.*'full'", padding="full"),
        layer("Conv2D", 3, 3, says="data_format.*'channels_last'", data_format="last"),
        built("Conv2D", 3, 3, shape=(None, 28, 28), says=r"\(N, H, W, C\).*One channel"),
        built("Conv2D", 3, 3, shape=(None, 28, 28, None), says="channels.*known"),
        (lambda: layers.Conv2D(4, 3, groups=3).build((None, 8, 8, 4)), ValueError, "groups=3"),
    ],
    "Conv2DTranspose": [built("Conv2DTranspose", 4, 3, groups=2, shape=(None, 8, 8, 4), says="groups.*2")],
    "ZeroPadding2D": [layer("ZeroPadding2D", (1, 2, 3), says="padding.*1, 2, 3")],
    "UpSampling2D": [layer("UpSampling2D", 2, says="interpolation.*'cubic'", interpolation="cubic")],
    "BatchNormalization": [
        built("BatchNormalization", axis=2, shape=(None, 4, 4, 3), says="axis=2"),
        built("BatchNormalization", shape=(None, None), says="known"),
    ],
    "LayerNormalization": [built("LayerNormalization", axis=1, shape=(None, 4, 3), says="last axes")],
    "MaxPooling2D": [layer("MaxPooling2D", (2, 2, 2), says="pool_size")],
    "GlobalAveragePooling2D": [
        (
            lambda: layers.GlobalAveragePooling2D()(ROWS),
            ValueError,
            r"GlobalAveragePooling2D.*4 axes.*\(4, 3\)",
        )
    ],
    "LSTM": [
        layer("LSTM", 3, says="stateful.*initial_state", stateful=True),
        layer("LSTM", 3, says="recurrent_dropout.*dropout", recurrent_dropout=0.1),
        (lambda: layers.LSTM(3, activation="relu"), ValueError, "LSTM.*activation.*'tanh'.*'relu'"),
        built("LSTM", 3, shape=(None, 5), says=r"\(N, T, features\).*One feature"),
    ],
    "GRU": [layer("GRU", 3, says="reset_after", reset_after=False)],
    "SimpleRNN": [layer("SimpleRNN", 3, says="activation.*'tanh' or 'relu'", activation="elu")],
    "Bidirectional": [
        layer("Bidirectional", layers.Dense(3), error=TypeError, says="LSTM, GRU or SimpleRNN"),
        layer("Bidirectional", layers.LSTM(3), says="merge_mode.*'max'", merge_mode="max"),
        layer("Bidirectional", layers.LSTM(3, return_state=True), says="return_state"),
    ],
    "MultiHeadAttention": [
        layer("MultiHeadAttention", 0, 3, says="num_heads.*0"),
        (
            lambda: layers.MultiHeadAttention(2, 3)(
                pynn.zeros(1, 2, 3), pynn.zeros(1, 2, 3), return_attention_scores=True
            ),
            ValueError,
            "return_attention_scores.*need_weights",
        ),
    ],
    "Arithmetic": [layer("Arithmetic", "pow", says="sign.*'pow'")],
    "concatenate": [(lambda: layers.concatenate([ROWS, pynn.zeros(3, 3)]), pynn.ShapeError, "cat")],
    "add": [(lambda: layers.add(ROWS), ValueError, "Add takes a list")],
    "Subtract": [(lambda: layers.Subtract()([ROWS] * 3), ValueError, "Subtract.*two.*3")],
    "Variable": [
        (lambda: layers.Variable("w", [ROWS]).assign(np.zeros(3)), ValueError, r"w.*\(3,\).*\(4, 3\)")
    ],
}
for _name in ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"):
    MORE[_name] = [(lambda n=_name: getattr(layers, n)()(ROWS), ValueError, f"{_name} takes a list")]
LAYERS = of_layers()
for _name, _calls in MORE.items():
    LAYERS.setdefault(f"pynn.keras.layers.{_name}", []).extend(_calls)

LOSSES = {
    f"pynn.keras.losses.{name}": [
        (lambda n=name: getattr(losses, n)(reduction="median"), ValueError, f"{name}.*reduction.*'median'")
    ]
    for name in losses.__all__
    if name[0].isupper()
}
for _name in (one for one in losses.__all__ if not one[0].isupper()):
    LOSSES[f"pynn.keras.losses.{_name}"] = [
        (lambda n=_name: getattr(losses, n)(np.zeros((4, 2)), ROWS), pynn.ShapeError, r"\(4, 2\).*\(4, 3\)")
    ]
LOSSES["pynn.keras.losses.Loss"].append(
    (lambda: losses.Loss()(ROWS, ROWS), NotImplementedError, "Loss.*call")
)
LOSSES["pynn.keras.losses.Huber"].append((lambda: losses.Huber(0.0), ValueError, "Huber.*delta.*0"))
LOSSES["pynn.keras.losses.CategoricalCrossentropy"] += [
    (
        lambda: losses.CategoricalCrossentropy()(np.zeros((4, 1)), pynn.zeros(4, 1)),
        pynn.ShapeError,
        "sparse_categorical_crossentropy",
    ),
    (lambda: losses.CategoricalCrossentropy(label_smoothing=2), ValueError, "label_smoothing.*2"),
]
LOSSES["pynn.keras.losses.SparseCategoricalCrossentropy"].append(
    (lambda: losses.SparseCategoricalCrossentropy()(ROWS, ROWS), pynn.ShapeError, "one-hot")
)

METRICS = {
    f"pynn.keras.metrics.{name}": [
        (lambda n=name: getattr(metrics, n)(nme="a"), TypeError, "nme|required positional argument")
    ]
    for name in metrics.__all__
}
METRICS["pynn.keras.metrics.Metric"].append(
    (lambda: metrics.Metric()(ROWS, ROWS), NotImplementedError, "Metric")
)
METRICS["pynn.keras.metrics.MeanMetricWrapper"].append(
    (lambda: metrics.MeanMetricWrapper(3), TypeError, "metric.*3")
)
METRICS["pynn.keras.metrics.AUC"].append((lambda: metrics.AUC("roc"), ValueError, "AUC.*curve.*'roc'"))
METRICS["pynn.keras.metrics.F1Score"].append((lambda: metrics.F1Score("all"), ValueError, "average.*'all'"))
METRICS["pynn.keras.metrics.BinaryAccuracy"].append(
    (lambda: metrics.BinaryAccuracy()(np.zeros(3), ROWS), pynn.ShapeError, r"\(3,\).*\(4, 3\)")
)


def of_optimizers():
    table = {}
    for name in optimizers.__all__:
        if name in ("Optimizer", "schedules"):
            continue
        kind = getattr(optimizers, name)
        table[f"pynn.keras.optimizers.{name}"] = [
            (lambda k=kind: k(lr=0.1), TypeError, f"{name} has no argument 'lr'.*learning_rate"),
            (lambda k=kind: k(-1.0), ValueError, f"{name}: learning_rate.*-1"),
            (lambda k=kind: k(clipnorm=1.0), ValueError, f"{name}.*clipnorm.*global_clipnorm"),
            (lambda k=kind: k(clipvalue=0.0), ValueError, f"{name}.*clipvalue.*0"),
        ]
    return table


def model():
    return keras.Sequential([layers.Dense(3, input_shape=(4,))])


def compiled(**options):
    made = model()
    made.compile(**{"optimizer": "sgd", "loss": "mse", **options})
    return made


def two():
    x = keras.Input(shape=(4,))
    return keras.Model(x, [layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)])


X, Y = np.zeros((4, 4)), np.zeros((4, 3))
schedules = optimizers.schedules
init = keras.initializers
BUILDING = [
    (lambda: model().compile("sgd", "msee"), ValueError, "no loss.*'msee'.*Did you mean 'mse'"),
    (lambda: model().compile("sdg", "mse"), ValueError, "no optimizer.*'sdg'.*Did you mean 'sgd'"),
    (lambda: model().compile("sgd"), ValueError, "compile.*which loss"),
    (lambda: compiled(metrics=["acuracy"]), ValueError, "no metric.*'acuracy'"),
    (lambda: compiled(loss_weights=["mae"]), ValueError, "loss_weights.*metrics"),
    (lambda: compiled(weighted_metrics=["mae"]), ValueError, "weighted_metrics"),
    (lambda: compiled(metrics={"a": ["mae"], "b": ["mae"]}), ValueError, "several outputs"),
    (lambda: model().fit(X, Y), RuntimeError, "compile"),
    (lambda: compiled().fit(X, Y, validation_freq=2), ValueError, "validation_freq.*2"),
    (lambda: compiled().fit(), ValueError, "fit.*no x"),
    (lambda: model().get_layer("c"), ValueError, "no layer 'c'.*dense"),
    (lambda: model().set_weights([X]), ValueError, r"set_weights.*\(4, 3\).*\(4, 4\)"),
]
CALLS = {
    **LAYERS,
    **LOSSES,
    **METRICS,
    **of_optimizers(),
    "pynn.keras.optimizers.Optimizer": [
        (lambda: keras.optimizers.get(3), TypeError, "optimizer.*3"),
    ],
    "pynn.keras.schedules.LearningRateSchedule": [
        (lambda: schedules.LearningRateSchedule()(1), NotImplementedError, "rate")
    ],
    "pynn.keras.schedules.ExponentialDecay": [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), ValueError, "ExponentialDecay.*decay_steps.*0")
    ],
    "pynn.keras.schedules.InverseTimeDecay": [
        (lambda: schedules.InverseTimeDecay(-0.1, 1, 0.5), ValueError, "InverseTimeDecay.*-0.1")
    ],
    "pynn.keras.schedules.PolynomialDecay": [
        (lambda: schedules.PolynomialDecay(0.1, 1, -1), ValueError, "PolynomialDecay.*end_learning_rate.*-1")
    ],
    "pynn.keras.schedules.CosineDecay": [
        (lambda: schedules.CosineDecay(0.1, 1, -1), ValueError, "CosineDecay.*alpha.*-1")
    ],
    "pynn.keras.schedules.PiecewiseConstantDecay": [
        (lambda: schedules.PiecewiseConstantDecay([1], [1]), ValueError, "1 boundaries need 2 values")
    ],
    "pynn.keras.Layer": MORE["Layer"],
    "pynn.keras.Variable": MORE["Variable"],
    "pynn.keras.Input": [
        (lambda: keras.Input(784), TypeError, r"Input.*\(784,\).*784"),
        (lambda: keras.Input((2,), dtype="float16"), ValueError, "Input.*dtype.*float16"),
    ],
    "pynn.keras.KerasTensor": [
        (lambda: bool(keras.Input((2,))), TypeError, "symbolic tensor has no value"),
        (lambda: keras.Input((2,))[0], TypeError, "Lambda"),
    ],
    "pynn.keras.Model": [
        (lambda: keras.Model(3, 4), TypeError, "Model.*keras.Input"),
        (
            lambda: keras.Model(keras.Input((2,)), keras.Input((2,), name="other")),
            ValueError,
            "'other'.*inputs",
        ),
        (lambda: keras.Model()(ROWS), NotImplementedError, "call"),
        (lambda: keras.Model().input, AttributeError, "keras.Input"),
        (lambda: two().compile("sgd", ["mse"]), ValueError, "1 entries for 2 outputs, a, b"),
        (lambda: two().compile("sgd", {"c": "mse"}), ValueError, "'c'.*a, b"),
        (lambda: two()([X, X]), ValueError, "takes 1 inputs, got 2"),
        *BUILDING,
    ],
    "pynn.keras.Sequential": [
        (lambda: keras.Sequential([layers.Dense]), TypeError, r"Sequential.*Did you mean Dense\("),
        (lambda: keras.Sequential([3]), TypeError, "Sequential.*3"),
        (lambda: keras.Sequential(2 * [layers.Dense(3, name="d")]), ValueError, "'d'.*already"),
    ],
    "pynn.keras.callbacks.Callback": [(lambda: keras.callbacks.Callback(3), TypeError, "argument")],
    "pynn.keras.callbacks.EarlyStopping": [
        (lambda: keras.callbacks.EarlyStopping(baseline=3), ValueError, "EarlyStopping.*baseline"),
        (lambda: keras.callbacks.EarlyStopping(patience=-1), ValueError, "EarlyStopping.*patience.*-1"),
    ],
    "pynn.keras.callbacks.ModelCheckpoint": [
        (
            lambda: keras.callbacks.ModelCheckpoint("a", save_freq=3),
            ValueError,
            "ModelCheckpoint.*save_freq.*3",
        )
    ],
    "pynn.keras.callbacks.ReduceLROnPlateau": [
        (lambda: keras.callbacks.ReduceLROnPlateau(factor=2), ValueError, "ReduceLROnPlateau.*factor.*2")
    ],
    "pynn.keras.callbacks.CSVLogger": [
        (lambda: keras.callbacks.CSVLogger(3), TypeError, "CSVLogger.*3"),
    ],
    "pynn.keras.callbacks.TensorBoard": [
        (lambda: keras.callbacks.TensorBoard(3), TypeError, "TensorBoard.*3")
    ],
    "pynn.keras.callbacks.LambdaCallback": [
        (lambda: keras.callbacks.LambdaCallback(on_epoch_edn=print), TypeError, "on_epoch_edn")
    ],
    "pynn.keras.callbacks.LearningRateScheduler": [
        (lambda: keras.callbacks.LearningRateScheduler(3), TypeError, "LearningRateScheduler.*int")
    ],
    "pynn.keras.callbacks.TerminateOnNaN": [
        (lambda: keras.callbacks.TerminateOnNaN(3), TypeError, "argument")
    ],
    "pynn.keras.callbacks.History": [(lambda: keras.callbacks.History()["loss"], KeyError, "loss")],
    "pynn.keras.regularizers.Regularizer": [
        (lambda: keras.regularizers.Regularizer()(ROWS), NotImplementedError, "penalty")
    ],
    "pynn.keras.regularizers.L1": [(lambda: keras.regularizers.L1(-1), ValueError, "L1.*-1")],
    "pynn.keras.regularizers.L2": [(lambda: keras.regularizers.L2(-1), ValueError, "L2.*-1")],
    "pynn.keras.regularizers.L1L2": [(lambda: keras.regularizers.L1L2(l2=-1), ValueError, "L1L2: l2.*-1")],
    "pynn.keras.regularizers.l1": [(lambda: keras.regularizers.l1(-1), ValueError, "L1.*-1")],
    "pynn.keras.regularizers.l2": [(lambda: keras.regularizers.l2(-1), ValueError, "L2.*-1")],
    "pynn.keras.regularizers.l1_l2": [(lambda: keras.regularizers.l1_l2(l1=-1), ValueError, "L1L2: l1.*-1")],
    "pynn.keras.initializers.Initializer": [(lambda: init.Initializer()((2,)), NotImplementedError, "start")],
    "pynn.keras.initializers.Constant": [
        (lambda: init.Constant("a"), (TypeError, ValueError), "Constant.*'a'")
    ],
    "pynn.keras.initializers.Zeros": [(lambda: init.Zeros(3), TypeError, "argument")],
    "pynn.keras.initializers.Ones": [(lambda: init.Ones(3), TypeError, "argument")],
    "pynn.keras.initializers.Identity": [(lambda: init.Identity()((2, 2, 2)), ValueError, "matrix")],
    "pynn.keras.initializers.RandomUniform": [(lambda: init.RandomUniform(2, 1)((2,)), ValueError, "above")],
    "pynn.keras.initializers.RandomNormal": [(lambda: init.RandomNormal(0, -1)((2,)), ValueError, "std.*-1")],
    "pynn.keras.initializers.TruncatedNormal": [
        (lambda: init.TruncatedNormal(0, -1.0)((2,)), ValueError, "std")
    ],
    "pynn.keras.initializers.Orthogonal": [
        (lambda: init.Orthogonal(seed="a")((2, 2)), TypeError, "seed.*'a'")
    ],
    "pynn.keras.initializers.VarianceScaling": [
        (lambda: init.VarianceScaling(mode="fan"), ValueError, "VarianceScaling.*mode.*'fan'"),
        (lambda: init.VarianceScaling(0.0), ValueError, "VarianceScaling.*scale.*0"),
    ],
    **{
        f"pynn.keras.initializers.{name}": [
            (lambda n=name: getattr(init, n)(seed="a")((2, 2)), TypeError, "seed.*'a'")
        ]
        for name in ("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal")
    },
    **{
        f"pynn.keras.activations.{name}": [
            (lambda n=name: getattr(keras.activations, n)(pynn.zeros(2), 1, 2, 3), TypeError, "argument")
        ]
        for name in keras.activations.__all__
    },
    "pynn.keras.models.Model": BUILDING,
    "pynn.keras.models.Sequential": [(lambda: keras.models.Sequential([3]), TypeError, "Sequential.*3")],
    "pynn.keras.models.load_model": [
        (lambda: keras.models.load_model(os.path.join(FOLDER, "none")), FileNotFoundError, "none"),
        (lambda: keras.models.load_model(weights_alone()), ValueError, "load_model.*load_weights"),
    ],
    "pynn.keras.models.save_model": [
        (lambda: keras.models.save_model(lambda_model(), os.path.join(FOLDER, "m")), TypeError, "need a name")
    ],
    "pynn.keras.models.model_from_json": [
        (
            lambda: keras.models.model_from_json('{"class_name": "Dens", "config": {}}'),
            ValueError,
            "'Dens'.*custom_objects",
        )
    ],
    "pynn.keras.models.clone_model": [
        (lambda: keras.models.clone_model(lambda_model()), TypeError, "need a name")
    ],
    "pynn.keras.utils.to_categorical": [
        (lambda: keras.utils.to_categorical([0, 3], 3), ValueError, "to_categorical.*0 to 2.*0 to 3"),
        (lambda: keras.utils.to_categorical([0, -1]), ValueError, "to_categorical.*-1"),
        (lambda: keras.utils.to_categorical([0.5]), ValueError, "to_categorical.*0.5"),
    ],
    "pynn.keras.utils.set_random_seed": [
        (lambda: keras.utils.set_random_seed("a"), TypeError, "set_random_seed.*'a'"),
        (lambda: keras.utils.set_random_seed(-1), ValueError, "set_random_seed.*-1"),
    ],
    "pynn.keras.utils.clear_session": [(lambda: keras.utils.clear_session(3), TypeError, "argument")],
    "pynn.keras.utils.custom_object_scope": [
        (lambda: keras.utils.custom_object_scope(), TypeError, "objects"),
    ],
}


def weights_alone():
    path = os.path.join(FOLDER, "weights.safetensors")
    model().save_weights(path)
    return path


def lambda_model():
    return keras.Sequential([layers.Lambda(lambda x: x, input_shape=(3,))])
