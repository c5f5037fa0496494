"""The drawing of a trace, and the page that steps through it, in headless Chromium."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET

import pytest
from chromium import evaluate

import pynn
from pynn import nn
from pynn.nn import functional as F
from pynn.tracing import graph, page
from pynn.tracing.layout import layered

pytest.importorskip("fast_sugiyama", reason="fast-sugiyama, which lays out graphs, is not installed")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def traced():
    pynn.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    optimizer = pynn.optim.SGD(model.parameters(), lr=0.1)
    x, y = pynn.randn(5, 3), pynn.tensor([0, 1, 0, 1, 1])
    with pynn.trace() as t:
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return t


# ---- the layout ------------------------------------------------------------------------------------------


def test_layers_go_down_and_boxes_do_not_overlap():
    sizes = [(80.0, 40.0), (120.0, 30.0), (60.0, 40.0), (90.0, 40.0), (100.0, 40.0), (70.0, 20.0)]
    edges = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3), (3, 4), (0, 4)]
    layout = layered(sizes, edges)
    for (a, b), route in zip(edges, layout.routes, strict=True):
        assert layout.centres[a][1] < layout.centres[b][1]
        assert route[0] == layout.centres[a]
        assert route[-1] == layout.centres[b]
        assert [p[1] for p in route] == sorted(p[1] for p in route)
    assert len(layout.routes[6]) > 2, "a long edge is led around the boxes between its ends"
    for i in range(6):
        (x, y), (w, h) = layout.centres[i], sizes[i]
        assert w / 2 <= x <= layout.width - w / 2
        assert h / 2 <= y <= layout.height - h / 2
        for j in range(i):
            (u, v), (k, m) = layout.centres[j], sizes[j]
            assert abs(x - u) >= (w + k) / 2 or abs(y - v) >= (h + m) / 2


def test_without_the_library_the_error_says_what_to_install(monkeypatch, traced):
    monkeypatch.setitem(sys.modules, "fast_sugiyama", None)
    with pytest.raises(ImportError, match=r"pip install 'pynn-learn\[viz\]'"):
        traced.svg()
    assert "<table" in traced._repr_html_()


# ---- the drawing -----------------------------------------------------------------------------------------


def test_a_box_for_each_op_and_source_and_an_arrow_for_each_use(traced, tmp_path):
    root = ET.fromstring(traced.svg(tmp_path / "graph.svg"))
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8").startswith("<svg")
    boxes = {g.get("id"): g for g in root.iter(f"{SVG}g")}
    assert {f"event-{event.index}" for event in traced.events} <= set(boxes)
    names = [text.text for text in boxes["event-0"].iter(f"{SVG}text")]
    assert names == ["linear", "(5, 4)", "model.0"]
    kinds = [box.get("class") for box in boxes.values()]
    assert kinds.count("box parameter") == 4
    edges = [
        (path.get("data-from"), path.get("data-to"))
        for path in root.iter(f"{SVG}path")
        if path.get("data-to")
    ]
    assert ("event-0", "event-1") in edges
    assert ("event-1", "event-2") in edges
    assert len(edges) == len(set(edges)) == len(graph.boxes_and_edges(traced)[1])
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc").text.startswith(f"{len(traced.events)} operations over 6 inputs")


def test_an_empty_trace_is_an_empty_drawing():
    with pynn.trace() as t:
        pass
    ET.fromstring(t.svg())


def test_signs_of_xml_in_names():
    x = pynn.ones(2)
    with pynn.trace() as t:
        pynn.less(x, 1)
    assert "&lt;" in t.svg()
    ET.fromstring(t.svg())


# ---- the page --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(traced, tmp_path_factory):
    return traced.html(tmp_path_factory.mktemp("page") / "trace.html")


def test_the_page_is_one_file_without_links(written):
    text = written.read_text(encoding="utf-8")
    assert len(text) < 300_000
    assert re.findall(r"""(?:src|href)\s*=\s*["'][^"']+""", text) == []
    assert re.findall(r"url\((?!#)", text) == []
    assert "/*STYLE*/" not in text
    assert "/*DATA*/" not in text
    assert "<h1>" in text
    assert 'lang="en"' in text


def test_every_step_is_there(traced):
    content = page.content(traced)["steps"]
    kinds = [step["kind"] for step in content]
    backward = len(traced.backward())
    assert kinds.count("forward") + backward + 1 == len(kinds) == len(traced.steps)
    assert kinds[-1] == "optimizer"
    assert content[0]["path"] == "model.0 (Linear)"
    assert content[0]["outputs"][0]["numbers"]["shape"] == "(5, 4)"


def test_strange_numbers_are_text():
    x = pynn.tensor([float("nan"), float("inf"), 1.0])
    with pynn.trace() as t:
        x * 1
    rows = page.content(t)["steps"][0]["outputs"][0]["numbers"]["rows"]
    assert rows == [["nan", "inf", 1.0]]


def test_stepping_with_keys_and_mouse(written, tmp_path, traced):
    answer = evaluate(
        written,
        """
        const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
        const seen = () => ({
          count: document.getElementById("count").textContent,
          head: document.querySelector("#panel h2").textContent,
          now: [...document.querySelectorAll(".now")].map((box) => box.id),
          text: document.getElementById("panel").textContent,
          hot: document.querySelectorAll(".edge.hot").length,
        });
        const all = {first: seen()};
        press("ArrowRight"); all.second = seen();
        press("End"); all.last = seen();
        press("ArrowRight"); all.beyond = seen();
        press("b"); all.turn = seen();
        press("ArrowLeft"); all.before = seen();
        press("Home"); all.home = seen();
        document.getElementById("next").click(); all.clicked = seen();
        const slider = document.getElementById("slider");
        slider.value = 0; slider.dispatchEvent(new Event("input")); all.slid = seen();
        document.querySelector("#event-1 rect").dispatchEvent(new MouseEvent("click", {bubbles: true}));
        all.box = seen();
        press("d"); all.dark = document.documentElement.dataset.theme;
        press("d"); all.light = document.documentElement.dataset.theme;
        return all;
        """,
        tmp_path,
    )
    total = len(traced.steps)
    assert answer["first"]["count"] == f"1 of {total}"
    assert answer["first"]["head"] == "forwardlinear"
    assert answer["first"]["now"] == ["event-0"]
    assert answer["first"]["hot"] == 3
    assert answer["second"]["head"] == "forwardtanh"
    assert answer["last"]["head"] == "optimizerSGD.step"
    assert "model.0.weight before" in answer["last"]["text"]
    assert answer["beyond"]["count"] == answer["last"]["count"] == f"{total} of {total}"
    assert answer["turn"]["head"].startswith("backward")
    assert answer["before"]["head"].startswith("forward")
    assert answer["home"]["count"] == answer["slid"]["count"] == f"1 of {total}"
    assert answer["clicked"]["head"] == answer["box"]["head"] == "forwardtanh"
    assert {answer["dark"], answer["light"]} == {"dark", "light"}


def test_backward_shows_the_chain_rule_in_numbers(written, tmp_path, traced):
    place = next(
        k for k, s in enumerate(traced.steps) if s.kind == "backward" and traced.events[s.index].op == "tanh"
    )
    answer = evaluate(
        written,
        f"""
        const slider = document.getElementById("slider");
        slider.value = {place}; slider.dispatchEvent(new Event("input"));
        return {{
          titles: [...document.querySelectorAll("#panel .card h3")].map((title) => title.textContent),
          signs: [...document.querySelectorAll("#panel .sign")].map((sign) => sign.textContent),
          cells: [...document.querySelectorAll("#panel .card:last-child td")].map((cell) => cell.textContent),
          check: document.querySelector("#panel .check").textContent,
        }};
        """,
        tmp_path,
    )
    assert answer["titles"] == ["incoming: ∂/∂tanh1", "local derivative", "outgoing: ∂/∂x = linear0"]
    assert answer["signs"] == ["×", "="]
    visit = traced.events[1].backward[0]
    assert [float(cell) for cell in answer["cells"]] == pytest.approx(
        visit.outgoing[0][1].values.reshape(-1).tolist(), rel=1e-3, abs=1e-6
    )
    assert "differ by" in answer["check"]


def test_large_tensors_are_heat_maps_with_words(tmp_path):
    x = pynn.randn(50, 60)
    with pynn.trace() as t:
        x.exp()
    answer = evaluate(
        t.html(tmp_path / "large.html"),
        """
        const maps = [...document.querySelectorAll("table.map")];
        return maps.map((map) => [map.rows.length, map.rows[0].cells.length, map.getAttribute("role"),
                                  map.getAttribute("aria-label")]);
        """,
        tmp_path,
    )
    assert [m[:3] for m in answer] == [[24, 24, "img"]] * 2
    assert answer[1][3].startswith("heat map of a tensor of shape (50, 60): ")


def test_it_fits_a_narrow_screen(written, tmp_path):
    widths = evaluate(
        written, "return [document.documentElement.scrollWidth, innerWidth];", tmp_path, size="500,800"
    )
    assert widths[0] <= widths[1]


def test_nothing_ran(tmp_path):
    with pynn.trace() as t:
        pass
    text = evaluate(t.html(tmp_path / "empty.html"), "return document.body.textContent;", tmp_path)
    assert "Nothing ran in this trace." in text
