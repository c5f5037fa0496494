"""pynn itself: factories, conversions, gradients, files."""

from __future__ import annotations

import numpy as np

import pynn
from pynn import autograd

x = pynn.ones(2, 3)
NAN, INF = float("nan"), float("inf")


class Unfinished(autograd.Function):
    """A function without its formulas."""


def factory(name):
    make = getattr(pynn, name)
    return [
        (lambda: make(2, -1), ValueError, f"{name}.*-1"),
        (lambda: make(1.5), TypeError, f"{name}.*1.5"),
        (lambda: make("two"), TypeError, f"{name}.*two"),
        (lambda: make(None), TypeError, f"{name}.*None"),
        (lambda: make((1,) * 9), pynn.ShapeError, f"{name}.*at most 8 axes"),
        (lambda: make(2**40, 2**40), ValueError, f"{name}.*memory"),
        (lambda: make(2, dtype="float16"), TypeError, f"{name}.*float16"),
        (lambda: make(2, dtype=pynn.int64, requires_grad=True), TypeError, "float"),
        (lambda: make(2, device="cuda"), ValueError, f"{name}.*cuda"),
    ]


def like(name, *rest):
    make = getattr(pynn, name)
    return [
        (lambda: make(None, *rest), TypeError, f"{name}.*Tensor.*NoneType"),
        (lambda: make([1, 2], *rest), TypeError, f"{name}.*Tensor.*list"),
        (lambda: make(x, *rest, dtype="float16"), TypeError, "float16"),
    ]


def no_argument(name):
    return [(lambda: getattr(pynn, name)(1), TypeError, f"{name}")]


