"""Byte-pair encoding: words that are frequent become one token, and rare ones a few.

Begin with single bytes. Find the pair of neighbours that comes most often, make it one token, and do so
again until there are as many tokens as wanted. Whatever text comes later can be written, since bytes can.

Source: Gage 1994, A new algorithm for data compression; Sennrich, Haddow & Birch 2016, Neural machine
translation of rare words with subword units; on bytes as in Radford et al. 2019 (GPT-2).
"""

from __future__ import annotations

import heapq
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import Any

from pynn import _check

from .characters import each_text
from .vocabulary import Vocabulary

Pair = tuple[str, str]

# What is never joined with its neighbours, so that no token holds the end of one word and the begin of the
# next: English endings, a word or number or signs with the space before it, spaces.
_CHUNKS = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")

_PRINTABLE = [*range(33, 127), *range(161, 173), *range(174, 256)]
_UNSEEN = [byte for byte in range(256) if byte not in _PRINTABLE]
SIGN_OF = {byte: chr(byte) for byte in _PRINTABLE} | {byte: chr(256 + i) for i, byte in enumerate(_UNSEEN)}
"""A sign for each byte, as GPT-2 writes them: of the bytes that cannot be seen, a space is "Ġ"."""
BYTE_OF = {sign: byte for byte, sign in SIGN_OF.items()}


class BytePairVocabulary(Vocabulary):
    """Pieces of words as tokens, learned from text. Every text can be encoded, and decodes to itself.

    The tokens are special ones, the 256 bytes, then the pairs in the order in which they were joined. A
    text is first cut into words, numbers, signs and spaces, where a word takes the space before it along;
    pairs are joined only inside. In `tokens` each byte is one sign, a space is "Ġ".

    This one is written to be read. It learns 1000 tokens from a megabyte in seconds; for gigabytes, take
    `FastTokenizer`.

    Args:
        texts: a text or several to learn from.
        vocab_size: how many tokens to have, 256 and special ones included. There are fewer if no pair is
            left that comes `min_freq` times.
        min_freq: do not join a pair that comes less often.
        pad: the token that fills short sequences up, such as "<pad>". Default: there is none.
        bos: the token at the begin of a text.
        eos: the token at its end.

    Attributes:
        merges: the pairs that were joined, first things first.

    Raises:
        ValueError: `vocab_size` has no room for the bytes.

    Source: Sennrich, Haddow & Birch 2016; Radford et al. 2019.

    Example:
        >>> import pynn
        >>> pieces = pynn.text.BytePairVocabulary("low lower lowest slow slower slowest", vocab_size=260)
        >>> pieces.merges
        [('l', 'o'), ('lo', 'w'), ('low', 'e'), ('Ġ', 's')]
        >>> pieces.split("a slow flow")
        ['a', 'Ġs', 'low', 'Ġ', 'f', 'low']
        >>> pieces.decode(pieces.encode("naïve 😀"))
        'naïve 😀'
    """

    merges: list[Pair]

    def __init__(
        self,
        texts: str | Iterable[str],
        vocab_size: int = 1000,
        min_freq: int = 2,
        pad: str | None = None,
        bos: str | None = None,
        eos: str | None = None,
    ) -> None:
        special = {"pad": pad, "bos": bos, "eos": eos}
        unique = len({token for token in special.values() if token is not None})
        size = _check.integer("BytePairVocabulary", "vocab_size", vocab_size)
        if size < 256 + unique:
            raise ValueError(
                f"BytePairVocabulary: vocab_size must be {256 + unique} or more, for all bytes and "
                f"{unique} special tokens; got {size}"
            )
        least = _check.integer("BytePairVocabulary", "min_freq", min_freq, 1)
        words = Counter(chain.from_iterable(map(_CHUNKS.findall, each_text("BytePairVocabulary", texts))))
        self._set(learn(words, size - 256 - unique, least), special)

    def _set(self, merges: Iterable[Pair], special: dict[str, str | None]) -> None:
        self.merges = list(merges)
        self._rank = {pair: i for i, pair in enumerate(self.merges)}
        self._seen: dict[str, list[str]] = {}
        pieces = dict.fromkeys(chain(SIGN_OF.values(), (a + b for a, b in self.merges)))
        for token in special.values():
            if token in pieces:
                raise ValueError(f"BytePairVocabulary: the special token {token!r} is also a piece of text")
        self._number(pieces, special)

    def split(self, text: str) -> list[str]:
        return [piece for chunk in _CHUNKS.findall(text) for piece in self._pieces(chunk)]

    def join(self, tokens: Sequence[str]) -> str:
        """Put pieces together again.

        Args:
            tokens: the pieces. Where they end in the middle of a character, there is a "�".
        """
        return b"".join(map(self._bytes, tokens)).decode("utf-8", errors="replace")

    def _bytes(self, token: str) -> bytes:
        return token.encode() if token in self.special.values() else bytes(map(BYTE_OF.__getitem__, token))

    def _pieces(self, chunk: str) -> list[str]:
        """A chunk in pieces: of all pairs, the one that was learned first is joined, until none is known."""
        known = self._seen.get(chunk)
        if known is not None:
            return known
        pieces = signs(chunk)
        while len(pieces) > 1:
            first = min(pairwise(pieces), key=lambda pair: self._rank.get(pair, len(self._rank)))
            if first not in self._rank:
                break
            pieces = joined(pieces, first)
        if len(self._seen) < 50_000:  # most words come again; a hostile text must not fill the memory
            self._seen[chunk] = pieces
        return pieces

    def to_dict(self) -> dict[str, Any]:
        return {
            "vocabulary": type(self).__name__,
            "special": self.special,
            "merges": [list(pair) for pair in self.merges],
        }

    def _restore(self, state: dict[str, Any]) -> None:
        merges = [(str(a), str(b)) for a, b in state["merges"]]
        known = set(BYTE_OF)
        for a, b in merges:
            if a not in known or b not in known:
                raise ValueError(f"the pair {a!r}, {b!r} is made of pieces that were not made before")
            known.add(a + b)
        self._set(merges, state["special"])


