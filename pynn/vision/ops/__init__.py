"""What detection and segmentation need besides layers: boxes, suppression, losses."""

from .boxes import (
    box_area,
    box_convert,
    box_iou,
    clip_boxes_to_image,
    generalized_box_iou,
    generalized_box_iou_loss,
)
from .losses import dice_loss, sigmoid_focal_loss
from .suppression import batched_nms, nms

__all__ = [
    "batched_nms",
    "box_area",
    "box_convert",
    "box_iou",
    "clip_boxes_to_image",
    "dice_loss",
    "generalized_box_iou",
    "generalized_box_iou_loss",
    "nms",
    "sigmoid_focal_loss",
]
