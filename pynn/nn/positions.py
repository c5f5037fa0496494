"""Where in a sequence something stands, told to layers that would not know otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from pynn import _check, _core
from pynn._core import DTypeError, ShapeError, Tensor, ops

from . import init
from .dropout import Dropout
from .module import Module
from .parameter import Parameter


def _even(owner: str, name: str, value: Any) -> int:
    size = _check.integer(owner, name, value, 2)
    if size % 2:
        raise ValueError(f"{owner}: {name} must be even, since numbers are turned in pairs; got {size}")
    return size


def _stretch(owner: str, x: Any, size: int, max_len: int, start: Any) -> tuple[int, int]:
    """From which row of a table to which, for x of `(..., T, size)`."""
    _check.tensor(owner, "input", x)
    if x.ndim < 2 or x.shape[-1] != size:
        raise ShapeError(f"{owner}: expected (..., T, {size}), got {tuple(x.shape)}")
    if not x.dtype.is_floating_point:
        raise DTypeError(f"{owner}: the input must be floating, got {x.dtype}")
    start = _check.integer(owner, "start", start, 0)
    end = start + x.shape[-2]
    if end > max_len:
        raise ShapeError(
            f"{owner}(max_len={max_len}): {x.shape[-2]} positions from {start} on end at {end}, behind the "
            f"table. Did you mean max_len={end}, or a shorter sequence?"
        )
    return start, end


class SinusoidalPositions(Module):
    """Adds waves of many lengths: `p[t, 2i] = sin(t / base^(2i/C))`, `p[t, 2i + 1]` the cosine.

    Args:
        d_model: C, an even number.
        max_len: the longest sequence. Default: 5000.
        dropout: after the sum, in training.
        base: the longest wave is 2π times this. Default: 10000.

    Shape:
        `(..., T, C)` -> the same. `forward(x, start)` counts from `start` on, as behind what a cache holds.

    The buffer `table` `(max_len, C)` is not part of `state_dict`.

    Raises:
        ShapeError: the input's last axis is not C, or T goes beyond `max_len`.
        ValueError: C is odd.

    Source: Vaswani et al. 2017, Attention is all you need, section 3.5.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.SinusoidalPositions(4)(pynn.zeros(1, 2, 4))
        tensor([[[0.    , 1.    , 0.    , 1.    ],
                 [0.8415, 0.5403, 0.01  , 0.9999]]])
    """

    table: Tensor

    def __init__(
        self, d_model: int, max_len: int = 5000, dropout: float = 0.0, base: float = 10000.0
    ) -> None:
        super().__init__()
        self.d_model = _even("SinusoidalPositions", "d_model", d_model)
        self.max_len = _check.integer("SinusoidalPositions", "max_len", max_len, 1)
        angles = _angles(d_model, max_len, _check.real("SinusoidalPositions", "base", base, above=0))
        waves = np.stack([np.sin(angles), np.cos(angles)], -1).reshape(max_len, d_model)
        self.register_buffer("table", _core.tensor(waves.astype(np.float32)), persistent=False)
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        start, end = _stretch("SinusoidalPositions", x, self.d_model, self.max_len, start)
        return self.dropout(x + self.table[start:end].to(x.dtype))

    def extra_repr(self) -> str:
        return f"{self.d_model}, max_len={self.max_len}"


class LearnedPositions(Module):
    """Adds a learned vector for each position.

    Args:
        max_len: the longest sequence.
        d_model: C.
        dropout: after the sum, in training.

    Shape:
        `(..., T, C)` -> the same. `forward(x, start)` counts from `start` on. `weight` is `(max_len, C)`.

    The weights start normal with deviation 0.02.

    Raises:
        ShapeError: the input's last axis is not C, or T goes beyond `max_len`.

    Source: Gehring et al. 2017, Convolutional sequence to sequence learning, section 3.1.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.LearnedPositions(100, 16)(pynn.zeros(2, 10, 16)).shape
        (2, 10, 16)
    """

    weight: Parameter

    def __init__(self, max_len: int, d_model: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.max_len = _check.integer("LearnedPositions", "max_len", max_len, 1)
        self.d_model = _check.integer("LearnedPositions", "d_model", d_model, 1)
        self.weight = Parameter(ops.empty((max_len, d_model)))
        self.dropout = Dropout(dropout)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw new weights."""
        init.normal_(self.weight, 0.0, 0.02)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        start, end = _stretch("LearnedPositions", x, self.d_model, self.max_len, start)
        return self.dropout(x + self.weight[start:end])

    def extra_repr(self) -> str:
        return f"{self.max_len}, {self.d_model}"


