"""First values of weights, as torchvision has them."""

from __future__ import annotations

from pynn import nn


def convolutions(network: nn.Module) -> None:
    """He et al. 2015, arXiv:1502.01852, section 2.2: gradients keep their variance on the way back."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def linears(network: nn.Module) -> None:
    """Small weights, so that all classes are about equally likely at first: as in torchvision."""
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0.0, 0.01)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
