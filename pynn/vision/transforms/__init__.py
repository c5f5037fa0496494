"""Augmentation: random changes of whole batches of images, under torchvision's names."""

from .affine import RandomAffine, RandomRotation, RandomTranslation
from .base import Compose, Transform
from .color import ColorJitter, Normalize
from .cropping import CenterCrop, RandomCrop, RandomResizedCrop
from .erasing import Cutout, RandomErasing
from .flips import RandomHorizontalFlip, RandomVerticalFlip
from .mixing import CutMix, MixUp
from .resizing import Resize

__all__ = [
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "CutMix",
    "Cutout",
    "MixUp",
    "Normalize",
    "RandomAffine",
    "RandomCrop",
    "RandomErasing",
    "RandomHorizontalFlip",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomTranslation",
    "RandomVerticalFlip",
    "Resize",
    "Transform",
]
