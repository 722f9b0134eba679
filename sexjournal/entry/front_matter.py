"""The lines between the two `---`: read as plain text values, changed line by line. Knows no field's meaning.

YAML is read from its event stream, so nothing is ever turned into a type, and nothing in a page can build an object,
multiply itself or exhaust the stack. Writing touches the lines of one key and leaves every other character alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sexjournal.errors import BadInput

if TYPE_CHECKING:
    import yaml

# What is read: every scalar is the text as written ('no', '1:20', '6'); nothing, `null` and `~` are None.
Value: TypeAlias = "str | int | list[Value] | dict[str, Value] | None"
# What may be given to write: a number or a flag is written plain and reads back as its text.
Given: TypeAlias = "str | int | Sequence[Given] | Mapping[str, Given] | None"

LARGEST = 64 * 1024  # bytes of a header
DEEPEST = 20  # levels of lists and maps in each other

BOUNDARY = re.compile(r"^---\r?(?:\n|\Z)", re.MULTILINE)
_OPENING = re.compile(r"\ufeff?---\r?(?:\n|\Z)")

# What YAML refuses, and a byte order mark, which it skips in some places; and what ends a line or a word.
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff"
_BREAK = r"\t\n\r\x85\u2028\u2029"
_UNREADABLE = re.compile(rf"[{_CONTROL}\ud800-\udfff]")
_ESCAPED = re.compile(rf'["\\{_CONTROL}{_BREAK}]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

# Text that cannot stand without quotes, on a line of its own and between brackets.
_NOT_PLAIN = re.compile(rf"^[-?:,\[\]{{}}#&*!|>'\"%@`\s]|^\.\.\.|: | #|[:\s]$|[{_CONTROL}{_BREAK}]")
_BRACKETED = re.compile(r"[,\[\]{}?]")
# Text that a reader with types takes for something else than text.
_TYPED = {"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<", ".inf", "+.inf", ".nan"}
_NUMBER = re.compile(r"[-+.]*[0-9][0-9a-fxotz_.,:+\- ]*", re.IGNORECASE)
_COUNT = re.compile("0|[1-9][0-9]{0,8}")
_DATED = frozenset({"date", "written", "at"})  # stand without quotes, although they look like a number or a date

# What an event may not have.
_EXTRAS = (
    ("anchor", "an anchor or an alias", "put double quotes around text that begins with & or *"),
    ("tag", "a YAML tag", "put double quotes around text that begins with !"),
    ("explicit", "another document mark", "the closing line is three dashes and nothing else"),
)

_COMMENT = re.compile(r"[ \t]*#[^\r\n]*")
_NAME = re.compile(r"[\w-]{1,40}")


class BadPage(BadInput):
    """A page whose front matter cannot be read; `line` counts from 1, the opening `---` included."""

    def __init__(self, line: int, sentence: str, hint: str = "") -> None:
        super().__init__(f"line {line}: {sentence}", hint)
        self.line = line


def bounds(text: str) -> tuple[int, int, int]:
    """Where the header begins and ends and where the body begins; all 0 for a page without front matter."""
    opening = _OPENING.match(text)
    if opening is None:
        return 0, 0, 0
    closing = BOUNDARY.search(text, opening.end())
    if closing is None:
        raise BadPage(1, "the front matter is never closed", "end it with a line of three dashes: ---")
    return opening.end(), closing.start(), closing.end()


# Reading


@dataclass(slots=True)
class _Level:
    """One list or map while it is being filled; `key` waits for its value."""

    into: list[Value] | dict[str, Value]
    key: str | None = None

    def add(self, value: Value) -> None:
        if isinstance(self.into, list):
            self.into.append(value)
        elif self.key is not None:
            self.into[self.key] = value
            self.key = None

    @property
    def awaits_key(self) -> bool:
        return self.key is None and isinstance(self.into, dict)


def read(header: str) -> dict[str, Value]:
    """The fields of a header, in the order of the page. Raises BadPage, which never quotes a value."""
    measure(header)
    fields = _root(header, _events(header))
    if not isinstance(fields, dict):
        raise BadPage(2, "the front matter does not hold fields", "write each as 'key: value', one on a line")
    return fields


def _root(header: str, events: Iterable[yaml.Event]) -> Value:
    """Return the value that these events of a header make; an empty header has no fields."""
    import yaml

    root: list[Value] = []
    levels = [_Level(root)]
    for event in events:
        level = levels[-1]
        if isinstance(event, yaml.ScalarEvent):
            if level.awaits_key:
                level.key = _new_key(header, event, levels)
            else:
                level.add(_scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            levels.append(_deeper(header, event, levels))
        elif isinstance(event, yaml.CollectionEndEvent):
            levels.pop()
    return root[0] if root else {}


def measure(header: str) -> None:
    """Refuse a header that is too large, or holds characters that YAML does not have."""
    if len(header.encode("utf-8", "replace")) > LARGEST:
        raise BadPage(1, "the front matter is larger than 64 KiB", "long text belongs below the second ---")
    odd = _UNREADABLE.search(header)
    if odd:
        line = _line(header, odd.start())
        raise BadPage(line, "an invisible control character stands in the front matter", "delete it, or the whole line")


def _events(header: str) -> Iterator[yaml.Event]:
    """YAML's events, with libyaml where it is there; whatever we don't want in a page is a BadPage."""
    import yaml

    try:
        yield from _parsed(header, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.YAMLError as trouble:
        raise _unreadable(header, trouble) from None


def _parsed(header: str, loader: Any) -> Iterator[yaml.Event]:
    import yaml

    for event in yaml.parse(header, Loader=loader):
        _refuse_extras(header, event)
        yield event


def _unreadable(header: str, trouble: yaml.YAMLError) -> BadPage:
    """Return what to say of a header that YAML refused: the same with libyaml and without, whatever their release.

    Each release scans ahead of its events, and has limits of its own. So PyYAML's own parser is asked for the place,
    as libyaml may name the line before; and what we refuse in front of that place comes first.
    """
    import yaml

    place = _offset(trouble)
    try:
        _root(header, _parsed(header, yaml.BaseLoader))
    except yaml.YAMLError as plainer:
        place = _offset(plainer)
    except BadPage as ours:
        return ours
    try:
        _root(header, _parsed(header[:place], yaml.BaseLoader))
    except yaml.YAMLError:
        pass  # it ends in the middle of something
    except BadPage as ours:
        return ours
    return BadPage(
        _line(header, place),
        "this cannot be read as YAML",
        "write 'key: value'; put double quotes around text with ': ' or ' #' in it, or that begins with a sign",
    )


def _refuse_extras(header: str, event: yaml.Event) -> None:
    for attribute, what, hint in _EXTRAS:
        if getattr(event, attribute, None):
            raise BadPage(_line(header, _start(event).index), f"{what} cannot stand in the front matter", hint)


def _start(event: yaml.Event) -> yaml.Mark:
    return cast("yaml.Mark", event.start_mark)  # the events of a text always have their marks


def _end(event: yaml.Event) -> yaml.Mark:
    return cast("yaml.Mark", event.end_mark)


def _offset(error: yaml.YAMLError) -> int:
    """The place of YAML's own complaint: for the scanner where the odd thing begins, for the parser where it shows."""
    import yaml

    marks = [getattr(error, "problem_mark", None), getattr(error, "context_mark", None)]
    if isinstance(error, yaml.scanner.ScannerError):
        marks.reverse()
    return next((mark.index for mark in marks if mark is not None), 0)


