"""Missing values, outliers, scaling, categories, folds and balance: as scikit-learn does it."""

from __future__ import annotations

import json

import numpy as np
import pytest

import pynn
from pynn import data

NAN = float("nan")
WORDS = np.array([["red", "s"], ["blue", "m"], ["red", "l"], ["green", "m"]], dtype=object)


def some_numbers(holes: bool = False) -> np.ndarray:
    random = np.random.default_rng(0)
    x = random.standard_t(2, (80, 4)) * [1, 10, 0.1, 3] + [0, 5, -2, 100]
    x[:, 3] = x[:, 3].round()
    if holes:
        x[random.random(x.shape) < 0.2] = NAN
        x[:, 1] = np.where(np.isnan(x[:, 1]), 0, x[:, 1])  # a feature that lacks nothing
    return x


# ---- missing values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent", "constant"])
@pytest.mark.parametrize("add_indicator", [False, True])
def test_what_is_put_in_is_what_scikit_learn_puts_in(strategy: str, add_indicator: bool) -> None:
    impute = pytest.importorskip("sklearn.impute")
    x = some_numbers(holes=True)
    theirs = impute.SimpleImputer(strategy=strategy, add_indicator=add_indicator).fit(x[:50])
    ours = data.SimpleImputer(strategy, add_indicator=add_indicator).fit(x[:50])
    np.testing.assert_allclose(ours.transform(x), theirs.transform(x), rtol=1e-14)
    np.testing.assert_allclose(ours.statistics_, theirs.statistics_.astype(float), rtol=1e-14)


def test_missing_words() -> None:
    words = np.array([["b", None], ["a", "x"], [None, "x"], ["b", NAN]], dtype=object)
    filled = data.SimpleImputer("most_frequent").fit_transform(words)
    assert filled.tolist() == [["b", "x"], ["a", "x"], ["b", "x"], ["b", "x"]]
    assert data.SimpleImputer("constant", "?").fit_transform(words)[2, 0] == "?"
    assert data.SimpleImputer("constant").fit_transform(words)[0, 1] == "missing"
    assert words[0, 1] is None  # as it was
    with pytest.raises(ValueError, match="words have no mean"):
        data.SimpleImputer().fit(words)


def test_of_equally_frequent_values_the_least_is_put_in() -> None:
    assert data.SimpleImputer("most_frequent").fit([[3.0], [1.0], [NAN]]).statistics_.tolist() == [1.0]


def test_tensors_stay_tensors_and_keep_their_dtype() -> None:
    x = pynn.tensor([[1.0, NAN], [3.0, 4.0]])
    filled = data.SimpleImputer().fit_transform(x)
    assert isinstance(filled, pynn.Tensor)
    assert filled.dtype == pynn.float32
    assert filled.tolist() == [[1, 4], [3, 4]]
    assert isinstance(data.OutlierFence().fit_transform(x), pynn.Tensor)
    assert data.SimpleImputer().fit_transform([[1, None], [3, 4]]).tolist() == [[1, 4], [3, 4]]


# ---- outliers -----------------------------------------------------------------------------------------


def test_fences_by_their_formulas() -> None:
    x = some_numbers()
    below, above = np.percentile(x, [25, 75], axis=0)
    fence = data.OutlierFence().fit(x)
    np.testing.assert_allclose(fence.low_, below - 1.5 * (above - below))
    np.testing.assert_allclose(fence.high_, above + 1.5 * (above - below))
    wide = data.OutlierFence("zscore", 2).fit(x)
    np.testing.assert_allclose(wide.high_, x.mean(0) + 2 * x.std(0))
    clipped = fence.transform(x)
    outside = (x < fence.low_) | (x > fence.high_)
    assert outside.any()
    np.testing.assert_array_equal(clipped, np.clip(x, fence.low_, fence.high_))
    np.testing.assert_array_equal(fence.inside(x), ~outside.any(1))
    holes = data.OutlierFence(action="missing").fit(x).transform(x)
    np.testing.assert_array_equal(np.isnan(holes), outside)


def test_a_missing_value_moves_no_fence_and_is_no_outlier() -> None:
    x = np.array([[1.0], [2.0], [3.0], [NAN]])
    fence = data.OutlierFence().fit(x)
    np.testing.assert_array_equal(fence.low_, data.OutlierFence().fit(x[:3]).low_)
    assert fence.inside(x).all()
    assert np.isnan(fence.transform(x)[3, 0])


