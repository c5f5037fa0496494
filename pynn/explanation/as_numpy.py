"""The reference of an op, one NumPy expression, written out as a function that one can read and run."""

from __future__ import annotations

import ast
import copy
import re
from typing import Any

import numpy as np

from . import helpers

WIDEST = 88
_UNPACKED = (ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp, ast.IfExp, ast.BoolOp)


def function_text(op: Any) -> str:
    """A module with the helpers that the op's reference calls, and ``def op_name(...)``.

    Returns:
        Python text; "" for an op whose result no expression gives (random numbers, memory as it is found).
    """
    if not op.reference:
        return ""
    names = [name for name, *_ in op.args]
    tree = ast.parse(op.reference, mode="eval").body
    lines = _Body(set(names)).lines(tree)
    if helpers.is_call_of(op.name, tree):  # the op is a helper
        lines = helpers.body(op.name)
    used = {node.id for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.Name)}
    called = helpers.sources(used - set(names))
    if op.name in used and op.name in helpers.FUNCTIONS:  # two functions cannot have one name
        own = re.compile(rf"\b{op.name}\(")
        lines = [own.sub(f"{op.name}_in_full(", line) for line in lines]
        called = [own.sub(f"{op.name}_in_full(", text) for text in called]
    text = f"def {op.name}({_signature(op)}):\n" + "\n".join("    " + line for line in lines)
    functions = [*called, text]
    imports = ["import math"] if any("math." in function for function in functions) else []
    return "\n\n\n".join(["\n".join([*imports, "import numpy as np"]), *map(_wrapped, functions)]) + "\n"


def _signature(op: Any) -> str:
    parts, optional = [], False
    for name, _, default, required, _ in op.args:
        optional = optional or not required
        plain = "None" if required else str(default).replace("inf", "np.inf")
        parts.append(f"{name}={plain}" if optional else name)
    return ", ".join(parts)


