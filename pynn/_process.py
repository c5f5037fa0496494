"""What pynn has to know about the process it runs in: forks, and a stranger of nearly the same name."""

from __future__ import annotations

import os
import warnings

from pynn import _core


def stay_usable_after_fork() -> None:
    """Lets a forked child compute: its threads did not survive the fork, so it uses one."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_core.use_one_thread_after_fork)


def warn_of_pynn_neuroscience(package_folder: str) -> None:
    """Warns when PyNN, the spiking-network package that imports as ``pyNN``, is beside or inside pynn.

    On a file system that ignores case the two are one folder, and whichever was installed last wins.
    """
    beside = os.path.join(os.path.dirname(package_folder), "pyNN")
    is_other_folder = os.path.isdir(beside) and not os.path.samefile(beside, package_folder)
    is_mixed_in = os.path.isdir(os.path.join(package_folder, "standardmodels"))
    if is_other_folder or is_mixed_in:
        warnings.warn(
            "PyNN (the neuroscience package, imported as pyNN) is installed beside pynn-learn (imported as "
            "pynn). On file systems that ignore case they overwrite each other: install them in separate "
            "environments.",
            stacklevel=3,
        )
