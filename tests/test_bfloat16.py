"""The types bfloat16 and int8: conversion, promotion, memory, NumPy, DLPack, files, training."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from op_suite.bfloat16 import to_bfloat16

import pynn
from pynn import nn

bf16 = pynn.bfloat16


def bits(*values: int) -> np.ndarray:
    return np.array(values, np.uint32).view(np.float32)


# ---- rounding --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        (0x3F800000, 0x3F800000),  # 1
        (0x3F808000, 0x3F800000),  # a tie goes to the even one below
        (0x3F818000, 0x3F820000),  # and to the even one above
        (0x3F808001, 0x3F810000),
        (0x3F807FFF, 0x3F800000),
        (0xBF808001, 0xBF810000),
        (0x7F7F8000, 0x7F800000),  # beyond the largest finite one: infinity
        (0x7F7F7FFF, 0x7F7F0000),
        (0x00008001, 0x00010000),  # denormals
        (0x00008000, 0x00000000),
        (0x80000000, 0x80000000),  # -0
        (0xFF800000, 0xFF800000),
    ],
)
def test_float32_is_rounded_to_the_nearest_and_ties_to_even(exact, rounded):
    for count in (1, 37):  # alone, and in whole vectors
        x = np.repeat(bits(exact), count)
        got = np.asarray(pynn.tensor(x).bfloat16())
        np.testing.assert_array_equal(got.view(np.uint32), np.repeat(np.uint32(rounded), count))


@pytest.mark.parametrize("nan", [0x7FC00000, 0x7F800001, 0xFFFFFFFF, 0x7FFF8000])
def test_nan_stays_nan(nan):
    assert np.isnan(np.asarray(pynn.tensor(np.repeat(bits(nan), 20)).bfloat16())).all()


def test_every_bfloat16_survives_float32():
    values = (np.arange(65536, dtype=np.uint32) << 16).view(np.float32)
    x = pynn.from_numpy(values).bfloat16()
    finite = ~np.isnan(values)
    np.testing.assert_array_equal(np.asarray(x)[finite], values[finite])
    np.testing.assert_array_equal(np.asarray(x.float().bfloat16())[finite], values[finite])


def test_random_numbers_round_as_arithmetic_says():
    x = (
        np.random.default_rng(0).standard_normal(10000) * 10.0 ** np.arange(-35, 35).repeat(143)[:10000]
    ).astype(np.float32)
    np.testing.assert_array_equal(np.asarray(pynn.tensor(x).bfloat16()), to_bfloat16(x))


# ---- types and memory --------------------------------------------------------------------------------------


def test_sizes_and_names():
    x = pynn.zeros(3, 5, dtype=bf16)
    assert (x.element_size(), x.nbytes, str(x.dtype), bf16.itemsize) == (2, 30, "pynn.bfloat16", 2)
    assert bf16.is_floating_point
    assert bf16.is_signed
    assert x.is_floating_point()
    assert pynn.dtype("bfloat16") == bf16
    assert repr(pynn.tensor([1.5, -2.0], dtype=bf16)) == "tensor([ 1.5, -2. ], dtype=pynn.bfloat16)"
    before = pynn.memory_stats()["allocated_bytes"]
    big = pynn.zeros(1 << 20, dtype=bf16)
    assert 2 << 20 <= pynn.memory_stats()["allocated_bytes"] - before <= 3 << 20
    del big


@pytest.mark.parametrize(
    ("a", "b", "want"),
    [
        (bf16, pynn.int64, bf16),
        (bf16, pynn.uint8, bf16),
        (bf16, pynn.bool, bf16),
        (bf16, bf16, bf16),
        (bf16, pynn.float32, pynn.float32),
        (bf16, pynn.float64, pynn.float64),
        (pynn.int8, pynn.int32, pynn.int32),
        (pynn.int8, pynn.int8, pynn.int8),
        (pynn.int8, pynn.uint8, pynn.int32),
        (pynn.int8, pynn.bool, pynn.int8),
        (pynn.int8, bf16, bf16),
    ],
    ids=str,
)
def test_promotion(a, b, want):
    x, y = pynn.ones(3, dtype=a), pynn.ones(3, dtype=b)
    assert (x + y).dtype == want
    assert (y * x).dtype == want
    assert pynn.cat([x, y]).dtype == want
    assert pynn.where(pynn.tensor([True, False, True]), x, y).dtype == want


def test_numbers_and_0d_tensors_do_not_widen():
    x = pynn.ones(3, dtype=bf16)
    assert (x + 1).dtype == (2.5 * x).dtype == (x + pynn.tensor(1.0, dtype=pynn.float64)).dtype == bf16
    assert (pynn.ones(3, dtype=pynn.int64) + pynn.tensor(1.0, dtype=bf16)).dtype == bf16
    assert (pynn.ones(3, dtype=pynn.int8) + 100).dtype == pynn.int8
    assert (x > 0).dtype == pynn.bool


def test_factories():
    for x in (
        pynn.zeros(2, 3, dtype=bf16),
        pynn.ones(4, dtype=bf16),
        pynn.full((2,), 0.3, dtype=bf16),
        pynn.arange(0, 5, dtype=bf16),
        pynn.linspace(0, 1, 5, dtype=bf16),
        pynn.eye(3, dtype=bf16),
        pynn.randn(4, dtype=bf16),
        pynn.tensor([1, 2], dtype=bf16),
        pynn.zeros_like(pynn.ones(2, dtype=bf16)),
        pynn.ones(2, dtype=bf16).new_zeros(3),
        pynn.tensor(np.arange(3)).to(bf16),
        pynn.ones(3).bfloat16(),
    ):
        assert x.dtype == bf16
    assert pynn.full((), 1 / 3, dtype=bf16).item() == to_bfloat16(np.array(1 / 3)).item()
    assert pynn.ones(3, dtype=bf16).char().dtype == pynn.int8


def test_random_numbers_never_reach_their_upper_end():
    u = np.asarray(pynn.rand(200_000, dtype=bf16))
    assert u.min() >= 0
    assert 0.99 < u.max() < 1
    assert abs(u.mean() - 0.5) < 0.005
    v = np.asarray(pynn.zeros(10000, dtype=bf16).uniform_(-3.0, -1.0))
    assert -3 <= v.min() < v.max() < -1


def test_indexing_and_views_share_memory():
    x = pynn.arange(0, 12, dtype=bf16).reshape(3, 4)
    x[1, 2] = 100.7
    assert x[1, 2].item() == 100.5
    row = x[1]
    row.mul_(2)
    assert x[1, 2].item() == 201
    assert x.T[2, 1].item() == 201
    np.testing.assert_array_equal(np.asarray(x[:, ::2]), np.asarray(x)[:, ::2])
    np.testing.assert_array_equal(np.asarray(x[[2, 0]]), np.asarray(x)[[2, 0]])
    np.testing.assert_array_equal(np.asarray(x[x > 5]), np.asarray(x)[np.asarray(x) > 5])
    np.testing.assert_array_equal(np.asarray(x.T.contiguous()), np.asarray(x).T)
    big = pynn.randn(70, 50, dtype=bf16)
    np.testing.assert_array_equal(np.asarray(big.T.contiguous()), np.asarray(big).T)
    x[:, 0] = pynn.tensor([1.0, 2.0, 3.0])
    assert x[:, 0].tolist() == [1, 2, 3]


def test_in_place_ops_keep_the_type():
    x = pynn.ones(5, dtype=bf16)
    x += pynn.full((5,), 0.001)
    assert x.dtype == bf16
    assert x.tolist() == [1.0] * 5  # 1.001 is nearer to 1 than to 1.0078
    with pytest.raises(pynn.DTypeError):
        pynn.ones(2, dtype=pynn.int8).add_(x[:2])


def test_values_out():
    x = pynn.tensor([1.0, -0.1], dtype=bf16)
    assert x.tolist() == [1.0, to_bfloat16(np.array(-0.1)).item()]
    assert np.asarray(x).dtype == np.float32
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    with pytest.raises(TypeError, match=r"NumPy has no bfloat16.*Did you mean x\.float\(\)\.numpy\(\)"):
        x.numpy()
    with pytest.raises(BufferError, match="bfloat16"):
        memoryview(x)


def test_bits_of_and_from_bits_share_memory():
    x = pynn.tensor([1.0, 2.0, -3.0], dtype=bf16)
    view = pynn._core.bits_of(x)
    assert view.tolist() == [0x3F80, 0x4000, 0xC040]
    view[0] = 0x4040
    assert x[0].item() == 3
    assert pynn._core.from_bits(view).tolist() == [3, 2, -3]
    with pytest.raises(pynn.DTypeError, match="expected a bfloat16 tensor"):
        pynn._core.bits_of(pynn.ones(2))


def test_pickle_and_copy():
    x = pynn.randn(3, 4).bfloat16().requires_grad_()
    for twin in (pickle.loads(pickle.dumps(x)), copy.deepcopy(x)):
        assert twin.dtype == bf16
        assert twin.requires_grad
        np.testing.assert_array_equal(np.asarray(twin), np.asarray(x.detach()))
    assert pickle.loads(pickle.dumps(bf16)) == bf16
    small = pynn.tensor([-128, 127], dtype=pynn.int8)
    assert pickle.loads(pickle.dumps(small)).tolist() == [-128, 127]


def test_dlpack_both_ways():
    x = pynn.randn(3, 4).bfloat16()
    twin = pynn.from_dlpack(x)
    assert twin.dtype == bf16
    twin[0, 0] = 5
    assert x[0, 0].item() == 5
    small = pynn.from_dlpack(pynn.tensor([-3, 4], dtype=pynn.int8))
    assert (small.dtype, small.tolist()) == (pynn.int8, [-3, 4])


def test_files(tmp_path):
    state = {
        "a": pynn.randn(3, 5).bfloat16(),
        "b": pynn.tensor([[-128, 127]], dtype=pynn.int8),
        "c": pynn.zeros(0, 2, dtype=bf16),
        "d": pynn.tensor(1.5, dtype=bf16),
        "e": pynn.randn(4, 6).bfloat16().T,
    }
    pynn.save(state, tmp_path / "x.safetensors")
    loaded = pynn.load(tmp_path / "x.safetensors")
    for name, tensor in state.items():
        assert loaded[name].dtype == tensor.dtype
        np.testing.assert_array_equal(np.asarray(loaded[name]), np.asarray(tensor))
    raw = (tmp_path / "x.safetensors").read_bytes()
    assert b'"dtype":"BF16","shape":[3,5]' in raw
    assert b'"dtype":"I8"' in raw


# ---- int8 --------------------------------------------------------------------------------------------------


def test_int8_arithmetic_wraps_as_numpys():
    a = np.array([-128, -1, 0, 1, 127, 100, 7], np.int8)
    b = np.array([-1, 127, 3, -128, 127, 100, 2], np.int8)
    x, y = pynn.from_numpy(a), pynn.from_numpy(b)
    assert x.dtype == pynn.int8
    for op in (np.add, np.subtract, np.multiply, np.bitwise_and, np.bitwise_xor, np.maximum):
        name = {"subtract": "sub", "multiply": "mul"}.get(op.__name__, op.__name__)
        z = getattr(pynn, name)(x, y)
        assert z.dtype == pynn.int8
        np.testing.assert_array_equal(np.asarray(z), op(a, b))
    assert abs(x).tolist() == np.abs(a).tolist()
    assert (~x).tolist() == (~a).tolist()
    assert x.sum().dtype == pynn.int64
    assert x.sum().item() == a.sum(dtype=np.int64)
    assert pynn.amax(x).dtype == pynn.int8
    assert x.argmax().item() == 4
    assert pynn.sort(x)[0].tolist() == sorted(a.tolist())
    assert pynn.gather(x, 0, pynn.tensor([6, 0])).tolist() == [7, -128]
    assert (x / 2).dtype == pynn.float32


# ---- training ----------------------------------------------------------------------------------------------


def test_a_gradient_has_its_inputs_type_and_is_summed_before_it_is_rounded():
    x = pynn.ones(1000, 3, dtype=bf16)
    shift = pynn.zeros(3, dtype=bf16, requires_grad=True)
    (x + shift).sum().backward()
    assert shift.grad.dtype == bf16
    assert shift.grad.tolist() == [1000.0] * 3  # a running sum in bfloat16 would stop at 256
    w = pynn.ones(4, requires_grad=True)
    (w.bfloat16() * 3).sum().backward()
    assert w.grad.dtype == pynn.float32


def test_double_backward():
    x = pynn.tensor([0.5, -1.0], dtype=bf16, requires_grad=True)
    (first,) = pynn.autograd.grad([(x**3).sum()], [x], create_graph=True)
    (second,) = pynn.autograd.grad([first.sum()], [x])
    assert second.dtype == bf16
    assert second.tolist() == [3.0, -6.0]


@pytest.mark.parametrize("optimizer", [pynn.optim.SGD, pynn.optim.Adam, pynn.optim.RMSprop, pynn.optim.Lion])
def test_optimizers_move_bfloat16_parameters_as_float32_ones_rounded(optimizer):
    start = to_bfloat16(np.random.default_rng(0).standard_normal((5, 7)))
    narrow = pynn.tensor(start, dtype=bf16, requires_grad=True)
    wide = pynn.tensor(start, requires_grad=True)
    narrow.grad, wide.grad = pynn.full((5, 7), 0.5, dtype=bf16), pynn.full((5, 7), 0.5)
    for parameter in (narrow, wide):
        optimizer([parameter], lr=0.125).step()
    assert narrow.dtype == bf16
    np.testing.assert_array_equal(np.asarray(narrow.detach()), to_bfloat16(np.asarray(wide.detach())))


def test_a_module_of_bfloat16():
    model = nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 2)).bfloat16()
    y = model(pynn.randn(3, 6).bfloat16())
    assert y.dtype == bf16
    y.sum().backward()
    assert {p.grad.dtype for p in model.parameters()} == {bf16}
    with pytest.raises(pynn.DTypeError, match=r"input is float32, weight bfloat16"):
        model(pynn.randn(3, 6))
