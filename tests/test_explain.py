"""pynn.explain: its four views over every registered op, and over modules."""

from __future__ import annotations

import numpy as np
import pytest
from op_suite import ops, samples_of

import pynn
from pynn import nn
from pynn.explanation import as_numpy, check, source, view

OPS = pytest.mark.parametrize("op", ops(), ids=lambda op: op.name)


# ---- every op ------------------------------------------------------------------------------------------


@OPS
def test_the_numpy_program_computes_what_the_reference_says(op):
    text = as_numpy.function_text(op)
    assert bool(text) == bool(op.reference)
    if not text:
        return
    assert max(len(line) for line in text.splitlines()) <= 112
    function = as_numpy.run(text, op.name)
    for sample in samples_of(op):
        rounded = sample.with_arrays(lambda a: a.astype(np.float64) if a.dtype.kind == "f" else a.copy())
        with np.errstate(all="ignore"):
            y = function(**rounded.bound())
        got, want = y if isinstance(y, tuple) else (y,), sample.reference()
        assert len(got) == len(want)
        for a, b in zip(got, want, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14, err_msg=str(sample))


@OPS
def test_the_cpp_is_that_of_the_op(op):
    text = source.excerpt(op)
    assert f'"{op.name}"' in text
    whole = source.text_of(op.file)
    if whole.startswith("//"):
        assert text.splitlines()[0] == whole.splitlines()[0]  # what the file says of itself
    missing = [line for line in text.splitlines() if line.strip() and line not in whole]
    assert missing == []
    assert text.count("{") == text.count("}"), "a piece was cut in two"


@OPS
def test_the_gradient_check_passes_or_says_why_there_is_none(op):
    result = check.check_op(op)
    assert result.passed
    assert bool(result.inputs) != bool(result.why_not)
    if op.differentiable and op.reference and any(sample.is_smooth() for sample in samples_of(op)):
        assert result.inputs


@OPS
def test_every_view_has_something_to_show(op):
    explanation = pynn.explain(op)
    assert explanation.name == op.name
    text = str(explanation)
    for title, _, body in explanation.sections:
        assert title in text
        assert body.strip()
    page = explanation._repr_html_()
    assert page.count("<details") == page.count("</details>") == 4


# ---- reading a file --------------------------------------------------------------------------------------


def test_an_excerpt_leaves_the_rest_of_the_family_out():
    text = pynn.explain(pynn.relu).cpp
    assert "struct Relu {" in text
    assert '.name = "relu"' in text
    assert "struct Threshold" not in text
    assert '.name = "relu6"' not in text


def test_an_excerpt_follows_names_to_what_they_stand_for():
    text = pynn.explain(pynn.softmax).cpp
    for part in ("struct Softmax {", "void softmax_rows(", "void softmax_rows_backward(", "usable_maximum"):
        assert part in text


def test_pieces_of_a_file():
    head, pieces = source.split(
        "// What it is.\n#include <x>\n\nnamespace a {\n\n// One.\nstruct One {\n  int x;\n};\n"
        "int two(int v) {\n  return One{v}.x + '}';\n}\n#define THREE(x) \\\n  x\n"
        'four("{");\n}  // namespace a\n'
    )
    assert head == "// What it is."
    assert [sorted(piece.names) for piece in pieces[:3]] == [["One"], ["two"], ["THREE"]]
    assert pieces[0].text.startswith("// One.")
    assert "One" in pieces[1].words
    assert pieces[3].text == 'four("{");'


def test_sources_that_are_not_there():
    with pytest.raises(FileNotFoundError, match=r"csrc/ops/nothing\.cpp is not part of this installation"):
        source.text_of("csrc/ops/nothing.cpp")


# ---- what is asked for -----------------------------------------------------------------------------------


def test_by_name_by_alias_by_function():
    assert pynn.explain("softmax").name == "softmax"
    assert pynn.explain("multiply").name == "mul"
    assert pynn.explain(nn.functional.conv2d).name == "conv2d"
    assert pynn.explain(pynn.Tensor.exp_).name == "exp"


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [
        (3, TypeError, "expected an op such as pynn.softmax, or a module, got int"),
        ("no_such", ValueError, "there is no op named 'no_such'"),
        (nn.Linear, TypeError, r"Linear is a class. Did you mean Linear\(...\)"),
        (print, TypeError, "got builtin_function_or_method"),
    ],
)
def test_what_cannot_be_explained(what, error, message):
    with pytest.raises(error, match=message):
        pynn.explain(what)


def test_a_wrong_gradient_is_found():
    class Wrong(pynn.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * x

        @staticmethod
        def backward(ctx, dy):
            return dy * 3

    x = pynn.tensor([1.0, 2.0], dtype=pynn.float64, requires_grad=True)
    result = check.compare("wrong(x)", lambda: Wrong.apply(x), [("x", x)])
    assert not result.passed
    assert "d/dx (2,): DIFFERS" in str(result)
    assert x.tolist() == [1.0, 2.0]


def test_an_op_without_a_gradient_says_why():
    assert "no gradient to check" in str(pynn.explain(pynn.argmax).check)


# ---- modules -----------------------------------------------------------------------------------------------

MODULES = {
    "linear": lambda: nn.Linear(3, 2),
    "stack": lambda: nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2)),
    "convolution": lambda: nn.Conv2d(2, 3, 3, padding=1),
    "norm": lambda: nn.LayerNorm(5),
    "batch norm": lambda: nn.BatchNorm1d(4),
    "pool": lambda: nn.MaxPool2d(2),
    "embedding": lambda: nn.Embedding(5, 3),
    "activation": lambda: nn.GELU(),
    "loss": lambda: nn.CrossEntropyLoss(),
    "lazy": lambda: nn.Linear(None, 2),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_explained_by_the_ops_it_runs(name):
    pynn.manual_seed(0)
    module = MODULES[name]()
    built = module.built
    state = {k: v.numpy().copy() for k, v in module.state_dict().items()} if built else {}
    explanation = pynn.explain(module)
    assert explanation.formula
    assert "return" in explanation.numpy
    assert explanation.file.startswith("csrc/")
    assert explanation.check.passed
    assert explanation.check.inputs
    assert module.built == built
    for key, value in state.items():  # a copy ran
        np.testing.assert_array_equal(module.state_dict()[key].numpy(), value)


def test_the_numpy_program_of_a_module_computes_the_same():
    pynn.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    x = pynn.randn(5, 3)
    text = pynn.explain(model, x).numpy
    forward = as_numpy.run(text, "sequential")
    weights = [p.detach().numpy() for p in model.parameters()]
    got = forward(x.numpy(), *weights)
    np.testing.assert_allclose(got, model(x).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_a_module_that_needs_an_input_of_its_own():
    class Odd(nn.Module):
        def forward(self, x):
            assert x.shape == (7, 7, 7)
            return x.exp()

    with pytest.raises(ValueError, match=r"Did you mean explain\(module, x\)"):
        pynn.explain(Odd())
    assert "exp" in pynn.explain(Odd(), pynn.ones(7, 7, 7)).formula


# ---- the looks ---------------------------------------------------------------------------------------------


def test_in_colour_where_rich_is_installed():
    pytest.importorskip("rich", reason="rich is not installed")
    text = view.rich_text(pynn.explain(pynn.tanh))
    assert "\x1b[" in text
    assert "Gradient check" in text


def test_a_notebook_shows_signs_as_they_are():
    page = pynn.explain(pynn.less)._repr_html_()
    assert "a &lt; b" in page
