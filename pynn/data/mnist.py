"""MNIST and Fashion-MNIST."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .bundled_sets import Bundled
from .downloads import data_home
from .idx import read_idx
from .image_set import ImageSet, check_labels, find_or_fetch


class MNIST(ImageSet):
    """70,000 handwritten digits, 28 x 28 (LeCun, Cortes & Burges 1998).

    Files are looked for in `root`, in `root`/MNIST and in `root`/MNIST/raw, compressed or not, and fetched
    into `root`/MNIST/raw (11 MB) if they are missing.

    Args:
        root: a folder. Default: `PYNN_DATA` of the environment, or pynn/data in the user's cache.
        train: the 60,000 images to train on; False for the 10,000 to test on.
        download: fetch what is missing.

    Attributes:
        images: `(N, 1, 28, 28)`, uint8.
        targets: `(N,)`, int64.
        classes: the names of the classes.

    Raises:
        FileNotFoundError: files are missing, and download is False.
        ConnectionError: they could not be fetched; the message says which file to put where by hand.
        ValueError: a file is damaged or holds something else.

    Example:
        >>> import pynn
        >>> try:
        ...     digits = pynn.data.MNIST("no/such/folder", download=False)
        ... except FileNotFoundError as error:
        ...     print(str(error)[:49])
        MNIST: train-images-idx3-ubyte.gz is missing from
    """

    classes = tuple("0123456789")
    mirrors: Sequence[str] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    )
    sha256: Sequence[str] = (  # images and labels to train on, then to test on
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    )

    def __init__(
        self, root: str | os.PathLike[str] | None = None, train: bool = True, download: bool = True
    ) -> None:
        name = type(self).__name__
        folder = data_home() if root is None else Path(root)
        stem, sums = ("train", self.sha256[:2]) if train else ("t10k", self.sha256[2:])
        files = (f"{stem}-images-idx3-ubyte.gz", f"{stem}-labels-idx1-ubyte.gz")
        image_file, label_file = (
            find_or_fetch(name, folder, f"{name}/raw", file, self.mirrors, checksum, download)
            for file, checksum in zip(files, sums, strict=True)
        )
        images, labels = read_idx(image_file), read_idx(label_file)
        if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (28, 28):
            raise ValueError(
                f"{name}: {image_file} holds {images.dtype} {images.shape}, expected uint8 (N, 28, 28)"
            )
        check_labels(name, label_file, labels, len(images), len(self.classes))
        super().__init__(images[:, None], labels)


class FashionMNIST(MNIST):
    """70,000 pieces of clothing, 28 x 28, in the form of MNIST but harder (Xiao et al. 2017, MIT licence).

    Files are looked for in `root`, in `root`/FashionMNIST and in `root`/FashionMNIST/raw, and fetched there
    (31 MB) if they are missing.

    Args:
        root: a folder. Default: `PYNN_DATA` of the environment, or pynn/data in the user's cache.
        train: the 60,000 images to train on; False for the 10,000 to test on.
        download: fetch what is missing.

    Attributes:
        images: `(N, 1, 28, 28)`, uint8.
        targets: `(N,)`, int64.
        classes: the names of the classes.

    Raises:
        FileNotFoundError: files are missing, and download is False.
        ConnectionError: they could not be fetched; the message says which file to put where by hand.
        ValueError: a file is damaged or holds something else.

    Example:
        >>> import pynn
        >>> pynn.data.FashionMNIST.classes[9]
        'Ankle boot'
    """

    classes = (
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    )
    mirrors = (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    )
    sha256 = (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    )


def load_mnist(
    root: str | os.PathLike[str] | None = None, train: bool = True, images: bool = True, download: bool = True
) -> Bundled:
    """MNIST at once: 60,000 digits to train on or 10,000 to test on, from 0 to 1. See `MNIST`.

    Args:
        root: a folder. Default: `PYNN_DATA` of the environment, or pynn/data in the user's cache.
        train: which part.
        images: shape x `(N, 1, 28, 28)`; False for `(N, 784)`.
        download: fetch what is missing.

    Example:
        >>> import pynn
        >>> try:
        ...     x, y = pynn.data.load_mnist("no/such/folder", download=False)
        ... except FileNotFoundError:
        ...     x, y = pynn.data.load_digits(images=True)
        >>> x.ndim
        4
    """
    return MNIST(root, train, download).bundled(images)


def load_fashion_mnist(
    root: str | os.PathLike[str] | None = None, train: bool = True, images: bool = True, download: bool = True
) -> Bundled:
    """Fashion-MNIST at once: 60,000 pieces of clothing or 10,000, from 0 to 1. See `FashionMNIST`.

    Args:
        root: a folder. Default: `PYNN_DATA` of the environment, or pynn/data in the user's cache.
        train: which part.
        images: shape x `(N, 1, 28, 28)`; False for `(N, 784)`.
        download: fetch what is missing.

    Example:
        >>> import pynn
        >>> try:
        ...     x, y = pynn.data.load_fashion_mnist("no/such/folder", download=False)
        ... except FileNotFoundError:
        ...     x, y = pynn.data.load_digits(images=True)
        >>> x.ndim
        4
    """
    return FashionMNIST(root, train, download).bundled(images)
