"""Filters: the pages that a reading command is about. Knows entries; the clock and the journal are handed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sexjournal.entry.dates import When
from sexjournal.entry.entry import Entry
from sexjournal.entry.fields import HIGHEST, KINDS, LOWEST, hint_for_kind
from sexjournal.errors import BadInput
from sexjournal.search.order import newest_first
from sexjournal.search.references import is_within, resolve, stated_date

_RANGE = re.compile(rf"([{LOWEST}-{HIGHEST}])?(\.\.)?([{LOWEST}-{HIGHEST}])?")


@dataclass(frozen=True, slots=True)
class Filters:
    """The conditions for a page; an empty field or None is no condition."""

    on: When | None = None
    since: When | None = None
    until: When | None = None
    kinds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    rating: tuple[int, int] | None = None
    reviewed: bool | None = None
    refs: tuple[str, ...] = ()


def kind_of(word: str) -> str:
    """Return the kind with a typed name, in any case; BadInput suggests the nearest."""
    if word.casefold() in KINDS:
        return word.casefold()
    raise BadInput(f"there is no kind '{word}'", hint_for_kind(word))


def rating_range(text: str) -> tuple[int, int]:
    """Return the lowest and the highest rating of `6`, `5..7`, `5..` or `..3`."""
    match = _RANGE.fullmatch(text)
    if not match or not (match[1] or match[3]) or (match[3] and not match[2]):
        raise BadInput(f"'{text}' is not a range of ratings", "6, 5..7, 5.. and ..3 are")
    low, high = int(match[1] or LOWEST), int(match[3] or (HIGHEST if match[2] else match[1]))
    if low > high:
        raise BadInput(f"'{text}' is not a range of ratings", f"the lower one comes first: {high}..{low}")
    return low, high


def select(entries: Iterable[Entry], filters: Filters, today: date) -> list[Entry]:
    """Return the pages that meet all conditions, newest first."""
    pages = list(entries)
    if filters.refs:
        pages = resolve(pages, filters.refs, today)
    tests = [test for name, test in _TESTS.items() if getattr(filters, name) not in (None, ())]
    return newest_first(entry for entry in pages if all(test(entry, filters) for test in tests))


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def _in_range(entry: Entry, filters: Filters) -> bool:
    if filters.rating is None:
        return True
    return entry.rating is not None and filters.rating[0] <= entry.rating <= filters.rating[1]


def _since(entry: Entry, first: date) -> bool:
    about = stated_date(entry)
    return bool(about and about.earliest >= first)


def _until(entry: Entry, last: date) -> bool:
    about = stated_date(entry)
    return bool(about and about.earliest <= last)


# By the field with the condition; the quick tests come first.
_TESTS: Mapping[str, Callable[[Entry, Filters], bool]] = {
    "kinds": lambda entry, filters: entry.kind in filters.kinds,
    "tags": lambda entry, filters: _folded(filters.tags) <= _folded(entry.tags),
    "not_tags": lambda entry, filters: not _folded(filters.not_tags) & _folded(entry.tags),
    "people": lambda entry, filters: _folded(filters.people) <= _folded(entry.people),
    "rating": _in_range,
    "reviewed": lambda entry, filters: bool(entry.reviews) is filters.reviewed,
    "on": lambda entry, filters: filters.on is None or is_within(entry, filters.on),
    "since": lambda entry, filters: filters.since is None or _since(entry, filters.since.earliest),
    "until": lambda entry, filters: filters.until is None or _until(entry, filters.until.latest),
}
