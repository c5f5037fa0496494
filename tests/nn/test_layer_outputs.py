"""Every layer and activation module against PyTorch's of the same name: outputs and gradients."""

from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import nn

ACTIVATIONS = [
    ("ReLU", {}),
    ("ReLU6", {}),
    ("LeakyReLU", {}),
    ("LeakyReLU", {"negative_slope": 0.3}),
    ("ELU", {}),
    ("ELU", {"alpha": 0.5}),
    ("SELU", {}),
    ("CELU", {"alpha": 2.0}),
    ("GELU", {}),
    ("GELU", {"approximate": "tanh"}),
    ("SiLU", {}),
    ("Mish", {}),
    ("Sigmoid", {}),
    ("LogSigmoid", {}),
    ("Tanh", {}),
    ("Softplus", {}),
    ("Softplus", {"beta": 2.0, "threshold": 3.0}),
    ("Softsign", {}),
    ("Hardshrink", {"lambd": 0.7}),
    ("Softshrink", {"lambd": 0.7}),
    ("Tanhshrink", {}),
    ("Hardsigmoid", {}),
    ("Hardswish", {}),
    ("Hardtanh", {"min_val": -0.5, "max_val": 2.0}),
    ("Threshold", {"threshold": 0.1, "value": 20.0}),
    ("PReLU", {}),
    ("PReLU", {"num_parameters": 5, "init": 0.1}),
    ("Softmax", {"dim": 1}),
    ("Softmin", {"dim": -1}),
    ("LogSoftmax", {"dim": 1}),
    ("Flatten", {}),
    ("Flatten", {"start_dim": 0, "end_dim": 1}),
    ("Unflatten", {"dim": 1, "unflattened_size": (5, 1)}),
    ("Identity", {}),
]

LOSSES = ["mean", "sum", "none"]


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape) * 3


def both(ours: Any, theirs: Any, *inputs: np.ndarray) -> None:
    """Outputs and the gradients by every floating-point input and parameter agree."""
    xs, ts = [], []
    for values in inputs:
        floating = values.dtype == np.float64
        xs.append(pynn.tensor(values, pynn.float64 if floating else None, requires_grad=floating))
        ts.append(torch.tensor(values, requires_grad=floating))
    y, want = ours(*xs), theirs(*ts)
    np.testing.assert_allclose(y.detach().numpy(), want.detach().numpy(), rtol=1e-9, atol=1e-12)
    weights = np.random.default_rng(1).standard_normal(tuple(want.shape))
    (y * pynn.tensor(weights, pynn.float64)).sum().backward()
    (want * torch.tensor(weights)).sum().backward()
    pairs = [*zip(xs, ts, strict=True)]
    if isinstance(ours, nn.Module):
        pairs += [*zip(ours.parameters(), theirs.parameters(), strict=True)]
    for x, t in pairs:
        if t.requires_grad and t.grad is not None:
            # torch's hardsigmoid divides by a 6 that was rounded in float32
            np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), ACTIVATIONS)
def test_layers_are_those_of_torch(name: str, options: dict[str, Any]) -> None:
    ours, theirs = getattr(nn, name)(**options).double(), getattr(torch.nn, name)(**options).double()
    both(ours, theirs, numbers(4, 5))
    both(ours, theirs, numbers(2, 5, 3) if name != "Unflatten" else numbers(3, 5))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3), (0, 3)])
def test_linear(shape: tuple[int, ...], bias: bool) -> None:
    ours, theirs = nn.Linear(3, 5, bias=bias, dtype=pynn.float64), torch.nn.Linear(3, 5, bias=bias).double()
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    both(ours, theirs, numbers(*shape))


@pytest.mark.parametrize(
    ("shape", "hint"),
    [((32, 28, 28), r"x\.flatten\(1\)"), ((784, 2), r"x\.T"), ((4, 10), r"nn\.Linear\(10, 3\)")],
)
def test_linear_says_what_is_wrong(shape: tuple[int, ...], hint: str) -> None:
    with pytest.raises(pynn.ShapeError, match=rf"must be 784\. Did you mean {hint}"):
        nn.Linear(784, 3)(pynn.zeros(shape))


