"""The docstring of an op, written from its record when it is asked for: help(pynn.softmax).

What an op does is said in its own file under csrc/ops/; here stands only what arguments of one name mean
everywhere, and how a sample of the tests becomes an example.
"""

from __future__ import annotations

import re
import sys
import textwrap
from typing import Any

from pynn import _core

ARGUMENTS = {
    "a": "the first operand",
    "accumulate": "add to what is there instead of replacing it",
    "alpha": "a factor, see the formula",
    "approximate": '"none" for the exact function, "tanh" for an approximation',
    "at": "which axes the indices belong to",
    "atol": "the absolute tolerance",
    "axes": "the old axes in their new order",
    "axis": "the axis, counted from the end if negative",
    "b": "the second operand",
    "beta": "a factor, see the formula",
    "bias": "what is added; none by default",
    "chunks": "how many parts, at most",
    "condition": "a bool tensor; shapes broadcast",
    "correction": "the sum of squares is divided by N - correction",
    "decimals": "how many digits to keep after the point",
    "delta": "where the parabola becomes a line",
    "descending": "the largest first",
    "destination": "where the axes go",
    "diagonal": "which diagonal: above the main one if positive, below if negative",
    "dim0": "an axis",
    "dim1": "another axis",
    "dim2": "the second of two axes",
    "dims": "how often along each axis",
    "dtype": "the dtype to compute in; the input's by default",
    "end_dim": "the last of the axes",
    "eps": "keeps a division by nearly 0 finite",
    "equal_nan": "whether NaN equals NaN",
    "ignore_index": "targets of this number count nothing",
    "index": "integers: positions along the axis",
    "indices": "one tensor of integers for each axis",
    "input": "what the model gave",
    "k": "how many",
    "keepdim": "keep the axes with size 1",
    "label_smoothing": "the share of probability spread evenly over all classes",
    "lambd": "the size up to which an element counts as nothing",
    "largest": "the largest ones; otherwise the smallest",
    "length": "how many positions along the axis",
    "mask": "a bool tensor; shapes broadcast",
    "max": "the upper bound, a number or tensor; none by default",
    "max_val": "the upper bound",
    "min": "the lower bound, a number or tensor; none by default",
    "min_val": "the lower bound",
    "mode": "what the margin is filled with, see above",
    "nan": "what NaN becomes",
    "neginf": "what -∞ becomes; the least finite number by default",
    "negative_slope": "the slope below 0",
    "normalized_shape": "the sizes of the last axes, which are normalised together",
    "num_classes": "how many classes; one more than the largest by default",
    "offset": "which diagonal: above the main one if positive, below if negative",
    "p": "see the formula",
    "pad": "how much to add before and after, the last axis first",
    "pos_weight": "how much more positive targets count",
    "posinf": "what ∞ becomes; the largest finite number by default",
    "reduction": '"mean", "sum" or "none"',
    "repeats": "how often",
    "rtol": "the relative tolerance",
    "shape": "the new sizes; one may be -1",
    "shifts": "by how many positions",
    "size": "how many neighbours to a window",
    "sizes": "the new sizes; -1 stands for what there is",
    "sorted": "in order of size",
    "source": "where values come from",
    "split_size_or_sections": "the size of each part, or a list of sizes",
    "src": "where values come from",
    "stable": "equal elements keep their order",
    "start": "the first position along the axis",
    "start_dim": "the first of the axes",
    "step": "how far apart windows begin",
    "target": "what it should have given",
    "tensor1": "a tensor or number; shapes broadcast",
    "tensor2": "a tensor or number; shapes broadcast",
    "tensors": "a list of tensors",
    "threshold": "where the function changes, see the formula",
    "training": "drop; otherwise the input passes through",
    "unbiased": "False is correction=0",
    "value": "a number, see the formula",
    "values": "what takes their place",
    "weight": "weights, see the formula; none by default where it may be left out",
    "x": "the input",
}
SECOND_NAMES = {"axis": "dim", "keepdim": "keepdims", "axes": "dims"}
_NAMES = {
    "array": "pynn.tensor",
    "bool_": "pynn.bool",
    **{
        name: f"pynn.{name}"
        for name in ("arange", "float64", "inf", "int64", "nan", "rand", "randint", "randn")
    },
}


