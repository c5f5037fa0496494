"""x.op_(y): the values of x.op(y), written where x lies, whatever y shares with it."""

from __future__ import annotations

import numpy as np
import pytest

import pynn

OPERANDS = {
    "another tensor": lambda x: pynn.arange(1.0, 1.0 + len(x)),
    "itself": lambda x: x,
    "a view of all of it": lambda x: x[:],
    "itself backwards": lambda x: x[::-1],
    "a part of it, broadcast": lambda x: x[2:3],
    "a number": lambda x: 3.0,
    "whole numbers": lambda x: pynn.arange(len(x)),
}


@pytest.mark.parametrize("size", [5, 100_003])
@pytest.mark.parametrize("name", OPERANDS)
@pytest.mark.parametrize("op", ["add", "mul", "sub", "maximum"])
def test_in_place_gives_what_out_of_place_gives(op, name, size):
    x = pynn.arange(float(size))
    operand = OPERANDS[name](x)
    if op == "maximum" and not isinstance(operand, pynn.Tensor):
        operand = pynn.tensor(operand)
    want = getattr(pynn, op)(x, operand).numpy().copy()
    place = x.data_ptr()
    assert getattr(x, op + "_")(operand) is x
    assert x.data_ptr() == place
    np.testing.assert_array_equal(x.numpy(), want)


def test_shifted_parts_of_one_tensor():
    x = pynn.arange(10.0)
    x[1:].add_(x[:-1])
    np.testing.assert_array_equal(x.numpy(), [0, 1, 3, 5, 7, 9, 11, 13, 15, 17])


def test_a_part_with_gaps():
    x = pynn.zeros(4, 4)
    x[:, 1] += pynn.arange(4.0)
    x.T.add_(1)
    want = np.ones((4, 4), np.float32)
    want[:, 1] += np.arange(4)
    np.testing.assert_array_equal(x.numpy(), want)


def test_no_second_copy_is_made():
    x, y = pynn.ones(1_000_000), pynn.ones(1_000_000)
    pynn.reset_peak_memory_stats()
    before = pynn.memory_stats()["peak_allocated_bytes"]
    x += y
    x.mul_(2).exp_().neg_()
    assert pynn.memory_stats()["peak_allocated_bytes"] < before + 100_000


def test_a_saved_tensor_that_was_overwritten_is_noticed():
    w = pynn.ones(3, requires_grad=True)
    x = pynn.ones(3)
    y = (w * x).sum()
    x += 1
    with pytest.raises(pynn.AutogradError, match="in place"):
        y.backward()


def test_history_is_kept():
    w = pynn.ones(3, requires_grad=True)
    x = pynn.zeros(3)
    x += w * 2
    x *= 3
    x.sum().backward()
    np.testing.assert_array_equal(w.grad.numpy(), [6, 6, 6])


def test_a_view_of_a_leaf_is_refused_while_gradients_are_recorded():
    w = pynn.ones(3, requires_grad=True)
    part = w[:2]
    with pytest.raises(pynn.AutogradError, match="leaf"):
        part += 1
    with pynn.no_grad():
        part += 1
    np.testing.assert_array_equal(w.detach().numpy(), [2, 2, 1])


def test_bfloat16_is_rounded_once():
    x = pynn.ones(1000).bfloat16()
    x += 0.001
    assert x.dtype == pynn.bfloat16
    np.testing.assert_array_equal(x.float().numpy(), np.ones(1000))
