"""What a trace consists of: values, events, and the steps in which they came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .numbers import Numbers


@dataclass
class Value:
    """A tensor of the traced code.

    Attributes:
        index: its number in the trace.
        kind: ``"input"``, ``"parameter"``, ``"constant"`` (a tensor that nothing named), or ``"result"``.
        name: the parameter's path, or the variable that held it; ``""`` if neither is known.
        numbers: what it held when it was first seen.
        event: the number of the event that made it, or None.
        gradient: the sum of all gradients that reached it, if any did.
    """

    index: int
    kind: str
    name: str
    numbers: Numbers | None
    event: int | None = None
    gradient: Numbers | None = None


@dataclass(frozen=True)
class Where:
    """The line of the user's code that an op comes from."""

    file: str
    line: int
    function: str
    text: str

    def __str__(self) -> str:
        place = "cell" if "ipykernel_" in self.file else self.file.rsplit("/", 1)[-1]
        return f"{place}:{self.line}"


@dataclass(frozen=True)
class Local:
    """The local derivative of an op by one of its inputs.

    Attributes:
        kind: ``"each"``: outgoing = incoming · local, element by element. ``"matrix"``: a Jacobian with a row
            for each element of the output and a column for each of the input; outgoing = incoming @ local.
        numbers: its numbers.
    """

    kind: str
    numbers: Numbers


@dataclass
class Backward:
    """One visit of the backward walk to an event.

    Attributes:
        incoming: the gradient of each output, None where none arrived.
        outgoing: ``(value, gradient)`` for each input; None where no gradient is wanted.
        local: for each input the local derivative, None where it is not shown in numbers.
        ns: how long it took.
        bytes: what was read and written, as far as gradients go.
    """

    incoming: list[Numbers | None]
    outgoing: list[tuple[int | None, Numbers | None]] = field(default_factory=list)
    local: list[Local | None] = field(default_factory=list)
    ns: int = 0
    bytes: int = 0


@dataclass
class Event:
    """One op that ran.

    Attributes:
        index: its number in the trace.
        op: its name.
        path: the module in whose forward it ran, such as ``"model.encoder.0"``; ``""`` outside of any.
        module: that module's class.
        within: ops written in other ops that it was a part of, the outermost first.
        where: the line of the user's code.
        inputs: ``(argument, value)`` for each tensor.
        options: the other arguments.
        outputs: the values it made.
        ns: how long the forward took.
        bytes: memory read and written by the forward: all inputs and outputs once.
        formula: what it computes, from its record.
        gradient: its derivative, from its record.
        backward: each time that the backward walk came by.
    """

    index: int
    op: str
    path: str = ""
    module: str = ""
    within: list[str] = field(default_factory=list)
    where: Where | None = None
    inputs: list[tuple[str, int]] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    outputs: list[int] = field(default_factory=list)
    ns: int = 0
    bytes: int = 0
    formula: str = ""
    gradient: str = ""
    backward: list[Backward] = field(default_factory=list)


@dataclass(frozen=True)
class Update:
    """What an optimizer did to one parameter."""

    value: int
    before: Numbers | None
    after: Numbers


@dataclass(frozen=True)
class OptimizerStep:
    """One step of an optimizer over a group of parameters."""

    name: str
    options: dict[str, Any]
    updates: list[Update]
    ns: int


@dataclass(frozen=True)
class Step:
    """One thing that happened, in order.

    Attributes:
        kind: ``"forward"``, ``"backward"`` or ``"optimizer"``.
        index: the number of the event, or of the optimizer's step.
        visit: of a backward step: which visit to that event.
    """

    kind: str
    index: int
    visit: int = 0
