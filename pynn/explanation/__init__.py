"""Explaining ops and modules: `pynn.explain`."""

from __future__ import annotations

from .check import GradientCheck as GradientCheck
from .explain import Explanation, explain

__all__ = ["Explanation", "explain"]
