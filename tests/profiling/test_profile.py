"""model.profile: operations and bytes counted, times that add up, the bound that is met."""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import ops

import pynn
from pynn import nn
from pynn.profiling import Peak, flops, measured_peak
from pynn.profiling.profile import LayerProfile, Profile, Work, count

PEAK = Peak(flops=1e11, bytes={1 << 15: 4e10, 1 << 26: 1e10}, call=200.0)


def test_operations_of_a_network_are_those_of_the_formula():
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 6 * 6, 10))
    report = pynn.profiling.profile(model, pynn.randn(2, 3, 6, 6), repeats=2)
    n = 2
    convolution = 2 * n * 8 * 36 * 3 * 9 + n * 8 * 36
    linear = 2 * n * 10 * 288 + n * 10
    assert report["0"].forward.flops == convolution
    assert report["1"].forward.flops == n * 8 * 36
    assert report["2"].forward.flops == 0
    assert report["3"].forward.flops == linear
    assert report["3"].backward.flops == 2 * (2 * n * 10 * 288) + n * 10  # dx and dweight; dbias is a sum
    assert report["3"].forward.bytes == 4 * (n * 288 + 288 * 10 + 10 + n * 10)
    assert report["1"].backward.bytes == 4 * 2 * n * 8 * 36


@pytest.mark.parametrize("op", ops(), ids=lambda op: op.name)
def test_every_op_has_a_count(op):
    assert flops.known(op.name) in ("product", "moves") or flops.known(op.name) >= 1


def test_the_rules_are_about_ops_that_exist():
    names = {op.name for op in ops()}
    assert set(flops.PRODUCTS) <= names
    assert set(flops.PER_ELEMENT) <= names
    assert names >= flops.MOVES


@pytest.mark.parametrize(
    ("op", "shapes", "out", "want"),
    [
        ("matrix_product", {"a": (5, 2, 3), "b": (3, 4)}, (5, 2, 4), 2 * 5 * 2 * 3 * 4),
        ("linear", {"x": (7, 3), "weight": (4, 3)}, (7, 4), 2 * 7 * 3 * 4),
        ("add", {"a": (3, 1), "b": (4,)}, (3, 4), 12),
        ("sum", {"x": (3, 4)}, (), 12),
        ("softmax", {"x": (3, 4)}, (3, 4), 60),
        ("reshape", {"x": (3, 4)}, (12,), 0),
    ],
)
def test_counts(op, shapes, out, want):
    assert flops.forward_flops(op, shapes, out) == want


def test_attention_counts_pairs_of_a_query_and_a_key():
    n, heads, length, keys, e, v = 2, 3, 5, 7, 4, 6
    shapes = {"query": (n, heads, length, e), "key": (n, 1, keys, e), "value": (n, 1, keys, v)}
    out = (n, heads, length, v)
    pairs = n * heads * length * keys
    assert flops.forward_flops("attention", shapes, out) == pairs * (2 * e + 5 + 2 * v)
    assert flops.backward_flops("attention", shapes, out, [True, False, False]) == pairs * (6 * e + 4 * v + 7)
    causal = n * heads * (1 + 2 + 3 + 4 + 5)
    assert flops.forward_flops("attention", shapes, out, {"is_causal": True}) == causal * (2 * e + 5 + 2 * v)
    shapes["key"], shapes["value"] = (n, heads, 3, e), (n, heads, 3, v)  # queries 3 to 5 see all 3 keys
    seen = n * heads * (1 + 2 + 3 + 3 + 3)
    assert flops.forward_flops("attention", shapes, out, {"is_causal": True}) == seen * (2 * e + 5 + 2 * v)


