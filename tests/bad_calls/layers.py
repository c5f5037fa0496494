"""The classes of pynn.nn."""

from __future__ import annotations

import pynn
from pynn import nn

x = pynn.ones(2, 3)
y = pynn.ones(3, 2)
NAN, INF = float("nan"), float("inf")


def no_tensor(name, *arguments):
    """Called with what is no tensor."""
    return [
        (lambda: getattr(nn, name)(*arguments)(None), TypeError, "NoneType"),
        (lambda: getattr(nn, name)(*arguments)("text"), TypeError, "str"),
        (lambda: getattr(nn, name)(*arguments)(), TypeError, "argument"),
    ]


def plain(name):
    """A layer with nothing to set."""
    return [
        *no_tensor(name),
        (
            lambda: getattr(nn, name)(no_such_option=1),
            TypeError,
            f"no_such_option|{name}.. takes no arguments",
        ),
    ]


def number(name, option, *more):
    """A layer with one number to set."""
    make = getattr(nn, name)
    return [
        *no_tensor(name),
        (lambda: make(**{option: "much"}), TypeError, f"{name}.*{option}.*much"),
        (lambda: make(**{option: None}), TypeError, f"{name}.*{option}.*None"),
        (lambda: make(**{option: NAN}), ValueError, f"{name}.*{option}.*nan"),
        *[(lambda v=v: make(**{option: v}), ValueError, f"{name}.*{option}") for v in more],
    ]


def axis(name):
    make = getattr(nn, name)
    return [
        *no_tensor(name),
        (lambda: make(dim="rows"), TypeError, f"{name}.*dim.*rows"),
        (lambda: make(dim=1.5), TypeError, f"{name}.*dim.*1.5"),
        (lambda: make(dim=2)(x), IndexError, "axis 2"),
        (lambda: make(dim=0)(pynn.tensor([1, 2])), TypeError, "float"),
    ]


def loss(name, *inputs, words=("mean", "sum", "none")):
    make = getattr(nn, name)
    good = inputs or (x,)
    return [
        (lambda: make(reduction="avg"), ValueError, f"{name}.*reduction.*avg"),
        (lambda: make(reduction=None), (TypeError, ValueError), f"{name}.*reduction.*None"),
        (lambda: make()(*good, y), pynn.ShapeError, r"\(2, 3\).*\(3, 2\)"),
        (lambda: make()(*good, None), TypeError, "NoneType"),
        (lambda: make()(x), TypeError, "argument"),
    ]


def classes(name):
    make = getattr(nn, name)
    return [
        (lambda: make(reduction="avg"), ValueError, f"{name}.*avg"),
        (lambda: make(weight=[1.0, 2.0, 3.0]), TypeError, f"{name}.*weight.*list"),
        (lambda: make(weight=pynn.ones(2))(x, pynn.tensor([0, 1])), pynn.ShapeError, r"weight.*3.*\(2,\)"),
        (lambda: make()(x, pynn.tensor([0, 3])), IndexError, "3"),
        (lambda: make()(x, pynn.tensor([0, 1, 2])), pynn.ShapeError, r"\(2, 3\).*\(3,\)"),
        (lambda: make()(pynn.tensor([[1, 2]]), pynn.tensor([0])), TypeError, "float"),
    ]


