"""RNN, LSTM, GRU and their cells against PyTorch, over all options, with all gradients."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import nn
from pynn.nn.utils.rnn import PackedSequence, pack_padded_sequence, pack_sequence, pad_packed_sequence

rng = np.random.default_rng(0)

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("RNN", {}),
    ("RNN", {"nonlinearity": "relu"}),
    ("LSTM", {}),
    ("LSTM", {"proj_size": 3}),
    ("GRU", {}),
]
by_kind = pytest.mark.parametrize(("name", "options"), KINDS, ids=str)


def pair(name: str, *sizes: int, dtype: str = "float64", **options: Any) -> tuple[Any, Any]:
    """A layer, and PyTorch's with the same weights."""
    theirs = getattr(torch.nn, name)(*sizes, dtype=getattr(torch, dtype), **{"batch_first": True, **options})
    ours = getattr(nn, name)(*sizes, dtype=getattr(pynn, dtype), **options)
    ours.load_state_dict({k: pynn.from_numpy(v.numpy().copy()) for k, v in theirs.state_dict().items()})
    return ours, theirs


def both(*shape: int, dtype: Any = np.float64) -> tuple[Any, Any]:
    array = rng.standard_normal(shape).astype(dtype)
    return pynn.from_numpy(array.copy()).requires_grad_(), torch.tensor(array, requires_grad=True)


def flat(value: Any) -> list[Any]:
    """The tensors of nested tuples; of a packed sequence, its data."""
    if isinstance(value, (PackedSequence, torch.nn.utils.rnn.PackedSequence)):
        return [value.data]
    return [t for v in value for t in flat(v)] if isinstance(value, tuple) else [value]


def agree(got: Any, want: Any, rtol: float = 1e-9) -> None:
    for a, b in zip(flat(got), flat(want), strict=True):
        assert tuple(a.shape) == tuple(b.shape)
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=rtol, atol=rtol)


def agree_backward(ours: Any, theirs: Any, got: Any, want: Any, inputs: list[tuple[Any, Any]]) -> None:
    """Every output gets a gradient; those of the inputs and weights agree."""
    agree(got, want)
    total, other = 0, 0
    for a, b in zip(flat(got), flat(want), strict=True):
        array = rng.standard_normal(tuple(a.shape))
        total = total + (a * pynn.from_numpy(array.copy())).sum()
        other = other + (b * torch.tensor(array)).sum()
    total.backward()
    other.backward()
    for a, b in inputs:
        agree(a.grad, b.grad)
    named = dict(theirs.named_parameters())
    for key, parameter in ours.named_parameters():
        agree(parameter.grad, named[key].grad)


def states(name: str, *shape: int, out: int) -> list[tuple[Any, Any]]:
    sizes = [out, shape[-1]][: 2 if name == "LSTM" else 1]
    return [both(*shape[:-1], size) for size in sizes]


def as_hx(pairs: list[tuple[Any, Any]], side: int) -> Any:
    return tuple(p[side] for p in pairs) if len(pairs) > 1 else pairs[0][side]


@by_kind
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("given", [False, True])
def test_over_all_options(
    name: str, options: Any, layers: int, bidirectional: bool, bias: bool, batch_first: bool, given: bool
) -> None:
    settings = {
        "num_layers": layers,
        "bidirectional": bidirectional,
        "bias": bias,
        "batch_first": batch_first,
    }
    ours, theirs = pair(name, 4, 5, **options, **settings)
    x = both(3, 6, 4)
    first = states(
        name, layers * (1 + bidirectional), 3 if batch_first else 6, 5, out=options.get("proj_size", 5)
    )
    hx = [as_hx(first, side) if given else None for side in (0, 1)]
    got, want = ours(x[0], hx[0]), theirs(x[1], hx[1])
    agree_backward(ours, theirs, got, want, [x, *(first if given else [])])


@by_kind
@pytest.mark.parametrize(
    "sizes", [(1, 1, 1, 2), (17, 40, 70, 9), (5, 33, 7, 3), (64, 128, 20, 1), (3, 16, 2, 5)]
)
def test_over_sizes(name: str, options: Any, sizes: tuple[int, int, int, int]) -> None:
    """Whole and partial vectors and tiles, and steps too few to pack a weight for."""
    features, hidden, n, steps = sizes
    if options.get("proj_size", 0) >= hidden:
        return
    ours, theirs = pair(name, features, hidden, **options)
    x = both(n, steps, features)
    agree_backward(ours, theirs, ours(x[0]), theirs(x[1]), [x])


