"""Calls of public classes and functions that must be refused: name -> [(call, exception, what it says)].

test_bad_input_python.py runs them, and fails on a public name that has no entry.
"""

from . import (
    convolution,
    core,
    data,
    everyday,
    functional,
    generative,
    images,
    layers,
    models,
    optim,
    train,
    vision,
)

TABLES = (
    core.CALLS,
    functional.CALLS,
    layers.CALLS,
    convolution.CALLS,
    optim.CALLS,
    data.CALLS,
    train.CALLS,
    optim.CALLS,
    data.CALLS,
    images.CALLS,
    train.CALLS,
    vision.CALLS,
    generative.CALLS,
    models.CALLS,
    everyday.CALLS,
)
