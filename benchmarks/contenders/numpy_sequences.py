"""CTC loss and bags of table rows by hand, with their gradients: the reference for all contenders."""

from __future__ import annotations

import numpy as np


def ctc_and_gradient(
    scores: np.ndarray, labels: np.ndarray, steps: np.ndarray, counts: np.ndarray
) -> np.ndarray:
    """The mean over sequences of loss / labels, and its gradient for the scores, in one row."""
    shifted = scores - scores.max(-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    gradient, loss = np.zeros_like(scores), 0.0
    for n, (length, count) in enumerate(zip(steps, counts, strict=True)):
        one, occupied = ctc_of_one(log_p[:length, n], labels[n, :count])
        share = 1 / (count * len(steps))
        loss += one * share
        gradient[:length, n] = (np.exp(log_p[:length, n]) - occupied) * share
    return np.concatenate([[loss], gradient.ravel()])


def ctc_of_one(log_p: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """-log p(labels), and how probable each class is at each step, given the labels (Graves et al. 2006)."""
    states = np.zeros(2 * len(labels) + 1, int)  # blank, label, blank, label, ..., blank
    states[1::2] = labels
    may_skip = np.zeros(len(states), bool)  # the blank between two labels that differ
    may_skip[2:] = (states[2:] != 0) & (states[2:] != states[:-2])
    emitted = log_p[:, states]
    ahead = paths(emitted, may_skip)
    # Backwards in time is the same with everything turned round; a skip from i to i + 2 is one from i + 2.
    skip_back = np.zeros(len(states), bool)
    skip_back[:-2] = may_skip[2:]
    behind = paths(emitted[::-1, ::-1], skip_back[::-1])[::-1, ::-1]
    total = np.logaddexp.reduce(ahead[-1, -2:])
    occupied = np.zeros_like(log_p)
    for i, state in enumerate(states):
        occupied[:, state] += np.exp(ahead[:, i] + behind[:, i] - emitted[:, i] - total)
    return -total, occupied


def paths(emitted: np.ndarray, may_skip: np.ndarray) -> np.ndarray:
    """Log Σ p of all paths that are in state i at step t, and began in one of the first two states."""
    a = np.full(emitted.shape, -np.inf)
    a[0, :2] = emitted[0, :2]
    for t in range(1, len(a)):
        before = a[t - 1]
        reach = before.copy()
        reach[1:] = np.logaddexp(reach[1:], before[:-1])
        reach[2:] = np.where(may_skip[2:], np.logaddexp(reach[2:], before[:-2]), reach[2:])
        a[t] = reach + emitted[t]
    return a


def bags_and_gradient(places: np.ndarray, table: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """The means of rows, and the gradient for the table, in one row."""
    gradient = np.zeros_like(table)
    np.add.at(gradient, places.ravel(), np.repeat(dy / places.shape[1], places.shape[1], 0))
    return np.concatenate([table[places].mean(1).ravel(), gradient.ravel()])
