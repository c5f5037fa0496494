"""Views: which functions share memory, and what in-place writes mean to versions and to gradients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn
from pynn.autograd import gradcheck

VIEWS = {
    "view": (lambda x: x.view(6, 4), lambda x: x.reshape(6, 4)),
    "view(-1)": (lambda x: x.view(-1), lambda x: x.reshape(-1)),
    "reshape": (lambda x: x.reshape(4, -1), lambda x: x.reshape(4, -1)),
    "flatten": (lambda x: x.flatten(1), lambda x: x.reshape(2, 12)),
    "unflatten": (lambda x: x.unflatten(2, (2, 2)), lambda x: x.reshape(2, 3, 2, 2)),
    "ravel": (lambda x: x.ravel(), lambda x: x.ravel()),
    "permute": (lambda x: x.permute(2, 0, 1), lambda x: x.transpose(2, 0, 1)),
    "transpose": (lambda x: x.transpose(0, -1), lambda x: x.swapaxes(0, -1)),
    "movedim": (lambda x: x.movedim(0, 2), lambda x: np.moveaxis(x, 0, 2)),
    "mT": (lambda x: x.mT, lambda x: x.swapaxes(-1, -2)),
    "unsqueeze": (lambda x: x.unsqueeze(-1), lambda x: x[..., None]),
    "squeeze": (lambda x: x[:1].squeeze(0), lambda x: x[0]),
    "narrow": (lambda x: x.narrow(2, 1, 2), lambda x: x[:, :, 1:3]),
    "select": (lambda x: x.select(1, -1), lambda x: x[:, -1]),
    "diagonal": (lambda x: x.diagonal(1, 1, 2), lambda x: x.diagonal(1, 1, 2)),
    "unfold": (
        lambda x: x.unfold(2, 2, 2),
        lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=2)[:, :, ::2],
    ),
    "split": (lambda x: x.split(2, 2)[1], lambda x: x[:, :, 2:]),
    "chunk": (lambda x: x.chunk(2, 0)[1], lambda x: x[1:]),
    "unbind": (lambda x: x.unbind(1)[2], lambda x: x[:, 2]),
    "steps": (lambda x: x[:, ::2, 1::2], lambda x: x[:, ::2, 1::2]),
    "detach": (lambda x: x.detach(), lambda x: x),
}  # fmt: skip


def numbers() -> np.ndarray:
    return np.arange(24, dtype=np.float32).reshape(2, 3, 4)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shares_memory_with_its_base(name):
    view_of, numpy_view_of = VIEWS[name]
    x = pynn.tensor(numbers())
    v, want = view_of(x), numpy_view_of(numbers())
    np.testing.assert_array_equal(v.numpy(), want)

    v.fill_(-1)
    expected = numbers()
    expected[np.isin(expected, want)] = -1
    np.testing.assert_array_equal(x.numpy(), expected)

    x.zero_()
    assert v.abs().sum().item() == 0
    assert v._version == x._version == 2


@pytest.mark.parametrize("name", VIEWS)
def test_strides_are_those_of_numpy(name):
    view_of, numpy_view_of = VIEWS[name]
    v, want = view_of(pynn.tensor(numbers())), numpy_view_of(numbers())
    strides = tuple(s // 4 for s in want.strides)
    assert [s for n, s in zip(v.shape, v.stride(), strict=True) if n > 1] == [
        s for n, s in zip(want.shape, strides, strict=True) if n > 1
    ]
    assert v.is_contiguous() == want.flags.c_contiguous


@pytest.mark.parametrize("name", [n for n in VIEWS if n != "detach"])
def test_gradients_through_a_view_and_through_writes_to_it(name):
    view_of = VIEWS[name][0]
    x = pynn.tensor(np.random.default_rng(0).standard_normal((2, 3, 4)), pynn.float64, requires_grad=True)
    assert gradcheck(lambda x: view_of(x) ** 2, x)

    def write(x):
        y = x * 1
        view_of(y).mul_(3.0)
        view_of(y).exp_()
        return y * y

    assert gradcheck(write, x)


COPIES = {
    "clone": lambda x: x.clone(),
    "reshape of a transpose": lambda x: x.mT.reshape(-1),
    "contiguous of a transpose": lambda x: x.mT.contiguous(),
    "repeat": lambda x: x.repeat(1, 1, 1),
    "flip": lambda x: x.flip(0),
    "roll": lambda x: x.roll(1, 0),
    "list index": lambda x: x[[0, 1]],
    "tensor()": lambda x: pynn.tensor(x.numpy()),
    "to another dtype": lambda x: x.double(),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_stands_alone(name):
    x = pynn.tensor(numbers())
    COPIES[name](x).fill_(-1)
    np.testing.assert_array_equal(x.numpy(), numbers())


def test_what_needs_no_copy_makes_none():
    x = pynn.tensor(numbers())
    for same in (x.contiguous(), x.float(), x.reshape(24), x.expand(2, 3, 4), x.squeeze()):
        assert same.data_ptr() == x.data_ptr()


def test_expand_repeats_without_memory_and_refuses_writes():
    x = pynn.tensor([[1.0], [2.0]])
    v = x.expand(2, 3)
    assert v.tolist() == [[1, 1, 1], [2, 2, 2]]
    assert v.stride() == (1, 0)
    with pytest.raises((RuntimeError, ValueError), match=r"clone|contiguous"):
        v.add_(1)
    assert x.tolist() == [[1], [2]]


@settings(max_examples=200, derandomize=True)
@given(
    st.permutations(range(3)), st.sampled_from([(24,), (6, 4), (4, 6), (2, 12), (3, 8), (2, 2, 6), (1, 24)])
)
def test_view_takes_exactly_the_shapes_that_need_no_copy(axes, shape):
    """NumPy's assignment to `shape` is as strict as view."""
    permuted = numbers().transpose(axes)
    t = pynn.tensor(numbers()).permute(*axes)
    try:
        without_copy = permuted.view()
        without_copy.shape = shape
    except AttributeError:
        with pytest.raises(pynn.ShapeError, match="without a copy"):
            t.view(shape)
    else:
        assert t.view(shape).data_ptr() == t.data_ptr()
    np.testing.assert_array_equal(t.reshape(shape).numpy(), permuted.reshape(shape))


