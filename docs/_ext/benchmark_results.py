"""A directive that shows the results of `python -m benchmarks --out FOLDER`, or says that there are none."""

from __future__ import annotations

from pathlib import Path

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


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("benchmark-results", BenchmarkResults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
