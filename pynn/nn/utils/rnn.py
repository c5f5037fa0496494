"""Sequences of different lengths: padded to one length, or packed step by step without the padding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pynn import _check, _core
from pynn._core import ShapeError, Tensor, ops

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class PackedSequence(NamedTuple):
    """Sequences of different lengths, packed: all first steps, then all second steps, and so on.

    Made by `pack_padded_sequence` and `pack_sequence`; `nn.RNN`, `nn.LSTM` and `nn.GRU` take and return it.

    Args:
        data: `(total steps, ...)`, the steps.
        batch_sizes: `(T,)`, how many sequences have a step t.
        sorted_indices: `(N,)`, which sequence comes first, second, ... when the longest comes first; None
            where that is how they came.
        unsorted_indices: `(N,)`, the inverse of it.

    Example:
        >>> import pynn
        >>> from pynn.nn.utils.rnn import pack_sequence
        >>> packed = pack_sequence([pynn.tensor([1.0, 2.0, 3.0]), pynn.tensor([4.0])])
        >>> packed.data, packed.batch_sizes
        (tensor([1., 4., 2., 3.]), tensor([2, 1, 1]))
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None

    def with_data(self, data: Tensor) -> PackedSequence:
        """The same sequences with other contents.

        Args:
            data: `(total steps, ...)`.

        Example:
            >>> import pynn
            >>> from pynn.nn.utils.rnn import pack_sequence
            >>> packed = pack_sequence([pynn.tensor([1.0, 2.0]), pynn.tensor([4.0])])
            >>> packed.with_data(packed.data * 10).data
            tensor([10., 40., 20.])
        """
        _check.tensor("PackedSequence.with_data", "data", data)
        return PackedSequence(data, self.batch_sizes, self.sorted_indices, self.unsorted_indices)


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """Where each number stands in a permutation of 0 to N - 1.

    Args:
        permutation: `(N,)`; None gives None.

    Raises:
        ShapeError: it has more than one axis.

    Example:
        >>> import pynn
        >>> from pynn.nn.utils.rnn import invert_permutation
        >>> invert_permutation(pynn.tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    if permutation is None:
        return None
    if _check.tensor("invert_permutation", "permutation", permutation).ndim != 1:
        raise ShapeError(f"invert_permutation: expected (N,), got {tuple(permutation.shape)}")
    return _core.from_numpy(np.argsort(permutation.numpy(), kind="stable"))


def _checked_lengths(owner: str, lengths: Any, sequences: int, steps: int | None) -> np.ndarray:
    numbers = np.asarray(lengths.numpy() if isinstance(lengths, Tensor) else lengths)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{owner}: lengths must be integers, got {lengths!r}")
    if numbers.shape != (sequences,):
        raise ShapeError(
            f"{owner}: lengths must be ({sequences},), one for each sequence, got {numbers.shape}"
        )
    if numbers.size and numbers.min() < 1:
        at = int(numbers.argmin())
        raise ValueError(
            f"{owner}: lengths[{at}] is {numbers[at]}; a sequence has one step or more. "
            "Did you mean to leave empty sequences out?"
        )
    if steps is not None and numbers.size and numbers.max() > steps:
        at = int(numbers.argmax())
        raise ValueError(f"{owner}: lengths[{at}] is {numbers[at]}, but the input has only {steps} steps")
    return numbers.astype(np.int64)


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = True, enforce_sorted: bool = True
) -> PackedSequence:
    """Packs padded sequences: what lies behind the end of each is left out.

    Args:
        input: `(N, T, ...)`, or `(T, N, ...)` with `batch_first=False`.
        lengths: how many steps each of the N sequences has: a list, or a tensor of integers.
        batch_first: PyTorch's default is False, pynn's is True.
        enforce_sorted: True demands that the longest sequence comes first; with False they are sorted here,
            and come back in their old order from `pad_packed_sequence`.

    Raises:
        ShapeError: the input has less than two axes, or there are not N lengths.
        ValueError: a length is below 1 or above T, or they do not decrease.

    Example:
        >>> import pynn
        >>> from pynn.nn.utils.rnn import pack_padded_sequence
        >>> x = pynn.tensor([[1, 2, 3], [4, 0, 0]])
        >>> pack_padded_sequence(x, [3, 1]).data
        tensor([1, 4, 2, 3])
    """
    if _check.tensor("pack_padded_sequence", "input", input).ndim < 2:
        raise ShapeError(
            f"pack_padded_sequence: expected (N, T, ...), got {tuple(input.shape)}. "
            "Did you mean x.unsqueeze(0), a batch of one?"
        )
    n, steps = (input.shape[0], input.shape[1]) if batch_first else (input.shape[1], input.shape[0])
    numbers = _checked_lengths("pack_padded_sequence", lengths, n, steps)
    if n == 0:
        raise ValueError("pack_padded_sequence: expected one sequence or more, got none")
    order = None
    if enforce_sorted:
        if (np.diff(numbers) > 0).any():
            raise ValueError(
                f"pack_padded_sequence: the longest sequence must come first, got lengths "
                f"{numbers.tolist()}. Did you mean enforce_sorted=False?"
            )
    else:
        order = np.argsort(-numbers, kind="stable")
        numbers = numbers[order]
    runs = numbers[None, :] > np.arange(numbers[0])[:, None]  # (T, N): whether sequence n has a step t
    at_step, of_sequence = np.nonzero(runs)
    sequence = of_sequence if order is None else order[of_sequence]
    places = sequence * steps + at_step if batch_first else at_step * n + sequence
    data = ops.index_select(ops.flatten(input, 0, 1), 0, _core.from_numpy(places))
    sorted_indices = None if order is None else _core.from_numpy(order)
    batch_sizes = _core.from_numpy(runs.sum(1))
    return PackedSequence(data, batch_sizes, sorted_indices, invert_permutation(sorted_indices))


def _check_packed(owner: str, sequence: Any) -> PackedSequence:
    if not isinstance(sequence, PackedSequence):
        raise TypeError(
            f"{owner}: expected a PackedSequence, got {type(sequence).__name__}. "
            "Did you mean pack_padded_sequence(x, lengths)?"
        )
    return sequence


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = True,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """The inverse of `pack_padded_sequence`: sequences padded to one length, in the order they once had.

    Args:
        sequence: the packed sequences.
        batch_first: whether `(N, T, ...)` or `(T, N, ...)` comes back. PyTorch's default is False, pynn's
            True.
        padding_value: what stands behind the end of a sequence.
        total_length: T. Default: the longest length.

    Returns:
        The padded sequences, and the lengths `(N,)`.

    Raises:
        TypeError: what is given is not packed.
        ValueError: total_length is less than the longest length.

    Example:
        >>> import pynn
        >>> from pynn.nn.utils.rnn import pack_sequence, pad_packed_sequence
        >>> packed = pack_sequence([pynn.tensor([1.0, 2.0, 3.0]), pynn.tensor([4.0])])
        >>> pad_packed_sequence(packed)
        (tensor([[1., 2., 3.],
                [4., 0., 0.]]), tensor([3, 1]))
    """
    packed = _check_packed("pad_packed_sequence", sequence)
    sizes = packed.batch_sizes.numpy()
    longest = len(sizes)
    steps = longest
    if total_length is not None:
        steps = _check.integer("pad_packed_sequence", "total_length", total_length, 1)
        if steps < longest:
            raise ValueError(
                f"pad_packed_sequence: total_length={steps} is less than the longest, {longest} steps"
            )
    n, total = int(sizes[0]), int(sizes.sum())
    places = np.full((n, steps), total)  # the row behind the last: padding
    at_step, of_sequence = np.nonzero(np.arange(n)[None, :] < sizes[:, None])
    places[of_sequence, at_step] = np.arange(total)
    lengths = (np.arange(n)[:, None] < sizes[None, :]).sum(1)
    if packed.unsorted_indices is not None:
        back = packed.unsorted_indices.numpy()
        places, lengths = places[back], lengths[back]
    if not batch_first:
        places = places.T
    data = packed.data
    padding = ops.full((1, *data.shape[1:]), padding_value, dtype=data.dtype)
    index = _core.from_numpy(np.ascontiguousarray(places).reshape(-1))
    rows = ops.index_select(ops.cat([data, padding], 0), 0, index)
    return rows.reshape((*places.shape, *data.shape[1:])), _core.from_numpy(lengths)


def _check_sequences(owner: str, sequences: Any) -> list[Tensor]:
    if isinstance(sequences, Tensor):
        sequences = list(sequences)
    if not isinstance(sequences, Sequence) or not sequences:
        raise ValueError(f"{owner}: expected a list of one sequence or more, got {sequences!r}")
    for k, one in enumerate(sequences):
        _check.tensor(owner, f"sequence {k}", one)
        if one.ndim == 0 or tuple(one.shape[1:]) != tuple(sequences[0].shape[1:]):
            raise ShapeError(
                f"{owner}: sequence {k} has shape {tuple(one.shape)}, sequence 0 "
                f"{tuple(sequences[0].shape)}; they may differ in their first axis, the steps, alone"
            )
    return list(sequences)


def pad_sequence(
    sequences: Sequence[Tensor] | Tensor,
    batch_first: bool = True,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Stacks sequences of different lengths, padded to the longest.

    Args:
        sequences: tensors `(T_n, ...)` that differ in their lengths T_n alone.
        batch_first: whether `(N, T, ...)` or `(T, N, ...)` comes back. PyTorch's default is False, pynn's
            True.
        padding_value: what fills the rest.
        padding_side: "right", behind the end of a sequence, or "left".

    Raises:
        ShapeError: they differ in another axis.
        ValueError: there are none.

    Example:
        >>> import pynn
        >>> from pynn.nn.utils.rnn import pad_sequence
        >>> pad_sequence([pynn.tensor([1, 2, 3]), pynn.tensor([4])], padding_value=-1)
        tensor([[ 1,  2,  3],
                [ 4, -1, -1]])
    """
    given = _check_sequences("pad_sequence", sequences)
    _check.choice("pad_sequence", "padding_side", padding_side, ("right", "left"))
    steps = max(one.shape[0] for one in given)
    padded = []
    for one in given:
        missing = steps - one.shape[0]
        if missing:
            filling = ops.full((missing, *one.shape[1:]), padding_value, dtype=one.dtype)
            one = ops.cat([one, filling] if padding_side == "right" else [filling, one], 0)
        padded.append(one)
    return ops.stack(padded, 0 if batch_first else 1)


