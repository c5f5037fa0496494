"""From names to objects: `compile("adam", "cross_entropy", ["accuracy"])`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pynn import nn, optim
from pynn.nn import functional as F

from . import metrics as M
from .confusion import F1, Precision, Recall
from .metrics import Metric

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
    "top5": M.TopKAccuracy,
    "precision": Precision,
    "recall": Recall,
    "f1": F1,
    "mae": lambda: M.Mean(M.mean_absolute_error, "mae"),
    "mse": lambda: M.Mean(M.mean_squared_error, "mse"),
    "rmse": M.RootMeanSquaredError,
    "r2": M.R2Score,
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


def find_loss(loss: Any) -> Callable[..., Any]:
    """A loss function from a name, a loss module, its class, or itself."""
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
    if metrics is None:
        return []
    if isinstance(metrics, (str, Metric)) or callable(metrics):
        metrics = [metrics]
    if isinstance(metrics, Mapping) or not isinstance(metrics, Iterable):
        raise TypeError(f"compile: metrics is a list, got {type(metrics).__name__}")
    found = []
    for metric in metrics:
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
        found.append(metric)
    names = [metric.name for metric in found]
    if len({*names, "loss"}) <= len(names):
        raise ValueError(
            f"compile: metrics need different names, none of them 'loss'; got {', '.join(names)}"
        )
    return found


def _takes_logits(loss: Callable[..., Any]) -> bool:
    return loss is F.binary_cross_entropy_with_logits or isinstance(loss, nn.BCEWithLogitsLoss)


def _look_up(kind: str, name: str, known: Mapping[str, Any]) -> Any:
    if name.lower() in known:
        return known[name.lower()]
    close = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"no {kind} is called {name!r}; there are {', '.join(known)}.{hint}")
