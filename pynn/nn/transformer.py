"""Stacks of Transformer layers, and the whole Transformer."""

from __future__ import annotations

import copy
from typing import Any

from pynn import _check
from pynn._core import ShapeError, Tensor, ops

from . import functional as F
from . import init
from .containers import ModuleList
from .module import Module
from .normalization import LayerNorm
from .transformer_layers import Activation, TransformerDecoderLayer, TransformerEncoderLayer


class _Stack(Module):
    def __init__(self, layer: Module, num_layers: int, norm: Module | None) -> None:
        super().__init__()
        name = type(self).__name__
        for what, module in (("layer", layer), ("norm", norm)):
            if not isinstance(module, Module) and (what == "layer" or module is not None):
                raise TypeError(f"{name}: the {what} must be a Module, got {type(module).__name__}")
        self.num_layers = _check.integer(name, "num_layers", num_layers, 0)
        self.layers = ModuleList(copy.deepcopy(layer) for _ in range(num_layers))
        self.norm = norm


class TransformerEncoder(_Stack):
    """Copies of an encoder layer on top of each other. All start with the weights of that layer.

    Args:
        encoder_layer: the layer to copy.
        num_layers: how many copies.
        norm: what normalises the result; with `norm_first` layers a LayerNorm is usual. Default: nothing.
        enable_nested_tensor: accepted for PyTorch's sake; padding costs nothing extra here.
        mask_check: accepted for PyTorch's sake.

    Shape:
        `(N, L, d_model)` -> the same; `forward(src, mask, src_key_padding_mask, is_causal)`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64), 2)
        >>> encoder(pynn.randn(2, 5, 32)).shape
        (2, 5, 32)
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, bool(is_causal))
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(_Stack):
    """Copies of a decoder layer on top of each other, all looking at the same memory.

    Args:
        decoder_layer: the layer to copy.
        num_layers: how many copies.
        norm: what normalises the result. Default: nothing.

    Shape:
        target `(N, T, d_model)`, memory `(N, S, d_model)` -> `(N, T, d_model)`; `forward` takes what
        `TransformerDecoderLayer` takes.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(32, 4, 64), 2)
        >>> decoder(pynn.randn(2, 5, 32), pynn.randn(2, 9, 32)).shape
        (2, 5, 32)
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        masks = (tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask)
        for layer in self.layers:
            tgt = layer(tgt, memory, *masks, bool(tgt_is_causal), memory_is_causal)
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """The whole of "Attention is all you need" between the embeddings and the last projection.

    Args:
        d_model: the size of each position. Default: 512.
        nhead: how many heads attend. Default: 8.
        num_encoder_layers: layers that read the source. Default: 6.
        num_decoder_layers: layers that write the target. Default: 6.
        dim_feedforward: width of the networks between. Default: 2048.
        dropout: the probability of dropout. Default: 0.1.
        activation: "relu", "gelu", or a function of a tensor.
        custom_encoder: a module to use as encoder.
        custom_decoder: a module to use as decoder.
        layer_norm_eps: for all layer norms.
        batch_first: whether the batch is the first axis. Default: True, as in all of pynn (PyTorch: False).
        norm_first: normalise what goes into each part instead of the sum that comes out.
        bias: whether linear layers and norms have biases.
        device: where the parameters lie; None or "cpu".
        dtype: of the parameters. Default: float32.

    Shape:
        source `(N, S, d_model)`, target `(N, T, d_model)` -> `(N, T, d_model)`.

    `forward(src, tgt, src_mask, tgt_mask, memory_mask, src_key_padding_mask, tgt_key_padding_mask,
    memory_key_padding_mask, src_is_causal, tgt_is_causal, memory_is_causal)`.

    Raises:
        ShapeError: source and target differ in batch or size.

    Source: Vaswani et al. 2017, Attention is all you need.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> model = nn.Transformer(32, 4, 1, 1, 64)
        >>> model(pynn.randn(2, 9, 32), pynn.randn(2, 5, 32), tgt_is_causal=True).shape
        (2, 5, 32)
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = True,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        settings = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps)
        more = (batch_first, norm_first, bias, device, dtype)

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, True, bias, device, dtype)

        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(*settings, *more), num_encoder_layers, norm()
        )
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(*settings, *more), num_decoder_layers, norm()
        )
        self.d_model, self.nhead, self.batch_first = d_model, nhead, bool(batch_first)
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """A mask to add to scores, `(sz, sz)`: -inf above the diagonal, 0 elsewhere.

        Args:
            sz: how many positions.
            device: where it lies; None or "cpu".
            dtype: of its numbers. Default: float32.
        """
        sz = _check.integer("generate_square_subsequent_mask", "sz", sz, 0)
        later = ops.full((sz, sz), float("-inf"), dtype=dtype)
        return later.triu(1)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        _check.tensors("Transformer", src=src, tgt=tgt)
        batch = 0 if self.batch_first else 1
        if (
            src.ndim != tgt.ndim
            or src.ndim not in (2, 3)
            or src.shape[-1] != self.d_model
            or tgt.shape[-1] != self.d_model
            or (src.ndim == 3 and src.shape[batch] != tgt.shape[batch])
        ):
            order = "(N, S, {0}) and (N, T, {0})" if self.batch_first else "(S, N, {0}) and (T, N, {0})"
            raise ShapeError(
                f"Transformer: source and target must be {order.format(self.d_model)}, got "
                f"{tuple(src.shape)} and {tuple(tgt.shape)}"
            )
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        y: Tensor = self.decoder(
            tgt,
            memory,
            tgt_mask,
            memory_mask,
            tgt_key_padding_mask,
            memory_key_padding_mask,
            tgt_is_causal,
            memory_is_causal,
        )
        return y
