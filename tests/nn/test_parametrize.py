"""Weight norm, spectral norm, and parametrizations of one's own, beside PyTorch's."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import autograd, nn
from pynn.nn.utils import parametrizations, parametrize

LAYERS = {
    "Linear": ((5, 4), (3, 5)),
    "Conv2d": ((2, 4, 3), (2, 2, 6, 6)),
    "ConvTranspose2d": ((2, 4, 3), (2, 2, 6, 6)),
}


def twins(kind, wrap, **options):
    """A layer of ours and one of PyTorch's with the same values, wrapped in the same way."""
    arguments, shape = LAYERS[kind]
    pynn.manual_seed(0)
    ours, theirs = getattr(nn, kind)(*arguments), getattr(torch.nn, kind)(*arguments)
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in ours.state_dict().items()})
    ours = getattr(parametrizations, wrap)(ours, **options)
    theirs = getattr(torch.nn.utils.parametrizations, wrap)(theirs, **options)
    return ours, theirs, np.random.default_rng(0).normal(size=shape).astype(np.float32)


def agree(ours, theirs, x):
    a, b = ours(pynn.tensor(x)), theirs(torch.tensor(x))
    np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5, atol=1e-6)
    weights = np.random.default_rng(1).normal(size=a.shape).astype(np.float32)
    (a * pynn.tensor(weights)).sum().backward()
    (b * torch.tensor(weights)).sum().backward()
    named = dict(theirs.named_parameters())
    assert set(named) == {name for name, _ in ours.named_parameters()}
    for name, parameter in ours.named_parameters():
        np.testing.assert_allclose(
            parameter.grad.numpy(), named[name].grad.numpy(), rtol=1e-4, atol=1e-5, err_msg=name
        )


@pytest.mark.parametrize("kind", list(LAYERS))
@pytest.mark.parametrize("dim", [0, 1])
def test_weight_norm(kind, dim):
    ours, theirs, x = twins(kind, "weight_norm", dim=dim)
    agree(ours, theirs, x)
    assert set(ours.state_dict()) == set(theirs.state_dict())


def test_one_length_for_all():
    layer = nn.utils.weight_norm(nn.Linear(3, 2), dim=None)
    assert layer.parametrizations.weight.original0.shape == ()
    assert nn.utils.weight_norm(nn.Linear(3, 2), dim=-1).parametrizations.weight.original0.shape == (1, 3)
    with pynn.no_grad():
        layer.parametrizations.weight.original0.fill_(2.0)
    assert layer.weight.norm().item() == pytest.approx(2)


@pytest.mark.parametrize("kind", list(LAYERS))
@pytest.mark.parametrize("training", [True, False])
def test_spectral_norm(kind, training):
    ours, theirs, x = twins(kind, "spectral_norm", n_power_iterations=2)
    assert set(ours.state_dict()) == set(theirs.state_dict())
    theirs.load_state_dict({k: torch.tensor(v.numpy().copy()) for k, v in ours.state_dict().items()})
    ours.train(training)
    theirs.train(training)
    agree(ours, theirs, x)
    for name, value in ours.state_dict().items():
        np.testing.assert_allclose(value.numpy(), theirs.state_dict()[name].numpy(), rtol=1e-4, atol=1e-5)


def test_the_largest_singular_value_becomes_one():
    pynn.manual_seed(0)
    layer = nn.utils.spectral_norm(nn.Linear(12, 7))
    for _ in range(40):
        layer(pynn.randn(3, 12))
    layer.eval()
    assert np.linalg.svd(layer.weight.detach().numpy())[1][0] == pytest.approx(1, abs=1e-3)
    before = layer.parametrizations.weight[0]._u.tolist()
    layer(pynn.randn(3, 12))
    assert layer.parametrizations.weight[0]._u.tolist() == before


