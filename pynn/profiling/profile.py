"""profile: where a model's time goes, layer by layer, and what holds each layer up."""

from __future__ import annotations

import copy
import html as _html
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pynn import _check, _core, autograd
from pynn._core import Tensor
from pynn.nn import Module
from pynn.tracing.modules import ModulePaths
from pynn.tracing.table import duration, size

from .flops import VIEWS, backward_flops, forward_flops
from .peak import Peak, measured_peak


@dataclass
class Work:
    """What was done in one direction.

    Attributes:
        ns: how long it took.
        flops: floating-point operations.
        bytes: memory read and written, each tensor of each op once.
        calls: ops that ran.
    """

    ns: float = 0.0
    flops: float = 0.0
    bytes: float = 0.0
    calls: float = 0.0

    def add(self, ns: float, flops: float, nbytes: float) -> None:
        """One more op."""
        self.ns += ns
        self.flops += flops
        self.bytes += nbytes
        self.calls += 1


@dataclass
class LayerProfile:
    """What one module did itself: ops in its own forward, not those of modules within it.

    Attributes:
        path: where it is in the model; ``""`` is the model itself.
        kind: its class.
        forward: in the forward direction.
        backward: in the backward direction.
        peak: the rates that the machine reaches.
    """

    path: str
    kind: str
    forward: Work = field(default_factory=Work)
    backward: Work = field(default_factory=Work)
    peak: Peak | None = None

    @property
    def ns(self) -> float:
        """Forward and backward together."""
        return self.forward.ns + self.backward.ns

    @property
    def flops(self) -> float:
        """Floating-point operations of both directions."""
        return self.forward.flops + self.backward.flops

    @property
    def bytes(self) -> float:
        """Memory moved in both directions."""
        return self.forward.bytes + self.backward.bytes

    @property
    def floors(self) -> dict[str, float]:
        """Nanoseconds that it would take at least, by what could hold it up."""
        peak = self.peak or measured_peak()
        both = [peak.times(w.flops, w.bytes, w.calls) for w in (self.forward, self.backward)]
        return {name: sum(times[name] for times in both) for name in both[0]}

    @property
    def bound(self) -> str:
        """What holds it up: "overhead" of calls, "memory" or "compute"; "" if nothing ran."""
        floors = self.floors
        return max(floors, key=lambda name: floors[name]) if self.ns else ""

    @property
    def share_of_peak(self) -> float:
        """How near it comes to the rate that bounds it: 1 is the best that this machine was seen to do."""
        return min(1.0, max(self.floors.values()) / self.ns) if self.ns else 0.0


