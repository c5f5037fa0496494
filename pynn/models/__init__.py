"""Networks from papers, each in one file: `models.resnet18(num_classes=10)`.

Where torchvision has the network too, parameters and buffers have its names and shapes, so that its weights
load unchanged.
"""

from .alexnet import AlexNet, alexnet
from .catalog import get_model, list_models
from .cifar_resnet import CifarResNet, resnet20, resnet32, resnet44, resnet56
from .lenet import LeNet5, ScaledTanh, lenet5
from .mlp import MLP, mlp
from .mobilenet import InvertedResidual, MobileNetV2, mobilenet_v2
from .resnet import BasicBlock, Bottleneck, ResNet, resnet18, resnet34, resnet50
from .vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn

__all__ = [
    "MLP",
    "VGG",
    "AlexNet",
    "BasicBlock",
    "Bottleneck",
    "CifarResNet",
    "InvertedResidual",
    "LeNet5",
    "MobileNetV2",
    "ResNet",
    "ScaledTanh",
    "alexnet",
    "get_model",
    "lenet5",
    "list_models",
    "mlp",
    "mobilenet_v2",
    "resnet18",
    "resnet20",
    "resnet32",
    "resnet34",
    "resnet44",
    "resnet50",
    "resnet56",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
]
