"""Devices, Tensor.to and its relatives, and new tensors beside an old one, as in PyTorch."""

import copy
import pickle
import re

import numpy as np
import pytest
from torch_if_there import torch

import pynn

NAMES = ["float32", "float64", "int32", "int64", "uint8", "bool"]


# ---- device ----------------------------------------------------------------------------------------------


def test_there_is_one_device() -> None:
    assert pynn.device("cpu") == pynn.device("cpu:0") == pynn.zeros(2).device
    assert pynn.device("cpu", 0).index == 0
    assert pynn.device("cpu").index is None
    assert repr(pynn.device("cpu")) == repr(torch.device("cpu"))
    assert repr(pynn.device("cpu", 0)) == repr(torch.device("cpu", 0))
    assert len({pynn.device("cpu"), pynn.device("cpu")}) == 1
    assert pickle.loads(pickle.dumps(pynn.device("cpu:0"))).index == 0
    assert copy.deepcopy(pynn.device("cpu")) == pynn.device("cpu")
    assert pynn.device("cpu") != "cuda"


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "mps", "cpu:1", "", "cpu:"])
def test_other_devices_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="the only device is 'cpu'"):
        pynn.device(name)
    with pytest.raises(ValueError, match="the only device is 'cpu'"):
        pynn.zeros(2).to(name)
    with pytest.raises(ValueError, match="the only device is 'cpu'"):
        pynn.zeros(2).new_zeros(2, device=name)


def test_is_cuda() -> None:
    assert pynn.zeros(1).is_cuda is False


# ---- to --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", NAMES)
@pytest.mark.parametrize("target", NAMES)
def test_to_converts_as_torch(source: str, target: str) -> None:
    values = [0, 1, 2, 100]
    ours = pynn.tensor(values, getattr(pynn, source)).to(getattr(pynn, target))
    theirs = torch.tensor(values, dtype=getattr(torch, source)).to(getattr(torch, target))
    assert ours.dtype == getattr(pynn, target)
    np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_to_takes_devices_and_tensors() -> None:
    x = pynn.ones(2)
    assert x.to("cpu") is x
    assert x.to(pynn.device("cpu")) is x
    assert x.to(pynn.float32) is x
    assert x.to(x) is x
    assert x.to("cpu", pynn.float64).dtype == pynn.float64
    assert x.to(device="cpu", dtype=pynn.int64).dtype == pynn.int64
    assert x.to(pynn.zeros(1, dtype=pynn.float64)).dtype == pynn.float64
    assert x.type_as(pynn.zeros(1, dtype=pynn.int32)).dtype == pynn.int32
    changed = x.to("cpu", copy=True)
    changed.fill_(5.0)
    assert x.tolist() == [1.0, 1.0]
    with pytest.raises(TypeError, match="expected a dtype, a device or a Tensor, got 3"):
        x.to(3)


def test_gradients_pass_through_to() -> None:
    x = pynn.tensor([1.0, 2.0], requires_grad=True)
    (x.to(pynn.float64) * 3).sum().backward()
    assert x.grad.dtype == pynn.float32
    assert x.grad.tolist() == [3.0, 3.0]


# ---- shapes of others ------------------------------------------------------------------------------------


def test_shapes_of_another_tensor() -> None:
    x, like = pynn.arange(6), pynn.zeros(2, 3)
    assert x.view_as(like).shape == x.reshape_as(like).shape == (2, 3)
    assert pynn.ones(3).expand_as(like).tolist() == [[1.0] * 3] * 2
    with pytest.raises(pynn.ShapeError):
        x.view_as(pynn.zeros(4))


# ---- new tensors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["new_zeros", "new_ones", "new_empty"])
def test_new_tensors(name: str) -> None:
    x = pynn.zeros(1, dtype=pynn.float64)
    for made in (getattr(x, name)(2, 3), getattr(x, name)((2, 3)), getattr(x, name)([2, 3])):
        assert (made.shape, made.dtype, made.requires_grad) == ((2, 3), pynn.float64, False)
    assert getattr(x, name)(2, dtype=pynn.int64).dtype == pynn.int64
    assert getattr(x, name)(2, requires_grad=True).requires_grad
    if name != "new_empty":
        theirs = getattr(torch.zeros(1, dtype=torch.float64), name)(2, 3)
        assert getattr(x, name)(2, 3).tolist() == theirs.tolist()


def test_new_full_and_new_tensor() -> None:
    x = pynn.zeros(1, dtype=pynn.int32)
    assert x.new_full((2,), 7).tolist() == [7, 7]
    assert x.new_full((2,), 7).dtype == pynn.int32
    assert x.new_tensor([1.0, 2.0]).dtype == pynn.int32
    assert x.new_tensor([1, 2], dtype=pynn.float64).tolist() == [1.0, 2.0]


# ---- max and min -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
def test_extremes_along_an_axis(name: str, dim: int, keepdim: bool) -> None:
    values = np.random.default_rng(0).standard_normal((4, 5, 3))
    x = pynn.tensor(values, pynn.float64, requires_grad=True)
    t = torch.tensor(values, requires_grad=True)
    ours, theirs = getattr(x, name)(dim, keepdim), getattr(t, name)(dim, keepdim)
    np.testing.assert_array_equal(ours.values.detach().numpy(), theirs.values.detach().numpy())
    np.testing.assert_array_equal(ours.indices.numpy(), theirs.indices.numpy())
    (ours.values * ours.values).sum().backward()
    (theirs.values * theirs.values).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy())


@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_of_all_and_of_two(name: str) -> None:
    a, b = np.random.default_rng(1).standard_normal((2, 3, 4)).astype(np.float32)
    ours, theirs = getattr(pynn, name), getattr(torch, name)
    assert ours(pynn.tensor(a)).item() == theirs(torch.tensor(a)).item()
    both = ours(pynn.tensor(a), pynn.tensor(b))
    np.testing.assert_array_equal(both.numpy(), theirs(torch.tensor(a), torch.tensor(b)).numpy())
    with pytest.raises(ValueError, match="no element to choose from"):
        ours(pynn.zeros(0, 3))


# ---- what this pynn is -----------------------------------------------------------------------------------


def test_version_and_config() -> None:
    assert pynn.__version__[0].isdigit()
    assert pynn.__version__ in pynn.show_config()
    assert re.search(rf"^threads +{pynn.get_num_threads()}\b", pynn.show_config(), re.MULTILINE)
