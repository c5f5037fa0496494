"""The guide's interactive pieces, in a browser: right numbers, by mouse and by keyboard, on a phone too."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pynn
from pynn import nn, optim
from pynn.nn import functional as F

from .browser import browser, opened

DOCS = Path(__file__).parents[2] / "docs"
pytest.importorskip("IPython", reason="the guide's helpers need IPython")
sys.path.insert(0, str(DOCS))
from pieces import as_bytes, piece, rounded  # noqa: E402

NAMES = sorted(path.stem for path in (DOCS / "_static" / "pieces").glob("*.js") if path.stem != "shared")

# How many visible controls and pictures have no name for a screen reader.
WITHOUT_NAME = """element => [...element.querySelectorAll('input, select, button, svg, canvas')].filter(
    n => n.getClientRects().length && !n.getAttribute('aria-label') && !n.textContent.trim()).length"""


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def reader() -> nn.Sequential:
    pynn.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(16, 10),
    )  # fmt: skip


@pytest.fixture(scope="module")
def data(reader: nn.Sequential) -> dict[str, Any]:
    """What a page of the guide would hand each piece, smaller."""
    digits, labels = pynn.data.load_digits(images=True)
    layers = [
        {
            "weight": rounded(reader[k].weight.detach().numpy()),
            "bias": rounded(reader[k].bias.detach().numpy()),
        }
        for k in (0, 3, 7)
    ]
    runs = {
        f"moons|tanh|8|{depth}": {
            "maps": [as_bytes(np.full(16, 0.2)), as_bytes(np.linspace(0, 1, 16))],
            "loss": [0.7, 0.1 * depth],
            "right": [0.5, 0.9],
        }
        for depth in (1, 2)
    }
    return {
        "attention": {
            "read": list("abc"),
            "wrote": list("cba"),
            "weights": [[0.1, 0.2, 0.7], [0.0, 1.0, 0.0], [0.6, 0.25, 0.15]],
        },
        "convolution": {
            "digits": rounded(digits[:3, 0].numpy() / 16, 3),
            "labels": labels[:3].numpy().tolist(),
        },
        "drawing": {"layers": layers},
        "gates": {
            "value": [0.5, -0.25, 0.75],
            "signal": [1, 0, 1],
            "target": [0.5, 0.5, 0.75],
            "said": [0.49, 0.51, 0.74],
            **{gate: [[0.9, 0.1], [0.2, 0.4], [1.0, 0.5]] for gate in "ifo"},
            "c": [[0.5, -0.5], [1.0, -2.0], [0.0, 0.1]],
        },
        "overfitting": {
            "widths": [1, 2, 8],
            "grid": [-3, 0, 3],
            "truth": [0, 1, 0],
            "points": [[0.0, 1.0]],
            "curves": [[0, 0, 0], [0, 1, 0], [9, 1, -9]],
            "seen": [0.3, 0.1, 0.0],
            "unseen": [0.4, 0.125, 0.2],
        },
        "playground": {
            "sets": {"moons": [[0.0, 0.5, 0], [0.5, 0.0, 1]]},
            "size": 4,
            "epochs": [0, 10],
            "runs": runs,
            "choices": {"set": ["moons"], "curve": ["tanh"], "width": ["8"], "depth": ["1", "2"]},
        },
    }


@pytest.fixture
def page_of(tmp_path: Path, data: dict[str, Any]) -> Any:
    def write(name: str) -> Path:
        static = DOCS / "_static"
        scripts = "".join(
            f'<script defer src="{(static / "pieces" / f"{script}.js").as_uri()}"></script>'
            for script in ["shared", *NAMES]
        )
        page = tmp_path / f"{name}.html"
        page.write_text(
            "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f'<link rel=stylesheet href="{(static / "pieces.css").as_uri()}">{scripts}'
            f"{piece(name, data.get(name)).data}"
        )
        return page

    return write


def number(text: str, pattern: str) -> float:
    """The number that stands for # in the pattern."""
    found = re.search(re.escape(pattern).replace(r"\#", r"(−?[\d.]+)"), text)
    assert found, (text, pattern)
    return float(found[1].replace("−", "-"))


def wait_for(page: Any, element: str, text: str) -> None:
    page.wait_for_function(
        f"document.querySelector('{element} .formula').textContent.includes('{text}')", timeout=20_000
    )


def slide(page: Any, label: str, value: float) -> None:
    page.get_by_label(label, exact=True).first.evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }", value
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [400, 1000])
def test_it_loads_and_fits(running: Any, page_of: Any, name: str, width: int) -> None:
    with opened(running, page_of(name), width) as page:
        element = page.locator(f"pynn-{name}")
        assert element.get_attribute("data-ready") == "yes"
        assert "needs a browser with scripts" not in element.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert element.evaluate(WITHOUT_NAME) == 0


