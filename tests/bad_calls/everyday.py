"""PyTorch's everyday functions that are written in Python, and the layers and losses of their kind."""

from __future__ import annotations

import pynn
from pynn import nn, optim
from pynn.nn import functional as F

x, y = pynn.ones(2, 3), pynn.ones(3, 2)
NAN, INF = float("nan"), float("inf")


def of_tensors(name, *more):
    """A function whose first argument is a tensor, or several tensors."""
    call = getattr(pynn, name)
    return [
        (lambda: call(None, *more), TypeError, f"{name}.*Tensor.*NoneType"),
        (lambda: call("text", *more), TypeError, f"{name}.*Tensor.*str"),
    ]


def weighted_sum(name):
    """beta times a tensor and alpha times a product."""
    call = getattr(pynn, name)
    return [
        *of_tensors(name, x, y),
        (lambda: call(x, x, x, beta="a"), TypeError, f"{name}.*beta.*'a'"),
        (lambda: call(x, x, x, alpha=None), TypeError, f"{name}.*alpha.*None"),
    ]


def of_what_holds_numbers(name, *more):
    """A function that calls an op at once, which names itself."""
    call = getattr(pynn, name)
    return [
        (lambda: call(None, *more), TypeError, "NoneType"),
        (lambda: call("text", *more), TypeError, "str"),
    ]


def indices(name):
    call = getattr(pynn, name)
    return [
        (lambda: call(-1, 3), ValueError, f"{name}.*row.*-1"),
        (lambda: call("a", 3), TypeError, f"{name}.*row.*'a'"),
        (lambda: call(3, None), TypeError, f"{name}.*col.*None"),
    ]


def dropout(name, kind="nn"):
    if kind == "nn":
        make = getattr(nn, name)
        return [
            (lambda: make(-0.1), ValueError, f"{name}.*p.*-0.1"),
            (lambda: make(1.5), ValueError, f"{name}.*p.*1.5"),
            (lambda: make("a"), TypeError, f"{name}.*p.*'a'"),
            (lambda: make(NAN), ValueError, f"{name}.*p.*nan"),
            (lambda: make(0.5)(None), TypeError, "NoneType"),
        ]
    call = getattr(F, name)
    return [
        (lambda: call(x, -0.1, True), ValueError, f"{name}.*p.*-0.1"),
        (lambda: call(x, "a", True), TypeError, f"{name}.*p.*'a'"),
        (lambda: call(None, 0.5, True), TypeError, f"{name}.*NoneType"),
    ]


def loss(name, *more):
    call = getattr(F, name)
    return [
        (lambda: call(x, y, *more), pynn.ShapeError, rf"{name}.*\(2, 3\).*\(3, 2\)"),
        (lambda: call(x, None, *more), TypeError, f"{name}.*target.*NoneType"),
    ]


def loss_layer(name, *more):
    make = getattr(nn, name)
    return [
        (lambda: make(reduction="avg"), ValueError, f"{name}.*reduction.*avg"),
        (lambda: make()(x, y, *more), pynn.ShapeError, r"\(2, 3\).*\(3, 2\)"),
        (lambda: make()(x, None, *more), TypeError, "NoneType"),
    ]


