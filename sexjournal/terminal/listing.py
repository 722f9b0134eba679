"""A list of pages: columns on a terminal, fields between tabs in a pipe, or JSON. Knows pages, no files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sexjournal.entry.shown_dates import short_date
from sexjournal.reflect.page_facts import shows_numbers
from sexjournal.reflect.then_now import latest_numbers
from sexjournal.terminal.rich_text import cell_width, cut
from sexjournal.terminal.text import one_line, tabbed

if TYPE_CHECKING:
    from sexjournal.entry.entry import Entry
    from sexjournal.terminal.style import Style, Vocabulary

_TABBED = ("id", "date", "kind", "people", "tags", "rating", "now", "title")
GAP = 2  # blanks between two columns

# Columns shrink in this order where a terminal is narrow, each down to so many cells; 0 removes the column.
_SHRINK = (
    *(("title", 30), ("tags", 12), ("people", 12), ("title", 16), ("tags", 0), ("people", 0), ("kind", 0)),
    *(("title", 6), ("rating", 0), ("title", 0), ("date", 0)),
)
_COLUMN_COLOURS = {"id": "36", "kind": "2", "tags": "2"}  # SGR: cyan, and faint


def entry_lines(entries: Iterable[Entry], style: Style, words: Vocabulary) -> str:
    """Return a line for each entry, in the order given: columns on a terminal, else fields between tabs.

    The fields are id, date as stored, kind, people, tags, rating, the number of the last blind review, and title;
    commas join people and tags. In `discreet`, people, tags and title stay empty.
    """
    if style.tty:
        return _columned([_cells(entry, style, words) for entry in entries], style)
    rows = (_fields(entry, style) for entry in entries)
    return "".join(tabbed(*(_with_commas(fields[name], ",") for name in _TABBED)) for fields in rows)


def entries_json(entries: Iterable[Entry], style: Style) -> str:
    """Return a JSON array in pure ASCII, an object and a line for each entry.

    `{"id", "date", "earliest", "latest", "kind", "written", "people", "tags", "rating", "title", "reviews", "now"}`:
    `date` as stored, `earliest` and `latest` the bounds (`latest` null without an end), `written` in ISO 8601,
    `people` and `tags` lists, `rating` and `now` (the last blind review) 1..7, `reviews` a count. Absent values
    are null. In `discreet`, people, tags and title are null.
    """
    objects = (json.dumps(_fields(entry, style)) for entry in entries)
    return "[" + ",\n ".join(objects) + "]\n"


def _fields(entry: Entry, style: Style) -> dict[str, object]:
    when = entry.date
    numbers = latest_numbers(entry)
    return {
        "id": entry.id,
        "date": when.text if when else None,
        "earliest": when.earliest.isoformat() if when else None,
        "latest": when.latest.isoformat() if when and when.latest < date.max else None,
        "kind": entry.kind,
        "written": entry.written.isoformat() if entry.written else None,
        "people": None if style.discreet else list(entry.people),
        "tags": None if style.discreet else list(entry.tags),
        "rating": entry.rating if shows_numbers(entry) else None,
        "title": None if style.discreet else entry.title or None,
        "reviews": len(entry.reviews),
        "now": numbers[1] if numbers else None,
    }


def _cells(entry: Entry, style: Style, words: Vocabulary) -> dict[str, str]:
    fields = _fields(entry, style)
    numbers = latest_numbers(entry)
    cells = {
        "id": entry.id,
        "date": short_date(entry.date, style.language) if entry.date else None,
        "kind": words.get(f"kind.{entry.kind}", entry.kind),
        "people": fields["people"],
        "tags": fields["tags"],
        "rating": f"{numbers[0]} → {numbers[1]}" if numbers else fields["rating"],
        "title": fields["title"],
    }
    return {name: one_line(_with_commas(value, ", ")) for name, value in cells.items()}


def _with_commas(value: object, comma: str) -> str:
    if isinstance(value, list):
        return comma.join(map(str, value))
    return "" if value is None else str(value)


def _columned(rows: Sequence[Mapping[str, str]], style: Style) -> str:
    widths = _widths(rows, style.width)
    return "".join(_columned_line(cells, widths, style) for cells in rows)


def _widths(rows: Sequence[Mapping[str, str]], available: int) -> dict[str, int]:
    """Return the width of each column in cells, so that a line fits; 0 for a hidden column."""
    natural = {name: max(cell_width(cells[name]) for cells in rows) for name in (rows[0] if rows else ())}
    widths = dict(natural)
    for name, least in _SHRINK:
        over = sum(width + GAP for width in widths.values() if width) - GAP - available
        if over > 0 and widths.get(name, 0) > least:
            widths[name] = max(widths[name] - over, least) if least else 0
    if widths.get("title"):
        rest = sum(width + GAP for name, width in widths.items() if width and name != "title")
        widths["title"] = min(natural["title"], available - rest)
    return widths


def _columned_line(cells: Mapping[str, str], widths: Mapping[str, int], style: Style) -> str:
    columns = (_coloured_cell(name, cut(cells[name], width), style) for name, width in widths.items() if width)
    return (" " * GAP).join(columns).rstrip() + "\n"


def _coloured_cell(column: str, text: str, style: Style) -> str:
    colour = _COLUMN_COLOURS.get(column)
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and style.colour and text.strip() else text
