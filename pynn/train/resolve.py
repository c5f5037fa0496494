"""From names to objects: `compile("adam", "cross_entropy", ["accuracy"])`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pynn import nn, optim
from pynn.nn import functional as F

from . import metrics as M
from .confusion import F1, ConfusionMatrix, IoU, Precision, Recall
from .errors import MeanAbsoluteError, MeanSquaredError, R2Score, RootMeanSquaredError
from .metrics import Metric
from .outputs import LossOfOutput, LossPerOutput, MetricOfOutput
from .perplexity import Perplexity
from .ranking import PRAUC, ROCAUC

OPTIMIZERS: dict[str, type[optim.Optimizer]] = {
    "sgd": optim.SGD,
    "adagrad": optim.Adagrad,
    "adadelta": optim.Adadelta,
    "rmsprop": optim.RMSprop,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
    "adamax": optim.Adamax,
    "nadam": optim.NAdam,
    "radam": optim.RAdam,
    "lion": optim.Lion,
}
LOSSES: dict[str, Callable[..., Any]] = {
    "mse": F.mse_loss,
    "mse_loss": F.mse_loss,
    "mean_squared_error": F.mse_loss,
    "mae": F.l1_loss,
    "l1": F.l1_loss,
    "l1_loss": F.l1_loss,
    "mean_absolute_error": F.l1_loss,
    "huber": F.huber_loss,
    "smooth_l1": F.smooth_l1_loss,
    "cross_entropy": F.cross_entropy,
    "crossentropy": F.cross_entropy,
    "nll": F.nll_loss,
    "bce": F.binary_cross_entropy,
    "binary_cross_entropy": F.binary_cross_entropy,
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "kl_div": F.kl_div,
}
METRICS: dict[str, Callable[[], Metric]] = {
    "accuracy": M.Accuracy,
    "acc": lambda: M.Accuracy(name="acc"),
    "binary_accuracy": lambda: M.Accuracy(name="binary_accuracy"),
    "categorical_accuracy": lambda: M.Accuracy(name="categorical_accuracy"),
    "sparse_categorical_accuracy": lambda: M.Accuracy(name="sparse_categorical_accuracy"),
    "top3": lambda: M.TopKAccuracy(3),
    "top5": M.TopKAccuracy,
    "precision": Precision,
    "recall": Recall,
    "f1": F1,
    "auc": lambda: ROCAUC(name="auc"),
    "roc_auc": ROCAUC,
    "pr_auc": PRAUC,
    "iou": IoU,
    "confusion_matrix": ConfusionMatrix,
    "perplexity": Perplexity,
    "mae": MeanAbsoluteError,
    "mean_absolute_error": lambda: MeanAbsoluteError("mean_absolute_error"),
    "mse": MeanSquaredError,
    "mean_squared_error": lambda: MeanSquaredError("mean_squared_error"),
    "rmse": RootMeanSquaredError,
    "r2": R2Score,
}
# Keras's names of losses over probabilities; ours take logits, so the model must change with the name.
KERAS_LOSSES = {
    "sparse_categorical_crossentropy": "cross_entropy",
    "categorical_crossentropy": "cross_entropy",
    "binary_crossentropy": "bce_with_logits",
}


def find_optimizer(optimizer: Any, model: nn.Module) -> optim.Optimizer:
    """An optimizer from a name, a class or itself."""
    if isinstance(optimizer, optim.Optimizer):
        return optimizer
    if isinstance(optimizer, str):
        optimizer = _look_up("optimizer", optimizer, OPTIMIZERS)
    if isinstance(optimizer, type) and issubclass(optimizer, optim.Optimizer):
        make_optimizer: Callable[..., optim.Optimizer] = optimizer  # a subclass has defaults of its own
        return make_optimizer(model)
    raise TypeError(
        f"compile: optimizer is a name, an Optimizer or its class, got {optimizer!r}. "
        "Did you mean pynn.optim.Adam(model.parameters(), lr=...)?"
    )


def find_loss(loss: Any, weights: Any = None) -> Callable[..., Any]:
    """A loss from a name, a loss module, its class, or itself; or one for each output of a model."""
    if isinstance(loss, (Mapping, list, tuple)):
        by_key = loss if isinstance(loss, Mapping) else dict(enumerate(loss))
        if isinstance(weights, (list, tuple)):
            weights = dict(enumerate(weights))
        if not by_key or not (weights is None or isinstance(weights, Mapping)):
            raise TypeError(
                "compile: loss and loss_weights of several outputs are dictionaries or lists, got "
                f"{loss!r} and {weights!r}"
            )
        return LossPerOutput({key: find_loss(one) for key, one in by_key.items()}, weights)
    if weights is not None:
        raise ValueError("compile: loss_weights go with a loss for each output, as in loss={'a': 'mse', ...}")
    if isinstance(loss, str):
        if loss in KERAS_LOSSES:
            raise ValueError(
                f"loss {loss!r} is of probabilities in Keras; pynn's {KERAS_LOSSES[loss]!r} takes logits, "
                "which is stable. Leave out the last softmax or sigmoid and compile with "
                f"loss={KERAS_LOSSES[loss]!r}."
            )
        found: Callable[..., Any] = _look_up("loss", loss, LOSSES)
        return found
    if isinstance(loss, type) and issubclass(loss, nn.Module):
        return loss()
    if not callable(loss):
        raise TypeError(f"compile: loss is a name or a function of (outputs, targets), got {loss!r}")
    return loss


def find_metrics(metrics: Any, loss: Callable[..., Any]) -> list[Metric]:
    """Metric objects from names, classes, functions of (outputs, targets), or themselves."""
    found: list[Metric] = []
    if isinstance(loss, LossPerOutput):
        found = [LossOfOutput(loss, key) for key in loss.losses]
    if isinstance(metrics, Mapping):
        for key, some in metrics.items():
            of = loss.losses.get(key, loss) if isinstance(loss, LossPerOutput) else loss
            found += [MetricOfOutput(_find_metric(metric, of), key) for metric in _as_list(some)]
    else:
        found += [_find_metric(metric, loss) for metric in _as_list(metrics)]
    names = [metric.name for metric in found]
    if len({*names, "loss"}) <= len(names):
        raise ValueError(
            f"compile: metrics need different names, none of them 'loss'; got {', '.join(names)}"
        )
    return found


def _as_list(metrics: Any) -> list[Any]:
    if metrics is None:
        return []
    if isinstance(metrics, (str, Metric)) or callable(metrics):
        return [metrics]
    if isinstance(metrics, Mapping) or not isinstance(metrics, Iterable):
        raise TypeError(
            "compile: metrics is a list, or a dictionary of lists for several outputs, "
            f"got {type(metrics).__name__}"
        )
    return list(metrics)


def _find_metric(metric: Any, loss: Callable[..., Any]) -> Metric:
    if isinstance(metric, str):
        metric = _look_up("metric", metric, METRICS)()
    elif isinstance(metric, type) and issubclass(metric, Metric):
        make_metric: Callable[..., Metric] = metric  # a subclass names itself
        metric = make_metric()
    elif not isinstance(metric, Metric):
        if not callable(metric):
            raise TypeError(f"compile: a metric is a name, a Metric or a function, got {metric!r}")
        metric = M.Mean(metric)
    if isinstance(metric, M.ClassMetric) and _takes_logits(loss) and metric.threshold is None:
        metric.threshold = 0.0
    return metric


def _takes_logits(loss: Callable[..., Any]) -> bool:
    return loss is F.binary_cross_entropy_with_logits or isinstance(loss, nn.BCEWithLogitsLoss)


def _look_up(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name.lower() in known:
        return known[name.lower()]
    close = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"no {kind} is called {name!r}; there are {', '.join(known)}.{hint}")
