"""A vocabulary: every token has a number, and every number its token."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pynn import _check
from pynn._files import written_whole

from .padding import Padded, pad_batch

ROLES = ("pad", "unk", "bos", "eos")
"""What special tokens stand for: nothing, an unknown token, begin and end of a text."""


class Vocabulary:
    """What all vocabularies share: `encode` a text, `decode` numbers, `save` and `load`.

    A subclass says how a text is cut into tokens (`split`) and put together (`join`). Special tokens come
    first, in the order pad, unk, bos, eos, so that padding, where there is any, is 0.

    Attributes:
        tokens: all tokens; token i has the number i.
        pad_id, unk_id, bos_id, eos_id: the numbers of special tokens, None for those that there are not.

    Example:
        >>> import pynn
        >>> class Syllables(pynn.text.Vocabulary):
        ...     def split(self, text):
        ...         return text.split("-")
        ...
        ...     def join(self, tokens):
        ...         return "-".join(tokens)
        >>> syllables = Syllables(["net", "neu", "ral", "work"])
        >>> syllables.encode("neu-ral-net-work")
        [1, 2, 0, 3]
        >>> syllables.decode([1, 2])
        'neu-ral'

    Args:
        tokens: the tokens that are not special, each once.
        pad: the token that fills short sequences up.
        unk: the token that stands for what is not in the vocabulary.
        bos: the token at the begin of a text.
        eos: the token at its end.
    """

    kinds: ClassVar[dict[str, type[Vocabulary]]] = {}
    settings: tuple[str, ...] = ()  # what a subclass keeps besides in its file: names of attributes

    def __init_subclass__(cls) -> None:
        Vocabulary.kinds[cls.__name__] = cls

    def __init__(
        self,
        tokens: Iterable[str],
        pad: str | None = None,
        unk: str | None = None,
        bos: str | None = None,
        eos: str | None = None,
    ) -> None:
        self._number(tokens, {"pad": pad, "unk": unk, "bos": bos, "eos": eos})

    def _number(self, tokens: Iterable[str], special: dict[str, str | None]) -> None:
        owner = type(self).__name__
        for role, token in special.items():
            if token is not None and not _check.text(owner, role, token):
                raise ValueError(f"{owner}: {role} must not be empty")
        self.special = {role: token for role in ROLES if (token := special.get(role)) is not None}
        self.tokens = list(dict.fromkeys([*self.special.values(), *tokens]))
        self._ids = {token: i for i, token in enumerate(self.tokens)}
        self._special_ids = {self._ids[token] for token in self.special.values()}
        self.pad_id = self._role("pad")
        self.unk_id = self._role("unk")
        self.bos_id = self._role("bos")
        self.eos_id = self._role("eos")

    def _role(self, role: str) -> int | None:
        token = self.special.get(role)
        return None if token is None else self._ids[token]

    # ---- text and numbers -------------------------------------------------------------------------

    def split(self, text: str) -> list[str]:
        """Cut a text into tokens.

        Args:
            text: the text.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how to cut a text (split)")

    def join(self, tokens: Sequence[str]) -> str:
        """Put tokens together again.

        Args:
            tokens: the tokens of a text.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how to join tokens (join)")

    def encode(self, text: str, bos: bool = False, eos: bool = False) -> list[int]:
        """The numbers of a text's tokens.

        Special tokens that are written in the text are text like any other: they cannot be smuggled in.

        Args:
            text: the text.
            bos: begin with the token for the begin.
            eos: end with the token for the end.

        Raises:
            KeyError: a token is not in the vocabulary, and there is no `unk` to stand for it.
            ValueError: bos or eos is asked for, and the vocabulary has none.
        """
        if not isinstance(text, str):
            raise TypeError(
                f"{type(self).__name__}.encode takes one text, a str, got {type(text).__name__}. "
                "Did you mean encode_batch, which takes a list of them?"
            )
        return self._rows([text], bos, eos)[0]

    def _encode(self, texts: list[str]) -> list[list[int]]:
        return [[self._id(token) for token in self.split(text)] for text in texts]

    def _rows(self, texts: list[str], bos: bool, eos: bool) -> list[list[int]]:
        for wanted, role, number in ((bos, "bos", self.bos_id), (eos, "eos", self.eos_id)):
            if wanted and number is None:
                raise ValueError(
                    f"{type(self).__name__} has no token for {role}; make it with {role}='<{role}>'"
                )
        begin = [self.bos_id] if bos and self.bos_id is not None else []
        end = [self.eos_id] if eos and self.eos_id is not None else []
        return [[*begin, *ids, *end] for ids in self._encode(texts)]

    def _id(self, token: str) -> int:
        number = self._ids.get(token)
        if number is not None and number not in self._special_ids:
            return number
        if self.unk_id is None:
            what = "a special token, no text" if number is not None else f"not one of the {len(self)} tokens"
            raise KeyError(
                f"{type(self).__name__}: {token!r} is {what}; make the vocabulary of texts that have it, "
                "or with unk='<unk>'"
            )
        return self.unk_id

    def encode_batch(
        self,
        texts: Iterable[str],
        bos: bool = False,
        eos: bool = False,
        length: int | None = None,
    ) -> Padded:
        """Several texts at once, short ones filled up on the right with `pad_id`.

        Args:
            texts: the texts.
            bos: begin each with the token for the begin.
            eos: end each with the token for the end.
            length: fill up or cut to this length. Default: that of the longest.

        Returns:
            `(tokens, lengths, mask)`: `(N, T)` int64, `(N,)` int64, and `(N, T)` bool, True on tokens.

        Raises:
            ValueError: the lengths differ, and the vocabulary has no `pad`.
        """
        if isinstance(texts, str):
            raise TypeError(f"{type(self).__name__}.encode_batch takes a list of texts, got one str")
        owner = f"{type(self).__name__}.encode_batch"
        rows = self._rows([_check.text(owner, "each of texts", text) for text in texts], bos, eos)
        sizes = [len(row) for row in rows]
        if rows and self.pad_id is None and min(sizes) < (length or max(sizes)):
            raise ValueError(
                f"{type(self).__name__} has no token for pad to fill short texts up; make it with pad='<pad>'"
            )
        return pad_batch(rows, self.pad_id or 0, length=length)

    def decode(self, ids: Any, keep_special: bool = False) -> str:
        """The text of a list, array or tensor of numbers.

        Args:
            ids: `(T,)` numbers of tokens.
            keep_special: write special tokens too instead of leaving them out.

        Raises:
            IndexError: a number that no token has.
        """
        return self._decode([i for i in self._numbers(ids) if keep_special or i not in self._special_ids])

    def _decode(self, ids: list[int]) -> str:
        return self.join([self.tokens[i] for i in ids])

    def _numbers(self, ids: Any) -> list[int]:
        owner = f"{type(self).__name__}.decode"
        numbers = ids.tolist() if hasattr(ids, "tolist") else list(ids)
        numbers = [numbers] if isinstance(numbers, int) else numbers
        for place, number in enumerate(numbers):
            if isinstance(number, list):
                raise ValueError(f"{owner} takes one sequence (T,); call it for each row of a batch")
            _check.integer(owner, "each of ids", number)
            if not 0 <= number < len(self):
                raise IndexError(
                    f"{owner}: number {number} at position {place} is not one of 0 to {len(self) - 1}"
                )
        return numbers

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._ids

    def __getitem__(self, token: str) -> int:
        """The number of a token."""
        return self._ids[token] if token in self._ids else self._id(token)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} tokens)"

    # ---- files ------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """All of it as strings, numbers, lists and dictionaries, as goes into JSON or a checkpoint."""
        return {
            "vocabulary": type(self).__name__,
            "special": self.special,
            "tokens": self.tokens[len(self._special_ids) :],
            **{name: getattr(self, name) for name in self.settings},
        }

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> Vocabulary:
        """A vocabulary from what `to_dict` gave.

        Args:
            state: that dictionary.

        Raises:
            ValueError: it does not describe a vocabulary, or one of another kind.
        """
        name = state.get("vocabulary") if isinstance(state, dict) else None
        kind = cls.kinds.get(name) if isinstance(name, str) else None
        if kind is None or not issubclass(kind, cls):
            wanted = f"a {cls.__name__}" if cls is not Vocabulary else " or ".join(cls.kinds)
            raise ValueError(f"{cls.__name__}.from_dict: expected {wanted}, got {name!r}")
        made = kind.__new__(kind)
        try:
            made._restore(state)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{kind.__name__}.from_dict: this describes no vocabulary: {error!r}") from None
        return made

    def _restore(self, state: dict[str, Any]) -> None:
        for name in self.settings:
            setattr(self, name, state[name])
        tokens, special = state["tokens"], state["special"]
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise ValueError("tokens must be a list of strings")
        self._number(tokens, special)
        if len(self) != len(tokens) + len(self._special_ids):
            raise ValueError("a token comes twice")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a JSON file, whole or not at all.

        Args:
            path: the file, usually `name.json`.
        """
        with written_whole(Path(path)) as file:
            file.write(json.dumps(self.to_dict(), ensure_ascii=False, indent=1).encode())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Vocabulary:
        """Read a vocabulary of whatever kind that `save` wrote; nothing but data is read.

        Args:
            path: the file.

        Raises:
            ValueError: the file is damaged, or no vocabulary.
        """
        try:
            state = json.loads(Path(path).read_bytes())
        except ValueError as error:
            raise ValueError(f"{cls.__name__}.load: {path} is no JSON: {error}") from None
        try:
            return cls.from_dict(state)
        except ValueError as error:
            raise ValueError(f"{cls.__name__}.load: {path}: {error}") from None
