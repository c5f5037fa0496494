"""Read handwritten digits with a small convolutional network: more than 99 % of the test digits right.

python examples/digits_cnn.py [--quick] [--seeds N] [--out FOLDER]
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, nn, train
from pynn.vision import transforms


def network() -> nn.Sequential:
    """Four convolutions; the size is halved once, and at the end each channel is a mean over all places."""

    def block(before: int, after: int) -> tuple[nn.Module, ...]:
        return nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()

    return nn.Sequential(
        # In training only: a digit that is turned, moved or scaled a little is still that digit.
        transforms.RandomAffine(degrees=12, translate=(0.12, 0.12), scale=(0.88, 1.12), shear=8),
        *block(1, 32), *block(32, 32), nn.MaxPool2d(2),
        *block(32, 64), *block(64, 64), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Dropout(0.2), nn.Linear(64, 10),
    )  # fmt: skip


def draw(history: train.History, x: np.ndarray, y: np.ndarray, shares: np.ndarray) -> plt.Figure:
    """The curves; what is taken for what; and the digits that the network was least sure of."""
    said = shares.argmax(1)
    table = np.zeros((10, 10), int)
    np.add.at(table, (y, said), 1)
    hardest = shares[np.arange(len(y)), y].argsort()[:16]

    figure = plt.figure(figsize=(13, 4.8), layout="constrained")
    figure.suptitle(
        f"A convolutional network reads {100 * (said == y).mean():.2f} % of {len(y)} test digits", fontsize=15
    )
    left, middle, right = figure.subfigures(1, 3, width_ratios=[1.15, 1, 1])
    axes = left.subplots()
    train.history.draw_curves(axes, history, "loss")
    axes = middle.subplots()
    axes.imshow(np.where(np.eye(10), 0, table), cmap="Reds", vmin=0, vmax=6)
    for (row, column), count in np.ndenumerate(table):
        if count:
            axes.text(column, row, count, ha="center", va="center", fontsize=9)
    axes.set(xticks=range(10), yticks=range(10), xlabel="said to be", ylabel="is", title="all test digits")
    places = right.subplots(4, 4)
    right.suptitle("the hardest: probability of what it is", fontsize=12)
    for axes, i in zip(places.flat, hardest, strict=True):
        axes.imshow(x[i, 0], cmap="gray_r")
        right_answer = said[i] == y[i]
        text = f"{y[i]}: {shares[i, y[i]]:.2f}" if right_answer else f"{y[i]}, said {said[i]}"
        axes.set_title(text, fontsize=9, color="#15803d" if right_answer else "#dc2626")
        axes.set_axis_off()
    return figure


def run(seed: int, epochs: int) -> tuple[float, plt.Figure]:
    """Train and test once. The test digits are the same whatever the seed, and nothing is chosen by them."""
    pynn.manual_seed(seed)
    x, y = data.load_digits(images=True)
    x_rest, x_test, y_rest, y_test = data.train_test_split(x / 16, y, test_size=0.2, stratify=y, seed=0)
    x_train, x_val, y_train, y_val = data.train_test_split(
        x_rest, y_rest, test_size=0.1, stratify=y_rest, seed=0
    )
    model = network()
    optimizer = pynn.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-2)
    schedule = pynn.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    model.compile(optimizer, loss=nn.CrossEntropyLoss(label_smoothing=0.05), metrics=["accuracy"])
    history = model.fit(
        x_train, y_train, epochs=epochs, batch_size=64, validation_data=(x_val, y_val),
        callbacks=[train.LearningRateSchedule(schedule)], seed=seed,
    )  # fmt: skip
    _, accuracy = model.evaluate(x_test, y_test)
    shares = model.predict(x_test).softmax(1)
    return accuracy, draw(history, x_test.numpy(), y_test.numpy(), shares.numpy())


if __name__ == "__main__":
    chosen = options(__doc__, seeds=1)
    for seed in range(chosen.seeds):
        accuracy, figure = run(seed, epochs=3 if chosen.quick else 40)
        print(f"seed {seed}: test accuracy {100 * accuracy:.2f} %", flush=True)
    save(figure, chosen.out)
