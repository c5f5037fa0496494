"""Weights in other coordinates: length and direction apart, or of a bounded stretch."""

from __future__ import annotations

from pynn import _check, autograd
from pynn._core import Tensor, ops

from .. import functional as F
from ..conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..module import Module
from .parametrize import register_parametrization


class _WeightNorm(Module):
    """g v / |v|: the length of each row, or slice, is a parameter of its own."""

    def __init__(self, dim: int | None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, length: Tensor, direction: Tensor) -> Tensor:
        return direction * (length / self._norm(direction))

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return self._norm(weight), weight

    def _norm(self, weight: Tensor) -> Tensor:
        if self.dim is None:
            return (weight * weight).sum().sqrt()
        axes = tuple(axis for axis in range(weight.ndim) if axis != self.dim % weight.ndim)
        return (weight * weight).sum(axes, keepdim=True).sqrt()


class _SpectralNorm(Module):
    """W / σ(W), the largest factor by which W stretches a vector, followed by power iteration."""

    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int, dim: int, eps: float) -> None:
        super().__init__()
        self.n_power_iterations, self.eps = n_power_iterations, eps
        self.dim = dim % weight.ndim
        if weight.ndim > 1:
            with autograd.no_grad():
                matrix = self._matrix(weight.detach())
                self.register_buffer("_u", self._unit(ops.randn((matrix.shape[0],), matrix.dtype)))
                self.register_buffer("_v", self._unit(ops.randn((matrix.shape[1],), matrix.dtype)))
                self._iterate(matrix, 15)

    def _unit(self, x: Tensor) -> Tensor:
        return F.normalize(x, dim=0, eps=self.eps)

    def _matrix(self, weight: Tensor) -> Tensor:
        if self.dim:
            weight = weight.permute(self.dim, *(axis for axis in range(weight.ndim) if axis != self.dim))
        return weight.reshape(weight.shape[0], -1)

    def _iterate(self, matrix: Tensor, times: int) -> None:
        for _ in range(times):
            self._u.copy_(self._unit(matrix @ self._v))
            self._v.copy_(self._unit(matrix.T @ self._u))

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return self._unit(weight)
        matrix = self._matrix(weight)
        if self.training:
            with autograd.no_grad():
                self._iterate(matrix.detach(), self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # the next iteration must not change what backward needs
        return weight / (u * (matrix @ v)).sum()


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """Train length and direction of a weight apart: w = g v / |v|.

    Args:
        module: a layer.
        name: of its parameter.
        dim: the axis whose slices have a length each; None for one length of all.

    Returns:
        The layer, with the parameters `parametrizations.weight.original0` (g) and `original1` (v).

    Raises:
        ValueError: there is no such parameter.

    Source: Salimans & Kingma 2016, Weight normalization, arXiv:1602.07868, equation 2.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(4, 3))
        >>> layer.parametrizations.weight.original0.shape
        (3, 1)
        >>> layer(pynn.ones(2, 4)).shape
        (2, 3)
    """
    weight = _weight_of("weight_norm", module, name)
    if dim is not None and weight is not None:
        _check.integer("weight_norm", "dim", dim)
        if not -weight.ndim <= dim < weight.ndim:
            raise IndexError(f"weight_norm: {name!r} of shape {tuple(weight.shape)} has no dim {dim}")
    return register_parametrization(module, name, _WeightNorm(dim))


def spectral_norm(
    module: Module,
    name: str = "weight",
    n_power_iterations: int = 1,
    eps: float = 1e-12,
    dim: int | None = None,
) -> Module:
    """Divide a weight by its largest singular value, so that the layer stretches no difference.

    The value is followed by power iteration, one round in each call in training mode.

    Args:
        module: a layer.
        name: of its parameter.
        n_power_iterations: rounds to a call.
        eps: keeps the quotient finite.
        dim: the axis of the outputs. Default: 0, and 1 for transposed convolutions.

    Returns:
        The layer, with the parameter `parametrizations.weight.original`.

    Raises:
        ValueError: there is no such parameter, or no round.

    Source: Miyato et al. 2018, Spectral normalization for generative adversarial networks, arXiv:1802.05957,
        algorithm 1.

    Example:
        >>> import numpy as np
        >>> import pynn
        >>> from pynn import nn
        >>> pynn.manual_seed(0)
        >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(20, 30))
        >>> for _ in range(50):
        ...     y = layer(pynn.randn(2, 20))
        >>> round(float(np.linalg.svd(layer.weight.detach().numpy())[1][0]), 2)
        1.0
    """
    weight = _weight_of("spectral_norm", module, name)
    _check.integer("spectral_norm", "n_power_iterations", n_power_iterations, 1)
    if dim is None:
        dim = int(isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)))
    if weight is None:
        return register_parametrization(module, name, Module())  # it says what is wrong
    made = _SpectralNorm(weight, n_power_iterations, dim, _check.real("spectral_norm", "eps", eps, 0))
    return register_parametrization(module, name, made.train(module.training))


def _weight_of(owner: str, module: Module, name: str) -> Tensor | None:
    if not isinstance(module, Module):
        raise TypeError(f"{owner}: module must be a Module, got {type(module).__name__}")
    _check.text(owner, "name", name)
    found = module.__dict__.get(name)
    return found if isinstance(found, Tensor) and found.ndim > 0 and found.numel() > 0 else None
