"""Transforms that move pixels: what comes out is what went in, elsewhere; masks go the same way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn.vision import transforms as T

sizes = st.integers(1, 9)


def numbered(n: int, c: int, h: int, w: int) -> pynn.Tensor:
    """Images in which every pixel is its own number."""
    return pynn.arange(float(n * c * h * w)).reshape(n, c, h, w)


@given(n=sizes, h=sizes, w=sizes)
def test_a_flip_twice_is_no_flip(n, h, w):
    x = numbered(n, 2, h, w)
    for flip in (T.RandomHorizontalFlip(p=1.0), T.RandomVerticalFlip(p=1.0)):
        once = flip(x)
        assert sorted(once.flatten().tolist()) == sorted(x.flatten().tolist())
        assert pynn.equal(flip(once), x)
    both = T.RandomVerticalFlip(1.0)(T.RandomHorizontalFlip(1.0)(x))
    np.testing.assert_array_equal(both.numpy(), x.numpy()[:, :, ::-1, ::-1])


def test_each_image_is_flipped_or_not_for_itself():
    x = numbered(400, 1, 1, 2)
    flipped = (T.RandomHorizontalFlip(0.25, generator=0)(x)[:, 0, 0, 0] != x[:, 0, 0, 0]).numpy()
    assert 60 < flipped.sum() < 140
    assert not T.RandomHorizontalFlip(0.0)(x).ne(x).any()


@given(
    h=sizes,
    w=sizes,
    high=sizes,
    wide=sizes,
    padding=st.integers(0, 3),
    seed=st.integers(0, 2**31),
    data=st.data(),
)
def test_crops_lie_inside(h, w, high, wide, padding, seed, data):
    crop = T.RandomCrop((high, wide), padding=padding, fill=-1.0, generator=seed)
    x = numbered(5, 2, h, w)
    if high > h + 2 * padding or wide > w + 2 * padding:
        with pytest.raises(pynn.ShapeError, match=r"RandomCrop.*does not fit"):
            crop(x)
        return
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (padding, padding), (padding, padding)), constant_values=-1)
    for before, after in zip(padded, crop(x).numpy(), strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(before, (high, wide), axis=(1, 2))
        assert (windows == after[:, None, None]).all((0, 3, 4)).any()


def test_crops_of_a_batch_begin_at_different_places_and_all_of_them_come():
    x = numbered(1, 1, 4, 4).expand(500, 1, 4, 4)
    corners = T.RandomCrop(2, generator=0)(x)[:, 0, 0, 0]
    assert sorted(set(corners.tolist())) == [0, 1, 2, 4, 5, 6, 8, 9, 10]


@pytest.mark.parametrize(
    ("padding", "expected"), [(1, (4, 4)), ((1, 2), (4, 6)), ((1, 2, 3, 4), (6, 8)), (None, (2, 2))]
)
def test_padding_is_left_top_right_bottom(padding, expected):
    width, height = expected
    x = pynn.ones(1, 1, 2, 2)
    whole = T.RandomCrop((height, width), padding=padding)(x)[0, 0].numpy()
    assert whole.shape == (height, width)
    assert whole.sum() == 4
    if padding == (1, 2, 3, 4):
        assert whole[2:4, 1:3].all()


@pytest.mark.parametrize("mode", ["reflect", "replicate"])
def test_padding_from_the_image_itself(mode):
    x = numbered(1, 1, 4, 4)
    whole = T.RandomCrop(8, padding=2, padding_mode=mode)(x)[0, 0].numpy()
    numpy_mode = "edge" if mode == "replicate" else mode
    np.testing.assert_array_equal(whole, np.pad(x.numpy()[0, 0], 2, mode=numpy_mode))
    masks = pynn.arange(16).reshape(1, 4, 4)
    _, moved = T.RandomCrop(8, padding=2, padding_mode=mode)(x, masks)
    np.testing.assert_array_equal(moved.numpy()[0], whole)


def test_the_middle():
    x = numbered(2, 3, 7, 9)
    assert pynn.equal(T.CenterCrop((3, 5))(x), x[:, :, 2:5, 2:7])
    assert pynn.equal(T.CenterCrop((7, 9))(x), x)
    with pytest.raises(pynn.ShapeError, match=r"CenterCrop.*8 x 8.*\(2, 3, 7, 9\)"):
        T.CenterCrop(8)(x)


@given(angle=st.sampled_from([0, 90, 180, 270, -90]), side=st.integers(1, 8))
def test_quarter_turns_are_exact(angle, side):
    x = numbered(2, 2, side, side)
    expected = np.rot90(x.numpy(), angle // 90, axes=(2, 3))
    np.testing.assert_array_equal(
        T.RandomRotation((angle, angle), interpolation="nearest")(x).numpy(), expected
    )
    smooth = T.RandomRotation((angle, angle))(x.double()).numpy()
    np.testing.assert_allclose(smooth, expected, atol=1e-9 * x.numel())


def affine_by_hand(x, angle, shift, scale, shear, fill):
    """One image, pixel by pixel: where does the new pixel come from, and what do its four neighbours say?"""
    _, height, width = x.shape
    a, lean = np.deg2rad(angle), np.tan(np.deg2rad(shear))
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])  # counter-clockwise, y downwards
    back = np.linalg.inv(scale * turn @ np.array([[1, -lean], [0, 1]]))
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    out = np.zeros_like(x)
    for row in range(height):
        for column in range(width):
            at = back @ (np.array([column, row]) - middle - shift) + middle
            left, top = np.floor(at).astype(int)
            for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
                share = (1 - abs(at[0] - left - j)) * (1 - abs(at[1] - top - i))
                inside = 0 <= top + i < height and 0 <= left + j < width
                out[:, row, column] += share * (x[:, top + i, left + j] if inside else fill)
    return out


@given(
    angle=st.floats(-180, 180),
    scale=st.floats(0.4, 2.5),
    shear=st.floats(-50, 50),
    h=st.integers(1, 6),
    w=st.integers(1, 6),
    fill=st.sampled_from([0.0, 0.5]),
)
def test_affine_agrees_with_the_formula(angle, scale, shear, h, w, fill):
    x = pynn.rand(1, 2, h, w, dtype=pynn.float64)
    change = T.RandomAffine((angle, angle), scale=(scale, scale), shear=(shear, shear), fill=fill)
    expected = affine_by_hand(x.numpy()[0], angle, np.zeros(2), scale, shear, fill)
    np.testing.assert_allclose(change(x).numpy()[0], expected, atol=1e-8)


def test_translations_stay_within_their_share_and_fill_what_is_left():
    x = pynn.zeros(300, 1, 9, 9)
    x[:, :, 4, 4] = 1
    moved = T.RandomTranslation((2 / 9, 1 / 9), interpolation="nearest", generator=1)(x)
    _, _, rows, columns = np.nonzero(moved.numpy())
    assert (sorted(set(rows)), sorted(set(columns))) == ([3, 4, 5], [2, 3, 4, 5, 6])
    ones = T.RandomTranslation(0.5, fill=7.0, generator=2)(pynn.ones(20, 1, 8, 8))
    assert ones.min().item() == 1.0
    assert ones.max().item() == 7.0


@pytest.mark.parametrize(
    "change",
    [
        T.RandomHorizontalFlip(generator=3),
        T.RandomVerticalFlip(generator=3),
        T.RandomCrop(6, padding=1, generator=3),
        T.RandomRotation(180, interpolation="nearest", generator=3),
        T.RandomTranslation(0.3, interpolation="nearest", generator=3),
        T.RandomAffine(40, (0.2, 0.2), (0.7, 1.3), 20, interpolation="nearest", generator=3),
        T.RandomResizedCrop(5, antialias=False, generator=3),
        T.Resize((5, 11), interpolation="nearest"),
        T.CenterCrop(4),
    ],
    ids=lambda change: type(change).__name__,
)
def test_masks_move_with_their_images(change):
    """The image is the mask: it must still be so afterwards, and all numbers must be among the old."""
    masks = pynn.randint(0, 5, (16, 7, 8))
    images = masks.unsqueeze(1).float()
    labels = pynn.arange(16)
    moved, moved_masks, same = change(images, masks, labels)
    assert moved_masks.dtype == masks.dtype
    assert moved_masks.shape == (16, *moved.shape[2:])
    assert pynn.equal(same, labels)
    assert set(moved_masks.flatten().tolist()) <= {0, 1, 2, 3, 4}
    if not isinstance(change, T.RandomResizedCrop):  # whose images are mixtures
        np.testing.assert_array_equal(moved_masks.numpy(), moved[:, 0].numpy())


def test_what_is_no_picture_passes_through():
    x = pynn.rand(4, 3, 6, 6)
    boxes, names, matrix = pynn.rand(4, 5, 4), ["a", "b", "c", "d"], pynn.rand(6, 6)
    _, *rest = T.RandomVerticalFlip(1.0)(x, boxes, names, matrix)
    assert rest[0] is boxes
    assert rest[1] is names
    assert rest[2] is matrix


# ---- sizes ----------------------------------------------------------------------------------------------


@given(h=st.integers(1, 12), w=st.integers(1, 12), size=st.tuples(st.integers(1, 12), st.integers(1, 12)))
def test_resizing_keeps_constants_bounds_and_same_sizes(h, w, size):
    for antialias in (True, False):
        resize = T.Resize(size, antialias=antialias)
        np.testing.assert_allclose(resize(pynn.full((1, 2, h, w), 0.3)).numpy(), 0.3, rtol=1e-6)
        x = pynn.rand(2, 1, h, w)
        y = resize(x)
        assert y.shape == (2, 1, *size)
        assert x.min().item() - 1e-6 <= y.min().item() <= y.max().item() <= x.max().item() + 1e-6
        np.testing.assert_allclose(T.Resize((h, w), antialias=antialias)(x).numpy(), x.numpy(), rtol=1e-6)


def test_resizing_by_hand():
    x = pynn.tensor([[[[0.0, 4.0]]]])
    assert T.Resize((1, 4))(x).tolist() == [[[[0.0, 1.0, 3.0, 4.0]]]]  # at 0.25 - 0.5, 0.75 - 0.5 ...
    x = pynn.tensor([[[[0.0, 2.0, 4.0, 6.0]]]])
    assert T.Resize((1, 2), antialias=False)(x).tolist() == [[[[1.0, 5.0]]]]
    # A triangle of half-width 2 around 1: weights 3/4, 3/4, 1/4, over their sum.
    smooth = T.Resize((1, 2))(x).numpy().ravel()
    np.testing.assert_allclose(smooth, [(1.5 + 1) / 1.75, 6 - (1.5 + 1) / 1.75], rtol=1e-6)


@pytest.mark.parametrize(
    ("shape", "expected"), [((20, 40), (10, 20)), ((40, 20), (20, 10)), ((9, 9), (10, 10))]
)
def test_one_number_is_the_shorter_side(shape, expected):
    assert T.Resize(10)(pynn.rand(1, 1, *shape)).shape[2:] == expected


@given(h=st.integers(1, 12), w=st.integers(1, 12), seed=st.integers(0, 2**31))
def test_parts_of_random_size_hold_only_values_of_the_image(h, w, seed):
    x = numbered(6, 1, h, w)
    y = T.RandomResizedCrop((4, 5), scale=(0.05, 1.0), generator=seed)(x)
    assert y.shape == (6, 1, 4, 5)
    low, high = x.amin((1, 2, 3)).numpy(), x.amax((1, 2, 3)).numpy()
    assert (y.amin((1, 2, 3)).numpy() >= low - 1e-3).all()
    assert (y.amax((1, 2, 3)).numpy() <= high + 1e-3).all()


def test_a_part_of_all_is_all():
    x = pynn.rand(3, 2, 8, 8)
    whole = T.RandomResizedCrop(8, scale=(1.0, 1.0), ratio=(1.0, 1.0))(x)
    np.testing.assert_allclose(whole.numpy(), x.numpy(), rtol=1e-6)


@pytest.mark.parametrize(
    "change",
    [
        T.RandomHorizontalFlip(1.0),
        T.RandomCrop((3, 4), padding=1, generator=0),
        T.RandomAffine(30, (0.1, 0.1), (0.8, 1.2), 10, generator=0),
        T.Resize((3, 7)),
    ],
    ids=lambda change: type(change).__name__,
)
def test_gradients_pass(change):
    x = pynn.rand(2, 2, 4, 5, dtype=pynn.float64, requires_grad=True)
    drawn = change.draw(x)
    assert pynn.autograd.gradcheck(lambda x: change.move(x, drawn, False), [x])
