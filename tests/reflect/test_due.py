"""Which pages are due on which day, held against written-out dates."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_pages import BRUSSELS, DAYS, FIVE, NEW_YORK, jot, local, looked_at, open_at, page

from sexjournal.entry.entry import Entry, compose, parse
from sexjournal.entry.fields import KINDS
from sexjournal.entry.front_matter import Value
from sexjournal.reflect.due import REVIEW_CADENCES, DuePage, due_pages, page_of_the_day
from sexjournal.reflect.review import review_fields


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
    assert cadences(entry) == [name for name in REVIEW_CADENCES if name != cadence]


def test_a_review_outside_the_cadences_closes_nothing() -> None:
    entry = page(date="2026-07-15")
    for moment in EVERY_DAY:
        entry = looked_at(entry, "free", f"{moment}+02:00", now=5, blind=True)
    assert cadences(entry) == list(REVIEW_CADENCES)


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
    for chosen in ((), ("week",), ("year", "day"), REVIEW_CADENCES):
        assert {one.entry.id for one in due_pages(pages, now, chosen, FIVE)} == set(chosen)


def test_what_is_ready_is_listed_by_cadence_and_by_when_it_was_written() -> None:
    pages = [
        page("2026-06-10T21:00+02:00", id="month"),
        page("2026-07-14T21:30+02:00", id="second"),
        page("2026-07-14T15:00-04:00", id="z-first"),  # half an hour before the second
        page("2026-07-14T21:30+02:00", id="third"),
    ]
    found = due_pages(pages, local("2026-07-21T12:00"), REVIEW_CADENCES, FIVE)
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


# Whatever the pages

zones = st.sampled_from([BRUSSELS, NEW_YORK, ZoneInfo("Pacific/Auckland"), ZoneInfo("Pacific/Honolulu")])
moments = st.datetimes(datetime(2027, 1, 1), datetime(2028, 12, 31), timezones=zones)
kept_reviews = st.builds(
    lambda cadence, at, free: {"cadence": cadence, "at": at.isoformat(timespec="minutes"), "free": free},
    st.sampled_from([*REVIEW_CADENCES, "free"]),
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
    assert due_pages(entries, now, REVIEW_CADENCES, FIVE) == due_pages(shuffled, now, REVIEW_CADENCES, FIVE)
    found = due_pages(entries, now, REVIEW_CADENCES, FIVE)
    assert page_of_the_day(found, now.date()) == page_of_the_day(data.draw(st.permutations(found)), now.date())


@given(shelves, st.data())
def test_what_is_quiet_rests_or_was_done_never_comes(entries: list[Entry], data: st.DataObject) -> None:
    found = due_pages(entries, near(entries, data), REVIEW_CADENCES, FIVE)
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
    for one in due_pages([entry], now, REVIEW_CADENCES, FIVE):
        taken = review_fields(entry, one.cadence, now, {}, blind=True, day_starts=FIVE)
        page_then = parse(compose(entry.fields, entry.body).reviewed(taken).text)
        later = (now + timedelta(hours=hour) for hour in range(0, 24 * 8, 6))
        assert one.cadence not in [open_at(page_then, moment) for moment in later]
