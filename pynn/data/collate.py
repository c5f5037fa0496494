"""From a list of samples to one batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor, ops


def default_collate(samples: Sequence[Any]) -> Any:
    """Stack what can be stacked, and keep the structure of the samples around it.

    Tensors, arrays and numbers become one tensor with a new first axis; tuples, lists and dictionaries are
    collated part by part; strings stay a list.

    Example:
        >>> import pynn
        >>> x, y = pynn.data.default_collate([(pynn.zeros(3), 0), (pynn.ones(3), 1)])
        >>> x.shape, y.tolist()
        ((2, 3), [0, 1])
    """
    if not len(samples):
        raise ValueError("default_collate: there are no samples")
    first = samples[0]
    if isinstance(first, Tensor):
        shapes = {tuple(sample.shape) for sample in samples}
        if len(shapes) > 1:
            raise ValueError(
                f"default_collate: samples of shapes {', '.join(map(str, sorted(shapes)))} do not "
                "stack into a batch; pad them, or give DataLoader a collate_fn"
            )
        return ops.stack(list(samples))
    if isinstance(first, (np.ndarray, np.generic)):
        return default_collate([_core.tensor(np.asarray(sample)) for sample in samples])
    if isinstance(first, (bool, int, float)):
        return _core.tensor(list(samples))
    if isinstance(first, (str, bytes)):
        return list(samples)
    if isinstance(first, Mapping):
        return {key: default_collate([sample[key] for sample in samples]) for key in first}
    if isinstance(first, Sequence):
        if len({len(sample) for sample in samples}) > 1:
            raise ValueError(
                "default_collate: the samples have different numbers of parts; give a collate_fn"
            )
        parts = [default_collate(part) for part in zip(*samples, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    raise TypeError(
        f"default_collate: cannot make a batch of {type(first).__name__}; give DataLoader a collate_fn"
    )
