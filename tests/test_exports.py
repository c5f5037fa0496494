"""What `import pynn` offers: every public name is listed, and everything listed is there."""

import types

import pynn


def test_all_lists_what_is_public() -> None:
    public = {
        name
        for name, value in vars(pynn).items()
        if not name.startswith("_") and name != "annotations"
        if not isinstance(value, types.ModuleType) or value.__name__.startswith("pynn.")
    }
    own = set(pynn.__all__)
    assert public - own - {"cli", "io"} == set()
    assert own - public == {"__version__"}


def test_the_dtypes_have_torchs_other_names() -> None:
    assert (pynn.float, pynn.double) == (pynn.float32, pynn.float64)
    assert (pynn.int, pynn.long) == (pynn.int32, pynn.int64)
