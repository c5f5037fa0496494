"""Recorder: what the core tells as it runs (csrc/bindings/trace.cpp), as values, events and steps."""

from __future__ import annotations

import linecache
import math
import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from pynn import _core
from pynn._core import Tensor
from pynn.nn import Parameter
from pynn.optim import Optimizer

from .modules import ModulePaths
from .numbers import Numbers, array_of, numbers_of
from .record import Backward, Event, Local, OptimizerStep, Step, Update, Value, Where

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_MOST_ROWS, _MOST_CELLS = 64, 4096  # of a Jacobian that is computed
_MOST_SUMMED = 1_000_000  # elements of a gradient that is added up over its contributions

Again = Callable[[list[Tensor | None]], list[Tensor | None]]


class Recorder:
    """The receiver of a `Tracer`; fills `values`, `events` and `steps`.

    Args:
        most: tensors of up to so many elements are kept whole.
        derivatives: whether to compute local derivatives.
        home: the frame that holds the variables of the traced code.
    """

    def __init__(self, most: int, derivatives: bool, home: FrameType | None) -> None:
        self.values: dict[int, Value] = {}
        self.events: list[Event] = []
        self.steps: list[Step] = []
        self.optimizer_steps: list[OptimizerStep] = []
        self.paths = ModulePaths(self._variable)
        self._most, self._derivatives, self._home = most, derivatives, home
        self._ops = {op.name: op for op in _core.registry()}
        self._numbers: dict[int, int] = {}  # the core's number of an event -> its place in `events`
        self._leaves: dict[int, Tensor] = {}  # tensors that nothing made, by value
        self._sums: dict[int, np.ndarray] = {}
        self._visit: Backward | None = None

    # ---- told by the core -------------------------------------------------------------------------

    def source(self, value: int, tensor: Tensor) -> None:
        """A tensor comes into play that nothing traced has made."""
        name = self.paths.name_of_tensor(tensor)
        kind = "parameter" if isinstance(tensor, Parameter) else "input"
        if not name:
            name = self._variable(tensor)
            kind = kind if name or kind == "parameter" else "constant"
        self._leaves[value] = tensor
        self.values[value] = Value(value, kind, name, self._snapshot(tensor))

    def call(self, number: int, op: str, arguments: Any, outputs: list[tuple[int, Tensor]], ns: int) -> None:
        """An op ran."""
        event = self._new_event(op)
        event.ns = ns
        self._numbers[number] = event.index
        for name, given in arguments:
            for value in given if isinstance(given, list) else [given]:
                if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], Tensor):
                    event.inputs.append((name, value[0]))
                    event.bytes += value[1].nbytes
                    known = self.values.get(value[0])
                    if known is not None and not known.name and isinstance(value[1], Parameter):
                        known.name = self.paths.name_of_tensor(value[1])  # made while we looked
                elif value is not None:
                    event.options[name] = value
        for value, tensor in outputs:
            event.outputs.append(value)
            event.bytes += 0 if tensor is None else tensor.nbytes
            self.values[value] = Value(
                value, "result", "", None if tensor is None else self._snapshot(tensor), event.index
            )
        self.steps.append(Step("forward", event.index))

    def scope(self, op: str, first: int, ns: int) -> None:
        """All that ran since `first` was one op, written in other ops."""
        for number, place in self._numbers.items():
            if number >= first:
                self.events[place].within.insert(0, op)

    def goes_back(self, number: int, op: str, arrived: list[Tensor | None], again: Again | None) -> None:
        """Backward is about to visit an op."""
        self._visit = Backward([self._maybe(dy) for dy in arrived])
        self._visit.bytes = sum(dy.nbytes for dy in arrived if dy is not None)
        if again is not None and self._derivatives:
            self._visit.local = self._local(self._ops[op], arrived, again)

    def gave(self, number: int, op: str, sent: list[tuple[int | None, Tensor | None]], ns: int) -> None:
        """It did, and these are the gradients of the inputs."""
        if self._visit is None:
            return
        visit, self._visit = self._visit, None
        visit.ns = ns
        if number in self._numbers:
            event = self.events[self._numbers[number]]
        else:  # its forward ran before the trace began, or is written in Python
            event = self._new_event(op)
            self._numbers[number] = event.index
            event.inputs = [("", value) for value, _ in sent if value is not None]
        for value, dx in sent:
            visit.outgoing.append((value, self._maybe(dx)))
            visit.bytes += 0 if dx is None else dx.nbytes
            if value is not None and dx is not None:
                self._arrive(value, dx)
        event.backward.append(visit)
        self.steps.append(Step("backward", event.index, len(event.backward) - 1))

    def stepped(self, values: list[int], ns: int) -> None:
        """An optimizer moved parameters."""
        optimizer, group = _optimizer_above()
        updates = []
        for value in values:
            known = self.values[value]
            after = self._snapshot(self._leaves[value]) if value in self._leaves else known.numbers
            if after is not None:
                updates.append(Update(value, known.numbers, after))
        self.steps.append(Step("optimizer", len(self.optimizer_steps)))
        self.optimizer_steps.append(OptimizerStep(optimizer, group, updates, ns))

    def finish(self, value_of: Callable[[Tensor], int], variables: dict[str, Any]) -> None:
        """At the end: what variables hold gives results their names; gradients are summed up."""
        for name, held in variables.items():
            if isinstance(held, Tensor) and not name.startswith("_"):
                value = self.values.get(value_of(held))
                if value is not None and not value.name:
                    value.name = name
        for index, total in self._sums.items():
            if index in self.values:
                self.values[index].gradient = numbers_of(total, self._most)
        self._sums.clear()
        self._leaves.clear()
        self._home = None

    # ---- parts ------------------------------------------------------------------------------------

    def _new_event(self, op: str) -> Event:
        record = self._ops.get(op)
        path, module = self.paths.present
        event = Event(len(self.events), op, path, module, where=_where())
        if record is not None:
            event.formula, event.gradient = record.formula, record.gradient
        self.events.append(event)
        return event

    def _snapshot(self, tensor: Tensor) -> Numbers:
        return numbers_of(tensor, self._most)

    def _maybe(self, tensor: Tensor | None) -> Numbers | None:
        return None if tensor is None else self._snapshot(tensor)

    def _variable(self, wanted: Any) -> str:
        """The name of the variable that holds an object: in the traced block, or on the way to this call."""
        frames = [self._home] if self._home is not None else []
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if not frame.f_code.co_filename.startswith(_HOME):
                frames.append(frame)
            frame = frame.f_back
        for frame in frames:
            for name, held in frame.f_locals.items():
                if held is wanted and not name.startswith("_"):
                    return name
        return ""

    def _arrive(self, value: int, dx: Tensor) -> None:
        if value not in self.values or dx.numel() > _MOST_SUMMED:
            return
        array = array_of(dx)
        self._sums[value] = self._sums[value] + array if value in self._sums else array.copy()

    def _local(self, op: Any, arrived: list[Tensor | None], again: Again) -> list[Local | None]:
        """The derivatives of one output by each input."""
        places = [k for k, dy in enumerate(arrived) if dy is not None]
        if len(places) != 1:
            return []
        dy = arrived[places[0]]
        assert dy is not None
        size = dy.numel()

        def gradients_for(seed: np.ndarray) -> list[np.ndarray | None]:
            dys = [*arrived]
            dys[places[0]] = _core.tensor(seed.reshape(dy.shape), dy.dtype)
            return [None if dx is None else array_of(dx).copy() for dx in again(dys)]

        name = str(dy.dtype).removeprefix("pynn.")
        if op.elementwise or size == 1:
            once = gradients_for(np.ones(size))
            if all(dx is None or size == 1 or dx.shape == tuple(dy.shape) for dx in once):
                return [
                    None if dx is None else Local("each", numbers_of(dx, self._most, name)) for dx in once
                ]
        if not 0 < size <= _MOST_ROWS:
            return []
        rows = [gradients_for(np.eye(1, size)[0])]
        if any(dx is not None and dx.size * size > _MOST_CELLS for dx in rows[0]):
            return []
        rows += [gradients_for(np.eye(1, size, k)[0]) for k in range(1, size)]
        local: list[Local | None] = []
        for i, first in enumerate(rows[0]):
            if first is None:
                local.append(None)
                continue
            jacobian = np.stack([np.reshape(row[i], -1) for row in rows])  # type: ignore[arg-type]
            local.append(Local("matrix", numbers_of(jacobian, self._most, name)))
        return local


def _where() -> Where | None:
    """The innermost line on the way here that is not pynn's own."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(_HOME):
            text = linecache.getline(file, frame.f_lineno).strip()
            return Where(file, frame.f_lineno, frame.f_code.co_name, text)
        frame = frame.f_back
    return None


def _optimizer_above() -> tuple[str, dict[str, Any]]:
    """The class and the options of the optimizer whose step is running."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, Optimizer):
            held = [h for h in frame.f_locals.values() if isinstance(h, dict) and "params" in h]
            options = held[0] if held else {}
            plain = {k: v for k, v in options.items() if isinstance(v, (int, float, bool, tuple))}
            return type(owner).__name__, plain
        frame = frame.f_back
    return "optimizer", {}


def is_close(incoming: Numbers, local: Local, outgoing: Numbers) -> float:
    """The largest deviation of incoming x local from outgoing, or NaN where the numbers were not kept."""
    dy, derivative, dx = incoming.values, local.numbers.values, outgoing.values
    if dy is None or derivative is None or dx is None:
        return math.nan
    product = dy * derivative if local.kind == "each" else (dy.reshape(-1) @ derivative).reshape(dx.shape)
    return float(np.abs(product - dx).max(initial=0.0))