def signs(chunk: str) -> list[str]:
    """A sign for each byte of a text."""
    # A lone surrogate is no text; it comes from a file that was read with errors="surrogateescape".
    return [SIGN_OF[byte] for byte in chunk.encode("utf-8", errors="replace")]


def joined(pieces: list[str], pair: Pair) -> list[str]:
    """The pieces with each occurrence of the pair made one, from the left."""
    a, b = pair
    out, i = [], 0
    while i < len(pieces):
        if pieces[i] == a and i + 1 < len(pieces) and pieces[i + 1] == b:
            out.append(a + b)
            i += 2
        else:
            out.append(pieces[i])
            i += 1
    return out


def learn(words: Counter[str], wanted: int, least: int) -> list[Pair]:
    """The pairs to join, until there are `wanted` new tokens or no pair comes `least` times.

    Only the words in which a pair stands are counted anew when it is joined. The most frequent pair is on
    top of a heap, whose entries may be out of date: one that is, is put back with its count of today. Of
    pairs as frequent, the first in alphabetical order is taken, so that the same text gives the same tokens.
    """
    spelled = [signs(word) for word in words]
    times = list(words.values())
    count: Counter[Pair] = Counter()
    stands_in: defaultdict[Pair, set[int]] = defaultdict(set)
    for word, pieces in enumerate(spelled):
        for pair in pairwise(pieces):
            count[pair] += times[word]
            stands_in[pair].add(word)
    heap = [(-n, pair) for pair, n in count.items()]
    heapq.heapify(heap)

    merges: list[Pair] = []
    made: set[str] = set()
    while heap and len(made) < wanted:
        n, pair = heapq.heappop(heap)
        if -n != count[pair]:
            if count[pair]:
                heapq.heappush(heap, (-count[pair], pair))
            continue
        if -n < least:
            break
        merges.append(pair)
        made.add(pair[0] + pair[1])  # two pairs may spell the same
        changed: set[Pair] = set()
        for word in stands_in.pop(pair):
            before, after = spelled[word], joined(spelled[word], pair)
            spelled[word] = after
            for old in pairwise(before):
                count[old] -= times[word]
            for new in pairwise(after):
                count[new] += times[word]
                stands_in[new].add(word)
                changed.add(new)
        for new in changed:
            heapq.heappush(heap, (-count[new], new))
    return merges
