"""Networks from papers, each in one file: `models.resnet18(num_classes=10)`.

Where torchvision has the network too, parameters and buffers have its names and shapes, so that its weights
load unchanged. Besides networks that classify: segmentation, detection, autoencoders, adversarial networks,
style; sequences.
"""

from .alexnet import AlexNet, alexnet
from .anchors import decode_boxes, encode_boxes, make_anchors, match_anchors
from .autoencoder import ConvAutoencoder, add_noise
from .bert import BERT
from .catalog import get_model, list_models
from .char_rnn import CharRNN
from .cifar_resnet import CifarResNet, resnet20, resnet32, resnet44, resnet56
from .detector import SingleShotDetector
from .gan import DCDiscriminator, DCGenerator, critic_loss, gradient_penalty
from .generation import KeyValueCache, generate, stream
from .gpt import GPT, CausalSelfAttention
from .lenet import LeNet5, ScaledTanh, lenet5
from .llama import GroupedQueryAttention, Llama, SwiGLU
from .lstm_forecaster import LSTMForecaster
from .mlp import MLP, mlp
from .mobilenet import InvertedResidual, MobileNetV2, mobilenet_v2
from .resnet import BasicBlock, Bottleneck, ResNet, resnet18, resnet34, resnet50
from .seq2seq import Seq2Seq
from .sequence_classifier import SequenceClassifier
from .style import StyleContentLoss, gram_matrix
from .tcn import TCN
from .unet import UNet
from .vae import VAE, elbo_loss
from .vgg import VGG, vgg11, vgg11_bn, vgg13, vgg13_bn, vgg16, vgg16_bn, vgg19, vgg19_bn
from .vit import VisionTransformer, vit_b_16
from .whisper import Whisper, WhisperCache

__all__ = [
    "BERT",
    "GPT",
    "MLP",
    "TCN",
    "VAE",
    "VGG",
    "AlexNet",
    "BasicBlock",
    "Bottleneck",
    "CausalSelfAttention",
    "CharRNN",
    "CifarResNet",
    "ConvAutoencoder",
    "DCDiscriminator",
    "DCGenerator",
    "GroupedQueryAttention",
    "InvertedResidual",
    "KeyValueCache",
    "LSTMForecaster",
    "LeNet5",
    "Llama",
    "MobileNetV2",
    "ResNet",
    "ScaledTanh",
    "Seq2Seq",
    "SequenceClassifier",
    "SingleShotDetector",
    "StyleContentLoss",
    "SwiGLU",
    "UNet",
    "VisionTransformer",
    "Whisper",
    "WhisperCache",
    "add_noise",
    "alexnet",
    "critic_loss",
    "decode_boxes",
    "elbo_loss",
    "encode_boxes",
    "generate",
    "get_model",
    "gradient_penalty",
    "gram_matrix",
    "lenet5",
    "list_models",
    "make_anchors",
    "match_anchors",
    "mlp",
    "mobilenet_v2",
    "resnet18",
    "resnet20",
    "resnet32",
    "resnet34",
    "resnet44",
    "resnet50",
    "resnet56",
    "stream",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "vit_b_16",
]
