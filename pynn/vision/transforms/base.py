"""What every transform shares: the door that images come in by, its random numbers, and Compose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from pynn import _check, nn
from pynn._core import DTypeError, ShapeError, Tensor
from pynn.data.random import Seed, numpy_generator

Size = tuple[int, int]


class Transform(nn.Module):
    """A change of a batch of images `(N, C, H, W)`, with random numbers of its own for each image.

    Called with images alone, it returns images; called with images and targets, it returns both, as in
    `transform(*batch)`. A target that is a picture too, `(N, H, W)` or `(N, ..., H, W)` with the N, H and W
    of the images, moves where they move: whole numbers (masks of classes) by their nearest pixel, floats
    like the images. All other targets pass through.

    It is a layer: `DataLoader(..., transform=...)` applies it to batches, and as the first part of a model it
    acts while the model trains and rests in `model.eval()`.
    A step with a random transform in it cannot be recorded by `pynn.compile`: there, leave it to the loader.

    A subclass says `change(images, *targets)`.

    Args:
        generator: a seed or NumPy generator. Default: pynn's own random numbers, or in a `DataLoader` the
            loader's. With several workers, leave it out: they would draw from it in no fixed order.

    Raises:
        DTypeError: the images are not floats.
        ShapeError: they are no batch `(N, C, H, W)`.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> class Invert(transforms.Transform):
        ...     def change(self, images, *targets):
        ...         return 1 - images, *targets
        >>> Invert()(pynn.zeros(1, 1, 1, 2)).tolist()
        [[[[1.0, 1.0]]]]
    """

    only_in_training = True

    def __init__(self, generator: Seed = None) -> None:
        super().__init__()
        # A whole number starts a stream that moves on, so that two batches are not changed alike.
        self._generator = generator if generator is None else numpy_generator(generator)

    def forward(self, images: Tensor, *targets: Any) -> Any:
        check_images(type(self).__name__, images)
        changed: tuple[Any, ...] = (images, *targets)
        if self.training or not self.only_in_training:
            changed = self.change(images, *targets)
        return changed if targets else changed[0]

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        """The new images, and after them the targets.

        Args:
            images: `(N, C, H, W)`, floats.
            targets: what came with them.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it changes images (change)")

    def generator(self) -> np.random.Generator:
        """Where this call's random numbers come from."""
        return numpy_generator(self._generator)


class Movement(Transform):
    """A transform that moves pixels, and so takes masks along.

    A subclass says `draw(images)`, what happens to each image, and `move(x, drawn, nearest)`, which does it.
    """

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        drawn = self.draw(images)
        moved = [
            self._move_picture(target, drawn) if is_picture(target, images) else target for target in targets
        ]
        return self.move(images, drawn, False), *moved

    def _move_picture(self, target: Tensor, drawn: Any) -> Tensor:
        batch, *rest = target.shape
        x = target.reshape(batch, -1, *rest[-2:])
        moved = self.move(x, drawn, not target.is_floating_point())
        return moved.reshape(batch, *rest[:-2], *moved.shape[-2:])

    def draw(self, images: Tensor) -> Any:
        """What happens to each image: numbers for `move`.

        Args:
            images: `(N, C, H, W)`.
        """
        return None

    def move(self, x: Tensor, drawn: Any, nearest: bool) -> Tensor:
        """The same movement for images and masks.

        Args:
            x: `(N, C, H, W)`.
            drawn: what `draw` gave.
            nearest: take whole pixels, never mixtures: x holds class numbers.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how it moves pixels (move)")


class Compose(Transform):
    """Transforms one after the other.

    Args:
        transforms: a list of them, or of any functions of the parts of a batch.

    Raises:
        TypeError: one of them cannot be called.

    Example:
        >>> import pynn
        >>> from pynn.vision import transforms
        >>> augment = transforms.Compose(
        ...     [transforms.RandomCrop(28, padding=2), transforms.RandomHorizontalFlip()]
        ... )
        >>> x, y = augment(pynn.zeros(8, 1, 28, 28), pynn.zeros(8))
        >>> x.shape, y.shape
        ((8, 1, 28, 28), (8,))
    """

    only_in_training = False  # each of its transforms has its own say

    def __init__(self, transforms: Iterable[Any]) -> None:
        super().__init__()
        if not isinstance(transforms, Iterable):
            raise TypeError(f"Compose: transforms must be a list of transforms, got {transforms!r}")
        steps = list(transforms)
        for i, step in enumerate(steps):
            if not callable(step):
                raise TypeError(f"Compose: transform {i} must be a transform or a function, got {step!r}")
        self.transforms = nn.ModuleList(
            step if isinstance(step, nn.Module) else _Function(step) for step in steps
        )

    def change(self, images: Tensor, *targets: Any) -> tuple[Any, ...]:
        parts: tuple[Any, ...] = (images, *targets)
        for transform in self.transforms:
            result = transform(*parts)
            parts = result if isinstance(result, tuple) else (result,)
        return parts


class _Function(nn.Module):
    """A function of the parts of a batch, as a module."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.forward = function

    def extra_repr(self) -> str:
        return getattr(self.forward, "__name__", repr(self.forward))


# ---- checks that several transforms share ----------------------------------------------------------------


def check_images(owner: str, images: Any) -> Tensor:
    """The images, if they are a batch `(N, C, H, W)` of floats."""
    _check.tensor(owner, "images", images)
    shape = tuple(images.shape)
    if images.ndim != 4:
        hint = {2: "images[None, None]", 3: "images.unsqueeze(1) for N grey images, or images[None] for one"}
        fix = f" Did you mean {hint[images.ndim]}?" if images.ndim in hint else ""
        raise ShapeError(f"{owner}: images must be (N, C, H, W), got {shape}.{fix}")
    if not images.is_floating_point():
        raise DTypeError(
            f"{owner}: images must be floats from 0 to 1, got {images.dtype}. "
            "Did you mean images.float() / 255?"
        )
    return images


def is_picture(target: Any, images: Tensor) -> bool:
    """Whether a target is `(N, ..., H, W)` with the images' N, H and W, such as a mask."""
    return (
        isinstance(target, Tensor)
        and target.ndim >= 3
        and target.shape[0] == images.shape[0]
        and tuple(target.shape[-2:]) == tuple(images.shape[-2:])
    )


def chosen(generator: np.random.Generator, count: int, p: float) -> np.ndarray:
    """Which of `count` images it happens to: each with probability p, `(count,)`."""
    return generator.random(count) < p


def size_of(owner: str, size: Any, name: str = "size") -> Size:
    """(height, width) from one number or two."""
    pair = size if isinstance(size, (tuple, list)) else (size, size)
    if len(pair) != 2:
        raise ValueError(f"{owner}: {name} is one number or (height, width), got {size!r}")
    height, width = (_check.integer(owner, name, side, 1) for side in pair)
    return height, width


def interval(
    owner: str, name: str, value: Any, at_least: float | None = None, *, around: float | None = None
) -> tuple[float, float]:
    """(low, high): given as such, or as one number that says how far around a middle."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{owner}: {name} is (low, high), got {value!r}")
        low, high = (_check.real(owner, name, end, at_least) for end in value)
        if low > high:
            raise ValueError(f"{owner}: {name} must rise from low to high, got {value!r}")
        return low, high
    if around is None:
        raise TypeError(f"{owner}: {name} is (low, high), got {value!r}")
    reach = _check.real(owner, name, value, 0)
    low = around - reach if at_least is None else max(around - reach, at_least)
    return low, around + reach
