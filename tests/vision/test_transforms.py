"""Transforms that change values, mix samples, or combine others; their randomness and their checks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn import data, nn
from pynn.vision import transforms as T

RANDOM = [
    T.RandomHorizontalFlip,
    T.RandomVerticalFlip,
    lambda **kw: T.RandomCrop(6, padding=2, **kw),
    lambda **kw: T.RandomResizedCrop(6, **kw),
    lambda **kw: T.RandomRotation(30, **kw),
    lambda **kw: T.RandomTranslation(0.2, **kw),
    lambda **kw: T.RandomAffine(30, (0.1, 0.1), (0.5, 2), 10, **kw),
    lambda **kw: T.ColorJitter(0.5, 0.5, 0.5, 0.3, **kw),
    lambda **kw: T.RandomErasing(value="random", **kw),
    lambda **kw: T.Cutout(3, **kw),
    lambda **kw: T.MixUp(num_classes=4, **kw),
    lambda **kw: T.CutMix(num_classes=4, **kw),
]


# ---- what all random ones have in common ----------------------------------------------------------------


@pytest.mark.parametrize("make", RANDOM)
def test_random_numbers_follow_the_seed(make):
    x, y = pynn.rand(32, 3, 8, 8), pynn.randint(0, 4, (32,))
    results = []
    for seed in (5, 5, 6):
        pynn.manual_seed(seed)
        change = make()
        results.append([change(x, y)[0].numpy() for _ in range(2)])
    (a, b), (c, d), (e, _) = results
    np.testing.assert_array_equal(a, c)
    np.testing.assert_array_equal(b, d)
    assert (a != b).any()  # the next batch is changed otherwise
    assert (a != e).any()

    own = [make(generator=9)(x, y)[0].numpy() for _ in range(2)]
    np.testing.assert_array_equal(*own)
    before = pynn.get_rng_state()
    make(generator=9)(x, y)
    assert pynn.get_rng_state() == before


@pytest.mark.parametrize("make", RANDOM)
def test_they_rest_in_evaluation_and_pass_dtypes_and_empty_batches(make):
    change = make()
    x, y = pynn.rand(4, 3, 8, 8, dtype=pynn.float64), pynn.randint(0, 4, (4,))
    assert change(x).dtype == pynn.float64
    assert change(x[:0], y[:0])[0].shape[0] == 0
    change.eval()
    same, labels = change(x, y)
    assert same is x
    assert labels is y


@pytest.mark.parametrize("make", RANDOM)
def test_images_of_the_wrong_kind_are_refused(make):
    change = make()
    name = type(change).__name__
    with pytest.raises(pynn.DTypeError, match=rf"{name}.*uint8.*images.float\(\) / 255"):
        change(pynn.zeros(4, 3, 8, 8, dtype=pynn.uint8))
    with pytest.raises(pynn.ShapeError, match=rf"{name}.*\(4, 8, 8\).*unsqueeze\(1\)"):
        change(pynn.zeros(4, 8, 8))
    with pytest.raises(TypeError, match=f"{name}.*images.*ndarray"):
        change(np.zeros((4, 3, 8, 8)))


@pytest.mark.parametrize("make", RANDOM)
def test_each_image_has_its_own_numbers(make):
    one = pynn.rand(1, 3, 8, 8)
    x = one.expand(64, 3, 8, 8)
    changed = make()(x, pynn.arange(64) % 4)[0]
    if isinstance(make(), (T.MixUp, T.CutMix)):
        return  # mixtures of equal images are equal
    assert len({image.numpy().tobytes() for image in changed}) > 1


# ---- colours --------------------------------------------------------------------------------------------


def test_factors_of_one_change_nothing_and_bounds_hold():
    x = pynn.rand(8, 3, 5, 5)
    assert pynn.equal(T.ColorJitter()(x), x)
    wild = T.ColorJitter(3.0, 3.0, 3.0, 0.5)(x)
    assert 0 <= wild.min().item() <= wild.max().item() <= 1


@pytest.mark.parametrize("factor", [0.0, 0.4, 1.6])
def test_brightness_contrast_and_saturation_by_their_formulas(factor):
    x = pynn.rand(3, 3, 4, 4, dtype=pynn.float64)
    a = x.numpy()
    grey = (a * np.array([0.299, 0.587, 0.114]).reshape(3, 1, 1)).sum(1, keepdims=True)
    fixed = (factor, factor)
    for options, expected in (
        ({"brightness": fixed}, a * factor),
        ({"contrast": fixed}, a * factor + grey.mean((1, 2, 3), keepdims=True) * (1 - factor)),
        ({"saturation": fixed}, a * factor + grey * (1 - factor)),
    ):
        np.testing.assert_allclose(T.ColorJitter(**options)(x).numpy(), expected.clip(0, 1), atol=1e-6)


@given(st.tuples(*[st.floats(0, 1)] * 3), st.floats(-0.5, 0.5))
def test_hue_agrees_with_colorsys(color, shift):
    import colorsys

    h, s, v = colorsys.rgb_to_hsv(*color)
    expected = colorsys.hsv_to_rgb((h + shift) % 1.0, s, v)
    x = pynn.tensor(np.reshape(color, (1, 3, 1, 1)), dtype=pynn.float64)
    turned = T.ColorJitter(hue=(shift, shift))(x).numpy().ravel()
    if max(color) - min(color) > 1e-6:  # the hue of a grey is anything
        np.testing.assert_allclose(turned, expected, atol=1e-6)


def test_grey_images_have_no_hue():
    x = pynn.rand(4, 1, 5, 5)
    assert pynn.equal(T.ColorJitter(saturation=0.5, hue=0.5)(x), x)
    assert T.ColorJitter(brightness=0.5)(x).shape == x.shape
    with pytest.raises(pynn.ShapeError, match=r"ColorJitter.*\(4, 2, 5, 5\)"):
        T.ColorJitter(0.5)(pynn.rand(4, 2, 5, 5))


def test_normalize_finds_mean_and_deviation():
    rng = np.random.default_rng(0)
    x = rng.normal([[[[3.0]], [[-100.0]], [[0.25]]]], [[[[2.0]], [[0.01]], [[0.0]]]], (50, 3, 6, 6))
    images = pynn.tensor(x, dtype=pynn.float32)
    normalize = T.Normalize().adapt(images)
    scaled = normalize(images).numpy()
    np.testing.assert_allclose(scaled.mean((0, 2, 3)), 0, atol=2e-3)
    np.testing.assert_allclose(scaled.std((0, 2, 3)), [1, 1, 0], atol=1e-2)
    np.testing.assert_allclose(
        normalize.inverse(normalize(images)).numpy(), images.numpy(), rtol=1e-5, atol=1e-6
    )
    loader = data.DataLoader(data.TensorDataset(images, pynn.zeros(50)), batch_size=7)
    by_batches = T.Normalize().adapt(loader)
    np.testing.assert_allclose(by_batches.mean.numpy(), normalize.mean.numpy(), rtol=1e-6)
    np.testing.assert_allclose(by_batches.std.numpy(), normalize.std.numpy(), rtol=1e-4)


def test_normalize_belongs_to_the_model():
    model = nn.Sequential(T.Normalize().adapt(pynn.rand(9, 3, 4, 4)), nn.Flatten(), nn.Linear(48, 2))
    model.eval()
    x = pynn.rand(2, 3, 4, 4)
    assert (model[0](x) != x).any()
    assert {"0.mean", "0.std"} <= set(model.state_dict())
    other = nn.Sequential(T.Normalize([0.0] * 3, [1.0] * 3), nn.Flatten(), nn.Linear(48, 2))
    other.load_state_dict(model.state_dict())
    assert pynn.equal(other(x), model(x))


# ---- parts that vanish ----------------------------------------------------------------------------------


@given(h=st.integers(1, 12), w=st.integers(1, 12), seed=st.integers(0, 2**31))
def test_what_is_erased_is_one_rectangle(h, w, seed):
    x = T.RandomErasing(p=1.0, value=7.0, generator=seed)(pynn.zeros(5, 2, h, w)).numpy()
    for image in x:
        np.testing.assert_array_equal(image[0], image[1])
        rows, columns = np.nonzero(image[0])
        assert len(rows) == (np.ptp(rows) + 1) * (np.ptp(columns) + 1)


def test_the_share_erased_is_the_share_asked_for():
    x = T.RandomErasing(p=0.5, scale=(0.1, 0.2), ratio=(0.8, 1.25), generator=0)(pynn.ones(400, 1, 40, 40))
    gone = 1 - x.mean((1, 2, 3)).numpy()
    assert 150 < (gone > 0).sum() < 250
    assert 0.09 < gone[gone > 0].min() < gone.max() < 0.21


def test_values_for_each_channel():
    x = T.RandomErasing(p=1.0, value=(1.0, 2.0, 3.0))(pynn.zeros(2, 3, 8, 8))
    assert x.amax((2, 3)).tolist() == [[1.0, 2.0, 3.0]] * 2
    with pytest.raises(pynn.ShapeError, match=r"RandomErasing.*2 values.*3 channels"):
        T.RandomErasing(p=1.0, value=(1.0, 2.0))(pynn.zeros(2, 3, 8, 8))


@given(size=st.integers(1, 9), h=st.integers(1, 9), w=st.integers(1, 9), seed=st.integers(0, 2**31))
def test_cutout_is_a_square_cut_at_the_rim(size, h, w, seed):
    gone = T.Cutout(size, generator=seed)(pynn.ones(4, 1, h, w)).numpy()[:, 0] == 0
    for image in gone:
        rows, columns = np.nonzero(image)
        assert 1 <= len(set(rows)) <= size
        assert 1 <= len(set(columns)) <= size
        assert len(rows) == len(set(rows)) * len(set(columns))


# ---- mixtures -------------------------------------------------------------------------------------------


@given(n=st.integers(1, 9), alpha=st.floats(0.05, 5), seed=st.integers(0, 2**31))
def test_mixtures_and_their_labels_belong_together(n, alpha, seed):
    """Image k is all k: what is seen of which image can be read off, and must be what the label says."""
    labels = pynn.arange(n)
    x = nn.functional.one_hot(labels, n).float().reshape(n, n, 1, 1).expand(n, n, 6, 7).contiguous()
    for change in (T.MixUp(alpha, num_classes=n, generator=seed), T.CutMix(alpha, n, generator=seed)):
        mixed, shares = change(x, labels)
        np.testing.assert_allclose(shares.sum(1).numpy(), 1, rtol=1e-6)
        np.testing.assert_allclose(mixed.mean((2, 3)).numpy(), shares.numpy(), atol=1e-6)
        assert shares.min().item() >= -1e-7


def test_mixed_targets_go_into_cross_entropy_and_rows_are_mixed_as_they_are():
    x, y = pynn.rand(8, 1, 4, 4), pynn.randint(0, 3, (8,))
    _, shares = T.MixUp(1.0, num_classes=3)(x, y)
    assert nn.functional.cross_entropy(pynn.zeros(8, 3), shares).item() == pytest.approx(np.log(3), rel=1e-6)
    rows = nn.functional.one_hot(y, 3).float()
    _, again = T.MixUp(generator=4)(x, rows)
    _, same = T.MixUp(num_classes=3, generator=4)(x, y)
    np.testing.assert_allclose(again.numpy(), same.numpy())
    assert pynn.equal(T.MixUp(p=0.0)(x), x)


def test_targets_that_cannot_be_mixed():
    x = pynn.rand(4, 1, 4, 4)
    with pytest.raises(pynn.DTypeError, match=r"MixUp.*num_classes=10"):
        T.MixUp()(x, pynn.arange(4))
    with pytest.raises(pynn.ShapeError, match=r"CutMix.*\(4, 4, 4\)"):
        T.CutMix(num_classes=3)(x, pynn.zeros(4, 4, 4, dtype=pynn.int64))
    with pytest.raises(pynn.ShapeError, match=r"MixUp.*4 samples.*\(3,\)"):
        T.MixUp(num_classes=3)(x, pynn.arange(3))
    with pytest.raises(IndexError, match="3"):
        T.MixUp(num_classes=3)(x, pynn.arange(4))


# ---- together -------------------------------------------------------------------------------------------


def test_compose_calls_one_after_the_other():
    double = T.Compose([lambda x, y: (x * 2, y + 1), T.RandomHorizontalFlip(1.0)])
    x, y = double(pynn.tensor([[[[1.0, 2.0]]]]), pynn.tensor([3]))
    assert (x.tolist(), y.tolist()) == ([[[[4.0, 2.0]]]], [4])
    images = T.Compose([T.RandomVerticalFlip(1.0), T.CenterCrop(1)])(pynn.tensor([[[[1.0], [2.0]]]]))
    assert images.tolist() == [[[[2.0]]]]
    assert "RandomVerticalFlip(p=0.5)" in repr(T.Compose([T.RandomVerticalFlip()]))


def test_compose_hands_the_mode_on():
    both = T.Compose([T.RandomHorizontalFlip(1.0), T.CenterCrop(2)]).eval()
    x = pynn.arange(9.0).reshape(1, 1, 3, 3)
    assert pynn.equal(both(x), T.CenterCrop(2)(x))


def test_a_loader_changes_its_batches_alike_for_any_number_of_workers():
    set_ = data.TensorDataset(pynn.rand(40, 1, 8, 8), pynn.randint(0, 3, (40,)))
    augment = T.Compose([T.RandomCrop(8, padding=2), T.RandomErasing(), T.MixUp(num_classes=3)])
    epochs = []
    for workers in (0, 1, 3):
        pynn.manual_seed(1)
        loader = data.DataLoader(set_, 7, shuffle=True, num_workers=workers, transform=augment)
        epochs.append([[(x.numpy(), y.numpy()) for x, y in loader] for _ in range(2)])
    for other in epochs[1:]:
        for batches, again in zip(epochs[0], other, strict=True):
            for a, b in zip(batches, again, strict=True):
                np.testing.assert_array_equal(a[0], b[0])
                np.testing.assert_array_equal(a[1], b[1])
    first, second = epochs[0]
    same = data.TensorDataset(pynn.ones(40, 1, 8, 8))
    erased = [x.numpy().tobytes() for x in data.DataLoader(same, 20, transform=T.RandomErasing(1.0), seed=0)]
    assert len(set(erased)) == 2  # each batch has its own numbers
    assert (first[0][0] != second[0][0]).any()


def test_a_seeded_loader_does_not_touch_the_shared_numbers():
    set_ = data.TensorDataset(pynn.rand(10, 1, 4, 4))

    def batches(seed):
        loader = data.DataLoader(set_, 5, transform=T.RandomHorizontalFlip(), seed=seed)
        return [[x.numpy() for x in loader] for _ in range(3)]

    before = pynn.get_rng_state()
    a = batches(3)
    assert pynn.get_rng_state() == before
    np.testing.assert_array_equal(a, batches(3))
    assert any((a[0][i] != a[j][i]).any() for i in range(2) for j in (1, 2))


def test_any_function_can_be_the_transform():
    set_ = data.TensorDataset(pynn.ones(4, 2), pynn.zeros(4))
    doubled = data.DataLoader(set_, 2, transform=lambda x, y: (x * 2, y))
    assert [x.tolist() for x, _ in doubled] == [[[2.0, 2.0]] * 2] * 2
    single = data.DataLoader([1.0, 2.0], 2, transform=lambda x: x + 1)
    assert [x.tolist() for x in single] == [[2.0, 3.0]]


def test_a_stream_is_transformed_too():
    class Stream(data.IterableDataset):
        def __iter__(self):
            return iter([(pynn.ones(1, 4, 4), i) for i in range(5)])

    def epoch():
        pynn.manual_seed(2)
        return list(data.DataLoader(Stream(), 2, transform=T.RandomErasing(1.0)))

    batches = epoch()
    assert [labels.tolist() for _, labels in batches] == [[0, 1], [2, 3], [4]]
    assert all((images == 0).flatten(1).any(1).all() for images, _ in batches)
    for (a, _), (b, _) in zip(batches, epoch(), strict=True):
        assert pynn.equal(a, b)


def test_a_failing_transform_is_heard_from_a_worker():
    set_ = data.TensorDataset(pynn.ones(4, 2))
    with pytest.raises(pynn.ShapeError, match="RandomHorizontalFlip"):
        list(data.DataLoader(set_, 2, num_workers=2, transform=T.RandomHorizontalFlip()))


def test_training_with_augmentation():
    digits = data.load_digits(images=True)
    x, y = digits.x[:600] / 16, digits.y[:600]
    pynn.manual_seed(0)
    model = nn.Sequential(
        T.Normalize().adapt(x), nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    )
    model.compile(
        optimizer=pynn.optim.Adam(model.parameters(), lr=0.01), loss="cross_entropy", metrics=["accuracy"]
    )
    augment = T.Compose([T.RandomTranslation(0.1), T.MixUp(0.2, num_classes=10)])
    loader = data.DataLoader(data.TensorDataset(x, y), 32, shuffle=True, transform=augment)
    history = model.fit(loader, epochs=8, verbose=0, validation_data=(x, y))
    assert history["val_accuracy"][-1] > 0.85


def test_as_a_part_of_the_model_it_rests_in_evaluation():
    model = nn.Sequential(T.RandomErasing(1.0), nn.Flatten())
    x = pynn.ones(4, 1, 8, 8)
    assert (model(x) == 0).any()
    assert not (model.eval()(x) == 0).any()
