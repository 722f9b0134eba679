"""A whole page to read: heading, facts, text, and the reviews below. Knows pages and words, no files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sexjournal.entry.dates import parse_date
from sexjournal.entry.merging import holds_marks
from sexjournal.entry.shown_dates import long_date
from sexjournal.errors import BadInput
from sexjournal.reflect.page_facts import shows_numbers
from sexjournal.terminal.rich_text import draw_markdown, draw_pairs
from sexjournal.terminal.text import one_line, safe_text

if TYPE_CHECKING:
    from sexjournal.entry.entry import Entry
    from sexjournal.entry.front_matter import Value
    from sexjournal.terminal.style import Style, Vocabulary


@dataclass(frozen=True, slots=True)
class _Block:
    """The page itself, or a review below the page."""

    heading: str
    facts: tuple[tuple[str, str], ...]
    text: str


# Front matter with a place of its own on the page, and front matter that only steers the program.
_SHOWN_ELSEWHERE = frozenset(
    {"id", "kind", "date", "written", "title", "with", "tags", "review", "quiet", "early", "resurface"}
)
_REVIEW_SHOWN_ELSEWHERE = frozenset({"cadence", "at", "days_since", "blind", "note"})


def page_text(entry: Entry, style: Style, words: Vocabulary) -> str:
    """Return the whole page for reading: heading, date and other facts, text, and the reviews below.

    With colour the text is rendered as Markdown. The text stays as written without colour, and on a page in two
    versions, as the marks between versions are no Markdown. Numbers of `quiet` and `early` pages are left out.
    """
    reviews = (_review_block(entry, review, style, words) for review in entry.reviews)
    styled = style.colour and not holds_marks(entry)
    blocks = (_page_block(entry, style, words), *reviews)
    return "\n".join(_styled_block(block, style) if styled else _plain_block(block) for block in blocks)


def _page_block(entry: Entry, style: Style, words: Vocabulary) -> _Block:
    kind = words.get(f"kind.{entry.kind}", entry.kind)
    other_fields = {name: value for name, value in entry.fields.items() if name not in _SHOWN_ELSEWHERE}
    written = _day(entry.written.date().isoformat(), style) if entry.written else ""
    facts = (
        (words.get("date", "date"), long_date(entry.date, style.language) if entry.date else ""),
        (words.get("kind", "kind"), kind if entry.title else ""),
        (words.get("with", "with"), ", ".join(entry.people)),
        (words.get("tags", "tags"), ", ".join(entry.tags)),
        *_facts(other_fields, words, numbers=shows_numbers(entry)),
        (words.get("written", "written"), written),
        (words.get("id", "id"), entry.id),
    )
    return _Block(entry.title or kind, tuple(fact for fact in facts if fact[1]), entry.body)


def _review_block(entry: Entry, review: Mapping[str, Value], style: Style, words: Vocabulary) -> _Block:
    cadence, at, note = (str(review.get(name) or "") for name in ("cadence", "at", "note"))
    answers = {name: value for name, value in review.items() if name not in _REVIEW_SHOWN_ELSEWHERE}
    heading = ", ".join(filter(None, (words.get(f"cadence.{cadence}", cadence), _day(at[:10], style))))
    return _Block(heading, tuple(_facts(answers, words, numbers=shows_numbers(entry))), note)


def _day(stored: str, style: Style) -> str:
    try:
        return long_date(parse_date(stored), style.language)
    except BadInput:
        return stored


def _facts(
    fields: Mapping[str, Value], words: Vocabulary, prefix: str = "", *, numbers: bool
) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each field, in words; whole numbers only with `numbers`."""
    for key, value in fields.items():
        name = prefix + key
        if isinstance(value, dict):
            yield from _facts(value, words, f"{name}.", numbers=numbers)
        elif (text := _value_text(name, value, words)) and (numbers or not str(value).isdecimal()):
            yield words.get(name, key.replace("_", " ")), text


def _value_text(name: str, value: Value, words: Vocabulary) -> str:
    if isinstance(value, list):
        return ", ".join(_value_text(name, item, words) for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {_value_text(f'{name}.{key}', item, words)}" for key, item in value.items())
    text = "" if value is None else str(value)
    word = words.get(f"{name}.{text}")
    return text if word is None else f"{text} ({word})" if text.isdecimal() else word


def _plain_block(block: _Block) -> str:
    facts = "".join(f"{one_line(name)}: {one_line(value)}\n" for name, value in block.facts)
    text = safe_text(block.text).strip("\n")
    return f"{one_line(block.heading)}\n{facts}" + (f"\n{text}\n" if text else "")


def _styled_block(block: _Block, style: Style) -> str:
    top = draw_pairs(block.facts, style, block.heading)
    return f"{top}\n{draw_markdown(block.text, style)}" if block.text.strip() else top
