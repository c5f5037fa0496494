"""MultiheadAttention and the Transformer layers: PyTorch's weights from a file give PyTorch's output."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from torch_if_there import torch

import pynn
from pynn import nn

N, L, S, E = 2, 7, 9, 12
rng = np.random.default_rng(0)


def through_a_file(theirs: Any, ours: nn.Module, path: Any) -> None:
    """PyTorch's weights, with biases that are not zero, into ours by way of safetensors."""
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.add_(
                torch.tensor(0.1 * rng.standard_normal(tuple(parameter.shape)), dtype=parameter.dtype)
            )
    pytest.importorskip("safetensors.torch").save_file(theirs.state_dict(), path)
    ours.load_state_dict(pynn.load(path))


def agree(
    ours: nn.Module, theirs: Any, inputs: list[np.ndarray], call: Any, names: dict[str, Any] | None = None
) -> None:
    """Outputs, gradients for inputs and gradients for parameters."""
    xs = [pynn.from_numpy(x.copy()).requires_grad_() for x in inputs]
    zs = [torch.tensor(x, requires_grad=True) for x in inputs]
    y, z = call(ours, xs, pynn.from_numpy), call(theirs, zs, torch.tensor)
    y, z = (v if isinstance(v, tuple) else (v,) for v in (y, z))
    y, z = ([part for part in v if part is not None] for v in (y, z))
    dys = [rng.standard_normal(tuple(part.shape)).astype(np.float32) for part in y]
    sum((a * pynn.from_numpy(d)).sum() for a, d in zip(y, dys, strict=True)).backward()
    sum((a * torch.tensor(d)).sum() for a, d in zip(z, dys, strict=True)).backward()
    for a, b in zip(y, z, strict=True):
        np.testing.assert_allclose(np.array(a.detach()), b.detach().numpy(), atol=1e-5)
    for a, b in zip(xs, zs, strict=True):
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), atol=1e-4)
    theirs_by_name = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        want = theirs_by_name[name].grad
        got = parameter.grad
        if want is None or got is None:
            assert want is None or not want.any(), name
            continue
        np.testing.assert_allclose(got.numpy(), want.numpy(), atol=2e-4, rtol=1e-4, err_msg=name)


def array(*shape: int) -> np.ndarray:
    return rng.standard_normal(shape).astype(np.float32)


MASK = np.triu(np.ones((L, S), bool), 3)
PADDING = np.zeros((N, S), bool)
PADDING[1, -3:] = True
CAUSAL = np.triu(np.ones((L, L), bool), 1)


@pytest.mark.parametrize("need_weights", [False, True, "each head"])
@pytest.mark.parametrize(
    "masks",
    [
        {},
        {"attn_mask": MASK},
        {"key_padding_mask": PADDING},
        {"attn_mask": MASK, "key_padding_mask": PADDING},
        {"attn_mask": array(N * 3, L, S)},
        {"attn_mask": array(L, S), "key_padding_mask": np.where(PADDING, -np.inf, 0).astype(np.float32)},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"bias": False},
        {"kdim": 5, "vdim": 8},
        {"add_bias_kv": True},
        {"add_zero_attn": True, "add_bias_kv": True},
    ],
    ids=str,
)
def test_cross_attention(options: Any, masks: Any, need_weights: Any, tmp_path: Any) -> None:
    theirs = torch.nn.MultiheadAttention(E, 3, batch_first=True, **options)
    ours = nn.MultiheadAttention(E, 3, **options)
    through_a_file(theirs, ours, tmp_path / "weights.safetensors")
    inputs = [array(N, L, E), array(N, S, options.get("kdim", E)), array(N, S, options.get("vdim", E))]

    def call(layer: Any, xs: Any, as_tensor: Any) -> Any:
        given = {name: as_tensor(mask.copy()) for name, mask in masks.items()}
        return layer(
            *xs, need_weights=bool(need_weights), average_attn_weights=need_weights != "each head", **given
        )

    agree(ours, theirs, inputs, call)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("batched", [True, False])
@pytest.mark.parametrize("is_causal", [True, False])
def test_self_attention(batch_first: bool, batched: bool, is_causal: bool, tmp_path: Any) -> None:
    theirs = torch.nn.MultiheadAttention(E, 4, batch_first=batch_first)
    ours = nn.MultiheadAttention(E, 4, batch_first=batch_first)
    through_a_file(theirs, ours, tmp_path / "weights.safetensors")
    shape = (L, E) if not batched else (N, L, E) if batch_first else (L, N, E)

    def call(layer: Any, xs: Any, as_tensor: Any) -> Any:
        mask = as_tensor(CAUSAL.copy()) if is_causal else None
        return layer(*xs * 3, need_weights=False, attn_mask=mask, is_causal=is_causal)

    agree(ours, theirs, [array(*shape)], call)
    if is_causal:  # pynn needs no mask beside it
        x = pynn.from_numpy(array(*shape))
        with_mask = ours(x, x, x, None, False, pynn.from_numpy(CAUSAL.copy()))[0]
        np.testing.assert_allclose(
            ours(x, x, x, None, False, is_causal=True)[0].detach().numpy(),
            with_mask.detach().numpy(),
            atol=1e-6,
        )


LAYERS = [
    {},
    {"norm_first": True},
    {"activation": "gelu"},
    {"bias": False, "norm_first": True, "layer_norm_eps": 1e-3},
    {"batch_first": False},
]


