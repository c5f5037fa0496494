"""Networks as scikit-learn's estimators: for pipelines, cross-validation and searches over grids.

Needs scikit-learn: `pip install 'pynn-learn[sklearn]'`.
"""

from __future__ import annotations

try:
    import sklearn as _sklearn
except ImportError as error:
    raise ImportError("pynn.sklearn needs scikit-learn: pip install 'pynn-learn[sklearn]'") from error

from .classifier import NeuralClassifier
from .regressor import NeuralRegressor

__all__ = ["NeuralClassifier", "NeuralRegressor"]
