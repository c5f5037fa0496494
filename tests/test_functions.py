"""Functions written in Python over the ops, against PyTorch and NumPy."""

from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn.autograd import gradcheck

rng = np.random.default_rng(0)
M, N = rng.standard_normal((4, 5)), rng.standard_normal((3, 5))
WITH_NAN = np.array([[1.0, np.nan, 3.0, 2.0], [4.0, 2.0, 2.0, 1.0]])
WHOLE = np.array([3, 1, 2, 3, 0, 3])


def same(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, tuple):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            same(a, b)
        return
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert str(ours.dtype).removeprefix("pynn.") == str(theirs.dtype).removeprefix("torch.")
    np.testing.assert_allclose(ours.detach().numpy(), theirs.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "arguments", "options"),
    [
        ("median", [M], {}),
        ("median", [WITH_NAN], {}),
        ("median", [M], {"dim": 0}),
        ("median", [M], {"dim": 1, "keepdim": True}),
        ("median", [WITH_NAN], {"dim": 1}),
        ("median", [WHOLE], {}),
        ("quantile", [M, 0.3], {}),
        ("quantile", [M, np.array([0.0, 0.25, 1.0])], {"dim": 1}),
        ("quantile", [M, 0.3], {"dim": 0, "keepdim": True}),
        ("quantile", [M, np.array([0.1, 0.9])], {"keepdim": True}),
        *[
            ("quantile", [M, 0.37], {"interpolation": how})
            for how in ("lower", "higher", "nearest", "midpoint")
        ],
        ("quantile", [WITH_NAN, 0.5], {"dim": 1}),
        ("nansum", [WITH_NAN], {"dim": 1}),
        ("nanmean", [WITH_NAN], {"dim": 0, "keepdim": True}),
        ("std_mean", [M], {"dim": 1}),
        ("var_mean", [M], {"correction": 0}),
        ("cov", [M], {}),
        ("cov", [M[0]], {"correction": 0}),
        ("corrcoef", [M], {}),
        ("unique", [WHOLE], {"return_inverse": True, "return_counts": True}),
        ("unique", [WHOLE.reshape(2, 3)], {"return_inverse": True}),
        ("unique", [np.array(WHOLE[0])], {"return_inverse": True}),
        ("unique", [np.array([[1, 2], [1, 2], [0, 2]])], {"dim": 0}),
        ("bincount", [WHOLE], {"minlength": 6}),
        ("bincount", [WHOLE, rng.random(6)], {}),
        ("histc", [M], {"bins": 5}),
        ("histc", [M], {"bins": 4, "min": -1, "max": 1}),
        ("searchsorted", [np.sort(M[0]), N], {}),
        ("searchsorted", [np.array([1, 3, 3, 5]), WHOLE], {"right": True}),
        ("bucketize", [WHOLE, np.array([1, 3])], {}),
        ("bucketize", [WHOLE, np.array([1, 3])], {"right": True}),
        ("isin", [WHOLE, np.array([3, 0])], {"invert": True}),
        ("meshgrid", [M[0], N[:, 0]], {"indexing": "ij"}),
        ("meshgrid", [M[0], N[:, 0], M[1, :2]], {"indexing": "xy"}),
        ("cartesian_prod", [M[0], N[0], M[1, :2]], {}),
        ("combinations", [M[0]], {"r": 3}),
        ("combinations", [M[0]], {"with_replacement": True}),
        ("broadcast_tensors", [M, N[0]], {}),
        ("atleast_1d", [np.array(2.0)], {}),
        ("atleast_2d", [M[0]], {}),
        ("tensor_split", [M, 3], {"dim": 1}),
        ("tensor_split", [M, (1, 3)], {}),
        ("hsplit", [M, (2,)], {}),
        ("vsplit", [M, 2], {}),
        ("fliplr", [M], {}),
        ("flipud", [M], {}),
        ("block_diag", [M, N, np.array([[2.0]])], {}),
        ("cdist", [M, N], {}),
        ("cdist", [M.reshape(2, 1, 2, 5), N], {"p": 1.0}),
        ("dist", [M[:3], N], {"p": 3.0}),
        ("diff", [M], {"n": 2}),
        ("diff", [M], {"dim": 0}),
        ("diff", [M], {"n": 9}),
        ("diff", [np.array([True, False, False])], {}),
        ("inner", [M, N], {}),
        ("inner", [M[0], N[0]], {}),
        ("kron", [M, N], {}),
        ("kron", [M[0], N], {}),
        ("trace", [M], {}),
        ("logit", [rng.random(5)], {}),
        ("logit", [np.array([0.0, 0.4, 1.0])], {"eps": 0.1}),
        ("isclose", [M, M + 1e-7], {}),
        ("addmv", [M[:, 0], M, N[0]], {"beta": 0.5, "alpha": 2.0}),
        ("addr", [M, M[:, 0], N[0]], {"beta": 0.5}),
        ("baddbmm", [M[:, :4], M.reshape(1, 4, 5), M.T.reshape(1, 5, 4).copy()], {"alpha": 3.0}),
        ("ger", [M[0], N[:, 0]], {}),
        ("vdot", [M[0], N[0]], {}),
        ("cross", [M[:, :3], N[:1, 2:]], {"dim": 1}),
        ("sinc", [np.array([-1.5, 0.0, 0.25, 2.0])], {}),
        ("deg2rad", [M], {}),
        ("rad2deg", [M], {}),
        ("signbit", [np.array([-1.0, -0.0, 0.0, 2.0, -np.inf])], {}),
        ("signbit", [WHOLE - 2], {}),
        ("copysign", [np.array([1.0, -2.0, 0.0]), np.array([-0.0, 3.0, -1.0])], {}),
        ("copysign", [M, -1.0], {}),
        ("float_power", [WHOLE, 2], {}),
    ],
)
def test_is_as_in_torch(name: str, arguments: list[Any], options: dict[str, Any]) -> None:
    ours = [pynn.from_numpy(a.copy()) if isinstance(a, np.ndarray) else a for a in arguments]
    theirs = [torch.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments]
    expected = getattr(torch, name)(*theirs, **options)
    expected = tuple(expected) if isinstance(expected, (tuple, list)) else expected
    same(getattr(pynn, name)(*ours, **options), expected)
    if hasattr(pynn.Tensor, name) and hasattr(torch.Tensor, name):
        same(getattr(ours[0], name)(*ours[1:], **options), expected)


