"""Recorded steps of recurrent layers: a replay must not keep the lengths of the first call."""

from __future__ import annotations

import pytest

import pynn
from pynn import nn
from pynn.nn.utils.rnn import PackedSequence, pack_padded_sequence

LENGTHS = ([5, 2, 4], [1, 5, 3], [5, 5, 5])


@pytest.fixture(params=[nn.RNN, nn.LSTM, nn.GRU])
def layer(request):
    pynn.manual_seed(0)
    return request.param(3, 4, num_layers=2, bidirectional=True)


def outputs(result):
    y, last = result
    last = last if isinstance(last, tuple) else (last,)
    return [y.data if isinstance(y, PackedSequence) else y, *last]


@pytest.mark.parametrize("as_tensor", [False, True])
@pytest.mark.filterwarnings("error")
def test_lengths_are_not_recorded_and_the_warning_says_why(layer, as_tensor):
    x = pynn.rand(3, 5, 3)
    step = pynn.compile(lambda x, lengths: layer(x, lengths=lengths))
    with pynn.no_grad():
        with pytest.warns(match="cannot be recorded and runs as it is written"):
            step(x, pynn.tensor(LENGTHS[0]) if as_tensor else LENGTHS[0])
        for lengths in LENGTHS:
            found = step(x, pynn.tensor(lengths) if as_tensor else lengths)
            for y, z in zip(outputs(found), outputs(layer(x, lengths=lengths)), strict=True):
                assert y.equal(z)


@pytest.mark.filterwarnings("ignore:.*cannot be recorded")
def test_a_packed_sequence_of_other_lengths_gives_other_outputs(layer):
    step = pynn.compile(layer)
    with pynn.no_grad():
        for lengths in LENGTHS:
            packed = pack_padded_sequence(pynn.rand(3, 5, 3), lengths, enforce_sorted=False)
            for _ in range(3):
                for y, z in zip(outputs(step(packed)), outputs(layer(packed)), strict=True):
                    assert y.equal(z)


def test_without_lengths_a_layer_is_recorded(layer):
    step = pynn.compile(lambda x: layer(x)[0])
    with pynn.no_grad():
        for _ in range(3):
            x = pynn.rand(3, 5, 3)
            assert step(x).equal(layer(x)[0])
