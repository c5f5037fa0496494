"""Pooling, normalisation of channels, resampling and padding."""

from __future__ import annotations

import pynn
from pynn import nn
from pynn.nn import functional as F

x = pynn.ones(2, 3)
signal = pynn.ones(2, 3, 8)
image = pynn.ones(2, 3, 8, 8)
NAN = float("nan")


def layer(name, *arguments):
    """Called with what is no tensor, and with a tensor of too few axes."""
    return [
        (lambda: getattr(nn, name)(*arguments)(None), TypeError, "NoneType"),
        (lambda: getattr(nn, name)(*arguments)(pynn.tensor(1.0)), pynn.ShapeError, r"got.*\(\)"),
        (lambda: getattr(nn, name)(no_such_option=1), TypeError, "no_such_option|argument"),
    ]


def windows(name, *first):
    """A pooling layer: kernel, stride and padding."""
    make = getattr(nn, name)
    sizes = 2 if name.endswith("2d") else 1
    few = pynn.ones(*[1] * sizes)
    calls = [
        (lambda: make(*first, 0), ValueError, f"{name}.*kernel_size.*0"),
        (lambda: make(*first, 1.5), TypeError, f"{name}.*kernel_size.*1.5"),
        (lambda: make(*first, (2, 2, 2)), ValueError, f"{name}.*kernel_size.*2, 2, 2"),
        (lambda: make(*first, 2, stride=-1), ValueError, f"{name}.*stride.*-1"),
    ]
    if "Unpool" not in name:
        calls += [
            (lambda: make(*first, 2)(None), TypeError, "NoneType"),
            (lambda: make(*first, 2)(few), pynn.ShapeError, "pool.*expected.*unsqueeze"),
            (
                lambda: make(*first, 9)(image if sizes == 2 else signal),
                pynn.ShapeError,
                "pool.*window of 9.*does not fit.*axis",
            ),
        ]
    if not first:
        calls.append((lambda: make(2, padding=2), ValueError, f"{name}.*padding 2.*half"))
    return calls


def pool(name, *first):
    call = getattr(F, name)
    x = image if name.endswith("2d") else signal
    return [
        (lambda: call(None, *first, 2), TypeError, f"{name}.*NoneType"),
        (lambda: call(x, *first, 0), ValueError, "kernel_size.*0"),
        (lambda: call(x, *first, 20), pynn.ShapeError, "window of 20.*does not fit"),
        (lambda: call(x, *first, "a"), TypeError, "kernel_size.*str"),
    ]


def unpool(name):
    call = getattr(F, name)
    x = image if name.endswith("2d") else signal
    return [
        (lambda: call(None, x, 2), TypeError, f"{name}.*NoneType"),
        (lambda: call(x, None, 2), TypeError, f"{name}.*NoneType"),
        (lambda: call(x, x[..., :2].long(), 2), pynn.ShapeError, f"{name}.*indices"),
        (lambda: call(x, 1000 * x.long(), 2), IndexError, "1000"),
        (lambda: call(x, -x.long(), 2), IndexError, "-1"),
        (lambda: call(x, x.long(), 2, output_size=()), pynn.ShapeError, f"{name}.*output_size"),
        (lambda: call(x, x.long(), 2, padding=9), pynn.ShapeError, f"{name}.*comes from no image"),
    ]


def adaptive(name):
    call = getattr(F, name)
    x = image if name.endswith("2d") else signal
    return [
        (lambda: call(None, 1), TypeError, f"{name}.*NoneType"),
        (lambda: call(x, -1), ValueError, f"{name}.*output_size.*-1"),
        (lambda: call(x, 1.5), TypeError, f"{name}.*output_size.*1.5"),
        (lambda: call(x, (1, 1, 1)), ValueError, f"{name}.*output_size"),
        (lambda: call(x[..., :0], 1), pynn.ShapeError, f"{name}.*no element"),
        (lambda: call(pynn.ones(2), 1), pynn.ShapeError, rf"{name}.*\(2,\)"),
    ]


