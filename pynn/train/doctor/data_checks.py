"""What can be wrong with inputs and targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pynn import nn
from pynn._core import Tensor
from pynn.nn import functional as F

from ..nested import leaves
from .finding import Finding
from .probe import Probe, array

LARGE = 20.0  # the root mean square of a feature; standardised ones have 1, pixels from 0 to 255 over 100
SMALL = 1e-3
RARE = 10.0  # samples of the commonest class to those of the rarest
FAR = 100.0  # the size of targets of a squared error


def kind_of(loss: Callable[..., Any]) -> str:
    """What the loss takes: logits, log probabilities, probabilities, numbers; "" if that is not known."""
    kinds: list[tuple[str, Any, Any]] = [
        ("logits", F.cross_entropy, nn.CrossEntropyLoss),
        ("log probabilities", F.nll_loss, nn.NLLLoss),
        ("probabilities", F.binary_cross_entropy, nn.BCELoss),
        ("binary logits", F.binary_cross_entropy_with_logits, nn.BCEWithLogitsLoss),
        ("numbers", F.mse_loss, nn.MSELoss),
    ]
    for kind, function, module in kinds:
        if loss is function or isinstance(loss, module):
            return kind
    return ""


def inputs(x: Any, probe: Probe) -> Iterator[Finding]:
    """Inputs that are far from the size that weights are made for."""
    layers = probe.layers()
    if layers and ("Norm" in type(layers[0].module).__name__ or isinstance(layers[0].module, nn.Embedding)):
        return  # it scales them itself
    for leaf in leaves(x):
        if not isinstance(leaf, Tensor) or not leaf.is_floating_point() or not leaf.numel():
            continue
        values = array(leaf)
        sizes = np.sqrt((values**2).mean(0)) if values.ndim == 2 else np.sqrt((values**2).mean())
        largest = float(np.max(sizes))
        advice = (
            "Scale them: pynn.data.StandardScaler, fitted on the training data alone; divide pixels by 255."
        )
        if largest > LARGE:
            which = f"feature {int(np.argmax(sizes))} is" if np.ndim(sizes) else "they are"
            yield Finding(
                "unscaled-inputs",
                f"The inputs run from {values.min():.4g} to {values.max():.4g}; {which} {largest:.3g} in "
                "size (root of the mean square), where layers expect about 1.",
                advice,
            )
        elif 0 < largest < SMALL:
            yield Finding(
                "unscaled-inputs",
                f"The inputs are {largest:.2g} in size, so small that the first layer hardly sees them.",
                advice,
            )


def targets(y: Any, loss: Callable[..., Any]) -> Iterator[Finding]:
    """Targets of a squared error that are far from what an untrained model says."""
    if kind_of(loss) != "numbers" or not isinstance(y, Tensor) or not y.numel():
        return
    size = float(np.sqrt((array(y) ** 2).mean()))
    if size > FAR:
        yield Finding(
            "unscaled-targets",
            f"The targets are {size:.3g} in size (root of the mean square): an untrained model, which says "
            "about 0, has a loss and gradients in the square of that.",
            "Train on standardised targets, (y - mean) / std, and undo it in what the model predicts.",
        )


def labels(y: Any, outputs: Any, loss: Callable[..., Any]) -> Iterator[Finding]:
    """Class numbers that the model has no output for, and probabilities that are none."""
    kind = kind_of(loss)
    if not isinstance(y, Tensor) or not isinstance(outputs, Tensor) or not y.numel():
        return
    values = np.asarray(y)
    if kind in ("logits", "log probabilities") and not y.is_floating_point() and outputs.ndim > 1:
        classes = outputs.shape[1]
        if y.ndim == outputs.ndim and y.shape[1] == classes:
            return  # one-hot rows
        wrong = ((values < 0) | (values >= classes)) & (values != getattr(loss, "ignore_index", -100))
        if wrong.any():
            where = tuple(int(i) for i in np.argwhere(wrong)[0])
            yield Finding(
                "labels-out-of-range",
                f"Label {values[where]} at index {where}, and {int(wrong.sum())} in all, lie outside 0 to "
                f"{classes - 1}: the model has {classes} outputs.",
                "Number the classes from 0 (pynn.data.LabelEncoder), or give the model one output for each.",
            )
    elif kind in ("probabilities", "binary logits"):
        wrong = (values < 0) | (values > 1)
        if wrong.any():
            where = tuple(int(i) for i in np.argwhere(wrong)[0])
            yield Finding(
                "labels-out-of-range",
                f"Target {values[where]} at index {where}, and {int(wrong.sum())} in all, lie outside "
                "0 to 1.",
                "A binary cross-entropy takes 0 for no and 1 for yes. Labels -1 and 1 become (y + 1) / 2.",
            )


def balance(y: Any, loss: Callable[..., Any], weighs: bool) -> Iterator[Finding]:
    """Classes that come so rarely that a model may do well without them."""
    if weighs or not isinstance(y, Tensor) or getattr(loss, "weight", None) is not None:
        return
    kind, values = kind_of(loss), np.asarray(y)
    if kind in ("logits", "log probabilities") and values.ndim == 2 and values.shape[1] > 1:
        values = values.argmax(1)
    if not kind or kind == "numbers" or values.size != len(values) or len(values) < 50:
        return
    if kind in ("probabilities", "binary logits") and getattr(loss, "pos_weight", None) is not None:
        return
    found, counts = np.unique(values[values != getattr(loss, "ignore_index", -100)], return_counts=True)
    if len(found) > 1 and len(values) >= 20 * len(found) and counts.max() > RARE * counts.min():
        common, rare = found[counts.argmax()], found[counts.argmin()]
        yield Finding(
            "class-imbalance",
            f"Class {rare:g} has {counts.min()} of {len(values)} samples, class {common:g} has "
            f"{counts.max()}: who always says {common:g} is right in {counts.max() / len(values):.0%}.",
            "Pass class_weight to fit, or sample evenly (pynn.data.WeightedRandomSampler), and look at "
            "recall or F1 for each class instead of accuracy.",
        )
