"""Find circles, squares and triangles with a single-shot detector: what is there, and where.

python examples/detector_shapes.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import matplotlib.pyplot as plt
from common import options, save
from matplotlib.patches import Rectangle

import pynn
from pynn import data, models, vision

COLORS = ["", "#dc2626", "#2563eb", "#f59e0b"]


def train(detector: models.SingleShotDetector, shapes: data.Shapes, epochs: int) -> None:
    """What each anchor is to say is found once, before the training."""
    classes, codes = detector.targets(shapes.boxes, shapes.labels)
    loader = data.DataLoader(data.TensorDataset(shapes.images, classes, codes), 16, shuffle=True)
    optimizer = pynn.optim.AdamW(detector.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = pynn.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=epochs * len(loader))
    for epoch in range(epochs):
        total = 0.0
        for images, batch_classes, batch_codes in loader:
            optimizer.zero_grad()
            loss = detector.loss(detector(images), batch_classes, batch_codes)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{epochs}  loss {total / len(loader):.4f}", flush=True)


def draw(
    shapes: data.Shapes, found: list[dict[str, pynn.Tensor]], scores: vision.metrics.DetectionScores
) -> plt.Figure:
    """New pictures with what was found in them; true boxes are dashed."""
    figure, places = plt.subplots(3, 6, figsize=(12, 6.9), layout="constrained")
    images = shapes.images.permute(0, 2, 3, 1).numpy()
    size = images.shape[1]
    for i, axes in enumerate(places.flat):
        axes.imshow(images[i], extent=(0, size, size, 0))
        axes.set_axis_off()
        for box, label in zip(shapes.boxes[i].tolist(), shapes.labels[i].tolist(), strict=True):
            if label:
                frame(axes, box, edgecolor="white", linestyle="--", linewidth=1)
        for box, label, score in zip(
            *(found[i][part].tolist() for part in ("boxes", "labels", "scores")), strict=True
        ):
            frame(axes, box, edgecolor=COLORS[label], linewidth=2)
            axes.text(
                box[0] if box[0] < size / 2 else box[2], box[1] - 1 if box[1] > 7 else box[3] + 6,
                f"{shapes.target_names[label]} {score:.2f}", ha="left" if box[0] < size / 2 else "right",
                fontsize=8, color="white", bbox={"fc": COLORS[label], "ec": "none", "pad": 1},
            )  # fmt: skip
    figure.suptitle(
        f"A detector finds shapes: mAP {scores.map:.3f}, {scores.map_50:.3f} at IoU 0.5 (dashed: true boxes)",
        fontsize=14,
    )
    return figure


def frame(axes: plt.Axes, box: list[float], **style: object) -> None:
    """The outline of a box (left, top, right, bottom)."""
    left, top, right, bottom = box
    axes.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, **style))


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    learn = data.make_shapes(64 if chosen.quick else 1500, size=64, generator=1)
    test = data.make_shapes(30 if chosen.quick else 300, size=64, generator=2)

    detector = models.SingleShotDetector(
        num_classes=3, image_size=64, anchor_sizes=(9, 14, 21), widths=(16, 48)
    )
    train(detector, learn, epochs=2 if chosen.quick else 12)

    found = [one for i in range(0, len(test), 50) for one in detector.detect(test.images[i : i + 50], 0.05)]
    truth = [
        {"boxes": boxes[labels > 0], "labels": labels[labels > 0]}
        for boxes, labels in zip(test.boxes, test.labels, strict=True)
    ]
    scores = vision.metrics.mean_average_precision(found, truth)
    print(f"mAP {scores.map:.3f} on {len(test)} new pictures; {scores.map_50:.3f} at an IoU of 0.5")
    save(draw(test, detector.detect(test.images[:18], 0.4), scores), chosen.out)
