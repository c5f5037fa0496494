"""The Tensor itself: made from Python and NumPy, given back to them, and used with Python's operators."""

from __future__ import annotations

import copy
import operator
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn

DTYPES = [pynn.bool, pynn.uint8, pynn.int32, pynn.int64, pynn.float32, pynn.float64]
NUMPY_NAMES = ["bool", "uint8", "int32", "int64", "float32", "float64"]
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=str)


# ---- construction ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (True, pynn.bool, ()),
        (3, pynn.int64, ()),
        (3.0, pynn.float32, ()),
        ([1, 2], pynn.int64, (2,)),
        ([1, 2.5], pynn.float32, (2,)),
        ([True, False], pynn.bool, (2,)),
        ([True, 2], pynn.int64, (2,)),
        ([[1.0], [2.0]], pynn.float32, (2, 1)),
        (((1, 2), (3, 4)), pynn.int64, (2, 2)),
        ([], pynn.float32, (0,)),
        ([[], []], pynn.float32, (2, 0)),
        (range(4), pynn.int64, (4,)),
        (np.zeros((2, 3)), pynn.float32, (2, 3)),
        (np.float64(1.5), pynn.float32, ()),
        (np.arange(3, dtype=np.int32), pynn.int32, (3,)),
        ([np.zeros(2), np.ones(2)], pynn.float32, (2, 2)),
    ],
    ids=repr,
)
def test_types_and_shapes_of_what_python_gives(value, dtype, shape):
    x = pynn.tensor(value)
    assert (x.dtype, x.shape) == (dtype, shape)
    np.testing.assert_array_equal(x.numpy(), np.asarray(value))


@dtypes
def test_a_dtype_may_be_asked_for(dtype):
    x = pynn.tensor([0, 1, 2], dtype=dtype)
    assert x.dtype == dtype
    assert x.tolist() == ([False, True, True] if dtype == pynn.bool else [0, 1, 2])


