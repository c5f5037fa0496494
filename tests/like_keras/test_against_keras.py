"""pynn.keras gives what Keras gives: outputs, losses, metrics, histories and weights of trainings.

reference.json was written by tools/keras_reference.py with Keras itself.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cases import LOSSES, METRICS, MODELS, TRAININGS, weights

from pynn import keras

REFERENCE = json.loads(Path(__file__).with_name("reference.json").read_text())


@pytest.mark.parametrize("name", MODELS)
def test_a_model_gives_what_it_gives_in_keras(name):
    wanted = REFERENCE["models"][name]
    model, x = MODELS[name](keras)
    values = weights(model)
    assert [list(value.shape) for value in values] == wanted["weights"]
    assert [weight.name.split("/")[-1] for weight in model.weights] == wanted["names"]
    assert model.count_params() == wanted["count"]
    model.set_weights(values)
    outputs = model.predict(x)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    for output, symbol, shape, numbers in zip(
        outputs, model.outputs, wanted["shapes"], wanted["outputs"], strict=True
    ):
        assert list(output.shape) == shape
        assert symbol.shape == (None, *shape[1:])
        np.testing.assert_allclose(output.ravel(), numbers, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_that_of_keras(name):
    found = np.asarray(LOSSES[name](keras.losses)).ravel()
    np.testing.assert_allclose(found, REFERENCE["losses"][name], rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_that_of_keras(name):
    found = np.asarray(METRICS[name](keras.metrics)).ravel()
    np.testing.assert_allclose(found, REFERENCE["metrics"][name], rtol=2e-5)


@pytest.mark.parametrize("name", TRAININGS)
def test_a_training_goes_as_in_keras(name):
    wanted = REFERENCE["trainings"][name]
    history, values = TRAININGS[name](keras)
    assert set(history) == set(wanted["history"])
    for key, numbers in wanted["history"].items():
        np.testing.assert_allclose(history[key], numbers, rtol=2e-4, err_msg=key)
    for value, numbers in zip(values, wanted["weights"], strict=True):
        np.testing.assert_allclose(value.ravel(), numbers, rtol=1e-3, atol=1e-4)
