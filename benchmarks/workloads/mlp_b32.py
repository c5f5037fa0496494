"""The beginner's digit classifier, small batches: 784-128-64-10, ReLU, dropout 0.2, batch 32."""

from .mlp import Mlp

WORKLOADS = [Mlp("mlp_b32", sizes=(784, 128, 64, 10), activation="relu", dropout=0.2, batch=32)]