# ---- scaling ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("StandardScaler", {}),
        ("MinMaxScaler", {"feature_range": (-1, 2)}),
        ("RobustScaler", {}),
        ("RobustScaler", {"quantile_range": (10.0, 80.0), "with_centering": False}),
        ("RobustScaler", {"with_scaling": False}),
    ],
)
def test_scalers_agree_with_scikit_learn(name: str, options: dict) -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    x = some_numbers()
    x[:, 2] = 7  # never changes
    theirs = getattr(preprocessing, name)(**options).fit(x[:50])
    ours = getattr(data, name)(**options).fit(x[:50])
    np.testing.assert_allclose(ours.transform(x), theirs.transform(x), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(ours.inverse_transform(ours.transform(x)), x, rtol=1e-12)


# ---- categories ---------------------------------------------------------------------------------------


def test_numbers_of_categories_agree_with_scikit_learn() -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    theirs = preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(WORDS[:3])
    ours = data.OrdinalEncoder("use_encoded_value").fit(WORDS[:3])
    np.testing.assert_array_equal(ours.transform(WORDS).numpy(), theirs.transform(WORDS))
    assert ours.transform(WORDS).dtype == pynn.int64
    np.testing.assert_array_equal(ours.inverse_transform(ours.transform(WORDS[:3])), WORDS[:3])
    labels = ["dog", "cat", "cow", "cat"]
    np.testing.assert_array_equal(
        data.LabelEncoder().fit_transform(labels).numpy(), preprocessing.LabelEncoder().fit_transform(labels)
    )
    one_hot = preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(WORDS[:3])
    mine = data.OneHotEncoder("ignore").fit(WORDS[:3])
    np.testing.assert_array_equal(mine.transform(WORDS).numpy(), one_hot.transform(WORDS))


def test_what_was_not_there_in_fit() -> None:
    encoder = data.OrdinalEncoder("use_encoded_value", unknown_value=9).fit(["a", "b"])
    assert encoder.transform(["b", "z"]).tolist() == [1, 9]
    with pytest.raises(ValueError, match="9 is the number of no category"):
        encoder.inverse_transform([9])
    with pytest.raises(ValueError, match=r"'z' at position 1.*'a', 'b'"):
        data.OrdinalEncoder().fit(["a", "b"]).transform(["b", "z"])


# ---- kept as JSON -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "x"),
    [
        (data.StandardScaler(), some_numbers()),
        (data.MinMaxScaler((-1, 1)), some_numbers()),
        (data.RobustScaler(quantile_range=(5, 95)), some_numbers()),
        (data.OutlierFence("zscore", 1.0, "missing"), some_numbers()),
        (data.SimpleImputer("median", add_indicator=True), some_numbers(holes=True)),
        (data.SimpleImputer(add_indicator=True), some_numbers()),  # nothing to indicate
        (data.SimpleImputer("constant", "?"), np.array([["a", None], ["b", "c"]], dtype=object)),
        (data.OneHotEncoder("ignore"), WORDS),
        (data.OrdinalEncoder("use_encoded_value"), WORDS),
        (data.LabelEncoder(), WORDS[:, 0]),
        (data.OrdinalEncoder(), np.array([3, 1, 3])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_learned_is_kept(made: data.StandardScaler, x: np.ndarray) -> None:
    kind = type(made)
    unfitted = kind.from_dict(json.loads(json.dumps(made.to_dict(), allow_nan=False)))
    with pytest.raises(RuntimeError, match="call fit first"):
        unfitted.transform(x)
    made.fit(x[::2])
    if x.dtype.kind != "f":  # of categories only those that were learned
        x = x[::2]
    again = kind.from_dict(json.loads(json.dumps(made.to_dict(), allow_nan=False)))
    np.testing.assert_array_equal(np.asarray(again.transform(x)), np.asarray(made.transform(x)))
    if hasattr(made, "inverse_transform"):
        back = [np.asarray(each.inverse_transform(each.transform(x))) for each in (again, made)]
        np.testing.assert_array_equal(*back)


def test_a_state_of_another_kind_is_refused() -> None:
    state = data.StandardScaler().fit([[1.0], [2.0]]).to_dict()
    with pytest.raises(ValueError, match=r"MinMaxScaler.*StandardScaler"):
        data.MinMaxScaler.from_dict(state)
    with pytest.raises(ValueError, match="mean_"):
        data.StandardScaler.from_dict({**state, "learned": {"mean_": [1.0]}})
    with pytest.raises(ValueError, match="list"):
        data.StandardScaler.from_dict([])


# ---- parts, folds, balance ----------------------------------------------------------------------------


def test_three_parts() -> None:
    y = np.repeat([0, 1, 2], [60, 30, 10])
    x = np.arange(100)
    parts = data.train_val_test_split(x, y, sizes=(0.6, 0.2, 0.2), stratify=y, seed=0)
    assert [len(part) for part in parts] == [60, 20, 20, 60, 20, 20]
    assert sorted(np.concatenate(parts[:3])) == list(range(100))
    assert [np.bincount(part).tolist() for part in parts[3:]] == [[36, 18, 6], [12, 6, 2], [12, 6, 2]]
    for numbers, labels in zip(parts[:3], parts[3:], strict=True):
        np.testing.assert_array_equal(y[numbers], labels)
    again = data.train_val_test_split(x, y, sizes=(0.6, 0.2, 0.2), stratify=y, seed=0)
    np.testing.assert_array_equal(again[1], parts[1])
    ordered = data.train_val_test_split(x, sizes=(50, 20, 10), shuffle=False)
    assert [part.tolist() for part in ordered] == [[*range(50)], [*range(50, 70)], [*range(70, 80)]]
    shuffled = data.train_val_test_split(x, seed=3)
    assert [len(part) for part in shuffled] == [70, 15, 15]
    assert sorted(np.concatenate(shuffled)) == list(range(100))


@pytest.mark.parametrize("kind", ["KFold", "StratifiedKFold"])
@pytest.mark.parametrize("shuffle", [False, True])
def test_every_sample_is_tested_once(kind: str, shuffle: bool) -> None:
    y = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [17, 9, 6]))
    folds = list(getattr(data, kind)(5, shuffle=shuffle, seed=0 if shuffle else None).split(y, y))
    assert len(folds) == 5
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(32))
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(32))
        assert len(test) in (6, 7)
        if kind == "StratifiedKFold":
            there = np.bincount(y[test], minlength=3)
            assert (there >= [3, 1, 1]).all()
            assert (there <= [4, 2, 2]).all()
    if shuffle:
        again = list(getattr(data, kind)(5, shuffle=True, seed=0).split(y, y))
        other = list(getattr(data, kind)(5, shuffle=True, random_state=1).split(y, y))
        np.testing.assert_array_equal(folds[0][1], again[0][1])
        assert folds[0][1].tolist() != other[0][1].tolist()


