"""One-hot rows and back."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data, nn


def test_labels_become_rows_and_rows_labels():
    labels = np.array([7, 3, 3, 5])
    encoder = data.OneHotEncoder()
    rows = encoder.fit_transform(labels)
    np.testing.assert_array_equal(rows.numpy(), labels[:, None] == np.array([3, 5, 7]))
    assert rows.dtype == pynn.float32
    np.testing.assert_array_equal(encoder.inverse_transform(rows), labels)
    np.testing.assert_array_equal(encoder.transform(pynn.tensor(labels)).numpy(), rows.numpy())


def test_columns_stand_side_by_side():
    table = np.array([["red", "s"], ["blue", "m"], ["red", "l"]])
    encoder = data.OneHotEncoder().fit(table)
    assert [known.tolist() for known in encoder.categories_] == [["blue", "red"], ["l", "m", "s"]]
    rows = encoder.transform(table)
    assert rows.tolist() == [[0, 1, 0, 0, 1], [1, 0, 0, 1, 0], [0, 1, 1, 0, 0]]
    np.testing.assert_array_equal(encoder.inverse_transform(rows), table)


def test_what_was_not_there_before():
    with pytest.raises(ValueError, match=r"'cow' at position 1.*'cat', 'dog'"):
        data.OneHotEncoder().fit(["cat", "dog"]).transform(["cat", "cow"])
    lenient = data.OneHotEncoder(handle_unknown="ignore").fit(["cat", "dog"])
    assert lenient.transform(["cow", "dog"]).tolist() == [[0, 0], [0, 1]]


def test_agrees_with_the_function():
    y = data.load_iris().y
    ours = data.OneHotEncoder().fit_transform(y).numpy()
    np.testing.assert_array_equal(ours, nn.functional.one_hot(y, 3).numpy())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda e: e.transform([1]), RuntimeError, "fit first"),
        (lambda e: e.fit([]), ValueError, "no samples"),
        (lambda e: e.fit([1.0, float("nan")]), ValueError, "NaN"),
        (lambda e: e.fit(np.zeros((2, 2, 2))), ValueError, r"\(2, 2, 2\)"),
        (lambda e: e.fit([1, 2]).transform([[1, 2]]), ValueError, "1 columns; got 2"),
        (lambda e: e.fit([1, 2]).inverse_transform([[1, 0, 0]]), ValueError, r"\(N, 2\)"),
        (lambda e: data.OneHotEncoder("skip"), ValueError, "'skip'"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(data.OneHotEncoder())
