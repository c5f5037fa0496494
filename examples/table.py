"""From a CSV file with holes to a model that is trained, tested, saved and loaded again: `learn` and `ask`.

The file holds measures of cells from 569 breast masses, malignant or benign; one value in ten is missing.

python examples/table.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, nn, train


def network(preparer: data.TablePreparer) -> nn.Sequential:
    """As wide as the table at one end, and at the other as there are classes."""
    width, classes = len(preparer.feature_names), len(preparer.target_names)
    return nn.Sequential(nn.Linear(width, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, classes))


def learn(path: Path, checkpoint: Path, epochs: int = 60) -> tuple[train.History, float, data.Table]:
    """Twenty lines, with those of `network` and `ask`: read, split, prepare, train, test, save."""
    table = data.read_table(path)
    fitted, chosen_by, test = data.train_val_test_split(table, stratify=table["diagnosis"], seed=0)
    # Medians, means and deviations are those of the part that is trained on.
    preparer = data.TablePreparer(target="diagnosis").fit(fitted)
    parts = [(preparer.transform(part), preparer.targets(part)) for part in (fitted, chosen_by, test)]
    model = network(preparer)
    model.compile(pynn.optim.AdamW(model.parameters(), lr=3e-3), "cross_entropy", metrics=["accuracy"])
    weights = data.class_weights(parts[0][1])
    history = model.fit(
        *parts[0], epochs=epochs, validation_data=parts[1], class_weight=weights, verbose=0,
        callbacks=[train.EarlyStopping(patience=10, restore_best_weights=True)],
    )  # fmt: skip
    accuracy = model.evaluate(*parts[2])[1]
    pynn.save({"model": model.state_dict(), "preparer": preparer.to_dict()}, checkpoint)
    return history, accuracy, test


def ask(checkpoint: Path, table: data.Table) -> tuple[np.ndarray, list[str]]:
    """On another day: the probability of each class for each row, `(N, classes)`, and the classes' names."""
    kept = pynn.load(checkpoint)
    preparer = data.TablePreparer.from_dict(kept["preparer"])
    model = network(preparer)
    model.load_state_dict(kept["model"])
    return model.predict(preparer.transform(table)).softmax(1).numpy(), preparer.target_names


# ---- what the example learns from, and the picture ---------------------------------------------------


def write_csv(path: Path, missing: float, seed: int) -> None:
    """The bundled set as a CSV file, with holes."""
    cancer = data.load_breast_cancer()
    holes = np.random.default_rng(seed).random(cancer.x.shape) < missing
    names = [cancer.target_names[label] for label in cancer.y.tolist()]
    with path.open("w", encoding="utf-8") as file:
        print(*cancer.feature_names, "diagnosis", sep=",", file=file)
        for row, gaps, name in zip(cancer.x.tolist(), holes, names, strict=True):
            print(
                *["" if gap else f"{v:.6g}" for v, gap in zip(row, gaps, strict=True)],
                name,
                sep=",",
                file=file,
            )


def complete(table: data.Table) -> data.Table:
    """The rows that lack nothing."""
    numbers = np.stack([table[name] for name in table.columns if table.is_number(name)], axis=1)
    return table.take(~np.isnan(numbers).any(1))


def put_in_or_left_out(missing: float, seeds: int, epochs: int, folder: Path) -> list[list[float]]:
    """Test accuracies: with medians put in, and with training on rows that lack nothing."""
    reached: list[list[float]] = [[], []]
    for seed in range(seeds):
        write_csv(folder / "holes.csv", missing, seed)
        table = data.read_table(folder / "holes.csv")
        fitted, test = data.train_test_split(table, stratify=table["diagnosis"], seed=seed)
        for rows, accuracies in zip((fitted, complete(fitted)), reached, strict=True):
            if len(set(rows["diagnosis"])) < 2:
                continue  # nothing is left to learn from
            pynn.manual_seed(seed)
            preparer = data.TablePreparer(target="diagnosis").fit(rows)
            model = network(preparer)
            model.compile(pynn.optim.AdamW(model.parameters(), lr=3e-3), "cross_entropy", ["accuracy"])
            model.fit(preparer.transform(rows), preparer.targets(rows), epochs=epochs, verbose=0)
            accuracies.append(model.evaluate(preparer.transform(test), preparer.targets(test))[1])
    return reached


def draw(history: train.History, malignant: np.ndarray, share: np.ndarray, holes: dict) -> plt.Figure:
    """The curves; how sure the model is of each test mass; and what missing values cost."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.6), layout="constrained")
    right_ones = 100 * ((share > 0.5) == malignant).mean()
    figure.suptitle(
        f"A table with holes: {right_ones:.1f} % of {len(share)} test masses are told right", fontsize=15
    )
    train.history.draw_curves(left, history, "loss")
    bins = np.linspace(0, 1, 21)
    for mine, name, color in ((malignant, "malignant", "#dc2626"), (~malignant, "benign", "#2563eb")):
        middle.hist(share[mine], bins, color=color, alpha=0.6, label=name)
    middle.axvline(0.5, color="#111827", lw=1, ls="--")
    middle.set(
        xlabel="probability of malignant", ylabel="test masses", yscale="symlog", title="how sure it is"
    )
    middle.set_yticks([0, 1, 10, 100], ["0", "1", "10", "100"])
    middle.legend(loc="upper center")
    ways = zip(zip(*holes.values(), strict=True), ("medians put in", "rows with holes left out"), strict=True)
    for (reached, name), color in zip(ways, ["#2563eb", "#f59e0b"], strict=True):
        there = [
            (100 * missing, 100 * np.array(each))
            for missing, each in zip(holes, reached, strict=True)
            if each
        ]
        places = [place for place, _ in there]
        right.fill_between(
            places, [v.min() for _, v in there], [v.max() for _, v in there], color=color, alpha=0.15, lw=0
        )
        right.plot(places, [v.mean() for _, v in there], "o-", color=color, label=name)
    right.set(xlabel="missing values in %", ylabel="test accuracy in %", title="what missing values cost")
    right.legend(loc="lower right")
    right.grid(alpha=0.3)
    return figure


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv(folder / "cells.csv", missing=0.1, seed=0)
        history, accuracy, test = learn(folder / "cells.csv", folder / "cells.safetensors")
        shares, names = ask(folder / "cells.safetensors", test)
        print(f"test accuracy {100 * accuracy:.1f} % of {len(test)} masses", flush=True)
        said = np.array(names)[shares.argmax(1)]
        assert (said == test["diagnosis"]).mean() == accuracy, "what was loaded is what was saved"

        steps = [0.0, 0.1] if chosen.quick else [0.0, 0.02, 0.05, 0.1, 0.2, 0.4]
        seeds, epochs = (1, 3) if chosen.quick else (6, 40)
        holes = {missing: put_in_or_left_out(missing, seeds, epochs, folder) for missing in steps}
        for missing, (put_in, left_out) in holes.items():
            rows = f"{100 * np.mean(left_out):.1f} %" if left_out else "nothing to learn from"
            print(
                f"{100 * missing:2.0f} % missing: put in {100 * np.mean(put_in):.1f} %, rows left out {rows}"
            )
    share = shares[:, names.index("malignant")]
    save(draw(history, test["diagnosis"] == "malignant", share, holes), chosen.out)
