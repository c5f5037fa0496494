"""Numbers: what a tensor held at one moment, all of it if it is small, a picture and a summary if not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor

PICTURE = 24  # a heat map has at most this many rows and columns


@dataclass(frozen=True)
class Numbers:
    """What a tensor held at one moment.

    Attributes:
        shape: its sizes.
        dtype: its type, such as ``"float32"``.
        nbytes: how much memory its elements take.
        low: the least finite element.
        high: the greatest finite element.
        mean: the mean of the finite elements.
        std: their standard deviation.
        nan: how many elements are NaN.
        inf: how many are infinite.
        zero: how many are exactly 0.
        values: all elements, if there are few.
        picture: otherwise a matrix of block means, at most 24 x 24, the last axis running to the right.
    """

    shape: tuple[int, ...]
    dtype: str
    nbytes: int
    low: float = math.nan
    high: float = math.nan
    mean: float = math.nan
    std: float = math.nan
    nan: int = 0
    inf: int = 0
    zero: int = 0
    values: np.ndarray | None = None
    picture: np.ndarray | None = None

    @property
    def size(self) -> int:
        """How many elements."""
        return math.prod(self.shape)

    @property
    def span(self) -> str:
        """As short as can be: the numbers themselves if there are few, else the least and the greatest."""
        if self.size <= 4 or math.isnan(self.mean):
            return self.summary
        odd = "".join(f", {n} {name}" for name, n in (("NaN", self.nan), ("inf", self.inf)) if n)
        return f"{short(self.low)} … {short(self.high)}{odd}"

    @property
    def summary(self) -> str:
        """One line: the number itself, or range, mean and spread, and whatever is not finite."""
        if self.size == 0:
            return "empty"
        if self.size == 1 and self.values is not None:
            return short(self.values.reshape(-1)[0])
        if self.values is not None and self.size <= 4:
            return "[" + ", ".join(short(v) for v in self.values.reshape(-1)) + "]"
        parts = []
        if not math.isnan(self.mean):
            parts.append(
                f"{short(self.low)} … {short(self.high)}, mean {short(self.mean)} ± {short(self.std)}"
            )
        if self.zero:
            parts.append(f"{self.zero / self.size:.0%} zero")
        parts += [f"{count} {name}" for name, count in (("NaN", self.nan), ("inf", self.inf)) if count]
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.dtype} {self.shape}: {self.summary}"


def short(value: Any) -> str:
    """A number in four significant digits."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return f"{float(value):.4g}"


def array_of(tensor: Tensor) -> np.ndarray:
    """The elements of a tensor of any type, on its own memory where NumPy knows the type."""
    plain = tensor.float() if tensor.dtype == _core.bfloat16 else tensor
    return np.asarray(_core.to_numpy(plain.detach()))


def numbers_of(tensor: Tensor | np.ndarray, most: int, dtype: str | None = None) -> Numbers:
    """A snapshot of a tensor; all its elements are kept if there are at most `most`."""
    array = array_of(tensor) if isinstance(tensor, Tensor) else tensor
    name = dtype or (str(tensor.dtype) if isinstance(tensor, Tensor) else str(array.dtype))
    name = name.removeprefix("pynn.")
    size, nbytes = array.size, array.size * (2 if name == "bfloat16" else array.itemsize)
    if size == 0:
        return Numbers(array.shape, name, 0, values=array.copy())
    floats = array.astype(np.float64, copy=False)
    finite = floats if array.dtype.kind != "f" else floats[np.isfinite(floats)]
    facts: dict[str, Any] = {}
    if finite.size:
        facts = {
            "low": float(finite.min()),
            "high": float(finite.max()),
            "mean": float(finite.mean()),
            "std": float(finite.std()),
        }
    if finite.size < size:
        nan = int(np.isnan(floats).sum())
        facts |= {"nan": nan, "inf": size - finite.size - nan}
    facts["zero"] = size - int(np.count_nonzero(array))
    if size <= most:
        facts["values"] = array.copy()
    else:
        facts["picture"] = picture_of(floats)
    return Numbers(array.shape, name, nbytes, **facts)


def picture_of(array: np.ndarray) -> np.ndarray:
    """Means over blocks of the array seen as a matrix, at most PICTURE x PICTURE of them."""
    matrix = array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)
    for axis in (0, 1):
        size = matrix.shape[axis]
        if size > PICTURE:
            starts = np.arange(PICTURE) * size // PICTURE
            lengths = np.diff([*starts, size])
            sums = np.add.reduceat(matrix, starts, axis=axis)
            matrix = sums / (lengths[:, None] if axis == 0 else lengths)
    return matrix
