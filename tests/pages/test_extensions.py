"""What the guide's own Sphinx extensions write."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_ext"


@pytest.fixture
def extension(monkeypatch: pytest.MonkeyPatch) -> Any:
    pytest.importorskip("sphinx", reason="extensions of Sphinx need Sphinx")
    pytest.importorskip("latex2mathml", reason="formulas are made by latex2mathml")
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    return importlib.import_module


def test_lines_of_a_formula_are_aligned(extension: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mathml, said = extension("mathml"), []
    monkeypatch.setattr(mathml.logger, "warning", lambda *text: said.append(text))
    shown = mathml.mathml(r"\begin{aligned} i &= a &&\text{write?} \\ f &= b \end{aligned}", "block")
    assert shown.count("<mtr>") == 2
    assert "<mi>&</mi>" not in shown
    assert not said
    mathml.mathml(r"a & b", "inline")
    mathml.mathml(r"\nonsense{a}", "inline")
    assert len(said) == 2


def test_the_summary_names_what_is_slower(extension: Any) -> None:
    summary = extension("benchmark_results").summary
    said = summary([("`x + y` 4x4", "2.00"), ("`x @ y`", "1.04"), ("conv", "0.80"), ("gelu", "1.50")])
    assert "In 2 of 4 comparisons" in said
    assert "the median is 1.3 times" in said
    assert "**It is behind** in 1: conv (0.80x)." in said
    assert "behind" not in summary([("a", "2.00")])
    assert summary([]) == "No results are stored yet."


def test_a_picture_brings_its_alt_text(extension: Any, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    plugin = pytest.importorskip("PIL.PngImagePlugin")
    told = plugin.PngInfo()
    told.add_text("Description", "a line that falls")
    image.new("RGB", (2, 2)).save(tmp_path / "a.png", pnginfo=told)
    image.new("RGB", (2, 2)).save(tmp_path / "b.png")
    read = extension("alt_texts").read
    assert [read(tmp_path / name) for name in ("a.png", "b.png", "c.png")] == ["a line that falls", "", ""]
