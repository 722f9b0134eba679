"""The front matter of a page: the bounds of the header between the two `---`, and the types of values.

Knows neither YAML nor the meaning of a field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from sexjournal.errors import BadInput

# A value as read: every scalar is the text as written ('no', '1:20', '6'); nothing, `null` and `~` are None.
Value: TypeAlias = "str | int | list[Value] | dict[str, Value] | None"
# A value to be written: a number or a flag is written plain, and read again as its text.
Writable: TypeAlias = "str | int | Sequence[Writable] | Mapping[str, Writable] | None"

BOUNDARY = re.compile(r"^---\r?(?:\n|\Z)", re.MULTILINE)
_FIRST_BOUNDARY = re.compile(r"\ufeff?---\r?(?:\n|\Z)")

# Characters that YAML refuses, and the byte order mark, which YAML skips in some places.
CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff"


class BadPage(BadInput):
    """A page with unreadable front matter; `line` counts from 1, the opening `---` included."""

    def __init__(self, line: int, sentence: str, hint: str = "") -> None:
        super().__init__(f"line {line}: {sentence}", hint)
        self.line = line


def bounds(text: str) -> tuple[int, int, int]:
    """Return where the header begins and ends and where the body begins; all 0 for a page without front matter."""
    opening = _FIRST_BOUNDARY.match(text)
    if opening is None:
        return 0, 0, 0
    closing = BOUNDARY.search(text, opening.end())
    if closing is None:
        raise BadPage(1, "the front matter is never closed", "end it with a line of three dashes: ---")
    return opening.end(), closing.start(), closing.end()


def line_at(header: str, offset: int) -> int:
    """Return the line of the page at an offset of the header; the opening `---` is line 1."""
    return header.count("\n", 0, offset) + 2


def as_read(value: Writable) -> Value:
    """Return a value as reading gives it after writing."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return {key: as_read(inner) for key, inner in value.items()}
    return [as_read(inner) for inner in value]


_COUNT = re.compile("0|[1-9][0-9]{0,8}")


def as_writable(value: Value) -> Writable:
    """Return a value as before writing: numbers and flags stand plain again, but not in lists."""
    if isinstance(value, dict):
        return {key: as_writable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_writable(item) if isinstance(item, dict) else item for item in value]
    if isinstance(value, str) and _COUNT.fullmatch(value):
        return int(value)
    return value == "true" if value in ("true", "false") else value


def items_of(value: Value) -> list[Value]:
    """Return the items of a list; `with: Wren` is a list of one, None an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
