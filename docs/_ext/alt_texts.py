"""Gives each picture without an alt text the description that its file carries (docs/described.py)."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)


def read(path: Path) -> str:
    """The description in a PNG; empty where there is none."""
    if path.suffix != ".png" or not path.is_file():
        return ""
    with Image.open(path) as picture:
        return str(picture.info.get("Description", ""))


def add(app: Sphinx, doctree: nodes.document) -> None:
    for image in doctree.findall(nodes.image):
        if not image.get("alt"):
            text = read(Path(app.srcdir) / image["uri"])
            if text:
                image["alt"] = text
            else:
                logger.warning("a picture says nothing to those who cannot see it: %s", image["uri"])


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect(
        "doctree-read", add, priority=900
    )  # by then, addresses of pictures are relative to the source
    return {"parallel_read_safe": True, "parallel_write_safe": True}
