"""How an explanation looks: plain text, rich in a terminal, HTML in a notebook."""

from __future__ import annotations

import io
import textwrap
from html import escape
from typing import Any


def plain(explanation: Any) -> str:
    """Plain text, the views one below the other."""
    parts = [explanation.name, textwrap.fill(explanation.about, 100)]
    for title, _, text in explanation.sections:
        parts.append(f"── {title} " + "─" * max(3, 96 - len(title)) + "\n" + text.rstrip())
    return "\n\n".join(parts) + "\n"


def rich_text(explanation: Any) -> str:
    """With colours and panels, if rich is installed."""
    try:
        from rich.console import Console, Group
        from rich.panel import Panel
        from rich.syntax import Syntax
        from rich.text import Text
    except ImportError:
        return plain(explanation)
    parts: list[Any] = [Text(explanation.about)]
    for title, language, text in explanation.sections:
        body = Syntax(text.rstrip(), language, theme="ansi_dark", background_color="default")
        parts.append(Panel(Text(text) if language == "text" else body, title=title, title_align="left"))
    console = Console(file=io.StringIO(), force_terminal=True)
    console.print(Group(Text(explanation.name, style="bold"), *parts))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


STYLE = """<style>
.pynn-explain{font:14px/1.5 ui-sans-serif,system-ui,sans-serif;max-width:60em}
.pynn-explain summary{cursor:pointer;font-weight:600;padding:.2em 0}
.pynn-explain pre{padding:.6em .8em;border:1px solid rgba(128,128,128,.4);border-radius:6px;overflow:auto;
max-height:32em;font:12.5px/1.45 ui-monospace,monospace;background:rgba(128,128,128,.08);color:inherit;
text-align:left}
</style>"""


def html(explanation: Any) -> str:
    """Four sections that open and close; the C++ is closed at first."""
    parts = [STYLE, f'<div class="pynn-explain"><h3>{escape(explanation.name)}</h3>']
    parts.append(f"<p>{escape(explanation.about)}</p>")
    for title, language, text in explanation.sections:
        state = "" if language == "cpp" else " open"
        parts.append(
            f"<details{state}><summary>{escape(title)}</summary>"
            f"<pre><code>{escape(text.rstrip())}</code></pre></details>"
        )
    return "\n".join([*parts, "</div>"])
