"""Fetching a file once: resumed where it broke off, checked against its checksum, never left half done."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from pynn import _check

BLOCK = 1 << 18


def data_home() -> Path:
    """The folder for data sets: `PYNN_DATA` of the environment, or pynn/data in the user's cache."""
    chosen = os.environ.get("PYNN_DATA")
    if chosen:
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "pynn" / "data"


def download(url: str | Sequence[str], path: str | os.PathLike[str], sha256: str | None = None) -> Path:
    """Fetch a file, unless it is there.

    What has arrived is kept in `path` + ".part". If the connection breaks, the rest alone is asked for, now
    or in the next call. The file gets its name when it is whole and its checksum is right.

    Args:
        url: where it lies, http or https; or several such places, tried in turn.
        path: where to put it. Missing folders are made.
        sha256: its SHA-256 checksum in hexadecimal. Default: not checked.

    Returns:
        The path.

    Raises:
        ConnectionError: no place could be reached; the message says how to do it by hand.
        ValueError: the file is not the one that the checksum belongs to; or a url of another kind.

    Example:
        >>> import pathlib, tempfile, pynn
        >>> here = pathlib.Path(tempfile.mkdtemp()) / "numbers.csv"
        >>> _ = here.write_text("1,2,3")
        >>> pynn.data.download("https://example.org/numbers.csv", here).read_text()  # nothing is fetched
        '1,2,3'
    """
    urls = [_web_address(each) for each in ([url] if isinstance(url, str) else list(url))]
    if not urls:
        raise ValueError("download: give at least one url")
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", _check.text("download", "sha256", sha256)):
        raise ValueError(f"download: sha256 must be 64 hexadecimal digits, got {sha256!r}")
    target = Path(path)
    if target.exists():
        return target
    from .transfer import fetch  # networking takes long to import, and is rarely needed

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    while not target.exists():
        with part.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # another process may be at it; its end ends the wait
            if not _still_there(file, part):
                continue  # the other one has renamed or deleted it
            if target.exists():
                part.unlink()
                break
            fetch(urls, file, target)
            file.flush()
            _check_sum(part, target.name, sha256)
            part.replace(target)
    return target


def _still_there(file: BinaryIO, path: Path) -> bool:
    """Whether the open file is the one at the path."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _web_address(url: str) -> str:
    if not _check.text("download", "url", url).lower().startswith(("http://", "https://")):
        raise ValueError(f"download: url must begin with http:// or https://, got {url!r}")
    return url


def _check_sum(part: Path, name: str, sha256: str | None) -> None:
    if sha256 is None:
        return
    digest = hashlib.sha256()
    with part.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    if digest.hexdigest() != sha256.lower():
        size = part.stat().st_size
        part.unlink()
        raise ValueError(
            f"download: {name}, as it arrived ({size:,} bytes), is not the file that was meant: its SHA-256 "
            f"is {digest.hexdigest()}, expected {sha256.lower()}. It was deleted; try again, or another place"
        )
