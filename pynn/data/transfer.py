"""HTTP: what a file still lacks, from the first place that has it."""

from __future__ import annotations

import http.client
import os
import re
from pathlib import Path
from typing import BinaryIO
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

BLOCK = 1 << 18
SECONDS = 30.0  # without a byte, until a connection counts as broken
TRIES = 3
_BROKEN = (OSError, http.client.HTTPException)  # URLError and timeouts are OSErrors


def fetch(urls: list[str], file: BinaryIO, target: Path) -> None:
    """Fill a file that is open for appending.

    Args:
        urls: the places, in turn.
        file: what has arrived so far.
        target: where the file will be, for messages.

    Raises:
        ConnectionError: none gave all of it.
    """
    failures = []
    for url in urls:
        for _ in range(TRIES):
            try:
                _from_one(url, file)
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


def _from_one(url: str, file: BinaryIO) -> None:
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
