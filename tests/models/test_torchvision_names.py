"""Parameters and buffers have torchvision's names and shapes, so that its weights load unchanged.

torchvision_shapes.json holds {network: {name: shape}} of `state_dict()` in torchvision 0.28. (That of the
vision Transformer is written down by hand; its sum is the count that torchvision states.)
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import pynn
from pynn import models, nn

TABLE = json.loads((Path(__file__).parent / "torchvision_shapes.json").read_text())
SPECIAL = {
    "mobilenet_v2(width_mult=0.35)": lambda: models.mobilenet_v2(width_mult=0.35),
    "MLP(20, [16, 8], 4)": lambda: models.MLP(20, [16, 8], 4),
}


@pytest.fixture
def _unfilled(monkeypatch):
    """Weights that nobody writes take no memory, and VGG has 140 million."""
    for fill in ("uniform_", "normal_", "kaiming_normal_", "xavier_uniform_", "trunc_normal_"):
        monkeypatch.setattr(nn.init, fill, lambda tensor, *args, **kwargs: tensor)


@pytest.mark.usefixtures("_unfilled")
@pytest.mark.parametrize("name", TABLE)
def test_names_and_shapes_are_torchvisions(name):
    make = SPECIAL[name] if name in SPECIAL else getattr(models, name)
    own = {key: list(value.shape) for key, value in make().state_dict().items()}
    assert own == TABLE[name]


def test_the_table_has_all_networks_that_torchvision_has():
    own = {"mlp", "lenet5", "resnet20", "resnet32", "resnet44", "resnet56"}
    made_by_classifiers = {name for name in models.list_models() if name not in own}
    assert made_by_classifiers <= set(TABLE)


def test_weights_of_another_network_are_refused_by_name():
    weights = models.ResNet(models.BasicBlock, [1, 1, 1, 2]).state_dict()
    with pytest.raises(ValueError, match=r"layer4\.1\.conv1\.weight"):
        models.ResNet(models.BasicBlock, [1, 1, 1, 1]).load_state_dict(weights)


def test_a_head_for_other_classes_is_refused():
    weights = models.mobilenet_v2(num_classes=3, width_mult=0.25).state_dict()
    with pytest.raises(ValueError, match=r"classifier.1.weight.*3.*10"):
        models.mobilenet_v2(num_classes=10, width_mult=0.25).load_state_dict(weights)


def test_dtypes_are_torchvisions():
    state = models.resnet20().state_dict()
    assert state["bn1.num_batches_tracked"].dtype is pynn.int64
    assert state["conv1.weight"].dtype is pynn.float32


@pytest.mark.usefixtures("_unfilled")
def test_the_page_counts_parameters_as_they_are():
    page = Path(__file__).parents[2] / "docs/api/models.md"
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", page.read_text(), re.MULTILINE)
    counted = {name: sum(p.numel() for p in models.get_model(name).parameters()) for name, _ in rows}
    assert {name: int(count.replace(",", "")) for name, count in rows} == counted
    assert set(counted) == set(models.list_models())