@by_kind
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("batch_first", [True, False])
def test_packed(name: str, options: Any, bidirectional: bool, batch_first: bool) -> None:
    lengths = [3, 7, 1, 7, 5]
    ours, theirs = pair(name, 4, 5, 2, bidirectional=bidirectional, batch_first=batch_first, **options)
    x = both(*((5, 7) if batch_first else (7, 5)), 4)
    first = states(name, 2 * (1 + bidirectional), 5, 5, out=options.get("proj_size", 5))
    packed = pack_padded_sequence(x[0], lengths, batch_first, enforce_sorted=False)
    other = torch.nn.utils.rnn.pack_padded_sequence(x[1], lengths, batch_first, enforce_sorted=False)
    agree(packed, other)
    np.testing.assert_array_equal(packed.batch_sizes.numpy(), other.batch_sizes.numpy())
    got, want = ours(packed, as_hx(first, 0)), theirs(other, as_hx(first, 1))
    agree_backward(ours, theirs, got, want, [x, *first])


@by_kind
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("batch_first", [True, False])
def test_lengths_are_packing_and_padding(
    name: str, options: Any, bidirectional: bool, batch_first: bool
) -> None:
    lengths = [3, 6, 1, 5]
    ours, theirs = pair(name, 4, 5, bidirectional=bidirectional, batch_first=batch_first, **options)
    x = both(*((4, 8) if batch_first else (8, 4)), 4)
    rnn = torch.nn.utils.rnn
    other = rnn.pack_padded_sequence(x[1], lengths, batch_first, enforce_sorted=False)
    y, last = theirs(other)
    padded = rnn.pad_packed_sequence(y, batch_first, total_length=8)[0]
    agree_backward(ours, theirs, ours(x[0], lengths=pynn.tensor(lengths)), (padded, last), [x])


@by_kind
def test_one_sequence_without_a_batch(name: str, options: Any) -> None:
    for batch_first in (True, False):
        ours, theirs = pair(name, 4, 5, 2, batch_first=batch_first, **options)
        x, first = both(6, 4), states(name, 2, 5, out=options.get("proj_size", 5))
        got, want = ours(x[0], as_hx(first, 0)), theirs(x[1], as_hx(first, 1))
        agree_backward(ours, theirs, got, want, [x, *first])


@by_kind
@pytest.mark.filterwarnings("ignore:LSTM with projections")  # torch tells that it is slow there
def test_float32_agrees_to_one_in_100000(name: str, options: Any) -> None:
    ours, theirs = pair(name, 8, 32, 2, dtype="float32", bidirectional=True, **options)
    x = rng.standard_normal((4, 11, 8)).astype(np.float32)
    agree(ours(pynn.from_numpy(x)), theirs(torch.tensor(x)), rtol=1e-5)


@by_kind
def test_only_some_outputs_have_a_gradient(name: str, options: Any) -> None:
    ours, theirs = pair(name, 3, 4, **options)
    x = both(2, 5, 3)
    for part in (0, 1):
        for layer, input in ((ours, x[0]), (theirs, x[1])):
            layer.zero_grad()
            input.grad = None
            flat(layer(input))[part].sum().backward()
        agree(x[0].grad, x[1].grad)
        agree(ours.weight_hh_l0.grad, theirs.weight_hh_l0.grad)


@by_kind
def test_results_do_not_depend_on_the_number_of_threads(name: str, options: Any) -> None:
    before = pynn.get_num_threads()
    results = []
    # Few sequences, whose units are shared; many, each with a thread of its own; two directions.
    cases = [
        (pynn.randn(n, t, 16), getattr(nn, name)(16, h, bidirectional=two, **options))
        for n, t, h, two in ((2, 5, 300, False), (33, 9, 65, False), (9, 9, 65, True))
    ]
    try:
        for threads in (1, 2, 3):
            pynn.set_num_threads(threads)
            found = []
            for x, layer in cases:
                layer.zero_grad()
                y = layer(x)
                sum((t * t).sum() for t in flat(y)).backward()
                found += [t.detach().numpy() for t in flat(y)] + [p.grad.numpy() for p in layer.parameters()]
            results.append([array.copy() for array in found])
    finally:
        pynn.set_num_threads(before)
    for other in results[1:]:
        for a, b in zip(results[0], other, strict=True):
            np.testing.assert_array_equal(a, b)


