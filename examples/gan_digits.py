"""Make handwritten digits out of noise with a Wasserstein GAN.

python examples/gan_digits.py [--quick] [--out FOLDER]
"""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from common import options, save

import pynn
from pynn import data, models, nn, vision

LATENT, BATCH, CRITIC_STEPS = 32, 64, 2


def train(generator: nn.Module, critic: nn.Module, images: pynn.Tensor, steps: int) -> list[float]:
    """Turn by turn: the critic learns to tell real digits from made ones, the generator to please it."""
    makers = pynn.optim.Adam(generator.parameters(), lr=5e-4, betas=(0.5, 0.9))
    judges = pynn.optim.Adam(critic.parameters(), lr=5e-4, betas=(0.5, 0.9))
    distances = []
    for step in range(steps):
        for _ in range(CRITIC_STEPS):
            real = images[pynn.randint(0, len(images), (BATCH,))]
            with pynn.no_grad():
                fake = generator(pynn.randn(BATCH, LATENT))
            judges.zero_grad()
            models.critic_loss(critic, real, fake).backward()
            judges.step()
        makers.zero_grad()
        (-critic(generator(pynn.randn(BATCH, LATENT))).mean()).backward()
        makers.step()
        if step % 10 == 0:
            with pynn.no_grad():
                distances.append((critic(real).mean() - critic(fake).mean()).item())
        if (step + 1) % (steps // 5 or 1) == 0:
            print(f"step {step + 1}/{steps}  distance {np.mean(distances[-20:]):.3f}", flush=True)
    return distances


def draw(made: np.ndarray, real: np.ndarray, nearest: np.ndarray, distances: list[float]) -> plt.Figure:
    """Made digits beside real ones; below, what they are nearest to, and how the distance went."""
    figure = plt.figure(figsize=(12, 8), layout="constrained")
    figure.suptitle("A Wasserstein GAN has learned to write digits", fontsize=15)
    top, bottom = figure.subfigures(2, 1, height_ratios=[2.2, 1])
    for axes, images, name in zip(
        top.subplots(1, 2), [made, real], ["made from noise", "real, for comparison"], strict=True
    ):
        axes.imshow(images, cmap="gray_r", vmin=-1, vmax=1)
        axes.set_axis_off()
        axes.set_title(name)
    left, right = bottom.subplots(1, 2)
    left.imshow(nearest, cmap="gray_r", vmin=-1, vmax=1)
    left.set(
        xticks=[],
        yticks=[5.5, 15.5],
        yticklabels=["made", "nearest"],
        title="made digits, and the most similar real one",
    )
    left.tick_params(length=0)
    right.plot(np.arange(len(distances)) * 10, distances, color="#2563eb", lw=0.8)
    right.set(
        xlabel="step of the generator", title="the critic's distance between real and made", ylim=(0, None)
    )
    right.grid(alpha=0.3)
    return figure


def tile(images: np.ndarray) -> np.ndarray:
    """Images `(N, 1, 8, 8)` in rows of twelve."""
    return vision.make_grid(pynn.tensor(images), nrow=12, padding=2, pad_value=-1.0)[0].numpy()


if __name__ == "__main__":
    chosen = options(__doc__)
    pynn.manual_seed(0)
    x, y = data.load_digits(images=True)
    images = x / 8 - 1  # from -1 to 1, as the generator's tanh

    generator = models.DCGenerator(LATENT, size=8, width=32, depth=2)
    critic = models.DCDiscriminator(size=8, width=32, depth=2, batch_norm=False)
    distances = train(generator, critic, images, steps=10 if chosen.quick else 3000)

    generator.eval()
    with pynn.no_grad():
        made = generator(pynn.randn(500, LATENT)).numpy()
    # A measure that needs no eye: a classifier that knows real digits should be sure of the made ones,
    # and find every digit among them.
    reader = nn.Sequential(nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    reader.compile("adam", loss="cross_entropy")
    reader.fit(images, y, epochs=2 if chosen.quick else 30, verbose=0)
    shares = reader.predict(pynn.tensor(made)).softmax(1).numpy()
    sure, found = (shares.max(1) > 0.9).mean(), np.bincount(shares.argmax(1), minlength=10) / len(made)
    print(
        f"a classifier is sure of {100 * sure:.0f} % of 500 made digits; "
        f"each digit is {100 * found.min():.0f} to {100 * found.max():.0f} % of them"
    )

    some, real = made[:12].reshape(12, 64), images.numpy().reshape(-1, 64)
    closest = real[((some[:, None] - real) ** 2).sum(-1).argmin(1)]
    pairs = np.concatenate([some, closest]).reshape(-1, 1, 8, 8)
    save(draw(tile(made[:144]), tile(images[:144].numpy()), tile(pairs), distances), chosen.out)
