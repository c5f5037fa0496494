"""Mirror images."""

from __future__ import annotations

from pynn import _check, _core
from pynn._core import Tensor, ops
from pynn.data.random import Seed

from .base import Movement, chosen


class _Flip(Movement):
    axis: int

    def __init__(self, p: float = 0.5, generator: Seed = None) -> None:
        super().__init__(generator)
        self.p = _check.real(type(self).__name__, "p", p, 0, 1)

    def draw(self, images: Tensor) -> Tensor:
        which = chosen(self.generator(), len(images), self.p)
        return _core.from_numpy(which.reshape(-1, 1, 1, 1))

    def move(self, x: Tensor, drawn: Tensor, nearest: bool) -> Tensor:
        return ops.where(drawn, x.flip(self.axis), x)

    def extra_repr(self) -> str:
        return f"p={self.p:g}"


class RandomHorizontalFlip(_Flip):
    """Swap left and right, in each image with probability p.

    Args:
        p: how often.
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ValueError: p is no probability.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> transforms.RandomHorizontalFlip(p=1.0)(pynn.tensor([[[[1.0, 2.0]]]])).tolist()
        [[[[2.0, 1.0]]]]
    """

    axis = -1


class RandomVerticalFlip(_Flip):
    """Swap top and bottom, in each image with probability p.

    Args:
        p: how often.
        generator: a seed or NumPy generator; see `Transform`.

    Raises:
        ValueError: p is no probability.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> transforms.RandomVerticalFlip(p=1.0)(pynn.tensor([[[[1.0], [2.0]]]])).tolist()
        [[[[2.0], [1.0]]]]
    """

    axis = -2
