"""The first statement of a user's code whose result is suspicious, and the expression in it to blame."""

from __future__ import annotations

import ast
import linecache
import os
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any, NamedTuple

OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
NEW_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Found(NamedTuple):
    """What is to blame."""

    text: str
    """The expression as it is written."""
    value: Any
    place: str
    """Line, file and function."""
    owner: Any
    """What `self` is there."""


class Statements:
    """A block in which Python looks at the variables of the user's functions after every line.

    After the first line with a suspicious result, its expressions are computed once more, from the inside
    out, until one of them is suspicious: that one made it. Functions of pynn itself are not looked into.

    Args:
        suspicious: says so of a value.
        enough: whether to stop looking, asked at every line.
    """

    def __init__(self, suspicious: Callable[[Any], bool], enough: Callable[[], bool]) -> None:
        self.suspicious, self.enough = suspicious, enough
        self.found: Found | None = None

    def __enter__(self) -> Statements:
        self._before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *error: object) -> None:
        sys.settrace(self._before)

    def _called(self, frame: FrameType, event: str, arg: Any) -> Any:
        if self.found or self.enough() or frame.f_code.co_filename.startswith((OWN, "<frozen")):
            return None
        known = {id(value) for value in frame.f_locals.values() if self.suspicious(value)}
        line, variables = 0, dict(frame.f_locals)

        def step(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal line, variables
            if self.found or self.enough() or event == "exception":
                return step
            if line and event in ("line", "return"):
                now = [*frame.f_locals.values(), *([arg] if event == "return" else [])]
                if any(id(value) not in known and self.suspicious(value) for value in now):
                    self._blame(frame, line, variables, now, known)
            line, variables = frame.f_lineno, dict(frame.f_locals)
            return step

        return step

    def _blame(
        self, frame: FrameType, line: int, variables: dict[str, Any], now: list[Any], known: set[int]
    ) -> None:
        file, code = frame.f_code.co_filename, frame.f_code
        owner = variables.get("self")
        function = f"{type(owner).__name__}.{code.co_name}" if owner is not None else code.co_name
        name = os.path.basename(file) if os.path.exists(file) or file.startswith("<") else "a cell"
        place = f"line {line} of {name} ({function})"

        def bad(value: Any) -> bool:
            return id(value) not in known and self.suspicious(value)

        in_place = any(map(bad, variables.values()))  # what the statement read is gone: it is all we can name
        for expression in [] if in_place else _expressions(file, line, code):
            try:
                compiled = compile(ast.fix_missing_locations(ast.Expression(expression)), file, "eval")
                value = eval(compiled, frame.f_globals, variables)  # the user's own expression, once more
            except Exception:
                continue  # one that cannot stand alone
            if bad(value):
                self.found = Found(f"`{ast.unparse(expression)}`", value, place, owner)
                return
        value = next(filter(bad, now))
        text = linecache.getline(file, line).strip()
        self.found = Found(f"`{text}`" if text else "a statement", value, place, owner)


def _expressions(file: str, line: int, code: CodeType) -> Iterator[ast.expr]:
    """The expressions of the statement on a line, inner ones before those that use them."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return
    if code.co_name == "<lambda>":
        for node in ast.walk(tree):
            if isinstance(node, ast.Lambda) and node.lineno <= line <= (node.end_lineno or node.lineno):
                names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
                if names == list(code.co_varnames[: len(names)]):
                    yield from _inner(node.body)
        return
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    if not around:
        return
    statement = min(around, key=lambda node: (node.end_lineno or node.lineno) - node.lineno)
    if isinstance(statement, ast.AugAssign):
        yield from _inner(statement.value)
        target: Any = ast.parse(ast.unparse(statement.target), mode="eval").body
        yield ast.BinOp(target, statement.op, statement.value)
        return
    for part in ast.iter_child_nodes(statement):
        if isinstance(part, ast.expr) and not isinstance(getattr(part, "ctx", None), ast.Store):
            yield from _inner(part)


def _inner(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, NEW_SCOPES):
        return
    for child in ast.iter_child_nodes(node):
        yield from _inner(child)
    if isinstance(node, ast.expr) and not isinstance(node, (ast.Constant, ast.Starred)):
        yield node
