"""The catalogue of common mistakes: each message, word for word, and the place in the docs that it names."""

# ruff: noqa: E501 - messages stand here as they are shown

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pynn
from pynn import _mistakes, nn
from pynn.nn import functional as F

PAGE = Path(__file__).parents[1] / _mistakes.PAGE


def backward_twice():
    x = pynn.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    y.backward()


def changed_in_place():
    y = pynn.ones(2, requires_grad=True).exp()
    y.add_(1)
    y.sum().backward()


def leaf_changed():
    pynn.ones(2, requires_grad=True).add_(1)


def deep():
    return nn.Sequential(nn.Sequential(nn.Linear(784, 128), nn.ReLU()), nn.Linear(64, 10))


# name -> (call, error, message)
GOLDEN = {
    "matrix product": (
        lambda: pynn.ones(3, 4) @ pynn.ones(5, 2), pynn.ShapeError,
        """matmul: shapes (3, 4) @ (5, 2): the last axis of a has size 4, the second-to-last axis of b has 5; (.., m, k) @ (.., k, n) needs them equal.
    rule: (.., m, k) @ (.., k, n) -> (.., m, n)
    (3, 4) @ (5, 2)
        ^     ^ 4 is not 5
    more: docs/errors.md#matrix-product""",
    ),
    "broadcasting": (
        lambda: pynn.ones(3, 4) + pynn.ones(3, 15), pynn.ShapeError,
        """add: shapes (3, 4) and (3, 15) do not broadcast: aligned from the right, axis -1 has sizes 4 and 15, which must be equal or 1.
    rule: aligned from the right, sizes are equal, or one of them is 1
     (3, 4)
    (3, 15)
        ^^
    more: docs/errors.md#broadcasting""",
    ),
    "features": (
        lambda: nn.Linear(784, 10)(pynn.ones(32, 1, 28, 28)), pynn.ShapeError,
        """Linear(in_features=784, out_features=10): got input (32, 1, 28, 28); its last dimension must be 784. Did you mean x.flatten(1)?
    rule: (.., in) @ (out, in)ᵀ + (out,) -> (.., out)
    (32, 1, 28, 28)
                ^^ must be 784
    more: docs/errors.md#features-of-a-linear-layer""",
    ),
    "features, inside a model": (
        lambda: deep()(pynn.ones(32, 784)), pynn.ShapeError,
        """Linear(in_features=64, out_features=10): got input (32, 128); its last dimension must be 64. Did you mean nn.Linear(128, 10)?
    in model.1 (Linear)
    rule: (.., in) @ (out, in)ᵀ + (out,) -> (.., out)
    (32, 128)
         ^^^ must be 64
    more: docs/errors.md#features-of-a-linear-layer""",
    ),
    "features, deeper": (
        lambda: deep()(pynn.ones(32, 700)), pynn.ShapeError,
        """Linear(in_features=784, out_features=128): got input (32, 700); its last dimension must be 784. Did you mean nn.Linear(700, 128)?
    in model.0.0 (Linear)
    rule: (.., in) @ (out, in)ᵀ + (out,) -> (.., out)
    (32, 700)
         ^^^ must be 784
    more: docs/errors.md#features-of-a-linear-layer""",
    ),
    "rank of a convolution": (
        lambda: nn.Conv2d(1, 2, 3)(pynn.ones(28, 28)), pynn.ShapeError,
        """Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1)): got input (28, 28); expected (N, C, H, W) or (C, H, W) without a batch. Did you mean x.unsqueeze(0)?
    rule: (N, C, space..) -> (N, C', space'..)
    more: docs/errors.md#rank-of-a-convolution""",
    ),
    "forgotten channels": (
        lambda: nn.Conv2d(1, 2, 3)(pynn.ones(32, 28, 28)), pynn.ShapeError,
        """Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1)): got input (32, 28, 28), which is (C, H, W) with 32 channels; weight (2, 1, 3, 3) takes 1. Did you mean x.unsqueeze(1)?
    rule: (N, C, H, W): a batch of N images, each of C channels
    (32, 28, 28)
     ^^ channels: must be 1
    more: docs/errors.md#forgotten-batch""",
    ),
    "forgotten batch": (
        lambda: nn.BatchNorm1d(3)(pynn.ones(3)), pynn.ShapeError,
        """BatchNorm1d: expected (N, C) or (N, C, L), got (3,)
    rule: (N, C): statistics are over the N samples of a batch
    more: docs/errors.md#forgotten-batch""",
    ),
    "channels first": (
        lambda: nn.Conv2d(3, 2, 3)(pynn.ones(2, 32, 30, 3)), pynn.ShapeError,
        """Conv2d(3, 2, kernel_size=(3, 3), stride=(1, 1)): got input (2, 32, 30, 3) with 32 channels; weight (2, 3, 3, 3) with groups=1 takes 3. Channels come before the axes of space: did you mean x.movedim(-1, 1)?
    rule: (N, C, H, W): channels come before the axes of space
    (2, 32, 30, 3)
        ^^ channels: must be 3
    more: docs/errors.md#channels-first""",
    ),
    "label range": (
        lambda: F.cross_entropy(pynn.ones(3, 4), pynn.tensor([0, 1, 4])), IndexError,
        """cross_entropy: target 4 at position 2 is not one of the 4 classes 0 to 3 (nor ignore_index=-100)
    rule: labels are whole numbers from 0 to classes - 1
    more: docs/errors.md#class-labels-out-of-range""",
    ),
    "shape of labels": (
        lambda: F.cross_entropy(pynn.ones(3, 4), pynn.tensor([[0], [1], [2]])), pynn.ShapeError,
        """cross_entropy: input (3, 4) needs class indices of shape (3,), got (3, 1). Did you mean target.reshape(3,)?
    rule: scores (N, C), labels (N,)
    more: docs/errors.md#shape-of-labels""",
    ),
    "labels as floats": (
        lambda: F.cross_entropy(pynn.ones(3, 4), pynn.tensor([0.0, 1.0, 2.0])), pynn.ShapeError,
        """cross_entropy: input (3, 4) and target (3,) differ. Floats as target are probabilities of every class; for class indices use integers: target.long()
    rule: class indices: integers (N,); probabilities: floats (N, C)
    more: docs/errors.md#labels-as-floats""",
    ),
    "(N, 1) against (N,)": (
        lambda: nn.MSELoss()(pynn.ones(8, 1), pynn.ones(8)), pynn.ShapeError,
        """mse_loss: input (8, 1) and target (8,) must have the same shape. Did you mean target.reshape(input.shape), or input.squeeze(-1)?
    in MSELoss
    rule: a loss compares element by element: (N, 1) with (N, 1), or (N,) with (N,)
    (8, 1) - (8,) would broadcast to (8, 8)
    more: docs/errors.md#one-column-or-none""",
    ),
    "types": (
        lambda: nn.Sequential(nn.Linear(2, 2))(pynn.ones(1, 2, dtype=pynn.float64)), pynn.DTypeError,
        """linear: input is float64, weight float32, bias float32; they must be of one type. Did you mean x.to(weight.dtype)?
    in model.0 (Linear)
    rule: data float32, labels and indices int64
    more: docs/errors.md#types-that-differ""",
    ),
    "index of an embedding": (
        lambda: F.embedding(pynn.tensor([5]), pynn.ones(3, 2)), IndexError,
        """embedding: index 5 at place (0,) of the index is out of range; the axis has 3 places, so expected 0 to 2
    rule: 0 <= index < size of the axis
    more: docs/errors.md#index-out-of-range""",
    ),
    "changed in place": (
        changed_in_place, pynn.AutogradError,
        """exp: backward needs a tensor of shape (2,) as it was in forward, but `add` has changed it in place since. Did you mean the out-of-place form, or x.clone() before the change?
    rule: dx = dy · f'(x): the x of forward
    more: docs/errors.md#changed-in-place""",
    ),
    "leaf changed in place": (
        leaf_changed, pynn.AutogradError,
        """add: a leaf tensor that requires a gradient cannot be changed in place while gradients are recorded: its old values would be lost to them. Did you mean `with pynn.no_grad():`?
    rule: w is learned: it changes in optimizer.step(), or under no_grad()
    more: docs/errors.md#leaf-changed-in-place""",
    ),
    "backward twice": (
        backward_twice, pynn.AutogradError,
        """backward: it already ran through `sum`, and what its forward kept is gone. Did you mean backward(retain_graph=True) the first time?
    rule: one forward, one backward
    more: docs/errors.md#backward-twice""",
    ),
    "nothing to differentiate": (
        lambda: pynn.ones(2).sum().backward(), pynn.AutogradError,
        """backward: a tensor of shape () has no history: nothing it was computed from has requires_grad=True, or it was made under no_grad or detached.
    rule: a gradient needs an unbroken chain of ops from a tensor with requires_grad=True
    more: docs/errors.md#nothing-to-differentiate""",
    ),
    "gradient of many numbers": (
        lambda: (pynn.ones(2, requires_grad=True) * 2).backward(), pynn.AutogradError,
        """backward: a tensor of shape (2,) needs the gradient of what follows it; only a one-element tensor can start from 1. Did you mean y.sum().backward() or y.backward(gradient)?
    rule: backward() starts from one number: the loss
    more: docs/errors.md#gradient-of-many-numbers""",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_the_message_word_for_word(name):
    call, error, message = GOLDEN[name]
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message


def test_devices():
    with pytest.raises(ValueError, match=r"(?s)no other device.*rule: .*one device.*docs/errors\.md#devices"):
        nn.Linear(2, 2).to("cuda")


def test_rank_of_a_recurrent_layer():
    with pytest.raises(pynn.ShapeError) as caught:
        nn.LSTM(3, 4)(pynn.ones(2, 3, 3, 3))
    assert "docs/errors.md#rank-of-a-recurrent-layer" in str(caught.value)


# ---- the page --------------------------------------------------------------------------------------------

ANCHORS = re.findall(r"^\(([a-z-]+)\)=\n#{2,3} ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_mistake_has_its_place_in_the_docs():
    assert sorted({mistake.anchor for mistake in _mistakes.MISTAKES} - set(ANCHORS)) == []
    assert len(ANCHORS) == len(set(ANCHORS))


def test_every_place_is_led_to():
    silent = {"softmax-twice", "missing-zero-grad"}  # these raise nothing
    assert set(ANCHORS) - {mistake.anchor for mistake in _mistakes.MISTAKES} == silent


# ---- parts -----------------------------------------------------------------------------------------------


def test_an_uncommon_error_is_left_alone():
    assert _mistakes.explained("sum: something else") == "sum: something else"


def test_what_was_explained_is_not_explained_again():
    once = _mistakes.explained(
        "linear: got input (3, 4) and weight (5, 6); the input's last dimension must be 6."
    )
    assert "    (3, 4)\n        ^ must be 6" in once
    assert _mistakes.explained(once) == once


def test_marks():
    assert _mistakes.mark("(2, 30, 4)", 1, "here") == "(2, 30, 4)\n    ^^ here"
    assert _mistakes.mark("(2, 30, 4)", -1, "here", "x ") == "x (2, 30, 4)\n          ^ here"
    assert _mistakes.mark("()", 0) == "()"


def test_an_error_of_the_user_is_theirs():
    class Net(nn.Module):
        def forward(self, x):
            raise ValueError("my own")

    with pytest.raises(ValueError, match=r"^my own$"):
        nn.Sequential(Net())(pynn.ones(1))

    class Odd(nn.Module):
        def forward(self, x):
            raise KeyError(3)

    with pytest.raises(KeyError) as caught:
        Odd()(pynn.ones(1))
    assert caught.value.args == (3,)


def test_the_path_through_modules_of_ones_own():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.steps = nn.ModuleList([nn.Linear(3, 3), nn.Linear(4, 3)])

        def forward(self, x):
            for step in self.steps:
                x = step(x).relu()
            return x

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = Block()

        def forward(self, x):
            return self.encoder(x) @ pynn.ones(7, 7)

    with pytest.raises(pynn.ShapeError, match=r"in model\.encoder\.steps\.1 \(Linear\)"):
        Net()(pynn.ones(2, 3))
    net = Net()
    net.encoder.steps[1] = nn.Linear(3, 3)
    with pytest.raises(pynn.ShapeError, match=r"(?s)matmul: .*\n    in Net\n    rule: "):
        net(pynn.ones(2, 3))


def test_hooks_do_not_hide_the_path():
    model = deep()
    model[1].register_forward_hook(lambda *_: None)
    with pytest.raises(pynn.ShapeError, match=r"in model\.1 \(Linear\)"):
        model(pynn.ones(32, 784))


def test_an_error_that_is_caught_and_raised_again_keeps_one_path():
    model = deep()
    with pytest.raises(pynn.ShapeError) as caught:
        model(pynn.ones(32, 784))
    assert str(caught.value).count("in model.") == 1
