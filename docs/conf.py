"""How the guide is built: sphinx-build -W --keep-going -b html docs docs/_build/html"""

from __future__ import annotations

import doctest
import hashlib
import os
import re
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

import pynn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))
# The notebooks run in processes of their own, which find figures.py here.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(HERE), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
)

# Their pictures get a description, for those who do not see them.
os.environ["PYTHONSTARTUP"] = str(HERE / "_ext" / "kernel.py")

# Figures of the pages are caught by this backend; under another one of the environment they would be lost.
os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

project = "pynn"
author = "The pynn developers"
release = version = pynn.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    "alt_texts",
    "benchmark_results",
    "example_gallery",
    "mathml",
    "oplist",
]
exclude_patterns = ["_build", "jupyter_execute", "**/.ipynb_checkpoints", "_static"]
templates_path = ["_templates"]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
# What a page printed is kept, and is made anew when the page changes, or what all pages share.
SHARED = [
    HERE / name
    for name in ("described.py", "figures.py", "pieces.py", "_ext/kernel.py", "_static/pynn.mplstyle")
]
digest = hashlib.sha256(b"".join(path.read_bytes() for path in SHARED)).hexdigest()[:12]
nb_execution_cache_path = str(HERE / "_build" / f".jupyter_cache-{digest}")
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_show_tb = True
nb_merge_streams = True

# A traceback that pages show on purpose holds formulas, whose signs no highlighter of tracebacks knows.
suppress_warnings = ["misc.highlighting_failure"]

default_role = "code"  # docstrings mark code with single backticks
doctest_global_setup = "import pynn; from pynn import nn"
doctest_default_flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE  # as in pyproject.toml
autodoc_typehints = "signature"
autodoc_member_order = "groupwise"
autodoc_default_options = {"exclude-members": "extra_repr"}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # fields of a dataclass are described once, not again as attributes
napoleon_use_rtype = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"pynn {release}"
html_static_path = ["_static"]
html_css_files = ["pynn.css", "pieces.css"]
# Classic scripts in this order, not modules: those do not load from file://.
PIECES = sorted(path.name for path in (HERE / "_static" / "pieces").glob("*.js") if path.name != "shared.js")
html_js_files = [(f"pieces/{name}", {"defer": "defer"}) for name in ["shared.js", *PIECES]]
html_show_sphinx = html_show_copyright = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5cad", "color-brand-content": "#0b5cad"},
    "dark_css_variables": {"color-brand-primary": "#79b8ff", "color-brand-content": "#79b8ff"},
}


def keep_bars(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """|x| in a docstring is an absolute value, never a substitution of reStructuredText."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            pieces = re.split(r"(``.*?``|`[^`]*`)", line)
            lines[i] = "".join(p if p.startswith("`") else p.replace("|", r"\|") for p in pieces)


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", keep_bars)
