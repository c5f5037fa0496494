"""The same bits on any number of threads, in results and in gradients."""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import Sample, ops_by_name
from op_suite.elementwise import BINARY, BITS, EXTRA_ARGUMENTS, UNARY

import pynn

THREADS = [2, 3, 4, 7]

# Ops that are not elementwise, on inputs large enough for several chunks of work. The rest run their samples.
MATRIX = "randn(700, 301)"
LARGE = {
    "addmm": "randn(300, 190), randn(300, 257), randn(257, 190)",
    "all": f"{MATRIX} > -3, axis=1",
    "amax": f"{MATRIX}, axis=0",
    "amin": f"{MATRIX}, axis=1",
    "any": f"{MATRIX} > 3, axis=0",
    "argmax": f"{MATRIX}, axis=-1",
    "argmin": f"{MATRIX}, axis=0",
    "argsort": f"{MATRIX}, 0",
    "attention": "randn(2, 4, 400, 33), randn(2, 2, 500, 33), randn(2, 2, 500, 20), 0.2, None, 0.1, True",
    "avg_pool1d": "randn(40, 30, 257), 3, 2, 1",
    "avg_pool1d_back": "randn(40, 30, 129), (40, 30, 257), 3, 2, 1",
    "avg_pool2d": "randn(8, 20, 33, 41), 3, 2, 1",
    "avg_pool2d_back": "randn(8, 20, 17, 21), (8, 20, 33, 41), 3, 2, 1",
    "batch_norm_evaluation": "randn(30, 20, 13, 17), randn(20), 0.1 + rand(20), randn(20), randn(20)",
    "batch_norm_training": "randn(30, 20, 13, 17), randn(20), randn(20)",
    "bernoulli": "rand(200_003)",
    "binary_cross_entropy": "0.1 + 0.8 * rand(700, 301), rand(700, 301)",
    "binary_cross_entropy_with_logits": f"{MATRIX}, rand(700, 301)",
    "bmm": "randn(40, 65, 33), randn(40, 33, 51)",
    "cast": f"{MATRIX}, float32",
    "cat": f"[{MATRIX}, randn(700, 17)], 1",
    "clone": MATRIX,
    "constant_pad": f"{MATRIX}, (1, 2, 3, 4), 0.5",
    "count_nonzero": f"{MATRIX} > 0, axis=0",
    "cross_entropy": "randn(900, 301), randint(0, 301, 900)",
    "cumprod": "1 + 0.001 * randn(700, 301), 1",
    "cumsum": f"{MATRIX}, axis=0",
    "dot": "randn(200_003), randn(200_003)",
    "dropout": "randn(200_003), 0.3",
    "embedding": "randint(0, 500, 60, 70), randn(500, 65), 3",
    "flip": f"{MATRIX}, 1",
    "gather": f"{MATRIX}, 1, randint(0, 301, 700, 200)",
    "grid_sample": "randn(5, 3, 33, 41), 2.4 * rand(5, 40, 30, 2) - 1.2",
    "group_norm": "randn(30, 20, 13, 17), 4, randn(20), randn(20)",
    "huber_loss": f"{MATRIX}, {MATRIX}",
    "index": f"{MATRIX}, [randint(0, 700, 900)]",
    "index_add": f"{MATRIX}, 0, randint(0, 700, 900), randn(900, 301)",
    "index_put": f"{MATRIX}, [randint(0, 700, 900)], randn(900, 301), True",
    "index_select": f"{MATRIX}, 1, randint(0, 301, 900)",
    "layer_norm": f"{MATRIX}, 301, rand(301), rand(301)",
    "lerp": f"{MATRIX}, {MATRIX}, 0.25",
    "linear": "randn(300, 257), randn(129, 257), randn(129)",
    "linear_recurrence": f"0.9 * rand(700, 301), {MATRIX}, 0",
    "log_softmax": f"{MATRIX}, axis=0",
    "logsumexp": f"{MATRIX}, axis=1",
    "masked_fill": f"{MATRIX}, {MATRIX} > 0, 2.0",
    "masked_select": f"{MATRIX}, {MATRIX} > 0",
    "matmul": "randn(300, 257), randn(257, 190)",
    "max_pool1d": "randn(40, 30, 257), 3, 2, 1",
    "max_pool1d_with_indices": "randn(40, 30, 257), 3, 2, 1",
    "max_pool2d": "randn(8, 20, 33, 41), 3, 2, 1",
    "max_pool2d_with_indices": "randn(8, 20, 33, 41), 3, 2, 1",
    "max_with_index": f"{MATRIX}, 0",
    "mean": f"{MATRIX}, axis=1",
    "min_with_index": f"{MATRIX}, 1",
    "mse_loss": f"{MATRIX}, {MATRIX}",
    "mv": "randn(700, 301), randn(301)",
    "nll_loss": "randn(900, 301), randint(0, 301, 900)",
    "nonzero": f"{MATRIX} > 0",
    "norm": MATRIX,
    "normal": "(200_003,), 1.0, 0.5",
    "normalize": MATRIX,
    "one_hot": "randint(0, 65, 5000)",
    "outer": "randn(700), randn(301)",
    "pad": f"{MATRIX}, (1, 2, 3, 4)",
    "prelu": "randn(700, 301), rand(301)",
    "prod": "1 + 0.001 * randn(700, 301)",
    "rand": "(200_003,)",
    "randint": "0, 1000, (200_003,)",
    "randn": "(3, 70_001)",
    "randperm": "200_003",
    "repeat": "randn(70, 301), (10, 2)",
    "repeat_interleave": "randn(70, 301), 10, 1",
    "resample": "randn(8, 20, 33, 41), (50, 30)",
    "resample_back": "randn(8, 20, 50, 30), (8, 20, 33, 41), (50, 30)",
    "reverse_cumsum": f"{MATRIX}, 1",
    "rms_norm": f"{MATRIX}, 301, rand(301)",
    "roll": f"{MATRIX}, 40, 1",
    "scatter": f"{MATRIX}, 1, randint(0, 301, 700, 200), randn(700, 200)",
    "scatter_add": f"{MATRIX}, 0, randint(0, 700, 600, 301), randn(600, 301)",
    "smooth_l1_loss": f"{MATRIX}, {MATRIX}",
    "softmax": f"{MATRIX}, axis=-1",
    "sort": f"{MATRIX}, 1",
    "stack": f"[{MATRIX}, {MATRIX}], -1",
    "std": f"{MATRIX}, 1",
    "sum": "randn(200_003)",
    "sum_to": "randn(40, 70, 90), (70, 1)",
    "take": f"{MATRIX}, randint(0, 210_000, 90_000)",
    "take_along_dim": f"{MATRIX}, randint(0, 700, 600, 301), 0",
    "tile": "randn(70, 301), (10, 2)",
    "topk": f"{MATRIX}, 20, 1",
    "tril": MATRIX,
    "uniform": "(200_003,), -1.0, 2.0",
    "var": f"{MATRIX}, axis=0",
    "where": f"{MATRIX} > 0, {MATRIX}, randn(301)",
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


def samples(name: str) -> list[Sample]:
    op = ops_by_name()[name]
    if name in UNARY + BINARY:
        return [elementwise_sample(name)]
    return [Sample.parse(op, text) for text in ([LARGE[name]] if name in LARGE else op.samples)]


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64], ids=str)
@pytest.mark.parametrize("name", sorted(ops_by_name()))
def test_results_are_bitwise_the_same_on_any_number_of_threads(name, dtype, threads):
    for sample in samples(name):
        threads(1)
        alone = everything(sample, dtype)
        for n in THREADS:
            threads(n)
            assert pynn.get_num_threads() == n
            assert everything(sample, dtype) == alone, f"{sample}: {n} threads change the result"


