"""Automatic differentiation: backward, grad, hooks, modes, Function, the checkers, and the errors."""

from __future__ import annotations

import pytest

import pynn
from pynn.autograd import Function, GradcheckError, grad, gradcheck, gradgradcheck


def leaf(*values: float, dtype: pynn.dtype = pynn.float32) -> pynn.Tensor:
    return pynn.tensor(list(values), dtype, requires_grad=True)


# ---- backward and grad -----------------------------------------------------------------------------------


def test_gradients_accumulate_until_they_are_cleared():
    x = leaf(1, 2)
    (x * x).sum().backward()
    (x * 10).sum().backward()
    assert x.grad.tolist() == [12, 14]
    x.grad = None
    (x * 3).sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_a_tensor_used_twice_gets_the_sum():
    x = leaf(3)
    y = x * x
    (y * y + y).backward(pynn.ones(1))
    assert x.grad.item() == 4 * 27 + 6


def test_backward_of_many_values_takes_their_gradient():
    x = leaf(1, 2, 3)
    (x * x).backward(pynn.tensor([1.0, 10.0, 100.0]))
    assert x.grad.tolist() == [2, 40, 600]


def test_backward_of_several_tensors_at_once():
    x = leaf(1, 2)
    y = x * x
    pynn.autograd.backward([y.sum(), y], [None, pynn.tensor([1.0, 0.0])])
    assert x.grad.tolist() == [4, 4]


def test_grad_leaves_grad_alone_and_reaches_inner_tensors():
    x = leaf(2)
    y = x * x
    dy, dx = grad((y * y).sum(), [y, x])
    assert (dy.item(), dx.item()) == (8, 32)
    assert x.grad is None
    assert not dx.requires_grad


def test_grad_outputs_weight_the_outputs():
    x = leaf(1, 2)
    (dx,) = grad([x * x, x.sum()], x, [pynn.tensor([1.0, 10.0]), pynn.tensor(100.0)])
    assert dx.tolist() == [102, 140]


def test_allow_unused_gives_none():
    x, unused = leaf(1), leaf(1)
    assert grad(x * 2, [x, unused], allow_unused=True)[1] is None
    with pytest.raises(pynn.AutogradError, match=r"do not depend on input 1.*allow_unused"):
        grad(x * 2, [x, unused])


def test_create_graph_differentiates_again_and_again():
    x = leaf(2, dtype=pynn.float64)
    y = x**4
    for want in (4 * 8, 12 * 4, 24 * 2, 24):
        (y,) = grad(y, x, create_graph=True)
        assert y.item() == pytest.approx(want)
    assert x.grad is None


def test_backward_with_create_graph_records_the_gradient():
    x = leaf(3)
    (x**3).sum().backward(create_graph=True)
    assert x.grad.item() == 27
    (second,) = grad(x.grad.sum(), x)
    assert second.item() == 18


def test_retain_graph_lets_backward_run_again():
    x = leaf(1, 2)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4, 8]


def test_retain_grad_keeps_the_gradient_of_an_inner_tensor():
    x = leaf(1, 2)
    y = x * x
    y.retain_grad()
    (y * y).sum().backward()
    assert y.grad.tolist() == [2, 8]


def test_a_graph_as_deep_as_memory_allows():
    x = leaf(1)
    y = x
    for _ in range(20_000):
        y = y + x
    y.backward()
    assert x.grad.item() == 20_001


# ---- hooks -----------------------------------------------------------------------------------------------


def test_hooks_see_and_change_gradients_in_order():
    x = leaf(1, 2)
    y = x * x
    seen = []
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(lambda g: g * 10)
    x.register_hook(lambda g: seen.append(g.tolist()))
    y.sum().backward()
    assert seen == [[1, 1], [20, 40]]
    assert x.grad.tolist() == [20, 40]


def test_a_removed_hook_is_silent():
    x = leaf(1)
    handle = x.register_hook(lambda g: g * 10)
    handle.remove()
    x.sum().backward()
    assert x.grad.item() == 1


def test_an_error_in_a_hook_arrives():
    x = leaf(1)

    def refuse(gradient):
        raise KeyError("from the hook")

    x.register_hook(refuse)
    with pytest.raises(KeyError, match="from the hook"):
        (x * x).sum().backward()


def test_hooks_must_be_callable_and_have_something_to_see():
    with pytest.raises(TypeError, match=r"register_hook.*int"):
        leaf(1).register_hook(3)
    with pytest.raises(pynn.AutogradError, match="does not require a gradient"):
        pynn.ones(1).register_hook(print)


