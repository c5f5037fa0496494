"""Write the type stubs of the extension, pynn/_core/*.pyi, from what the built extension says of itself.

python tools/gen_stubs.py          writes them
python tools/gen_stubs.py --check  fails if the committed ones are stale

Ops come from the registry (names, argument kinds, defaults, documentation), the methods of Tensor written in
Python from their annotations, and the rest from tools/stub_tables.py, which must name everything.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # from the checkout, whichever way this file is run

from pynn import _core  # noqa: E402
from tools.stub_tables import (  # noqa: E402
    ARGUMENTS,
    AUTOGRAD,
    HEADER,
    MODULE,
    OPTIM,
    RECORD,
    SAME_FOR_ALL,
    TENSOR_ATTRIBUTES,
    TENSOR_IGNORES,
    TENSOR_METHODS,
    TENSOR_OPERATORS,
    TRACE,
)

# What the binding accepts for each kind of argument, in the words of the type system.
KINDS = {
    "Tensor": "_Operand",
    "Tensor | None": "_Operand | None",
    "Sequence[Tensor]": "Sequence[Tensor]",
    "int": "builtins.int",
    "float": "builtins.float",
    "bool": "builtins.bool",
    "str": "str",
    "int | Sequence[int]": "_Ints",
    "int | Sequence[int] | None": "_Ints | None",
    "dtype": "_DType",
    "dtype | None": "_DType | None",
}
ALSO = {"axis": "dim", "keepdim": "keepdims", "axes": "dims"}  # second names of arguments, as keywords


def docstring(text: str, indent: str) -> str:
    """A docstring with its lines indented, or "..." for none."""
    if not text:
        return f"{indent}...\n"
    lines = inspect.cleandoc(text).replace("\\", "\\\\").replace('"""', r"\"\"\"").split("\n")
    body = ("\n" + indent).join(lines)
    closing = f"\n{indent}" if len(lines) > 1 or body.endswith('"') else ""
    return re.sub(r"[ \t]+\n", "\n", f'{indent}"""{body}{closing}"""\n')


def op_docstring(op: Any) -> str:
    """What a stub says of an op: what help() says, but for arguments and examples."""
    lines = [
        f"Formula:  {op.formula}" if op.formula else "",
        f"Gradient: {op.gradient}" if op.gradient else "",
    ]
    parts = [op.doc, "\n".join(line for line in lines if line), f"Source: {op.source}" if op.source else ""]
    return "\n\n".join(part for part in parts if part)


def op_parameters(op: Any, method: bool) -> str:
    """The parameters of an op, `self` in place of its first one if it is a method."""
    parts, keywords = [], []
    optional = False
    for position, (name, type_, default, required, variadic) in enumerate(op.args):
        if method and position == 0:
            parts += ["self", "/"] if len(op.args) > 1 else ["self"]
        elif variadic:  # reshape(2, 3), reshape((2, 3)), reshape(shape=(2, 3))
            parts.append(f"*{name}: _Ints")
        else:
            second = ALSO.get(name) if all(name != ALSO.get(a[0]) for a in op.args) else None
            value = "..." if required and second else default
            optional = optional or value is not None
            suffix = f" = {value}" if not required or second else (" = ..." if optional else "")
            kind = ARGUMENTS.get((op.name, name), KINDS[type_])
            parts.append(f"{name}: {kind}{suffix}")
            if second:
                keywords.append(f"{second}: {KINDS[type_]} = ...")
    if keywords and not any(part.startswith("*") for part in parts):
        parts.append("*")
    return ", ".join([*parts, *keywords])


def result_class(op: Any) -> str:
    return "_" + "".join(word.capitalize() for word in op.name.split("_")) + "Result"


def result_type(op: Any) -> str:
    if not op.several_outputs:
        return "Tensor"
    return result_class(op) if op.outputs else "tuple[Tensor, ...]"


def ops_stub() -> str:
    """pynn/_core/ops.pyi: every op under every name, and what those with named outputs return."""
    results, functions = [], []
    for op in _core.registry():
        if op.outputs:
            fields = "".join(f"    {name}: Tensor\n" for name in op.outputs)
            results.append(f"class {result_class(op)}(NamedTuple):\n{fields}")
        head = f"({op_parameters(op, method=False)}) -> {result_type(op)}:\n"
        functions.append(f"def {op.name}{head}{docstring(op_docstring(op), '    ')}")
        functions += [f"{alias} = {op.name}\n" for alias in op.aliases]
    return (
        HEADER
        + "import builtins\nfrom collections.abc import Sequence\nfrom typing import NamedTuple\n\n"
        + "from pynn._core import _DType, _Ints, _Operand, Tensor\n\n"
        + "\n".join([*results, *functions])
    )


def exports_stub(module: Any) -> str:
    """A module that only shows some of the ops."""
    names = sorted(set(module.__all__))
    lines = "".join(f"from pynn._core.ops import {name} as {name}\n" for name in names)
    listed = "".join(f'    "{name}",\n' for name in names)
    return f"{HEADER}{lines}\n__all__ = [\n{listed}]\n"


