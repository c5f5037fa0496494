"""The command line, run as its users run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pynn
from pynn import cli


def test_demo_learns_the_digits_and_draws_them(tmp_path, capsys):
    assert cli.main(["demo", "--epochs", "5", "--out", str(tmp_path / "pictures")]) == 0
    said = capsys.readouterr().out
    accuracy = float(re.search(r"test accuracy ([\d.]+) %", said).group(1))
    assert accuracy > 96
    missed, total = map(int, re.search(r"misread (\d+) of (\d+): \d as \d", said).groups())
    assert 100 * (1 - missed / total) == pytest.approx(accuracy, abs=0.01)
    picture = (tmp_path / "pictures" / "digits.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000


def test_what_was_misread_is_counted():
    assert cli.misread([1, 2], [1, 2]) == "misread none of 2"
    assert cli.misread([8, 8, 8, 0, 5], [1, 1, 1, 6, 5]) == "misread 4 of 5: 1 as 8 (3 times), 6 as 0"


def test_the_reader_of_digits_sees_them_changed_in_training_only():
    model = cli.digit_reader()
    x = pynn.rand(4, 1, 8, 8)
    assert model(x).shape == (4, 10)
    augment = model[0]
    assert not augment(x).equal(x)
    model.eval()
    assert augment(x).equal(x)


def test_info(capsys):
    assert cli.main(["info"]) == 0
    said = capsys.readouterr().out
    for fact in (pynn.__version__, pynn._core.isa(), "threads", "CUDA"):
        assert fact in said


@pytest.mark.parametrize("arguments", [[], ["fly"], ["demo", "--epochs", "many"], ["info", "--loud"]])
def test_what_is_not_understood(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "usage: pynn" in capsys.readouterr().err


def test_bench_needs_the_repository(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    assert cli.main(["bench"]) == 1
    assert "root of the" in capsys.readouterr().err


def test_it_is_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "pynn.cli", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"pynn {pynn.__version__}"


def test_bench_hands_its_arguments_on():
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "pynn.cli", "bench", "--help"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--contenders" in done.stdout