# Steps that any shape of one axis or more allows, the same text for a Tensor and an array.
STEPS = [
    lambda x: x[::2],
    lambda x: x[..., 1:],
    lambda x: x[None],
    lambda x: x.swapaxes(0, -1),
    lambda x: x[..., ::-1],
    lambda x: x[-1:],
]


@settings(max_examples=100, derandomize=True)
@given(st.lists(st.sampled_from(STEPS), min_size=2, max_size=4))
def test_views_of_views_share_the_first_memory(steps):
    x, array = pynn.tensor(numbers()), numbers()
    v, want = x, array
    for step in steps:
        v, want = step(v), step(want)
    np.testing.assert_array_equal(v.numpy(), want)
    v.sub_(100)
    want -= 100
    np.testing.assert_array_equal(x.numpy(), array)


def test_versions_count_writes_and_are_shared():
    x = pynn.zeros(4)
    v = x[1:]
    assert x._version == 0
    x.add_(1)
    v.mul_(2)
    v[0] = 5
    assert x._version == v._version == 3
    assert x.clone()._version == 0
    x + 1
    assert x._version == 3


def test_a_leaf_and_its_views_refuse_writes():
    x = pynn.ones(3, requires_grad=True)
    for write in (lambda: x.add_(1), lambda: x[:2].add_(1), lambda: x.__setitem__(0, 2.0)):
        with pytest.raises(pynn.AutogradError, match="leaf"):
            write()
    with pynn.no_grad():
        x.add_(1)
    assert x.tolist() == [2, 2, 2]
    assert x.is_leaf


def test_a_write_to_the_base_reaches_the_history_of_a_view():
    x = pynn.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 1
    v = y[1:]
    y.mul_(10)
    assert v.tolist() == [20, 30]
    v.sum().backward()
    assert x.grad.tolist() == [0, 10, 10]


def test_a_write_to_one_view_reaches_another():
    x = pynn.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 1
    a, b = y[:2], y[1:]
    a.mul_(10)
    assert b.tolist() == [20, 3]
    b.sum().backward()
    assert x.grad.tolist() == [0, 10, 1]


def test_a_constant_becomes_part_of_the_graph_by_a_write():
    w = pynn.tensor([2.0, 3.0], requires_grad=True)
    buffer = pynn.zeros(3)
    assert not buffer.requires_grad
    buffer[1:] = w * w
    assert buffer.requires_grad
    buffer.sum().backward()
    assert w.grad.tolist() == [4, 6]


def test_writes_through_detach_are_noticed():
    x = pynn.tensor([1.0, 2.0], requires_grad=True)
    w = x * 1
    y = w * w  # saves w
    w.detach().zero_()
    with pytest.raises(pynn.AutogradError, match="in place"):
        y.sum().backward()


