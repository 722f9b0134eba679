"""Pages to look at again, and a calendar that is counted along a list of dates."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sexjournal.entry.entry import Entry, compose
from sexjournal.entry.front_matter import Writable
from sexjournal.reflect.due import REVIEW_CADENCES, due_pages

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


def page(written: str = "2026-07-15T09:14+02:00", body: str = "By the water.\n", /, **fields: Writable) -> Entry:
    """A page about the day before its writing, unless `date` says otherwise."""
    yesterday = DAYS[DAYS.index(written[:10]) - 1]
    known = {"id": "k7q2m9xa", "kind": "experience", "date": yesterday, "written": written, **fields}
    return compose({name: value for name, value in known.items() if value is not None}, body)


def jot(written: str = "2026-07-15T21:00+02:00", body: str = "", /, **fields: Writable) -> Entry:
    return page(written, body, date=written[:10], jot="the rain on the tent", **fields)


def looked_at(entry: Entry, cadence: str, at: str, **answers: Writable) -> Entry:
    return entry.reviewed({"cadence": cadence, "at": at, **answers})


def local(moment: str, zone: ZoneInfo = BRUSSELS) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=zone)


def open_at(entry: Entry, now: datetime, day_starts: time = FIVE) -> str:
    """The cadence that is open for a page, of all there are."""
    return " ".join(one.cadence for one in due_pages([entry], now, REVIEW_CADENCES, day_starts))
