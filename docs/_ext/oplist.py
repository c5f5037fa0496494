"""Writes one page per op family, and their index, from the registry of the installed pynn."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

from sphinx.application import Sphinx

from pynn import _core

HOMES = {
    "everywhere": "pynn, a method of Tensor, and pynn.nn.functional where PyTorch has it",
    "function": "pynn",
    "method": "a method of Tensor",
    "functional": "pynn.nn.functional",
    "activation": "pynn, pynn.nn.functional and a method of Tensor",
    "internal": "used by other operations; not part of the public surface",
}


def plain(text: str) -> str:
    """Text of a docstring as Markdown that shows the very same characters; `code` stays code."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") else re.sub(r"([\\*_$<>|\[\]#{}~^])", r"\\\1", p) for p in pieces)


def fenced(text: str, language: str = "text") -> str:
    return f"```{language}\n{text}\n```"


def called(op: _core.Op) -> str:
    """The name under which a user reaches the op."""
    if op.home == "functional":
        return f"pynn.nn.functional.{op.name}"
    if op.home == "method":
        return f"Tensor.{op.name}"
    return op.name if op.home == "internal" else f"pynn.{op.name}"


def entry(op: _core.Op) -> str:
    parts = [f"(op-{op.name})=\n## {op.name}", fenced(called(op) + op.signature, "python"), plain(op.doc)]
    parts.append("**Formula**\n\n" + fenced(op.formula))
    if op.gradient:
        parts.append("**Gradient**\n\n" + fenced(op.gradient))
    rows = [("Found in", plain(HOMES.get(op.home, op.home)))]
    if op.aliases:
        rows.append(("Other names", ", ".join(f"`{a}`" for a in op.aliases)))
    if op.outputs:
        rows.append(("Returns", ", ".join(f"`{o}`" for o in op.outputs)))
    how = "no"
    if op.differentiable:
        how = "yes, and its gradient again" if op.twice_differentiable else "yes, once"
    elif op.gradient.startswith(("through", "d")):
        how = "yes, through the operations that it is written in"
    rows.append(("Differentiable", how))
    if op.source:
        rows.append(("Source", plain(op.source)))
    if op.reference:
        rows.append(("In NumPy", f"`` {op.reference} ``"))
    parts.append("\n".join(f"{name}\n: {value}\n" for name, value in rows))
    if op.samples:
        calls = "\n".join(f"{op.name}({sample})" for sample in op.samples)
        parts.append(":::{dropdown} Calls that the tests make\n" + fenced(calls, "python") + "\n:::")
    return "\n\n".join(parts)


def page(file: str, ops: list[_core.Op]) -> str:
    title = Path(file).stem.replace("_", " ").capitalize()
    names = ", ".join(f"[`{op.name}`](#op-{op.name})" for op in ops)
    source = (
        f"::::{{dropdown}} The whole of {file}\n:::{{literalinclude}} /../{file}\n:language: cpp\n:::\n::::"
    )
    return "\n\n".join([f"# {title}", f"{names}. All of it is in `{file}`.", *map(entry, ops), source]) + "\n"


def index(families: dict[str, list[_core.Op]]) -> str:
    rows = "\n".join(
        f"| [{stem.replace('_', ' ')}]({stem}.md) | " + ", ".join(f"`{o.name}`" for o in ops) + " |"
        for stem, ops in families.items()
    )
    pages = "\n".join(families)
    count = sum(map(len, families.values()))
    return (
        f"# Operations\n\nThe {count} operations of this build, {len(families)} files. "
        "These pages are written from the registry of the compiled library, so they say what it does.\n\n"
        f"| family | operations |\n| --- | --- |\n{rows}\n\n"
        f":::{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{pages}\n:::\n"
    )


def write_pages(app: Sphinx) -> None:
    """Write what changed, remove what is gone: an unchanged page is not built again."""
    folder = Path(app.srcdir) / "api" / "ops"
    folder.mkdir(parents=True, exist_ok=True)
    by_file = sorted(_core.registry(), key=lambda op: op.file)
    families = {
        file: sorted(ops, key=lambda op: (op.home == "internal", op.name))
        for file, ops in groupby(by_file, key=lambda op: op.file)
    }
    by_stem = {Path(file).stem: ops for file, ops in sorted(families.items(), key=lambda f: Path(f[0]).stem)}
    if len(by_stem) != len(families):
        raise ValueError("two files of ops have one name; their pages would overwrite each other")
    texts = {f"{Path(file).stem}.md": page(file, ops) for file, ops in families.items()}
    texts["all.md"] = index(by_stem)
    for old in folder.glob("*.md"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        target = folder / name
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
