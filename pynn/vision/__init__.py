"""Images: augmentation, and boxes, masks and their measures."""

from . import transforms

__all__ = ["transforms"]
