"""Dense and generative models."""

from __future__ import annotations

import pynn
from pynn import models, nn

NAN = float("nan")
x = pynn.rand(2, 3, 8, 8)
grey = pynn.rand(2, 1, 8, 8)
boxes = pynn.tensor([[0.0, 0.0, 4.0, 4.0]])
code = pynn.zeros(2, 2)
network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
detector = models.SingleShotDetector(2, image_size=16, anchor_sizes=(4, 8), widths=(4, 8))
picture = x[:1]


def sizes(name, *arguments):
    """What every model refuses: sizes that are none."""
    make = getattr(models, name)
    return [
        (lambda argument=argument: make(**{argument: 0}), ValueError, f"{name}: {argument}.*1 or more.*0")
        for argument in arguments
    ] + [
        (lambda argument=argument: make(**{argument: "a"}), TypeError, f"{name}: {argument}.*'a'")
        for argument in arguments
    ]


def pairs(name, first):
    call = getattr(models, name)
    return [
        (
            lambda: call(boxes, boxes[:0]),
            pynn.ShapeError,
            rf"{name}: {first} and anchors.*\(1, 4\).*\(0, 4\)",
        ),
        (lambda: call(boxes[0], boxes[0]), pynn.ShapeError, rf"{name}.*\(N, 4\).*\(4,\)"),
        (lambda: call(boxes, [[0, 0, 1, 1]]), TypeError, f"{name}: anchors must be a Tensor, got list"),
    ]


def style(**changed):
    given = {
        "network": network,
        "content": picture,
        "style": picture,
        "content_layers": ["0"],
        "style_layers": ["1"],
    }
    return lambda: models.StyleContentLoss(**{**given, **changed})


