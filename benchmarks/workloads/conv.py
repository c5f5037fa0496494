"""Convolutions of residual networks: of CIFAR's images, of ImageNet's, and those of one channel each."""

from .convolution import Convolution

WORKLOADS = [
    # 3 x 3 for images of 32 x 32, and the first of each stage
    Convolution(32, 16, 16, 32),
    Convolution(32, 16, 32, 32, stride=2),
    Convolution(32, 32, 32, 16),
    Convolution(32, 32, 64, 16, stride=2),
    Convolution(32, 64, 64, 8),
    # for images of 224 x 224
    Convolution(1, 3, 64, 224, kernel=7, stride=2),
    Convolution(4, 64, 64, 56),
    Convolution(4, 64, 128, 56, stride=2),
    Convolution(4, 128, 128, 28),
    Convolution(4, 128, 256, 28, stride=2),
    Convolution(4, 256, 256, 14),
    Convolution(4, 256, 512, 14, stride=2),
    Convolution(4, 512, 512, 7),
    # 1 x 1: bottlenecks and shortcuts
    Convolution(4, 64, 256, 56, kernel=1),
    Convolution(4, 256, 128, 28, kernel=1),
    Convolution(4, 64, 128, 56, kernel=1, stride=2),
    # depthwise
    Convolution(32, 32, 32, 28, groups=32),
    Convolution(4, 128, 128, 56, groups=128),
    Convolution(4, 128, 128, 56, stride=2, groups=128),
]