class Profile:
    """What `profile` returns: print it, or let a notebook show it.

    Attributes:
        layers: each module that ran ops, in the order in which they first ran.
        seconds: of one whole run, forward and backward, without anybody looking.
        peak: the rates of this machine.

    Args:
        layers: the modules.
        seconds: of one whole run.
        peak: the rates of this machine.

    Example:
        >>> import pynn
        >>> report = pynn.nn.Linear(4, 2).profile(pynn.ones(3, 4), repeats=1)
        >>> report[""].kind
        'Linear'
    """

    def __init__(self, layers: list[LayerProfile], seconds: float, peak: Peak) -> None:
        self.layers, self.seconds, self.peak = layers, seconds, peak

    def __getitem__(self, path: str) -> LayerProfile:
        for layer in self.layers:
            if layer.path == path:
                return layer
        raise KeyError(f"no ops ran in {path!r}; they ran in {', '.join(repr(x.path) for x in self.layers)}")

    @property
    def between(self) -> float:
        """Seconds that passed between the ops: Python, modules, the walk of backward."""
        return max(0.0, self.seconds - sum(layer.ns for layer in self.layers) * 1e-9)

    def _rows(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = [
            (
                layer.path or "(the model)",
                layer.kind,
                duration(layer.forward.ns),
                duration(layer.backward.ns) if layer.backward.calls else "",
                f"{layer.ns * 1e-7 / self.seconds:.0f} %",
                count(layer.flops),
                size(layer.bytes),
                f"{100 * layer.share_of_peak:.0f} %",
                layer.bound,
            )
            for layer in self.layers
        ]
        share = f"{100 * self.between / self.seconds:.0f} %"
        rows.append(("between ops", "", duration(self.between * 1e9), "", share, "", "", "", "overhead"))
        total = sum(layer.flops for layer in self.layers), sum(layer.bytes for layer in self.layers)
        rows.append(
            ("all", "", duration(self.seconds * 1e9), "", "100 %", count(total[0]), size(total[1]), "", "")
        )
        return rows

    HEAD = ("layer", "kind", "forward", "backward", "share", "FLOP", "bytes", "of peak", "bound by")

    @property
    def _foot(self) -> str:
        most = max(self.peak.bytes)
        return (
            f"This machine reaches {self.peak.flops * 1e-9:.0f} GFLOP/s, {self.peak.bytes[most] * 1e-9:.1f} "
            f"GB/s from main memory ({max(self.peak.bytes.values()) * 1e-9:.0f} from its caches), and "
            f"{self.peak.call:.0f} ns a call, on {_core.get_num_threads()} threads."
        )

    def __str__(self) -> str:
        lines = [self.HEAD, *self._rows()]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.HEAD))]
        text = []
        for line in lines:
            cells = [
                cell.ljust(w) if k in (0, 1, 8) else cell.rjust(w)
                for k, (cell, w) in enumerate(zip(line, widths, strict=True))
            ]
            text.append("  ".join(cells).rstrip())
        rule = "─" * max(map(len, text))
        return "\n".join([text[0], rule, *text[1:-1], rule, text[-1], self._foot])

    def show(self) -> None:
        """Print it, by rich where that is installed and the output is a terminal."""
        if sys.stdout.isatty():
            try:
                from rich.console import Console
                from rich.table import Table
            except ImportError:
                pass
            else:
                table = Table(header_style="bold", caption=self._foot, pad_edge=False)
                for k, name in enumerate(self.HEAD):
                    table.add_column(name, justify="left" if k in (0, 1, 8) else "right")
                colors = {"compute": "green", "memory": "yellow", "overhead": "red"}
                for row in self._rows():
                    color = colors.get(row[-1])
                    table.add_row(*row[:-1], f"[{color}]{row[-1]}[/]" if color else row[-1])
                Console().print(table)
                return
        print(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        def line(cells: tuple[str, ...], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{_html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        body = "".join(line(row, "td") for row in self._rows())
        return (
            f"<table><thead>{line(self.HEAD, 'th')}</thead><tbody>{body}</tbody></table>"
            f"<p>{_html.escape(self._foot)}</p>"
        )


def count(number: float) -> str:
    """1.23 M."""
    for unit, step in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= step:
            return f"{number / step:.3g} {unit}"
    return f"{number:.0f}"


class _Meter:
    """The receiver of a tracer that notes time, operations and bytes, and looks at no value."""

    def __init__(self) -> None:
        self.layers: dict[str, LayerProfile] = {}
        self.paths = ModulePaths(lambda _: "")
        self._events: dict[int, tuple[LayerProfile, Callable[[list[bool]], float], bool]] = {}

    def _layer(self) -> LayerProfile:
        path, kind = self.paths.present
        inner = path.partition(".")[2]
        return self.layers.setdefault(
            inner if path else "(outside)", LayerProfile(inner if path else "(outside)", kind)
        )

    def source(self, value: int, tensor: Tensor) -> None: ...

    def scope(self, op: str, first: int, ns: int) -> None: ...

    def stepped(self, values: list[int], ns: int) -> None: ...

    def call(self, number: int, op: str, arguments: Any, outputs: list[tuple[int, Tensor]], ns: int) -> None:
        shapes: dict[str, tuple[int, ...]] = {}
        settings: dict[str, Any] = {}
        nbytes = sum(made.nbytes for _, made in outputs if made is not None)
        for name, given in arguments:
            for k, value in enumerate(given if isinstance(given, list) else [given]):
                if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], Tensor):
                    shapes[f"{name}.{k}" if k else name] = tuple(value[1].shape)
                    nbytes += value[1].nbytes
                else:
                    settings[name] = given
        if op in VIEWS and _is_view(arguments, outputs):
            nbytes = 0
        out = tuple(outputs[0][1].shape) if outputs and outputs[0][1] is not None else ()
        layer = self._layer()
        layer.forward.add(ns, forward_flops(op, shapes, out, settings), nbytes)
        self._events[number] = (
            layer,
            partial(backward_flops, op, shapes, out, settings=settings),
            nbytes == 0,
        )

    def goes_back(self, number: int, op: str, arrived: list[Tensor | None], again: Any) -> None:
        self._arrived = sum(dy.nbytes for dy in arrived if dy is not None)

    def gave(self, number: int, op: str, sent: list[tuple[int | None, Tensor | None]], ns: int) -> None:
        if number in self._events:
            layer, flops, is_view = self._events[number]
            # A gradient may be made that nobody waits for.
            wanted = [value is not None and dx is not None for value, dx in sent]
            nbytes = 0 if is_view else self._arrived + sum(dx.nbytes for _, dx in sent if dx is not None)
            layer.backward.add(ns, flops(wanted), nbytes)


def profile(model: Module, *inputs: Any, backward: bool | None = None, repeats: int = 10) -> Profile:
    """Run a copy of the model some times, and say for each layer what it cost and what held it up.

    Args:
        model: any module.
        *inputs: what to call it with.
        backward: whether the gradients of the sum of its outputs by its parameters are part of it. Default:
            in training mode.
        repeats: runs; each layer's time is the median.

    Returns:
        The profile.

    Raises:
        ValueError: `repeats` is below 1.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Sequential(nn.Linear(64, 64), nn.ReLU())
        >>> report = pynn.profiling.profile(model, pynn.ones(32, 64))
        >>> report["0"].forward.flops, report["1"].forward.flops
        (264192.0, 2048.0)
        >>> report["0"].bound in ("overhead", "memory", "compute")
        True
    """
    _check.integer("profile", "repeats", repeats, 1)
    model = copy.deepcopy(model)
    with_backward = model.training if backward is None else bool(backward)
    seeds: list[Tensor] = []  # of backward: made once, they are no part of the model

    def run() -> None:
        with autograd.set_grad_enabled(with_backward):
            result = model(*inputs)
        outputs = [y for y in _tensors_in(result) if y.requires_grad] if with_backward else []
        if outputs:
            if not seeds:
                seeds.extend(_core.ops.ones(tuple(y.shape), y.dtype) for y in outputs)
            leaves = [p for p in model.parameters() if p.requires_grad]
            autograd.grad(outputs, leaves, seeds, allow_unused=True)

    state = _core.get_rng_state()
    run()  # lazy sizes are settled, memory is there
    seconds = statistics.median(_timed(run) for _ in range(repeats))
    meters = [_metered(run) for _ in range(repeats)]
    _core.set_rng_state(state)
    layers = list(meters[0].layers.values())
    for layer in layers:
        for direction in ("forward", "backward"):
            times = [getattr(m.layers[layer.path], direction).ns for m in meters if layer.path in m.layers]
            getattr(layer, direction).ns = statistics.median(times)
    peak = measured_peak()
    fastest = max((layer.flops / layer.ns * 1e9 for layer in layers if layer.ns), default=0.0)
    peak = replace(peak, flops=max(peak.flops, fastest))  # what was seen here counts, too
    for layer in layers:
        layer.peak = peak
    return Profile(layers, seconds, peak)


def _is_view(arguments: Any, outputs: list[tuple[int, Tensor]]) -> bool:
    """Whether the first output lies in the memory of an input."""
    made = outputs[0][1] if outputs else None
    for _, given in arguments:
        if made is not None and isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], Tensor):
            start = given[1].data_ptr()
            if start <= made.data_ptr() < start + max(1, given[1].nbytes):
                return True
    return False


def _tensors_in(result: Any) -> list[Tensor]:
    if isinstance(result, Tensor):
        return [result]
    parts = (
        result.values() if isinstance(result, dict) else result if isinstance(result, (list, tuple)) else []
    )
    return [tensor for part in parts for tensor in _tensors_in(part)]


def _timed(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _metered(run: Callable[[], None]) -> _Meter:
    meter = _Meter()
    tracer = _core.trace.Tracer(meter)
    tracer.start()
    try:
        with meter.paths:
            run()
    finally:
        tracer.stop()
    return meter
