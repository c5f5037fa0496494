"""An activation computed with the layer in front of it: the same numbers, and nobody is passed over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import nn
from pynn._core import ops
from pynn.nn import functional as F
from pynn.nn._joined import linear_then

NAMES = ["relu", "gelu_exact", "gelu_tanh", "silu", "tanh", "sigmoid", "mish", "hardswish"]
ACTIVATIONS = [
    nn.ReLU(),
    nn.GELU(),
    nn.GELU("tanh"),
    nn.SiLU(),
    nn.Tanh(),
    nn.Sigmoid(),
    nn.Mish(),
    nn.Hardswish(),
]
# rows, in, out: tiles and their edges, several slices of k, dot products, sums of rows, one column
SHAPES = [(1, 1, 1), (5, 7, 3), (37, 130, 65), (64, 900, 40), (3, 200, 129), (40, 33, 1), (300, 16, 2)]
SHAPES += [(0, 4, 6), (2, 0, 3)]


def operands(rows: int, features: int, outs: int, dtype: Any = pynn.float32, bias: bool = True) -> list[Any]:
    rng = np.random.default_rng(rows + features)

    def leaf(*shape: int) -> Any:
        return pynn.tensor(rng.standard_normal(shape), dtype=dtype, requires_grad=True)

    return [leaf(rows, features), leaf(outs, features), leaf(outs) if bias else None]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_bit_of_the_result_depends_on_where_it_is_computed(name: str, shape: tuple[int, int, int]) -> None:
    activation = dict(zip(NAMES, ACTIVATIONS, strict=True))[name]
    for dtype in (pynn.float32, pynn.float64):
        x, weight, bias = operands(*shape, dtype=dtype)
        for b in (bias, None):
            joined = ops.linear_activation(x, weight, b, name)
            assert (joined == activation(F.linear(x, weight, b))).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bias", [True, False])
def test_gradients_are_those_of_both(name: str, bias: bool) -> None:
    dtype = pynn.float64
    given = [t for t in operands(150, 20, 33, dtype, bias) if t is not None]
    dy = pynn.randn(150, 33, dtype=dtype)
    activation = dict(zip(NAMES, ACTIVATIONS, strict=True))[name]

    def gradients(y: Any) -> list[Any]:
        return pynn.autograd.grad([y], given, [dy])

    both = gradients(activation(F.linear(*given)))
    joined = gradients(ops.linear_activation(*given, *([] if bias else [None]), name))
    for a, b in zip(joined, both, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_gradients(name: str) -> None:
    given = operands(3, 4, 5, pynn.float64)
    assert pynn.autograd.gradcheck(lambda *a: ops.linear_activation(*a, name), given)
    assert pynn.autograd.gradgradcheck(lambda *a: ops.linear_activation(*a, name), given)


def test_only_the_gradients_that_are_wanted() -> None:
    x, weight, bias = (t.detach() for t in operands(6, 4, 5))
    for wanted in ([x], [weight], [bias]):
        for t in (x, weight, bias):
            t.requires_grad_(any(t is w for w in wanted))
        ops.linear_activation(x, weight, bias, "gelu_exact").sum().backward()
        assert wanted[0].grad is not None
        assert all(t.grad is None for t in (x, weight, bias) if t is not wanted[0])
        wanted[0].grad = None


def test_a_strided_gradient_and_a_strided_input() -> None:
    x, weight, bias = operands(24, 10, 12, pynn.float64)
    turned = x.detach().T.contiguous().T
    dy = pynn.randn(12, 24, dtype=pynn.float64).T
    for given in (x, turned):
        joined = pynn.autograd.grad(
            [ops.linear_activation(given, weight, bias, "silu")], [weight, bias], [dy]
        )
        both = pynn.autograd.grad([F.silu(F.linear(given, weight, bias))], [weight, bias], [dy])
        for a, b in zip(joined, both, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12, atol=1e-13)


def test_threads_change_no_bit() -> None:
    given = operands(700, 65, 130)
    results = []
    for threads in (1, 2, 3, 7):
        pynn.set_num_threads(threads)
        y = ops.linear_activation(*given, "gelu_exact")
        results.append([y, *pynn.autograd.grad([y], given, [y.detach()])])
    for other in results[1:]:
        assert all((a == b).all() for a, b in zip(results[0], other, strict=True))


def test_agrees_with_pytorch() -> None:
    given = operands(50, 30, 20, pynn.float64)
    theirs = [torch.tensor(t.detach().numpy(), requires_grad=True) for t in given]
    y = ops.linear_activation(*given, "gelu_exact")
    z = torch.nn.functional.gelu(torch.nn.functional.linear(*theirs))
    y.square().sum().backward()
    z.square().sum().backward()
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), rtol=1e-12, atol=1e-14)
    for a, b in zip(given, theirs, strict=True):
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_sequential_joins_them(activation: nn.Module) -> None:
    model = nn.Sequential(nn.Linear(6, 5), activation, nn.Linear(5, 4), activation)
    x = pynn.randn(3, 6)
    assert len(model._make_plan()) == 2
    assert (model(x) == activation(model[2](activation(model[0](x))))).all()


def test_sequential_calls_both_where_they_cannot_be_one() -> None:
    class Own(nn.Linear):
        def forward(self, input: Any) -> Any:
            return super().forward(input) + 1

    class Louder(nn.ReLU):
        def forward(self, input: Any) -> Any:
            return 2 * super().forward(input)

    x = pynn.randn(3, 6)
    for model in (
        nn.Sequential(Own(6, 5), nn.ReLU()),
        nn.Sequential(nn.Linear(6, 5), Louder()),
        nn.Sequential(nn.Linear(6, 5), nn.LeakyReLU()),
        nn.Sequential(nn.Linear(6, 5), nn.GELU(), nn.GELU()),
    ):
        expected = x
        for layer in model:
            expected = layer(expected)
        assert (model(x) == expected).all()
        assert len(model._make_plan()) == 2


def test_a_hook_on_either_sees_what_passes() -> None:
    for which in (0, 1):
        model, seen = nn.Sequential(nn.Linear(6, 5), nn.GELU()), []
        model[which].register_forward_hook(lambda module, args, output, seen=seen: seen.append(output))
        x = pynn.randn(3, 6)
        y = model(x)
        expected = F.linear(x, model[0].weight, model[0].bias)
        assert (seen[0] == (F.gelu(expected) if which else expected)).all()
        assert (y == F.gelu(expected)).all()
        assert (linear_then(model[0], model[1], x) == y).all()
        assert len(seen) == 2


def test_what_is_asked_of_gelu_later_is_heard() -> None:
    model, x = nn.Sequential(nn.Linear(6, 5), nn.GELU()), pynn.randn(3, 6)
    model(x)
    model[1].approximate = "tanh"
    assert (model(x) == F.gelu(model[0](x), "tanh")).all()


@pytest.mark.parametrize(
    "activation", ["relu", "gelu", F.silu, lambda x: x * 2], ids=["relu", "gelu", "silu", "a user's"]
)
def test_the_network_in_a_transformer_layer(activation: Any) -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, 0.0, activation)
    x = pynn.randn(2, 3, 8)
    y = layer._feed_forward(x, layer.dropout2)
    f = getattr(F, activation) if isinstance(activation, str) else activation
    assert (y == layer.linear2(f(layer.linear1(x)))).all()


def test_other_types_go_the_long_way() -> None:
    x, weight, bias = operands(4, 6, 5)
    with pynn.autocast("bfloat16"):
        joined = ops.linear_activation(x, weight, bias, "relu")
        assert joined.dtype is pynn.bfloat16
        assert (joined == F.relu(F.linear(x, weight, bias))).all()
    narrow = [t.detach().to(pynn.bfloat16) for t in (x, weight, bias)]
    assert (ops.linear_activation(*narrow, "silu") == F.silu(F.linear(*narrow))).all()


def test_a_recorded_step_gives_the_same() -> None:
    pynn.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 4))
    x = pynn.randn(5, 8)

    def step(x: Any) -> Any:
        model.zero_grad()
        loss = model(x).square().sum()
        loss.backward()
        return loss.detach()

    eager = [step(x), *(p.grad.clone() for p in model.parameters())]
    run = pynn.compile(step)
    for _ in range(3):
        replayed = [run(x), *(p.grad for p in model.parameters())]
        assert all((a == b).all() for a, b in zip(eager, replayed, strict=True))


def test_errors() -> None:
    x, weight, bias = operands(4, 6, 5)
    with pytest.raises(ValueError, match="activation must be one of relu, relu6, gelu_exact"):
        ops.linear_activation(x, weight, bias, "softmax")
    with pytest.raises(pynn.ShapeError, match=r"Linear\(in_features=6, out_features=5\): got input"):
        nn.Sequential(nn.Linear(6, 5), nn.ReLU())(pynn.zeros(3, 7))
    with pytest.raises(pynn.DTypeError, match="must be of one type"):
        ops.linear_activation(x, weight.double(), bias, "relu")
