"""Byte pairs: the algorithm against a plain version of itself and against the tokenizers library."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pynn import text
from pynn.text import byte_pairs

PROSE = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of "
    "foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of Light, "
    "it was the season of Darkness, it was the spring of hope, it was the winter of despair.\n\nIt's 1775; "
    "we don't know what they'll say -- nor 'tis told!  Two  spaces,\tand a tab. Ünïcödé, 日本語, 😀😀."
)
LEARNED = text.BytePairVocabulary(PROSE, vocab_size=400, min_freq=1)


@given(st.text())
def test_every_text_decodes_to_itself(written):
    assert LEARNED.decode(LEARNED.encode(written)) == written


def test_special_tokens_are_first_and_bytes_follow():
    pieces = text.BytePairVocabulary(PROSE, 290, pad="<pad>", bos="<s>", eos="<s>")
    assert pieces.tokens[:2] == ["<pad>", "<s>"]
    assert len(pieces) == 290
    assert set(pieces.tokens[2:258]) == set(byte_pairs.BYTE_OF)
    ids = pieces.encode("<s> it", bos=True, eos=True)
    assert ids[0] == ids[-1] == 1
    assert 1 not in ids[1:-1]
    assert pieces.decode(ids) == "<s> it"
    assert pieces.decode(ids, keep_special=True) == "<s><s> it<s>"


def plainly_learned(words, wanted, least):
    """Count all pairs of all words anew for each new token."""
    spelled = {word: byte_pairs.signs(word) for word in words}
    merges, made = [], set()
    while len(made) < wanted:
        count = Counter()
        for word, pieces in spelled.items():
            for pair in pairwise(pieces):
                count[pair] += words[word]
        best = min(count, key=lambda pair: (-count[pair], pair), default=None)
        if best is None or count[best] < least:
            break
        merges.append(best)
        made.add("".join(best))
        spelled = {word: byte_pairs.joined(pieces, best) for word, pieces in spelled.items()}
    return merges


@pytest.mark.parametrize("seed", range(20))
def test_learning_by_a_heap_is_learning_by_counting(seed):
    chance = random.Random(seed)
    words = Counter(
        "".join(chance.choices("ab" if seed % 2 else "abcd", k=chance.randint(1, 9))) for _ in range(40)
    )
    assert byte_pairs.learn(words, 30, 1 + seed % 3) == plainly_learned(words, 30, 1 + seed % 3)


def test_pairs_that_are_rare_are_not_joined():
    assert text.BytePairVocabulary("abab", 300, min_freq=2).merges == [("a", "b")]
    assert text.BytePairVocabulary("ab", 300, min_freq=2).merges == []
    assert len(text.BytePairVocabulary("", 300)) == 256


def test_pairs_encode_as_in_the_tokenizers_library():
    tokenizers = pytest.importorskip("tokenizers")
    ids = {token: i for i, token in enumerate(LEARNED.tokens)}
    twin = tokenizers.Tokenizer(tokenizers.models.BPE(ids, LEARNED.merges))
    twin.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    chance = random.Random(0)
    texts = [PROSE, PROSE.upper(), PROSE[::-1]]
    texts += ["".join(chance.choices(PROSE, k=60)) for _ in range(200)]
    texts += ["".join(chance.choices("aeiost  \n'12,.", k=60)) for _ in range(200)]
    for written in texts:
        assert LEARNED.encode(written) == twin.encode(written).ids, written


def test_the_tokenizers_library_learns_as_well():
    pytest.importorskip("tokenizers")
    fast = text.FastTokenizer.train([PROSE], 280, pad="<pad>", bos="<s>", eos="</s>")
    slow = text.BytePairVocabulary([PROSE], 280, pad="<pad>", bos="<s>", eos="</s>")
    assert len(fast) == 280
    assert (fast.pad_id, fast.bos_id, fast.eos_id, fast.unk_id) == (0, 1, 2, None)
    assert len(set(fast.tokens) & set(slow.tokens)) > 275  # ties are broken otherwise
    ids = fast.encode(PROSE, bos=True, eos=True)
    assert (ids[0], ids[-1]) == (1, 2)
    assert fast.decode(ids) == PROSE
    assert fast.join(fast.split("it was")) == "it was"
    tokens, lengths, _ = fast.encode_batch(["it was", "it"])
    assert [fast.decode(row[:n]) for row, n in zip(tokens, lengths.tolist(), strict=True)] == ["it was", "it"]
    assert fast.encode("</s>") != [2]
    assert fast.decode(fast.encode("</s>")) == "</s>"


def test_tokenizer_json_goes_in_and_out(tmp_path):
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[PAD]": 0, "[UNK]": 1, "cat": 2}, "[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.add_special_tokens(["[CLS]", "[SEP]"])
    made.enable_truncation(2)
    made.save(str(tmp_path / "tokenizer.json"))
    loaded = text.FastTokenizer.load(tmp_path / "tokenizer.json")
    assert (loaded.pad_id, loaded.unk_id, loaded.bos_id, loaded.eos_id) == (0, 1, 3, 4)
    assert loaded.encode("cat dog cat", bos=True, eos=True) == [3, 2, 1, 2, 4]  # nothing is cut
    assert text.FastTokenizer.load(tmp_path / "tokenizer.json", eos="cat").eos_id == 2
    loaded.save(tmp_path / "again.json")
    assert tokenizers.Tokenizer.from_file(str(tmp_path / "again.json")).get_vocab() == made.get_vocab()
    again = text.Vocabulary.from_dict(json.loads(json.dumps(loaded.to_dict())))
    assert again.encode("cat dog") == [2, 1]
    (tmp_path / "broken.json").write_text("{}")
    with pytest.raises(ValueError, match=r"broken\.json.*no tokenizer"):
        text.FastTokenizer.load(tmp_path / "broken.json")
