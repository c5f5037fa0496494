"""Several inputs or outputs: tuples and dictionaries of tensors, handled as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from pynn import data
from pynn._core import Tensor, ops


def is_several(value: Any) -> bool:
    """Whether this is a tuple or dictionary of tensors rather than one."""
    return isinstance(value, (tuple, Mapping))


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """The same structure with `function` of every tensor in it."""
    if isinstance(value, Mapping):
        return {key: mapped(function, part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(mapped(function, part) for part in value)
    return function(value)


def leaves(value: Any) -> Iterator[Any]:
    """The tensors in a structure, in order."""
    if not is_several(value):
        yield value
        return
    for part in value.values() if isinstance(value, Mapping) else value:
        yield from leaves(part)


def sizes(value: Any) -> list[int | None]:
    """How many samples each tensor holds: its first size, None for a single number."""
    return [len(leaf) if getattr(leaf, "ndim", 0) else None for leaf in leaves(value)]


def size(value: Any) -> int:
    """How many samples a batch of targets or outputs holds."""
    if isinstance(value, Tensor):
        return len(value)
    return len(next(leaves(value))) if is_several(value) else len(value)


def joined(values: list[Any]) -> Any:
    """Structures of batches as one structure, their tensors laid end to end."""
    first = values[0]
    if len(values) == 1:
        return first
    if isinstance(first, Mapping):
        return {key: joined([value[key] for value in values]) for key in first}
    if isinstance(first, tuple):
        return tuple(joined(list(parts)) for parts in zip(*values, strict=True))
    return ops.cat(values)


def detached(value: Any) -> Any:
    """The same values without their history."""
    return value.detach() if isinstance(value, Tensor) else mapped(_detached, value)


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


def call(model: Any, inputs: Any) -> Any:
    """`model(inputs)`; several inputs become several arguments, by position or by name."""
    if isinstance(inputs, Tensor):
        return model(inputs)
    if isinstance(inputs, tuple):
        return model(*inputs)
    return model(**inputs) if isinstance(inputs, Mapping) else model(inputs)


class Columns(data.Dataset):
    """Samples whose parts may be tuples or dictionaries of tensors, all with the same first size.

    Args:
        *parts: inputs, targets, and perhaps weights.
    """

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return size(self.parts[0])

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        return mapped(lambda tensor: tensor[index], self.parts)

    def take(self, indices: np.ndarray | slice) -> tuple[Any, ...]:
        """The samples at `indices` as one batch.

        Args:
            indices: an integer array, or a slice.
        """
        tensors = data.TensorDataset(*leaves(self.parts)).take(indices)
        found = iter(tensors)
        return mapped(lambda _: next(found), self.parts)
