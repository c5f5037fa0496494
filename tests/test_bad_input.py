"""Bad input: a clear exception that names the op, never a crash and never garbage.

The first part drives every registered op through arguments that do not belong there. The second part is a
list of mistakes that people make, each with what its message must say.
"""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import Sample, ops, samples_of

import pynn

# What an op may raise. An AttributeError, SystemError or a bare RuntimeError would be an accident.
CLEAR = (ValueError, TypeError, IndexError, OverflowError, MemoryError, pynn.AutogradError)

STRANGE = [
    None, "text", b"bytes", object(), {}, [], (), [[]], [1, "a"], 1j, float("nan"), float("inf"), 10**30,
    2**63 - 1, -(2**63), -1, 0, 1, (-1, -1), (0, 0), (2**62, 2**62), (10**30,), True,
]  # fmt: skip


# Ops whose values NumPy cannot say have no samples of their own.
WITHOUT_REFERENCE = {
    "empty": "(2, 3)",
    "uniform": "(2, 3), 0.0, 1.0",
    "normal": "(2, 3), 0.0, 1.0",
    "rand": "(2, 3)",
    "randn": "(2, 3)",
    "randint": "0, 5, (2, 3)",
    "randperm": "5",
    "bernoulli": "rand(2, 3)",
    "dropout": "randn(2, 3), 0.5, True",
}


def strange_tensors() -> list[pynn.Tensor]:
    return [
        pynn.tensor(1.0),
        pynn.zeros(0),
        pynn.zeros(0, 3),
        pynn.zeros(2, 0, 3),
        pynn.zeros(5, 7, 3),
        pynn.full((2, 3), float("nan")),
        pynn.ones(3, 4).T,
        pynn.ones(4, 6)[::2, ::3],
        pynn.ones(2, 1).expand(2, 3),
        pynn.tensor([2**62, -(2**62), -1]),
        pynn.tensor([[True, False]]),
        pynn.ones(2, dtype=pynn.uint8),
        pynn.ones(1, 1, 1, 1, 1, 1, 1, 1),
    ]


@pytest.mark.parametrize("op", ops(), ids=lambda op: op.name)
def test_an_argument_that_does_not_belong_there(op):
    """Each argument of a good call is replaced in turn: the op computes or refuses, and nothing else."""
    sample = next(iter(samples_of(op)), None) or Sample.parse(op, WITHOUT_REFERENCE[op.name])
    args, kwargs, _ = sample.tensors(pynn.float32)
    refused = 0
    for place in [*range(len(args)), *kwargs]:
        for strange in [*STRANGE, *strange_tensors()]:
            replaced_args, replaced_kwargs = list(args), dict(kwargs)
            (replaced_args if isinstance(place, int) else replaced_kwargs)[place] = strange
            try:
                result = op(*replaced_args, **replaced_kwargs)
            except CLEAR:
                refused += 1
            else:
                outputs = [result] if isinstance(result, pynn.Tensor) else list(result)
                for y in outputs:
                    np.asarray(y.detach()).tobytes()  # every element can be read
    assert refused > 0


@pytest.mark.parametrize("op", ops(), ids=lambda op: op.name)
def test_too_few_and_too_many_arguments(op):
    with pytest.raises((TypeError, ValueError), match=op.name):
        op(*[pynn.ones(2)] * 30)
    with pytest.raises(TypeError, match=f"{op.name}.*no_such_argument"):
        op(no_such_argument=1)
    with pytest.raises((TypeError, ValueError), match=op.name):
        op()


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
