"""What a notebook shows of a Tensor, a Module and a History."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

import pynn
from pynn import nn
from pynn.train import History


def parse(html):
    """The page as a tree: whatever is shown must be well-formed."""
    return ET.fromstring(f"<div>{html}</div>")


def cells(html):
    return [["".join(cell.itertext()) for cell in row.iter("td")] for row in parse(html).iter("tr")]


def test_a_matrix_is_a_table():
    html = pynn.tensor([[1.0, -2.5], [0.0, 4.0]])._repr_html_()
    assert cells(html) == [["1", "-2.5"], ["0", "4"]]
    assert "Tensor (2, 2) · float32" in html
    assert html.count("213,94,0") == 2
    assert html.count("0,114,178") == 1


def test_a_large_matrix_shows_its_ends():
    rows = cells(pynn.arange(10_000).reshape(100, 100)._repr_html_())
    assert len(rows) == 9
    assert rows[0] == ["0", "1", "2", "3", "⋯", "96", "97", "98", "99"]
    assert rows[4] == ["⋮"] * 4 + ["⋱"] + ["⋮"] * 4
    assert rows[-1][-1] == "9999"


@pytest.mark.parametrize(
    ("tensor", "says"),
    [
        (pynn.tensor(3.5), "3.5"),
        (pynn.tensor([True, False]), "False"),
        (pynn.zeros(0, 3), "no elements"),
        (pynn.tensor([float("nan"), float("inf")]), "inf"),
        (pynn.ones(2, dtype=pynn.bfloat16), "bfloat16"),
        (pynn.ones(2, requires_grad=True), "requires grad"),
        (pynn.ones(5, 2, 2), "and 2 more such matrices"),
        (nn.Parameter(pynn.ones(2)), "requires grad"),
    ],
)
def test_other_tensors(tensor, says):
    html = tensor._repr_html_()
    parse(html)
    assert says in html


def test_a_module_is_a_tree():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 1, bias=False)))
    model[0].bias.requires_grad_(False)
    html = model.eval()._repr_html_()
    tree = parse(html)
    assert "9 parameters, 3 frozen · evaluation mode" in html
    names = ["".join(s.itertext()) for s in tree.iter("summary")]
    assert names[0] == "Sequential"
    assert names[1].startswith("0: Linear(in_features=2")
    assert "bias (3,), frozen" in html
    assert [d.get("open") for d in tree.iter("details")] == ["open", None, None, None]


def test_a_module_that_waits_for_its_sizes():
    assert "weight by the first input" in nn.Linear(None, 2)._repr_html_()


def test_a_history_is_its_curves():
    record = History()
    for epoch in range(3):
        record.append(epoch, {"loss": 1.0 / (epoch + 1), "val_loss": 2.0, "accuracy": 0.5}, 0.5)
    html = record._repr_html_()
    tree = parse(html)
    panels = list(tree.iter("svg"))
    assert [panel.find("title").text.split(" over")[0] for panel in panels] == ["loss", "accuracy"]
    assert panels[0].find("title").text == "loss over 3 epochs: training 0.3333, validation 2 at the end"
    dashed = [p.get("stroke-dasharray") for p in panels[0].iter("path") if p.get("stroke-width")]
    assert dashed == [None, "5 4"]
    assert "3 epochs in 1.5 s" in html


def test_a_history_with_gaps():
    record = History()
    assert "nothing was recorded" in record._repr_html_()
    for epoch, loss in enumerate([1.0, np.nan, 0.5]):
        record.append(epoch, {"loss": loss}, 0.1)
    path = next(p for p in parse(record._repr_html_()).iter("path") if p.get("stroke-width")).get("d")
    assert path.count("M") == 2
    assert "nan" not in path
