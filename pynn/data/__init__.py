"""Data: sets, batches, splitting, tables and their preparation."""

from .balance import class_weights, oversample, sample_weights, undersample
from .bundled_sets import Bundled, load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
from .cifar import CIFAR10, load_cifar10
from .collate import default_collate
from .combined import ChainDataset, StackDataset
from .dataset import ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, random_split
from .downloads import download
from .encoding import LabelEncoder, OneHotEncoder, OrdinalEncoder
from .folds import KFold, StratifiedKFold
from .forecasts import SeriesScaler, mase, naive_forecast, smape
from .idx import read_idx
from .image_folder import ImageFolder
from .loader import DataLoader
from .memory_tasks import make_adding, make_copy
from .missing import SimpleImputer
from .mixing import MixUp
from .mnist import MNIST, FashionMNIST, load_fashion_mnist, load_mnist
from .mnist1d import make_mnist1d
from .outliers import OutlierFence
from .points import make_circles, make_moons, make_sine, make_spirals, make_xor
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from .scaling import MinMaxScaler, RobustScaler, StandardScaler
from .sentences import make_dates, make_reviews
from .series import Series, load_co2, load_sunspots, read_series
from .series_windows import SeriesWindows, temporal_split, walk_forward
from .shapes import Shapes, make_shapes
from .split import train_test_split, train_val_test_split
from .table import Table, read_table
from .table_preparer import TablePreparer

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
    "KFold",
    "LabelEncoder",
    "MinMaxScaler",
    "MixUp",
    "OneHotEncoder",
    "OrdinalEncoder",
    "OutlierFence",
    "RandomSampler",
    "RobustScaler",
    "Sampler",
    "SequentialSampler",
    "Series",
    "SeriesScaler",
    "SeriesWindows",
    "Shapes",
    "SimpleImputer",
    "StackDataset",
    "StandardScaler",
    "StratifiedKFold",
    "Subset",
    "SubsetRandomSampler",
    "Table",
    "TablePreparer",
    "TensorDataset",
    "WeightedRandomSampler",
    "class_weights",
    "default_collate",
    "download",
    "load_breast_cancer",
    "load_cifar10",
    "load_co2",
    "load_diabetes",
    "load_digits",
    "load_fashion_mnist",
    "load_iris",
    "load_mnist",
    "load_sunspots",
    "load_wine",
    "make_adding",
    "make_circles",
    "make_copy",
    "make_dates",
    "make_mnist1d",
    "make_moons",
    "make_reviews",
    "make_shapes",
    "make_sine",
    "make_spirals",
    "make_xor",
    "mase",
    "naive_forecast",
    "oversample",
    "random_split",
    "read_idx",
    "read_series",
    "read_table",
    "sample_weights",
    "smape",
    "temporal_split",
    "train_test_split",
    "train_val_test_split",
    "undersample",
    "walk_forward",
]