def _line(header: str, offset: int) -> int:
    """The page's line at `offset` of its header; the opening `---` is line 1."""
    return header.count("\n", 0, offset) + 2


def _scalar(event: yaml.ScalarEvent) -> str | None:
    return None if not event.style and event.value in ("", "~", "null") else event.value


def _new_key(header: str, event: yaml.ScalarEvent, levels: Sequence[_Level]) -> str:
    key = event.value
    if key in levels[-1].into:
        # Inside a value a key may be the person's own words.
        named = f"the key '{key}'" if len(levels) == 2 and _NAME.fullmatch(key) else "a key"
        raise BadPage(_line(header, _start(event).index), f"{named} stands there twice", "keep one of the two")
    return key


def _deeper(header: str, event: yaml.CollectionStartEvent, levels: Sequence[_Level]) -> _Level:
    """A new list or map in the innermost one."""
    import yaml

    if levels[-1].awaits_key:
        what, hint = "a key is a word, not a list or a map", "put double quotes around a key with brackets"
    elif len(levels) > DEEPEST:
        what, hint = (
            f"lists and maps stand more than {DEEPEST} deep in each other",
            "longer thoughts belong in the text",
        )
    else:
        inner: list[Value] | dict[str, Value] = {} if isinstance(event, yaml.MappingStartEvent) else []
        levels[-1].add(inner)
        return _Level(inner)
    raise BadPage(_line(header, _start(event).index), what, hint)


