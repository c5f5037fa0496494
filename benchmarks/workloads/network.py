"""Networks of convolutions: a training step, and inference."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .layers import Arrays, Conv, Layers, Linear, Shape, Up, leaves, out_shape

BYTES = 4  # float32


@dataclass(frozen=True)
class Network:
    """Layers, and the batches that they see. The scores of the classes lie along axis 1."""

    name: str
    layers: Layers
    image: Shape  # (C, H, W)
    batch: int

    dtype = "float32"
    reads_only = False

    @property
    def title(self) -> str:
        return self.name.replace(" |", "")

    @property
    def shape(self) -> Shape:
        """Of the scores of one sample."""
        return out_shape(self.layers, self.image)

    @property
    def working_set(self) -> float:
        return self.bytes

    @property
    def bytes(self) -> float:
        raise NotImplementedError

    def weights(self) -> list[Arrays]:
        """The arrays of each layer that has some, in the order of `leaves`."""
        rng = np.random.default_rng(7)
        made = [leaf.arrays(shape, rng) for leaf, shape in leaves(self.layers, self.image)]
        return [arrays for arrays in made if arrays]

    def inputs(self, batches: int) -> np.ndarray:
        rng = np.random.default_rng(8)
        return rng.standard_normal((batches, self.batch, *self.image)).astype(np.float32)

    @property
    def _products(self) -> list[tuple[float, int]]:
        """(FLOPs forward, numbers that come out) of each layer that sums products, for one sample."""
        return [
            (leaf.flops(shape), math.prod(leaf.out(shape)))
            for leaf, shape in leaves(self.layers, self.image)
            if isinstance(leaf, Conv | Up | Linear)
        ]

    @property
    def _parameters(self) -> int:
        return sum(array.size for arrays in self.weights() for array in arrays.values())


@dataclass(frozen=True)
class Training(Network):
    """One step: forward, cross-entropy, backward, optimizer."""

    optimizer: str = "adam"  # or "sgd", with momentum 0.9
    lr: float = 1e-3
    batches: int = 4  # the steps cycle through so many batches

    kind = "training"
    checked_runs = 3  # the losses of so many steps must agree ...
    tolerance = 1e-3  # ... to this relative difference with the float64 reference

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (batches, batch, C, H, W); a label for each set of scores.

        The second half repeats the inputs of the first under other labels, for the reason given in mlp.py.
        """
        classes, *places = self.shape
        rng = np.random.default_rng(9)
        x = self.inputs(self.batches // 2)
        y = rng.integers(0, classes, (self.batches // 2, self.batch, *places))
        return np.concatenate([x, x]), np.concatenate([y, (y + 1) % classes])

    @property
    def flops(self) -> float:
        """The forward products three times, but for the gradient of the input, which nobody needs."""
        flops = [flops for flops, _ in self._products]
        return self.batch * (3 * sum(flops) - flops[0])

    @property
    def bytes(self) -> float:
        """Of the batch, of the products and of the parameters.

        The batch is read; what a product gives is written and read again by the backward pass; each
        parameter, and the optimizer's numbers for it, are read and written.
        """
        kept = self.batch * sum(count for _, count in self._products)
        state = {"adam": 6, "sgd": 4}[self.optimizer]
        return BYTES * (self.batch * math.prod(self.image) + 2 * kept + state * self._parameters)


@dataclass(frozen=True)
class Inference(Network):
    """The scores of one batch, in evaluation."""

    kind = "inference"
    checked_runs = 1
    tolerance = 1e-4

    def arrays(self) -> np.ndarray:
        return self.inputs(1)[0]

    @property
    def flops(self) -> float:
        return self.batch * sum(flops for flops, _ in self._products)

    @property
    def bytes(self) -> float:
        """Images and weights are read, scores written. What lies between may stay in the cache."""
        return BYTES * (self.batch * (math.prod(self.image) + math.prod(self.shape)) + self._parameters)


def inference(training: Training, batch: int) -> Inference:
    """The same network as it is used once trained."""
    name = f"{training.name.rpartition('_b')[0]} inference | batch {batch}"
    return Inference(name, training.layers, training.image, batch)
