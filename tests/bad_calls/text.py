"""Vocabularies, padding, buckets, windows, files of text."""

from __future__ import annotations

import pynn
from pynn import text

letters = text.CharVocabulary("abc")


CALLS = {
    "pynn.text.Vocabulary": [
        (lambda: text.Vocabulary(["a"]).encode("a"), NotImplementedError, "Vocabulary.*split"),
        (lambda: text.Vocabulary(["a"]).decode([0]), NotImplementedError, "Vocabulary.*join"),
        (lambda: text.Vocabulary(["a"], pad=3), TypeError, "Vocabulary.*pad.*3"),
        (lambda: text.Vocabulary(["a"], eos=""), ValueError, "Vocabulary.*eos.*empty"),
        (lambda: text.Vocabulary.load("/no/such/file"), FileNotFoundError, "no/such"),
        (lambda: text.Vocabulary.from_dict({}), ValueError, "from_dict.*CharVocabulary"),
    ],
    "pynn.text.CharVocabulary": [
        (lambda: text.CharVocabulary(3), TypeError, "CharVocabulary.*texts.*int"),
        (lambda: text.CharVocabulary(b"abc"), TypeError, "CharVocabulary.*bytes"),
        (lambda: text.CharVocabulary(["a", 3]), TypeError, "CharVocabulary.*each of texts.*3"),
        (lambda: letters.encode("abd"), KeyError, "'d' is not one of the 3 tokens.*unk"),
        (lambda: letters.encode(["a"]), TypeError, "one text.*list.*encode_batch"),
        (lambda: letters.encode("a", bos=True), ValueError, "no token for bos"),
        (lambda: letters.encode_batch("ab"), TypeError, "encode_batch.*list"),
        (lambda: letters.encode_batch(["a", 1]), TypeError, "encode_batch.*each of texts.*1"),
        (lambda: letters.decode([0, 3]), IndexError, "number 3 at position 1.*0 to 2"),
        (lambda: letters.decode([-1]), IndexError, "-1"),
        (lambda: letters.decode([0.5]), TypeError, "0.5"),
        (lambda: letters.decode(pynn.zeros(2, 2).long()), ValueError, "each row"),
        (lambda: text.CharVocabulary("a.", eos=".").encode("a."), KeyError, r"'\.' is a special token"),
    ],
    "pynn.text.WordVocabulary": [
        (lambda: text.WordVocabulary([None]), TypeError, "WordVocabulary.*None"),
        (lambda: text.WordVocabulary("a", min_freq=0), ValueError, "WordVocabulary.*min_freq.*0"),
        (lambda: text.WordVocabulary("a", max_size=2), ValueError, "WordVocabulary.*max_size.*3 or more.*2"),
        (lambda: text.WordVocabulary("a", rule="letters"), ValueError, "WordVocabulary.*rule.*'letters'"),
        (lambda: text.WordVocabulary("a", unk=None).encode("b"), KeyError, "'b'"),
    ],
    "pynn.text.BytePairVocabulary": [
        (lambda: text.BytePairVocabulary("a", 100), ValueError, "vocab_size must be 256 or more.*100"),
        (lambda: text.BytePairVocabulary("a", 256, eos="<e>"), ValueError, "257 or more.*1 special"),
        (lambda: text.BytePairVocabulary("a", 300, min_freq=0), ValueError, "min_freq.*0"),
        (lambda: text.BytePairVocabulary(3), TypeError, "BytePairVocabulary.*int"),
        (lambda: text.BytePairVocabulary("a", 300, eos="a"), ValueError, "'a' is also a piece"),
        (lambda: text.BytePairVocabulary("a").decode([999]), IndexError, "999.*0 to 255"),
    ],
    "pynn.text.FastTokenizer": [
        (lambda: text.FastTokenizer("tokenizer.json"), TypeError, "FastTokenizer.*str.*load"),
        (lambda: text.FastTokenizer.load("/no/such/file"), FileNotFoundError, "no/such"),
        (lambda: text.FastTokenizer.train(3), TypeError, "FastTokenizer.*int"),
        (lambda: text.FastTokenizer.train("a", 100), ValueError, "vocab_size.*100"),
    ],
    "pynn.text.Padded": [(lambda: text.Padded(), TypeError, "missing")],
    "pynn.text.pad_batch": [
        (lambda: text.pad_batch([]), ValueError, "pad_batch.*no sequences"),
        (lambda: text.pad_batch(3), ValueError, "pad_batch.*int"),
        (lambda: text.pad_batch([[1], 2]), ValueError, "sequence 1.*int"),
        (lambda: text.pad_batch(["ab"]), ValueError, "sequence 0.*str.*encode"),
        (lambda: text.pad_batch([[1]], side="top"), ValueError, "side.*'top'"),
        (lambda: text.pad_batch([[1]], length=0), ValueError, "length.*0"),
        (lambda: text.pad_batch([pynn.ones(2, 3), pynn.ones(2, 4)]), ValueError, r"\(3,\).*\(4,\)"),
    ],
    "pynn.text.PadCollate": [
        (lambda: text.PadCollate(sequences=-1), ValueError, "PadCollate.*sequences.*-1"),
        (lambda: text.PadCollate(side="top"), ValueError, "PadCollate.*side.*'top'"),
        (lambda: text.PadCollate(pad="a"), (TypeError, ValueError), "PadCollate.*pad.*'a'"),
        (lambda: text.PadCollate(length=0), ValueError, "PadCollate.*length.*0"),
        (lambda: text.PadCollate()([]), ValueError, "PadCollate.*no samples"),
        (lambda: text.PadCollate(sequences=2)([([1], 0)]), ValueError, "PadCollate.*2 parts.*number 2"),
    ],
    "pynn.text.BucketBatchSampler": [
        (lambda: text.BucketBatchSampler([1, 2], 0), ValueError, "BucketBatchSampler.*batch_size.*0"),
        (lambda: text.BucketBatchSampler([1, 2], 2, pool=0), ValueError, "BucketBatchSampler.*pool.*0"),
        (lambda: text.BucketBatchSampler([-1], 2), ValueError, "BucketBatchSampler.*lengths"),
        (lambda: text.BucketBatchSampler(3, 2), ValueError, "BucketBatchSampler.*lengths.*int"),
        (lambda: text.BucketBatchSampler([0.5], 2), ValueError, "BucketBatchSampler.*lengths"),
        (lambda: text.BucketBatchSampler([1], 2, generator="a"), TypeError, "seed|generator"),
    ],
    "pynn.text.WindowDataset": [
        (lambda: text.WindowDataset([1, 2], 2), ValueError, "WindowDataset.*need 3.*has 2"),
        (lambda: text.WindowDataset([1, 2], 0), ValueError, "WindowDataset.*length.*0"),
        (lambda: text.WindowDataset([1, 2], 1, 0), ValueError, "WindowDataset.*stride.*0"),
        (lambda: text.WindowDataset([1.0, 2.0], 1), TypeError, "WindowDataset.*float64.*SeriesWindows"),
        (lambda: text.WindowDataset("text", 1), ValueError, r"WindowDataset.*\(\)"),
        (lambda: text.WindowDataset([[1, 2]], 1), ValueError, r"WindowDataset.*\(1, 2\)"),
        (lambda: text.WindowDataset([1, 2], 1)[1], IndexError, "WindowDataset.*1.*1 windows"),
        (lambda: text.WindowDataset([1, 2], 1)["a"], TypeError, "WindowDataset.*index.*'a'"),
    ],
    "pynn.text.TextFile": [
        (lambda: text.TextFile("/no/such/file"), FileNotFoundError, "TextFile.*no/such"),
        (lambda: text.TextFile(__file__, "klingon"), LookupError, "klingon"),
        (lambda: text.TextFile(__file__, errors="forgive"), LookupError, "forgive"),
        (lambda: text.TextFile(__file__, "utf-16"), ValueError, "TextFile.*utf-16.*open"),
        (lambda: text.TextFile(__file__)["a"], TypeError, "TextFile.*index.*'a'"),
    ],
    "pynn.text.save_tokens": [
        (lambda: text.save_tokens("/no/such/folder/x.npy", [1], 2), FileNotFoundError, "no/such"),
        (lambda: text.save_tokens("x.npy", [1], 0), ValueError, "save_tokens.*vocab_size.*0"),
        (lambda: text.save_tokens("x.npy", [1], 2**33), ValueError, "save_tokens.*vocab_size"),
        (lambda: text.save_tokens("/tmp/x.npy", "abc", 2), TypeError, "save_tokens.*'abc'"),
        (lambda: text.save_tokens("/tmp/x.npy", ["abc"], 2), TypeError, "save_tokens.*encode"),
        (lambda: text.save_tokens("/tmp/x.npy", [0.5], 2), TypeError, "save_tokens.*float"),
    ],
    "pynn.text.load_tokens": [
        (lambda: text.load_tokens("/no/such/file"), FileNotFoundError, "no/such"),
        (lambda: text.load_tokens(__file__), ValueError, "load_tokens.*no sound"),
    ],
}
