"""The doctor: each finding on a program that is broken in that way, and silence on healthy ones."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import pynn
from pynn import data, nn, train
from pynn.nn import functional as F
from pynn.train.doctor import examination

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 6)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(np.int64) + (X[:, 3] > 1)
NUMBERS = (X @ RNG.normal(size=(6, 1)) + 0.5).astype(np.float32)


def mlp(*end: nn.Module, hidden: int = 24, out: int = 3) -> nn.Sequential:
    pynn.manual_seed(0)
    return nn.Sequential(nn.Linear(6, hidden), nn.ReLU(), nn.Linear(hidden, out), *end)


def checked(model, x=X, y=Y, optimizer="adam", loss="cross_entropy", **how):
    model.compile(optimizer, loss)
    built = all(module.built for module in model.modules())
    before = {n: v.numpy().copy() for n, v in model.state_dict().items()} if built else {}
    modes, numbers = [m.training for m in model.modules()], pynn.get_rng_state()
    diagnosis = model.check(x, y, **how)
    for name, value in before.items():
        np.testing.assert_array_equal(model.state_dict()[name].numpy(), value)
    assert [m.training for m in model.modules()] == modes
    assert pynn.get_rng_state() == numbers
    assert not model.optimizer.state_dict()["state"]
    assert all(p.grad is None for p in model.parameters())
    return diagnosis


# ---- healthy programs --------------------------------------------------------------------------------------


class Attentive(nn.Module):
    """Embeddings, a residual path, layer norms."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.norm = nn.Embedding(20, 16), nn.LayerNorm(16)
        self.mix, self.drop, self.out = nn.Linear(16, 16), nn.Dropout(0.2), nn.Linear(16, 3)

    def forward(self, words: pynn.Tensor) -> pynn.Tensor:
        h = self.embed(words)
        h = h + self.drop(F.gelu(self.mix(self.norm(h))))
        return self.out(h.mean(1))


def with_batch_norm() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5),
        nn.Linear(256, 10),
    )  # fmt: skip


def digits() -> tuple[pynn.Tensor, pynn.Tensor]:
    x, y = data.load_digits()
    return pynn.tensor(np.asarray(x).reshape(-1, 1, 8, 8)[:256] / 16.0), pynn.tensor(np.asarray(y)[:256])


def iris() -> tuple[pynn.Tensor, pynn.Tensor]:
    x, y = data.load_iris()
    return pynn.tensor(np.asarray(x)), pynn.tensor(np.asarray(y))


WORDS = np.random.default_rng(1).integers(0, 20, (200, 7))
HEALTHY = {
    "mlp": lambda: (mlp(), X, Y, "adam", "cross_entropy"),
    "sgd": lambda: (mlp(), X, Y, lambda m: pynn.optim.SGD(m, lr=0.05, momentum=0.9), "cross_entropy"),
    "one-hot": lambda: (mlp(), X, np.eye(3, dtype=np.int64)[Y], "adamw", "cross_entropy"),
    "log softmax": lambda: (mlp(nn.LogSoftmax(1)), X, Y, "adam", "nll"),
    "regression": lambda: (mlp(out=1), X, NUMBERS, "adam", "mse"),
    "line": lambda: (nn.Linear(6, 1), X, NUMBERS, "adam", "mse"),
    "huber": lambda: (mlp(nn.Tanh(), out=1), X, np.tanh(NUMBERS), "rmsprop", "huber"),
    "binary": lambda: (mlp(out=1), X, (Y[:, None] > 0).astype(np.float32), "adam", "bce_with_logits"),
    "sigmoid": lambda: (mlp(nn.Sigmoid(), out=1), X, (Y[:, None] > 0).astype(np.float32), "adam", "bce"),
    "digits": lambda: (with_batch_norm(), *digits(), "adam", "cross_entropy"),
    "iris, as it is": lambda: (nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3)), *iris(), "adam",
                               "cross_entropy"),
    "words": lambda: (Attentive(), WORDS, WORDS[:, 0] % 3, "adam", "cross_entropy"),
    "raw, but normalised": lambda: (nn.Sequential(nn.BatchNorm1d(6), *mlp()), X * 1000, Y, "adam",
                                    "cross_entropy"),
    "lazy": lambda: (nn.Sequential(nn.LazyLinear(16), nn.ReLU(), nn.LazyLinear(3)), X, Y, "adam",
                     "cross_entropy"),
    "frozen": lambda: (frozen(), X, Y, "adam", "cross_entropy"),
    "deep": lambda: (nn.Sequential(nn.Linear(6, 32), nn.ReLU(),
                                   *[part for _ in range(6) for part in (nn.Linear(32, 32), nn.ReLU())],
                                   nn.Linear(32, 3)), X, Y, "adam", "cross_entropy"),
}  # fmt: skip


