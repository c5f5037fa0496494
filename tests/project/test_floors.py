"""Includes and imports point down, and tools/check_layers.py would see one that does not."""

from pathlib import Path

import pytest

from tools import check_layers


def test_this_repository_points_down(root: Path) -> None:
    assert [*check_layers.cpp_violations(root), *check_layers.python_violations(root)] == []


@pytest.mark.parametrize(
    ("path", "text", "complaint"),
    [
        ("csrc/core/tensor.h", '#include "ops/add.h"', "core may not include ops/add.h"),
        ("csrc/kernels/gemm.cpp", '#include "autograd/node.h"', "kernels may not include autograd/node.h"),
        ("csrc/extras/new.cpp", "", "csrc/extras has no floor"),
        ("pynn/nn/linear.py", "from pynn.train import fit", "pynn.nn may not import pynn.train"),
        ("pynn/nn/linear.py", "from ..train.loop import fit", "pynn.nn may not import pynn.train"),
        ("pynn/nn/linear.py", "def f():\n    from pynn import keras", "pynn.nn may not import pynn.keras"),
        ("pynn/nn/linear.py", "import pynn", "pynn.nn may not import pynn.__init__"),
        ("pynn/optim/adam.py", "from .. import nn", "pynn.optim may not import pynn.nn"),
        ("pynn/garden.py", "", "pynn.garden has no floor"),
    ],
)
def test_what_points_up_is_named(tmp_path: Path, path: str, text: str, complaint: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text)
    found = [*check_layers.cpp_violations(tmp_path), *check_layers.python_violations(tmp_path)]
    assert len(found) == 1
    assert complaint in found[0]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("csrc/ops/add.cpp", '#include "core/simd.h"\n#include "kernels/reduce.h"\n#include <vector>'),
        ("csrc/bindings/module.cpp", '#include "ops/ops.h"\n#include "module.h"'),
        ("pynn/nn/linear.py", "import numpy\nfrom pynn import _core\nfrom .module import Module"),
        ("pynn/nn/linear.py", "if TYPE_CHECKING:\n    from pynn.train import History"),
        ("pynn/cli.py", "from pynn import nn, train, keras"),
    ],
)
def test_what_points_down_passes(tmp_path: Path, path: str, text: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text)
    assert [*check_layers.cpp_violations(tmp_path), *check_layers.python_violations(tmp_path)] == []
