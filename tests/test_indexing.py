"""x[key] and x[key] = value: NumPy's rules, gradients, and errors that say what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn
from pynn.autograd import gradcheck, gradgradcheck

SHAPE = (4, 3, 5)


def ramp(*shape: int, dtype: type = np.float64) -> np.ndarray:
    return np.arange(np.prod(shape), dtype=dtype).reshape(shape)


@st.composite
def keys(draw: st.DrawFn) -> tuple[object, ...]:
    """A key for a tensor of SHAPE: up to three axes, new axes and an Ellipsis among them.

    Integer arrays of one key share the shape (2, 3) or broadcast against it.
    """
    used = draw(st.integers(0, 3))
    from_the_end = draw(st.booleans())
    axes = range(3 - used, 3) if from_the_end else range(used)
    key: list[object] = [...] if from_the_end else []
    for axis in axes:
        size = SHAPE[axis]
        kind = draw(st.sampled_from(["int", "slice", "array", "mask"]))
        if kind == "int":
            key.append(draw(st.integers(-size, size - 1)))
        elif kind == "slice":
            step = draw(st.sampled_from([None, 1, 2, 3, -1, -2]))
            ends = st.none() | st.integers(-size - 2, size + 2)
            key.append(slice(draw(ends), draw(ends), step))
        elif kind == "array":
            shape = draw(st.sampled_from([(2, 3), (3,), (2, 1)]))
            count = int(np.prod(shape))
            values = draw(st.lists(st.integers(-size, size - 1), min_size=count, max_size=count))
            key.append(np.array(values).reshape(shape))
        else:
            key.append(np.arange(size) < 1)  # one True: broadcasts with any other lookup
    for _ in range(draw(st.integers(0, 2))):
        key.insert(draw(st.integers(0, len(key))), None)
    return tuple(key)


def for_pynn(key: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(pynn.tensor(k) if isinstance(k, np.ndarray) else k for k in key)


@settings(max_examples=300, derandomize=True)
@given(keys())
def test_getting_agrees_with_numpy(key):
    x = ramp(*SHAPE)
    want = x[key]
    for own_key in (key, for_pynn(key)):
        got = pynn.tensor(x)[own_key]
        assert got.shape == want.shape
        np.testing.assert_array_equal(got.numpy(), want)


@settings(max_examples=300, derandomize=True)
@given(keys(), st.booleans())
def test_setting_agrees_with_numpy(key, with_array):
    want = ramp(*SHAPE)
    got = pynn.tensor(want)
    # One value for a place that is written twice: NumPy does not say which of several would win.
    value = np.full(want[key].shape, -1.0) if with_array else -1.0
    want[key] = value
    got[for_pynn(key)] = pynn.tensor(value) if with_array else value
    np.testing.assert_array_equal(got.numpy(), want)


@settings(max_examples=100, derandomize=True)
@given(keys(), st.permutations(range(3)))
def test_getting_from_a_permuted_tensor(key, axes):
    back = np.argsort(axes)
    x = ramp(*SHAPE)
    t = pynn.tensor(np.ascontiguousarray(x.transpose(axes))).permute(*(int(a) for a in back))
    assert t.shape == SHAPE
    np.testing.assert_array_equal(t[for_pynn(key)].numpy(), x[key])


def test_a_mask_over_several_axes():
    x = ramp(4, 3, 5)
    mask = x.sum(-1) % 2 == 0
    np.testing.assert_array_equal(pynn.tensor(x)[pynn.tensor(mask)].numpy(), x[mask])
    t = pynn.tensor(x)
    t[pynn.tensor(mask)] = pynn.arange(5.0)
    x[mask] = np.arange(5.0)
    np.testing.assert_array_equal(t.numpy(), x)


def test_a_value_broadcasts_over_the_part():
    x = pynn.zeros(2, 3)
    x[:, 1:] = pynn.tensor([[1.0], [2.0]])
    assert x.tolist() == [[0, 1, 1], [0, 2, 2]]


def test_overlapping_parts_are_copied_as_if_the_source_were_apart():
    x = pynn.arange(6)
    x[1:] = x[:-1]
    assert x.tolist() == [0, 0, 1, 2, 3, 4]


def test_basic_keys_are_views_and_lookups_are_copies():
    x = pynn.zeros(4)
    x[1:3][0] = 5
    x[pynn.tensor([3])][0] = 7
    assert x.tolist() == [0, 5, 0, 0]


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.int32, pynn.int64, pynn.uint8, pynn.bool], ids=str)
def test_every_dtype_keeps_its_values(dtype):
    x = pynn.tensor([[1, 0, 1], [0, 1, 1]], dtype=dtype)
    assert x[1].dtype == x[pynn.tensor([1])].dtype == dtype
    assert x[pynn.tensor([1, 0]), ::2].tolist() == pynn.tensor([[0, 1], [1, 1]], dtype=dtype).tolist()


KEYS_FOR_GRADIENTS = {
    "int": 1,
    "slice": (slice(None, None, 2), slice(1, None)),
    "reversed": (slice(None), slice(None, None, -1)),
    "ellipsis and new axis": (None, ..., 0),
    "array with a repeated row": np.array([0, 2, 0]),
    "two arrays": (np.array([0, 2, 0]), np.array([1, 1, 1])),
    "mask": np.array([True, False, True]),
    "array, int and slice": (slice(1, None), np.array([1, 0])),
}


@pytest.mark.parametrize("name", KEYS_FOR_GRADIENTS)
def test_gradients_of_getting(name):
    key = KEYS_FOR_GRADIENTS[name]
    x = pynn.tensor(np.random.default_rng(0).standard_normal((3, 4)), pynn.float64, requires_grad=True)
    assert gradcheck(lambda x: x[key] * x[key], x)
    assert gradgradcheck(lambda x: x[key] ** 3, x)


@pytest.mark.parametrize("name", [n for n in KEYS_FOR_GRADIENTS if n not in ("two arrays",)])
def test_gradients_of_setting(name):
    """Of the value that is written, and of what stays; a place written twice has no gradient to check."""
    key = KEYS_FOR_GRADIENTS[name]
    if "repeated" in name:
        key = np.array([0, 2])
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 4))
    value = pynn.tensor(rng.standard_normal(x[key].shape), pynn.float64, requires_grad=True)

    def set_it(x, value):
        y = x * 2
        y[key] = value * value
        return y * y

    assert gradcheck(set_it, [pynn.tensor(x, pynn.float64, requires_grad=True), value])


@pytest.mark.parametrize(
    ("key", "error", "says"),
    [
        (3, IndexError, r"index 3 is outside axis 0 of size 3 \(shape \(3, 4\)\)"),
        (-4, IndexError, "index -4 is outside axis 0 of size 3"),
        ((0, 4), IndexError, "index 4 is outside axis 1 of size 4"),
        (2**62, IndexError, "outside axis 0"),
        ((0, 0, 0), IndexError, "has 2 axes, the key indexes more"),
        ((..., 0, ...), IndexError, "at most one Ellipsis"),
        ([0, 3], IndexError, "3"),
        ([0, -4], IndexError, "-4"),
        ([0.5], IndexError, "integers or bools"),
        ("row", IndexError, "not str"),
        (1.0, IndexError, "not float"),
        ([True, False], IndexError, "2"),
        (([0, 1], [0, 1, 2]), (IndexError, pynn.ShapeError), "broadcast"),
        (slice(None, None, 0), ValueError, "step"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong(key, error, says):
    x = pynn.zeros(3, 4)
    with pytest.raises(error, match=says):
        x[key]
    with pytest.raises(error, match=says):
        x[key] = 1.0
    assert x.sum().item() == 0


def test_a_value_that_does_not_fit():
    x = pynn.zeros(3, 4)
    with pytest.raises(pynn.ShapeError, match=r"\(3\).*\(4\)|\(3,\).*\(4,\)"):
        x[0] = pynn.ones(3)
    with pytest.raises(pynn.ShapeError):
        x[pynn.tensor([0, 1])] = pynn.ones(3)
    assert x.sum().item() == 0
