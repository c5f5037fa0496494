"""Convolutions, as functions and as layers."""

from __future__ import annotations

import pynn
from pynn import nn
from pynn.nn import functional as F

SPACE = {1: (9,), 2: (9, 8), 3: (4, 9, 8)}


def function(axes):
    call, name = getattr(F, f"conv{axes}d"), f"conv{axes}d"
    x, w = pynn.ones(2, 4, *SPACE[axes]), pynn.ones(6, 4, *[3] * axes)
    return [
        (lambda: call(None, w), TypeError, "NoneType"),
        (lambda: call(x, [1.0]), pynn.ShapeError, rf"{name}: got a weight \(1,\)"),
        (lambda: call(x[0, 0], w), pynn.ShapeError, rf"{name}: got input .*expected \(N, C, "),
        (lambda: call(x, pynn.ones(6, 4)), pynn.ShapeError, rf"{name}: got a weight \(6, 4\)"),
        (lambda: call(x, pynn.ones(6, 3, *[3] * axes)), pynn.ShapeError, f"{name}.*4 channels.*takes 3"),
        (lambda: call(x, pynn.ones(6, 4, *[10] * axes)), pynn.ShapeError, f"{name}.*reaches over 10"),
        (lambda: call(x, pynn.ones(6, 4, *[0] * axes)), pynn.ShapeError, f"{name}.*kernel must be 1 or more"),
        (lambda: call(x, w, pynn.ones(5)), pynn.ShapeError, rf"{name}: bias.*\(5,\).*\(6,\)"),
        (lambda: call(x, w, stride=0), ValueError, f"{name}: stride must be 1 or more, got .0"),
        (lambda: call(x, w, stride=(1,) * 7), ValueError, f"{name}: stride"),
        (lambda: call(x, w, stride=1.5), TypeError, f"{name}.*stride.*float"),
        (lambda: call(x, w, dilation=-1), ValueError, f"{name}: dilation must be 1 or more"),
        (lambda: call(x, w, dilation=2**62), ValueError, f"{name}: dilation"),
        (lambda: call(x, w, padding=-1), ValueError, f"{name}: padding must be 0 or more"),
        (lambda: call(x, w, padding=2**62), ValueError, f"{name}: a padding of .*too large"),
        (lambda: call(x, w, padding="full"), ValueError, f"{name}: padding is 'same' or 'valid'.*full"),
        (lambda: call(x, w, stride=2, padding="same"), ValueError, f"{name}.*'same'.*stride"),
        (lambda: call(x, w, groups=0), ValueError, f"{name}: groups must be 1 or more"),
        (
            lambda: call(x, pynn.ones(6, 1, *[3] * axes), groups=4),
            ValueError,
            f"{name}: groups=4 must divide",
        ),
        (lambda: call(x.to(pynn.uint8), w), TypeError, rf"{name}: got uint8.*images.float\(\) / 255"),
        (lambda: call(x.to(pynn.int64), w), TypeError, rf"{name}: got int64.*x.float\(\)"),
        (lambda: call(x.double(), w), TypeError, rf"{name}: input is float64, weight float32.*weight.dtype"),
    ]


def transposed(axes):
    call, name = getattr(F, f"conv_transpose{axes}d"), f"conv_transpose{axes}d"
    x, w = pynn.ones(2, 4, *SPACE[axes]), pynn.ones(4, 6, *[3] * axes)
    return [
        (lambda: call(None, w), TypeError, "NoneType"),
        (lambda: call(x[0, 0], w), pynn.ShapeError, rf"{name}: got input .*expected \(N, C, "),
        (lambda: call(x, pynn.ones(3, 6, *[3] * axes)), pynn.ShapeError, f"{name}.*4 channels.*takes 3"),
        (lambda: call(x, w, groups=3), pynn.ShapeError, f"{name}.*multiple of groups"),
        (lambda: call(x, w, pynn.ones(5)), pynn.ShapeError, rf"{name}: bias.*\(5,\).*\(6,\)"),
        (lambda: call(x, w, padding=20), pynn.ShapeError, f"{name}.*output would have size -"),
        (lambda: call(x, w, output_padding=1), ValueError, f"{name}: output_padding must be smaller"),
        (lambda: call(x, w, output_padding=-1), ValueError, f"{name}: padding must be 0 or more"),
        (lambda: call(x, w, stride=0), ValueError, f"{name}: stride must be 1 or more"),
        (lambda: call(x, w, stride=2**40), ValueError, f"{name}: stride must be"),
        (lambda: call(x, w, dilation=0), ValueError, f"{name}: dilation must be 1 or more"),
        (lambda: call(x.to(pynn.uint8), w), TypeError, rf"{name}: got uint8.*images.float\(\) / 255"),
    ]


