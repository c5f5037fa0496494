"""Data: sets, batches, splitting, scaling."""

from .bundled_sets import Bundled, load_digits, load_iris
from .cifar import CIFAR10, load_cifar10
from .collate import default_collate
from .combined import ChainDataset, StackDataset
from .dataset import ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, random_split
from .downloads import download
from .encoding import OneHotEncoder
from .forecasts import SeriesScaler, mase, naive_forecast, smape
from .idx import read_idx
from .image_folder import ImageFolder
from .loader import DataLoader
from .memory_tasks import make_adding, make_copy
from .mnist import MNIST, FashionMNIST, load_fashion_mnist, load_mnist
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from .scaling import MinMaxScaler, StandardScaler
from .sentences import make_dates, make_reviews
from .series import Series, load_co2, load_sunspots, read_series
from .series_windows import SeriesWindows, temporal_split, walk_forward
from .shapes import Shapes, make_shapes
from .split import train_test_split

__all__ = [
    "CIFAR10",
    "MNIST",
    "BatchSampler",
    "Bundled",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "FashionMNIST",
    "ImageFolder",
    "IterableDataset",
    "MinMaxScaler",
    "OneHotEncoder",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "Series",
    "SeriesScaler",
    "SeriesWindows",
    "Shapes",
    "StackDataset",
    "StandardScaler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "download",
    "load_cifar10",
    "load_co2",
    "load_digits",
    "load_fashion_mnist",
    "load_iris",
    "load_mnist",
    "load_sunspots",
    "make_adding",
    "make_copy",
    "make_dates",
    "make_reviews",
    "make_shapes",
    "mase",
    "naive_forecast",
    "random_split",
    "read_idx",
    "read_series",
    "smape",
    "temporal_split",
    "train_test_split",
    "walk_forward",
]
