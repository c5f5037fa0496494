"""What training shows: in a terminal, in a log, in a notebook, and where only ASCII can be written."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import types

import numpy as np
import pytest

import pynn
from pynn import nn, train
from pynn.train import progress
from pynn.train.notebook import Notebook


def trained(**how) -> train.History:
    pynn.manual_seed(0)
    x = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    model = nn.Linear(2, 1)
    model.compile("sgd", "mse", ["mae"])
    return model.fit(x, x.sum(1, keepdims=True), batch_size=10, **how)


class Stream(io.TextIOWrapper):
    """A standard output of a given encoding that may be a terminal."""

    def __init__(self, encoding: str, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", write_through=True)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal

    @property
    def text(self) -> str:
        return self.buffer.getvalue().decode(self.encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("terminal", [False, True])
def test_no_stream_is_asked_for_signs_that_it_does_not_have(monkeypatch, encoding, terminal):
    stream = Stream(encoding, terminal)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", "xterm")
    trained(epochs=30, verbose="auto")
    nn.Linear(2, 1).summary((None, 2))
    text = stream.text
    assert ("\x1b[" in text) == terminal
    if encoding == "ascii":
        assert text.isascii()
    else:
        assert "loss" in text
    if not terminal:
        lines = [line for line in text.splitlines() if line.startswith("epoch")]
        assert len(lines) == 30


def test_a_terminal_that_cannot_be_redrawn_gets_lines(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Stream("utf-8", True))
    monkeypatch.setenv("TERM", "dumb")
    assert type(progress.choose("auto")) is progress.Lines
    monkeypatch.setenv("TERM", "xterm")
    assert type(progress.choose("auto")) is progress.Live
    monkeypatch.setitem(sys.modules, "rich", None)
    assert type(progress.choose("auto")) is progress.Lines


def test_a_notebook_gets_one_output_that_is_written_again(monkeypatch):
    shown, updates = [], []
    handle = types.SimpleNamespace(update=lambda what: updates.append(what._repr_html_()))
    ipython = types.ModuleType("IPython")
    ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    ipython.display = types.SimpleNamespace(
        display=lambda what, display_id: shown.append(what._repr_html_()) or handle
    )
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert progress.in_notebook()
    monkeypatch.setattr(Notebook, "redraws_per_second", 1e9)
    history = trained(epochs=15)
    assert len(shown) == 1
    assert "<progress" in shown[0]
    last = updates[-1]
    assert "<progress" not in last
    assert f"<b>{min(history['loss']):.4f}</b>" in last
    assert last.count("<tr>") == 1 + 1 + Notebook.max_rows  # a head, dots for what is hidden, rows
    assert "script" not in last


def test_a_notebook_that_shows_no_html(monkeypatch):
    bar = Notebook()
    bar.begin(2, 4)
    bar.rows.append((0, {"loss": 0.5}, 0.25))
    assert repr(bar) == "epoch 1/2     250 ms  loss 0.5000"


def test_no_notebook_here():
    assert not progress.in_notebook()


@pytest.mark.parametrize("moment", ["batch", "validation", "between"])
def test_ctrl_c_from_outside(moment):
    """SIGINT, as a terminal sends it, wherever it arrives: the history stays, and the program goes on."""
    program = f"""
import os, signal, sys, threading
import numpy as np, pynn
from pynn import nn, train

def send(*_):
    os.kill(os.getpid(), signal.SIGINT)

class Press(train.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if {moment!r} == "batch" and batch == 3 and len(self.history.epoch) == 2:
            send()
    def on_test_begin(self, logs=None):
        if {moment!r} == "validation" and len(self.history.epoch) == 2:
            send()

x = np.ones((4096, 64), np.float32)
model = nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 1))
model.compile("sgd", "mse")
if {moment!r} == "between":
    threading.Timer(1.0, send).start()
history = model.fit(x, x[:, :1], epochs=10**9, validation_data=(x, x[:, :1]), callbacks=[Press()], verbose=0)
assert history.interrupted and len(history["loss"]) >= 2 and np.isfinite(history["loss"]).all()
print("went on with", len(history["loss"]))
"""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "went on with" in done.stdout


def test_a_figure_belongs_to_no_window_until_it_is_shown():
    plt = pytest.importorskip("matplotlib.pyplot")
    from pynn import viz

    record = trained(verbose=0)
    plt.close("all")
    for figure in (record.plot(), viz.learning_curves(record)):
        assert plt.get_fignums() == []
        assert figure._repr_png_().startswith(b"\x89PNG")
        figure.show()
        assert plt.gcf() is figure
        plt.close(figure)
    assert plt.get_fignums() == []