CALLS = {
    "pynn.nn.Linear": [
        (lambda: nn.Linear(-1, 2), ValueError, "Linear.*in_features.*-1"),
        (lambda: nn.Linear(2, -1), ValueError, "Linear.*out_features.*-1"),
        (lambda: nn.Linear(2.5, 1), (TypeError, ValueError), "Linear.*in_features.*2.5"),
        (lambda: nn.Linear(2, None), (TypeError, ValueError), "Linear.*in_features may be left open"),
        (lambda: nn.Linear(2**40, 2**40), (ValueError, MemoryError), "memory"),
        (lambda: nn.Linear(2, 2, dtype=pynn.int64), TypeError, "Linear.*dtype.*int64"),
        (lambda: nn.Linear(4, 2)(x), pynn.ShapeError, r"Linear\(in_features=4.*\(2, 3\).*nn.Linear\(3, 2\)"),
        (lambda: nn.Linear(6, 2)(pynn.ones(4, 2, 3)), pynn.ShapeError, r"flatten\(1\)"),
        (lambda: nn.Linear(3, 2)(pynn.tensor(1.0)), pynn.ShapeError, r"Linear.*\(\)"),
        (lambda: nn.Linear(3, 2)(None), TypeError, "NoneType"),
        (lambda: nn.Linear(3, 2)("text"), TypeError, "str"),
    ],
    "pynn.nn.LazyLinear": [
        (lambda: nn.LazyLinear(-1), ValueError, "Linear.*out_features.*-1"),
        (lambda: nn.LazyLinear(2)(pynn.tensor(1.0)), pynn.ShapeError, r"Linear.*\(\)"),
    ],
    "pynn.nn.Embedding": [
        *no_tensor("Embedding", 5, 3),
        (lambda: nn.Embedding(-1, 2), ValueError, "Embedding.*num_embeddings.*-1"),
        (lambda: nn.Embedding(2, 2.5), ValueError, "Embedding.*embedding_dim.*2.5"),
        (lambda: nn.Embedding(2, 2, padding_idx=2), ValueError, "Embedding.*padding_idx=2"),
        (lambda: nn.Embedding(2, 2, max_norm=0.0), ValueError, "Embedding: max_norm.*above 0.*0"),
        (lambda: nn.Embedding(2, 2, norm_type="a"), TypeError, "Embedding: norm_type.*'a'"),
        (lambda: nn.Embedding.from_pretrained(x, padding_idx=9), ValueError, "padding_idx=9.*2 rows"),
        (lambda: nn.Embedding(2, 2, max_norm=1.0)(pynn.tensor([0, 2])), IndexError, "embedding.*2"),
        (lambda: nn.Embedding(2, 2, padding_idx="a"), TypeError, "Embedding.*padding_idx.*'a'"),
        (lambda: nn.Embedding(2, 2, dtype=pynn.int64), TypeError, "Embedding.*dtype.*int64"),
        (lambda: nn.Embedding(2, 2)(x), TypeError, r"integers.*float32.*long\(\)"),
        (lambda: nn.Embedding(2, 2)(pynn.tensor([0, 2])), IndexError, "embedding.*2"),
        (lambda: nn.Embedding.from_pretrained(None), TypeError, "from_pretrained.*NoneType"),
        (lambda: nn.Embedding.from_pretrained(x[0]), pynn.ShapeError, r"from_pretrained.*\(3,\)"),
    ],
    "pynn.nn.LayerNorm": [
        *no_tensor("LayerNorm", 3),
        (lambda: nn.LayerNorm("a"), ValueError, "LayerNorm.*normalized_shape.*'a'"),
        (lambda: nn.LayerNorm((3, -1)), ValueError, "LayerNorm.*normalized_shape.*-1"),
        (lambda: nn.LayerNorm(3, eps=-1.0), ValueError, "LayerNorm.*eps.*-1"),
        (lambda: nn.LayerNorm(3, dtype=pynn.int64), TypeError, "LayerNorm.*dtype.*int64"),
        (lambda: nn.LayerNorm(4)(x), pynn.ShapeError, r"layer_norm.*\(4,\).*\(2, 3\)"),
    ],
    "pynn.nn.RMSNorm": [
        *no_tensor("RMSNorm", 3),
        (lambda: nn.RMSNorm("a"), ValueError, "RMSNorm.*normalized_shape.*'a'"),
        (lambda: nn.RMSNorm(3, eps="much"), TypeError, "RMSNorm.*eps.*much"),
        (lambda: nn.RMSNorm(3, dtype=pynn.int64), TypeError, "RMSNorm.*dtype.*int64"),
        (lambda: nn.RMSNorm(4)(x), pynn.ShapeError, r"rms_norm.*\(4,\).*\(2, 3\)"),
    ],
    "pynn.nn.Identity": [(lambda: nn.Identity()(), TypeError, "argument")],
    "pynn.nn.Flatten": [
        *no_tensor("Flatten"),
        (lambda: nn.Flatten("a"), TypeError, "Flatten.*start_dim.*'a'"),
        (lambda: nn.Flatten(5)(x), IndexError, "flatten.*axis 5"),
        (lambda: nn.Flatten(1, 0)(x), ValueError, "flatten.*1.*0"),
    ],
    "pynn.nn.Unflatten": [
        (lambda: nn.Unflatten(1, (2, 2))(x), pynn.ShapeError, r"Unflatten.*\(2, 3\).*\(2, 2\)"),
        (lambda: nn.Unflatten(5, (1, 3))(x), pynn.ShapeError, r"Unflatten.*5.*\(2, 3\)"),
        (lambda: nn.Unflatten(1, 3), TypeError, "Unflatten.*unflattened_size.*3"),
        (lambda: nn.Unflatten(1, (-3, -1)), ValueError, "Unflatten.*-3"),
        (lambda: nn.Unflatten("a", (1, 3)), TypeError, "Unflatten.*dim.*'a'"),
        (lambda: nn.Unflatten(1, (1, 3))(None), TypeError, "Unflatten.*NoneType"),
    ],
    "pynn.nn.Dropout": [
        *number("Dropout", "p", -0.1, 1.5, INF),
    ],
    **{
        f"pynn.nn.{name}": plain(name)
        for name in (
            "Sigmoid",
            "LogSigmoid",
            "Tanh",
            "ReLU",
            "SELU",
            "SiLU",
            "Mish",
            "Softsign",
            "Step",
            "ReLU6",
            "Hardsigmoid",
            "Hardswish",
            "Tanhshrink",
        )
    },
    "pynn.nn.LeakyReLU": number("LeakyReLU", "negative_slope"),
    "pynn.nn.ELU": number("ELU", "alpha"),
    "pynn.nn.CELU": number("CELU", "alpha", 0.0),
    "pynn.nn.Softplus": [*number("Softplus", "beta", 0.0), *number("Softplus", "threshold")],
    "pynn.nn.Hardshrink": number("Hardshrink", "lambd", -1.0),
    "pynn.nn.Softshrink": number("Softshrink", "lambd", -1.0),
    "pynn.nn.Hardtanh": [
        *number("Hardtanh", "min_val"),
        (lambda: nn.Hardtanh(1.0, 1.0), ValueError, "Hardtanh.*min_val.*below max_val"),
        (lambda: nn.Hardtanh(0.0, "a"), TypeError, "Hardtanh.*max_val.*'a'"),
    ],
    "pynn.nn.Threshold": [
        (lambda: nn.Threshold("a", 0.0), TypeError, "Threshold.*threshold.*'a'"),
        (lambda: nn.Threshold(0.0, None), TypeError, "Threshold.*value.*None"),
        (lambda: nn.Threshold(NAN, 0.0), ValueError, "Threshold.*nan"),
        *no_tensor("Threshold", 0.0, 0.0),
    ],
    "pynn.nn.GELU": [
        *no_tensor("GELU"),
        (lambda: nn.GELU("erf"), ValueError, "GELU.*approximate.*'erf'"),
        (lambda: nn.GELU(None), (TypeError, ValueError), "GELU.*approximate.*None"),
    ],
    "pynn.nn.PReLU": [
        *no_tensor("PReLU"),
        (lambda: nn.PReLU(0), ValueError, "PReLU.*num_parameters.*0"),
        (lambda: nn.PReLU(1.5), TypeError, "PReLU.*num_parameters.*1.5"),
        (lambda: nn.PReLU(init="a"), TypeError, "PReLU.*init.*'a'"),
        (lambda: nn.PReLU(4)(x), pynn.ShapeError, r"prelu.*\(2, 3\).*\(4,\)|prelu.*\(4,\).*\(2, 3\)"),
    ],
    "pynn.nn.Maxout": [
        (lambda: nn.Maxout(0), ValueError, "Maxout.*pieces.*0"),
        (lambda: nn.Maxout(1.5), TypeError, "Maxout.*pieces.*1.5"),
        (lambda: nn.Maxout(2)(x), pynn.ShapeError, r"maxout.*\(2, 3\).*2"),
        (lambda: nn.Maxout(2)(None), TypeError, "maxout.*NoneType"),
    ],
    "pynn.nn.Softmax": axis("Softmax"),
    "pynn.nn.LogSoftmax": axis("LogSoftmax"),
    "pynn.nn.Softmin": axis("Softmin")[3:],
    "pynn.nn.MSELoss": loss("MSELoss"),
    "pynn.nn.L1Loss": loss("L1Loss"),
    "pynn.nn.HingeLoss": loss("HingeLoss"),
    "pynn.nn.HuberLoss": [*loss("HuberLoss"), *number("HuberLoss", "delta", 0.0, -1.0)[3:]],
    "pynn.nn.SmoothL1Loss": [*loss("SmoothL1Loss"), *number("SmoothL1Loss", "beta", -1.0)[3:]],
    "pynn.nn.KLDivLoss": loss("KLDivLoss"),
    "pynn.nn.BCELoss": [
        *loss("BCELoss"),
        (lambda: nn.BCELoss(weight=2.0), TypeError, "BCELoss.*weight.*float"),
        (lambda: nn.BCELoss()(x + 1, x), ValueError, r"binary_cross_entropy.*\[0, 1\].*with_logits"),
    ],
    "pynn.nn.BCEWithLogitsLoss": [
        *loss("BCEWithLogitsLoss"),
        (lambda: nn.BCEWithLogitsLoss(pos_weight=2.0), TypeError, "BCEWithLogitsLoss.*pos_weight.*float"),
    ],
    "pynn.nn.HingeEmbeddingLoss": [
        *loss("HingeEmbeddingLoss"),
        *number("HingeEmbeddingLoss", "margin")[3:],
    ],
    "pynn.nn.CrossEntropyLoss": [
        *classes("CrossEntropyLoss"),
        *number("CrossEntropyLoss", "label_smoothing", -0.1, 1.1)[3:],
        (lambda: nn.CrossEntropyLoss(ignore_index=1.5), TypeError, "CrossEntropyLoss.*ignore_index.*1.5"),
    ],
    "pynn.nn.NLLLoss": classes("NLLLoss"),
    "pynn.nn.MultiMarginLoss": [
        *classes("MultiMarginLoss")[:2],
        (lambda: nn.MultiMarginLoss(p=3), ValueError, "MultiMarginLoss.*p.*3"),
        (lambda: nn.MultiMarginLoss()(x, pynn.tensor([0, 3])), IndexError, "multi_margin_loss.*0 to 2"),
        (lambda: nn.MultiMarginLoss()(x, y), pynn.ShapeError, r"multi_margin_loss.*\(3, 2\)"),
        *number("MultiMarginLoss", "margin")[3:],
    ],
    "pynn.nn.CosineEmbeddingLoss": [
        *loss("CosineEmbeddingLoss", x)[:2],
        (lambda: nn.CosineEmbeddingLoss()(x, y, x), pynn.ShapeError, r"cosine_embedding_loss.*\(3, 2\)"),
        *number("CosineEmbeddingLoss", "margin")[3:],
    ],
    "pynn.nn.TripletMarginLoss": [
        *loss("TripletMarginLoss", x, x),
        *number("TripletMarginLoss", "margin")[3:],
        *number("TripletMarginLoss", "p", 0.0, -1.0)[3:],
        *number("TripletMarginLoss", "eps")[3:],
    ],
    "pynn.nn.Parameter": [
        (lambda: nn.Parameter([1.0]), TypeError, r"Parameter.*list.*pynn\.tensor"),
        (lambda: nn.Parameter(pynn.tensor([1])), TypeError, "int64"),
    ],
    "pynn.nn.UninitializedParameter": [
        (lambda: nn.UninitializedParameter().materialize((-1,)), ValueError, "-1"),
        (lambda: nn.UninitializedParameter().materialize(("a",)), TypeError, "str"),
    ],
    "pynn.nn.Module": [
        (lambda: nn.Module()(x), AttributeError, "Module.*forward"),
        (lambda: nn.Module().no_such_name, AttributeError, "Module.*no_such_name"),
        (lambda: nn.Linear(2, 2).load_state_dict({}), (KeyError, ValueError), "weight"),
        (
            lambda: nn.Linear(2, 2).load_state_dict(nn.Linear(2, 3).state_dict()),
            ValueError,
            r"\(3, 2\).*\(2, 2\)",
        ),
        (lambda: nn.Linear(2, 2).load_state_dict(None), TypeError, "load_state_dict.*NoneType"),
        (lambda: nn.Module().register_parameter("a", x), TypeError, "register_parameter.*Parameter"),
        (lambda: nn.Module().register_module("a", x), TypeError, "register_module|Module"),
        (lambda: nn.Module().register_buffer("a", 3), TypeError, "buffer.*int"),
        (lambda: nn.Linear(2, 2).get_submodule(3), TypeError, "Linear.get_submodule.*target.*3"),
        (lambda: nn.Linear(2, 2).get_parameter(None), TypeError, "Linear.get_parameter.*target.*None"),
        (lambda: nn.Linear(2, 2).get_buffer(1), TypeError, "Linear.get_buffer.*target.*1"),
        (lambda: nn.Linear(2, 2).apply(3), TypeError, "Linear.apply.*fn.*3"),
    ],
    "pynn.nn.Sequential": [
        (lambda: nn.Sequential(3), TypeError, "Sequential.*int"),
        (lambda: nn.Sequential([nn.ReLU()]), TypeError, r"Sequential.*list"),
        (lambda: nn.Sequential(nn.ReLU)(x), TypeError, r"Sequential.*ReLU\(\.\.\.\)"),
        (lambda: nn.Sequential(nn.ReLU())[1], IndexError, "Sequential.*1"),
        (
            lambda: nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 2))(x),
            pynn.ShapeError,
            r"in_features=5.*\(2, 4\)",
        ),
    ],
    "pynn.nn.ModuleList": [
        (lambda: nn.ModuleList([3]), TypeError, "ModuleList.*int"),
        (lambda: nn.ModuleList(3), TypeError, "ModuleList.*int"),
        (lambda: nn.ModuleList()[0], IndexError, "ModuleList.*0"),
        (lambda: nn.ModuleList([nn.ReLU()])["a"], TypeError, "ModuleList.*str"),
    ],
    "pynn.nn.ParameterList": [
        (lambda: nn.ParameterList([3]), TypeError, "ParameterList.*int"),
        (lambda: nn.ParameterList()[0], IndexError, "ParameterList.*0"),
    ],
    "pynn.nn.ModuleDict": [
        (lambda: nn.ModuleDict({"a": 3}), TypeError, "ModuleDict.*int|a Module"),
        (lambda: nn.ModuleDict({3: nn.ReLU()}), ValueError, "ModuleDict.*3 is no name"),
        (lambda: nn.ModuleDict({})["a"], KeyError, "a"),
    ],
}
