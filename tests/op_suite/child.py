"""Work that may bring the process down, in a child process: a crash is then a failing test like any other."""

from __future__ import annotations

import json
import mmap
import os
import signal
import traceback
from collections.abc import Callable, Iterator

SECONDS = 120  # a child that takes longer hangs
LABEL_BYTES = 400


def in_child(steps: Callable[[], Iterator[tuple[str, Callable[[], str | None]]]]) -> list[str]:
    """Runs the steps in a forked process; returns their complaints, each after the name of its step.

    A step that kills the process, by a signal or by hanging, is the last complaint.
    """
    label = mmap.mmap(-1, LABEL_BYTES)  # shared: the parent reads how far the child came
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        status = 1
        try:
            signal.alarm(SECONDS)
            _run(steps, label, writer)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        complaints = [json.loads(line) for line in pipe]
    _, status = os.waitpid(child, 0)
    if status:
        where = label[:].rstrip(b"\0").decode(errors="replace")
        code = os.waitstatus_to_exitcode(status)
        how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        complaints.append(f"{where}: the process ended with {how}")
    return complaints


def _run(
    steps: Callable[[], Iterator[tuple[str, Callable[[], str | None]]]], label: mmap.mmap, writer: int
) -> None:
    with os.fdopen(writer, "wb") as pipe:
        for name, step in steps():
            label[:] = name.encode(errors="replace")[:LABEL_BYTES].ljust(LABEL_BYTES, b"\0")
            complaint = step()
            if complaint:
                pipe.write(json.dumps(f"{name}: {complaint}").encode() + b"\n")
