"""Stored dates, and the days that a date may mean. Knows no clock, no file and no language.

The stored form is a subset of EDTF (levels 0 and 1, https://www.loc.gov/standards/datetime/): a year `2009`, a decade
`200X`, a month `2009-07`, a day `2009-07-14`, a season `2009-21` to `2009-24`, and intervals `A/B` or `A/..`. Years,
months and days may end in `~` (about) or `?` (unsure). EDTF does not say how wide `~` and `?` are, nor when a winter
ends; both are decided here.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sexjournal.errors import BadInput

ONE_DAY = timedelta(days=1)
STORED = re.compile(r"(?:([0-9]{3})X|([0-9]{4})(?:-(2[1-4])|-([0-9]{2})(?:-([0-9]{2}))?)?)([~?]?)")  # no interval

_DAY = re.compile("(?:19|2[0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}")  # the form on nearly all pages
_FORMS = "2009, 200X, 2009-07, 2009-07-14, 2009-22 (summer), 2009~ (about), 2009? (unsure), 2009/2013, 2009/.."


class BadDate(BadInput):
    """A date that cannot be read, or that is not in the calendar."""


@dataclass(frozen=True, slots=True)
class When:
    """A date as precise as the person gave it: the stored `text`, and the first and the last day that it may mean.

    `latest` is `date.max` while an interval is open.
    """

    text: str
    earliest: date
    latest: date

    @property
    def exact(self) -> bool:
        """Whether the date is a single known day."""
        return self.text == self.earliest.isoformat()

    @property
    def sort_key(self) -> tuple[date, date]:
        """By the earliest day, then by the latest."""
        return self.earliest, self.latest


def journal_day(now: datetime, day_starts: time) -> date:
    """Return the day of a moment: two in the morning belongs to the evening before."""
    return now.date() - ONE_DAY if now.time() < day_starts else now.date()


def not_future(when: When, today: date) -> When:
    """Return the same date; BadDate when every day of the date lies after `today`."""
    if when.earliest > today:
        raise BadDate(f"{when.text} has not come yet", hint="a page is about something that has been")
    return when


@lru_cache(4096)  # ten thousand pages have far fewer days
def parse_date(text: str) -> When:
    """Read the stored form. Raises BadDate; the sentence repeats digits of the text at most."""
    if _DAY.fullmatch(text):  # three times as quick as the rules below, which explain the error in 2026-02-30
        with suppress(ValueError):
            day = date.fromisoformat(text)
            return When(text, day, day)
    start, slash, end = text.partition("/")
    earliest, latest = _bounds(start)
    if slash:
        latest = _last_day(end)
    if earliest > latest:
        raise BadDate("the interval ends before it begins", hint="put the earlier date first")
    return When(text, earliest, latest)


def month_bounds(year: int, month: int, count: int = 1) -> tuple[date, date]:
    """Return the first and the last day of `count` months; `month` may be below 1 or above 12."""
    return first_of_month(year, month), first_of_month(year, month + count) - ONE_DAY


def first_of_month(year: int, month: int) -> date:
    """Return the first day of a month; month 0 is December of the year before, 13 January of the next."""
    years, index = divmod(month - 1, 12)
    return date(year + years, index + 1, 1)


def _last_day(end: str) -> date:
    """Return the last day of an interval from the text after the slash."""
    if not end:
        raise BadDate("the interval has no end", hint="for what still goes on write two dots, as in 2009/..")
    return date.max if end == ".." else _bounds(end)[1]


def _bounds(text: str) -> tuple[date, date]:
    """Return the first and the last day of a date without a slash."""
    match = STORED.fullmatch(text)
    if not match:
        raise BadDate("this is not a date in a form that is kept", hint=f"the forms are {_FORMS}")
    decade, full_year, season, month, day, mark = match.groups()
    if mark and (decade or season):
        raise BadDate("a season or a decade is vague already", hint=f"write {text[:-1]}, without the {mark}")
    year, slack = _year(full_year or f"{decade}0"), len(mark)
    if day:
        return _day_bounds(year, _month(month), int(day), 7 * slack)
    if month:
        return month_bounds(year, _month(month) - slack, 1 + 2 * slack)
    if season:
        return month_bounds(year, 3 * (int(season) - 20), 3)
    return month_bounds(year, 1, 120) if decade else month_bounds(year, 1 - 12 * slack, 12 + 24 * slack)


def _year(digits: str) -> int:
    if not "1900" <= digits <= "2999":
        raise BadDate(f"the year {digits} is too far away", hint="years run from 1900 to 2999")
    return int(digits)


def _month(digits: str) -> int:
    if not "01" <= digits <= "12":
        raise BadDate(f"there is no month {digits}", hint="months are 01 to 12; 21 to 24 alone are spring to winter")
    return int(digits)


def _day_bounds(year: int, month: int, day: int, slack: int) -> tuple[date, date]:
    """Return the bounds of a day and `slack` days on either side."""
    first, last = month_bounds(year, month)
    if not 1 <= day <= last.day:
        raise BadDate(f"{first:%Y-%m}-{day:02} is not in the calendar", hint=f"that month ends with {last}")
    middle = first.replace(day=day)
    return middle - slack * ONE_DAY, middle + slack * ONE_DAY
