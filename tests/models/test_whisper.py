"""Whisper: OpenAI's names and counts, values and gradients against PyTorch, the cache, every way to write."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import pynn
from pynn import models, nn
from tests.torch_if_there import torch

C, FRAMES, TEXT, VOCAB = 8, 14, 7, 11


@pytest.fixture(autouse=True)
def _seeded() -> None:
    pynn.manual_seed(0)


def small(layers=2, **settings):
    sizes = {"n_mels": 5, "n_audio_ctx": FRAMES // 2, "n_audio_state": C, "n_audio_head": 2}
    sizes |= {"n_audio_layer": layers, "n_vocab": VOCAB, "n_text_ctx": TEXT, "n_text_state": C}
    model = models.Whisper(**(sizes | {"n_text_head": 4, "n_text_layer": layers} | settings)).eval()
    for parameter in model.parameters():  # far from the quiet start, where nothing depends on anything
        nn.init.normal_(parameter, 0.0, 0.5)
    return model


def heard(n=2, frames=FRAMES):
    return pynn.randn(n, 5, frames)


def tokens(n=2, t=TEXT):
    return pynn.randint(0, VOCAB, (n, t))


# ---- names -----------------------------------------------------------------------------------------------


def test_parameters_and_buffers_have_openais_names_and_shapes():
    def attention(at):
        for part in ("query", "key", "value", "out"):
            yield f"{at}.{part}.weight", (C, C)
            if part != "key":
                yield f"{at}.{part}.bias", (C,)

    def norm(at):
        return [(f"{at}.weight", (C,)), (f"{at}.bias", (C,))]

    def block(at, cross):
        yield from attention(f"{at}.attn")
        yield from norm(f"{at}.attn_ln")
        if cross:
            yield from attention(f"{at}.cross_attn")
            yield from norm(f"{at}.cross_attn_ln")
        yield from [(f"{at}.mlp.0.weight", (4 * C, C)), (f"{at}.mlp.0.bias", (4 * C,))]
        yield from [(f"{at}.mlp.2.weight", (C, 4 * C)), (f"{at}.mlp.2.bias", (C,))]
        yield from norm(f"{at}.mlp_ln")

    want = {
        "encoder.positional_embedding": (FRAMES // 2, C),
        "encoder.conv1.weight": (C, 5, 3), "encoder.conv1.bias": (C,),
        "encoder.conv2.weight": (C, C, 3), "encoder.conv2.bias": (C,),
        "decoder.positional_embedding": (TEXT, C), "decoder.token_embedding.weight": (VOCAB, C),
    }  # fmt: skip
    for i in range(2):
        want |= dict(block(f"encoder.blocks.{i}", False)) | dict(block(f"decoder.blocks.{i}", True))
    want |= dict(norm("encoder.ln_post")) | dict(norm("decoder.ln"))
    assert {name: tuple(a.shape) for name, a in small().state_dict().items()} == want


@pytest.mark.parametrize(("size", "layers", "vocab", "published"), [
    (384, 4, 51865, 37_184_640),  # tiny
    (512, 6, 51864, 71_825_408),  # base.en
])  # fmt: skip
def test_as_many_weights_as_published(size, layers, vocab, published):
    # Counted on one layer and a hundredth of the vocabulary: nobody needs the memory for this.
    one = models.Whisper(80, 1500, size, size // 64, 1, vocab // 100, 448, size, size // 64, 1)
    count = sum(p.numel() for p in one.parameters()) + size * (vocab - vocab // 100)
    of_a_layer = sum(p.numel() for part in (one.encoder, one.decoder) for p in part.blocks.parameters())
    assert count + (layers - 1) * of_a_layer == published


def test_positions_are_waves_with_both_ends_of_the_scale():
    table = small(1, n_audio_ctx=30).encoder.positional_embedding.numpy()
    for t, i in itertools.product(range(30), range(C // 2)):
        angle = t * 10_000 ** (-i / (C // 2 - 1))
        np.testing.assert_allclose(table[t, i], math.sin(angle), atol=1e-6)
        np.testing.assert_allclose(table[t, C // 2 + i], math.cos(angle), atol=1e-6)


# ---- values ----------------------------------------------------------------------------------------------


def in_pytorch(w, mel, written):
    """OpenAI's model in PyTorch's functions, from weights by name: scores, attention to the sound."""
    f = torch.nn.functional

    def linear(x, at):
        return f.linear(x, w[f"{at}.weight"], w.get(f"{at}.bias"))

    def norm(x, at):
        return f.layer_norm(x, (C,), w[f"{at}.weight"], w[f"{at}.bias"])

    def attend(x, other, at, heads, causal=False):
        q, k, v = linear(x, f"{at}.query"), linear(other, f"{at}.key"), linear(other, f"{at}.value")
        q, k, v = (a.unflatten(2, (heads, -1)).transpose(1, 2) for a in (q, k, v))
        scores = (q * (C // heads) ** -0.25) @ (k * (C // heads) ** -0.25).mT
        if causal:
            scores = scores + torch.full(scores.shape[-2:], -torch.inf, dtype=scores.dtype).triu(1)
        p = scores.softmax(-1)
        return linear((p @ v).transpose(1, 2).flatten(2), f"{at}.out"), p

    def mlp(x, at):
        return linear(f.gelu(linear(norm(x, f"{at}.mlp_ln"), f"{at}.mlp.0")), f"{at}.mlp.2")

    x = f.gelu(f.conv1d(mel, w["encoder.conv1.weight"], w["encoder.conv1.bias"], padding=1))
    x = f.gelu(f.conv1d(x, w["encoder.conv2.weight"], w["encoder.conv2.bias"], stride=2, padding=1)).mT
    x = x + w["encoder.positional_embedding"][: x.shape[1]]
    for i in range(2):
        at = f"encoder.blocks.{i}"
        h = norm(x, f"{at}.attn_ln")
        x = x + attend(h, h, f"{at}.attn", 2)[0]
        x = x + mlp(x, at)
    sound = norm(x, "encoder.ln_post")
    x = w["decoder.token_embedding.weight"][written] + w["decoder.positional_embedding"][: written.shape[1]]
    looks = []
    for i in range(2):
        at = f"decoder.blocks.{i}"
        h = norm(x, f"{at}.attn_ln")
        x = x + attend(h, h, f"{at}.attn", 4, causal=True)[0]
        y, p = attend(norm(x, f"{at}.cross_attn_ln"), sound, f"{at}.cross_attn", 4)
        x = x + y
        looks.append(p)
        x = x + mlp(x, at)
    return norm(x, "decoder.ln") @ w["decoder.token_embedding.weight"].T, torch.stack(looks, 1)


@pytest.mark.parametrize("frames", [FRAMES, 5, 2])
def test_values_and_gradients_are_pytorchs(frames):
    model = small().double()
    mel, written = heard(3, frames).double(), tokens(3, 5)
    scores = model(mel, written)
    scores.sin().sum().backward()
    w = {name: torch.tensor(a.numpy(), requires_grad=True) for name, a in model.state_dict().items()}
    want, looks = in_pytorch(w, torch.tensor(mel.numpy()), torch.tensor(written.numpy()))
    np.testing.assert_allclose(scores.detach().numpy(), want.detach().numpy(), rtol=1e-9, atol=1e-9)
    got = model.cross_attention(written, model.embed_audio(mel))
    np.testing.assert_allclose(got.detach().numpy(), looks.detach().numpy(), rtol=1e-9, atol=1e-9)
    want.sin().sum().backward()
    for name, parameter in model.named_parameters():
        np.testing.assert_allclose(
            parameter.grad.numpy(), w[name].grad.numpy(), rtol=1e-7, atol=1e-7, err_msg=name
        )


def test_weights_in_openais_file_give_the_same_scores(tmp_path):
    model, other = small(), small()
    pynn.save(model.state_dict(), tmp_path / "whisper.safetensors")
    other.load_state_dict(pynn.load(tmp_path / "whisper.safetensors"))
    mel, written = heard(), tokens()
    assert bool((other(mel, written) == model(mel, written)).all())


def test_no_token_sees_a_later_one_and_all_hear_everything():
    model, mel, written = small(), heard(1), tokens(1)
    y = model(mel, written)
    other = written.clone()
    other[0, 4] = (written[0, 4] + 1) % VOCAB
    assert (model(mel, other) != y).any(-1)[0].tolist() == [False] * 4 + [True] * 3
    mel[0, :, -1] += 1
    assert bool((model(mel, written) != y).any(-1).all())


# ---- the cache, and writing ------------------------------------------------------------------------------


@pytest.mark.parametrize("pieces", [[7], [1] * 7, [3, 1, 3], [1, 6], [2, 5]])
def test_scores_with_a_cache_are_those_without(pieces):
    model, written = small().double(), tokens()
    with pynn.no_grad():
        sound = model.embed_audio(heard().double())
        want, cache, start = model.logits(written, sound), model.new_cache(sound), 0
        for piece in pieces:
            got = model.logits(written[:, start : start + piece], None, cache)
            np.testing.assert_allclose(
                got.numpy(), want[:, start : start + piece].numpy(), rtol=1e-10, atol=1e-10
            )
            start += piece
    assert cache.length == TEXT


@pytest.mark.parametrize("count", [None, 0, 1, 4])
def test_greedy_is_the_best_token_each_time(count):
    model, mel, start = small(), heard(3), tokens(3, 2)
    want = start
    for _ in range(TEXT - 2 if count is None else count):
        want = pynn.cat([want, model(mel, want)[:, -1:].argmax(-1)], 1)
    assert model.generate(mel, start, count).tolist() == want.tolist()


def test_the_sound_is_heard_once_and_each_token_read_once(monkeypatch):
    model, seen = small(), []
    encode, decode = model.encoder.forward, model.decoder.forward
    monkeypatch.setattr(model.encoder, "forward", lambda mel: seen.append("sound") or encode(mel))
    monkeypatch.setattr(
        model.decoder, "forward", lambda t, *a, **k: seen.append(t.shape) or decode(t, *a, **k)
    )
    model.generate(heard(1), tokens(1, 3))
    assert seen == ["sound", (1, 3), (1, 1), (1, 1), (1, 1)]


@pytest.mark.parametrize("n", [1, 3])
def test_beams_as_many_as_there_are_texts_find_the_most_probable(n):
    model, mel, start = small(1, n_vocab=3, n_text_ctx=5), heard(n), pynn.zeros(n, 1).long()
    got = model.generate(mel, start, 3, num_beams=27)
    for i in range(n):
        every = pynn.tensor([[0, *text] for text in itertools.product(range(3), repeat=3)])
        sound = mel[i : i + 1].expand(27, -1, -1)
        log_p = model(sound, every).log_softmax(-1)[:, :-1].gather(-1, every[:, 1:].unsqueeze(-1)).sum((1, 2))
        assert got[i].tolist() == every[log_p.argmax().item()].tolist()


def test_what_is_written_depends_on_the_recording_of_its_row():
    model, start, mel = small(), tokens(1, 1).expand(4, -1), heard(4)
    for block in model.decoder.blocks:
        block.cross_attn.out.weight.detach().mul_(10)
    for settings in ({}, {"num_beams": 3}):
        together = model.generate(mel, start, **settings).tolist()
        alone = [model.generate(mel[i : i + 1], start[:1], **settings).tolist()[0] for i in range(4)]
        assert together == alone
        assert len(set(map(tuple, together))) > 1


def test_no_recordings_are_no_texts():
    model = small()
    assert model(heard(0), tokens(0, 3)).shape == (0, 3, VOCAB)
    assert model.generate(heard(0), tokens(0, 3)).shape[0] == 0


def test_it_stops_and_draws_by_seed():
    model, mel, start = small(), heard(), tokens(2, 1)
    drawn = [model.generate(mel, start, temperature=1.0, seed=s).tolist() for s in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    stop = model.generate(mel, start)[0, 2].item()
    row = model.generate(mel, start, stop_token=stop)[0].tolist()
    assert row[row.index(stop, 1) :] == [stop] * (len(row) - row.index(stop, 1))


def test_it_learns_which_half_is_loud():
    model = models.Whisper(4, 6, 16, 2, 1, 3, 3, 16, 2, 1)
    mel = pynn.zeros(2, 4, 12)
    mel[0, :, :6], mel[1, :, 6:] = 1.0, 1.0
    texts = pynn.tensor([[0, 1, 2], [0, 2, 1]])
    optimizer = pynn.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(40):
        optimizer.zero_grad()
        nn.functional.cross_entropy(
            model(mel, texts[:, :-1]).flatten(0, 1), texts[:, 1:].flatten()
        ).backward()
        optimizer.step()
    assert model.eval().generate(mel, texts[:, :1]).tolist() == texts.tolist()