@pytest.mark.parametrize(
    ("value", "error", "says"),
    [
        ([[1], [1, 2]], ValueError, "same length"),
        ("text", TypeError, "cannot make a tensor of str"),
        (None, TypeError, "NoneType"),
        ([1, None], TypeError, "NoneType"),
        ([1j], TypeError, "complex"),
        (np.array(["a"]), TypeError, "tensor|array|dtype"),
        ({"a": 1}, TypeError, "dict"),
        (2**70, (OverflowError, ValueError, TypeError), "int"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_tensor(value, error, says):
    with pytest.raises(error, match=says):
        pynn.tensor(value)


def test_tensor_copies_and_from_numpy_shares():
    array = np.zeros(3, dtype=np.float64)
    copied, shared = pynn.tensor(array), pynn.from_numpy(array)
    array[:] = 1
    assert copied.tolist() == [0, 0, 0]
    assert shared.tolist() == [1, 1, 1]
    assert shared.dtype == pynn.float64
    shared[0] = 5
    assert array[0] == 5


@pytest.mark.parametrize("cut", [np.s_[::-1], np.s_[::2], np.s_[:, ::-2], np.s_[1:, None]], ids=str)
def test_numpy_views_keep_their_order(cut):
    array = np.arange(12.0).reshape(4, 3)[cut]
    np.testing.assert_array_equal(pynn.from_numpy(array).numpy(), array)
    np.testing.assert_array_equal(pynn.tensor(array).numpy(), array)


# ---- back to Python and NumPy ----------------------------------------------------------------------------


@dtypes
def test_round_trips(dtype):
    x = pynn.tensor([[1, 0, 1], [0, 1, 1]], dtype=dtype)
    for way in (
        pynn.from_numpy(x.numpy()),
        pynn.from_numpy(np.asarray(x)),
        pynn.tensor(x.tolist(), dtype=dtype),
        pickle.loads(pickle.dumps(x)),
        copy.deepcopy(x),
        copy.copy(x),
        x.clone(),
    ):
        assert (way.dtype, way.shape, way.tolist()) == (x.dtype, x.shape, x.tolist())


@pytest.mark.parametrize("dtype", DTYPES[1:], ids=str)
def test_dlpack_shares_memory_both_ways(dtype):
    x = pynn.tensor([[1, 2, 3], [4, 5, 6]], dtype=dtype)
    array = np.from_dlpack(x.T)
    np.testing.assert_array_equal(array, x.numpy().T)
    x[0, 0] = 9
    assert array[0, 0] == 9

    source = np.arange(6, dtype=array.dtype).reshape(2, 3)[:, ::2]
    y = pynn.from_dlpack(source)
    assert (y.dtype, y.tolist()) == (dtype, source.tolist())
    source[0, 0] = 7
    assert y[0, 0].item() == 7


def test_numpy_shares_memory_and_asarray_obeys_copy():
    x = pynn.zeros(3)
    x.numpy()[0] = 1
    np.asarray(x)[1] = 2
    np.array(x)[2] = 3
    assert x.tolist() == [1, 2, 0]
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    with pytest.raises(ValueError, match="without a copy"):
        x.__array__(np.float64, copy=False)


def test_memory_outlives_its_tensor():
    array = pynn.ones(1000).numpy()
    pynn.zeros(1000)
    assert array.sum() == 1000


def test_numpy_of_a_tensor_with_a_gradient():
    with pytest.raises(pynn.AutogradError, match=r"x\.detach\(\)\.numpy\(\)"):
        pynn.ones(2, requires_grad=True).numpy()


@pytest.mark.parametrize(("value", "kind"), [(True, bool), (3, int), (2.5, float)])
def test_item_is_a_python_number(value, kind):
    for x in (pynn.tensor(value), pynn.tensor([[value]])):
        assert x.item() == value
        assert type(x.item()) is kind
    assert bool(pynn.tensor(value)) is True
    assert int(pynn.tensor(value)) == int(value)
    assert float(pynn.tensor(value)) == float(value)


def test_only_one_value_is_an_item_or_a_truth():
    for many in (pynn.zeros(2), pynn.zeros(0)):
        with pytest.raises(ValueError, match="item"):
            many.item()
        with pytest.raises(ValueError, match="truth"):
            bool(many)
        with pytest.raises((ValueError, TypeError)):
            float(many)


def test_an_integer_tensor_is_an_index():
    assert "abc"[pynn.tensor(1)] == "b"
    assert list(range(pynn.tensor(3))) == [0, 1, 2]
    with pytest.raises(TypeError):
        "abc"[pynn.tensor(1.0)]


def test_len_and_iteration_go_over_the_first_axis():
    x = pynn.tensor([[1, 2], [3, 4], [5, 6]])
    assert len(x) == 3
    assert [row.tolist() for row in x] == x.tolist()
    a, _, c = x
    assert (a + c).tolist() == [6, 8]
    with pytest.raises(TypeError, match="0-d"):
        len(pynn.tensor(1))
    with pytest.raises(TypeError, match="0-d"):
        iter(pynn.tensor(1))


def test_membership_asks_for_a_value():
    x = pynn.tensor([[1, 2], [3, 4]])
    assert 3 in x
    assert 5 not in x


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (pynn.tensor([1.0, 2.5]), "tensor([1. , 2.5])"),
        (pynn.tensor(3), "tensor(3)"),
        (pynn.tensor([True, False]), "tensor([ True, False])"),
        (pynn.tensor([1], dtype=pynn.int32), "tensor([1], dtype=pynn.int32)"),
        (pynn.zeros(0, 3), "tensor([], shape=(0, 3))"),
        (pynn.tensor([1.0], requires_grad=True), "tensor([1.], requires_grad=True)"),
        (pynn.tensor([1.0], requires_grad=True) * 2, "tensor([2.], op=mul)"),
    ],
)
def test_repr(x, text):
    assert repr(x) == str(x) == text


def test_repr_of_many_values_is_short():
    assert len(repr(pynn.zeros(1000, 1000))) < 1000


def test_format_of_one_value():
    assert f"{pynn.tensor(1.23456):.2f}" == "1.23"


def test_deepcopy_and_pickle_keep_what_a_leaf_is():
    x = pynn.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    y = copy.deepcopy(x)
    assert y.requires_grad
    assert y.grad.tolist() == [2, 4]
    with pynn.no_grad():
        y.zero_()
    assert x.tolist() == [1, 2]
    assert pickle.loads(pickle.dumps(x)).requires_grad
    twice = copy.deepcopy([x, x])
    assert twice[0] is twice[1]
    for refused in (copy.deepcopy, pickle.dumps):
        with pytest.raises(pynn.AutogradError, match=r"leaf.*x\.detach\(\)"):
            refused(x * 2)


# ---- operators and types ---------------------------------------------------------------------------------

ARITHMETIC = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"]
COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge"]
floats = st.floats(0.25, 8, width=32)


@settings(max_examples=40, derandomize=True)
@given(st.sampled_from(ARITHMETIC + COMPARISONS), st.lists(st.tuples(floats, floats), min_size=1, max_size=9))
def test_operators_agree_with_numpy(name, pairs):
    a, b = np.array(pairs).T
    f = getattr(operator, name)
    x, y = pynn.tensor(a, pynn.float64), pynn.tensor(b, pynn.float64)
    np.testing.assert_allclose(f(x, y).numpy(), f(a, b), rtol=1e-12, atol=1e-12)
    number = float(b[0])
    np.testing.assert_allclose(f(x, number).numpy(), f(a, number), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(f(number, x).numpy(), f(number, a), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(np.asarray(f(b, x)), f(b, a), rtol=1e-6, atol=1e-6)
    if name in ARITHMETIC:
        before = x
        x = getattr(operator, "i" + name)(x, y)
        assert x is before
        np.testing.assert_allclose(x.numpy(), f(a, b), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["and_", "or_", "xor", "lshift", "rshift"])
def test_operators_on_bits(name):
    f = getattr(operator, name)
    a, b = np.array([1, 6, 12]), np.array([3, 1, 2])
    assert f(pynn.tensor(a), pynn.tensor(b)).tolist() == f(a, b).tolist()
    assert f(pynn.tensor(a), 2).tolist() == f(a, 2).tolist()
    assert f(2, pynn.tensor(b)).tolist() == f(2, b).tolist()
    if name.endswith("shift"):
        return
    p, q = np.array([True, True, False]), np.array([True, False, False])
    assert f(pynn.tensor(p), pynn.tensor(q)).tolist() == f(p, q).tolist()


def test_unary_operators():
    x = pynn.tensor([-1.5, 2.0])
    assert (-x).tolist() == [1.5, -2]
    assert (+x).tolist() == [-1.5, 2]
    assert abs(x).tolist() == [1.5, 2]
    assert (~pynn.tensor([True, False])).tolist() == [False, True]
    assert (~pynn.tensor([0, 5])).tolist() == [-1, -6]
    with pytest.raises(pynn.DTypeError, match="neg"):
        -pynn.tensor(True)


@pytest.mark.parametrize("other", ["text", None, {}, object()], ids=lambda o: type(o).__name__)
def test_operands_that_are_no_numbers(other):
    x = pynn.ones(2)
    for name in ("add", "mul", "lt", "matmul"):
        with pytest.raises(TypeError):
            getattr(operator, name)(x, other)
    assert (x == other) is False
    assert (x != other) is True


# Rows and columns in the order of DTYPES. PyTorch's table: the wider of the two within a kind, and between
# kinds (bool < integer < float) the type of the higher one.
PROMOTION = [
    ["bool", "uint8", "int32", "int64", "float32", "float64"],
    ["uint8", "uint8", "int32", "int64", "float32", "float64"],
    ["int32", "int32", "int32", "int64", "float32", "float64"],
    ["int64", "int64", "int64", "int64", "float32", "float64"],
    ["float32", "float32", "float32", "float32", "float32", "float64"],
    ["float64", "float64", "float64", "float64", "float64", "float64"],
]


@pytest.mark.parametrize("i", range(6), ids=NUMPY_NAMES)
@pytest.mark.parametrize("j", range(6), ids=NUMPY_NAMES)
def test_promotion_of_two_tensors(i, j):
    a, b = pynn.tensor([1], dtype=DTYPES[i]), pynn.tensor([1], dtype=DTYPES[j])
    want = getattr(pynn, PROMOTION[i][j])
    assert (a + b).dtype == (a * b).dtype == want
    assert pynn.cat([a, b]).dtype == want
    assert (a / b).dtype == (pynn.float64 if pynn.float64 in (DTYPES[i], DTYPES[j]) else pynn.float32)
    assert (a < b).dtype == pynn.bool


@dtypes
@pytest.mark.parametrize(("number", "lowest"), [(True, "bool"), (2, "int64"), (2.0, "float32")])
def test_a_number_changes_the_kind_of_a_type_but_not_its_width(dtype, number, lowest):
    kinds = {pynn.bool: 0, pynn.uint8: 1, pynn.int32: 1, pynn.int64: 1, pynn.float32: 2, pynn.float64: 2}
    weak = getattr(pynn, lowest)
    want = dtype if kinds[dtype] >= kinds[weak] else weak
    x = pynn.tensor([1], dtype=dtype)
    assert (x + number).dtype == (number + x).dtype == want


def test_in_place_results_must_fit_the_type():
    x = pynn.tensor([1, 2])
    with pytest.raises(pynn.DTypeError, match=r"int64.*x\.float\(\)|x = x\.float"):
        x += 0.5
    assert x.tolist() == [1, 2]
    y = pynn.ones(2)
    y += pynn.ones(2, dtype=pynn.float64)
    assert y.dtype == pynn.float32


def test_attributes_say_what_a_tensor_is():
    x = pynn.zeros(2, 3, dtype=pynn.int32)
    assert (x.ndim, x.dim(), x.numel(), x.element_size(), x.nbytes) == (2, 2, 6, 4, 24)
    assert x.size() == x.shape == (2, 3)
    assert x.size(-1) == 3
    assert not x.is_floating_point()
    assert len({x, x, pynn.zeros(2)}) == 2


def test_printing_can_be_set() -> None:
    x = pynn.arange(2000)
    try:
        pynn.set_printoptions(precision=2, edgeitems=1)
        assert repr(x) == "tensor([   0, ..., 1999])"
        assert repr(pynn.tensor([1 / 3])) == "tensor([0.33])"
        pynn.set_printoptions(profile="full")
        assert "..." not in repr(x)
        assert repr(pynn.tensor([1e-7])) == "tensor([1.e-07])"
        pynn.set_printoptions(sci_mode=False)
        assert repr(pynn.tensor([1e-7])) == "tensor([0.])"
        pynn.set_printoptions(profile="default")
        with pytest.raises(ValueError, match="default, short, full"):
            pynn.set_printoptions(profile="long")
        with pytest.raises(ValueError, match="precision"):
            pynn.set_printoptions(profile="full", precision=-1)
        assert "..." in repr(x)  # what is refused changes nothing
    finally:
        pynn.set_printoptions(profile="default")
