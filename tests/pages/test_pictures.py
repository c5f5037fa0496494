"""Figures of the guide say what they show, and the gallery has a page and a picture for each example."""

from __future__ import annotations

import importlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

plt = pytest.importorskip("matplotlib.pyplot")
Image = pytest.importorskip("PIL.Image")

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "_static" / "gallery"


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of the guide, whose way to write pictures ends with the test."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    canvas = importlib.import_module("matplotlib.backends.backend_agg").FigureCanvasAgg
    monkeypatch.setattr(canvas, "print_png", canvas.print_png)
    sys.modules.pop("described", None)
    yield importlib.import_module("described")
    sys.modules.pop("described", None)


def test_a_figure_is_put_into_words(described: Any) -> None:
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([1, 2], label="training")
    left.plot([2, 1], label=r"with $\sigma_{2}$")
    left.set(title="Loss", xlabel="epoch", ylabel="cross-entropy")
    left.legend()
    figure.colorbar(right.imshow(np.eye(3)), ax=right)
    figure.suptitle("Two views")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    assert Image.open(file).info["Description"] == (
        "Two views. 2 panels. Loss: curves of cross-entropy over epoch; training, with sigma_2. Picture."
    )


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda axes: axes.bar([0, 1], [2, 3]), "Bars."),
        (lambda axes: axes.scatter([0, 1], [2, 3]), "Points."),
        (lambda axes: axes.text(0, 0, "a + b"), "Drawing; it says a + b."),
        (lambda axes: axes.set(xlabel="x", title="T"), "T: drawing of x."),
        (lambda axes: axes.set(title="long " * 200), "…"),
    ],
)
def test_each_kind_of_panel(described: Any, draw: Any, words: str) -> None:
    figure, axes = plt.subplots()
    draw(axes)
    text = described.describe(figure)
    plt.close(figure)
    assert text.endswith(words)
    assert len(text) <= described.LONGEST + 2


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("sphinx", reason="Sphinx writes the gallery")
    for folder in ("tools", "docs/_ext"):
        monkeypatch.syspath_prepend(str(ROOT / folder))
    return importlib.import_module("example_gallery")


def test_an_example_without_a_kept_picture_is_run(
    writer: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runs = []

    def draw(name: str, folder: Path, *more: str) -> dict[str, Any]:
        runs.append((name, more))
        folder.mkdir(parents=True)
        (folder / f"{name}.webp").write_bytes(b"picture")
        return {"said": ["42 %"], "shows": "a curve"}

    monkeypatch.setattr(writer.gallery, "draw", draw)
    monkeypatch.setattr(writer.gallery, "KEPT", tmp_path / "nothing")
    for _ in range(2):
        picture, result, quick = writer.kept_or_made("digits_cnn", tmp_path / "cache")
        assert (picture.read_bytes(), result["said"], quick) == (b"picture", ["42 %"], True)
    assert runs == [("digits_cnn", ("--quick",))]  # once


def test_titles_come_from_the_examples(writer: Any) -> None:
    title, more = writer.described("forecast")
    assert title.startswith("Forecast sunspots")
    assert more.startswith("Walking forward")
    assert "python examples" not in more
    assert writer.heading("gan_digits") == "GAN digits"
    assert "common" not in writer.gallery.names()


def test_what_is_kept_is_of_examples_and_light() -> None:
    results = json.loads((KEPT / "results.json").read_text(encoding="utf-8"))
    pictures = sorted(KEPT.glob("*.webp"))
    assert [path.stem for path in pictures] == sorted(results)
    assert set(results) <= {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert all(result["said"] and result["shows"] for result in results.values())
    assert sum(path.stat().st_size for path in pictures) < 1_300_000
