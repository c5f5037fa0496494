"""What the tests of all ops share: samples as arguments, references, tolerances, PyTorch twins."""

from pynn.explanation.samples import Sample, samples_of

from .compare import assert_close
from .registry import all_samples, ops, ops_by_name
from .torch_twins import OTHER_GRADIENT, torch_twin

__all__ = [
    "OTHER_GRADIENT",
    "Sample",
    "all_samples",
    "assert_close",
    "ops",
    "ops_by_name",
    "samples_of",
    "torch_twin",
]