def test_stacks_and_triangles() -> None:
    columns = pynn.column_stack([pynn.tensor([1, 2]), pynn.tensor([[3, 4], [5, 6]])])
    assert columns.tolist() == [[1, 3, 4], [2, 5, 6]]
    assert pynn.dstack([pynn.tensor([1, 2]), pynn.tensor([3, 4])]).tolist() == [[[1, 3], [2, 4]]]
    for ours, theirs in ((pynn.tril_indices, torch.tril_indices), (pynn.triu_indices, torch.triu_indices)):
        assert ours(3, 4, 1).tolist() == theirs(3, 4, 1).tolist()
    np.testing.assert_allclose(
        pynn.logspace(-1, 2, 5, base=2.0).numpy(), np.logspace(-1, 2, 5, base=2), rtol=1e-6
    )


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.median(1).values,
        lambda x: x.quantile(pynn.tensor([0.3, 0.8], dtype=pynn.float64), 0),
        pynn.cov,
        pynn.corrcoef,
        lambda x: pynn.cdist(x, x[:2] + 1),
        lambda x: x.kron(x[:1]),
        lambda x: x.diff(2),
        lambda x: (x * (x > 0)).sinc(),
        lambda x: pynn.cross(x[:, :3], x[:, 2:]),
        lambda x: pynn.block_diag(x, x.T),
    ],
)
def test_gradients(function: Any) -> None:
    assert gradcheck(function, [pynn.tensor(N, dtype=pynn.float64, requires_grad=True)])


def test_questions() -> None:
    x = pynn.tensor([1.0, float("nan")])
    assert not pynn.allclose(x, x)
    assert x.allclose(x, equal_nan=True)
    assert not x.equal(x)
    assert x.is_same_size(pynn.zeros(2))
    assert pynn.finfo(pynn.float64).eps == np.finfo(np.float64).eps
    assert repr(pynn.iinfo(pynn.int32)) == "iinfo(min=-2147483648, max=2147483647, dtype=int32)"
    with pytest.raises(TypeError, match="finfo"):
        pynn.iinfo(pynn.float32)
    with pytest.raises(TypeError, match="iinfo"):
        pynn.finfo(pynn.int64)


