"""The order of pages: newest first. Knows entries; no clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sexjournal.entry.entry import Entry
from sexjournal.entry.moments import comparable


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Order by the date of the events, then by the moment of writing; pages without a date come last.

    Of two pages with equal dates and moments, the later in `entries` is the newer.
    """
    return sorted(entries, key=_date_and_moment)[::-1]


def last_written_first(entries: Iterable[Entry]) -> list[Entry]:
    """Order by the moment of writing; of two pages with equal moments, the later in `entries` comes first."""
    return sorted(entries, key=_moment_of_writing)[::-1]


def _date_and_moment(entry: Entry) -> tuple[date, date, datetime]:
    earliest, latest = entry.date.sort_key if entry.date else (date.min, date.min)
    return earliest, latest, _moment_of_writing(entry)


def _moment_of_writing(entry: Entry) -> datetime:
    return comparable(entry.written)
