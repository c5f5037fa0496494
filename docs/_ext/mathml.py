"""Formulas as MathML, made at build time: no script, no network, and they follow the theme."""

from __future__ import annotations

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


def mathml(formula: str, display: str) -> str:
    """The converter knows `align*`, and shows the signs of what it does not know; that is an error here."""
    result = convert(re.sub(r"{aligned}", "{align*}", formula), display=display)
    if re.search(r"<m[io]>(?:&|\\)\w*</m[io]>", result):
        logger.warning("a formula holds what cannot be shown: %s", formula)
    return result


def inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(f'<span class="math">{mathml(node.astext(), "inline")}</span>')
    raise nodes.SkipNode


def block(translator: HTML5Translator, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
