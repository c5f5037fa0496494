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


def areas(name):
    make = getattr(train, name)
    return [
        (lambda: make("micro"), ValueError, f"{name}.*average.*'micro'"),
        (lambda: make().update(x, pynn.ones(5)), pynn.ShapeError, r"\(8, 3\).*\(5,\)"),
        (lambda: make().update(x, y + 5), ValueError, "not one of the 3 classes"),
    ]


def number_metric(name):
    make = getattr(train, name)
    return [(lambda: make().update(x, y), pynn.ShapeError, r"\(8, 3\).*\(8,\)")]


def find_lr(batches=((x, y),), **options):
    made = model()
    return train.find_lr(made, batches, optimizer=made.optimizer, loss=nn.CrossEntropyLoss(), **options)


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
        (lambda: model(accumulate=0), ValueError, "compile.*accumulate.*0"),
        (lambda: model(clip_norm="a"), TypeError, "compile.*clip_norm.*'a'"),
        (lambda: model(clip_value=0), ValueError, "compile.*clip_value.*0"),
        (lambda: model(gradient_noise=-1), ValueError, "compile.*gradient_noise.*-1"),
        (lambda: model(precision="half"), ValueError, "compile.*precision.*'half'"),
        (lambda: model(loss_weights=[1.0]), ValueError, "loss_weights"),
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
        (lambda: fit(initial_epoch=-1), ValueError, "fit.*initial_epoch.*-1"),
        (lambda: fit(steps_per_epoch=0), ValueError, "fit.*steps.*0"),
        (lambda: fit(validation_data=(x, y), validation_steps=0), ValueError, "fit.*steps.*0"),
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
    "pynn.nn.Module.find_lr": [
        (lambda: nn.Linear(1, 1).find_lr(x, y), RuntimeError, "Linear.find_lr.*compile"),
        (lambda: model().find_lr(x, y[:5]), ValueError, "find_lr.*8.*5"),
        (lambda: model().find_lr(x, y, end_lr=1e-9), ValueError, "find_lr.*end_lr.*1e-09"),
    ],
    "pynn.nn.Module.check": [
        (lambda: nn.Linear(1, 1).check(x, y), RuntimeError, "Linear.check.*compile"),
        (lambda: model().check(3, y), (TypeError, ValueError), "int|3"),
        (lambda: model().check(x), ValueError, "check.*y"),
        (lambda: model().check(pynn.ones(8, 4), y), pynn.ShapeError, r"Linear.*\(8, 4\)"),
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
        (
            lambda: model().summary((None, 4), (None, 3)),
            TypeError,
            r"summary\(\[\(None, 4\), \(None, 3\)\]\)",
        ),
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
    "pynn.train.ConfusionMatrix": [
        *class_metric("ConfusionMatrix"),
        (lambda: train.ConfusionMatrix(ignore_index=0.5), TypeError, "ConfusionMatrix.*ignore_index.*0.5"),
        (lambda: train.ConfusionMatrix().plot(), ValueError, "ConfusionMatrix.plot.*nothing"),
    ],
    "pynn.train.IoU": class_metric("IoU"),
    "pynn.train.ROCAUC": areas("ROCAUC"),
    "pynn.train.PRAUC": areas("PRAUC"),
    "pynn.train.Perplexity": [
        (lambda: train.Perplexity(ignore_index=0.5), TypeError, "Perplexity.*ignore_index.*0.5"),
        (lambda: train.Perplexity().update(x, x), pynn.ShapeError, r"perplexity.*\(8, 3\)"),
    ],
    "pynn.train.MeanAbsoluteError": number_metric("MeanAbsoluteError"),
    "pynn.train.MeanSquaredError": number_metric("MeanSquaredError"),
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
    "pynn.train.BackupAndRestore": [
        (lambda: train.BackupAndRestore(3), TypeError, "BackupAndRestore.*path.*3"),
        (lambda: train.BackupAndRestore("a", save_freq="batch"), ValueError, "save_freq.*'batch'"),
        (lambda: train.BackupAndRestore("a", save_freq=0), ValueError, "save_freq.*0"),
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
    "pynn.train.ReduceLROnPlateau": [
        (lambda: train.ReduceLROnPlateau(factor=1.0), ValueError, "ReduceLROnPlateau.*factor.*1.0"),
        (lambda: train.ReduceLROnPlateau(mode="low"), ValueError, "ReduceLROnPlateau.*'low'"),
        (lambda: train.ReduceLROnPlateau(patience=1.5), TypeError, "ReduceLROnPlateau.*patience.*1.5"),
        (lambda: train.ReduceLROnPlateau(min_lr=-1.0), ValueError, "ReduceLROnPlateau.*min_lr.*-1"),
        (lambda: fit(callbacks=[train.ReduceLROnPlateau("val_los")]), ValueError, "'val_los'.*loss"),
    ],
    "pynn.train.find_lr": [
        (lambda: find_lr(start_lr=0.0), ValueError, "find_lr.*start_lr.*0.0"),
        (lambda: find_lr(end_lr="a"), TypeError, "find_lr.*end_lr.*'a'"),
        (lambda: find_lr(steps=2), ValueError, "find_lr.*steps.*2"),
        (lambda: find_lr(smoothing=1.0), ValueError, "find_lr.*smoothing.*1.0"),
        (lambda: find_lr([]), ValueError, "find_lr.*no batches"),
    ],
    "pynn.train.LearningRateCurve": [
        (lambda: train.LearningRateCurve([0.1, 1.0], [2.0]), ValueError, "LearningRateCurve.*2.*1"),
    ],
    "pynn.train.MaxNorm": [
        (lambda: train.MaxNorm(0.0), ValueError, "MaxNorm.*max_norm.*0"),
        (lambda: train.MaxNorm(layers="fc"), TypeError, "MaxNorm.*layers.*'fc'"),
        (lambda: fit(callbacks=[train.MaxNorm(layers=["nowhere"])]), AttributeError, "nowhere"),
    ],
    "pynn.train.WeightAverage": [(lambda: train.WeightAverage(3), TypeError, "argument")],
    "pynn.train.EMA": [
        (lambda: train.EMA(1.5), ValueError, "EMA.*decay.*1.5"),
        (lambda: train.EMA("a"), TypeError, "EMA.*decay.*'a'"),
    ],
    "pynn.train.SWA": [
        (lambda: train.SWA(-1), ValueError, "SWA.*start_epoch.*-1"),
        (lambda: train.SWA(batches=3), TypeError, "SWA.*batches.*3"),
    ],
    "pynn.train.update_bn": [
        (lambda: train.update_bn(3, model()), TypeError, "update_bn.*loader.*3"),
    ],
    "pynn.train.TensorBoard": [
        (lambda: train.TensorBoard(3), TypeError, "TensorBoard.*path.*3"),
        (lambda: train.TensorBoard("logs", every=-1), ValueError, "TensorBoard.*every.*-1"),
        (lambda: train.TensorBoard("logs", histograms=0.5), TypeError, "TensorBoard.*histograms.*0.5"),
    ],
    "pynn.train.EnergyMeter": [
        (lambda: train.EnergyMeter("France"), ValueError, "EnergyMeter.*country.*'France'"),
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
    "pynn.train.Doctor": [(lambda: train.Doctor(3, 4), TypeError, "argument")],
    "pynn.train.Finding": [(lambda: train.Finding("nan"), TypeError, "argument")],
    "pynn.train.Diagnosis": [(lambda: train.Diagnosis([3]), TypeError, "Diagnosis.*int")],
    "pynn.train.watch": [
        (lambda: train.watch(3, 4).__enter__(), TypeError, "watch.*int"),
        (lambda: train.watch(model(), "adam").__enter__(), TypeError, "watch.*Optimizer.*str"),
    ],
    "pynn.train.History": [(lambda: fit(epochs=0)["accuracy"], KeyError, "accuracy")],
}