def adaptive_layer(name):
    make = getattr(nn, name)
    return [
        *layer(name, 1),
        (lambda: make(-1), ValueError, f"{name}.*output_size.*-1"),
        (lambda: make("a"), TypeError, f"{name}.*output_size.*'a'"),
        (lambda: make((1, 1, 1)), ValueError, f"{name}.*output_size"),
    ]


def channels(name, good, one):
    """A norm with one number for each channel; `good` has three of them, `one` one value in each."""
    make = getattr(nn, name)
    return [
        *layer(name, 3),
        (lambda: make(-1), ValueError, f"{name}.*num_features.*-1"),
        (lambda: make(2.5), TypeError, f"{name}.*num_features.*2.5"),
        (lambda: make(3, eps=-1.0), ValueError, f"{name}.*eps.*-1"),
        (lambda: make(3, momentum=2.0), ValueError, f"{name}.*momentum.*2"),
        (lambda: make(3, dtype=pynn.int64), TypeError, f"{name}.*dtype.*int64"),
        (lambda: make(4)(good), pynn.ShapeError, rf"{name}\(num_features=4\).*3 channels.*nn.{name}\(3\)"),
        (lambda: make(3)(pynn.ones(*[1] * 7)), pynn.ShapeError, f"{name}.*expected"),
        (lambda: make(3, affine=True)(good.double()), TypeError, "float64.*float32|float32.*float64"),
        (lambda: make(3)(one), pynn.ShapeError, "one value per channel"),
    ]


def pad(name, *value):
    make = getattr(nn, name)
    sides = 2 * int(name[-2])
    return [
        *layer(name, 1, *value),
        (lambda: make("a", *value), TypeError, f"{name}.*padding.*'a'"),
        (lambda: make((1, 2, 3), *value), ValueError, f"{name}.*padding.*{sides}.*1, 2, 3"),
        (lambda: make(1.5, *value), TypeError, f"{name}.*padding.*1.5"),
        (lambda: make(-9, *value)(image if sides == 4 else signal), pynn.ShapeError, "pad.*-9"),
    ]


def too_far(name):
    """What is mirrored, or comes from the other side, has to be there."""
    sides = 2 * int(name[-2])
    return [(lambda: getattr(nn, name)(9)(image if sides == 4 else signal), pynn.ShapeError, "pad.*9.*8")]


def resize(call, name):
    return [
        (lambda: call(size=2, mode="cubical"), ValueError, f"{name}.*mode.*cubical"),
        (lambda: call(), ValueError, f"{name}.*size.*scale_factor"),
        (lambda: call(size=2, scale_factor=2), ValueError, f"{name}.*either"),
    ]


def factor(name, option, function):
    make, call = getattr(nn, name), getattr(F, function)
    return {
        f"pynn.nn.{name}": [
            *layer(name, 2),
            (lambda: make(0), ValueError, f"{name}.*{option}.*0"),
            (lambda: make(1.5), TypeError, f"{name}.*{option}.*1.5"),
        ],
        f"pynn.nn.functional.{function}": [
            (lambda: call(None, 2), TypeError, f"{function}.*NoneType"),
            (lambda: call(x, 2), pynn.ShapeError, rf"{function}.*\(2, 3\)"),
            (lambda: call(image[:, :, :7], 7), pynn.ShapeError, rf"{function}.*\(2, 3, 7, 8\).*|7"),
            (lambda: call(image, 0), ValueError, f"{function}.*0"),
        ],
    }


