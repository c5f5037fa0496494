"""What the references of ops call besides NumPy: a few functions of a few lines each."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from . import attention, convolution, ctc, recurrent


def erf(x: Any) -> Any:
    """2/√π ∫₀ˣ exp(-t²) dt, which NumPy lacks."""
    return np.vectorize(math.erf, otypes=[float])(x)


def softmax(x: Any, axis: int = -1) -> Any:
    """Scores become probabilities."""
    e = np.exp(x - np.max(x, axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Log Σ exp(x), without overflow."""
    top = np.max(x, axis, keepdims=True)
    y = top + np.log(np.exp(x - top).sum(axis, keepdims=True))
    return y if keepdims else np.squeeze(y, axis)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        erf,
        softmax,
        logsumexp,
        attention.attention,
        convolution.convolve,
        convolution.convolve_transposed,
        convolution.convolve_weight,
        convolution.conv_transpose,
        convolution.patches,
        convolution.sum_of_patches,
        ctc.ctc,
        recurrent.gru,
        recurrent.lstm,
        recurrent.rnn,
    )
}
NAMES: dict[str, Any] = {**FUNCTIONS, "math": math}
BUILTINS: dict[str, Any] = {
    f.__name__: f
    for f in (
        bool,
        dict,
        enumerate,
        float,
        int,
        isinstance,
        len,
        list,
        range,
        reversed,
        slice,
        sorted,
        tuple,
        zip,
    )
}


def sources(names: Iterable[str]) -> list[str]:
    """The texts of the helpers of these names and of what they call in turn, callees first."""
    texts: dict[str, str] = {}

    def add(name: str, scope: dict[str, Any]) -> None:
        function = scope.get(name)
        if (
            name in texts
            or not inspect.isfunction(function)
            or not function.__module__.startswith(__package__)
        ):
            return
        tree = _plain(ast.parse(inspect.getsource(function)))
        texts[name] = ""  # a function may call itself
        for called in sorted({n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - {name}):
            add(called, function.__globals__)
        del texts[name]
        texts[name] = ast.unparse(tree)

    for name in sorted(names):
        add(name, FUNCTIONS)
    return list(texts.values())


def is_call_of(name: str, tree: ast.expr) -> bool:
    """Whether an expression calls the helper of this name with arguments named as its own parameters are."""
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.keywords:
        return False
    if tree.func.id != name or name not in FUNCTIONS:
        return False
    given = [argument.id if isinstance(argument, ast.Name) else "" for argument in tree.args]
    parameters = list(inspect.signature(FUNCTIONS[name]).parameters)
    return given == parameters[: len(given)]


def body(name: str) -> list[str]:
    """The lines of one helper below its docstring."""
    function = _plain(ast.parse(inspect.getsource(FUNCTIONS[name]))).body[0]
    assert isinstance(function, ast.FunctionDef)
    return [line for node in function.body[1:] for line in ast.unparse(node).splitlines()]


def _plain(tree: ast.Module) -> ast.Module:
    """Without annotations: what is left is for reading."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in (*node.args.args, *node.args.kwonlyargs):
                argument.annotation = None
    return tree
