"""pynn.trace: what is noted of forward, backward and optimizer steps, and that it is right."""

from __future__ import annotations

import math

import numpy as np
import pytest

import pynn
from pynn import nn
from pynn.nn import functional as F
from pynn.tracing.recorder import is_close


def ops_of(trace):
    return [event.op for event in trace.events]


def small_network():
    pynn.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def traced_step(**options):
    """A training step of a small network, traced."""
    model = small_network()
    optimizer = pynn.optim.SGD(model.parameters(), lr=0.1)
    x, y = pynn.randn(5, 3), pynn.tensor([0, 1, 0, 1, 1])
    with pynn.trace(**options) as t:
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    return t, model, x, y, loss


# ---- forward -------------------------------------------------------------------------------------------


def test_every_op_with_its_values():
    x = pynn.tensor([1.0, -2.0])
    with pynn.trace() as t:
        y = (x * 3 + 1).relu()
    assert ops_of(t) == ["mul", "add", "relu"]
    made = [t.values[event.outputs[0]].numbers.values.tolist() for event in t.events]
    assert made == [[3.0, -6.0], [4.0, -5.0], [4.0, 0.0]]
    assert t.events[0].options == {"b": 3}
    assert [t.name(v) for _, v in t.events[1].inputs] == ["mul0"]
    assert y.tolist() == [4.0, 0.0]


def test_variables_give_their_names():
    weight = pynn.ones(2, requires_grad=True)
    with pynn.trace() as t:
        hidden = weight.exp()
        total = hidden.sum()
    assert [v.name for v in t.values.values()] == ["weight", "hidden", "total"]
    assert [v.kind for v in t.values.values()] == ["input", "result", "result"]
    assert total.item() > 0


def test_ops_know_the_module_they_ran_in():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Sequential(nn.Linear(3, 3), nn.ReLU())

        def forward(self, x):
            return self.inner(x) + x

    block = Block()
    with pynn.trace() as t:
        block(pynn.ones(2, 3)).mean()
    places = [(event.op, event.path, event.module) for event in t.events if event.inputs]
    assert places == [
        ("linear", "block.inner.0", "Linear"),
        ("relu", "block.inner.1", "ReLU"),
        ("add", "block", "Block"),
        ("mean", "", ""),
    ]
    parameters = {v.name for v in t.values.values() if v.kind == "parameter"}
    assert parameters == {"block.inner.0.weight", "block.inner.0.bias"}


def test_parameters_made_in_the_first_call_have_names():
    model = nn.Sequential(nn.Linear(None, 2))
    with pynn.trace() as t:
        model(pynn.ones(1, 3))
    last = t.events[-1]
    assert [t.name(v) for _, v in last.inputs][1:] == ["model.0.weight", "model.0.bias"]


def test_an_op_written_in_ops_shows_what_it_is_made_of():
    with pynn.trace() as t:
        F.cross_entropy(pynn.randn(3, 4), pynn.tensor([0, 1, 2]))
    assert any(event.within == ["cross_entropy"] for event in t.events)


def test_the_line_of_the_users_code():
    x = pynn.ones(2)
    with pynn.trace() as t:
        x.exp()  # here
    where = t.events[0].where
    assert where.text == "x.exp()  # here"
    assert where.file == __file__
    assert str(where).startswith("test_trace.py:")


def test_time_and_bytes():
    x = pynn.ones(100, 100)
    with pynn.trace() as t:
        x + x
    (event,) = t.events
    assert event.bytes == 3 * 40_000
    assert 0 < event.ns < 1e9


def test_large_tensors_become_pictures():
    x = pynn.arange(100 * 50).float().reshape(100, 50)
    with pynn.trace(numbers=10) as t:
        x * 2
    numbers = t.values[t.events[0].outputs[0]].numbers
    assert numbers.values is None
    assert numbers.picture.shape == (24, 24)
    assert numbers.picture.mean() == pytest.approx(numbers.mean, rel=0.02)
    assert (numbers.low, numbers.high) == (0, 9998)
    assert np.all(np.diff(numbers.picture, axis=0) > 0)
    assert np.all(np.diff(numbers.picture, axis=1) > 0)


