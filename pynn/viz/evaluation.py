"""How well it went: curves, confusions, and where a network puts things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .style import MARKERS, check_lengths, drawing, ink_on, new_figure, panels, theme_named, to_array


def confusion_matrix(
    y_true: Any, y_pred: Any, labels: Sequence[str] = (), normalize: bool = False, theme: str = "light"
) -> Figure:
    """Which classes are taken for which: a row for each true class, a column for what was said.

    Args:
        y_true: classes `(N,)`, from 0.
        y_pred: what was said, `(N,)`; or scores `(N, classes)`, of which the highest counts.
        labels: the names of the classes.
        normalize: show shares of each row in place of counts.
        theme: "light" or "dark".

    Raises:
        ValueError: lengths differ, or there are fewer labels than classes.

    Example:
        >>> import pynn
        >>> figure = pynn.viz.confusion_matrix([0, 1, 1, 2], [0, 1, 2, 2], ["cat", "dog", "owl"])
        >>> figure.axes[0].get_title()
        '75 % right'
    """
    right = to_array("confusion_matrix", "y_true", y_true).reshape(-1).astype(int)
    said = to_array("confusion_matrix", "y_pred", y_pred)
    said = (said.argmax(-1) if said.ndim == 2 and said.shape[1] > 1 else said).reshape(-1).astype(int)
    check_lengths("confusion_matrix", y_true=right, y_pred=said)
    if len(right) == 0 or min(right.min(), said.min()) < 0:
        raise ValueError("confusion_matrix: classes are numbers from 0, and there must be some")
    count = max(int(max(right.max(), said.max())) + 1, len(labels))
    if labels and len(labels) < count:
        raise ValueError(f"confusion_matrix: {len(labels)} labels for {count} classes")
    table = np.bincount(right * count + said, minlength=count * count).reshape(count, count)
    rows = table.sum(1, keepdims=True)
    shares = table / np.maximum(rows, 1)
    colors = theme_named("confusion_matrix", theme)
    names = list(labels) or [str(k) for k in range(count)]
    with drawing(colors):
        side = min(9.0, 1.7 + 0.46 * count)
        figure = new_figure(side + 0.4, side)
        axes = figure.subplots()
        axes.imshow(shares, cmap=colors.amounts, vmin=0, vmax=1)
        for i in range(count):
            for j in range(count):
                if not table[i, j]:
                    continue
                text = f"{100 * shares[i, j]:.0f} %" if normalize else f"{table[i, j]:,}"
                axes.text(
                    j, i, text, ha="center", va="center", fontsize=8.5 if count <= 12 else 6,
                    color=ink_on(colors.amounts(float(shares[i, j])), colors),
                    weight="bold" if i == j else "normal",
                )  # fmt: skip
        long = max(map(len, names)) > 5
        axes.set_xticks(range(count), names, rotation=45 if long else 0, ha="right" if long else "center")
        axes.set_yticks(range(count), names)
        axes.tick_params(length=0)
        axes.set(xlabel="said", ylabel="true", title=f"{100 * np.trace(table) / table.sum():.0f} % right")
        axes.set_xticks(np.arange(count + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(count + 1) - 0.5, minor=True)
        axes.grid(which="minor", color=colors.soft, linewidth=0.4, alpha=0.5)
        axes.tick_params(which="minor", length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
    return figure


def embedding(
    vectors: Any,
    classes: Any = None,
    labels: Sequence[str] = (),
    method: str = "pca",
    seed: int = 0,
    theme: str = "light",
) -> Figure:
    """Many-dimensional vectors as points in the plane, near where they are alike.

    Args:
        vectors: `(N, features)`, such as the outputs of a layer or the weights of an embedding.
        classes: their classes `(N,)`, from 0, for colours and marks.
        labels: the names of the classes; without classes, the names of the points.
        method: "pca" turns the plane of the greatest variance towards the reader; "tsne" keeps neighbours
            together, by scikit-learn.
        seed: of t-SNE.
        theme: "light" or "dark".

    Raises:
        ValueError: another method, or numbers do not fit.
        ImportError: "tsne" without scikit-learn.

    Source: Pearson 1901, On lines and planes of closest fit; van der Maaten & Hinton 2008, Visualizing data
    using t-SNE.

    Example:
        >>> import pynn
        >>> figure = pynn.viz.embedding(pynn.randn(20, 8), [0, 1] * 10)
    """
    points = to_array("embedding", "vectors", vectors, 2).astype(float)
    if len(points) < 2:
        raise ValueError(f"embedding: at least 2 vectors, got {len(points)}")
    colors = theme_named("embedding", theme)
    if method == "pca":
        plane, shares = principal_plane(points)
        axis_names = [f"component {k + 1} ({100 * share:.0f} %)" for k, share in enumerate(shares)]
    elif method == "tsne":
        try:
            from sklearn.manifold import TSNE
        except ImportError as error:
            raise ImportError("embedding: t-SNE is scikit-learn's: pip install 'pynn-learn[data]'") from error
        near = min(30.0, (len(points) - 1) / 3)
        plane = TSNE(perplexity=near, init="pca", random_state=seed).fit_transform(points)
        axis_names = ["", ""]
    else:
        raise ValueError(f"embedding: method is 'pca' or 'tsne', got {method!r}")
    with drawing(colors):
        figure = new_figure(5.2, 4.2)
        axes = figure.subplots()
        if classes is None:
            axes.scatter(
                plane[:, 0], plane[:, 1], s=26, color=colors.cycle[0], edgecolors=colors.paper, linewidths=0.6
            )
            for name, (px, py) in zip(labels, plane, strict=False):
                axes.annotate(name, (px, py), xytext=(4, 3), textcoords="offset points", fontsize=8)
        else:
            kinds = to_array("embedding", "classes", classes).reshape(-1).astype(int)
            check_lengths("embedding", vectors=points, classes=kinds)
            for k in np.unique(kinds):
                mine = plane[kinds == k]
                turns = int(k) // len(colors.cycle)  # colours come again, with other marks
                axes.scatter(
                    mine[:, 0],
                    mine[:, 1],
                    s=26,
                    color=colors.cycle[k % len(colors.cycle)],
                    marker=MARKERS[(k + 3 * turns) % len(MARKERS)],
                    edgecolors=colors.paper,
                    linewidths=0.6,
                    label=labels[k] if k < len(labels) else str(k),
                )
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), handletextpad=0.1)
        axes.set(xlabel=axis_names[0], ylabel=axis_names[1], xticks=[], yticks=[])
    return figure


def principal_plane(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(the points in the plane of greatest variance, the two shares of the variance).

    Args:
        points: `(N, features)`; signs are chosen so that the largest loading of either axis is positive.
    """
    centred = points - points.mean(0)
    u, s, vt = np.linalg.svd(centred, full_matrices=False)
    if vt.shape[0] < 2:
        u, s = np.pad(u, ((0, 0), (0, 1))), np.pad(s, (0, 1))
        vt = np.pad(vt, ((0, 1), (0, 0)))
    signs = np.sign(vt[[0, 1], np.abs(vt[:2]).argmax(1)])
    signs[signs == 0] = 1
    return u[:, :2] * s[:2] * signs, s[:2] ** 2 / max(float((s**2).sum()), 1e-300)


