"""Who computes something else is not a contender: results are compared with a float64 reference."""

from __future__ import annotations

import numpy as np

from .contenders.numpy_ import Numpy
from .program import Program
from .roofline import one_blas_thread
from .workloads import Workload


class DisagreementError(Exception):
    """The contender's numbers are not the reference's."""


def results(program: Program, runs: int) -> np.ndarray:
    """What the first runs give: the losses of a training, or the value of an operation."""
    return np.stack([np.asarray(program.to_numpy(program.run()), dtype=np.float64) for _ in range(runs)])


def reference(workload: Workload) -> np.ndarray:
    """The same work in float64, by NumPy."""
    if workload.kind == "estimator":  # of seeds of its own: what all of them reach
        return workload.expected()
    numpy = Numpy(threads=1)
    if workload.kind == "op":
        function = numpy.op_function(workload)
        return np.asarray(function(*[a.astype(np.float64) for a in workload.arrays()]))[None]
    make = getattr(numpy, workload.kind)
    with one_blas_thread():  # beside other processes, many small products on several would take minutes
        return results(make(workload, check=True, dtype=np.float64), workload.checked_runs)


def require_agreement(workload: Workload, got: np.ndarray, want: np.ndarray) -> None:
    """Raise DisagreementError unless `got` is within the workload's tolerance of `want`."""
    if got.shape != want.shape:
        raise DisagreementError(f"result of shape {got.shape[1:]}, expected {want.shape[1:]}")
    difference = float(np.max(np.abs(got - want)) / np.max(np.abs(want)))
    if not difference <= workload.tolerance:  # also true of NaN
        raise DisagreementError(f"off by {difference:.1e}, more than {workload.tolerance:.0e}")