def layer(name, axes):
    make = getattr(nn, name)
    image = SPACE[axes]
    return [
        (lambda: make(4, 6, 3)(None), TypeError, "NoneType"),
        (lambda: make(4, 6, 3)("text"), TypeError, "str"),
        (lambda: make(0, 6, 3), ValueError, f"{name}: in_channels must be an integer of 1 or more"),
        (lambda: make(4, 1.5, 3), TypeError, f"{name}: out_channels must be an integer"),
        (lambda: make(4, 6, 0), ValueError, f"{name}: kernel_size must be an integer of 1"),
        (lambda: make(4, 6, (3,) * 5), ValueError, f"{name}: kernel_size must be one number"),
        (lambda: make(4, 6, "three"), TypeError, f"{name}: kernel_size.*three"),
        (lambda: make(4, 6, 3, stride=0), ValueError, f"{name}: stride must be an integer of 1"),
        (lambda: make(4, 6, 3, padding=-1), ValueError, f"{name}: padding must be an integer of 0"),
        (lambda: make(4, 6, 3, dilation=0), ValueError, f"{name}: dilation must be an integer of 1"),
        (lambda: make(4, 6, 3, groups=3), ValueError, f"{name}: groups=3 must divide in_channels=4"),
        (lambda: make(6, 4, 3, groups=3), ValueError, f"{name}: groups=3 must divide out_channels=4"),
        (lambda: make(4, 6, 3, padding_mode="mirror"), ValueError, f"{name}: padding_mode.*mirror"),
        (lambda: make(4, 6, 3, dtype=pynn.int64), TypeError, f"{name}: dtype must be a floating type"),
        (lambda: make(None, 6, 3)(pynn.ones(3)), pynn.ShapeError, f"{name}.build: the channels"),
        (lambda: make(4, 6, 3)(pynn.ones(2, 5, *image)), pynn.ShapeError, rf"{name}\(4, 6.*5 channels"),
        (lambda: make(1, 6, 3)(pynn.ones(7, *image)), pynn.ShapeError, r"\(1, 6.*x.unsqueeze\(1\)"),
        (
            lambda: make(4, 6, 3)(pynn.ones(2, 4, *image).to(pynn.uint8)),
            TypeError,
            rf"{name}\(4, 6.*uint8.*images.float\(\) / 255",
        ),
    ]


def forward_layer(name, axes):
    make = getattr(nn, name)
    small = pynn.ones(2, 4, *[2] * axes)
    return [
        *layer(name, axes),
        (lambda: make(4, 6, 5)(small), pynn.ShapeError, rf"{name}\(4, 6.*reaches over 5"),
        (lambda: make(4, 6, 3, padding="full"), ValueError, f"{name}: padding is 'same' or 'valid'"),
        (lambda: make(4, 6, 3, stride=2, padding="same"), ValueError, f"{name}: padding='same' needs"),
        (
            lambda: make(4, 6, 3, padding=2, padding_mode="reflect")(small),
            pynn.ShapeError,
            rf"{name}\(4, 6.*'reflect' cannot add",
        ),
    ]