def qualified(source: str) -> str:
    """Annotations with the builtins told apart from the methods `float`, `int`, `bool` and the dtypes."""
    source = re.sub(r"(?<![\w.])(int|float|bool)(?![\w(])", r"builtins.\1", source)
    return source.replace("np.ndarray", "_Array")


def python_method(name: str, function: Callable[..., Any]) -> str:
    """One method of pynn/_tensor.py, from its signature."""
    parameters = []
    for parameter in inspect.signature(function).parameters.values():
        plain = parameter.name == "self"
        parameters.append(parameter.replace(annotation=inspect.Parameter.empty) if plain else parameter)
    signature = re.sub(r": '([^']*)'", r": \1", str(inspect.Signature(parameters)))  # annotations are text
    signature = re.sub(r"\bGenerator\b", "Any", signature)  # a class of a floor above the stubs
    returned = inspect.signature(function).return_annotation
    returned = "Any" if returned is inspect.Parameter.empty else str(returned)
    for shown in ("Sequence", "Callable"):
        signature = re.sub(rf"[\w.]*\b{shown}\b", shown, signature)
    text = docstring(function.__doc__ or "", "        ")
    return f"    def {name}{qualified(signature)} -> {qualified(returned)}:\n{text}"


def tensor_stub() -> str:
    """The class Tensor: attributes, operators, ops and methods, each kind in alphabetical order."""
    attributes, methods, missing = [], [], []
    for name, value in sorted(vars(_core.Tensor).items()):
        kind = type(value).__name__
        if kind == "Op":
            change = name.endswith("_") and value.__name__ != value.name
            parameters = op_parameters(value, method=True)
            returned = "Self" if change else result_type(value)
            if returned.startswith("_"):
                returned = f"ops.{returned}"
            documentation = (
                f"{value.name}, written into this tensor itself." if change else op_docstring(value)
            )
            text = docstring(documentation, "        ")
            methods.append(f"    def {name}({parameters}) -> {returned}:\n{text}")
        elif kind == "function":
            methods.append(python_method(name, value))
        elif kind == "property":
            text = docstring(value.__doc__ or "", "        ")
            returned = inspect.signature(value.fget).return_annotation
            returned = "Tensor" if returned is inspect.Parameter.empty else qualified(str(returned))
            attributes.append(f"    @property\n    def {name}(self) -> {returned}:\n{text}")
            if value.fset:
                attributes.append(f"    @{name}.setter\n    def {name}(self, source: Tensor) -> None: ...\n")
        elif name in TENSOR_ATTRIBUTES:
            returned, settable = TENSOR_ATTRIBUTES[name]
            text = docstring(value.__doc__ or "", "        ")
            attributes.append(f"    @property\n    def {name}(self) -> {returned}:\n{text}")
            if settable:
                head = f"    @{name}.setter\n    def {name}(self, value: {returned})"
                attributes.append(f"{head} -> None: ...\n")
        elif name in TENSOR_METHODS:
            is_static = isinstance(value, staticmethod)
            text = docstring((value.__func__ if is_static else value).__doc__ or "", "        ")
            static = "    @staticmethod\n" if is_static else ""
            methods.append(f"{static}    def {name}{TENSOR_METHODS[name]}:\n{text}")
        elif name not in TENSOR_OPERATORS and name not in SAME_FOR_ALL:
            missing.append(name)
    if missing:
        raise SystemExit(f"tools/stub_tables.py does not know Tensor's {', '.join(missing)}")
    operators = [
        f"    def {name}{signature}: ...{TENSOR_IGNORES.get(name, '')}\n"
        for name, signature in TENSOR_OPERATORS.items()
    ]
    return "class Tensor:\n" + "\n".join([*attributes, *operators, *methods])


def core_stub() -> str:
    """pynn/_core/__init__.pyi."""
    unknown = [
        name
        for name in vars(_core)
        if not name.startswith("__") and not re.search(rf"^(def |class )?{name}\b", MODULE, re.MULTILINE)
        if name not in ("Tensor", "ops", "functions", "functional", "optim", "record", "trace", "_autograd")
    ]
    if unknown:
        raise SystemExit(f"tools/stub_tables.py does not know pynn._core's {', '.join(unknown)}")
    return HEADER + MODULE + "\n" + tensor_stub()


def stubs() -> dict[Path, str]:
    """Every stub file with its text."""
    made = {
        "__init__": core_stub(),
        "ops": ops_stub(),
        "functions": exports_stub(_core.functions),
        "functional": exports_stub(_core.functional),
        "optim": HEADER + OPTIM,
        "record": HEADER + RECORD,
        "trace": HEADER + TRACE,
        "_autograd": HEADER + AUTOGRAD,
    }
    return {Path("pynn", "_core", f"{name}.pyi"): text for name, text in made.items()}


def stale(root: Path) -> list[str]:
    """The stub files below `root` that differ from what this program would write."""
    return [
        str(path)
        for path, text in stubs().items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a stub is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository whose stubs are meant")
    given = parser.parse_args(arguments)
    if given.check:
        old = stale(given.root)
        print(f"stale: {', '.join(old)}; run python tools/gen_stubs.py" if old else "stubs are fresh")
        return 1 if old else 0
    for path, text in stubs().items():
        (given.root / path).parent.mkdir(parents=True, exist_ok=True)
        (given.root / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