class RotaryPositions(Module):
    """Turns pairs of numbers by an angle that grows with the position, in queries and keys.

    Position t turns pair i by `t / base^(2i/D)`. The product of a query and a key then depends on how far
    they are apart, not on where they stand.

    Args:
        head_dim: D, the size of a head, even.
        max_len: the longest sequence. Default: 2048.
        base: the slowest pair goes round once in 2π times this. Default: 10000.
        interleaved: whether a pair is two neighbours, as in the paper. Default: False: number i and number
            i + D/2, as in Llama.

    Shape:
        `(..., T, D)` -> the same, as of one head: `(N, H, T, D)`. `forward(x, start)` counts from `start` on.

    Raises:
        ShapeError: the input's last axis is not D, or T goes beyond `max_len`.
        ValueError: D is odd.

    Source: Su et al. 2021, RoFormer: enhanced Transformer with rotary position embedding, equation 34.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> rotary = nn.RotaryPositions(8)
        >>> q, k = pynn.randn(2, 1, 8)
        >>> near = rotary(q, start=3) @ rotary(k, start=1).T
        >>> far = rotary(q, start=503) @ rotary(k, start=501).T
        >>> bool((near - far).abs() < 1e-4)
        True
    """

    cos: Tensor
    sin: Tensor

    def __init__(
        self, head_dim: int, max_len: int = 2048, base: float = 10000.0, interleaved: bool = False
    ) -> None:
        super().__init__()
        self.head_dim = _even("RotaryPositions", "head_dim", head_dim)
        self.max_len = _check.integer("RotaryPositions", "max_len", max_len, 1)
        self.interleaved = bool(interleaved)
        angles = _angles(head_dim, max_len, _check.real("RotaryPositions", "base", base, above=0))
        for name, wave in (("cos", np.cos(angles)), ("sin", np.sin(angles))):
            self.register_buffer(name, _core.tensor(wave.astype(np.float32)), persistent=False)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        start, end = _stretch("RotaryPositions", x, self.head_dim, self.max_len, start)
        cos, sin = self.cos[start:end].to(x.dtype), self.sin[start:end].to(x.dtype)
        if self.interleaved:
            a, b = x[..., 0::2], x[..., 1::2]
            return ops.stack([a * cos - b * sin, b * cos + a * sin], -1).flatten(-2)
        a, b = x.chunk(2, -1)
        return ops.cat([a * cos - b * sin, b * cos + a * sin], -1)

    def extra_repr(self) -> str:
        return f"{self.head_dim}, max_len={self.max_len}, interleaved={self.interleaved}"


class AlibiPositions(Module):
    """Numbers to add to the scores of attention: what is further away counts less, by a slope of each head.

    Query i and key j get `-slope |i - j|`; head h of H has the slope `2^(-8 (h + 1) / H)`. (Where H is no
    power of two, the slopes are those of the next lower one, and between them every other one of twice as
    many, as in the paper's code.)

    Args:
        num_heads: H.

    Shape:
        `forward(queries, keys)` -> `(H, queries, keys)`, for `attn_mask` of
        `functional.scaled_dot_product_attention`. The last query stands at the last key. `keys` is `queries`
        by default.

    Raises:
        ValueError: a number below 1, or more queries than keys.

    Source: Press, Smith & Lewis 2021, Train short, test long, section 3.

    Example:
        >>> from pynn import nn
        >>> nn.AlibiPositions(8)(3)[0]
        tensor([[ 0. , -0.5, -1. ],
                [-0.5,  0. , -0.5],
                [-1. , -0.5,  0. ]])
    """

    slopes: Tensor

    def __init__(self, num_heads: int) -> None:
        super().__init__()
        self.num_heads = _check.integer("AlibiPositions", "num_heads", num_heads, 1)
        power = 1 << (num_heads.bit_length() - 1)
        slopes = [2 ** (-8 * (h + 1) / power) for h in range(power)]
        slopes += [2 ** (-4 * (h + 1) / power) for h in range(0, 2 * (num_heads - power), 2)]
        self.register_buffer("slopes", _core.tensor(np.array(slopes, np.float32)), persistent=False)

    def forward(self, queries: int, keys: int | None = None) -> Tensor:
        queries = _check.integer("AlibiPositions", "queries", queries, 1)
        keys = queries if keys is None else _check.integer("AlibiPositions", "keys", keys, 1)
        if queries > keys:
            raise ValueError(f"AlibiPositions: {queries} queries cannot end at the last of {keys} keys")
        places = np.arange(keys, dtype=np.float32)
        distance = np.abs(places - places[keys - queries :, None])
        return self.slopes.reshape(-1, 1, 1) * _core.tensor(0 - distance)  # -0.0 would be printed

    def extra_repr(self) -> str:
        return f"{self.num_heads}"


def _angles(size: int, max_len: int, base: float) -> np.ndarray:
    """`(max_len, size / 2)`, in float64: sines of large angles need their digits."""
    return np.outer(np.arange(max_len), base ** (-np.arange(0, size, 2) / size))
