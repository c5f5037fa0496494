"""What `import pynn` offers: every public name is listed, and everything listed is there."""

import subprocess
import sys
import types

import pytest

import pynn
import pynn.audio
import pynn.keras
import pynn.models
import pynn.text
import pynn.vision
import pynn.viz  # none of these is imported before it is asked for


def test_all_lists_what_is_public() -> None:
    public = {
        name
        for name, value in vars(pynn).items()
        if not name.startswith("_") and name != "annotations"
        if not isinstance(value, types.ModuleType) or value.__name__.startswith("pynn.")
    }
    own = set(pynn.__all__)
    assert public - own - {"cli", "io", "sklearn", "tune"} == set()  # two of them need other packages
    assert own - public == {"__version__"}


def test_the_dtypes_have_torchs_other_names() -> None:
    assert (pynn.float, pynn.double) == (pynn.float32, pynn.float64)
    assert (pynn.int, pynn.long) == (pynn.int32, pynn.int64)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("audio", "pad_or_trim"),
        ("keras", "Sequential"),
        ("models", "mlp"),
        ("text", "pad_batch"),
        ("vision", "make_grid"),
    ],
)
def test_some_modules_are_imported_when_asked_for(module: str, name: str) -> None:
    code = (
        f"import pynn, sys; assert 'pynn.{module}' not in sys.modules; print(pynn.{module}.{name}.__name__)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == name


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="module 'pynn' has no attribute 'modles'"):
        pynn.modles
