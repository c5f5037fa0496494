"""Gates, noise, distances and the rarer losses against PyTorch, in float64; draws against their laws."""

from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
import pynn.nn.functional as F
from pynn import nn

rng = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return rng.standard_normal(shape)


def signs(*shape: int) -> np.ndarray:
    return rng.choice([-1.0, 1.0], shape)


def agree(ours: Any, theirs: Any, *inputs: np.ndarray, differentiable: int = 9) -> None:
    """Outputs, and the gradients by the first floating-point inputs, agree."""
    xs = [pynn.from_numpy(x.copy()) for x in inputs]
    ts = [torch.tensor(x) for x in inputs]
    for x, t in zip(xs[:differentiable], ts, strict=False):
        if t.is_floating_point():
            x.requires_grad_()
            t.requires_grad_()
    y, z = ours(*xs), theirs(*ts)
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), rtol=1e-10, atol=1e-12)
    g = normal(*z.shape)
    y.backward(pynn.from_numpy(np.asarray(g)))
    z.backward(torch.tensor(g))
    for x, t in zip(xs, ts, strict=True):
        if t.grad is not None and x.grad is not None:
            np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize(
    ("name", "options", "inputs"),
    [
        ("PoissonNLLLoss", {}, [normal(3, 4), rng.integers(0, 5, (3, 4)) * 1.0]),
        ("PoissonNLLLoss", {"full": True}, [normal(3, 4), rng.integers(0, 5, (3, 4)) * 1.0]),
        ("PoissonNLLLoss", {"log_input": False}, [1 + rng.random((3, 4)), rng.integers(0, 5, (3, 4)) * 1.0]),
        ("GaussianNLLLoss", {}, [normal(3, 4), normal(3, 4), rng.random((3, 4))]),
        ("GaussianNLLLoss", {"full": True}, [normal(3, 4), normal(3, 4), rng.random((3, 1))]),
        ("GaussianNLLLoss", {"eps": 0.5}, [normal(3, 4), normal(3, 4), rng.random(3)]),
        ("SoftMarginLoss", {}, [normal(3, 4), signs(3, 4)]),
        ("MarginRankingLoss", {"margin": 0.3}, [normal(5), normal(5), signs(5)]),
        ("MultiLabelSoftMarginLoss", {}, [normal(3, 4), rng.integers(0, 2, (3, 4)) * 1.0]),
        ("MultiLabelMarginLoss", {}, [normal(3, 4), np.array([[3, 0, -1, 1], [-1, 1, 1, 1], [0, 1, 2, 3]])]),
        ("MultiLabelMarginLoss", {}, [normal(4), np.array([2, 2, -1, 1])]),
        ("TripletMarginWithDistanceLoss", {"swap": True}, [normal(5, 3), normal(5, 3), normal(5, 3)]),
    ],
)
def test_losses(name: str, options: dict[str, Any], inputs: list[np.ndarray], reduction: str) -> None:
    ours = getattr(nn, name)(**options, reduction=reduction)
    theirs = getattr(torch.nn, name)(**options, reduction=reduction)
    # In a target, PyTorch has no derivative (SoftMarginLoss), or NaN (PoissonNLLLoss).
    agree(ours, theirs, *inputs, differentiable=1 if name in ("SoftMarginLoss", "PoissonNLLLoss") else 9)


@pytest.mark.parametrize(
    ("name", "options", "inputs"),
    [
        ("GLU", {}, [normal(3, 6)]),
        ("GLU", {"dim": 0}, [normal(4, 3)]),
        ("Softmax2d", {}, [normal(2, 3, 4, 5)]),
        ("CosineSimilarity", {}, [normal(3, 4), normal(3, 4)]),
        ("CosineSimilarity", {"dim": 0}, [normal(3, 4), normal(3, 4)]),
        ("PairwiseDistance", {}, [normal(3, 4), normal(3, 4)]),
        ("PairwiseDistance", {"p": 1.0, "keepdim": True}, [normal(3, 4), normal(4)]),
    ],
)
def test_layers_without_parameters(name: str, options: dict[str, Any], inputs: list[np.ndarray]) -> None:
    agree(getattr(nn, name)(**options), getattr(torch.nn, name)(**options), *inputs)


