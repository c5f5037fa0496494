"""The ops that the suite drives, and their samples (`pynn.explanation.samples` reads the text of one)."""

from __future__ import annotations

from typing import Any

import pynn
from pynn.explanation.samples import Sample, samples_of


def ops() -> tuple[Any, ...]:
    """Every registered op."""
    return pynn._core.registry()


def ops_by_name() -> dict[str, Any]:
    """Every registered op under its name."""
    return {op.name: op for op in ops()}


def all_samples() -> list[Sample]:
    """The samples of every op that has a reference."""
    return [sample for op in ops() if op.reference for sample in samples_of(op)]
