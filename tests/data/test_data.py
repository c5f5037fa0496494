"""Data sets, loaders, splits and scalers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn import data


@given(st.integers(1, 50), st.integers(1, 60), st.booleans(), st.booleans())
def test_every_sample_once_an_epoch(n, batch_size, shuffle, drop_last):
    numbers = pynn.arange(n)
    loader = data.DataLoader(
        data.TensorDataset(numbers, numbers * 2), batch_size, shuffle=shuffle, drop_last=drop_last
    )
    for _ in range(2):
        batches = list(loader)
        assert len(batches) == len(loader) == (n // batch_size if drop_last else -(-n // batch_size))
        seen = [i for x, _ in batches for i in x.tolist()]
        assert len(set(seen)) == len(seen) == (n // batch_size * batch_size if drop_last else n)
        assert all((y.numpy() == 2 * x.numpy()).all() for x, y in batches)
        if not shuffle:
            assert seen == list(range(len(seen)))


def test_orders_follow_the_seed():
    numbers = data.TensorDataset(pynn.arange(100))

    def epochs(seed):
        loader = data.DataLoader(numbers, 10, shuffle=True, seed=seed)
        return [[i for (x,) in loader for i in x.tolist()] for _ in range(2)]

    first = epochs(3)
    assert first == epochs(3)
    assert first[0] != first[1]
    assert first != epochs(4)


def test_own_datasets_are_collated():
    class Squares(data.Dataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return {"x": np.float32(index), "y": index**2}

    batches = list(data.DataLoader(Squares(), batch_size=2))
    assert [b["y"].tolist() for b in batches] == [[0, 1], [4, 9], [16]]


def test_parts_and_sums_of_datasets():
    whole = data.TensorDataset(pynn.arange(10))
    parts = data.random_split(whole, [0.7, 0.3], generator=0)
    assert [len(p) for p in parts] == [7, 3]
    joined = data.ConcatDataset(parts)
    assert sorted(int(joined[i][0]) for i in range(10)) == list(range(10))
    with pytest.raises(ValueError, match="10"):
        data.random_split(whole, [7, 4])


def test_tensors_of_one_dataset_have_one_length():
    with pytest.raises(ValueError, match=r"3.*4"):
        data.TensorDataset(pynn.zeros(3), pynn.zeros(4))


def test_stratified_split_keeps_proportions_and_pairs():
    y = np.repeat([0, 1, 2], [60, 30, 10])
    x = np.arange(100)
    x_train, x_test, y_train, y_test = data.train_test_split(x, y, test_size=0.2, stratify=y, seed=0)
    assert np.bincount(y_test).tolist() == [12, 6, 2]
    assert sorted([*x_train, *x_test]) == list(range(100))
    np.testing.assert_array_equal(y[x_train], y_train)
    again = data.train_test_split(x, y, test_size=0.2, stratify=y, seed=0)
    np.testing.assert_array_equal(again[1], x_test)


@pytest.mark.parametrize(
    ("arrays", "how", "message"),
    [
        (([1, 2], [1]), {}, "2, 1 samples"),
        ((), {}, "at least one array"),
        ((range(10),), {"test_size": 1.5}, "test_size"),
        ((range(10),), {"test_size": 8, "train_size": 8}, "10"),
        (([0, 0, 1],), {"stratify": [0, 0, 1]}, "one sample"),
    ],
)
def test_impossible_splits(arrays, how, message):
    with pytest.raises(ValueError, match=message):
        data.train_test_split(*arrays, **how)


def test_scalers_learn_from_training_data_alone():
    rng = np.random.default_rng(0)
    x = rng.normal(3, 2, (50, 4)).astype(np.float32)
    x[:, 2] = 7  # never varies
    scaler = data.StandardScaler().fit(x[:40])
    z = scaler.transform(x)
    assert np.isfinite(z).all()
    np.testing.assert_allclose(z[:40].mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(z[:40, [0, 1, 3]].std(0), 1, rtol=1e-4)
    np.testing.assert_allclose(scaler.inverse_transform(z), x, rtol=1e-5)
    low_high = data.MinMaxScaler((-1.0, 1.0)).fit_transform(x)
    assert low_high[:, 0].min() == pytest.approx(-1)
    assert low_high[:, 0].max() == pytest.approx(1)
    assert isinstance(data.StandardScaler().fit_transform(pynn.tensor(x)), pynn.Tensor)
    with pytest.raises(RuntimeError, match="call fit first"):
        data.StandardScaler().transform(x)
    with pytest.raises(ValueError, match=r"4.*3|3.*4"):
        scaler.transform(x[:, :3])


def test_bundled_sets():
    x, y = data.load_digits()
    assert x.shape == (1797, 64)
    assert np.bincount(y.numpy()).min() > 170
    assert (x.min().item(), x.max().item()) == (0, 16)
    flowers = data.load_iris()
    assert np.bincount(flowers.y.numpy()).tolist() == [50, 50, 50]
    assert flowers.x.numpy()[0].tolist() == pytest.approx([5.1, 3.5, 1.4, 0.2])


def test_datasets_side_by_side() -> None:
    x, y = data.TensorDataset(pynn.arange(3)), [5, 6, 7]
    both = data.StackDataset(x, y)
    assert len(both) == 3
    assert both[2] == ((pynn.tensor(2),), 7)
    assert data.StackDataset(a=y, b=y)[0] == {"a": 5, "b": 5}
    with pytest.raises(ValueError, match=r"different lengths: \[2, 3\]"):
        data.StackDataset(x, [1, 2])
    with pytest.raises(ValueError, match="each with a name"):
        data.StackDataset(x, y=y)
