"""What is computed. Each module here has a list `WORKLOADS`; a new one is added to `MODULES`."""

from __future__ import annotations

from importlib import import_module
from typing import TypeAlias

from .adam import AdamStep
from .backward import Backward
from .convolution import Convolution
from .epoch import Epoch
from .estimator import Estimator
from .gpt import Attention, GptTraining, GptWriting
from .loading import Loading
from .mlp import Mlp
from .network import Inference, Training
from .op import Op
from .recurrent import Recurrent
from .sequences import CtcLoss, EmbeddingBag

Workload: TypeAlias = (
    Mlp
    | Estimator
    | Op
    | Backward
    | AdamStep
    | Convolution
    | Training
    | Inference
    | Epoch
    | Loading
    | Recurrent
    | GptTraining
    | GptWriting
    | Attention
    | CtcLoss
    | EmbeddingBag
)

MODULES = [
    "tiny_mlp",
    "mlp_b32",
    "mlp_b256",
    "fit_overhead",
    "loading",
    "estimator",
    "overhead",
    "elementwise",
    "reductions",
    "memory_bound",
    "matmul",
    "conv",
    "networks",
    "inference",
    "recurrent",
    "gpt",
    "sequences",
]


def workloads(only: list[str] | None = None) -> dict[str, list[Workload]]:
    """Module name -> its workloads."""
    return {name: import_module(f".{name}", __name__).WORKLOADS for name in only or MODULES}
