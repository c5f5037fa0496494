"""The networks for images, written once more on PyTorch: functions of a state_dict `s`, without layers."""

from __future__ import annotations

import re
from typing import Any

from torch_if_there import torch


def functional() -> Any:
    return torch.nn.functional


class State:
    """The tensors of a state_dict, and layers that find theirs by name."""

    def __init__(self, tensors: dict[str, Any], training: bool) -> None:
        self.tensors = tensors
        self.training = training

    def has(self, name: str) -> bool:
        return f"{name}.weight" in self.tensors

    def under(self, prefix: str) -> list[str]:
        """The numbers that follow a prefix, in order."""
        found = {m[1] for name in self.tensors if (m := re.match(rf"{re.escape(prefix)}\.(\d+)\.", name))}
        return [f"{prefix}.{i}" for i in sorted(found, key=int)]

    def conv(self, x: Any, name: str, **how: Any) -> Any:
        weight, bias = self.tensors[f"{name}.weight"], self.tensors.get(f"{name}.bias")
        return functional().conv2d(x, weight, bias, **how)

    def linear(self, x: Any, name: str) -> Any:
        return functional().linear(x, self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])

    def norm(self, x: Any, name: str) -> Any:
        t = self.tensors
        running = (t[f"{name}.running_mean"], t[f"{name}.running_var"])
        return functional().batch_norm(x, *running, t[f"{name}.weight"], t[f"{name}.bias"], self.training)


def lenet5(x: Any, s: State) -> Any:
    f, pool = (lambda x: 1.7159 * torch.tanh(2 * x / 3)), functional().avg_pool2d
    x = pool(f(s.conv(x, "c1", padding=2 if x.shape[2] == 28 else 0)), 2)
    x = pool(f(s.conv(x, "c3")), 2)
    x = f(s.conv(x, "c5")).flatten(1)
    return s.linear(f(s.linear(x, "f6")), "output")


def residual(x: Any, s: State, name: str, stride: int) -> Any:
    """A basic block or a bottleneck, with whichever shortcut it has."""
    wide = s.has(f"{name}.conv3")
    first, second = ({}, {"stride": stride}) if wide else ({"stride": stride, "padding": 1}, {})
    y = torch.relu(s.norm(s.conv(x, f"{name}.conv1", **first), f"{name}.bn1"))
    y = s.norm(s.conv(y, f"{name}.conv2", padding=1, **second), f"{name}.bn2")
    if wide:
        y = s.norm(s.conv(torch.relu(y), f"{name}.conv3"), f"{name}.bn3")
    if s.has(f"{name}.downsample.0"):
        x = s.norm(s.conv(x, f"{name}.downsample.0", stride=stride), f"{name}.downsample.1")
    elif x.shape != y.shape:
        x = x[:, :, ::2, ::2]
        x = torch.cat([x, x.new_zeros(len(x), y.shape[1] - x.shape[1], *x.shape[2:])], 1)
    return torch.relu(x + y)


def resnet(x: Any, s: State) -> Any:
    cifar = s.tensors["conv1.weight"].shape[-1] == 3
    x = torch.relu(s.norm(s.conv(x, "conv1", padding=1 if cifar else 3, stride=1 if cifar else 2), "bn1"))
    if not cifar:
        x = functional().max_pool2d(x, 3, 2, padding=1)
    for layer in ("layer1", "layer2", "layer3", "layer4"):
        for i, block in enumerate(s.under(layer)):
            x = residual(x, s, block, 2 if i == 0 and layer != "layer1" else 1)
    return s.linear(x.mean((2, 3)), "fc")


def vgg(x: Any, s: State, plan: list[Any]) -> Any:
    places = iter(s.under("features"))
    for step in plan:
        if step == "M":
            x = functional().max_pool2d(x, 2)
        else:
            x = s.conv(x, next(places), padding=1)
            x = torch.relu(s.norm(x, next(places)) if "features.1.weight" in s.tensors else x)
    x = functional().adaptive_avg_pool2d(x, 7).flatten(1)
    x = torch.relu(s.linear(torch.relu(s.linear(x, "classifier.0")), "classifier.3"))
    return s.linear(x, "classifier.6")


def alexnet(x: Any, s: State) -> Any:
    pool = functional().max_pool2d
    x = pool(torch.relu(s.conv(x, "features.0", stride=4, padding=2)), 3, 2)
    x = pool(torch.relu(s.conv(x, "features.3", padding=2)), 3, 2)
    for name in ("features.6", "features.8", "features.10"):
        x = torch.relu(s.conv(x, name, padding=1))
    x = functional().adaptive_avg_pool2d(pool(x, 3, 2), 6).flatten(1)
    x = torch.relu(s.linear(torch.relu(s.linear(x, "classifier.1")), "classifier.4"))
    return s.linear(x, "classifier.6")


STRIDED = (2, 4, 7, 14)  # the places in MobileNetV2's features where a stage halves the image


def mobilenet_v2(x: Any, s: State) -> Any:
    six = functional().relu6
    x = six(s.norm(s.conv(x, "features.0.0", stride=2, padding=1), "features.0.1"))
    for place in range(1, 18):
        name, y, before = f"features.{place}.conv", x, x
        last = 1
        if s.has(f"{name}.1.0"):  # the block is wider inside
            y = six(s.norm(s.conv(y, f"{name}.0.0"), f"{name}.0.1"))
            last = 2
        each = f"{name}.{last - 1}"
        how = {"stride": 2 if place in STRIDED else 1, "padding": 1, "groups": y.shape[1]}
        y = six(s.norm(s.conv(y, f"{each}.0", **how), f"{each}.1"))
        y = s.norm(s.conv(y, f"{name}.{last}"), f"{name}.{last + 1}")
        x = before + y if before.shape == y.shape else y
    x = six(s.norm(s.conv(x, "features.18.0"), "features.18.1"))
    return s.linear(x.mean((2, 3)), "classifier.1")


def mlp(x: Any, s: State) -> Any:
    names = sorted((name[:-7] for name in s.tensors if name.endswith(".weight")), key=int)
    x = x.flatten(1)
    for name in names[:-1]:
        x = torch.relu(s.linear(x, name))
    return s.linear(x, names[-1])
