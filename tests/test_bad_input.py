"""Bad input: a clear exception that names the op, never a crash and never garbage.

The first part drives every registered op through arguments that do not belong there (op_suite/strange.py).
The second part is a list of mistakes that people make, each with what its message must say.
"""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import ops
from op_suite.child import in_child
from op_suite.elementwise import BINARY, BITS, EXTRA_ARGUMENTS, UNARY
from op_suite.strange import (
    ODD_ARRAYS,
    all_tensors_replaced,
    in_place_calls,
    one_argument_replaced,
)

import pynn


@pytest.mark.parametrize("op", ops(), ids=lambda op: op.name)
def test_arguments_that_do_not_belong_there(op):
    """Each argument of a good call replaced in turn, all tensors at once; in place where none can write."""

    def steps():
        for calls in (one_argument_replaced, all_tensors_replaced, in_place_calls):
            for call in calls(op):
                yield call.what, call.fault

    complaints = in_child(steps)
    assert not complaints, "\n".join(complaints[:20])


@pytest.mark.parametrize("op", ops(), ids=lambda op: op.name)
def test_too_few_and_too_many_arguments(op):
    with pytest.raises((TypeError, ValueError), match=op.name):
        op(*[pynn.ones(2)] * 30)
    with pytest.raises(TypeError, match=f"{op.name}.*no_such_argument"):
        op(no_such_argument=1)
    with pytest.raises((TypeError, ValueError), match=op.name):
        op()


# ---- arrays and numbers of other types ----


@pytest.mark.parametrize("name", ODD_ARRAYS)
def test_arrays_of_types_that_pynn_has_not_keep_their_values(name):
    array = ODD_ARRAYS[name]
    for tensor in (pynn.tensor(array), pynn.zeros(()).double() + array):
        np.testing.assert_array_equal(np.array(tensor), np.asarray(array, tensor.dtype.numpy))


@pytest.mark.parametrize(
    "data",
    [np.array([1, 2**63], np.uint64), [2**63], np.uint64(2**64 - 1), [[1], [2**64]], 2**63, -(2**63) - 1],
    ids=repr,
)
def test_integers_beyond_int64_are_refused_not_wrapped(data):
    with pytest.raises(ValueError, match=r"^tensor: \S+ does not fit the 64 bits of an integer"):
        pynn.tensor(data)
    with pytest.raises(ValueError, match=r"^add: \S+ does not fit the 64 bits of an integer|^add\(\)"):
        pynn.add(pynn.ones(1), data)
    with pytest.raises(ValueError, match=r"^add: \S+ does not fit the 64 bits of an integer"):
        pynn.ones(1) + data


def test_the_greatest_unsigned_integers_that_fit_are_kept():
    assert pynn.tensor(np.array([2**63 - 1, 0], np.uint64)).tolist() == [2**63 - 1, 0]


# ---- sizes ----

x = pynn.ones(2, 3)
HUGE = 2**40