def transposed_layer(name, axes):
    make = getattr(nn, name)
    image = pynn.ones(2, 4, *SPACE[axes])
    return [
        *layer(name, axes),
        (lambda: make(4, 6, 3, padding="same"), TypeError, f"{name}: padding must be an integer"),
        (lambda: make(4, 6, 3, output_padding=1), ValueError, f"{name}: output_padding=.* must be smaller"),
        (lambda: make(4, 6, 3)(image, output_size=(1,) * axes), pynn.ShapeError, f"{name}.*can become"),
    ]


x = pynn.ones(2, 3, 6, 7)
columns = pynn.ones(2, 12, 30)

CALLS = {
    **{f"pynn.nn.functional.conv{n}d": function(n) for n in SPACE},
    **{f"pynn.nn.functional.conv_transpose{n}d": transposed(n) for n in SPACE},
    **{f"pynn.nn.Conv{n}d": forward_layer(f"Conv{n}d", n) for n in SPACE},
    **{f"pynn.nn.ConvTranspose{n}d": transposed_layer(f"ConvTranspose{n}d", n) for n in SPACE},
    "pynn.nn.functional.unfold": [
        (lambda: F.unfold(None, 2), TypeError, "unfold.*NoneType"),
        (lambda: F.unfold(x[0, 0], 2), pynn.ShapeError, r"unfold: got input \(6, 7\).*unsqueeze\(0\)"),
        (lambda: F.unfold(x, 8), pynn.ShapeError, "unfold.*reaches over 8"),
        (lambda: F.unfold(x, 0), ValueError, "unfold: kernel_size must be 1 or more"),
        (lambda: F.unfold(x, (1, 2, 3)), ValueError, "unfold: kernel_size must be one number or two"),
        (lambda: F.unfold(x, 2, stride=0), ValueError, "unfold: stride"),
        (lambda: F.unfold(x, 2, padding=-1), ValueError, "unfold: padding"),
        (lambda: F.unfold(x.to(pynn.int64), 2), TypeError, "unfold.*int64"),
    ],
    "pynn.nn.functional.fold": [
        (lambda: F.fold(None, 6, 2), TypeError, "fold.*NoneType"),
        (lambda: F.fold(x, 6, 2), pynn.ShapeError, r"fold: got input \(2, 3, 6, 7\)"),
        (
            lambda: F.fold(columns, (6, 8), 2),
            pynn.ShapeError,
            r"fold.*\(2, 12, 30\).*\(C \* 4, 35\)",
        ),
        (lambda: F.fold(columns, (6, 7), 5), pynn.ShapeError, "fold"),
        (lambda: F.fold(columns, (6, 7), 0), ValueError, "fold: kernel_size"),
        (lambda: F.fold(columns, (6, 7, 8), 2), ValueError, "fold: output_size must be one number or two"),
        (lambda: F.fold(columns, (-6, 7), 2), ValueError, "-6|negative"),
    ],
    "pynn.nn.Unfold": [
        (lambda: nn.Unfold(2)(None), TypeError, "unfold.*NoneType"),
        (lambda: nn.Unfold((1, 2, 3)), ValueError, "Unfold: kernel_size"),
        (lambda: nn.Unfold(2, stride=0), ValueError, "Unfold: stride"),
        (lambda: nn.Unfold("two"), TypeError, "Unfold: kernel_size.*two"),
        (lambda: nn.Unfold(9)(x), pynn.ShapeError, "unfold.*reaches over 9"),
    ],
    "pynn.nn.Fold": [
        (lambda: nn.Fold(6, 2)(None), TypeError, "fold.*NoneType"),
        (lambda: nn.Fold(6, (1, 2, 3)), ValueError, "Fold: kernel_size"),
        (lambda: nn.Fold(0, 2), ValueError, "Fold: output_size"),
        (lambda: nn.Fold(6, 2, padding=-1), ValueError, "Fold: padding"),
        (lambda: nn.Fold((6, 8), 2)(columns), pynn.ShapeError, "fold"),
    ],
}
