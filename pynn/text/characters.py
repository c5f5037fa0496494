"""Characters and words as tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from pynn import _check

from .vocabulary import Vocabulary


class CharVocabulary(Vocabulary):
    """Each character is a token, a code point of Unicode as Python has it. Nothing is changed or lost.

    The characters are numbered in their order in Unicode, after special tokens. Without special tokens
    these are the numbers that most small language models count with.

    Args:
        texts: a text or several; their characters are the vocabulary.
        pad: the token that fills short sequences up, such as "<pad>". Default: there is none.
        unk: the token that stands for other characters.
        bos: the token at the begin of a text.
        eos: the token at its end.

    Example:
        >>> import pynn
        >>> letters = pynn.text.CharVocabulary("hello world")
        >>> letters.encode("hello")
        [3, 2, 4, 4, 5]
        >>> letters.decode([7, 5, 4, 1])
        'wold'
    """

    def __init__(
        self,
        texts: str | Iterable[str],
        pad: str | None = None,
        unk: str | None = None,
        bos: str | None = None,
        eos: str | None = None,
    ) -> None:
        characters = set().union(*each_text("CharVocabulary", texts))
        super().__init__(sorted(characters), pad, unk, bos, eos)

    def split(self, text: str) -> list[str]:
        return list(text)

    def join(self, tokens: Sequence[str]) -> str:
        return "".join(tokens)


class WordVocabulary(Vocabulary):
    """Each word is a token, and so is each sign between words.

    How a text is cut:

    - `rule="words"`: a token is a run of letters, digits and underscores, with apostrophes inside ("don't"),
      or any other single character that is no space. `join` puts a space between tokens, but none before
      `. , ; : ! ? ) ] }` and none after `( [ {`.
    - `rule="spaces"`: a token is what stands between spaces. `join` puts a space between tokens.

    So text that is decoded has all its words, but not its exact spaces, nor, unless `lower=False`, its
    capitals. The most frequent words have the smallest numbers, after special tokens; of two as frequent,
    the first in the alphabet.

    Args:
        texts: a text or several, from which words are counted.
        min_freq: leave out words that come less often.
        max_size: the most tokens, special ones included; the rarest are left out. Default: no limit.
        lower: make all letters small.
        rule: "words" or "spaces".
        pad: the token that fills short sequences up. None: there is none.
        unk: the token that stands for words that were left out or never seen.
        bos: the token at the begin of a text. Default: there is none.
        eos: the token at its end. Default: there is none.

    Raises:
        ValueError: a frequency or size below 1, or a rule of another name.

    Example:
        >>> import pynn
        >>> words = pynn.text.WordVocabulary(["The cat sat.", "The dog sat, too."], min_freq=2)
        >>> words.tokens
        ['<pad>', '<unk>', '.', 'sat', 'the']
        >>> words.encode("The mouse sat.")
        [4, 1, 3, 2]
        >>> words.decode([4, 1, 3, 2], keep_special=True)
        'the <unk> sat.'
    """

    settings = ("lower", "rule")

    def __init__(
        self,
        texts: str | Iterable[str],
        min_freq: int = 1,
        max_size: int | None = None,
        lower: bool = True,
        rule: str = "words",
        pad: str | None = "<pad>",
        unk: str | None = "<unk>",
        bos: str | None = None,
        eos: str | None = None,
    ) -> None:
        self.lower = lower
        self.rule = _check.choice("WordVocabulary", "rule", rule, tuple(_RULES))
        least = _check.integer("WordVocabulary", "min_freq", min_freq, 1)
        special = sum(token is not None for token in (pad, unk, bos, eos))
        most = None
        if max_size is not None:
            most = _check.integer("WordVocabulary", "max_size", max_size, 1 + special) - special
        counts = Counter(chain.from_iterable(map(self.split, each_text("WordVocabulary", texts))))
        for token in (pad, unk, bos, eos):
            counts.pop(token or "", None)  # a special token that was written in the text
        kept = sorted(
            (word for word, n in counts.items() if n >= least), key=lambda word: (-counts[word], word)
        )
        super().__init__(kept[:most], pad, unk, bos, eos)

    def split(self, text: str) -> list[str]:
        return _RULES[self.rule].findall(text.lower() if self.lower else text)

    def join(self, tokens: Sequence[str]) -> str:
        text = " ".join(tokens)
        if self.rule == "words":
            text = re.sub(r"\s([.,;:!?)\]}])(?=\s|$|[.,;:!?)\]}])", r"\1", text)
            text = re.sub(r"([(\[{])\s", r"\1", text)
        return text

    def _restore(self, state: dict[str, object]) -> None:
        _check.choice("WordVocabulary", "rule", state["rule"], tuple(_RULES))
        super()._restore(state)


_RULES = {
    "words": re.compile(r"\w+(?:['’]\w+)*|[^\w\s]"),
    "spaces": re.compile(r"\S+"),
}


def each_text(owner: str, texts: Any) -> Iterable[str]:
    """Texts one by one, whether one was given or several."""
    if isinstance(texts, str):
        return [texts]
    if not isinstance(texts, Iterable) or isinstance(texts, (bytes, bytearray)):
        raise TypeError(f"{owner}: texts must be a str or several, got {type(texts).__name__}")
    return (_check.text(owner, "each of texts", text) for text in texts)
