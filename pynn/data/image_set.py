"""What MNIST and CIFAR-10 share: bytes in memory, floats in batches, files to find or fetch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pynn import _core
from pynn._core import Tensor

from .bundled_sets import Bundled
from .dataset import Dataset
from .downloads import download


class ImageSet(Dataset):
    """Images in memory, a byte for each value; samples and batches come as floats from 0 to 1.

    Attributes:
        images: `(N, C, H, W)`, uint8.
        targets: class numbers, `(N,)`, int64.
        classes: what they mean.
    """

    classes: Sequence[str]

    def __init__(self, images: np.ndarray, targets: np.ndarray) -> None:
        self.images: Tensor = _core.from_numpy(np.ascontiguousarray(images, dtype=np.uint8))
        self.targets: Tensor = _core.from_numpy(targets.astype(np.int64))

    def __len__(self) -> int:
        return int(self.targets.shape[0])

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.images[index].float() / 255, self.targets[index]

    def take(self, indices: np.ndarray | slice) -> tuple[Tensor, Tensor]:
        """A batch `(n, C, H, W)` of floats and its targets `(n,)`.

        Args:
            indices: an integer array, or a slice.
        """
        if not isinstance(indices, slice):
            at = _core.from_numpy(np.ascontiguousarray(indices, dtype=np.int64))
            return self.images[at].float() / 255, self.targets[at]
        return self.images[indices].float() / 255, self.targets[indices]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} images {tuple(self.images.shape[1:])})"

    def bundled(self, images: bool = True) -> Bundled:
        """Everything at once, as floats from 0 to 1: unpacks to `x, y`.

        Args:
            images: x as `(N, C, H, W)`; False for rows of pixels, `(N, C * H * W)`.
        """
        x = self.images.float() / 255
        _, channels, height, width = x.shape
        names = [f"pixel_{row}_{column}" for row in range(height) for column in range(width)]
        if channels > 1:
            names = [f"{name}_{color}" for color in ("red", "green", "blue") for name in names]
        return Bundled(x if images else x.flatten(1), self.targets, names, list(self.classes))


def find_or_fetch(
    owner: str, root: Path, below: str, file: str, mirrors: Sequence[str], sha256: str, fetch: bool
) -> Path:
    """Where a file of a set lies; it is fetched if that is wanted and it is nowhere.

    Args:
        owner: the set, for messages.
        root: the folder that the user named.
        below: where the file belongs inside of it, such as "MNIST/raw".
        file: its name; without ".gz" it is taken too.
        mirrors: addresses in front of the name.
        sha256: its checksum.
        fetch: whether to fetch it.
    """
    folder = root
    for part in ("", *below.split("/")):
        folder = folder / part
        for name in (file, file.removesuffix(".gz")):
            if (folder / name).is_file():
                return folder / name
    if not fetch:
        raise FileNotFoundError(
            f"{owner}: {file} is missing from {root}. Pass download=True, or fetch {mirrors[0]}{file} by "
            f"hand, with a browser, and put it there"
        )
    return download([mirror + file for mirror in mirrors], folder / file, sha256)


def check_labels(owner: str, path: Path, labels: np.ndarray, images: int, classes: int) -> None:
    """Raise ValueError unless there is one class for each image."""
    if labels.dtype != np.uint8 or labels.shape != (images,):
        raise ValueError(
            f"{owner}: {path} holds {labels.dtype} {labels.shape}; {images} images need one label each, uint8"
        )
    if images and labels.max() >= classes:
        raise ValueError(
            f"{owner}: {path} holds the label {labels.max()}; there are classes 0 to {classes - 1}"
        )