@by_kind
@pytest.mark.parametrize("bidirectional", [False, True])
def test_gradients_of_gradients(name: str, options: Any, bidirectional: bool) -> None:
    if options.get("nonlinearity") == "relu":
        pynn.manual_seed(3)
    layer = getattr(nn, name)(
        2,
        3 if not options.get("proj_size") else 4,
        dtype=pynn.float64,
        bidirectional=bidirectional,
        **options,
    )
    x = pynn.randn(2, 3, 2, dtype=pynn.float64)
    packed = pack_padded_sequence(x, [3, 2])
    weights = list(layer.parameters())

    def run(data: Any, *_: Any) -> tuple[Any, ...]:
        return tuple(flat(layer(PackedSequence(data, packed.batch_sizes))))

    data = packed.data.detach().requires_grad_()
    assert pynn.autograd.gradcheck(run, (data, *weights))
    assert pynn.autograd.gradgradcheck(run, (data, *weights))


def test_second_derivatives_agree_with_pytorch() -> None:
    ours, theirs = pair("GRU", 3, 4)
    x = both(2, 5, 3)
    (a,) = pynn.autograd.grad([ours(x[0])[0].sum()], [x[0]], create_graph=True)
    (b,) = torch.autograd.grad([theirs(x[1])[0].sum()], [x[1]], create_graph=True)
    (a * a).sum().backward()
    (b * b).sum().backward()
    agree(x[0].grad, x[1].grad)
    agree(ours.weight_hh_l0.grad, theirs.weight_hh_l0.grad)


@pytest.mark.parametrize(("name", "options"), [k for k in KINDS if not k[1].get("proj_size")], ids=str)
@pytest.mark.parametrize("batch", [(3,), ()])
def test_cells(name: str, options: Any, batch: tuple[int, ...]) -> None:
    for bias in (True, False):
        theirs = getattr(torch.nn, f"{name}Cell")(4, 5, bias=bias, dtype=torch.float64, **options)
        ours = getattr(nn, f"{name}Cell")(4, 5, bias=bias, dtype=pynn.float64, **options)
        ours.load_state_dict({k: pynn.from_numpy(v.numpy().copy()) for k, v in theirs.state_dict().items()})
        x, first = both(*batch, 4), states(name, *batch, 5, out=5)
        agree(ours(x[0]), theirs(x[1]))
        once, other = ours(x[0], as_hx(first, 0)), theirs(x[1], as_hx(first, 1))
        agree_backward(ours, theirs, ours(x[0], once), theirs(x[1], other), [x, *first])


def test_dropout_acts_between_layers_in_training_alone() -> None:
    layer = nn.LSTM(3, 4, num_layers=2, dropout=0.5)
    x = pynn.randn(2, 5, 3)
    assert not np.array_equal(layer(x)[0].detach().numpy(), layer(x)[0].detach().numpy())
    layer.eval()
    agree(layer(x), layer(x))
    one = nn.LSTM(3, 4, dropout=0.5)
    agree(one(x), one(x))
    layer.train()
    layer.dropout = 1.0  # nothing reaches the second layer: all steps of all sequences look the same to it
    y = layer(x)[0].detach().numpy()
    np.testing.assert_array_equal(y[0], y[1])


@pytest.mark.filterwarnings("ignore:LSTM with projections")
def test_pytorchs_saved_weights_give_its_output(tmp_path: Any) -> None:
    save_file = pytest.importorskip("safetensors.torch").save_file
    for name, options in KINDS:
        theirs = getattr(torch.nn, name)(5, 6, 2, bidirectional=True, batch_first=True, **options)
        save_file(theirs.state_dict(), tmp_path / "layer.safetensors")
        ours = getattr(nn, name)(None, 6, 2, bidirectional=True, **options)
        ours.load_state_dict(pynn.load(tmp_path / "layer.safetensors"))
        assert ours.input_size == 5
        x = rng.standard_normal((3, 7, 5)).astype(np.float32)
        agree(ours(pynn.from_numpy(x)), theirs(torch.tensor(x)), rtol=1e-5)