CALLS = {
    "pynn.Tensor": [
        (lambda: pynn.Tensor("text"), TypeError, "str"),
        (lambda: pynn.Tensor([[1], [1, 2]]), ValueError, "same length"),
    ],
    "pynn.tensor": [
        (lambda: pynn.tensor("text"), TypeError, "tensor.*str"),
        (lambda: pynn.tensor(None), TypeError, "tensor.*NoneType"),
        (lambda: pynn.tensor([[1, 2], [3]]), ValueError, "tensor.*same length"),
        (lambda: pynn.tensor([1, "a"]), TypeError, "tensor.*str"),
        (lambda: pynn.tensor([2**64]), ValueError, "tensor.*64 bits"),
        (lambda: pynn.tensor(np.ones((1,) * 9)), pynn.ShapeError, "tensor.*at most 8 axes"),
        (lambda: pynn.tensor(1j), TypeError, "tensor.*complex"),
        (lambda: pynn.tensor(x, dtype="float16"), TypeError, "float16.*float32"),
        (lambda: pynn.tensor([1, 2], requires_grad=True), TypeError, "tensor.*int64.*float32"),
    ],
    "pynn.dtype": [
        (lambda: pynn.dtype("float16"), TypeError, "float16.*float32"),
        (lambda: pynn.dtype(3), TypeError, "dtype.*3"),
    ],
    "pynn.device": [
        (lambda: pynn.device("cuda"), ValueError, "cuda"),
        (lambda: pynn.device(3), (TypeError, ValueError), "3"),
    ],
    "pynn.from_numpy": [
        (lambda: pynn.from_numpy([1]), TypeError, "from_numpy.*list.*pynn.tensor"),
        (lambda: pynn.from_numpy(np.ones(2, np.uint16)), TypeError, "from_numpy.*uint16.*pynn.tensor"),
        (lambda: pynn.from_numpy(np.ones(2, complex)), TypeError, "from_numpy.*complex"),
        (lambda: pynn.from_numpy(np.ones(2, ">f4")), TypeError, "from_numpy.*>f4"),
        (lambda: pynn.from_numpy(np.ones((1,) * 9)), pynn.ShapeError, "from_numpy.*8 axes"),
        (
            lambda: pynn.from_numpy(np.zeros(3, [("a", "i1"), ("b", "f8")])["b"]),
            ValueError,
            "from_numpy.*aligned.*ascontiguousarray",
        ),
    ],
    "pynn.from_dlpack": [(lambda: pynn.from_dlpack(3), TypeError, "from_dlpack.*int")],
    "pynn.Generator": [
        (lambda: pynn.Generator(device="cuda"), ValueError, "cuda"),
        (lambda: pynn.Generator().manual_seed("one"), TypeError, "manual_seed.*one|manual_seed.*str"),
    ],
    "pynn.arange": [
        (lambda: pynn.arange(0, 1, 0), ValueError, "arange.*step"),
        (lambda: pynn.arange(NAN), ValueError, "arange.*nan"),
        (lambda: pynn.arange(5, 0), ValueError, "arange.*step=-1"),
        (lambda: pynn.arange(1e30), (ValueError, MemoryError), "arange.*memory"),
        (lambda: pynn.arange("five"), TypeError, "arange.*str"),
    ],
    "pynn.linspace": [
        (lambda: pynn.linspace(0, 1, -1), ValueError, "linspace.*-1"),
        (lambda: pynn.linspace(0, 1, 1.5), TypeError, "linspace.*float"),
        (lambda: pynn.linspace("a", 1, 3), TypeError, "linspace.*str"),
    ],
    "pynn.eye": [
        (lambda: pynn.eye(-1), ValueError, "eye.*-1"),
        (lambda: pynn.eye(2.5), TypeError, "eye.*2.5"),
        (lambda: pynn.eye(2**40), (ValueError, MemoryError), "eye.*memory"),
    ],
    "pynn.empty": factory("empty"),
    "pynn.zeros": factory("zeros"),
    "pynn.ones": factory("ones"),
    "pynn.rand": factory("rand"),
    "pynn.randn": factory("randn"),
    "pynn.full": [
        (lambda: pynn.full((-1,), 0.0), ValueError, "full.*-1"),
        (lambda: pynn.full((2,), "text"), TypeError, "full.*text"),
        (lambda: pynn.full((2,), pynn.ones(2)), ValueError, "full.*\\(2,\\)"),
    ],
    "pynn.zeros_like": like("zeros_like"),
    "pynn.ones_like": like("ones_like"),
    "pynn.empty_like": like("empty_like"),
    "pynn.full_like": like("full_like", 1.0),
    "pynn.rand_like": like("rand_like"),
    "pynn.randn_like": like("randn_like"),
    "pynn.randint_like": like("randint_like", 0, 5)[:2],
    "pynn.randint": [
        (lambda: pynn.randint(5, 5, (2,)), ValueError, "randint.*5"),
        (lambda: pynn.randint(0, 5, (-2,)), ValueError, "randint.*-2"),
        (lambda: pynn.randint(0.5, 5, (2,)), TypeError, "randint.*float"),
    ],
    "pynn.randperm": [
        (lambda: pynn.randperm(-1), ValueError, "randperm.*-1"),
        (lambda: pynn.randperm(2.5), TypeError, "randperm.*float"),
        (lambda: pynn.randperm(2**60), (ValueError, MemoryError), "randperm"),
    ],
    "pynn.normal": [
        (lambda: pynn.normal(0.0, -1.0, (2,)), ValueError, "normal.*-1"),
        (lambda: pynn.normal("a", 1.0, (2,)), TypeError, "normal.*str"),
    ],
    "pynn.uniform": [
        (lambda: pynn.uniform((2,), 1.0, 0.0), ValueError, "uniform.*1.*0"),
        (lambda: pynn.uniform((-2,), 0.0, 1.0), ValueError, "uniform.*-2"),
    ],
    "pynn.multinomial": [
        (
            lambda: pynn.multinomial(pynn.tensor([-1.0, 2.0]), 1),
            ValueError,
            "multinomial.*-1|multinomial.*0 or",
        ),
        (lambda: pynn.multinomial(pynn.zeros(3), 1), ValueError, "multinomial.*sum|multinomial.*0"),
        (lambda: pynn.multinomial(pynn.ones(3), "a"), TypeError, "multinomial.*num_samples.*'a'"),
        (lambda: pynn.multinomial(pynn.ones(3), 4), ValueError, "multinomial.*4.*replacement"),
        (lambda: pynn.multinomial(pynn.tensor([NAN, 1.0]), 1), ValueError, "multinomial"),
        (lambda: pynn.multinomial(pynn.ones(1, 2, 3), 1), pynn.ShapeError, r"multinomial.*\(1, 2, 3\)"),
    ],
    "pynn.max": [
        (lambda: pynn.max(pynn.zeros(0)), ValueError, "max"),
        (lambda: pynn.max(x, 5), IndexError, "max.*axis 5"),
        (lambda: pynn.max(x, "a"), TypeError, "max"),
        (lambda: pynn.max(None), TypeError, "max.*None"),
    ],
    "pynn.min": [
        (lambda: pynn.min(pynn.zeros(0)), ValueError, "min"),
        (lambda: pynn.min(x, 5), IndexError, "min.*axis 5"),
        (lambda: pynn.min(None), TypeError, "min.*None"),
    ],
    "pynn.einsum": [
        (lambda: pynn.einsum("ij,jk->ik", x, x), ValueError, r"einsum.*j"),
        (lambda: pynn.einsum("ij->ik", x), ValueError, "einsum.*k"),
        (lambda: pynn.einsum("ij", x, x), ValueError, "einsum.*2"),
        (lambda: pynn.einsum("i!", x), ValueError, "einsum.*!"),
        (lambda: pynn.einsum(3, x), TypeError, "einsum.*int"),
        (lambda: pynn.einsum("i,i->", pynn.ones(2), None), TypeError, "einsum.*None"),
    ],
    "pynn.tensordot": [
        (lambda: pynn.tensordot(x, x, 1), pynn.ShapeError, r"tensordot.*\(2, 3\)"),
        (lambda: pynn.tensordot(x, x, 5), ValueError, "tensordot.*5"),
        (lambda: pynn.tensordot(x, x, -1), ValueError, "tensordot.*-1"),
    ],
    "pynn.save": [
        (lambda: pynn.save({"a": object()}, "unused"), TypeError, "save: a is a object"),
        (lambda: pynn.save(lambda: 0, "unused"), TypeError, "save.*function"),
        (lambda: pynn.save(x, 3), TypeError, "save.*path.*int"),
    ],
    "pynn.load": [
        (lambda: pynn.load("no such file"), FileNotFoundError, "no such file"),
        (lambda: pynn.load(__file__), ValueError, "load.*core.py"),
        (lambda: pynn.load(3), TypeError, "load.*path.*int"),
    ],
    "pynn.manual_seed": [
        (lambda: pynn.manual_seed("one"), TypeError, "manual_seed"),
        (lambda: pynn.manual_seed(1.5), TypeError, "manual_seed"),
    ],
    "pynn.set_rng_state": [(lambda: pynn.set_rng_state("state"), TypeError, "set_rng_state")],
    "pynn.set_num_threads": [
        (lambda: pynn.set_num_threads(0), ValueError, "set_num_threads.*1 or more"),
        (lambda: pynn.set_num_threads("two"), TypeError, "set_num_threads"),
    ],
    "pynn.set_float32_matmul_precision": [
        (
            lambda: pynn.set_float32_matmul_precision("low"),
            ValueError,
            "'high' or 'medium', got 'low'",
        ),
        (lambda: pynn.set_float32_matmul_precision(True), TypeError, "set_float32_matmul_precision"),
    ],
    "pynn.set_winograd_enabled": [
        (lambda: pynn.set_winograd_enabled("no"), TypeError, "set_winograd_enabled"),
    ],
    "pynn.autocast": [
        (lambda: pynn.autocast("float16"), ValueError, r"autocast.*pynn\.bfloat16 only, got float16"),
        (lambda: pynn.autocast("cpu", pynn.float32), ValueError, r"autocast.*pynn\.float32"),
        (lambda: pynn.autocast("cuda"), ValueError, "cuda"),
        (lambda: pynn.autocast(3), ValueError, "'3'"),
        (lambda: pynn.autocast(len), TypeError, "autocast.*parentheses"),
    ],
    "pynn.is_autocast_enabled": [(lambda: pynn.is_autocast_enabled("cuda"), ValueError, "cuda")],
    "pynn.set_grad_enabled": [(lambda: pynn.set_grad_enabled(), TypeError, "missing")],
    "pynn.enable_grad": [(lambda: pynn.enable_grad(1), TypeError, "argument")],
    "pynn.compile": [(lambda: pynn.compile(3), TypeError, "function or a Module, got int")],
    "pynn.CompiledStep": [(lambda: pynn.CompiledStep("step"), TypeError, "function, got str")],
    "pynn.CompiledModule": [(lambda: pynn.CompiledModule(len), TypeError, "Module, got builtin")],
    "pynn.no_grad": [(lambda: pynn.no_grad(1), TypeError, "parentheses")],
    "pynn.inference_mode": [(lambda: pynn.inference_mode(1, 2), TypeError, "argument")],
    **{
        f"pynn.{name}": no_argument(name)
        for name in (
            "empty_cache",
            "get_float32_matmul_precision",
            "get_num_threads",
            "get_rng_state",
            "initial_seed",
            "is_grad_enabled",
            "is_winograd_enabled",
            "isa",
            "memory_stats",
            "reset_peak_memory_stats",
            "show_config",
        )
    },
    "pynn.autograd.backward": [
        (lambda: autograd.backward(x), pynn.AutogradError, "requires_grad=True"),
        (lambda: autograd.backward(pynn.ones(2, requires_grad=True) * 2), pynn.AutogradError, r"\(2,\)"),
        (
            lambda: autograd.backward(pynn.ones(2, requires_grad=True) * 2, pynn.ones(3)),
            pynn.ShapeError,
            r"\(3,\).*\(2,\)|\(2,\).*\(3,\)",
        ),
        (lambda: autograd.backward(None), TypeError, "Tensor"),
    ],
    "pynn.autograd.grad": [
        (lambda: autograd.grad([x.sum()], [x]), pynn.AutogradError, "gradient"),
        (lambda: autograd.grad(None, [x]), TypeError, "Tensor"),
        (
            lambda: autograd.grad(
                [pynn.ones(1, requires_grad=True).sum()], [pynn.ones(1, requires_grad=True)]
            ),
            pynn.AutogradError,
            "allow_unused",
        ),
    ],
    "pynn.autograd.gradcheck": [
        (
            lambda: autograd.gradcheck(lambda a: a, [x.double()]),
            ValueError,
            "gradcheck.*no input requires a gradient",
        ),
        (
            lambda: autograd.gradcheck(lambda a: a, [pynn.ones(1, requires_grad=True)]),
            (TypeError, ValueError),
            "float64",
        ),
    ],
    "pynn.autograd.gradgradcheck": [
        (
            lambda: autograd.gradgradcheck(lambda a: a, [x.double()]),
            ValueError,
            "gradcheck.*no input requires a gradient",
        ),
    ],
    "pynn.autograd.Function": [
        (lambda: Unfinished.apply(x), NotImplementedError, "a static method forward"),
    ],
}
for name in ("ShapeError", "DTypeError", "AutogradError", "RecordingWarning"):  # exceptions take anything
    CALLS[f"pynn.{name}"] = []
for name in ("enable_grad", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled"):
    CALLS[f"pynn.autograd.{name}"] = CALLS[f"pynn.{name}"]
