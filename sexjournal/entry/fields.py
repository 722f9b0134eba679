"""The fields of a page, in the order of a page, and the values allowed in each. Knows values; no lines and no pages.

Other fields belong to the person, and may hold any value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sexjournal.entry.dates import parse_date
from sexjournal.entry.front_matter import Value, items_of
from sexjournal.entry.moments import moment_of
from sexjournal.errors import BadInput

KINDS: tuple[str, ...] = (
    "experience",
    "fantasy",
    "memory",
    "chapter",
    "reflection",
    "wish",
    "letter",
    "conversation",
)
LOWEST, HIGHEST = 1, 7  # of every scale

_YES = frozenset({"true", "yes", "on"})
_NO = frozenset({"false", "no", "off"})
_RATINGS = {str(number): number for number in range(LOWEST, HIGHEST + 1)}


def rating_of(value: object) -> int | None:
    """Return a number from 1 to 7, as read ("6") or as written (6); None for every other value."""
    return _RATINGS.get(str(value))


def hint_for_kind(value: Value) -> str:
    """Return a hint for a value that is no kind: the kind most like the value, if any, and all kinds."""
    from difflib import get_close_matches

    matches = get_close_matches(value.casefold(), KINDS, n=1) if isinstance(value, str) else []
    guess = f"did you mean '{matches[0]}'? " if matches else ""
    return f"{guess}the kinds are {', '.join(KINDS)}"


def is_yes(value: object) -> bool:
    """Whether a flag is set: `true`, `yes` or `on`."""
    return isinstance(value, str) and value.casefold() in _YES


def is_no(value: object) -> bool:
    """Whether a flag is switched off: `false`, `no` or `off`."""
    return isinstance(value, str) and value.casefold() in _NO


@dataclass(frozen=True, slots=True)
class Shape:
    """The values allowed in a field: `takes` ends the refusal of every other value."""

    takes: str
    holds: Callable[[Value], bool]
    hint: str = ""


def _is_line(value: Value) -> bool:
    return isinstance(value, str) and "\n" not in value.strip()


def _is_list_of_words(value: Value) -> bool:
    return all(item is None or isinstance(item, str) for item in items_of(value))


def _is_list_of_maps(value: Value) -> bool:
    return all(item is None or isinstance(item, dict) for item in items_of(value))


def _is_map(value: Value) -> bool:
    return isinstance(value, dict)


def _is_stored_date(value: Value) -> bool:
    try:
        return isinstance(value, str) and bool(parse_date(value))
    except BadInput:
        return False


def _is_moment(value: Value) -> bool:
    return isinstance(value, str) and moment_of(value) is not None


def _is_rating(value: Value) -> bool:
    return isinstance(value, str) and rating_of(value) is not None


def _is_whole_number(value: Value) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()


_LEAVE_OUT = "take the line out where there is no answer"

KIND = Shape("the name of a kind", lambda value: value in KINDS)
DATE = Shape(
    "a date", _is_stored_date, "such as 2026-11-21, 2026-11, 2009, 200X, 2009~, 2009-22 for summer, or 2009/2013"
)
MOMENT = Shape("a moment", _is_moment, "such as 2026-11-22T09:14+01:00")
LINE = Shape("one line of text", _is_line, "put double quotes around text that begins with a sign")
CHOICE = Shape("one word", _is_line, _LEAVE_OUT)
WORDS = Shape("a list of words", _is_list_of_words, "such as [slow, weekend]")
RATING = Shape("a whole number from 1 to 7", _is_rating, _LEAVE_OUT)
NUMBER = Shape("a whole number", _is_whole_number, _LEAVE_OUT)
FLAG = Shape("true or false", lambda value: is_yes(value) or is_no(value))
MAP = Shape("a map", _is_map, "such as {likes: [slow, talking]}")
VERSIONS = Shape(
    "what two devices wrote at once", _is_map, "it comes and goes by itself; give a field of your own another name"
)
MAPS = Shape("a list of maps", _is_list_of_maps)

FIELDS: Mapping[str, Shape] = {
    "id": LINE,
    "kind": KIND,
    "date": DATE,
    "written": MOMENT,
    "title": LINE,
    "conflict": VERSIONS,
    "with": WORDS,
    "to": WORDS,
    "tags": WORDS,
    "rating": RATING,
    "now": RATING,
    "closeness": RATING,
    "self": RATING,
    "desire": RATING,
    "ease": RATING,
    "stress": RATING,
    "wanted": CHOICE,
    "pull": RATING,
    "reality": CHOICE,
    "share": CHOICE,
    "vivid": RATING,
    "signpost": LINE,
    "words": WORDS,
    "people_count": NUMBER,
    "conditions": WORDS,
    "first_step": LINE,
    "stop_sign": LINE,
    "status": CHOICE,
    "agreed": WORDS,
    "open": WORDS,
    "feelings": WORDS,
    "helped": WORDS,
    "held_back": WORDS,
    "health": MAP,
    "map": MAP,
    "try": MAP,
    "talk": MAP,
    "letter": MAP,
    "jot": LINE,
    "quiet": FLAG,
    "early": FLAG,
    "resurface": FLAG,
    "review": MAPS,
}
ORDER = tuple(FIELDS)[:-1]  # a new review goes to the end, below the fields of the person's own
_RANKS = {name: rank for rank, name in enumerate(FIELDS)}


def rank_of(name: str) -> int:
    """Return the place of a field in a page; fields of the person's own share the last place."""
    return _RANKS.get(name, len(_RANKS))
