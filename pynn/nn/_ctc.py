"""The loss of labels without times: connectionist temporal classification."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import ShapeError, Tensor, ops

from ._loss_parts import reduce

__all__ = ["ctc_loss"]

_ctc_loss = ops.ctc_loss


def ctc_loss(
    log_probs: Tensor,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """How unlikely labels are whose times are not known: -ln p, over all ways to spread them over the steps.

    At every step the network names a label or says nothing, the blank. A way to spread is read by dropping
    repetitions, then blanks: "-hh-e-l-ll-o" says "hello". All ways that say the target add up to p.

    Args:
        log_probs: `(T, N, C)`, or `(T, C)` for one sequence: log-probabilities of the classes at every step,
            as `log_softmax` gives. Time comes first, as in PyTorch: `x.log_softmax(-1).transpose(0, 1)`.
        targets: `(N, S)` labels, padded with anything; or all in a row, `(sum of target_lengths,)`.
            No label is the blank.
        input_lengths: `(N,)`, how many steps each sequence has; integers, a list or a tensor.
        target_lengths: `(N,)`, how many labels each target has.
        blank: the class that says nothing.
        reduction: "mean" divides each loss by the number of labels (at least 1), then takes the mean of the
            batch; "sum" or "none".
        zero_infinity: count a target that does not fit into its steps as 0, without a gradient. It is
            infinite otherwise, and its gradient NaN. Equal labels side by side need a blank between them, and
            a step for it.

    Shape:
        `()`, or for "none" `(N,)`.

    The gradient is the one by log_probs as they are. PyTorch adds the softmax to it, which log_softmax takes
    off again: by the scores, both are equal.

    Raises:
        ShapeError: shapes do not fit.
        IndexError: a label is the blank, or not one of 0 to C - 1.
        ValueError: a length is beyond what there is.

    Source: Graves et al. 2006, Connectionist temporal classification: labelling unsegmented sequence data
    with recurrent neural networks, ICML.

    Example:
        >>> import pynn
        >>> import pynn.nn.functional as F
        >>> even = pynn.zeros(2, 1, 2).log_softmax(-1)  # two steps: a blank or a label, by chance
        >>> round(F.ctc_loss(even, [[1]], [2], [1]).exp().item(), 4)  # "1-", "-1" and "11", of four
        1.3333
    """
    owner = "ctc_loss"
    x = _check.tensor(owner, "log_probs", log_probs)
    one = x.ndim == 2
    if one:
        x = x.unsqueeze(1)
    if x.ndim != 3:
        raise ShapeError(f"{owner}: log_probs must be (T, N, C) or (T, C), got {tuple(log_probs.shape)}")
    n = x.shape[1]
    steps = _integers("input_lengths", input_lengths, one)
    counts = _integers("target_lengths", target_lengths, one)
    labels = _padded(_integers("targets", targets, False), counts, one, n)
    blank = _check.integer(owner, "blank", blank)
    given = [_core.from_numpy(part) for part in (labels, steps, counts)]
    each = _ctc_loss(x, given[0], given[1], given[2], blank, bool(zero_infinity))
    if reduction == "mean":
        return (each / _core.from_numpy(np.maximum(counts, 1)).to(each.dtype)).mean()
    return reduce(owner, each.squeeze(0) if one else each, reduction)


def _integers(name: str, given: Any, scalar: bool) -> np.ndarray:
    """What is given as whole numbers; of one sequence, a length may be a single number."""
    try:
        numbers = np.asarray(given.numpy() if isinstance(given, Tensor) else given)
    except ValueError:
        numbers = np.empty(0, object)
    if numbers.dtype.kind not in "iu" and (numbers.size or numbers.dtype.kind != "f"):
        raise TypeError(f"ctc_loss: {name} must be integers, got {given!r}")
    numbers = numbers.astype(np.int64)
    return numbers.reshape(1) if scalar and numbers.ndim == 0 else numbers


def _padded(labels: np.ndarray, counts: np.ndarray, one: bool, n: int) -> np.ndarray:
    """Targets as `(N, S)`, however they were given."""
    if counts.shape != (n,):
        raise ShapeError(
            f"ctc_loss: target_lengths must be ({n},), one for each sequence, got {counts.shape}"
        )
    if labels.ndim == 2:
        return labels
    if labels.ndim != 1:
        raise ShapeError(f"ctc_loss: targets must be (N, S), or all labels in a row, got {labels.shape}")
    if one:
        return labels[None]
    if counts.sum() != len(labels) or (counts < 0).any():
        raise ShapeError(
            f"ctc_loss: targets in a row must be as many as target_lengths add up to, {counts.sum()}; got "
            f"{labels.shape}. Did you mean targets of shape (N, S)?"
        )
    padded = np.zeros((n, counts.max(initial=0)), np.int64)
    padded[np.arange(padded.shape[1]) < counts[:, None]] = labels
    return padded
