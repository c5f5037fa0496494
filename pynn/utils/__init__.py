"""PyTorch's address of some parts of pynn: `pynn.utils.data` is `pynn.data`."""

from . import data

__all__ = ["data"]
