"""Which pages are meant: filters and references. Knows entries; the clock and the journal are handed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches

from sexjournal.entry.dates import When, parse_date
from sexjournal.entry.entry import Entry
from sexjournal.entry.fields import KINDS
from sexjournal.entry.typed_dates import understand
from sexjournal.errors import BadInput, NothingFound

MOST_CANDIDATES = 8
HOW_TO_NAME = "journal list shows the ids; a date, 'last' and -2 will do too"

_ID = re.compile(r"[0-9a-z]{1,8}")
_BACK = re.compile(r"-([0-9]{1,6})")
_RANGE = re.compile(r"([1-7])?(\.\.)?([1-7])?")
_UNMARKED = str.maketrans("", "", "~?")
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
    tests = [test for name, test in _TESTS.items() if getattr(filters, name) not in (None, ())]
    return newest_first(entry for entry in pages if all(test(entry, filters) for test in tests))


def resolve_many(entries: Sequence[Entry], refs: Sequence[str], today: date) -> list[Entry]:
    """Return the pages that the references name, in that order, each once; a date may name several."""
    named = [entry for ref in refs for entry in _named(entries, ref, today)]
    return list({entry.id: entry for entry in named}.values())


def only_one(found: Sequence[Entry], ref: str) -> None:
    """BadInput, with the candidates, when a REF that is to name one page names several."""
    if len(found) > 1:
        raise _ambiguous(found, ref)


def _named(entries: Sequence[Entry], ref: str, today: date) -> list[Entry]:
    back = _BACK.fullmatch("-1" if ref.casefold() in ("last", "laatste") else ref)
    if back:
        found = _written_back(entries, int(back[1]))
    elif _is_date(ref):  # "2009" may begin an id as well: a year that pages are about comes first
        found = _about(entries, ref, today) or _with_id(entries, ref)
    else:
        found = _with_id(entries, ref) or _about(entries, ref, today)
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
    if len(found) > 1:
        raise _ambiguous(found, ref)
    return found


def _about(entries: Sequence[Entry], ref: str, today: date) -> list[Entry]:
    try:
        asked = understand(ref, today)
    except BadInput:
        return []
    return newest_first(entry for entry in entries if _within(entry, asked))


def _is_date(ref: str) -> bool:
    try:
        return bool(parse_date(ref.upper()))
    except BadInput:
        return False


def _ambiguous(found: Sequence[Entry], ref: str) -> BadInput:
    named = [f"{entry.id} ({entry.date.text if entry.date else 'no date'})" for entry in found[:MOST_CANDIDATES]]
    rest = f" and {len(found) - MOST_CANDIDATES} more" if len(found) > MOST_CANDIDATES else ""
    return BadInput(f"'{ref}' matches several pages", f"one of {', '.join(named)}{rest}")


def _folded(words: Iterable[str]) -> set[str]:
    return {word.casefold() for word in words}


def _in_range(entry: Entry, filters: Filters) -> bool:
    if filters.rating is None:
        return True
    return entry.rating is not None and filters.rating[0] <= entry.rating <= filters.rating[1]


def _stated(entry: Entry) -> When | None:
    """What a page is about, without "about" and "unsure": `2009~` is to be found where 2009 is asked for."""
    about = entry.date
    plain = about.text.translate(_UNMARKED) if about else ""
    return about if about is None or plain == about.text else parse_date(plain)


def _within(entry: Entry, asked: When) -> bool:
    about = _stated(entry)
    return bool(about and asked.earliest <= about.earliest and about.latest <= asked.latest)


def _since(entry: Entry, first: date) -> bool:
    about = _stated(entry)
    return bool(about and about.earliest >= first)


def _until(entry: Entry, last: date) -> bool:
    about = _stated(entry)
    return bool(about and about.earliest <= last)


# By the field that asks for it; the quick ones come first.
_TESTS: Mapping[str, Callable[[Entry, Filters], bool]] = {
    "kinds": lambda entry, filters: entry.kind in filters.kinds,
    "tags": lambda entry, filters: _folded(filters.tags) <= _folded(entry.tags),
    "not_tags": lambda entry, filters: not _folded(filters.not_tags) & _folded(entry.tags),
    "people": lambda entry, filters: _folded(filters.people) <= _folded(entry.people),
    "rating": _in_range,
    "reviewed": lambda entry, filters: bool(entry.reviews) is filters.reviewed,
    "on": lambda entry, filters: filters.on is None or _within(entry, filters.on),
    "since": lambda entry, filters: filters.since is None or _since(entry, filters.since.earliest),
    "until": lambda entry, filters: filters.until is None or _until(entry, filters.until.latest),
}


def _age(entry: Entry) -> tuple[date, date, datetime]:
    about = entry.date
    earliest, latest = about.sort_key if about else (date.min, date.min)
    return earliest, latest, _moment(entry)


def _moment(entry: Entry) -> datetime:
    written = entry.written or datetime.min
    return written if written.tzinfo else written.replace(tzinfo=UTC)
