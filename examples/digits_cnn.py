"""Read handwritten digits with a small convolutional network: more than 99 % of the test digits right.

python examples/digits_cnn.py [--quick] [--seeds N]
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, nn, train
from pynn.vision import transforms


def network() -> nn.Sequential:
    def block(before: int, after: int) -> tuple[nn.Module, ...]:
        return nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()

    return nn.Sequential(
        # In training only: a digit that is turned, moved or scaled a little is still that digit.
        transforms.RandomAffine(degrees=12, translate=(0.12, 0.12), scale=(0.88, 1.12), shear=8),
        *block(1, 32), *block(32, 32), nn.MaxPool2d(2),
        *block(32, 64), *block(64, 64), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Dropout(0.2), nn.Linear(64, 10),
    )  # fmt: skip


def train_once(
    epochs: int, seed: int, parts: list[pynn.Tensor]
) -> tuple[nn.Sequential, train.History, float]:
    x_train, x_test, y_train, y_test = parts
    pynn.manual_seed(seed)
    model = network()
    optimizer = pynn.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-2)
    schedule = pynn.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    model.compile(optimizer, loss=nn.CrossEntropyLoss(label_smoothing=0.05), metrics=["accuracy"])
    history = model.fit(
        x_train, y_train, epochs=epochs, batch_size=64, validation_data=(x_test, y_test),
        callbacks=[train.LearningRateSchedule(schedule)], seed=seed,
    )  # fmt: skip
    return model, history, model.evaluate(x_test, y_test)[1]


if __name__ == "__main__":
    chosen = options(__doc__, seeds=1)
    x, y = data.load_digits(images=True)
    parts = data.train_test_split(x / 16, y, test_size=0.2, stratify=y, seed=0)
    accuracies = []
    import time

    for seed in range(chosen.seeds):
        t = time.time()
        model, history, accuracy = train_once(4 if chosen.quick else 40, seed, parts)
        accuracies.append(accuracy)
        print(f"seed {seed}: test accuracy {100 * accuracy:.2f} %", time.time() - t)
