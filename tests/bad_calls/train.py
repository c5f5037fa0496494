"""Training: the verbs of every Module, the loop beneath them, metrics and callbacks."""

from __future__ import annotations

import pynn
from pynn import nn, train

x, y = pynn.ones(8, 3), pynn.tensor([0, 1] * 4)
NAN = float("nan")


def model(loss="cross_entropy", **options):
    made = nn.Sequential(nn.Linear(3, 2))
    made.compile("sgd", loss, **options)
    return made


def fit(*arguments, **options):
    return model().fit(*arguments or (x, y), **{"verbose": 0, **options})


def class_metric(name):
    make = getattr(train, name)
    return [
        (lambda: make().update(x, pynn.ones(5)), pynn.ShapeError, r"\(8, 3\).*\(5,\)"),
        (lambda: make(threshold="a"), TypeError, f"{name}.*threshold.*'a'"),
    ]


def number_metric(name):
    make = getattr(train, name)
    return [(lambda: make().update(x, y), pynn.ShapeError, r"\(8, 3\).*\(8,\)")]


VERBS = {
    "pynn.nn.Module.compile": [
        (lambda: nn.Linear(1, 1).compile(), ValueError, "compile.*loss"),
        (lambda: model("cross_entropi"), ValueError, "'cross_entropi'.*Did you mean 'cross_entropy'"),
        (lambda: model("binary_crossentropy"), ValueError, "bce_with_logits"),
        (lambda: model(3), TypeError, "compile.*loss.*3"),
        (lambda: nn.Linear(1, 1).compile("adamm", "mse"), ValueError, "'adamm'.*Did you mean 'adam"),
        (lambda: nn.Linear(1, 1).compile(3, "mse"), TypeError, "compile.*optimizer.*3"),
        (lambda: model(metrics=["acuracy"]), ValueError, "'acuracy'.*Did you mean 'accuracy'"),
        (lambda: model(metrics=3), TypeError, "compile.*metrics.*int"),
        (lambda: model(metrics=[3]), TypeError, "compile.*metric.*3"),
        (lambda: model(metrics=["mae", "mae"]), ValueError, "compile.*different names"),
    ],
    "pynn.nn.Module.fit": [
        (lambda: nn.Linear(1, 1).fit(x, y), RuntimeError, "Linear.fit.*compile"),
        (lambda: fit(x, y[:5]), ValueError, "fit.*8.*5"),
        (lambda: fit(x[:0], y[:0]), ValueError, "fit.*no samples"),
        (lambda: fit(x), ValueError, "fit.*y"),
        (lambda: fit(3), TypeError, "fit.*int"),
        (lambda: fit(None, None), TypeError, "fit.*NoneType"),
        (lambda: fit(epochs=-1), ValueError, "fit.*epochs.*-1"),
        (lambda: fit(epochs=1.5), (TypeError, ValueError), "fit.*epochs.*1.5"),
        (lambda: fit(batch_size=0), ValueError, "fit.*batch_size.*0"),
        (lambda: fit(batch_size="a"), (TypeError, ValueError), "fit.*batch_size.*'a'"),
        (lambda: fit(validation_split=1.5), ValueError, "fit.*validation_split.*1.5"),
        (lambda: fit(validation_split="a"), (TypeError, ValueError), "fit.*validation_split.*'a'"),
        (lambda: fit(validation_data=3), TypeError, "fit.*int"),
        (lambda: fit(callbacks=[3]), TypeError, "fit.*callbacks.*3"),
        (lambda: fit(callbacks=train.TerminateOnNaN()), TypeError, "fit.*callbacks.*list"),
        (lambda: fit(verbose="loud"), ValueError, "verbose.*'loud'"),
        (lambda: fit(class_weight=3), TypeError, "fit.*class_weight"),
        (lambda: fit(sample_weight=[1.0]), ValueError, "sample_weight"),
        (lambda: fit(seed="a"), TypeError, "seed"),
        (lambda: fit(x * NAN, y), FloatingPointError, "NaN|nan"),
        (lambda: fit(pynn.ones(8, 4), y), pynn.ShapeError, r"Linear.*\(8, 4\)"),
        (lambda: fit(x, y + 5), IndexError, "cross_entropy.*[56]"),
        (lambda: fit(x, y, no_such_option=1), TypeError, "no_such_option"),
    ],
    "pynn.nn.Module.evaluate": [
        (lambda: nn.Linear(1, 1).evaluate(x, y), RuntimeError, "Linear.evaluate.*compile"),
        (lambda: model().evaluate(x, y[:5]), ValueError, "evaluate.*8.*5"),
        (lambda: model().evaluate(x, y, batch_size=0), ValueError, "evaluate.*batch_size.*0"),
        (lambda: model().evaluate(None), TypeError, "evaluate.*NoneType"),
    ],
    "pynn.nn.Module.predict": [
        (lambda: model().predict(None), TypeError, "predict.*NoneType"),
        (lambda: model().predict(x, batch_size=0), ValueError, "predict.*batch_size.*0"),
        (lambda: model().predict(x, batch_size=-1), ValueError, "predict.*batch_size.*-1"),
        (lambda: model().predict(x, batch_size="a"), (TypeError, ValueError), "predict.*batch_size.*'a'"),
        (lambda: model().predict(pynn.tensor(1.0)), ValueError, r"predict.*\(\)"),
        (lambda: model().predict(pynn.ones(2, 4)), pynn.ShapeError, r"Linear.*\(2, 4\)"),
    ],
    "pynn.nn.Module.summary": [
        (lambda: model().summary((None, 5)), pynn.ShapeError, r"Linear.*5\)"),
        (lambda: model().summary("a"), TypeError, "summary.*'a'"),
    ],
}

