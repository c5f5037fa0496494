"""Trace: forward and backward of a block of code, op by op."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, overload

from pynn import _check, _core, _products
from pynn._core import Tensor

from .record import Backward, Event, OptimizerStep, Step, Value
from .recorder import Recorder


class Trace:
    """What ran inside `with pynn.trace() as t:`; complete when the block ends.

    Attributes:
        events: every op that ran, in order.
        values: every tensor, by its number: inputs, parameters and results.
        steps: what happened, in order: forward, backward and optimizer steps.
        optimizer_steps: what optimizers did.

    Args:
        numbers: tensors of up to so many elements are kept whole; of larger ones a picture and a summary.
        derivatives: whether to compute the local derivative of each op where it is small enough.

    Example:
        >>> import pynn
        >>> w = pynn.tensor([2.0, -1.0], requires_grad=True)
        >>> with pynn.trace() as t:
        ...     loss = (w * 3).relu().sum()
        ...     loss.backward()
        >>> [event.op for event in t.events]
        ['mul', 'relu', 'sum']
        >>> relu = t.events[1].backward[0]
        >>> relu.incoming[0].values, relu.local[0].numbers.values, relu.outgoing[0][1].values
        (array([1., 1.], dtype=float32), array([1., 0.], dtype=float32), array([1., 0.], dtype=float32))
    """

    def __init__(self, numbers: int = 400, derivatives: bool = True) -> None:
        self._numbers = _check.integer("trace", "numbers", numbers, 0)
        self._derivatives = bool(derivatives)
        self._tracer: Any = None
        self._recorder: Recorder | None = None
        self.events: list[Event] = []
        self.values: dict[int, Value] = {}
        self.steps: list[Step] = []
        self.optimizer_steps: list[OptimizerStep] = []

    def __enter__(self) -> Trace:
        if self._recorder is not None:
            raise RuntimeError("trace: this trace is used up. Did you mean `with pynn.trace() as t:` again?")
        self._recorder = Recorder(self._numbers, self._derivatives, sys._getframe(1))
        self.events, self.values = self._recorder.events, self._recorder.values
        self.steps, self.optimizer_steps = self._recorder.steps, self._recorder.optimizer_steps
        self._tracer = _core.trace.Tracer(self._recorder)
        self._tracer.start()
        self._recorder.paths.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._recorder is not None
        self._recorder.paths.__exit__()
        variables = dict(sys._getframe(1).f_locals)
        tracer, self._tracer = self._tracer, None
        try:
            tracer.stop()
        finally:
            self._recorder.finish(tracer.value, variables)

    # ---- looking ----------------------------------------------------------------------------------

    def backward(self) -> list[tuple[Event, Backward]]:
        """The visits of the backward walk, in order."""
        return [
            (self.events[step.index], self.events[step.index].backward[step.visit])
            for step in self.steps
            if step.kind == "backward"
        ]

    def name(self, value: int) -> str:
        """What to call a value: its variable or path, or the op that made it and its number.

        Args:
            value: its number, as events have it.
        """
        known = self.values.get(value)
        if known is None:
            return "earlier"  # made before the trace began
        if known.name:
            return known.name
        if known.event is None:
            return known.kind
        event = self.events[known.event]
        place = f".{event.outputs.index(value)}" if len(event.outputs) > 1 else ""
        return f"{event.op}{event.index}{place}"

    def table(self, file: TextIO | None = None) -> None:
        """Print a row for each op: where it ran, shapes, values, time, bytes, and its gradient.

        Colours and lines are drawn by rich where it is installed and the output is a terminal.

        Args:
            file: where to print; default: the standard output.

        Example:
            >>> import pynn
            >>> with pynn.trace() as t:
            ...     y = pynn.tensor([1.0, 2.0]).exp()
            >>> t.table()
            #  op   in   shape...
        """
        from . import table

        table.show(self, sys.stdout if file is None else file)

    def svg(self, path: str | Path | None = None) -> str:
        """The computation graph as a drawing: ops in boxes, tensors as arrows, from the top down.

        The layout is by fast-sugiyama: ``pip install 'pynn-learn[viz]'``.

        Args:
            path: also write it there.

        Returns:
            The text of an SVG file, for light and dark surroundings.

        Raises:
            ImportError: fast-sugiyama is not installed.

        Example:
            >>> import pynn
            >>> with pynn.trace() as t:
            ...     y = pynn.ones(2).exp()
            >>> t.svg().startswith("<svg")
            True
        """
        from . import graph

        text = graph.draw(self)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def html(self, path: str | Path) -> Path:
        """Write one page in which one steps forward and backward through the graph, with all the numbers.

        The page needs no network. Arrow keys go a step, Home and End to the ends; it follows the light or
        dark scheme of the reader.

        Args:
            path: where to write it.

        Returns:
            The path.

        Raises:
            ImportError: fast-sugiyama, which lays out the graph, is not installed.

        Example:
            >>> import pathlib, tempfile, pynn
            >>> with pynn.trace() as t:
            ...     y = pynn.ones(2).exp()
            >>> t.html(pathlib.Path(tempfile.mkdtemp()) / "trace.html").name
            'trace.html'
        """
        from . import page

        path = Path(path)
        path.write_text(page.render(self), encoding="utf-8")
        return path

    def __str__(self) -> str:
        from . import table

        return table.plain(self)

    def __repr__(self) -> str:
        back = sum(step.kind == "backward" for step in self.steps)
        return f"<trace of {len(self.events)} ops, {back} backward>"

    def _repr_html_(self) -> str:
        try:
            return self.svg()
        except ImportError:
            from . import table

            return table.html(self)


_NOTHING: Any = object()  # stands for an argument that was not given


@overload
def trace(input: Tensor) -> Tensor: ...
@overload
def trace(*, numbers: int = 400, derivatives: bool = True) -> Trace: ...
def trace(input: Tensor = _NOTHING, *, numbers: int = 400, derivatives: bool = True) -> Tensor | Trace:
    """Records what the code in a `with` block does; of a matrix: the sum of its diagonal.

    ``with pynn.trace() as t:`` notes every op with the module it runs in, shapes, values, time and memory;
    in backward the gradient that comes in, the local derivative, and their product that goes on. Look at it
    with ``t.table()``, ``t.svg()`` or ``t.html("trace.html")``, or read ``t.events``. A compiled step runs as
    it is written while it is traced. Outside of such a block nothing is noted and nothing is slower.

    ``pynn.trace(x)`` is PyTorch's function of that name: ``x.diagonal().sum()``.

    Args:
        input: a matrix ``(N, M)``, for the sum of its diagonal.
        numbers: tensors of up to so many elements are kept whole; of larger ones a picture and a summary.
        derivatives: whether to compute local derivatives where they are small enough.

    Raises:
        ShapeError: `input` is no matrix.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model, x = nn.Linear(2, 1), pynn.ones(3, 2)
        >>> with pynn.trace() as t:
        ...     loss = model(x).mean()
        ...     loss.backward()
        >>> [(event.op, event.path) for event in t.events]
        [('linear', 'model'), ('mean', '')]
        >>> pynn.trace(pynn.tensor([[1, 2], [3, 4]]))
        tensor(5)
    """
    if input is not _NOTHING:
        return _products.trace(input)
    return Trace(numbers, derivatives)