def unpad_sequence(padded_sequences: Tensor, lengths: Any, batch_first: bool = True) -> list[Tensor]:
    """The sequences of a padded batch, each with its own length.

    Args:
        padded_sequences: `(N, T, ...)`, or `(T, N, ...)` with `batch_first=False`.
        lengths: how many steps each has.
        batch_first: PyTorch's default is False, pynn's is True.

    Raises:
        ShapeError: there are not N lengths.
        ValueError: a length is below 1 or above T.

    Example:
        >>> import pynn
        >>> from pynn.nn.utils.rnn import unpad_sequence
        >>> unpad_sequence(pynn.tensor([[1, 2, 3], [4, 0, 0]]), [3, 1])
        [tensor([1, 2, 3]), tensor([4])]
    """
    if _check.tensor("unpad_sequence", "padded_sequences", padded_sequences).ndim < 2:
        raise ShapeError(f"unpad_sequence: expected (N, T, ...), got {tuple(padded_sequences.shape)}")
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    numbers = _checked_lengths("unpad_sequence", lengths, rows.shape[0], rows.shape[1])
    return [rows[i, : int(k)] for i, k in enumerate(numbers)]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Packs sequences of different lengths.

    Args:
        sequences: tensors `(T_n, ...)` that differ in their lengths T_n alone.
        enforce_sorted: True demands that the longest comes first; with False they are sorted here.

    Raises:
        ShapeError: they differ in another axis.
        ValueError: there are none, one is empty, or they do not get shorter.

    Example:
        >>> import pynn
        >>> from pynn.nn.utils.rnn import pack_sequence
        >>> pack_sequence([pynn.tensor([4]), pynn.tensor([1, 2, 3])], enforce_sorted=False).data
        tensor([1, 4, 2, 3])
    """
    given = _check_sequences("pack_sequence", sequences)
    return pack_padded_sequence(pad_sequence(given), [one.shape[0] for one in given], True, enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed batch, each with its own length.

    Args:
        packed_sequences: what `pack_sequence` made.

    Raises:
        TypeError: what is given is not packed.

    Example:
        >>> import pynn
        >>> from pynn.nn.utils.rnn import pack_sequence, unpack_sequence
        >>> unpack_sequence(pack_sequence([pynn.tensor([1, 2, 3]), pynn.tensor([4])]))
        [tensor([1, 2, 3]), tensor([4])]
    """
    padded, lengths = pad_packed_sequence(_check_packed("unpack_sequence", packed_sequences))
    return unpad_sequence(padded, lengths)
