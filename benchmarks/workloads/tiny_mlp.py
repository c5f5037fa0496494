"""A network so small that nothing but overhead is left: 2-16-16-2, tanh, batch 32."""

from .mlp import Mlp

WORKLOADS = [Mlp("tiny_mlp", sizes=(2, 16, 16, 2), activation="tanh", dropout=0.0, batch=32)]
