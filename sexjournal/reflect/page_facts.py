"""Facts of a page for reviews: jot or page, quiet or not, numbers or none. Knows pages, no clock and no review.

A page is quiet when the person said so, when the moment was not plainly wanted, or when saying no was hard. A quiet
page gets no numbers and no pictures, and is not brought up again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sexjournal.entry.dates import journal_day
from sexjournal.entry.moments import comparable
from sexjournal.prompts.questions import Facts

if TYPE_CHECKING:
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.front_matter import Writable

THEN = {"experience": "rating", "fantasy": "pull"}  # the kinds with a number for then, and the field that holds it


def plain_word(value: Writable) -> str:
    """Return a word in lower case without blanks around it; empty for any other value."""
    return value.strip().casefold() if isinstance(value, str) else ""


def is_jot(entry: Entry) -> bool:
    """Return whether a page is still only the line jotted down on the day."""
    return bool(entry.jot) and not entry.body.strip()


def is_quiet(entry: Entry) -> bool:
    """Return whether a page is quiet: by the mark `quiet`, by `wanted`, or by `free` in a review."""
    if entry.quiet or unwanted(wanted=entry.fields.get("wanted")):
        return True
    return any(unwanted(free=review.get("free")) for review in entry.reviews)


def makes_quiet(entry: Entry, answers: Mapping[str, Writable]) -> bool:
    """Return whether a page becomes quiet through the answers: the moment to show the help, once."""
    return unwanted(answers.get("wanted"), answers.get("free")) and not is_quiet(entry)


def unwanted(wanted: Writable = None, free: Writable = None) -> bool:
    """Return whether the answers `wanted` and `free` describe a moment not plainly wanted, or not free."""
    return Facts(wanted=plain_word(wanted), free=plain_word(free)).unwanted


def shows_numbers(entry: Entry) -> bool:
    """Return whether numbers are shown: not for quiet pages and pages from before adulthood."""
    return not (is_quiet(entry) or entry.early)


def prompt_facts(entry: Entry, *, health: bool = False) -> Facts:
    """Return the facts of a page for the conditions of questions; `health` is the setting.

    A quiet page counts as not plainly wanted, also when the next answers are kinder. Quiet pages and pages from before
    adulthood have no rating here, so no question asks about a hidden number.
    """
    quiet = is_quiet(entry)
    return Facts(
        rating=entry.rating if shows_numbers(entry) else None,
        people=entry.people,
        wanted="unsure" if quiet else plain_word(entry.fields.get("wanted")),
        has_jot=bool(entry.jot),
        health=health,
        early=entry.early,
    )


def written_day(entry: Entry, day_starts: time) -> date | None:
    """Return the journal day of writing, at the place where the person was then; None without a time of writing."""
    written = entry.written
    return journal_day(written, day_starts) if written else None


def writing_order(entry: Entry) -> tuple[datetime, str]:
    """Return a sort key by time of writing; the id decides between two pages of the same minute."""
    return comparable(entry.written), entry.id