@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_the_input_size_is_learned_from_the_first_input(name: str) -> None:
    layer = getattr(nn, name)(None, 4, 2)
    optimizer = pynn.optim.SGD(layer.parameters(), lr=0.1)
    layer(pack_sequence([pynn.ones(3, 7), pynn.ones(2, 7)]))
    assert (layer.input_size, layer.weight_ih_l0.shape[1]) == (7, 7)
    layer(pynn.ones(2, 3, 7))[0].sum().backward()
    optimizer.step()
    cell = getattr(nn, f"{name}Cell")(None, 4)
    cell(pynn.ones(2, 7))
    assert cell.input_size == 7


@by_kind
def test_a_recorded_step_trains_as_an_eager_one(name: str, options: Any) -> None:
    def train(compiled: bool) -> np.ndarray:
        pynn.manual_seed(0)
        layer, head = getattr(nn, name)(6, 8, bidirectional=True, **options), nn.Linear(None, 5)
        head.build((None, 2 * options.get("proj_size", 8)))
        optimizer = pynn.optim.Adam([*layer.parameters(), *head.parameters()], lr=1e-2)

        def step(x: Any, y: Any) -> Any:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(head(layer(x)[0]).flatten(0, 1), y)
            loss.backward()
            optimizer.step()
            return loss

        run = pynn.compile(step) if compiled else step
        x, y = pynn.randn(4, 7, 6), pynn.randint(0, 5, (28,))
        return np.array([run(x * (k + 1), y).item() for k in range(8)])

    np.testing.assert_array_equal(train(True), train(False))


def test_nothing_in_the_padding_reaches_a_result() -> None:
    layer = nn.GRU(3, 4, bidirectional=True)
    x = pynn.randn(2, 6, 3)
    x[1, 2:] = float("nan")
    y, h = layer(x, lengths=[6, 2])
    (y.sum() + h.sum()).backward()
    assert np.isfinite(y.detach().numpy()).all()
    assert all(np.isfinite(p.grad.numpy()).all() for p in layer.parameters())
    np.testing.assert_array_equal(y[1, 2:].detach().numpy(), 0)


def test_strange_layouts_of_the_input() -> None:
    ours, theirs = pair("LSTM", 4, 5)
    x, z = both(8, 6, 4)
    views = [
        (x[::2], z[::2]),
        (x.flip(1), z.flip(1)),
        (x.transpose(0, 1), z.transpose(0, 1)),
        (x[:1].expand(3, 6, 4), z[:1].expand(3, 6, 4)),
    ]
    for a, b in views:
        agree(ours(a), theirs(b))


def test_padding_and_packing_are_inverse() -> None:
    sequences = [pynn.randn(n, 2) for n in (3, 5, 1)]
    packed = pack_sequence(sequences, enforce_sorted=False)
    padded, lengths = pad_packed_sequence(packed, padding_value=-1.0, total_length=6)
    assert (lengths.tolist(), tuple(padded.shape)) == ([3, 5, 1], (3, 6, 2))
    for k, one in enumerate(sequences):
        np.testing.assert_array_equal(padded[k, : one.shape[0]].numpy(), one.numpy())
        assert (padded[k, one.shape[0] :] == -1).all()
    for one, other in zip(nn.utils.rnn.unpack_sequence(packed), sequences, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())
    left = nn.utils.rnn.pad_sequence(sequences, padding_side="left", batch_first=False)
    assert left.shape == (5, 3, 2)
    assert (left[:4, 2] == 0).all()


def test_every_step_weighs_as_much_as_the_definition_says() -> None:
    """All four gates of an LSTM, by itertools, not by PyTorch: c is f c + i g and h is o tanh(c)."""
    layer = nn.LSTM(1, 1, bias=False, dtype=pynn.float64)
    sigma = lambda a: 1 / (1 + np.exp(-a))  # noqa: E731
    for signs in itertools.product((-1.0, 2.0), repeat=4):
        layer.load_state_dict(
            {
                "weight_ih_l0": pynn.tensor([[s] for s in signs], dtype=pynn.float64),
                "weight_hh_l0": pynn.tensor([[0.5 * s] for s in signs], dtype=pynn.float64),
            }
        )
        h = c = 0.0
        for x in (1.0, -0.5, 0.25):
            i, f, g, o = (s * (x + 0.5 * h) for s in signs)
            c = sigma(f) * c + sigma(i) * np.tanh(g)
            h = sigma(o) * np.tanh(c)
        y, _ = layer(pynn.tensor([[[1.0], [-0.5], [0.25]]], dtype=pynn.float64))
        assert y[0, -1, 0].item() == pytest.approx(h, rel=1e-12)