ERRORS = [
    (lambda x: x.view(7), pynn.ShapeError, r"view.*24 elements"),
    (lambda x: x.view(-1, -1), pynn.ShapeError, "only one size can be -1"),
    (lambda x: x.view(-1, 7), pynn.ShapeError, "view"),
    (lambda x: x.permute(0, 1), pynn.ShapeError, "permute"),
    (lambda x: x.permute(0, 1, 1), pynn.ShapeError, "named twice"),
    (lambda x: x.transpose(0, 3), IndexError, "transpose: axis 3"),
    (lambda x: x.expand(3, 3, 4), pynn.ShapeError, "expand"),
    (lambda x: x.expand(4), pynn.ShapeError, "expand"),
    (lambda x: x.squeeze(3), IndexError, "squeeze: axis 3"),
    (lambda x: x.unsqueeze(5), IndexError, "unsqueeze: axis 5"),
    (lambda x: x.narrow(2, 3, 2), IndexError, "narrow: start 3 and length 2"),
    (lambda x: x.narrow(2, 0, -1), (IndexError, ValueError), "narrow"),
    (lambda x: x.select(1, 3), IndexError, "select"),
    (lambda x: x.diagonal(0, 1, 1), (ValueError, IndexError), "diagonal"),
    (lambda x: x.unfold(2, 5, 1), pynn.ShapeError, "unfold"),
    (lambda x: x.unflatten(2, (3, 2)), pynn.ShapeError, "unflatten"),
    (lambda x: x.flatten(2, 1), (ValueError, IndexError), "flatten"),
]


@pytest.mark.parametrize(("wrong", "error", "says"), ERRORS)
def test_errors_name_the_op(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong(pynn.tensor(numbers()))


def pieces_of(x, how):
    return x.unbind(1) if how == "unbind" else x.split([1, 2, 1], 1)


@pytest.mark.parametrize("how", ["unbind", "split"])
@pytest.mark.parametrize("lie", ["in order", "backwards", "apart", "overlapping", "all one", "turned"])
def test_the_gradient_of_a_whole_from_pieces_that_lie_in_one_memory(how, lie):
    x = pynn.randn(3, 4, 5, requires_grad=True)
    pieces = pieces_of(x, how)
    whole = pynn.randn(3, 8, 5)
    if lie == "turned":
        whole = pynn.randn(5, 8, 3).permute(2, 1, 0)
    widths = [1] * 4 if how == "unbind" else [1, 2, 1]
    starts = {
        "in order": np.cumsum([0, *widths[:-1]]),
        "turned": np.cumsum([0, *widths[:-1]]),
        "backwards": np.cumsum([0, *widths[:0:-1]])[::-1],
        "apart": 2 * np.arange(len(widths)),
        "overlapping": np.arange(len(widths)) // 2,
        "all one": np.zeros(len(widths), int),
    }[lie]
    given = [whole[:, int(s) : int(s) + w] for s, w in zip(starts, widths, strict=True)]
    expected = np.concatenate([g.numpy() for g in given], 1)
    if how == "unbind":
        given = [g.squeeze(1) for g in given]
    (dx,) = pynn.autograd.grad(pieces, [x], given, retain_graph=True)
    np.testing.assert_array_equal(dx.numpy(), expected)
    pynn.autograd.backward(pieces, given)
    whole.fill_(0)  # what a user goes on to do with his gradient is not what x was given
    np.testing.assert_array_equal(x.grad.numpy(), expected)


def test_a_conversion_keeps_the_order_of_the_axes_in_memory():
    x = pynn.randn(2, 3, 4, 5, requires_grad=True)
    turned = x.permute(0, 2, 1, 3)
    y = turned.double()
    assert y.permute(0, 2, 1, 3).is_contiguous()
    np.testing.assert_array_equal(y.detach().numpy(), turned.detach().numpy())
    part = x[:, 1:, ::2].transpose(1, 2)
    z = part.double()
    assert z.transpose(1, 2).is_contiguous()
    np.testing.assert_array_equal(z.detach().numpy(), part.detach().numpy())
    z.square().sum().backward()
    np.testing.assert_allclose(x.grad.numpy()[:, 1:, ::2], 2 * x.detach().numpy()[:, 1:, ::2])
    spread = pynn.ones(3, 1).expand(3, 4).T.double()
    assert (spread == 1).all()
