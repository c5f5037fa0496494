"""Pictures of networks, data and training, each one call on your own model. Needs matplotlib.

Every function returns a matplotlib figure, takes `theme="light"` or `"dark"`, and uses colours that all kinds
of eyes tell apart.
"""

from __future__ import annotations

from .evaluation import confusion_matrix, embedding, learning_curves
from .images import attention, feature_maps, filters, saliency
from .networks import computation_graph, network
from .surfaces import decision_boundary, loss_landscape, optimizer_paths
from .watching import Watcher

__all__ = [
    "Watcher",
    "attention",
    "computation_graph",
    "confusion_matrix",
    "decision_boundary",
    "embedding",
    "feature_maps",
    "filters",
    "learning_curves",
    "loss_landscape",
    "network",
    "optimizer_paths",
    "saliency",
]
