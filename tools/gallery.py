"""Runs the examples and keeps their pictures, and what they say, for the gallery of the documentation.

    python tools/gallery.py                # all examples; some minutes
    python tools/gallery.py digits_cnn     # those named

Pictures go to docs/_static/gallery/, made small enough that a page with all of them is light. An example
whose picture is not kept there is run with --quick while the documentation is built.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "docs" / "_static" / "gallery"
WIDTH, SAID = 1000, 400  # pixels of a picture, and letters of what an example says at its end

# Runs a script as `python SCRIPT` does, with pictures that carry their description.
RUN = """
import runpy, sys
docs, script = sys.argv[1:3]
sys.path[0:1] = [docs]
import described
sys.argv[0:3] = [script]
sys.path[0] = script.rpartition("/")[0]
runpy.run_path(script, run_name="__main__")
"""


def names() -> list[str]:
    """The examples; a file that only others import is none."""
    paths = (ROOT / "examples").glob("*.py")
    return sorted(path.stem for path in paths if "__main__" in path.read_text(encoding="utf-8"))


def draw(name: str, folder: Path, *more: str) -> dict[str, Any]:
    """Run an example; its picture goes to FOLDER/NAME.webp, and what it says and shows is returned."""
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                RUN,
                str(ROOT / "docs"),
                str(ROOT / "examples" / f"{name}.py"),
                "--out",
                out,
                *more,
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "PYTHONSTARTUP": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"examples/{name}.py failed:\n{done.stderr}")
        folder.mkdir(parents=True, exist_ok=True)
        with Image.open(Path(out) / f"{name}.png") as picture:
            shows = str(picture.info.get("Description", ""))
            small = picture.convert("RGB")
            small.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
            small.save(folder / f"{name}.webp", quality=78, method=6)
    lines = ["".join(filter(str.isprintable, line)) for line in done.stdout.splitlines()]
    said = [line for line in lines if not line.startswith(("wrote ", "epoch "))]
    while len("\n".join(said)) > SAID and len(said) > 1:
        said.pop(0)  # the result stands at the end
    return {"said": said, "shows": shows}


def main() -> None:
    results = KEPT / "results.json"
    for name in sys.argv[1:] or names():
        result = draw(name, KEPT)
        kept = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
        kept[name] = result
        text = json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False)
        results.write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {result['said'][-1]}", flush=True)


if __name__ == "__main__":
    main()
