"""Data sets, samplers, loaders, splitting and scaling."""

from __future__ import annotations

import pynn
from pynn import data

x = pynn.ones(4, 3)
y = pynn.tensor([0, 1, 0, 1])
NAN = float("nan")


def samples():
    return data.TensorDataset(x, y)


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
    "pynn.data.Dataset": [
        (lambda: len(data.Dataset()), NotImplementedError, "Dataset.*__len__"),
        (lambda: data.Dataset()[0], NotImplementedError, "Dataset.*__getitem__"),
    ],
    "pynn.data.IterableDataset": [(lambda: iter(data.IterableDataset()), NotImplementedError, "__iter__")],
    "pynn.data.TensorDataset": [
        (lambda: data.TensorDataset(), ValueError, "TensorDataset.*at least one"),
        (lambda: data.TensorDataset(x, pynn.ones(3)), ValueError, r"TensorDataset.*\(4, 3\).*\(3,\)"),
        (lambda: data.TensorDataset(pynn.tensor(1.0)), ValueError, r"TensorDataset.*\(\)"),
        (lambda: data.TensorDataset(None), TypeError, "NoneType"),
        (lambda: samples()[4], IndexError, "4"),
    ],
    "pynn.data.Subset": [
        (lambda: data.Subset(samples(), [0, 4]), IndexError, "Subset.*4.*position 1"),
        (lambda: data.Subset(samples(), ["a"]), TypeError, "Subset.*indices.*'a'"),
        (lambda: data.Subset(samples(), [0.5]), TypeError, "Subset.*indices.*0.5"),
    ],
    "pynn.data.ConcatDataset": [
        (lambda: data.ConcatDataset([]), ValueError, "ConcatDataset.*at least one"),
        (lambda: data.ConcatDataset([3]), TypeError, "ConcatDataset.*int"),
        (lambda: data.ConcatDataset([samples()])[4], IndexError, "ConcatDataset.*4"),
    ],
    "pynn.data.ChainDataset": [
        (lambda: data.ChainDataset(3), TypeError, "ChainDataset.*datasets.*int"),
        (lambda: data.ChainDataset([3]), TypeError, "ChainDataset.*iterable.*int"),
    ],
    "pynn.data.StackDataset": [
        (lambda: data.StackDataset(), ValueError, "StackDataset.*datasets"),
        (lambda: data.StackDataset([1], [1, 2]), ValueError, r"StackDataset.*lengths.*\[1, 2\]"),
        (lambda: data.StackDataset(3), TypeError, "StackDataset.*length.*int"),
    ],
    "pynn.data.random_split": [
        (lambda: data.random_split(samples(), [3, 2]), ValueError, r"random_split.*\[3, 2\].*4 samples"),
        (lambda: data.random_split(samples(), [-1, 5]), ValueError, "random_split.*-1"),
        (lambda: data.random_split(samples(), ["a"]), TypeError, "random_split.*'a'"),
        (lambda: data.random_split(samples(), [NAN, 0.5]), ValueError, "random_split.*nan"),
        (lambda: data.random_split(samples(), [1.5, 2.5]), ValueError, r"random_split.*1.5"),
        (lambda: data.random_split(samples(), [2, 2], generator="a"), TypeError, "seed|generator"),
    ],
    "pynn.data.default_collate": [
        (lambda: data.default_collate([]), ValueError, "default_collate.*no samples"),
        (lambda: data.default_collate([object()]), TypeError, "default_collate.*object"),
        (lambda: data.default_collate([x, x[0]]), ValueError, r"\(3,\).*\(4, 3\)"),
        (lambda: data.default_collate([(1, 2), (1,)]), ValueError, "default_collate.*number"),
        (
            lambda: data.default_collate([{"a": 1}, {"b": 1}]),
            (KeyError, ValueError),
            "default_collate.*'a'|a",
        ),
    ],
    "pynn.data.Sampler": [(lambda: iter(data.Sampler()), NotImplementedError, "Sampler.*__iter__")],
    "pynn.data.SequentialSampler": [(lambda: list(data.SequentialSampler(3)), TypeError, "int")],
    "pynn.data.RandomSampler": [
        (lambda: data.RandomSampler(samples(), num_samples=5), ValueError, "RandomSampler.*5 of 4"),
        (lambda: data.RandomSampler(samples(), True, -1), ValueError, "RandomSampler.*-1"),
        (lambda: data.RandomSampler(samples(), True, 1.5), TypeError, "RandomSampler.*num_samples.*1.5"),
        (lambda: data.RandomSampler([], True, 2), ValueError, "RandomSampler.*2 of 0"),
        (lambda: data.RandomSampler(samples(), generator="a"), TypeError, "seed|generator"),
    ],
    "pynn.data.SubsetRandomSampler": [
        (lambda: data.SubsetRandomSampler(3), TypeError, "SubsetRandomSampler.*indices.*3"),
    ],
    "pynn.data.WeightedRandomSampler": [
        (lambda: data.WeightedRandomSampler([-1.0, 1.0], 2), ValueError, "WeightedRandomSampler.*weights"),
        (lambda: data.WeightedRandomSampler([NAN, 1.0], 2), ValueError, "WeightedRandomSampler.*weights"),
        (lambda: data.WeightedRandomSampler([0.0, 0.0], 2), ValueError, "WeightedRandomSampler.*not all 0"),
        (
            lambda: data.WeightedRandomSampler(["a"], 2),
            (TypeError, ValueError),
            "WeightedRandomSampler.*weights",
        ),
        (lambda: data.WeightedRandomSampler([1.0], -2), ValueError, "WeightedRandomSampler.*num_samples.*-2"),
        (
            lambda: data.WeightedRandomSampler([1.0], 2, False),
            ValueError,
            "WeightedRandomSampler.*replacement",
        ),
        (
            lambda: data.WeightedRandomSampler([1.0], "a"),
            TypeError,
            "WeightedRandomSampler.*num_samples.*'a'",
        ),
    ],
    "pynn.data.BatchSampler": [
        (lambda: data.BatchSampler(range(3), 0), ValueError, "BatchSampler.*batch_size.*0"),
        (lambda: data.BatchSampler(range(3), 1.5), (TypeError, ValueError), "BatchSampler.*batch_size.*1.5"),
    ],
    "pynn.data.DataLoader": [
        (lambda: data.DataLoader(3), TypeError, "DataLoader.*int.*TensorDataset"),
        (lambda: data.DataLoader(samples(), 0), ValueError, "batch_size.*0"),
        (lambda: data.DataLoader(samples(), "a"), (TypeError, ValueError), "batch_size.*'a'"),
        (lambda: data.DataLoader(samples(), num_workers=-1), ValueError, "DataLoader.*num_workers.*-1"),
        (lambda: data.DataLoader(samples(), num_workers="a"), TypeError, "DataLoader.*num_workers.*'a'"),
        (lambda: data.DataLoader(samples(), prefetch_factor=0), ValueError, "DataLoader.*prefetch_factor.*0"),
        (lambda: data.DataLoader(samples(), shuffle=True, sampler=[0]), ValueError, "DataLoader.*choose one"),
        (lambda: data.DataLoader(samples(), 2, batch_sampler=[[0]]), ValueError, "DataLoader.*batch_sampler"),
        (lambda: data.DataLoader(samples(), collate_fn=3), TypeError, "DataLoader.*collate_fn.*3"),
        (lambda: data.DataLoader(samples(), shuffle=True, seed="a"), TypeError, "seed|generator"),
        (lambda: data.DataLoader(samples(), transform=3), TypeError, "DataLoader.*transform.*3"),
    ],
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
    "pynn.data.OneHotEncoder": [
        (lambda: data.OneHotEncoder("skip"), ValueError, "OneHotEncoder.*'skip'"),
        (lambda: data.OneHotEncoder().fit([]), ValueError, "OneHotEncoder.*no samples"),
        (lambda: data.OneHotEncoder().fit(pynn.ones(1, 1, 1)), ValueError, r"\(1, 1, 1\)"),
        (lambda: data.OneHotEncoder().transform([1]), RuntimeError, "OneHotEncoder.*fit first"),
        (lambda: data.OneHotEncoder().fit(["cat"]).transform(["dog"]), ValueError, "'dog'.*ignore"),
        (lambda: data.OneHotEncoder().fit(["cat"]).inverse_transform([[1.0, 2.0]]), ValueError, r"\(1, 2\)"),
    ],
    "pynn.data.Bundled": [(lambda: data.Bundled(), TypeError, "missing")],
    "pynn.data.load_digits": [(lambda: data.load_digits(1, 2), TypeError, "load_digits")],
    "pynn.data.load_iris": [(lambda: data.load_iris(1), TypeError, "load_iris")],
    "pynn.data.make_reviews": [
        (lambda: data.make_reviews(-1), ValueError, "make_reviews.*n_samples.*-1"),
        (lambda: data.make_reviews(1, hard=1.5), ValueError, "make_reviews.*hard.*1.5"),
        (lambda: data.make_reviews(1, generator="a"), TypeError, "seed|generator"),
    ],
    "pynn.data.make_dates": [
        (lambda: data.make_dates(1.5), TypeError, "make_dates.*n_samples.*1.5"),
        (lambda: data.make_dates(1, 2000, 1999), ValueError, "make_dates.*2000 to 1999"),
        (lambda: data.make_dates(1, 0, 1999), ValueError, "make_dates.*first_year.*0"),
        (lambda: data.make_dates(1, 2000, 10000), ValueError, "make_dates.*9999"),
    ],
    "pynn.data.make_adding": [
        (lambda: data.make_adding(1, 1), ValueError, "make_adding.*length.*1"),
        (lambda: data.make_adding("a"), TypeError, "make_adding.*n_samples.*'a'"),
    ],
    "pynn.data.make_copy": [
        (lambda: data.make_copy(1, 0), ValueError, "make_copy.*length.*0"),
        (lambda: data.make_copy(1, delay=0), ValueError, "make_copy.*delay.*0"),
        (lambda: data.make_copy(1, symbols=0), ValueError, "make_copy.*symbols.*0"),
    ],
}