def learning_curves(history: Any, names: Sequence[str] = (), theme: str = "light") -> Figure:
    """Loss and metrics over the epochs: of one training, validation dashed; or of several, side by side.

    Args:
        history: what `fit` returned; or a dictionary name -> history, to compare trainings.
        names: which quantities. Default: all.
        theme: "light" or "dark".

    Raises:
        ValueError: nothing was recorded.

    Example:
        >>> from pynn import viz
        >>> figure = viz.learning_curves({"loss": [1.0, 0.5, 0.3], "val_loss": [1.1, 0.7, 0.6]})
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['training', 'validation', '_best']
    """
    several = (
        isinstance(history, Mapping)
        and bool(history)
        and all(isinstance(h, Mapping) for h in history.values())
    )
    runs: dict[str, Mapping[str, Sequence[float]]] = dict(history) if several else {"": history}
    shown = list(names) or list(
        dict.fromkeys(name for run in runs.values() for name in run if not name.startswith("val_"))
    )
    if not shown:
        raise ValueError("learning_curves: nothing was recorded")
    colors = theme_named("learning_curves", theme)
    with drawing(colors):
        figure, axes = panels(len(shown), 4.2, 3.0, 3)
        for ax, name in zip(axes, shown, strict=True):
            for k, (run, record) in enumerate(runs.items()):
                color = colors.cycle[k % len(colors.cycle)]
                if name in record:
                    values = list(record[name])
                    ax.plot(
                        range(1, len(values) + 1),
                        values,
                        color=color,
                        label=run or "training",
                        marker="." if len(values) < 3 else "",
                    )
                held_out = f"val_{name}"
                if held_out in record:
                    values = list(record[held_out])
                    other = color if run else colors.cycle[1]
                    ax.plot(
                        range(1, len(values) + 1),
                        values,
                        "--",
                        color=other,
                        label=f"{run} (validation)" if run else "validation",
                    )
                    best = _best(name, values)
                    ax.plot(best + 1, values[best], "o", color=other, ms=6, mec=colors.paper, label="_best")
            ax.set(title=name, xlabel="epoch")
            ax.grid(True)
            ax.xaxis.set_major_locator(MaxNLocator(integer=True))
            if len(ax.lines) > 1:
                ax.legend()
    return figure


def _best(name: str, values: Sequence[float]) -> int:
    from pynn.train.better import larger_is_better

    return int(np.nanargmax(values) if larger_is_better(name) else np.nanargmin(values))


__all__ = ["confusion_matrix", "embedding", "learning_curves", "principal_plane"]
