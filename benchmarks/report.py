"""Results as JSON and as Markdown tables."""

from __future__ import annotations

from typing import Any

from .roofline import Roofline
from .runner import Row
from .timing import Spread

Groups = dict[str, list[Row]]


def as_json(machine: dict[str, Any], versions: dict[str, str], roofline: Roofline, groups: Groups) -> Any:
    return {
        "machine": machine,
        "versions": versions,
        "peaks": {
            "gflops": roofline.flops_per_second / 1e9,
            "bf16_gflops": roofline.bf16_flops_per_second / 1e9,
            "copy_gb_per_s": {size: rate / 1e9 for size, rate in roofline.copied_per_second.items()},
            "read_gb_per_s": {size: rate / 1e9 for size, rate in roofline.read_per_second.items()},
        },
        "workloads": [
            {
                "group": group,
                "name": row.workload.name,
                "floor_us": row.floor * 1e6,
                "flops": row.workload.flops,
                "bytes": row.workload.bytes,
                "samples_us": {name: [t * 1e6 for t in times] for name, times in row.samples.items()},
                "notes": {name: note for name, note in row.notes.items() if note},
                "left_out": row.left_out,
                "others": row.others,
            }
            for group, rows in groups.items()
            for row in rows
        ],
    }


def heading(machine: dict[str, Any], versions: dict[str, str], roofline: Roofline) -> str:
    copied, read = rates(roofline.copied_per_second), rates(roofline.read_per_second)
    return "\n".join(
        [
            f"{machine['cpu']} ({machine['isa']}), {machine['threads']} threads, "
            f"Python {machine['python']}; " + ", ".join(f"{n} {v}" for n, v in versions.items()) + ".",
            f"Measured peaks: {roofline.flops_per_second / 1e9:.0f} GFLOP/s in float32, "
            f"{roofline.bf16_flops_per_second / 1e9:.0f} in bfloat16; "
            f"copying {copied}; reading {read}.",
            f"OpenMP runtimes loaded: {', '.join(machine['openmp_runtimes']) or 'none'}.",
        ]
    )


def rates(by_size: dict[int, float]) -> str:
    """Some of the sizes, the largest among them."""
    some = list(by_size.items())[::-4][::-1]
    return ", ".join(f"{rate / 1e9:.0f} GB/s at {in_bytes(size)}" for size, rate in some)


def table(rows: list[Row]) -> str:
    """A line a workload: the floor, each contender's median (± half the quartile distance), pynn's lead."""
    names = list(dict.fromkeys(name for row in rows for name in row.samples))
    header = ["µs", "floor", *names, "pynn against best PyTorch"]
    lines = [header, ["---", *["---:"] * (len(header) - 1)]]
    for row in rows:
        times = [cell(row.time(name)) if name in row.samples else "" for name in names]
        lines.append(
            [row.workload.title, number(row.floor * 1e6), *times, lead(row.speed_against_torch("pynn"))]
        )
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + remarks(rows)


def remarks(rows: list[Row]) -> str:
    """Below the table: who was left out and why, and what differs. The same remark is made once."""
    said: dict[str, list[str]] = {}
    for row in rows:
        for name, text in [*row.notes.items(), *((n, f"left out: {t}") for n, t in row.left_out.items())]:
            if text:
                said.setdefault(f"{name}: {text}", []).append(row.workload.title)
    if any(row.disturbed for row in rows):
        worst = max(row.others for row in rows)
        text = f"**disturbed**: other processes took up to {worst:.0%} of the CPUs; compare nothing"
        said[text] = [row.workload.title for row in rows if row.disturbed]
    lines = [
        f"- {text}" + ("" if len(titles) == len(rows) else f" ({', '.join(titles)})")
        for text, titles in said.items()
    ]
    return "\n\n" + "\n".join(lines) if lines else ""


def cell(time: Spread) -> str:
    half = 50 * (time.high - time.low) / time.median
    return f"{number(time.median * 1e6)} ±{half:.0f}%"


def lead(ratio: Spread | None) -> str:
    return f"**{ratio.median:.2f}x** ({ratio.low:.2f}-{ratio.high:.2f})" if ratio else ""


def number(x: float) -> str:
    """Three significant digits, no exponent; what is too small to matter is said to be so."""
    if x < 0.005:
        return "<0.01"
    return f"{x:,.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}" if x >= 1 else f"{x:.3f}"


def in_bytes(size: float) -> str:
    for unit in ["B", "KiB", "MiB"]:
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.0f} GiB"