@pytest.mark.parametrize("kind", ["KFold", "StratifiedKFold"])
def test_folds_in_order_are_those_of_scikit_learn(kind: str) -> None:
    selection = pytest.importorskip("sklearn.model_selection")
    y = np.array(list("bbabcabccbabbbaaacccbbb"))
    theirs = getattr(selection, kind)(3).split(y, y)
    for (train, test), (their_train, their_test) in zip(
        getattr(data, kind)(3).split(y, y), theirs, strict=True
    ):
        np.testing.assert_array_equal(test, their_test)
        np.testing.assert_array_equal(train, their_train)


def test_a_rare_class_is_warned_of_and_dealt_out_as_far_as_it_goes() -> None:
    y = np.array([0] * 10 + [7] * 2)
    with pytest.warns(UserWarning, match="2 samples of class 7 are too few for 3 parts"):
        parts = [test for _, test in data.StratifiedKFold(3).split(y, y)]
    assert sorted((y[part] == 7).sum() for part in parts) == [0, 1, 1]
    assert [len(part) for part in parts] == [4, 4, 4]


def test_scikit_learn_validates_by_these_folds() -> None:
    selection = pytest.importorskip("sklearn.model_selection")
    dummy = pytest.importorskip("sklearn.dummy")
    x, y = (part.numpy() for part in data.load_wine())
    ours, theirs = (
        selection.cross_val_score(dummy.DummyClassifier(), x, y, cv=module.StratifiedKFold(3))
        for module in (data, selection)
    )
    np.testing.assert_array_equal(ours, theirs)


def test_weights_make_rare_classes_count() -> None:
    y = np.repeat([2, 5, 7], [60, 30, 10])
    weights = data.class_weights(y)
    np.testing.assert_allclose(np.bincount(y)[[2, 5, 7]] * list(weights.values()), 100 / 3)
    np.testing.assert_allclose(data.sample_weights(pynn.tensor(y)), [weights[label] for label in y])
    utils = pytest.importorskip("sklearn.utils.class_weight")
    np.testing.assert_allclose(
        list(weights.values()), utils.compute_class_weight("balanced", classes=np.array([2, 5, 7]), y=y)
    )


def test_fit_takes_the_weights_of_classes() -> None:
    pynn.manual_seed(0)
    model = pynn.nn.Linear(1, 2)
    y = pynn.tensor([0] * 9 + [1])
    model.compile(pynn.optim.Adam(model.parameters(), lr=0.05), "cross_entropy")
    before = model.predict(pynn.ones(1, 1)).softmax(1)[0, 1].item()
    model.fit(pynn.ones(10, 1), y, epochs=200, verbose=0, class_weight=data.class_weights(y))
    after = model.predict(pynn.ones(1, 1)).softmax(1)[0, 1].item()
    assert after == pytest.approx(0.5, abs=0.02)
    assert before != pytest.approx(0.5, abs=0.02)


def test_balanced_by_drawing_again_or_leaving_out() -> None:
    y = np.repeat([0, 1, 2], [6, 3, 1])
    x = pynn.arange(10)
    more_x, more_y = data.oversample(x, y, seed=0)
    assert np.bincount(more_y).tolist() == [6, 6, 6]
    assert more_x[:10].tolist() == x.tolist()
    np.testing.assert_array_equal(y[more_x.numpy()], more_y)
    fewer_x, fewer_y = data.undersample(x, y, seed=0)
    assert fewer_y.tolist() == [0, 1, 2]
    assert len(set(fewer_x.tolist())) == 3
    (alone,) = data.undersample(x, labels=["a", "b"] * 5, seed=1)
    assert len(alone) == 10