def documentation(op: Any) -> str:
    """What `op.__doc__` is: what it does, its arguments, formula, gradient, source, and a call of it."""
    returned = "Tensor"
    if op.several_outputs:
        returned = f"({', '.join(op.outputs)})" if op.outputs else "tuple of Tensors"
    parts = [f"{op.name}{op.signature} -> {returned}", textwrap.fill(op.doc, 100)]
    parts.append("Args:\n" + "\n".join(f"    {_argument(op, *argument)}" for argument in op.args))
    formula = f"Formula:  {op.formula}" if op.formula else ""
    gradient = f"Gradient: {op.gradient}" if op.gradient else ""
    parts.append("\n".join(line for line in (formula, gradient) if line))
    if op.source:
        parts.append(textwrap.fill(f"Source: {op.source}", 100))
    if op.samples:
        lines, result = example(op)
        parts.append("Example:\n    " + "\n    ".join([*(f">>> {line}" for line in lines), result]))
    return "\n\n".join(part for part in parts if part)


def _argument(op: Any, name: str, type_: str, default: str | None, required: bool, variadic: bool) -> str:
    meaning = ARGUMENTS.get(name, "see above")
    notes = [] if required else [f"default: {default}"]
    if name in SECOND_NAMES and SECOND_NAMES[name] not in [argument[0] for argument in op.args]:
        notes.append(f"also called {SECOND_NAMES[name]}")
    if variadic:
        notes.append("as a tuple or as separate arguments")
    return f"{name} ({type_}): {meaning}" + (f" ({'; '.join(notes)})" if notes else "")


def example(op: Any) -> tuple[list[str], str]:
    """The lines of a call of the op with its first sample, and what is printed."""
    sample = in_pynn(op.samples[0])
    lines = ["import pynn"]
    if op.home == "functional":
        lines.append("import pynn.nn.functional as F")
        call = f"F.{op.name}({sample})"
    elif op.home == "method":
        first, _, rest = _split_first(sample)
        call = f"{first}.{op.name}({rest})"
    else:
        call = f"pynn.{op.name}({sample})" if op.home != "internal" else f"pynn._core.ops.{op.name}({sample})"
    lines.append(f"[y.shape for y in {call}]" if op.several_outputs else f"{call}.shape")
    pynn: Any = sys.modules["pynn"]  # the whole of it, which is there once somebody asks for a docstring
    state = pynn.get_rng_state()  # an example must not move the random numbers of a program
    scope: dict[str, Any] = {"pynn": pynn, "F": pynn.nn.functional}
    result = repr(eval(lines[-1], scope))
    pynn.set_rng_state(state)
    return lines, result


def in_pynn(sample: str) -> str:
    """An argument list of the tests, `randn(3), randint(0, 3, 2, 2)`, as a user of pynn writes it."""
    pieces = re.split(r"('[^']*')", sample)
    for k in range(0, len(pieces), 2):  # what is not in quotes
        pieces[k] = re.sub(r"\brandint\(([^,]+), ([^,]+), ([^()]*)\)", r"randint(\1, \2, (\3,))", pieces[k])
        pieces[k] = re.sub(
            r"(?<![\w.])([a-z_0-9]+)\b(?!\s*=[^=])", lambda m: _NAMES.get(m[1], m[1]), pieces[k]
        )
    return "".join(pieces)


def _split_first(arguments: str) -> tuple[str, str, str]:
    """The first of several arguments, and the rest."""
    depth = 0
    for at, sign in enumerate(arguments):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            return arguments[:at], ",", arguments[at + 1 :].strip()
    return arguments, "", ""


_core.write_documentation_with(documentation)
