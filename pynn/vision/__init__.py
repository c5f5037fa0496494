"""Images: augmentation (`transforms`), boxes and losses (`ops`), measures (`metrics`), grids to look at."""

from . import metrics, ops, transforms
from .grid import make_grid, save_image, show_images

__all__ = ["make_grid", "metrics", "ops", "save_image", "show_images", "transforms"]
