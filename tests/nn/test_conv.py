"""Convolution layers against PyTorch in float64, and to the last bit where sums are exact."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
import pynn.nn.functional as F
from pynn import nn

rng = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def direct_sums() -> Iterator[None]:
    """Without the shorter way for 3 x 3, which is not exact: test_winograd.py is about that."""
    pynn.set_winograd_enabled(False)
    yield
    pynn.set_winograd_enabled(True)


def whole(*shape: int) -> np.ndarray:
    """Small integers as floats: their products and sums are exact, in any order."""
    return rng.integers(-4, 5, shape).astype(np.float32)


def agree_exactly(
    name: str, x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None, **options: Any
) -> None:
    """The value and all gradients of F.`name` are those of PyTorch, bit by bit."""
    arrays = [a for a in (x, weight, bias) if a is not None]
    ours = [pynn.from_numpy(a.copy()).requires_grad_() for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = getattr(F, name)(*ours, **options)
    z = getattr(torch.nn.functional, name)(*theirs, **options)
    np.testing.assert_array_equal(y.detach().numpy(), z.detach().numpy())
    dy = whole(*z.shape)
    y.backward(pynn.from_numpy(dy.copy()))
    z.backward(torch.tensor(dy))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a.grad.numpy(), b.grad.numpy())


SIZES_2D = [(7, 7), (8, 8), (14, 9), (5, 33), (40, 21)]
SETTINGS_2D = [
    # kernel, stride, padding, dilation
    ((3, 3), 1, 1, 1),
    ((3, 3), 2, 1, 1),
    ((1, 1), 1, 0, 1),
    ((1, 1), 2, 0, 1),
    ((1, 1), 1, 1, 1),
    ((5, 3), (1, 2), (2, 0), 1),
    ((2, 2), 2, 0, 1),
    ((2, 3), 3, 2, (2, 1)),
    ((3, 3), 1, 2, 2),
    ((4, 5), (3, 1), (1, 4), (1, 1)),
    ((3, 2), 4, 3, 1),
]


@pytest.mark.parametrize("size", SIZES_2D, ids=str)
@pytest.mark.parametrize("setting", SETTINGS_2D, ids=str)
def test_conv2d_over_sizes_and_settings(size: tuple[int, int], setting: tuple[Any, ...]) -> None:
    kernel, stride, padding, dilation = setting
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    agree_exactly("conv2d", whole(2, 3, *size), whole(5, 3, *kernel), whole(5), **options)


@pytest.mark.parametrize(
    ("batch", "groups", "channels", "outputs"),
    [
        (1, 1, 1, 1),
        (3, 1, 3, 16),
        (2, 1, 16, 8),
        (1, 1, 17, 33),
        (5, 1, 40, 50),
        (2, 2, 6, 4),
        (2, 3, 9, 27),
        (2, 8, 8, 8),
        (3, 5, 5, 10),
        (1, 16, 16, 16),
    ],
)
@pytest.mark.parametrize("stride", [1, 2])
def test_conv2d_over_channels_and_groups(
    batch: int, groups: int, channels: int, outputs: int, stride: int
) -> None:
    x, weight = whole(batch, channels, 12, 13), whole(outputs, channels // groups, 3, 3)
    agree_exactly("conv2d", x, weight, whole(outputs), stride=stride, padding=1, groups=groups)
    agree_exactly("conv2d", x, weight, None, stride=stride, groups=groups)


@pytest.mark.parametrize("length", [7, 16, 100, 1000])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"), [(3, 1, 1, 1), (5, 2, 1, 1), (4, 3, 6, 2)]
)
def test_conv1d(length: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    agree_exactly("conv1d", whole(3, 4, length), whole(6, 4, kernel), whole(6), **options)
    agree_exactly("conv1d", whole(2, 6, length), whole(6, 1, kernel), whole(6), groups=6, **options)


@pytest.mark.parametrize("setting", [(1, 0, 1), (2, 1, 1), ((1, 2, 3), (2, 0, 1), (1, 2, 1))], ids=str)
@pytest.mark.parametrize("groups", [1, 2])
def test_conv3d(setting: tuple[Any, ...], groups: int) -> None:
    stride, padding, dilation = setting
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    agree_exactly("conv3d", whole(2, 4, 5, 8, 9), whole(6, 4 // groups, 2, 3, 3), whole(6), **options)


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "output_padding", "dilation"),
    [
        (3, 1, 0, 0, 1),
        (3, 1, 2, 0, 1),
        (4, 2, 1, 0, 1),
        (3, 2, 1, 1, 1),
        (2, 3, 0, 2, 1),
        (3, 2, 2, 2, 3),
        (1, 2, 0, 1, 1),
        (5, 1, 6, 0, 2),
    ],
)
@pytest.mark.parametrize("groups", [1, 2])
def test_transposed(
    kernel: int, stride: int, padding: int, output_padding: int, dilation: int, groups: int
) -> None:
    options = {
        "stride": stride,
        "padding": padding,
        "output_padding": output_padding,
        "dilation": dilation,
        "groups": groups,
    }
    for name, size in (
        ("conv_transpose1d", (9,)),
        ("conv_transpose2d", (7, 9)),
        ("conv_transpose3d", (7, 5, 6)),
    ):
        weight = whole(4, 6 // groups, *[kernel] * len(size))
        agree_exactly(name, whole(2, 4, *size), weight, whole(6), **options)


def test_one_sample_without_a_batch() -> None:
    agree_exactly("conv1d", whole(3, 9), whole(4, 3, 2), whole(4))
    agree_exactly("conv2d", whole(3, 9, 8), whole(4, 3, 2, 3), whole(4), padding=1)
    agree_exactly("conv3d", whole(3, 4, 5, 6), whole(4, 3, 2, 3, 2), whole(4), padding=1)
    agree_exactly("conv_transpose2d", whole(3, 4, 5), whole(3, 4, 2, 3), whole(4), stride=2)


def test_an_empty_batch() -> None:
    agree_exactly("conv2d", whole(0, 3, 8, 8), whole(4, 3, 3, 3), whole(4))
    agree_exactly("conv_transpose2d", whole(0, 3, 8, 8), whole(3, 4, 3, 3), whole(4))


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("words", ["same", "valid"])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
@pytest.mark.parametrize("dilation", [1, 2, 3])
def test_padding_in_words(words: str, kernel: int, dilation: int) -> None:
    options = {"padding": words, "dilation": dilation}
    agree_exactly("conv1d", whole(2, 3, 20), whole(4, 3, kernel), whole(4), **options)
    agree_exactly("conv2d", whole(2, 3, 13, 12), whole(4, 3, kernel, 2), whole(4), **options)


def test_bias_with_padding_and_gaps_in_memory() -> None:
    x, weight = whole(9, 8, 3, 2).transpose(3, 2, 1, 0), whole(3, 3, 3, 4).transpose(3, 2, 1, 0)
    y = F.conv2d(pynn.from_numpy(x), pynn.from_numpy(weight), padding=1)
    z = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(weight), padding=1)
    np.testing.assert_array_equal(y.numpy(), z.numpy())


@pytest.mark.parametrize("seed", range(40))
def test_random_settings(seed: int) -> None:
    draw = np.random.default_rng(seed)
    axes, groups = int(draw.integers(1, 4)), int(draw.choice([1, 1, 2, 7]))
    inputs, outputs = int(draw.choice([1, 2, 5])), int(draw.choice([1, 3, 8, 20]))

    def per_axis(low: int, high: int) -> tuple[int, ...]:
        return tuple(draw.integers(low, high, axes).tolist())

    kernel, stride, dilation, padding = (per_axis(*b) for b in ((1, 6), (1, 5), (1, 4), (0, 5)))
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    size = [r + int(draw.integers(0, 40 // axes**2)) for r in reach]
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    x, weight = whole(3, inputs * groups, *size), whole(outputs * groups, inputs, *kernel)
    agree_exactly(f"conv{axes}d", x, weight, whole(outputs * groups), **options)
    options["padding"] = tuple(min(p, (r - 1) // 2) for p, r in zip(padding, reach, strict=True))
    weight = whole(inputs * groups, outputs, *kernel)
    agree_exactly(f"conv_transpose{axes}d", x, weight, whole(outputs * groups), **options)


def test_an_image_that_no_tap_reaches() -> None:
    agree_exactly("conv2d", whole(2, 3, 2, 2), whole(20, 3, 1, 1), None, stride=5, padding=1)


LAYERS = [
    ("Conv1d", (4, 6, 3), {"padding": 1}, (2, 4, 11)),
    ("Conv2d", (4, 6, 3), {"padding": "same", "dilation": 2}, (2, 4, 11, 9)),
    ("Conv2d", (4, 6, (3, 2)), {"padding": "same", "padding_mode": "reflect"}, (2, 4, 11, 9)),
    ("Conv2d", (4, 6, 3), {"padding": (2, 1), "padding_mode": "replicate", "stride": 2}, (2, 4, 11, 9)),
    ("Conv2d", (4, 6, 3), {"padding": 2, "padding_mode": "circular"}, (4, 11, 9)),
    ("Conv2d", (4, 8, 3), {"groups": 4, "bias": False}, (2, 4, 11, 9)),
    ("Conv3d", (2, 3, (1, 2, 3)), {"padding": (0, 1, 2)}, (2, 2, 4, 5, 6)),
    ("ConvTranspose1d", (4, 6, 3), {"stride": 2, "output_padding": 1}, (2, 4, 11)),
    ("ConvTranspose2d", (4, 6, 3), {"stride": 2, "padding": 1, "groups": 2}, (2, 4, 5, 6)),
    ("ConvTranspose3d", (2, 3, 2), {"dilation": 2}, (2, 2, 3, 4, 5)),
    ("Unfold", ((2, 3),), {"padding": 1, "stride": 2}, (2, 3, 7, 8)),
    ("Fold", ((6, 7), (2, 3)), {"padding": 1, "dilation": (2, 1)}, (2, 12, 42)),
]


@pytest.mark.parametrize(("name", "args", "options", "shape"), LAYERS, ids=str)
def test_layers(name: str, args: Any, options: dict[str, Any], shape: tuple[int, ...]) -> None:
    ours = getattr(nn, name)(*args, **options)
    theirs = getattr(torch.nn, name)(*args, **options)
    assert [(n, tuple(p.shape)) for n, p in ours.named_parameters()] == [
        (n, tuple(p.shape)) for n, p in theirs.named_parameters()
    ]
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        values = whole(*q.shape)
        p.data = pynn.from_numpy(values)
        q.data = torch.tensor(values)
    x = whole(*shape)
    a, b = pynn.from_numpy(x.copy()).requires_grad_(), torch.tensor(x, requires_grad=True)
    y, z = ours(a), theirs(b)
    np.testing.assert_array_equal(y.detach().numpy(), z.detach().numpy())
    dy = whole(*z.shape)
    y.backward(pynn.from_numpy(dy.copy()))
    z.backward(torch.tensor(dy))
    np.testing.assert_array_equal(a.grad.numpy(), b.grad.numpy())
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_array_equal(p.grad.numpy(), q.grad.numpy())


def test_output_size_chooses_among_sizes() -> None:
    layer = nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1)
    x = pynn.ones(1, 3, 6, 6)
    assert layer(x).shape == (1, 2, 11, 11)
    assert layer(x, output_size=(12, 11)).shape == (1, 2, 12, 11)
    assert layer(x, output_size=(1, 2, 12, 12)).shape == (1, 2, 12, 12)
    with pytest.raises(pynn.ShapeError, match=r"ConvTranspose2d.*\[11, 11\] to \[12, 12\].*\(13, 12\)"):
        layer(x, output_size=(13, 12))


def test_channels_are_learnt_from_the_first_input() -> None:
    layer = nn.Conv2d(None, 8, 3, groups=2)
    assert layer(pynn.ones(2, 4, 5, 5)).shape == (2, 8, 3, 3)
    assert (layer.in_channels, layer.weight.shape) == (4, (8, 2, 3, 3))
    up = nn.ConvTranspose1d(None, 6, 2)
    up.build((None, 3, 7))
    assert up.weight.shape == (3, 6, 2)
    other = nn.Conv2d(None, 8, 3, groups=2)
    other.load_state_dict(layer.state_dict())
    assert other.in_channels == 4


def test_the_start_has_the_bounds_of_its_docstring() -> None:
    pynn.manual_seed(0)
    for layer, fan in ((nn.Conv2d(6, 4, 5, groups=2), 75), (nn.ConvTranspose2d(6, 4, 5), 100)):
        for p in layer.parameters():
            assert float(p.abs().max()) <= fan**-0.5
        assert float(layer.weight.abs().max()) > 0.9 * fan**-0.5


@pytest.mark.parametrize(("stride", "groups", "dilation"), list(itertools.product([1, 2], [1, 2], [1, 2])))
def test_second_derivatives(stride: int, groups: int, dilation: int) -> None:
    x, w, b, v = (
        pynn.from_numpy(rng.standard_normal(s))
        for s in ((1, 2, 6, 5), (4, 2 // groups, 3, 2), (4,), (2, 4 // groups, 2, 3))
    )
    for t in (x, w, b, v):
        t.requires_grad_()

    def down(x: Any, w: Any, b: Any) -> Any:
        return F.conv2d(x, w, b, stride, 1, dilation, groups)

    def up(x: Any, v: Any) -> Any:
        return F.conv_transpose2d(x, v, None, stride, 1, 0, groups, dilation)

    assert pynn.autograd.gradcheck(down, (x, w, b))
    assert pynn.autograd.gradgradcheck(down, (x, w, b))
    assert pynn.autograd.gradcheck(up, (x, v))
    assert pynn.autograd.gradgradcheck(up, (x, v))


def test_a_gradient_penalty_trains() -> None:
    """The norm of a critic's gradient, as WGAN-GP penalises it, has a gradient for the critic's weights."""
    critic = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.Tanh(), nn.Conv2d(4, 1, 4))
    x = pynn.randn(3, 1, 8, 8).requires_grad_()
    (dx,) = pynn.autograd.grad([critic(x).sum()], [x], create_graph=True)
    ((dx * dx).sum((1, 2, 3)).sqrt() - 1).square().mean().backward()
    assert all(bool((p.grad != 0).any()) for p in (critic[0].weight, critic[2].weight))


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64])
def test_threads_change_no_bit(dtype: Any) -> None:
    before = pynn.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            pynn.set_num_threads(threads)
            pynn.manual_seed(0)
            found = []
            for shape, layer in (
                ((5, 8, 20, 19), nn.Conv2d(8, 24, 3, padding=1, dtype=dtype)),
                ((1, 3, 40, 50), nn.Conv2d(3, 10, 7, stride=2, dtype=dtype)),
                ((4, 16, 20, 20), nn.Conv2d(16, 16, 3, groups=16, dtype=dtype)),
                ((3, 16, 9, 9), nn.Conv2d(16, 32, 1, dtype=dtype)),
                ((2, 8, 9, 9), nn.ConvTranspose2d(8, 4, 4, 2, 1, dtype=dtype)),
            ):
                x = pynn.randn(*shape, dtype=dtype).requires_grad_()
                y = layer(x)
                y.backward(pynn.randn(*y.shape, dtype=dtype))
                found += [y.detach().numpy(), x.grad.numpy(), *(p.grad.numpy() for p in layer.parameters())]
            results.append(found)
    finally:
        pynn.set_num_threads(before)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize(
    ("size", "setting"),
    [
        ((1, 1), ((3, 3), 1, 1, 1)),
        ((2, 2), ((3, 3), 2, 1, 1)),
        ((4, 4), ((3, 3), 1, 1, 1)),
        ((7, 7), ((3, 3), 2, 1, 1)),
        ((8, 8), ((3, 3), (1, 2), 1, 1)),
        ((8, 5), ((5, 5), 1, 2, 1)),
        ((16, 16), ((3, 3), 2, 1, 1)),
        ((9, 16), ((2, 4), (3, 1), (1, 2), (2, 1))),
        ((19, 40), ((3, 3), 3, 0, 2)),
        ((90, 70), ((3, 3), 1, 1, 1)),  # several bands of rows
        ((90, 75), ((3, 3), 2, 1, 1)),
        ((6, 5000), ((3, 3), 1, 1, 1)),  # several bands in a row
        ((6, 5000), ((3, 3), 2, 1, 1)),
    ],
    ids=str,
)
def test_depthwise(size: tuple[int, int], setting: tuple[Any, ...]) -> None:
    kernel, stride, padding, dilation = setting
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": 3}
    batch = 2 if size[1] > 1000 else 7
    agree_exactly("conv2d", whole(batch, 3, *size), whole(3, 1, *kernel), whole(3), **options)


@pytest.mark.parametrize("stride", [1, 2, (3, 1, 2)], ids=str)
def test_depthwise_in_three_dimensions(stride: Any) -> None:
    options = {"stride": stride, "padding": 1, "groups": 5}
    agree_exactly("conv3d", whole(2, 5, 5, 4, 6), whole(5, 1, 2, 3, 3), whole(5), **options)


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_transposed(stride: int) -> None:
    options = {"stride": stride, "padding": 1, "groups": 4}
    agree_exactly("conv_transpose2d", whole(3, 4, 7, 9), whole(4, 1, 3, 3), whole(4), **options)


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_weight_gradient_of_an_infinite_gradient_stays_in_its_taps(stride: int) -> None:
    x, w = whole(2, 3, 6, 9) + 10, pynn.from_numpy(whole(3, 1, 3, 3)).requires_grad_()
    y = F.conv2d(pynn.from_numpy(x), w, padding=1, stride=stride, groups=3)
    dy = np.zeros(y.shape, np.float32)
    dy[0, 1, 0, 0] = np.inf  # the first row and the first column of the kernel read padding here
    y.backward(pynn.from_numpy(dy))
    touched = np.zeros(w.shape, bool)
    touched[1, 0, 1:, 1:] = True
    assert (w.grad.numpy()[touched] == np.inf).all()
    assert (np.isfinite(w.grad.numpy()[1, 0]) == ~touched[1, 0]).all()


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_weight_gradient_of_an_infinite_input_stays_in_its_taps(stride: int) -> None:
    x, w = whole(2, 3, 6, 9), whole(3, 1, 3, 3)
    x[1, 2, 0, 0] = np.inf  # the last row and the last column of the kernel never meet the first place
    ours = pynn.from_numpy(w).requires_grad_()
    F.conv2d(pynn.from_numpy(x), ours, padding=1, stride=stride, groups=3).sum().backward()
    x[1, 2, 0, 0] = 0
    without = pynn.from_numpy(w.copy()).requires_grad_()
    F.conv2d(pynn.from_numpy(x), without, padding=1, stride=stride, groups=3).sum().backward()
    touched = np.zeros(w.shape, bool)
    touched[2, 0, :2, :2] = np.array([[True, True], [True, True]]) if stride == 1 else [[0, 0], [0, 1]]
    found = ours.grad.numpy()
    assert np.isinf(found[touched]).all()
    np.testing.assert_array_equal(found[~touched], without.grad.numpy()[~touched])
