"""These tests look at the repository itself, so `tools` and `benchmarks` must be importable.

The root goes to the end of the path: in front, the uncompiled source of pynn would hide an installed one.
"""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))


@pytest.fixture
def root() -> Path:
    return ROOT
