"""Keras's programs on pynn: change the import to `from pynn import keras` and run them.

A thin face over pynn.nn, pynn.train and pynn.optim, with Keras's names, arguments, defaults and layouts:
channels come last, kernels are `(in, out)`, a loss takes `(y_true, y_pred)`. Every layer, model, optimizer,
metric and callback is one of pynn's own as well.

>>> import pynn
>>> from pynn import keras
>>> model = keras.Sequential(
...     [
...         keras.layers.Dense(16, activation="relu", input_shape=(4,)),
...         keras.layers.Dense(3, activation="softmax"),
...     ]
... )
>>> model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
>>> x, y = pynn.data.load_iris()
>>> history = model.fit(x, y, epochs=2, verbose=0)
>>> list(history.history)
['loss', 'accuracy']
"""

from . import (
    activations,
    backend,
    callbacks,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    saving,
    utils,
)
from .graph import Input, KerasTensor
from .layers.base import Layer, Variable
from .model import Model
from .sequential import Sequential

__all__ = [
    "Input",
    "KerasTensor",
    "Layer",
    "Model",
    "Sequential",
    "Variable",
    "activations",
    "backend",
    "callbacks",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "saving",
    "utils",
]
