"""Gradients at kinks, poles and masked places: one rule each, in the first backward and in the recorded one.

Where a function has a kink the gradient is a subgradient: 0 where 0 is one, shared equally among ties. A
branch that `where` did not take has no influence: its gradient is 0, whatever its slope. Where a function has
no value (0 / 0) or no finite slope (√0 alone), the gradient says so with NaN or infinity.
"""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn.nn import functional as F

INF, NAN = float("inf"), float("nan")
HALF = 2**-0.5


def tied(x):
    return x.sort(0)[0] * pynn.tensor([1.0, 2.0, 3.0]).double()


# name: (function, the inputs, the gradient of each)
KINKS = {
    "norm at the origin": (lambda x: x.norm(), [[0.0, 0.0]], [[0.0, 0.0]]),
    "norm of rows": (lambda x: x.norm(2, 1), [[[0.0, 0.0], [3.0, 4.0]]], [[[0.0, 0.0], [0.6, 0.8]]]),
    "1-norm": (lambda x: x.norm(1), [[0.0, -2.0]], [[0.0, -1.0]]),
    "3-norm at the origin": (lambda x: x.norm(3), [[0.0, 0.0]], [[0.0, 0.0]]),
    "half-norm with a zero": (lambda x: x.norm(0.5), [[0.0, 1.0]], [[0.0, 1.0]]),
    "max-norm at the origin": (lambda x: x.norm(INF), [[0.0, 0.0]], [[0.0, 0.0]]),
    "min-norm with a zero": (lambda x: x.norm(-INF), [[0.0, 2.0]], [[0.0, 0.0]]),
    "hypot at the origin": (pynn.hypot, [[0.0, 3.0], [0.0, 4.0]], [[0.0, 0.6], [0.0, 0.8]]),
    "atan2 at the origin": (pynn.atan2, [[0.0, 1.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, -1.0]]),
    "abs": (lambda x: x.abs(), [[0.0, -3.0]], [[0.0, -1.0]]),
    "relu": (lambda x: x.relu(), [[0.0, 2.0]], [[0.0, 1.0]]),
    "amax of ties": (lambda x: x.amax(), [[1.0, 2.0, 2.0]], [[0.0, 0.5, 0.5]]),
    "max of ties": (lambda x: x.max(), [[1.0, 2.0, 2.0]], [[0.0, 0.5, 0.5]]),
    "max along an axis takes one of ties": (lambda x: x.max(0).values, [[1.0, 2.0, 2.0]], [[0.0, 1.0, 0.0]]),
    "maximum of equals": (pynn.maximum, [[1.0, 2.0], [1.0, 3.0]], [[0.5, 0.0], [0.5, 1.0]]),
    "sort of ties": (tied, [[1.0, 1.0, 1.0]], [[1.0, 2.0, 3.0]]),
    "std of equals": (lambda x: x.std(1), [[[2.0, 2.0], [1.0, 3.0]]], [[[0.0, 0.0], [-HALF, HALF]]]),
    "std of one, as the sample's own": (lambda x: x.std(correction=0), [[3.0]], [[0.0]]),
    "layer_norm of equals": (lambda x: F.layer_norm(x, (2,)), [[[2.0, 2.0]]], [[[0.0, 0.0]]]),
    "cosine_similarity of zeros": (
        lambda a, b: F.cosine_similarity(a, b, -1),
        [[[0.0, 0.0]], [[0.0, 0.0]]],
        [[[0.0, 0.0]], [[0.0, 0.0]]],
    ),
    "triplet_margin_loss of equal points": (
        lambda a, b, c: F.triplet_margin_loss(a, b, c, eps=0.0),
        [[[1.0, 1.0]]] * 3,
        [[[0.0, 0.0]]] * 3,
    ),
}