# ---- modes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [pynn.no_grad, pynn.inference_mode, lambda: pynn.set_grad_enabled(False)])
def test_modes_switch_recording_off_and_back(mode):
    x = leaf(1)
    with mode():
        assert not pynn.is_grad_enabled()
        assert not (x * 2).requires_grad
        with pynn.enable_grad():
            assert (x * 2).requires_grad
        assert not pynn.is_grad_enabled()
    assert pynn.is_grad_enabled()
    assert (x * 2).requires_grad


def test_a_mode_ends_with_an_exception():
    with pytest.raises(KeyError), pynn.no_grad():
        raise KeyError
    assert pynn.is_grad_enabled()


def test_modes_decorate_functions():
    @pynn.no_grad()
    def double(x):
        return x * 2

    assert not double(leaf(1)).requires_grad
    assert double.__name__ == "double"
    assert pynn.is_grad_enabled()


def test_set_grad_enabled_acts_at_once():
    pynn.set_grad_enabled(False)
    try:
        assert not pynn.is_grad_enabled()
    finally:
        pynn.set_grad_enabled(True)
    assert pynn.is_grad_enabled()


def test_detach_shares_memory_and_cuts_history():
    x = leaf(1, 2)
    y = x * x
    d = y.detach()
    assert d.data_ptr() == y.data_ptr()
    assert d.is_leaf
    assert not d.requires_grad
    (y * d).sum().backward()
    assert x.grad.tolist() == [2, 16]  # 2 x times the constant x²


def test_integers_and_comparisons_need_no_gradient():
    x = leaf(1, 2)
    assert not (x > 1).requires_grad
    assert not x.long().requires_grad
    with pytest.raises(pynn.DTypeError, match="floating-point"):
        pynn.tensor([1, 2]).requires_grad_()


# ---- Function --------------------------------------------------------------------------------------------


class Scale(Function):
    """x * by, where `by` is a plain number."""

    @staticmethod
    def forward(ctx, x, by):
        ctx.save_for_backward(x)
        ctx.by = by
        return x * x * by

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        return dy * 2 * ctx.by * x, None


