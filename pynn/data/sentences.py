"""Generated texts whose meaning is known: reviews that praise or blame, and dates to translate."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable

import numpy as np

from pynn import _check, _core
from pynn._core import Tensor

from .random import Seed, numpy_generator

# ---- reviews -------------------------------------------------------------------------------------------

_TOPICS = {
    "film": ["plot", "acting", "music", "ending", "dialogue", "camera work", "first half", "lead actress"],
    "restaurant": ["soup", "service", "dessert", "menu", "waiter", "main course", "wine list", "bread"],
    "book": ["story", "prose", "first chapter", "hero", "translation", "last page", "cover", "humour"],
    "hotel": ["room", "bed", "breakfast", "view", "pool", "staff", "bathroom", "location"],
}
_WORDS = {  # what praises, and what blames
    1: ["wonderful", "brilliant", "delightful", "charming", "excellent", "superb", "good", "great"],
    0: ["dull", "awful", "clumsy", "terrible", "tedious", "dreadful", "bad", "poor"],
}
_VERBS = {1: ["loved", "enjoyed", "admired"], 0: ["hated", "disliked", "regretted"]}
_PLAIN_VERBS = {1: ["love", "enjoy", "admire"], 0: ["hate", "dislike", "regret"]}
_DEGREES = ["", "", "", "really ", "quite ", "truly ", "rather "]
_ASIDES = [
    "we went there on a {day} with my {person} .",
    "my {person} had told me about this {topic} .",
    "it was a {day} and it rained .",
    "this was my {nth} {topic} this year .",
    "a {person} gave me the idea .",
]
_FILLERS = {
    "day": ["monday", "tuesday", "friday", "saturday", "sunday"],
    "person": ["sister", "brother", "friend", "mother", "neighbour", "teacher"],
    "nth": ["first", "second", "third", "fifth"],
}


def make_reviews(
    n_samples: int = 2000, hard: float = 0.5, generator: Seed = None
) -> tuple[list[str], Tensor]:
    """Short reviews of films, books, restaurants and hotels from a grammar, and whether they praise.

    An easy review uses words of one kind. In a hard one the order of words decides: by a negation ("not
    bad"), or by what has the last word ("the soup was awful, but I loved the bread" praises, and turned
    round blames with the very same words). So a model that only counts words stays below one that reads.

    Args:
        n_samples: how many.
        hard: the share of reviews, 0 to 1, in which order decides.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        The texts, lower case with spaces between all words and signs, and labels `(N,)`: 1 for praise,
        0 for blame, half of each.

    Raises:
        ValueError: a negative count, or a share outside of 0 to 1.

    Example:
        >>> import pynn
        >>> texts, labels = pynn.data.make_reviews(4, generator=0)
        >>> len(texts), sorted(labels.tolist())
        (4, [0, 0, 1, 1])
    """
    count = _check.integer("make_reviews", "n_samples", n_samples, 0)
    share = _check.real("make_reviews", "hard", hard, 0, 1)
    numbers = numpy_generator(generator)
    labels = numbers.permutation(np.arange(count, dtype=np.int64) % 2)
    chance = random.Random(int(numbers.integers(2**62)))
    texts = [_review(chance, label, chance.random() < share) for label in labels.tolist()]
    return texts, _core.from_numpy(labels)


def _review(chance: random.Random, praise: int, hard: bool) -> str:
    topic, parts = chance.choice(list(_TOPICS.items()))
    first, second = chance.sample(parts, 2)
    if not hard:
        sentences = [f"{_clause(chance, part, praise)} ." for part in (first, second)]
    elif chance.random() < 0.5:
        sentences = [
            f"{_negated(chance, part, praise)} ." for part in (first, second)[: chance.randint(1, 2)]
        ]
    else:  # what comes last decides
        before, after = _clause(chance, first, 1 - praise), _clause(chance, second, praise)
        sentences = [chance.choice([f"{before} , but {after} .", f"although {before} , {after} ."])]
    for _ in range(chance.randint(0, 2)):
        words = {name: chance.choice(choices) for name, choices in _FILLERS.items()}
        aside = chance.choice(_ASIDES).format(topic=topic, **words)
        sentences.insert(chance.randint(0, len(sentences)), aside)
    return " ".join(sentences)


def _clause(chance: random.Random, part: str, praise: int) -> str:
    if chance.random() < 0.3:
        return f"i {chance.choice(_VERBS[praise])} the {part}"
    return f"the {part} was {chance.choice(_DEGREES)}{chance.choice(_WORDS[praise])}"


def _negated(chance: random.Random, part: str, praise: int) -> str:
    word = chance.choice(_WORDS[1 - praise])
    return chance.choice(
        [
            f"the {part} was not {chance.choice(_DEGREES)}{word}",
            f"there was nothing {word} about the {part}",
            f"i did not {chance.choice(_PLAIN_VERBS[1 - praise])} the {part}",
        ]
    )


# ---- dates ---------------------------------------------------------------------------------------------

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_FORMS: list[Callable[[datetime.date, str, str], str]] = [
    lambda d, month, day: f"{d.day} {month} {d.year}",
    lambda d, month, day: f"{d.day} {month[:3]} {d.year}",
    lambda d, month, day: f"{month} {d.day}, {d.year}",
    lambda d, month, day: f"{month[:3]} {d.day}, {d.year}",
    lambda d, month, day: f"{day}, {d.day} {month} {d.year}",
    lambda d, month, day: f"{day} {month} {d.day} {d.year}",
    lambda d, month, day: f"{day[:3]} {d.day} {month[:3]} {d.year}",
    lambda d, month, day: f"the {_ordinal(d.day)} of {month} {d.year}",
    lambda d, month, day: f"{month} {_ordinal(d.day)}, {d.year}",
    lambda d, month, day: f"{d.day}.{d.month}.{d.year}",
    lambda d, month, day: f"{d.day:02}.{d.month:02}.{d.year}",
    lambda d, month, day: f"{d.year}/{d.month:02}/{d.day:02}",
]


def make_dates(
    n_samples: int = 10_000,
    first_year: int = 1900,
    last_year: int = 2099,
    generator: Seed = None,
) -> tuple[list[str], list[str]]:
    """Dates as people write them, and the same in ISO form: a small task of translation.

    Twelve forms are used, such as "5 march 1998", "the 5th of march 1998", "thu 5 mar 1998" and "5.3.1998".
    Each has one meaning: with dots the day comes first, with slashes the year does. The source runs in
    another order than the target and at another length, which is what attention is for.

    Args:
        n_samples: how many.
        first_year: the earliest year, 1 or more.
        last_year: the latest, up to 9999.
        generator: a seed or NumPy generator; default: pynn's own random numbers.

    Returns:
        The dates as written, and as "YYYY-MM-DD", two lists of N.

    Raises:
        ValueError: a negative count, or years out of order.

    Example:
        >>> import pynn
        >>> written, iso = pynn.data.make_dates(3, generator=0)
        >>> [len(text) for text in iso]
        [10, 10, 10]
    """
    count = _check.integer("make_dates", "n_samples", n_samples, 0)
    first = _check.integer("make_dates", "first_year", first_year, 1)
    last = _check.integer("make_dates", "last_year", last_year)
    if not first <= last <= 9999:
        raise ValueError(
            f"make_dates: years run from first_year to last_year, at most 9999; got {first} to {last}"
        )
    low, high = datetime.date(first, 1, 1).toordinal(), datetime.date(last, 12, 31).toordinal()
    numbers = numpy_generator(generator)
    dates = [datetime.date.fromordinal(day) for day in numbers.integers(low, high + 1, count).tolist()]
    forms = numbers.integers(0, len(_FORMS), count).tolist()
    written = [
        _FORMS[form](date, _MONTHS[date.month - 1], _DAYS[date.weekday()])
        for date, form in zip(dates, forms, strict=True)
    ]
    return written, [date.isoformat() for date in dates]


def _ordinal(day: int) -> str:
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
