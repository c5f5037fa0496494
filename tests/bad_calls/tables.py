"""Tables and their preparation: splitting, scaling, encoding, what is missing and what is rare."""

from __future__ import annotations

import pynn
from pynn import data

x = pynn.ones(4, 3)
y = pynn.tensor([0, 1, 0, 1])
NAN = float("nan")


def scaler(name):
    make = getattr(data, name)
    return [
        (lambda: make().fit(pynn.zeros(0, 3)), ValueError, f"{name}.*empty"),
        (lambda: make().fit(pynn.tensor([[NAN]])), ValueError, f"{name}.*NaN"),
        (lambda: make().fit(pynn.ones(3)), ValueError, rf"{name}.*\(3,\)"),
        (lambda: make().fit([["a"]]), (TypeError, ValueError), f"{name}.*numbers"),
        (lambda: make().fit(x).transform(pynn.ones(4, 2)), ValueError, rf"{name}.*3 features.*\(4, 2\)"),
        (lambda: make().transform(x), RuntimeError, f"{name}.*fit first"),
    ]


CALLS = {
    "pynn.data.train_test_split": [
        (lambda: data.train_test_split(), ValueError, "train_test_split.*at least one"),
        (lambda: data.train_test_split(x, y[:3]), ValueError, "train_test_split.*4, 3"),
        (lambda: data.train_test_split(x, test_size=1.5), ValueError, "train_test_split.*test_size.*1.5"),
        (lambda: data.train_test_split(x, test_size=NAN), ValueError, "train_test_split.*test_size.*nan"),
        (lambda: data.train_test_split(x, test_size="a"), (TypeError, ValueError), "test_size.*'a'"),
        (lambda: data.train_test_split(x, stratify=y[:2]), ValueError, r"train_test_split.*\(2,\)"),
        (lambda: data.train_test_split(x, stratify=[0, 1, 1, 1]), ValueError, "train_test_split.*one sample"),
        (lambda: data.train_test_split(None), TypeError, "train_test_split.*NoneType"),
        (lambda: data.train_test_split(x[:1]), ValueError, "train_test_split.*1 sample"),
    ],
    "pynn.data.StandardScaler": scaler("StandardScaler"),
    "pynn.data.MinMaxScaler": [
        *scaler("MinMaxScaler"),
        (lambda: data.MinMaxScaler((1.0, 0.0)), ValueError, "MinMaxScaler.*feature_range.*1.0"),
        (lambda: data.MinMaxScaler(1.0), TypeError, "MinMaxScaler.*feature_range.*1.0"),
        (lambda: data.MinMaxScaler(("a", "b")), TypeError, "MinMaxScaler.*feature_range.*'a'"),
    ],
    "pynn.data.RobustScaler": [
        *scaler("RobustScaler"),
        (lambda: data.RobustScaler(quantile_range=(75, 25)), ValueError, "RobustScaler.*rise.*75"),
        (lambda: data.RobustScaler(quantile_range=(-1, 25)), ValueError, "RobustScaler.*0 and 100.*-1"),
        (lambda: data.RobustScaler(quantile_range=5), TypeError, "RobustScaler.*quantile_range.*5"),
    ],
    "pynn.data.OneHotEncoder": [
        (lambda: data.OneHotEncoder("skip"), ValueError, "OneHotEncoder.*'skip'"),
        (lambda: data.OneHotEncoder().fit([]), ValueError, "OneHotEncoder.*no samples"),
        (lambda: data.OneHotEncoder().fit(pynn.ones(1, 1, 1)), ValueError, r"\(1, 1, 1\)"),
        (lambda: data.OneHotEncoder().transform([1]), RuntimeError, "OneHotEncoder.*fit first"),
        (lambda: data.OneHotEncoder().fit(["cat"]).transform(["dog"]), ValueError, "'dog'.*ignore"),
        (lambda: data.OneHotEncoder().fit(["cat"]).inverse_transform([[1.0, 2.0]]), ValueError, r"\(1, 2\)"),
    ],
    "pynn.data.OrdinalEncoder": [
        (lambda: data.OrdinalEncoder("skip"), ValueError, "OrdinalEncoder.*'skip'"),
        (lambda: data.OrdinalEncoder(unknown_value=0.5), TypeError, "OrdinalEncoder.*unknown_value.*0.5"),
        (
            lambda: data.OrdinalEncoder("use_encoded_value", 0).fit(["a"]).transform(["a"]),
            ValueError,
            "unknown_value 0.*'a'",
        ),
        (lambda: data.OrdinalEncoder().fit([]), ValueError, "OrdinalEncoder.*no samples"),
        (lambda: data.OrdinalEncoder().fit([NAN]), ValueError, "OrdinalEncoder.*NaN"),
        (lambda: data.OrdinalEncoder().fit([["a", None]]), ValueError, "OrdinalEncoder.*None.*SimpleImputer"),
        (lambda: data.OrdinalEncoder().transform([1]), RuntimeError, "OrdinalEncoder.*fit first"),
        (lambda: data.OrdinalEncoder().fit(x).transform(y), ValueError, "OrdinalEncoder.*3 columns.*1"),
        (lambda: data.OrdinalEncoder().fit(["a"]).inverse_transform([1]), ValueError, "1.*no category"),
        (lambda: data.OrdinalEncoder().fit(["a"]).inverse_transform([0.5]), ValueError, "whole numbers"),
    ],
    "pynn.data.LabelEncoder": [
        (lambda: data.LabelEncoder().fit(x), ValueError, r"LabelEncoder.*\(4, 3\)"),
        (lambda: data.LabelEncoder().classes_, RuntimeError, "LabelEncoder.*fit first"),
        (lambda: data.LabelEncoder().fit(["cat"]).transform(["dog"]), ValueError, "LabelEncoder.*'dog'"),
        (lambda: data.LabelEncoder.from_dict({}), ValueError, "LabelEncoder.*None"),
    ],
    "pynn.data.SimpleImputer": [
        (lambda: data.SimpleImputer("typical"), ValueError, "SimpleImputer.*strategy.*'typical'"),
        (lambda: data.SimpleImputer(fill_value=[1]), TypeError, "SimpleImputer.*fill_value"),
        (lambda: data.SimpleImputer().fit([[NAN]]), ValueError, "feature 0 has no value.*constant"),
        (lambda: data.SimpleImputer().fit(y), ValueError, r"SimpleImputer.*\(4,\)"),
        (lambda: data.SimpleImputer().fit(x[:0]), ValueError, "SimpleImputer.*no samples"),
        (lambda: data.SimpleImputer().fit([["a"]]), ValueError, "SimpleImputer.*words.*mean"),
        (lambda: data.SimpleImputer("constant", "a").fit(x), ValueError, "SimpleImputer.*'a'.*float"),
        (lambda: data.SimpleImputer().transform(x), RuntimeError, "SimpleImputer.*fit first"),
        (lambda: data.SimpleImputer().fit(x).transform(x[:, :2]), ValueError, r"3 features.*\(4, 2\)"),
    ],
    "pynn.data.OutlierFence": [
        (lambda: data.OutlierFence("far"), ValueError, "OutlierFence.*method.*'far'"),
        (lambda: data.OutlierFence(threshold=-1), ValueError, "OutlierFence.*threshold.*-1"),
        (lambda: data.OutlierFence(action="drop"), ValueError, "OutlierFence.*action.*'drop'"),
        (lambda: data.OutlierFence().fit([[NAN]]), ValueError, "OutlierFence.*not one number"),
        (lambda: data.OutlierFence().fit([[float("inf")]]), ValueError, "OutlierFence.*infinity"),
        (lambda: data.OutlierFence().inside(x), RuntimeError, "OutlierFence.*fit first"),
        (lambda: data.OutlierFence().fit(x).transform(x[:, :2]), ValueError, r"3 features.*\(4, 2\)"),
    ],
    "pynn.data.train_val_test_split": [
        (lambda: data.train_val_test_split(), ValueError, "train_val_test_split.*at least one"),
        (lambda: data.train_val_test_split(x, y[:3]), ValueError, "train_val_test_split.*4, 3"),
        (lambda: data.train_val_test_split(x, sizes=(0.5, 0.5)), ValueError, "three parts.*0.5"),
        (lambda: data.train_val_test_split(x, sizes=(3, 1, 1)), ValueError, r"\[3, 1, 1\].*4 samples"),
        (lambda: data.train_val_test_split(x, sizes=(0.9, 0.05, 0.05)), ValueError, "a part without any"),
        (lambda: data.train_val_test_split(x, sizes=(2, 1, -1)), ValueError, "sizes.*-1"),
        (
            lambda: data.train_val_test_split(x, sizes=(2, 1, 1), stratify=y),
            ValueError,
            "class 0 has 2.*all 3",
        ),
        (
            lambda: data.train_val_test_split(x, sizes=(2, 1, 1), shuffle=False, stratify=y),
            ValueError,
            "shuffle=True",
        ),
        (lambda: data.train_val_test_split(3), TypeError, "train_val_test_split.*int"),
    ],
    "pynn.data.KFold": [
        (lambda: data.KFold(1), ValueError, "KFold.*n_splits.*1"),
        (lambda: data.KFold(2, seed=0), ValueError, "KFold.*shuffle=True"),
        (lambda: data.KFold(5).split(x), ValueError, "KFold.*4 samples.*5 parts"),
        (lambda: data.KFold(5).split(3), TypeError, "KFold.*int"),
    ],
    "pynn.data.MixUp": [
        (lambda: data.MixUp(0.0), ValueError, "MixUp: alpha.*above 0.*0.0"),
        (lambda: data.MixUp(num_classes=0), ValueError, "MixUp: num_classes.*0"),
        (lambda: data.MixUp(p=1.5), ValueError, "MixUp: p .*1.5"),
        (lambda: data.MixUp(generator="a"), TypeError, "'a'"),
        (lambda: data.MixUp()([[1.0]]), TypeError, "MixUp: x must be a Tensor.*list"),
        (lambda: data.MixUp()(y), pynn.DTypeError, r"MixUp.*int64.*x.float\(\)"),
        (lambda: data.MixUp()(pynn.tensor(1.0)), pynn.ShapeError, "MixUp.*single number"),
        (lambda: data.MixUp()(x, y), pynn.DTypeError, r"MixUp.*num_classes=10.*y.float\(\)"),
        (lambda: data.MixUp(num_classes=2)(x, y[:3]), pynn.ShapeError, r"MixUp: 4 samples.*\(3,\)"),
        (lambda: data.MixUp()(x, [0.0] * 4), TypeError, "MixUp: each target.*list"),
    ],
    "pynn.data.StratifiedKFold": [
        (lambda: data.StratifiedKFold(2).split(x), ValueError, r"StratifiedKFold.*y \(4,\)"),
        (lambda: data.StratifiedKFold(2).split(x, y[:3]), ValueError, r"StratifiedKFold.*\(3,\)"),
        (
            lambda: data.StratifiedKFold(3).split(x, y),
            ValueError,
            "StratifiedKFold.*2 samples of class 0.*3 parts",
        ),
    ],
    "pynn.data.class_weights": [
        (lambda: data.class_weights([]), ValueError, "class_weights.*labels"),
        (lambda: data.class_weights(x), ValueError, r"class_weights.*\(4, 3\)"),
    ],
    "pynn.data.sample_weights": [(lambda: data.sample_weights([]), ValueError, "sample_weights.*labels")],
    "pynn.data.oversample": [
        (lambda: data.oversample(), ValueError, "oversample.*at least one"),
        (lambda: data.oversample(x, y[:3]), ValueError, "oversample.*4, 3"),
        (lambda: data.oversample(x, labels=y[:3]), ValueError, "oversample.*3 labels.*4 samples"),
        (lambda: data.oversample(x), ValueError, r"oversample.*labels.*\(4, 3\)"),
    ],
    "pynn.data.undersample": [
        (lambda: data.undersample(x, y, seed="a"), TypeError, "seed|generator"),
        (lambda: data.undersample(3), TypeError, "undersample.*int"),
    ],
    "pynn.data.Table": [
        (lambda: data.Table([[1, 2]]), TypeError, "Table.*list.*read_table"),
        (lambda: data.Table({}), ValueError, "Table.*no values"),
        (lambda: data.Table({"a": [1], "b": [1, 2]}), ValueError, "Table.*1, 2"),
        (lambda: data.Table({"a": x}), ValueError, r"Table.*'a'.*\(4, 3\)"),
        (lambda: data.Table({"a": ["b", 3]}), (TypeError, ValueError), "Table.*'a'.*3"),
        (lambda: data.Table({"a": [object()]}), TypeError, "Table.*'a'.*object"),
        (lambda: data.Table({1: [1]}), TypeError, "Table.*name.*1"),
        (lambda: data.Table({"a": [1]})["b"], KeyError, "Table.*'b'.*a"),
        (lambda: data.Table({"a": [1]}).drop("b"), KeyError, "Table.*'b'.*a"),
    ],
    "pynn.data.read_table": [
        (lambda: data.read_table("/no/such/file"), FileNotFoundError, "no/such"),
        (lambda: data.read_table(__file__), ValueError, "read_table.*line"),
        (lambda: data.read_table(__file__, delimiter=3), TypeError, "read_table.*delimiter.*3"),
        (lambda: data.read_table(__file__, delimiter="ab"), ValueError, "read_table.*delimiter.*'ab'"),
    ],
    "pynn.data.TablePreparer": [
        (lambda: data.TablePreparer(3), TypeError, "TablePreparer.*target.*3"),
        (lambda: data.TablePreparer(missing="guess"), ValueError, "TablePreparer.*missing.*'guess'"),
        (lambda: data.TablePreparer(outliers="drop"), ValueError, "TablePreparer.*outliers.*'drop'"),
        (lambda: data.TablePreparer(scaling="log"), ValueError, "TablePreparer.*scaling.*'log'"),
        (lambda: data.TablePreparer(target_kind="x"), ValueError, "TablePreparer.*target_kind.*'x'"),
        (lambda: data.TablePreparer(numeric=[3]), TypeError, "TablePreparer.*numeric.*3"),
        (lambda: data.TablePreparer().fit(x), TypeError, "Table.*DataFrame.*Tensor"),
        (lambda: data.TablePreparer().fit({"a": []}), ValueError, "TablePreparer.*no rows"),
        (lambda: data.TablePreparer("b").fit({"a": [1]}), ValueError, "no column 'b'.*a"),
        (lambda: data.TablePreparer("a").fit({"a": [1]}), ValueError, "no column is left"),
        (lambda: data.TablePreparer("a", ["a"]).fit({"a": [1]}), ValueError, "'a'.*two things"),
        (lambda: data.TablePreparer().fit({"a": [NAN]}), ValueError, "'a' has no value.*drop"),
        (lambda: data.TablePreparer(categorical=["a"]).fit({"a": [None]}), ValueError, "'a' has no word"),
        (lambda: data.TablePreparer().transform({"a": [1]}), RuntimeError, "TablePreparer.*fit first"),
        (lambda: data.TablePreparer().fit({"a": [1]}).transform({"b": [1]}), ValueError, "'a'.*fitted.*b"),
        (lambda: data.TablePreparer().fit({"a": [1]}).transform({"a": ["x"]}), ValueError, "'a'.*'x'"),
        (lambda: data.TablePreparer().fit({"a": [1]}).targets({"a": [1]}), ValueError, "no target"),
    ],
}
