"""Segment pictures of circles, squares and triangles with a U-Net: a class for every pixel.

python examples/unet_shapes.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from common import options, save
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

import pynn
from pynn import data, models, nn, train, vision

COLORS = ["#e5e7eb", "#dc2626", "#2563eb", "#f59e0b"]


def loss(scores: pynn.Tensor, masks: pynn.Tensor) -> pynn.Tensor:
    """Cross-entropy, and Dice so that small shapes count as much as much background."""
    return nn.functional.cross_entropy(scores, masks) + vision.ops.dice_loss(scores, masks)


def draw(shapes: data.Shapes, said: pynn.Tensor, overlaps: np.ndarray) -> plt.Figure:
    """In each column a picture, what is true, what the network says, and where it is wrong."""
    count = 8
    figure, rows = plt.subplots(4, count, figsize=(11, 6.3), layout="constrained")
    masks, guesses = np.asarray(shapes.masks), np.asarray(said)
    images = np.asarray(shapes.images).transpose(0, 2, 3, 1)
    colors = {"cmap": ListedColormap(COLORS), "vmin": 0, "vmax": 3, "interpolation": "nearest"}
    for i in range(count):
        rows[0, i].imshow(images[i])
        rows[1, i].imshow(masks[i], **colors)
        rows[2, i].imshow(guesses[i], **colors)
        rows[3, i].imshow(guesses[i] != masks[i], cmap="gray_r", vmin=0, vmax=1)
        rows[3, i].set_xlabel(f"{(guesses[i] != masks[i]).sum()} of {masks[i].size}", fontsize=9)
    for axes in rows.flat:
        axes.set(xticks=[], yticks=[])
    for axes, name in zip(rows[:, 0], ["picture", "true", "predicted", "wrong pixels"], strict=True):
        axes.set_ylabel(name, fontsize=11)
    names = [
        f"{name}, IoU {overlap:.3f}" for name, overlap in zip(shapes.target_names, overlaps, strict=True)
    ]
    handles = [Patch(color=color, label=name) for color, name in zip(COLORS, names, strict=True)]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=11)
    figure.suptitle(f"A U-Net finds shapes it has not seen: mean IoU {overlaps.mean():.3f}", fontsize=15)
    return figure


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    learn = data.make_shapes(60 if chosen.quick else 800, size=48, generator=1)
    test = data.make_shapes(40 if chosen.quick else 300, size=48, generator=2)
    epochs = 2 if chosen.quick else 8

    model = models.UNet(in_channels=3, out_channels=4, width=16, depth=3)
    optimizer = pynn.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = pynn.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    measure = vision.metrics.MeanIoU()
    model.compile(optimizer, loss=loss, metrics=[measure])
    model.fit(
        learn.images, learn.masks, epochs=epochs, batch_size=16, seed=0,
        callbacks=[train.LearningRateSchedule(schedule)],
    )  # fmt: skip

    _, overlap = model.evaluate(test.images, test.masks, batch_size=50)
    print(f"mean IoU {overlap:.4f} on {len(test)} new pictures")
    said = model.predict(test.images[:8]).argmax(1)
    save(draw(test, said, measure.per_class()), chosen.out)
