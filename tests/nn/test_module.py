"""Module: members, walking, modes, state, hooks, copies, printing."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import nn


class Net(nn.Module):
    """Two layers, one of them nested, a buffer that is kept and one that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.rest = nn.Sequential(nn.Dropout(0.5), nn.Linear(4, 2, bias=False))
        self.scale = nn.Parameter(pynn.ones(2))
        self.register_buffer("mean", pynn.zeros(2))
        self.register_buffer("steps", pynn.tensor(0), persistent=False)

    def forward(self, x: pynn.Tensor) -> pynn.Tensor:
        return self.rest(self.first(x).relu()) * self.scale + self.mean


NAMES = ["scale", "first.weight", "first.bias", "rest.1.weight"]


# ---- members ---------------------------------------------------------------------------------------------


def test_walking() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [name for name, _ in net.named_parameters(recurse=False)] == ["scale"]
    assert [name for name, _ in net.named_buffers()] == ["mean", "steps"]
    assert [name for name, _ in net.named_children()] == ["first", "rest"]
    assert [name for name, _ in net.named_modules()] == ["", "first", "rest", "rest.0", "rest.1"]
    assert len(list(net.modules())) == 5
    assert net.get_submodule("rest.1") is net.rest[1]
    assert net.get_parameter("rest.1.weight") is net.rest[1].weight
    net.rest[1].register_buffer("count", pynn.zeros(1))
    assert net.get_buffer("rest.1.count") is net.rest[1].count
    with pytest.raises(AttributeError, match="has no buffer"):
        net.get_buffer("rest.1.weight")
    for wrong in (net.get_submodule, net.get_parameter):
        with pytest.raises(AttributeError, match=r"no .*rest\.7"):
            wrong("rest.7" if wrong == net.get_submodule else "rest.7.weight")


