"""Take noise out of handwritten digits with a convolutional autoencoder.

python examples/denoising_autoencoder.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, models, nn

NOISE = 0.4


def psnr(images: pynn.Tensor, truth: pynn.Tensor) -> float:
    """The peak signal-to-noise ratio, -10 log₁₀ of the mean squared error of pixels from 0 to 1."""
    return -10 * np.log10((images - truth).square().mean().item())


def principal_components(learn: pynn.Tensor, noisy: pynn.Tensor, truth: pynn.Tensor) -> pynn.Tensor:
    """What a linear method can do: keep the part of each digit in the first components, the best so many."""
    mean = learn.flatten(1).numpy().mean(0)
    axes = np.linalg.svd(learn.flatten(1).numpy() - mean, full_matrices=False)[2]
    shares = (noisy.flatten(1).numpy() - mean) @ axes.T
    tries = (
        pynn.tensor((shares[:, :k] @ axes[:k] + mean).clip(0, 1)).reshape(noisy.shape) for k in range(1, 40)
    )
    return max(tries, key=lambda images: psnr(images, truth))


def train(model: nn.Module, images: pynn.Tensor, epochs: int) -> list[float]:
    """Show it noisy digits, ask for the clean ones; the noise is new each time. Returns losses."""
    loader = data.DataLoader(data.TensorDataset(images), 64, shuffle=True)
    optimizer = pynn.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = pynn.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for (clean,) in loader:
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(
                model(models.add_noise(clean, NOISE)), clean
            )
            loss.backward()
            optimizer.step()
            total += loss.item() * len(clean)
        schedule.step()
        losses.append(total / len(images))
        if (epoch + 1) % 10 == 0 or epoch + 1 == epochs:
            print(f"epoch {epoch + 1}/{epochs}  loss {losses[-1]:.4f}", flush=True)
    return losses


def draw(rows: dict[str, pynn.Tensor]) -> plt.Figure:
    """Rows of digits, a name before each."""
    count = 14
    figure, places = plt.subplots(len(rows), count, figsize=(11, 3.9), layout="constrained")
    for line, (name, images) in zip(places, rows.items(), strict=True):
        for axes, image in zip(line, images, strict=False):
            axes.imshow(np.asarray(image[0]), cmap="gray_r", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=11)
    figure.suptitle("An autoencoder that has learned digits takes noise off new ones", fontsize=15)
    return figure


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    x, y = data.load_digits(images=True)
    learn, test, _, labels = data.train_test_split(x / 16, y, test_size=0.2, stratify=y, seed=0)

    model = models.ConvAutoencoder(in_channels=1, widths=(32, 64), code_channels=16)
    train(model, learn, epochs=3 if chosen.quick else 80)

    noisy = models.add_noise(test, NOISE)
    restored = model.predict(noisy).sigmoid()
    linear = principal_components(learn, noisy, test)
    before, after, best = (psnr(images, test) for images in (noisy, restored, linear))
    print(
        f"PSNR of {len(test)} test digits: noisy {before:.1f} dB, restored {after:.1f} dB "
        f"(principal components: {best:.1f} dB)"
    )
    rows = {
        f"noisy\n{before:.1f} dB": noisy,
        f"principal\ncomponents\n{best:.1f} dB": linear,
        f"autoencoder\n{after:.1f} dB": restored,
        "true": test,
    }
    save(draw(rows), chosen.out)
