"""Pictures in folders, one folder a class."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .dataset import Dataset

PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


class ImageFolder(Dataset):
    """Pictures in a folder for each class, as in root/cat/1.png, root/dog/a/7.jpg.

    A sample is an image `(C, H, W)`, floats from 0 to 1, and the number of its class. Files are read when
    they are asked for; `DataLoader(..., num_workers=2)` reads ahead. Needs Pillow, as in
    `pip install pynn-learn[data]`.

    Args:
        root: the folder of the class folders.
        size: (height, width) that every picture is brought to, or one number for both. Default: as they are,
            which makes batches only of pictures of one size.
        mode: "RGB" for three channels, "L" for one, grey.

    Attributes:
        classes: the names of the folders, sorted; class i is `classes[i]`.
        class_to_idx: the number of each.
        samples: (path, class) of each picture, sorted.
        targets: the classes alone.

    Raises:
        ImportError: Pillow is not installed.
        FileNotFoundError: there is no such folder, or no picture in it.
        ValueError: a file cannot be read as a picture.

    Example:
        >>> import pathlib, tempfile, pynn
        >>> from PIL import Image
        >>> root = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("cat", "dog"):
        ...     (root / name).mkdir()
        ...     Image.new("RGB", (5, 4)).save(root / name / "1.png")
        >>> pictures = pynn.data.ImageFolder(root)
        >>> pictures
        ImageFolder(2 pictures of 2 classes)
        >>> x, y = pictures[1]
        >>> x.shape, pictures.classes[y]
        ((3, 4, 5), 'dog')
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        size: int | tuple[int, int] | None = None,
        mode: str = "RGB",
    ) -> None:
        self.root = Path(root)
        self.mode = _check.choice("ImageFolder", "mode", mode, ("RGB", "L"))
        self.size: tuple[int, int] | None = None
        if size is not None:
            pair = size if isinstance(size, (tuple, list)) else (size, size)
            if len(pair) != 2:
                raise ValueError(f"ImageFolder: size is one number or (height, width), got {size!r}")
            height, width = (_check.integer("ImageFolder", "size", side, 1) for side in pair)
            self.size = (height, width)
        _pillow()
        if not self.root.is_dir():
            raise FileNotFoundError(f"ImageFolder: there is no folder {self.root}")
        self.classes = sorted(entry.name for entry in self.root.iterdir() if entry.is_dir())
        self.class_to_idx = {name: i for i, name in enumerate(self.classes)}
        self.samples = [
            (path, i)
            for i, name in enumerate(self.classes)
            for path in sorted((self.root / name).rglob("*"))
            if path.suffix.lower() in PICTURES and path.is_file()
        ]
        self.targets = [label for _, label in self.samples]
        empty = [name for name, i in self.class_to_idx.items() if i not in set(self.targets)]
        if not self.samples or empty:
            where = f"in {', '.join(empty)} " if empty else ""
            raise FileNotFoundError(
                f"ImageFolder: there is no picture {where}in {self.root}. Pictures lie in a folder for each "
                f"class, as root/cat/1.png, and end in {', '.join(PICTURES)}"
            )

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        path, label = self.samples[_check.integer("ImageFolder", "index", index)]
        return self._read(path), label

    def __repr__(self) -> str:
        return f"ImageFolder({len(self)} pictures of {len(self.classes)} classes)"

    def _read(self, path: Path) -> Tensor:
        try:
            with _pillow().open(path) as picture:
                pixels = self._pixels(picture)
        except (
            Exception
        ) as error:  # which ones a decoder raises for a broken file is not written down anywhere
            raise ValueError(f"ImageFolder: {path} cannot be read as a picture: {error}") from error
        return _core.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))

    def _pixels(self, picture: Any) -> np.ndarray:
        """`(H, W, C)`, from 0 to 1."""
        deep = picture.mode.startswith("I")  # 16 bits, which convert would cut to 8
        if not deep:
            picture = picture.convert(self.mode)
        if self.size is not None:
            picture = picture.resize(self.size[::-1], _pillow().Resampling.BILINEAR)
        pixels = np.asarray(picture, dtype=np.float32) / np.float32(65535 if deep else 255)
        pixels = pixels.reshape(*pixels.shape[:2], -1)
        return np.repeat(pixels, 3, axis=2) if deep and self.mode == "RGB" else pixels


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("ImageFolder reads pictures with Pillow: pip install 'pynn-learn[data]'") from error
    return Image