class _Body:
    """Statements in place of one long expression."""

    def __init__(self, bound: set[str]) -> None:
        self._taken = set(bound)
        self._lines: list[str] = []

    def lines(self, tree: ast.expr) -> list[str]:
        self._return(tree)
        return self._lines

    def _return(self, tree: ast.expr) -> None:
        tree = self._open_lambdas(tree)
        if isinstance(tree, ast.IfExp):  # cases one below the other
            rest: ast.expr = tree
            while isinstance(rest, ast.IfExp):
                test = self._text(rest.test)
                inner = _Body(self._taken).lines(rest.body)
                self._lines += [f"if {test}:", *("    " + line for line in inner)]
                rest = rest.orelse
            self._return(rest)
            return
        self._lines.append("return " + self._short(tree, WIDEST - len("return ")))

    def _open_lambdas(self, tree: ast.expr) -> ast.expr:
        """``(lambda s: body)(value)`` becomes ``s = value`` and body, wherever it is evaluated anyway."""
        while isinstance(tree, ast.Call) and isinstance(tree.func, ast.Lambda) and not tree.keywords:
            function = tree.func
            parameters = [a.arg for a in function.args.args]
            if len(tree.args) == 1 and isinstance(tree.args[0], ast.Starred):  # f(*values)
                renamed = {name: self._fresh(name) for name in parameters}
                targets = ", ".join(renamed.values())
                self._lines.append(
                    f"{targets} = {self._short(tree.args[0].value, WIDEST - len(targets) - 3)}"
                )
                tree = _renamed(function.body, renamed)
                continue
            if len(parameters) != len(tree.args):
                break
            renamed = {}
            for name, value in zip(parameters, tree.args, strict=True):
                fresh = self._fresh(name)
                renamed[name] = fresh
                self._assign(fresh, value)
            tree = _renamed(function.body, renamed)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute):  # (lambda ...)(...).max(-1)
            owner = tree.func.value
            if isinstance(owner, ast.Call) and isinstance(owner.func, ast.Lambda):
                tree.func.value = self._open_lambdas(owner)
        if (
            isinstance(tree, ast.Subscript)
            and isinstance(tree.value, ast.Tuple)
            and len(tree.value.elts) == 2
        ):
            first, second = tree.value.elts  # (change y, y)[1]: two statements
            if (
                isinstance(second, ast.Name)
                and isinstance(tree.slice, ast.Constant)
                and tree.slice.value == 1
            ):
                self._statement(first)
                return second
        return tree

    def _statement(self, tree: ast.expr) -> None:
        if isinstance(tree, ast.IfExp):
            self._lines += [f"if {self._text(tree.test)}:", f"    {self._change(tree.body)}"]
            self._lines += ["else:", f"    {self._change(tree.orelse)}"]
        else:
            self._lines.append(self._change(tree))

    def _change(self, tree: ast.expr) -> str:
        """``y.__setitem__(i, v)`` as a statement: ``y[i] = v``."""
        function = tree.func if isinstance(tree, ast.Call) else None
        if (
            isinstance(tree, ast.Call)
            and isinstance(function, ast.Attribute)
            and function.attr == "__setitem__"
        ):
            place, value = tree.args
            index = self._short(place, WIDEST // 2)
            return f"{self._text(function.value)}[{index}] = {self._short(value, WIDEST // 2)}"
        return self._text(tree)

    def _assign(self, name: str, value: ast.expr) -> None:
        if isinstance(value, ast.Lambda):
            parameters = [a.arg for a in value.args.args]
            inner = _Body(self._taken | set(parameters))
            body = inner.lines(value.body)
            self._lines += [f"def {name}({', '.join(parameters)}):", *("    " + line for line in body), ""]
            return
        value = self._open_lambdas(value)
        if isinstance(value, ast.IfExp):
            self._lines.append(f"if {self._text(value.test)}:")
            for part, after in ((value.body, "else:"), (value.orelse, "")):
                inner = _Body(self._taken)
                inner._assign(name, part)
                self._lines += ["    " + line for line in inner._lines] + ([after] if after else [])
            return
        self._lines.append(f"{name} = " + self._short(value, WIDEST - len(name) - 3))

    def _fresh(self, name: str) -> str:
        fresh, k = name, 2
        while fresh in self._taken:
            fresh, k = f"{name}{k}", k + 1
        self._taken.add(fresh)
        return fresh

    def _short(self, tree: ast.expr, width: int) -> str:
        """The expression in one line; parts that would make it too long are computed before."""
        text = self._text(tree)
        while len(text) > width or _repeated(tree):
            part = _repeated(tree) or _largest_part(tree, len(text))
            if part is None:
                break
            name = self._fresh(_name_for(part))
            wanted = ast.dump(part)
            self._assign(name, copy.deepcopy(part))  # which is changed on the way
            tree = _replaced(tree, wanted, name)
            text = self._text(tree)
        return text

    def _text(self, tree: ast.expr) -> str:
        return ast.unparse(_Prefixed(self._taken).visit(ast.parse(ast.unparse(tree), mode="eval").body))


def _evaluated_parts(tree: ast.AST) -> list[ast.expr]:
    """Subexpressions that are evaluated whenever the whole is, once each, the outermost first."""
    found: list[ast.expr] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop(0)
        if node is not tree and isinstance(node, (ast.Call, ast.BinOp, ast.IfExp, ast.ListComp)):
            found.append(node)
        if not isinstance(node, _UNPACKED):
            waiting += ast.iter_child_nodes(node)
    return found


def _repeated(tree: ast.expr) -> ast.expr | None:
    seen: dict[str, ast.expr] = {}
    for part in _evaluated_parts(tree):
        key = ast.dump(part)
        if key in seen and len(ast.unparse(part)) > 20:
            return part
        seen[key] = part
    return None


def _largest_part(tree: ast.expr, whole: int) -> ast.expr | None:
    parts = [(len(ast.unparse(p)), k, p) for k, p in enumerate(_evaluated_parts(tree))]
    most = max(0.75 * whole, 40)
    parts = [p for p in parts if 16 < p[0] < whole - 6 and (p[0] <= most or isinstance(p[2], ast.IfExp))]
    return max(parts, key=lambda p: (p[0], -p[1]))[2] if parts else None


_NAMES = {
    "abs": "distance",
    "cumprod": "products",
    "exp": "exponential",
    "log": "logarithm",
    "mean": "average",
    "moveaxis": "moved",
    "pad": "padded",
    "prod": "count",
    "reshape": "reshaped",
    "sliding_window_view": "windows",
    "split": "halves",
    "sqrt": "root",
    "sum": "total",
    "tuple": "items",
    "var": "variance",
    "where": "chosen",
}


def _name_for(part: ast.expr) -> str:
    """mean(x, -1) is the `average`, x.reshape(2) `reshaped`; sums, products and choices are terms."""
    if not isinstance(part, ast.Call):
        return "places" if isinstance(part, ast.ListComp) else "term"
    name = part.func.id if isinstance(part.func, ast.Name) else getattr(part.func, "attr", "term")
    return _NAMES.get(name, f"{name}_")


class _Replace(ast.NodeTransformer):
    def __init__(self, wanted: str, name: str) -> None:
        self._wanted, self._name = wanted, name

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr) and ast.dump(node) == self._wanted:
            return ast.Name(self._name, ast.Load())
        return super().generic_visit(node)