@pytest.mark.parametrize("a", ["bool", "uint8", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize("b", ["bool", "uint8", "int32", "int64", "float32", "float64"])
def test_dtypes_combine_as_in_torch(a: str, b: str) -> None:
    ours, theirs = [getattr(pynn, t) for t in (a, b)], [getattr(torch, t) for t in (a, b)]
    assert str(pynn.promote_types(*ours))[5:] == str(torch.promote_types(*theirs))[6:]
    assert pynn.can_cast(*ours) == torch.can_cast(*theirs)
    one = [
        m.ones(2, dtype=t) if m is torch else m.ones(2).to(t)
        for m, t in ((pynn, ours[0]), (torch, theirs[0]))
    ]
    for other in (2, 2.5):
        assert str(pynn.result_type(one[0], other))[5:] == str(torch.result_type(one[1], other))[6:]


def test_as_tensor_shares_memory_where_it_can() -> None:
    a = np.zeros(3, np.float32)
    t = pynn.as_tensor(a)
    a[1] = 7
    assert t.tolist() == [0, 7, 0]
    assert pynn.as_tensor(t) is t
    assert pynn.asarray(t, copy=True).data_ptr() != t.data_ptr()
    assert pynn.as_tensor([1, 2], dtype=pynn.float64).dtype == pynn.float64
    assert pynn.as_tensor(np.zeros(2, np.float16)).shape == (2,)


def test_draws_in_place() -> None:
    pynn.manual_seed(0)
    x = pynn.empty(20000).exponential_(2.0)
    assert x.min().item() > 0
    assert abs(x.mean().item() - 0.5) < 0.02
    assert abs(pynn.empty(20000).bernoulli_(0.3).mean().item() - 0.3) < 0.02
    assert pynn.empty(2, 3).bernoulli_(pynn.tensor([0.0, 1.0, 1.0])).tolist() == [[0, 1, 1]] * 2
    dice = pynn.empty(1000, dtype=pynn.int64).random_(1, 7)
    assert dice.unique().tolist() == [1, 2, 3, 4, 5, 6]
    assert pynn.tensor([0.0, 5.0]).multinomial(1).tolist() == [1]


def test_written_in_place() -> None:
    x = pynn.zeros(2, 3)
    assert x.fill_(2.5) is x
    assert x.copy_(pynn.tensor([1, 2, 3])).tolist() == [[1, 2, 3]] * 2
    big = pynn.zeros(2, dtype=pynn.int64).fill_(2**53 + 1)
    assert big.tolist() == [2**53 + 1] * 2
    assert pynn.zeros(2, dtype=pynn.float64).fill_(0.1).tolist() == [0.1, 0.1]
    value = pynn.tensor(3.0, requires_grad=True)
    y = pynn.ones(4) * 1
    y.fill_(value).sum().backward()
    assert value.grad.item() == 4
    with pytest.raises(pynn.ShapeError, match="one number"):
        x.fill_(pynn.ones(2))
    with pytest.raises(pynn.ShapeError):
        x.copy_(pynn.ones(4))
    with pytest.raises(pynn.AutogradError):
        pynn.ones(2, requires_grad=True).zero_()


def test_views_share_their_place() -> None:
    x = pynn.arange(6).reshape(2, 3)
    assert x.T.tolist() == x.mT.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert pynn.zeros(2, 3, 4).T.shape == (4, 3, 2)
    assert pynn.zeros(2, 3, 4).mT.shape == (2, 4, 3)
    assert (x[1].storage_offset(), x.itemsize, x.nbytes, x.element_size()) == (3, 8, 48, 8)
    assert (x.size(dim=-1), x.stride(dim=0), x.stride()) == (3, 3, (3, 1))
    w = pynn.ones(2, 3, requires_grad=True)
    (w.T * pynn.tensor([1.0, 2.0])).sum().backward()
    assert w.grad.tolist() == [[1, 1, 1], [2, 2, 2]]
    with pytest.raises(IndexError):
        x.size(2)
    with pytest.raises(TypeError, match="one axis"):
        x.size(0, 1)
    with pytest.raises(pynn.ShapeError, match="last two axes"):
        _ = x[0].mT
    with pytest.raises(TypeError, match="must be a Tensor"):
        x.data = [1]


def test_data_has_torchs_address() -> None:
    from pynn.utils.data import DataLoader, TensorDataset

    assert DataLoader is pynn.data.DataLoader
    assert TensorDataset is pynn.data.TensorDataset


def test_a_model_is_saved_and_loaded(tmp_path: Any) -> None:
    a, b = (pynn.nn.Sequential(pynn.nn.Linear(3, 4), pynn.nn.Linear(4, 2)) for _ in range(2))
    a.save(tmp_path / "model.safetensors")
    x = pynn.randn(5, 3)
    assert b.load(tmp_path / "model.safetensors") is b
    assert b(x).equal(a(x))
    with pytest.raises(ValueError, match="missing"):
        pynn.nn.Linear(3, 4).load(tmp_path / "model.safetensors")
