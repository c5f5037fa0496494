"""Convolutions in NumPy, one tap of the kernel after the other: what the ops are compared with."""

from __future__ import annotations

from typing import Any

import numpy as np


def _per_axis(value: Any, axes: int) -> list[int]:
    """One value for each axis."""
    values = list(value) if isinstance(value, (tuple, list)) else [value]
    return values * axes if len(values) == 1 else values


def _pads(padding: Any, axes: int) -> list[tuple[int, int]]:
    """(before, after) for each axis."""
    values = _per_axis(padding, axes)
    if len(values) == 2 * axes:
        return list(zip(values[::2], values[1::2], strict=True))
    return [(v, v) for v in values]


def _each_tap(shape: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    """(tap, the part of the padded input that it meets), and the sizes of the padded input and the output."""
    axes = len(kernel)
    stride, dilation, pads = _per_axis(stride, axes), _per_axis(dilation, axes), _pads(padding, axes)
    padded = [n + a + b for n, (a, b) in zip(shape, pads, strict=True)]
    out = [
        (n - d * (k - 1) - 1) // s + 1 for n, d, k, s in zip(padded, dilation, kernel, stride, strict=True)
    ]

    def part(tap: tuple[int, ...]) -> tuple[Any, ...]:
        ends = zip(tap, dilation, stride, out, strict=True)
        return (slice(None), slice(None), *(slice(t * d, t * d + (n - 1) * s + 1, s) for t, d, s, n in ends))

    taps = [(tap, part(tap)) for tap in np.ndindex(*kernel)]
    return taps, pads, padded, out


def _pad(x: np.ndarray, pads: list[tuple[int, int]]) -> np.ndarray:
    """Zeros around; a negative width crops."""
    x = np.pad(x, [(0, 0), (0, 0), *((max(a, 0), max(b, 0)) for a, b in pads)])
    ends = [(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(x.shape[2:], pads, strict=True)]
    inner = (slice(None), slice(None), *(slice(*end) for end in ends))
    return x[inner]


def convolve(x: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """y[o] = Σ x[stride · o + dilation · tap − padding] weight[tap], and the bias."""
    if x.ndim == weight.ndim - 1:
        return convolve(x[None], weight, bias, stride, padding, dilation, groups)[0]
    n, o, g = x.shape[0], weight.shape[0], groups
    taps, pads, _, out = _each_tap(x.shape[2:], weight.shape[2:], stride, padding, dilation)
    padded, y = _pad(x, pads), np.zeros((n, g, o // g, *out))
    for tap, part in taps:
        here = (..., *tap)
        w = weight[here].reshape(g, o // g, -1)
        y += np.einsum("ngc...,goc->ngo...", padded[part].reshape(n, g, x.shape[1] // g, *out), w)
    y = y.reshape(n, o, *out)
    return y if bias is None else y + bias.reshape(-1, *[1] * len(out))


def convolve_transposed(
    x: Any, weight: Any, bias: Any, size: Any, stride: Any, padding: Any, dilation: Any, groups: int
) -> Any:
    """The gradient of `convolve` for its input: every output is spread back over what it was made from."""
    n, g, c = x.shape[0], groups, weight.shape[1] * groups
    axes = weight.ndim - 2
    taps, pads, padded, out = _each_tap(_per_axis(size, axes), weight.shape[2:], stride, padding, dilation)
    before = [(max(a, 0), max(b, 0)) for a, b in pads]
    y, grouped = np.zeros((n, c, *padded)), x.reshape(n, g, x.shape[1] // g, *out)
    for tap, part in taps:
        here = (..., *tap)
        w = weight[here].reshape(g, -1, weight.shape[1])
        y[part] += np.einsum("ngo...,goc->ngc...", grouped, w).reshape(n, c, *out)
    cropped = [slice(a, m - b) for m, (a, b) in zip(padded, before, strict=True)]
    outer = [(max(-a, 0), max(-b, 0)) for a, b in pads]
    inner = (slice(None), slice(None), *cropped)
    y = np.pad(y[inner], [(0, 0), (0, 0), *outer])
    return y if bias is None else y + bias.reshape(-1, *[1] * axes)


def convolve_weight(x: Any, dy: Any, size: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """The gradient of `convolve` for its weight: the sum over all places of x times dy."""
    n, o, g, axes = x.shape[0], dy.shape[1], groups, x.ndim - 2
    kernel = _per_axis(size, axes)
    taps, pads, _, _ = _each_tap(x.shape[2:], kernel, stride, padding, dilation)
    padded, dw = _pad(x, pads), np.zeros((o, x.shape[1] // g, *kernel))
    for tap, part in taps:
        met = padded[part].reshape(n, g, x.shape[1] // g, -1)
        of_tap = np.einsum("ngcp,ngop->goc", met, dy.reshape(n, g, o // g, -1))
        here = (..., *tap)
        dw[here] = of_tap.reshape(o, -1)
    return dw


def conv_transpose(
    x: Any, weight: Any, bias: Any, stride: Any, padding: Any, output_padding: Any, groups: int, dilation: Any
) -> Any:
    """`convolve_transposed` with the arguments of a layer."""
    axes = weight.ndim - 2
    if x.ndim == axes + 1:
        more = (bias, stride, padding, output_padding, groups, dilation)
        return conv_transpose(x[None], weight, *more)[0]
    strides, dilations, extra = (_per_axis(v, axes) for v in (stride, dilation, output_padding))
    pads = [v for (a, b), e in zip(_pads(padding, axes), extra, strict=True) for v in (a, b - e)]
    size = [
        (n - 1) * s + d * (k - 1) + 1 - pads[2 * i] - pads[2 * i + 1]
        for i, (n, s, d, k) in enumerate(zip(x.shape[2:], strides, dilations, weight.shape[2:], strict=True))
    ]
    return convolve_transposed(x, weight, bias, size, stride, pads, dilation, groups)


def patches(x: Any, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Any:
    """Every patch that a kernel meets, as a column."""
    if x.ndim == 3:
        return patches(x[None], kernel_size, dilation, padding, stride)[0]
    taps, pads, _, out = _each_tap(x.shape[2:], _per_axis(kernel_size, 2), stride, padding, dilation)
    padded = _pad(x, pads)
    columns = np.stack([padded[part] for _, part in taps], 2)
    return columns.reshape(x.shape[0], x.shape[1] * len(taps), out[0] * out[1])


def sum_of_patches(
    x: Any, output_size: Any, kernel_size: Any, dilation: Any, padding: Any, stride: Any
) -> Any:
    """Columns back in their places; where patches overlap, they add up."""
    if x.ndim == 2:
        return sum_of_patches(x[None], output_size, kernel_size, dilation, padding, stride)[0]
    taps, pads, padded, out = _each_tap(
        _per_axis(output_size, 2), _per_axis(kernel_size, 2), stride, padding, dilation
    )
    columns = x.reshape(x.shape[0], x.shape[1] // len(taps), len(taps), *out)
    y = np.zeros((*columns.shape[:2], *padded))
    for i, (_, part) in enumerate(taps):
        y[part] += columns[:, :, i]
    return y[:, :, pads[0][0] : padded[0] - pads[0][1], pads[1][0] : padded[1] - pads[1][1]]