def test_what_is_not_finite_is_counted():
    x = pynn.tensor([1.0, float("nan"), float("inf"), -float("inf"), 3.0, 0.0])
    with pynn.trace() as t:
        x * 1
    numbers = t.values[t.events[0].outputs[0]].numbers
    assert (numbers.nan, numbers.inf, numbers.zero) == (1, 2, 1)
    assert (numbers.low, numbers.high) == (0.0, 3.0)
    assert "1 NaN" in numbers.summary
    assert "2 inf" in numbers.summary


@pytest.mark.parametrize("dtype", [pynn.bfloat16, pynn.float64, pynn.int64, pynn.int8, pynn.bool], ids=str)
def test_every_dtype_can_be_noted(dtype):
    x = pynn.tensor([[1, 0], [1, 1]]).to(dtype)
    with pynn.trace() as t:
        x.clone()
    numbers = t.values[t.events[0].outputs[0]].numbers
    assert numbers.dtype == str(dtype).removeprefix("pynn.")
    assert numbers.values.astype(int).tolist() == [[1, 0], [1, 1]]
    assert numbers.nbytes == x.nbytes


def test_empty_tensors():
    with pynn.trace() as t:
        pynn.zeros(0, 3).exp()
    assert t.values[t.events[-1].outputs[0]].numbers.summary == "empty"


def test_a_value_that_changes_in_place_is_shown_as_it_was():
    x = pynn.tensor([1.0])
    with pynn.trace() as t, pynn.no_grad():
        y = x + 1
        y.mul_(10)
        y + 0
    values = [t.values[event.outputs[0]].numbers.values.item() for event in t.events]
    assert values == [2.0, 20.0, 20.0]
    assert [t.name(v) for _, v in t.events[2].inputs] == ["y"] or t.events[2].inputs[0][1] == t.events[
        1
    ].outputs[0]


# ---- backward ------------------------------------------------------------------------------------------


def test_incoming_times_local_is_outgoing():
    x = pynn.tensor([0.5, -1.0, 2.0], requires_grad=True)
    with pynn.trace() as t:
        x.tanh().sum().backward()
    (tanh,) = t.events[0].backward
    slope = 1 - np.tanh([0.5, -1.0, 2.0]) ** 2
    np.testing.assert_allclose(tanh.incoming[0].values, 1)
    np.testing.assert_allclose(tanh.local[0].numbers.values, slope, rtol=1e-5)
    np.testing.assert_allclose(tanh.outgoing[0][1].values, slope, rtol=1e-5)
    assert [step.kind for step in t.steps] == ["forward", "forward", "backward", "backward"]
    assert t.values[t.events[0].inputs[0][1]].gradient.values.tolist() == x.grad.tolist()


def test_the_local_derivative_of_a_product_is_a_jacobian():
    a = pynn.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    b = pynn.tensor([[5.0], [6.0]], requires_grad=True)
    with pynn.trace() as t:
        (a @ b).backward(pynn.ones(2, 1))
    (visit,) = t.events[0].backward
    by_a, by_b = visit.local
    assert (by_a.kind, by_b.kind) == ("matrix", "matrix")
    assert by_a.numbers.values.tolist() == [[5, 6, 0, 0], [0, 0, 5, 6]]
    assert by_b.numbers.values.tolist() == [[1, 2], [3, 4]]


def test_the_local_derivative_where_shapes_broadcast():
    a = pynn.tensor([[1.0], [2.0]], requires_grad=True)
    b = pynn.tensor([3.0, 4.0, 5.0], requires_grad=True)
    with pynn.trace() as t:
        (a * b).backward(pynn.ones(2, 3))
    (visit,) = t.events[0].backward
    assert visit.local[0].numbers.shape == (6, 2)
    assert visit.local[1].numbers.values.tolist()[0] == [1, 0, 0]
    assert visit.outgoing[0][1].values.tolist() == [[12.0], [12.0]]


def networks():
    def convolution():
        return nn.Sequential(nn.Conv2d(1, 2, 2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(2, 2)), (
            pynn.randn(1, 1, 4, 4)
        )

    def norm():
        return nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.GELU(), nn.Softmax(-1)), pynn.randn(2, 3)

    def batch_norm():
        return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Sigmoid()), pynn.randn(5, 3)

    def embedding():
        return nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 2)), pynn.tensor([[0, 3], [1, 0]])

    def dropout():
        return nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.LeakyReLU()), pynn.randn(2, 3)

    return [convolution, norm, batch_norm, embedding, dropout]


