"""The `pynn` command: a demonstration, facts about this build, and the benchmarks."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pynn
from pynn import data, nn, train
from pynn.vision import transforms

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="pynn", description="Neural networks you can read from end to end.")
    parser.add_argument("--version", action="version", version=f"pynn {pynn.__version__}")
    commands = parser.add_subparsers(dest="command", required=True)

    demo_parser = commands.add_parser("demo", help="train on the bundled digits and draw the result")
    demo_parser.add_argument("--epochs", type=int, default=30)
    demo_parser.add_argument("--seed", type=int, default=0)
    demo_parser.add_argument("--out", type=Path, default=Path("demo"), help="folder for digits.png")
    commands.add_parser("info", help="version, instruction set, threads")
    commands.add_parser("bench", help="run the benchmarks", add_help=False)

    options, rest = parser.parse_known_args(arguments)
    if options.command == "bench":
        return bench(rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command == "info":
        print(pynn.show_config())
        return 0
    return demo(options.epochs, options.seed, options.out)


# ---- bench ------------------------------------------------------------------------------------------


def bench(arguments: list[str]) -> int:
    """Run the benchmarks of a source checkout."""
    if importlib.util.find_spec("benchmarks") is None and not Path("benchmarks/__main__.py").exists():
        print(
            "pynn bench: the benchmarks are not part of the installed package. Run it in the root of the\n"
            "source repository, where the folder benchmarks/ is, with: pip install 'pynn-learn[bench]'",
            file=sys.stderr,
        )
        return 1
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), os.getcwd()]))
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False).returncode


# ---- demo -------------------------------------------------------------------------------------------


def demo(epochs: int, seed: int, out: Path) -> int:
    """Train a small convolutional network on the bundled digits, say how good it is, and draw it."""
    pynn.manual_seed(seed)
    x, y = data.load_digits(images=True)
    # The test digits are the same whatever the seed, and nothing is chosen by them.
    x_rest, x_test, y_rest, y_test = data.train_test_split(x / 16, y, test_size=0.2, stratify=y, seed=0)
    x_train, x_val, y_train, y_val = data.train_test_split(
        x_rest, y_rest, test_size=0.1, stratify=y_rest, seed=0
    )
    print(
        f"pynn {pynn.__version__}: a convolutional network learns from {len(x_train)} handwritten digits, "
        f"turned and moved a little each time; {len(x_val)} to watch progress, {len(x_test)} to test on"
    )

    model = digit_reader()
    optimizer = pynn.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-2)
    schedule = pynn.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    model.compile(optimizer, loss=nn.CrossEntropyLoss(label_smoothing=0.05), metrics=["accuracy"])

    start = time.perf_counter()
    history = model.fit(
        x_train,
        y_train,
        epochs=epochs,
        batch_size=64,
        validation_data=(x_val, y_val),
        callbacks=[train.LearningRateSchedule(schedule)],
        seed=seed,
    )
    seconds = time.perf_counter() - start
    _, accuracy = model.evaluate(x_test, y_test)
    outputs = model.predict(x_test)
    print(f"test accuracy {100 * accuracy:.2f} % after {len(history.epoch)} epochs in {seconds:.1f} s")
    print(misread(outputs.argmax(1).tolist(), y_test.tolist()))

    try:
        figure = draw_demo(history, x_test, y_test, outputs, accuracy)
    except ImportError:
        print("(install matplotlib to get a picture: pip install 'pynn-learn[viz]')")
        return 0
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / "digits.png", dpi=150)
    print(f"wrote {out / 'digits.png'}")
    return 0


def digit_reader() -> nn.Sequential:
    """Images `(N, 1, 8, 8)` to scores of the ten digits `(N, 10)`."""

    def block(before: int, after: int) -> tuple[nn.Module, ...]:
        return nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()

    return nn.Sequential(
        # In training only: a digit that is turned, moved or scaled a little is still that digit.
        transforms.RandomAffine(degrees=12, translate=(0.12, 0.12), scale=(0.88, 1.12), shear=8),
        *block(1, 32), *block(32, 32), nn.MaxPool2d(2),
        *block(32, 64), *block(64, 64), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Dropout(0.2), nn.Linear(64, 10),
    )  # fmt: skip


def misread(said: list[int], labels: list[int]) -> str:
    """Which digit is taken for which other, the most frequent first.

    Example:
        >>> misread([7, 7, 1, 4], [3, 3, 1, 9])
        'misread 3 of 4: 3 as 7 (twice), 9 as 4'
    """
    pairs = Counter((label, digit) for digit, label in zip(said, labels, strict=True) if digit != label)
    if not pairs:
        return f"misread none of {len(labels)}"
    times = {1: "", 2: " (twice)"}
    each = [
        f"{label} as {digit}{times.get(n, f' ({n} times)')}"
        for (label, digit), n in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return f"misread {sum(pairs.values())} of {len(labels)}: {', '.join(each)}"


def draw_demo(history: train.History, x: Any, y: Any, outputs: Any, accuracy: float) -> Figure:
    """Loss and accuracy over the epochs; below, test digits with what the network says they are."""
    import numpy as np
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    rows, columns = 3, 12
    probabilities = np.asarray(nn.functional.softmax(outputs, 1))
    said, labels, images = probabilities.argmax(1), np.asarray(y), np.asarray(x).reshape(-1, 8, 8)
    wrong, right = np.flatnonzero(said != labels), np.flatnonzero(said == labels)
    shown = np.concatenate([wrong[:columns], right])[: rows * columns]  # the mistakes first

    figure = Figure(figsize=(11, 7), layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.08))
    figure.suptitle(
        f"pynn reads handwritten digits: {100 * accuracy:.1f} % of {len(labels)} right", fontsize=15
    )
    panels: Any = figure.subfigures(2, 1, height_ratios=[1, 1.15])
    curves, samples = panels
    for name, axes in zip(("loss", "accuracy"), curves.subplots(1, 2), strict=True):
        train.history.draw_curves(axes, history, name)
    for place, axes in enumerate(samples.subplots(rows, columns).flat):
        axes.set_axis_off()
        if place >= len(shown):
            continue
        i = shown[place]
        correct = said[i] == labels[i]
        text = f"{said[i]}" if correct else f"{said[i]}, is {labels[i]}"
        axes.imshow(images[i], cmap="gray_r", interpolation="nearest")
        axes.set_title(text, fontsize=11, color="#15803d" if correct else "#dc2626")
    return figure


if __name__ == "__main__":
    sys.exit(main())
