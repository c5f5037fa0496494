"""The same bits on any number of threads, in results and in gradients."""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import Sample, ops_by_name
from op_suite.elementwise import BINARY, BITS, EXTRA_ARGUMENTS, UNARY

import pynn

THREADS = [2, 3, 4, 7]

# Ops that are not elementwise, on inputs large enough for several chunks of work.
LARGE = {
    "amax": "randn(700, 301), axis=0",
    "argmax": "randn(700, 301), axis=-1",
    "bernoulli": "rand(200_003)",
    "cross_entropy": "randn(900, 301), randint(0, 301, 900)",
    "cumsum": "randn(700, 301), axis=0",
    "dropout": "randn(200_003), 0.3",
    "layer_norm": "randn(700, 301), 301, rand(301), rand(301)",
    "linear": "randn(300, 257), randn(129, 257), randn(129)",
    "log_softmax": "randn(700, 301), axis=0",
    "logsumexp": "randn(700, 301), axis=1",
    "matmul": "randn(300, 257), randn(257, 190)",
    "mean": "randn(700, 301), axis=1",
    "norm": "randn(700, 301)",
    "normal": "(200_003,), 1.0, 0.5",
    "prod": "1 + 0.001 * randn(700, 301)",
    "rand": "(200_003,)",
    "randint": "0, 1000, (200_003,)",
    "randn": "(3, 70_001)",
    "randperm": "200_003",
    "softmax": "randn(700, 301), axis=-1",
    "sum": "randn(200_003)",
    "uniform": "(200_003,), -1.0, 2.0",
    "var": "randn(700, 301), axis=0",
}


def elementwise_sample(name: str) -> Sample:
    rng = np.random.default_rng(0)
    n = 200_003  # several chunks, and a rest
    arrays = [rng.integers(0, 60, n) if name in BITS else 0.05 + 0.9 * rng.random(n) for _ in range(2)]
    arrays = arrays[: 1 if name in UNARY else 2]
    return Sample(ops_by_name()[name], "large", (*arrays, *EXTRA_ARGUMENTS.get(name, ())), {})


def everything(sample: Sample, dtype: pynn.dtype) -> list[bytes]:
    """Outputs and gradients as they lie in memory, from one state of the random numbers."""
    pynn.manual_seed(11)
    args, kwargs, floats = sample.tensors(dtype, requires_grad=True)
    outputs = sample.op(*args, **kwargs)
    outputs = [outputs] if isinstance(outputs, pynn.Tensor) else list(outputs)
    results = [np.array(y.detach()) for y in outputs]
    wanted = [y for y in outputs if y.requires_grad]
    if wanted:
        rng = np.random.default_rng(1)
        dys = [pynn.tensor(rng.standard_normal(y.shape), y.dtype) for y in wanted]
        results += [
            np.array(g) for g in pynn.autograd.grad(wanted, floats, dys, allow_unused=True) if g is not None
        ]
    return [r.tobytes() for r in results]


@pytest.fixture
def threads():
    """Sets the number of threads, and takes it back afterwards."""
    before = pynn.get_num_threads()
    yield pynn.set_num_threads
    pynn.set_num_threads(before)


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64], ids=str)
@pytest.mark.parametrize("name", UNARY + BINARY + sorted(LARGE))
def test_results_are_bitwise_the_same_on_any_number_of_threads(name, dtype, threads):
    sample = Sample.parse(ops_by_name()[name], LARGE[name]) if name in LARGE else elementwise_sample(name)
    threads(1)
    alone = everything(sample, dtype)
    for n in THREADS:
        threads(n)
        assert pynn.get_num_threads() == n
        assert everything(sample, dtype) == alone, f"{sample}: {n} threads change the result"