CALLS = {
    **VERBS,
    "pynn.train.fit": [
        (lambda: train.fit(model(), None), TypeError, "missing|fit"),
        (
            lambda: train.fit(model(), 3, optimizer=model().optimizer, loss=nn.CrossEntropyLoss()),
            TypeError,
            "fit.*batches.*int",
        ),
    ],
    "pynn.train.evaluate": [
        (lambda: train.evaluate(model(), 3, loss=nn.CrossEntropyLoss()), TypeError, "evaluate.*batches.*int"),
    ],
    "pynn.train.Metric": [(lambda: train.Metric("m").update(x, y), NotImplementedError, "Metric.*batch")],
    "pynn.train.Mean": [(lambda: train.Mean(3), TypeError, "Mean.*function.*3")],
    "pynn.train.Accuracy": class_metric("Accuracy"),
    "pynn.train.Precision": class_metric("Precision"),
    "pynn.train.Recall": class_metric("Recall"),
    "pynn.train.F1": class_metric("F1"),
    "pynn.train.TopKAccuracy": [
        (lambda: train.TopKAccuracy(0), ValueError, "TopKAccuracy.*k.*0"),
        (lambda: train.TopKAccuracy(1.5), TypeError, "TopKAccuracy.*k.*1.5"),
        (lambda: train.TopKAccuracy(2).update(x, x), pynn.ShapeError, r"\(8, 3\)"),
    ],
    "pynn.train.RootMeanSquaredError": number_metric("RootMeanSquaredError"),
    "pynn.train.R2Score": number_metric("R2Score"),
    "pynn.train.Callback": [(lambda: train.Callback(3), TypeError, "argument")],
    "pynn.train.LambdaCallback": [
        (lambda: train.LambdaCallback(on_epoch=print), TypeError, "LambdaCallback.*'on_epoch'.*on_epoch_end"),
        (lambda: train.LambdaCallback(on_epoch_end=3), TypeError, "LambdaCallback.*on_epoch_end.*3"),
    ],
    "pynn.train.EarlyStopping": [
        (lambda: train.EarlyStopping(mode="low"), ValueError, "EarlyStopping.*'low'"),
        (lambda: train.EarlyStopping(patience=-1), ValueError, "EarlyStopping.*patience.*-1"),
        (lambda: train.EarlyStopping(patience="a"), TypeError, "EarlyStopping.*patience.*'a'"),
        (lambda: train.EarlyStopping(min_delta="a"), TypeError, "EarlyStopping.*min_delta.*'a'"),
        (lambda: fit(callbacks=[train.EarlyStopping("val_los")]), ValueError, "'val_los'.*loss"),
    ],
    "pynn.train.ModelCheckpoint": [
        (lambda: train.ModelCheckpoint("m", mode="low"), ValueError, "ModelCheckpoint.*'low'"),
        (lambda: train.ModelCheckpoint(3), TypeError, "ModelCheckpoint.*path.*3"),
        (
            lambda: fit(callbacks=[train.ModelCheckpoint("{val_loss}", save_best_only=True)]),
            ValueError,
            "ModelCheckpoint.*val_loss",
        ),
    ],
    "pynn.train.LearningRateSchedule": [
        (lambda: train.LearningRateSchedule(None), TypeError, "LearningRateSchedule.*NoneType"),
        (
            lambda: train.LearningRateSchedule(lambda t: t),
            TypeError,
            "LearningRateSchedule.*LearningRateScheduler",
        ),
        (
            lambda: train.LearningRateSchedule(
                pynn.optim.lr_scheduler.ReduceLROnPlateau(model().optimizer), per="step"
            ),
            ValueError,
            "LearningRateSchedule.*'step'",
        ),
    ],
    "pynn.train.LearningRateScheduler": [
        (lambda: train.LearningRateScheduler(3), TypeError, "LearningRateScheduler.*int"),
        (
            lambda: fit(callbacks=[train.LearningRateScheduler(lambda epoch, lr: NAN)]),
            ValueError,
            "LearningRateScheduler.*nan.*epoch 0",
        ),
    ],
    "pynn.train.CSVLogger": [
        (lambda: train.CSVLogger(3), TypeError, "CSVLogger.*path.*3"),
        (lambda: train.CSVLogger("log", separator=""), ValueError, "CSVLogger.*separator.*''"),
    ],
    "pynn.train.ProgressTable": [
        (lambda: train.ProgressTable(0), ValueError, "ProgressTable.*every.*0"),
        (lambda: train.ProgressTable("a"), (TypeError, ValueError), "ProgressTable.*every.*'a'"),
    ],
    "pynn.train.TerminateOnNaN": [(lambda: train.TerminateOnNaN(3), TypeError, "argument")],
    "pynn.train.History": [(lambda: fit(epochs=0)["accuracy"], KeyError, "accuracy")],
}
