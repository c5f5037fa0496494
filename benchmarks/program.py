"""What a contender makes of a workload: something to run, and a way to read its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


class UnsupportedError(Exception):
    """The contender has no way to do this workload; the message says why."""


def fitting(classifier: Any, workload: Any) -> Callable[[], float]:
    """Fits a classifier of scikit-learn's interface anew; gives the part of those held out that it knows."""
    x, x_test, y, y_test = workload.data()
    return lambda: classifier.fit(x, y).score(x_test, y_test)


def nothing_to_wait_for(result: Any) -> None:
    """For libraries that have finished when the call returns."""


@dataclass(frozen=True)
class Program:
    """One unit of work: `run()` does it once more, `wait(result)` blocks until it is done."""

    run: Callable[[], Any]
    to_numpy: Callable[[Any], np.ndarray] = np.asarray
    wait: Callable[[Any], None] = nothing_to_wait_for
    note: str = ""  # a difference that a reader of the table must know
