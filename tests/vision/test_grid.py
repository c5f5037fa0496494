"""Grids of images: every image stands where it belongs."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import pynn
from pynn import vision

mpl.use("Agg")
small = st.integers(1, 5)


@given(n=small, c=st.sampled_from([1, 2, 3]), h=small, w=small, nrow=small, padding=st.integers(0, 2))
def test_images_stand_in_rows(n, c, h, w, nrow, padding):
    x = pynn.rand(n, c, h, w)
    grid = vision.make_grid(x, nrow, padding, pad_value=-1.0).numpy()
    expected = np.repeat(x.numpy(), 3, 1) if c == 1 else x.numpy()
    across = min(nrow, n)
    down = -(-n // across)
    assert grid.shape == (len(expected[0]), down * (h + padding) + padding, across * (w + padding) + padding)
    left = grid.copy()
    for i, image in enumerate(expected):
        top, side = padding + i // across * (h + padding), padding + i % across * (w + padding)
        np.testing.assert_array_equal(grid[:, top : top + h, side : side + w], image)
        left[:, top : top + h, side : side + w] = -1
    assert (left == -1).all()


def test_values_are_brought_to_0_and_1():
    x = pynn.tensor([[[[-2.0, 2.0]]], [[[0.0, 6.0]]]])
    grid = vision.make_grid(x, padding=0, normalize=True)[0]
    np.testing.assert_allclose(grid.numpy(), [[0, 0.5, 0.25, 1]])
    grid = vision.make_grid(x, padding=0, normalize=True, scale_each=True)[0]
    np.testing.assert_allclose(grid.numpy(), [[0, 1, 0, 1]])
    grid = vision.make_grid(x, padding=0, normalize=True, value_range=(0, 4))[0]
    np.testing.assert_allclose(grid.numpy(), [[0, 0.5, 0, 1]])
    flat = vision.make_grid(pynn.ones(1, 1, 2, 2), normalize=True)
    assert np.isfinite(flat.numpy()).all()


def test_what_it_takes():
    x = pynn.rand(3, 1, 4, 4)
    assert pynn.equal(vision.make_grid(list(x)), vision.make_grid(x))
    assert pynn.equal(vision.make_grid(x[:, 0]), vision.make_grid(x))
    assert vision.make_grid(pynn.zeros(2, 1, 4, 4, dtype=pynn.uint8)).dtype == pynn.float32


def test_drawing():
    x = pynn.rand(5, 3, 8, 8)
    figure = vision.show_images(x, nrow=3)
    picture = figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(picture, vision.make_grid(x, 3, pad_value=1.0).numpy().transpose(1, 2, 0))
    titled = vision.show_images(x, titles=range(5), nrow=3)
    shown = [axes for axes in titled.axes if axes.images]
    assert [axes.get_title() for axes in shown] == ["0", "1", "2", "3", "4"]
    np.testing.assert_allclose(shown[3].images[0].get_array(), x[3].numpy().transpose(1, 2, 0))
    own, axes = mpl.pyplot.subplots()
    assert vision.show_images(x, axes=axes) is own
    with pytest.raises(ValueError, match=r"show_images: 5 images.*2"):
        vision.show_images(x, titles=["a", "b"])
    with pytest.raises(pynn.ShapeError, match=r"show_images.*got 2"):
        vision.show_images(pynn.rand(1, 2, 4, 4))
    mpl.pyplot.close("all")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_file_holds_what_was_written(tmp_path, channels):
    x = pynn.rand(5, channels, 6, 7)
    vision.save_image(x, tmp_path / "grid.png", nrow=2, pad_value=1.0)
    with Image.open(tmp_path / "grid.png") as picture:
        picture.load()
        assert picture.mode == "RGB"
        pixels = np.asarray(picture)
    expected = vision.make_grid(x, 2, pad_value=1.0).numpy().transpose(1, 2, 0) * 255
    np.testing.assert_array_equal(pixels, np.rint(expected))
    for one in (x[0], x[:1], [x[0]]):
        vision.save_image(one, tmp_path / "one.png")
        with Image.open(tmp_path / "one.png") as picture:
            assert picture.size == (7, 6)
    vision.save_image(x * 9 - 4, tmp_path / "bounds.png")
    with Image.open(tmp_path / "bounds.png") as picture:
        assert np.asarray(picture).min() == 0