def test_gradients_by_finite_differences():
    for wrap in (nn.utils.weight_norm, nn.utils.spectral_norm):
        layer = wrap(nn.Linear(4, 3).double()).eval()
        x = pynn.randn(2, 4, dtype=pynn.float64, requires_grad=True)
        originals = layer.parametrizations.weight.originals()
        assert autograd.gradcheck(lambda x, *_, layer=layer: layer(x), [x, *originals])


def test_a_wrapped_layer_trains_is_copied_saved_and_unwrapped(tmp_path):
    pynn.manual_seed(0)
    model = nn.Sequential(nn.utils.weight_norm(nn.Linear(3, 8)), nn.ReLU(), nn.Linear(8, 1))
    model.compile(pynn.optim.Adam(model, lr=0.02), "mse")
    x = pynn.randn(40, 3)
    history = model.fit(x, x.sum(1, keepdim=True), epochs=100, verbose=0)
    assert history["loss"][-1] < history["loss"][0] / 2
    twin = copy.deepcopy(model)
    model.save(tmp_path / "m.safetensors")
    other = nn.Sequential(nn.utils.weight_norm(nn.Linear(3, 8)), nn.ReLU(), nn.Linear(8, 1))
    other.load(tmp_path / "m.safetensors")
    expected = model.predict(x)
    for same in (twin, other):
        np.testing.assert_array_equal(same.predict(x).numpy(), expected.numpy())
    parametrize.remove_parametrizations(model[0], "weight")
    assert type(model[0]) is nn.Linear
    assert sorted(model[0].state_dict()) == ["bias", "weight"]
    np.testing.assert_array_equal(model.predict(x).numpy(), expected.numpy())
    assert parametrize.is_parametrized(twin[0], "weight")  # the copy has its own
    np.testing.assert_array_equal(twin.predict(x).numpy(), expected.numpy())


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).T


class Doubled(nn.Module):
    def forward(self, x):
        return x * 2


class Row(nn.Module):
    def forward(self, x):
        return x[:1]


def test_parametrizations_of_ones_own():
    layer = nn.Linear(3, 3)
    first = layer.weight.detach().clone()
    parametrize.register_parametrization(layer, "weight", Symmetric())
    parametrize.register_parametrization(layer, "weight", Doubled())
    upper = first.triu() + first.triu(1).T
    assert (layer.weight == upper * 2).all()
    assert type(layer).__name__ == "ParametrizedLinear"
    assert isinstance(layer, nn.Linear)
    layer.weight = pynn.ones(3, 3)
    assert (layer.parametrizations.weight.original == 1).all()
    parametrize.register_parametrization(layer, "bias", Doubled())
    layer(pynn.ones(1, 3)).sum().backward()
    assert layer.parametrizations.bias.original.grad.tolist() == [2, 2, 2]
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    assert (layer.weight == 1).all()
    assert parametrize.is_parametrized(layer)
    assert not parametrize.is_parametrized(layer, "weight")


def test_what_cannot_be_parametrized():
    register, remove = parametrize.register_parametrization, parametrize.remove_parametrizations
    for call, error, text in [
        (lambda: register(nn.Linear(2, 2), "wait", Doubled()), ValueError, "'wait'"),
        (lambda: nn.utils.weight_norm(nn.ReLU()), ValueError, "ReLU is no parameter"),
        (lambda: nn.utils.spectral_norm(nn.LazyLinear(2)), ValueError, "no shape yet"),
        (lambda: nn.utils.weight_norm(nn.Linear(2, 2), dim=2), IndexError, "dim 2"),
        (lambda: remove(nn.Linear(2, 2), "weight"), ValueError, "not parametrized"),
        (lambda: remove(nn.utils.weight_norm(nn.Linear(2, 2)), "weight", False), ValueError, "several"),
        (lambda: register(3, "weight", Doubled()), TypeError, "int"),
        (lambda: parametrize.is_parametrized(3), TypeError, "int"),
    ]:
        with pytest.raises(error, match=text):
            call()
    layer = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="unsafe"):
        register(layer, "weight", Row())
    assert sorted(layer.state_dict()) == ["bias", "weight"]
