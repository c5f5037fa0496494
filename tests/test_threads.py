"""Threads: the number never changes a result, and pynn works from many Python threads and after a fork.

(tests/test_op_threads.py compares every op; here are programs.)
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

import pynn


@pytest.fixture(autouse=True)
def same_number_of_threads_afterwards():
    before = pynn.get_num_threads()
    yield
    pynn.set_num_threads(before)


def softmax_regression() -> pynn.Tensor:
    x, w = pynn.randn(400, 120), pynn.randn(120, 50, requires_grad=True)
    logits = x @ w
    (pynn.log_softmax(logits, 1) * pynn.softmax(pynn.randn(400, 50), 1)).sum().backward()
    return w.grad


PROGRAMS = {
    "sum": lambda: pynn.randn(300_001).sum(),
    "mean of rows": lambda: pynn.randn(301, 1003).mean(0),
    "var": lambda: pynn.randn(301, 1003).var(),
    "amax": lambda: pynn.randn(301, 1003).amax(1),
    "matmul": lambda: pynn.randn(211, 333) @ pynn.randn(333, 97),
    "softmax": lambda: pynn.softmax(pynn.randn(301, 1003), -1),
    "dropout": lambda: pynn.nn.functional.dropout(pynn.ones(300_001), 0.3, True),
    "randn": lambda: pynn.randn(300_001),
    "randperm": lambda: pynn.randperm(100_001),
    "gradient": softmax_regression,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_results_are_the_same_on_any_number_of_threads(name):
    def run(threads: int) -> bytes:
        pynn.set_num_threads(threads)
        pynn.manual_seed(1)
        return PROGRAMS[name]().detach().numpy().tobytes()

    alone = run(1)
    assert all(run(n) == alone for n in (2, 3, 4, 7))


def test_set_num_threads():
    pynn.set_num_threads(3)
    assert pynn.get_num_threads() == 3
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="set_num_threads: expected 1 or more"):
            pynn.set_num_threads(wrong)
    with pytest.raises(TypeError):
        pynn.set_num_threads("two")
    assert pynn.get_num_threads() == 3


def in_threads(work, count: int = 4) -> list:
    """work(k) in `count` Python threads that start together; their results, or the first error."""
    results: list = [None] * count
    start = threading.Barrier(count)

    def run(k: int) -> None:
        start.wait()
        try:
            results[k] = work(k)
        except BaseException as error:
            results[k] = error

    threads = [threading.Thread(target=run, args=(k,)) for k in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


def test_several_python_threads_compute_and_differentiate():
    rng = np.random.default_rng(0)
    inputs = [rng.standard_normal((130, 140)) for _ in range(4)]

    def work(k: int) -> list[bytes]:
        out = []
        for _ in range(20):
            x = pynn.tensor(inputs[k], requires_grad=True)
            y = pynn.softmax((x @ x.T).tanh(), -1)
            (y * y).sum().backward()
            out += [y.detach().numpy().tobytes(), x.grad.numpy().tobytes()]
        return out

    assert in_threads(work) == [work(k) for k in range(4)]


def test_threads_share_a_parameter_without_losing_a_gradient():
    w = pynn.ones(1000, requires_grad=True)

    def work(k: int) -> None:
        for _ in range(50):
            (w * (k + 1.0)).sum().backward()

    in_threads(work)
    assert set(w.grad.tolist()) == {50.0 * (1 + 2 + 3 + 4)}


def test_no_grad_holds_for_its_own_thread_only():
    inside, done = threading.Event(), threading.Event()

    def without() -> None:
        with pynn.no_grad():
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=without)
    thread.start()
    try:
        assert inside.wait(10)
        assert pynn.is_grad_enabled()
        assert (pynn.ones(1, requires_grad=True) * 2).requires_grad
    finally:
        done.set()
        thread.join()


def test_memory_of_other_threads_comes_back():
    before = pynn.memory_stats()["allocated_bytes"]
    in_threads(lambda k: [pynn.randn(1000) * 2 for _ in range(50)] and None)
    assert pynn.memory_stats()["allocated_bytes"] == before


def test_a_forked_child_computes():
    pynn.set_num_threads(2)
    x = pynn.randn(300, 300)
    want = (x @ x).sum().item()  # the pool of threads exists before the fork
    child = os.fork()
    if child == 0:
        try:
            same = (x @ x).sum().item() == want and pynn.get_num_threads() == 1
            pynn.set_num_threads(2)  # waits for threads that did not survive the fork, if it is obeyed
            same = same and (x @ x).sum().item() == want and pynn.get_num_threads() == 1
            os._exit(0 if same else 1)
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert (x @ x).sum().item() == want


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"PYNN_NUM_THREADS": "3"}, 3),
        ({"OMP_NUM_THREADS": "5"}, 5),
        ({"PYNN_NUM_THREADS": "3", "OMP_NUM_THREADS": "5"}, 3),
        (
            {"PYNN_NUM_THREADS": "many"},
            len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        ),
    ],
)
def test_the_environment_says_how_many_threads_to_start_from(variables, expected):
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")} | variables
    command = [sys.executable, "-c", "import pynn; print(pynn.get_num_threads())"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert int(said) == (expected or os.cpu_count())
