"""Networks for images, and the catalog of them."""

from __future__ import annotations

import pynn
from pynn import models

x = pynn.rand(2, 3, 32, 32)


def wrong_images(net, name, channels=3):
    """What a network for images says of other inputs; `net()` makes it."""
    return [
        (
            lambda: net()(pynn.zeros(2, 28, 28)),
            pynn.ShapeError,
            rf"{name}: got \(2, 28, 28\).*unsqueeze\(1\)",
        ),
        (
            lambda: net()(pynn.zeros(channels, 32, 32)),
            pynn.ShapeError,
            rf"{name}: got \({channels}, 32, 32\), expected \(N, {channels}, H, W\).*unsqueeze\(0\)",
        ),
        (lambda: net()(pynn.zeros(2, 5, 32, 32)), pynn.ShapeError, rf"{name}: .*in_channels=5"),
        (
            lambda: net()(pynn.zeros(2, 32, 32, channels)),
            pynn.ShapeError,
            rf"{name}: .*permute\(0, 3, 1, 2\)",
        ),
        (lambda: net()(pynn.zeros(2, 784)), pynn.ShapeError, rf"{name}: got \(2, 784\).*images"),
        (lambda: net()([[1.0]]), TypeError, f"{name}: input must be a Tensor, got list"),
    ]


def sizes(make, name, *settings):
    """Settings that are counts: `make(**{setting: value})`."""
    bad = []
    for setting in ("num_classes", "in_channels", *settings):
        bad += [
            (lambda s=setting: make(**{s: 0}), ValueError, f"{name}: {setting}.*1 or more.*0"),
            (lambda s=setting: make(**{s: 2.5}), TypeError, f"{name}: {setting}.*integer.*2.5"),
        ]
    return bad


def vgg(**options):
    return models.VGG(**{"plan": [4, "M"], "num_classes": 2, "hidden": 4, **options})


def small_resnet(**options):
    return models.ResNet(**{"block": models.BasicBlock, "layers": [1, 1, 1, 1], "num_classes": 2, **options})


def thin(**options):
    return models.MobileNetV2(**{"width_mult": 0.25, "num_classes": 2, **options})


def builder(name, owner):
    """The functions: their settings are checked by the class that they make."""
    make = getattr(models, name)
    return [
        (lambda: make(0), ValueError, f"{owner}: num_classes.*1 or more.*0"),
        (lambda: make("ten"), TypeError, f"{owner}: num_classes.*'ten'"),
        (lambda: make(in_channels=-1), ValueError, f"{owner}: in_channels.*-1"),
    ]


