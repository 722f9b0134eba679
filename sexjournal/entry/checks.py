"""Checks the values in the fields of a page. A refusal names the line of the page. Knows no files."""

from __future__ import annotations

from collections.abc import Collection

from sexjournal.entry.entry import Entry, header_of
from sexjournal.entry.field_lines import lines_of_fields
from sexjournal.entry.fields import FIELDS, KIND, hint_for_kind
from sexjournal.entry.front_matter import BadPage


def check(entry: Entry, besides: Collection[str] = ()) -> None:
    """Raise BadPage, with the line, for the first field with a wrong value.

    Fields of the person's own are never looked at, nor the names in `besides`.
    """
    for name in FIELDS:
        if name not in besides:
            check_field(entry, name)


def check_field(entry: Entry, name: str) -> None:
    """Raise BadPage when a field has a wrong value; no value is always allowed."""
    shape, value = FIELDS[name], entry.fields.get(name)
    if value is None or shape.holds(value):
        return
    hint = hint_for_kind(value) if shape is KIND else shape.hint
    raise BadPage(line_of(entry, name), f"'{name}' takes {shape.takes}", hint)


def line_of(entry: Entry, name: str) -> int:
    """Return the line of the page where a field stands, counted from 1; 1 for a field missing on the page."""
    return lines_of_fields(header_of(entry)).get(name, 1)
