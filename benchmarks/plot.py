"""The picture of a run: how many times the best PyTorch variant's speed, workload by workload."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from .report import Groups
from .runner import Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PYNN, OTHERS = "#c2410c", ["#64748b", "#94a3b8", "#0f766e", "#7c3aed", "#a16207", "#0369a1"]

STEPS = ("mlp", "training")  # kinds of workloads where everybody gets a bar

TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]


def save(groups: Groups, path: Path) -> None:
    """Train steps of all contenders, then pynn's speed in each sweep."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FixedLocator, NullLocator

    steps = [row for rows in groups.values() for row in rows if row.workload.kind in STEPS and row.best_torch]
    sweeps = {
        name: [r for r in rows if r.workload.kind not in STEPS and r.best_torch]
        for name, rows in groups.items()
    }
    panels = ([("train steps", steps)] if steps else []) + [(n, rows) for n, rows in sweeps.items() if rows]
    if not panels:
        return

    heights = [1 + len(bars(rows)) * 0.22 for _, rows in panels]
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(8, sum(heights)), height_ratios=heights, layout="constrained", squeeze=False
    )
    for axis, (title, rows) in zip(axes[:, 0], panels, strict=True):
        labels, values, colors = zip(*bars(rows), strict=True)
        # From the 1 to the value: to the right faster than PyTorch, to the left slower.
        axis.barh(range(len(labels)), [value - 1 for value in values], left=1, color=colors)
        axis.set_yticks(range(len(labels)), labels, fontsize=8)
        axis.invert_yaxis()
        axis.set_xscale("log")
        axis.set_xlim(min(0.5, *values) / 1.1, max(values) * 1.6)  # room for the longest bar's number
        axis.xaxis.set_major_locator(FixedLocator(TICKS))
        axis.xaxis.set_major_formatter("{x:g}")
        axis.xaxis.set_minor_locator(NullLocator())
        axis.spines[["top", "right"]].set_visible(False)
        axis.axvline(1, color="black", linewidth=0.8)
        axis.set_title(f"{title}: speed, best PyTorch = 1", fontsize=10, loc="left")
        for place, value in enumerate(values):
            axis.text(max(value, 1), place, f" {value:.2f}", va="center", fontsize=7)
    save_light(figure, path)
    plt.close(figure)


def save_light(figure: Figure, path: Path) -> None:
    """A plot has few colours: with a palette of them the file is a third as large."""
    from PIL import Image

    drawn = BytesIO()
    figure.savefig(drawn, dpi=150)
    Image.open(drawn).convert("RGB").quantize(64).save(path, optimize=True)


def bars(rows: list[Row]) -> list[tuple[str, float, str]]:
    """(label, speed, color) of each bar: everybody in a train step, pynn alone in a sweep."""
    found = []
    for row in rows:
        names = row.samples if row.workload.kind in STEPS else [n for n in row.samples if n == "pynn"]
        for place, name in enumerate(names):
            ratio = row.speed_against_torch(name)
            label = f"{row.workload.name}  {name}" if row.workload.kind in STEPS else row.workload.name
            color = PYNN if name == "pynn" else OTHERS[place % len(OTHERS)]
            found.append((label.replace("|", ""), ratio.median if ratio else 0.0, color))
    return found or [("nothing measured", 1.0, OTHERS[0])]