TOO_LARGE = {
    "zeros": lambda: pynn.zeros(HUGE, HUGE),
    "ones": lambda: pynn.ones(HUGE, HUGE),
    "full": lambda: pynn.full((HUGE, HUGE), 1.0),
    "empty": lambda: pynn.empty(2**61),
    "rand": lambda: pynn.rand(HUGE, HUGE),
    "randn": lambda: pynn.randn(2**62),
    "randint": lambda: pynn.randint(0, 2, (HUGE, HUGE)),
    "randperm": lambda: pynn.randperm(2**60),
    "eye": lambda: pynn.eye(HUGE),
    "arange": lambda: pynn.arange(1e30),
    "arange by tiny steps": lambda: pynn.arange(0, 1, 1e-300),
    "linspace": lambda: pynn.linspace(0, 1, 2**60),
    "reshape": lambda: x.reshape(HUGE, HUGE),
    "view": lambda: x.view(HUGE, HUGE),
    "expand": lambda: x.expand(HUGE, HUGE, 2, 3),
    "repeat": lambda: x.repeat(HUGE, HUGE),
    "tile": lambda: x.tile((HUGE, HUGE)),
    "repeat_interleave": lambda: x.repeat_interleave(2**62),
    "pad": lambda: pynn.nn.functional.pad(x, (2**62, 2**62)),
    "one_hot": lambda: pynn.nn.functional.one_hot(pynn.tensor([0]), 2**62),
    "diag_embed": lambda: pynn.diag_embed(x, 2**62),
    "outer": lambda: pynn.outer(pynn.ones(1).expand(HUGE), pynn.ones(1).expand(HUGE)),
    "broadcast": lambda: pynn.ones(1, 1).expand(HUGE, 1) + pynn.ones(1, 1).expand(1, HUGE),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_sizes_beyond_memory(name):
    with pytest.raises((ValueError, MemoryError), match=r"memory|large|many|holds|fit"):
        TOO_LARGE[name]()


@pytest.mark.parametrize("op", [op for op in ops() if op.name in {*UNARY, *BINARY}], ids=lambda op: op.name)
def test_elementwise_results_beyond_memory(op):
    wide = pynn.ones(1, dtype=pynn.int64 if op.name in BITS else pynn.float32).expand(2**58)
    tensors = [wide] if op.name in UNARY else [wide, wide]
    with pytest.raises(MemoryError, match=rf"^{op.name}: .*shape \(288230376151711744,\)"):
        op(*tensors, *EXTRA_ARGUMENTS.get(op.name, ()))


@pytest.mark.parametrize("factory", [pynn.zeros, pynn.ones, pynn.empty, pynn.rand, pynn.randn])
@pytest.mark.parametrize(
    ("size", "error"), [((-1,), ValueError), ((2, -3), ValueError), ((1.5,), TypeError), (("a",), TypeError)]
)
def test_sizes_that_are_none(factory, size, error):
    with pytest.raises(error, match=factory.__name__):
        factory(*size)


MISTAKES = [
    (lambda: x @ pynn.ones(2, 3), pynn.ShapeError, r"matmul.*\(2, 3\) @ \(2, 3\).*b\.mT"),
    (lambda: x + pynn.ones(2), pynn.ShapeError, r"add.*\(2, 3\).*\(2,?\)"),
    (lambda: x.sum(2), IndexError, r"sum: axis 2.*2 axes"),
    (lambda: x.sum((0, 0)), ValueError, "sum"),
    (lambda: x.reshape(4, 2), pynn.ShapeError, r"reshape.*6 elements"),
    (lambda: x.transpose(0, 2), IndexError, "transpose: axis 2"),
    (lambda: pynn.cat([]), ValueError, "cat"),
    (lambda: pynn.cat([x, pynn.ones(2, 3, 4)]), pynn.ShapeError, "cat"),
    (lambda: pynn.cat([x, 1.0]), pynn.ShapeError, "cat"),
    (lambda: pynn.stack([x, pynn.ones(3, 2)]), pynn.ShapeError, "stack"),
    (lambda: pynn.arange(0, 1, 0), ValueError, "arange"),
    (lambda: pynn.arange(0, float("nan")), ValueError, "arange"),
    (lambda: pynn.arange(0, 1, -1), ValueError, "arange"),
    (lambda: x.gather(0, pynn.tensor([[2, 0, 0]])), IndexError, "gather"),
    (lambda: x.gather(0, pynn.tensor([[0.0]])), TypeError, "gather"),
    (lambda: x.index_select(0, pynn.tensor([5])), IndexError, "index_select"),
    (lambda: x.narrow(1, 2, 3), IndexError, "narrow"),
    (lambda: x.chunk(0), ValueError, "chunk"),
    (lambda: x.split(0), ValueError, "split"),
    (lambda: x.split([1, 2]), ValueError, "split"),
    (lambda: x.topk(4), (ValueError, IndexError), "topk"),
    (lambda: pynn.zeros(0).amax(), ValueError, "amax"),
    (lambda: pynn.zeros(0).argmax(), ValueError, "argmax"),
    (lambda: x & x, TypeError, "bitwise_and"),
    (lambda: pynn.nn.functional.cross_entropy(x, pynn.tensor([0, 3])), (ValueError, IndexError), "3"),
    (lambda: pynn.nn.functional.one_hot(pynn.tensor([-1])), (ValueError, IndexError), "one_hot"),
    (lambda: pynn.nn.functional.dropout(x, 1.5), ValueError, "dropout"),
    (lambda: pynn.bernoulli(pynn.tensor([2.0])), ValueError, "bernoulli"),
    (lambda: pynn.randint(5, 5, (2,)), ValueError, "randint"),
    (lambda: x.permute(0), pynn.ShapeError, "permute"),
    (lambda: pynn.einsum("ij,jk->ik", x, x), ValueError, "einsum"),
    (lambda: pynn.from_numpy([1, 2]), TypeError, "from_numpy"),
    (lambda: pynn.ones(2, dtype="floaty"), TypeError, "ones.*floaty"),
    (lambda: x.sum(dtype="\ud800"), ValueError, "surrogates"),
    (lambda: x.unsqueeze(10**30), ValueError, "unsqueeze.*64 bits"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "error", "says"), MISTAKES)
def test_messages_of_common_mistakes(mistake, error, says):
    with pytest.raises(error, match=says):
        mistake()
