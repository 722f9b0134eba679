"""Changes the lines of a field in a header, and leaves every other character alone. Knows no field's meaning.

Each changed header is read again and compared: an odd form of YAML is refused, never damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, cast

from sexjournal.entry.front_matter import BadPage, Value, Writable, as_read, items_of, line_at
from sexjournal.entry.yaml_reader import (
    FIELD_NAME,
    end_of,
    events_by_key,
    is_list_in_lines,
    read_fields,
    refuse_unreadable,
    start_of,
)
from sexjournal.entry.yaml_writer import field_rows, on_one_line, text_of

if TYPE_CHECKING:
    import yaml

_COMMENT_ON_LINE = re.compile(r"[ \t]*#[^\r\n]*")


@dataclass(frozen=True, slots=True)
class _Place:
    """The place of a top-level key and the value: offsets into the header; `start` and `end` bound whole lines."""

    start: int
    key: int
    key_end: int
    value: int
    end: int
    dashes: int | None  # the column of the dashes when the value is a list in lines
    comments: tuple[str, ...]  # each with the blanks before it


def lines_of_fields(header: str) -> dict[str, int]:
    """Return the line of the page for each top-level key."""
    return {key: line_at(header, place.key) for key, place in _places(header).items()}


def comments_in(header: str) -> list[str]:
    """Return every comment of a header, each from the `#` on, in the order of the page."""
    pieces = [piece for group in events_by_key(header) for piece in _pieces(header, group)]
    ends = [(0, 0), *pieces, (len(header), len(header))]
    gaps = (header[stop:start] for (_, stop), (start, _) in pairwise(ends))
    return [comment.strip() for gap in gaps for comment in _COMMENT_ON_LINE.findall(gap)]


def set_field(header: str, key: str, value: Writable, *, order: Sequence[str] = (), newline: str = "\n") -> str:
    """Return the header with `key` set to `value`, or without `key` for None; comments on replaced lines stay.

    A new key goes by `order`: below the nearest earlier key, else above the nearest later key, else to the end. Raises
    BadPage where the fields do not stand on lines of their own.
    """
    places = _places(header)
    place = places.get(key)
    if place is not None:
        start, end = place.start, place.end
        rows = [] if value is None else _replacement(header, place, key, value)
    else:
        start = end = _offset_for(header, places, key, order)
        indent = next((header[other.start : other.key] for other in places.values()), "")
        rows = [] if value is None else field_rows(f"{indent}{text_of(key)}: ", key, value)
    edited = header[:start] + "".join(row + newline for row in rows) + header[end:]
    return _verified(header, edited, {**read_fields(header), key: as_read(value)}, key)


def append_item(header: str, key: str, item: Mapping[str, Writable], *, newline: str = "\n") -> str:
    """Return the header with one more line below the list at `key`; a list in another form is first put in lines."""
    fields = read_fields(header)
    items = items_of(fields.get(key))
    place = _places(header).get(key)
    if place is None or place.dashes is None:
        return set_field(header, key, [*items, item], newline=newline)
    row = " " * place.dashes + f"- {on_one_line(item)}{newline}"
    edited = header[: place.end] + row + header[place.end :]
    return _verified(header, edited, {**fields, key: [*items, as_read(item)]}, key)


def _offset_for(header: str, places: Mapping[str, _Place], key: str, order: Sequence[str]) -> int:
    """Return the offset at which a new key goes into the header."""
    if key not in order:
        return len(header)
    rank = order.index(key)
    above = (places[name].end for name in reversed(order[:rank]) if name in places)
    below = (places[name].start for name in order[rank:] if name in places)
    return next(chain(above, below), len(header))


def _replacement(header: str, place: _Place, key: str, value: Writable) -> list[str]:
    """Return new lines for an existing key; quotes, the space before the value and comments stay."""
    lead = header[place.start : place.value]
    if "\n" in lead or lead.endswith(":"):
        lead = header[place.start : place.key_end] + ": "
    first, *others = field_rows(lead, key, value)
    if not place.comments:
        return [first, *others]
    beside, *below = place.comments
    indent = header[place.start : place.key]
    below = [f"{indent}  {comment.strip()}" for comment in below]
    return [first + (beside if beside[0] != "#" else f" {beside}"), *below, *others]


def _verified(header: str, edited: str, fields: Mapping[str, Value], key: str) -> str:
    """Return `edited` if it reads as `fields`, where None at `key` is no field; raises BadPage else."""
    refuse_unreadable(edited)
    expected = {name: value for name, value in fields.items() if name != key or value is not None}
    try:
        if read_fields(edited) == expected:
            return edited
    except BadPage:
        pass
    name = f"'{key}'" if FIELD_NAME.fullmatch(key) else "a key"
    hint = "change it in the editor, or write it as 'key: value' on a line of its own"
    line = lines_of_fields(header).get(key, 1)
    raise BadPage(line, f"{name} cannot be changed in the form the front matter has", hint)


# Where the fields stand


def _places(header: str) -> dict[str, _Place]:
    return {cast("yaml.ScalarEvent", group[0]).value: _place_of(header, group) for group in events_by_key(header)}


def _place_of(header: str, group: Sequence[yaml.Event]) -> _Place:
    key, value = group[0], group[1]
    pieces = list(_pieces(header, group))
    last = pieces[-1][1]
    end = last if header[last - 1] == "\n" else header.index("\n", last) + 1
    gaps = (header[stop:start] for (_, stop), (start, _) in pairwise([*pieces, (end, end)]))
    return _Place(
        start=header.rfind("\n", 0, start_of(key).index) + 1,
        key=start_of(key).index,
        key_end=end_of(key).index,
        value=start_of(value).index,
        end=end,
        dashes=start_of(value).column if is_list_in_lines(value) else None,
        comments=tuple(comment for gap in gaps for comment in _COMMENT_ON_LINE.findall(gap)),
    )


def _pieces(header: str, group: Sequence[yaml.Event]) -> Iterator[tuple[int, int]]:
    """Yield the bounds of each piece of a key and a value; between pieces stand only blanks, signs and comments."""
    column = start_of(group[0]).column
    for event in group:
        start, end = start_of(event).index, end_of(event).index
        if getattr(event, "style", None) in ("|", ">"):
            start = header.index("\n", start) + 1  # a comment may stand beside the sign
        # PyYAML reports an empty value at the position of the next key: skip that piece of no width.
        if start < end or end_of(event).column > column or event is group[0]:
            yield start, end
