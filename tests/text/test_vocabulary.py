"""Characters and words: numbers, texts, files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn import text

WORDS = ["The cat sat on the mat.", "The dog sat on the log, too!", "Don't stop: (go on)."]


@given(st.text())
def test_characters_lose_nothing(written):
    letters = text.CharVocabulary(written)
    ids = letters.encode(written)
    assert letters.decode(ids) == written
    assert letters.decode(pynn.tensor(ids)) == written
    assert letters.tokens == sorted(set(written))


def test_special_tokens_come_first_and_stand_at_the_ends():
    letters = text.CharVocabulary("ab", pad="<pad>", unk="<unk>", bos="<s>", eos="</s>")
    assert letters.tokens == ["<pad>", "<unk>", "<s>", "</s>", "a", "b"]
    assert (letters.pad_id, letters.unk_id, letters.bos_id, letters.eos_id) == (0, 1, 2, 3)
    ids = letters.encode("abc", bos=True, eos=True)
    assert ids == [2, 4, 5, 1, 3]
    assert letters.decode(ids) == "ab"
    assert letters.decode(ids, keep_special=True) == "<s>ab<unk></s>"
    assert (letters["a"], letters["<s>"], letters["z"]) == (4, 2, 1)
    assert "a" in letters
    assert "z" not in letters


def test_one_token_may_have_two_roles():
    names = text.CharVocabulary("emma", bos=".", eos=".")
    assert names.tokens == [".", "a", "e", "m"]
    assert names.encode("emma", bos=True, eos=True) == [0, 2, 3, 3, 1, 0]
    assert text.CharVocabulary.from_dict(names.to_dict()).tokens == names.tokens


def test_words_are_numbered_by_how_often_they_come():
    words = text.WordVocabulary(WORDS)
    assert words.tokens[:6] == ["<pad>", "<unk>", "the", "on", ".", "sat"]
    assert words.split("Don’t STOP; it's 5.30!") == ["don’t", "stop", ";", "it's", "5", ".", "30", "!"]
    assert words.decode(words.encode(WORDS[1])) == "the dog sat on the log, too!"
    assert words.decode(words.encode(WORDS[2])) == "don't stop: (go on)."
    assert words.encode("zebra") == [words.unk_id]


def test_rare_words_are_left_out():
    assert text.WordVocabulary(WORDS, min_freq=2).tokens[2:] == ["the", "on", ".", "sat"]
    assert text.WordVocabulary(WORDS, max_size=4).tokens == ["<pad>", "<unk>", "the", "on"]
    assert text.WordVocabulary(WORDS, max_size=3, pad=None).tokens == ["<unk>", "the", "on"]
    exact = text.WordVocabulary(["A a <pad>"], lower=False, rule="spaces")
    assert exact.tokens == ["<pad>", "<unk>", "A", "a"]


def test_special_tokens_cannot_be_smuggled_in():
    words = text.WordVocabulary(["a b"], rule="spaces", eos="<eos>")
    assert words.encode("a <eos> <pad>") == [words["a"], words.unk_id, words.unk_id]


def test_batches_are_filled_up():
    words = text.WordVocabulary(WORDS, bos="<s>")
    tokens, lengths, mask = words.encode_batch(["the cat", "", "the dog sat"], bos=True)
    assert lengths.tolist() == [3, 1, 4]
    assert tokens.shape == (3, 4)
    assert tokens.numpy()[~mask.numpy()].tolist() == [0] * 4
    assert [words.decode(row) for row in tokens] == ["the cat", "", "the dog sat"]
    assert words.encode_batch(["the cat sat"], length=2).tokens.tolist() == [[words["the"], words["cat"]]]
    plain = text.CharVocabulary("abc")
    assert plain.encode_batch(["ab", "ca"]).tokens.tolist() == [[0, 1], [2, 0]]
    assert plain.encode_batch(["ab", "cab"], length=2).tokens.tolist() == [[0, 1], [2, 0]]
    with pytest.raises(ValueError, match="no token for pad"):
        plain.encode_batch(["ab", "c"])
    with pytest.raises(ValueError, match="no token for pad"):
        plain.encode_batch(["ab", "ca"], length=3)


@pytest.mark.parametrize(
    "vocabulary",
    [
        text.CharVocabulary("héllo 😀", eos="<eos>"),
        text.WordVocabulary(WORDS, lower=False, bos="<s>"),
        text.WordVocabulary(WORDS, rule="spaces", unk=None),
        text.BytePairVocabulary(WORDS, 300, eos="<eos>", pad="<pad>"),
    ],
    ids=lambda vocabulary: type(vocabulary).__name__,
)
def test_what_is_saved_is_loaded(vocabulary, tmp_path):
    path = tmp_path / "vocabulary.json"
    vocabulary.save(path)
    again = text.Vocabulary.load(path)
    assert type(again) is type(vocabulary)
    assert again.tokens == vocabulary.tokens
    assert again.to_dict() == vocabulary.to_dict()
    assert type(vocabulary).load(path).special == vocabulary.special
    pynn.save({"vocabulary": vocabulary.to_dict()}, tmp_path / "checkpoint.safetensors")
    state = pynn.load(tmp_path / "checkpoint.safetensors")["vocabulary"]
    assert text.Vocabulary.from_dict(state).to_dict() == vocabulary.to_dict()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "expected"),
        (b'{"vocabulary": "Module"}', "'Module'"),
        (b'{"vocabulary": ["CharVocabulary"]}', "expected"),
        (b'{"vocabulary": "CharVocabulary"}', "describes no vocabulary"),
        (b'{"vocabulary": "CharVocabulary", "tokens": [1], "special": {}}', "strings"),
        (b'{"vocabulary": "CharVocabulary", "tokens": ["a", "a"], "special": {}}', "twice"),
        (b'{"vocabulary": "CharVocabulary", "tokens": ["a"], "special": {"pad": 3}}', "pad"),
        (b'{"vocabulary": "CharVocabulary", "tokens": ["a"], "special": 3}', "describes no vocabulary"),
        (b'{"vocabulary": "WordVocabulary", "tokens": [], "special": {}, "lower": 1, "rule": "x"}', "rule"),
        (b'{"vocabulary": "BytePairVocabulary", "special": {}, "merges": [["ab", "c"]]}', "'ab'"),
        (b'{"vocabulary": "BytePairVocabulary", "special": {}, "merges": [["a"]]}', "describes no"),
    ],
)
def test_a_foreign_or_damaged_file_is_refused(content, says, tmp_path):
    path = tmp_path / "vocabulary.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"(?s)vocabulary\.json.*{says}"):
        text.Vocabulary.load(path)


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "vocabulary.json"
    text.CharVocabulary("ab").save(path)
    broken = text.CharVocabulary("cd")
    broken.tokens = [object()]
    with pytest.raises(TypeError):
        broken.save(path)
    assert text.Vocabulary.load(path).tokens == ["a", "b"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["vocabulary.json"]


def test_another_kind_is_refused(tmp_path):
    text.CharVocabulary("ab").save(tmp_path / "letters.json")
    with pytest.raises(ValueError, match=r"WordVocabulary.*CharVocabulary"):
        text.WordVocabulary.load(tmp_path / "letters.json")
    assert json.loads((tmp_path / "letters.json").read_text())["tokens"] == ["a", "b"]


def test_numbers_decode_from_arrays_and_single_ones():
    letters = text.CharVocabulary("abc")
    assert letters.decode(np.array([0, 2], np.uint16)) == "ac"
    assert letters.decode(pynn.tensor(1)) == "b"
    assert letters.decode([]) == ""
