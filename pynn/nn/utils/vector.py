"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from pynn import _check, _core, autograd
from pynn._core import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The values of all parameters, flattened and joined: `(total,)`.

    Args:
        parameters: usually `model.parameters()`.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> nn.utils.parameters_to_vector(nn.Linear(3, 2).parameters()).shape
        (8,)
    """
    name = "parameters_to_vector"
    flat = [_check.tensor(name, "each parameter", parameter).reshape((-1,)) for parameter in parameters]
    if not flat:
        raise ValueError(f"{name}: there are no parameters. Was the model built?")
    return _core.ops.cat(flat)


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Copy a vector's values into parameters, in order.

    Args:
        vec: `(total,)`.
        parameters: usually `model.parameters()`.

    Raises:
        ValueError: the vector is longer or shorter than all parameters together; nothing is changed.

    Example:
        >>> import pynn
        >>> from pynn import nn
        >>> layer = nn.Linear(2, 1)
        >>> nn.utils.vector_to_parameters(pynn.tensor([1.0, 2.0, 3.0]), layer.parameters())
        >>> layer.bias.item()
        3.0
    """
    parameters = list(parameters)
    total = sum(parameter.numel() for parameter in parameters)
    if _check.tensor("vector_to_parameters", "vec", vec).ndim != 1 or vec.numel() != total:
        raise ValueError(
            f"vector_to_parameters: got shape {tuple(vec.shape)}; "
            f"{len(parameters)} parameters take ({total},)"
        )
    start = 0
    with autograd.no_grad():
        for parameter in parameters:
            part = vec[start : start + parameter.numel()]
            parameter.copy_(part.reshape(tuple(parameter.shape)))
            start += parameter.numel()
