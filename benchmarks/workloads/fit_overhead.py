"""What `fit` costs over a loop written by hand: epochs of 128 batches, shuffled, the loss averaged."""

from .epoch import Epoch

WORKLOADS = [
    Epoch("fit tiny_mlp", sizes=(2, 16, 16, 2), activation="tanh", dropout=0.0, batch=32),
    Epoch("fit mlp_b32", sizes=(784, 128, 64, 10), activation="relu", dropout=0.2, batch=32),
]