# Writing


def plain(value: Given) -> Value:
    """`value` as it will be read back."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value]


def given(value: Value) -> Given:
    """A value that was read, as it was given to be written: numbers and flags stand plain again, but not in lists."""
    if isinstance(value, dict):
        return {key: given(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [given(item) if isinstance(item, dict) else item for item in value]
    if isinstance(value, str) and _COUNT.fullmatch(value):
        return int(value)
    return value == "true" if value in ("true", "false") else value


def render(fields: Mapping[str, Given]) -> str:
    """A whole new header, one line for each field but for lists of maps, which take one line for each map."""
    rows = (row for key, value in fields.items() for row in _rows(f"{_text(key)}: ", key, value))
    return "".join(f"{row}\n" for row in rows)


def _rows(lead: str, key: str, value: Given) -> list[str]:
    """The lines of one field; `lead` is what stands before its value: indent, key, colon, space."""
    if isinstance(value, Sequence) and any(isinstance(item, Mapping) for item in value):
        indent = lead[: len(lead) - len(lead.lstrip())]
        return [lead.rstrip(), *(f"{indent}  - {_inline(item)}" for item in value)]
    return [lead + (_text(value, key) if isinstance(value, str) else _inline(value, key))]


def _inline(value: Given, key: str = "") -> str:
    """A value as it stands between brackets, on one line."""
    if isinstance(value, str):
        return _text(value, key, bracketed=True)
    if isinstance(value, Mapping):
        pairs = (f"{_text(name, bracketed=True)}: {_inline(inner, name)}" for name, inner in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_inline(item) for item in value) + "]"
    return "null" if value is None else str(value).lower()


def _text(text: str, key: str = "", *, bracketed: bool = False) -> str:
    """Text without quotes where every reader takes it for the same text, else between double quotes."""
    typed = text.casefold() in _TYPED or (key not in _DATED and _NUMBER.fullmatch(text))
    if not (typed or _NOT_PLAIN.search(text) or (bracketed and _BRACKETED.search(text))):
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    sign = match.group()
    return _ESCAPES.get(sign) or (f"\\x{ord(sign):02x}" if ord(sign) < 0x100 else f"\\u{ord(sign):04x}")


# Changing


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a top-level key and its value stand: offsets into the header, `start` and `end` bounding whole lines."""

    start: int
    key: int
    key_end: int
    value: int
    end: int
    dashes: int | None  # the column of the dashes when the value is a list in lines
    comments: tuple[str, ...]  # each with the blanks before it


def lines(header: str) -> dict[str, int]:
    """The page's line of each top-level key."""
    return {key: _line(header, spot.key) for key, spot in _spots(header).items()}


def put(header: str, key: str, value: Given, *, order: Sequence[str] = (), newline: str = "\n") -> str:
    """`header` with `key` set to `value`, or without it for None; comments on a replaced value's lines stay.

    A new key goes where `order` has it: below the nearest key before it, else above the nearest after it, else to the
    end.
    """
    spots = _spots(header)
    spot = spots.get(key)
    if spot is not None:
        start, end = spot.start, spot.end
        rows = [] if value is None else _replacement(header, spot, key, value)
    else:
        start = end = _place(header, spots, key, order)
        indent = next((header[other.start : other.key] for other in spots.values()), "")
        rows = [] if value is None else _rows(f"{indent}{_text(key)}: ", key, value)
    edited = header[:start] + "".join(row + newline for row in rows) + header[end:]
    return _verified(header, edited, {**read(header), key: plain(value)}, key)


def _place(header: str, spots: Mapping[str, _Spot], key: str, order: Sequence[str]) -> int:
    if key not in order:
        return len(header)
    rank = order.index(key)
    above = (spots[name].end for name in reversed(order[:rank]) if name in spots)
    below = (spots[name].start for name in order[rank:] if name in spots)
    return next(chain(above, below), len(header))


