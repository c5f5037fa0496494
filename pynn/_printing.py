"""How tensors are printed."""

from __future__ import annotations

from typing import Any

from . import _check

__all__ = ["set_printoptions"]

_DEFAULT: dict[str, Any] = {
    "precision": 4,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 100,
    "suppress": False,
}
_PROFILES = {
    "default": _DEFAULT,
    "short": {**_DEFAULT, "precision": 2, "edgeitems": 2},
    "full": {**_DEFAULT, "threshold": 10**9},
}
PRINT_OPTIONS = dict(_DEFAULT)  # in the words of numpy.printoptions


def set_printoptions(
    precision: int | None = None,
    threshold: int | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Says how tensors are printed from now on; what is left out stays as it is.

    Args:
        precision: digits after the point. At first 4.
        threshold: the number of elements above which only the ends of axes are shown. At first 1000.
        edgeitems: how many elements at each end. At first 3.
        linewidth: characters in a line. At first 100.
        profile: "default", "short" or "full": where the others start from.
        sci_mode: False never writes 1e-5. At first numbers decide.

    Raises:
        ValueError: another profile, or a negative number.

    Example:
        >>> import pynn
        >>> pynn.set_printoptions(precision=2)
        >>> pynn.tensor([3.14159])
        tensor([3.14])
        >>> pynn.set_printoptions(profile="default")
    """
    if profile is not None and profile not in _PROFILES:
        raise ValueError(f"set_printoptions: profile must be one of {', '.join(_PROFILES)}, got {profile!r}")
    for name, value in (("precision", precision), ("threshold", threshold), ("edgeitems", edgeitems)):
        if value is not None:
            _check.integer("set_printoptions", name, value, 0)
    if linewidth is not None:
        _check.integer("set_printoptions", "linewidth", linewidth, 1)
    if profile is not None:
        PRINT_OPTIONS.update(_PROFILES[profile])
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    PRINT_OPTIONS.update({name: value for name, value in given.items() if value is not None})
    if sci_mode is not None:
        PRINT_OPTIONS["suppress"] = not sci_mode
