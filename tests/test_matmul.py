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


@settings(max_examples=60)
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


def with_threads(threads: int, compute):
    before = pynn.get_num_threads()
    pynn.set_num_threads(threads)
    try:
        return compute()
    finally:
        pynn.set_num_threads(before)


@pytest.mark.parametrize("size", [129, 300, 517])
def test_large_products_are_exact(size):
    a, b = small_integers((size, size + 3), 5), small_integers((size + 3, size - 1), 6)
    x, y = pynn.tensor(a), pynn.tensor(b)
    for threads in (1, 2, 3, 7):
        assert np.array_equal(np.asarray(with_threads(threads, lambda: x @ y)), a @ b)


# Every way of multiplying, each large enough to be divided: dots, sums of rows, blocks with and without
# packed operands, edges, long k, few and many products of a batch.
DIVIDED = [
    (1, 1100, 1000),
    (2, 700, 900),
    (4, 600, 800),
    (7, 900, 300),
    (13, 900, 300),
    (700, 900, 1),
    (900, 700, 3),
    (1500, 65, 30),
    (65, 30, 1500),
    (257, 1030, 129),
    (512, 512, 512),
    (100, 2049, 37),
    (33, 288, 1100),
    (3, 130, 140, 150),
    (4, 130, 140, 150),
    (40, 33, 30, 31),
    (300, 9, 8, 7),
    (64, 1, 200, 100),
]


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64])
@pytest.mark.parametrize("layout", ["a b", "a bT", "aT b", "aT bT"])
@pytest.mark.parametrize("sizes", DIVIDED, ids=str)
def test_products_are_the_same_bits_on_any_number_of_threads(sizes, layout, dtype):
    *batch, m, k, n = sizes
    rng = np.random.default_rng(7)

    def operand(rows: int, columns: int, transposed: bool):
        shape = (*batch, columns, rows) if transposed else (*batch, rows, columns)
        x = pynn.tensor(rng.standard_normal(shape), dtype=dtype)
        return x.mT if transposed else x

    a, b = operand(m, k, "aT" in layout), operand(k, n, "bT" in layout)
    first = np.asarray(with_threads(1, lambda: a @ b))
    exact = np.asarray(a, dtype=np.float64) @ np.asarray(b, dtype=np.float64)
    bound = 2 * k * np.finfo(first.dtype).eps  # of a sum of k products of about 1
    np.testing.assert_allclose(first, exact, rtol=bound, atol=8 * bound)
    for threads in (2, 3, 4, 7):
        again = np.asarray(with_threads(threads, lambda: a @ b))
        assert np.array_equal(first, again), f"{threads} threads"


@settings(max_examples=60)
@given(
    m=st.integers(1, 40),
    n=st.integers(1, 40),
    k=st.integers(1, 40),
    steps=st.tuples(*[st.sampled_from([1, 2, -1, -3])] * 4),
    dtype=st.sampled_from([pynn.float32, pynn.float64, pynn.int32, pynn.int64]),
    batch=st.sampled_from([(), (1,), (5,), (2, 3)]),
)
def test_gaps_reversed_and_repeated_axes(m, n, k, steps, dtype, batch):
    a = small_integers((*batch, 3 * m, 3 * k), 8)[..., :: steps[0], :: steps[1]][..., :m, :k]
    b = small_integers((*batch, 3 * k, 3 * n), 9)[..., :: steps[2], :: steps[3]][..., :k, :n]
    x = pynn.tensor(np.ascontiguousarray(small_integers((*batch, 3 * m, 3 * k), 8)), dtype=dtype)
    y = pynn.tensor(np.ascontiguousarray(small_integers((*batch, 3 * k, 3 * n), 9)), dtype=dtype)
    x = strided(x, steps[0], steps[1])[..., :m, :k]
    y = strided(y, steps[2], steps[3])[..., :k, :n]
    assert np.array_equal(np.asarray(x @ y), a @ b)
    row = x[..., :1, :].expand(*batch, 6, k)  # a stride of 0
    assert np.array_equal(np.asarray(row @ y), np.repeat(a[..., :1, :], 6, axis=-2) @ b)


def strided(x, row_step: int, column_step: int):
    """x[..., ::row_step, ::column_step]; a negative step by way of a flipped view, where there are such."""
    if row_step < 0:
        x = x.flip(-2)
    if column_step < 0:
        x = x.flip(-1)
    return x[..., :: abs(row_step), :: abs(column_step)]


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_linear_adds_its_bias_on_every_way(rows):
    for k, n in [(3, 5), (40, 33), (500, 70), (900, 1)]:
        x, w, b = small_integers((rows, k), 1), small_integers((n, k), 2), small_integers((n,), 3)
        y = pynn.nn.functional.linear(pynn.tensor(x), pynn.tensor(w), pynn.tensor(b))
        assert np.array_equal(np.asarray(y), x @ w.T + b)


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