def frozen() -> nn.Module:
    model = mlp()
    model[0].requires_grad_(False)
    return model


@pytest.mark.parametrize("name", list(HEALTHY))
def test_healthy_programs_get_no_findings(name):
    for seed in range(3):
        pynn.manual_seed(seed)
        model, x, y, optimizer, loss = HEALTHY[name]()
        diagnosis = checked(model, x, y, optimizer(model) if callable(optimizer) else optimizer, loss)
        assert not diagnosis, diagnosis
    assert repr(diagnosis) == f"The doctor found nothing wrong ({len(examination.CHECKS)} checks)."


@pytest.mark.parametrize("name", ["mlp", "digits", "regression", "words", "binary", "line"])
def test_healthy_trainings_get_no_findings(name, capsys):
    model, x, y, optimizer, loss = HEALTHY[name]()
    model.compile(optimizer, loss)
    doctor = train.Doctor()
    model.fit(x, y, epochs=6, verbose=0, validation_split=0.2, callbacks=[doctor])
    assert not doctor.diagnosis, doctor.diagnosis
    assert capsys.readouterr().out == ""
    model.fit(x, y, epochs=60, verbose=0)
    assert not model.check(x, y), model.check(x, y)  # trained to the end, it is still well


# ---- broken ones -------------------------------------------------------------------------------------------


def only(diagnosis, name, layer=None, *evidence):
    """The finding of this name; nothing but it was found."""
    assert {finding.name for finding in diagnosis} == {name}, diagnosis
    finding = next(iter(diagnosis))
    assert layer is None or finding.layer == layer, finding
    for text in evidence:
        assert text in finding.evidence, finding
    return finding


def among(diagnosis, name, layer=None, *evidence):
    """The finding of this name, which may have caused others."""
    found = [f for f in diagnosis if f.name == name and (layer is None or f.layer == layer)]
    assert found, diagnosis
    for text in evidence:
        assert text in found[0].evidence, found[0]
    return found[0]


def test_double_softmax():
    only(checked(mlp(nn.Softmax(1))), "double-softmax", "3", "0.551")
    y = (Y[:, None] > 0).astype(np.float32)
    only(checked(mlp(nn.Sigmoid(), out=1), y=y, loss="bce_with_logits"), "double-softmax", "3")
    among(checked(mlp(), loss="nll"), "double-softmax", "2", "nll_loss")


def test_labels_out_of_range():
    y = Y.copy()
    y[17] = 3
    only(checked(mlp(), y=y), "labels-out-of-range", "", "Label 3 at index (17,)", "3 outputs")
    y[17] = -100  # what cross_entropy leaves out
    assert not checked(mlp(), y=y)
    signs = (Y[:, None] > 0).astype(np.float32) * 2 - 1
    only(checked(mlp(out=1), y=signs, loss="bce_with_logits"), "labels-out-of-range", "", "-1.0")