def test_the_neuron_computes_and_follows_the_mouse(running: Any, page_of: Any) -> None:
    with opened(running, page_of("neuron")) as page:
        text = page.locator("pynn-neuron .formula")
        for label, value in [
            ("weight w₁", 2.0),
            ("weight w₂", -1.0),
            ("bias b", 0.5),
            ("input x₁", 0.5),
            ("input x₂", 1.5),
        ]:
            slide(page, label, value)
        z = 2.0 * 0.5 - 1.5 + 0.5
        assert number(text.inner_text(), "= #,") == pytest.approx(z, abs=0.005)
        assert number(text.inner_text(), "σ(z) = #") == pytest.approx(
            pynn.tensor(z).sigmoid().item(), abs=5e-4
        )
        box = page.locator("pynn-neuron svg").bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.1)
        assert float(page.get_by_label("input x₁", exact=True).input_value()) > 1.5
        page.get_by_label("bias b", exact=True).focus()
        before = text.inner_text()
        page.keyboard.press("ArrowRight")
        assert text.inner_text() != before


def test_activations_are_those_of_pynn(running: Any, page_of: Any) -> None:
    at = np.linspace(-5, 5, 101)
    with opened(running, page_of("activation")) as page:
        theirs = page.evaluate(
            "at => Object.fromEntries(Object.entries(pynnPieces.activations).map("
            "([name, [, f, d]]) => [name, [at.map(f), at.map(d)]]))",
            at.tolist(),
        )
        for name, (values, slopes) in theirs.items():
            z = pynn.tensor(at, dtype=pynn.float64, requires_grad=True)
            a = getattr(F, name)(z)
            a.sum().backward()
            np.testing.assert_allclose(values, a.detach().numpy(), atol=1e-9, err_msg=name)
            np.testing.assert_allclose(slopes, z.grad.numpy(), atol=1e-9, err_msg=name)
        page.get_by_label("function", exact=True).select_option("gelu")
        slide(page, "z", -0.8)
        shown = page.locator("pynn-activation .formula").inner_text()
        assert number(shown, ") = #,") == pytest.approx(F.gelu(pynn.tensor(-0.8)).item(), abs=1e-4)


RULES = {
    "SGD": lambda p: optim.SGD(p, lr=0.03),
    "momentum": lambda p: optim.SGD(p, lr=0.03, momentum=0.9),
    "AdaGrad": lambda p: optim.Adagrad(p, lr=0.03),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.03),
    "Adam": lambda p: optim.Adam(p, lr=0.03),
}
SURFACES = {
    "ravine": lambda x, y: 0.5 * (x * x + 25 * y * y),
    "saddle": lambda x, y: 0.25 * y**4 + 0.5 * x * x - y * y + 1,
}


def test_the_race_is_run_by_the_rules_of_pynn(running: Any, page_of: Any) -> None:
    with opened(running, page_of("race")) as page:
        for surface, height in SURFACES.items():
            for rule, make in RULES.items():
                p = nn.Parameter(pynn.tensor([-1.2, 0.9], dtype=pynn.float64))
                optimizer = make([p])
                for _ in range(25):
                    optimizer.zero_grad()
                    height(p[0], p[1]).backward()
                    optimizer.step()
                path = page.evaluate(f"pynnPieces.race('{surface}', '{rule}', [-1.2, 0.9], 0.03, 25)")
                np.testing.assert_allclose(
                    path[-1], p.detach().numpy(), rtol=1e-9, err_msg=f"{surface} {rule}"
                )
        page.get_by_label("surface", exact=True).select_option("saddle")
        page.get_by_role("button", name="race").click()
        box = page.locator("pynn-race svg").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
        wait_for(page, "pynn-race", "after 60 steps")


def test_backpropagation_steps_by_key_and_by_click(running: Any, page_of: Any) -> None:
    a, b, c = (pynn.tensor(v, requires_grad=True) for v in (3.0, -2.0, 4.0))
    (a * b + c).square().backward()
    with opened(running, page_of("backprop")) as page:
        for name, value in [("a", 3.0), ("b", -2.0), ("c", 4.0)]:
            slide(page, name, value)
        page.locator("pynn-backprop").focus()
        for _ in range(8):
            page.keyboard.press("ArrowRight")
        shown = page.locator("pynn-backprop .formula").inner_text()
        assert shown.startswith("∂f/∂b")
        assert float(shown.rsplit("= ", 1)[1].replace("−", "-")) == b.grad.item()
        page.get_by_role("button", name="all").click()
        gradients = page.locator("pynn-backprop text.gradient").all_text_contents()
        assert [float(g.replace("−", "-")) for g in gradients[:3]] == [
            a.grad.item(),
            b.grad.item(),
            c.grad.item(),
        ]
        page.get_by_role("button", name="back").click()
        assert page.locator("pynn-backprop text.gradient").nth(2).text_content() == ""