@pytest.mark.parametrize("sizes", [(-1, 2), (2, -1), (2.0, 2), (True, 2), (2, None)])
def test_linear_refuses_sizes(sizes: tuple[Any, Any]) -> None:
    with pytest.raises(ValueError, match="Linear: "):
        nn.Linear(*sizes)


@pytest.mark.parametrize("padding", [None, 2, -1])
@pytest.mark.parametrize("shape", [(), (6,), (3, 4), (0,)])
def test_embedding(shape: tuple[int, ...], padding: int | None) -> None:
    ours = nn.Embedding(5, 3, padding_idx=padding, dtype=pynn.float64)
    theirs = torch.nn.Embedding(5, 3, padding_idx=padding).double()
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    both(ours, theirs, np.random.default_rng(2).integers(0, 5, shape))
    if padding is not None:
        fresh = nn.Embedding(5, 3, padding_idx=padding).weight
        assert (fresh[padding] == 0).all()
        assert (fresh[1] != 0).all()


@pytest.mark.parametrize("options", [
    {"max_norm": 1.0}, {"max_norm": 0.8, "norm_type": 1.0, "padding_idx": 1}, {"max_norm": 1e9},
    {"scale_grad_by_freq": True}, {"scale_grad_by_freq": True, "padding_idx": -1, "max_norm": 1.0},
    {"sparse": True},
])  # fmt: skip
@pytest.mark.parametrize("shape", [(), (9,), (3, 4), (0,)])
def test_embedding_options(shape: tuple[int, ...], options: dict[str, Any]) -> None:
    ours = nn.Embedding(5, 3, dtype=pynn.float64, **options)
    theirs = torch.nn.Embedding(5, 3, **(options | {"sparse": False})).double()
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    before = ours.weight.detach().numpy().copy()
    both(ours, theirs, np.random.default_rng(2).integers(0, 4, shape))
    np.testing.assert_allclose(ours.weight.detach().numpy(), theirs.weight.detach().numpy(), rtol=1e-12)
    assert (ours.weight.detach().numpy()[4] == before[4]).all()  # it was not read
    given = nn.Embedding.from_pretrained(ours.weight.detach(), False, **options)
    assert repr(given) == repr(ours)


def test_embedding_of_given_rows() -> None:
    rows = pynn.randn(4, 3)
    layer = nn.Embedding.from_pretrained(rows)
    assert not layer.weight.requires_grad
    assert (layer(pynn.tensor([1, 3])) == rows[[1, 3]]).all()
    assert nn.Embedding.from_pretrained(rows, freeze=False).weight.requires_grad


def test_embedding_says_what_is_wrong() -> None:
    layer = nn.Embedding(5, 3)
    with pytest.raises(IndexError, match="5"):
        layer(pynn.tensor([0, 5]))
    with pytest.raises(pynn.DTypeError, match=r"long\(\)"):
        layer(pynn.zeros(2))
    with pytest.raises(ValueError, match="padding_idx=7 is not one of the 5 rows"):
        nn.Embedding(5, 3, padding_idx=7)
    with pytest.raises(ValueError, match="num_embeddings must be an integer"):
        nn.Embedding(-1, 3)
    with pytest.raises(pynn.ShapeError, match="weight must be"):
        nn.functional.embedding(pynn.tensor([0]), pynn.zeros(3))
    with pytest.raises(ValueError, match="padding_idx"):
        nn.functional.embedding(pynn.tensor([0]), pynn.zeros(3, 2), 3)


