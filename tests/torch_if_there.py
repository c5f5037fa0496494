"""PyTorch for comparisons: a test that asks for it is skipped where it is not installed; others still run."""

from __future__ import annotations

from typing import Any

import pytest


class _WhenAsked:
    def __getattr__(self, name: str) -> Any:
        return getattr(pytest.importorskip("torch"), name)


torch: Any = _WhenAsked()
