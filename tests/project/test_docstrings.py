"""Whatever a user can reach says what it does: a docstring, every parameter in it, an example that runs.

The examples of Python code are run where all doctests are (pytest collects them from pynn/); those of the
extension, which pytest does not see, are run here.
"""

from __future__ import annotations

import doctest
import inspect
import re
import types
from collections.abc import Iterator
from typing import Any

import pynn

MODULES = [
    pynn,
    pynn.autograd,
    pynn.data,
    pynn.explanation,
    pynn.io,
    pynn.keras,
    pynn.keras.activations,
    pynn.keras.backend,
    pynn.keras.callbacks,
    pynn.keras.initializers,
    pynn.keras.layers,
    pynn.keras.losses,
    pynn.keras.metrics,
    pynn.keras.models,
    pynn.keras.optimizers,
    pynn.keras.optimizers.schedules,
    pynn.keras.regularizers,
    pynn.keras.utils,
    pynn.models,
    pynn.nn,
    pynn.nn.functional,
    pynn.nn.init,
    pynn.nn.utils,
    pynn.optim,
    pynn.optim.lr_scheduler,
    pynn.profiling,
    pynn.sklearn,
    pynn.audio,
    pynn.text,
    pynn.tracing,
    pynn.train,
    pynn.tune,
    pynn.utils,
    pynn.vision,
    pynn.vision.metrics,
    pynn.vision.ops,
    pynn.vision.transforms,
    pynn.viz,
]
Op = pynn._core.Op
COMPILED = (types.BuiltinFunctionType, types.MethodDescriptorType, Op)


def is_parameter(parameter: inspect.Parameter) -> bool:
    return parameter.name not in ("self", "cls") and not parameter.name.startswith("_")


def parameters(value: Any) -> list[str]:
    """The names of what a function takes, or a class when it is called."""
    if isinstance(value, Op):
        return [argument[0] for argument in value.args]
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return []  # compiled, without a signature
    return [p.name for p in signature.parameters.values() if is_parameter(p)]


def public_names(module: types.ModuleType) -> list[str]:
    listed = getattr(module, "__all__", None)
    return list(listed) if listed else [name for name in vars(module) if not name.startswith("_")]


def things() -> Iterator[tuple[str, Any]]:
    """(name, function or class) of the public surface, each once."""
    seen = set()
    for module in MODULES:
        for name in public_names(module):
            value = getattr(module, name)
            if isinstance(value, types.ModuleType) or not callable(value) or id(value) in seen:
                continue
            if not (getattr(value, "__module__", None) or "").startswith("pynn"):
                continue  # a name of the standard library that a module without __all__ imports
            seen.add(id(value))
            yield f"{module.__name__}.{name}", value


def members() -> Iterator[tuple[str, Any]]:
    """(name, method or attribute) of every public class, its bases within pynn included."""
    for where, value in things():
        if not isinstance(value, type):
            continue
        for base in value.__mro__:
            if not base.__module__.startswith("pynn"):
                continue
            for name, member in vars(base).items():
                if not name.startswith("_") and (callable(member) or is_attribute(member)):
                    yield f"{where}.{name}", member


def is_attribute(member: Any) -> bool:
    return isinstance(member, (property, classmethod, staticmethod, types.GetSetDescriptorType))


THINGS = dict(things())
MEMBERS = dict(reversed(list(members())))  # of two of one name, the one that Python finds


def lacks(value: Any, text: str) -> list[str]:
    """The parameters that a docstring does not name."""
    return [name for name in parameters(value) if not re.search(rf"\b{re.escape(name)}\b", text)]


def test_the_walk_sees_the_surface() -> None:
    for name in (
        "pynn.matmul",
        "pynn.Tensor",
        "pynn.nn.Linear",
        "pynn.nn.functional.gelu",
        "pynn.optim.Adam",
    ):
        assert name in THINGS
    assert {"pynn.Tensor.item", "pynn.Tensor.softmax", "pynn.nn.Module.parameters"} <= set(MEMBERS)
    assert len(THINGS) > 350
    assert len(MEMBERS) > 350


def is_error(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Exception)


def test_functions_and_classes_are_documented() -> None:
    problems = []
    for name, value in THINGS.items():
        text = (value.__doc__ if isinstance(value, (type, Op)) else inspect.getdoc(value)) or ""
        if not text.strip():
            problems.append(f"{name}: there is no docstring")
        elif ">>>" not in text and not is_error(value):
            problems.append(f"{name}: there is no example")
        problems += [f"{name}: {parameter} is not explained" for parameter in lacks(value, text)]
    assert problems == []


def inherited(name: str) -> str:
    """The docstring of a member, or of what it overrides; forward is documented by its class."""
    owner, _, attribute = name.rpartition(".")
    if attribute == "forward":
        return inspect.getdoc(THINGS[owner]) or ""
    for base in THINGS[owner].__mro__:
        text = getattr(vars(base).get(attribute), "__doc__", None)
        if text and base is not object:
            return text
    return ""


def test_methods_are_documented() -> None:
    problems = []
    for name, member in MEMBERS.items():
        text = inherited(name)
        if not text.strip():
            problems.append(f"{name}: there is no docstring")
        function = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        if isinstance(function, (types.FunctionType, Op)) and not name.endswith(".forward"):
            problems += [f"{name}: {parameter} is not explained" for parameter in lacks(function, text)]
    assert problems == []


def test_what_is_not_documented_is_noticed() -> None:
    def undocumented(x: Any, axis: int = 0) -> Any:
        """Says something of x."""

    assert lacks(undocumented, undocumented.__doc__ or "") == ["axis"]
    assert lacks(pynn.softmax, "x and dtype") == ["axis"]


# ---- examples that pytest does not collect -------------------------------------------------------------


def compiled() -> dict[str, str]:
    texts = {n: inspect.getdoc(v) or "" for n, v in {**THINGS, **MEMBERS}.items() if isinstance(v, COMPILED)}
    return {name: text for name, text in texts.items() if ">>>" in text}


def test_compiled_examples_run() -> None:
    found = compiled()
    assert {"pynn.matmul", "pynn.tensor", "pynn.Tensor.item"} <= set(found)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    failures = []
    for name, text in found.items():
        report: list[str] = []
        test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
        if runner.run(test, out=report.append).failed:
            failures.append("".join(report))
    assert failures == []


def test_an_example_moves_no_random_numbers() -> None:
    pynn.manual_seed(3)
    before = pynn.randn(2).tolist()
    pynn.manual_seed(3)
    assert "pynn.softmax(pynn.randn(" in pynn.softmax.__doc__
    assert pynn.randn(2).tolist() == before
