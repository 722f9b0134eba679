"""A review of a page: the section of questions, and the fields to store. Knows pages, no terminal and no clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING

from sexjournal.entry.dates import journal_day
from sexjournal.reflect.page_facts import written_day

if TYPE_CHECKING:
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.front_matter import Writable

# The answers of a review in the order on the page; answers to the person's own questions come after them.
_ANSWER_ORDER = (
    *("now", "mood", "agree", "feeling", "size", "free", "tell", "note", "recall"),
    *("reading", "matters", "again", "reality", "share"),
)


def review_section(entry: Entry, cadence: str) -> str:
    """Return the section of the prompt files for a review of a page; `free` has the questions of a week later.

    A fantasy has its own section, a month later too: the questions ask again for the pull, on the scale of then. The
    questions of the month ask how a moment feels.
    """
    if cadence in ("day", "year"):
        return f"review.{cadence}"
    if entry.kind == "fantasy":
        return "review.week_fantasy"
    return "review.month" if cadence == "month" else "review.week"


def review_fields(
    entry: Entry, cadence: str, now: datetime, answers: Mapping[str, Writable], *, blind: bool, day_starts: time
) -> dict[str, Writable]:
    """Return the review to append to a page: answers, time, and whether the number came before the page.

    `at` is to the minute, with the offset. `days_since` counts from the date of the page, without a date from the day
    of writing, and is left out when the date is vaguer than a day. Blank answers are left out.
    """
    review: dict[str, Writable] = {
        "cadence": cadence,
        "at": now.isoformat(timespec="minutes"),
        "days_since": _days_since(entry, now, day_starts),
        **dict.fromkeys(_ANSWER_ORDER),
        **answers,
    }
    return {name: value for name, value in review.items() if not _is_blank(value)} | {"blind": blind}


def _days_since(entry: Entry, now: datetime, day_starts: time) -> int | None:
    about = entry.date
    if about and not about.exact:
        return None
    day = about.earliest if about else written_day(entry, day_starts)
    # After a flight across the date line it may still be the day before.
    return max(0, (journal_day(now, day_starts) - day).days) if day else None


def _is_blank(value: Writable) -> bool:
    return not value.strip() if isinstance(value, str) else value in (None, [], {})
