"""MNIST and CIFAR-10 from files made here, whole and damaged; pictures in folders; generated shapes."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn
from pynn import data

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(array):
    header = struct.pack(">HBB", 0, CODES[array.dtype.str[1:]], array.ndim)
    sizes = struct.pack(f">{array.ndim}I", *array.shape)
    return header + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


def mnist(folder, count=7, stem="train", zipped=True, seed=0):
    """Files of MNIST's form, and the images and labels in them."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    labels = rng.integers(0, 10, count, dtype=np.uint8)
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        content = idx(array)
        path = folder / f"{stem}-{name}-ubyte{'.gz' if zipped else ''}"
        path.write_bytes(gzip.compress(content) if zipped else content)
    return images, labels


# ---- IDX -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("dtype", list(CODES))
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 0, 3), (2, 3, 4)])
def test_idx_of_every_type(tmp_path, dtype, shape, zipped):
    array = np.random.default_rng(1).integers(0, 100, shape).astype(dtype)
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(idx(array)) if zipped else idx(array))
    back = data.read_idx(path)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no IDX file.*empty"),
        (b"\0\0\x08", "no IDX file.*00 00 08"),
        (b"<html>not found</html>", "no IDX file"),
        (b"\0\0\x07\x01\0\0\0\1a", "no IDX file"),
        (b"\0\0\x08\xff" + b"\0\0\0\1" * 255 + b"a", "no IDX file"),
        (b"\0\0\x08\x03\0\0\0\1", "ends within its header.*3 sizes"),
        (b"\0\0\x08\x01\0\0\0\5abc", r"\(5,\) of 5 bytes.*too small|should hold 5 bytes.*3 bytes"),
        (b"\0\0\x08\x01\0\0\0\2abc", "should hold 2 bytes.*more"),
        (b"\0\0\x0e\x03" + b"\xff" * 12, "too small"),  # 2^96 numbers
        (b"\0\0\x08\x04" + b"\0\1\0\0" * 4, "too small"),  # 2^64 numbers: 0 in 64 bits
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_idx_that_is_none(tmp_path, content, message, zipped):
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(content) if zipped else content)
    with pytest.raises(ValueError, match=message):
        data.read_idx(path)


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_an_error_or_an_array_and_nothing_else(tmp_path_factory, data_):
    content = bytearray(idx(np.arange(60, dtype=np.uint8).reshape(3, 4, 5)))
    if data_.draw(st.booleans()):
        content = bytearray(gzip.compress(bytes(content)))
    for _ in range(data_.draw(st.integers(1, 3))):
        content[data_.draw(st.integers(0, len(content) - 1))] = data_.draw(st.integers(0, 255))
    content = content[: data_.draw(st.integers(0, len(content)))]
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content)
    message = ""
    try:
        assert isinstance(data.read_idx(path), np.ndarray)
    except ValueError as error:
        message = str(error)
    assert not message or message.startswith(f"read_idx: {path}")


# ---- MNIST -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["", "MNIST", "MNIST/raw"])
@pytest.mark.parametrize("zipped", [False, True])
def test_mnist_is_found_where_torchvision_and_people_put_it(tmp_path, place, zipped):
    images, labels = mnist(tmp_path / place, zipped=zipped)
    digits = data.MNIST(tmp_path, download=False)
    assert (len(digits), repr(digits)) == (7, "MNIST(7 images (1, 28, 28))")
    np.testing.assert_array_equal(digits.images.numpy()[:, 0], images)
    np.testing.assert_array_equal(digits.targets.numpy(), labels)
    assert (digits.images.dtype, digits.targets.dtype) == (pynn.uint8, pynn.int64)
    image, label = digits[2]
    np.testing.assert_allclose(image.numpy()[0], images[2] / 255, rtol=1e-6)
    assert label.item() == labels[2]


def test_parts_batches_and_arrays(tmp_path):
    train, test = mnist(tmp_path, 7, "train"), mnist(tmp_path, 4, "t10k", seed=1)
    x, y = data.load_mnist(tmp_path, train=False, download=False)
    np.testing.assert_allclose(x.numpy()[:, 0], test[0] / 255, rtol=1e-6)
    np.testing.assert_array_equal(y.numpy(), test[1])
    flat = data.load_mnist(tmp_path, images=False, download=False)
    assert flat.x.shape == (7, 784)
    assert len(flat.feature_names) == 784
    assert flat.target_names[3] == "3"
    digits = data.MNIST(tmp_path, download=False)
    for shuffle in (False, True):
        got = [(x.numpy(), y.numpy()) for x, y in data.DataLoader(digits, 3, shuffle=shuffle)]
        assert [len(x) for x, _ in got] == [3, 3, 1]
        assert sorted(np.concatenate([y for _, y in got])) == sorted(train[1])
        assert max(x.max() for x, _ in got) <= 1
    with pytest.raises(IndexError):
        digits[7]


