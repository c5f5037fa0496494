"""Models of sequences: shapes, what has no influence, what is learned, and decoding by search."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import pynn
from pynn import models, nn
from pynn.nn import functional as F


@pytest.fixture(autouse=True)
def _seeded() -> None:
    pynn.manual_seed(0)


def train(model, loss, steps, lr=0.01):
    optimizer = pynn.optim.Adam(model.parameters(), lr=lr)
    for _ in range(steps):
        optimizer.zero_grad()
        error = loss()
        error.backward()
        optimizer.step()
    return error.item()


# ---- CharRNN ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_text_in_pieces_is_the_text(cell):
    model = models.CharRNN(7, embedding=5, hidden=6, cell=cell)
    x = pynn.randint(0, 7, (2, 9))
    whole, _ = model(x)
    first, state = model(x[:, :4])
    second, _ = model(x[:, 4:], state)
    np.testing.assert_allclose(
        whole.detach().numpy(), pynn.cat([first, second], 1).detach().numpy(), rtol=1e-5, atol=1e-6
    )


def test_a_text_is_learned_and_written_on():
    model = models.CharRNN(5, embedding=8, hidden=24, num_layers=1)
    x = pynn.tensor([[0, 1, 2, 3, 4] * 5])
    train(model, lambda: F.cross_entropy(model(x[:, :-1])[0].flatten(0, 1), x[0, 1:]), 60)
    model.train()
    assert model.generate(x[:, :3], 7, temperature=0).tolist() == [[0, 1, 2, 3, 4] * 2]
    assert model.generate(x[:, :3], 7, temperature=2, top_k=1).tolist() == [[0, 1, 2, 3, 4] * 2]
    assert model.training
    assert model.generate(x, 0).equal(x)


def test_temperature_and_top_k():
    model = models.CharRNN(4, hidden=4)
    for parameter in model.output.parameters():
        nn.init.zeros_(parameter)
    model.output.bias.detach()[:] = pynn.tensor([0.0, 1.0, 2.0, 3.0])
    begin = pynn.zeros(4000, 1, dtype=pynn.int64)
    for temperature, top_k in ((1.0, None), (0.5, None), (2.0, 3)):
        drawn = model.generate(begin, 1, temperature, top_k)[:, 1].numpy()
        p = np.exp(np.arange(4) / temperature) * (np.arange(4) >= (0 if top_k is None else 4 - top_k))
        np.testing.assert_allclose(np.bincount(drawn, minlength=4) / 4000, p / p.sum(), atol=0.03)


# ---- LSTMForecaster --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("targets", "shape"), [(None, (4, 6)), (1, (4, 6, 1)), (2, (4, 6, 2))])
def test_forecasts_have_a_place_for_every_target(targets, shape):
    x = pynn.rand(4, 10, 3)
    assert models.LSTMForecaster(3, 6, targets, num_layers=2, dropout=0.1)(x).shape == shape


def test_a_relative_forecast_begins_at_the_last_value():
    model = models.LSTMForecaster(3, 6, targets=2, relative=True)
    for parameter in model.output.parameters():
        nn.init.zeros_(parameter)
    x = pynn.rand(4, 10, 3)
    assert model(x).equal(x[:, -1:, :2].expand(4, 6, 2))


def test_a_wave_is_forecast():
    windows = pynn.data.SeriesWindows((pynn.arange(120) * 0.4).sin(), lookback=12, horizon=4)
    x, y = windows.take(range(80))
    model = models.LSTMForecaster(horizon=4, hidden=16)
    train(model, lambda: F.mse_loss(model(x), y), 120)
    x, y = windows.take(range(90, len(windows)))
    assert F.mse_loss(model(x), y).item() < 0.02 * y.var().item()


# ---- SequenceClassifier ----------------------------------------------------------------------------------


@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_has_no_influence(cell, bidirectional, pooling):
    model = models.SequenceClassifier(
        3,
        9,
        embedding=4,
        hidden=5,
        num_layers=2,
        cell=cell,
        bidirectional=bidirectional,
        pooling=pooling,
        pad=0,
    )
    short = pynn.tensor([[4, 5, 6]])
    batch = pynn.tensor([[4, 5, 6, 0, 0], [1, 2, 3, 4, 5]])
    alone = model(short).detach().numpy()
    for lengths in (None, [3, 5], pynn.tensor([3, 5])):
        np.testing.assert_allclose(model(batch, lengths)[:1].detach().numpy(), alone, rtol=1e-5, atol=1e-6)
    other = pynn.tensor([[4, 5, 6, 8, 8], [1, 2, 3, 4, 5]])
    np.testing.assert_allclose(model(other, [3, 5])[:1].detach().numpy(), alone, rtol=1e-5, atol=1e-6)


def test_padding_inside_of_a_row_is_read_and_a_row_of_padding_is_no_error():
    model = models.SequenceClassifier(2, 5, pad=0)
    x = pynn.tensor([[3, 0, 4, 0], [0, 0, 0, 0]])
    assert model(x).equal(model(x, [3, 1]))


def test_the_order_of_words_is_learned():
    x = pynn.randint(1, 9, (64, 6))
    label = (x[:, 0] > x[:, -1]).long()
    model = models.SequenceClassifier(2, 9, embedding=8, hidden=16)
    train(model, lambda: F.cross_entropy(model(x), label), 80)
    assert (model(x).argmax(1) == label).float().mean().item() > 0.95


# ---- TCN -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("channels", "k"), [((4,), 2), ((4, 6, 6), 3), ((3, 3), 1)])
def test_what_a_step_depends_on(channels, k):
    model = models.TCN(2, 3, channels, k, dropout=0.5).eval()
    steps, at = 40, 30
    x = pynn.rand(1, steps, 2, requires_grad=True)
    y = model(x)
    assert y.shape == (1, steps, 3)
    reached = np.zeros(steps)
    for _ in range(5):  # relu may hide a path by chance
        x.grad = None
        for parameter in model.parameters():
            nn.init.uniform_(parameter, 0.1, 1.0)
        model(x)[0, at].sum().backward()
        reached += x.grad.abs().sum(2)[0].numpy()
    seen = np.nonzero(reached)[0]
    assert (seen.min(), seen.max()) == (at - model.receptive_field + 1, at)


def test_a_delay_is_learned():
    x = pynn.rand(16, 30, 1)
    model = models.TCN(1, 1, (8, 8, 8))
    late = x[:, :-7]
    assert train(model, lambda: F.mse_loss(model(x)[:, 7:], late), 150) < 0.2 * x.var().item()


# ---- Seq2Seq ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attention", ["general", "additive"])
def test_padding_of_the_source_is_neither_read_nor_looked_at(attention):
    model = models.Seq2Seq(9, 6, hidden=8, attention=attention)
    target = pynn.tensor([[1, 3, 4], [1, 5, 2]])
    scores, weights = model(pynn.tensor([[4, 5, 6, 8, 8], [1, 2, 3, 4, 5]]), target, [3, 5])
    alone, narrow = model(pynn.tensor([[4, 5, 6]]), target[:1])
    np.testing.assert_allclose(scores[:1].detach().numpy(), alone.detach().numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights[:1, :, :3].detach().numpy(), narrow.detach().numpy(), atol=1e-6)
    assert weights[0, :, 3:].abs().sum().item() == 0
    np.testing.assert_allclose(weights.sum(2).detach().numpy(), 1, rtol=1e-5)


@pytest.mark.parametrize("attention", ["general", "additive"])
def test_a_sequence_is_learned_backwards(attention):
    source = pynn.randint(3, 8, (48, 4))
    ends = [pynn.full((48, 1), token, dtype=pynn.int64) for token in (1, 2)]
    target = pynn.cat([ends[0], source.flip(1), ends[1]], 1)
    model = models.Seq2Seq(8, 8, embedding=16, hidden=32, attention=attention)
    train(
        model,
        lambda: F.cross_entropy(model(source, target[:, :-1])[0].flatten(0, 1), target[:, 1:].flatten()),
        90,
    )
    for beam in (1, 3):
        decoded = model.decode(source, max_length=8, beam=beam)
        right = [best.tokens == row for best, row in zip(decoded, source.flip(1).tolist(), strict=True)]
        assert np.mean(right) > 0.9
        assert decoded[0].attention.shape == (len(decoded[0].tokens) + 1, 4)


def log_probability(model, source, tokens):
    """Of the eos after `tokens`, or of running into the end of `longest` without."""
    read = pynn.tensor([[model.bos, *tokens]])
    log_p = F.log_softmax(model(source, read)[0][0].double(), -1).detach().numpy()
    return sum(log_p[i, k] for i, k in enumerate([*tokens, model.eos]))


def test_a_wide_beam_finds_the_likeliest_of_all():
    model = models.Seq2Seq(5, 4, hidden=6)
    with pynn.no_grad():
        model.output.weight *= 6  # so that the choice is not even
    source = pynn.tensor([[1, 2, 3], [4, 0, 0]])
    longest = 3
    found = model.decode(source, [3, 1], max_length=longest, beam=4**longest, length_penalty=0.0)
    others = [k for k in range(4) if k != model.eos]
    for best, row in zip(found, (source[:1], source[1:, :1]), strict=True):
        ended = [t for n in range(longest) for t in itertools.product(others, repeat=n)]
        each = {t: log_probability(model, row, t) for t in ended}
        for t in itertools.product(others, repeat=longest):  # cut off: no eos
            read = pynn.tensor([[model.bos, *t[:-1]]])
            log_p = F.log_softmax(model(row, read)[0][0].double(), -1).detach().numpy()
            each[t] = sum(log_p[i, k] for i, k in enumerate(t))
        expected = max(each, key=each.get)
        assert tuple(best.tokens) == expected
        assert best.log_probability == pytest.approx(each[expected], abs=1e-5)


def test_no_sources_have_no_targets():
    model = models.Seq2Seq(6, 6, hidden=4)
    assert model.decode(pynn.zeros(0, 5).long()) == []
    assert model(pynn.zeros(0, 5).long(), pynn.zeros(0, 3).long())[0].shape == (0, 3, 6)


def test_greedy_takes_the_likeliest_token_after_each():
    model = models.Seq2Seq(5, 7, hidden=6)
    source = pynn.tensor([[1, 2, 3]])
    written = [model.bos]
    for _ in range(5):
        scores, _ = model(source, pynn.tensor([written]))
        written.append(int(scores[0, -1].argmax().item()))
        if written[-1] == model.eos:
            break
    (best,) = model.decode(source, max_length=5)
    assert [model.bos, *best.tokens] == [k for k in written if k != model.eos]