ZEROS = {
    "0 ** 0": (lambda x: x**0, [[0.0, -1.0]], [[0.0, 0.0]]),
    "0 ** 1": (lambda x: x**1, [[0.0, -1.0]], [[1.0, 1.0]]),
    "0 ** 2": (lambda x: x**2, [[0.0, -1.0]], [[0.0, -2.0]]),
    "0 ** 1.5": (lambda x: x**1.5, [[0.0, 1.0]], [[0.0, 1.5]]),
    "0 ** b": (lambda b: 0.0**b, [[0.0, 1.0, 2.0]], [[0.0, 0.0, 0.0]]),
    "a ** b": (pynn.pow, [[0.0, 0.0, 0.0], [0.0, 1.0, 2.0]], [[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
    "xlogy at 0": (pynn.xlogy, [[0.0, 0.0], [1.0, 0.5]], [[0.0, np.log(0.5)], [0.0, 0.0]]),
    "prod with one 0": (lambda x: x.prod(), [[0.0, 2.0, 3.0]], [[6.0, 0.0, 0.0]]),
    "prod with two": (lambda x: x.prod(), [[0.0, 0.0, 3.0]], [[0.0, 0.0, 0.0]]),
    "cumprod with one 0": (lambda x: x.cumprod(0), [[2.0, 0.0, 3.0]], [[1.0, 8.0, 0.0]]),
    "cumprod with two": (lambda x: x.cumprod(0), [[0.0, 0.0, 3.0]], [[1.0, 0.0, 0.0]]),
    "kl_div of a target 0": (F.kl_div, [[-1.0, -1.0], [0.0, 1.0]], [[0.0, -0.5], [0.0, 1.0]]),
}

INFINITIES = {
    "logsumexp of -inf rows": (
        lambda x: x.logsumexp(1),
        [[[-INF, -INF], [-INF, 0.0], [0.0, 0.0]]],
        [[[0.0, 0.0], [0.0, 1.0], [0.5, 0.5]]],
    ),
    "softmax beside -inf": (
        lambda x: x.softmax(-1)[:, 1],
        [[[-INF, 0.0, 0.0]]],
        [[[0.0, 0.25, -0.25]]],
    ),
    "cross_entropy beside -inf": (
        lambda x: F.cross_entropy(x, pynn.tensor([0])),
        [[[1.0, -INF, 1.0]]],
        [[[-0.5, 0.0, 0.5]]],
    ),
    "binary cross-entropy of sure logits": (
        lambda x: F.binary_cross_entropy_with_logits(x, pynn.tensor([0.0, 1.0]).double()),
        [[-1000.0, 1000.0]],
        [[0.0, 0.0]],
    ),
    "softplus far out": (F.softplus, [[-1e4, 1e4]], [[0.0, 1.0]]),
    "logsigmoid far out": (F.logsigmoid, [[-1e4, 1e4]], [[1.0, 0.0]]),
    "gelu far out": (F.gelu, [[-INF, 1e4]], [[0.0, 1.0]]),
    "silu far out": (F.silu, [[-INF, 1e4]], [[0.0, 1.0]]),
}


def masked(function, edge, inside, slope):
    """where(x is not the edge, function(x), 0): the branch that was not taken has no influence."""
    return (lambda x: pynn.where(x != edge, function(x), 0.0), [[edge, inside]], [[0.0, slope]])


MASKED = {
    "sqrt": masked(pynn.sqrt, 0.0, 4.0, 0.25),
    "rsqrt": masked(pynn.rsqrt, 0.0, 4.0, -1 / 16),
    "log": masked(pynn.log, 0.0, 4.0, 0.25),
    "log1p": masked(pynn.log1p, -1.0, 1.0, 0.5),
    "reciprocal": masked(lambda x: 1 / x, 0.0, 4.0, -1 / 16),
    "quotient": masked(lambda x: x / x, 0.0, 4.0, 0.0),
    "x / |x|": masked(lambda x: x / x.abs(), 0.0, 4.0, 0.0),
    "x ** -1": masked(lambda x: x**-1, 0.0, 2.0, -0.25),
    "x ** 0.5": masked(lambda x: x**0.5, 0.0, 4.0, 0.25),
    "asin": masked(pynn.asin, 1.0, 0.0, 1.0),
    "acos": masked(pynn.acos, 1.0, 0.0, -1.0),
    "acosh": masked(pynn.acosh, 1.0, 2.0, 3**-0.5),
    "atanh": masked(pynn.atanh, 1.0, 0.0, 1.0),
    "exp": masked(pynn.exp, 1e4, 0.0, 1.0),
    "sinh": masked(pynn.sinh, 1e4, 0.0, 1.0),
}

WITHOUT_A_VALUE = {
    "sqrt at 0 alone": (pynn.sqrt, [[0.0, 4.0]], [[INF, 0.25]]),
    "1 / 0 alone": (lambda x: x**-1, [[0.0, 1.0]], [[-INF, -1.0]]),
    "0 / |0|": (lambda x: x / x.abs(), [[0.0, 2.0]], [[NAN, 0.0]]),
    "std of one": (lambda x: x.std(), [[3.0]], [[NAN]]),
    "var of one": (lambda x: x.var(), [[3.0]], [[NAN]]),
}

RULES = {**KINKS, **ZEROS, **INFINITIES, **{f"masked {k}": v for k, v in MASKED.items()}, **WITHOUT_A_VALUE}


@pytest.mark.parametrize("recorded", [False, True], ids=["kernels", "in ops"])
@pytest.mark.parametrize("name", RULES)
def test_gradient_follows_the_rule(name, recorded):
    function, inputs, want = RULES[name]
    tensors = [pynn.tensor(x, pynn.float64, requires_grad=True) for x in inputs]
    gradients = pynn.autograd.grad([function(*tensors).sum()], tensors, create_graph=recorded)
    for got, expected in zip(gradients, want, strict=True):
        np.testing.assert_allclose(np.array(got.detach()), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", MASKED)
def test_second_gradient_of_a_masked_branch_is_no_nan(name):
    function, (values,), _ = MASKED[name]
    x = pynn.tensor(values, pynn.float64, requires_grad=True)
    (first,) = pynn.autograd.grad([function(x).sum()], [x], create_graph=True)
    if first.requires_grad:
        (second,) = pynn.autograd.grad([first.sum()], [x], allow_unused=True)
        assert second is None or not bool(pynn.isnan(second).any()), second
