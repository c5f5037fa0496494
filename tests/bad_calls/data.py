"""Data sets, samplers, loaders, series and what is generated."""

from __future__ import annotations

import pynn
from pynn import data

x = pynn.ones(4, 3)
y = pynn.tensor([0, 1, 0, 1])
NAN = float("nan")


def samples():
    return data.TensorDataset(x, y)


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
    "pynn.data.Bundled": [(lambda: data.Bundled(), TypeError, "missing")],
    "pynn.data.load_digits": [(lambda: data.load_digits(1, 2), TypeError, "load_digits")],
    "pynn.data.load_iris": [(lambda: data.load_iris(1), TypeError, "load_iris")],
    "pynn.data.load_wine": [(lambda: data.load_wine(1), TypeError, "load_wine")],
    "pynn.data.load_breast_cancer": [(lambda: data.load_breast_cancer(1), TypeError, "load_breast_cancer")],
    "pynn.data.load_diabetes": [(lambda: data.load_diabetes(1), TypeError, "load_diabetes")],
    "pynn.data.make_moons": [
        (lambda: data.make_moons(-1), ValueError, "make_moons.*n_samples.*-1"),
        (lambda: data.make_moons(4, noise=-1), ValueError, "make_moons.*noise.*-1"),
        (lambda: data.make_moons(4, generator="a"), TypeError, "seed|generator"),
    ],
    "pynn.data.make_circles": [
        (lambda: data.make_circles(4, factor=1.0), ValueError, "make_circles.*factor.*1"),
        (lambda: data.make_circles(4, factor=-1), ValueError, "make_circles.*factor.*-1"),
    ],
    "pynn.data.make_spirals": [
        (lambda: data.make_spirals(4, classes=0), ValueError, "make_spirals.*classes.*0"),
        (lambda: data.make_spirals(4, turns="a"), TypeError, "make_spirals.*turns.*'a'"),
    ],
    "pynn.data.make_xor": [(lambda: data.make_xor(0.5), TypeError, "make_xor.*n_samples.*0.5")],
    "pynn.data.make_sine": [
        (lambda: data.make_sine(4, noise=-1), ValueError, "make_sine.*noise.*-1"),
        (lambda: data.make_sine(4, waves=NAN), ValueError, "make_sine.*waves.*nan"),
    ],
    "pynn.data.make_mnist1d": [
        (lambda: data.make_mnist1d(4, length=1), ValueError, "make_mnist1d.*length.*1"),
        (lambda: data.make_mnist1d(4, max_shift=49), ValueError, "make_mnist1d.*max_shift.*49"),
        (lambda: data.make_mnist1d(4, noise=-1), ValueError, "make_mnist1d.*noise.*-1"),
    ],
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
    "pynn.data.Series": [
        (lambda: data.Series(), TypeError, "missing"),
        (lambda: data.load_co2()["rain"], KeyError, "Series.*'rain'.*co2"),
    ],
    "pynn.data.read_series": [
        (lambda: data.read_series("/no/such/file"), FileNotFoundError, "no/such"),
        (lambda: data.read_series(__file__), ValueError, "read_series.*line"),
        (lambda: data.read_series(__file__, delimiter=3), TypeError, "read_series.*delimiter.*3"),
    ],
    "pynn.data.load_co2": [(lambda: data.load_co2(1, 2), TypeError, "load_co2")],
    "pynn.data.load_sunspots": [(lambda: data.load_sunspots(1), TypeError, "load_sunspots")],
    "pynn.data.SeriesWindows": [
        (lambda: data.SeriesWindows([1.0, 2.0], 2), ValueError, "SeriesWindows.*need 3.*has 2"),
        (lambda: data.SeriesWindows([1.0, 2.0], 0), ValueError, "SeriesWindows.*lookback.*0"),
        (lambda: data.SeriesWindows([1.0, 2.0], 1, 0), ValueError, "SeriesWindows.*horizon.*0"),
        (lambda: data.SeriesWindows([1.0, 2.0], 1, 1, 0), ValueError, "SeriesWindows.*stride.*0"),
        (lambda: data.SeriesWindows(["a", "b"], 1), ValueError, "SeriesWindows.*numbers"),
        (lambda: data.SeriesWindows(pynn.ones(1, 2, 3), 1), ValueError, r"SeriesWindows.*\(1, 2, 3\)"),
        (lambda: data.SeriesWindows(x, 1, targets=3), KeyError, "SeriesWindows.*3 columns.*number 3"),
        (lambda: data.SeriesWindows(x, 1, targets="rain"), KeyError, "SeriesWindows.*'rain'"),
        (lambda: data.SeriesWindows(x, 1, targets=0.5), TypeError, "SeriesWindows.*targets.*0.5"),
        (lambda: data.SeriesWindows(x, 1, missing="skip"), ValueError, "SeriesWindows.*missing.*'skip'"),
        (lambda: data.SeriesWindows([1.0, NAN], 1), ValueError, "SeriesWindows.*NaN.*number 1"),
        (lambda: data.SeriesWindows(x, 3)[1], IndexError, "SeriesWindows.*1.*1 windows"),
    ],
    "pynn.data.temporal_split": [
        (lambda: data.temporal_split(), ValueError, "temporal_split.*at least one"),
        (lambda: data.temporal_split(3), TypeError, "temporal_split.*int"),
        (lambda: data.temporal_split(x, y[:3]), ValueError, "temporal_split.*4, 3"),
        (lambda: data.temporal_split(x, sizes=(3, 2)), ValueError, r"temporal_split.*\[3, 2\].*4 values"),
        (lambda: data.temporal_split(x, sizes=(0.7, 0.7)), ValueError, "temporal_split.*0.7"),
        (lambda: data.temporal_split(x, sizes=(2, -1)), ValueError, "temporal_split.*sizes.*-1"),
        (lambda: data.temporal_split(x, sizes=(0.1, 0.9)), ValueError, "temporal_split.*part 0.*empty"),
        (lambda: data.temporal_split(x, sizes=(2, 2), gap=2), ValueError, "part 1.*gap of 2"),
        (lambda: data.temporal_split(x, lookback=-1), ValueError, "temporal_split.*lookback.*-1"),
        (lambda: data.temporal_split(x, gap=-1), ValueError, "temporal_split.*gap.*-1"),
    ],
    "pynn.data.walk_forward": [
        (lambda: data.walk_forward(5, 5), ValueError, "walk_forward.*5 samples.*5 tests"),
        (lambda: data.walk_forward("a" * 9, 0), ValueError, "walk_forward.*n_splits.*0"),
        (lambda: data.walk_forward(9, 2, gap=-1), ValueError, "walk_forward.*gap.*-1"),
        (lambda: data.walk_forward(9, 2, 4, gap=2), ValueError, "walk_forward.*gap of 2"),
        (lambda: data.walk_forward(9, 2, max_train_size=0), ValueError, "walk_forward.*max_train_size.*0"),
        (lambda: data.walk_forward(0.5), TypeError, "walk_forward.*samples.*0.5"),
    ],
    "pynn.data.SeriesScaler": [
        (lambda: data.SeriesScaler().fit([]), ValueError, "SeriesScaler.*series"),
        (lambda: data.SeriesScaler().fit([NAN]), ValueError, "SeriesScaler.*no number"),
        (lambda: data.SeriesScaler().fit([float("inf")]), ValueError, "SeriesScaler.*infinite"),
        (lambda: data.SeriesScaler().fit(["a"]), TypeError, "SeriesScaler.*numbers"),
        (lambda: data.SeriesScaler().transform([1.0]), RuntimeError, "SeriesScaler.*fit first"),
        (lambda: data.SeriesScaler().fit(x).transform(x[:, :2]), ValueError, r"3 columns.*\(4, 2\)"),
        (lambda: data.SeriesScaler().fit(x).transform(x, column=3), ValueError, "3 columns.*number 3"),
    ],
    "pynn.data.naive_forecast": [
        (lambda: data.naive_forecast([1.0], 0), ValueError, "naive_forecast.*horizon.*0"),
        (lambda: data.naive_forecast([1.0], 1, 2), ValueError, "naive_forecast.*1 values.*season of 2"),
        (lambda: data.naive_forecast(3.0), ValueError, r"naive_forecast.*\(\)"),
        (lambda: data.naive_forecast(["a"]), TypeError, "naive_forecast.*numbers"),
    ],
    "pynn.data.smape": [
        (lambda: data.smape([1.0], [1.0, 2.0]), ValueError, r"smape.*\(1,\).*\(2,\)"),
        (lambda: data.smape([], []), ValueError, "smape"),
        (lambda: data.smape(["a"], [1.0]), TypeError, "smape.*numbers"),
    ],
    "pynn.data.mase": [
        (lambda: data.mase([1.0], [1.0, 2.0], [1.0, 2.0]), ValueError, r"mase.*\(1,\).*\(2,\)"),
        (lambda: data.mase([1.0], [1.0], [1.0, 1.0]), ValueError, "mase.*never changes"),
        (lambda: data.mase([1.0], [1.0], [1.0, 2.0], season=2), ValueError, "mase.*season of 2"),
        (lambda: data.mase([1.0], [1.0], [1.0, 2.0], season=0), ValueError, "mase.*season.*0"),
    ],
}
