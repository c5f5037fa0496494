"""Augmentation, boxes, losses, measures and grids."""

from __future__ import annotations

import pynn
from pynn import vision
from pynn.vision import metrics, ops, transforms

NAN = float("nan")
x = pynn.rand(2, 3, 8, 8)
grey = pynn.zeros(2, 8, 8)
whole = pynn.zeros(2, 3, 8, 8, dtype=pynn.uint8)
boxes = pynn.tensor([[0.0, 0.0, 2.0, 2.0]])
inside_out = pynn.tensor([[2.0, 0.0, 0.0, 2.0]])
score = pynn.tensor([0.5])
three = pynn.zeros(1, 3)
target = {"boxes": [[0, 0, 1, 1]], "labels": [1]}


def images(name, *arguments):
    """What every transform refuses: what is no batch of floats."""
    make = getattr(transforms, name)
    return [
        (lambda: make(*arguments)(grey), pynn.ShapeError, rf"{name}: images.*\(2, 8, 8\).*unsqueeze\(1\)"),
        (lambda: make(*arguments)(whole), pynn.DTypeError, rf"{name}: images.*uint8.*float\(\) / 255"),
        (lambda: make(*arguments)([1.0]), TypeError, f"{name}: images must be a Tensor, got list"),
    ]


def random(name, *arguments):
    make = getattr(transforms, name)
    return [
        *images(name, *arguments),
        (lambda: make(*arguments, generator="a"), TypeError, "seed.*'a'"),
        (lambda: make(*arguments, generator=-1), TypeError, "seed.*-1"),
    ]


def chance(name, *arguments):
    make = getattr(transforms, name)
    return [
        *random(name, *arguments),
        (lambda: make(*arguments, p=1.5), ValueError, f"{name}: p .*1.5"),
        (lambda: make(*arguments, p=NAN), ValueError, f"{name}: p .*nan"),
        (lambda: make(*arguments, p="a"), TypeError, f"{name}: p .*'a'"),
    ]


def mixing(name):
    make = getattr(transforms, name)
    return [
        *chance(name),
        (lambda: make(0.0), ValueError, f"{name}: alpha.*above 0.*0.0"),
        (lambda: make(NAN), ValueError, f"{name}: alpha.*nan"),
        (lambda: make(num_classes=0), ValueError, f"{name}: num_classes.*0"),
        (lambda: make(num_classes="a"), TypeError, f"{name}: num_classes.*'a'"),
        (lambda: make()(x, pynn.arange(2)), pynn.DTypeError, rf"{name}.*num_classes=10"),
        (lambda: make(num_classes=2)(x, pynn.arange(3)), pynn.ShapeError, rf"{name}: 2 samples.*\(3,\)"),
        (lambda: make(num_classes=2)(x, [0, 1]), TypeError, f"{name}: each target.*list"),
    ]


def moving(name, *arguments):
    make = getattr(transforms, name)
    return [
        *random(name, *arguments),
        (lambda: make(*arguments, interpolation="cubic"), ValueError, f"{name}: interpolation.*'cubic'"),
        (lambda: make(*arguments, fill=NAN), ValueError, f"{name}: fill.*nan"),
    ]


def size(name):
    make = getattr(transforms, name)
    return [
        (lambda: make(0), ValueError, f"{name}: size.*1 or more.*0"),
        (lambda: make((1, 2, 3)), ValueError, rf"{name}: size.*\(1, 2, 3\)"),
        (lambda: make("a"), TypeError, f"{name}: size.*'a'"),
        (lambda: make(2.5), TypeError, f"{name}: size.*2.5"),
    ]


def two_sets(name):
    call = getattr(ops, name)
    return [
        (lambda: call(boxes, three), pynn.ShapeError, rf"{name}: boxes2.*\(N, 4\).*\(1, 3\)"),
        (lambda: call(boxes[0], boxes), pynn.ShapeError, rf"{name}: boxes1.*\(N, 4\).*\(4,\)"),
        (lambda: call(boxes, inside_out), ValueError, rf"{name}: boxes2\[0\].*box_convert"),
        (lambda: call(pynn.tensor([[NAN] * 4]), boxes), ValueError, rf"{name}: boxes1\[0\].*nan"),
        (lambda: call([[0, 0, 1, 1]], boxes), TypeError, f"{name}: boxes1 must be a Tensor, got list"),
    ]