CALLS = {
    **{
        f"pynn.{name}": of_tensors(name)
        for name in (
            "atleast_1d",
            "atleast_2d",
            "bincount",
            "block_diag",
            "broadcast_tensors",
            "cartesian_prod",
            "column_stack",
            "combinations",
            "corrcoef",
            "cov",
            "deg2rad",
            "diff",
            "dstack",
            "fliplr",
            "flipud",
            "is_floating_point",
            "median",
            "meshgrid",
            "nanmean",
            "nansum",
            "numel",
            "positive",
            "rad2deg",
            "signbit",
            "sinc",
            "std_mean",
            "trace",
            "var_mean",
        )
    },
    **{
        f"pynn.{name}": of_tensors(name, x)
        for name in ("allclose", "cdist", "dist", "equal", "inner", "isin", "kron", "searchsorted")
    },
    **{f"pynn.{name}": of_tensors(name, 2) for name in ("hsplit", "vsplit", "tensor_split")},
    **{f"pynn.{name}": of_tensors(name, x) for name in ("copysign", "ger", "vdot")},
    **{f"pynn.{name}": weighted_sum(name) for name in ("addmv", "addr", "baddbmm")},
    "pynn.cross": [
        *of_tensors("cross", x),
        (lambda: pynn.cross(x, x, dim="a"), TypeError, "cross.*dim.*'a'"),
        (lambda: pynn.cross(x, y), pynn.ShapeError, r"cross.*\(3, 2\).*size 3"),
    ],
    "pynn.histc": [
        *of_tensors("histc"),
        (lambda: pynn.histc(x, bins="a"), TypeError, "histc.*bins.*'a'"),
        (lambda: pynn.histc(x, 4, 2, 1), ValueError, "histc.*min <= max"),
        (lambda: pynn.histc(x, 4, "a", 1), TypeError, "histc.*min.*'a'"),
        (lambda: pynn.histc(x, 4, 0, INF), ValueError, "histc.*max.*inf"),
    ],
    "pynn.logit": [
        *of_tensors("logit"),
        (lambda: pynn.logit(x, eps="a"), TypeError, "logit.*eps.*'a'"),
    ],
    "pynn.unique": [
        *of_tensors("unique"),
        (lambda: pynn.unique(x, dim="a"), TypeError, "unique.*dim.*'a'"),
    ],
    "pynn.float_power": [
        *of_tensors("float_power", 2),
        (lambda: pynn.float_power(x, "a"), TypeError, "float_power.*exponent.*'a'"),
    ],
    "pynn.set_printoptions": [
        (lambda: pynn.set_printoptions(profile="long"), ValueError, "set_printoptions.*default.*'long'"),
        (lambda: pynn.set_printoptions(precision=-1), ValueError, "set_printoptions.*precision.*-1"),
        (lambda: pynn.set_printoptions(linewidth="a"), TypeError, "set_printoptions.*linewidth.*'a'"),
    ],
    "pynn.bucketize": [(lambda: pynn.bucketize(x, None), TypeError, "Tensor.*NoneType")],
    "pynn.quantile": [
        *of_tensors("quantile", 0.5),
        (lambda: pynn.quantile(x, 1.5), ValueError, "quantile.*1.5|quantile.*between 0 and 1"),
    ],
    "pynn.as_tensor": of_what_holds_numbers("as_tensor"),
    "pynn.asarray": of_what_holds_numbers("asarray"),
    "pynn.result_type": of_what_holds_numbers("result_type", x),
    "pynn.broadcast_shapes": [
        (lambda: pynn.broadcast_shapes((2,), (3,)), ValueError, r"\(2,\).*\(3,\)"),
        (lambda: pynn.broadcast_shapes("text"), TypeError, "broadcast_shapes.*'text'"),
        (lambda: pynn.broadcast_shapes(None), TypeError, "broadcast_shapes.*None"),
    ],
    "pynn.can_cast": [(lambda: pynn.can_cast("float99", pynn.int64), TypeError, "float99")],
    "pynn.promote_types": [(lambda: pynn.promote_types("float99", pynn.int64), TypeError, "float99")],
    "pynn.finfo": [(lambda: pynn.finfo(pynn.int64), TypeError, "finfo.*int64")],
    "pynn.iinfo": [(lambda: pynn.iinfo(pynn.float32), TypeError, "iinfo.*float32")],
    "pynn.get_default_dtype": [(lambda: pynn.get_default_dtype(1), TypeError, "get_default_dtype")],
    "pynn.is_tensor": [(lambda: pynn.is_tensor(), TypeError, "missing")],
    "pynn.logspace": [
        (lambda: pynn.logspace(0, 1, -1), ValueError, "-1"),
        (lambda: pynn.logspace(0, 1, "a"), TypeError, "logspace.*steps.*'a'"),
    ],
    "pynn.tril_indices": indices("tril_indices"),
    "pynn.triu_indices": indices("triu_indices"),
    "pynn.nn.AlphaDropout": dropout("AlphaDropout"),
    "pynn.nn.FeatureAlphaDropout": dropout("FeatureAlphaDropout"),
    "pynn.nn.Dropout1d": dropout("Dropout1d"),
    "pynn.nn.Dropout2d": dropout("Dropout2d"),
    "pynn.nn.Dropout3d": dropout("Dropout3d"),
    **{
        f"pynn.nn.functional.{name}": dropout(name, "functional")
        for name in ("alpha_dropout", "feature_alpha_dropout", "dropout1d", "dropout2d", "dropout3d")
    },
    "pynn.nn.Bilinear": [
        (lambda: nn.Bilinear(-1, 2, 3), ValueError, "Bilinear.*-1"),
        (lambda: nn.Bilinear(2, 2, 3)(x, x), pynn.ShapeError, r"bilinear.*\(2, 3\)"),
    ],
    "pynn.nn.functional.bilinear": [
        (lambda: F.bilinear(x, x, x), pynn.ShapeError, r"bilinear.*\(2, 3\)"),
        (lambda: F.bilinear(None, x, x), TypeError, "bilinear.*NoneType"),
    ],
    "pynn.nn.GLU": [
        (lambda: nn.GLU("a"), TypeError, "GLU.*dim.*'a'"),
        (lambda: nn.GLU()(x), pynn.ShapeError, r"glu.*\(2, 3\)"),
    ],
    "pynn.nn.RReLU": [
        (lambda: nn.RReLU(1.0, 0.0), ValueError, "RReLU.*1.0.*0.0"),
        (lambda: nn.RReLU("a"), TypeError, "RReLU.*lower.*'a'"),
    ],
    "pynn.nn.functional.rrelu": [
        (lambda: F.rrelu(x, 1.0, 0.0), ValueError, "rrelu"),
        (lambda: F.rrelu(None), TypeError, "NoneType"),
    ],
    "pynn.nn.Softmax2d": [
        (lambda: nn.Softmax2d()(x), pynn.ShapeError, r"Softmax2d.*\(2, 3\)"),
        (lambda: nn.Softmax2d()(None), TypeError, "Softmax2d.*NoneType"),
    ],
    "pynn.nn.CosineSimilarity": [
        (lambda: nn.CosineSimilarity("a"), TypeError, "CosineSimilarity.*dim.*'a'"),
        (lambda: nn.CosineSimilarity()(x, y), pynn.ShapeError, r"\(2, 3\).*\(3, 2\)"),
    ],
    "pynn.nn.PairwiseDistance": [
        (lambda: nn.PairwiseDistance("a"), TypeError, "PairwiseDistance.*p.*'a'"),
        (lambda: nn.PairwiseDistance()(x, y), pynn.ShapeError, r"\(2, 3\).*\(3, 2\)"),
    ],
    "pynn.nn.functional.pairwise_distance": [
        (lambda: F.pairwise_distance(x, None), TypeError, "pairwise_distance.*NoneType"),
        (lambda: F.pairwise_distance(x, x, NAN), ValueError, "p is NaN"),
    ],
    "pynn.nn.functional.gumbel_softmax": [
        (lambda: F.gumbel_softmax(x, 0.0), ValueError, "gumbel_softmax.*tau.*0"),
        (lambda: F.gumbel_softmax(None), TypeError, "NoneType"),
    ],
    "pynn.nn.GaussianNLLLoss": loss_layer("GaussianNLLLoss", x),
    "pynn.nn.PoissonNLLLoss": loss_layer("PoissonNLLLoss"),
    "pynn.nn.SoftMarginLoss": loss_layer("SoftMarginLoss"),
    "pynn.nn.MultiLabelMarginLoss": loss_layer("MultiLabelMarginLoss"),
    "pynn.nn.MultiLabelSoftMarginLoss": loss_layer("MultiLabelSoftMarginLoss"),
    "pynn.nn.MarginRankingLoss": [
        (lambda: nn.MarginRankingLoss("a"), TypeError, "MarginRankingLoss.*margin.*'a'"),
        (lambda: nn.MarginRankingLoss()(x, y, x), pynn.ShapeError, r"\(2, 3\).*\(3, 2\)"),
    ],
    "pynn.nn.TripletMarginWithDistanceLoss": [
        (lambda: nn.TripletMarginWithDistanceLoss(distance_function=3), TypeError, "distance_function.*3"),
        (lambda: nn.TripletMarginWithDistanceLoss()(x, x, y), pynn.ShapeError, r"\(2, 3\).*\(3, 2\)"),
    ],
    "pynn.nn.functional.triplet_margin_with_distance_loss": [
        (lambda: F.triplet_margin_with_distance_loss(x, x, y), pynn.ShapeError, r"\(2, 3\).*\(3, 2\)"),
    ],
    "pynn.nn.functional.gaussian_nll_loss": loss("gaussian_nll_loss", x),
    "pynn.nn.functional.poisson_nll_loss": loss("poisson_nll_loss"),
    "pynn.nn.functional.multilabel_margin_loss": loss("multilabel_margin_loss"),
    "pynn.nn.functional.multilabel_soft_margin_loss": loss("multilabel_soft_margin_loss"),
    "pynn.nn.ParameterDict": [(lambda: nn.ParameterDict({"a": 3}), TypeError, "ParameterDict.*int|int")],
    "pynn.optim.lr_scheduler.MultiplicativeLR": [
        (lambda: optim.lr_scheduler.MultiplicativeLR(None, lambda t: 1.0), TypeError, "Optimizer.*NoneType"),
    ],
}