CALLS = {
    "pynn.models.UNet": [
        *sizes("UNet", "in_channels", "out_channels", "width", "depth"),
        (lambda: models.UNet(3)(grey), pynn.ShapeError, r"UNet\(in_channels=3\).*\(2, 1, 8, 8\)"),
        (lambda: models.UNet(3)(x[0]), pynn.ShapeError, r"UNet.*\(N, 3, H, W\).*\(3, 8, 8\)"),
        (
            lambda: models.UNet(3, depth=2)(pynn.rand(1, 3, 10, 8)),
            pynn.ShapeError,
            r"UNet\(depth=2\).*multiples of 4.*\(1, 3, 10, 8\).*\(12, 8\)",
        ),
        (lambda: models.UNet(3)([1]), TypeError, "UNet: images must be a Tensor, got list"),
    ],
    "pynn.models.ConvAutoencoder": [
        *sizes("ConvAutoencoder", "in_channels", "code_channels"),
        (lambda: models.ConvAutoencoder(1, ()), ValueError, r"ConvAutoencoder: widths.*\(32, 64\).*\(\)"),
        (lambda: models.ConvAutoencoder(1, 32), ValueError, "ConvAutoencoder: widths.*32"),
        (lambda: models.ConvAutoencoder(1, (8, 0)), ValueError, "ConvAutoencoder: each of widths.*0"),
        (
            lambda: models.ConvAutoencoder(1)(x),
            pynn.ShapeError,
            r"ConvAutoencoder\(in_channels=1\).*\(2, 3, 8",
        ),
        (
            lambda: models.ConvAutoencoder(3)(x[:, :, :7]),
            pynn.ShapeError,
            r"ConvAutoencoder\(widths=\(32, 64\)\).*2 times.*multiples of 4.*\(2, 3, 7, 8\)",
        ),
        (lambda: models.ConvAutoencoder(1)(3), TypeError, "ConvAutoencoder: images.*int"),
    ],
    "pynn.models.add_noise": [
        (lambda: models.add_noise(pynn.arange(3)), pynn.DTypeError, "add_noise: images.*int64.*/ 255"),
        (lambda: models.add_noise(x, -1), ValueError, "add_noise: std.*-1"),
        (lambda: models.add_noise(x, NAN), ValueError, "add_noise: std.*nan"),
        (lambda: models.add_noise(x, 0.1, 1.5), ValueError, "add_noise: dropped.*1.5"),
        (lambda: models.add_noise([1.0]), TypeError, "add_noise: images.*list"),
    ],
    "pynn.models.VAE": [
        *[
            (
                lambda argument=argument: models.VAE(**{"features": 4, argument: 0}),
                ValueError,
                f"VAE: {argument}.*0",
            )
            for argument in ("features", "hidden", "latent")
        ],
        (lambda: models.VAE("a"), TypeError, "VAE: features.*'a'"),
        (lambda: models.VAE(64)(x), pynn.ShapeError, r"VAE\(features=64\).*\(2, 3, 8, 8\)"),
        (lambda: models.VAE(64)(x[0, 0, 0]), pynn.ShapeError, r"VAE\(features=64\).*\(8,\)"),
        (lambda: models.VAE(64)([1]), TypeError, "VAE: images.*list"),
    ],
    "pynn.models.elbo_loss": [
        (lambda: models.elbo_loss(x, grey, code, code), pynn.ShapeError, "elbo_loss: scores.*images.*same"),
        (lambda: models.elbo_loss(x, x, code, code[:1]), pynn.ShapeError, "elbo_loss: mean.*log_var.*same"),
        (
            lambda: models.elbo_loss(x[:1], x[:1], code, code),
            pynn.ShapeError,
            r"elbo_loss.*\(N, L\).*\(2, 2\)",
        ),
        (lambda: models.elbo_loss(x, x, code, code, -1), ValueError, "elbo_loss: beta.*-1"),
        (lambda: models.elbo_loss(x, x, code, 0), TypeError, "elbo_loss: log_var.*int"),
    ],
    "pynn.models.DCGenerator": [
        *sizes("DCGenerator", "latent", "out_channels", "size", "width", "depth"),
        (lambda: models.DCGenerator(size=10), ValueError, r"DCGenerator: size=10.*2\*\*depth = 4"),
        (lambda: models.DCGenerator(depth=99), ValueError, "DCGenerator: size=8"),
        (
            lambda: models.DCGenerator(4)(code),
            pynn.ShapeError,
            r"DCGenerator\(latent=4\).*\(2, 2\).*randn\(N, 4\)",
        ),
        (lambda: models.DCGenerator(4)([1]), TypeError, "DCGenerator: codes.*list"),
    ],
    "pynn.models.DCDiscriminator": [
        *sizes("DCDiscriminator", "in_channels", "size", "width", "depth"),
        (lambda: models.DCDiscriminator(size=10), ValueError, r"DCDiscriminator: size=10.*2\*\*depth = 4"),
        (
            lambda: models.DCDiscriminator()(x),
            pynn.ShapeError,
            r"DCDiscriminator.*\(N, 1, 8, 8\).*\(2, 3, 8, 8\)",
        ),
        (lambda: models.DCDiscriminator()([1]), TypeError, "DCDiscriminator: images.*list"),
    ],
    "pynn.models.gradient_penalty": [
        (
            lambda: models.gradient_penalty(lambda x: x, x, grey),
            pynn.ShapeError,
            "gradient_penalty: real and fake",
        ),
        (
            lambda: models.gradient_penalty(lambda x: x[:, :1], code, code),
            pynn.ShapeError,
            r"gradient_penalty.*scores \(2,\).*\(2, 1\).*squeeze",
        ),
        (lambda: models.gradient_penalty(lambda x: x, x, 0), TypeError, "gradient_penalty: fake.*int"),
    ],
    "pynn.models.critic_loss": [
        (
            lambda: models.critic_loss(lambda x: x[:, 0], code, code, -1),
            ValueError,
            "critic_loss: penalty.*-1",
        ),
        (lambda: models.critic_loss(lambda x: x[:, 0], code, x), pynn.ShapeError, "real and fake"),
        (lambda: models.critic_loss(lambda x: x[:, 0], 0, x), TypeError, "real.*int"),
    ],
    "pynn.models.gram_matrix": [
        (lambda: models.gram_matrix(x[0]), pynn.ShapeError, r"gram_matrix.*\(N, C, H, W\).*\(3, 8, 8\)"),
        (lambda: models.gram_matrix([1]), TypeError, "gram_matrix: features.*list"),
    ],
    "pynn.models.StyleContentLoss": [
        (style(network=3), TypeError, "StyleContentLoss: network.*int"),
        (style(content=x), pynn.ShapeError, r"StyleContentLoss: content.*\(1, C, H, W\).*\(2, 3, 8, 8\)"),
        (style(style=x[0]), pynn.ShapeError, "StyleContentLoss: style"),
        (style(style="a"), TypeError, "StyleContentLoss: style.*str"),
        (style(content_layers=["conv"]), ValueError, "content_layers names 'conv'.*'0', '1'"),
        (style(content_layers=[], style_layers=[]), ValueError, "at least one of"),
        (style(style_weight=-1), ValueError, "StyleContentLoss: style_weight.*-1"),
        (style(content_weight=NAN), ValueError, "StyleContentLoss: content_weight.*nan"),
        (
            lambda: style()()(pynn.rand(1, 3, 9, 8)),
            pynn.ShapeError,
            r"as large as the content.*\(1, 3, 9, 8\)|\(1, 3, 9",
        ),
    ],
    "pynn.models.SingleShotDetector": [
        (lambda: models.SingleShotDetector(0), ValueError, "SingleShotDetector: num_classes.*0"),
        (lambda: models.SingleShotDetector(1, 60), ValueError, "image_size=60.*stride 8"),
        (lambda: models.SingleShotDetector(1, widths=()), ValueError, "SingleShotDetector: widths"),
        (lambda: models.SingleShotDetector(1, anchor_sizes=()), ValueError, r"sizes.*\(\)"),
        (lambda: models.SingleShotDetector(1, anchor_sizes=(0,)), ValueError, "each of sizes.*above 0.*0"),
        (lambda: detector(x), pynn.ShapeError, r"SingleShotDetector.*\(N, 3, 16, 16\).*\(2, 3, 8, 8\)"),
        (lambda: detector([1]), TypeError, "SingleShotDetector: images.*list"),
        (lambda: detector.targets(boxes, pynn.ones(1)), pynn.ShapeError, r"targets.*\(N, M, 4\).*\(1, 4\)"),
        (lambda: detector.targets(boxes[None], pynn.full((1, 1), 3)), ValueError, "targets: labels.*1 to 2"),
        (lambda: detector.targets([1], [1]), TypeError, "targets: boxes.*int"),
        (
            lambda: detector.loss(detector(pynn.rand(1, 3, 16, 16)), code, boxes),
            pynn.ShapeError,
            r"loss.*\(1, 32\).*\(2, 2\).*detector.targets",
        ),
        (lambda: detector.detect(pynn.rand(1, 3, 16, 16), 2.0), ValueError, "score_threshold.*2.0"),
        (lambda: detector.detect(pynn.rand(1, 3, 16, 16), 0.0, NAN), ValueError, "iou_threshold.*nan"),
    ],
    "pynn.models.make_anchors": [
        (lambda: models.make_anchors(0, 8, [8]), ValueError, "make_anchors: grid.*0"),
        (lambda: models.make_anchors((1, 2, 3), 8, [8]), ValueError, r"make_anchors: grid.*\(1, 2, 3\)"),
        (lambda: models.make_anchors(2, 0, [8]), ValueError, "make_anchors: stride.*0"),
        (lambda: models.make_anchors(2, 8, 8), ValueError, r"make_anchors: sizes.*\[10, 16, 24\].*8"),
        (lambda: models.make_anchors(2, 8, [-1]), ValueError, "make_anchors: each of sizes.*-1"),
    ],
    "pynn.models.encode_boxes": pairs("encode_boxes", "boxes"),
    "pynn.models.decode_boxes": pairs("decode_boxes", "codes"),
    "pynn.models.match_anchors": [
        (lambda: models.match_anchors(boxes, boxes[0]), pynn.ShapeError, r"\(N, 4\).*\(4,\)"),
        (lambda: models.match_anchors(boxes, boxes, 1.5), ValueError, "match_anchors: positive.*1.5"),
        (lambda: models.match_anchors(boxes, boxes, 0.5, 0.6), ValueError, "match_anchors: negative.*0.6"),
        (lambda: models.match_anchors(boxes, -boxes), ValueError, "box_convert"),
        (lambda: models.match_anchors(boxes, [1]), TypeError, "list"),
    ],
}
