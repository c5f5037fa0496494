"""What fit, evaluate and predict accept as data, made into something that yields batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any

import numpy as np

from pynn import _check, data
from pynn._core import Tensor

from .nested import Columns, is_several, leaves, mapped, sizes
from .reading import Steps


def to_tensor(value: Any) -> Tensor:
    """A tensor as it is; an array, a list, a pandas frame or column converted."""
    return data.dataset.as_tensor(value)


def is_arrays(value: Any) -> bool:
    """Whether this is all samples at once rather than batches: an array, a frame, or several of them."""
    if is_several(value):
        found = list(leaves(value))
        return bool(found) and all(is_arrays(leaf) for leaf in found)
    if isinstance(value, list):
        return not (value and isinstance(value[0], tuple))  # those are batches
    return isinstance(value, (Tensor, np.ndarray)) or hasattr(value, "to_numpy")


def make_batches(
    x: Any,
    y: Any,
    weights: Tensor | None,
    batch_size: int,
    shuffle: bool,
    seed: Any = None,
    verb: str = "fit",
    steps: int | None = None,
    passes: int = 1,
    goes_on: bool = False,
    transform: Callable[..., Any] | None = None,
) -> Iterable[Any]:
    """Batches `(inputs, targets)` from arrays, a dataset, a loader or a generator.

    Args:
        x: `(N, ...)` tensor or array, or a tuple or dictionary of them; or, without `y`, a dataset, a
            DataLoader, any iterable of batches, or a function that returns one.
        y: `(N, ...)` targets, or several.
        weights: `(N,)`, a third part of each batch.
        batch_size: samples in a batch.
        shuffle: new order in each epoch; a loader has its own.
        seed: of the order.
        verb: who asks, for messages.
        steps: how many batches are read at a time.
        passes: how often that will be done.
        goes_on: whether the next time begins where the last one ended.
        transform: changes each batch.
    """
    _check.integer(verb, "batch_size", batch_size, 1)
    batches = _all_batches(x, y, weights, batch_size, shuffle, seed, verb, transform)
    if transform is not None and (batches is x or isinstance(batches, Called)):
        raise ValueError(
            f"{verb}: transform goes with arrays and datasets; for other batches say "
            "DataLoader(..., transform=...), or change them where they are made"
        )
    if steps is not None:
        _check.integer(verb, "steps", steps, 1)
        return Steps(batches, steps, verb) if goes_on else First(batches, steps)
    if passes > 1 and iter(batches) is batches:
        raise TypeError(
            f"{verb}: a generator is used up after one epoch; say how many batches are an epoch "
            "(steps_per_epoch=...), or pass a DataLoader, a list of batches, or the function that makes it"
        )
    return batches


def _all_batches(
    x: Any,
    y: Any,
    weights: Tensor | None,
    batch_size: int,
    shuffle: bool,
    seed: Any,
    verb: str,
    transform: Callable[..., Any] | None,
) -> Iterable[Any]:
    if isinstance(x, data.DataLoader):
        _no_targets(verb, x, y)
        return x
    if isinstance(x, (data.Dataset, data.IterableDataset)):
        _no_targets(verb, x, y)
        shuffle = shuffle and isinstance(x, data.Dataset)
        return data.DataLoader(x, batch_size, shuffle=shuffle, seed=seed, transform=transform)
    if y is not None or is_arrays(x):
        if y is None:
            raise ValueError(f"{verb}: the targets y are missing: {verb}(x, y), or {verb}(dataset)")
        x, y = mapped(to_tensor, x), mapped(to_tensor, y)
        _same_count(verb, x, y)
        parts = (x, y) if weights is None else (x, y, weights)
        dataset = Columns(*parts) if is_several(x) or is_several(y) else data.TensorDataset(*parts)
        return data.DataLoader(dataset, batch_size, shuffle=shuffle, seed=seed, transform=transform)
    if isinstance(x, Iterable):
        return x
    if callable(x) and not isinstance(x, type):
        return Called(x, verb)
    raise TypeError(f"{verb}: expected arrays, a dataset or a DataLoader, got {type(x).__name__}")


class Called:
    """The batches of a function that makes a new generator for each epoch."""

    def __init__(self, function: Callable[[], Iterable[Any]], verb: str) -> None:
        self.function, self.verb = function, verb

    def __iter__(self) -> Iterator[Any]:
        batches = self.function()
        if not isinstance(batches, Iterable):
            raise TypeError(
                f"{self.verb}: the function returned {type(batches).__name__}, not a generator of batches"
            )
        return iter(batches)


class First:
    """The first so many batches; of a generator the next ones."""

    def __init__(self, batches: Iterable[Any], steps: int) -> None:
        self.batches, self.steps = batches, steps

    def __iter__(self) -> Iterator[Any]:
        return islice(self.batches, self.steps)


def unpacked(parts: Any) -> Any:
    """A batch as tensors: inputs and targets, and perhaps weights."""
    if not isinstance(parts, (tuple, list)) or len(parts) < 2:
        got = f"{len(parts)} part" if isinstance(parts, (tuple, list)) else type(parts).__name__
        raise TypeError(f"a batch must be (inputs, targets); got {got}. Did you mean TensorDataset(x, y)?")
    if isinstance(parts[0], Tensor) and isinstance(parts[1], Tensor) and len(parts) == 2:
        return parts  # nearly always
    return [mapped(_as_tensor, part) for part in parts]


def _as_tensor(value: Any) -> Any:
    """Arrays of other libraries as tensors; what is no array is the model's business."""
    return to_tensor(value) if not isinstance(value, Tensor) and hasattr(value, "__array__") else value


