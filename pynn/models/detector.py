"""A single-shot detector: which things are in an image, and where, in one pass of a network."""

from __future__ import annotations

from collections.abc import Sequence

from pynn import _check, autograd, nn
from pynn._core import ShapeError, Tensor, ops
from pynn._core.functional import one_hot, smooth_l1_loss
from pynn.vision.ops import batched_nms, clip_boxes_to_image, sigmoid_focal_loss

from .anchors import IGNORED, decode_boxes, encode_boxes, make_anchors, match_anchors


class SingleShotDetector(nn.Module):
    """Finds things in images: scores of every class, and a box, for each of many anchors.

    Convolutions make a grid of features, one cell for every `stride` x `stride` pixels. In every cell stand
    anchors, square boxes of some sizes. For each of them the network says what is there and how the box must
    move (`encode_boxes`). Training (`loss`) tells it by `match_anchors` which anchor stands for what;
    focal loss keeps the many anchors on background from drowning the few others.

    Args:
        num_classes: K, the number of classes; their labels are 1 to K, as 0 is background.
        image_size: S, height and width of the images, a multiple of the stride.
        anchor_sizes: sides of the anchors in pixels, the smallest and the largest thing among them.
        in_channels: C, of the images.
        widths: channels of the grids of features; each has half the size of the one before, so the stride
            is 2 ** len(widths).

    Shape:
        With G = S / stride and A = len(anchor_sizes) G²:

        ===================  ==================================
        input                `(N, C, S, S)`
        features             `(N, widths[-1], G, G)`
        scores               `(N, A, K)`, before the sigmoid
        box codes            `(N, A, 4)`
        ===================  ==================================

    Attributes:
        anchors: `(A, 4)`, (left, top, right, bottom), row by row of the grid.

    Raises:
        ShapeError: images of other channels or size.
        ValueError: sizes below 1, or an image size that is no multiple of the stride.

    Source: Liu et al. 2016, SSD: single shot multibox detector, arXiv:1512.02325, sections 2.1 and 2.2; the
    loss: Lin et al. 2017, Focal loss for dense object detection, arXiv:1708.02002, section 4.

    Example:
        >>> import pynn
        >>> from pynn import data, models
        >>> detector = models.SingleShotDetector(num_classes=3, image_size=64, widths=(8, 16))
        >>> shapes = data.make_shapes(4, size=64)
        >>> classes, codes = detector.targets(shapes.boxes, shapes.labels)
        >>> detector.loss(detector(shapes.images), classes, codes).backward()
        >>> found = detector.detect(shapes.images)
        >>> len(found), sorted(found[0])
        (4, ['boxes', 'labels', 'scores'])
    """

    anchors: Tensor

    def __init__(
        self,
        num_classes: int,
        image_size: int = 64,
        anchor_sizes: Sequence[float] = (10, 16, 24),
        in_channels: int = 3,
        widths: Sequence[int] = (32, 64, 96),
    ) -> None:
        super().__init__()
        name = "SingleShotDetector"
        self.num_classes = _check.integer(name, "num_classes", num_classes, 1)
        _check.integer(name, "image_size", image_size, 1)
        _check.integer(name, "in_channels", in_channels, 1)
        if not isinstance(widths, (tuple, list)) or not widths:
            raise ValueError(
                f"{name}: widths is a tuple of numbers of channels such as (32, 64), got {widths!r}"
            )
        channels = [_check.integer(name, "each of widths", width, 1) for width in widths]
        stride = 2 ** len(channels)
        if image_size % stride:
            raise ValueError(
                f"{name}: image_size={image_size} must be a multiple of the stride {stride}, 2 ** len(widths)"
            )
        self.image_shape = (in_channels, image_size, image_size)
        layers: list[nn.Module] = []
        for before, after in zip([in_channels, *channels], channels, strict=False):
            layers += [*block(before, after), *block(after, after), nn.MaxPool2d(2)]
        last = channels[-1]
        self.features = nn.Sequential(*layers, *block(last, last), *block(last, last))
        self.register_buffer("anchors", make_anchors(image_size // stride, stride, anchor_sizes))
        each = len(anchor_sizes)
        self.classify = nn.Conv2d(channels[-1], each * num_classes, 3, padding=1)
        self.regress = nn.Conv2d(channels[-1], each * 4, 3, padding=1)
        # At first every anchor is background with probability 0.99, which most are.
        assert self.classify.bias is not None
        nn.init.constant_(self.classify.bias, -4.6)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        shape = tuple(_check.tensor("SingleShotDetector", "images", images).shape)
        if len(shape) != 4 or shape[1:] != self.image_shape:
            expected = ", ".join(map(str, self.image_shape))
            raise ShapeError(f"SingleShotDetector: expected images (N, {expected}), got {shape}")
        features = self.features(images)
        return _by_anchor(self.classify(features), self.num_classes), _by_anchor(self.regress(features), 4)

    def targets(self, boxes: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """What each anchor is to say of images: the class, and the code of its box.

        Args:
            boxes: of the things in each image, (left, top, right, bottom), `(N, M, 4)`.
            labels: their classes, 1 to K, `(N, M)`; 0 where there are fewer than M.

        Returns:
            Classes `(N, A)`, 0 for background and -1 for anchors that count nothing; codes `(N, A, 4)`.
        """
        name = "SingleShotDetector.targets"
        _check.tensors(name, boxes=boxes, labels=labels)
        if boxes.ndim != 3 or boxes.shape[2] != 4 or tuple(labels.shape) != tuple(boxes.shape[:2]):
            raise ShapeError(
                f"{name}: expected boxes (N, M, 4) and labels (N, M), got {tuple(boxes.shape)} "
                f"and {tuple(labels.shape)}"
            )
        if labels.numel() and not 0 <= labels.min().item() <= labels.max().item() <= self.num_classes:
            raise ValueError(f"{name}: labels must be 1 to {self.num_classes}, or 0 for no box")
        all_classes, all_codes = [], []
        for here, their in zip(boxes, labels, strict=True):
            here, their = here[their > 0], their[their > 0]
            match = match_anchors(self.anchors, here)
            if len(here):
                matched = match.clamp(0)
                classes = ops.where(match >= 0, their[matched], match.clamp_max(-1) + 1)
                codes = encode_boxes(here[matched], self.anchors)
            else:
                classes, codes = match + 1, self.anchors * 0.0
            all_classes.append(classes)
            all_codes.append(codes)
        return ops.stack(all_classes), ops.stack(all_codes)

    def loss(self, outputs: tuple[Tensor, Tensor], classes: Tensor, codes: Tensor) -> Tensor:
        """Focal loss of the scores and smooth L1 loss of the boxes, per matched anchor.

        Args:
            outputs: what the detector said, scores and box codes.
            classes: what it should have said, `(N, A)`: see `targets`.
            codes: `(N, A, 4)`.
        """
        scores, said = outputs
        if tuple(classes.shape) != tuple(scores.shape[:2]) or tuple(codes.shape) != tuple(said.shape):
            raise ShapeError(
                f"SingleShotDetector.loss: expected classes {tuple(scores.shape[:2])} and codes "
                f"{tuple(said.shape)}, got {tuple(classes.shape)} and {tuple(codes.shape)}. "
                "Both come from detector.targets(boxes, labels)"
            )
        positive = (classes > 0).to(scores.dtype)
        counted = (classes != IGNORED).to(scores.dtype).unsqueeze(2)
        truth = one_hot(classes.clamp(0), self.num_classes + 1)[..., 1:].to(scores.dtype)
        focal = (sigmoid_focal_loss(scores, truth) * counted).sum()
        moved = (smooth_l1_loss(said, codes, reduction="none", beta=0.1).sum(2) * positive).sum()
        return (focal + moved) / positive.sum().clamp(1)

    def detect(
        self, images: Tensor, score_threshold: float = 0.3, iou_threshold: float = 0.4
    ) -> list[dict[str, Tensor]]:
        """What is in images, best first: boxes that no better one of their class overlaps much.

        Runs in evaluation mode and records nothing.

        Args:
            images: `(N, C, S, S)`.
            score_threshold: the least probability of what is returned.
            iou_threshold: boxes of one class may overlap by an IoU of this much.

        Returns:
            For each image "boxes" `(n, 4)`, "labels" `(n,)` from 1 and "scores" `(n,)`, as
            `vision.metrics.mean_average_precision` takes them.
        """
        _check.real("SingleShotDetector.detect", "score_threshold", score_threshold, 0, 1)
        was_training = self.training
        self.eval()
        try:
            with autograd.no_grad():
                scores, codes = self(images)
                shares = scores.sigmoid()
                return [
                    self._pick(share, code, score_threshold, iou_threshold)
                    for share, code in zip(shares, codes, strict=True)
                ]
        finally:
            self.train(was_training)

    def _pick(self, shares: Tensor, codes: Tensor, least: float, iou_threshold: float) -> dict[str, Tensor]:
        anchor, label = (shares > least).nonzero().unbind(1)
        boxes = decode_boxes(codes[anchor], self.anchors[anchor])
        boxes = clip_boxes_to_image(boxes, self.image_shape[1:])
        scores = shares[anchor, label]
        kept = batched_nms(boxes, scores, label, iou_threshold)
        return {"boxes": boxes[kept], "labels": label[kept] + 1, "scores": scores[kept]}


def block(in_channels: int, out_channels: int) -> tuple[nn.Module, ...]:
    """A convolution that keeps the size, batch norm and ReLU."""
    return (
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(),
    )


def _by_anchor(x: Tensor, numbers: int) -> Tensor:
    """`(N, anchors in a cell * numbers, G, G)` as `(N, anchors, numbers)`, in the anchors' order."""
    return x.permute(0, 2, 3, 1).reshape(len(x), -1, numbers)
