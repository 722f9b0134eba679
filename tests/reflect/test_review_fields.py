"""The section that asks about a page, and the fields of a review as they are kept."""

from __future__ import annotations

from datetime import datetime

import pytest
from review_pages import FIVE, local, page

from sexjournal.entry.entry import Entry, compose
from sexjournal.entry.fields import KINDS
from sexjournal.entry.front_matter import Writable
from sexjournal.prompts.load import load_wording
from sexjournal.reflect.due import REVIEW_CADENCES
from sexjournal.reflect.review import review_fields, review_section

# Which questions


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("cadence", [*REVIEW_CADENCES, "free"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_page_has_a_section_of_its_own_scale(language: str, cadence: str, kind: str) -> None:
    wording = load_wording("nl" if language == "nl" else "en")
    section = review_section(page(kind=kind), cadence)
    assert section in wording.sections
    scales = {one.scale for one in wording.prompts.values() if one.section == section and one.store == "review.now"}
    assert scales <= ({"pull"} if kind == "fantasy" else {"rating"})


@pytest.mark.parametrize(
    ("kind", "cadence", "expected"),
    [
        ("experience", "day", "review.day"),
        ("experience", "week", "review.week"),
        ("experience", "month", "review.month"),
        ("experience", "year", "review.year"),
        ("experience", "free", "review.week"),
        ("fantasy", "week", "review.week_fantasy"),
        ("fantasy", "month", "review.week_fantasy"),
        ("fantasy", "year", "review.year"),
        ("fantasy", "free", "review.week_fantasy"),
        ("memory", "free", "review.week"),
        ("memory", "year", "review.year"),
    ],
)
def test_a_review_has_its_section(kind: str, cadence: str, expected: str) -> None:
    assert review_section(page(kind=kind), cadence) == expected


# What is kept


def test_a_review_is_kept_on_one_line_as_the_house_writes_it() -> None:
    entry = page("2026-11-22T09:14+01:00", date="2026-11-21")
    answers: dict[str, Writable] = {
        "size": "larger",
        "note": "It was: good.",
        "feeling": "softer",
        "agree": "mostly",
        "now": 5,
    }
    taken = review_fields(entry, "week", local("2026-11-29T20:10:42"), answers, blind=True, day_starts=FIVE)
    assert entry.reviewed(taken).text == entry.text.removesuffix("---\nBy the water.\n") + (
        "review:\n"
        "  - {cadence: week, at: 2026-11-29T20:10+01:00, days_since: 8, now: 5, agree: mostly, feeling: softer, "
        'size: larger, note: "It was: good.", blind: true}\n'
        "---\nBy the water.\n"
    )


def test_nothing_blank_is_kept() -> None:
    answers: dict[str, Writable] = {"now": None, "agree": "", "note": " \n", "again": [], "own": {}, "mood": 3}
    taken = review_fields(page(), "free", local("2026-07-14T12:00"), answers, blind=False, day_starts=FIVE)
    assert taken == {
        "cadence": "free",
        "at": "2026-07-14T12:00+02:00",
        "days_since": 0,
        "mood": 3,
        "blind": False,
    }


def test_answers_are_kept_in_one_order_however_they_came() -> None:
    stores = {one.store.removeprefix("review.") for one in load_wording("en").prompts.values()
              if one.store.startswith("review.")}  # fmt: skip
    given_words = dict.fromkeys(sorted(stores), "x") | {"my_own": "x"}

    def kept(answers: dict[str, str]) -> list[str]:
        return list(review_fields(page(), "week", local("2026-07-22T12:00"), answers, blind=True, day_starts=FIVE))

    in_order = kept(given_words)
    assert kept(dict(reversed(given_words.items()))) == in_order
    assert in_order[:4] == ["cadence", "at", "days_since", "now"]
    assert in_order[-2:] == ["my_own", "blind"]
    assert len(in_order) == len(given_words) + 4


@pytest.mark.parametrize(
    ("entry", "now", "expected"),
    [
        (page(date="2026-07-14"), "2026-07-22T20:10+02:00", 8),
        (page(date="2026-07-14"), "2026-07-22T04:59+02:00", 7),
        (page(date="2026-07-14"), "2026-07-22T05:00+02:00", 8),
        (page(date="2026-07-14"), "2026-07-22T05:00-04:00", 8),
        (page(date="2026-03-28"), "2026-03-29T05:00+02:00", 1),
        (page(date="2028-02-28"), "2028-03-01T12:00+01:00", 2),
        (page(date=None), "2026-07-22T20:10+02:00", 7),
        (page(date="2026-07-14"), "2026-07-13T20:10-10:00", 0),
        (page(date="2026-07-14~"), "2026-07-22T20:10+02:00", None),
        (page(date="2026-07"), "2026-07-22T20:10+02:00", None),
        (page(date="2009"), "2026-07-22T20:10+02:00", None),
        (page(date="2026-07-13/2026-07-14"), "2026-07-22T20:10+02:00", None),
        (compose({"id": "k7q2m9xa"}, "Nothing is known.\n"), "2026-07-22T20:10+02:00", None),
    ],
)
def test_the_days_since_are_counted_where_the_day_is_known(entry: Entry, now: str, expected: int | None) -> None:
    taken = review_fields(entry, "week", datetime.fromisoformat(now), {}, blind=True, day_starts=FIVE)
    assert taken.get("days_since") == expected