def suppression(name, *groups):
    call = getattr(ops, name)
    return [
        (lambda: call(three, score, *groups, 0.5), pynn.ShapeError, rf"{name}: boxes.*\(1, 3\)"),
        (lambda: call(boxes, pynn.zeros(2), *groups, 0.5), pynn.ShapeError, rf"{name}: 1 boxes.*\(2,\)"),
        (lambda: call(inside_out, score, *groups, 0.5), ValueError, rf"{name}: boxes\[0\]"),
        (lambda: call(boxes, score * NAN, *groups, 0.5), ValueError, f"{name}: scores hold NaN"),
        (lambda: call(boxes, score, *groups, 1.5), ValueError, f"{name}: iou_threshold.*1.5"),
        (lambda: call(boxes, score, *groups, NAN), ValueError, f"{name}: iou_threshold.*nan"),
        (lambda: call(boxes, [0.5], *groups, 0.5), TypeError, f"{name}: scores.*list"),
    ]


def predicted(**changed):
    guess = {**target, "scores": [0.5], **changed}
    return lambda: metrics.mean_average_precision([guess], [target])


T, M = transforms, metrics
NAMES = "pynn.vision.transforms"
CALLS = {
    f"{NAMES}.Transform": [
        *images("Transform"),
        (lambda: T.Transform()(x), NotImplementedError, r"Transform.*\(change\)"),
        (lambda: T.Transform(generator="a"), TypeError, "seed.*'a'"),
    ],
    f"{NAMES}.Compose": [
        *images("Compose", []),
        (lambda: T.Compose(3), TypeError, "Compose: transforms.*3"),
        (lambda: T.Compose([T.CenterCrop(2), 3]), TypeError, "Compose: transform 1.*3"),
    ],
    f"{NAMES}.RandomHorizontalFlip": chance("RandomHorizontalFlip"),
    f"{NAMES}.RandomVerticalFlip": chance("RandomVerticalFlip"),
    f"{NAMES}.RandomCrop": [
        *random("RandomCrop", 4),
        *size("RandomCrop"),
        (lambda: T.RandomCrop(9)(x), pynn.ShapeError, r"RandomCrop.*9 x 9.*\(2, 3, 8, 8\)"),
        (lambda: T.RandomCrop(11, padding=1)(x), pynn.ShapeError, r"RandomCrop.*10 x 10 with their padding"),
        (lambda: T.RandomCrop(4, padding=-1), ValueError, "RandomCrop: padding.*-1"),
        (lambda: T.RandomCrop(4, padding=(1, 2, 3)), ValueError, r"RandomCrop: padding.*\(1, 2, 3\)"),
        (lambda: T.RandomCrop(4, fill=NAN), ValueError, "RandomCrop: fill.*nan"),
        (lambda: T.RandomCrop(4, padding_mode="wrap"), ValueError, "RandomCrop: padding_mode.*'wrap'"),
        (lambda: T.RandomCrop(4, 9, padding_mode="reflect")(x), (ValueError, pynn.ShapeError), "reflect"),
    ],
    f"{NAMES}.CenterCrop": [
        *images("CenterCrop", 4),
        *size("CenterCrop"),
        (lambda: T.CenterCrop(9)(x), pynn.ShapeError, r"CenterCrop.*9 x 9.*\(2, 3, 8, 8\)"),
    ],
    f"{NAMES}.RandomResizedCrop": [
        *random("RandomResizedCrop", 4),
        *size("RandomResizedCrop"),
        (lambda: T.RandomResizedCrop(4, scale=(0.5, 1.5)), ValueError, r"RandomResizedCrop: scale.*1.5"),
        (lambda: T.RandomResizedCrop(4, scale=(0.5, 0.2)), ValueError, "RandomResizedCrop: scale.*rise"),
        (lambda: T.RandomResizedCrop(4, scale=0.5), TypeError, "RandomResizedCrop: scale.*0.5"),
        (lambda: T.RandomResizedCrop(4, ratio=(0.0, 1.0)), ValueError, "RandomResizedCrop:.*ratio.*0.0"),
        (
            lambda: T.RandomResizedCrop(4)(pynn.zeros(2, 3, 0, 8)),
            pynn.ShapeError,
            "RandomResizedCrop.*pixels",
        ),
    ],
    f"{NAMES}.Resize": [
        *images("Resize", 4),
        *size("Resize"),
        (lambda: T.Resize(4, "cubic"), ValueError, "Resize: interpolation.*'cubic'"),
        (lambda: T.Resize(4)(pynn.zeros(2, 3, 0, 8)), pynn.ShapeError, r"Resize.*\(2, 3, 0, 8\).*no pixels"),
    ],
    f"{NAMES}.RandomAffine": [
        *moving("RandomAffine", 10),
        (lambda: T.RandomAffine(-5), ValueError, "RandomAffine: degrees.*-5"),
        (lambda: T.RandomAffine((5, 2)), ValueError, "RandomAffine: degrees.*rise"),
        (lambda: T.RandomAffine(NAN), ValueError, "RandomAffine: degrees.*nan"),
        (lambda: T.RandomAffine("a"), TypeError, "RandomAffine: degrees.*'a'"),
        (lambda: T.RandomAffine(5, translate=0.5), ValueError, "RandomAffine: translate.*across.*0.5"),
        (lambda: T.RandomAffine(5, translate=(0.5, 2)), ValueError, "RandomAffine: translate.*2"),
        (lambda: T.RandomAffine(5, scale=(0, 1)), ValueError, "RandomAffine: scale.*above 0"),
        (lambda: T.RandomAffine(5, scale=2.0), TypeError, "RandomAffine: scale.*2.0"),
        (lambda: T.RandomAffine(5, shear=90), ValueError, "RandomAffine: shear.*90"),
    ],
    f"{NAMES}.RandomRotation": [
        *moving("RandomRotation", 10),
        (lambda: T.RandomRotation(-5), ValueError, "RandomRotation: degrees.*-5"),
        (lambda: T.RandomRotation((1, 2, 3)), ValueError, r"RandomRotation: degrees.*\(1, 2, 3\)"),
    ],
    f"{NAMES}.RandomTranslation": [
        *moving("RandomTranslation", 0.1),
        (lambda: T.RandomTranslation(1.5), ValueError, "RandomTranslation: translate.*1.5"),
        (lambda: T.RandomTranslation((0.1,)), ValueError, "RandomTranslation: translate.*across"),
        (lambda: T.RandomTranslation("a"), TypeError, "RandomTranslation: translate.*'a'"),
    ],
    f"{NAMES}.ColorJitter": [
        *random("ColorJitter", 0.1),
        (lambda: T.ColorJitter(-0.1), ValueError, "ColorJitter: brightness.*-0.1"),
        (lambda: T.ColorJitter(contrast=(-1, 1)), ValueError, "ColorJitter: contrast.*-1"),
        (lambda: T.ColorJitter(saturation="a"), TypeError, "ColorJitter: saturation.*'a'"),
        (lambda: T.ColorJitter(hue=0.6), ValueError, "ColorJitter: hue.*0.6"),
        (lambda: T.ColorJitter(0.1)(x[:, :2]), pynn.ShapeError, r"ColorJitter.*\(2, 2, 8, 8\)"),
    ],
    f"{NAMES}.Normalize": [
        *images("Normalize", 0.5, 0.5),
        (lambda: T.Normalize()(x), RuntimeError, "Normalize.*adapt"),
        (lambda: T.Normalize(0.5), ValueError, "Normalize.*both"),
        (lambda: T.Normalize(0.5, 0.0), ValueError, "Normalize: std.*above 0"),
        (lambda: T.Normalize([0.5, 0.5], [1.0]), ValueError, "Normalize: 2 means and 1"),
        (lambda: T.Normalize(NAN, 1.0), ValueError, "Normalize: mean.*nan"),
        (lambda: T.Normalize("a", 1.0), TypeError, "Normalize: mean.*'a'"),
        (
            lambda: T.Normalize([0.5] * 2, [1.0] * 2)(x),
            pynn.ShapeError,
            r"Normalize.*2 channels.*\(2, 3, 8",
        ),
        (lambda: T.Normalize().adapt(x[:0]), ValueError, "Normalize.adapt.*no pixels"),
        (lambda: T.Normalize().adapt(x * NAN), ValueError, "Normalize.adapt.*NaN"),
        (lambda: T.Normalize().adapt(whole), pynn.DTypeError, r"Normalize.adapt.*uint8.*/ 255"),
        (lambda: T.Normalize().adapt(3), TypeError, "Normalize.adapt.*int"),
        (lambda: T.Normalize().adapt([x, x[:, :1]]), pynn.ShapeError, "Normalize.adapt.*3 and of 1"),
    ],
    f"{NAMES}.RandomErasing": [
        *chance("RandomErasing"),
        (lambda: T.RandomErasing(scale=(0.5, 1.5)), ValueError, "RandomErasing: scale.*1.5"),
        (lambda: T.RandomErasing(ratio=(0, 1)), ValueError, "RandomErasing:.*ratio.*0"),
        (lambda: T.RandomErasing(value="white"), TypeError, "RandomErasing: value.*'white'"),
        (lambda: T.RandomErasing(value=(1, 2))(x), pynn.ShapeError, "RandomErasing: 2 values.*3 channels"),
    ],
    f"{NAMES}.Cutout": [
        *chance("Cutout", 2),
        (lambda: T.Cutout(0), ValueError, "Cutout: size.*0"),
        (lambda: T.Cutout(1.5), TypeError, "Cutout: size.*1.5"),
        (lambda: T.Cutout(2, value=NAN), ValueError, "Cutout: value.*nan"),
    ],
    f"{NAMES}.MixUp": mixing("MixUp"),
    f"{NAMES}.CutMix": mixing("CutMix"),
    "pynn.vision.ops.box_convert": [
        (lambda: ops.box_convert(boxes, "xy", "xywh"), ValueError, "box_convert: in_fmt.*'xyxy'.*'xy'"),
        (lambda: ops.box_convert(boxes, "xyxy", 3), ValueError, "box_convert: out_fmt.*3"),
        (lambda: ops.box_convert(three, "xyxy", "xywh"), pynn.ShapeError, r"box_convert.*4.*\(1, 3\)"),
        (lambda: ops.box_convert(pynn.tensor(1.0), "xyxy", "xywh"), pynn.ShapeError, r"box_convert.*\(\)"),
        (lambda: ops.box_convert([[0, 0, 1, 1]], "xyxy", "xywh"), TypeError, "box_convert: boxes.*list"),
    ],
    "pynn.vision.ops.clip_boxes_to_image": [
        (lambda: ops.clip_boxes_to_image(boxes, 3), ValueError, "clip_boxes_to_image: size.*3"),
        (lambda: ops.clip_boxes_to_image(boxes, (3, -1)), ValueError, "clip_boxes_to_image: size.*-1"),
        (lambda: ops.clip_boxes_to_image(three, (3, 3)), pynn.ShapeError, r"clip_boxes_to_image.*\(1, 3\)"),
        (lambda: ops.clip_boxes_to_image([1], (3, 3)), TypeError, "clip_boxes_to_image: boxes.*list"),
    ],
    "pynn.vision.ops.box_area": [
        (lambda: ops.box_area(three), pynn.ShapeError, r"box_area: boxes.*\(1, 3\)"),
        (lambda: ops.box_area(inside_out), ValueError, r"box_area: boxes\[0\].*box_convert"),
        (lambda: ops.box_area(3), TypeError, "box_area: boxes.*int"),
    ],
    "pynn.vision.ops.box_iou": two_sets("box_iou"),
    "pynn.vision.ops.generalized_box_iou": two_sets("generalized_box_iou"),
    "pynn.vision.ops.generalized_box_iou_loss": [
        *two_sets("generalized_box_iou_loss"),
        (
            lambda: ops.generalized_box_iou_loss(boxes, boxes.expand(2, 4)),
            pynn.ShapeError,
            "generalized_box_iou_loss.*pairs.*1 boxes and 2",
        ),
        (lambda: ops.generalized_box_iou_loss(boxes, boxes, "max"), ValueError, "reduction.*'max'"),
    ],
    "pynn.vision.ops.nms": suppression("nms"),
    "pynn.vision.ops.batched_nms": [
        *suppression("batched_nms", pynn.tensor([0])),
        (lambda: ops.batched_nms(boxes, score, pynn.tensor([0, 1]), 0.5), pynn.ShapeError, r"idxs.*\(2,\)"),
        (lambda: ops.batched_nms(boxes, score, [0], 0.5), TypeError, "batched_nms: idxs.*list"),
    ],
    "pynn.vision.ops.sigmoid_focal_loss": [
        (lambda: ops.sigmoid_focal_loss(x, x[:1]), pynn.ShapeError, r"sigmoid_focal_loss.*\(1, 3, 8, 8\)"),
        (lambda: ops.sigmoid_focal_loss(x, [1]), TypeError, "sigmoid_focal_loss: targets.*list"),
        (lambda: ops.sigmoid_focal_loss(x, x, alpha=2), ValueError, "sigmoid_focal_loss: alpha.*2"),
        (lambda: ops.sigmoid_focal_loss(x, x, gamma=-1), ValueError, "sigmoid_focal_loss: gamma.*-1"),
        (lambda: ops.sigmoid_focal_loss(x, x, reduction="max"), ValueError, "reduction.*'max'"),
    ],
    "pynn.vision.ops.dice_loss": [
        (
            lambda: ops.dice_loss(x, pynn.zeros(2, 7, 8)),
            pynn.ShapeError,
            r"dice_loss.*\(2, 8, 8\).*\(2, 7",
        ),
        (lambda: ops.dice_loss(three, three), pynn.ShapeError, r"dice_loss.*\(N, C, ...\).*\(1, 3\)"),
        (lambda: ops.dice_loss(whole, x), pynn.DTypeError, "dice_loss.*uint8"),
        (lambda: ops.dice_loss(x, pynn.zeros(2, 8, 8)), pynn.DTypeError, "dice_loss.*integers.*float32"),
        (lambda: ops.dice_loss(x, pynn.full((2, 8, 8), 3)), IndexError, "3"),
        (lambda: ops.dice_loss(x, x, smooth=-1), ValueError, "dice_loss: smooth.*-1"),
        (lambda: ops.dice_loss(x, x, reduction="max"), ValueError, "dice_loss.*reduction.*'max'"),
    ],
    "pynn.vision.metrics.average_precision": [
        (
            lambda: M.average_precision([0.5], [True], 1, "voc"),
            ValueError,
            "average_precision: method.*'voc'",
        ),
        (lambda: M.average_precision([0.5], [True, False], 1), pynn.ShapeError, r"average_precision.*\(2,\)"),
        (lambda: M.average_precision([0.5], [True], 0), ValueError, "average_precision.*1 are correct.*0"),
        (lambda: M.average_precision([NAN], [True], 1), ValueError, "average_precision: scores hold NaN"),
        (lambda: M.average_precision([0.5], [True], -1), ValueError, "average_precision: positives.*-1"),
    ],
    "pynn.vision.metrics.DetectionScores": [(lambda: M.DetectionScores(), TypeError, "missing")],
    "pynn.vision.metrics.mean_average_precision": [
        (lambda: M.mean_average_precision([], [target]), ValueError, "mean_average_precision: 0 images.*1"),
        (lambda: M.mean_average_precision([3], [target]), TypeError, r"predictions\[0\].*dictionary.*3"),
        (lambda: M.mean_average_precision([target], [target]), KeyError, r"predictions\[0\] has no scores"),
        (predicted(boxes=[[1, 0, 0, 1]]), ValueError, r"predictions\[0\] boxes\[0\]"),
        (predicted(boxes=[[0, 1]]), (ValueError, pynn.ShapeError), r"predictions\[0\] boxes.*\(1, 2\)"),
        (predicted(scores=[NAN]), ValueError, r"predictions\[0\] scores hold NaN"),
        (predicted(scores=[0.1, 0.2]), pynn.ShapeError, r"predictions\[0\] has 1 boxes and scores.*\(2,\)"),
        (predicted(labels=[0.5]), TypeError, r"predictions\[0\] labels.*float"),
        (
            lambda: M.mean_average_precision([], [], iou_thresholds=[1.5]),
            ValueError,
            "mean_average_precision: each of iou_thresholds.*1.5",
        ),
        (lambda: M.mean_average_precision([], [], []), ValueError, "at least one of iou_thresholds"),
        (lambda: M.mean_average_precision([], [], max_detections=0), ValueError, "max_detections.*0"),
    ],
    "pynn.vision.metrics.mask_iou": [
        (lambda: M.mask_iou(grey, grey[:, :4]), pynn.ShapeError, r"mask_iou.*\(2, 8, 8\).*\(2, 4, 8\)"),
        (lambda: M.mask_iou(grey[0], grey), pynn.ShapeError, r"mask_iou.*\(8, 8\)"),
        (lambda: M.mask_iou([1], grey), TypeError, "mask_iou: masks1.*list"),
    ],
    "pynn.vision.metrics.MeanIoU": [
        (lambda: M.MeanIoU("a"), TypeError, "MeanIoU: ignore_index.*'a'"),
        (lambda: M.MeanIoU(threshold="a"), TypeError, "MeanIoU: threshold.*'a'"),
        (lambda: M.MeanIoU().update(x, grey[:1].long()), pynn.ShapeError, r"mean_iou.*\(1, 8, 8\)"),
        (lambda: M.MeanIoU().update(x, grey.long() + 3), ValueError, "mean_iou.*3 classes 0 to 2"),
    ],
    "pynn.vision.make_grid": [
        (lambda: vision.make_grid(three), pynn.ShapeError, r"make_grid.*\(1, 3\)"),
        (lambda: vision.make_grid(x[:0]), pynn.ShapeError, r"make_grid.*at least one.*\(0, 3, 8, 8\)"),
        (lambda: vision.make_grid([]), TypeError, "make_grid: images.*list"),
        (lambda: vision.make_grid(3), TypeError, "make_grid: images.*int"),
        (lambda: vision.make_grid(x, 0), ValueError, "make_grid: nrow.*0"),
        (lambda: vision.make_grid(x, padding=-1), ValueError, "make_grid: padding.*-1"),
        (lambda: vision.make_grid(x, normalize=True, value_range=3), ValueError, "make_grid: value_range.*3"),
        (lambda: vision.make_grid(x, normalize=True, value_range=(1, 0)), ValueError, "value_range.*rise"),
    ],
    "pynn.vision.save_image": [
        (lambda: vision.save_image(x, "a.jpg"), ValueError, "save_image.*PNG.*'a.jpg'"),
        (lambda: vision.save_image(x * NAN, "a.png"), ValueError, "save_image.*NaN"),
        (lambda: vision.save_image(three, "a.png"), pynn.ShapeError, r"\(1, 3\)"),
        (
            lambda: vision.save_image(x[:, :2], "a.png"),
            pynn.ShapeError,
            "save_image.*one channel or three.*2",
        ),
        (lambda: vision.save_image(x, "a.png", nrow=0), ValueError, "nrow.*0"),
        (lambda: vision.save_image(x, 3), TypeError, "int"),
    ],
    "pynn.vision.show_images": [
        (lambda: vision.show_images(three), pynn.ShapeError, r"\(1, 3\)"),
        (lambda: vision.show_images(x, titles=["a"]), ValueError, "show_images: 2 images.*1"),
        (lambda: vision.show_images(x, titles=["a", "b"], nrow=0), ValueError, "show_images: nrow.*0"),
    ],
}
