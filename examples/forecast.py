"""Forecast sunspots five years ahead from the 22 before, and beat who repeats the last cycle.

Walking forward: a network learns from all years up to a month and is tested on what begins in the eight years
that follow; then those are learned from too. So nothing is tested that was seen.

python examples/forecast.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, nn

LOOKBACK, HORIZON, CYCLE, TEST = 264, 60, 131, 96  # months
COLORS = {"last month": "#9ca3af", "last cycle": "#f59e0b", "linear model": "#059669", "network": "#2563eb"}


def network() -> nn.Sequential:
    """Five years at once. There is little to learn from, so much is dropped."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(LOOKBACK, 64), nn.ReLU(), nn.Dropout(0.3), nn.Linear(64, HORIZON)
    )


def network_forecast(
    x: pynn.Tensor, y: pynn.Tensor, x_test: pynn.Tensor, epochs: int, runs: int
) -> np.ndarray:
    """The mean of what some networks say, which is better than what one says."""
    said = []
    for seed in range(runs):
        pynn.manual_seed(seed)
        model = network()
        model.compile(pynn.optim.AdamW(model.parameters(), lr=2e-3), "mse")
        model.fit(x, y, epochs=epochs, batch_size=64, verbose=0)
        said.append(model.predict(x_test).numpy())
    return np.mean(said, axis=0)


def linear_forecast(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, ridge: float = 30.0) -> np.ndarray:
    """The best that is a weighted sum of the months before: ridge regression."""
    x, x_test = (np.hstack([part, np.ones((len(part), 1))]) for part in (x, x_test))
    return x_test @ np.linalg.solve(x.T @ x + ridge * np.eye(x.shape[1]), x.T @ y)


def walk(
    root: np.ndarray, splits: int, epochs: int, runs: int
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Forecasts of each method, what came true `(N, HORIZON)`, and the month in which each begins `(N,)`."""
    windows = data.SeriesWindows(root, LOOKBACK, HORIZON)
    said: dict[str, list[np.ndarray]] = {name: [] for name in COLORS}
    truth, begins = [], []
    for known, held_out in data.walk_forward(windows, n_splits=splits, test_size=TEST):
        scaler = data.SeriesScaler().fit(root[: known[-1] + LOOKBACK + HORIZON])
        x, y = (scaler.transform(part, column=0) for part in windows.take(known))
        now, later = windows.take(held_out)
        x_test = scaler.transform(now, column=0)
        flat, flat_test = x.numpy()[..., 0], x_test.numpy()[..., 0]
        forecasts = {
            "last month": data.naive_forecast(now, HORIZON).numpy()[..., 0],
            "last cycle": data.naive_forecast(now, HORIZON, season=CYCLE).numpy()[..., 0],
            "linear model": scaler.inverse_transform(linear_forecast(flat, y.numpy(), flat_test), column=0),
            "network": scaler.inverse_transform(network_forecast(x, y, x_test, epochs, runs), column=0),
        }
        for name, forecast in forecasts.items():
            said[name].append(np.maximum(forecast, 0) ** 2)  # back from the root
        truth.append(later.numpy() ** 2)
        begins.append(held_out + LOOKBACK)
    return (
        {name: np.concatenate(parts) for name, parts in said.items()},
        np.concatenate(truth),
        np.concatenate(begins),
    )


def draw(
    years: np.ndarray, values: np.ndarray, said: dict[str, np.ndarray], truth: np.ndarray, begins: np.ndarray
) -> plt.Figure:
    """Forecasts beside what came; how wrong they are month by month, and in all."""
    errors = {name: np.abs(forecast - truth) for name, forecast in said.items()}
    figure = plt.figure(figsize=(13, 7.6), layout="constrained")
    best = errors["network"].mean()
    figure.suptitle(
        f"Sunspots, five years ahead: a network is wrong by {best:.0f}, who repeats the last cycle by "
        f"{errors['last cycle'].mean():.0f}",
        fontsize=15,
    )
    top, bottom = figure.subfigures(2, 1, height_ratios=[1.15, 1])
    axes = top.subplots()
    shown = years >= years[begins[0]] - 22
    axes.plot(years[shown], values[shown], color="#111827", lw=0.9, label="monthly sunspot number")
    for i in range(0, len(truth), HORIZON):
        months = begins[i] + np.arange(HORIZON)
        for name in ("last cycle", "network"):
            axes.plot(years[months], said[name][i], color=COLORS[name], lw=2, label=None if i else name)
        axes.axvline(years[begins[i]], color="#d1d5db", lw=0.8, zorder=0)
    axes.set(
        xlim=(years[shown][0], years[-1]),
        ylim=(0, 290),
        title="forecasts of months that were not learned from",
    )
    axes.legend(loc="upper left", ncols=3)
    left, right = bottom.subplots(1, 2)
    for name, error in errors.items():
        left.plot(np.arange(1, HORIZON + 1), error.mean(0), color=COLORS[name], label=name, lw=2)
    left.set(
        xlabel="months ahead", ylabel="mean absolute error", ylim=(0, None), title="the further, the harder"
    )
    left.legend(ncols=2)
    left.grid(alpha=0.3)
    means = {name: error.mean() for name, error in errors.items()}
    bars = right.barh(list(means), list(means.values()), color=[COLORS[name] for name in means])
    right.bar_label(bars, fmt="%.1f", padding=4)
    right.invert_yaxis()
    right.margins(x=0.12)
    right.set(xlabel="mean absolute error, all months", title=f"{len(truth)} forecasts that overlap")
    return figure


if __name__ == "__main__":
    chosen = options(__doc__)
    series = data.load_sunspots()
    values = series["sunspots"].numpy()
    years = 1970 + series.times.astype("datetime64[M]").astype(int) / 12
    # Many spots vary more than few; their roots vary alike.
    said, truth, begins = walk(np.sqrt(values), *((2, 2, 1) if chosen.quick else (6, 30, 5)))
    for name, forecast in said.items():
        scaled = data.mase(forecast, truth, values[: begins[0]], season=CYCLE)
        print(f"{name}: mean absolute error {np.abs(forecast - truth).mean():.1f}, MASE {scaled:.2f}")
    save(draw(years, values, said, truth, begins), chosen.out)
