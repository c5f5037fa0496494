"""Autoencoders, adversarial networks, style: values by formulas of their own, gradients, one that learns."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import autograd, models, nn
from pynn.autograd import gradcheck


@pytest.fixture(autouse=True)
def _seeded() -> None:
    pynn.manual_seed(0)


# ---- the denoising autoencoder ---------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [(4,), (4, 6), [3, 4, 5]])
def test_autoencoder_shapes(widths):
    model = models.ConvAutoencoder(2, widths, code_channels=3)
    step = 2 ** len(widths)
    x = pynn.rand(2, 2, 3 * step, step)
    assert model.encode(x).shape == (2, 3, 3, 1)
    assert model(x).shape == x.shape
    assert model(x[:0]).shape == (0, 2, 3 * step, step)


def test_autoencoder_learns_to_take_noise_off():
    # Pictures with one bright row each: what is behind the noise can be known.
    clean = pynn.eye(8).reshape(8, 1, 8, 1).expand(8, 1, 8, 8).contiguous().repeat(8, 1, 1, 1)
    model = models.ConvAutoencoder(1, (16, 32), code_channels=8)
    optimizer = pynn.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        scores = model(models.add_noise(clean, 0.4))
        nn.functional.binary_cross_entropy_with_logits(scores, clean).backward()
        optimizer.step()
    noisy = models.add_noise(clean, 0.4)
    restored = model.predict(noisy).sigmoid()
    assert (restored - clean).square().mean().item() < (noisy - clean).square().mean().item() / 4


def test_add_noise():
    x = pynn.full((200, 200), 0.5)
    dropped = (models.add_noise(x, 0.0, dropped=0.3) == 0).float().mean().item()
    assert dropped == pytest.approx(0.3, abs=0.02)
    assert models.add_noise(x, 0.0).equal(x)
    noisy = models.add_noise(x.double(), 5.0)
    assert noisy.dtype is pynn.float64
    assert (noisy.min().item(), noisy.max().item()) == (0, 1)


# ---- the variational autoencoder -------------------------------------------------------------------------


def test_elbo_by_its_formula():
    rng = np.random.default_rng(0)
    scores, images = rng.normal(size=(5, 1, 2, 3)), rng.uniform(size=(5, 1, 2, 3))
    mean, log_var = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
    p = 1 / (1 + np.exp(-scores))
    missed = -(images * np.log(p) + (1 - images) * np.log(1 - p)).reshape(5, -1).sum(1)
    # KL of two normal distributions, from ∫ q ln (q / p) by quadrature, one number of the code at a time.
    z = np.linspace(-30, 30, 200_001)
    divergence = np.zeros(5)
    for i in range(5):
        for m, v in zip(mean[i], np.exp(log_var[i]), strict=True):
            log_q = -((z - m) ** 2) / (2 * v) - np.log(v) / 2
            q = np.exp(log_q) / np.sqrt(2 * np.pi)
            divergence[i] += (q * (log_q + z**2 / 2)).sum() * (z[1] - z[0])
    for beta in (1.0, 4.0):
        got = models.elbo_loss(*(pynn.from_numpy(a) for a in (scores, images, mean, log_var)), beta=beta)
        assert got.item() == pytest.approx((missed + beta * divergence).mean(), rel=1e-9)


def test_elbo_gradient():
    given = [pynn.randn(3, 4, dtype=pynn.float64, requires_grad=True)]
    images = pynn.rand(3, 4, dtype=pynn.float64)
    given += [pynn.randn(3, 2, dtype=pynn.float64, requires_grad=True) for _ in range(2)]
    assert gradcheck(lambda s, m, v: models.elbo_loss(s, images, m, v), given)


def test_codes_are_drawn_from_the_distribution_and_pass_gradients():
    model = models.VAE(4, hidden=3, latent=2)
    mean = pynn.tensor([[1.0, -2.0]]).expand(20000, 2).contiguous().requires_grad_()
    log_var = pynn.tensor([[0.0, -2.0]]).expand(20000, 2).contiguous().requires_grad_()
    code = model.draw(mean, log_var)
    np.testing.assert_allclose(code.detach().numpy().mean(0), [1, -2], atol=0.03)
    np.testing.assert_allclose(code.detach().numpy().var(0), [1, np.exp(-2)], rtol=0.05)
    code.sum().backward()
    assert mean.grad.equal(pynn.ones_like(mean))
    np.testing.assert_allclose(log_var.grad.numpy(), (code - mean).detach().numpy() / 2, atol=1e-6)


def test_vae_learns():
    x = (pynn.rand(64, 1) < 0.5).float().expand(64, 16).contiguous()  # all ink or none: one bit
    model = models.VAE(16, hidden=16, latent=1)
    optimizer = pynn.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(300):
        optimizer.zero_grad()
        scores, mean, log_var = model(x)
        loss = models.elbo_loss(scores, x, mean, log_var)
        loss.backward()
        optimizer.step()
    assert 0.69 < loss.item() < 2.5  # untrained: 16 ln 2 = 11.1; to know the bit costs ln 2 = 0.69


# ---- adversarial networks --------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "depth"), [(8, 1), (8, 2), (24, 3), (64, 4)])
def test_generator_and_discriminator_fit_each_other(size, depth):
    generator = models.DCGenerator(5, out_channels=3, size=size, width=4, depth=depth)
    images = generator(pynn.randn(2, 5))
    assert images.shape == (2, 3, size, size)
    assert images.abs().max().item() <= 1
    for batch_norm in (True, False):
        judge = models.DCDiscriminator(3, size, width=4, depth=depth, batch_norm=batch_norm)
        assert judge(images).shape == (2,)
        norms = [m for m in judge.modules() if isinstance(m, nn.BatchNorm2d)]
        assert len(norms) == (depth - 1 if batch_norm else 0)


def test_gradient_penalty_of_a_known_slope():
    weight = pynn.tensor([3.0, 4.0])
    real, fake = pynn.randn(6, 2), pynn.randn(6, 2)
    assert models.gradient_penalty(lambda x: x @ weight, real, fake).item() == pytest.approx(16)
    loss = models.critic_loss(lambda x: x @ weight, real, fake, penalty=0.5)
    expected = ((fake - real) @ weight).mean().item() + 8
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_gradient_penalty_is_taken_between_the_images():
    seen = []

    def critic(x):
        seen.append(x.detach().numpy())
        return x.sum(1)

    models.gradient_penalty(critic, pynn.ones(1000, 1), pynn.zeros(1000, 1))
    assert 0 < seen[0].min() < 0.02
    assert 0.98 < seen[0].max() < 1
    assert seen[0].mean() == pytest.approx(0.5, abs=0.05)


def test_gradient_of_the_gradient_penalty():
    # At the same point for every call: real and fake are the same.
    x = pynn.randn(3, 2, dtype=pynn.float64)
    weight = pynn.randn(2, 4, dtype=pynn.float64, requires_grad=True)
    assert gradcheck(lambda w: models.gradient_penalty(lambda x: (x @ w).tanh().sum(1), x, x), [weight])
    (grad,) = autograd.grad(models.gradient_penalty(lambda x: x.sum(1) * weight[0, 0], x, x), [weight])
    slope = abs(weight[0, 0].item()) * 2**0.5
    sign = np.sign(weight[0, 0].item())
    assert grad[0, 0].item() == pytest.approx(2 * (slope - 1) * 2**0.5 * sign)


def test_the_critic_loss_leaves_the_generator_alone():
    generator, critic = models.DCGenerator(3, width=4), models.DCDiscriminator(width=4, batch_norm=False)
    models.critic_loss(critic, pynn.randn(4, 1, 8, 8), generator(pynn.randn(4, 3))).backward()
    assert all(p.grad is None for p in generator.parameters())
    assert all(p.grad is not None for name, p in critic.named_parameters() if "weight" in name)


def test_a_critic_learns_the_distance_of_two_points():
    """Between points 2 apart, the best critic of slope 1 gives scores 2 apart."""
    critic = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1), nn.Flatten(0))
    optimizer = pynn.optim.Adam(critic.parameters(), lr=0.02)
    real, fake = pynn.ones(32, 1), -pynn.ones(32, 1)
    for _ in range(200):
        optimizer.zero_grad()
        models.critic_loss(critic, real, fake).backward()
        optimizer.step()
    assert (critic(real).mean() - critic(fake).mean()).item() == pytest.approx(2, abs=0.25)


# ---- style -----------------------------------------------------------------------------------------------


def test_gram_matrix():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    expected = np.einsum("nchw,ndhw->ncd", x, x) / 60
    np.testing.assert_allclose(models.gram_matrix(pynn.from_numpy(x)).numpy(), expected)
    assert models.gram_matrix(pynn.zeros(0, 3, 4, 5)).shape == (0, 3, 3)
    shuffled = x.reshape(2, 3, 20)[:, :, np.random.default_rng(1).permutation(20)].reshape(2, 3, 4, 5)
    np.testing.assert_allclose(models.gram_matrix(pynn.from_numpy(shuffled)).numpy(), expected)


def style_loss(**options):
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 5, 3))
    pictures = pynn.rand(1, 3, 8, 8), pynn.rand(1, 3, 10, 12)
    return models.StyleContentLoss(network, *pictures, ["2"], ["0", "2"], **options), *pictures


def test_style_and_content_are_reached_by_the_pictures_themselves():
    loss, content, style = style_loss(style_weight=0.0)
    assert loss(content).item() == 0
    assert loss(pynn.rand(1, 3, 8, 8)).item() > 0
    loss, content, style = style_loss(content_weight=1.0)
    loss = models.StyleContentLoss(loss.network, style, style, ["2"], ["0", "2"])
    assert loss(style).item() == 0


def test_style_loss_by_its_formula():
    loss, content, style = style_loss(content_weight=2.0, style_weight=3.0)
    image = pynn.rand(1, 3, 8, 8)
    first, last = loss.network[0], loss.network
    expected = 2 * (last(image) - last(content)).square().mean() / 2
    for layer in (first, last):
        gap = models.gram_matrix(layer(image)) - models.gram_matrix(layer(style))
        expected = expected + 3 * gap.square().sum() / 2
    assert loss(image).item() == pytest.approx(expected.item(), rel=1e-5)
    assert not any(p.requires_grad for p in loss.network.parameters())
    assert all(module._hooks is None for module in loss.network.modules())