def test_fashion_mnist_has_files_of_its_own(tmp_path):
    mnist(tmp_path / "MNIST" / "raw")
    _, labels = mnist(tmp_path / "FashionMNIST" / "raw", seed=5)
    clothes = data.FashionMNIST(tmp_path, download=False)
    np.testing.assert_array_equal(clothes.targets.numpy(), labels)
    assert data.load_fashion_mnist(tmp_path, download=False).target_names[0] == "T-shirt/top"
    assert len(clothes.classes) == 10


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (
            np.zeros((3, 28, 27), np.uint8),
            np.zeros(3, np.uint8),
            r"images.*\(3, 28, 27\).*\(N, 28, 28\)",
        ),
        (np.zeros((3, 28), np.uint8), np.zeros(3, np.uint8), r"\(3, 28\)"),
        (np.zeros((3, 28, 28), np.int32), np.zeros(3, np.uint8), "int32"),
        (np.zeros((3, 28, 28), np.uint8), np.zeros(4, np.uint8), r"labels-idx1.*\(4,\).*3 images"),
        (np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.int32), "labels-idx1.*int32"),
        (np.zeros((3, 28, 28), np.uint8), np.full(3, 10, np.uint8), "the label 10.*0 to 9"),
    ],
)
def test_files_that_are_idx_but_not_mnist(tmp_path, images, labels, message):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(labels))
    with pytest.raises(ValueError, match=f"MNIST.*{message}"):
        data.MNIST(tmp_path, download=False)


def test_missing_files_are_named_with_what_to_do(tmp_path):
    for load, file in (
        (data.MNIST, "train-images-idx3-ubyte.gz"),
        (data.FashionMNIST, "train-images-idx3-ubyte.gz"),
        (data.CIFAR10, "cifar-10-binary.tar.gz"),
    ):
        with pytest.raises(FileNotFoundError, match=rf"{load.__name__}: {file} is missing.*download=True"):
            load(tmp_path, download=False)


# ---- CIFAR-10 --------------------------------------------------------------------------------------------


@pytest.fixture
def cifar(tmp_path, monkeypatch):
    """The files of CIFAR-10, but with 4 images each: name -> content."""
    monkeypatch.setattr(data.CIFAR10, "images_in_a_file", 4)
    rng = np.random.default_rng(2)
    files = {}
    for name in [f"data_batch_{i}.bin" for i in range(1, 6)] + ["test_batch.bin"]:
        labels = rng.integers(0, 10, (4, 1), dtype=np.uint8)
        pixels = rng.integers(0, 256, (4, 3072), dtype=np.uint8)
        files[name] = np.hstack([labels, pixels]).tobytes()
    return files


def archive(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize("place", [".", "cifar-10-batches-bin", "CIFAR10/cifar-10-batches-bin", "archive"])
def test_cifar_from_a_folder_or_the_archive(tmp_path, cifar, place):
    if place == "archive":
        (tmp_path / "cifar-10-binary.tar.gz").write_bytes(archive(cifar))
    else:
        folder = tmp_path / place
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in cifar.items():
            (folder / name).write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    train, test = (data.CIFAR10(tmp_path, train, download=False) for train in (True, False))
    assert sorted(tmp_path.rglob("*")) == before  # nothing is unpacked
    assert train.images.shape == (20, 3, 32, 32)
    assert test.images.shape == (4, 3, 32, 32)
    third = np.frombuffer(cifar["data_batch_3.bin"], np.uint8).reshape(4, 3073)
    np.testing.assert_array_equal(train.images.numpy()[8:12].reshape(4, -1), third[:, 1:])
    np.testing.assert_array_equal(train.targets.numpy()[8:12], third[:, 0])
    x, y = data.load_cifar10(tmp_path, train=False, images=False, download=False)
    assert x.shape == (4, 3072)
    assert y.shape == (4,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda files: {**files, "data_batch_2.bin": b"short"},
            r"batch_2.bin must hold 12,292 bytes.*5$",
        ),
        (lambda files: {**files, "data_batch_2.bin": files["test_batch.bin"] + b"x"}, "it holds more"),
        (lambda files: {n: c for n, c in files.items() if "4" not in n}, "does not contain data_batch_4.bin"),
        (lambda files: {**files, "data_batch_1.bin": b"\x0a" * 12292}, "the label 10"),
    ],
)
def test_cifar_with_wrong_contents(tmp_path, cifar, change, message):
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(archive(change(cifar)))
    with pytest.raises(ValueError, match=f"CIFAR10.*{message}"):
        data.CIFAR10(tmp_path, download=False)


