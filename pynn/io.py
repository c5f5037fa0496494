"""Saving and loading: safetensors files, written whole or not at all, and never any pickle.

A dictionary of tensors, such as `model.state_dict()`, becomes a plain safetensors file that every other
program reads. Around tensors there may be dictionaries, lists and numbers (an optimizer's state, a
checkpoint of several parts): their structure goes into the file's metadata as JSON.

What is read may come from anyone. So every claim of a header is compared with the size of the file before
memory is taken for it, and whatever is wrong ends in one kind of error.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pynn import _core, _files
from pynn._core import Tensor

# In the file an element is its bytes; NumPy, which has no bfloat16, carries one as the bits of a uint16.
_DTYPES = {
    "BOOL": "?",
    "U8": "<u1",
    "I8": "<i1",
    "I32": "<i4",
    "I64": "<i8",
    "BF16": "<u2",
    "F32": "<f4",
    "F64": "<f8",
}
_NAMES = {np.dtype(code): name for name, code in _DTYPES.items()}
_BITS = np.dtype(_DTYPES["BF16"])
_ARRAYS = set(_NAMES) - {_BITS}
_STRUCTURE = "pynn.structure"
_LARGEST_HEADER = 100_000_000  # bytes, as in safetensors
_MOST_AXES = 8
_BAD_STRUCTURE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def save(obj: Any, path: str | os.PathLike[str]) -> None:
    """Write tensors and arrays, or dictionaries and lists of them, to a safetensors file.

    The file appears under its name only once it is complete and on the disk, so that neither a crash nor a
    full disk leaves half a file, and an older file of that name stays until then.

    Args:
        obj: usually `model.state_dict()`, or `{"model": ..., "optimizer": ..., "epoch": 3}`.
        path: usually `name.safetensors`.

    Raises:
        TypeError: something in `obj` is neither a tensor nor made of numbers, strings, lists, dictionaries.

    Example:
        >>> import pynn, tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "numbers.safetensors")
        >>> pynn.save({"a": pynn.tensor([1.0, 2.0])}, path)
        >>> pynn.load(path)["a"].tolist()
        [1.0, 2.0]
    """
    file = _path("save", path)
    tensors: dict[str, np.ndarray] = {}
    plain = isinstance(obj, Mapping) and all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in obj.items()
    )
    metadata = {"format": "pt"}
    if plain:
        tensors = {name: _array(value) for name, value in obj.items()}
    else:
        metadata[_STRUCTURE] = json.dumps(_take_apart(obj, "", tensors))
    with _files.written_whole(file) as out:
        for part in _encode(tensors, metadata):
            out.write(part)


def load(path: str | os.PathLike[str], map_location: Any = None, weights_only: bool = True) -> Any:
    """Read a safetensors file back, as `save` was given it.

    Args:
        path: the file.
        map_location: accepted for PyTorch's sake and ignored.
        weights_only: accepted for PyTorch's sake and ignored: nothing but data is ever read.

    Returns:
        A dictionary of tensors, or what `save` was given.

    Raises:
        ValueError: the file is damaged, or no safetensors file. Its header is checked before memory is taken.

    Example:
        >>> import pynn, tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "checkpoint.safetensors")
        >>> pynn.save({"weights": [pynn.ones(2)], "epoch": 3}, path)
        >>> pynn.load(path)
        {'weights': [tensor([1., 1.])], 'epoch': 3}
    """
    tensors, metadata = _decode(_path("load", path))
    if _STRUCTURE not in metadata:
        return tensors
    try:
        return _put_together(json.loads(metadata[_STRUCTURE]), tensors)
    except _BAD_STRUCTURE as error:
        why = _short(error)
        raise ValueError(f"load: {path} does not hold the structure that save writes: {why}") from None


def _path(verb: str, path: Any) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{verb}: path must be a str or a Path, got {type(path).__name__}")
    return Path(path)


def _short(value: Any) -> str:
    """What a message shows of something that may be of any size."""
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


# ---- the structure around the tensors ---------------------------------------------------------------


def _take_apart(obj: Any, path: str, tensors: dict[str, np.ndarray]) -> Any:
    if isinstance(obj, Tensor):
        name = path or "tensor"
        tensors[name] = _array(obj)
        return {"tensor": name}
    if isinstance(obj, np.generic):
        obj = obj.item()
    if isinstance(obj, np.ndarray) and obj.dtype in _ARRAYS:
        name = path or "array"
        tensors[name] = np.asarray(obj, order="C")
        return {"array": name}
    if obj is None or isinstance(obj, (bool, int, str)):
        return obj
    if isinstance(obj, float):
        return obj if math.isfinite(obj) else {"float": repr(obj)}
    if isinstance(obj, Mapping):
        for key in obj:
            if not isinstance(key, (str, int)):
                raise TypeError(
                    f"save: a key of {path or 'the dictionary'} is {key!r}; expected a string or number"
                )
        return {"dict": [[key, _take_apart(value, _join(path, key), tensors)] for key, value in obj.items()]}
    if isinstance(obj, (list, tuple)):
        kind = "tuple" if isinstance(obj, tuple) else "list"
        return {kind: [_take_apart(value, _join(path, i), tensors) for i, value in enumerate(obj)]}
    raise TypeError(
        f"save: {path or 'the object'} is a {type(obj).__name__}, which a safetensors file cannot hold. "
        "Did you mean model.state_dict()?"
    )


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _put_together(node: Any, tensors: dict[str, Tensor]) -> Any:
    if not isinstance(node, dict):
        return node
    ((kind, value),) = node.items()
    if kind == "tensor":
        return tensors[value]
    if kind == "array":
        return tensors[value].numpy()
    if kind == "float":
        return float(value)
    if kind == "dict":
        return {key: _put_together(item, tensors) for key, item in value}
    if kind not in ("list", "tuple"):
        raise ValueError(f"{_short(kind)} is no kind of value")
    items = [_put_together(item, tensors) for item in value]
    return tuple(items) if kind == "tuple" else items


# ---- the file: 8 bytes with the header's length, a JSON header, the tensors' bytes ---------------------


def _array(tensor: Tensor) -> np.ndarray:
    array = _core.bits_of(tensor) if tensor.dtype == _core.bfloat16 else tensor.detach().numpy()
    return np.asarray(array, order="C")  # ascontiguousarray would make () into (1,)


def _encode(tensors: Mapping[str, np.ndarray], metadata: dict[str, str]) -> list[Any]:
    header: dict[str, Any] = {"__metadata__": metadata}
    offset = 0
    for name, array in tensors.items():
        header[name] = {
            "dtype": _NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return [
        struct.pack("<Q", len(text)),
        text,
        *(array.reshape(-1).view(np.uint8) for array in tensors.values()),
    ]


def _decode(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    def damaged(why: str) -> ValueError:
        return ValueError(f"load: {path} is not a sound safetensors file: {why}")

    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < 8:
            raise damaged(f"it has {size} bytes")
        (length,) = struct.unpack("<Q", file.read(8))
        if length > min(size - 8, _LARGEST_HEADER):
            raise damaged(f"its header claims {length} bytes of {size}")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError) as error:
            raise damaged(f"its header is no JSON ({_short(error)})") from None
        if not isinstance(header, dict):
            raise damaged("its header is no JSON object")
        metadata = header.pop("__metadata__", {})
        if not isinstance(metadata, dict):
            raise damaged("its metadata is no JSON object")
        places = _check_places(header, size - 8 - length, damaged)
        tensors = {}
        for name, (dtype, shape, begin, end) in places.items():
            array = np.empty(shape, dtype)
            file.seek(8 + length + begin)
            target: Any = array.reshape(-1).view(np.uint8)
            if file.readinto(target) != end - begin:
                raise damaged("it was cut short while it was read")
            tensors[name] = _tensor(array)
    return tensors, metadata


def _tensor(array: np.ndarray) -> Tensor:
    if array.dtype == _BITS:
        return _core.from_bits(array)
    return _core.tensor(array, _core.float64 if array.dtype == np.float64 else None)


def _check_places(header: dict[str, Any], content: int, damaged: Any) -> dict[str, Any]:
    """Where each tensor lies: all claims are compared with the file before any memory is taken."""
    places = {}
    for name, entry in header.items():
        shown = _short(name)
        try:
            kind, shape, (begin, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
        except (TypeError, KeyError, ValueError):
            raise damaged(f"the entry of {shown} is incomplete") from None
        if not isinstance(kind, str) or kind not in _DTYPES:
            raise damaged(f"{shown} is of type {_short(kind)}; known are {', '.join(_DTYPES)}")
        sizes = shape if isinstance(shape, list) and len(shape) <= _MOST_AXES else [None]
        if not all(type(n) is int and 0 <= n < 1 << 63 for n in (*sizes, begin, end)):
            raise damaged(f"{shown} has shape {_short(shape)} and offsets {_short(begin)}, {_short(end)}")
        dtype = np.dtype(_DTYPES[kind])
        if not begin <= end <= content or end - begin != math.prod(shape) * dtype.itemsize:
            raise damaged(f"{shown} of shape {shape} claims the bytes {begin} to {end} of {content}")
        if math.prod(n or 1 for n in shape) >= 1 << 60:
            raise damaged(f"{shown} has shape {shape}, larger than any tensor can be")
        places[name] = (dtype, shape, begin, end)
    taken = 0
    for name, (_, _, begin, end) in sorted(places.items(), key=lambda item: item[1][2:]):
        if begin != taken:
            raise damaged(
                f"{_short(name)} starts at byte {begin}, expected {taken}: tensors overlap or leave a gap"
            )
        taken = end
    if taken != content:
        raise damaged(f"it has {content} bytes of data, its header describes {taken}")
    return places
