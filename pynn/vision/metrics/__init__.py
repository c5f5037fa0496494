"""How good detection and segmentation are."""

from .detection import DetectionScores, average_precision, mean_average_precision
from .masks import MeanIoU, mask_iou

__all__ = ["DetectionScores", "MeanIoU", "average_precision", "mask_iou", "mean_average_precision"]
