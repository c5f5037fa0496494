"""Every optimizer against PyTorch's float64 arithmetic, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pynn
from pynn import optim

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    """PyTorch keeps NAdam's product of momenta in its default dtype."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


SHAPES = [(), (1,), (7,), (3, 5), (65,), (40, 33)]
CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adagrad", {"lr": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8, "weight_decay": 0.1, "maximize": True}),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.1}),
    ("RMSprop", {"lr": 0.01, "centered": True, "eps": 1e-3}),
    ("RMSprop", {"lr": 0.01, "centered": True, "momentum": 0.5, "maximize": True, "eps": 1e-3}),
    ("Adam", {"lr": 0.01}),
    ("Adam", {"lr": 0.01, "weight_decay": 0.1, "maximize": True}),
    ("Adam", {"lr": 0.01, "amsgrad": True, "betas": (0.5, 0.6)}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.1}),
    ("AdamW", {"lr": 0.01, "weight_decay": 0.1, "amsgrad": True}),
    ("Adamax", {"lr": 0.01, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.01}),
    ("NAdam", {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.01}),
    ("RAdam", {"lr": 0.01, "weight_decay": 0.1, "decoupled_weight_decay": True, "betas": (0.9, 0.9)}),
]


def random_arrays(seed: int, dtype: str = "float64") -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.asarray(rng.standard_normal(shape), dtype=dtype) for shape in SHAPES]


def parameters(dtype: str = "float64") -> list[pynn.Tensor]:
    return [
        pynn.tensor(array, dtype=getattr(pynn, dtype)).requires_grad_(True)
        for array in random_arrays(0, dtype)
    ]


def set_gradients(params: list[pynn.Tensor], arrays: list[np.ndarray]) -> None:
    for parameter, array in zip(params, arrays, strict=True):
        parameter.grad = pynn.tensor(array, dtype=parameter.dtype)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_ten_steps_agree_with_pytorch(name: str, options: dict[str, Any]) -> None:
    ours = parameters()
    theirs = [torch.tensor(array, requires_grad=True) for array in random_arrays(0)]
    mine, other = getattr(optim, name)(ours, **options), getattr(torch.optim, name)(theirs, **options)
    for step in range(1, 11):
        gradients = random_arrays(step)
        set_gradients(ours, gradients)
        for parameter, gradient in zip(theirs, gradients, strict=True):
            parameter.grad = torch.tensor(gradient)
        mine.step()
        other.step()
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-12, atol=1e-12)
    for a, b in zip(ours, theirs, strict=True):
        for key, value in other.state[b].items():
            got = mine.state[a][key]
            got = got.numpy() if isinstance(got, pynn.Tensor) else got
            if value is not None:
                np.testing.assert_allclose(got, np.asarray(value), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "options"), [*CASES, ("Lion", {"lr": 0.01})])
