"""The `tokenizers` library: for large texts, and for tokenizers that others trained."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pynn import _check
from pynn._files import written_whole

from .characters import each_text
from .vocabulary import Vocabulary

# How models that are around call their special tokens.
_NAMES = {
    "pad": ("<pad>", "[PAD]", "<|pad|>"),
    "unk": ("<unk>", "[UNK]", "<|unk|>"),
    "bos": ("<s>", "<bos>", "[CLS]", "<|begin_of_text|>", "<|startoftext|>"),
    "eos": ("</s>", "<eos>", "[SEP]", "<|end_of_text|>", "<|endoftext|>"),
}


class FastTokenizer(Vocabulary):
    """A tokenizer of the `tokenizers` library: byte pairs in Rust, or any that a `tokenizer.json` describes.

    Needs that library, as in `pip install pynn-learn[text]`. Nothing is fetched: `load` reads a file that
    is there, `train` learns from texts.

    Args:
        tokenizer: a `tokenizers.Tokenizer`.
        pad: the token that fills short sequences up. Default: one that goes by a usual name, such as "<pad>"
            or "[PAD]", if there is any.
        unk: the token that stands for what is not in the vocabulary; likewise.
        bos: the token at the begin of a text; likewise.
        eos: the token at its end; likewise.

    Raises:
        ImportError: the library is not installed.
        KeyError: a special token that was named is not in the vocabulary.

    Source: https://github.com/huggingface/tokenizers

    Example:
        >>> import pynn
        >>> pieces = pynn.text.FastTokenizer.train(["low lower lowest"] * 9, vocab_size=300, eos="<eos>")
        >>> pieces.split("slower lower")
        ['s', 'low', 'e', 'r', 'Ġlower']
        >>> pieces.decode(pieces.encode("slower lower", eos=True))
        'slower lower'
    """

    def __init__(
        self,
        tokenizer: Any,
        pad: str | None = None,
        unk: str | None = None,
        bos: str | None = None,
        eos: str | None = None,
    ) -> None:
        library = _library()
        if not isinstance(tokenizer, library.Tokenizer):
            raise TypeError(
                f"FastTokenizer: expected a tokenizers.Tokenizer, got {type(tokenizer).__name__}. "
                "Did you mean FastTokenizer.load(path)?"
            )
        self.tokenizer = library.Tokenizer.from_str(tokenizer.to_str())  # our settings are not the caller's
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.tokenizer.encode_special_tokens = True  # those written in a text are text
        ids: dict[str, int] = self.tokenizer.get_vocab(with_added_tokens=True)
        special = {"pad": pad, "unk": unk, "bos": bos, "eos": eos}
        for role, token in special.items():
            if token is None:
                special[role] = next((name for name in _NAMES[role] if name in ids), None)
            elif token not in ids:
                raise KeyError(f"FastTokenizer: {role} is {token!r}, which the vocabulary does not have")
        self.tokens = [f"<|hole {i}|>" for i in range(max(ids.values(), default=-1) + 1)]
        for token, i in ids.items():
            self.tokens[i] = token
        self._ids = ids
        self.special = {role: token for role, token in special.items() if token is not None}
        self._special_ids = {ids[token] for token in self.special.values()}
        self.pad_id, self.unk_id = self._role("pad"), self._role("unk")
        self.bos_id, self.eos_id = self._role("bos"), self._role("eos")

    @classmethod
    def train(
        cls,
        texts: str | Iterable[str],
        vocab_size: int = 10_000,
        min_freq: int = 2,
        pad: str | None = None,
        bos: str | None = None,
        eos: str | None = None,
    ) -> FastTokenizer:
        """Learn byte pairs, as `BytePairVocabulary` does.

        Args:
            texts: a text or several; a generator will do.
            vocab_size: the most tokens to have.
            min_freq: do not join a pair that comes less often.
            pad: the token that fills short sequences up. Default: there is none.
            bos: the token at the begin of a text.
            eos: the token at its end.
        """
        library = _library()
        size = _check.integer("FastTokenizer.train", "vocab_size", vocab_size, 256)
        least = _check.integer("FastTokenizer.train", "min_freq", min_freq, 1)
        tokenizer = library.Tokenizer(library.models.BPE())
        tokenizer.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = library.decoders.ByteLevel()
        trainer = library.trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=least,
            special_tokens=list(dict.fromkeys(token for token in (pad, bos, eos) if token is not None)),
            initial_alphabet=sorted(library.pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
        tokenizer.train_from_iterator(each_text("FastTokenizer.train", texts), trainer)
        return cls(tokenizer, pad=pad, bos=bos, eos=eos)

    def split(self, text: str) -> list[str]:
        return list(self.tokenizer.encode(text, add_special_tokens=False).tokens)

    def join(self, tokens: Sequence[str]) -> str:
        return self._decode([self._ids[token] for token in tokens])

    def _encode(self, texts: list[str]) -> list[list[int]]:
        return [found.ids for found in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def _decode(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=False)

    def to_dict(self) -> dict[str, Any]:
        return {
            "vocabulary": type(self).__name__,
            "special": self.special,
            "tokenizer": json.loads(self.tokenizer.to_str()),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.__init__(_read(json.dumps(state["tokenizer"])), **state["special"])  # type: ignore[misc]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a `tokenizer.json`, which other programs read too.

        Args:
            path: the file.
        """
        with written_whole(Path(path)) as file:
            file.write(self.tokenizer.to_str(pretty=True).encode())

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        pad: str | None = None,
        unk: str | None = None,
        bos: str | None = None,
        eos: str | None = None,
    ) -> FastTokenizer:
        """Read a `tokenizer.json`.

        Args:
            path: the file.
            pad: the token that fills short sequences up. Default: as for the class.
            unk: the token that stands for what is not in the vocabulary.
            bos: the token at the begin of a text.
            eos: the token at its end.

        Raises:
            ValueError: the file does not describe a tokenizer.
        """
        try:
            return cls(_read(Path(path).read_text(encoding="utf-8")), pad, unk, bos, eos)
        except ValueError as error:
            raise ValueError(f"FastTokenizer.load: {path}: {error}") from None


def _read(text: str) -> Any:
    library = _library()
    try:
        return library.Tokenizer.from_str(text)
    except Exception as error:  # the library raises Exception itself
        raise ValueError(f"this describes no tokenizer: {error}") from None


def _library() -> Any:
    try:
        import tokenizers
    except ImportError as error:
        raise ImportError(
            "FastTokenizer needs the library tokenizers: pip install 'pynn-learn[text]'"
        ) from error
    return tokenizers
