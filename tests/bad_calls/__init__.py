"""Calls of public classes and functions that must be refused: name -> [(call, exception, what it says)].

test_bad_input_python.py runs them, and fails on a public name that has no entry.
"""

from . import (
    attention,
    convolution,
    core,
    data,
    estimators,
    everyday,
    functional,
    generative,
    image_layers,
    images,
    layers,
    models,
    optim,
    recurrent,
    sequences,
    tables,
    text,
    tools,
    train,
    transformers,
    tune,
    vision,
)

TABLES = (
    attention.CALLS,
    convolution.CALLS,
    core.CALLS,
    functional.CALLS,
    layers.CALLS,
    optim.CALLS,
    tools.CALLS,
    data.CALLS,
    tables.CALLS,
    image_layers.CALLS,
    images.CALLS,
    train.CALLS,
    transformers.CALLS,
    text.CALLS,
    tune.CALLS,
    vision.CALLS,
    generative.CALLS,
    models.CALLS,
    everyday.CALLS,
    estimators.CALLS,
    recurrent.CALLS,
    sequences.CALLS,
)
