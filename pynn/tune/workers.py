"""Running trials: one after the other here, or several at a time, each in a forked process.

A trial is forked and not sent, so what it needs may be anything: lambdas, open data, a notebook's functions.
Only numbers come back. Threads would share pynn's random numbers and Python's lock.
"""

from __future__ import annotations

import multiprocessing
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from .judge import Report

Work = Callable[[Report], float]
Outcome = tuple[str, Any]
"""("score", number), ("pruned", None) or ("failed", why)."""


class Pruned(Exception):  # noqa: N818 - a way to end, not an error
    """The trial is not worth going on with."""


class WorkerError(RuntimeError):
    """An error in a forked trial; the message holds its traceback."""


def attempt(work: Work, report: Report) -> Outcome:
    """Work to its end. A training that diverged is an outcome; other errors are errors."""
    try:
        return "score", work(report)
    except Pruned:
        return "pruned", None
    except FloatingPointError as error:
        return "failed", str(error)


def side_by_side(
    jobs: Iterator[tuple[Any, Work]],
    at_once: int,
    should_stop: Callable[[Any, int, float], bool],
) -> Iterator[tuple[Any, Outcome]]:
    """Each job's key and outcome as they come, with up to `at_once` running.

    Args:
        jobs: drawn from when there is room, so that later ones can profit from earlier results.
        at_once: how many processes.
        should_stop: asked with (key, step, score so far), here, whether a trial should end early.
    """
    context = multiprocessing.get_context("fork")
    running: dict[Connection, tuple[Any, Any]] = {}
    try:
        while True:
            while len(running) < at_once and (job := next(jobs, None)) is not None:
                key, work = job
                here, there = context.Pipe()
                process = context.Process(target=_in_child, args=(there, work), daemon=True)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)  # pynn may be forked with threads
                    process.start()
                there.close()
                running[here] = key, process
            if not running:
                return
            for connection in wait(list(running)):
                assert isinstance(connection, Connection)
                key, process = running[connection]
                try:
                    kind, *said = connection.recv()
                except EOFError:
                    raise WorkerError(
                        f"a trial's process ended without a word, exit code {process.exitcode}"
                    ) from None
                if kind == "report":
                    connection.send(should_stop(key, *said))
                    continue
                if kind == "error":
                    raise WorkerError(f"a trial failed:\n{said[0]}")
                del running[connection]
                connection.close()
                process.join()
                yield key, (kind, said[0])
    finally:
        for connection, (_, process) in running.items():
            process.terminate()
            process.join()
            connection.close()


def _in_child(connection: Connection, work: Work) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair

    def report(step: int, score: float) -> None:
        connection.send(("report", step, score))
        if connection.recv():
            raise Pruned

    try:
        connection.send(attempt(work, report))
    except BaseException:
        connection.send(("error", traceback.format_exc()))
