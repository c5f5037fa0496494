"""Pictures in folders: read right, and refused by name where they cannot be read."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image

from pynn import data


@pytest.fixture
def root(tmp_path):
    rng = np.random.default_rng(0)
    for name, count in (("dog", 2), ("cat", 3)):
        (tmp_path / name / "inner").mkdir(parents=True)
        for i in range(count):
            pixels = rng.integers(0, 256, (6, 5, 3), dtype=np.uint8)
            folder = tmp_path / name / ("inner" if i == 0 else "")
            Image.fromarray(pixels).save(folder / f"{i}.png")
    (tmp_path / "cat" / "notes.txt").write_text("no picture")
    (tmp_path / "loose.png").write_bytes(b"outside of all classes")
    return tmp_path


def test_classes_are_folders(root):
    pictures = data.ImageFolder(root)
    assert pictures.classes == ["cat", "dog"]
    assert pictures.class_to_idx == {"cat": 0, "dog": 1}
    assert pictures.targets == [0, 0, 0, 1, 1]
    assert len(pictures) == 5
    for i, (path, label) in enumerate(pictures.samples):
        x, y = pictures[i]
        expected = np.asarray(Image.open(path)).transpose(2, 0, 1) / 255
        np.testing.assert_allclose(x.numpy(), expected, rtol=1e-6)
        assert y == label
    x, y = next(iter(data.DataLoader(pictures, 4, num_workers=2)))
    assert x.shape == (4, 3, 6, 5)
    assert y.tolist() == [0, 0, 0, 1]


def test_sizes_and_modes(root):
    Image.new("L", (9, 4), 128).save(root / "dog" / "grey.jpg")
    with pytest.raises(ValueError, match=r"\(3, 4, 9\)"):
        list(data.DataLoader(data.ImageFolder(root), 6))
    x, _ = next(iter(data.DataLoader(data.ImageFolder(root, size=(7, 8)), 6)))
    assert x.shape == (6, 3, 7, 8)
    x, _ = next(iter(data.DataLoader(data.ImageFolder(root, size=3, mode="L"), 6)))
    assert x.shape == (6, 1, 3, 3)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_sixteen_bits_are_kept(tmp_path, mode):
    (tmp_path / "deep").mkdir()
    pixels = np.array([[0, 1000], [40000, 65535]], dtype=np.uint16)
    Image.fromarray(pixels).save(tmp_path / "deep" / "a.png")
    x, _ = data.ImageFolder(tmp_path, mode=mode)[0]
    assert x.shape == (1 if mode == "L" else 3, 2, 2)
    np.testing.assert_allclose(x.numpy()[-1], pixels / 65535, rtol=1e-6)


def test_palettes_and_transparency(tmp_path):
    (tmp_path / "a").mkdir()
    Image.new("RGBA", (2, 2), (255, 0, 0, 128)).save(tmp_path / "a" / "1.png")
    Image.new("RGB", (2, 2), (255, 0, 0)).convert("P").save(tmp_path / "a" / "2.png")
    for i in range(2):
        x, _ = data.ImageFolder(tmp_path)[i]
        np.testing.assert_allclose(x.numpy()[:, 0, 0], [1, 0, 0], atol=0.01)


def test_files_that_are_no_pictures(root):
    whole = (root / "dog" / "1.png").read_bytes()
    for content in (b"", b"no picture at all", whole[:40], whole[: len(whole) - 30]):
        (root / "dog" / "1.png").write_bytes(content)
        with pytest.raises(ValueError, match=r"ImageFolder: .*dog/1\.png cannot be read"):
            data.ImageFolder(root)[3]


def test_folders_without_pictures(root, tmp_path):
    (root / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"ImageFolder: there is no picture in empty"):
        data.ImageFolder(root)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(FileNotFoundError, match=r"ImageFolder: there is no picture in .*root/cat/1\.png"):
        data.ImageFolder(tmp_path / "nothing")
    with pytest.raises(FileNotFoundError, match=r"ImageFolder: there is no folder"):
        data.ImageFolder(tmp_path / "nowhere")


def test_without_pillow_it_says_what_to_install(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"ImageFolder.*pip install 'pynn-learn\[data\]'"):
        data.ImageFolder(root)
