"""Matrix products beyond the op suite: every shape rule, exact on small integers, einsum against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pynn

SHAPES = [
    ((3, 4), (4, 5)),
    ((4,), (4,)),
    ((4,), (4, 3)),
    ((3, 4), (4,)),
    ((2, 3, 4), (4, 5)),
    ((2, 1, 3, 4), (3, 4, 2)),
    ((2, 3, 4), (4,)),
    ((4,), (2, 4, 3)),
    ((5, 2, 3, 4), (5, 2, 4, 6)),
    ((0, 3), (3, 2)),
    ((3, 0), (0, 2)),
    ((2, 0, 3), (3, 4)),
]


def small_integers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(np.float64)


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64, pynn.int32, pynn.int64])
@pytest.mark.parametrize(("a_shape", "b_shape"), SHAPES)
def test_products_of_small_integers_are_exact(a_shape, b_shape, dtype):
    a, b = small_integers(a_shape, 1), small_integers(b_shape, 2)
    y = pynn.matmul(pynn.tensor(a, dtype=dtype), pynn.tensor(b, dtype=dtype))
    assert y.dtype == dtype
    assert y.shape == (a @ b).shape
    assert np.array_equal(np.asarray(y), a @ b)


@settings(max_examples=60, deadline=None)
@given(
    m=st.integers(1, 70),
    n=st.integers(1, 70),
    k=st.integers(1, 70),
    transposed=st.tuples(st.booleans(), st.booleans()),
    threads=st.sampled_from([1, 2, 7]),
)
def test_any_size_and_transposition(m, n, k, transposed, threads):
    a = small_integers((k, m) if transposed[0] else (m, k), 3)
    b = small_integers((n, k) if transposed[1] else (k, n), 4)
    x, y = pynn.tensor(a), pynn.tensor(b)
    before = pynn.get_num_threads()
    pynn.set_num_threads(threads)
    try:
        product = (x.T if transposed[0] else x) @ (y.T if transposed[1] else y)
    finally:
        pynn.set_num_threads(before)
    assert np.array_equal(np.asarray(product), (a.T if transposed[0] else a) @ (b.T if transposed[1] else b))


@pytest.mark.parametrize("size", [129, 300, 517])
def test_large_products_are_exact_and_the_same_on_any_number_of_threads(size):
    a, b = small_integers((size, size + 3), 5), small_integers((size + 3, size - 1), 6)
    x, y = pynn.tensor(a), pynn.tensor(b)
    before = pynn.get_num_threads()
    try:
        for threads in (1, 2, 3, 7):
            pynn.set_num_threads(threads)
            assert np.array_equal(np.asarray(x @ y), a @ b)
    finally:
        pynn.set_num_threads(before)


EQUATIONS = [
    ("ij,jk->ik", (3, 4), (4, 5)),
    ("ij->ji", (3, 4)),
    ("ii->i", (4, 4)),
    ("ii", (4, 4)),
    ("ij,ij->", (3, 4), (3, 4)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 6)),
    ("i,j->ij", (3,), (4,)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)),
    ("ij,kj", (3, 4), (5, 4)),
    ("ijk->", (2, 3, 4)),
    ("i,i,i->i", (3,), (3,), (3,)),
    ("bn,anm,bm->ba", (2, 5), (3, 5, 4), (2, 4)),
    ("...i,i->...", (2, 3, 4), (4,)),
    ("iij->j", (3, 3, 2)),
]


@pytest.mark.parametrize("case", EQUATIONS, ids=lambda case: case[0])
def test_einsum_agrees_with_numpy_and_has_its_gradient(case):
    equation, *shapes = case
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for shape in shapes]
    tensors = [pynn.tensor(a, dtype=pynn.float64, requires_grad=True) for a in arrays]
    want = np.einsum(equation, *arrays)
    got = pynn.einsum(equation, *tensors)
    assert got.shape == want.shape
    np.testing.assert_allclose(np.asarray(got), want, atol=1e-12)
    pynn.autograd.gradcheck(lambda *t: pynn.einsum(equation, *t), tensors)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: pynn.ones(3, 4) @ pynn.ones(3, 4), pynn.ShapeError, r"\(3, 4\) @ \(3, 4\).*a @ b.mT"),
        (lambda: pynn.ones(4, 3) @ pynn.ones(4, 5), pynn.ShapeError, r"a.mT @ b"),
        (lambda: pynn.ones(3) @ pynn.tensor(2.0), pynn.ShapeError, r"a \* b"),
        (lambda: pynn.ones(2, 3, 4) @ pynn.ones(3, 4, 5), pynn.ShapeError, "batch axes"),
        (lambda: pynn.mm(pynn.ones(3), pynn.ones(3)), pynn.ShapeError, "matmul"),
        (lambda: pynn.einsum("ij,jk->ik", pynn.ones(3, 4), pynn.ones(5, 4)), pynn.ShapeError, "'j'"),
        (lambda: pynn.einsum("ij", pynn.ones(3)), pynn.ShapeError, "names 2 axes"),
        (lambda: pynn.einsum("ij->iz", pynn.ones(3, 4)), ValueError, "'z'"),
        (lambda: pynn.einsum("i1", pynn.ones(3, 4)), ValueError, "letters"),
        (lambda: pynn.einsum("ij->ii", pynn.ones(3, 4)), ValueError, "twice"),
        (lambda: pynn.tensordot(pynn.ones(2, 3), pynn.ones(4, 5), 1), pynn.ShapeError, "differ in size"),
    ],
)
def test_shapes_that_do_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_linear_says_what_it_got():
    x, weight = pynn.ones(32, 28, 28), pynn.ones(128, 784)
    with pytest.raises(pynn.ShapeError, match=r"\(32, 28, 28\).*784.*flatten\(1\)"):
        pynn.nn.functional.linear(x, weight)
