"""Boxes, suppression and losses, against definitions written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch_if_there import torch

import pynn
from pynn.vision import ops

corner = st.integers(-20, 20)
box = st.tuples(corner, corner, st.integers(0, 12), st.integers(0, 12)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
boxes_of = st.lists(box, max_size=8).map(
    lambda found: pynn.tensor(np.array(found, dtype=np.float64).reshape(-1, 4), dtype=pynn.float64)
)


def pixels(box):
    """The unit squares in a box of whole numbers: areas by counting."""
    left, top, right, bottom = (int(side) for side in box)
    return set(itertools.product(range(left, right), range(top, bottom)))


@given(boxes_of, boxes_of)
def test_iou_counts_squares(a, b):
    iou, giou = ops.box_iou(a, b).numpy(), ops.generalized_box_iou(a, b).numpy()
    assert iou.shape == (len(a), len(b))
    for i, j in np.ndindex(iou.shape):
        one, two = pixels(a[i].tolist()), pixels(b[j].tolist())
        union = len(one | two)
        expected = len(one & two) / union if union else 0
        assert iou[i, j] == pytest.approx(expected)
        low = np.minimum(a[i].numpy()[:2], b[j].numpy()[:2])
        high = np.maximum(a[i].numpy()[2:], b[j].numpy()[2:])
        around = float(np.prod(high - low))
        assert giou[i, j] == pytest.approx(expected - ((around - union) / around if around else 0))


@given(boxes_of, boxes_of)
def test_iou_is_symmetric_and_from_0_to_1(a, b):
    iou, giou = ops.box_iou(a, b).numpy(), ops.generalized_box_iou(a, b).numpy()
    np.testing.assert_array_equal(iou, ops.box_iou(b, a).numpy().T)
    assert ((iou >= 0) & (iou <= 1)).all()
    assert ((giou >= -1) & (giou <= iou + 1e-12)).all()
    areas = ops.box_area(a).numpy()
    np.testing.assert_array_equal(np.diag(ops.box_iou(a, a).numpy()), areas > 0)


@given(boxes_of, st.sampled_from(ops.boxes.FORMS), st.sampled_from(ops.boxes.FORMS))
def test_forms_go_back_and_forth(a, first, second):
    there = ops.box_convert(a, first, second)
    np.testing.assert_allclose(ops.box_convert(there, second, first).numpy(), a.numpy(), atol=1e-12)


def test_forms_by_hand():
    b = pynn.tensor([[2.0, 4.0, 6.0, 10.0]])
    assert ops.box_convert(b, "xyxy", "xywh").tolist() == [[2, 4, 4, 6]]
    assert ops.box_convert(b, "xywh", "xyxy").tolist() == [[2, 4, 8, 14]]
    assert ops.box_convert(b, "cxcywh", "xyxy").tolist() == [[-1, -1, 5, 9]]
    whole = ops.box_convert(pynn.tensor([1, 2, 3, 5]), "xyxy", "cxcywh")
    assert whole.tolist() == [2.0, 3.5, 2.0, 3.0]


@given(boxes_of, st.integers(0, 15), st.integers(0, 15))
def test_clipped_boxes_lie_inside(a, height, width):
    clipped = ops.clip_boxes_to_image(a, (height, width)).numpy()
    assert ((clipped >= 0) & (clipped <= [width, height, width, height])).all()
    image = set(itertools.product(range(width), range(height)))
    for before, after in zip(a.tolist(), clipped, strict=True):
        assert pixels(after) == pixels(before) & image


@given(boxes_of, st.floats(0, 1), st.data())
def test_suppression_agrees_with_its_definition(boxes, limit, data):
    n = len(boxes)
    scores = data.draw(st.lists(st.sampled_from([0.1, 0.2, 0.5, 0.9]), min_size=n, max_size=n))
    groups = data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    score, group = pynn.tensor(scores, dtype=pynn.float32), pynn.tensor(groups, dtype=pynn.int64)
    iou = ops.box_iou(boxes, boxes).numpy()
    for kept, group_of in (
        (ops.nms(boxes, score, limit).tolist(), [0] * n),
        (ops.batched_nms(boxes, score, group, limit).tolist(), groups),
    ):
        expected = []
        for i in sorted(range(n), key=lambda i: (-scores[i], i)):
            if all(group_of[i] != group_of[j] or iou[i, j] <= limit for j in expected):
                expected.append(i)
        assert kept == expected
        for i, j in itertools.combinations(kept, 2):
            assert group_of[i] != group_of[j] or iou[i, j] <= limit


def test_suppression_of_many_boxes_and_of_infinite_scores():
    rng = np.random.default_rng(0)
    low = rng.uniform(0, 500, (3000, 2))
    boxes = pynn.tensor(np.concatenate([low, low + rng.uniform(5, 60, (3000, 2))], 1))
    scores = pynn.tensor(rng.random(3000))
    kept = ops.nms(boxes, scores, 0.3)
    overlap = ops.box_iou(boxes[kept], boxes[kept]).numpy()
    assert (overlap - np.eye(len(kept)) <= 0.3).all()
    assert (ops.box_iou(boxes, boxes[kept]).numpy().max(1) > 0.3).all()  # the others had a reason to go
    far = pynn.tensor([[0.0, 0.0, 1.0, 1.0], [5.0, 5.0, 6.0, 6.0]])
    assert ops.nms(far, pynn.tensor([float("-inf"), float("inf")]), 0.5).tolist() == [1, 0]


# ---- losses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "gamma"), [(0.25, 2.0), (-1, 2.0), (0.7, 0.5), (0.5, 0.0), (0.25, 1.0)])
def test_focal_loss_by_its_formula_and_gradient(alpha, gamma):
    rng = np.random.default_rng(0)
    z, t = rng.normal(size=(4, 5)) * 3, (rng.random((4, 5)) < 0.4).astype(float)
    p = 1 / (1 + np.exp(-z))
    right = np.where(t == 1, p, 1 - p)
    weight = 1 if alpha == -1 else np.where(t == 1, alpha, 1 - alpha)
    expected = -weight * (1 - right) ** gamma * np.log(right)
    inputs, targets = (pynn.tensor(a, dtype=pynn.float64) for a in (z, t))
    loss = ops.sigmoid_focal_loss(inputs, targets, alpha, gamma)
    np.testing.assert_allclose(loss.numpy(), expected, rtol=1e-9)
    total = ops.sigmoid_focal_loss(inputs, targets.long(), alpha, gamma, reduction="sum")
    assert total.item() == pytest.approx(expected.sum())
    inputs.requires_grad_()
    assert pynn.autograd.gradcheck(lambda z: ops.sigmoid_focal_loss(z, targets, alpha, gamma), [inputs])


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64])
def test_focal_loss_is_finite_for_scores_of_any_size(gamma, dtype):
    z = pynn.tensor([-1e4, -100.0, 0.0, 100.0, 1e4] * 2, dtype=dtype, requires_grad=True)
    t = pynn.tensor([0.0] * 5 + [1.0] * 5, dtype=dtype)
    loss = ops.sigmoid_focal_loss(z, t, gamma=gamma)
    loss.sum().backward()
    assert np.isfinite(loss.detach().numpy()).all()
    assert np.isfinite(z.grad.numpy()).all()


def test_focal_loss_without_focus_is_cross_entropy():
    z, t = pynn.randn(6, 3), (pynn.rand(6, 3) < 0.5).float()
    ours = ops.sigmoid_focal_loss(z, t, alpha=-1, gamma=0, reduction="mean")
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.from_numpy(z.numpy()), torch.from_numpy(t.numpy())
    )
    assert ours.item() == pytest.approx(theirs.item(), rel=1e-5)


def test_dice_loss_by_its_formula():
    scores = pynn.randn(2, 3, 4, 5, dtype=pynn.float64, requires_grad=True)
    target = pynn.randint(0, 3, (2, 4, 5))
    p = pynn.softmax(scores, 1).detach().numpy()
    t = np.eye(3)[target.numpy()].transpose(0, 3, 1, 2)
    both = 2 * (p * t).sum((2, 3)) + 1
    expected = 1 - both / (p.sum((2, 3)) + t.sum((2, 3)) + 1)
    np.testing.assert_allclose(
        ops.dice_loss(scores, target, reduction="none").detach().numpy(), expected, rtol=1e-9
    )
    rows = pynn.tensor(t, dtype=pynn.float64)
    assert ops.dice_loss(scores, rows).item() == pytest.approx(expected.mean())
    assert pynn.autograd.gradcheck(lambda s: ops.dice_loss(s, target), [scores])


def test_dice_loss_of_two_classes_and_of_what_is_rightly_absent():
    scores = pynn.tensor([[[[50.0, 50.0], [-50.0, -50.0]]], [[[-50.0, -50.0], [-50.0, -50.0]]]])
    mask = pynn.tensor([[[1, 1], [0, 0]], [[0, 0], [0, 0]]])
    np.testing.assert_allclose(ops.dice_loss(scores, mask, reduction="none").numpy(), 0, atol=1e-6)
    same = ops.dice_loss(scores, mask.unsqueeze(1), reduction="none")
    np.testing.assert_allclose(same.numpy(), 0, atol=1e-6)
    assert ops.dice_loss(scores, 1 - mask).item() > 0.5
    with pytest.raises(pynn.ShapeError, match=r"dice_loss.*\(2, 1, 2, 2\).*\(2, 2, 2\).*\(2, 3\)"):
        ops.dice_loss(scores, pynn.zeros(2, 3))


def test_boxes_pass_gradients():
    a = pynn.tensor([[0.0, 0.0, 4.0, 5.0], [1.0, 1.0, 3.0, 9.0]], dtype=pynn.float64, requires_grad=True)
    b = pynn.tensor([[1.0, 2.0, 6.0, 7.0], [8.0, 0.5, 9.0, 2.0]], dtype=pynn.float64)
    assert pynn.autograd.gradcheck(lambda a: ops.generalized_box_iou(a, b), [a])
    assert pynn.autograd.gradcheck(lambda a: ops.generalized_box_iou_loss(a, b), [a])
    assert pynn.autograd.gradcheck(lambda a: ops.box_convert(a, "xyxy", "cxcywh"), [a])
    pairs = ops.generalized_box_iou_loss(a, b).detach().numpy()
    np.testing.assert_allclose(pairs, 1 - np.diag(ops.generalized_box_iou(a, b).detach().numpy()))


def test_the_loss_moves_a_box_onto_another():
    wanted = pynn.tensor([[10.0, 20.0, 30.0, 50.0]])
    guess = pynn.tensor([[60.0, 60.0, 70.0, 80.0]], requires_grad=True)  # they do not touch at first
    optimizer = pynn.optim.Adam([guess], lr=1.0)
    for _ in range(300):
        optimizer.zero_grad()
        ops.generalized_box_iou_loss(guess, wanted, reduction="sum").backward()
        optimizer.step()
    assert ops.box_iou(guess.detach(), wanted).item() > 0.9
