"""device: where a tensor's memory lies. pynn computes on the processor, so there is one: "cpu"."""

from __future__ import annotations

from typing import Any

from pynn import _mistakes

__all__ = ["device"]


class device:  # noqa: N801 - torch's name
    """Where tensors live. Code that moves tensors to a device runs unchanged; the only device is the CPU.

    Args:
        type: ``"cpu"``, ``"cpu:0"`` or another device.
        index: 0 or None.

    Raises:
        ValueError: a device that pynn does not have, such as ``"cuda"``.

    >>> import pynn
    >>> pynn.device("cpu")
    device(type='cpu')
    >>> pynn.zeros(2).device == pynn.device("cpu")
    True
    """

    type: str
    index: int | None

    __slots__ = ("index", "type")

    def __init__(self, type: str | device = "cpu", index: int | None = None) -> None:
        given = str(type) if index is None else f"{type}:{index}"
        kind, colon, number = given.partition(":")
        if kind != "cpu" or (colon and number != "0"):
            raise ValueError(
                _mistakes.explained(
                    f"device {given!r}: pynn has no other device than the CPU; the only device is 'cpu'. "
                    "Did you mean to leave the device out?"
                )
            )
        self.type = kind
        self.index = int(number) if colon else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device)

    def __hash__(self) -> int:
        return hash("cpu")

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}'{'' if self.index is None else f', index={self.index}'})"

    def __reduce__(self) -> tuple[Any, ...]:
        return device, (str(self),)


CPU = device("cpu")
