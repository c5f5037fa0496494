"""Padding, bucketing, windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynn
from pynn import data, text

ROWS = st.lists(st.lists(st.integers(1, 99), max_size=9), min_size=1, max_size=9)


@given(ROWS, st.sampled_from(["right", "left"]), st.none() | st.integers(1, 12))
def test_padding_keeps_what_there_is_room_for(rows, side, length):
    tokens, lengths, mask = text.pad_batch(rows, -1, length, side)
    size = max(map(len, rows)) if length is None else length
    assert tokens.shape == mask.shape == (len(rows), size)
    for row, out, n, real in zip(rows, tokens.tolist(), lengths.tolist(), mask.tolist(), strict=True):
        kept = row[:size] if side == "right" else row[max(0, len(row) - size) :]
        filling = [-1] * (size - len(kept))
        assert out == ([*kept, *filling] if side == "right" else [*filling, *kept])
        assert n == sum(real) == len(kept)
        assert [i for i, is_real in zip(out, real, strict=True) if is_real] == kept


def test_types_and_steps_of_several_numbers():
    floats = text.pad_batch([[0.5], [1, 2]]).tokens
    assert (floats.dtype, floats.tolist()) == (pynn.float32, [[0.5, 0.0], [1.0, 2.0]])
    assert text.pad_batch([np.array([1], np.uint16)]).tokens.dtype == pynn.int64
    steps = text.pad_batch([pynn.ones(2, 3), np.ones((4, 3))])
    assert steps.tokens.shape == (2, 4, 3)
    assert steps.tokens.sum((1, 2)).tolist() == [6, 12]
    assert text.pad_batch([[], []]).tokens.shape == (2, 0)


def test_collate_pads_the_parts_that_are_sequences():
    samples = [([1, 2], [3], 0, "a"), ([4], [5, 6, 7], 1, "b")]
    (x, n, _), other, labels, names = text.PadCollate()([(a, [9, 9], c, d) for a, _, c, d in samples])
    assert x.tolist() == [[1, 2], [4, 0]]
    assert n.tolist() == [2, 1]
    assert [part.tolist() for part in other] == [[9, 9], [9, 9]]
    assert (labels.tolist(), names) == ([0, 1], ["a", "b"])
    source, target, _, _ = text.PadCollate(pad=-1, sequences=(0, 1), lengths=False)(samples)
    assert source.tolist() == [[1, 2], [4, -1]]
    assert target.tolist() == [[3, -1, -1], [5, 6, 7]]
    assert text.PadCollate(lengths=False, length=1, side="left")([[1, 2], [3]]).tolist() == [[2], [3]]


def test_buckets_hold_every_sample_once_and_little_filling():
    lengths = np.random.default_rng(0).integers(1, 200, 1003)
    batches = text.BucketBatchSampler(lengths, 16, generator=0)
    epochs = [list(batches) for _ in range(2)]
    assert epochs[0] != epochs[1]
    again = text.BucketBatchSampler(lengths, 16, generator=0)
    assert [list(again) for _ in range(2)] == epochs
    for epoch in epochs:
        assert len(epoch) == len(batches) == 63
        assert sorted(i for batch in epoch for i in batch) == list(range(1003))
        filled = sum(len(batch) * lengths[batch].max() for batch in epoch)
        assert filled < 1.05 * lengths.sum()  # in random batches it is 1.9 times
        means = [lengths[batch].mean() for batch in epoch]
        assert means != sorted(means)  # short and long ones take turns


@given(st.integers(0, 50), st.integers(1, 9), st.integers(1, 3), st.booleans(), st.booleans())
def test_buckets_of_every_size(count, batch_size, pool, shuffle, drop_last):
    sampler = text.BucketBatchSampler(list(range(count)), batch_size, shuffle, drop_last, pool)
    batches = list(sampler)
    assert len(batches) == len(sampler)
    seen = [i for batch in batches for i in batch]
    assert len(set(seen)) == len(seen) == (count // batch_size * batch_size if drop_last else count)
    if not shuffle:
        assert seen == list(range(len(seen)))


def test_buckets_in_a_loader():
    texts, labels = data.make_reviews(100, generator=0)
    words = text.WordVocabulary(texts)
    samples = [(words.encode(each), label) for each, label in zip(texts, labels.tolist(), strict=True)]
    sampler = text.BucketBatchSampler([len(ids) for ids, _ in samples], 8, generator=0)
    loader = data.DataLoader(samples, batch_sampler=sampler, collate_fn=text.PadCollate(), num_workers=2)
    seen = {}
    for (tokens, lengths, _), targets in loader:
        for row, n, label in zip(tokens, lengths.tolist(), targets.tolist(), strict=True):
            seen[words.decode(row[:n])] = label
    assert seen == {words.decode(ids): label for ids, label in samples}


@given(st.integers(2, 60), st.integers(1, 12), st.integers(1, 15))
def test_windows_are_the_stream_and_the_stream_one_later(count, length, stride):
    stream = np.arange(count) + 100
    if count <= length:
        with pytest.raises(ValueError, match="the stream has"):
            text.WindowDataset(stream, length, stride)
        return
    windows = text.WindowDataset(stream, length, stride)
    starts = [start for start in range(0, count, stride) if start + length < count]
    assert len(windows) == len(starts)
    for index, start in enumerate(starts):
        x, y = windows[index]
        assert x.tolist() == stream[start : start + length].tolist()
        assert y.tolist() == stream[start + 1 : start + length + 1].tolist()
    x, y = windows.take(slice(0, len(windows)))
    assert x.tolist() == [windows[i][0].tolist() for i in range(len(windows))]
    assert y.tolist() == [windows[i][1].tolist() for i in range(len(windows))]
    assert windows[-1][0].tolist() == windows[len(windows) - 1][0].tolist()


def test_windows_copy_nothing():
    stream = pynn.arange(10)
    x, y = text.WindowDataset(stream, 4)[0]
    stream[1] = 77
    assert x.tolist() == [0, 77, 2, 3]
    assert y.tolist() == [77, 2, 3, 4]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "uint32", "int64"])
def test_windows_of_every_type_of_token(dtype):
    windows = text.WindowDataset(np.arange(50).astype(dtype), 8)
    assert windows[0][0].dtype == windows.take(np.array([1]))[0].dtype == pynn.int64
    batches = list(data.DataLoader(windows, 3, shuffle=True, seed=0))
    assert sorted(x[0].item() for batch in batches for x in batch[0]) == [0, 8, 16, 24, 32, 40]


def test_random_windows_follow_the_seed():
    windows = text.WindowDataset(list(range(1000)), 5, stride=1)

    def starts(seed):
        anywhere = data.RandomSampler(windows, True, 40, generator=seed)
        return [i for x, _ in data.DataLoader(windows, 8, sampler=anywhere) for i in x[:, 0].tolist()]

    assert starts(1) == starts(1) != starts(2)
    assert len(set(starts(1))) > 30
