"""Connectionist temporal classification in NumPy: probabilities, one state after the other."""

from __future__ import annotations

from typing import Any

import numpy as np


def _probability(p: np.ndarray, label: list[int], blank: int) -> float:
    """Of all paths together that say `label`. p: (T, C)."""
    states = [blank]
    for k in label:
        states += [k, blank]
    reached = {-1: 1.0}
    for now in p:
        after: dict[int, float] = {}
        for s, share in reached.items():
            for to in (s, s + 1, s + 2):
                if to < 0 or to >= len(states):
                    continue
                before = states[s] if s >= 0 else None
                if to < s + 2 or (states[to] != blank and states[to] != before):
                    after[to] = after.get(to, 0.0) + share * now[states[to]]
        reached = after
    ends = {len(states) - 1, len(states) - 2}
    return sum(share for s, share in reached.items() if s in ends)


def ctc(
    log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: int, zero_infinity: bool
) -> np.ndarray:
    """-ln of the probability of each target, (N,)."""
    found = []
    for i, (steps, count) in enumerate(zip(input_lengths, target_lengths, strict=True)):
        p = _probability(np.exp(log_probs[:steps, i]), list(targets[i][:count]), blank)
        found.append(-np.log(p) if p > 0 else 0.0 if zero_infinity else np.inf)
    return np.array(found)
