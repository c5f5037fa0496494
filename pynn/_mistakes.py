"""The mistakes that people really make: what an error says beyond what went wrong.

An op's error names the op, what it got, what it expected and the likely fix. Where the mistake is common,
three things are added here: the rule in symbols, the axis at fault marked in the shape, and the place in
docs/errors.md that tells the whole story.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pynn import _core

PAGE = "docs/errors.md"
Match = re.Match[str]


@dataclass(frozen=True)
class Mistake:
    """One entry of the catalogue.

    Attributes:
        anchor: its place in docs/errors.md.
        pattern: found in the messages that it stands behind.
        rule: what must hold, in symbols.
        marked: the shapes with the axis at fault marked; "" where there is none to show.
    """

    anchor: str
    pattern: re.Pattern[str]
    rule: str
    marked: Callable[[Match], str] = lambda found: ""


def mark(shape: str, axis: int, note: str = "", before: str = "") -> str:
    """A shape with signs under one of its sizes, and what is to be said of it.

    Args:
        shape: as printed, `(32, 784)`.
        axis: which size, counted from the end if negative.
        note: stands beside the signs.
        before: stands in front of the shape.
    """
    sizes = [(m.start(), m.end()) for m in re.finditer(r"-?\d+", shape)]
    if not -len(sizes) <= axis < len(sizes):
        return before + shape
    start, end = sizes[axis]
    return f"{before}{shape}\n{' ' * (len(before) + start)}{'^' * (end - start)} {note}".rstrip()


def _product(found: Match) -> str:
    a, b, k, other = found.groups()
    left, right = f"{a} @ {b}", len(a) + 3
    first = [m.span() for m in re.finditer(r"\d+", a)][-1]
    sizes = [m.span() for m in re.finditer(r"\d+", b)]
    second = sizes[-2] if len(sizes) > 1 else sizes[-1]
    line = [" "] * (right + second[1])
    for start, end in (first, (right + second[0], right + second[1])):
        line[start:end] = "^" * (end - start)
    return f"{left}\n{''.join(line)} {k} is not {other}"


def _broadcast(found: Match) -> str:
    a, b, axis = found[1], found[2], int(found[3])
    width = max(len(a), len(b))
    spans = [m.span() for m in re.finditer(r"\d+", b.rjust(width))]
    start, end = spans[axis] if -len(spans) <= axis < len(spans) else (0, 0)
    return f"{a.rjust(width)}\n{b.rjust(width)}\n{' ' * start}{'^' * (end - start)}"


def _linear(found: Match) -> str:
    return mark(found["got"], -1, f"must be {found['want']}")


def _channels(found: Match) -> str:
    axis = 1 if found["got"].count(",") > 2 else 0
    return mark(found["got"], axis, f"channels: must be {found['want']}")


SHAPE = r"\([\d, ]*\)"
MISTAKES = (
    Mistake(
        "matrix-product",
        re.compile(rf"shapes ({SHAPE}) @ ({SHAPE}): the last axis of a has size (\d+), .*? of b has (\d+)"),
        "(.., m, k) @ (.., k, n) -> (.., m, n)",
        _product,
    ),
    Mistake(
        "broadcasting",
        re.compile(rf"shapes ({SHAPE}) and ({SHAPE}) do not broadcast: .*?axis (-\d+) has sizes"),
        "aligned from the right, sizes are equal, or one of them is 1",
        _broadcast,
    ),
    Mistake(
        "features-of-a-linear-layer",
        re.compile(rf"[Ll]inear.*?: got input (?P<got>{SHAPE}).*? last dimension must be (?P<want>\d+)"),
        "(.., in) @ (out, in)ᵀ + (out,) -> (.., out)",
        _linear,
    ),
    Mistake(
        "rank-of-a-convolution",
        re.compile(rf"got input (?P<got>{SHAPE}); expected \(N, C, [A-Z, ]+\) or \(C"),
        "(N, C, space..) -> (N, C', space'..)",
    ),
    Mistake(
        "forgotten-batch",
        re.compile(rf"got input (?P<got>{SHAPE}), which is \(C, .*? takes (?P<want>\d+)"),
        "(N, C, H, W): a batch of N images, each of C channels",
        _channels,
    ),
    Mistake(
        "channels-first",
        re.compile(rf"got input (?P<got>{SHAPE}) with \d+ channels; weight .*? takes (?P<want>\d+)"),
        "(N, C, H, W): channels come before the axes of space",
        _channels,
    ),
    Mistake(
        "forgotten-batch",
        re.compile(r"expected \(N, C\) or \(N, C, L\), got \(\d+,\)"),
        "(N, C): statistics are over the N samples of a batch",
    ),
    Mistake(
        "rank-of-a-recurrent-layer",
        re.compile(r"(?:RNN|LSTM|GRU)\b.*?(?:expected|must be) .*?\((?:N|L|T)\b"),
        "(N, T, features): a batch of N sequences of T steps, batch_first=True",
    ),
    Mistake(
        "class-labels-out-of-range",
        re.compile(r"target -?\d+ at position .*? is not one of the (?P<classes>\d+) classes"),
        "labels are whole numbers from 0 to classes - 1",
    ),
    Mistake(
        "shape-of-labels",
        re.compile(r"needs class indices of shape"),
        "scores (N, C), labels (N,)",
    ),
    Mistake(
        "labels-as-floats",
        re.compile(r"Floats as target are probabilities"),
        "class indices: integers (N,); probabilities: floats (N, C)",
    ),
    Mistake(
        "one-column-or-none",
        re.compile(r"input (\((\d+), 1\)) and target (\((\d+),\)) must have the same shape"),
        "a loss compares element by element: (N, 1) with (N, 1), or (N,) with (N,)",
        lambda found: f"{found[1]} - {found[3]} would broadcast to ({found[2]}, {found[4]})",
    ),
    Mistake(
        "one-column-or-none",
        re.compile(r"input (\((\d+),\)) and target (\((\d+), 1\)) must have the same shape"),
        "a loss compares element by element: (N, 1) with (N, 1), or (N,) with (N,)",
        lambda found: f"{found[1]} - {found[3]} would broadcast to ({found[4]}, {found[2]})",
    ),
    Mistake(
        "types-that-differ",
        re.compile(r"they must be of one type|must hold integers, got float"),
        "data float32, labels and indices int64",
    ),
    Mistake(
        "index-out-of-range",
        re.compile(r"index -?\d+ at place .*? is out of range"),
        "0 <= index < size of the axis",
    ),
    Mistake(
        "changed-in-place",
        re.compile(r"as it was in forward, but `.*?` has changed it in place"),
        "dx = dy · f'(x): the x of forward",
    ),
    Mistake(
        "leaf-changed-in-place",
        re.compile(r"leaf tensor that requires a gradient cannot be changed in place"),
        "w is learned: it changes in optimizer.step(), or under no_grad()",
    ),
    Mistake(
        "backward-twice",
        re.compile(r"it already ran through `"),
        "one forward, one backward",
    ),
    Mistake(
        "nothing-to-differentiate",
        re.compile(r"has no history: nothing it was computed from"),
        "a gradient needs an unbroken chain of ops from a tensor with requires_grad=True",
    ),
    Mistake(
        "gradient-of-many-numbers",
        re.compile(r"needs the gradient of what follows it"),
        "backward() starts from one number: the loss",
    ),
    Mistake(
        "devices",
        re.compile(r"pynn has no other device than the CPU"),
        "all tensors of an op on one device",
    ),
)


def explained(message: str) -> str:
    """The message with the rule, the mark and the place in the docs, if it is of a common mistake."""
    if PAGE in message:
        return message
    for mistake in MISTAKES:
        found = mistake.pattern.search(message)
        if found:
            lines = [f"rule: {mistake.rule}", *mistake.marked(found).splitlines()]
            lines.append(f"more: {PAGE}#{mistake.anchor}")
            return "\n".join([message, *(f"    {line}" for line in lines)])
    return message


_core.teach_errors_with(explained)
