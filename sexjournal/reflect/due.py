"""The pages due for a review. Knows pages; the clock and the settings are handed in.

Days are journal days, each counted where the person was: the day of writing at the offset stored with the page, today
at the offset of `now`. Only dates are compared, so clocks that go forward or back make no difference. After a flight
west the same day comes twice, with the same pages due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sexjournal.entry.dates import journal_day
from sexjournal.entry.fields import is_no
from sexjournal.entry.moments import moment_of
from sexjournal.reflect.page_facts import THEN, is_jot, is_quiet, plain_word, writing_order, written_day

if TYPE_CHECKING:
    from sexjournal.entry.entry import Entry

WINDOWS = {"day": (1, 4), "week": (7, 13), "month": (30, 60)}  # days after the day of writing, both ends included
REVIEW_CADENCES = (*WINDOWS, "year")

_AROUND = timedelta(days=3)  # before and after the anniversary


@dataclass(frozen=True, slots=True)
class DuePage:
    """A page due for a review, and the cadence: `day`, `week`, `month` or `year` (`free` on request)."""

    entry: Entry
    cadence: str


def due_pages(
    entries: Iterable[Entry], now: datetime, cadences: Collection[str], day_starts: time
) -> tuple[DuePage, ...]:
    """Return the pages due at `now`, a moment with a zone: by cadence, then by time of writing.

    A page is due once for each cadence, for `year` once in each year. Quiet pages and resting pages
    (`resurface: false`) are never due. The questions of a cadence decide about the other pages:

    - `day`: a jot not yet written out; writing out a jot counts as the day review. Also an experience written on the
      very day: the questions ask about the morning after and the rating by now.
    - `week`, `month`: an experience or a fantasy, the only kinds with a number for then. A memory is seen from today to
      begin with, a wish moves on the board, and no section asks about the other kinds.
    - `year`: a page of any kind, except a jot; the questions ask how the person reads the page now.
    """
    today = journal_day(now, day_starts)
    pages: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        pages[_due_cadence(entry, today, day_starts)].append(entry)
    return tuple(
        DuePage(entry, cadence)
        for cadence in REVIEW_CADENCES
        if cadence in cadences
        for entry in sorted(pages[cadence], key=writing_order)
    )


def page_of_the_day(pages: Iterable[DuePage], today: date) -> DuePage | None:
    """Return the page to offer today, for any order of the pages: the lowest hash of the day and the id.

    The choice stays the same all day while the page is due, except when another device brings in another due page with
    a lower hash.
    """
    import hashlib  # loads OpenSSL

    def lot(page: DuePage) -> bytes:
        return hashlib.sha256(f"{today.isoformat()} {page.entry.id}".encode()).digest()

    return min(pages, key=lot, default=None)


def _due_cadence(entry: Entry, today: date, day_starts: time) -> str:
    """Return the cadence of a due page, empty for the others. A page is never due for two."""
    day = written_day(entry, day_starts)
    if day is None:
        return ""
    cadence = _cadence_between(day, today)
    excluded = not cadence or not _has_questions(entry, cadence, day) or _rests(entry) or is_quiet(entry)
    return "" if excluded or _is_reviewed(entry, cadence, day, today, day_starts) else cadence


def _cadence_between(day: date, today: date) -> str:
    """Return the cadence whose window holds today, for a page written on `day`; empty for none."""
    age = (today - day).days
    for cadence, (first, last) in WINDOWS.items():
        if first <= age <= last:
            return cadence
    return "year" if _anniversary(day, today) else ""


def _anniversary(day: date, today: date) -> int | None:
    """Return the later year with the same date around today; near New Year, not always the year of today."""
    for year in {(today - _AROUND).year, (today + _AROUND).year}:
        first, last = _days_around(day, year)
        if year > day.year and first <= today <= last:
            return year
    return None


def _days_around(day: date, year: int) -> tuple[date, date]:
    """Return the third day before the same date in a year, and the third day after."""
    try:
        same = day.replace(year=year)
    except ValueError:  # 29 February in a year without a leap day lies between the 28th and 1 March
        return date(year, 2, 26), date(year, 3, 3)
    return same - _AROUND, same + _AROUND


def _has_questions(entry: Entry, cadence: str, day: date) -> bool:
    """Return whether the questions of a cadence fit a page written on `day`."""
    if is_jot(entry):
        return cadence == "day"
    if cadence == "day":
        about = entry.date
        return entry.kind == "experience" and not entry.jot and about is not None and about.text == day.isoformat()
    return cadence == "year" or entry.kind in THEN


def _rests(entry: Entry) -> bool:
    return is_no(plain_word(entry.fields.get("resurface")))


def _is_reviewed(entry: Entry, cadence: str, day: date, today: date, day_starts: time) -> bool:
    """Return whether the review was done: at any time, but for `year` around the present anniversary."""
    reviews = [review for review in entry.reviews if review.get("cadence") == cadence]
    if cadence != "year":
        return bool(reviews)
    moments = filter(None, (moment_of(review.get("at")) for review in reviews))
    years = {_anniversary(day, journal_day(moment, day_starts)) for moment in moments}
    return _anniversary(day, today) in years
