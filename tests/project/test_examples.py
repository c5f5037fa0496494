"""Every example runs: with --quick, as a user runs it, it prints its number and writes its picture."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pynn

pytest.importorskip("matplotlib")

SAYS = {
    "denoising_autoencoder": r"PSNR of 360 test digits: noisy ([\d.]+) dB, restored ([\d.]+) dB",
    "detector_shapes": r"mAP ([\d.]+) on \d+ new pictures",
    "dates_seq2seq": r"right translations of \d+ new dates: ([\d.]+) %",
    "digits_cnn": r"test accuracy ([\d.]+) %",
    "forecast": r"last cycle: mean absolute error ([\d.]+).*\n.*\nnetwork: mean absolute error ([\d.]+)",
    "gan_digits": r"a classifier is sure of (\d+) %",
    "gpt_text": r"counting two pieces: perplexity ([\d.]+).*\n(?:.*\n)?GPT: perplexity ([\d.]+)",
    "sentiment": r"reading \(GRU\): ([\d.]+) % of \d+; easy and hard ([\d.]+) % and ([\d.]+) %",
    "table": r"test accuracy ([\d.]+) % of 85 masses",
    "memory_tasks": r"copy task: RNN ([\d.]+), LSTM ([\d.]+), GRU ([\d.]+)",
    "tones_whisper": r"4 beams: note error rate ([\d.]+) %, whole melodies right ([\d.]+) %",
    "transfer_learning": r"5 of each of 5 to 9, 10 steps: from scratch ([\d.]+) %.*fine-tuned ([\d.]+) %",
    "unet_shapes": r"mean IoU ([\d.]+) on \d+ new pictures",
    "vae_digits": r"negative ELBO of 360 test digits: ([\d.]+) nats",
}


def test_every_example_is_here(root: Path) -> None:
    scripts = {path.stem for path in (root / "examples").glob("*.py")} - {"common"}
    assert scripts == set(SAYS)
    named = (root / "docs" / "examples.md").read_text(encoding="utf-8")
    assert [script for script in scripts if f"examples/{script}.py" not in named] == []


@pytest.mark.parametrize("name", SAYS)
def test_an_example_says_its_number_and_draws_its_picture(root: Path, tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, root / "examples" / f"{name}.py", "--quick", "--out", tmp_path / "pictures"],
        env={**os.environ, "PYTHONPATH": str(root), "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    numbers = re.search(SAYS[name], done.stdout)
    assert numbers is not None, done.stdout
    assert all(float(number) >= 0 for number in numbers.groups())
    picture = (tmp_path / "pictures" / f"{name}.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000


def test_a_gpt_that_was_stopped_goes_on_to_the_same_weights(root: Path, tmp_path: Path) -> None:
    def run(*more: str) -> str:
        command = [sys.executable, root / "examples" / "gpt_text.py", "--quick", "--out", tmp_path, *more]
        environment = {**os.environ, "PYTHONPATH": str(root), "MPLBACKEND": "Agg"}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    whole = run().partition("GPT: ")[2]
    state = pynn.load(tmp_path / "gpt_text.safetensors")
    stopped = run("--until", "3")
    assert "GPT: " not in stopped
    assert pynn.load(tmp_path / "gpt_text.safetensors")["step"] == 3
    assert run("--resume").partition("GPT: ")[2] == whole  # perplexity, and every letter written
    resumed = pynn.load(tmp_path / "gpt_text.safetensors")
    assert resumed["losses"] == state["losses"]
    assert all(bool((value == state["model"][name]).all()) for name, value in resumed["model"].items())