def test_float32_follows_float64(name: str, options: dict[str, Any]) -> None:
    single, double = parameters("float32"), parameters("float64")
    mine, reference = getattr(optim, name)(single, **options), getattr(optim, name)(double, **options)
    for step in range(1, 6):
        gradients = random_arrays(step)
        set_gradients(single, gradients)
        set_gradients(double, gradients)
        mine.step()
        reference.step()
    for a, b in zip(single, double, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("maximize", [False, True])
def test_lion_is_algorithm_2_of_its_paper(maximize: bool) -> None:
    params = parameters()
    optimizer = optim.Lion(params, lr=0.02, betas=(0.8, 0.95), weight_decay=0.1, maximize=maximize)
    expected = random_arrays(0)
    momentum = [np.zeros_like(array) for array in expected]
    for step in range(1, 6):
        gradients = random_arrays(step)
        set_gradients(params, gradients)
        optimizer.step()
        for i, gradient in enumerate(gradients):
            g = -gradient if maximize else gradient
            update = np.sign(0.8 * momentum[i] + 0.2 * g)
            expected[i] = expected[i] * (1 - 0.02 * 0.1) - 0.02 * update
            momentum[i] = 0.95 * momentum[i] + 0.05 * g
    for parameter, array in zip(params, expected, strict=True):
        np.testing.assert_allclose(parameter.detach().numpy(), array, rtol=1e-12, atol=1e-12)


def test_momentum_that_starts_late_begins_with_the_gradient() -> None:
    mine = pynn.tensor([1.0, 2.0], dtype=pynn.float64).requires_grad_()
    other = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    ours, theirs = optim.SGD([mine], lr=0.1), torch.optim.SGD([other], lr=0.1)
    for momentum in (0.0, 0.9, 0.9):
        ours.param_groups[0]["momentum"] = theirs.param_groups[0]["momentum"] = momentum
        mine.grad, other.grad = (
            pynn.tensor([0.5, -1.0], dtype=pynn.float64),
            torch.tensor([0.5, -1.0]).double(),
        )
        ours.step()
        theirs.step()
        np.testing.assert_allclose(mine.detach().numpy(), other.detach().numpy(), rtol=1e-14)


def test_parameters_without_gradient_stay_and_count_their_own_steps() -> None:
    a, b = parameters()[2:4]
    before = b.tolist()
    optimizer = optim.Adam([a, b])
    a.grad = pynn.tensor(np.ones(7), dtype=pynn.float64)
    optimizer.step()
    assert b.tolist() == before
    assert list(optimizer.state) == [a]
    b.grad = pynn.tensor(np.ones((3, 5)), dtype=pynn.float64)
    optimizer.step()
    assert [optimizer.state[p]["step"] for p in (a, b)] == [2, 1]
    np.testing.assert_allclose(b.detach().numpy(), np.asarray(before) - 1e-3, rtol=1e-7)


def test_many_sizes_are_the_same_on_any_number_of_threads() -> None:
    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal(n).astype("f4") for n in (1, 16383, 16384, 16385, 40000, 0, 3)]

    def trained(threads: int) -> list[np.ndarray]:
        before = pynn.get_num_threads()
        pynn.set_num_threads(threads)
        try:
            params = [pynn.tensor(array).requires_grad_() for array in arrays]
            optimizer = optim.Adam(params, weight_decay=0.1)
            for step in range(3):
                for parameter, array in zip(params, arrays, strict=True):
                    parameter.grad = pynn.tensor(array * (step + 1))
                optimizer.step()
            return [parameter.detach().numpy() for parameter in params]
        finally:
            pynn.set_num_threads(before)

    for one, two in zip(trained(1), trained(3), strict=True):
        assert one.tobytes() == two.tobytes()


def test_parameters_and_gradients_with_gaps_are_moved_too() -> None:
    values = np.arange(12.0).reshape(3, 4)
    parameter = pynn.from_numpy(values.copy().T).requires_grad_()
    parameter.grad = pynn.from_numpy(np.ones((4, 6))[:, ::2])
    optim.SGD([parameter], lr=1.0).step()
    assert parameter.tolist() == (values.T - 1).tolist()


def test_two_dtypes_in_one_group() -> None:
    params = [pynn.tensor([1.0]).requires_grad_(), pynn.tensor([1.0], dtype=pynn.float64).requires_grad_()]
    for parameter in params:
        parameter.grad = pynn.tensor([1.0], dtype=parameter.dtype)
    optim.SGD(params, lr=0.25).step()
    assert [p.tolist() for p in params] == [[0.75], [0.75]]


def test_a_step_between_forward_and_backward_is_noticed() -> None:
    w = pynn.tensor([2.0]).requires_grad_()
    loss = w * w
    w.grad = pynn.tensor([1.0])
    optim.SGD([w], lr=0.1).step()
    with pytest.raises(pynn.AutogradError, match="SGD"):
        loss.backward()


