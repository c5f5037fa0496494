"""Several inputs, several outputs, and everything that batches may come from."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data, nn, train


class TwoInTwoOut(nn.Module):
    """Two inputs; a class and a number as outputs, in a dictionary or a tuple."""

    def __init__(self, as_tuple: bool = False) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(3, 8), nn.Linear(2, 8)
        self.kind, self.size = nn.Linear(8, 2), nn.Linear(8, 1)
        self.as_tuple = as_tuple

    def forward(self, left, right):
        hidden = (self.left(left) + self.right(right)).tanh()
        kind, size = self.kind(hidden), self.size(hidden)
        return (kind, size) if self.as_tuple else {"kind": kind, "size": size}


def problem(n: int = 60):
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(n, 3)).astype(np.float32), rng.normal(size=(n, 2)).astype(np.float32)
    return (left, right), {"kind": (left[:, 0] > 0).astype(np.int64), "size": right[:, :1] * 2}


def compiled(as_tuple: bool = False, **how) -> TwoInTwoOut:
    pynn.manual_seed(0)
    model = TwoInTwoOut(as_tuple)
    loss = ["cross_entropy", "mse"] if as_tuple else {"kind": "cross_entropy", "size": "mse"}
    model.compile(pynn.optim.Adam(model.parameters(), lr=0.05), loss, **how)
    return model


def test_losses_and_metrics_of_every_output():
    x, y = problem()
    model = compiled(loss_weights={"size": 0.5}, metrics={"kind": ["accuracy"], "size": "mae"})
    history = model.fit(x, y, epochs=30, batch_size=20, validation_split=0.25, verbose=0)
    assert list(history)[:5] == ["loss", "kind_loss", "size_loss", "kind_accuracy", "size_mae"]
    assert history["kind_accuracy"][-1] > 0.9
    assert history["val_size_mae"][-1] < history["val_size_mae"][0]
    for prefix in ("", "val_"):
        parts = [np.array(history[prefix + name]) for name in ("loss", "kind_loss", "size_loss")]
        np.testing.assert_allclose(parts[0], parts[1] + 0.5 * parts[2], rtol=1e-5)

    outputs = model.predict(x, batch_size=7)
    assert {key: value.shape for key, value in outputs.items()} == {"kind": (60, 2), "size": (60, 1)}
    want = nn.functional.cross_entropy(outputs["kind"], pynn.tensor(y["kind"])).item()
    found = model.evaluate(x, y, return_dict=True, batch_size=7)
    assert found["kind_loss"] == pytest.approx(want, rel=1e-5)


def test_tuples_and_dictionaries_are_the_same_training():
    x, y = problem()
    fitted = []
    for inputs in (x, {"left": x[0], "right": x[1]}):
        for as_tuple in (False, True):
            model = compiled(as_tuple)
            targets = tuple(y.values()) if as_tuple else y
            model.fit(inputs, targets, epochs=3, verbose=0, seed=1)
            fitted.append(model.left.weight.detach().numpy())
    for other in fitted[1:]:
        np.testing.assert_array_equal(other, fitted[0])
    history = model.fit(x, targets, verbose=0)
    assert list(history) == ["loss", "output0_loss", "output1_loss"]


def test_sample_weights_go_to_every_loss():
    x, y = problem()
    y["size"][3] = 1e3  # an outlier that does not count
    model = compiled()
    first = model.fit(x, y, sample_weight=np.arange(60) != 3, verbose=0)
    assert first["size_loss"][0] < 100
    with pytest.raises(ValueError, match="class_weight goes with one output"):
        model.fit(x, y, class_weight={0: 2.0}, verbose=0)


def test_one_hot_targets_of_one_output():
    x, y = problem()
    model = compiled()
    want = model.evaluate(x, y, return_dict=True)
    y["kind"] = np.eye(2, dtype=np.int64)[y["kind"]]
    assert model.evaluate(x, y, return_dict=True)["kind_loss"] == pytest.approx(want["kind_loss"])


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"loss": {"kinds": "mse"}}, KeyError, r"'kinds'.*outputs.*'kind', 'size'"),
        ({"loss": ["mse", "mse", "mse"]}, KeyError, "outputs.*keys"),
        ({"loss": {"kind": "mse"}, "loss_weights": {"size": 1.0}}, ValueError, "loss_weights.*size"),
        ({"loss": {"kind": "mse"}, "loss_weights": {"kind": -1.0}}, ValueError, "loss_weights.*-1"),
        ({"loss": "mse", "loss_weights": [1.0]}, ValueError, "loss for each output"),
        ({"loss": {"kind": "msee"}}, ValueError, "Did you mean 'mse'"),
    ],
)
def test_what_names_no_output(how, error, message):
    x, y = problem()

    def train_it():
        model = TwoInTwoOut()
        model.compile("adam", **how)
        model.fit(x, y, verbose=0)

    with pytest.raises(error, match=message):
        train_it()


def test_samples_are_counted_everywhere():
    x, y = problem()
    with pytest.raises(ValueError, match=r"x has 60, 59 samples and y has 60 samples"):
        compiled().fit((x[0], x[1][:59]), y, verbose=0)


def test_a_summary_of_two_inputs(capsys):
    compiled(as_tuple=True).summary([(None, 3), (None, 2)])
    shown = capsys.readouterr().out
    assert "left (Linear)" in shown
    assert "(None, 8)" in shown
    compiled().summary({"left": (None, 3), "right": (None, 2)})
    assert capsys.readouterr().out == shown
    nn.Sequential(nn.Embedding(5, 4)).summary((None, 7), dtype=pynn.int64)
    assert "(None, 7, 4)" in capsys.readouterr().out


# ---- what batches may come from ----


def line(n: int = 40):
    x = np.linspace(-1, 1, n, dtype=np.float32).reshape(n, 1)
    return x, 3 * x


def linear(metrics=None) -> nn.Module:
    pynn.manual_seed(0)
    model = nn.Linear(1, 1)
    model.compile(pynn.optim.SGD(model.parameters(), lr=0.1), "mse", metrics)
    return model


def weights_after(x, y=None, **how) -> tuple[float, float]:
    model = linear()
    model.fit(x, y, verbose=0, epochs=3, shuffle=False, **how)
    return model.weight.item(), model.bias.item()


def test_the_same_batches_from_anywhere():
    pandas = pytest.importorskip("pandas")
    x, y = line()
    want = weights_after(x, y, batch_size=10)
    pairs = [(x[i : i + 10], y[i : i + 10]) for i in range(0, 40, 10)]

    def generate():
        yield from pairs

    def for_ever():
        while True:
            yield from pairs

    sources = {
        "tensors": (pynn.tensor(x), pynn.tensor(y)),
        "frames": (pandas.DataFrame(x), pandas.DataFrame(y)),
        "a list of batches": (pairs,),
        "a function": (generate,),
        "a loader": (data.DataLoader(data.TensorDataset(x, y), batch_size=10),),
    }
    for name, source in sources.items():
        assert weights_after(*source, batch_size=10) == want, name
    assert weights_after(for_ever(), steps_per_epoch=4) == want
    torch = pytest.importorskip("torch")
    theirs = torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    assert weights_after(torch.utils.data.DataLoader(theirs, batch_size=10)) == want


def test_frames_of_bools_and_numbers_and_what_is_no_number():
    pandas = pytest.importorskip("pandas")
    x, y = line()
    frame = pandas.DataFrame({"size": x[:, 0], "large": x[:, 0] > 0})
    assert frame.to_numpy().dtype == object
    model = nn.Linear(2, 1)
    model.compile("sgd", "mse")
    model.fit(frame, pandas.Series(y[:, 0]).to_frame(), verbose=0)
    assert tuple(model.predict(frame).shape) == (40, 1)
    assert len(data.TensorDataset(frame, y)) == 40
    words = frame.assign(kind="old")
    with pytest.raises(TypeError, match=r"words such as 'old' in column 'kind'.*TablePreparer"):
        model.fit(words, y, verbose=0)
    with pytest.raises(TypeError, match=r"words such as 'a'.*LabelEncoder"):
        model.fit(x, np.array(["a", "b"] * 20), verbose=0)
    with pytest.raises(TypeError, match=r"no number.*SimpleImputer"):
        model.fit(frame.assign(size=pandas.array([None] * 40, dtype="Int64")), y, verbose=0)
    with pytest.raises(TypeError, match=r"tensor: cannot make a tensor of str;.*LabelEncoder"):
        pynn.tensor(np.array(["a", "b"]))


def test_steps_go_on_where_the_last_epoch_ended():
    seen = []

    class Sees(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(pynn.ones(1))

        def forward(self, x):
            seen.extend(x.reshape((-1,)).tolist())
            return x * self.weight

    model = Sees()
    model.compile("sgd", "mse")
    x = np.arange(5, dtype=np.float32).reshape(5, 1)
    model.fit(x, x, batch_size=2, steps_per_epoch=2, epochs=3, shuffle=False, verbose=0)
    assert seen == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1][: len(seen)]
    assert len(seen) == 2 + 2 + 1 + 2 + 2 + 1
    seen.clear()
    model.evaluate(x, x, batch_size=2, steps=2)
    model.evaluate(x, x, batch_size=2, steps=2)
    model.predict([(x[:2], x[:2]), (x[2:], x[2:])], steps=1)
    assert seen == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]


def test_generators_that_end():
    x, y = line()
    assert len(linear().fit(iter([(x, y)]), verbose=0)["loss"]) == 1
    with pytest.raises(TypeError, match="used up after one epoch"):
        linear().fit(iter([(x, y)]), epochs=2, verbose=0)
    with pytest.raises(ValueError, match="generator has ended"):
        linear().fit(iter([(x, y)] * 3), steps_per_epoch=2, epochs=2, verbose=0)
    with pytest.raises(ValueError, match="there are no batches"):
        linear().fit(lambda: iter(()), steps_per_epoch=2, verbose=0)
    with pytest.raises(TypeError, match="the function returned int"):
        linear().fit(lambda: 3, verbose=0)
    with pytest.raises(TypeError, match=r"a batch must be \(inputs, targets\); got 1 part"):
        linear().fit([(x,)], verbose=0)


def test_validation_steps():
    x, y = line()
    y[20:] = 1e3
    pairs = data.DataLoader(data.TensorDataset(x, y), batch_size=20)
    history = linear().fit(x[:20], y[:20], validation_data=pairs, validation_steps=1, verbose=0)
    assert history["val_loss"][0] < 10
    history = linear().fit(x[:20], y[:20], validation_data=pairs, verbose=0)
    assert history["val_loss"][0] > 1e4


def test_epochs_go_on_from_a_number():
    x, y = line()
    seen = []
    calls = [train.LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))]
    history = linear().fit(x, y, epochs=5, initial_epoch=3, verbose=0, callbacks=calls)
    assert seen == history.epoch == [3, 4]


def test_fit_can_be_printed_and_copied():
    import inspect

    lines = inspect.getsource(train.fit).splitlines()
    code = lines[next(i for i, line in enumerate(lines) if "history, show" in line) :]
    assert len(code) < 70
    for part in ("zero_grad", "backward", "step", "calls.", "evaluate("):
        assert any(part in line for line in code), part
