"""The functions of pynn.nn.functional that are written in Python, of nn.init and of nn.utils."""

from __future__ import annotations

import pynn
from pynn import nn
from pynn.nn import functional as F

x = pynn.ones(2, 3)
y = pynn.ones(3, 2)
NAN = float("nan")


def loss(name, *more):
    call = getattr(F, name)
    return [
        (lambda: call(x, y, *more), pynn.ShapeError, rf"{name}.*\(2, 3\).*\(3, 2\)"),
        (lambda: call(x, x, *more, reduction="avg"), ValueError, f"{name}.*reduction.*avg"),
        (lambda: call(None, x, *more), TypeError, f"{name}.*NoneType"),
        (lambda: call(x, [[1.0] * 3] * 2, *more), TypeError, f"{name}.*list"),
    ]


def fill(name, *good):
    call = getattr(nn.init, name)
    return [
        (lambda: call(None, *good), TypeError, f"{name}.*NoneType"),
        (lambda: call([1.0], *good), TypeError, f"{name}.*list"),
        (lambda: call(pynn.ones(1).expand(4, 4), *good), ValueError, r"clone"),
    ]


def fans(name):
    call = getattr(nn.init, name)
    return [
        *fill(name),
        (lambda: call(pynn.zeros(3)), ValueError, rf"{name}.*\(3,\)"),
        (lambda: call(x, "much"), TypeError, f"{name}.*much"),
        (lambda: call(x, NAN), ValueError, f"{name}.*nan"),
    ]