@pytest.mark.parametrize("options", LAYERS, ids=str)
def test_encoder(options: Any, tmp_path: Any) -> None:
    given = {"dropout": 0.0, "batch_first": True, **options}
    theirs = torch.nn.TransformerEncoder(
        torch.nn.TransformerEncoderLayer(E, 3, 20, **given), 2, torch.nn.LayerNorm(E), False
    )
    ours = nn.TransformerEncoder(nn.TransformerEncoderLayer(E, 3, 20, **given), 2, nn.LayerNorm(E))
    through_a_file(theirs, ours, tmp_path / "weights.safetensors")
    padding = PADDING[:, :L].copy()
    padding[1, -2:] = True

    def call(layer: Any, xs: Any, as_tensor: Any) -> Any:
        return layer(*xs, mask=as_tensor(CAUSAL.copy()), src_key_padding_mask=as_tensor(padding.copy()))

    shape = (N, L, E) if given["batch_first"] else (L, N, E)
    agree(ours, theirs, [array(*shape)], call)


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")
@pytest.mark.parametrize("options", LAYERS, ids=str)
def test_the_whole_transformer(options: Any, tmp_path: Any) -> None:
    given = {"dropout": 0.0, "batch_first": True, **options}
    theirs = torch.nn.Transformer(E, 3, 1, 2, 20, **given)
    ours = nn.Transformer(E, 3, 1, 2, 20, **given)
    through_a_file(theirs, ours, tmp_path / "weights.safetensors")
    later = nn.Transformer.generate_square_subsequent_mask(L).numpy()
    np.testing.assert_array_equal(later, torch.nn.Transformer.generate_square_subsequent_mask(L).numpy())

    def call(layer: Any, xs: Any, as_tensor: Any) -> Any:
        padding = {"src_key_padding_mask": PADDING, "memory_key_padding_mask": PADDING}
        return layer(
            *xs, tgt_mask=as_tensor(later), **{name: as_tensor(mask.copy()) for name, mask in padding.items()}
        )

    shapes = [(N, S, E), (N, L, E)] if given["batch_first"] else [(S, N, E), (L, N, E)]
    agree(ours, theirs, [array(*shape) for shape in shapes], call)


def test_is_causal_says_what_the_mask_says() -> None:
    x, memory = pynn.randn(N, L, E), pynn.randn(N, S, E)
    mask = nn.Transformer.generate_square_subsequent_mask(L)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(E, 3, 20, 0.0), 2)
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(E, 3, 20, 0.0), 2)
    for a, b in (
        (encoder(x, mask), encoder(x, is_causal=True)),
        (decoder(x, memory, mask), decoder(x, memory, tgt_is_causal=True)),
    ):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), atol=1e-5)


def test_dropout_in_training_only() -> None:
    x = pynn.randn(N, L, E)
    layer = nn.TransformerEncoderLayer(E, 3, 20, 0.5)
    assert not np.array_equal(layer(x).detach().numpy(), layer(x).detach().numpy())
    layer.eval()
    assert np.array_equal(layer(x).detach().numpy(), layer(x).detach().numpy())
    attention = nn.MultiheadAttention(E, 3, 0.5)
    weights = attention(x, x, x)[1]
    assert (weights.detach().numpy() == 0).sum() > 0
    np.testing.assert_allclose(attention.eval()(x, x, x)[1].detach().numpy().sum(-1), 1, rtol=1e-5)


def test_a_hook_on_a_norm_is_called() -> None:
    layer = nn.TransformerEncoderLayer(E, 3, 20, 0.0)
    x = pynn.randn(N, L, E)
    plain = layer(x)
    calls = []
    layer.norm1.register_forward_hook(lambda *_: calls.append(1))
    np.testing.assert_allclose(layer(x).detach().numpy(), plain.detach().numpy(), atol=1e-6)
    assert calls


def test_all_keys_masked_gives_the_bias() -> None:
    attention = nn.MultiheadAttention(E, 3)
    nn.init.uniform_(attention.out_proj.bias)
    x = pynn.randn(1, L, E)
    for need_weights in (False, True):
        y, _ = attention(x, x, x, pynn.ones(1, L, dtype=pynn.bool), need_weights)
        np.testing.assert_array_equal(y[0, 0].detach().numpy(), attention.out_proj.bias.detach().numpy())


def test_a_compiled_step_and_autocast() -> None:
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(E, 3, 20, 0.0, norm_first=True), 1)
    x = pynn.randn(N, L, E)

    @pynn.compile
    def step(x: pynn.Tensor) -> pynn.Tensor:
        loss = model(x, is_causal=True).square().mean()
        loss.backward()
        return loss

    losses = [step(x).item() for _ in range(3)]
    assert losses[0] == losses[1] == losses[2]
    with pynn.autocast():
        y = model(x, is_causal=True)
        y.float().square().mean().backward()
    np.testing.assert_allclose(
        y.detach().float().numpy(), model(x, is_causal=True).detach().numpy(), atol=0.1, rtol=0.1
    )


def test_messages_name_the_layer_on_one_line() -> None:
    layer, x = nn.MultiheadAttention(8, 2), pynn.zeros(2, 5, 8)
    with pytest.raises(pynn.ShapeError, match=r"^MultiheadAttention\(8, 2\): query must be \(N, L, 8\)"):
        layer(x[..., :7], x, x)
    with pytest.raises(pynn.ShapeError, match=r"^MultiheadAttention\(8, 2\): key_padding_mask .* \(2, 4\)$"):
        layer(x, x, x, pynn.zeros(2, 4).bool())
