"""Choosing: scores that can be trusted, learning curves, and a search for the best parameters.

`search` needs optuna: `pip install 'pynn-learn[tune]'`.
"""

from __future__ import annotations

from .curve import LearningCurve, learning_curve
from .result import SearchResult
from .search import search
from .validation import CrossValidation, cross_validate

__all__ = ["CrossValidation", "LearningCurve", "SearchResult", "cross_validate", "learning_curve", "search"]
