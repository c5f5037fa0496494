"""The C++ of an op: the parts of its file that have to do with it, in their order.

A file of csrc/ops/ may hold a family of ops. It is cut into its top-level pieces (structs, functions,
registrations), and from the op's registration the names are followed to what they stand for.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

_OUTER = re.compile(r"^\s*(inline |extern )?namespace\b[^;]*\{\s*$|^\}\s*(// namespace.*)?$|^#(?!define)")
_WORD = re.compile(r"[A-Za-z_]\w*")
_NAMES = [
    re.compile(r"^\s*(?:struct|class|enum class|concept)\s+(\w+)", re.MULTILINE),
    re.compile(r"^\s*(?:using|concept)\s+(\w+)\s*=", re.MULTILINE),
    re.compile(r"^#define\s+(\w+)", re.MULTILINE),
    re.compile(r"^(?:PYNN_[A-Z_]+)\((\w+)"),
    re.compile(r"(?:static|inline|constexpr|extern|const)\s[^=({]*?[\s&*](\w+)\s*[={(\[]"),
    re.compile(r"^[\w:<>,&*\s]*?[\s&*](\w+)\s*\(", re.MULTILINE),
]
_LARGEST = 400  # lines of an excerpt; of more, the pieces nearest to the op are kept


@functools.cache
def text_of(file: str) -> str:
    """A file of csrc/: from beside the package (a clone), or from within it (installed).

    Raises:
        FileNotFoundError: this installation has no C++ sources.
    """
    inside, beside = files("pynn") / file, Path(__file__).resolve().parents[2] / file
    if inside.is_file():
        return inside.read_text(encoding="utf-8")
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    raise FileNotFoundError(f"{file} is not part of this installation of pynn")


@dataclass(frozen=True)
class Piece:
    """One top-level piece of a C++ file, with the comment above it."""

    text: str
    names: frozenset[str]
    words: frozenset[str]


def excerpt(op: Any) -> str:
    """The comment at the head of the op's file, and all pieces that its registration leads to."""
    text = text_of(op.file)
    head, pieces = split(text)
    starts = [i for i, piece in enumerate(pieces) if f'.name = "{op.name}"' in piece.text]
    if not starts:  # registered by a macro or a template
        starts = [i for i, piece in enumerate(pieces) if f'"{op.name}"' in piece.text]
    if not starts:
        return text
    defined: dict[str, list[int]] = {}
    for i, piece in enumerate(pieces):
        for name in piece.names:
            defined.setdefault(name, []).append(i)
    wanted: list[int] = []
    waiting, lines = starts, 0
    while waiting:
        i = waiting.pop(0)
        if i in wanted:
            continue
        lines += pieces[i].text.count("\n") + 1
        if wanted and lines > _LARGEST:
            break
        wanted.append(i)
        others = {j for word in pieces[i].words for j in defined.get(word, [])}
        waiting += sorted(others - set(wanted) - set(waiting))
    parts = [head] if head else []
    parts += [pieces[i].text for i in sorted(wanted)]
    return "\n\n".join(parts) + "\n"


def split(text: str) -> tuple[str, list[Piece]]:
    """(the comment at the head of a file, its top-level pieces)."""
    lines = text.splitlines()
    first = next((i for i, line in enumerate(lines) if not line.startswith("//")), len(lines))
    return "\n".join(lines[:first]), [_piece(block) for block in _blocks(lines[first:])]


def _piece(block: list[str]) -> Piece:
    text = "\n".join(block)
    code = "\n".join(re.sub(r"//.*", "", line) for line in block)
    names = set()
    for pattern in _NAMES:
        found = pattern.search(code)
        if found:
            names.add(found[1])
    return Piece(text, frozenset(names), frozenset(_WORD.findall(code)) - names)


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    """Runs of lines from one top-level beginning to its end; namespaces and the preprocessor fall away."""
    block: list[str] = []
    depth, is_macro = 0, False
    for line in lines:
        if depth == 0 and not is_macro and (_OUTER.match(line) or not line.strip()):
            if block and all(part.lstrip().startswith("//") for part in block):
                block = []  # a comment that belongs to nothing below it
            continue
        block.append(line)
        if is_macro or line.startswith("#define"):
            is_macro = line.endswith("\\")
            if not is_macro:
                yield block
                block = []
            continue
        code = re.sub(r"//.*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])'", "", line)
        depth += code.count("{") + code.count("(") - code.count("}") - code.count(")")
        stripped = code.strip()
        if depth == 0 and stripped and (stripped[-1] in ";}" or stripped.startswith("PYNN_")):
            yield block
            block = []
    if block:
        yield block
