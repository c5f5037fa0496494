"""Ways to fill a new parameter. Every function works in place, records nothing and returns the tensor.

A name that ends in an underscore changes its argument, as in PyTorch. `fan_in` is the number of inputs of
one unit and `fan_out` the number of outputs of one input: for a weight of shape `(out, in, *kernel)` they
are `in * prod(kernel)` and `out * prod(kernel)`.
"""

from __future__ import annotations

import math

from pynn import _check, _core, autograd
from pynn._core import Tensor

_GAINS = {
    "linear": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3.0 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which weights must grow to make up for what an activation takes away.

    Args:
        nonlinearity: linear, sigmoid, tanh, relu, leaky_relu or selu.
        param: the negative slope of leaky_relu (default 0.01).

    Example:
        >>> from pynn import nn
        >>> round(nn.init.calculate_gain("relu"), 4)
        1.4142
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else _check.real("calculate_gain", "param", param)
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        known = ", ".join([*_GAINS, "leaky_relu"])
        raise ValueError(f"calculate_gain: no gain for {nonlinearity!r}; known are {known}")
    return _GAINS[nonlinearity]


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Fill with numbers drawn evenly from [a, b).

    Args:
        tensor: any shape.
        a: the lower end.
        b: the upper end.

    Raises:
        ValueError: a is above b.

    Example:
        >>> import pynn
        >>> bool((pynn.nn.init.uniform_(pynn.empty(5), -1.0, 1.0).abs() <= 1).all())
        True
    """
    _check.tensor("uniform_", "tensor", tensor)
    a, b = _check.real("uniform_", "a", a), _check.real("uniform_", "b", b)
    if a > b:
        raise ValueError(f"uniform_: the lower end {a} lies above the upper end {b}")
    with autograd.no_grad():
        return tensor.uniform_(a, b)


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Fill with normally distributed numbers.

    Args:
        tensor: any shape.
        mean: their mean.
        std: their standard deviation.

    Raises:
        ValueError: std is below 0.

    Example:
        >>> import pynn
        >>> pynn.nn.init.normal_(pynn.empty(2), 3.0, 0.0)
        tensor([3., 3.])
    """
    _check.tensor("normal_", "tensor", tensor)
    mean, std = _check.real("normal_", "mean", mean), _check.real("normal_", "std", std, 0)
    with autograd.no_grad():
        return tensor.normal_(mean, std)


def trunc_normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0
) -> Tensor:
    """Fill with normally distributed numbers, drawn again where they fall outside [a, b].

    Drawn by inverting the distribution function, x = mean + std √2 erf⁻¹(2u - 1), with u uniform between
    its values at a and b: no loop, and the same count of random numbers whatever the bounds.

    Args:
        tensor: any shape.
        mean: of the whole distribution.
        std: of the whole distribution.
        a: the lower bound.
        b: the upper bound.

    Raises:
        ValueError: std is not above 0, a is not below b, or no number of the distribution lies between.

    Example:
        >>> import pynn
        >>> bool((pynn.nn.init.trunc_normal_(pynn.empty(1000)).abs() <= 2).all())
        True
    """
    _check.tensor("trunc_normal_", "tensor", tensor)
    mean, std = _check.real("trunc_normal_", "mean", mean), _check.real("trunc_normal_", "std", std)
    if std <= 0 or not a < b:
        raise ValueError(f"trunc_normal_: need std > 0 and a < b, got std={std}, a={a}, b={b}")

    def below(x: float) -> float:  # the standard normal's distribution function
        return 0.5 * (1 + math.erf(x / math.sqrt(2)))

    low, high = below((a - mean) / std), below((b - mean) / std)
    if not low < high:
        raise ValueError(f"trunc_normal_: [{a}, {b}] holds no probability for mean={mean}, std={std}")
    with autograd.no_grad():
        u = _core.ops.rand(tuple(tensor.shape), dtype=_core.float64)
        x = (low + u * (high - low)) * 2 - 1
        tensor.copy_((mean + std * math.sqrt(2) * _erfinv(x)).clip(a, b))
    return tensor


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value.

    Args:
        tensor: any shape.
        val: the value.

    Example:
        >>> import pynn
        >>> pynn.nn.init.constant_(pynn.empty(2), 0.5)
        tensor([0.5, 0.5])
    """
    return _filled(tensor, val, "constant_")


def _filled(tensor: Tensor, val: float, name: str) -> Tensor:
    _check.tensor(name, "tensor", tensor)
    val = _check.real(name, "val", val, any_float=True)
    with autograd.no_grad():
        return tensor.fill_(val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with 0.

    Args:
        tensor: any shape.

    Example:
        >>> import pynn
        >>> pynn.nn.init.zeros_(pynn.empty(2))
        tensor([0., 0.])
    """
    return _filled(tensor, 0.0, "zeros_")