@pytest.mark.parametrize("lead", [(), (5,), (2, 3)])
def test_bilinear(lead: tuple[int, ...]) -> None:
    inputs = [normal(*lead, 3), normal(*lead, 4), normal(2, 3, 4), normal(2)]
    agree(F.bilinear, torch.nn.functional.bilinear, *inputs)
    layer = nn.Bilinear(3, 4, 2)
    assert [tuple(p.shape) for p in layer.parameters()] == [(2, 3, 4), (2,)]
    assert layer.weight.abs().max().item() <= 3**-0.5
    with pytest.raises(pynn.ShapeError, match=r"in1.*\(3,\), \(4,\)"):
        F.bilinear(pynn.zeros(3), pynn.zeros(4), pynn.zeros(2, 4, 3))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(pynn.ShapeError, match="no two halves"):
        F.glu(pynn.zeros(2, 3))
    with pytest.raises(pynn.ShapeError, match="var"):
        F.gaussian_nll_loss(pynn.zeros(2, 3), pynn.zeros(2, 3), pynn.ones(3))
    with pytest.raises(ValueError, match="below 0"):
        F.gaussian_nll_loss(pynn.zeros(2), pynn.zeros(2), -1.0)
    with pytest.raises(IndexError, match="-1 to 2"):
        F.multilabel_margin_loss(pynn.zeros(1, 3), pynn.tensor([[3, -1, -1]]))
    with pytest.raises(ValueError, match="tau"):
        F.gumbel_softmax(pynn.zeros(3), tau=0.0)
    with pytest.raises(pynn.ShapeError, match="4 axes"):
        F.dropout2d(pynn.zeros(2, 3))
    with pytest.raises(ValueError, match=r"p must be a number in \[0, 1\]"):
        nn.AlphaDropout(1.5)
    with pytest.raises(ValueError, match="lower"):
        nn.RReLU(0.5, 0.25)


# ---- draws ------------------------------------------------------------------------------------------


def test_gumbel_softmax_draws_with_the_probabilities_of_softmax() -> None:
    pynn.manual_seed(0)
    logits = pynn.tensor([0.5, -1.0, 1.0, 0.0])
    hard = F.gumbel_softmax(logits.expand(20000, 4), tau=0.7, hard=True)
    assert set(hard.unique().tolist() if hasattr(hard, "unique") else np.unique(hard)) == {0.0, 1.0}
    np.testing.assert_allclose(hard.mean(0).numpy(), pynn.softmax(logits, 0).numpy(), atol=0.015)


@pytest.mark.parametrize("dim", [0, -1])
def test_the_hard_choice_has_the_gradient_of_the_soft_one(dim: int) -> None:
    values = normal(3, 4)
    gradients = []
    for hard in (False, True):
        pynn.manual_seed(1)
        x = pynn.tensor(values, dtype=pynn.float64, requires_grad=True)
        y = F.gumbel_softmax(x, tau=0.5, hard=hard, dim=dim)
        (y * pynn.arange(12).reshape(3, 4)).sum().backward()
        gradients.append(x.grad.numpy())
        np.testing.assert_allclose(y.detach().sum(dim).numpy(), 1.0)
    np.testing.assert_allclose(*gradients)


def test_alpha_dropout_keeps_mean_and_variance() -> None:
    pynn.manual_seed(0)
    y = nn.AlphaDropout(0.3)(pynn.randn(200, 1000))
    assert abs(y.mean().item()) < 0.01
    assert abs(y.std().item() - 1) < 0.01
    lowest, count = np.unique(y.numpy(), return_counts=True)
    assert abs(count.max() / y.numel() - 0.3) < 0.01  # the dropped ones are all one value
    assert lowest[count.argmax()] < -1


@pytest.mark.parametrize(
    ("layer", "shape"), [(nn.Dropout1d, (5,)), (nn.Dropout2d, (3, 5)), (nn.Dropout3d, (2, 3, 5))]
)
def test_channels_are_dropped_whole(layer: type[nn.Module], shape: tuple[int, ...]) -> None:
    pynn.manual_seed(0)
    for lead in ((40, 50), (2000,)):
        y = layer(0.25)(pynn.ones(*lead, *shape)).reshape(2000, -1).numpy()
        assert (y == y[:, :1]).all()
        assert set(np.unique(y)) == {0.0, np.float32(4 / 3)}
        assert abs((y[:, 0] == 0).mean() - 0.25) < 0.04
    x = pynn.ones(2, 3, *shape)
    assert layer(0.25).eval()(x) is x


def test_rrelu_draws_slopes_and_uses_their_middle_in_evaluation() -> None:
    layer = nn.RReLU(0.1, 0.3)
    x = pynn.full((1000,), -1.0, requires_grad=True)
    y = layer(x)
    assert -0.3 <= y.min().item() < -0.28
    assert -0.12 < y.max().item() <= -0.1
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), -y.detach().numpy())
    np.testing.assert_allclose(layer.eval()(x).detach().numpy(), -0.2, rtol=1e-6)


def test_a_dictionary_of_parameters() -> None:
    gates = nn.ParameterDict({"input": pynn.zeros(2), "forget": nn.Parameter(pynn.ones(3))})
    assert [(n, tuple(p.shape)) for n, p in gates.named_parameters()] == [("input", (2,)), ("forget", (3,))]
    assert list(gates) == gates.keys() == ["input", "forget"]
    assert gates.pop("input").shape == (2,)
    assert "input" not in gates
    with pytest.raises(TypeError, match="holds Parameters, got str"):
        gates["output"] = "no tensor"
    with pytest.raises(KeyError, match="no parameter 'input'; there are 'forget'"):
        gates["input"]
    gates.clear()
    assert len(gates) == 0
