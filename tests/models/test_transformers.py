"""Llama, the vision Transformer and BERT: names, values against PyTorch and formulas, the cache, learning."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import models, nn
from tests.torch_if_there import torch


@pytest.fixture(autouse=True)
def _seeded() -> None:
    pynn.manual_seed(0)


def loud(model):
    """Weights far from the quiet start, where nothing depends on anything."""
    for parameter in model.parameters():
        nn.init.normal_(parameter, 0.0, 0.4)
    return model.eval()


# ---- Llama -----------------------------------------------------------------------------------------------


def llama(kv_heads=2):
    return loud(models.Llama(11, block_size=12, layers=2, heads=4, kv_heads=kv_heads, size=16, hidden=24))


def test_llama_has_the_names_and_counts_of_hugging_face():
    names = list(llama().state_dict())
    assert "model.embed_tokens.weight" in names
    of_a_layer = [name.removeprefix("model.layers.1.") for name in names if "layers.1." in name]
    assert sorted(of_a_layer) == [
        "input_layernorm.weight", "mlp.down_proj.weight", "mlp.gate_proj.weight", "mlp.up_proj.weight",
        "post_attention_layernorm.weight", "self_attn.k_proj.weight", "self_attn.o_proj.weight",
        "self_attn.q_proj.weight", "self_attn.v_proj.weight",
    ]  # fmt: skip
    assert names[-2:] == ["model.norm.weight", "lm_head.weight"]
    # Llama 2 of 7 billion: 32 layers of 4096, 11008 between; counted on one layer.
    assert -(-8 * 4096 // 48) * 16 == 10928  # the default; Llama's own is rounded up to a multiple of 256


@pytest.mark.parametrize("kv_heads", [1, 2, 4])
def test_llama_is_its_formula(kv_heads):
    model = llama(kv_heads)
    w = {name: a.numpy().astype(np.float64) for name, a in model.state_dict().items()}
    tokens = np.array([[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]])

    def rms(x, name):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5) * w[name]

    def turned(x):
        z = x[..., :2] + 1j * x[..., 2:]
        z = z * np.exp(1j * np.outer(np.arange(5), [1, 0.01]))
        return np.concatenate([z.real, z.imag], -1)

    x = w["model.embed_tokens.weight"][tokens]
    for i in range(2):
        at = f"model.layers.{i}."
        h = rms(x, f"{at}input_layernorm.weight")
        q, k, v = (h @ w[f"{at}self_attn.{n}_proj.weight"].T for n in "qkv")
        q = turned(q.reshape(2, 5, 4, 4).transpose(0, 2, 1, 3))
        k, v = (a.reshape(2, 5, kv_heads, 4).transpose(0, 2, 1, 3) for a in (k, v))
        k, v = (np.repeat(a, 4 // kv_heads, 1) for a in (turned(k), v))
        p = np.exp(np.where(np.tri(5, dtype=bool), q @ k.swapaxes(-1, -2) / 2, -np.inf))
        y = (p / p.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(2, 5, 16)
        x = x + y @ w[f"{at}self_attn.o_proj.weight"].T
        h = rms(x, f"{at}post_attention_layernorm.weight")
        gate = h @ w[f"{at}mlp.gate_proj.weight"].T
        up = h @ w[f"{at}mlp.up_proj.weight"].T
        x = x + (gate / (1 + np.exp(-gate)) * up) @ w[f"{at}mlp.down_proj.weight"].T
    want = rms(x, "model.norm.weight") @ w["lm_head.weight"].T
    got = model(pynn.tensor(tokens)).detach().numpy()
    np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("pieces", [[12], [1] * 12, [5, 1, 1, 5], [3, 4, 5]])
def test_llama_with_a_cache_is_llama_without(pieces):
    model, x, start = llama(), pynn.randint(0, 11, (2, 12)), 0
    want, cache = model(x).detach().numpy(), model.new_cache(2)
    with pynn.no_grad():
        for piece in pieces:
            got = model(x[:, start : start + piece], cache).numpy()
            np.testing.assert_allclose(got, want[:, start : start + piece], rtol=1e-3, atol=1e-4)
            start += piece


def test_llama_writes():
    model, x = llama(), pynn.randint(0, 11, (2, 3))
    want = x
    for _ in range(5):
        want = pynn.cat([want, model(want)[:, -1:].argmax(-1)], 1)
    assert model.generate(x, 5, temperature=0).tolist() == want.tolist()


# ---- the vision Transformer ------------------------------------------------------------------------------


def test_vit_is_pytorchs_layers():
    model = loud(models.VisionTransformer(16, 4, 2, 2, 8, 12, num_classes=5))
    w = {name: torch.tensor(a.numpy()) for name, a in model.state_dict().items()}
    images = pynn.rand(3, 3, 16, 16)
    f = torch.nn.functional
    x = f.conv2d(torch.tensor(images.numpy()), w["conv_proj.weight"], w["conv_proj.bias"], stride=4)
    x = torch.cat([w["class_token"].expand(3, 1, 8), x.flatten(2).mT], 1) + w["encoder.pos_embedding"]
    for i in range(2):
        at = f"encoder.layers.encoder_layer_{i}."
        h = f.layer_norm(x, (8,), w[f"{at}ln_1.weight"], w[f"{at}ln_1.bias"], 1e-6)
        attend = torch.nn.MultiheadAttention(8, 2, batch_first=True)
        inner = f"{at}self_attention."
        attend.load_state_dict({n.removeprefix(inner): a for n, a in w.items() if n.startswith(inner)})
        x = x + attend(h, h, h)[0]
        h = f.layer_norm(x, (8,), w[f"{at}ln_2.weight"], w[f"{at}ln_2.bias"], 1e-6)
        h = f.gelu(f.linear(h, w[f"{at}mlp.0.weight"], w[f"{at}mlp.0.bias"]))
        x = x + f.linear(h, w[f"{at}mlp.3.weight"], w[f"{at}mlp.3.bias"])
    x = f.layer_norm(x, (8,), w["encoder.ln.weight"], w["encoder.ln.bias"], 1e-6)[:, 0]
    want = f.linear(x, w["heads.head.weight"], w["heads.head.bias"]).detach().numpy()
    np.testing.assert_allclose(model(images).detach().numpy(), want, rtol=1e-3, atol=1e-4)


# ---- BERT ------------------------------------------------------------------------------------------------


def bert(**settings):
    sizes = {"vocab_size": 13, "max_len": 9, "layers": 2, "heads": 2, "size": 8, "num_classes": 3}
    return loud(models.BERT(**(sizes | settings)))


def test_bert_looks_both_ways_and_at_no_padding():
    model, x = bert(), pynn.randint(0, 13, (1, 6))
    y = model(x)
    other = x.clone()
    other[0, 4] = (x[0, 4] + 1) % 13
    assert bool((model(other) != y).any(-1).all())
    padding = pynn.tensor([[False, False, False, False, True, True]])
    seen = model(x, padding=padding)[:, :4].detach().numpy()
    np.testing.assert_allclose(model(other, padding=padding)[:, :4].detach().numpy(), seen, atol=1e-6)
    np.testing.assert_allclose(model(x[:, :4]).detach().numpy(), seen, rtol=1e-4, atol=1e-5)


def test_bert_tells_segments_and_positions_apart():
    model, x = bert(), pynn.full((1, 4), 5).long()
    y = model(x)
    assert not np.allclose(y[0, 0].detach().numpy(), y[0, 1].detach().numpy(), atol=1e-3)
    assert bool((model(x, pynn.zeros_like(x)) == y).all())
    assert not np.allclose(model(x, pynn.ones_like(x)).detach().numpy(), y.detach().numpy(), atol=1e-3)


def test_bert_learns_to_guess_a_word_left_out():
    model = models.BERT(8, max_len=6, layers=1, heads=2, size=16, dropout=0.0)
    texts = pynn.tensor([[1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [3, 4, 5, 6, 1]])
    hidden = texts.clone()
    hidden[:, 2] = 7
    optimizer = pynn.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model.predict_words(hidden)[:, 2], texts[:, 2]).backward()
        optimizer.step()
    assert model.predict_words(hidden)[:, 2].argmax(-1).tolist() == texts[:, 2].tolist()
    assert all(p.grad is None for p in model.classifier.parameters())
