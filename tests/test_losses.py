"""Losses against their formulas in NumPy, and their gradients against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import nn
from pynn._core import functional as F
from pynn.autograd import gradcheck, gradgradcheck

L = nn.functional
REDUCE = {"mean": np.mean, "sum": np.sum, "none": lambda each: each}
rng = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return rng.standard_normal(shape)


def check(loss, each: np.ndarray, reduce, x: np.ndarray, *rest: np.ndarray, **options) -> None:
    """The loss is ``reduce(each)``, and its first two derivatives in x are those of finite differences."""
    rest = [pynn.from_numpy(r) for r in rest]
    options = {k: pynn.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in options.items()}

    def function(t: pynn.Tensor) -> pynn.Tensor:
        return loss(t, *rest, **options)

    a = pynn.tensor(x, dtype=pynn.float64, requires_grad=True)
    np.testing.assert_allclose(np.array(function(a).detach()), reduce(each), rtol=1e-10, atol=1e-12)
    assert gradcheck(function, [a])
    assert gradgradcheck(function, [a])


# ---- element by element ---------------------------------------------------------------------------------

ERROR = {
    "mse_loss": lambda e: e**2,
    "l1_loss": np.abs,
    "huber_loss": lambda e, delta: np.where(np.abs(e) < delta, e**2 / 2, delta * (np.abs(e) - delta / 2)),
    "smooth_l1_loss": lambda e, beta: (
        np.abs(e) if beta == 0 else np.where(np.abs(e) < beta, e**2 / (2 * beta), np.abs(e) - beta / 2)
    ),
}


@pytest.mark.parametrize("reduction", REDUCE)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mse_loss", {}),
        ("l1_loss", {}),
        ("huber_loss", {"delta": 0.7}),
        ("smooth_l1_loss", {"beta": 0.4}),
        ("smooth_l1_loss", {"beta": 0.0}),
    ],
)
def test_losses_of_an_error(name, options, reduction):
    x, target = normal(5, 7), normal(5, 7)
    each = ERROR[name](x - target, **options)
    check(getattr(F, name), each, REDUCE[reduction], x, target, reduction=reduction, **options)


@pytest.mark.parametrize("reduction", REDUCE)
@pytest.mark.parametrize("weighted", [False, True])
def test_binary_cross_entropy(weighted, reduction):
    target, x = rng.random((5, 7)), normal(5, 7)
    p = 0.05 + 0.9 * rng.random((5, 7))
    weight, pos_weight = np.arange(1.0, 8.0), 0.5 + rng.random(7)
    options = {"weight": weight} if weighted else {}
    each = -(target * np.log(p) + (1 - target) * np.log(1 - p)) * (weight if weighted else 1)
    check(F.binary_cross_entropy, each, REDUCE[reduction], p, target, reduction=reduction, **options)

    options |= {"pos_weight": pos_weight} if weighted else {}
    of_ones = (pos_weight if weighted else 1) * target * np.logaddexp(0, -x)
    each = (of_ones + (1 - target) * np.logaddexp(0, x)) * (weight if weighted else 1)
    loss = F.binary_cross_entropy_with_logits
    check(loss, each, REDUCE[reduction], x, target, reduction=reduction, **options)


def test_binary_cross_entropy_wants_probabilities():
    with pytest.raises(ValueError, match="with_logits"):
        F.binary_cross_entropy(pynn.tensor([1.5]), pynn.tensor([1.0]))


# ---- classes --------------------------------------------------------------------------------------------


def log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    x = x - x.max(axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis, keepdims=True))


def weighted_mean(weight_of_each: np.ndarray):
    """A mean over classes is weighted, by the weights of the classes that were wanted."""
    return lambda each: each.sum() / weight_of_each.sum()


@pytest.mark.parametrize("reduction", REDUCE)
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shape", [(5,), (6, 5), (3, 5, 2, 2), (4, 70)])
def test_cross_entropy_of_indices(shape, weighted, smoothing, reduction):
    axis = 0 if len(shape) == 1 else 1
    classes = shape[axis]
    target = np.asarray(rng.integers(0, classes, shape[:axis] + shape[axis + 1 :]))
    if target.ndim:
        target.flat[0] = -100
    weight = 0.1 + rng.random(classes) if weighted else np.ones(classes)
    options = {"reduction": reduction} | ({"weight": weight} if weighted else {})
    counted, wanted = (target != -100).astype(float), np.where(target == -100, 0, target)
    reduce = weighted_mean(counted * weight[wanted]) if reduction == "mean" else REDUCE[reduction]

    def taken(log_p: np.ndarray) -> np.ndarray:
        at = np.take_along_axis(log_p, np.expand_dims(wanted, axis), axis).squeeze(axis)
        return -counted * weight[wanted] * at

    x = normal(*shape)
    log_p = log_softmax(x, axis)
    spread = -counted * (np.moveaxis(log_p, axis, -1) @ weight)
    each = (1 - smoothing) * taken(log_p) + smoothing / classes * spread
    check(F.cross_entropy, each, reduce, x, target, label_smoothing=smoothing, **options)
    if smoothing == 0:
        check(F.nll_loss, taken(x), reduce, x, target, **options)


@pytest.mark.parametrize("reduction", REDUCE)
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_cross_entropy_of_probabilities(smoothing, reduction):
    x, q, weight = normal(6, 5), rng.dirichlet(np.ones(5), 6), rng.random(5)
    each = -(((1 - smoothing) * q + smoothing / 5) * weight * log_softmax(x, 1)).sum(1)
    options = {"reduction": reduction, "label_smoothing": smoothing, "weight": weight}
    check(F.cross_entropy, each, REDUCE[reduction], x, q, **options)


def test_cross_entropy_is_stable():
    x = pynn.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4]], requires_grad=True)
    y = F.cross_entropy(x, pynn.tensor([0, 0]), reduction="none")
    np.testing.assert_allclose(y.detach().numpy(), [0.0, 2e4 + np.log(2)], rtol=1e-6)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [[0, 0, 0], [-1, 0.5, 0.5]], atol=1e-7)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_of_rows_of_any_length(dtype, gaps):
    """Lanes past the end of a row, and classes that are impossible, count for exactly nothing."""
    for n in range(1, 131):
        x = normal(7, 2 * n if gaps else n).astype(dtype)[:, :: 2 if gaps else 1]
        t = rng.integers(0, n, 7)
        x[1] = -np.inf  # all but the target are impossible
        x[1, t[1]] = 3
        x[2, (t[2] + 1) % n] = -np.inf if n > 1 else 0
        x[3, 0] = np.nan
        t[4] = -100
        ours = pynn.from_numpy(x).requires_grad_()
        F.cross_entropy(ours, pynn.tensor(t), reduction="sum").backward()
        each = F.cross_entropy(ours.detach(), pynn.tensor(t), reduction="none").numpy()
        wide = x.astype(np.float64)
        log_p = log_softmax(wide, 1)
        expected = np.where(t == -100, 0, -log_p[np.arange(7), np.where(t == -100, 0, t)])
        slope = np.exp(log_p) - (np.arange(n) == t[:, None])
        slope[4] = 0
        tolerance = {"rtol": 3e-6, "atol": 3e-6} if dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-12}
        np.testing.assert_allclose(each, expected, **tolerance)
        np.testing.assert_allclose(ours.grad.numpy(), slope, **tolerance)
        assert np.isnan(each[3])
        assert np.isnan(ours.grad.numpy()[3]).all()
        assert not ours.grad.numpy()[1].any()  # no probability is left over for the impossible


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint8])
def test_cross_entropy_takes_any_integers(dtype):
    x, t = normal(4, 3), np.array([0, 2, 1, 1])
    expected = -log_softmax(x, 1)[np.arange(4), t].mean()
    got = F.cross_entropy(pynn.from_numpy(x), pynn.from_numpy(t.astype(dtype))).item()
    assert got == pytest.approx(expected, rel=1e-12)


# ---- losses written in Python ---------------------------------------------------------------------------


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a * b).sum(-1) / np.sqrt((a * a).sum(-1) * (b * b).sum(-1))


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.sqrt(((a - b + 1e-6) ** 2).sum(-1))


@pytest.mark.parametrize("reduction", REDUCE)
def test_python_losses(reduction):
    reduce, r = REDUCE[reduction], {"reduction": reduction}
    x, a, b = normal(6, 5), normal(6, 5), normal(6, 5)
    signs = np.sign(normal(6, 5))
    sign = signs[:, 0].copy()

    log_q, t = np.log(rng.dirichlet(np.ones(5), 6)), rng.dirichlet(np.ones(5), 6)
    t[0, 0] = 0.0
    each = t * (np.log(np.where(t > 0, t, 1)) - log_q)
    check(L.kl_div, each, reduce, log_q, t, **r)
    log_t = np.log(t + 0.1)
    check(L.kl_div, np.exp(log_t) * (log_t - log_q), reduce, log_q, log_t, log_target=True, **r)

    each = np.where(signs == 1, x, np.maximum(0, 1 - x))
    check(L.hinge_embedding_loss, each, reduce, x, signs, **r)
    check(L.soft_margin_loss, np.logaddexp(0, -signs * 20 * x), reduce, 20 * x, signs, **r)
    each = np.maximum(0, -sign * (x[:, 0] - a[:, 0]))
    check(L.margin_ranking_loss, each, reduce, x[:, 0].copy(), a[:, 0].copy(), sign, **r)

    each = np.where(sign == 1, 1 - cosine(x, a), np.maximum(0, cosine(x, a)))
    check(L.cosine_embedding_loss, each, reduce, x, a, sign, **r)
    each = np.maximum(0, distance(x, a) - np.minimum(distance(x, b), distance(a, b)) + 1)
    check(L.triplet_margin_loss, each, reduce, x, a, b, swap=True, **r)

    wanted = rng.integers(0, 5, 6)
    hinge = np.maximum(0, 1 - x[np.arange(6), wanted][:, None] + x) ** 2
    hinge[np.arange(6), wanted] = 0
    check(L.multi_margin_loss, hinge.sum(1) / 5, reduce, x, wanted, p=2, **r)
    check(L.cosine_similarity, cosine(x, a), REDUCE["none"], x, a)


# ---- refusals, and dropout ----


def test_cross_entropy_errors():
    x = pynn.zeros(4, 3)
    with pytest.raises(IndexError, match="target 3 at position 1 is not one of the 3 classes"):
        F.cross_entropy(x, pynn.tensor([0, 3, 1, 1]))
    with pytest.raises(IndexError, match="-1"):
        F.cross_entropy(x, pynn.tensor([0, -1, 1, 1]))
    for target in (pynn.tensor([0, 1, 2]), pynn.tensor([[0], [1], [2], [0]]), pynn.zeros(4)):
        with pytest.raises(pynn.ShapeError):
            F.cross_entropy(x, target)
    with pytest.raises(pynn.ShapeError, match="weight"):
        F.cross_entropy(x, pynn.tensor([0, 1, 2, 0]), weight=pynn.ones(4))
    with pytest.raises(ValueError, match="label_smoothing"):
        F.cross_entropy(x, pynn.tensor([0, 1, 2, 0]), label_smoothing=1.5)
    with pytest.raises(ValueError, match="reduction"):
        F.cross_entropy(x, pynn.tensor([0, 1, 2, 0]), reduction="average")


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "huber_loss", "binary_cross_entropy_with_logits"])
def test_no_broadcasting(name):
    with pytest.raises(pynn.ShapeError, match="reshape"):
        getattr(F, name)(pynn.zeros(4, 1), pynn.zeros(4))


def test_dropout():
    pynn.manual_seed(0)
    x = pynn.ones(100_000, requires_grad=True)
    y = F.dropout(x, 0.3)
    kept = y.detach().numpy() != 0
    assert abs(kept.mean() - 0.7) < 0.01
    np.testing.assert_allclose(y.detach().numpy()[kept], 1 / 0.7, rtol=1e-6)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
    assert F.dropout(x, 0.3, training=False).tolist() == x.tolist()
    assert not F.dropout(x, 1.0).detach().numpy().any()
    assert not F.dropout(pynn.tensor([float("inf")]), 1.0).numpy().any()
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="dropout"):
            F.dropout(x, p)
