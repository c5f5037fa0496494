"""Puts an interactive piece (docs/_static/pieces/) on a page, with the numbers that pynn computed for it."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
from IPython.display import HTML

FALLBACK = "This piece is interactive: it needs a browser with scripts. The figures around it show the same."


def piece(name: str, data: dict[str, Any] | None = None) -> HTML:
    """The element `<pynn-NAME>`; `data` stands inside of it as JSON."""
    text = (
        "" if data is None else json.dumps(data, default=_plain, separators=(",", ":")).replace("</", "<\\/")
    )
    script = f'<script type="application/json">{text}</script>' if text else ""
    return HTML(f"<pynn-{name}>{script}<p>{FALLBACK}</p></pynn-{name}>")


def rounded(values: Any, digits: int = 4) -> Any:
    """Nested lists of short numbers: a page should stay light."""
    return np.asarray(values, dtype=float).round(digits).tolist()


def as_bytes(values: Any) -> str:
    """Numbers from 0 to 1 as one byte each, in base64."""
    return base64.b64encode(np.clip(np.asarray(values) * 255, 0, 255).astype(np.uint8).tobytes()).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"piece: {type(value).__name__} does not go into JSON")