CALLS = {
    **{f"pynn.nn.{kind}Pool{n}d": windows(f"{kind}Pool{n}d") for kind in ("Max", "Avg") for n in (1, 2)},
    **{f"pynn.nn.LPPool{n}d": windows(f"LPPool{n}d", 2) for n in (1, 2)},
    **{f"pynn.nn.MaxUnpool{n}d": windows(f"MaxUnpool{n}d") for n in (1, 2)},
    **{
        f"pynn.nn.Adaptive{kind}Pool{n}d": adaptive_layer(f"Adaptive{kind}Pool{n}d")
        for kind in ("Avg", "Max")
        for n in (1, 2)
    },
    **{f"pynn.nn.functional.max_pool{n}d": pool(f"max_pool{n}d") for n in (1, 2)},
    **{f"pynn.nn.functional.lp_pool{n}d": pool(f"lp_pool{n}d", 2) for n in (1, 2)},
    **{f"pynn.nn.functional.max_unpool{n}d": unpool(f"max_unpool{n}d") for n in (1, 2)},
    **{
        f"pynn.nn.functional.adaptive_{kind}_pool{n}d": adaptive(f"adaptive_{kind}_pool{n}d")
        for kind in ("avg", "max")
        for n in (1, 2)
    },
    "pynn.nn.BatchNorm1d": channels("BatchNorm1d", x, x[:1]),
    "pynn.nn.BatchNorm2d": channels("BatchNorm2d", image, image[:1, :, :1, :1]),
    "pynn.nn.BatchNorm3d": channels("BatchNorm3d", image.unsqueeze(-1), image[:1, :, :1, :1].unsqueeze(-1)),
    "pynn.nn.InstanceNorm1d": channels("InstanceNorm1d", signal, signal[:, :, :1]),
    "pynn.nn.InstanceNorm2d": channels("InstanceNorm2d", image, image[:, :, :1, :1]),
    "pynn.nn.GroupNorm": [
        *layer("GroupNorm", 1, 3),
        (lambda: nn.GroupNorm(2, 3), ValueError, "GroupNorm.*num_channels=3.*2 equal groups"),
        (lambda: nn.GroupNorm(0, 3), ValueError, "GroupNorm.*num_groups.*0"),
        (lambda: nn.GroupNorm(1, 3, eps=NAN), ValueError, "GroupNorm.*eps.*nan"),
        (lambda: nn.GroupNorm(2, 4)(image), pynn.ShapeError, r"GroupNorm\(num_channels=4\).*\(2, 3, 8, 8\)"),
    ],
    "pynn.nn.LocalResponseNorm": [
        *layer("LocalResponseNorm", 5),
        (lambda: nn.LocalResponseNorm(0), ValueError, "LocalResponseNorm.*size.*0"),
        (lambda: nn.LocalResponseNorm(5, alpha="a"), TypeError, "LocalResponseNorm.*alpha.*'a'"),
    ],
    "pynn.nn.functional.batch_norm": [
        (lambda: F.batch_norm(None, None, None, training=True), TypeError, "NoneType"),
        (lambda: F.batch_norm(x, None, None), ValueError, "batch_norm.*running_mean.*None"),
        (lambda: F.batch_norm(x, pynn.ones(2), pynn.ones(2)), pynn.ShapeError, r"3 channels.*\(2,\)"),
        (
            lambda: F.batch_norm(x, pynn.ones(2), pynn.ones(2), training=True),
            pynn.ShapeError,
            r"batch_norm.*\(2,\).*3 channels",
        ),
        (lambda: F.batch_norm(x[:1], None, None, training=True), pynn.ShapeError, "one value per channel"),
        (lambda: F.batch_norm(x[0], None, None, training=True), pynn.ShapeError, r"\(N, C, ...\).*unsqueeze"),
        (lambda: F.batch_norm(x.long(), None, None, training=True), TypeError, "float"),
    ],
    "pynn.nn.functional.instance_norm": [
        (lambda: F.instance_norm(None), TypeError, "instance_norm.*NoneType"),
        (lambda: F.instance_norm(x), pynn.ShapeError, r"instance_norm.*\(2, 3\)"),
        (lambda: F.instance_norm(signal[:, :, :1]), pynn.ShapeError, "one value per channel"),
        (lambda: F.instance_norm(signal, use_input_stats=False), ValueError, "running_mean"),
    ],
    "pynn.nn.functional.local_response_norm": [
        (lambda: F.local_response_norm(None, 3), TypeError, "local_response_norm.*NoneType"),
        (lambda: F.local_response_norm(x, 3), pynn.ShapeError, r"local_response_norm.*\(2, 3\)"),
        (lambda: F.local_response_norm(image, 0), ValueError, "local_response_norm.*size.*0"),
    ],
    **{f"pynn.nn.ZeroPad{n}d": pad(f"ZeroPad{n}d") for n in (1, 2)},
    **{f"pynn.nn.ConstantPad{n}d": pad(f"ConstantPad{n}d", 1.0) for n in (1, 2)},
    **{f"pynn.nn.ReplicationPad{n}d": pad(f"ReplicationPad{n}d") for n in (1, 2)},
    **{
        f"pynn.nn.{kind}Pad{n}d": pad(f"{kind}Pad{n}d") + too_far(f"{kind}Pad{n}d")
        for kind in ("Reflection", "Circular")
        for n in (1, 2)
    },
    "pynn.nn.Upsample": [*layer("Upsample", 2), *resize(nn.Upsample, "Upsample")],
    "pynn.nn.UpsamplingNearest2d": [
        *layer("UpsamplingNearest2d", 2),
        (lambda: nn.UpsamplingNearest2d(), ValueError, "UpsamplingNearest2d.*size"),
    ],
    "pynn.nn.UpsamplingBilinear2d": [
        *layer("UpsamplingBilinear2d", 2),
        (lambda: nn.UpsamplingBilinear2d(2)(signal), pynn.ShapeError, r"bilinear.*\(2, 3, 8\)"),
    ],
    "pynn.nn.functional.interpolate": [
        *resize(lambda **options: F.interpolate(image, **options), "interpolate"),
        (lambda: F.interpolate(None, 2), TypeError, "interpolate.*NoneType"),
        (lambda: F.interpolate(x, 2), pynn.ShapeError, r"interpolate.*\(2, 3\)"),
        (lambda: F.interpolate(image, 2, mode="linear"), pynn.ShapeError, r"linear.*\(N, C, L\)"),
        (lambda: F.interpolate(image, 2, align_corners=True), ValueError, "align_corners.*nearest"),
        (lambda: F.interpolate(image, 2, antialias=True), ValueError, "antialias.*nearest"),
        (lambda: F.interpolate(image, 0), ValueError, "size.*0"),
        (lambda: F.interpolate(image, (2, 2, 2)), ValueError, r"\(2, 2, 2\).*2 axes"),
        (lambda: F.interpolate(image, scale_factor=0.01), pynn.ShapeError, "nothing is left"),
        (lambda: F.interpolate(image, scale_factor=NAN), ValueError, "scale_factor.*nan"),
        (lambda: F.interpolate(image, 2, recompute_scale_factor=True), ValueError, "recompute_scale_factor"),
    ],
    "pynn.nn.functional.affine_grid": [
        (lambda: F.affine_grid(None, (1, 1, 2, 2)), TypeError, "affine_grid.*NoneType"),
        (lambda: F.affine_grid(x, (1, 1, 2, 2)), pynn.ShapeError, r"affine_grid.*\(2, 3\)"),
        (lambda: F.affine_grid(pynn.ones(1, 2, 3), (1, 1, 2)), pynn.ShapeError, r"\(1, 1, 2\)"),
        (lambda: F.affine_grid(pynn.ones(1, 2, 3), (1, 1, 0, 2)), ValueError, "size.*0"),
        (lambda: F.affine_grid(pynn.ones(1, 2, 3).long(), (1, 1, 2, 2)), TypeError, "float"),
    ],
    "pynn.nn.SqueezeExcitation": [
        *layer("SqueezeExcitation", 4, 2),
        (lambda: nn.SqueezeExcitation(0, 2), ValueError, "SqueezeExcitation.*input_channels.*0"),
        (lambda: nn.SqueezeExcitation(4, 2)(image), pynn.ShapeError, r"\(N, 4, H, W\).*\(2, 3, 8, 8\)"),
    ],
    "pynn.nn.CBAM": [
        *layer("CBAM", 4),
        (lambda: nn.CBAM(0), ValueError, "CBAM.*channels.*0"),
        (lambda: nn.CBAM(4, kernel_size=4), ValueError, "CBAM.*odd.*4"),
        (lambda: nn.CBAM(4)(image), pynn.ShapeError, r"\(N, 4, H, W\).*\(2, 3, 8, 8\)"),
    ],
    **factor("PixelShuffle", "upscale_factor", "pixel_shuffle"),
    **factor("PixelUnshuffle", "downscale_factor", "pixel_unshuffle"),
    **factor("ChannelShuffle", "groups", "channel_shuffle"),
}
