"""The networks for images against PyTorch: outputs and gradients, from weights that went through a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch_classifiers as reference
from torch_if_there import torch

import pynn
from pynn import models

PLAN = [8, "M", 12, 12, "M"]
CASES: dict[str, tuple[Any, Any, tuple[int, ...]]] = {
    "mlp": (lambda: models.mlp(4, 27, [9, 8]), reference.mlp, (5, 3, 3, 3)),
    "lenet5": (models.lenet5, reference.lenet5, (5, 1, 28, 28)),
    "lenet5, in colour": (lambda: models.lenet5(4, 3), reference.lenet5, (5, 3, 32, 32)),
    "alexnet": (lambda: models.alexnet(4, 0.0, hidden=8), reference.alexnet, (2, 3, 70, 63)),
    "vgg": (lambda: models.VGG(PLAN, False, 4, 0.0, hidden=8), "vgg", (3, 3, 17, 12)),
    "vgg with batch norm": (lambda: models.VGG(PLAN, True, 4, 0.0, hidden=8), "vgg", (3, 3, 17, 12)),
    "resnet of basic blocks": (
        lambda: models.ResNet(models.BasicBlock, [1, 2, 1, 1], 4),
        reference.resnet,
        (2, 3, 33, 40),
    ),
    "resnet of bottlenecks": (
        lambda: models.ResNet(models.Bottleneck, [2, 1, 1, 1], 4, in_channels=1),
        reference.resnet,
        (2, 1, 33, 40),
    ),
    "resnet20": (models.resnet20, reference.resnet, (3, 3, 16, 17)),
    "resnet20, option B": (lambda: models.resnet20(shortcut="B"), reference.resnet, (3, 3, 16, 17)),
    "mobilenet_v2": (
        lambda: models.mobilenet_v2(4, width_mult=0.25, dropout=0.0),
        reference.mobilenet_v2,
        (3, 3, 40, 36),
    ),
}


def prepared(name: str, path: Any) -> tuple[pynn.nn.Module, Any, np.ndarray]:
    """A network in float64 whose weights, statistics too, came from a file; the reference; images."""
    make, net, shape = CASES[name]
    if net == "vgg":
        net = lambda x, s: reference.vgg(x, s, PLAN)  # noqa: E731
    rng = np.random.default_rng(0)
    weights = {}
    for key, value in make().state_dict().items():
        spread = 0.1 if value.ndim == 1 else 1.0
        array = np.asarray(
            value.numpy() + spread * rng.uniform(0, 0.5, value.shape) * value.is_floating_point()
        )
        weights[key] = torch.tensor(array, dtype=None if array.dtype == np.int64 else torch.float64)
    pytest.importorskip("safetensors.torch").save_file(weights, path)
    model = make().double()
    model.load_state_dict(pynn.load(path))
    return model, (net, weights), rng.standard_normal(shape)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("training", [False, True], ids=["evaluation", "training"])
def test_outputs_and_gradients_are_pytorchs(name, training, tmp_path):
    model, (net, weights), x = prepared(name, tmp_path / "weights.safetensors")
    model.train(training)
    for key, value in weights.items():
        value.requires_grad_(key in dict(model.named_parameters()))
    theirs_in, ours_in = (
        torch.tensor(x, requires_grad=True),
        pynn.tensor(x, dtype=pynn.float64, requires_grad=True),
    )
    theirs = net(theirs_in, reference.State(weights, training))
    ours = model(ours_in)
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-9, atol=1e-9)

    dy = np.random.default_rng(1).standard_normal(theirs.shape)
    theirs.backward(torch.tensor(dy))
    ours.backward(pynn.tensor(dy, dtype=pynn.float64))
    largest = max(abs(p.grad.numpy()).max() for p in model.parameters())
    for key, parameter in model.named_parameters():
        np.testing.assert_allclose(
            parameter.grad.numpy(), weights[key].grad.numpy(), rtol=1e-7, atol=1e-10 * largest, err_msg=key
        )
    np.testing.assert_allclose(ours_in.grad.numpy(), theirs_in.grad.numpy(), rtol=1e-7, atol=1e-10 * largest)
    if training:  # PyTorch's batch_norm changed the running statistics of `weights` in place
        for key, buffer in model.named_buffers():
            if not key.endswith("num_batches_tracked"):
                np.testing.assert_allclose(buffer.numpy(), weights[key].numpy(), rtol=1e-9, err_msg=key)