def _replaced(tree: ast.expr, wanted: str, name: str) -> ast.expr:
    return _Replace(wanted, name).visit(tree)


def _renamed(tree: ast.expr, names: dict[str, str]) -> ast.expr:
    class Rename(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.Name:
            return ast.Name(names.get(node.id, node.id), node.ctx)

    return Rename().visit(tree)


class _Prefixed(ast.NodeTransformer):
    """Names of NumPy get their `np.`, unless something nearer has the name."""

    def __init__(self, bound: set[str]) -> None:
        self._bound = set(bound)

    def visit_Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Call) and getattr(node.func.func, "id", "") == "__import__":
            return ast.Name("np", ast.Load())
        return self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        return self._with([a.arg for a in node.args.args], node)

    def _comprehension(self, node: Any) -> Any:
        targets = [n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)]
        return self._with(targets, node)

    visit_ListComp = visit_GeneratorExp = _comprehension  # noqa: N815 - names that ast gives
    visit_SetComp = visit_DictComp = _comprehension  # noqa: N815

    def _with(self, names: list[str], node: Any) -> Any:
        before, self._bound = self._bound, self._bound | set(names)
        node = self.generic_visit(node)
        self._bound = before
        return node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> Any:
        known = node.id in self._bound or node.id in helpers.NAMES or node.id in helpers.BUILTINS
        if known or not hasattr(np, node.id):
            return node
        return ast.Attribute(ast.Name("np", ast.Load()), node.id, ast.Load())


def _wrapped(text: str) -> str:
    """Lines that are too long, broken between the parts within brackets."""
    lines = []
    for line in text.splitlines():
        deeper = 8 if line.lstrip().startswith("def ") else 4
        indent = " " * (len(line) - len(line.lstrip()) + deeper)
        while len(line) > WIDEST + 10:
            at = _place_to_break(line, WIDEST + 10)
            if at is None:
                break
            lines.append(line[:at].rstrip())
            line = indent + line[at:].lstrip()
        lines.append(line)
    return "\n".join(lines)


def _place_to_break(line: str, width: int) -> int | None:
    """After the last comma, or before the last operator, that stands in brackets within the width."""
    depth, quoted = 0, ""
    best: tuple[int, int] | None = None  # the least depth, then the last place
    for at, sign in enumerate(line[:width]):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif depth > 0 and at > len(line) - len(line.lstrip()) + 20:
            place = 0
            if line[at : at + 2] == ", ":
                place = at + 2
            elif line[at:].startswith((" + ", " - ", " * ", " / ", " if ", " else ", " for ")):
                place = at + 1
            if place and (best is None or depth <= best[0]):
                best = (depth, place)
    return best[1] if best else None


def run(text: str, name: str) -> Any:
    """The function that `function_text` wrote."""
    scope: dict[str, Any] = {}
    exec(compile(text, f"<{name} in NumPy>", "exec"), scope)
    return scope[name]
