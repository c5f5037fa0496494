"""Bad calls of what is written in Python: each is refused with an exception that says what is wrong.

The tables stand in bad_calls/. A new public class or function needs an entry there: the second test says so.
"""

from __future__ import annotations

import pytest
from bad_calls import TABLES

import pynn
import pynn.sklearn
import pynn.tune
from pynn import audio, autograd, data, io, models, nn, optim, text, train, vision

CALLS = {name: calls for table in TABLES for name, calls in table.items()}
CASES = [
    pytest.param(call, error, says, id=f"{name}-{i}")
    for name, calls in CALLS.items()
    for i, (call, error, says) in enumerate(calls)
]


@pytest.mark.parametrize(("call", "error", "says"), CASES)
def test_a_bad_call_is_refused_with_a_message_that_says_what_is_wrong(call, error, says):
    with pytest.raises(error, match=rf"(?s){says}"):
        call()


def public_names():
    """Every public class and function that is no op: those are in test_bad_input.py."""
    modules = (pynn, nn, nn.functional, nn.init, nn.utils, optim, optim.lr_scheduler, data, train, autograd)
    modules += (audio, models, text, vision, vision.transforms, vision.ops, vision.metrics, pynn.sklearn)
    modules += (pynn.tune, nn.utils.rnn)
    k = pynn.keras
    modules += (k, k.layers, k.losses, k.metrics, k.optimizers, k.optimizers.schedules, k.callbacks)
    modules += (k.regularizers, k.initializers, k.activations, k.models, k.utils)
    for module in modules:
        listed = getattr(module, "__all__", None)
        for name in listed or [n for n in vars(module) if not n.startswith("_")]:
            value = getattr(module, name)
            elsewhere = listed is None and not getattr(value, "__module__", "").startswith("pynn.nn")
            if callable(value) and type(value) is not pynn._core.Op and not elsewhere:
                yield f"{module.__name__}.{name}"


def test_every_public_class_and_function_has_an_entry():
    missing = sorted(set(public_names()) - set(CALLS))
    assert not missing, f"add bad calls of {', '.join(missing)} to tests/bad_calls/"


def test_every_entry_is_public():
    verbs = {
        f"pynn.nn.Module.{verb}"
        for verb in ("check", "compile", "fit", "evaluate", "find_lr", "predict", "summary")
    }
    assert set(CALLS) - verbs <= set(public_names()), set(CALLS) - verbs - set(public_names())
    assert (io.save, io.load) == (pynn.save, pynn.load)