def test_cifar_damaged(tmp_path, cifar):
    whole = archive(cifar)
    path = tmp_path / "cifar-10-binary.tar.gz"
    for content in (b"", b"no archive", whole[: len(whole) // 2], whole[:10] + b"\xff" * 50 + whole[60:]):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"CIFAR10.*(damaged|contain)"):
            data.CIFAR10(tmp_path, download=False)


def test_a_link_in_an_archive_is_not_followed(tmp_path, cifar):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        link = tarfile.TarInfo("test_batch.bin")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
        tar.addfile(link)
    (tmp_path / "secret").write_bytes(cifar["test_batch.bin"])
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(packed.getvalue())
    with pytest.raises(ValueError, match=r"does not contain test_batch\.bin"):
        data.CIFAR10(tmp_path, train=False, download=False)


# ---- generated shapes ------------------------------------------------------------------------------------


@given(
    n=st.integers(0, 12),
    size=st.tuples(st.integers(16, 40), st.integers(16, 40)),
    most=st.integers(1, 4),
    noise=st.sampled_from([0.0, 0.3]),
    seed=st.integers(0, 2**31),
)
def test_shapes_masks_and_boxes_belong_together(n, size, most, noise, seed):
    shapes = data.make_shapes(n, size, most, noise, generator=seed)
    images, masks = shapes.images.numpy(), shapes.masks.numpy()
    boxes, labels = shapes.boxes.numpy().astype(int), shapes.labels.numpy()
    assert images.shape == (n, 3, *size)
    assert masks.shape == (n, *size)
    assert (boxes.shape, labels.shape) == ((n, most, 4), (n, most))
    assert not n or 0 <= images.min() <= images.max() <= 1
    for mask, its_boxes, its_labels in zip(masks, boxes, labels, strict=True):
        assert its_labels[0] > 0
        covered = np.zeros(size, bool)
        for (left, top, right, bottom), label in zip(its_boxes, its_labels, strict=True):
            if label == 0:
                assert (left, top, right, bottom) == (0, 0, 0, 0)
                continue
            part = mask[top:bottom, left:right]
            assert 0 <= left < right <= size[1]
            assert 0 <= top < bottom <= size[0]
            assert set(np.unique(part)) <= {0, label}
            assert part.any(0).all()  # the box is the smallest
            assert part.any(1).all()
            assert not covered[top:bottom, left:right].any()
            covered[top:bottom, left:right] = True
        assert not mask[~covered].any()


def test_shapes_have_the_areas_of_their_kind_and_come_in_all_kinds():
    shapes = data.make_shapes(300, size=96, max_shapes=1, noise=0, generator=0)
    boxes, labels = shapes.boxes.numpy()[:, 0], shapes.labels.numpy()[:, 0]
    share = (shapes.masks.numpy() > 0).sum((1, 2)) / np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    for label, expected in ((1, np.pi / 4), (2, 1.0), (3, 0.5)):
        assert (labels == label).sum() > 60
        assert share[labels == label].mean() == pytest.approx(expected, abs=0.04)
    inside = shapes.masks.numpy() > 0
    for image, mask in zip(shapes.images.numpy(), inside, strict=True):
        assert np.abs(image[:, mask].mean(1) - image[:, ~mask].mean(1)).max() > 0.2  # it can be seen
    counts = (data.make_shapes(300, generator=1).labels.numpy() > 0).sum(1)
    assert set(counts) == {1, 2, 3}


def test_shapes_follow_the_seed():
    a, b, c = (data.make_shapes(3, generator=seed).images.numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()
    pynn.manual_seed(4)
    first = data.make_shapes(3)
    pynn.manual_seed(4)
    assert pynn.equal(data.make_shapes(3).images, first.images)