@pytest.mark.parametrize("make", networks(), ids=lambda f: f.__name__)
def test_the_chain_rule_holds_at_every_op(make):
    """In each visit whose numbers are all there, incoming x local = outgoing; and there are such visits."""
    pynn.manual_seed(0)
    model, x = make()
    with pynn.trace() as t:
        model(x).square().sum().backward()
    checked = 0
    for _, visit in t.backward():
        arrived = [dy for dy in visit.incoming if dy is not None]
        for local, (_, dx) in zip(visit.local, visit.outgoing, strict=False):
            if local is None or dx is None or len(arrived) != 1:
                continue
            error = is_close(arrived[0], local, dx)
            assert not math.isnan(error)
            assert error <= 1e-4 * max(1.0, np.abs(dx.values).max(initial=0))
            checked += 1
    assert checked >= 5
    for parameter in model.parameters():
        (value,) = [v for v in t.values.values() if t.name(v.index).endswith(_path(model, parameter))]
        np.testing.assert_allclose(value.gradient.values, parameter.grad.numpy(), rtol=1e-5, atol=1e-7)


def _path(model, parameter):
    return next(name for name, p in model.named_parameters() if p is parameter)


def test_gradients_of_one_value_add_up():
    x = pynn.tensor([2.0], requires_grad=True)
    with pynn.trace() as t:
        (x * 3 + x * x).backward()
    (value,) = [v for v in t.values.values() if v.name == "x"]
    assert value.gradient.values.tolist() == [7.0]


def test_a_second_backward_is_a_second_visit():
    x = pynn.tensor([2.0], requires_grad=True)
    with pynn.trace() as t:
        y = x * x
        y.backward(retain_graph=True)
        y.backward()
    assert len(t.events[0].backward) == 2
    assert [step.visit for step in t.steps if step.kind == "backward"] == [0, 1]


def test_gradients_of_gradients():
    x = pynn.tensor([3.0], requires_grad=True)
    with pynn.trace() as t:
        (first,) = pynn.autograd.grad(x**3, x, create_graph=True)
        first.backward()
    assert x.grad.item() == pytest.approx(18)
    assert t.events[0].backward
    assert len(t.events) > 1


def test_backward_through_what_ran_before():
    x = pynn.tensor([2.0], requires_grad=True)
    y = x.exp()
    with pynn.trace() as t:
        y.backward()
    (event,) = t.events
    assert event.op == "exp"
    assert event.ns == 0
    assert event.backward[0].outgoing[0][1].values.item() == pytest.approx(math.exp(2))


def test_an_op_written_in_python_is_visited_once():
    calls = []

    class Double(pynn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, dy):
            calls.append(dy)
            return dy * 2

    x = pynn.tensor([1.0], requires_grad=True)
    with pynn.trace() as t:
        Double.apply(x).backward()
    assert len(calls) == 1
    assert x.grad.item() == 2
    assert "Function" in ops_of(t)


# ---- optimizers --------------------------------------------------------------------------------------------


def test_an_optimizer_step_shows_before_and_after():
    model = small_network()
    t, model, *_ = traced_step()
    (step,) = t.optimizer_steps
    assert step.name == "SGD"
    assert step.options["lr"] == 0.1
    assert t.steps[-1].kind == "optimizer"
    update = step.updates[0]
    assert t.name(update.value) == "model.0.weight"
    gradient = t.values[update.value].gradient.values
    np.testing.assert_allclose(update.after.values, update.before.values - 0.1 * gradient, rtol=1e-5)
    np.testing.assert_array_equal(update.after.values, model[0].weight.detach().numpy())


# ---- it changes nothing -----------------------------------------------------------------------------------


def test_results_are_those_of_an_untraced_run():
    def run(trace):
        model = small_network()
        optimizer = pynn.optim.Adam(model.parameters(), lr=0.01)
        losses = []
        for _ in range(3):
            x, y = pynn.randn(6, 3), pynn.randint(0, 2, (6,))
            if trace:
                with pynn.trace():
                    loss = _step(model, optimizer, x, y)
            else:
                loss = _step(model, optimizer, x, y)
            losses.append(loss)
        return losses, [p.detach().numpy().copy() for p in model.parameters()]

    plain, traced = run(False), run(True)
    assert plain[0] == traced[0]
    for a, b in zip(plain[1], traced[1], strict=True):
        np.testing.assert_array_equal(a, b)


