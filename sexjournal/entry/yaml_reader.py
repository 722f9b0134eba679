"""Reads a header as YAML into plain text values, and refuses YAML with no place in a page.

Reads the events of PyYAML: no value is ever turned into a type, and no page can build an object, multiply itself or
exhaust the stack. Knows no field's meaning; a refusal names the line and never quotes a value.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Any, cast

from sexjournal.entry.front_matter import CONTROL, BadPage, Value, line_at

if TYPE_CHECKING:
    import yaml

LARGEST_HEADER = 64 * 1024  # bytes
DEEPEST = 20  # levels of lists and maps in each other
FIELD_NAME = re.compile(r"[\w-]{1,40}")  # a name that a refusal may quote

_UNREADABLE = re.compile(rf"[{CONTROL}\ud800-\udfff]")
# Attributes that no event may have.
_EXTRAS = (
    ("anchor", "an anchor or an alias", "put double quotes around text that begins with & or *"),
    ("tag", "a YAML tag", "put double quotes around text that begins with !"),
    ("explicit", "another document mark", "the closing line is three dashes and nothing else"),
)


def read_fields(header: str) -> dict[str, Value]:
    """Return the fields of a header, in the order of the page. Raises BadPage."""
    refuse_unreadable(header)
    fields = _value_of(header, events(header))
    if not isinstance(fields, dict):
        raise BadPage(2, "the front matter does not hold fields", "write each as 'key: value', one on a line")
    return fields


def refuse_unreadable(header: str) -> None:
    """Raise BadPage for a header too large, or with characters not allowed in YAML."""
    if len(header.encode("utf-8", "replace")) > LARGEST_HEADER:
        raise BadPage(1, "the front matter is larger than 64 KiB", "long text belongs below the second ---")
    match = _UNREADABLE.search(header)
    if match:
        line = line_at(header, match.start())
        raise BadPage(line, "an invisible control character stands in the front matter", "delete it, or the whole line")


def events(header: str) -> Iterator[yaml.Event]:
    """Yield the events of a header, by libyaml where PyYAML has libyaml. Raises BadPage for refused YAML."""
    import yaml

    try:
        yield from _allowed_events(header, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.YAMLError as error:
        raise _refusal(header, error) from None


def events_by_key(header: str) -> Iterator[list[yaml.Event]]:
    """Yield the events of each top-level key: first the event of the key itself, then the events of the value."""
    import yaml

    group: list[yaml.Event] = []
    depth = nodes = 0
    for event in events(header):
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


def is_list_in_lines(event: yaml.Event) -> bool:
    """Whether an event begins a list with a line for each item, not between brackets."""
    import yaml

    return isinstance(event, yaml.SequenceStartEvent) and not event.flow_style


def start_of(event: yaml.Event) -> yaml.Mark:
    """Return where an event begins in the header."""
    return cast("yaml.Mark", event.start_mark)  # the events of a text always have their marks


def end_of(event: yaml.Event) -> yaml.Mark:
    """Return where an event ends in the header."""
    return cast("yaml.Mark", event.end_mark)


def _allowed_events(header: str, loader: Any) -> Iterator[yaml.Event]:
    import yaml

    for event in yaml.parse(header, Loader=loader):
        for attribute, what, hint in _EXTRAS:
            if getattr(event, attribute, None):
                raise _bad_event(header, event, f"{what} cannot stand in the front matter", hint)
        yield event


def _bad_event(header: str, event: yaml.Event, sentence: str, hint: str) -> BadPage:
    return BadPage(line_at(header, start_of(event).index), sentence, hint)


# Values


def _value_of(header: str, stream: Iterator[yaml.Event]) -> Value:
    """Return the value of all events of a header; an empty header has no fields."""
    import yaml

    value: Value = {}
    for event in stream:
        if isinstance(event, yaml.NodeEvent):
            value = _node(header, event, stream, depth=1)
    return value


def _node(header: str, event: yaml.Event, stream: Iterator[yaml.Event], depth: int) -> Value:
    """Return the value from `event` on, and take the events of the value from the stream; `depth` counts from 1."""
    import yaml

    if isinstance(event, yaml.ScalarEvent):
        return None if not event.style and event.value in ("", "~", "null") else event.value
    if depth > DEEPEST:
        sentence = f"lists and maps stand more than {DEEPEST} deep in each other"
        raise _bad_event(header, event, sentence, "longer thoughts belong in the text")
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Value] = []
        while not isinstance(inner := next(stream), yaml.SequenceEndEvent):
            items.append(_node(header, inner, stream, depth + 1))
        return items
    fields: dict[str, Value] = {}
    while not isinstance(inner := next(stream), yaml.MappingEndEvent):
        key = _key(header, inner, fields, depth)
        fields[key] = _node(header, next(stream), stream, depth + 1)
    return fields


def _key(header: str, event: yaml.Event, fields: Container[str], depth: int) -> str:
    """Return the key of a map at `event`; `fields` has the earlier keys of the map."""
    import yaml

    if not isinstance(event, yaml.ScalarEvent):
        hint = "put double quotes around a key with brackets"
        raise _bad_event(header, event, "a key is a word, not a list or a map", hint)
    key = event.value
    if key in fields:
        # Inside a value a key may be the person's own words.
        name = f"the key '{key}'" if depth == 1 and FIELD_NAME.fullmatch(key) else "a key"
        raise _bad_event(header, event, f"{name} stands there twice", "keep one of the two")
    return key


# Refusals


def _refusal(header: str, error: yaml.YAMLError) -> BadPage:
    """Return the refusal of a header refused by YAML: the same with libyaml and without, for every release.

    Each release scans ahead of the events, and has other limits. So PyYAML's Python parser decides the place, as
    libyaml may name the line before. A refusal of ours before the place comes first.
    """
    import yaml

    place = _offset(error)
    try:
        _value_of(header, _allowed_events(header, yaml.BaseLoader))
    except yaml.YAMLError as error_of_pyyaml:
        place = _offset(error_of_pyyaml)
    except BadPage as refusal:
        return refusal
    try:
        _value_of(header, _allowed_events(header[:place], yaml.BaseLoader))
    except yaml.YAMLError:
        pass  # the header is cut in the middle of a value
    except BadPage as refusal:
        return refusal
    return BadPage(
        line_at(header, place),
        "this cannot be read as YAML",
        "write 'key: value'; put double quotes around text with ': ' or ' #' in it, or that begins with a sign",
    )


def _offset(error: yaml.YAMLError) -> int:
    """Return the offset of an error: where the odd token begins (scanner), or where the error shows (parser)."""
    import yaml

    marks = [getattr(error, "problem_mark", None), getattr(error, "context_mark", None)]
    if isinstance(error, yaml.scanner.ScannerError):
        marks.reverse()
    return next((mark.index for mark in marks if mark is not None), 0)
