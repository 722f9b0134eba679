"""Then and now: the first number of a page, beside the number of a later review. Knows pages, no clock.

Two numbers are compared only where both are on the same scale (rating, or the pull of a fantasy) and the second came
before the page was read again: a blind review.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sexjournal.entry.fields import rating_of
from sexjournal.entry.moments import comparable, moment_of
from sexjournal.reflect.page_facts import (
    THEN,
    is_jot,
    is_quiet,
    plain_word,
    shows_numbers,
    unwanted,
    writing_order,
)

if TYPE_CHECKING:
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.front_matter import Value, Writable

MOST_ROWS = 20
FEWEST = 12  # pages: the mean of fewer is moved by more than 0.6 through noise alone

_DRAWN = ("week", "month")  # the reviews that are in the picture
_ASK_FOR_NOW = (*_DRAWN, "free")


def comparable_numbers(entry: Entry, review: Mapping[str, Writable]) -> tuple[int, int] | None:
    """Return the number of then and the number of a review; None where the two cannot be compared.

    None without two numbers on the same scale, when the page was open before the answer, for quiet pages, also quiet
    through the review itself, and for pages from before adulthood.
    """
    blind = plain_word(str(review.get("blind"))) == "true" and review.get("cadence") in _ASK_FOR_NOW
    if not blind or entry.kind not in THEN or not shows_numbers(entry) or unwanted(free=review.get("free")):
        return None
    then, now = rating_of(entry.fields.get(THEN[entry.kind])), rating_of(review.get("now"))
    return (then, now) if then and now else None


def latest_numbers(entry: Entry) -> tuple[int, int] | None:
    """Return then and now of the newest review with two numbers to compare; None without such a review."""
    reviews = reversed(entry.reviews)
    return next((numbers for review in reviews if (numbers := comparable_numbers(entry, review))), None)


def turn_message(then: int, now: int) -> str:
    """Return the id of the message about both numbers; a difference of 1 counts as none."""
    return f"review.{_turn(then, now)}"


def _turn(then: int, now: int) -> str:
    if abs(then - now) <= 1:
        return "held"
    if then > now:
        return "settled" if now >= 4 else "darker"
    return "grown" if now >= 5 else "lighter"


@dataclass(frozen=True, slots=True)
class ThenNowRow:
    """A page about a single day, then and now; `size` is the person's own word, empty without an answer."""

    entry: Entry
    day: date
    then: int
    now: int
    size: str


@dataclass(frozen=True, slots=True)
class ThenNow:
    """Then and now of all pages: the newest rows, MOST_ROWS at most, and numbers about all pages with two numbers.

    `counts` are of `held`, `settled`, `grown`, `lighter` and `darker`. `median` is of the differences, None below
    FEWEST pages. `left_out` counts the experiences and fantasies without a row, each for a single reason:
    `quiet`, `early`, `vague` (the date), `unreviewed` (a week or a month later), `unpaired` (reviewed, without two
    numbers to compare).
    """

    rows: tuple[ThenNowRow, ...]
    counts: Mapping[str, int]
    median: float | None
    left_out: Mapping[str, int]

    @property
    def n(self) -> int:
        """Return how many pages have two numbers to compare."""
        return sum(self.counts.values())

    @property
    def conclusive(self) -> bool:
        """Return whether the pages are enough for a sentence about all pages."""
        return self.n >= FEWEST


def then_and_now(entries: Iterable[Entry]) -> ThenNow:
    """Return then and now of the pages: for each page the newest blind review after a week or a month."""
    from statistics import median  # loads decimals and fractions

    outcomes = [_row_or_reason(entry) for entry in entries if entry.kind in THEN and not is_jot(entry)]
    rows = [row for row in outcomes if isinstance(row, ThenNowRow)]
    turns = Counter(_turn(row.then, row.now) for row in rows)
    reasons = Counter(reason for reason in outcomes if isinstance(reason, str))
    rows.sort(key=lambda row: (row.day, *writing_order(row.entry)), reverse=True)
    return ThenNow(
        rows=tuple(rows[:MOST_ROWS]),
        counts={turn: turns[turn] for turn in ("held", "settled", "grown", "lighter", "darker")},
        median=float(median(row.then - row.now for row in rows)) if len(rows) >= FEWEST else None,
        left_out={reason: reasons[reason] for reason in ("quiet", "early", "vague", "unreviewed", "unpaired")},
    )


def _row_or_reason(entry: Entry) -> ThenNowRow | str:
    """Return the row of a page, or the reason for no row."""
    if is_quiet(entry):
        return "quiet"
    if entry.early:
        return "early"
    about, reviews = entry.date, _later_reviews(entry)
    if about is None or not about.exact:
        return "vague"
    for review in reviews:
        if numbers := comparable_numbers(entry, review):
            return ThenNowRow(entry, about.earliest, *numbers, plain_word(review.get("size")))
    return "unpaired" if reviews else "unreviewed"


def _later_reviews(entry: Entry) -> list[Mapping[str, Value]]:
    """Return the reviews after a week or a month, newest first; of two at the same time, the later addition first."""
    reviews = (review for review in reversed(entry.reviews) if review.get("cadence") in _DRAWN)
    return sorted(reviews, key=lambda review: comparable(moment_of(review.get("at"))), reverse=True)