def hold_out(parts: Sequence[Any], fraction: float) -> tuple[Sequence[Any], Sequence[Any] | None]:
    """Keep the last samples back for validation, of `[x, y]` or `[x, y, weights]`: the rest, and those."""
    if not fraction:
        return parts, None
    if not 0 < _check.real("fit", "validation_split", fraction) < 1:
        raise ValueError(f"fit: validation_split must lie between 0 and 1, got {fraction!r}")
    if parts[1] is None:
        raise ValueError("fit: validation_split needs x and y as arrays; for a dataset pass validation_data")
    parts = [part if part is None else mapped(to_tensor, part) for part in parts]
    total = _same_count("fit", *parts[:2])
    kept = int(total * fraction)
    if kept in (0, total):
        raise ValueError(f"fit: validation_split={fraction} of {total} samples leaves one side empty")
    first = total - kept
    return (
        [part if part is None else mapped(lambda tensor: tensor[:first], part) for part in parts],
        [part if part is None else mapped(lambda tensor: tensor[first:], part) for part in parts],
    )


def inputs_of(batch: Any) -> Any:
    """The inputs of a batch that may carry targets too."""
    return mapped(_as_tensor, batch[0] if isinstance(batch, (tuple, list)) else batch)


def count(batches: Iterable[Any]) -> int | None:
    """How many batches there are, if that is known."""
    try:
        return len(batches) if isinstance(batches, Sized) else None
    except TypeError:
        return None


def _same_count(verb: str, x: Any, y: Any) -> int:
    found = {"x": sizes(x), "y": sizes(y)}
    known = {count for counts in found.values() for count in counts}
    if len(known) != 1 or None in known:
        shown = [f"{name} has {', '.join(map(str, dict.fromkeys(found[name])))} samples" for name in found]
        raise ValueError(f"{verb}: {' and '.join(shown)}")
    (total,) = known
    if not total:
        raise ValueError(f"{verb}: there are no samples")
    return total


def _no_targets(verb: str, x: Any, y: Any) -> None:
    if y is not None:
        raise ValueError(f"{verb}: a {type(x).__name__} brings its own targets; leave y out")