@pytest.mark.parametrize("learns_input", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_a_recurrent_layer_counts_its_gates(bias, bidirectional, learns_input):
    n, t, features, h = 3, 5, 4, 6
    x = pynn.randn(n, t, features, requires_grad=learns_input)
    # by kind: gates, and operations by elements: each σ and tanh is 4, each sum and product of numbers 1
    for kind, gates, cell in [
        (nn.LSTM, 4, 4 + 12 + 4 + 3 + 4 + 1),
        (nn.GRU, 3, 2 + 8 + 2 + 4 + 3),
        (nn.RNN, 1, 5),
    ]:
        layer = kind(features, h, batch_first=True, bias=bias, bidirectional=bidirectional)
        report = layer.profile(x, backward=True, repeats=1)[""]
        steps = n * t * (1 + bidirectional)
        read, kept = 2 * gates * h * features, 2 * gates * h * h
        rest = cell * h + (2 * gates * h if bias else 0)
        assert report.forward.flops == steps * (read + kept + rest)
        # W_ih and W_hh each have a gradient, and so has h, and x if it learns
        assert report.backward.flops == steps * ((1 + learns_input) * read + 2 * kept + rest)


def test_a_projected_state_and_a_packed_batch():
    layer = nn.LSTM(3, 5, batch_first=True, proj_size=2)
    lengths = pynn.tensor([4, 2])
    packed = nn.utils.rnn.pack_padded_sequence(pynn.randn(2, 4, 3), lengths, batch_first=True)
    report = layer.eval().profile(packed, backward=False, repeats=1)[""]
    steps = 4 + 2
    assert report.forward.flops == steps * (2 * 20 * 3 + 2 * 20 * 2 + 2 * 5 * 2 + 28 * 5 + 2 * 20)


def test_the_profile_of_a_transformer_counts_its_attention():
    layer = nn.MultiheadAttention(8, 2, batch_first=True)
    x = pynn.randn(3, 5, 8)
    report = layer.profile(x, x, x, None, False, backward=False, repeats=1)
    attention = 3 * 2 * 5 * 5 * (2 * 4 + 5 + 2 * 4)
    products = 4 * (2 * 3 * 5 * 8 * 8 + 3 * 5 * 8)  # q, k, v and out, with their biases
    assert sum(part.forward.flops for part in report.layers) == attention + products


def test_a_bias_is_no_product_and_nothing_wanted_costs_nothing():
    shapes = {"x": (7, 3), "weight": (4, 3), "bias": (4,)}
    assert flops.backward_flops("linear", shapes, (7, 4), [False, True, True]) == 2 * 7 * 3 * 4 + 28
    assert flops.backward_flops("linear", shapes, (7, 4), [True, True, False]) == 2 * (2 * 7 * 3 * 4)
    assert flops.backward_flops("linear", shapes, (7, 4), [False, False, False]) == 0
    assert flops.backward_flops("relu", {"x": (3, 4)}, (3, 4), [True]) == 12


def test_the_bound_is_what_takes_longest():
    compute = LayerProfile("a", "Linear", Work(ns=2e6, flops=1e8, bytes=1e5, calls=1), peak=PEAK)
    memory = LayerProfile("b", "ReLU", Work(ns=4e6, flops=1e5, bytes=2e7, calls=1), peak=PEAK)
    overhead = LayerProfile("c", "ReLU", Work(ns=1e3, flops=10, bytes=80, calls=2), peak=PEAK)
    assert [layer.bound for layer in (compute, memory, overhead)] == ["compute", "memory", "overhead"]
    assert compute.share_of_peak == pytest.approx(1e6 / 2e6)
    assert memory.share_of_peak == pytest.approx(2e6 / 4e6)
    assert overhead.share_of_peak == pytest.approx(400 / 1000)
    assert LayerProfile("d", "Identity", peak=PEAK).bound == ""


def test_bandwidth_is_that_of_the_cache_that_holds_it():
    assert PEAK.bandwidth(1000) == 4e10
    assert PEAK.bandwidth(1 << 20) == 1e10
    assert PEAK.bandwidth(1 << 40) == 1e10


def test_what_the_machine_was_measured_to_do():
    peak = measured_peak()
    assert peak is measured_peak()
    assert 1e8 < peak.flops < 1e14
    assert all(1e8 < rate < 1e14 for rate in peak.bytes.values())
    assert 10 < peak.call < 1e6


def test_the_model_is_as_it_was():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    before = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    pynn.manual_seed(3)
    pynn.profiling.profile(model, pynn.ones(8, 3), repeats=1)
    after_profile = pynn.randn(2).tolist()
    pynn.manual_seed(3)
    assert pynn.randn(2).tolist() == after_profile
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[name])
    assert all(p.grad is None for p in model.parameters())
    assert model.training


def test_backward_is_part_of_it_while_training():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU())
    x = pynn.ones(8, 3)
    assert model.profile(x, repeats=1)["0"].backward.calls == 1
    assert model.eval().profile(x, repeats=1)["0"].backward.calls == 0
    assert model.profile(x, backward=True, repeats=1)["0"].backward.calls == 1


def test_layers_within_layers_and_the_model_itself():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = nn.Sequential(nn.Linear(3, 3), nn.Tanh())

        def forward(self, x):
            return self.block(x) + x

    report = Net().profile(pynn.ones(2, 3), repeats=1)
    assert [layer.path for layer in report.layers if layer.forward.calls] == ["block.0", "block.1", ""]
    assert report[""].kind == "Net"
    with pytest.raises(KeyError, match=r"no ops ran in 'head'; they ran in 'block.0'"):
        report["head"]


def test_times_add_up():
    report = nn.Sequential(nn.Linear(64, 64), nn.ReLU()).profile(pynn.ones(32, 64), repeats=3)
    assert report.seconds > 0
    assert all(layer.forward.ns > 0 for layer in report.layers)
    inside = sum(layer.ns for layer in report.layers) * 1e-9
    assert report.between == pytest.approx(max(0, report.seconds - inside))


def test_the_table(capsys):
    layers = [
        LayerProfile("0", "Linear", Work(2e6, 1e8, 1e5, 1), Work(4e6, 2e8, 2e5, 1), PEAK),
        LayerProfile("1", "ReLU", Work(1e3, 10, 80, 2), peak=PEAK),
    ]
    report = Profile(layers, 0.01, PEAK)
    text = str(report)
    for part in (
        "Linear",
        "2 ms",
        "4 ms",
        "60 %",
        "300 M",
        "300 KB",
        "50 %",
        "compute",
        "overhead",
        "between ops",
    ):
        assert part in text
    assert "100 GFLOP/s, 10.0 GB/s from main memory (40 from its caches), and 200 ns a call" in text
    report.show()
    assert capsys.readouterr().out.strip() == text
    assert report._repr_html_().count("<tr>") == 5
    assert repr(report) == text


def test_counts_in_words():
    assert [count(n) for n in (0, 999, 1234, 5.6e6, 7.89e9)] == ["0", "999", "1.23 k", "5.6 M", "7.89 G"]


@pytest.mark.parametrize("repeats", [0, -1, 1.5])
def test_how_often(repeats):
    with pytest.raises((TypeError, ValueError), match="profile: repeats must be an integer of 1 or more"):
        nn.Linear(1, 1).profile(pynn.ones(1, 1), repeats=repeats)
