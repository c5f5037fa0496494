"""Training: Keras's verbs on every Module, and the loop behind them."""

from pynn.nn import module as _module

from .averaging import EMA, SWA, WeightAverage, update_bn
from .backup import BackupAndRestore
from .callbacks import Callback, LambdaCallback, TerminateOnNaN
from .confusion import F1, ConfusionMatrix, IoU, Precision, Recall
from .doctor import Diagnosis, Doctor, Finding, watch
from .energy import EnergyMeter
from .errors import MeanAbsoluteError, MeanSquaredError, R2Score, RootMeanSquaredError
from .history import History
from .loggers import CSVLogger, ProgressTable
from .loop import evaluate, fit
from .lr_finder import LearningRateCurve, find_lr
from .metrics import Accuracy, Mean, Metric, TopKAccuracy
from .more_verbs import MoreVerbs
from .perplexity import Perplexity
from .ranking import PRAUC, ROCAUC
from .rates import LearningRateSchedule, LearningRateScheduler
from .regularization import MaxNorm
from .tensorboard import TensorBoard
from .verbs import TrainingVerbs
from .watching import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

for _name, _value in [*vars(MoreVerbs).items(), *vars(TrainingVerbs).items()]:
    if not _name.startswith("__"):
        setattr(_module.TrainingVerbs, _name, _value)

__all__ = [
    "EMA",
    "F1",
    "PRAUC",
    "ROCAUC",
    "SWA",
    "Accuracy",
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "ConfusionMatrix",
    "Diagnosis",
    "Doctor",
    "EarlyStopping",
    "EnergyMeter",
    "Finding",
    "History",
    "IoU",
    "LambdaCallback",
    "LearningRateCurve",
    "LearningRateSchedule",
    "LearningRateScheduler",
    "MaxNorm",
    "Mean",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "ModelCheckpoint",
    "Perplexity",
    "Precision",
    "ProgressTable",
    "R2Score",
    "Recall",
    "ReduceLROnPlateau",
    "RootMeanSquaredError",
    "TensorBoard",
    "TerminateOnNaN",
    "TopKAccuracy",
    "WeightAverage",
    "evaluate",
    "find_lr",
    "fit",
    "update_bn",
    "watch",
]
