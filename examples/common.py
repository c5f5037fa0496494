"""What the examples share: their command line, and where pictures go."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from matplotlib.figure import Figure

OUT = Path(__file__).parent / "out"


def options(text: str | None, **more: int | bool) -> argparse.Namespace:
    """--quick and --out, and whatever numbers and switches an example wants besides."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it runs")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the picture")
    for name, value in more.items():
        if isinstance(value, bool):
            parser.add_argument(f"--{name}", action="store_true", default=value)
        else:
            parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def save(figure: Figure, folder: Path) -> None:
    """Write a picture under the name of the running example."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{Path(sys.argv[0]).stem}.png"
    figure.savefig(path, dpi=130)
    print(f"wrote {path}")
