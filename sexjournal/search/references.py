"""REFs: the pages named by an id, a date, `last` or -2. Knows entries; the clock and the journal are handed in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from sexjournal.entry.dates import When, parse_date
from sexjournal.entry.entry import Entry
from sexjournal.entry.typed_dates import understand
from sexjournal.errors import BadInput, NothingFound
from sexjournal.search.order import last_written_first, newest_first

MOST_CANDIDATES = 8
HOW_TO_NAME = "journal list shows the ids; a date, 'last' and -2 will do too"

_ID = re.compile(r"[0-9a-z]{1,8}")
_BACK = re.compile(r"-([0-9]{1,6})")
_APPROXIMATE = str.maketrans("", "", "~?")
_ALIKE = str.maketrans("oil", "011")  # Crockford: letters that a person may read for a digit


def resolve(entries: Sequence[Entry], refs: Sequence[str], today: date) -> list[Entry]:
    """Return the pages named by references, in that order, each once; a date may name several.

    Raises NothingFound for a reference to no page, and BadInput for an id with several pages.
    """
    pages = [entry for ref in refs for entry in _resolve_one(entries, ref, today)]
    return list({entry.id: entry for entry in pages}.values())


def check_unambiguous(entries: Sequence[Entry], ref: str) -> None:
    """Raise BadInput, with the candidates, when a reference to a single page names several."""
    if len(entries) > 1:
        raise _ambiguous(entries, ref)


def stated_date(entry: Entry) -> When | None:
    """Return the date of a page without `~` and `?`: a page about 2009~ is found under 2009."""
    about = entry.date
    plain = about.text.translate(_APPROXIMATE) if about else ""
    return about if about is None or plain == about.text else parse_date(plain)


def is_within(entry: Entry, when: When) -> bool:
    """Return whether the whole date of a page lies within another date."""
    about = stated_date(entry)
    return bool(about and when.earliest <= about.earliest and about.latest <= when.latest)


def _resolve_one(entries: Sequence[Entry], ref: str, today: date) -> list[Entry]:
    back = _BACK.fullmatch("-1" if ref.casefold() in ("last", "laatste") else ref)
    if back:
        pages = _steps_back(entries, int(back[1]))
    elif _has_date_form(ref):  # "2009" may begin an id as well: a year with pages about it comes first
        pages = _about(entries, ref, today) or _with_id(entries, ref)
    else:
        pages = _with_id(entries, ref) or _about(entries, ref, today)
    if not pages:
        raise NothingFound(f"no entry matches '{ref}'", HOW_TO_NAME)
    return pages


def _steps_back(entries: Sequence[Entry], steps: int) -> list[Entry]:
    """Return the page written last for 1 step, the page written before that for 2, and so on."""
    return last_written_first(entries)[steps - 1 : steps] if steps else []


def _with_id(entries: Sequence[Entry], ref: str) -> list[Entry]:
    beginning = ref.casefold()
    if not _ID.fullmatch(beginning):
        return []
    pages = [entry for entry in entries if entry.id.startswith((beginning, beginning.translate(_ALIKE)))]
    check_unambiguous(pages, ref)
    return pages


def _about(entries: Sequence[Entry], ref: str, today: date) -> list[Entry]:
    try:
        when = understand(ref, today)
    except BadInput:
        return []
    return newest_first(entry for entry in entries if is_within(entry, when))


def _has_date_form(ref: str) -> bool:
    """Return whether a reference is a date in the form of the front matter."""
    try:
        return bool(parse_date(ref.upper()))
    except BadInput:
        return False


def _ambiguous(entries: Sequence[Entry], ref: str) -> BadInput:
    candidates = [f"{entry.id} ({entry.date.text if entry.date else 'no date'})" for entry in entries[:MOST_CANDIDATES]]
    more = f" and {len(entries) - MOST_CANDIDATES} more" if len(entries) > MOST_CANDIDATES else ""
    return BadInput(f"'{ref}' matches several pages", f"one of {', '.join(candidates)}{more}")
