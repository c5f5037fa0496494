"""Random programs of ops, views, in-place writes and backward, checked against the same program in NumPy.

Each program runs on a few numbers. Its value must be NumPy's at every step; its gradient that of central
differences of the NumPy program, or refused because a value that backward needs was overwritten.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn

# Smooth, and bounded where they are applied over and over.
UNARY = ["tanh", "sin", "cos", "exp", "square"]
BINARY = ["add", "sub", "mul", "hypot"]

step = st.one_of(
    st.tuples(st.just("unary"), st.sampled_from(UNARY)),
    st.tuples(st.just("binary"), st.sampled_from(BINARY), st.integers(0, 9)),
    st.tuples(st.just("view"), st.sampled_from(["reverse", "transpose", "rows", "gaps"])),
    st.tuples(st.just("in place"), st.sampled_from(["add", "mul", "tanh"]), st.integers(0, 9)),
    st.tuples(st.just("write"), st.integers(0, 3), st.integers(0, 9)),
    st.tuples(st.just("sum"), st.integers(0, 1)),
    st.tuples(st.just("matmul"), st.integers(0, 9)),
    st.tuples(st.just("cat"), st.integers(0, 9)),
)
programs = st.lists(step, min_size=1, max_size=10)


def run(program, x, lib):
    """The program on a 2 x 3 matrix; every step adds a value, and some change an earlier one. -> a number.

    `lib` is pynn or np; what differs between them stands in the two helpers below.
    """
    tensor = lib is pynn
    values = [x * 1.0]

    def squash(y):  # keeps numbers near 1
        return lib.tanh(y)

    def last_and(k):
        """The newest value, and an older one of a shape that broadcasts with it."""
        a = values[-1]
        fitting = [v for v in values if v.ndim == 0 or v.shape == a.shape]
        return a, fitting[k % len(fitting)] if fitting else a

    def base(k):
        """A value that may be written to: the first few are views of nothing else."""
        return values[k % len(values)]

    for what, *rest in program:
        a = values[-1]
        if what == "unary":
            values.append(squash(getattr(lib, rest[0])(a)))
        elif what == "binary":
            a, b = last_and(rest[1])
            if rest[0] == "hypot":
                b = b * b + 1.0
            names = {"sub": "subtract", "mul": "multiply"}  # as both libraries have them
            values.append(squash(getattr(lib, names.get(rest[0], rest[0]))(a, b)))
        elif what == "view" and a.ndim:
            if rest[0] == "transpose":
                values.append(a.T)
            elif rest[0] == "reverse":
                values.append(a.flip(0) if tensor else np.flip(a, 0).copy())
            else:
                values.append(a[:1] if rest[0] == "rows" else a[..., ::2])
        elif what == "in place":
            target = base(rest[1])
            if rest[0] == "add":
                target += 0.25
            elif rest[0] == "mul":
                target *= 0.5
            elif tensor:
                target.tanh_()
            else:
                np.tanh(target, out=target)
        elif what == "write":
            target = base(rest[1])
            if target.ndim and target.shape[0]:
                target[rest[0] % target.shape[0]] = 0.5
        elif what == "sum" and a.ndim:
            values.append(a.sum(rest[0] % a.ndim))
        elif what == "matmul" and a.ndim == 2:
            values.append(squash(a @ a.T))
        elif what == "cat" and a.ndim:
            _, b = last_and(rest[0])
            if b.shape == a.shape:
                values.append(lib.cat([a, b], 0) if tensor else np.concatenate([a, b], 0))
        values[-1] = values[-1] if tensor else np.asarray(values[-1])
    total = 0.0
    for v in values:
        total = total + (v * v).sum()
    return total, values


@given(program=programs, seed=st.integers(0, 2**16))
@settings(max_examples=150)
def test_a_random_program_has_the_values_and_the_gradient_of_numpy(program, seed):
    start = np.random.default_rng(seed).uniform(-1, 1, (2, 3))
    x = pynn.tensor(start, pynn.float64, requires_grad=True)
    total, values = run(program, x, pynn)
    _, arrays = run(program, start.copy(), np)
    assert len(values) == len(arrays)
    for got, array in zip(values, arrays, strict=True):
        np.testing.assert_allclose(np.array(got.detach()), array, rtol=1e-10, atol=1e-12)

    try:
        total.backward()
    except pynn.AutogradError as error:
        if "has changed it in place since" not in str(error):
            raise
        return
    h = 1e-6
    numeric = np.zeros_like(start)
    for place in np.ndindex(*start.shape):
        for sign in (1, -1):
            moved = start.copy()
            moved[place] += sign * h
            numeric[place] += sign * run(program, moved, np)[0] / (2 * h)
    np.testing.assert_allclose(np.array(x.grad), numeric, rtol=1e-5, atol=1e-6)
