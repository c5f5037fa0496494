"""GPT and writing with it: names, values against PyTorch, the cache, every way to choose a token."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest

import pynn
from pynn import models, nn
from pynn.autograd import gradcheck
from tests.torch_if_there import torch


@pytest.fixture(autouse=True)
def _seeded() -> None:
    pynn.manual_seed(0)


def small(**settings):
    sizes = {"vocab_size": 11, "block_size": 12, "n_layer": 2, "n_head": 2, "n_embd": 8}
    model = models.GPT(**(sizes | settings)).eval()
    for parameter in model.parameters():  # far from the quiet start, where all tokens are equally likely
        nn.init.normal_(parameter, 0.0, 0.6)
    return model


def tokens(*shape):
    return pynn.randint(0, 11, shape)


# ---- the model -------------------------------------------------------------------------------------------


def test_parameters_have_nanogpts_names_and_shapes():
    c = 8
    names = {"transformer.wte.weight": (11, c), "transformer.wpe.weight": (12, c)}
    for i in range(2):
        for name, shape in {
            "ln_1": (c,),
            "ln_2": (c,),
            "attn.c_attn": (3 * c, c),
            "attn.c_proj": (c, c),
            "mlp.c_fc": (4 * c, c),
            "mlp.c_proj": (c, 4 * c),
        }.items():
            names[f"transformer.h.{i}.{name}.weight"] = shape
            names[f"transformer.h.{i}.{name}.bias"] = shape[:1]
    names |= {"transformer.ln_f.weight": (c,), "transformer.ln_f.bias": (c,), "lm_head.weight": (11, c)}
    assert {name: tuple(a.shape) for name, a in small().state_dict().items()} == names


def test_gpt2_has_as_many_parameters_as_published():
    # 124,439,808 with a vocabulary of 50,257, by the formula: nobody needs the half gigabyte for this.
    small_one = models.GPT(50257 // 100, block_size=1024, n_layer=1, n_head=12, n_embd=768)
    of_a_block = sum(p.numel() for p in small_one.transformer.h[0].parameters())
    assert 12 * of_a_block + 2 * 768 + 768 * (50257 + 1024) == 124_439_808


def test_the_table_of_tokens_is_shared_and_stays_so_after_loading(tmp_path):
    model = small()
    assert model.lm_head.weight is model.transformer.wte.weight
    pynn.save(model.state_dict(), tmp_path / "gpt.safetensors")
    other = small()
    other.load_state_dict(pynn.load(tmp_path / "gpt.safetensors"))
    assert other.lm_head.weight is other.transformer.wte.weight
    x = tokens(2, 5)
    assert bool((other(x) == model(x)).all())
    assert "lm_head.weight" not in dict(model.named_parameters())


@pytest.mark.parametrize("bias", [True, False])
def test_values_and_gradients_are_those_of_pytorchs_layers(bias):
    model = small(bias=bias)
    x = tokens(3, 7)
    y = model(x)
    y.sin().sum().backward()
    w = {name: torch.tensor(a.numpy(), requires_grad=True) for name, a in model.state_dict().items()}
    w["lm_head.weight"] = w["transformer.wte.weight"]
    f = torch.nn.functional

    def linear(a, name):
        return f.linear(a, w[f"{name}.weight"], w.get(f"{name}.bias"))

    def norm(a, name):
        return f.layer_norm(a, (8,), w[f"{name}.weight"], w.get(f"{name}.bias"))

    h = w["transformer.wte.weight"][torch.tensor(x.numpy())] + w["transformer.wpe.weight"][:7]
    for i in range(2):
        at = f"transformer.h.{i}"
        q, k, v = linear(norm(h, f"{at}.ln_1"), f"{at}.attn.c_attn").split(8, 2)
        q, k, v = (a.view(3, 7, 2, 4).transpose(1, 2) for a in (q, k, v))
        p = (q @ k.mT / 2).masked_fill(~torch.ones(7, 7).bool().tril(), -torch.inf).softmax(-1)
        h = h + linear((p @ v).transpose(1, 2).reshape(3, 7, 8), f"{at}.attn.c_proj")
        h = h + linear(f.gelu(linear(norm(h, f"{at}.ln_2"), f"{at}.mlp.c_fc")), f"{at}.mlp.c_proj")
    want = norm(h, "transformer.ln_f") @ w["lm_head.weight"].T
    np.testing.assert_allclose(y.detach().numpy(), want.detach().numpy(), rtol=1e-4, atol=1e-4)
    want.sin().sum().backward()
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(
            parameter.grad.numpy(), w[name].grad.numpy(), rtol=1e-3, atol=1e-3, err_msg=name
        )


def test_gradient_by_finite_differences():
    model = small(n_layer=1).double()
    x = tokens(2, 4)
    bias = model.transformer.h[0].attn.c_attn.bias
    assert gradcheck(lambda _: model(x), [bias])


def test_no_place_sees_what_comes_later():
    model, x = small(), tokens(1, 8)
    y = model(x)
    x[0, 5] = (x[0, 5] + 1) % 11
    changed = (model(x) != y).any(-1)[0].tolist()
    assert changed == [False] * 5 + [True] * 3


def test_it_learns_a_text_by_heart():
    model = models.GPT(11, block_size=12, n_layer=1, n_head=2, n_embd=16)
    text = pynn.tensor([[0, 1, 2, 3, 0, 1, 4, 5, 0, 1, 6, 7, 8]])
    optimizer = pynn.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(120):
        optimizer.zero_grad()
        scores = model(text[:, :-1])
        nn.functional.cross_entropy(scores.flatten(0, 1), text[:, 1:].flatten()).backward()
        optimizer.step()
    written = model.eval().generate(text[:, :1], 11, temperature=0)
    assert written.tolist() == text[:, :12].tolist()


def test_dropout_only_in_training():
    model, x = small(dropout=0.5), tokens(1, 6)
    assert bool((model(x) == model(x)).all())
    model.train()
    assert not bool((model(x) == model(x)).all())


# ---- the cache -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", [[12], [1] * 12, [5, 1, 1, 5], [3, 4, 5], [1, 11]])
def test_scores_with_a_cache_are_those_without(pieces):
    model, x = small(), tokens(2, 12)
    want = model(x)
    cache, start = model.new_cache(2), 0
    with pynn.no_grad():
        for piece in pieces:
            got = model(x[:, start : start + piece], cache)
            np.testing.assert_allclose(
                got.numpy(), want[:, start : start + piece].detach().numpy(), rtol=1e-4, atol=1e-5
            )
            start += piece
    assert cache.length == 12


# ---- writing ---------------------------------------------------------------------------------------------


def by_hand(model, x, count, choose):
    for _ in range(count):
        with pynn.no_grad():
            scores = model(x[:, -model.block_size :])[:, -1]
        x = pynn.cat([x, choose(scores).unsqueeze(1)], 1)
    return x


@pytest.mark.parametrize("start", [1, 4, 12, 15])
@pytest.mark.parametrize("count", [0, 1, 6, 20])
def test_greedy_is_the_best_token_each_time_also_beyond_the_block(start, count):
    model, x = small(), tokens(3, start)
    want = by_hand(model, x, count, lambda scores: scores.argmax(-1))
    assert model.generate(x, count, temperature=0).tolist() == want.tolist()
    assert model.generate(x, count, top_k=1).tolist() == want.tolist()


def frequencies(model, x, **settings):
    drawn = models.generate(model, x.expand(4000, x.shape[1]), 1, seed=5, **settings)[:, -1]
    return np.bincount(drawn.numpy(), minlength=11) / 4000


def test_draws_follow_the_softmax():
    model, x = small(), tokens(1, 4)
    with pynn.no_grad():
        scores = model(x)[0, -1]
    for temperature in (1.0, 3.0):
        p = (scores / temperature).softmax(-1).numpy()
        np.testing.assert_allclose(frequencies(model, x, temperature=temperature), p, atol=0.035)
    p = scores.softmax(-1).numpy()
    best = np.argsort(-p)
    only = np.where(np.isin(np.arange(11), best[:3]), p, 0)
    np.testing.assert_allclose(frequencies(model, x, top_k=3), only / only.sum(), atol=0.035)


def test_top_p_keeps_the_fewest_that_make_it_up():
    model, x = small(), tokens(1, 4)
    with pynn.no_grad():
        p = model(x)[0, -1].softmax(-1).numpy()
    best = np.argsort(-p)
    for top_p in (0.01, 0.6, 0.9, 1.0):
        n = int(np.searchsorted(np.cumsum(p[best]), top_p)) + 1
        only = np.where(np.isin(np.arange(11), best[:n]), p, 0)
        np.testing.assert_allclose(frequencies(model, x, top_p=top_p), only / only.sum(), atol=0.035)


def test_a_seed_repeats_and_leaves_the_shared_numbers_alone():
    model, x = small(), tokens(2, 3)
    pynn.manual_seed(3)
    want = pynn.rand(2)
    pynn.manual_seed(3)
    first = model.generate(x, 8, seed=7, temperature=2.0)
    assert bool((pynn.rand(2) == want).all())
    assert model.generate(x, 8, seed=7, temperature=2.0).tolist() == first.tolist()
    assert model.generate(x, 8, seed=8, temperature=2.0).tolist() != first.tolist()


def test_stream_gives_each_token_in_turn():
    model, x = small(), tokens(2, 3)
    parts = list(models.stream(model, x, 6, seed=1))
    assert [part.shape for part in parts] == [(2,)] * 6
    assert pynn.stack(parts, 1).tolist() == model.generate(x, 6, seed=1)[:, 3:].tolist()


def test_stop_token_ends_each_sequence():
    model, x = small(), tokens(6, 3)
    free = model.generate(x, 9, temperature=0)[:, 3:].tolist()
    stop = free[0][2]
    ends = [row.index(stop) if stop in row else 8 for row in free]
    written = model.generate(x, 9, temperature=0, stop_token=stop)[:, 3:].tolist()
    assert len(written[0]) == max(ends) + 1
    for row, whole, end in zip(written, free, ends, strict=True):
        assert row[: end + 1] == whole[: end + 1]
        assert set(row[end + 1 :]) <= {stop}


@pytest.mark.parametrize("stop", [None, 4])
def test_wide_beam_search_finds_the_most_probable_of_all(stop):
    # 5 tokens and 3 places: 125 beams forget nothing, so the best of all endings must come out.
    model = small(vocab_size=5)
    x = pynn.tensor([[1, 2], [3, 0]])
    got = model.generate(x, 3, num_beams=125, stop_token=stop)
    for row, start in zip(got.tolist(), x.tolist(), strict=True):
        totals = {}
        for ending in itertools.product(range(5), repeat=3):
            with pynn.no_grad():
                log_p = model(pynn.tensor([start + list(ending)]))[0].log_softmax(-1)
            total, written = 0.0, []
            for i, token in enumerate(ending):
                total += log_p[1 + i, token].item()
                written.append(token)
                if token == stop:
                    written += [stop] * (2 - i)
                    break
            totals[json.dumps(start + written)] = total
        assert json.dumps((row + [stop] * 3)[:5]) == max(totals, key=lambda one: totals[one])


def test_one_beam_is_greedy_and_more_are_no_worse():
    model, x = small(), tokens(4, 3)

    def log_p(written):
        with pynn.no_grad():
            scores = model(written[:, :-1]).log_softmax(-1)
        return scores.gather(-1, written[:, 1:].unsqueeze(-1)).squeeze(-1)[:, 2:].sum(1).numpy()

    greedy = model.generate(x, 6, temperature=0)
    assert (log_p(model.generate(x, 6, num_beams=64)) >= log_p(greedy) - 1e-5).all()
    assert model.generate(x, 0, num_beams=3).tolist() == x.tolist()


@pytest.mark.parametrize(
    "settings", [{"temperature": 0}, {"top_k": 3}, {"top_p": 0.5}, {"num_beams": 2}, {"stop_token": 1}]
)
def test_nobody_writes_nothing(settings):
    written = small().generate(tokens(0, 3), 4, **settings)
    assert written.shape[0] == 0
    assert 3 <= written.shape[1] <= 7


def test_a_capable_cache_is_used(monkeypatch):
    model, seen = small(), []
    forward = model.forward
    monkeypatch.setattr(model, "forward", lambda t, cache=None: seen.append(t.shape) or forward(t, cache))
    model.generate(tokens(1, 5), 4, temperature=0)
    assert seen == [(1, 5), (1, 1), (1, 1), (1, 1)]
