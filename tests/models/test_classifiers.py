"""The networks for images as a user has them: they train, are recorded and saved, and start as told."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
from compile_suite import assert_same_training, same

import pynn
from pynn import models, nn

CASES: dict[str, tuple[Any, tuple[int, ...]]] = {
    "mlp": (lambda: models.mlp(4, 48, [8], dropout=0.2, batch_norm=True), (3, 4, 4)),
    "lenet5": (lambda: models.lenet5(4, activation=nn.ReLU), (1, 28, 28)),
    "alexnet": (lambda: models.alexnet(4, hidden=8), (3, 63, 63)),
    "vgg": (lambda: models.VGG([8, "M", 8, "M"], True, 4, hidden=8), (3, 8, 8)),
    "resnet of basic blocks": (lambda: models.ResNet(models.BasicBlock, [1] * 4, 4), (3, 16, 16)),
    "resnet of bottlenecks": (lambda: models.ResNet(models.Bottleneck, [1] * 4, 4), (3, 16, 16)),
    "resnet20": (lambda: models.resnet20(4), (3, 8, 8)),
    "resnet20, option B": (lambda: models.resnet20(4, "B"), (3, 8, 8)),
    "mobilenet_v2": (lambda: models.mobilenet_v2(4, width_mult=0.25), (3, 16, 16)),
}


def batches(shape: tuple[int, ...], count: int) -> list[tuple[pynn.Tensor, pynn.Tensor]]:
    rng = np.random.default_rng(0)
    return [
        (pynn.tensor(rng.standard_normal((6, *shape))), pynn.tensor(rng.integers(0, 4, 6)))
        for _ in range(count)
    ]


@pytest.mark.filterwarnings("error::pynn.RecordingWarning")
@pytest.mark.parametrize("name", CASES)
def test_steps_train_and_recorded_ones_do_so_to_the_last_bit(name):
    make, shape = CASES[name]
    pynn.manual_seed(0)
    first = make()
    made = []

    def training() -> Any:
        model = copy.deepcopy(first)
        optimizer = pynn.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
        made.append(model)

        def step(x: pynn.Tensor, y: pynn.Tensor) -> pynn.Tensor:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

        return model, optimizer, step

    compiled = assert_same_training(training, batches(shape, 3))
    assert compiled.recordings == 1
    for key, buffer in made[0].named_buffers():
        assert same(buffer, dict(made[1].named_buffers())[key]), key
    for key, parameter in made[0].named_parameters():
        if not key.endswith("bias"):  # in front of a batch norm it has no gradient but rounding
            assert not same(parameter.detach(), first.state_dict()[key]), f"{key} does not learn"


@pytest.mark.parametrize("name", CASES)
def test_a_network_comes_back_from_a_file_as_it_was(name, tmp_path):
    make, shape = CASES[name]
    model, (x, _) = make(), batches(shape, 1)[0]
    with pynn.no_grad():
        model(x)  # moves the running statistics
        expected = model.eval()(x)
        pynn.save(model.state_dict(), tmp_path / "weights.safetensors")
        other = make()
        other.load_state_dict(pynn.load(tmp_path / "weights.safetensors"))
        assert same(other.eval()(x), expected)


def test_fit_lowers_the_loss():
    pynn.manual_seed(0)
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 32)
    images = rng.standard_normal((32, 3, 8, 8)) * 0.3 + labels[:, None, None, None]
    model = models.CifarResNet(8, num_classes=2)
    model.compile(optimizer=pynn.optim.Adam(model.parameters(), lr=0.01), loss=nn.CrossEntropyLoss())
    history = model.fit(pynn.tensor(images), pynn.tensor(labels), batch_size=8, epochs=4, verbose=0)
    losses = history.history["loss"]
    assert losses[-1] < 0.5 * losses[0]


# ---- what is said of single networks -------------------------------------------------------------------


def test_lenet_frames_small_digits_with_zeros():
    model, x = models.lenet5(), pynn.rand(2, 1, 28, 28)
    framed = pynn.zeros(2, 1, 32, 32)
    framed[:, :, 2:30, 2:30] = x
    assert same(model(x).detach(), model(framed).detach())


def test_the_scaled_tanh_has_slope_and_curvature_of_the_paper():
    """f(±1) = ±1, and |f''| is largest there."""
    x = pynn.tensor([0.9, 1.0, 1.1], dtype=pynn.float64, requires_grad=True)
    y = models.ScaledTanh()(x)
    assert abs(y[1].item() - 1) < 1e-4
    (slope,) = pynn.autograd.grad([y.sum()], [x], create_graph=True)
    (curvature,) = pynn.autograd.grad([slope.sum()], [x])
    bend = [abs(c) for c in curvature.tolist()]
    assert bend[1] > max(bend[0], bend[2])


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85)])
def test_resnets_for_cifar_have_the_papers_sizes(depth, millions):
    model = models.get_model(f"resnet{depth}")
    assert round(sum(p.numel() for p in model.parameters()) / 1e6, 2) == millions
    convolutions = [m for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert len(convolutions) + 1 == depth


def test_without_parameters_option_a_passes_pixels_on():
    """With every block at zero, layer2 keeps each second pixel, and the new channels are zeros."""
    model = models.CifarResNet(8, zero_init_residual=True)
    x = pynn.rand(2, 16, 6, 6)
    y = model.layer2(x)
    assert same(y[:, :16].detach().contiguous(), x[:, :, ::2, ::2].contiguous())
    assert (y[:, 16:] == 0).all()


@pytest.mark.parametrize("block", [models.BasicBlock, models.Bottleneck])
def test_zero_init_residual_makes_blocks_the_identity(block):
    model = models.ResNet(block, [2, 1, 1, 1], 4, zero_init_residual=True)
    x = pynn.rand(2, 64 * block.expansion, 4, 4)
    assert same(model.layer1[1](x).detach(), x)
    plain = models.ResNet(block, [2, 1, 1, 1], 4)
    assert not same(plain.layer1[1](x).detach(), x)


def test_convolutions_start_with_fan_out():
    pynn.manual_seed(0)
    for model in (
        models.ResNet(models.Bottleneck, [1] * 4),
        models.mobilenet_v2(),
        models.VGG([64, "M", 64], hidden=8),
    ):
        for name, conv in model.named_modules():
            if isinstance(conv, nn.Conv2d) and conv.weight.numel() > 10000:
                fan_out = conv.out_channels * math.prod(conv.kernel_size)
                assert abs(conv.weight.std().item() / math.sqrt(2 / fan_out) - 1) < 0.05, name
                assert conv.bias is None or (conv.bias == 0).all()


def test_heads_of_vgg_and_mobilenet_start_small():
    pynn.manual_seed(0)
    for linear in (models.VGG([8, "M"], hidden=64).classifier[0], models.mobilenet_v2().classifier[1]):
        assert abs(linear.weight.std().item() - 0.01) < 0.0005
        assert (linear.bias == 0).all()


def test_depthwise_convolutions_have_a_group_for_each_channel():
    block = models.InvertedResidual(8, 16, 2, 6)
    assert block.conv[1][0].groups == 48
    assert not block.use_res_connect
    assert models.InvertedResidual(8, 8, 1, 6).use_res_connect


@pytest.mark.parametrize(("width", "channels"), [(1.0, 32), (0.5, 16), (0.35, 16), (0.1, 8), (1.4, 48)])
def test_channels_are_multiples_of_8_and_not_a_tenth_smaller(width, channels):
    first = models.mobilenet_v2(width_mult=width).features[0][0]
    assert first.out_channels == channels
    assert channels >= 0.9 * 32 * width


# ---- the catalog -----------------------------------------------------------------------------------------


def test_list_models_names_functions_that_make_networks():
    listed = models.list_models()
    assert {"lenet5", "alexnet", "vgg16_bn", "resnet18", "resnet20", "mobilenet_v2", "mlp"} <= set(listed)
    assert not {"get_model", "list_models", "ResNet"} & set(listed)
    assert listed == sorted(listed)


def test_get_model_hands_on_options():
    model = models.get_model("mobilenet_v2", num_classes=3, width_mult=0.25)
    assert model.classifier[1].out_features == 3