CALLS = {
    "pynn.nn.functional.maxout": [
        (lambda: F.maxout(x, 2), pynn.ShapeError, r"maxout.*\(2, 3\).*2"),
        (lambda: F.maxout(x, 0), ValueError, "maxout.*0"),
        (lambda: F.maxout(x, 1.5), TypeError, "maxout.*1.5"),
        (lambda: F.maxout(pynn.tensor(1.0), 2), pynn.ShapeError, r"maxout.*\(\)"),
        (lambda: F.maxout(None, 2), TypeError, "maxout.*NoneType"),
    ],
    "pynn.nn.functional.hinge_loss": loss("hinge_loss"),
    "pynn.nn.functional.hinge_embedding_loss": loss("hinge_embedding_loss"),
    "pynn.nn.functional.soft_margin_loss": loss("soft_margin_loss"),
    "pynn.nn.functional.kl_div": [
        *loss("kl_div"),
        (lambda: F.kl_div(x, x, "batchsum"), ValueError, "kl_div.*batchsum"),
    ],
    "pynn.nn.functional.margin_ranking_loss": [
        (lambda: F.margin_ranking_loss(x, y, x), pynn.ShapeError, r"margin_ranking_loss.*\(3, 2\)"),
        (lambda: F.margin_ranking_loss(x, x, x, 0.0, "avg"), ValueError, "margin_ranking_loss.*avg"),
        (lambda: F.margin_ranking_loss(x, x, None), TypeError, "margin_ranking_loss.*NoneType"),
    ],
    "pynn.nn.functional.cosine_similarity": [
        (lambda: F.cosine_similarity(x, y), pynn.ShapeError, r"\(2, 3\).*\(3, 2\)"),
        (lambda: F.cosine_similarity(x, x, 5), IndexError, "axis 5"),
        (lambda: F.cosine_similarity(x, None), TypeError, "cosine_similarity.*NoneType"),
    ],
    "pynn.nn.functional.cosine_embedding_loss": [
        (lambda: F.cosine_embedding_loss(x, y, x), pynn.ShapeError, r"cosine_embedding_loss.*\(3, 2\)"),
        (lambda: F.cosine_embedding_loss(x, x, x), pynn.ShapeError, r"cosine_embedding_loss.*\(2,\)"),
        (lambda: F.cosine_embedding_loss(x, x, pynn.ones(2), 0.0, "avg"), ValueError, "avg"),
        (lambda: F.cosine_embedding_loss(x, None, x), TypeError, "cosine_embedding_loss.*NoneType"),
    ],
    "pynn.nn.functional.triplet_margin_loss": [
        (lambda: F.triplet_margin_loss(x, x, y), pynn.ShapeError, r"triplet_margin_loss.*\(3, 2\)"),
        (lambda: F.triplet_margin_loss(x, x, x, reduction="avg"), ValueError, "avg"),
        (lambda: F.triplet_margin_loss(x, x, x, p=NAN), ValueError, "p is NaN"),
        (lambda: F.triplet_margin_loss(x, x, None), TypeError, "triplet_margin_loss.*NoneType"),
    ],
    "pynn.nn.functional.multi_margin_loss": [
        (lambda: F.multi_margin_loss(x, y), pynn.ShapeError, r"multi_margin_loss.*\(3, 2\)"),
        (lambda: F.multi_margin_loss(x, pynn.tensor([0, 3])), IndexError, "multi_margin_loss.*0 to 2"),
        (lambda: F.multi_margin_loss(x, pynn.tensor([0, 1]), p=3), ValueError, "multi_margin_loss.*3"),
        (lambda: F.multi_margin_loss(x, pynn.tensor([0.0, 1.0])), TypeError, "multi_margin_loss.*integers"),
        (
            lambda: F.multi_margin_loss(x, pynn.tensor([0, 1]), weight=pynn.ones(2)),
            pynn.ShapeError,
            r"multi_margin_loss.*weight.*\(2,\)",
        ),
    ],
    "pynn.nn.init.calculate_gain": [
        (lambda: nn.init.calculate_gain("softmax"), ValueError, "softmax.*known are"),
        (lambda: nn.init.calculate_gain(3), (TypeError, ValueError), "calculate_gain.*3"),
        (lambda: nn.init.calculate_gain("leaky_relu", "a"), TypeError, "calculate_gain.*'a'"),
    ],
    "pynn.nn.init.uniform_": [
        *fill("uniform_"),
        (lambda: nn.init.uniform_(pynn.zeros(2), 1.0, 0.0), ValueError, "uniform_.*1.0.*0.0"),
        (lambda: nn.init.uniform_(pynn.zeros(2), NAN, 0.0), ValueError, "uniform_.*nan"),
        (lambda: nn.init.uniform_(pynn.zeros(2), "a"), TypeError, "uniform_.*'a'"),
    ],
    "pynn.nn.init.normal_": [
        *fill("normal_"),
        (lambda: nn.init.normal_(pynn.zeros(2), 0.0, -1.0), ValueError, "normal_.*-1"),
        (lambda: nn.init.normal_(pynn.zeros(2), NAN), ValueError, "normal_.*nan"),
    ],
    "pynn.nn.init.trunc_normal_": [
        *fill("trunc_normal_"),
        (lambda: nn.init.trunc_normal_(pynn.zeros(2), std=0.0), ValueError, "trunc_normal_.*std"),
        (lambda: nn.init.trunc_normal_(pynn.zeros(2), a=2.0, b=1.0), ValueError, "trunc_normal_.*a < b"),
        (lambda: nn.init.trunc_normal_(pynn.zeros(2), mean=100.0), ValueError, "no probability"),
    ],
    "pynn.nn.init.constant_": [
        *fill("constant_", 1.0),
        (lambda: nn.init.constant_(pynn.zeros(2), "a"), TypeError, "constant_.*'a'"),
    ],
    "pynn.nn.init.zeros_": fill("zeros_"),
    "pynn.nn.init.ones_": fill("ones_"),
    "pynn.nn.init.eye_": [
        *fill("eye_"),
        (lambda: nn.init.eye_(pynn.zeros(3)), ValueError, r"eye_.*\(3,\)"),
    ],
    "pynn.nn.init.xavier_uniform_": fans("xavier_uniform_"),
    "pynn.nn.init.xavier_normal_": fans("xavier_normal_"),
    "pynn.nn.init.kaiming_uniform_": [
        *fans("kaiming_uniform_"),
        (lambda: nn.init.kaiming_uniform_(x, mode="fan"), ValueError, "kaiming_uniform_.*fan_in"),
        (lambda: nn.init.kaiming_uniform_(x, nonlinearity="softmax"), ValueError, "softmax"),
    ],
    "pynn.nn.init.kaiming_normal_": [
        *fans("kaiming_normal_"),
        (lambda: nn.init.kaiming_normal_(x, mode="fan"), ValueError, "kaiming_normal_.*fan_in"),
    ],
    "pynn.nn.init.orthogonal_": fans("orthogonal_"),
    "pynn.nn.utils.max_norm_": [
        (lambda: nn.utils.max_norm_([x], 0.0), ValueError, "max_norm_.*0"),
        (lambda: nn.utils.max_norm_([1.0], 1.0), TypeError, "max_norm_.*float"),
        (lambda: nn.utils.max_norm_(3, 1.0), TypeError, "max_norm_.*int"),
        (lambda: nn.utils.max_norm_([x], 1.0, dim=5), IndexError, "max_norm_.*dim 5"),
    ],
    "pynn.nn.utils.regularize": [
        (lambda: nn.utils.regularize(3), TypeError, "regularize.*int"),
        (lambda: nn.utils.regularize(nn.Linear(1, 1), l1=-1.0), ValueError, "regularize.*l1.*-1"),
        (lambda: nn.utils.regularize(nn.Linear(1, 1), l2="a"), TypeError, "regularize.*l2.*'a'"),
    ],
    "pynn.nn.utils.penalty": [(lambda: nn.utils.penalty(3), TypeError, "penalty.*int")],
    "pynn.nn.utils.weight_norm": [
        (lambda: nn.utils.weight_norm(3), TypeError, "weight_norm.*int"),
        (lambda: nn.utils.weight_norm(nn.ReLU()), ValueError, "'weight'.*ReLU"),
        (lambda: nn.utils.weight_norm(nn.Linear(2, 2), dim=2), IndexError, "weight_norm.*dim 2"),
        (lambda: nn.utils.weight_norm(nn.Linear(2, 2), 3), TypeError, "weight_norm.*name.*3"),
    ],
    "pynn.nn.utils.spectral_norm": [
        (lambda: nn.utils.spectral_norm(3), TypeError, "spectral_norm.*int"),
        (lambda: nn.utils.spectral_norm(nn.ReLU()), ValueError, "'weight'.*ReLU"),
        (lambda: nn.utils.spectral_norm(nn.Linear(2, 2), n_power_iterations=0), ValueError, "iterations.*0"),
    ],
    "pynn.nn.utils.clip_grad_norm_": [
        (lambda: nn.utils.clip_grad_norm_([x], -1.0), ValueError, "clip_grad_norm_.*-1"),
        (lambda: nn.utils.clip_grad_norm_([x], NAN), ValueError, "clip_grad_norm_.*nan"),
        (lambda: nn.utils.clip_grad_norm_([1.0], 1.0), TypeError, "clip_grad_norm_.*float"),
        (lambda: nn.utils.clip_grad_norm_(3, 1.0), TypeError, "clip_grad_norm_.*int"),
    ],
    "pynn.nn.utils.clip_grad_value_": [
        (lambda: nn.utils.clip_grad_value_([x], -1.0), ValueError, "clip_grad_value_.*-1"),
        (lambda: nn.utils.clip_grad_value_([1.0], 1.0), TypeError, "clip_grad_value_.*float"),
    ],
    "pynn.nn.utils.get_total_norm": [
        (lambda: nn.utils.get_total_norm([1.0]), TypeError, "get_total_norm.*float"),
        (lambda: nn.utils.get_total_norm([x], NAN), ValueError, "norm.*nan|NaN"),
    ],
    "pynn.nn.utils.fuse_conv_bn_eval": [
        (
            lambda: nn.utils.fuse_conv_bn_eval(nn.Linear(2, 2), nn.BatchNorm2d(2)),
            TypeError,
            "fuse_conv_bn_eval: conv must be.*Linear",
        ),
        (
            lambda: nn.utils.fuse_conv_bn_eval(nn.Conv2d(2, 2, 1), nn.ReLU()),
            TypeError,
            "fuse_conv_bn_eval: bn must be.*ReLU",
        ),
        (
            lambda: nn.utils.fuse_conv_bn_eval(nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2)),
            ValueError,
            r"fuse_conv_bn_eval.*evaluation.*eval\(\)",
        ),
        (
            lambda: nn.utils.fuse_conv_bn_eval(nn.Conv2d(2, 3, 1).eval(), nn.BatchNorm2d(2).eval()),
            ValueError,
            "fuse_conv_bn_eval.*3 channels.*takes 2",
        ),
    ],
    "pynn.nn.utils.fuse_linear_bn_eval": [
        (
            lambda: nn.utils.fuse_linear_bn_eval(nn.Conv2d(2, 2, 1), nn.BatchNorm1d(2)),
            TypeError,
            "fuse_linear_bn_eval: linear must be.*Conv2d",
        ),
        (
            lambda: nn.utils.fuse_linear_bn_eval(
                nn.Linear(2, 2).eval(), nn.BatchNorm1d(2, track_running_stats=False).eval()
            ),
            ValueError,
            "fuse_linear_bn_eval.*running statistics",
        ),
    ],
    "pynn.nn.utils.fuse_conv_bn_weights": [
        (
            lambda: nn.utils.fuse_conv_bn_weights(
                pynn.ones(2, 2, 1, 1), None, pynn.zeros(3), pynn.ones(3), 0.0, None, None
            ),
            pynn.ShapeError,
            r"\(2, 2, 1, 1\)",
        ),
    ],
    "pynn.nn.utils.parameters_to_vector": [
        (lambda: nn.utils.parameters_to_vector([]), ValueError, "parameters_to_vector.*no parameters"),
        (lambda: nn.utils.parameters_to_vector([1.0]), TypeError, "parameters_to_vector.*float"),
    ],
    "pynn.nn.utils.vector_to_parameters": [
        (lambda: nn.utils.vector_to_parameters(pynn.ones(5), [x]), ValueError, r"\(5,\).*\(6,\)"),
        (lambda: nn.utils.vector_to_parameters(x, [x]), ValueError, r"\(2, 3\).*\(6,\)"),
        (lambda: nn.utils.vector_to_parameters([1.0], [x]), TypeError, "vector_to_parameters.*list"),
    ],
}