def append(header: str, key: str, item: Mapping[str, Given], *, newline: str = "\n") -> str:
    """`header` with one more line below the list at `key`; a list in another form is first written in lines."""
    fields = read(header)
    held = fields.get(key)
    items = held if isinstance(held, list) else [] if held is None else [held]
    spot = _spots(header).get(key)
    if spot is None or spot.dashes is None:
        return put(header, key, [*items, item], newline=newline)
    row = " " * spot.dashes + f"- {_inline(item)}{newline}"
    edited = header[: spot.end] + row + header[spot.end :]
    return _verified(header, edited, {**fields, key: [*items, plain(item)]}, key)


def comments(header: str) -> list[str]:
    """Every comment of a header, each from its `#` on, in the order of the page."""
    pieces = [piece for group in _groups(header) for piece in _pieces(header, group)]
    ends = [(0, 0), *pieces, (len(header), len(header))]
    gaps = (header[stop:start] for (_, stop), (start, _) in pairwise(ends))
    return [comment.strip() for gap in gaps for comment in _COMMENT.findall(gap)]


def _replacement(header: str, spot: _Spot, key: str, value: Given) -> list[str]:
    """The new lines of a key that is there: it keeps its quotes, the space before its value, and its comments."""
    lead = header[spot.start : spot.value]
    if "\n" in lead or lead.endswith(":"):
        lead = header[spot.start : spot.key_end] + ": "
    first, *others = _rows(lead, key, value)
    if not spot.comments:
        return [first, *others]
    beside, *below = spot.comments
    indent = header[spot.start : spot.key]
    below = [f"{indent}  {comment.strip()}" for comment in below]
    return [first + (beside if beside[0] != "#" else f" {beside}"), *below, *others]


def _verified(header: str, edited: str, wanted: Mapping[str, Value], key: str) -> str:
    """`edited`, once it is read again and holds just what it should: an odd form is refused, never damaged."""
    measure(edited)
    expected = {name: value for name, value in wanted.items() if name != key or value is not None}
    try:
        if read(edited) == expected:
            return edited
    except BadPage:
        pass
    named = f"'{key}'" if _NAME.fullmatch(key) else "a key"
    hint = "change it in the editor, or write it as 'key: value' on a line of its own"
    raise BadPage(lines(header).get(key, 1), f"{named} cannot be changed in the form the front matter has", hint)


def _spots(header: str) -> dict[str, _Spot]:
    return {cast("yaml.ScalarEvent", group[0]).value: _spot(header, group) for group in _groups(header)}


def _spot(header: str, group: Sequence[yaml.Event]) -> _Spot:
    import yaml

    key, value = group[0], group[1]
    pieces = list(_pieces(header, group))
    last = pieces[-1][1]
    end = last if header[last - 1] == "\n" else header.index("\n", last) + 1
    gaps = (header[stop:start] for (_, stop), (start, _) in pairwise([*pieces, (end, end)]))
    in_lines = isinstance(value, yaml.SequenceStartEvent) and not value.flow_style
    return _Spot(
        start=header.rfind("\n", 0, _start(key).index) + 1,
        key=_start(key).index,
        key_end=_end(key).index,
        value=_start(value).index,
        end=end,
        dashes=_start(value).column if in_lines else None,
        comments=tuple(comment for gap in gaps for comment in _COMMENT.findall(gap)),
    )


def _pieces(header: str, group: Sequence[yaml.Event]) -> Iterator[tuple[int, int]]:
    """What is written of a key and its value, piece by piece; between them stand only blanks, signs and comments."""
    column = _start(group[0]).column
    for event in group:
        start, end = _start(event).index, _end(event).index
        if getattr(event, "style", None) in ("|", ">"):
            start = header.index("\n", start) + 1  # a comment may stand beside the sign
        # A value of no width in the first column is only where the next key was seen.
        if start < end or _end(event).column > column or event is group[0]:
            yield start, end


def _groups(header: str) -> Iterator[list[yaml.Event]]:
    """The events of each top-level key: first the key's own, then its value's."""
    import yaml

    group: list[yaml.Event] = []
    depth = nodes = 0
    for event in _events(header):
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth == 1 and isinstance(event, yaml.NodeEvent):
            nodes += 1
            if nodes > 1 and nodes % 2:
                yield group
                group = []
        if depth:
            group.append(event)
        depth += isinstance(event, yaml.CollectionStartEvent)
    if group:
        yield group
