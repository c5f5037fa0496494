"""What the README tells a reader to paste works as printed."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_example_runs_and_learns(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    last = capsys.readouterr().out.strip().splitlines()[-1]
    _, accuracy = eval(last)
    assert accuracy > 0.9


def test_the_package_has_its_own_name():
    text = README.read_text(encoding="utf-8")
    assert "pip install pynn-learn" in text
    assert not re.search(r"pip install '?pynn(?!-learn)", text)
