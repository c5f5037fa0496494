"""What follows a convolution and is computed with it: batch norm in evaluation, residual, activation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pynn
from pynn import ShapeError, models, nn
from pynn.nn import functional as F
from pynn.nn._conv_norm import conv_norm

# One of each way to compute a convolution: in tiles, over several bands, by patches of small images, by
# Winograd, as matrix products (a batch, one image), each channel alone (at both strides), groups.
CASES = {
    "tiles": ((2, 3, 30, 31), {"out_channels": 11, "kernel_size": 3, "padding": 1}),
    "bands": ((1, 40, 90, 90), {"out_channels": 9, "kernel_size": 3, "stride": 2}),
    "patches": ((9, 40, 7, 7), {"out_channels": 48, "kernel_size": 3, "stride": 2, "padding": 1}),
    "winograd": ((2, 40, 17, 18), {"out_channels": 50, "kernel_size": 3, "padding": 1}),
    "winograd, stride 2": (
        (3, 64, 21, 26),
        {"out_channels": 50, "kernel_size": 3, "padding": 1, "stride": 2},
    ),
    "winograd, many channels": ((1, 150, 9, 10), {"out_channels": 260, "kernel_size": 3, "padding": 1}),
    "products": ((3, 20, 12, 12), {"out_channels": 17, "kernel_size": 1}),
    "product": ((1, 20, 12, 12), {"out_channels": 17, "kernel_size": 1}),
    "alone": ((3, 6, 9, 8), {"out_channels": 6, "kernel_size": 3, "padding": 1, "groups": 6}),
    "alone, stride 2": (
        (3, 6, 9, 8),
        {"out_channels": 6, "kernel_size": 3, "stride": 2, "padding": 1, "groups": 6},
    ),
    "groups": ((2, 8, 9, 9), {"out_channels": 12, "kernel_size": 3, "groups": 4, "padding": "same"}),
    "reflected": (
        (2, 3, 9, 9),
        {"out_channels": 4, "kernel_size": 3, "padding": 1, "padding_mode": "reflect"},
    ),
    "no images": ((0, 3, 9, 9), {"out_channels": 4, "kernel_size": 3}),
}


def made(case: str, dtype: Any, bias: bool) -> tuple[Any, nn.Conv2d, nn.BatchNorm2d]:
    pynn.manual_seed(0)
    shape, settings = CASES[case]
    conv = nn.Conv2d(shape[1], **settings, bias=bias, dtype=dtype)
    norm = nn.BatchNorm2d(conv.out_channels, dtype=dtype)
    with pynn.no_grad():
        for t, low in ((norm.running_mean, -1), (norm.running_var, 0.2), (norm.weight, -1), (norm.bias, -1)):
            t.uniform_(low, 1)
    return pynn.randn(*shape, dtype=dtype), conv, norm


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64], ids=str)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_evaluation_in_one_has_the_values_of_each(case: str, bias: bool, dtype: Any) -> None:
    x, conv, norm = made(case, dtype, bias)
    relu = nn.ReLU()
    norm.eval()
    with pynn.no_grad():
        for layers in ([conv, norm, relu], [conv, norm], [conv, relu]):
            expected = x
            for layer in layers:
                expected = layer(expected)
            model = nn.Sequential(*layers)
            np.testing.assert_array_equal(model(x).numpy(), expected.numpy())
            assert len(model._plan[1]) == 1


ACTIVATIONS = [
    nn.ReLU6(),
    nn.LeakyReLU(0.2),
    nn.SiLU(),
    nn.Sigmoid(),
    nn.Tanh(),
    nn.GELU(),
    nn.GELU("tanh"),
    nn.Hardswish(),
    nn.Mish(),
]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("case", CASES)
def test_an_activation_changes_no_bit(case: str, activation: nn.Module) -> None:
    x, conv, norm = made(case, pynn.float32, True)
    norm.eval()
    with pynn.no_grad():
        for layers in ([conv, norm, activation], [conv, activation]):
            expected = x
            for layer in layers:
                expected = layer(expected)
            model = nn.Sequential(*layers)
            np.testing.assert_array_equal(model(x).numpy(), expected.numpy())
            assert len(model._plan[1]) == 1


@pytest.mark.parametrize("dtype", [pynn.float32, pynn.float64], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_a_residual_changes_no_bit(case: str, dtype: Any) -> None:
    x, conv, norm = made(case, dtype, False)
    norm.eval()
    with pynn.no_grad():
        plain = norm(conv(x))
        wide = pynn.randn(*plain.shape[:-1], 2 * plain.shape[-1], dtype=dtype)
        for residual in (pynn.randn(*plain.shape, dtype=dtype), wide[..., ::2]):
            for activation in (None, F.relu, F.silu, nn.LeakyReLU(0.1)):
                expected = plain + residual
                expected = expected if activation is None else activation(expected)
                ours = conv_norm(conv, norm, x, activation, residual)
                np.testing.assert_array_equal(ours.numpy(), expected.numpy())


@pytest.mark.parametrize("training", [True, False])
def test_gradients_of_all_in_one_are_those_of_each(training: bool) -> None:
    found = []
    for joined in (True, False):
        x, conv, norm = made("tiles", pynn.float32, True)
        norm.train(training)
        x.requires_grad_()
        pynn.manual_seed(1)
        residual = pynn.randn(2, 11, 30, 31).requires_grad_()
        y = conv_norm(conv, norm, x, F.relu, residual) if joined else (norm(conv(x)) + residual).relu()
        y = conv_norm(conv, norm, x, nn.LeakyReLU()) + y if joined else F.leaky_relu(norm(conv(x))) + y
        (y * y).sum().backward()
        leaves = [x, residual, *conv.parameters(), *norm.parameters()]
        found.append([y.detach().numpy(), norm.running_mean.numpy(), *(t.grad.numpy() for t in leaves)])
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("hooked", ["conv", "norm", "activation"])
def test_a_hook_sees_what_a_model_calls(hooked: str) -> None:
    x, conv, norm = made("tiles", pynn.float32, True)
    activation = nn.SiLU()
    norm.eval()
    with pynn.no_grad():
        expected = conv_norm(conv, norm, x, activation)
        seen: list[Any] = []
        layer = {"conv": conv, "norm": norm, "activation": activation}[hooked]
        layer.register_forward_hook(lambda module, inputs, output: seen.append(output))
        np.testing.assert_array_equal(conv_norm(conv, norm, x, activation).numpy(), expected.numpy())
    assert len(seen) == 1


@pytest.mark.parametrize("make", [models.resnet20, models.resnet18, models.resnet50, models.mobilenet_v2])
def test_models_give_what_their_layers_give(make: Any) -> None:
    pynn.manual_seed(0)
    model = make().eval()
    x = pynn.randn(1, 3, 64, 64)
    with pynn.no_grad():
        joined = model(x).numpy()
        names: list[str] = []
        for name, module in model.named_modules():
            module.register_forward_hook(lambda *_, name=name: names.append(name))
        np.testing.assert_array_equal(model(x).numpy(), joined)
    assert len(set(names)) >= len([m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.BatchNorm2d))])


def test_another_activation_is_called() -> None:
    x, conv, norm = made("tiles", pynn.float32, True)
    with pynn.no_grad():
        doubled = conv_norm(conv, norm.eval(), x, lambda y: 2 * y)
        np.testing.assert_array_equal(doubled.numpy(), 2 * norm(conv(x)).numpy())


def test_what_cannot_follow() -> None:
    x, w, four = pynn.zeros(1, 2, 5, 5), pynn.zeros(4, 2, 3, 3), pynn.zeros(4)
    then = pynn._core.ops.conv_then
    for name in ("softmax", "add", "no such op", "clip"):
        with pytest.raises(ValueError, match="conv_then: activation must be the name of an elementwise op"):
            then(x, w, activation=name)
    with pytest.raises(ShapeError, match=r"residual \(1, 4, 5, 5\) for an output \(1, 4, 3, 3\)"):
        then(x, w, residual=pynn.zeros(1, 4, 5, 5))
    with pytest.raises(ValueError, match="mean and var come together"):
        then(x, w, mean=four)


@pytest.mark.parametrize("case", [case for case in CASES if case != "bands"])
def test_gradients_through_the_relu_are_those_of_each(case: str) -> None:
    found = []
    for joined in (True, False):
        x, conv, _ = made(case, pynn.float32, True)
        x.requires_grad_()
        y = nn.Sequential(conv, nn.ReLU())(x) if joined else conv(x).relu()
        pynn.manual_seed(1)
        y.backward(pynn.randn(*y.shape))
        found.append([y.detach().numpy(), x.grad.numpy(), conv.weight.grad.numpy(), conv.bias.grad.numpy()])
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_second_derivatives_through_the_relu() -> None:
    x, conv, _ = made("groups", pynn.float64, True)
    model = nn.Sequential(conv, nn.ReLU())
    x = x[:1, :, :4, :4].detach().requires_grad_()
    assert pynn.autograd.gradgradcheck(lambda x: (model(x) ** 2).sum(), (x,))


def test_one_plan_serves_training_and_evaluation() -> None:
    x, conv, norm = made("tiles", pynn.float32, True)
    model = nn.Sequential(conv, norm, nn.ReLU()).eval()
    before = model(x)
    model.train()
    expected = norm(conv(x)).relu()
    norm.running_mean.zero_()
    np.testing.assert_array_equal(model(x).detach().numpy(), expected.detach().numpy())
    assert (norm.running_mean != 0).any()
    model.eval()
    assert (model(x) != before).any()


def test_a_recorded_gradient_reaches_every_parameter_in_evaluation() -> None:
    found = []
    for joined in (True, False):
        x, conv, norm = made("groups", pynn.float32, True)
        model = nn.Sequential(conv, norm, nn.ReLU()).eval()
        y = model(x) if joined else norm(conv(x)).relu()
        (y * y).sum().backward()
        found.append([p.grad.numpy() for p in model.parameters()])
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("hooked", [0, 1, 2])
def test_a_hook_sees_its_own_layer(hooked: int) -> None:
    x, conv, norm = made("tiles", pynn.float32, True)
    model = nn.Sequential(conv, norm, nn.ReLU()).eval()
    with pynn.no_grad():
        expected = model(x)
        seen: list[Any] = []
        model[hooked].register_forward_hook(lambda module, inputs, output: seen.append(output))
        np.testing.assert_array_equal(model(x).numpy(), expected.numpy())
        alone = [conv(x), norm(conv(x)), norm(conv(x)).relu()][hooked]
    np.testing.assert_array_equal(seen[0].numpy(), alone.numpy())


def test_a_forward_of_ones_own_is_called() -> None:
    class Doubled(nn.Conv2d):
        def forward(self, input: Any) -> Any:
            return 2 * super().forward(input)

    model = nn.Sequential(Doubled(1, 1, 1, bias=False), nn.BatchNorm2d(1), nn.ReLU()).eval()
    with pynn.no_grad():
        model[0].weight.fill_(1.5)
        assert model(pynn.ones(1, 1, 2, 2))[0, 0, 0, 0].item() == pytest.approx(3, rel=1e-4)


def test_an_error_names_the_layer_that_raised_it() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()).eval()
    with pytest.raises(ShapeError, match=r"Conv2d\(3, 4[^$]*in model.0 \(Conv2d\)"), pynn.no_grad():
        model(pynn.zeros(2, 5, 8, 8))
    with pytest.raises(ShapeError, match=r"BatchNorm2d"), pynn.no_grad():
        model(pynn.zeros(3, 8, 8))  # one sample without a batch suits the convolution alone
    other = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(5)).eval()
    with pytest.raises(ShapeError, match=r"BatchNorm2d\(num_features=5\)"), pynn.no_grad():
        other(pynn.zeros(2, 3, 8, 8))


@pytest.mark.parametrize("case", ["tiles", "winograd", "alone"])
def test_nan_and_infinity_pass_as_through_each(case: str) -> None:
    x, conv, norm = made(case, pynn.float32, True)
    norm.eval()
    with pynn.no_grad():
        x[0, 0, 3, 3] = np.nan
        x[-1, 1, 0, 0] = np.inf
        expected = norm(conv(x)).relu().numpy()
        np.testing.assert_array_equal(nn.Sequential(conv, norm, nn.ReLU())(x).numpy(), expected)
        assert np.isnan(expected).any()


@pytest.mark.parametrize(
    ("layer", "norm", "size"), [(nn.Conv1d, nn.BatchNorm1d, 1), (nn.Conv3d, nn.BatchNorm3d, 3)]
)
def test_other_numbers_of_axes(layer: Any, norm: Any, size: int) -> None:
    model = nn.Sequential(layer(2, 3, 3, padding=1), norm(3), nn.ReLU()).eval()
    x = pynn.randn(2, 2, *([6] * size))
    with pynn.no_grad():
        np.testing.assert_array_equal(model(x).numpy(), model[1](model[0](x)).relu().numpy())
    assert len(model._plan[1]) == 1
