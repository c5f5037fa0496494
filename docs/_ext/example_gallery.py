"""Writes the gallery and a page for each example, from their files and what tools/gallery.py keeps."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import gallery

INTRO = """# Gallery

What the [examples](examples.md) draw. Each is one file to read, copy and change; a picture leads to its page,
with the whole of its code. The numbers are those that the example printed.
"""


def kept_or_made(name: str, cache: Path) -> tuple[Path, dict[str, Any], bool]:
    """The picture of an example, what it says and shows, and whether it was only run quickly."""
    results = gallery.KEPT / "results.json"
    kept = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    if name in kept:
        return gallery.KEPT / f"{name}.webp", kept[name], False
    source = (ROOT / "examples" / f"{name}.py").read_bytes()
    folder = cache / f"{name}-{hashlib.sha256(source).hexdigest()[:16]}"
    said = folder / "said.json"
    if not said.exists():
        result = gallery.draw(name, folder, "--quick")
        said.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return folder / f"{name}.webp", json.loads(said.read_text(encoding="utf-8")), True


def described(name: str) -> tuple[str, str]:
    """The first sentence of an example's docstring, and what follows up to the command."""
    text = (
        ast.get_docstring(ast.parse((ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8"))) or name
    )
    title, *rest = text.split("\n\n")
    more = [part for part in rest if not part.lstrip().startswith("python ")]
    return " ".join(title.split()), "\n\n".join(more)


def heading(name: str) -> str:
    words = name.replace("_", " ")
    for plain, right in {"cnn": "CNN", "gan": "GAN", "vae": "VAE", "unet": "U-Net", "gpt": "GPT"}.items():
        words = " ".join(right if word == plain else word for word in words.split())
    return words[0].upper() + words[1:]


def result_of(said: list[str]) -> str:
    """The last line that says a number of something."""
    numbers = [line for line in said if re.match(r"[\w (),]+: .*\d", line)] or said
    return numbers[-1].replace("`", "") if numbers else ""


def write_if_new(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write_pages(app: Sphinx) -> None:
    """Write what changed, remove what is gone: an unchanged page is not built again."""
    folder = Path(app.srcdir) / "gallery"
    folder.mkdir(exist_ok=True)
    cards, wanted = [], set()
    for name in gallery.names():
        picture, result, quick = kept_or_made(name, Path(app.outdir).parent / "gallery")
        copy = folder / f"{name}.webp"
        if not copy.exists() or copy.read_bytes() != picture.read_bytes():
            shutil.copyfile(picture, copy)
        title, more = described(name)
        alt = result["shows"].replace('"', "'").replace("\n", " ") or f"What {name} draws"
        said = "\n".join(result["said"])
        how = " (of a quick run, too short to learn)" if quick else ""
        page = f"""# {heading(name)}

{title}

{more}

```sh
python examples/{name}.py
```

It prints{how}:

```text
{said}
```

```{{image}} {name}.webp
:alt: {alt}
```

## The code

```{{literalinclude}} ../../examples/{name}.py
:language: python
```
"""
        write_if_new(folder / f"{name}.md", page)
        cards.append(f"""::::{{grid-item-card}} {heading(name)}
:link: gallery/{name}
:link-type: doc
:link-alt: {heading(name)}, its picture and its code

```{{image}} gallery/{name}.webp
:alt: {alt}
```

{title}

`{result_of(result["said"])}`{how}
::::
""")
        wanted |= {f"{name}.md", f"{name}.webp"}
    for old in folder.iterdir():
        if old.name not in wanted:
            old.unlink()
    pages = "\n".join(f"gallery/{name}" for name in gallery.names())
    text = INTRO + "\n:::::{grid} 1 1 2 2\n:gutter: 3\n\n" + "\n".join(cards) + ":::::\n\n"
    write_if_new(Path(app.srcdir) / "gallery.md", text + f":::{{toctree}}\n:hidden:\n\n{pages}\n:::\n")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
