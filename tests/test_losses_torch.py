"""Losses against PyTorch in float64, first and second derivatives included."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn._core import functional as F
from pynn.nn import functional as P

torch = pytest.importorskip("torch")
TF = torch.nn.functional


rng = np.random.default_rng(0)


def normal(*shape):
    return rng.standard_normal(shape)


def agree(ours, theirs, x, *rest, **options):
    """Values and the gradient of x."""
    a = pynn.tensor(x, dtype=pynn.float64, requires_grad=True)
    b = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    to_torch = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    to_pynn = {k: pynn.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}
    y = ours(a, *[pynn.from_numpy(r) for r in rest], **to_pynn)
    z = theirs(b, *[torch.tensor(r) for r in rest], **to_torch)
    np.testing.assert_allclose(y.detach().numpy(), z.detach().numpy(), rtol=1e-10, atol=1e-12)
    g = normal(*z.shape)
    y.backward(pynn.from_numpy(np.asarray(g)))
    z.backward(torch.tensor(g))
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-9, atol=1e-12)


REDUCTIONS = ("mean", "sum", "none")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mse_loss", {}),
        ("l1_loss", {}),
        ("huber_loss", {"delta": 0.7}),
        ("smooth_l1_loss", {"beta": 0.4}),
        ("smooth_l1_loss", {"beta": 0.0}),
        ("binary_cross_entropy_with_logits", {}),
        ("binary_cross_entropy_with_logits", {"pos_weight": np.arange(1.0, 8.0), "weight": np.arange(7.0)}),
    ],
)
def test_pointwise(name, options, reduction):
    target = rng.random((5, 7)) if "entropy" in name else normal(5, 7)
    agree(getattr(F, name), getattr(TF, name), normal(5, 7), target, reduction=reduction, **options)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_binary_cross_entropy(reduction):
    p = np.clip(rng.random((5, 7)), 0.01, 0.99)
    agree(F.binary_cross_entropy, TF.binary_cross_entropy, p, rng.random((5, 7)), reduction=reduction)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(5,), (6, 5), (3, 5, 2, 2), (4, 70)])
def test_cross_entropy_of_indices(shape, weighted, smoothing, reduction):
    axis = 0 if len(shape) == 1 else 1
    classes = shape[axis]
    target = rng.integers(0, classes, shape[:axis] + shape[axis + 1 :])
    if target.ndim:
        target.flat[0] = -100
    options = {"reduction": reduction, "label_smoothing": smoothing}
    if weighted:
        options["weight"] = rng.random(classes)
    agree(F.cross_entropy, TF.cross_entropy, normal(*shape), np.asarray(target), **options)
    if smoothing == 0:
        del options["label_smoothing"]
        agree(F.nll_loss, TF.nll_loss, normal(*shape), np.asarray(target), **options)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_cross_entropy_of_probabilities(smoothing, reduction):
    q = rng.dirichlet(np.ones(5), 6)
    agree(F.cross_entropy, TF.cross_entropy, normal(6, 5), q, reduction=reduction, label_smoothing=smoothing,
          weight=rng.random(5))  # fmt: skip


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_cross_entropy_takes_any_integers(dtype):
    x, t = normal(4, 3), np.array([0, 2, 1, 1])
    expected = TF.cross_entropy(torch.tensor(x), torch.tensor(t)).item()
    assert F.cross_entropy(pynn.from_numpy(x), pynn.from_numpy(t.astype(dtype))).item() == pytest.approx(
        expected
    )


def test_cross_entropy_second_derivative():
    x, t, w = normal(4, 3), np.array([0, 2, -100, 1]), rng.random(3)
    found = []
    for lib, f, make in ((pynn, F, pynn.from_numpy), (torch, TF, torch.tensor)):
        a = lib.tensor(x, dtype=lib.float64, requires_grad=True)
        y = f.cross_entropy(a, make(t), weight=make(w))
        (g,) = lib.autograd.grad(y, [a], create_graph=True)
        (g * g).sum().backward()
        found.append(a.grad.numpy())
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("ignore:reduction:UserWarning")  # PyTorch's advice about its own kl_div
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_python_losses(reduction):
    signs = np.sign(normal(6, 5))
    r = {"reduction": reduction}
    log_q, t = np.log(rng.dirichlet(np.ones(5), 6)), rng.dirichlet(np.ones(5), 6)
    t[0, 0] = 0.0
    agree(P.kl_div, TF.kl_div, log_q, t, **r)
    agree(P.kl_div, TF.kl_div, log_q, np.log(t + 0.1), log_target=True, **r)
    agree(P.hinge_embedding_loss, TF.hinge_embedding_loss, normal(6, 5), signs, **r)
    agree(P.soft_margin_loss, TF.soft_margin_loss, 20 * normal(6, 5), signs, **r)
    agree(P.margin_ranking_loss, TF.margin_ranking_loss, normal(6), normal(6), signs[:, 0].copy(), **r)
    agree(
        P.cosine_embedding_loss, TF.cosine_embedding_loss, normal(6, 5), normal(6, 5), signs[:, 0].copy(), **r
    )
    agree(
        P.triplet_margin_loss,
        TF.triplet_margin_loss,
        normal(6, 5),
        normal(6, 5),
        normal(6, 5),
        swap=True,
        **r,
    )
    agree(P.multi_margin_loss, TF.multi_margin_loss, normal(6, 5), rng.integers(0, 5, 6), p=2, **r)
    agree(P.cosine_similarity, TF.cosine_similarity, normal(6, 5), normal(6, 5))
