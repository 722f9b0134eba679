"""Looking back: what is offered on which day, what is kept of it, and what then and now may say.

The windows are held against written-out dates, and a simulated year against a table counted along a list of them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from timeit import repeat
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sexjournal.entry.entry import KINDS, Entry, Given, Value, compose, parse
from sexjournal.prompts.answers import Answer
from sexjournal.prompts.load import load_wording
from sexjournal.prompts.questions import Facts, questions_of
from sexjournal.reflect.due import CADENCES, DuePage, due_pages, page_of_the_day
from sexjournal.reflect.page_facts import is_quiet, makes_quiet, prompt_facts
from sexjournal.reflect.review import review_fields, review_section
from sexjournal.reflect.then_now import comparable_numbers, then_and_now, turn_message

FIVE = time(5)
BRUSSELS, NEW_YORK = ZoneInfo("Europe/Brussels"), ZoneInfo("America/New_York")

# Every date of eight years, in words: the calendar that the tests go by.
LEAP_YEARS = (2024, 2028)
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DAYS = [
    f"{year}-{month:02}-{day:02}"
    for year in range(2023, 2031)
    for month, length in enumerate(MONTHS, 1)
    for day in range(1, length + 1 + (month == 2 and year in LEAP_YEARS))
]


def page(written: str = "2026-07-15T09:14+02:00", body: str = "By the water.\n", /, **fields: Given) -> Entry:
    """A page about the day before its writing, unless `date` says otherwise."""
    yesterday = DAYS[DAYS.index(written[:10]) - 1]
    known = {"id": "k7q2m9xa", "kind": "experience", "date": yesterday, "written": written, **fields}
    return compose({name: value for name, value in known.items() if value is not None}, body)


def jot(written: str = "2026-07-15T21:00+02:00", body: str = "", /, **fields: Given) -> Entry:
    return page(written, body, date=written[:10], jot="the rain on the tent", **fields)


def looked_at(entry: Entry, cadence: str, at: str, **answers: Given) -> Entry:
    return entry.reviewed({"cadence": cadence, "at": at, **answers})


def local(moment: str, zone: ZoneInfo = BRUSSELS) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=zone)


def open_at(entry: Entry, now: datetime, day_starts: time = FIVE) -> str:
    """The cadence that is open for a page, of all there are."""
    return " ".join(one.cadence for one in due_pages([entry], now, CADENCES, day_starts))


def runs(entry: Entry, cadence: str, days: list[str] = DAYS) -> list[str]:
    """On which days it is open at noon: `first..last` of each run of days."""
    found: list[list[str]] = []
    before = ""
    for day in days:
        now = open_at(entry, local(f"{day}T12:00")) == cadence
        if now and before:
            found[-1].append(day)
        elif now:
            found.append([day])
        before = day if now else ""
    return [f"{run[0]}..{run[-1]}" for run in found]


# Windows


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        ("day", ["2026-07-15..2026-07-18"]),
        ("week", ["2026-07-21..2026-07-27"]),
        ("month", ["2026-08-13..2026-09-12"]),
        ("year", [f"{year}-07-11..{year}-07-17" for year in (2027, 2028, 2029, 2030)]),
    ],
)
def test_a_page_is_offered_on_these_days_and_no_others(cadence: str, expected: list[str]) -> None:
    assert runs(page("2026-07-14T21:00+02:00", date="2026-07-14"), cadence) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-07-15T04:59", ""),
        ("2026-07-15T05:00", "day"),
        ("2026-07-19T04:59", "day"),
        ("2026-07-19T05:00", ""),
        ("2026-07-21T04:59", ""),
        ("2026-07-21T05:00", "week"),
        ("2026-07-28T04:59", "week"),
        ("2026-07-28T05:00", ""),
        ("2026-09-13T04:59", "month"),
        ("2026-09-13T05:00", ""),
        ("2027-07-18T04:59", "year"),
        ("2027-07-18T05:00", ""),
    ],
)
def test_a_day_lasts_until_five_in_the_morning(now: str, expected: str) -> None:
    assert open_at(page("2026-07-14T21:00+02:00", date="2026-07-14"), local(now)) == expected


@pytest.mark.parametrize(
    ("written", "day_starts", "opens"),
    [
        ("2026-07-15T02:00+02:00", time(5), "2026-07-15T05:00"),
        ("2026-07-15T04:59+02:00", time(5), "2026-07-15T05:00"),
        ("2026-07-15T05:00+02:00", time(5), "2026-07-16T05:00"),
        ("2026-07-15T02:00+02:00", time(0), "2026-07-16T00:00"),
        ("2026-07-14T23:59+02:00", time(0), "2026-07-15T00:00"),
        ("2026-07-15T02:00+02:00", time(1, 30), "2026-07-16T01:30"),
    ],
)
def test_what_was_kept_at_two_in_the_morning_belongs_to_the_evening_before(
    written: str, day_starts: time, opens: str
) -> None:
    first = local(opens)
    assert open_at(jot(written), first - timedelta(minutes=1), day_starts) == ""
    assert open_at(jot(written), first, day_starts) == "day"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-02-29T21:00+01:00", ["2025-02-26..2025-03-03", "2026-02-26..2026-03-03", "2027-02-26..2027-03-03",
                                    "2028-02-26..2028-03-03", "2029-02-26..2029-03-03", "2030-02-26..2030-03-03"]),
        ("2024-03-01T02:00+01:00", ["2025-02-26..2025-03-03", "2026-02-26..2026-03-03", "2027-02-26..2027-03-03",
                                    "2028-02-26..2028-03-03", "2029-02-26..2029-03-03", "2030-02-26..2030-03-03"]),
        ("2026-02-28T21:00+01:00", ["2027-02-25..2027-03-03", "2028-02-25..2028-03-02", "2029-02-25..2029-03-03",
                                    "2030-02-25..2030-03-03"]),
        ("2026-03-01T21:00+01:00", ["2027-02-26..2027-03-04", "2028-02-27..2028-03-04", "2029-02-26..2029-03-04",
                                    "2030-02-26..2030-03-04"]),
        ("2027-01-01T21:00+01:00", ["2027-12-29..2028-01-04", "2028-12-29..2029-01-04", "2029-12-29..2030-01-04",
                                    "2030-12-29..2030-12-31"]),
        ("2027-12-30T21:00+01:00", ["2028-12-27..2029-01-02", "2029-12-27..2030-01-02", "2030-12-27..2030-12-31"]),
    ],
)  # fmt: skip
def test_a_year_later_is_the_same_date_also_around_leap_days_and_the_new_year(
    written: str, expected: list[str]
) -> None:
    assert runs(page(written), "year") == expected


@pytest.mark.parametrize(
    ("zone", "written", "cadence", "opens", "closes", "hours"),
    [
        (BRUSSELS, "2026-03-20T21:00+01:00", "week", "2026-03-27T05:00+01:00", "2026-04-03T05:00+02:00", 167),
        (BRUSSELS, "2026-10-16T21:00+02:00", "week", "2026-10-23T05:00+02:00", "2026-10-30T05:00+01:00", 169),
        (NEW_YORK, "2026-02-27T21:00-05:00", "week", "2026-03-06T05:00-05:00", "2026-03-13T05:00-04:00", 167),
        (NEW_YORK, "2026-10-30T21:00-04:00", "week", "2026-11-06T05:00-05:00", "2026-11-13T05:00-05:00", 168),
        (BRUSSELS, "2026-03-28T23:30+01:00", "day", "2026-03-29T05:00+02:00", "2026-04-02T05:00+02:00", 96),
        (NEW_YORK, "2026-11-01T00:30-04:00", "day", "2026-11-01T05:00-05:00", "2026-11-05T05:00-05:00", 96),
        (BRUSSELS, "2026-10-24T21:00+02:00", "day", "2026-10-25T05:00+01:00", "2026-10-29T05:00+01:00", 96),
        (NEW_YORK, "2026-03-07T21:00-05:00", "day", "2026-03-08T05:00-04:00", "2026-03-12T05:00-04:00", 96),
    ],
)
def test_clocks_that_go_forward_or_back_shift_nothing(
    zone: ZoneInfo, written: str, cadence: str, opens: str, closes: str, hours: int
) -> None:
    entry = jot(written) if cadence == "day" else page(written)
    start = datetime.fromisoformat(written)
    quarters = (start + timedelta(minutes=15 * step) for step in range(4 * 24 * 16))
    found = [moment for moment in quarters if open_at(entry, moment.astimezone(zone)) == cadence]
    assert found[0] == datetime.fromisoformat(opens)
    assert found[-1] + timedelta(minutes=15) == datetime.fromisoformat(closes)
    assert len(found) == 4 * hours


@pytest.mark.parametrize(
    ("written", "now", "expected"),
    [
        # The evening of the 14th in Brussels; a week later the person is elsewhere.
        ("2026-07-14T23:30+02:00", "2026-07-21T04:59-04:00", ""),
        ("2026-07-14T23:30+02:00", "2026-07-21T05:00-04:00", "week"),
        ("2026-07-14T23:30+02:00", "2026-07-21T05:00+12:00", "week"),  # still the 20th in Brussels
        ("2026-07-14T23:30+02:00", "2026-07-21T04:59+12:00", ""),
        # Two in the morning in New York is eight in Brussels, and the evening of the 14th all the same.
        ("2026-07-15T02:00-04:00", "2026-07-21T05:00+02:00", "week"),
        ("2026-07-15T02:00-04:00", "2026-07-21T04:59+02:00", ""),
        # A flight west after the last day: there it is still that day, and here it is over.
        ("2026-07-14T23:30+12:00", "2026-07-28T05:00+12:00", ""),
        ("2026-07-14T23:30+12:00", "2026-07-27T07:00-10:00", "week"),
        # A flight west on the day itself: behind the date line it is the day before, and nothing is due.
        ("2026-07-14T23:30+12:00", "2026-07-13T12:00-10:00", ""),
    ],
)
def test_days_are_counted_from_where_the_page_was_written_to_where_the_person_is(
    written: str, now: str, expected: str
) -> None:
    assert open_at(page(written), datetime.fromisoformat(now)) == expected


def test_the_same_moment_is_the_same_day_in_whatever_form_the_zone_comes() -> None:
    entry = page("2026-10-18T21:00+02:00")
    for hour in range(24 * 20):
        named = (local("2026-10-18T21:00") + timedelta(hours=hour)).astimezone(BRUSSELS)
        fixed = datetime.fromisoformat(named.isoformat())
        assert open_at(entry, named) == open_at(entry, fixed)


# Which pages


EVERY_DAY = ["2026-07-16T12:00", "2026-07-22T12:00", "2026-08-20T12:00", "2027-07-15T12:00"]


def cadences(entry: Entry) -> list[str]:
    """What is offered of a page of 15 July 2026, in each of the windows."""
    return [name for now in EVERY_DAY if (name := open_at(entry, local(now)))]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (page(), ["week", "month", "year"]),
        (page(date="2026-07-15"), ["day", "week", "month", "year"]),
        (page(date="2026-07"), ["week", "month", "year"]),
        (page(date="2026-07-15~"), ["week", "month", "year"]),
        (page(date=None), ["week", "month", "year"]),
        (page(kind=None), ["week", "month", "year"]),
        (page(kind="fantasy"), ["week", "month", "year"]),
        (page(kind="fantasy", date="2026-07-15"), ["week", "month", "year"]),
        *((page(kind=kind, date="2026-07-15"), ["year"]) for kind in KINDS[2:]),
        (page(early=True, date="2009"), ["week", "month", "year"]),
        (page(body="", rating=6), ["week", "month", "year"]),
        (jot(), ["day"]),
        (jot("2026-07-15T21:00+02:00", " \n\n"), ["day"]),
        (jot("2026-07-15T21:00+02:00", "Written out.\n"), ["week", "month", "year"]),
        (jot(quiet=True), []),
        (page(resurface=False, date="2026-07-15"), []),
        (page(resurface="No", date="2026-07-15"), []),
        (page(resurface=True), ["week", "month", "year"]),
        (page(quiet=True, date="2026-07-15"), []),
        (page(quiet=False), ["week", "month", "year"]),
        (page(wanted="unsure", date="2026-07-15"), []),
        (page(wanted="no", date="2026-07-15"), []),
        (page(wanted="mostly"), ["week", "month", "year"]),
        (looked_at(page(), "free", "2026-07-15T10:00+02:00", free="mixed"), []),
        (looked_at(page(), "free", "2026-07-15T10:00+02:00", free="mostly"), ["week", "month", "year"]),
        (compose({"id": "k7q2m9xa", "date": "2026-07-14"}, "No moment of writing.\n"), []),
        (compose({"id": "k7q2m9xa", "written": "that summer"}, "An unreadable one.\n"), []),
        (compose({"id": "k7q2m9xa", "written": "2026-07-15T09:14"}, "No zone.\n"), ["week", "month", "year"]),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, list) else value.text.splitlines()[-1],
)
def test_a_page_is_offered_for_what_can_be_asked_about_it(entry: Entry, expected: list[str]) -> None:
    assert cadences(entry) == expected


@pytest.mark.parametrize("cadence", ["day", "week", "month"])
def test_a_review_is_offered_once(cadence: str) -> None:
    entry = looked_at(page(date="2026-07-15"), cadence, "2026-07-16T12:30+02:00")
    assert cadences(entry) == [name for name in CADENCES if name != cadence]


def test_a_review_outside_the_cadences_closes_nothing() -> None:
    entry = page(date="2026-07-15")
    for moment in EVERY_DAY:
        entry = looked_at(entry, "free", f"{moment}+02:00", now=5, blind=True)
    assert cadences(entry) == list(CADENCES)


def test_a_year_is_closed_by_the_review_of_that_year_alone() -> None:
    entry = looked_at(page("2026-12-31T21:00+01:00"), "year", "2028-01-02T10:00+01:00")
    assert runs(entry, "year") == ["2028-12-28..2029-01-03", "2029-12-28..2030-01-03", "2030-12-28..2030-12-31"]
    assert runs(looked_at(page("2026-12-31T21:00+01:00"), "year", "who knows"), "year")[0] == "2027-12-28..2028-01-03"


def test_a_year_is_closed_in_the_last_night_of_its_window_too() -> None:
    entry = page("2026-12-31T21:00+01:00")
    assert open_at(entry, local("2028-01-04T04:00")) == "year"
    assert open_at(looked_at(entry, "year", "2028-01-04T02:00+01:00"), local("2028-01-04T04:00")) == ""


def test_only_the_cadences_that_are_asked_for_are_offered() -> None:
    pages = [
        page("2026-07-20T21:00+02:00", date="2026-07-20", id="day"),
        page("2026-07-14T21:00+02:00", id="week"),
        page("2026-06-10T21:00+02:00", id="month"),
        page("2025-07-20T21:00+02:00", id="year"),
    ]
    now = local("2026-07-21T12:00")
    for chosen in ((), ("week",), ("year", "day"), CADENCES):
        assert {one.entry.id for one in due_pages(pages, now, chosen, FIVE)} == set(chosen)


def test_what_is_ready_is_listed_by_cadence_and_by_when_it_was_written() -> None:
    pages = [
        page("2026-06-10T21:00+02:00", id="month"),
        page("2026-07-14T21:30+02:00", id="second"),
        page("2026-07-14T15:00-04:00", id="z-first"),  # half an hour before the second
        page("2026-07-14T21:30+02:00", id="third"),
    ]
    found = due_pages(pages, local("2026-07-21T12:00"), CADENCES, FIVE)
    assert [one.entry.id for one in found] == ["z-first", "second", "third", "month"]


# What is offered


def waiting(*ids: str) -> list[DuePage]:
    return [DuePage(page(id=name), "week") for name in ids]


def chosen(pages: list[DuePage], day: date) -> str:
    found = page_of_the_day(pages, day)
    assert found is not None
    return found.entry.id


def test_the_page_of_the_day_does_not_depend_on_the_order_and_changes_with_the_days() -> None:
    pages = waiting("aaaaaaaa", "bbbbbbbb", "cccccccc")
    days = [date(2026, 7, 1) + timedelta(days=step) for step in range(60)]
    picked = [chosen(pages, day) for day in days]
    assert picked == [chosen(pages[::-1], day) for day in days]
    assert all(picked.count(one.entry.id) > 10 for one in pages)


def test_the_page_of_the_day_stays_when_another_one_is_gone() -> None:
    pages = waiting(*(f"page{number:04}" for number in range(12)))
    for step in range(30):
        day = date(2026, 7, 1) + timedelta(days=step)
        first = chosen(pages, day)
        assert all(chosen([one for one in pages if one is not gone], day) == first
                   for gone in pages if gone.entry.id != first)  # fmt: skip


def test_nothing_is_offered_where_nothing_is_ready() -> None:
    assert page_of_the_day((), date(2026, 7, 1)) is None


# Which questions


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("cadence", [*CADENCES, "free"])
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


def test_the_conditions_know_the_page() -> None:
    entry = jot(rating=6, wanted="Mostly").amended({"with": ["Wren"]})
    known = Facts(rating=6, people=("Wren",), wanted="mostly", has_jot=True, health=True, early=False)
    assert prompt_facts(entry, health=True) == known
    assert prompt_facts(page()) == Facts(early=False)


@pytest.mark.parametrize(
    "entry",
    [
        page(rating=7, quiet=True),
        page(rating=7, wanted="no"),
        page(rating=7, wanted="unsure"),
        page(rating=7, early=True),
        looked_at(page(rating=7), "week", "2026-07-22T20:00+02:00", free="No"),
    ],
    ids=["quiet", "not wanted", "unsure", "early", "not free"],
)
def test_such_a_page_is_asked_for_no_number_and_not_about_the_one_it_has(entry: Entry) -> None:
    wording = load_wording("en")
    free = Answer(wording.prompts["review.week.free"], "yes")
    asked = [one for cadence in (*CADENCES, "free") for when in ("first", "more")
             for known in (prompt_facts(entry), prompt_facts(entry).after(free))
             for one in questions_of(wording, review_section(entry, cadence), known, when)]  # fmt: skip
    assert "review.week.size" in {one.id for one in asked}
    assert not [one.id for one in asked if one.type == "scale" or one.when == "glowing"]


@pytest.mark.parametrize(
    ("before", "answers", "expected"),
    [
        (page(), {"free": "no"}, True),
        (page(), {"free": "mixed"}, True),
        (page(), {"wanted": "no"}, True),
        (page(), {"wanted": "unsure", "free": "yes"}, True),
        (page(), {"free": "mostly", "wanted": "mostly", "now": 1}, False),
        (page(), {}, False),
        (page(quiet=True), {"free": "no"}, False),
        (page(wanted="no"), {"free": "no"}, False),
        (looked_at(page(), "week", "2026-07-22T20:00+02:00", free="no"), {"free": "no"}, False),
    ],
)
def test_a_page_becomes_quiet_once(before: Entry, answers: dict[str, str], expected: bool) -> None:
    assert makes_quiet(before, answers) is expected


def test_a_page_stays_quiet_whatever_is_said_later() -> None:
    entry = page()
    assert not is_quiet(entry)
    entry = looked_at(entry, "week", "2026-07-22T20:00+02:00", free="mixed")
    assert is_quiet(entry)
    assert is_quiet(looked_at(entry, "month", "2026-08-22T20:00+02:00", free="yes"))
    assert not is_quiet(page(free="no"))  # a word of somebody's own


# What is kept


def test_a_review_is_kept_on_one_line_as_the_house_writes_it() -> None:
    entry = page("2026-11-22T09:14+01:00", date="2026-11-21")
    answers: dict[str, Given] = {
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
    answers: dict[str, Given] = {"now": None, "agree": "", "note": " \n", "again": [], "own": {}, "mood": 3}
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


# Then and now

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


WEEK: dict[str, Given] = {"cadence": "week", "at": "2026-07-22T20:10+02:00", "now": 5, "blind": True}


def difference(entry: Entry, review: Mapping[str, Given]) -> int | None:
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
    entry: Entry, changes: dict[str, Given], expected: int | None
) -> None:
    answers = {**WEEK, **changes}
    assert difference(entry, answers) == expected
    stored = entry.reviewed({name: value for name, value in answers.items() if value is not None})
    assert difference(stored, stored.reviews[-1]) == expected


def paired(number: int, then: int, now: int, **fields: Given) -> Entry:
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
    others: list[dict[str, Given]] = [
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


# The simulated year

CLOCKS = ("01:30", "04:59", "05:00", "13:00", "23:59")
# Clocks are put back in Europe on 31 October 2027 and in America on 7 November; forward on 26 and on 12 March 2028.
WHEREABOUTS = {
    "2027-09-01": BRUSSELS,
    "2027-10-20": NEW_YORK,
    "2027-11-04": BRUSSELS,
    "2027-11-06": NEW_YORK,
    "2027-11-20": BRUSSELS,
    "2028-03-05": NEW_YORK,
    "2028-03-20": BRUSSELS,
    "2028-06-01": NEW_YORK,
    "2028-07-10": BRUSSELS,
}
SIMULATED = DAYS[DAYS.index("2027-09-01") : DAYS.index("2028-11-01")]
LATER = ("week", "month", "year")
# The pages that people write: fields, days between the moment and the writing, and what may be offered of them.
SORTS: list[tuple[dict[str, Given], int, tuple[str, ...]]] = [
    ({"rating": 6}, 1, LATER),
    ({"rating": 3, "with": ["Wren"]}, 1, LATER),
    ({"rating": 7}, 0, ("day", *LATER)),
    ({"jot": "the rain on the tent"}, 0, ("day",)),
    ({"kind": "fantasy", "pull": 5}, 1, LATER),
    ({"kind": "memory", "date": "2009"}, 1, ("year",)),
    ({"kind": "wish"}, 0, ("year",)),
    ({"rating": 2, "wanted": "unsure"}, 0, ()),
    ({"rating": 5, "resurface": False}, 0, ()),
]


@dataclass(slots=True)
class Written:
    """A page of the simulation, and its row of the table: which dates ask for which review."""

    entry: Entry
    asks: tuple[str, ...]
    table: dict[str, tuple[str, str]]  # date -> cadence and, for a year, which
    done: set[tuple[str, str]] = field(default_factory=set)

    def expected(self, day: str) -> str:
        cadence, year = self.table.get(day, ("", ""))
        return cadence if cadence in self.asks and (cadence, year) not in self.done else ""


def dates_that_ask(evening: str) -> dict[str, tuple[str, str]]:
    """Worked out by counting along the list of dates, with no arithmetic on days."""
    at = DAYS.index(evening)
    table = dict.fromkeys(DAYS[at + 1 : at + 5], ("day", ""))
    table |= dict.fromkeys(DAYS[at + 7 : at + 14], ("week", ""))
    table |= dict.fromkeys(DAYS[at + 30 : at + 61], ("month", ""))
    year, date_of_year = evening[:4], evening[5:]
    for later in (str(number) for number in range(int(year) + 1, 2030)):
        if f"{later}-{date_of_year}" in DAYS:
            middle = DAYS.index(f"{later}-{date_of_year}")
            around = DAYS[middle - 3 : middle + 4]
        else:
            around = [f"{later}-{day}" for day in ("02-26", "02-27", "02-28", "03-01", "03-02", "03-03")]
        table |= dict.fromkeys(around, ("year", later))
    return table


def evening_of(day: str, clock: str) -> str:
    """The date that a moment belongs to."""
    return day if clock >= "05:00" else DAYS[DAYS.index(day) - 1]


def whereabouts(day: str) -> ZoneInfo:
    return WHEREABOUTS[max(since for since in WHEREABOUTS if since <= day)] if day >= "2027-09-01" else BRUSSELS


def on_the_clock(day: str, clock: str) -> datetime:
    """The moment as the program gets it: with its offset, not with the name of its zone."""
    return datetime.fromisoformat(local(f"{day}T{clock}", whereabouts(day)).isoformat())


def shelf() -> Iterator[Written]:
    """About 150 pages: some of earlier years, the others spread over the first ten months of the simulation."""
    dice = Random(20)
    begun = DAYS.index("2027-09-01")
    days = ["2024-02-29", "2025-01-01", "2025-12-31", "2026-02-28", "2027-03-01"]
    days += dice.choices(DAYS[DAYS.index("2024-01-01") : begun], k=25)
    days += dice.choices(DAYS[begun : begun + 300], k=120)
    for number, day in enumerate(days):
        fields, before, asks = SORTS[number % len(SORTS)]
        clock = dice.choice(["02:10", "04:59", "05:00", "09:14", "23:40"])
        evening = evening_of(day, clock)
        about = DAYS[DAYS.index(evening) - before]
        written = on_the_clock(day, clock).isoformat(timespec="minutes")
        body = "" if "jot" in fields else "By the water.\n"
        entry = page(written, body, **{"id": f"page{number:04}", "date": about, **fields})
        yield Written(entry, asks, dates_that_ask(evening))


def take_up(pages: dict[str, Written], found: DuePage, now: datetime, day: str) -> None:
    """The person does the review that is offered; a jot becomes a page."""
    one = pages[found.entry.id]
    taken = review_fields(one.entry, found.cadence, now, {"now": 5, "agree": "yes"}, blind=True, day_starts=FIVE)
    one.entry = one.entry.reviewed(taken)
    one.done.add(one.table[day])
    if one.asks == ("day",):
        one.entry, one.asks = parse(f"{one.entry.text}Written out.\n"), LATER


def test_a_simulated_year_offers_just_what_the_table_says() -> None:
    pages = {one.entry.id: one for one in shelf()}
    dice = Random(4)
    seen = dict.fromkeys(CADENCES, 0)
    offers: dict[str, str] = {}
    taken = 0
    for day in SIMULATED:
        for clock in CLOCKS:
            now, today = on_the_clock(day, clock), evening_of(day, clock)
            found = due_pages([one.entry for one in pages.values()], now, CADENCES, FIVE)
            expected = {name: cadence for name, one in pages.items() if (cadence := one.expected(today))}
            assert {one.entry.id: one.cadence for one in found} == expected, (day, clock)
            best = page_of_the_day(found, date.fromisoformat(today))
            assert offers.setdefault(today, best.entry.id if best else "") == (best.entry.id if best else "")
            for one in found:
                seen[one.cadence] += 1
            if clock == "13:00" and best and dice.random() < 0.4:
                take_up(pages, best, now, today)
                del offers[today]
                taken += 1
            elif clock == "13:00" and dice.random() < 0.2:
                other = dice.choice(list(pages.values()))
                other.entry = looked_at(other.entry, "free", now.isoformat(), now=4, blind=True)
    assert len(pages) == 150
    assert min(seen.values()) > 100
    assert taken > 50


# Whatever the pages

zones = st.sampled_from([BRUSSELS, NEW_YORK, ZoneInfo("Pacific/Auckland"), ZoneInfo("Pacific/Honolulu")])
moments = st.datetimes(datetime(2027, 1, 1), datetime(2028, 12, 31), timezones=zones)
kept_reviews = st.builds(
    lambda cadence, at, free: {"cadence": cadence, "at": at.isoformat(timespec="minutes"), "free": free},
    st.sampled_from([*CADENCES, "free"]),
    moments,
    st.sampled_from(["yes", "yes", "mostly", "mixed", "no"]),
)


@st.composite
def any_pages(draw: st.DrawFn) -> Entry:
    written = draw(moments)
    fields: dict[str, Value] = {
        "id": draw(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=8, max_size=8)),
        "kind": draw(st.sampled_from(KINDS)),
        "date": (written.date() - timedelta(days=draw(st.integers(0, 1)))).isoformat(),
        "written": written.isoformat(timespec="minutes"),
        "wanted": draw(st.sampled_from([None, None, "yes", "mostly", "unsure", "no"])),
        "jot": draw(st.sampled_from([None, "", "the rain"])),
        "quiet": draw(st.sampled_from([None, None, None, "false", "true"])),
        "resurface": draw(st.sampled_from([None, None, None, "false", "true"])),
        "review": list(draw(st.lists(kept_reviews, max_size=2))),
    }
    body = draw(st.sampled_from(["", "By the water.\n"]))
    return Entry(body, fields, 0)  # as it comes out of the index


shelves = st.lists(any_pages(), max_size=12, unique_by=lambda entry: entry.id)


def near(entries: list[Entry], data: st.DataObject) -> datetime:
    """A moment in which something may well be open."""
    written = data.draw(st.sampled_from(entries)).written if entries else None
    if written is None:
        return data.draw(moments)
    days = data.draw(st.integers(0, 14) | st.integers(29, 61) | st.integers(361, 370))
    return (written + timedelta(days=days)).astimezone(data.draw(zones))


@given(shelves, st.data())
def test_the_order_of_pages_makes_no_difference(entries: list[Entry], data: st.DataObject) -> None:
    now = near(entries, data)
    shuffled = data.draw(st.permutations(entries))
    assert due_pages(entries, now, CADENCES, FIVE) == due_pages(shuffled, now, CADENCES, FIVE)
    found = due_pages(entries, now, CADENCES, FIVE)
    assert page_of_the_day(found, now.date()) == page_of_the_day(data.draw(st.permutations(found)), now.date())


@given(shelves, st.data())
def test_what_is_quiet_rests_or_was_done_never_comes(entries: list[Entry], data: st.DataObject) -> None:
    found = due_pages(entries, near(entries, data), CADENCES, FIVE)
    assert len({one.entry.id for one in found}) == len(found)
    for one in found:
        fields = one.entry.fields
        assert fields["wanted"] not in ("unsure", "no")
        assert all(taken["free"] not in ("mixed", "no") for taken in one.entry.reviews)
        assert fields["quiet"] != "true"
        assert fields["resurface"] != "false"
        if one.cadence != "year":
            assert one.cadence not in [taken["cadence"] for taken in one.entry.reviews]


@given(any_pages(), zones, st.lists(st.integers(0, 24 * 330), min_size=3, max_size=3, unique=True).map(sorted))
def test_what_has_lapsed_never_comes_back(entry: Entry, zone: ZoneInfo, hours: list[int]) -> None:
    assert entry.written is not None
    states = [open_at(entry, (entry.written + timedelta(hours=hour)).astimezone(zone)) for hour in hours]
    if states[0] and states[1] != states[0]:
        assert states[2] != states[0]


@given(any_pages(), st.data())
def test_a_review_closes_what_it_was_offered_for(entry: Entry, data: st.DataObject) -> None:
    now = near([entry], data)
    for one in due_pages([entry], now, CADENCES, FIVE):
        taken = review_fields(entry, one.cadence, now, {}, blind=True, day_starts=FIVE)
        page_then = parse(compose(entry.fields, entry.body).reviewed(taken).text)
        later = (now + timedelta(hours=hour) for hour in range(0, 24 * 8, 6))
        assert one.cadence not in [open_at(page_then, moment) for moment in later]


# What it costs


def archive() -> list[Entry]:
    last = date(2027, 5, 5)
    return [
        Entry(
            f"{number} {'By the water. ' * 150}",
            {
                "id": f"p{number:07}",
                "kind": "experience",
                "date": str(last - timedelta(days=number // 3 + 1)),
                "written": f"{last - timedelta(days=number // 3)}T09:14+02:00",
                "with": ["Wren"],
                "rating": str(1 + number % 7),
                "review": [{"cadence": "week", "at": f"{last}T10:00+02:00", "now": "4", "blind": "true"}]
                * (number % 2),
            },
            0,
        )
        for number in range(10_000)
    ]


def test_ten_thousand_pages_take_a_moment() -> None:
    entries, now = archive(), local("2027-05-05T12:00")
    assert len(due_pages(entries, now, CADENCES, FIVE)) > 100
    assert then_and_now(entries).n == 5000
    # Several times what it takes, so that a busy machine passes too.
    assert min(repeat(lambda: due_pages(entries, now, CADENCES, FIVE), number=1, repeat=5)) < 0.15
    assert min(repeat(lambda: then_and_now(entries), number=1, repeat=3)) < 0.6


def test_no_heavy_library_is_needed() -> None:
    heavy = ("pendulum", "dateparser", "rich", "yaml", "frontmatter", "gnupg", "hashlib")
    modules = "sexjournal.reflect.due, sexjournal.reflect.then_now, sexjournal.reflect.review"
    program = f"import sys, {modules}; print(sorted(set({heavy}) & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
