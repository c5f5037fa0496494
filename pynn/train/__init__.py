"""Training: Keras's verbs on every Module, and the loop behind them."""

from pynn.nn import module as _module

from .callbacks import (
    Callback,
    EarlyStopping,
    LambdaCallback,
    LearningRateSchedule,
    LearningRateScheduler,
    ModelCheckpoint,
    TerminateOnNaN,
)
from .confusion import F1, Precision, Recall
from .history import History
from .loggers import CSVLogger, ProgressTable
from .loop import evaluate, fit
from .metrics import Accuracy, Mean, Metric, R2Score, RootMeanSquaredError, TopKAccuracy
from .verbs import TrainingVerbs

for _name, _value in vars(TrainingVerbs).items():
    if not _name.startswith("__"):
        setattr(_module.TrainingVerbs, _name, _value)

__all__ = [
    "F1",
    "Accuracy",
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateSchedule",
    "LearningRateScheduler",
    "Mean",
    "Metric",
    "ModelCheckpoint",
    "Precision",
    "ProgressTable",
    "R2Score",
    "Recall",
    "RootMeanSquaredError",
    "TerminateOnNaN",
    "TopKAccuracy",
    "evaluate",
    "fit",
]
