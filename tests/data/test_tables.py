"""Tables, and the preparer that makes one matrix of one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import pynn
from pynn import data

NAN = float("nan")
CSV = """town, age,children,income,class
Ulm,20,0,1000.5,poor
Bonn,?,1,2000,rich
,40,2,NA,poor
"Ulm",30,0,90000,rich
Köln,50,3,1500,poor
"""


@pytest.fixture
def people(tmp_path: Path) -> data.Table:
    path = tmp_path / "people.csv"
    path.write_text(CSV, encoding="utf-8")
    return data.read_table(path)


def test_columns_of_a_file_are_numbers_or_words(people: data.Table, tmp_path: Path) -> None:
    assert people.columns == ["town", "age", "children", "income", "class"]
    assert len(people) == 5
    assert [people[name].dtype for name in people.columns] == [object, "f8", "i8", "f8", object]
    assert people["town"].tolist() == ["Ulm", "Bonn", None, "Ulm", "Köln"]
    np.testing.assert_array_equal(people["age"], [20, NAN, 40, 30, 50])
    assert people.missing() == {"town": 1, "age": 1, "income": 1}
    assert "age" in people
    assert "Age" not in people
    some = data.read_table(tmp_path / "people.csv", columns=["class", "age"])
    assert some.columns == ["class", "age"]
    (tmp_path / "empty.csv").write_text("a;b\n")
    assert len(data.read_table(tmp_path / "empty.csv", delimiter=";")) == 0


def test_parts_of_a_table(people: data.Table) -> None:
    assert people[["age", "town"]].columns == ["age", "town"]
    assert people.drop("class").columns == ["town", "age", "children", "income"]
    assert people.take([3, 0])["town"].tolist() == ["Ulm", "Ulm"]
    assert people.take(people["children"] > 0)["children"].tolist() == [1, 2, 3]
    train, test, y_train, y_test = data.train_test_split(people, people["children"], test_size=2, seed=0)
    assert (len(train), len(test)) == (3, 2)
    np.testing.assert_array_equal(train["children"], y_train)
    np.testing.assert_array_equal(test["children"], y_test)


def test_a_preparer_by_hand(people: data.Table) -> None:
    preparer = data.TablePreparer("class", add_indicator=True, missing_words="category", outliers="clip")
    x = preparer.fit_transform(people.take(range(4))).numpy()
    assert preparer.feature_names == [
        *("age", "children", "income", "age is missing", "income is missing"),
        *("town=Bonn", "town=Ulm", "town=missing"),
    ]
    assert preparer.target_names == ["poor", "rich"]
    assert preparer.targets(people).tolist() == [0, 1, 0, 1, 0]
    age = np.array([20, 30, 40, 30])
    np.testing.assert_allclose(x[:, 0], (age - age.mean()) / age.std(), rtol=1e-6)
    income = np.array([1000.5, 2000, NAN, 90000])
    low, high = np.nanpercentile(income, [25, 75])
    income = np.minimum(income, high + 1.5 * (high - low))
    income[2] = np.nanmedian(income)
    np.testing.assert_allclose(x[:, 2], (income - income.mean()) / income.std(), rtol=1e-6)
    assert x[:, 3:].tolist() == [[0, 0, 0, 1, 0], [1, 0, 1, 0, 0], [0, 1, 0, 0, 1], [0, 0, 0, 1, 0]]
    # A town that was not there, and what the training part lacked nothing of.
    assert preparer.transform(people.drop("class").take([4]))[0, 3:].tolist() == [0, 0, 0, 0, 0]


def test_the_test_part_teaches_nothing(people: data.Table) -> None:
    preparer = data.TablePreparer("class").fit(people.take(range(3)))
    alone = preparer.transform(people.take([4]))
    assert alone.tolist() == preparer.transform(people)[4:].tolist()


def test_it_agrees_with_scikit_learn(people: data.Table) -> None:
    compose = pytest.importorskip("sklearn.compose")
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, RobustScaler

    cancer = data.load_breast_cancer()
    x = cancer.x.numpy().astype(np.float64)
    random = np.random.default_rng(0)
    x[random.random(x.shape) < 0.1] = NAN
    towns = random.choice(["Ulm", "Bonn", "Köln"], len(x)).astype(object)
    columns = dict(zip(cancer.feature_names, x.T, strict=True))
    table = data.Table({**columns, "town": towns})
    ours = data.TablePreparer(scaling="robust").fit(table.take(range(400)))
    theirs = compose.ColumnTransformer(
        [
            ("x", make_pipeline(SimpleImputer(strategy="median"), RobustScaler()), list(range(30))),
            ("town", OneHotEncoder(handle_unknown="ignore", sparse_output=False), [30]),
        ]
    )
    whole = np.concatenate([x.astype(object), towns[:, None]], axis=1)
    theirs.fit(whole[:400])
    np.testing.assert_allclose(ours.transform(table).numpy(), theirs.transform(whole), rtol=1e-5, atol=1e-6)


def test_it_is_kept_in_a_checkpoint(people: data.Table, tmp_path: Path) -> None:
    for options in (
        {},
        {"outliers": "missing", "scaling": "minmax", "add_indicator": True, "missing_words": "category"},
        {"scaling": None, "numeric": ["income"], "categorical": ["children", "age"]},
        {"numeric": [], "categorical": "town", "target_kind": "classes"},
        {"numeric": "age", "categorical": []},
    ):
        preparer = data.TablePreparer("class", **options).fit(people)
        text = json.dumps(preparer.to_dict(), allow_nan=False)
        pynn.save({"preparer": preparer.to_dict()}, tmp_path / "kept.safetensors")
        for state in (json.loads(text), pynn.load(tmp_path / "kept.safetensors")["preparer"]):
            again = data.TablePreparer.from_dict(state)
            assert again.transform(people).tolist() == preparer.transform(people).tolist()
            assert again.targets(people).tolist() == preparer.targets(people).tolist()
            assert again.feature_names == preparer.feature_names
            assert again.target_names == preparer.target_names
    with pytest.raises(RuntimeError, match="call fit first"):
        data.TablePreparer.from_dict(data.TablePreparer().to_dict()).transform(people)
    state["learned"]["scaler_"]["kind"] = "os.system"
    with pytest.raises(ValueError, match=r"no part of kind 'os.system'"):
        data.TablePreparer.from_dict(state)


def test_numbers_as_categories(people: data.Table) -> None:
    preparer = data.TablePreparer(numeric=[], categorical=["children"]).fit(people)
    assert preparer.feature_names == ["children=0", "children=1", "children=2", "children=3"]
    with_hole = data.Table({"children": [3.0, None, 1]})
    assert preparer.transform(with_hole).tolist() == [[0, 0, 0, 1], [1, 0, 0, 0], [0, 1, 0, 0]]


def test_targets_of_numbers(people: data.Table) -> None:
    preparer = data.TablePreparer(target="children").fit(people)
    assert preparer.targets(people).tolist() == [0, 1, 2, 0, 3]
    assert preparer.targets(people).dtype == pynn.float32
    assert preparer.target_names == ["children"]
    classes = data.TablePreparer(target="children", target_kind="classes").fit(people)
    assert classes.targets(people).dtype == pynn.int64
    assert classes.target_names == ["0", "1", "2", "3"]
    with pytest.raises(ValueError, match=r"'income' is missing in 1 rows.*number 2"):
        data.TablePreparer(target="income").fit(people).targets(people)


def test_data_frames_are_tables(people: data.Table, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(tmp_path / "people.csv", skipinitialspace=True, na_values="?")
    same = data.TablePreparer("class").fit(people)
    preparer = data.TablePreparer("class").fit(frame)
    np.testing.assert_array_equal(preparer.transform(frame).numpy(), same.transform(people).numpy())
    assert preparer.feature_names == same.feature_names
    train, test = data.train_test_split(frame, test_size=2, seed=0)
    assert type(train) is pandas.DataFrame
    assert (len(train), len(test)) == (3, 2)
    assert len(data.oversample(frame, labels=frame["class"])[0]) == 6
    # pandas' own types, which have one sign for all that is missing.
    own = frame.astype(
        {"age": "Int64", "town": "string", "income": "Float64", "children": "int8", "class": "category"}
    )
    np.testing.assert_array_equal(preparer.transform(own).numpy(), same.transform(people).numpy())
    assert data.Table(own).missing() == people.missing()
    assert data.Table(pandas.DataFrame({"yes": [True, False]}))["yes"].tolist() == [1, 0]
    imputer = data.SimpleImputer("median").fit(frame[["age", "income"]])
    assert imputer.transform(frame[["age", "income"]])[1, 0] == 35
    with pytest.raises(TypeError, match=r"'day' holds datetime64.*days since"):
        data.Table(pandas.DataFrame({"day": pandas.to_datetime(["2024-03-01"])}))


def test_columns_are_found_by_name_whatever_their_order(people: data.Table) -> None:
    preparer = data.TablePreparer("class").fit(people)
    turned = people[people.columns[::-1]]
    assert preparer.transform(turned).tolist() == preparer.transform(people).tolist()
