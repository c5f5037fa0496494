"""A convolution of images, forward and backward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BYTES = 4  # float32


@dataclass(frozen=True)
class Convolution:
    """y = conv2d(x, w, b) and, from dy, the gradients of x, w and b: run() gives these three as one array."""

    batch: int
    channels: int
    outputs: int
    size: int  # height and width of the images
    kernel: int = 3
    stride: int = 1
    groups: int = 1

    kind = "convolution"
    reads_only = False
    dtype = "float32"
    checked_runs = 1
    tolerance = 1e-4

    @property
    def padding(self) -> int:
        return self.kernel // 2

    @property
    def out(self) -> int:
        return (self.size + 2 * self.padding - self.kernel) // self.stride + 1

    @property
    def name(self) -> str:
        return f"conv2d forward+backward | {self.shape}"

    @property
    def title(self) -> str:
        return f"conv2d forward+backward {self.shape}"

    @property
    def shape(self) -> str:
        text = f"{self.batch}x{self.channels}x{self.size}x{self.size} to {self.outputs}, "
        text += f"{self.kernel}x{self.kernel}"
        if self.stride > 1:
            text += f" stride {self.stride}"
        return text if self.groups == 1 else f"{text}, {self.groups} groups"

    @property
    def flops(self) -> float:
        """A multiply-add for each tap of each output, in each of the three products."""
        sums = self.batch * self.outputs * self.out**2
        return 3 * 2.0 * sums * self.channels // self.groups * self.kernel**2

    @property
    def bytes(self) -> float:
        """X is read, y written; dy and x are read, dx written."""
        return BYTES * self.batch * (3.0 * self.channels * self.size**2 + 2.0 * self.outputs * self.out**2)

    @property
    def working_set(self) -> float:
        return self.bytes

    def arrays(self) -> tuple[np.ndarray, ...]:
        """x, w, b and dy."""
        rng = np.random.default_rng(6)
        weight = (self.outputs, self.channels // self.groups, self.kernel, self.kernel)
        shapes = (
            (self.batch, self.channels, self.size, self.size),
            weight,
            (self.outputs,),
            (self.batch, self.outputs, self.out, self.out),
        )
        return tuple(rng.standard_normal(shape).astype(np.float32) for shape in shapes)
