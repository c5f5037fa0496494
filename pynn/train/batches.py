"""What fit, evaluate and predict accept as data, made into something that yields batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from typing import Any

import numpy as np

from pynn import _check, data
from pynn._core import Tensor


def to_tensor(value: Any) -> Tensor:
    """A tensor as it is, anything else converted."""
    return data.dataset.as_tensor(value)


def make_batches(
    x: Any,
    y: Any,
    weights: Tensor | None,
    batch_size: int,
    shuffle: bool,
    seed: Any = None,
    verb: str = "fit",
) -> Iterable[Any]:
    """Batches `(inputs, targets)` from arrays, a dataset or a loader.

    Args:
        x: `(N, ...)` tensor or array; or a dataset, a DataLoader or any iterable of batches, and no `y`.
        y: `(N, ...)` targets.
        weights: `(N,)`, a third part of each batch.
        batch_size: samples in a batch.
        shuffle: new order in each epoch; a loader has its own.
        seed: of the order.
        verb: who asks, for messages.
    """
    _check.integer(verb, "batch_size", batch_size, 1)
    if isinstance(x, data.DataLoader):
        _no_targets(verb, x, y)
        return x
    if isinstance(x, (data.Dataset, data.IterableDataset)):
        _no_targets(verb, x, y)
        shuffle = shuffle and isinstance(x, data.Dataset)
        return data.DataLoader(x, batch_size, shuffle=shuffle, seed=seed)
    if isinstance(x, (Tensor, np.ndarray, list)) or y is not None:
        if y is None:
            raise ValueError(f"{verb}: the targets y are missing: {verb}(x, y), or {verb}(dataset)")
        x, y = to_tensor(x), to_tensor(y)
        if len(x) != len(y):
            raise ValueError(f"{verb}: x has {len(x)} samples and y has {len(y)}")
        if len(x) == 0:
            raise ValueError(f"{verb}: there are no samples")
        parts = (x, y) if weights is None else (x, y, weights)
        return data.DataLoader(data.TensorDataset(*parts), batch_size, shuffle=shuffle, seed=seed)
    if isinstance(x, Iterable):
        if not isinstance(x, Sized) and iter(x) is x:
            raise TypeError(
                f"{verb}: a generator is used up after one epoch; pass a DataLoader or a list of batches"
            )
        return x
    raise TypeError(f"{verb}: expected arrays, a dataset or a DataLoader, got {type(x).__name__}")


def hold_out(parts: Sequence[Any], fraction: float) -> tuple[Sequence[Any], Sequence[Any] | None]:
    """Keep the last samples back for validation, of `[x, y]` or `[x, y, weights]`: the rest, and those."""
    if not fraction:
        return parts, None
    if not 0 < _check.real("fit", "validation_split", fraction) < 1:
        raise ValueError(f"fit: validation_split must lie between 0 and 1, got {fraction!r}")
    if parts[1] is None:
        raise ValueError("fit: validation_split needs x and y as arrays; for a dataset pass validation_data")
    parts = [part if part is None else to_tensor(part) for part in parts]
    x, y = parts[:2]
    if len(x) != len(y):
        raise ValueError(f"fit: x has {len(x)} samples and y has {len(y)}")
    kept = int(len(x) * fraction)
    if kept in (0, len(x)):
        raise ValueError(f"fit: validation_split={fraction} of {len(x)} samples leaves one side empty")
    first = len(x) - kept
    return (
        [part if part is None else part[:first] for part in parts],
        [part if part is None else part[first:] for part in parts],
    )


def inputs_of(batch: Any) -> Any:
    """The inputs of a batch that may carry targets too."""
    return batch[0] if isinstance(batch, (tuple, list)) else batch


def count(batches: Iterable[Any]) -> int | None:
    """How many batches there are, if that is known."""
    try:
        return len(batches)  # type: ignore[arg-type]
    except TypeError:
        return None


def _no_targets(verb: str, x: Any, y: Any) -> None:
    if y is not None:
        raise ValueError(f"{verb}: a {type(x).__name__} brings its own targets; leave y out")