@pytest.mark.parametrize(("set_to_none", "left"), [(True, None), (False, [0.0, 0.0])])
def test_zero_grad(set_to_none: bool, left: Any) -> None:
    w = pynn.tensor([1.0, 2.0]).requires_grad_()
    w.grad = pynn.tensor([3.0, 4.0])
    optim.SGD([w]).zero_grad(set_to_none)
    assert (w.grad if w.grad is None else w.grad.tolist()) == left


def test_groups_have_options_of_their_own() -> None:
    a, b = pynn.tensor([1.0]).requires_grad_(), pynn.tensor([1.0]).requires_grad_()
    optimizer = optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.25)
    for parameter in (a, b):
        parameter.grad = pynn.tensor([1.0])
    optimizer.step()
    assert (a.item(), b.item()) == (0.75, 0.5)
    c = pynn.tensor([1.0]).requires_grad_()
    optimizer.add_param_group({"params": c, "lr": 1.0})
    c.grad = pynn.tensor([1.0])
    optimizer.step()
    assert (a.item(), b.item(), c.item()) == (0.5, 0.0, 0.0)


@pytest.mark.parametrize(("name", "options"), [*CASES, ("Lion", {"lr": 0.01})])
def test_state_dict_goes_on_exactly(name: str, options: dict[str, Any]) -> None:
    make = getattr(optim, name)
    straight, first = parameters(), parameters()
    one, two = make(straight, **options), make(first, **options)
    for step in range(1, 4):
        set_gradients(straight, random_arrays(step))
        set_gradients(first, random_arrays(step))
        one.step()
        two.step()
    resumed = [pynn.tensor(p.detach(), dtype=p.dtype).requires_grad_() for p in first]
    third = make(resumed)
    third.load_state_dict(two.state_dict())
    for step in range(4, 7):
        set_gradients(straight, random_arrays(step))
        set_gradients(resumed, random_arrays(step))
        one.step()
        third.step()
    for a, b in zip(straight, resumed, strict=True):
        assert a.tolist() == b.tolist()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w: optim.SGD([], lr=1.0), r"empty.*SGD\(model\)"),
        (lambda w: optim.SGD(w), r"got one Tensor. Did you mean \[x\]"),
        (lambda w: optim.SGD([w, w]), "given twice"),
        (lambda w: optim.SGD([w * 2]), "computed from others"),
        (lambda w: optim.SGD(["w"]), "moves Tensors, got str"),
        (lambda w: optim.SGD([w], lr=-1.0), "lr must be a number of 0 or more"),
        (lambda w: optim.SGD([w], lr=float("nan")), "lr must be a number of 0 or more"),
        (lambda w: optim.SGD([w], nesterov=True), "nesterov=True needs momentum"),
        (lambda w: optim.Adam([w], betas=(0.9, 1.0)), r"betas must lie in \[0, 1\)"),
        (lambda w: optim.Adam([{"params": [w], "learning_rate": 1.0}]), "no option 'learning_rate'"),
        (lambda w: optim.Adam(3), "iterable of parameters, got int"),
    ],
)
def test_mistakes_are_explained(call: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call(pynn.tensor([1.0]).requires_grad_())


def test_wrong_gradients_change_nothing() -> None:
    a, b = pynn.tensor([1.0]).requires_grad_(), pynn.tensor([1, 2])
    a.grad = pynn.tensor([1.0])
    optimizer = optim.Adam([a, b])
    with pytest.raises(pynn.DTypeError, match="parameter 1 holds int64"):
        optimizer.step()
    assert a.item() == 1.0
    assert optimizer.state == {}


def test_state_of_another_model_is_refused() -> None:
    a, b = parameters()[2], parameters()[3]
    one, two = optim.Adam([a]), optim.Adam([b])
    set_gradients([a], [np.ones(7)])
    one.step()
    with pytest.raises(ValueError, match=r"exp_avg is \(7,\), expected \(3, 5\)"):
        two.load_state_dict(one.state_dict())
    with pytest.raises(ValueError, match="groups of sizes"):
        optim.Adam([a, b]).load_state_dict(one.state_dict())
    assert two.state == {}
