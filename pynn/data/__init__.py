"""Data: sets, batches, splitting, scaling."""

from .bundled_sets import Bundled, load_digits, load_iris
from .collate import default_collate
from .combined import ChainDataset, StackDataset
from .dataset import ConcatDataset, Dataset, IterableDataset, Subset, TensorDataset, random_split
from .encoding import OneHotEncoder
from .loader import DataLoader
from .sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from .scaling import MinMaxScaler, StandardScaler
from .split import train_test_split

__all__ = [
    "BatchSampler",
    "Bundled",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "MinMaxScaler",
    "OneHotEncoder",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "StandardScaler",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "load_digits",
    "load_iris",
    "random_split",
    "train_test_split",
]