def _step(model, optimizer, x, y):
    optimizer.zero_grad()
    loss = F.cross_entropy(F.dropout(model(x), 0.3), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def test_numbers_stay_weak_in_types():
    """A traced Python number must not become a tensor that promotes."""
    x = pynn.tensor([1.0], dtype=pynn.bfloat16, requires_grad=True)
    with pynn.trace():
        y = x * 2.5
        y.backward(create_graph=True)
    assert y.dtype == pynn.bfloat16
    assert x.grad.dtype == pynn.bfloat16


def _fail_inside(t):
    with t:
        pynn.ones(2).exp()
        raise ZeroDivisionError


def test_modules_are_plain_again_afterwards():
    before = nn.Module.__call__, nn.Sequential.__call__
    with pynn.trace():
        assert nn.Module.__call__ is not before[0]
    assert (nn.Module.__call__, nn.Sequential.__call__) == before
    t = pynn.trace()
    with pytest.raises(ZeroDivisionError):
        _fail_inside(t)
    assert (nn.Module.__call__, nn.Sequential.__call__) == before
    assert "exp" in ops_of(t)
    with pynn.trace() as again:
        pynn.ones(2).exp()
    assert "exp" in ops_of(again)


def test_memory_is_given_back():
    def run():
        with pynn.trace(numbers=0):
            x = pynn.ones(1000, 1000, requires_grad=True)
            (x * 2).sum().backward()

    run()
    before = pynn.memory_stats()["allocated_bytes"]
    for _ in range(3):
        run()
    assert pynn.memory_stats()["allocated_bytes"] <= before + 4096


def test_a_compiled_step_is_traced_as_it_is_written():
    step = pynn.compile(lambda x: x.exp() + 1)
    with pynn.trace() as t:
        y = step(pynn.ones(2))
    assert ops_of(t)[-2:] == ["exp", "add"]
    assert step.recordings == 0
    assert y[0].item() == pytest.approx(math.e + 1)


# ---- used wrongly ------------------------------------------------------------------------------------------


def test_a_trace_in_a_trace_is_refused():
    with pynn.trace() as t:
        with pytest.raises(pynn.AutogradError, match="traced or recorded already"), pynn.trace():
            pass
        pynn.ones(2).exp()
    assert "exp" in ops_of(t)


def test_a_trace_is_used_once():
    t = pynn.trace()
    with t:
        pass
    with pytest.raises(RuntimeError, match="used up"), t:
        pass


@pytest.mark.parametrize("numbers", [-1, 2.5, "many", None])
def test_how_many_numbers(numbers):
    with pytest.raises((TypeError, ValueError), match="trace: numbers must be an integer"):
        pynn.trace(numbers=numbers)


def test_the_sum_of_the_diagonal_keeps_its_name():
    assert pynn.trace(pynn.tensor([[1.0, 2.0], [3.0, 4.0]])).item() == 5
    assert pynn.ones(3, 3).trace().item() == 3
    with pytest.raises(pynn.ShapeError, match="trace: expected a matrix"):
        pynn.trace(pynn.ones(3))


def test_an_error_of_the_recorder_comes_out_at_the_end(monkeypatch):
    from pynn.tracing import recorder

    monkeypatch.setattr(recorder, "numbers_of", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError), pynn.trace():
        assert pynn.ones(2).exp().shape == (2,)
    assert not hasattr(nn.Module.__call__, "__wrapped__")


# ---- the table ---------------------------------------------------------------------------------------------


def test_the_table_says_it_all(capsys):
    t, *_ = traced_step()
    t.table()
    text = capsys.readouterr().out
    for part in (
        "linear",
        "model.0",
        "(5, 4)",
        "tanh",
        "cross_entropy › ",
        "SGD.step",
        "lr 0.1",
        "linear2: ",
    ):
        assert part in text
    assert text.strip() == str(t)
    assert repr(t).startswith("<trace of ")


def test_the_table_in_a_terminal():
    pytest.importorskip("rich", reason="rich is not installed")
    import io

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    traced_step()[0].table(terminal)
    assert "┃" in terminal.getvalue() or "│" in terminal.getvalue()
    assert "linear" in terminal.getvalue()


def test_an_empty_trace():
    with pynn.trace() as t:
        pass
    assert str(t) == "an empty trace"
    assert t.backward() == []
