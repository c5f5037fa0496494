"""Networks from papers, each in one file: `models.resnet18(num_classes=10)`.

Where torchvision has the network too, parameters and buffers have its names and shapes, so that its weights
load unchanged.
"""

from .mlp import MLP, mlp

__all__ = [
    "MLP",
    "mlp",
]
