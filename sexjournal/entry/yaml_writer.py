"""Writes fields as the lines of a header. Every reader of YAML finds the same text in the lines.

Text stands without quotes wherever no reader takes it for a number, a date or a sign of YAML. Knows no lines of a page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sexjournal.entry.front_matter import CONTROL, Writable

_BREAK = r"\t\n\r\x85\u2028\u2029"
_ESCAPED = re.compile(rf'["\\{CONTROL}{_BREAK}]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

# Text that needs quotes: everywhere, and between brackets.
_NOT_PLAIN = re.compile(rf"^[-?:,\[\]{{}}#&*!|>'\"%@`\s]|^\.\.\.|: | #|[:\s]$|[{CONTROL}{_BREAK}]")
_BRACKETED = re.compile(r"[,\[\]{}?]")
# Text that a reader with types takes for a flag, a number or the like.
_TYPED = {"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", ".inf", "+.inf", ".nan"}
_NUMBER = re.compile(r"[-+.]*[0-9][0-9a-fxotz_.,:+\- ]*", re.IGNORECASE)
_DATED = frozenset({"date", "written", "at"})  # stand without quotes, although they look like a number or a date


def rows_of_fields(fields: Mapping[str, Writable]) -> str:
    """Return a whole new header: a line for each field, and another line for each map of a list of maps."""
    rows = (row for key, value in fields.items() for row in field_rows(f"{text_of(key)}: ", key, value))
    return "".join(f"{row}\n" for row in rows)


def field_rows(lead: str, key: str, value: Writable) -> list[str]:
    """Return the lines of a field; `lead` is the text before the value: indent, key, colon, space."""
    if isinstance(value, Sequence) and any(isinstance(item, Mapping) for item in value):
        indent = lead[: len(lead) - len(lead.lstrip())]
        return [lead.rstrip(), *(f"{indent}  - {on_one_line(item)}" for item in value)]
    return [lead + (text_of(value, key) if isinstance(value, str) else on_one_line(value, key))]


def on_one_line(value: Writable, key: str = "") -> str:
    """Return a value in the form between brackets."""
    if isinstance(value, str):
        return text_of(value, key, bracketed=True)
    if isinstance(value, Mapping):
        pairs = (f"{text_of(name, bracketed=True)}: {on_one_line(inner, name)}" for name, inner in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(on_one_line(item) for item in value) + "]"
    return "null" if value is None else str(value).lower()


def text_of(text: str, key: str = "", *, bracketed: bool = False) -> str:
    """Return text without quotes where every reader finds the same text, else between double quotes."""
    typed = text.casefold() in _TYPED or (key not in _DATED and _NUMBER.fullmatch(text))
    if not (typed or _NOT_PLAIN.search(text) or (bracketed and _BRACKETED.search(text))):
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    sign = match.group()
    return _ESCAPES.get(sign) or (f"\\x{ord(sign):02x}" if ord(sign) < 0x100 else f"\\u{ord(sign):04x}")
