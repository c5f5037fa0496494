"""How near is near enough."""

from __future__ import annotations

import numpy as np

# Relative, and absolute for results that are differences of larger numbers.
TOLERANCES = {np.dtype(np.float64): (1e-9, 1e-11), np.dtype(np.float32): (2e-5, 1e-5)}


def assert_close(got: np.ndarray, want: np.ndarray, what: str = "") -> None:
    """Equal shapes, and equal values: exactly for integers and bools, within tolerance for floats.

    `want` may have more digits than `got`; it is rounded to what `got` can hold.
    """
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, f"{what}: shape {got.shape}, expected {want.shape}"
    if got.dtype.kind != "f":
        np.testing.assert_array_equal(got, want, err_msg=what)
        return
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        want = want.astype(got.dtype)
    rtol, atol = TOLERANCES[got.dtype]
    np.testing.assert_allclose(got, want, rtol=rtol, atol=atol, err_msg=what)
