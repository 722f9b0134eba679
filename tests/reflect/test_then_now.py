"""Then and now: which numbers are compared, and what the picture says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random

import pytest
from review_pages import DAYS, jot, looked_at, page

from sexjournal.entry.entry import Entry
from sexjournal.entry.fields import KINDS
from sexjournal.entry.front_matter import Writable
from sexjournal.prompts.load import load_wording
from sexjournal.reflect.then_now import comparable_numbers, then_and_now, turn_message

# Then from top to bottom, now from left to right: held, settled, darker, grown, lighter.
TURNS = """
    h h l l g g g
    h h h l g g g
    d h h h g g g
    d d h h h g g
    d d d h h h g
    d d d s h h h
    d d d s s h h
"""
NAMES = {"h": "held", "s": "settled", "d": "darker", "g": "grown", "l": "lighter"}


def test_every_two_numbers_have_their_sentence() -> None:
    rows = [line.split() for line in TURNS.split("\n") if line.strip()]
    for then, row in enumerate(rows, 1):
        for now, letter in enumerate(row, 1):
            assert turn_message(then, now) == f"review.{NAMES[letter]}"
    messages = load_wording("en").messages, load_wording("nl").messages
    assert all(f"review.{name}" in said for said in messages for name in NAMES.values())


WEEK: dict[str, Writable] = {"cadence": "week", "at": "2026-07-22T20:10+02:00", "now": 5, "blind": True}


def difference(entry: Entry, review: Mapping[str, Writable]) -> int | None:
    """How much larger the number was then."""
    numbers = comparable_numbers(entry, review)
    return numbers[0] - numbers[1] if numbers else None


@pytest.mark.parametrize(
    ("entry", "changes", "expected"),
    [
        (page(rating=7), {}, 2),
        (page(rating=3), {}, -2),
        (page(rating=5), {}, 0),
        (page(rating=7), {"cadence": "month"}, 2),
        (page(rating=7), {"cadence": "free"}, 2),
        (page(rating=7), {"now": "5", "blind": "true"}, 2),
        (page(kind="fantasy", pull=7), {}, 2),
        (page(kind="fantasy", pull=7, rating=1), {}, 2),
        (page(rating=7), {"cadence": "year"}, None),
        (page(rating=7), {"cadence": "day"}, None),
        (page(rating=7), {"blind": False}, None),
        (page(rating=7), {"blind": "false"}, None),
        (page(rating=7), {"blind": None}, None),
        (page(rating=7), {"now": None, "reading": 5}, None),
        (page(rating=7), {"now": 8}, None),
        (page(rating=7), {"now": ["5"]}, None),
        (page(rating=7), {"free": "mixed"}, None),
        (page(rating=7), {"free": "yes"}, 2),
        (page(), {}, None),
        (page(rating=9), {}, None),
        (page(kind="fantasy", rating=7), {}, None),
        (page(kind="memory", now=7, rating=7), {}, None),
        (page(kind="wish", rating=7), {}, None),
        (page(rating=7, quiet=True), {}, None),
        (page(rating=7, wanted="no"), {}, None),
        (page(rating=7, early=True), {}, None),
    ],
)
def test_two_numbers_are_compared_where_they_can_be(
    entry: Entry, changes: dict[str, Writable], expected: int | None
) -> None:
    answers = {**WEEK, **changes}
    assert difference(entry, answers) == expected
    stored = entry.reviewed({name: value for name, value in answers.items() if value is not None})
    assert difference(stored, stored.reviews[-1]) == expected


def paired(number: int, then: int, now: int, **fields: Writable) -> Entry:
    """A page about day `number` of 2026 that was looked at again, blind, a week later."""
    written = f"{DAYS[DAYS.index('2026-01-01') + number]}T09:14+01:00"
    return page(written, id=f"page{number:04}", rating=then, **fields).reviewed({**WEEK, "now": now})


def test_the_picture_says_nothing_of_all_pages_below_twelve() -> None:
    eleven = [paired(number, 7, 5) for number in range(11)]
    few, enough = then_and_now(eleven), then_and_now([*eleven, paired(11, 4, 4)])
    assert (few.n, few.conclusive, few.median) == (11, False, None)
    assert (enough.n, enough.conclusive, enough.median) == (12, True, 2)
    assert enough.counts == {"held": 1, "settled": 11, "grown": 0, "lighter": 0, "darker": 0}


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    pages = [paired(number, 6, 6 - settled) for number, settled in enumerate([0] * 6 + [1] * 6)]
    assert then_and_now(pages).median == 0.5
    assert then_and_now([*pages, paired(12, 7, 1)]).median == 1
    assert then_and_now([*pages, paired(12, 1, 7)]).median == 0


def test_the_picture_draws_the_newest_twenty_and_counts_all() -> None:
    numbers = list(range(45))
    Random(7).shuffle(numbers)
    picture = then_and_now([paired(number, 7, 1 + number % 7) for number in numbers])
    assert [row.entry.id for row in picture.rows] == [f"page{number:04}" for number in range(44, 24, -1)]
    assert (picture.rows[0].day, picture.rows[0].then, picture.rows[0].now) == (date(2026, 2, 13), 7, 3)
    assert picture.n == 45
    assert picture.counts == {"held": 12, "settled": 12, "grown": 0, "lighter": 0, "darker": 21}


def test_a_row_holds_the_newest_numbers_and_the_words_given_with_them() -> None:
    entry = page(rating=7, kind="experience").reviewed({**WEEK, "now": 6, "size": "larger", "feeling": "same"})
    assert then_and_now([entry]).rows[0].size == "larger"
    entry = entry.reviewed({**WEEK, "cadence": "month", "at": "2026-08-20T20:00+02:00", "now": 4, "feeling": "softer"})
    others: list[dict[str, Writable]] = [
        {"cadence": "month", "at": "2026-09-20T20:00+02:00", "agree": "yes", "blind": True},  # the number was skipped
        {"cadence": "week", "at": "2026-09-20T20:00+02:00", "now": 1, "blind": False},
        {"cadence": "free", "at": "2026-09-20T20:00+02:00", "now": 1, "blind": True},
        {"cadence": "year", "at": "2027-07-15T20:00+02:00", "reading": 1, "blind": True},
        {"cadence": "week", "at": "2026-07-20T09:00+02:00", "now": 1, "blind": True},  # older, from another device
        {"cadence": "week", "at": "some time", "now": 1, "blind": True},
    ]
    for other in others:
        entry = entry.reviewed(other)
    (row,) = then_and_now([entry]).rows
    assert (row.then, row.now, row.size) == (7, 4, "")


def test_of_two_reviews_of_one_minute_the_one_below_is_the_newer() -> None:
    entry = page(rating=7).reviewed({**WEEK, "now": 3}).reviewed({**WEEK, "now": 6})
    assert [row.now for row in then_and_now([entry]).rows] == [6]


def test_the_picture_tells_what_is_not_in_it_and_why() -> None:
    pages = [
        paired(0, 6, 6),
        page(rating=6),
        looked_at(page(rating=6), "day", "2026-07-16T20:00+02:00"),
        looked_at(page(rating=6), "free", "2026-07-16T20:00+02:00", now=5, blind=True),
        paired(1, 6, 6, quiet=True),
        page(rating=6, wanted="no", date="2026", early=True),
        paired(2, 6, 6, early=True),
        page(rating=6, early=True, date="2009"),
        paired(3, 6, 6, date="2026-01"),
        page(kind="fantasy", date="2026-01-01~"),
        page(rating=6, date=None),
        looked_at(page(rating=6), "week", "2026-07-22T20:00+02:00", now=5, blind=False),
        looked_at(page(rating=6), "month", "2026-08-22T20:00+02:00", agree="yes", blind=True),
        looked_at(page(), "week", "2026-07-22T20:00+02:00", now=5, blind=True),
        *(page(kind=kind, rating=6) for kind in KINDS[2:]),
        jot(),
    ]
    picture = then_and_now(pages)
    assert picture.n == len(picture.rows) == 1
    assert picture.left_out == {"quiet": 2, "early": 2, "vague": 3, "unreviewed": 3, "unpaired": 3}


def test_an_empty_journal_has_an_empty_picture() -> None:
    picture = then_and_now([])
    assert (picture.rows, picture.n, picture.median, picture.conclusive) == ((), 0, None, False)
    assert set(picture.left_out.values()) == {0}
