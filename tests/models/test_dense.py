"""The U-Net and the detector: shapes, anchors and boxes by hand, targets, losses, and that they learn."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data, models, nn, vision
from pynn.autograd import gradcheck


@pytest.fixture(autouse=True)
def _seeded() -> None:
    pynn.manual_seed(0)


# ---- U-Net -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("depth", "height", "width"), [(1, 2, 6), (2, 8, 4), (4, 16, 48)])
def test_unet_gives_a_score_for_every_pixel(depth, height, width):
    model = models.UNet(2, 5, width=4, depth=depth)
    assert model(pynn.rand(3, 2, height, width)).shape == (3, 5, height, width)
    assert model(pynn.rand(0, 2, height, width)).shape == (0, 5, height, width)


def test_unet_has_the_parameters_of_the_paper():
    # Figure 1: 64 to 1024 channels. Its convolutions have biases where ours have batch norm's two numbers.
    weights = 0
    for a, b in [(1, 64), (64, 128), (128, 256), (256, 512), (512, 1024)]:
        weights += 9 * b * (a + b)
    for b in (512, 256, 128, 64):
        weights += 2 * b * b * 4 + 9 * b * (2 * b + b)
    model = models.UNet(1, 2, width=64, depth=4)
    found = sum(p.numel() for p in model.parameters() if p.ndim == 4)
    assert found == weights + 2 * 64


@pytest.mark.parametrize(("away", "seen"), [(0, True), (1, True), (16, True), (26, False)])
def test_unet_sees_near_and_far(away, seen):
    # 2 + 2 · 2 + 4 · 2 + 2 · 2 + 2 pixels by convolutions, and a few where pixels are taken together.
    model = models.UNet(1, 1, width=4, depth=2).eval()
    x = pynn.rand(1, 1, 64, 64)
    x[0, 0, 32 - away, 32] = float("nan")
    assert bool(model(x)[0, 0, 32, 32].isnan()) == seen


def test_unet_learns_shapes():
    shapes = data.make_shapes(24, size=16, max_shapes=1, noise=0.0, generator=0)
    masks = (shapes.masks > 0).long()
    model = models.UNet(3, 2, width=8, depth=1)
    model.compile(pynn.optim.Adam(model.parameters(), lr=0.01), "cross_entropy", [vision.metrics.MeanIoU()])
    model.fit(shapes.images, masks, epochs=30, batch_size=8, verbose=0, seed=0)
    assert model.evaluate(shapes.images, masks)[1] > 0.9


# ---- anchors ---------------------------------------------------------------------------------------------


def test_anchors_stand_row_by_row():
    anchors = models.make_anchors((2, 3), stride=10, sizes=[4, 8]).numpy()
    assert anchors.shape == (12, 4)
    middles = (anchors[:, :2] + anchors[:, 2:]) / 2
    assert middles[::2].tolist() == [[5, 5], [15, 5], [25, 5], [5, 15], [15, 15], [25, 15]]
    assert (middles[::2] == middles[1::2]).all()
    assert (anchors[:, 2:] - anchors[:, :2]).tolist() == [[4, 4], [8, 8]] * 6


def test_codes_by_their_formula_and_back():
    rng = np.random.default_rng(0)
    corners, sides = rng.uniform(0, 50, (2, 20, 2)), rng.uniform(1, 20, (2, 20, 2))
    boxes, anchors = np.concatenate([corners, corners + sides], 2)
    codes = models.encode_boxes(pynn.from_numpy(boxes), pynn.from_numpy(anchors))
    for box, anchor, code in zip(boxes, anchors, codes.numpy(), strict=True):
        for axis in (0, 1):
            size, anchor_size = box[axis + 2] - box[axis], anchor[axis + 2] - anchor[axis]
            moved = (box[axis] + box[axis + 2] - anchor[axis] - anchor[axis + 2]) / 2 / anchor_size
            assert code[axis] == pytest.approx(moved)
            assert code[axis + 2] == pytest.approx(np.log(size / anchor_size))
    np.testing.assert_allclose(models.decode_boxes(codes, pynn.from_numpy(anchors)).numpy(), boxes)


def test_a_wild_code_gives_a_finite_box():
    boxes = models.decode_boxes(pynn.full((1, 4), 1e4), pynn.tensor([[0.0, 0.0, 8.0, 8.0]]))
    assert bool(boxes.isfinite().all())


def test_decoding_passes_gradients():
    anchors = pynn.tensor([[0.0, 0.0, 8.0, 8.0], [4.0, 4.0, 8.0, 16.0]], dtype=pynn.float64)
    codes = pynn.randn(2, 4, dtype=pynn.float64, requires_grad=True)
    assert gradcheck(lambda c: models.decode_boxes(c, anchors), [codes])


def test_matching():
    anchors = models.make_anchors((1, 4), stride=10, sizes=[10])
    boxes = pynn.tensor([[1.0, 0.0, 11.0, 10.0], [34.0, 4.0, 37.0, 7.0], [13.5, 0.0, 23.5, 10.0]])
    # IoU of anchor 0 with box 0: 9 / 11; of 1 and 2 with box 2: 6.5 / 13.5 = 0.48, 3.5 / 16.5;
    # of 3 with box 1: 9 / 100, little, but nothing overlaps it more.
    assert models.match_anchors(anchors, boxes).tolist() == [0, 2, -1, 1]
    loose = models.match_anchors(anchors, boxes, positive=0.5, negative=0.2)
    assert loose.tolist() == [0, 2, -2, 1]
    assert models.match_anchors(anchors, boxes[:0]).tolist() == [-1] * 4


# ---- the detector ----------------------------------------------------------------------------------------


def small_detector(**options):
    return models.SingleShotDetector(2, image_size=16, anchor_sizes=(4, 8), widths=(4, 8), **options)


def test_detector_shapes_and_first_scores():
    model = small_detector(in_channels=1)
    scores, codes = model(pynn.rand(3, 1, 16, 16))
    assert scores.shape == (3, 32, 2)
    assert codes.shape == (3, 32, 4)
    assert model.anchors.shape == (32, 4)
    assert scores.sigmoid().max().item() < 0.1  # all is background at first
    assert "anchors" in model.state_dict()


def test_outputs_stand_in_the_order_of_the_anchors():
    model = small_detector(in_channels=1).eval()
    for layer, numbers in ((model.classify, 2), (model.regress, 4)):
        nn.init.zeros_(layer.weight)
        layer.bias.data.copy_(pynn.arange(2 * numbers))  # output c of anchor a of a cell: numbers a + c
    scores, codes = model(pynn.rand(1, 1, 16, 16))
    assert scores[0].tolist() == [[0, 1], [2, 3]] * 16
    assert codes[0].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]] * 16
    nn.init.zeros_(model.classify.bias)
    features = []
    model.features.register_forward_hook(lambda module, given, output: features.append(output))
    model.classify.weight.data[0, :, 1, 1] = 1.0  # class 0 of the first anchor: the sum of a cell's features
    scores, _ = model(pynn.rand(1, 1, 16, 16))
    expected = features[0].sum(1).flatten().tolist()
    assert scores[0, ::2, 0].tolist() == pytest.approx(expected, abs=1e-5)


def test_targets():
    model = small_detector()
    boxes = pynn.tensor([[[0.0, 0.0, 4.0, 4.0], [7.0, 7.0, 13.0, 13.0]], [[0.0, 0.0, 0.0, 0.0]] * 2])
    labels = pynn.tensor([[2, 1], [0, 0]])
    classes, codes = model.targets(boxes, labels)
    assert classes.shape == (2, 32)
    assert codes.shape == (2, 32, 4)
    assert classes[1].tolist() == [0] * 32
    assert classes[0, 0].item() == 2  # the anchor 0, 0, 4, 4
    assert codes[0, 0].tolist() == [0, 0, 0, 0]
    # (8, 8, 12, 12) has 16 / 36 of the box, between the thresholds; (6, 6, 14, 14) has 36 / 64.
    cell = 2 * (2 * 4 + 2)
    assert classes[0, cell].item() == -1
    assert classes[0, cell + 1].item() == 1
    decoded = models.decode_boxes(codes[0, cell + 1 : cell + 2], model.anchors[cell + 1 : cell + 2])
    np.testing.assert_allclose(decoded.numpy(), [[7, 7, 13, 13]], atol=1e-5)


def test_loss_by_its_formula():
    model = small_detector()
    scores, said = pynn.randn(1, 32, 2), pynn.randn(1, 32, 4)
    classes, codes = pynn.zeros(1, 32, dtype=pynn.int64), pynn.randn(1, 32, 4)
    classes[0, 3], classes[0, 4], classes[0, 5] = 1, 2, -1
    total = 0.0
    for a in range(32):
        for k in (1, 2):
            if classes[0, a].item() != -1:
                p = 1 / (1 + np.exp(-scores[0, a, k - 1].item()))
                right = classes[0, a].item() == k
                total -= 0.25 * (1 - p) ** 2 * np.log(p) if right else 0.75 * p**2 * np.log(1 - p)
    gap = (said - codes)[0, 3:5].abs().numpy()
    total += np.where(gap < 0.1, gap**2 / 0.2, gap - 0.05).sum()
    assert model.loss((scores, said), classes, codes).item() == pytest.approx(total / 2, rel=1e-5)


def test_detect_decodes_thresholds_and_suppresses():
    model = small_detector().eval()
    scores, codes = pynn.full((1, 32, 2), -9.0), pynn.zeros(1, 32, 4)
    scores[0, 0, 0] = 2.0  # (0, 0, 4, 4)
    scores[0, 1, 0] = 1.0  # (-2, -2, 6, 6), at the border (0, 0, 6, 6), an overlap of 16 / 36
    scores[0, 1, 1] = 0.5  # another class there
    scores[0, 20, 1] = -1.0  # below the threshold
    model.forward = lambda images: (scores, codes)
    images = pynn.zeros(1, 3, 16, 16)
    (found,) = model.detect(images, 0.5, iou_threshold=0.4)
    assert found["labels"].tolist() == [1, 2]
    assert found["boxes"].tolist() == [[0, 0, 4, 4], [0, 0, 6, 6]]
    assert found["scores"].tolist() == pytest.approx([1 / (1 + np.exp(-2.0)), 1 / (1 + np.exp(-0.5))])
    assert len(model.detect(images, 0.5, iou_threshold=0.5)[0]["labels"]) == 3
    assert len(model.detect(images, 0.99)[0]["labels"]) == 0


def test_detect_leaves_the_mode_alone():
    model = small_detector()
    assert model.training
    before = model.features[1].running_mean.tolist()
    model.detect(pynn.rand(2, 3, 16, 16))
    assert model.training
    assert model.features[1].running_mean.tolist() == before


def test_detector_learns():
    shapes = data.make_shapes(16, size=32, max_shapes=2, noise=0.0, generator=0)
    model = models.SingleShotDetector(3, image_size=32, anchor_sizes=(8, 12), widths=(16, 32))
    classes, codes = model.targets(shapes.boxes, shapes.labels)
    optimizer = pynn.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        model.loss(model(shapes.images), classes, codes).backward()
        optimizer.step()
    truth = [
        {"boxes": boxes[labels > 0], "labels": labels[labels > 0]}
        for boxes, labels in zip(shapes.boxes, shapes.labels, strict=True)
    ]
    scores = vision.metrics.mean_average_precision(model.detect(shapes.images, 0.05), truth)
    assert scores.map_50 > 0.6
