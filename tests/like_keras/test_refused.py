"""What Keras has and pynn does not: refused by name, with advice that can be followed."""

from __future__ import annotations

import re

import pytest

import pynn
from pynn import keras
from pynn.keras import _optimizer, layers
from pynn.keras.layers import base


@pytest.mark.parametrize("argument", base._NOT_HERE)
def test_arguments_of_layers(argument):
    with pytest.raises(
        ValueError, match=f"Dense: {argument} is not supported; {base._NOT_HERE[argument][:9]}"
    ):
        layers.Dense(3, **{argument: "on"})
    for off in (None, False, 0.0):
        layers.Dense(3, **{argument: off})


def test_how_the_same_is_computed_does_not_matter():
    layers.LSTM(3, unroll=True, use_cudnn="auto", implementation=2)
    layers.MultiHeadAttention(2, 3, flash_attention=True)
    with pytest.raises(ValueError, match=r"Dense: dtype can only be 'float32', got 'float16'.*autocast"):
        layers.Dense(3, dtype="float16")


@pytest.mark.parametrize("name", [*layers._NOT_HERE, "Dens"])
def test_layers(name):
    advice = layers._NOT_HERE.get(name, "there are Activation, ")
    with pytest.raises(AttributeError, match=re.escape(f"keras.layers has no {name}; {advice}")):
        getattr(layers, name)
    assert not hasattr(layers, name)


@pytest.mark.parametrize("argument", _optimizer._HINTS)
def test_arguments_of_optimizers(argument):
    with pytest.raises(
        TypeError, match=re.escape(f"Adam has no argument {argument!r}." + _optimizer._HINTS[argument])
    ):
        keras.optimizers.Adam(**{argument: 1})


def test_what_is_advised_exists():
    advice = [*base._NOT_HERE.values(), *layers._NOT_HERE.values(), *_optimizer._HINTS.values()]
    named = [name for text in advice for name in re.findall(r"\b(?:pynn|keras)(?:\.\w+)+", text)]
    assert len(named) > 8
    for name in named:
        found = {"pynn": pynn, "keras": keras}[name.split(".")[0]]
        for part in name.split(".")[1:]:
            found = getattr(found, part)