class SumAndProduct(Function):
    """Two outputs of two inputs."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a + b, a * b

    @staticmethod
    def backward(ctx, dsum, dproduct):
        a, b = ctx.saved_tensors
        return dsum + dproduct * b, dsum + dproduct * a


def returning(value_of):
    """A Function whose backward returns value_of(dy)."""

    class Bad(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, dy):
            return value_of(dy)

    return Bad


def test_a_function_has_first_and_second_gradients():
    x = leaf(0.5, -2, dtype=pynn.float64)
    assert gradcheck(lambda x: Scale.apply(x, 3.0), x)
    assert gradgradcheck(lambda x: Scale.apply(x, 3.0) ** 2, x)


def test_a_function_of_several_inputs_and_outputs():
    a, b = leaf(0.5, -2, dtype=pynn.float64), leaf(1.5, 3, dtype=pynn.float64)
    assert gradcheck(SumAndProduct.apply, [a, b])
    total, _ = SumAndProduct.apply(a, b)
    assert grad(total.sum(), a)[0].tolist() == [1, 1]  # the unused output counts as zero


def test_forward_of_a_function_records_nothing_itself():
    y = Scale.apply(leaf(1), 3.0)
    assert y.requires_grad
    assert not y.is_leaf
    assert not Scale.apply(pynn.ones(1), 3.0).requires_grad


@pytest.mark.parametrize(
    ("gradient", "error", "says"),
    [
        (lambda dy: (dy, dy), pynn.AutogradError, "returned 2 gradients; forward took 1"),
        (lambda dy: pynn.ones(7), pynn.ShapeError, r"gradient 0 has shape \(7,\), its input has \(2,\)"),
        (lambda dy: "text", TypeError, "must be a Tensor or None, not str"),
        (lambda dy: dy.no_such_thing, AttributeError, "no_such_thing"),
    ],
)
def test_a_bad_backward_is_told_what_is_wrong(gradient, error, says):
    x = leaf(1, 2)
    y = returning(gradient).apply(x).sum()
    with pytest.raises(error, match=says):
        y.backward()
    assert x.grad is None


def test_a_function_notices_that_a_saved_tensor_was_changed():
    w = leaf(1, 2) * 1
    y = Scale.apply(w, 3.0).sum()
    w.add_(1)
    with pytest.raises(pynn.AutogradError, match="in place"):
        y.backward()


def test_a_function_without_forward():
    with pytest.raises(NotImplementedError, match="forward"):
        Function.apply(leaf(1))


# ---- the checkers ----------------------------------------------------------------------------------------


def test_gradcheck_notices_a_wrong_gradient():
    wrong = returning(lambda dy: dy * 2.01)
    x = leaf(1, 2, dtype=pynn.float64)
    with pytest.raises(GradcheckError, match=r"input 0 at \(0,\)"):
        gradcheck(wrong.apply, x)
    assert not gradcheck(wrong.apply, x, raise_exception=False)
    assert gradcheck(returning(lambda dy: dy * 2).apply, x)


def test_gradcheck_notices_a_missing_gradient_and_nan():
    x = leaf(1, 2, dtype=pynn.float64)
    assert not gradcheck(returning(lambda dy: None).apply, x, raise_exception=False)
    assert not gradcheck(returning(lambda dy: dy * float("nan")).apply, x, raise_exception=False)
    assert not gradcheck(lambda x: x.detach() * x, x, raise_exception=False)


def test_gradgradcheck_notices_a_wrong_second_gradient():
    class CubeOfConstant(Function):
        """The first gradient is right, its dependence on x is lost."""

        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x * x

        @staticmethod
        def backward(ctx, dy):
            (x,) = ctx.saved_tensors
            return dy * 3 * x * x.detach()

    x = leaf(1, 2, dtype=pynn.float64)
    assert gradcheck(CubeOfConstant.apply, x)
    assert not gradgradcheck(CubeOfConstant.apply, x, raise_exception=False)
    with pytest.raises(GradcheckError):
        gradgradcheck(CubeOfConstant.apply, x)
    assert gradgradcheck(lambda x: x**3, x)


def test_gradcheck_wants_float64_leaves():
    with pytest.raises(TypeError, match=r"float64.*x.double\(\)"):
        gradcheck(lambda x: x * x, leaf(1))
    with pytest.raises(ValueError, match="leaves"):
        gradcheck(lambda x: x * x, leaf(1, dtype=pynn.float64) * 1)
    with pytest.raises(ValueError, match="no input requires"):
        gradcheck(lambda x: x * x, pynn.ones(1))


# ---- errors ----------------------------------------------------------------------------------------------


def test_backward_twice():
    y = (leaf(1) ** 2).sum()
    y.backward()
    with pytest.raises(pynn.AutogradError, match=r"already ran.*retain_graph=True"):
        y.backward()


def test_a_saved_tensor_changed_in_place():
    w = leaf(1, 2) * 1
    y = (w * w).sum()
    w.mul_(2)
    with pytest.raises(pynn.AutogradError, match=r"mul: .*in place since"):
        y.backward()


def test_a_change_in_place_that_nobody_saved_is_fine():
    x = leaf(1, 2)
    y = x * 3
    y.add_(1)
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_backward_of_many_values_without_their_gradient():
    with pytest.raises(pynn.AutogradError, match=r"shape \(2,\).*y\.sum\(\)\.backward\(\)"):
        (leaf(1, 2) * 2).backward()


@pytest.mark.parametrize("gradient", [pynn.ones(3), pynn.ones(2, 1)])
def test_a_gradient_of_the_wrong_shape(gradient):
    with pytest.raises(pynn.ShapeError, match="backward: the gradient has shape"):
        (leaf(1, 2) * 2).backward(gradient)


def test_nothing_to_differentiate():
    with pytest.raises(pynn.AutogradError, match="no history"):
        pynn.ones(1).sum().backward()
    with pytest.raises(pynn.AutogradError, match="does not require a gradient"):
        grad(leaf(1).sum(), pynn.ones(1))


def test_what_grad_may_be_set_to():
    x = leaf(1, 2)
    x.grad = pynn.ones(2)
    (x * 2).sum().backward()
    assert x.grad.tolist() == [3, 3]
    with pytest.raises(pynn.ShapeError, match=r"\(2,\).*\(3,\)"):
        x.grad = pynn.ones(3)
    with pytest.raises(TypeError, match="int"):
        x.grad = 3


def test_a_view_that_follows_its_base_is_numbered_before_its_reader():
    """The second input of an op may be a view whose history is made anew at that very moment."""
    x = pynn.ones(2, 3, requires_grad=True)
    a = x * 1
    view = a.T
    y = view + 1
    a += 0.25
    (y + view).sum().backward()
    assert x.grad.tolist() == [[2.0] * 3] * 2
