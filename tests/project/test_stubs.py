"""The committed type stubs are those of the built extension, and tools/gen_stubs.py would see a stale one."""

import ast
from pathlib import Path

from pynn import _core
from tools import gen_stubs


def test_stubs_are_fresh(root: Path) -> None:
    assert gen_stubs.stale(root) == [], "run python tools/gen_stubs.py"


def test_a_stale_or_missing_stub_is_named(tmp_path: Path) -> None:
    assert gen_stubs.main(["--root", str(tmp_path)]) == 0
    assert gen_stubs.main(["--root", str(tmp_path), "--check"]) == 0
    ops = tmp_path / "pynn" / "_core" / "ops.pyi"
    ops.write_text(ops.read_text() + "def an_op_of_yesterday() -> None: ...\n")
    (tmp_path / "pynn" / "_core" / "optim.pyi").unlink()
    assert gen_stubs.stale(tmp_path) == [
        str(Path("pynn", "_core", "ops.pyi")),
        str(Path("pynn", "_core", "optim.pyi")),
    ]
    assert gen_stubs.main(["--root", str(tmp_path), "--check"]) == 1


def test_every_op_has_its_parameters_in_the_stub(root: Path) -> None:
    tree = ast.parse((root / "pynn" / "_core" / "ops.pyi").read_text())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert set(functions) == {op.name for op in _core.registry()}
    for op in _core.registry():
        arguments = functions[op.name].args
        names = [a.arg for a in [*arguments.args, *([arguments.vararg] if arguments.vararg else [])]]
        names += [a.arg for a in arguments.kwonlyargs]
        assert {argument[0] for argument in op.args} <= set(names), op.name
