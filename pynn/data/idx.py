"""IDX, the file format of MNIST: a header of sizes, then numbers."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
BLOCK = 1 << 24
DEFLATE_AT_MOST = 1032  # deflate writes at least one bit for 129 bytes


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """The array in an IDX file, plain or compressed by gzip.

    The file begins 0, 0, type, number of axes; then come the sizes, four bytes each, and the numbers, all
    big-endian.

    Args:
        path: the file.

    Returns:
        An array of the machine's own byte order.

    Raises:
        ValueError: the file is not IDX, or damaged, or holds more or less than its header says.
        FileNotFoundError: there is no such file.

    Source: LeCun, Cortes & Burges, The MNIST database of handwritten digits.

    Example:
        >>> import pathlib, tempfile, pynn
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "labels-idx1-ubyte"
        >>> _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
        >>> pynn.data.read_idx(path).tolist()
        [7, 2, 1]
    """
    path = Path(path)
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    size = path.stat().st_size
    try:
        with gzip.open(path) if zipped else path.open("rb") as stream:
            return _read(stream, path, size * DEFLATE_AT_MOST if zipped else size)  # type: ignore[arg-type]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"read_idx: {path} is damaged or cut short: {error}") from error


def _read(stream: BinaryIO, path: Path, room: int) -> np.ndarray:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or magic[3] > 32:
        raise ValueError(
            f"read_idx: {path} is no IDX file: it begins {magic.hex(' ') or 'nowhere, it is empty'}, "
            "expected 00 00, a type of 08 to 0e, and the number of axes (at most 32)"
        )
    dtype, axes = np.dtype(TYPES[magic[2]]), magic[3]
    header = stream.read(4 * axes)
    if len(header) < 4 * axes:
        raise ValueError(f"read_idx: {path} ends within its header, which should hold {axes} sizes")
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4"))
    wanted = math.prod(shape) * dtype.itemsize
    if wanted > room:
        raise ValueError(
            f"read_idx: {path} says that it holds an array {shape} of {wanted:,} bytes, but is too small"
        )
    content = bytearray()
    while len(content) <= wanted and (block := stream.read(min(BLOCK, wanted + 1 - len(content)))):
        content += block
    if len(content) != wanted:
        got = f"{len(content):,} bytes" if len(content) < wanted else "more"
        raise ValueError(
            f"read_idx: {path} should hold {wanted:,} bytes after its header, for an array {shape}; "
            f"it holds {got}"
        )
    return np.frombuffer(content, dtype).astype(dtype.newbyteorder("=")).reshape(shape)