def ones_(tensor: Tensor) -> Tensor:
    """Fill with 1.

    Args:
        tensor: any shape.

    Example:
        >>> import pynn
        >>> pynn.nn.init.ones_(pynn.empty(2))
        tensor([1., 1.])
    """
    return _filled(tensor, 1.0, "ones_")


def eye_(tensor: Tensor) -> Tensor:
    """Make a matrix the identity: ones on its diagonal, zeros elsewhere.

    Args:
        tensor: a matrix.

    Raises:
        ValueError: it is no matrix.

    Example:
        >>> import pynn
        >>> pynn.nn.init.eye_(pynn.empty(2, 2))
        tensor([[1., 0.],
                [0., 1.]])
    """
    if _check.tensor("eye_", "tensor", tensor).ndim != 2:
        raise ValueError(f"eye_: needs a matrix, got shape {tuple(tensor.shape)}")
    with autograd.no_grad():
        return tensor.copy_(_core.ops.eye(tensor.shape[0], tensor.shape[1]))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Uniform in ±gain √(6 / (fan_in + fan_out)): keeps the variance in both directions.

    Args:
        tensor: `(out, in, ...)`.
        gain: a factor, see `calculate_gain`.

    Raises:
        ValueError: fewer than two axes.

    Source: Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks,
    equation 16.

    Example:
        >>> import pynn
        >>> bool((pynn.nn.init.xavier_uniform_(pynn.empty(3, 3)).abs() <= 1).all())
        True
    """
    fan_in, fan_out = _fans(tensor, "xavier_uniform_")
    bound = _check.real("xavier_uniform_", "gain", gain) * math.sqrt(6.0 / max(fan_in + fan_out, 1))
    return uniform_(tensor, -bound, bound)


def xavier_normal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """Normal with standard deviation gain √(2 / (fan_in + fan_out)).

    Args:
        tensor: `(out, in, ...)`.
        gain: a factor, see `calculate_gain`.

    Raises:
        ValueError: fewer than two axes.

    Source: Glorot & Bengio 2010, equation 12.

    Example:
        >>> import pynn
        >>> pynn.manual_seed(0)
        >>> round(pynn.nn.init.xavier_normal_(pynn.empty(300, 100)).std().item(), 2)
        0.07
    """
    fan_in, fan_out = _fans(tensor, "xavier_normal_")
    gain = _check.real("xavier_normal_", "gain", gain)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / max(fan_in + fan_out, 1)))


def kaiming_uniform_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """Uniform in ±gain √(3 / fan): keeps the variance through rectifiers.

    Args:
        tensor: `(out, in, ...)`.
        a: the negative slope of a leaky_relu that follows.
        mode: "fan_in" to keep the variance forward, "fan_out" backward.
        nonlinearity: what follows, see `calculate_gain`.

    Raises:
        ValueError: fewer than two axes, or another mode or nonlinearity.

    Source: He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852, equation 10.

    Example:
        >>> import pynn
        >>> w = pynn.nn.init.kaiming_uniform_(pynn.empty(8, 6), nonlinearity="relu")
        >>> bool((w.abs() <= 1).all())
        True
    """
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity, "kaiming_uniform_")
    return uniform_(tensor, -bound, bound)


def kaiming_normal_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu"
) -> Tensor:
    """Normal with standard deviation gain / √fan.

    Args:
        tensor: `(out, in, ...)`.
        a: the negative slope of a leaky_relu that follows.
        mode: "fan_in" to keep the variance forward, "fan_out" backward.
        nonlinearity: what follows, see `calculate_gain`.

    Raises:
        ValueError: fewer than two axes, or another mode or nonlinearity.

    Source: He et al. 2015, Delving deep into rectifiers, arXiv:1502.01852, equation 10.

    Example:
        >>> import pynn
        >>> pynn.manual_seed(0)
        >>> round(pynn.nn.init.kaiming_normal_(pynn.empty(300, 200), nonlinearity="relu").std().item(), 2)
        0.1
    """
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity, "kaiming_normal_"))


def orthogonal_(tensor: Tensor, gain: float = 1.0) -> Tensor:
    """A random matrix with orthonormal rows (or columns, if there are more rows), times gain.

    The Q of a normal matrix's QR factors, its columns' signs made those of R's diagonal so that every
    orthogonal matrix is equally likely.

    Args:
        tensor: `(out, in, ...)`; further axes count as columns.
        gain: a factor.

    Raises:
        ValueError: fewer than two axes.

    Source: Saxe et al. 2014, arXiv:1312.6120; Mezzadri 2007, arXiv:math-ph/0609050.

    Example:
        >>> import pynn
        >>> w = pynn.nn.init.orthogonal_(pynn.empty(2, 5))
        >>> pynn.allclose(w @ w.T, pynn.eye(2), atol=1e-6)
        True
    """
    import numpy as np

    gain = _check.real("orthogonal_", "gain", gain)
    if _check.tensor("orthogonal_", "tensor", tensor).ndim < 2:
        raise ValueError(f"orthogonal_: needs at least 2 axes, got shape {tuple(tensor.shape)}")
    rows = tensor.shape[0]
    columns = tensor.numel() // max(rows, 1)
    normal = _core.ops.randn((max(rows, columns), min(rows, columns)), dtype=_core.float64).numpy()
    q, r = np.linalg.qr(normal)
    q = q * np.sign(np.diagonal(r))
    q = q if rows >= columns else q.T
    with autograd.no_grad():
        return tensor.copy_(_core.from_numpy(np.ascontiguousarray(gain * q)).reshape(tuple(tensor.shape)))


def _fans(tensor: Tensor, name: str) -> tuple[int, int]:
    if _check.tensor(name, "tensor", tensor).ndim < 2:
        raise ValueError(
            f"{name}: fan-in and fan-out need at least 2 axes (out, in, ...), got shape {tuple(tensor.shape)}"
        )
    kernel = math.prod(tuple(tensor.shape)[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str, name: str) -> float:
    fans = dict(zip(("fan_in", "fan_out"), _fans(tensor, name), strict=True))
    if mode not in fans:
        raise ValueError(f"{name}: mode must be 'fan_in' or 'fan_out', got {mode!r}")
    return calculate_gain(nonlinearity, _check.real(name, "a", a)) / math.sqrt(max(fans[mode], 1))


def _erfinv(x: Tensor) -> Tensor:
    """The x of erf(x) = y: Winitzki's start, then three Newton steps, each doubling the digits."""
    x = x.clip(-1 + 1e-15, 1 - 1e-15)
    c = 0.147
    log_term = (1 - x * x).log()
    t = 2 / (math.pi * c) + log_term / 2
    y = x.sign() * ((t * t - log_term / c).sqrt() - t).sqrt()
    for _ in range(3):
        y = y - (y.erf() - x) * (math.sqrt(math.pi) / 2) * (y * y).exp()
    return y
