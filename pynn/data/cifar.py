"""CIFAR-10, from its binary version: nothing in the files is run."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .bundled_sets import Bundled
from .downloads import data_home
from .image_set import ImageSet, check_labels, find_or_fetch


class CIFAR10(ImageSet):
    """60,000 colour photographs of ten kinds of things, 32 x 32 (Krizhevsky 2009).

    The binary version is read: images and labels as plain bytes. `cifar-10-binary.tar.gz`, or the folder
    `cifar-10-batches-bin` unpacked from it, is looked for in `root` and in `root`/CIFAR10, and fetched there
    (170 MB) if it is missing. Nothing is unpacked to the disk.

    Args:
        root: a folder. Default: `PYNN_DATA` of the environment, or pynn/data in the user's cache.
        train: the 50,000 images to train on; False for the 10,000 to test on.
        download: fetch what is missing.

    Attributes:
        images: `(N, 3, 32, 32)`, uint8.
        targets: `(N,)`, int64.
        classes: the names of the classes.

    Raises:
        FileNotFoundError: files are missing, and download is False.
        ConnectionError: they could not be fetched; the message says which file to put where by hand.
        ValueError: a file is damaged or holds something else.

    Example:
        >>> import pynn
        >>> pynn.data.CIFAR10.classes[0]
        'airplane'
    """

    classes = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    mirrors: Sequence[str] = ("https://www.cs.toronto.edu/~kriz/",)
    sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
    images_in_a_file = 10_000

    def __init__(
        self, root: str | os.PathLike[str] | None = None, train: bool = True, download: bool = True
    ) -> None:
        folder = data_home() if root is None else Path(root)
        names = [f"data_batch_{i}.bin" for i in range(1, 6)] if train else ["test_batch.bin"]
        unpacked = next((place for place in self._unpacked(folder) if (place / names[0]).is_file()), None)
        if unpacked is not None:
            records = [self._records(unpacked / name, _start(unpacked / name, self._bytes)) for name in names]
        else:
            archive = find_or_fetch(
                "CIFAR10", folder, "CIFAR10", "cifar-10-binary.tar.gz", self.mirrors, self.sha256, download
            )
            records = self._from_archive(archive, names)
        table = np.concatenate(records)
        check_labels("CIFAR10", folder, table[:, 0], len(table), len(self.classes))
        super().__init__(table[:, 1:].reshape(-1, 3, 32, 32), table[:, 0])

    @property
    def _bytes(self) -> int:
        label, channels = 1, 3 * 32 * 32
        return self.images_in_a_file * (label + channels)

    @staticmethod
    def _unpacked(folder: Path) -> list[Path]:
        inner = "cifar-10-batches-bin"
        return [folder, folder / inner, folder / "CIFAR10" / inner]

    def _records(self, path: Path, content: bytes) -> np.ndarray:
        if len(content) != self._bytes:
            got = f"{len(content):,}" if len(content) < self._bytes else "more"
            raise ValueError(
                f"CIFAR10: {path} must hold {self._bytes:,} bytes, {self.images_in_a_file:,} images; "
                f"it holds {got}"
            )
        return np.frombuffer(content, np.uint8).reshape(self.images_in_a_file, -1)

    def _from_archive(self, archive: Path, names: list[str]) -> list[np.ndarray]:
        """Read the files out of the archive, in one pass through it."""
        import tarfile  # takes long to import, and is rarely needed

        found: dict[str, np.ndarray] = {}
        try:
            with tarfile.open(archive, "r|gz") as files:
                for entry in files:
                    name = Path(entry.name).name
                    if name in names and entry.isfile() and (file := files.extractfile(entry)):
                        found[name] = self._records(archive / name, file.read(self._bytes + 1))
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"CIFAR10: {archive} is damaged or cut short: {error}") from error
        missing = [name for name in names if name not in found]
        if missing:
            raise ValueError(f"CIFAR10: {archive} does not contain {', '.join(missing)}")
        return [found[name] for name in names]


def _start(path: Path, size: int) -> bytes:
    """The first bytes of a file, and one more, which shows that it is too long."""
    with path.open("rb") as file:
        return file.read(size + 1)


def load_cifar10(
    root: str | os.PathLike[str] | None = None, train: bool = True, images: bool = True, download: bool = True
) -> Bundled:
    """CIFAR-10 at once: 50,000 photographs to train on or 10,000 to test on, from 0 to 1. See `CIFAR10`.

    Args:
        root: a folder. Default: `PYNN_DATA` of the environment, or pynn/data in the user's cache.
        train: which part.
        images: shape x `(N, 3, 32, 32)`; False for `(N, 3072)`.
        download: fetch what is missing.

    Example:
        >>> import pynn
        >>> try:
        ...     x, y = pynn.data.load_cifar10("no/such/folder", download=False)
        ... except FileNotFoundError:
        ...     x, y = pynn.data.load_digits(images=True)
        >>> x.ndim
        4
    """
    return CIFAR10(root, train, download).bundled(images)
