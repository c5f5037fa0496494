"""The beginner's digit classifier, large batches: 784-128-64-10, ReLU, dropout 0.2, batch 256."""

from .mlp import Mlp

WORKLOADS = [Mlp("mlp_b256", sizes=(784, 128, 64, 10), activation="relu", dropout=0.2, batch=256)]
