"""What somebody meets who imports pynn where it is not compiled."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pynn


def test_a_clone_that_is_not_compiled_says_so(tmp_path):
    source = Path(pynn.__file__).parent
    shutil.copytree(source, tmp_path / "pynn", ignore=shutil.ignore_patterns("*.so", "*.pyd", "__pycache__"))
    run = subprocess.run(
        [sys.executable, "-S", "-c", "import pynn"],  # -S: no other pynn is found
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError")
    assert "has no compiled core" in last
    assert "`pip install -e .`" in last
