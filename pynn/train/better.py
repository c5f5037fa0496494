"""Which way a recorded value is better."""

from __future__ import annotations

SCORES = {"precision", "recall", "f1", "r2", "auc", "iou"}


def larger_is_better(name: str) -> bool:
    """Whether a metric of this name rises as the model gets better."""
    words = name.removeprefix("val_").lower().split("_")
    return "acc" in name or not SCORES.isdisjoint(words)
