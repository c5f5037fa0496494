"""explain: an op, or the ops of a module, in four views."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pynn import _core
from pynn.nn import Module

from . import as_numpy, check, source
from .check import GradientCheck
from .view import html, plain, rich_text


class Explanation:
    """What `pynn.explain` returns: print it, or let a notebook show it; the views are attributes too.

    Attributes:
        name: of what is explained.
        about: what it does, in words.
        formula: what it computes.
        gradient: its derivative.
        numpy: a Python program that computes the same with NumPy; "" where no expression can.
        cpp: the C++ that pynn runs.
        file: where that stands.

    Args:
        name: of what is explained.
        about: in words.
        formula: what it computes.
        gradient: its derivative.
        numpy: the same in NumPy.
        cpp: the C++.
        file: where that stands.
        checked: computes the gradient check when it is first asked for.

    Example:
        >>> import pynn
        >>> pynn.explain(pynn.tanh).gradient
        'dx = dy (1 - y²)'
    """

    def __init__(
        self,
        name: str,
        about: str,
        formula: str,
        gradient: str,
        numpy: str,
        cpp: str,
        file: str,
        checked: Callable[[], GradientCheck],
    ) -> None:
        self.name, self.about, self.formula, self.gradient = name, about, formula, gradient
        self.numpy, self.cpp, self.file = numpy, cpp, file
        self._checked = checked
        self._check: GradientCheck | None = None

    @property
    def check(self) -> GradientCheck:
        """The gradient by backward and by finite differences, computed now."""
        if self._check is None:
            self._check = self._checked()
        return self._check

    @property
    def sections(self) -> list[tuple[str, str, str]]:
        """(title, language, text) of the four views."""
        rule = "\n".join(line for line in (self.formula, self.gradient) if line)
        return [
            ("Formula and gradient", "text", rule),
            (
                "NumPy",
                "python",
                self.numpy or "# No expression says it: its result is random, or left as found.",
            ),
            (f"C++: {self.file}", "cpp", self.cpp),
            ("Gradient check", "text", str(self.check)),
        ]

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return plain(self)

    def __str__(self) -> str:
        return rich_text(self) if sys.stdout.isatty() else plain(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html(self)


def explain(what: Any, *inputs: Any) -> Explanation:
    """An op or a module in four views: formula and gradient, NumPy, C++, and a live gradient check.

    Args:
        what: an op such as `pynn.softmax`, its name, or a module such as `nn.Linear(3, 2)`.
        *inputs: what to call a module with. Default: a small input, if one can be guessed from its sizes.

    Returns:
        What a terminal prints, in colour if rich is installed, and a notebook shows as HTML.

    Raises:
        TypeError: it is neither an op nor a module.
        ValueError: there is no op of that name, or no input that the module takes could be guessed.

    Example:
        >>> import pynn
        >>> sigmoid = pynn.explain(pynn.sigmoid)
        >>> print(sigmoid.formula, "and", sigmoid.gradient)
        y = σ(x) = 1 / (1 + e⁻ˣ) and dx = dy y (1 - y)
        >>> print(sigmoid.numpy)
        import numpy as np
        <BLANKLINE>
        <BLANKLINE>
        def sigmoid(x):
            return 1 / (1 + np.exp(-x))
        <BLANKLINE>
        >>> sigmoid.check.passed
        True
    """
    if isinstance(what, Module):
        from .of_module import explain_module

        return explain_module(what, inputs)
    return explain_op(_op_of(what))


def explain_op(op: Any) -> Explanation:
    """The explanation of a registered op."""
    return Explanation(
        name=op.name,
        about=op.doc,
        formula=op.formula,
        gradient=op.gradient,
        numpy=as_numpy.function_text(op),
        cpp=source.excerpt(op),
        file=op.file,
        checked=lambda: check.check_op(op),
    )


def _op_of(what: Any) -> Any:
    if isinstance(what, _core.Op):
        return next(op for op in _core.registry() if op.name == what.name)
    name = what if isinstance(what, str) else getattr(what, "__name__", None)
    if isinstance(name, str) and not isinstance(what, type):
        for op in _core.registry():
            if name == op.name or name in op.aliases:
                return op
    if isinstance(what, str):
        raise ValueError(f"explain: there is no op named {what!r}")
    if isinstance(what, type) and issubclass(what, Module):
        raise TypeError(f"explain: {what.__name__} is a class. Did you mean {what.__name__}(...)?")
    raise TypeError(f"explain: expected an op such as pynn.softmax, or a module, got {type(what).__name__}")
