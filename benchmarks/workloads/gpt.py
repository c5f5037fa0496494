"""A small GPT: one training step; writing with it, one token after the other; and its attention alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .layers import Arrays

BYTES = 4  # float32


@dataclass(frozen=True)
class Sizes:
    """Of the network: Radford et al. 2019, with GELU by the error function."""

    name: str
    vocabulary: int = 65
    context: int = 128
    layers: int = 4
    heads: int = 4
    width: int = 128

    dtype: str = "float32"
    reads_only = False
    spread = 0.02  # the weights' standard deviation

    @property
    def title(self) -> str:
        return self.name

    def weights(self) -> Arrays:
        """All parameters but the last product's, which is the first table, by nanoGPT's names."""
        rng = np.random.default_rng(23)
        c = self.width

        def normal(*shape: int) -> np.ndarray:
            return (self.spread * rng.standard_normal(shape)).astype(np.float32)

        arrays = {"transformer.wte.weight": normal(self.vocabulary, c)}
        arrays["transformer.wpe.weight"] = normal(self.context, c)
        for i in range(self.layers):
            at = f"transformer.h.{i}."
            for norm in ("ln_1", "ln_2"):
                arrays[f"{at}{norm}.weight"], arrays[f"{at}{norm}.bias"] = 1 + normal(c), normal(c)
            shapes = {"attn.c_attn": (3 * c, c), "attn.c_proj": (c, c), "mlp.c_fc": (4 * c, c)}
            for name, shape in (shapes | {"mlp.c_proj": (c, 4 * c)}).items():
                arrays[f"{at}{name}.weight"], arrays[f"{at}{name}.bias"] = normal(*shape), normal(shape[0])
        arrays["transformer.ln_f.weight"], arrays["transformer.ln_f.bias"] = 1 + normal(c), normal(c)
        return arrays

    @property
    def products(self) -> int:
        """Weights that each token is multiplied with."""
        return 12 * self.layers * self.width**2 + self.vocabulary * self.width

    @property
    def parameters(self) -> int:
        return sum(array.size for array in self.weights().values())


@dataclass(frozen=True)
class GptTraining(Sizes):
    """Forward, cross-entropy at every place, backward, Adam; where `dtype` is bfloat16, under autocast."""

    batch: int = 16
    lr: float = 1e-3
    batches: int = 4  # the training steps cycle through so many batches
    precision: str = "highest"  # of float32 products: set_float32_matmul_precision

    kind = "gpt"
    checked_runs = 3  # the losses of so many steps must agree ...

    @property
    def tolerance(self) -> float:  # ... to this relative difference with the float64 reference
        return 1e-3 if self.dtype == "float32" else 1e-2

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (batches, batch, context), labels (batches, batch * context); see mlp.py for the halves."""
        rng = np.random.default_rng(24)
        half = self.batches // 2
        x = rng.integers(0, self.vocabulary, (half, self.batch, self.context))
        y = rng.integers(0, self.vocabulary, (half, self.batch * self.context))
        return np.concatenate([x, x]), np.concatenate([y, (y + 1) % self.vocabulary])

    @property
    def flops(self) -> float:
        """2 a weight and token, three times. Of attention, half of two products forward and five backward."""
        scores = self.layers * self.batch * self.context**2 * self.width / 2
        return 6 * self.batch * self.context * self.products + (4 + 10) * scores

    @property
    def bytes(self) -> float:
        """What the products of a layer give (3 + 1 + 4 + 1 widths), written and read; parameters, moments."""
        kept = self.batch * self.context * 9 * self.width * self.layers
        return BYTES * (2 * kept + 6 * self.parameters)

    @property
    def working_set(self) -> float:
        return self.bytes


@dataclass(frozen=True)
class GptWriting(Sizes):
    """The best token is taken each time; keys and values are kept. The result is what was written."""

    prompt: int = 16
    tokens: int = 100

    kind = "gpt_generate"
    checked_runs = 1
    tolerance = 0.0
    spread = 0.2  # so that it does not say the same word again and again

    @property
    def title(self) -> str:
        return f"{self.name}, {self.tokens} tokens"

    def start(self) -> np.ndarray:
        return np.random.default_rng(25).integers(0, self.vocabulary, (1, self.prompt))

    @property
    def flops(self) -> float:
        return 2 * (self.prompt + self.tokens - 1) * self.products

    @property
    def bytes(self) -> float:
        """Each token but the first needs all weights once more."""
        return BYTES * self.products * self.tokens

    @property
    def reads_only(self) -> bool:  # type: ignore[override]
        return True

    @property
    def working_set(self) -> float:
        return BYTES * self.products


@dataclass(frozen=True)
class Attention:
    """softmax(Q Kᵀ / √d) V of several heads, and the gradients of all three: what run() gives, in one row."""

    length: int
    batch: int = 1
    heads: int = 8
    head_dim: int = 64
    causal: bool = False

    kind = "attention"
    dtype = "float32"
    reads_only = False
    checked_runs = 1
    tolerance = 1e-4

    @property
    def name(self) -> str:
        shape = f"{self.batch}x{self.heads}x{self.length}x{self.head_dim}"
        return f"attention forward+backward | {shape}{' causal' if self.causal else ''}"

    @property
    def title(self) -> str:
        return self.name.replace(" |", "")

    def arrays(self) -> list[np.ndarray]:
        """Queries, keys, values, and the gradient of the result."""
        rng = np.random.default_rng(26)
        shape = (self.batch, self.heads, self.length, self.head_dim)
        return [rng.standard_normal(shape).astype(np.float32) for _ in range(4)]

    @property
    def flops(self) -> float:
        """Two products forward, five backward (the scores are not kept), half of it where it is causal."""
        one = 2 * self.batch * self.heads * self.length**2 * self.head_dim
        return 7 * one / (2 if self.causal else 1)

    @property
    def bytes(self) -> float:
        """Q, K, V and O forward; the same, dO and three gradients backward."""
        return BYTES * 12 * self.batch * self.heads * self.length * self.head_dim

    @property
    def working_set(self) -> float:
        return self.bytes


WORKLOADS = [
    GptTraining("gpt_b16_t128"),
    GptTraining("gpt_b16_t128 bfloat16", dtype="bfloat16"),
    GptTraining("gpt_b16_t128 high", precision="high"),
    GptWriting("gpt_generate"),
    *(Attention(length) for length in (128, 256, 512, 1024, 2048)),
    Attention(1024, causal=True),
]
