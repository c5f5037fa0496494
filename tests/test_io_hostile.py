"""Files that somebody damaged on purpose: one kind of error, no memory taken on their word, no code run."""

from __future__ import annotations

import json
import pickle
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pynn

HERE = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
STATE = {
    "model": {"weight": pynn.arange(6).reshape(2, 3), "bias": pynn.ones(2)},
    "rates": [0.1, float("inf")],
    "pair": (1, None, "text"),
    "array": np.arange(3.0),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "whole.safetensors"
    pynn.save(STATE, path)
    return path.read_bytes()


def file_of(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def load(folder: Path, content: bytes) -> Any:
    """What is read, or None if the file was refused; never more memory than some times the file."""
    path = folder / "hostile.safetensors"
    path.write_bytes(content)
    tracemalloc.start()
    found, complaint = None, "hostile.safetensors"
    try:
        found = pynn.load(path)
    except ValueError as error:
        complaint = str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 1_000_000 + 60 * len(content)
    assert "hostile.safetensors" in complaint
    assert len(complaint) < 1000
    return found


def test_arrays_and_numbers_of_numpy_come_back(tmp_path: Path) -> None:
    pynn.save({"a": np.arange(4.0), "n": np.int64(3), "f": np.float32(0.5)}, tmp_path / "a.safetensors")
    found = pynn.load(tmp_path / "a.safetensors")
    assert isinstance(found["a"], np.ndarray)
    assert found["a"].tolist() == [0, 1, 2, 3]
    assert (found["n"], found["f"]) == (3, 0.5)
    with pytest.raises(TypeError, match=r"save: u is a ndarray"):
        pynn.save({"u": np.zeros(2, np.uint16)}, tmp_path / "a.safetensors")


@HERE
@given(st.data())
def test_flipped_bytes(tmp_path: Path, whole: bytes, data: st.DataObject) -> None:
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    load(tmp_path, bytes(content))


@HERE
@given(st.data())
def test_pieces_cut_out_and_put_in(tmp_path: Path, whole: bytes, data: st.DataObject) -> None:
    begin, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    load(tmp_path, whole[:begin] + data.draw(st.binary(max_size=20)) + whole[end:])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F64", "BOOL", "BF16"]) | ANYTHING,
        "shape": st.lists(st.integers(-1, 4) | st.integers(), max_size=10) | ANYTHING,
        "data_offsets": st.lists(st.integers(0, 16), min_size=2, max_size=2) | ANYTHING,
    }
)


@HERE
@given(st.dictionaries(st.text(max_size=4), ENTRY, max_size=3) | ANYTHING, st.binary(max_size=16))
def test_headers_that_say_anything(tmp_path: Path, header: Any, data: bytes) -> None:
    load(tmp_path, file_of(header, data))


KINDS = st.sampled_from(["tensor", "array", "float", "dict", "list", "tuple", "code"])


@HERE
@given(ANYTHING | st.dictionaries(KINDS, ANYTHING, min_size=1, max_size=1))
def test_structures_that_say_anything(tmp_path: Path, structure: Any) -> None:
    load(tmp_path, file_of({"__metadata__": {"pynn.structure": json.dumps(structure)}}))


@pytest.mark.parametrize(
    "content",
    [
        file_of(b"[" * 200_000),
        file_of(b'{"a":' * 100_000),
        file_of({"__metadata__": {"pynn.structure": '{"list":[' * 50_000}}),
        file_of({"__metadata__": {"pynn.structure": 5}}),
        file_of({"__metadata__": {"pynn.structure": json.dumps({"float": 10**400})}}),
        file_of(b'{"a":' + b"1" * 100_000 + b"}"),
        file_of({"x": {"dtype": "F32", "shape": [1 << 62] * 50_000, "data_offsets": [0, 8]}}, bytes(8)),
        file_of({"x": {"dtype": "F32", "shape": [0, 1 << 62], "data_offsets": [0, 0]}}),
        file_of({"x": {"dtype": "F32", "shape": [0, 1 << 31, 1 << 31], "data_offsets": [0, 0]}}),
        file_of({"x": {"dtype": ["F32"], "shape": [2], "data_offsets": [0, 8]}}, bytes(8)),
        file_of({"x" * 100_000: {"dtype": "F" * 100_000, "shape": [2], "data_offsets": [0, 8]}}, bytes(8)),
        struct.pack("<Q", 1 << 63) + bytes(100),
        struct.pack("<Q", (1 << 64) - 1) + bytes(100),
    ],
    ids=[
        "lists in lists", "objects in objects", "structure in structure", "number as structure", "no float",
        "long number", "many axes", "empty but huge", "empty but too large", "list as dtype", "long names",
        "half of everything", "all ones",
    ],
)  # fmt: skip
def test_bombs_are_refused(tmp_path: Path, content: bytes) -> None:
    assert load(tmp_path, content) is None


@pytest.mark.parametrize("depth", [10, 100, 300, 450, 500, 900, 2000])
def test_deep_structures_come_back_or_are_refused(tmp_path: Path, depth: int) -> None:
    found = load(
        tmp_path, file_of({"__metadata__": {"pynn.structure": '{"list":[' * depth + "1" + "]}" * depth}})
    )
    while isinstance(found, list):
        (found,) = found
    assert found in (1, None)
    assert depth > 100 or found == 1


def test_a_file_with_a_hole_of_a_terabyte(tmp_path: Path) -> None:
    path = tmp_path / "hole.safetensors"
    header = {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    path.write_bytes(file_of(header, bytes(8)))
    with path.open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(ValueError, match="its header describes 8"):
        pynn.load(path)


class Bang:
    def __reduce__(self) -> Any:
        return exec, ("raise SystemExit('code was run')",)


def test_no_pickle_is_ever_run(tmp_path: Path) -> None:
    assert load(tmp_path, pickle.dumps(Bang())) is None
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Bang()))
    assert load(tmp_path, (tmp_path / "z").read_bytes()) is None
