"""DataLoader: what it costs, what it hands over, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import pynn
from pynn import data


class Counted(data.TensorDataset):
    """Counts how it is read."""

    def __init__(self, *tensors):
        super().__init__(*tensors)
        self.single, self.gathered = 0, 0

    def __getitem__(self, index):
        self.single += 1
        return super().__getitem__(index)

    def take(self, indices):
        self.gathered += 1
        return super().take(indices)


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_batch_in_memory_is_one_gather(shuffle):
    counted = Counted(pynn.arange(25))
    batches = list(data.DataLoader(counted, batch_size=10, shuffle=shuffle))
    assert (counted.gathered, counted.single) == (3, 0)
    assert [len(x) for (x,) in batches] == [10, 10, 5]
    part = data.Subset(counted, range(5, 15))
    seen = [i for (x,) in data.DataLoader(part, 4, shuffle=shuffle) for i in x.tolist()]
    assert (counted.gathered, counted.single) == (6, 0)
    assert sorted(seen) == list(range(5, 15))


@pytest.mark.parametrize("workers", [1, 3])
def test_readers_ahead_keep_the_order(workers):
    numbers = data.TensorDataset(pynn.arange(50))
    plain = [x.tolist() for (x,) in data.DataLoader(numbers, 7, shuffle=True, seed=1)]
    ahead = data.DataLoader(numbers, 7, shuffle=True, seed=1, num_workers=workers)
    assert [x.tolist() for (x,) in ahead] == plain


def test_collate_fn_makes_the_batch():
    loader = data.DataLoader([1, 2, 3], batch_size=2, collate_fn=lambda samples: sum(samples))
    assert list(loader) == [3, 3]


def test_samples_that_do_not_fit_together():
    uneven = [np.zeros(2), np.zeros(3)]
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        list(data.DataLoader(uneven, batch_size=2))


def test_an_order_of_ones_own():
    numbers = data.TensorDataset(pynn.arange(6))
    loader = data.DataLoader(numbers, batch_size=2, sampler=[5, 3, 1])
    assert [x.tolist() for (x,) in loader] == [[5, 3], [1]]
    loader = data.DataLoader(numbers, batch_sampler=[[0, 5], [1]])
    assert [x.tolist() for (x,) in loader] == [[0, 5], [1]]
    with pytest.raises(IndexError, match=r"6"):
        list(data.DataLoader(numbers, batch_size=1, sampler=[6]))


def test_streams():
    class Lines(data.IterableDataset):
        def __iter__(self):
            return iter(range(5))

    assert [b.tolist() for b in data.DataLoader(Lines(), batch_size=2)] == [[0, 1], [2, 3], [4]]
    assert [b.tolist() for b in data.DataLoader(Lines(), batch_size=2, drop_last=True)] == [[0, 1], [2, 3]]
    with pytest.raises(TypeError, match="how many"):
        len(data.DataLoader(Lines()))


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size"),
        ({"batch_size": 2.5}, (ValueError, TypeError), "batch_size"),
        ({"num_workers": -1}, ValueError, "num_workers"),
        ({"shuffle": True, "sampler": [0]}, ValueError, "choose one"),
        ({"batch_sampler": [[0]], "drop_last": True}, ValueError, "takes the place"),
        ({"shuffle": True, "seed": -1}, TypeError, "seed"),
    ],
)
def test_mistakes_are_explained(how, error, message):
    with pytest.raises(error, match=message):
        list(data.DataLoader(data.TensorDataset(pynn.zeros(4)), **how))
    with pytest.raises(TypeError, match="TensorDataset"):
        data.DataLoader(iter([1]))


def test_weighted_sampling_prefers_the_heavy():
    sampler = data.WeightedRandomSampler([1.0, 0.0, 9.0], 1000, generator=0)
    counts = np.bincount(list(sampler), minlength=3)
    assert counts[1] == 0
    assert 850 < counts[2] < 950
