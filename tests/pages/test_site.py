"""Every page of the built guide (`make docs`): for every eye and ear, at any width, light, no link broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .browser import browser, opened
from .site import CHECKS, broken, pages, weight

BUILT = Path(__file__).parents[2] / "docs" / "_build" / "html"
NOT_BUILT = pytest.param(None, id="none", marks=pytest.mark.skip(reason="the guide is not built; make docs"))
PAGES = [pytest.param(page, id=page.relative_to(BUILT).as_posix()) for page in pages(BUILT)] or [NOT_BUILT]
HEAVY = 1_500_000  # bytes


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_read_by_anyone(running: Any, page: Path) -> None:
    with opened(running, page, width=400) as shown:
        wrong = shown.evaluate(CHECKS)
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_light_and_leads_somewhere(page: Path) -> None:
    assert weight(page) < HEAVY
    wrong = broken(page, BUILT)
    assert not wrong, "\n".join(["", *wrong])


GOOD = """<!doctype html><html lang=en><meta charset=utf-8><body><div role=main><h1>A page</h1><h2>Part</h2>
<p>Words.</p><img alt="a line that falls" src="a.png"><button>go</button></div></body></html>"""


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("a line that falls", "../_images/a.png", "text for pictures: alt="),
        ("a line that falls", "", "text for pictures: alt="),
        ("<p>", "<svg width=9 height=9></svg><p>", "text for pictures: nothing names <svg"),
        ("<h2>", "<h3>", "headings: from 1 to 3: Part"),
        ("<h2>Part</h2>", "<h1>Part</h1>", "headings: 2 headings of level 1"),
        ("lang=en", "", "headings: the page has no language"),
        (">go<", "><", "controls: nothing names <button"),
        ("<p>", "<input><p>", "controls: nothing names <input"),
        ("<p>", "<p style='width: 900px'>", "width: it scrolls to"),
        ("<p>", "<p style='color: #777'>", "contrast, light: 4.48: #777777 on #ffffff"),
        ("<p>", "<p style='color: rgb(0 0 0 / 50%)'>", "contrast, light: 3.98"),
        ("<body>", "<style>[data-theme=dark] p { background: #333 }</style><body>", "contrast, dark: 1.66"),
    ],
)
def test_what_is_wrong_with_a_page_is_seen(
    running: Any, tmp_path: Path, before: str, after: str, complaint: str
) -> None:
    assert before in GOOD
    page = running.new_page(viewport={"width": 400, "height": 900})
    for text, want in [(GOOD, ""), (GOOD.replace(before, after), complaint)]:
        page.set_content(text)
        said = "\n".join(page.evaluate(CHECKS))
        assert said.startswith(want) if want else not said, said
    page.close()


def test_what_leads_nowhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "b.html").write_text("<p id=here>")
    page = tmp_path / "a.html"
    page.write_text(
        "<p id=top><a href='#top'></a><a href='b.html#here'></a><a href='https://example.org/'></a>"
        "<a href='#gone'></a><a href='b.html#gone'></a><a href='c.html'></a><img src='d.png'>"
    )
    assert broken(page, tmp_path) == [
        "#gone: no such place in a.html",
        "b.html#gone: no such place in b.html",
        "c.html: no such file",
        "d.png: no such file",
    ]
    (tmp_path / "d.png").write_bytes(bytes(1000))
    assert weight(page) == page.stat().st_size + 1000
