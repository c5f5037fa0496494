"""bfloat16 and int8 between pynn and PyTorch: memory, files, promotion, what a region computes in."""

from __future__ import annotations

import numpy as np
import pytest
from op_suite.bfloat16 import to_bfloat16

import pynn

torch = pytest.importorskip("torch")

NAMES = ["bool", "uint8", "int8", "int32", "int64", "bfloat16", "float32", "float64"]


@pytest.mark.parametrize("name", ["bfloat16", "int8"])
def test_dlpack_shares_memory_both_ways(name):
    ours = pynn.arange(0, 6, dtype=getattr(pynn, name)).reshape(2, 3)
    theirs = torch.from_dlpack(ours)
    assert theirs.dtype == getattr(torch, name)
    theirs[1, 2] = -7
    assert ours[1, 2].item() == -7
    back = pynn.from_dlpack(theirs.T)
    assert back.dtype == ours.dtype
    back[0, 0] = 3
    assert ours[0, 0].item() == 3
    assert back.tolist() == [[3, 3], [1, 4], [2, -7]]


def test_rounding_is_torchs():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 1 << 32, 100_000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    theirs = torch.from_numpy(x).bfloat16().float().numpy()
    np.testing.assert_array_equal(np.asarray(pynn.from_numpy(x).bfloat16()), theirs)


@pytest.mark.parametrize("a", NAMES)
@pytest.mark.parametrize("b", NAMES)
def test_promotion_is_torchs(a, b):
    if {a, b} == {"uint8", "int8"}:  # torch: int16, which pynn does not have
        assert pynn.promote_types(getattr(pynn, a), getattr(pynn, b)) == pynn.int32
        return
    want = torch.promote_types(getattr(torch, a), getattr(torch, b))
    assert str(pynn.promote_types(getattr(pynn, a), getattr(pynn, b))) == str(want).replace("torch", "pynn")


def test_products_agree():
    rng = np.random.default_rng(1)
    a, b = to_bfloat16(rng.standard_normal((33, 200))), to_bfloat16(rng.standard_normal((200, 50)))
    ours = pynn.tensor(a, dtype=pynn.bfloat16) @ pynn.tensor(b, dtype=pynn.bfloat16)
    theirs = torch.tensor(a, dtype=torch.bfloat16) @ torch.tensor(b, dtype=torch.bfloat16)
    np.testing.assert_allclose(np.asarray(ours), theirs.float().numpy(), rtol=2.0**-7, atol=1e-4)


def test_a_region_computes_in_the_types_of_torchs():
    def types(lib):
        x, w = lib.ones(3, 4), lib.ones(5, 4, requires_grad=True)
        target = lib.tensor([0, 1, 2])
        with lib.autocast("cpu", dtype=lib.bfloat16):
            y = lib.nn.functional.linear(x, w)
            z = lib.relu(y) + 1
            loss = lib.nn.functional.mse_loss(z, lib.zeros(3, 5))
            entropy = lib.nn.functional.cross_entropy(y, target)
        (loss.float() + entropy.float()).backward()
        return [str(t.dtype).partition(".")[2] for t in (x @ w.T, y, z, loss, w.grad)]

    assert types(pynn) == types(torch) == ["float32", "bfloat16", "bfloat16", "float32", "float32"]


def test_files_are_read_by_others_and_read_others(tmp_path):
    files = pytest.importorskip("safetensors.torch")
    ours = {"w": pynn.randn(3, 4).bfloat16(), "q": pynn.tensor([-128, 5], dtype=pynn.int8)}
    pynn.save(ours, tmp_path / "ours.safetensors")
    theirs = files.load_file(tmp_path / "ours.safetensors")
    assert theirs["w"].dtype == torch.bfloat16
    np.testing.assert_array_equal(theirs["w"].float().numpy(), np.asarray(ours["w"]))
    assert theirs["q"].tolist() == [-128, 5]
    files.save_file(theirs, tmp_path / "theirs.safetensors")
    again = pynn.load(tmp_path / "theirs.safetensors")
    assert again["w"].dtype == pynn.bfloat16
    np.testing.assert_array_equal(np.asarray(again["w"]), np.asarray(ours["w"]))


def test_arrays_of_ml_dtypes_come_in():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = np.arange(6).reshape(2, 3).astype(ml_dtypes.bfloat16)
    copied, shared = pynn.tensor(array), pynn.from_numpy(array)
    assert copied.dtype == shared.dtype == pynn.bfloat16
    shared[0, 1] = 9
    assert float(array[0, 1]) == 9
    assert copied.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert pynn.tensor(array.T[:, ::-1]).tolist() == [[3, 0], [4, 9], [5, 2]]
    assert pynn.zeros(1, dtype=pynn.dtype(array.dtype)).dtype == pynn.bfloat16