CALLS = {
    "pynn.models.MLP": [
        (lambda: models.MLP(4, [8], 2)(pynn.zeros(3, 5)), pynn.ShapeError, r"MLP\(in_features=4\).*\(3, 5\)"),
        (lambda: models.MLP(4, [8], 2)(pynn.zeros(3, 2, 5)), pynn.ShapeError, r"MLP.*in_features=10"),
        (lambda: models.MLP(4, [8], 2)(pynn.zeros(4)), pynn.ShapeError, r"MLP.*got \(4,\).*unsqueeze\(0\)"),
        (lambda: models.MLP(4, [8], 2)([1.0]), TypeError, "MLP: input must be a Tensor"),
        (lambda: models.MLP(0, [8], 2), ValueError, "MLP: in_features.*0"),
        (lambda: models.MLP(4, [8], -1), ValueError, "MLP: out_features.*-1"),
        (lambda: models.MLP(4, 8, 2), TypeError, r"MLP: hidden.*got 8. Did you mean \[8\]"),
        (lambda: models.MLP(4, "8", 2), TypeError, "MLP: hidden.*'8'"),
        (lambda: models.MLP(4, [0], 2), ValueError, "MLP: each of hidden.*0"),
        (lambda: models.MLP(4, [8], 2, dropout=2), ValueError, "Dropout.*2"),
    ],
    "pynn.models.mlp": [
        (lambda: models.mlp(0), ValueError, "mlp: num_classes.*0"),
        (lambda: models.mlp(hidden=8), TypeError, "MLP: hidden.*8"),
        (lambda: models.mlp()(x), pynn.ShapeError, r"MLP\(in_features=784\).*\(2, 3, 32, 32\).*3072"),
    ],
    "pynn.models.ScaledTanh": [
        (lambda: models.ScaledTanh()([1.0]), TypeError, "ScaledTanh: input must be a Tensor, got list"),
    ],
    "pynn.models.LeNet5": [
        *wrong_images(models.LeNet5, "LeNet5", channels=1),
        *sizes(models.LeNet5, "LeNet5"),
        (
            lambda: models.LeNet5()(pynn.zeros(2, 1, 30, 30)),
            pynn.ShapeError,
            r"LeNet5: got \(2, 1, 30, 30\).*32 x 32.*28 x 28.*interpolate",
        ),
        (lambda: models.LeNet5()(x), pynn.ShapeError, r"LeNet5: got.*\(N, 1, H, W\).*in_channels=3"),
    ],
    "pynn.models.lenet5": builder("lenet5", "LeNet5"),
    "pynn.models.AlexNet": [
        *wrong_images(lambda: models.AlexNet(2, hidden=4), "AlexNet"),
        *sizes(models.AlexNet, "AlexNet", "hidden"),
        (
            lambda: models.AlexNet(2, hidden=4)(pynn.zeros(2, 3, 62, 70)),
            pynn.ShapeError,
            r"AlexNet: got \(2, 3, 62, 70\).*63 x 63.*interpolate",
        ),
        (lambda: models.AlexNet(2, 1.5, hidden=4), ValueError, "Dropout.*1.5"),
    ],
    "pynn.models.alexnet": builder("alexnet", "AlexNet"),
    "pynn.models.VGG": [
        *wrong_images(vgg, "VGG-4"),
        *sizes(vgg, "VGG", "hidden"),
        (lambda: models.VGG("A"), ValueError, "VGG: plan.*'A'"),
        (lambda: models.VGG(11), ValueError, "VGG: plan.*11"),
        (lambda: models.VGG(["M"]), ValueError, "VGG: plan.*'M'"),
        (lambda: models.VGG([]), ValueError, r"VGG: plan.*\[\]"),
        (lambda: models.VGG([4, "N"]), TypeError, "VGG: each of plan.*'N'"),
        (lambda: models.VGG([0]), ValueError, "VGG: each of plan.*0"),
        (
            lambda: models.vgg11(2, hidden=4)(pynn.zeros(2, 3, 31, 32)),
            pynn.ShapeError,
            r"VGG-11: got \(2, 3, 31, 32\).*32 x 32",
        ),
        (lambda: vgg(dropout=-1), ValueError, "Dropout.*-1"),
    ],
    **{
        f"pynn.models.vgg{depth}{norm}": builder(f"vgg{depth}{norm}", "VGG")
        for depth in (11, 13, 16, 19)
        for norm in ("", "_bn")
    },
    "pynn.models.ResNet": [
        *wrong_images(small_resnet, "ResNet-10"),
        *sizes(small_resnet, "ResNet"),
        (lambda: small_resnet(block="basic"), TypeError, "ResNet: block.*BasicBlock.*'basic'"),
        (lambda: small_resnet(layers=[1, 1]), ValueError, r"ResNet: layers.*four.*\[1, 1\]"),
        (lambda: small_resnet(layers=18), ValueError, "ResNet: layers.*18"),
        (lambda: small_resnet(layers=[1, 1, 1, 0]), ValueError, "ResNet: each of layers.*0"),
        (lambda: small_resnet()(pynn.zeros(2, 3, 0, 8)), pynn.ShapeError, r"ResNet-10: got \(2, 3, 0, 8\)"),
    ],
    **{f"pynn.models.resnet{depth}": builder(f"resnet{depth}", "ResNet") for depth in (18, 34, 50)},
    "pynn.models.BasicBlock": [
        (lambda: models.BasicBlock(3, 0), ValueError, "out_channels.*0"),
        (lambda: models.BasicBlock(3, 3, 0), ValueError, "stride.*0"),
        (lambda: models.BasicBlock(4, 4)(x), pynn.ShapeError, r"Conv2d.*\(2, 3, 32, 32\)"),
    ],
    "pynn.models.Bottleneck": [
        (lambda: models.Bottleneck(3, 0), ValueError, "out_channels.*0"),
        (lambda: models.Bottleneck(3, 3, 0), ValueError, "stride.*0"),
        (lambda: models.Bottleneck(4, 1)(x), pynn.ShapeError, r"Conv2d.*\(2, 3, 32, 32\)"),
    ],
    "pynn.models.CifarResNet": [
        *wrong_images(lambda: models.CifarResNet(8), r"CifarResNet\(8\)"),
        *sizes(lambda **options: models.CifarResNet(8, **options), "CifarResNet"),
        (lambda: models.CifarResNet(18), ValueError, "CifarResNet: depth.*6n . 2.*18"),
        (lambda: models.CifarResNet(2), ValueError, "CifarResNet: depth.*2"),
        (lambda: models.CifarResNet(20.0), TypeError, "CifarResNet: depth.*20.0"),
        (lambda: models.CifarResNet(8, shortcut="C"), ValueError, "CifarResNet: shortcut is 'A' or 'B'.*'C'"),
        (lambda: models.CifarResNet(8, shortcut=1), ValueError, "CifarResNet: shortcut.*1"),
    ],
    **{
        f"pynn.models.resnet{depth}": [
            *builder(f"resnet{depth}", "CifarResNet"),
            (lambda d=depth: models.get_model(f"resnet{d}", shortcut="a"), ValueError, "shortcut.*'a'"),
        ]
        for depth in (20, 32, 44, 56)
    },
    "pynn.models.InvertedResidual": [
        (
            lambda: models.InvertedResidual(4, 4, 3, 6),
            ValueError,
            "InvertedResidual: stride is 1 or 2, got 3",
        ),
        (lambda: models.InvertedResidual(4, 4, 1, 0), ValueError, "InvertedResidual: expand_ratio.*0"),
        (lambda: models.InvertedResidual(4, 4, "1", 6), TypeError, "InvertedResidual: stride.*'1'"),
        (lambda: models.InvertedResidual(4, 4, 1, 6)(x), pynn.ShapeError, r"Conv2d.*\(2, 3, 32, 32\)"),
    ],
    "pynn.models.MobileNetV2": [
        *wrong_images(thin, "MobileNetV2"),
        *sizes(thin, "MobileNetV2"),
        (lambda: thin(width_mult=0), ValueError, "MobileNetV2: width_mult.*above 0.*0"),
        (lambda: thin(width_mult=float("nan")), ValueError, "MobileNetV2: width_mult.*nan"),
        (lambda: thin(width_mult="1"), TypeError, "MobileNetV2: width_mult.*'1'"),
        (lambda: thin(dropout=2), ValueError, "Dropout.*2"),
    ],
    "pynn.models.mobilenet_v2": builder("mobilenet_v2", "MobileNetV2"),
    "pynn.models.get_model": [
        (
            lambda: models.get_model("resnet19"),
            ValueError,
            r"get_model: .*'resnet19'. Did you mean 'resnet\d+'",
        ),
        (
            lambda: models.get_model("transformer"),
            ValueError,
            "get_model: .*'transformer'. There are alexnet",
        ),
        (lambda: models.get_model(18), ValueError, "get_model: .*18"),
        (lambda: models.get_model("get_model"), ValueError, "get_model: there is no network 'get_model'"),
        (lambda: models.get_model("resnet20", classes=3), TypeError, "classes"),
    ],
    "pynn.models.list_models": [
        (lambda: models.list_models("resnet"), TypeError, "list_models"),
    ],
}
