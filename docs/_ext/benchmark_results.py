"""Directives that show the results of `python -m benchmarks --out FOLDER`, or say that there are none."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class BenchmarkResults(SphinxDirective):
    """Its argument is the folder, relative to the root of the documentation."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        folder = Path(self.env.srcdir) / self.arguments[0]
        table, plot = folder / "table.md", folder / "speed.png"
        self.env.note_dependency(str(table))
        lines = []
        if plot.exists():
            lines += [f"![Speed beside other libraries](/{self.arguments[0]}/{plot.name})", ""]
        if table.exists():
            lines += table.read_text(encoding="utf-8").splitlines()
        if not lines:
            lines = [f"No results are stored in `docs/{self.arguments[0]}` yet."]
        body = nodes.container()
        self.state.nested_parse(StringList(lines, str(table)), self.content_offset, body)
        return body.children


class BenchmarkSummary(SphinxDirective):
    """How often pynn is ahead of the best PyTorch, and each row in which it is behind, in one paragraph."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        table = Path(self.env.srcdir) / self.arguments[0] / "table.md"
        self.env.note_dependency(str(table))
        text = table.read_text(encoding="utf-8") if table.exists() else ""
        rows = re.findall(r"^\| (.+?) \| .*\*\*([\d.]+)x\*\*", text, re.MULTILINE)
        body = nodes.container()
        self.state.nested_parse(StringList([summary(rows)], str(table)), self.content_offset, body)
        return body.children


def summary(rows: list[tuple[str, str]]) -> str:
    """The paragraph; a difference of up to 5 % is a tie."""
    if not rows:
        return "No results are stored yet."
    ratios = [float(ratio) for _, ratio in rows]
    ahead = sum(ratio > 1.05 for ratio in ratios)
    behind = [f"{name} ({ratio}x)" for name, ratio in rows if float(ratio) < 0.95]
    text = (
        f"In {ahead} of {len(rows)} comparisons with the best that PyTorch does, pynn is ahead by more than "
        f"5 %; the median is {median(ratios):.1f} times as fast."
    )
    return text + (f" **It is behind** in {len(behind)}: {'; '.join(behind)}." if behind else "")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("benchmark-results", BenchmarkResults)
    app.add_directive("benchmark-summary", BenchmarkSummary)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
