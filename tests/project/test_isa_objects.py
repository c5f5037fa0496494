"""tools/check_isa_objects.py passes clean kernels and catches a leak."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import check_isa_objects

CLEAN = """
namespace pynn::v3 {
static float twice(float x) { return 2 * x; }
void kernel(float* x) { *x = twice(*x); }
}
"""

# An inline function that is called through a pointer gets a weak symbol of its own: the fault in question.
LEAKING = """
inline float twice(float x) { return 2 * x; }
namespace pynn::v3 {
float (*volatile call)(float) = twice;
void kernel(float* x) { *x = call(*x); }
}
"""


def compile_kernel(folder: Path, source: str) -> None:
    compiler = os.environ.get("CXX") or shutil.which("c++") or shutil.which("g++") or "clang++"
    objects = folder / "pynn_kernels_v3.dir"
    objects.mkdir()
    (folder / "kernel.cpp").write_text(source)
    command = [
        *compiler.split(),
        "-std=c++20",
        "-O2",
        "-c",
        "kernel.cpp",
        "-o",
        str(objects / "kernel.cpp.o"),
    ]
    subprocess.run(command, cwd=folder, check=True)


def test_a_clean_kernel_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compile_kernel(tmp_path, CLEAN)
    assert check_isa_objects.main([str(tmp_path)]) == 0
    assert "1 kernel objects, 0 leaks" in capsys.readouterr().out


def test_a_leaking_kernel_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compile_kernel(tmp_path, LEAKING)
    assert check_isa_objects.main([str(tmp_path)]) == 1
    assert "`twice(float)` would leak v3 instructions" in capsys.readouterr().out


def test_a_folder_without_kernels_is_not_called_clean(tmp_path: Path) -> None:
    assert check_isa_objects.main([str(tmp_path)]) == 1
