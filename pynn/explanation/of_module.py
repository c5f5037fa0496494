"""The explanation of a module: it is traced once, and what ran is what it is made of."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from pynn import _core, autograd
from pynn._core import Tensor
from pynn.nn import Module
from pynn.tracing import Event, Trace

from . import as_numpy, check, source
from .explain import Explanation

_FEATURES = (
    "in_features",
    "in_channels",
    "num_features",
    "num_channels",
    "input_size",
    "embed_dim",
    "d_model",
)
_SPATIAL = ((), (8,), (8, 8), (4, 8, 8))


def explain_module(module: Module, inputs: tuple[Any, ...]) -> Explanation:
    """Call a copy of the module and explain the ops that ran.

    Raises:
        ValueError: no inputs were given, and none could be guessed.
    """
    module = copy.deepcopy(module)
    given = inputs or _guess(module)
    trace = _traced(module, given)
    ops = _ops_of(trace)
    formulas = [f"{op.name}:  {op.formula}" for op in ops if op.formula]
    gradients = [f"{op.name}:  {op.gradient}" for op in ops if op.gradient]
    name = type(module).__name__
    return Explanation(
        name=repr(module),
        about=_about(module),
        formula="\n".join(formulas),
        gradient="\n".join(gradients),
        numpy=_program(name, trace, ops),
        cpp="\n".join(f"// ════ {op.name}: {op.file}\n\n{source.excerpt(op)}" for op in ops),
        file=", ".join(dict.fromkeys(op.file for op in ops)) or "nothing ran",
        checked=lambda: _check(module, given),
    )


def _about(module: Module) -> str:
    paragraphs = (inspect.getdoc(type(module)) or "").split("\n\n")
    return " ".join(paragraphs[0].split())


def _guess(module: Module) -> tuple[Any, ...]:
    """A small input: by the sizes in the module's fields, tried one shape after the other."""
    for candidate in _candidates(module):
        trial = copy.deepcopy(module)
        try:
            with autograd.no_grad():
                trial(*candidate)
        except Exception:
            continue
        return candidate
    raise ValueError(
        f"explain: no input for {type(module).__name__} could be guessed. Did you mean explain(module, x)?"
    )


def _candidates(module: Module) -> Iterator[tuple[Any, ...]]:
    sizes: list[int] = []
    for part in module.modules():  # the first layer decides
        sizes += [getattr(part, name) for name in _FEATURES if isinstance(getattr(part, name, None), int)]
        normalized = getattr(part, "normalized_shape", None)
        if normalized is not None:
            shape = (normalized,) if isinstance(normalized, int) else tuple(normalized)
            yield (_floats(2, *shape),)
        if hasattr(part, "num_embeddings"):
            yield (_core.tensor([[0, 1, 0]]),)
    for size in dict.fromkeys([*sizes[:2], 4]):
        for spatial in _SPATIAL:
            yield (_floats(2, size, *spatial),)
        yield (_floats(2, 5, size),)
    for classes in (_floats(2, 3), _floats(2, 3).sigmoid()):  # losses
        yield classes, _core.tensor([0, 2])
        yield classes, _floats(2, 3).sigmoid()
        yield classes, _floats(2, 3), _floats(2, 3)


def _floats(*shape: int) -> Tensor:
    """Numbers without ties, the same in every call."""
    count = 1
    for n in shape:
        count *= n
    steps = _core.ops.arange(0, count, 1).float()
    return (steps * 2.399963 + 0.1).sin().reshape(shape)


def _traced(module: Module, inputs: Sequence[Any]) -> Trace:
    module.eval()
    trace = Trace(numbers=0, derivatives=False)
    with autograd.no_grad(), trace:
        module(*inputs)
    return trace


def _ops_of(trace: Trace) -> list[Any]:
    """Each op once, the outermost where ops are written in ops."""
    known = {op.name: op for op in _core.registry()}
    names = dict.fromkeys(event.op for event in trace.events)
    return [known[name] for name in names if name in known]


def _program(name: str, trace: Trace, ops: Sequence[Any]) -> str:
    """The NumPy of each op, and the calls in their order."""
    written: dict[str, None] = {}
    for op in ops:
        text = as_numpy.function_text(op)
        for block in text.split("\n\n\n"):
            written[block.rstrip()] = None
    blocks = [block for block in written if block]
    names = {v.index: _identifier(trace, v.index) for v in trace.values.values()}
    sources = [names[v.index] for v in trace.values.values() if v.event is None]
    lines = [f"def {_snake(name)}({', '.join(dict.fromkeys(sources))}):"]
    lines += [f"    {_call(event, names)}" for event in trace.events]
    last = trace.events[-1].outputs if trace.events else []
    lines.append("    return " + (", ".join(names[v] for v in last) or "None"))
    return "\n\n\n".join([*blocks, "\n".join(lines)]) + "\n"


def _identifier(trace: Trace, index: int) -> str:
    """A value's name as Python takes it: `module.0.weight` is weight_0, a nameless input x."""
    value = trace.values[index]
    if value.event is None and not value.name:
        others = [i for i, v in trace.values.items() if v.event is None and not v.name]
        place = others.index(index)
        return f"x{place + 1}" if place else "x"
    *outer, last = trace.name(index).removeprefix("module.").split(".")
    return "_".join([last, *outer] if outer and outer[0][0].isdigit() else [*outer, last])


def _call(event: Event, names: dict[int, str]) -> str:
    tensors: dict[str, list[str]] = {}
    for argument, value in event.inputs:
        tensors.setdefault(argument, []).append(names.get(value, "earlier"))
    given = [f"{a}={v[0] if len(v) == 1 else '[' + ', '.join(v) + ']'}" for a, v in tensors.items()]
    given += [f"{a}={v!r}" for a, v in event.options.items()]
    return f"{', '.join(names[v] for v in event.outputs)} = {event.op}({', '.join(given)})"


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def _check(module: Module, inputs: Sequence[Any]) -> check.GradientCheck:
    module = module.double().eval()
    converted = [x.double().detach() if _is_float(x) else x for x in inputs]
    tensors = [(f"input {i}" if i else "input", x) for i, x in enumerate(converted) if _is_float(x)]
    tensors += list(module.named_parameters())
    if not tensors:
        return check.GradientCheck("", why_not="There is no gradient to check: no floating-point input.")
    for _, x in tensors:
        x.requires_grad_()
    result = module(*converted)
    if not (result.requires_grad if isinstance(result, Tensor) else any(y.requires_grad for y in result)):
        return check.GradientCheck("", why_not="There is no gradient to check: no output depends on one.")
    return check.compare(
        f"{type(module).__name__} in evaluation mode", lambda: module(*converted), tensors, 20
    )


def _is_float(x: Any) -> bool:
    return isinstance(x, Tensor) and x.is_floating_point()