def test_unscaled_inputs_and_targets():
    pixels = (np.abs(X) * 100).astype(np.float32)
    among(checked(mlp(), x=pixels), "unscaled-inputs", "", "feature")
    among(checked(mlp(), x=X * 1e-5), "unscaled-inputs", "", "so small")
    prices = NUMBERS * 1000 + 50_000
    among(checked(mlp(out=1), y=prices, loss="mse"), "unscaled-targets")


def test_dead_relus():
    model = mlp()
    with pynn.no_grad():
        model[0].bias.sub_(5.0)
    among(checked(model), "dead-relus", "1", "of 24 units")
    assert "dead-relus" not in checked(nn.Sequential(nn.Linear(6, 24), nn.LeakyReLU(), nn.Linear(24, 3)))

    class Functional(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden, self.out = nn.Linear(6, 24), nn.Linear(24, 3)

        def forward(self, x):
            return self.out(F.relu(self.hidden(x) - 5))

    among(checked(Functional()), "dead-relus", "before out")


def test_saturated_units():
    model = nn.Sequential(nn.Linear(6, 24), nn.Tanh(), nn.Linear(24, 3))
    with pynn.no_grad():
        model[0].weight.mul_(200.0)
    among(checked(model), "saturated-units", "1")


class Cut(nn.Module):
    """A model whose first layer gets no gradient, and which has one that it never uses."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last, self.unused = nn.Linear(6, 24), nn.Linear(24, 3), nn.Linear(2, 2)

    def forward(self, x: pynn.Tensor) -> pynn.Tensor:
        return self.last(F.relu(self.first(x).detach()))


def test_no_gradient():
    diagnosis = checked(Cut())
    only(diagnosis, "no-gradient", "first", "first.weight")
    assert {f.layer for f in diagnosis} == {"first", "unused"}


def test_not_in_optimizer():
    model = mlp()
    optimizer = pynn.optim.Adam(model[0].parameters())
    only(checked(model, optimizer=optimizer), "not-in-optimizer", "2", "2.weight, 2.bias")
    other = pynn.optim.Adam(mlp().parameters())
    among(checked(mlp(), optimizer=other), "not-in-optimizer", "0", "4 that are not the model's")


def test_vanishing_and_exploding_gradients():
    pynn.manual_seed(0)
    layers = [part for _ in range(9) for part in (nn.Linear(16, 16), nn.Sigmoid())]
    deep = nn.Sequential(nn.Linear(6, 16), nn.Sigmoid(), *layers, nn.Linear(16, 3))
    among(checked(deep), "vanishing-gradient", "0")
    steep = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 3))
    with pynn.no_grad():
        for parameter in steep.parameters():
            parameter.mul_(300.0)
    among(checked(steep), "exploding-gradient", "0")


def test_class_imbalance():
    rare = np.zeros(200, np.int64)
    rare[:9] = 1
    only(checked(mlp(), y=rare), "class-imbalance", "", "9 of 200", "96%")
    assert not checked(mlp(), y=rare, class_weight={0: 1.0, 1: 20.0})
    assert not checked(mlp(), y=rare, loss=nn.CrossEntropyLoss(weight=pynn.tensor([1.0, 20.0, 1.0])))


def test_constant_predictions():
    model = mlp()
    with pynn.no_grad():
        model[2].weight.zero_()
    among(checked(model), "constant-predictions", "2")


class Hidden(nn.Module):
    """A layer in a plain list, which eval() does not reach."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(6, 24), nn.Linear(24, 3)
        object.__setattr__(self, "rest", [layer])

    def forward(self, x: pynn.Tensor) -> pynn.Tensor:
        return self.last(self.rest[0](self.first(x).relu()))


@pytest.mark.parametrize(
    ("layer", "text"), [(nn.Dropout(0.5), "at random"), (nn.BatchNorm1d(24), "others in its batch")]
)
def test_train_mode_at_evaluation(layer, text):
    among(checked(Hidden(layer)), "train-mode-at-evaluation", "last", text)


def test_cannot_overfit():
    class Flat(nn.Module):
        """A softmax over the samples instead of the classes."""

        def __init__(self) -> None:
            super().__init__()
            self.inner = mlp()

        def forward(self, x: pynn.Tensor) -> pynn.Tensor:
            return F.softmax(self.inner(x), 0)

    among(checked(Flat()), "cannot-overfit", "")
    positive = mlp(nn.ReLU(), out=1)
    among(checked(positive, y=-np.abs(NUMBERS) - 1, loss="mse"), "cannot-overfit")


def test_learning_rates():
    def sgd(lr):
        model = mlp()
        return checked(model, optimizer=pynn.optim.SGD(model, lr=lr))

    only(sgd(300.0), "learning-rate-too-high", "", "300")
    only(sgd(1e-6), "learning-rate-too-low", "", "1e-06")
    model = mlp()
    optimizer = pynn.optim.SGD(model, lr=1.0)
    pynn.optim.lr_scheduler.LinearWarmup(optimizer, 1_000_000)
    assert not checked(model, optimizer=optimizer)


class Overflows(nn.Module):
    """Finite forward; backward passes 1e43, which float32 does not have."""

    def forward(self, x: pynn.Tensor) -> pynn.Tensor:
        return x * 1e-30 * 1e30 * 1e16


def test_nan_forward_backward_and_in_the_data():
    class Logs(nn.Module):
        def forward(self, x):
            y = x - 10
            return y.log() * 2

    only(checked(nn.Sequential(nn.Linear(6, 3), Logs())), "nan", "", "layer '1' (Logs), `y.log()`, op log")
    model = nn.Sequential(nn.Linear(6, 24), nn.ReLU(), Overflows(), nn.Linear(24, 3))
    among(checked(model), "nan", "2", "gradient of 0.weight", "backward of Overflows")
    holes = X.copy()
    holes[3, 4] = np.nan
    only(checked(mlp(), x=holes), "nan", "", "inputs hold 1 values", "index (3, 4)")
    with_log = nn.Linear(6, 1)
    only(checked(with_log, y=NUMBERS, loss=lambda o, t: (o * 0).log().mean()), "nan", "", "op log")


# ---- in training -------------------------------------------------------------------------------------------


def watched(model, epochs=3, optimizer="adam", loss="cross_entropy", x=X, y=Y, **how):
    model.compile(optimizer, loss)
    doctor = train.Doctor(verbose=False)
    model.fit(x, y, epochs=epochs, verbose=0, callbacks=[doctor], **how)
    return doctor.diagnosis


def test_a_doctor_in_fit_prints_each_finding_once(capsys):
    model = mlp()
    model.compile(pynn.optim.SGD(model, lr=0.05), "cross_entropy")
    with pynn.no_grad():
        model[0].bias.sub_(5.0)
    model.fit(X, Y, epochs=4, verbose=0, callbacks=[train.Doctor()])
    said = capsys.readouterr().out
    assert said.count("Doctor: dead-relus in layer '1'") == 1
    assert "docs/doctor.md#dead-relus" in said


def test_a_doctor_in_fit_sees_the_steps():
    model = mlp()
    among(watched(model, optimizer=pynn.optim.SGD(model, lr=5.0)), "learning-rate-too-high")
    model = mlp()
    among(watched(model, optimizer=pynn.optim.SGD(model, lr=1e-9)), "learning-rate-too-low")
    model = nn.Linear(6, 1)
    with pynn.no_grad():  # nearly right, so that steps are small and yet too long
        model.weight.copy_(pynn.tensor(np.linalg.lstsq(X, NUMBERS - 0.5, rcond=None)[0].T))
        model.bias.fill_(0.51)
    rising = watched(
        model, epochs=9, optimizer=pynn.optim.SGD(model, lr=1.2), loss="mse", y=NUMBERS, batch_size=200
    )
    among(rising, "learning-rate-too-high", "", "first epoch")
    among(watched(Cut()), "no-gradient", "unused")


def test_a_doctor_in_fit_sees_overfitting():
    noise = np.random.default_rng(2).integers(0, 3, 200)
    model = mlp(hidden=256)
    diagnosis = watched(
        model, y=noise, epochs=40, optimizer=pynn.optim.Adam(model, lr=0.01), validation_split=0.5
    )
    among(diagnosis, "overfitting", "", "validation loss rose")


def test_an_error_takes_the_hooks_out():
    model = mlp()
    model.compile("adam", "cross_entropy")
    with pytest.raises(IndexError):
        model.fit(X, Y + 5, verbose=0, callbacks=[train.Doctor()])
    assert all(module._hooks is None for module in model.modules())


# ---- loops of one's own ------------------------------------------------------------------------------------


def own_loop(reset=None, *, evaluate=lambda model, x: None, model=None, every=1):
    model = model or mlp()
    optimizer = pynn.optim.SGD(model, lr=0.05)
    x, y = pynn.tensor(X), pynn.tensor(Y)
    with train.watch(model, optimizer) as findings:
        for step in range(6):
            if reset and step % every == 0:
                reset(model, optimizer)
            F.cross_entropy(model(x), y).backward()
            if (step + 1) % every == 0:
                optimizer.step()
            evaluate(model, x)
    assert all(module._hooks is None for module in model.modules())
    assert "step" not in vars(optimizer)
    return findings


def by_hand(model, optimizer):
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()


WAYS_TO_RESET = {
    "optimizer": lambda model, optimizer: optimizer.zero_grad(),
    "filled": lambda model, optimizer: optimizer.zero_grad(set_to_none=False),
    "model": lambda model, optimizer: model.zero_grad(),
    "by hand": by_hand,
}


@pytest.mark.parametrize("way", list(WAYS_TO_RESET))
@pytest.mark.parametrize("every", [1, 2])
def test_gradients_that_are_reset_are_well(way, every):
    assert not own_loop(WAYS_TO_RESET[way], every=every)


def test_a_forgotten_zero_grad():
    only(own_loop(), "forgotten-zero-grad")


def test_evaluation_in_training_mode():
    def forgetful(model, x):
        with pynn.no_grad():
            model(x)

    def careful(model, x):
        model.eval()
        forgetful(model, x)
        model.train()

    for layer in (nn.Dropout(0.5), nn.BatchNorm1d(3)):
        reset = WAYS_TO_RESET["optimizer"]
        only(own_loop(reset, evaluate=forgetful, model=mlp(layer)), "train-mode-at-evaluation", "3")
        assert not own_loop(reset, evaluate=careful, model=mlp(layer))
    assert not own_loop(reset, evaluate=forgetful)


def test_nan_in_a_loop_of_ones_own():
    class Logs(nn.Module):
        def forward(self, x):
            return (x - 100).log()

    among(own_loop(WAYS_TO_RESET["optimizer"], model=mlp(Logs())), "nan", "", "`(x - 100).log()`")


# ---- the guide ---------------------------------------------------------------------------------------------


def kinds_of_findings() -> set[str]:
    """The first argument of every `Finding(...)` in the source."""
    kinds = set()
    for path in Path(train.doctor.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                assert isinstance(node.args[0], ast.Constant), f"{path}, line {node.lineno}"
                kinds.add(node.args[0].value)
    return kinds


def test_the_link_of_every_finding_resolves():
    kinds = kinds_of_findings()
    assert kinds == {*examination.CHECKS, "forgotten-zero-grad", "overfitting"}
    page, _ = train.Finding("nan", "", "").link.split("#")
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    places = re.findall(r"^\(([a-z-]+)\)=\n### ", text, re.MULTILINE)
    assert sorted(places) == sorted(kinds)
