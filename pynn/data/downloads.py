"""Fetching a file once: resumed where it broke off, checked against its checksum, never left half done."""

from __future__ import annotations

import fcntl
import hashlib
import http.client
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pynn import _check

BLOCK = 1 << 18
SECONDS = 30.0  # without a byte, until a connection counts as broken
TRIES = 3
_BROKEN = (OSError, http.client.HTTPException)  # URLError and timeouts are OSErrors


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
        >>> pynn.data.download(
        ...     "https://example.org/numbers.csv", here
        ... ) == here  # it is there: nothing is fetched
        True
    """
    urls = [_web_address(each) for each in ([url] if isinstance(url, str) else list(url))]
    if not urls:
        raise ValueError("download: give at least one url")
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", _check.text("download", "sha256", sha256)):
        raise ValueError(f"download: sha256 must be 64 hexadecimal digits, got {sha256!r}")
    target = Path(path)
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with part.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another process may be at it; its end ends the wait
        if target.exists():
            part.unlink(missing_ok=True)
            return target
        _from_any(urls, file, target)
        file.flush()
        _check_sum(part, target.name, sha256)
        part.replace(target)
    return target


def _web_address(url: str) -> str:
    if urlsplit(_check.text("download", "url", url)).scheme not in ("http", "https"):
        raise ValueError(f"download: url must begin with http:// or https://, got {url!r}")
    return url


def _from_any(urls: list[str], file: BinaryIO, target: Path) -> None:
    """Fill the file from the first place that gives all of it."""
    failures = []
    for url in urls:
        for _ in range(TRIES):
            try:
                _fetch(url, file)
                return
            except HTTPError as error:
                failures.append(f"{url}: {error.code} {error.reason}")
                break  # asking again brings the same answer
            except _BROKEN as error:
                reason = error.reason if isinstance(error, URLError) else error
                failures.append(f"{url}: {reason}")
    raise ConnectionError(
        f"download: could not fetch {target.name}:\n  "
        + "\n  ".join(dict.fromkeys(failures))
        + f"\nTry again later, which goes on where this stopped; or fetch {urls[0]} by hand, with a browser, "
        f"and put it into {target.parent} as {target.name}"
    )


def _fetch(url: str, file: BinaryIO) -> None:
    """Append to the file what it lacks; OSError if the connection breaks before the end."""
    have = file.seek(0, os.SEEK_END)
    headers = {"User-Agent": "pynn", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        answer = urlopen(Request(url, headers=headers), timeout=SECONDS)
    except HTTPError as error:
        if error.code != 416 or not have:  # 416: there is nothing beyond what we have
            raise
        if error.headers.get("Content-Range") == f"bytes */{have}":
            return
        file.truncate(0)
        answer = urlopen(Request(url, headers={"User-Agent": "pynn"}), timeout=SECONDS)
    with answer:
        begins, whole = _stretch(answer)
        if begins != have:  # the server sends all, or another stretch than we asked for: begin anew
            file.truncate(0)
            if begins:
                raise ConnectionError(f"asked for bytes from {have} on, got them from {begins} on")
        while block := answer.read(BLOCK):
            file.write(block)
    got = file.seek(0, os.SEEK_END)
    if whole is not None and got != whole:
        raise ConnectionError(f"the connection broke after {got:,} of {whole:,} bytes")


def _stretch(answer: http.client.HTTPResponse) -> tuple[int, int | None]:
    """Where the bytes of an answer begin in the file, and how long the whole file is, if that is said."""
    if answer.status == 206:
        said = re.match(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
        if said:
            return int(said[1]), None if said[2] == "*" else int(said[2])
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


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
