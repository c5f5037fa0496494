"""Text files by lines, and files of tokens that need no memory."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pynn import _check, data
from pynn._files import written_whole

BLOCK = 1 << 24


class TextFile(data.Dataset):
    """The lines of a text file, by number, read when they are asked for.

    Opening it looks once through the file for the ends of lines, of Unix or of Windows, which are not part
    of the lines. A byte order mark at the begin is left out.

    Args:
        path: the file.
        encoding: what its bytes mean: "utf-8", "latin-1", "cp1252", "koi8-r" ... any in which the end of a
            line is one byte of its own, so not "utf-16".
        errors: for bytes that mean nothing: "strict" raises, "replace" writes "�", "ignore" drops them.

    Raises:
        FileNotFoundError: there is no such file.
        LookupError: an encoding or way to deal with errors that Python does not know.
        ValueError: reading a line whose bytes are not of the encoding; the message says where.

    Example:
        >>> import pathlib, pynn, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "poem.txt"
        >>> _ = path.write_text(
        ...     chr(10).join(["Tyger Tyger, burning bright,", "In the forests of the night;"])
        ... )
        >>> lines = pynn.text.TextFile(path)
        >>> len(lines), lines[1]
        (2, 'In the forests of the night;')
        >>> lines.read()[:11]
        'Tyger Tyger'
    """

    def __init__(self, path: str | os.PathLike[str], encoding: str = "utf-8", errors: str = "strict") -> None:
        self.path = Path(path)
        self.encoding = codecs.lookup(_check.text("TextFile", "encoding", encoding)).name
        self.errors = _check.text("TextFile", "errors", errors)
        codecs.lookup_error(errors)
        if "\n".encode(self.encoding) != b"\n":
            raise ValueError(
                f"TextFile: in {encoding} a line does not end in one byte; "
                f"read it whole instead: open({str(path)!r}, encoding={encoding!r}).read()"
            )
        if not self.path.is_file():
            raise FileNotFoundError(f"TextFile: there is no file {self.path}")
        size = self.path.stat().st_size
        self._bytes = np.memmap(self.path, np.uint8, "r") if size else np.empty(0, np.uint8)
        self._begin = 3 if self.encoding == "utf-8" and bytes(self._bytes[:3]) == codecs.BOM_UTF8 else 0
        ends = [
            np.flatnonzero(self._bytes[start : start + BLOCK] == ord("\n")) + start
            for start in range(0, size, BLOCK)
        ]
        self._ends = np.concatenate([np.empty(0, np.int64), *ends])
        if size > self._begin and (not len(self._ends) or self._ends[-1] != size - 1):
            self._ends = np.append(self._ends, size)  # the last line may end with the file

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> str:
        place = _check.integer("TextFile", "index", index)
        if not -len(self) <= place < len(self):
            raise IndexError(f"TextFile: line {place} is outside the {len(self)} lines of {self.path}")
        place %= len(self)
        start = int(self._ends[place - 1]) + 1 if place else self._begin
        return self._text(start, int(self._ends[place])).removesuffix("\r")

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(len(self)))

    def read(self) -> str:
        """All of it as one text, with the ends of lines as in Unix."""
        return self._text(self._begin, len(self._bytes)).replace("\r\n", "\n")

    def _text(self, start: int, stop: int) -> str:
        content = self._bytes[start:stop].tobytes()
        try:
            return content.decode(self.encoding, self.errors)
        except UnicodeDecodeError as error:
            at = start + error.start
            line = int(np.searchsorted(self._ends, at))
            raise ValueError(
                f"TextFile: {self.path}, line {line + 1}: the byte 0x{self._bytes[at]:02x} at position {at} "
                f"is no {self.encoding} ({error.reason}). Say what the file was written in, such as "
                "encoding='cp1252', or errors='replace'"
            ) from None

    def __repr__(self) -> str:
        return f"TextFile({str(self.path)!r}, {len(self)} lines)"


def save_tokens(path: str | os.PathLike[str], tokens: Iterable[Any], vocab_size: int) -> int:
    """Write tokens to a file, part after part, so that a corpus never has to fit into memory.

    The file is NumPy's, with two bytes a token, or four where the vocabulary is larger than 65,536. It
    appears under its name once it is complete.

    Args:
        path: the file, usually `name.npy`.
        tokens: one sequence of numbers, or several (a generator will do), which are written one after the
            other.
        vocab_size: how many tokens there are; the numbers are checked against it.

    Returns:
        How many tokens were written.

    Raises:
        ValueError: a token is not one of 0 to vocab_size - 1.

    Example:
        >>> import os, pynn, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "corpus.npy")
        >>> letters = pynn.text.CharVocabulary("abc")
        >>> pynn.text.save_tokens(path, (letters.encode(line) for line in ["abc", "cab"]), len(letters))
        6
        >>> pynn.text.load_tokens(path).tolist()
        [0, 1, 2, 2, 0, 1]
    """
    size = _check.integer("save_tokens", "vocab_size", vocab_size, 1)
    if size > 1 << 32:
        raise ValueError(f"save_tokens: vocab_size must be at most {1 << 32}, got {size}")
    dtype = np.dtype("<u2" if size <= 1 << 16 else "<u4")
    total = 0
    with written_whole(Path(path)) as file:
        _write_header(file, dtype, 0)
        begin = file.tell()
        for part in _parts(tokens):
            row = np.asarray(part)
            if row.size == 0:
                continue
            if row.ndim != 1 or row.dtype.kind not in "iu":
                raise TypeError(
                    f"save_tokens: expected whole numbers (N,), got {row.dtype} of shape {row.shape}. "
                    "Text is encoded first: vocabulary.encode(text)"
                )
            bad = (row < 0) | (row >= size)
            if bad.any():
                where = int(np.argmax(bad))
                raise ValueError(
                    f"save_tokens: token {row[where]}, number {total + where} of the stream, is not one of "
                    f"0 to {size - 1}"
                )
            file.write(row.astype(dtype).tobytes())
            total += len(row)
        file.seek(0)
        _write_header(file, dtype, total)  # as long as before: NumPy leaves room for the size to grow
        assert file.tell() == begin
    return total


def load_tokens(path: str | os.PathLike[str]) -> np.ndarray:
    """Tokens from a file that stays on the disk: what is used is read, as `WindowDataset` does.

    Args:
        path: what `save_tokens` wrote, or any NumPy file of whole numbers `(N,)`.

    Raises:
        ValueError: the file is damaged, or holds something else.

    Example:
        >>> import os, pynn, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "corpus.npy")
        >>> _ = pynn.text.save_tokens(path, range(100), vocab_size=100)
        >>> pynn.text.WindowDataset(pynn.text.load_tokens(path), length=32)
        WindowDataset(3 windows of 32, 100 tokens)
    """
    try:
        tokens = np.lib.format.open_memmap(os.fspath(path), mode="r")
    except ValueError as error:
        raise ValueError(f"load_tokens: {path} is no sound NumPy file: {error}") from None
    if tokens.ndim != 1 or tokens.dtype.kind not in "iu":
        raise ValueError(
            f"load_tokens: {path} holds {tokens.dtype} of shape {tokens.shape}; expected whole numbers (N,)"
        )
    return tokens


def _parts(tokens: Iterable[Any]) -> Iterator[Any]:
    """A stream part by part, whether it was given whole or in parts."""
    if not isinstance(tokens, Iterable) or isinstance(tokens, (str, bytes)):
        raise TypeError(f"save_tokens: tokens must be numbers, or sequences of them, got {tokens!r:.60}")
    if getattr(tokens, "ndim", None) == 1:
        yield tokens
        return
    single: list[int] = []
    for part in tokens:
        if hasattr(part, "__len__"):
            yield part
            continue
        single.append(part)
        if len(single) == BLOCK:
            yield single
            single = []
    yield single


def _write_header(file: Any, dtype: np.dtype[Any], count: int) -> None:
    np.lib.format.write_array_header_1_0(
        file, {"descr": dtype.str, "fortran_order": False, "shape": (count,)}
    )
