"""Saving and loading: what comes back, what other programs read, and files that were damaged."""

import json
import math
import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from torch_if_there import torch

import pynn
from pynn import nn

NAMES = ["float32", "float64", "int32", "int64", "uint8", "bool"]


def same(a: Any, b: Any) -> bool:
    """Equal structures, types and values, NaN equal to NaN."""
    if isinstance(a, pynn.Tensor):
        equal_type = isinstance(b, pynn.Tensor) and a.dtype == b.dtype and a.shape == b.shape
        return equal_type and np.array_equal(a.numpy(), b.numpy())
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


# ---- there and back --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (2, 3), (2, 1, 4)])
def test_every_dtype_and_shape(tmp_path: Path, name: str, shape: tuple[int, ...]) -> None:
    x = (pynn.rand(shape) * 3).to(getattr(pynn, name))
    pynn.save({"x": x}, tmp_path / "x.safetensors")
    assert same(pynn.load(tmp_path / "x.safetensors"), {"x": x})


@pytest.mark.parametrize(
    "structure",
    [
        {"a": pynn.ones(2), "epoch": 3, "lr": 1e-3, "name": "net", "none": None, "yes": True},
        {0: {"step": 4, "m": pynn.zeros(2, 2)}, 1: {}},
        [pynn.arange(3), (1, 2.5), [], {}],
        pynn.tensor(5.0),
        {"bad": [math.nan, math.inf, -math.inf]},
        3,
    ],
)
def test_structures(tmp_path: Path, structure: Any) -> None:
    pynn.save(structure, tmp_path / "s.safetensors")
    assert same(pynn.load(tmp_path / "s.safetensors"), structure)


def test_views_are_saved_as_what_they_show(tmp_path: Path) -> None:
    x = pynn.arange(6).reshape(2, 3)
    pynn.save({"t": x.T, "row": x[1]}, tmp_path / "v.safetensors")
    found = pynn.load(tmp_path / "v.safetensors")
    assert found["t"].tolist() == x.T.tolist()
    assert found["row"].tolist() == [3, 4, 5]


def test_a_model_and_its_optimizer_go_on(tmp_path: Path) -> None:
    def made() -> tuple[nn.Module, pynn.optim.Optimizer]:
        model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
        return model, pynn.optim.Adam(model.parameters(), lr=0.1)

    def step(model: nn.Module, optimizer: pynn.optim.Optimizer) -> None:
        optimizer.zero_grad()
        (model(pynn.ones(2, 3)) ** 2).sum().backward()
        optimizer.step()

    model, optimizer = made()
    step(model, optimizer)
    pynn.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "c.safetensors")
    other, other_optimizer = made()
    checkpoint = pynn.load(tmp_path / "c.safetensors")
    other.load_state_dict(checkpoint["model"])
    other_optimizer.load_state_dict(checkpoint["optimizer"])
    step(model, optimizer)
    step(other, other_optimizer)
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        assert a.tolist() == b.tolist()


# ---- other programs --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_safetensors_reads_what_we_write(tmp_path: Path, name: str) -> None:
    x = (pynn.rand(3, 2) * 3).to(getattr(pynn, name))
    pynn.save({"x": x, "y": pynn.ones(1)}, tmp_path / "x.safetensors")
    found = safetensors.numpy.load_file(tmp_path / "x.safetensors")
    np.testing.assert_array_equal(found["x"], x.numpy())
    theirs = pytest.importorskip("safetensors.torch")
    assert theirs.load_file(tmp_path / "x.safetensors")["x"].dtype == getattr(torch, name)


def test_we_read_what_safetensors_writes(tmp_path: Path) -> None:
    theirs = pytest.importorskip("safetensors.torch")
    tensors = {"b": torch.arange(5), "a": torch.randn(2, 3), "c": torch.zeros(0, 2)}
    theirs.save_file(tensors, tmp_path / "t.safetensors")
    found = pynn.load(tmp_path / "t.safetensors")
    assert {name: x.tolist() for name, x in found.items()} == {n: t.tolist() for n, t in tensors.items()}


# ---- failures --------------------------------------------------------------------------------------------


def test_what_cannot_be_saved_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    pynn.save({"x": pynn.ones(2)}, path)
    with pytest.raises(TypeError, match=r"save: layer is a Linear.*state_dict"):
        pynn.save({"layer": nn.Linear(2, 2)}, path)
    with pytest.raises(TypeError, match="expected a string or number"):
        pynn.save({(1, 2): pynn.ones(2)}, path)
    assert pynn.load(path)["x"].tolist() == [1.0, 1.0]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.safetensors"
    pynn.save({"x": pynn.ones(2)}, path)

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        pynn.save({"x": pynn.zeros(2)}, path)
    assert pynn.load(path)["x"].tolist() == [1.0, 1.0]
    assert [file.name for file in tmp_path.iterdir()] == ["m.safetensors"]


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pynn.load(tmp_path / "none.safetensors")


def file_of(header: Any, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(**changes: Any) -> dict[str, Any]:
    return {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}}


EIGHT = bytes(8)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "it has 0 bytes"),
        (b"PK\x03\x04", "it has 4 bytes"),
        (file_of({}, length=1 << 40), "header claims"),
        (file_of(b"not json"), "no JSON"),
        (file_of(b"\xff\xfe"), "no JSON"),
        (file_of([1, 2]), "no JSON object"),
        (file_of({"__metadata__": [1]}), "metadata is no JSON object"),
        (file_of({"x": {"dtype": "F32"}}), "entry of 'x' is incomplete"),
        (file_of({"x": 3}), "entry of 'x' is incomplete"),
        (file_of(entry(dtype="F8"), EIGHT), "of type 'F8'"),
        (file_of(entry(shape=[-2]), EIGHT), "has shape"),
        (file_of(entry(shape=[2.0]), EIGHT), "has shape"),
        (file_of(entry(shape=2), EIGHT), "has shape"),
        (file_of(entry(shape=[1 << 62, 4]), EIGHT), "claims the bytes"),
        (file_of(entry(), bytes(4)), "claims the bytes"),
        (file_of(entry(data_offsets=[8, 0]), EIGHT), "claims the bytes"),
        (file_of(entry(data_offsets=[4, 12]), bytes(12)), "starts at byte 4"),
        (file_of(entry(), bytes(12)), "12 bytes of data"),
        (file_of({"__metadata__": {"pynn.structure": "{"}}), "structure that save writes"),
        (file_of({"__metadata__": {"pynn.structure": '{"tensor": "x"}'}}), "structure that save writes"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=complaint) as caught:
        pynn.load(path)
    assert "bad.safetensors" in str(caught.value)


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    pynn.save({"x": pynn.ones(3), "y": pynn.zeros(2)}, tmp_path / "whole.safetensors")
    whole = (tmp_path / "whole.safetensors").read_bytes()
    cut = tmp_path / "cut.safetensors"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="not a sound safetensors file"):
            pynn.load(cut)
