"""What follows a convolution and is computed with it: a ReLU, and the batch norm of evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pynn
from pynn import ShapeError, nn

# One of each way to compute a convolution: in tiles, over several bands, by patches of small images, by
# Winograd, as matrix products (a batch, one image), each channel alone (at both strides), groups.
CASES = {
    "tiles": ((2, 3, 30, 31), {"out_channels": 11, "kernel_size": 3, "padding": 1}),
    "bands": ((1, 40, 90, 90), {"out_channels": 9, "kernel_size": 3, "stride": 2}),
    "patches": ((9, 40, 7, 7), {"out_channels": 48, "kernel_size": 3, "stride": 2, "padding": 1}),
    "winograd": ((2, 40, 17, 18), {"out_channels": 50, "kernel_size": 3, "padding": 1}),
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
