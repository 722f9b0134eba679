"""Which pages are meant: filters and references. Knows entries; the clock and the journal are handed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches

from sexjournal import dates
from sexjournal.dates import When
from sexjournal.entry import KINDS, Entry
from sexjournal.errors import BadInput, NothingFound

MOST_CANDIDATES = 8
HOW_TO_NAME = "journal list shows the ids; a date, 'last' and -2 will do too"

_ID = re.compile(r"[0-9a-z]{1,8}")
_BACK = re.compile(r"-([0-9]{1,6})")
_RANGE = re.compile(r"([1-7])?(\.\.)?([1-7])?")
_ALIKE = str.maketrans("oil", "011")  # Crockford: what a person may read for a digit


@dataclass(frozen=True, slots=True)
class Filters:
    """Which pages are asked for; what is empty or None asks for nothing."""

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


def kind(word: str) -> str:
    """Return the kind of that name; BadInput suggests the nearest."""
    if word.casefold() in KINDS:
        return word.casefold()
    near = get_close_matches(word.casefold(), KINDS, n=1)
    guess = f"did you mean '{near[0]}'? " if near else ""
    raise BadInput(f"there is no kind '{word}'", f"{guess}the kinds are {', '.join(KINDS)}")


def rating_range(text: str) -> tuple[int, int]:
    """Return the bounds of `6`, `5..7`, `5..` or `..3`."""
    found = _RANGE.fullmatch(text)
    if not found or not (found[1] or found[3]) or (found[3] and not found[2]):
        raise BadInput(f"'{text}' is not a range of ratings", "6, 5..7, 5.. and ..3 are")
    low, high = int(found[1] or 1), int(found[3] or (7 if found[2] else found[1]))
    if low > high:
        raise BadInput(f"'{text}' is not a range of ratings", f"the lower one comes first: {high}..{low}")
    return low, high


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    """Order by the date that a page is about, then by when it was written; pages without a date come last.

    Of pages that tie, the one that stands later in `entries` is the newer.
    """
    return sorted(entries, key=_age)[::-1]


def select(entries: Iterable[Entry], filters: Filters, today: date) -> list[Entry]:
    """Return the pages that the filters let through, newest first."""
    pages = list(entries)
    if filters.refs:
        pages = resolve_many(pages, filters.refs, today)
    return newest_first(entry for entry in pages if _passes(entry, filters))


def resolve_many(entries: Sequence[Entry], refs: Sequence[str], today: date) -> list[Entry]:
    """Return the pages that the references name, in that order, each once; a date may name several."""
    named = [entry for ref in refs for entry in _named(entries, ref, today)]
    return list({entry.id: entry for entry in named}.values())


def resolve(entries: Sequence[Entry], ref: str, today: date) -> Entry:
    """Return the one page that REF names; BadInput lists the candidates when there are several."""
    found = _named(entries, ref, today)
    if len(found) > 1:
        raise _ambiguous(found, ref)
    return found[0]


def _named(entries: Sequence[Entry], ref: str, today: date) -> list[Entry]:
    back = _BACK.fullmatch("-1" if ref.casefold() in ("last", "laatste") else ref)
    found = _written_back(entries, int(back[1])) if back else _with_id(entries, ref) or _about(entries, ref, today)
    if not found:
        raise NothingFound(f"no entry matches '{ref}'", HOW_TO_NAME)
    return found


def _written_back(entries: Sequence[Entry], steps: int) -> list[Entry]:
    """Return the page written last, or `steps - 1` before it."""
    written = sorted(entries, key=_moment)[::-1]
    return written[steps - 1 : steps] if steps else []


def _with_id(entries: Sequence[Entry], ref: str) -> list[Entry]:
    wanted = ref.casefold()
    if not _ID.fullmatch(wanted):
        return []
    plain = wanted.translate(_ALIKE)
    found = [entry for entry in entries if entry.id.startswith((wanted, plain))]
    if len(found) > 1 and not _is_date(ref):
        raise _ambiguous(found, ref)
    return [] if len(found) > 1 else found


def _about(entries: Sequence[Entry], ref: str, today: date) -> list[Entry]:
    try:
        asked = dates.understand(ref, today)
    except BadInput:
        return []
    return newest_first(entry for entry in entries if _within(entry, asked))


def _is_date(ref: str) -> bool:
    try:
        return bool(dates.parse(ref))
    except BadInput:
        return False


def _ambiguous(found: Sequence[Entry], ref: str) -> BadInput:
    named = [f"{entry.id} ({entry.date.text if entry.date else 'no date'})" for entry in found[:MOST_CANDIDATES]]
    rest = f" and {len(found) - MOST_CANDIDATES} more" if len(found) > MOST_CANDIDATES else ""
    return BadInput(f"'{ref}' matches several pages", f"one of {', '.join(named)}{rest}")


def _passes(entry: Entry, filters: Filters) -> bool:
    return all(test(entry, filters) for test in _TESTS)


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def _in_range(entry: Entry, filters: Filters) -> bool:
    if filters.rating is None:
        return True
    return entry.rating is not None and filters.rating[0] <= entry.rating <= filters.rating[1]


def _within(entry: Entry, asked: When) -> bool:
    return bool(entry.date and asked.earliest <= entry.date.earliest and entry.date.latest <= asked.latest)


_TESTS: tuple[Callable[[Entry, Filters], bool], ...] = (
    lambda entry, filters: filters.on is None or _within(entry, filters.on),
    lambda entry, filters: not filters.since or bool(entry.date and entry.date.earliest >= filters.since.earliest),
    lambda entry, filters: not filters.until or bool(entry.date and entry.date.earliest <= filters.until.latest),
    lambda entry, filters: not filters.kinds or entry.kind in filters.kinds,
    lambda entry, filters: _folded(filters.tags) <= _folded(entry.tags),
    lambda entry, filters: not _folded(filters.not_tags) & _folded(entry.tags),
    lambda entry, filters: _folded(filters.people) <= _folded(entry.people),
    _in_range,
    lambda entry, filters: filters.reviewed is None or bool(entry.reviews) is filters.reviewed,
)


def _age(entry: Entry) -> tuple[date, date, datetime]:
    about = entry.date
    earliest, latest = about.sort_key if about else (date.min, date.min)
    return earliest, latest, _moment(entry)


def _moment(entry: Entry) -> datetime:
    written = entry.written or datetime.min
    return written if written.tzinfo else written.replace(tzinfo=UTC)
