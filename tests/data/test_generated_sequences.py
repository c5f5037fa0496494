"""Generated texts, dates and tasks of memory."""

from __future__ import annotations

import datetime
import re

import numpy as np
import pytest

from pynn import data


def test_reviews_are_balanced_and_follow_the_seed():
    texts, labels = data.make_reviews(1000, generator=3)
    assert labels.sum().item() == 500
    again, same = data.make_reviews(1000, generator=3)
    assert (again, same.tolist()) == (texts, labels.tolist())
    assert data.make_reviews(1000, generator=4)[0] != texts
    assert len(set(texts)) > 950
    assert data.make_reviews(0)[0] == []


PRAISE = {"wonderful", "brilliant", "delightful", "charming", "excellent", "superb", "good", "great"}
PRAISE |= {"loved", "enjoyed", "admired", "love", "enjoy", "admire"}
BLAME = {"dull", "awful", "clumsy", "terrible", "tedious", "dreadful", "bad", "poor"}
BLAME |= {"hated", "disliked", "regretted", "hate", "dislike", "regret"}


def balance(text):
    words = text.split()
    return sum(word in PRAISE for word in words) - sum(word in BLAME for word in words)


def test_easy_reviews_are_told_by_their_words_and_hard_ones_by_order():
    texts, labels = data.make_reviews(500, hard=0, generator=0)
    assert all((balance(text) > 0) == label for text, label in zip(texts, labels.tolist(), strict=True))
    texts, labels = data.make_reviews(500, hard=1, generator=0)
    right = [(balance(text) > 0) == label for text, label in zip(texts, labels.tolist(), strict=True)]
    assert np.mean(right) < 0.5  # counting words is worse than guessing
    for text, label in zip(texts, labels.tolist(), strict=True):
        last = balance(re.split(r" but |although .*? , ", text)[-1])
        turned = " not " in text or " nothing " in text
        assert (last > 0) == (label != turned), text


def read(text):
    """What a person would read; the forms are told apart by their signs."""
    if "/" in text:
        return tuple(map(int, text.split("/")))
    if "." in text:
        return tuple(map(int, text.split(".")))[::-1]
    year = int(re.search(r"\d{4}", text)[0])
    day = int(re.search(r"(?<!\d)\d{1,2}(?!\d)", text)[0])
    months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    words = [word[:3] for word in re.findall("[a-z]+", text)]
    (month,) = [months.index(word) + 1 for word in words if word in months]
    return year, month, day


def test_dates_mean_what_they_are_translated_to():
    written, iso = data.make_dates(2000, 1700, 2300, generator=0)
    assert len(written) == len(iso) == 2000
    for text, answer in zip(written, iso, strict=True):
        date = datetime.date.fromisoformat(answer)
        assert read(text) == (date.year, date.month, date.day), (text, answer)
        names = [word for word in re.findall("[a-z]+", text) if word.endswith("day")]
        assert names in ([], [date.strftime("%A").lower()])
    assert {1700, 2300} <= {int(answer[:4]) for answer in data.make_dates(5000, 1700, 2300, 0)[1]}
    assert len({re.sub("[a-z]+", "w", re.sub(r"\d+", "0", text)) for text in written}) >= 9
    assert data.make_dates(50, generator=1) == data.make_dates(50, generator=1)
    assert data.make_dates(2, 1, 1)[1][0].startswith("0001-")


@pytest.mark.parametrize("length", [2, 3, 100])
def test_the_adding_problem_has_a_mark_in_each_half(length):
    x, y = (part.numpy() for part in data.make_adding(400, length, generator=0))
    assert x.shape == (400, length, 2)
    assert set(np.unique(x[..., 1])) <= {0.0, 1.0}
    assert (x[:, : length // 2, 1].sum(1) == 1).all()
    assert (x[:, length // 2 :, 1].sum(1) == 1).all()
    np.testing.assert_allclose(y, (x[..., 0] * x[..., 1]).sum(1))
    assert ((y - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.2)


@pytest.mark.parametrize(("length", "delay", "symbols"), [(1, 1, 1), (3, 1, 5), (10, 50, 8)])
def test_the_copy_task_asks_for_what_was_shown(length, delay, symbols):
    x, y = (part.numpy() for part in data.make_copy(200, length, delay, symbols, generator=0))
    assert x.shape == y.shape == (200, delay + 2 * length)
    shown = x[:, :length]
    assert set(np.unique(shown)) == set(range(1, symbols + 1))
    np.testing.assert_array_equal(y[:, -length:], shown)
    assert (y[:, :-length] == 0).all()
    (sign,) = set(np.argmax(x == symbols + 1, axis=1))
    assert sign == length + delay - 1
    assert np.count_nonzero(x[:, length:]) == 200
    assert (shown[0] != shown[1]).any() or length == 1
