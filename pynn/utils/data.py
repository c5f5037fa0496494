"""`pynn.data` under PyTorch's name, so that `from pynn.utils.data import DataLoader` works."""

from pynn.data import *  # noqa: F403
from pynn.data import __all__ as __all__
