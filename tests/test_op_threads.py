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
    "batch_norm": "randn(32, 16, 24, 24), None, None, rand(16), rand(16), True",
    "conv2d": "randn(8, 16, 20, 20), randn(24, 16, 3, 3), randn(24), padding=1",
    "cross_entropy": "randn(900, 301), randint(0, 301, 900)",
    "cumsum": "randn(700, 301), axis=0",
    "embedding": "randint(0, 50, 400, 40), randn(50, 64)",
    "layer_norm": "randn(700, 301), 301, rand(301), rand(301)",
    "linear": "randn(300, 257), randn(129, 257), randn(129)",
    "log_softmax": "randn(700, 301), axis=0",
    "logsumexp": "randn(700, 301), axis=1",
    "lstm_cell": "randn(64, 100), randn(64, 128), randn(64, 128), randn(512, 100), randn(512, 128)",
    "matmul": "randn(300, 257), randn(257, 190)",
    "max_pool2d": "randn(16, 16, 32, 32), 2",
    "mean": "randn(700, 301), axis=1",
    "norm": "randn(700, 301)",
    "prod": "1 + 0.001 * randn(700, 301)",
    "scaled_dot_product_attention": "randn(4, 4, 130, 32), randn(4, 4, 130, 32), randn(4, 4, 130, 32)",
    "softmax": "randn(700, 301), axis=-1",
    "sum": "randn(200_003)",
    "var": "randn(700, 301), axis=0",
}


def elementwise_sample(name: str) -> Sample:
    rng = np.random.default_rng(0)
    n = 200_003  # several chunks, and a rest
    arrays = [rng.integers(0, 60, n) if name in BITS else 0.05 + 0.9 * rng.random(n) for _ in range(2)]
    arrays = arrays[: 1 if name in UNARY else 2]
    return Sample(ops_by_name()[name], "large", (*arrays, *EXTRA_ARGUMENTS.get(name, ())), {})


def everything(sample: Sample, dtype: pynn.dtype) -> list[bytes]:
    """Outputs and gradients as they lie in memory."""
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
@pytest.mark.parametrize("name", UNARY + BINARY + sorted(LARGE.keys() & ops_by_name().keys()))
def test_results_are_bitwise_the_same_on_any_number_of_threads(name, dtype, threads):
    sample = Sample.parse(ops_by_name()[name], LARGE[name]) if name in LARGE else elementwise_sample(name)
    threads(1)
    alone = everything(sample, dtype)
    for n in THREADS:
        threads(n)
        assert pynn.get_num_threads() == n
        assert everything(sample, dtype) == alone, f"{sample}: {n} threads change the result"
