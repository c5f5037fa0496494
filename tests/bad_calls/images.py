"""Sets of images and where they come from."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pynn import data

NAN = float("nan")
NOWHERE = Path(tempfile.gettempdir()) / "pynn" / "no" / "such" / "folder"
URL = "https://example.org/file"


def image_set(name, load, file):
    return [
        (
            lambda: load(NOWHERE, download=False),
            FileNotFoundError,
            f"{name}: {file} is missing.*by hand",
        ),
        (lambda: load(3), TypeError, "int"),
    ]


MNIST = ("train-images-idx3-ubyte.gz",)
CALLS = {
    "pynn.data.MNIST": image_set("MNIST", data.MNIST, *MNIST),
    "pynn.data.FashionMNIST": image_set("FashionMNIST", data.FashionMNIST, *MNIST),
    "pynn.data.CIFAR10": image_set("CIFAR10", data.CIFAR10, "cifar-10-binary.tar.gz"),
    "pynn.data.load_mnist": image_set("MNIST", data.load_mnist, *MNIST),
    "pynn.data.load_fashion_mnist": image_set("FashionMNIST", data.load_fashion_mnist, *MNIST),
    "pynn.data.load_cifar10": image_set("CIFAR10", data.load_cifar10, "cifar-10-binary.tar.gz"),
    "pynn.data.read_idx": [
        (lambda: data.read_idx(NOWHERE), FileNotFoundError, "folder"),
        (lambda: data.read_idx(__file__), ValueError, "read_idx.*no IDX file"),
    ],
    "pynn.data.download": [
        (lambda: data.download("ftp://example.org/file", NOWHERE), ValueError, "download: url.*https.*'ftp:"),
        (lambda: data.download("file:///etc/hostname", NOWHERE), ValueError, "download: url.*https.*'file:"),
        (lambda: data.download(3, NOWHERE), TypeError, "int"),
        (lambda: data.download([3], NOWHERE), TypeError, "download: url.*3"),
        (lambda: data.download([], NOWHERE), ValueError, "download.*at least one url"),
        (lambda: data.download(URL, NOWHERE, "abc"), ValueError, "download: sha256.*64.*'abc'"),
        (lambda: data.download(URL, NOWHERE, 3), TypeError, "download: sha256.*3"),
    ],
    "pynn.data.ImageFolder": [
        (lambda: data.ImageFolder(NOWHERE), FileNotFoundError, "ImageFolder: there is no folder"),
        (lambda: data.ImageFolder(NOWHERE, size=0), ValueError, "ImageFolder: size.*0"),
        (lambda: data.ImageFolder(NOWHERE, size=(1, 2, 3)), ValueError, r"ImageFolder: size.*\(1, 2, 3\)"),
        (lambda: data.ImageFolder(NOWHERE, size="a"), TypeError, "ImageFolder: size.*'a'"),
        (lambda: data.ImageFolder(NOWHERE, mode="CMYK"), ValueError, "ImageFolder: mode.*'CMYK'"),
    ],
    "pynn.data.Shapes": [(lambda: data.Shapes(), TypeError, "missing")],
    "pynn.data.make_shapes": [
        (lambda: data.make_shapes(-1), ValueError, "make_shapes: n_samples.*-1"),
        (lambda: data.make_shapes(1.5), TypeError, "make_shapes: n_samples.*1.5"),
        (lambda: data.make_shapes(1, size=8), ValueError, "make_shapes: size.*16.*8"),
        (lambda: data.make_shapes(1, size=(32, 32, 3)), ValueError, r"make_shapes: size.*\(32, 32, 3\)"),
        (lambda: data.make_shapes(1, max_shapes=0), ValueError, "make_shapes: max_shapes.*0"),
        (lambda: data.make_shapes(1, noise=-0.1), ValueError, "make_shapes: noise.*-0.1"),
        (lambda: data.make_shapes(1, noise=NAN), ValueError, "make_shapes: noise.*nan"),
        (lambda: data.make_shapes(1, generator="a"), TypeError, "seed.*'a'"),
    ],
}
