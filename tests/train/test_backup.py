"""A training that is killed and run again ends like one that was never stopped, to the last bit."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import killed_run
import numpy as np
import pytest

import pynn
from pynn import _files, nn, train

SCRIPT = Path(killed_run.__file__)


class Killed(BaseException):
    """Stands for a kill: nothing after it runs but `finally`."""


class Kill(train.Callback):
    """Ends the training at the nth call of one of its methods."""

    def __init__(self, where: str, n: int) -> None:
        self.left = n

        def count(*args: Any) -> None:
            self.left -= 1
            if self.left == 0:
                raise Killed

        setattr(self, where, count)

    def state_dict(self) -> dict[str, Any]:
        return {}


def same(a: Any, b: Any) -> bool:
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, pynn.Tensor):
        return a.dtype == b.dtype and a.shape == b.shape and a.numpy().tobytes() == b.numpy().tobytes()
    return type(a) is type(b) and (a == b or (a != a and b != b))


def assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for part in expected:
        assert same(found[part], expected[part]), f"{part} differs"


def killed(folder: Path, where: str, n: int, epochs: int, **how: Any) -> bool:
    try:
        killed_run.run(folder, epochs, extra=[Kill(where, n)], **how)
    except Killed:
        return True
    return False


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "unbroken").mkdir()
    (tmp_path / "broken").mkdir()
    return tmp_path / "unbroken", tmp_path / "broken"


@pytest.mark.parametrize("way", list(killed_run.WAYS))
def test_any_way_to_read_data_goes_on(folders: tuple[Path, Path], way: str) -> None:
    unbroken, broken = folders
    expected = killed_run.run(unbroken, 4, way=way)
    for where, n in [("on_train_batch_begin", 2), ("on_train_batch_begin", 4), ("on_test_end", 1),
                     ("on_train_batch_end", 9), ("on_epoch_end", 1)]:  # fmt: skip
        assert killed(broken, where, n, 4, way=way)
    assert_same(killed_run.run(broken, 4, way=way), expected)


@pytest.mark.parametrize("n", range(1, 17))
def test_every_batch_is_a_place_to_go_on_from(folders: tuple[Path, Path], n: int) -> None:
    unbroken, broken = folders
    expected = killed_run.run(unbroken, 2)
    assert killed(broken, "on_train_batch_begin", n, 2)
    assert_same(killed_run.run(broken, 2), expected)


def test_gathered_gradients_are_never_cut_in_two(folders: tuple[Path, Path]) -> None:
    unbroken, broken = folders
    expected = killed_run.run(unbroken, 3, accumulate=3)
    for n in (6, 5, 4, 3):
        assert killed(broken, "on_train_batch_begin", n, 3, accumulate=3)
    assert_same(killed_run.run(broken, 3, accumulate=3), expected)


def test_a_finished_training_stays_and_can_be_prolonged(folders: tuple[Path, Path]) -> None:
    unbroken, broken = folders
    once = killed_run.run(broken, 2)
    assert_same(killed_run.run(broken, 2), once)
    assert_same(killed_run.run(broken, 4), killed_run.run(unbroken, 4))


def test_early_stopping_stays_stopped(folders: tuple[Path, Path]) -> None:
    _, broken = folders
    stopped = killed_run.run(broken, 60)
    assert len(stopped["epochs"]) < 60
    assert_same(killed_run.run(broken, 60), stopped)


# ---- real processes, really killed ------------------------------------------------------------------------


def start(folder: Path, epochs: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder), str(epochs)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as said:
        assert said.readline() == "ready\n"
    return process


def kill_and_go_on(folders: tuple[Path, Path], kills: int, epochs: int, seed: int) -> None:
    unbroken, broken = folders
    began = time.perf_counter()
    process = start(unbroken, epochs)
    assert process.wait() == 0
    alone = time.perf_counter() - began
    expected = pynn.load(unbroken / "result.safetensors")
    moments, done = random.Random(seed), 0
    while done < kills:
        process = start(broken, epochs)
        try:  # the moment of the kill is the test's input, not what it asserts
            process.wait(moments.uniform(0.01, 0.5) * alone / min(kills, 5))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
            continue
        (broken / "run.safetensors").unlink()  # it came to its end: begin anew
    process = start(broken, epochs)
    assert process.wait() == 0
    assert_same(pynn.load(broken / "result.safetensors"), expected)
    assert not [file for file in broken.iterdir() if file.name.endswith(".tmp")]


def test_kill_9_in_a_loop(folders: tuple[Path, Path]) -> None:
    kill_and_go_on(folders, kills=4, epochs=30, seed=0)


@pytest.mark.slow
def test_kill_9_fifty_times(folders: tuple[Path, Path]) -> None:
    kill_and_go_on(folders, kills=50, epochs=100, seed=1)


# ---- what does not fit together ----------------------------------------------------------------------------


def small(path: Path, features: int = 2, batch_size: int = 4, optimizer: str = "adam") -> Any:
    pynn.manual_seed(0)
    model = nn.Linear(features, 1)
    model.compile(optimizer, "mse")
    x = pynn.ones(8, features)
    backup = train.BackupAndRestore(path, save_freq=1, verbose=False)
    return model, lambda: model.fit(x, x[:, :1], batch_size=batch_size, verbose=0, callbacks=[backup])


def test_what_belongs_to_another_training_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    small(path)[1]()
    for how, complaint in [
        ({"features": 3}, r"shape \(1, 2\) given"),
        ({"batch_size": 8}, "had 2 batches; now it has 1"),
        ({"optimizer": "rmsprop"}, "keeps no 'exp_avg'"),
    ]:
        model, fit = small(path, **how)
        before = model.weight.detach().clone()
        with pytest.raises(ValueError, match=rf"(?s)cannot go on from .*run.safetensors.*{complaint}"):
            fit()
        assert (model.weight == before).all()
    pynn.save({"weight": pynn.ones(1)}, path)
    with pytest.raises(ValueError, match=r"state of a training.*model\.load"):
        small(path)[1]()


def test_every_damage_to_the_file_is_one_kind_of_error(tmp_path: Path) -> None:
    path = tmp_path / "run.safetensors"
    small(path)[1]()
    state = pynn.load(path)
    wrong: list[Any] = [None, 3, "text", [], {}, [1, 2], {"a": 1}, pynn.ones(1), -1, 1e300, 1 << 70]

    def places(part: Any, way: tuple[Any, ...]) -> Any:
        yield way
        if isinstance(part, dict):
            for key, inner in part.items():
                yield from places(inner, (*way, key))
        elif isinstance(part, (list, tuple)) and len(part) < 10:
            for key, inner in enumerate(part):
                yield from places(inner, (*way, key))

    def changed(part: Any, way: tuple[Any, ...], value: Any) -> Any:
        if not way:
            return value
        if isinstance(part, dict):
            return {k: changed(v, way[1:], value) if k == way[0] else v for k, v in part.items()}
        return type(part)(changed(v, way[1:], value) if k == way[0] else v for k, v in enumerate(part))

    rng = random.Random(0)
    refused = 0
    numbers = random.getstate(), np.random.get_state(), pynn.get_rng_state()
    for way in places(state, ()):
        for value in rng.sample(wrong, 3):
            pynn.save(changed(state, way, value), path)
            try:
                small(path)[1]()
            except (ValueError, TypeError):
                refused += 1
    assert refused > 60
    random.setstate(numbers[0])
    np.random.set_state(numbers[1])
    pynn.set_rng_state(numbers[2])


def test_leftovers_of_dead_processes_only(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    path = tmp_path / "run.safetensors"
    kept = [f".run.safetensors.{os.getpid()}.tmp", ".run.safetensors.mine.tmp", "run.safetensors", ".x.1.tmp"]
    for name in [*kept, f".run.safetensors.{dead.pid}.tmp"]:
        (tmp_path / name).touch()
    _files.remove_leftovers(path)
    assert sorted(os.listdir(tmp_path)) == sorted(kept)


def test_attributes_are_remembered_and_options_are_not() -> None:
    callback = killed_run.Remembers(scale=2.0)
    callback.seen, callback.hidden = 5, {"a": (pynn.ones(1), np.zeros(2))}
    callback.file = object()
    state = callback.state_dict()
    assert set(state) == {"seen", "drawn", "hidden"}
    other = killed_run.Remembers(scale=3.0)
    other.load_state_dict({**state, "scale": 7.0, "model": 1, "on_epoch_end": "code"})
    assert (other.seen, other.scale) == (5, 3.0)
    assert not hasattr(other, "model")
    assert callable(other.on_epoch_end)