STRIDED = {
    "a row": lambda x: x + x[0],
    "a column": lambda x: x * x[:, :1],
    "a row and a column": lambda x: x[:1] - x[:, :1],
    "short rows": lambda x: x[:, :7] + x[0, :7],
    "channels": lambda x: x.reshape(7, 100, 43, 7) + x[0, :100].reshape(100, 1, 1),
    "turned": lambda x: x.T * x.reshape(301, 700),
    "turned copy": lambda x: x.T.contiguous(),
    "permuted copy": lambda x: x.reshape(7, 100, 43, 7).permute(0, 2, 3, 1).contiguous(),
    "every third": lambda x: x[::2, ::3] * 2,
    "sum of a turned one": lambda x: x.T.sum(1),
}


@pytest.mark.parametrize("name", STRIDED)
def test_strides_and_broadcasting_are_bitwise_the_same_on_any_number_of_threads(name, threads):
    values = np.random.default_rng(3).standard_normal((700, 301))
    for dtype in (pynn.float32, pynn.float64):
        results = []
        for n in (1, *THREADS):
            threads(n)
            x = pynn.tensor(values, dtype, requires_grad=True)
            y = STRIDED[name](x)
            (y * y).sum().backward()
            results.append((np.array(y.detach()).tobytes(), np.array(x.grad).tobytes()))
        assert len(set(results)) == 1


@pytest.mark.parametrize("shape", [(400, 3, 300), (30, 64, 300), (3000, 70)], ids=str)
def test_batch_norm_is_bitwise_the_same_on_any_number_of_threads(shape, threads):
    """Few channels, many, and one number in each: three ways to share the work."""
    values = np.random.default_rng(3).standard_normal(shape)
    results = []
    for n in (1, *THREADS):
        threads(n)
        layer = pynn.nn.BatchNorm1d(shape[1])
        x = pynn.tensor(values, requires_grad=True)
        y = layer(x)
        (y * y * y).sum().backward()
        parts = (
            y.detach(),
            x.grad,
            layer.weight.grad,
            layer.bias.grad,
            layer.running_mean,
            layer.running_var,
        )
        results.append([np.array(part).tobytes() for part in parts])
    assert all(result == results[0] for result in results)
