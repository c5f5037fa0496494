"""Lay handwritten digits out on a plane with a variational autoencoder, and read the plane like a map.

python examples/vae_digits.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

from statistics import NormalDist

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, models, vision

SIDE, GAP = 17, 2  # digits in a row of the map, and pixels between them


def train(model: models.VAE, images: pynn.Tensor, epochs: int) -> None:
    """Make the negative evidence lower bound small."""
    loader = data.DataLoader(data.TensorDataset(images), 64, shuffle=True)
    optimizer = pynn.optim.Adam(model.parameters(), lr=2e-3)
    schedule = pynn.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for epoch in range(epochs):
        total = 0.0
        for (batch,) in loader:
            optimizer.zero_grad()
            scores, mean, log_var = model(batch)
            loss = models.elbo_loss(scores, batch, mean, log_var)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        schedule.step()
        if (epoch + 1) % (epochs // 5 or 1) == 0:
            print(f"epoch {epoch + 1}/{epochs}  loss {total / len(images):.3f}", flush=True)


def digits_on_a_grid(model: models.VAE) -> np.ndarray:
    """What codes stand for, at equal steps of probability, in one picture."""
    steps = [NormalDist().inv_cdf((i + 0.5) / SIDE) for i in range(SIDE)]
    codes = pynn.tensor([[across, down] for down in reversed(steps) for across in steps])
    with pynn.no_grad():
        images = model.decode(codes).sigmoid().reshape(-1, 1, 8, 8)
    return vision.make_grid(images, nrow=SIDE, padding=GAP)[0].numpy()


def draw(means: np.ndarray, labels: np.ndarray, grid: np.ndarray, bound: float) -> plt.Figure:
    """Left: where test digits lie. Right: what lies where."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 6), layout="constrained")
    for digit in range(10):
        here = means[labels == digit]
        left.scatter(*here.T, s=14, color=plt.cm.tab10(digit), alpha=0.8)
        left.text(
            *np.median(here, 0), str(digit), fontsize=15, weight="bold", ha="center", va="center",
            bbox={"boxstyle": "circle,pad=0.2", "fc": "white", "ec": plt.cm.tab10(digit), "lw": 2},
        )  # fmt: skip
    left.set(xlabel="z₁", ylabel="z₂", title="test digits, coded: the mean of q(z | x)")
    left.set_aspect("equal", "datalim")
    left.grid(alpha=0.3)
    right.imshow(grid, cmap="gray_r", vmin=0, vmax=1)
    ticks = [0, 4, 8, 12, 16]
    values = [f"{NormalDist().inv_cdf((i + 0.5) / SIDE):.1f}" for i in ticks]
    right.set_xticks([(8 + GAP) * i + GAP + 3.5 for i in ticks], values)
    right.set_yticks([(8 + GAP) * (SIDE - 1 - i) + GAP + 3.5 for i in ticks], values)
    right.set(xlabel="z₁", ylabel="z₂", title="codes, decoded: what lies where")
    figure.suptitle(f"A plane of digits: negative ELBO {bound:.1f} nats a test digit", fontsize=15)
    return figure


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    x, y = data.load_digits()
    x_train, x_test, _, y_test = data.train_test_split(x / 16, y, test_size=0.2, stratify=y, seed=0)

    model = models.VAE(features=64, hidden=256, latent=2)
    train(model, x_train, epochs=5 if chosen.quick else 400)

    with pynn.no_grad():
        scores, mean, log_var = model(x_test)
        bound = models.elbo_loss(scores, x_test, mean, log_var).item()
    print(f"negative ELBO of {len(x_test)} test digits: {bound:.2f} nats")
    save(draw(np.asarray(mean), np.asarray(y_test), digits_on_a_grid(model), bound), chosen.out)
