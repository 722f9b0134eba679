"""Pages made by hand, and which of them filters and references choose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sexjournal.entry import entry
from sexjournal.entry.entry import Entry
from sexjournal.entry.typed_dates import understand
from sexjournal.search.filters import Filters, rating_range, select
from sexjournal.search.references import check_unambiguous, resolve

TODAY = date(2026, 11, 23)
SECRET = "the lake house"


def page(page_id: str, when: str = "2026-11-21", **fields: object) -> Entry:
    """A page of that id and date; 'with_' stands for 'with'."""
    named = {name.rstrip("_"): value for name, value in fields.items()}
    return entry.compose({"id": page_id, "date": when, "title": SECRET, **named}, "a text\n")


def chosen(pages: Sequence[Entry], **filters: object) -> list[str]:
    """The ids that these filters let through; dates and rating as they are typed."""
    for name in {"on", "since", "until"} & filters.keys():
        filters[name] = understand(str(filters[name]), TODAY)
    if "rating" in filters:
        filters["rating"] = rating_range(str(filters["rating"]))
    return [found.id for found in select(pages, Filters(**filters), TODAY)]


def named(pages: Sequence[Entry], *refs: str) -> list[str]:
    return [found.id for found in resolve(pages, refs, TODAY)]


def the_one(pages: Sequence[Entry], ref: str) -> Entry:
    """The page that a REF names where it must name one."""
    found = resolve(pages, [ref], TODAY)
    check_unambiguous(found, ref)
    return found[0]