def test_the_convolution_is_that_of_pynn(running: Any, page_of: Any, data: dict[str, Any]) -> None:
    image = pynn.tensor(data["convolution"]["digits"][1]).reshape(1, 1, 8, 8)
    kernel = pynn.tensor([[-1.0, -2, -1], [0, 0, 0], [1, 2, 1]]).reshape(1, 1, 3, 3)
    expected = F.conv2d(image, kernel)[0, 0].numpy()
    with opened(running, page_of("convolution")) as page:
        page.get_by_label("kernel", exact=True).select_option("horizontal")
        page.get_by_label("digit", exact=True).select_option("1")
        for step in (0, 13, 35):
            slide(page, "step", step)
            shown = page.locator("pynn-convolution .formula").inner_text()
            value = float(re.split(r"[=:] ", shown)[-1].replace("−", "-"))
            assert value == pytest.approx(expected.flat[step], abs=0.006)
        page.get_by_role("button", name="back").click()
        assert page.get_by_label("step", exact=True).input_value() == "34"


def test_the_playground_shows_what_was_chosen(running: Any, page_of: Any) -> None:
    with opened(running, page_of("playground")) as page:
        text = page.locator("pynn-playground .formula")
        assert text.inner_text() == "epoch 10: loss 0.100, 90 % right"
        page.get_by_label("hidden layers", exact=True).select_option("2")
        assert text.inner_text() == "epoch 10: loss 0.200, 90 % right"
        page.get_by_label("time", exact=True).focus()
        page.keyboard.press("ArrowLeft")
        assert text.inner_text() == "epoch 0: loss 0.700, 50 % right"
        page.get_by_role("button", name="train").click()
        wait_for(page, "pynn-playground", "epoch 10")


def test_attention_names_where_a_position_looks(running: Any, page_of: Any) -> None:
    with opened(running, page_of("attention")) as page:
        text = page.locator("pynn-attention .formula")
        assert text.inner_text().startswith(
            "position 1 writes “c” and looks at position 3, “c” (0.70), position 2"
        )
        page.get_by_label("position", exact=True).focus()
        page.keyboard.press("ArrowRight")
        assert text.inner_text().startswith("position 2 writes “b” and looks at position 2, “b” (1.00)")
        page.locator("pynn-attention rect.box").nth(2).click()
        assert text.inner_text().startswith("position 3 writes “a” and looks at position 1, “a” (0.60)")


def test_the_gates_are_those_of_the_step(running: Any, page_of: Any) -> None:
    with opened(running, page_of("gates")) as page:
        text = page.locator("pynn-gates .formula")
        assert text.inner_text() == (
            "step 0 (signal): to remember 0.50, said 0.49; on average the cells write 0.50 and keep 0.50"
        )
        page.get_by_label("step", exact=True).focus()
        page.keyboard.press("ArrowRight")
        assert text.inner_text() == (
            "step 1: to remember 0.50, said 0.51; on average the cells write 0.30 and keep 0.30"
        )
        box = page.locator("pynn-gates svg").first.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 50)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + 50)
        page.mouse.up()
        assert text.inner_text().startswith("step 2 (signal)")


def test_the_dial_names_both_errors(running: Any, page_of: Any) -> None:
    with opened(running, page_of("overfitting")) as page:
        text = page.locator("pynn-overfitting .formula")
        assert text.inner_text().startswith(
            "width 8: error 0.000 on the points it has seen, 0.200 on new ones"
        )
        page.get_by_label("width", exact=True).focus()
        page.keyboard.press("ArrowLeft")
        assert text.inner_text().startswith("width 2: error 0.100")


def test_a_drawn_digit_is_read_by_the_same_network(
    running: Any, page_of: Any, data: dict[str, Any], reader: nn.Sequential
) -> None:
    digits, _ = pynn.data.load_digits(images=True)
    with opened(running, page_of("drawing")) as page:
        for k in range(5):
            pixels = digits[k] / 16
            theirs = page.evaluate(
                "([data, pixels]) => pynnPieces.classify(data, Float32Array.from(pixels))",
                [data["drawing"], pixels.flatten().tolist()],
            )
            with pynn.no_grad():
                ours = reader(pixels[None]).softmax(-1)[0].numpy()
            np.testing.assert_allclose(theirs, ours, atol=2e-3)
        sheet, text = page.locator("canvas.sheet"), page.locator("pynn-drawing .formula")
        assert text.inner_text() == "Draw a digit."
        box = sheet.bounding_box()
        page.mouse.move(box["x"] + 90, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 90, box["y"] + 160, steps=8)
        page.mouse.up()
        assert re.fullmatch(r"This is a \d, with \d+ %\.", text.inner_text())
        page.get_by_role("button", name="clear").click()
        assert text.inner_text() == "Draw a digit."
        sheet.focus()
        for key in ["Space", "ArrowDown", "ArrowDown", "ArrowDown"]:
            page.keyboard.press(key)
        assert text.inner_text().startswith("This is a")


def test_data_cannot_end_the_script() -> None:
    html = piece("x", {"text": "</script><b>"}).data
    inside = re.search(r'<script type="application/json">(.*?)</script>', html)
    assert inside
    assert json.loads(inside[1]) == {"text": "</script><b>"}
