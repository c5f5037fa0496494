"""bfloat16 in NumPy, which has none: values of float32 that a bfloat16 can hold."""

from __future__ import annotations

import numpy as np


def to_bfloat16(values: np.ndarray) -> np.ndarray:
    """The nearest values with 8 significant bits, ties to even; as float32. By arithmetic, not by bits."""
    with np.errstate(over="ignore", invalid="ignore"):
        x = np.asarray(values, np.float32).astype(np.float64)
        y = np.rint(x / ulp(x)) * ulp(x)
        return np.where(np.isfinite(x), np.where(np.abs(y) >= 2.0**128, np.sign(x) * np.inf, y), x).astype(
            np.float32
        )


def ulp(values: np.ndarray) -> np.ndarray:
    """The distance from one bfloat16 to the next at these values."""
    x = np.abs(np.nan_to_num(np.asarray(values, np.float64), nan=1.0, posinf=1.0, neginf=1.0))
    _, exponent = np.frexp(np.maximum(x, 2.0**-126))
    return np.ldexp(1.0, exponent - 8)


def assert_within_ulp(got: np.ndarray, want: np.ndarray, what: str = "", absolute: float = 0.0) -> None:
    """Equal to `want`, rounded to bfloat16, but for one unit in the last place, and for `absolute`."""
    got, want = np.asarray(got, np.float64), to_bfloat16(want).astype(np.float64)
    assert got.shape == want.shape, f"{what}: shape {got.shape}, expected {want.shape}"
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    with np.errstate(invalid="ignore"):
        near = np.abs(got - want) <= ulp(want) + absolute
    assert (same | near).all(), f"{what}: got {got[~(same | near)]}, expected {want[~(same | near)]}"
