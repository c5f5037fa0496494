"""Write what Keras itself gives for the cases of tests/like_keras, which the tests compare pynn.keras with.

pip install keras torch jax
KERAS_BACKEND=torch python tools/keras_reference.py
KERAS_BACKEND=jax python tools/keras_reference.py average_pooling2d_same   # models that are written anew

The last line, as Keras on PyTorch repeats the border where the padding is uneven; on the other backends
TensorFlow's rule holds that padding does not count.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import keras
import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "like_keras"
sys.path.insert(0, str(FOLDER))
from cases import LOSSES, METRICS, MODELS, TRAININGS, weights  # noqa: E402


def rounded(value):
    return [float(f"{number:.7g}") for number in np.asarray(value, dtype=np.float64).ravel()]


def of_model(build):
    model, x = build(keras)
    values = weights(model)
    model.set_weights(values)
    outputs = model.predict(x, verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    return {
        "weights": [list(value.shape) for value in values],
        "names": [weight.name for weight in model.weights],
        "count": model.count_params(),
        "shapes": [list(one.shape) for one in outputs],
        "outputs": [rounded(one) for one in outputs],
    }


def of_training(run):
    history, values = run(keras)
    return {
        "history": {name: rounded(numbers) for name, numbers in history.items()},
        "weights": [rounded(value) for value in values],
    }


def plain(value):
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


FILE = FOLDER / "reference.json"
if sys.argv[1:]:
    found = json.loads(FILE.read_text())
    found["models"].update({name: of_model(MODELS[name]) for name in sys.argv[1:]})
else:
    found = {
        "keras": keras.__version__,
        "models": {name: of_model(build) for name, build in MODELS.items()},
        "losses": {name: rounded(plain(run(keras.losses))) for name, run in LOSSES.items()},
        "metrics": {name: rounded(plain(run(keras.metrics))) for name, run in METRICS.items()},
        "trainings": {name: of_training(run) for name, run in TRAININGS.items()},
    }
FILE.write_text(json.dumps(found, separators=(",", ":")) + "\n")