@pytest.mark.parametrize("options", [{}, {"elementwise_affine": False}, {"eps": 0.1}])
@pytest.mark.parametrize("name", ["LayerNorm", "RMSNorm"])
def test_norms_of_a_sample(name: str, options: dict[str, Any]) -> None:
    for shape in (5, (4, 5)):
        ours = getattr(nn, name)(shape, **options).double()
        theirs = getattr(torch.nn, name)(shape, **options).double()
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            values = numbers(*p.shape)
            with torch.no_grad():
                p.detach().copy_(pynn.tensor(values, pynn.float64))
                q.copy_(torch.tensor(values))
        both(ours, theirs, numbers(3, 4, 5))
    assert nn.LayerNorm(5, bias=False).bias is None
    with pytest.raises(pynn.ShapeError, match="must be"):
        getattr(nn, name)(4)(pynn.zeros(3, 5))
    with pytest.raises(ValueError, match=f"{name}: normalized_shape"):
        getattr(nn, name)((3, -1))


def test_dropout() -> None:
    pynn.manual_seed(0)
    layer, x = nn.Dropout(0.25), pynn.ones(200, 200, requires_grad=True)
    y = layer(x)
    kept = y.detach().numpy() != 0
    assert abs(kept.mean() - 0.75) < 0.01
    np.testing.assert_allclose(y.detach().numpy()[kept], 1 / 0.75, rtol=1e-6)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
    layer.eval()
    assert layer(x).tolist() == x.tolist()
    with pytest.raises(ValueError, match=r"1\.5"):
        nn.Dropout(1.5)


# ---- losses ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", LOSSES)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("MSELoss", {}),
        ("L1Loss", {}),
        ("HuberLoss", {"delta": 0.7}),
        ("SmoothL1Loss", {"beta": 0.5}),
        ("BCEWithLogitsLoss", {}),
    ],
)
def test_losses_of_pairs(name: str, options: dict[str, Any], reduction: str) -> None:
    ours = getattr(nn, name)(**options, reduction=reduction)
    theirs = getattr(torch.nn, name)(**options, reduction=reduction)
    both(ours, theirs, numbers(4, 5), np.random.default_rng(2).random((4, 5)))


@pytest.mark.parametrize("reduction", LOSSES)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("CrossEntropyLoss", {"label_smoothing": 0.1}),
        ("CrossEntropyLoss", {"ignore_index": 2}),
        ("NLLLoss", {}),
        ("MultiMarginLoss", {"margin": 0.5}),
    ],
)
def test_losses_of_classes(name: str, options: dict[str, Any], reduction: str) -> None:
    ours = getattr(nn, name)(**options, reduction=reduction)
    theirs = getattr(torch.nn, name)(**options, reduction=reduction)
    both(ours, theirs, numbers(6, 4), np.array([0, 3, 2, 1, 2, 0]))


def test_weights_of_a_loss_belong_to_its_state() -> None:
    weight = np.array([1.0, 2.0, 0.5, 1.5])
    ours = nn.CrossEntropyLoss(pynn.tensor(weight, pynn.float64))
    theirs = torch.nn.CrossEntropyLoss(torch.tensor(weight))
    both(ours, theirs, numbers(6, 4), np.array([0, 3, 2, 1, 2, 0]))
    assert ours.state_dict()["weight"].tolist() == weight.tolist()


# ---- containers ------------------------------------------------------------------------------------------


def test_sequential_is_a_list() -> None:
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    x = pynn.rand(4, 2)
    before = net(x).tolist()
    assert len(net) == 3
    assert net[-1] is net[2]
    assert net[:2](x).shape == (4, 3)
    net.append(nn.Tanh())
    np.testing.assert_allclose(net(x).detach().numpy(), np.tanh(before), rtol=1e-5)
    net[3] = nn.Identity()
    assert net(x).tolist() == before
    with pytest.raises(IndexError):
        net[9]


def test_lists_and_dicts_of_modules() -> None:
    layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
    layers.append(nn.ReLU())
    assert len(layers) == 4
    assert len(list(layers.parameters())) == 6
    named = nn.ModuleDict({"a": nn.Linear(1, 2), "b": nn.Tanh()})
    assert list(named.keys()) == ["a", "b"]
    assert [name for name, _ in named.named_parameters()] == ["a.weight", "a.bias"]
    parameters = nn.ParameterList([nn.Parameter(pynn.ones(1)), nn.Parameter(pynn.zeros(2))])
    assert [p.shape for p in parameters] == [(1,), (2,)]
