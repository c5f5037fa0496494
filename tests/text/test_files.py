"""Text files and files of tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn import text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("texts")


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))), st.booleans())
def test_lines_are_what_was_written(folder, lines, end):
    path = folder / "lines.txt"
    for newline in ("\n", "\r\n"):
        content = newline.join(lines) + (newline if end and lines else "")
        path.write_bytes(content.encode())
        expected = content.replace("\r\n", "\n").removeprefix("\ufeff")
        found = text.TextFile(path)
        assert found.read() == expected
        # A text that ends in the end of a line has no line after it.
        wanted = expected.split("\n")[:-1] if expected.endswith("\n") else expected.split("\n")
        assert list(found) == (wanted if expected else [])
        assert len(found) == len(list(found))


def test_encodings(tmp_path):
    path = tmp_path / "old.txt"
    path.write_bytes("naïve\ncafé\n".encode("cp1252"))
    assert list(text.TextFile(path, "cp1252")) == ["naïve", "café"]
    assert list(text.TextFile(path, errors="replace")) == ["na\ufffdve", "caf\ufffd"]
    assert text.TextFile(path, errors="ignore")[1] == "caf"
    with pytest.raises(ValueError, match=r"line 2: the byte 0xe9 at position 9.*utf-8.*cp1252"):
        text.TextFile(path)[1]
    with pytest.raises(ValueError, match="line 1"):
        text.TextFile(path).read()
    path.write_bytes("\ufeffmarked".encode())
    assert text.TextFile(path)[0] == "marked"
    with pytest.raises(IndexError, match="line 1"):
        text.TextFile(path)[1]
    assert text.TextFile(path)[-1] == "marked"


def test_lines_across_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(text.files, "BLOCK", 5)
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(map(str, range(200))))
    assert list(text.TextFile(path)) == list(map(str, range(200)))
    loader = pynn.data.DataLoader(text.TextFile(path), 64, num_workers=2)
    assert [line for batch in loader for line in batch] == list(map(str, range(200)))


@pytest.mark.parametrize(("size", "dtype"), [(256, "uint16"), (65536, "uint16"), (65537, "uint32")])
def test_tokens_take_two_bytes_or_four(tmp_path, size, dtype):
    path = tmp_path / "tokens.npy"
    assert text.save_tokens(path, [[0, size - 1], [], np.array([3]), pynn.tensor([4, 5])], size) == 5
    tokens = text.load_tokens(path)
    assert isinstance(tokens, np.memmap)
    assert (str(tokens.dtype), tokens.tolist()) == (dtype, [0, size - 1, 3, 4, 5])
    np.testing.assert_array_equal(np.load(path), tokens)


def test_one_stream_or_many_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(text.files, "BLOCK", 7)
    path = tmp_path / "tokens.npy"
    for tokens in (range(30), list(range(30)), np.arange(30), pynn.arange(30), (i for i in range(30))):
        assert text.save_tokens(path, tokens, 30) == 30
        assert text.load_tokens(path).tolist() == list(range(30))
    windows = text.WindowDataset(text.load_tokens(path), 4)
    assert windows[1][1].tolist() == [5, 6, 7, 8]
    assert windows.take(slice(0, 2))[0].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert text.save_tokens(path, [], 30) == 0
    assert text.load_tokens(path).tolist() == []


def test_what_breaks_off_leaves_the_old_file(tmp_path):
    path = tmp_path / "tokens.npy"
    text.save_tokens(path, [1, 2], 3)

    def parts():
        yield [0, 1]
        yield [2, 7]

    with pytest.raises(ValueError, match="token 7, number 3 of the stream, is not one of 0 to 2"):
        text.save_tokens(path, parts(), 3)
    assert text.load_tokens(path).tolist() == [1, 2]
    assert [entry.name for entry in tmp_path.iterdir()] == ["tokens.npy"]


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"\x80\x04K\x01.", b"PK\x03\x04"])
def test_no_sound_file(tmp_path, content):
    path = tmp_path / "tokens.npy"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"tokens\.npy"):
        text.load_tokens(path)


def test_other_arrays_are_refused(tmp_path):
    for array in (np.ones(3), np.ones((2, 2), int), np.array([{}], dtype=object)):
        np.save(tmp_path / "a.npy", array, allow_pickle=True)
        with pytest.raises(ValueError, match=r"a\.npy"):
            text.load_tokens(tmp_path / "a.npy")
