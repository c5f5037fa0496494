"""Training steps of four networks for images: a plain one, a residual one, a U-Net, a depthwise one."""

from .layers import Conv, Flatten, GlobalPool, Layers, Linear, MaxPool, Norm, Relu, Residual, Skip, Up
from .network import Training


def conv(channels: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> Layers:
    """A convolution and its normalization, which makes a bias needless."""
    return (Conv(channels, kernel, stride, groups, bias=False), Norm())


def block(channels: int, stride: int = 1) -> Residual:
    """He et al. 2016, figure 2, with a projection where the shape changes."""
    body = (*conv(channels, stride=stride), Relu(), *conv(channels))
    return Residual(body, conv(channels, kernel=1, stride=2) if stride == 2 else ())


def double(channels: int) -> Layers:
    """Ronneberger, Fischer & Brox 2015, figure 1, with padding and normalization."""
    return (*conv(channels), Relu(), *conv(channels), Relu())


def separable(channels: int, out: int, stride: int = 1) -> Layers:
    """Howard et al. 2017, figure 3: each channel on its own, then the channels of each place."""
    return (*conv(channels, stride=stride, groups=channels), Relu(), *conv(out, kernel=1), Relu())


CNN = (
    *(Conv(32), Relu(), MaxPool()),
    *(Conv(64), Relu(), MaxPool()),
    *(Flatten(), Linear(128), Relu(), Linear(10)),
)
RESNET20 = (
    *(*conv(16), Relu()),
    *(block(16), block(16), block(16)),
    *(block(32, stride=2), block(32), block(32)),
    *(block(64, stride=2), block(64), block(64)),
    *(GlobalPool(), Linear(10)),
)
DEEPEST = Skip((MaxPool(), *double(64), Up(32)))
UNET = (*double(16), Skip((MaxPool(), *double(32), DEEPEST, *double(32), Up(16))), *double(16), Conv(2, 1))
DEPTHWISE = (
    *(*conv(32), Relu()),
    *separable(32, 64),
    *separable(64, 128, stride=2),
    *separable(128, 128),
    *separable(128, 256, stride=2),
    *separable(256, 256),
    *(GlobalPool(), Linear(10)),
)

WORKLOADS = [
    Training("cnn_b64", CNN, (1, 28, 28), batch=64, lr=3e-4),
    Training("resnet20_b32", RESNET20, (3, 32, 32), batch=32, optimizer="sgd", lr=1e-2),
    Training("unet_b4", UNET, (1, 128, 128), batch=4),
    Training("depthwise_b32", DEPTHWISE, (3, 32, 32), batch=32),
]