def test_a_tied_parameter_counts_once() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert len(list(net.parameters())) == 3
    assert len(list(net.named_parameters(remove_duplicate=False))) == 4
    assert list(net.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_what_an_attribute_may_become() -> None:
    net = Net()
    with pytest.raises(TypeError, match=r"Net\.scale is a Parameter"):
        net.scale = pynn.ones(2)
    with pytest.warns(UserWarning, match=r"nn\.ModuleList"):
        net.layers = [nn.ReLU()]
    with pytest.raises(ValueError, match="is no name for a member"):
        net.register_buffer("a.b", pynn.zeros(1))
    with pytest.raises(KeyError, match="already has an attribute"):
        net.register_parameter("forward", None)
    net.register_parameter("extra", nn.Parameter(pynn.zeros(1)))
    assert "extra" in dict(net.named_parameters())
    del net.extra
    assert "extra" not in dict(net.named_parameters())


def test_apply_goes_from_the_leaves_up() -> None:
    seen: list[str] = []
    net = Net()
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["Linear", "Dropout", "Linear", "Sequential", "Net"]


# ---- modes, gradients, dtypes ----------------------------------------------------------------------------


def test_train_and_eval() -> None:
    net = Net()
    x = pynn.ones(50, 3)
    assert all(module.training for module in net.modules())
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    assert net(x).tolist() == net(x).tolist()
    net.train()
    assert net.rest[0].training
    assert net(x).tolist() != net(x).tolist()
    with pytest.raises(TypeError, match="expected True or False"):
        net.train("yes")


def test_freezing_and_zero_grad() -> None:
    net = Net()
    net(pynn.ones(2, 3)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad(set_to_none=False)
    assert all(p.grad.tolist() == pynn.zeros_like(p).tolist() for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.requires_grad_(False)
    assert not net(pynn.ones(2, 3)).requires_grad


@pytest.mark.parametrize(
    "convert",
    [
        lambda net: net.to(pynn.float64),
        lambda net: net.double(),
        lambda net: net.to("cpu", pynn.float64),
        lambda net: net.to(device="cpu", dtype=pynn.float64),
        lambda net: net.to(pynn.zeros(1, dtype=pynn.float64)),
    ],
)
def test_to_converts_in_place(convert: Any) -> None:
    net = Net()
    weight = net.first.weight
    net(pynn.ones(2, 3)).sum().backward()
    assert convert(net) is net
    assert net.first.weight is weight
    assert all(p.dtype == p.grad.dtype == pynn.float64 for p in net.parameters())
    assert net.mean.dtype == pynn.float64
    assert net.steps.dtype == pynn.int64
    assert net.eval()(pynn.ones(2, 3, dtype=pynn.float64)).dtype == pynn.float64
    assert net.float().mean.dtype == pynn.float32


def test_there_is_no_gpu() -> None:
    with pytest.raises(ValueError, match="the only device is 'cpu'"):
        Net().cuda()
    with pytest.raises(ValueError, match="the only device is 'cpu'"):
        Net().to("cuda")


# ---- state -----------------------------------------------------------------------------------------------


def test_state_dict_goes_over() -> None:
    net, other = Net(), Net()
    state = net.state_dict()
    assert sorted(state) == sorted([*NAMES, "mean"])
    keys = other.load_state_dict(state)
    assert (keys.missing_keys, keys.unexpected_keys) == ([], [])
    x = pynn.rand(5, 3)
    assert net.eval()(x).tolist() == other.eval()(x).tolist()
    assert other.scale is not net.scale
    assert sorted(net.state_dict(prefix="net.")) == sorted(f"net.{name}" for name in [*NAMES, "mean"])


def test_state_comes_from_torch() -> None:
    ours = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    x = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)
    want = theirs(torch.tensor(x)).detach().numpy()
    np.testing.assert_allclose(ours(pynn.tensor(x)).detach().numpy(), want, rtol=1e-5, atol=1e-6)


def test_load_state_dict_refuses_all_or_nothing() -> None:
    net = Net()
    before = {name: value.tolist() for name, value in net.state_dict().items()}
    wrong = {name: value + 1 for name, value in net.state_dict().items()}
    del wrong["mean"]
    wrong["scale"] = pynn.ones(1)
    wrong["more"] = pynn.ones(1)
    with pytest.raises(ValueError, match="nothing was changed") as caught:
        net.load_state_dict(wrong)
    for part in ("3 differences", "mean: missing", "more: unexpected", "scale: shape (1,) given, (2,) expec"):
        assert part in str(caught.value)
    with pytest.raises(ValueError, match="1 differences"):
        net.load_state_dict(wrong, strict=False)
    assert {name: value.tolist() for name, value in net.state_dict().items()} == before
    wrong["scale"] = pynn.zeros(2)
    keys = net.load_state_dict(wrong, strict=False)
    assert (keys.missing_keys, keys.unexpected_keys) == (["mean"], ["more"])
    assert net.scale.tolist() == [0.0, 0.0]
    with pytest.raises(TypeError, match="expected a dict"):
        net.load_state_dict([1])
    with pytest.raises(TypeError, match="scale is a str"):
        net.load_state_dict({**net.state_dict(), "scale": "big"})


# ---- layers that wait for their size ---------------------------------------------------------------------


def test_a_lazy_linear_learns_its_size() -> None:
    layer = nn.Linear(None, 2)
    weight = layer.weight
    with pytest.raises(ValueError, match="have no shape yet"):
        nn.Sequential(layer).state_dict()
    assert layer(pynn.ones(4, 5)).shape == (4, 2)
    assert layer.weight is weight
    assert (weight.shape, layer.in_features, layer.built) == ((2, 5), 5, True)
    loaded = nn.Linear(None, 2)
    loaded.load_state_dict(layer.state_dict())
    assert loaded.in_features == 5
    assert loaded(pynn.ones(1, 5)).tolist() == layer(pynn.ones(1, 5)).tolist()
    with pytest.raises(pynn.ShapeError, match=r"its last dimension must be 5"):
        layer(pynn.ones(4, 6))


# ---- hooks -----------------------------------------------------------------------------------------------


def test_forward_hooks_see_and_replace() -> None:
    layer = nn.Linear(2, 2)
    seen: list[str] = []
    pre = layer.register_forward_pre_hook(lambda m, args: seen.append("pre"))
    double = layer.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
    after = layer.register_forward_hook(lambda m, args, output: output + 1)
    x = pynn.ones(1, 2)
    plain = layer.forward(x * 2) + 1
    assert layer(x).tolist() == plain.tolist()
    assert seen == ["pre"]
    for handle in (pre, double, after):
        handle.remove()
    assert layer(x).tolist() == layer.forward(x).tolist()
    assert seen == ["pre"]


def test_hooks_run_inside_a_sequential() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    x = pynn.ones(1, 2)
    net(x)
    handle = net[0].register_forward_hook(lambda m, args, output: output * 0 + 5)
    assert net(x).tolist() == [[5.0, 5.0]]
    handle.remove()
    assert net(x).tolist() == net[0].forward(x).relu().tolist()


def test_backward_hooks_as_in_torch() -> None:
    ours, theirs = nn.Linear(3, 2), torch.nn.Linear(3, 2)
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    seen: dict[str, list[Any]] = {"ours": [], "theirs": []}
    values = np.ones((4, 3), np.float32)
    for name, layer, x in (
        ("ours", ours, pynn.tensor(values, requires_grad=True)),
        ("theirs", theirs, torch.tensor(values, requires_grad=True)),
    ):

        def hook(module: Any, grad_input: Any, grad_output: Any, name: str = name) -> Any:
            seen[name] += [grad_input[0].tolist(), grad_output[0].tolist()]
            return (grad_input[0] * 3,)

        layer.register_full_backward_hook(hook)
        (layer(x) * 2).sum().backward()
        seen[name].append(x.grad.tolist())
    for mine, torchs in zip(seen["ours"], seen["theirs"], strict=True):
        np.testing.assert_allclose(mine, torchs, rtol=1e-6)
    assert len(seen["ours"]) == 3


# ---- copies and printing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_are_independent(how: Any) -> None:
    net = Net().eval()
    other = how(net)
    x = pynn.rand(4, 3)
    assert other(x).tolist() == net(x).tolist()
    assert not other.training
    with pynn.no_grad():
        other.scale.fill_(0.0)
        other.mean.fill_(7.0)
    assert net.scale.tolist() == [1.0, 1.0]
    assert net.mean.tolist() == [0.0, 0.0]
    assert other(x).tolist() == [[7.0, 7.0]] * 4


def test_deepcopy_keeps_ties() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    other = copy.deepcopy(net)
    assert other[1].weight is other[0].weight
    assert other[0].weight is not net[0].weight


def test_repr_is_that_of_torch() -> None:
    def made(library: Any) -> Any:
        return library.Sequential(
            library.Linear(3, 4),
            library.Sequential(library.ReLU(), library.Linear(4, 2, bias=False)),
            library.Tanh(),
        )

    assert repr(made(nn)) == repr(made(torch.nn))
