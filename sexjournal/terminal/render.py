"""What a person or a pipe gets to see: terminal, plain text, JSON. Knows no files, no clock and no gpg.

Every function returns a text that ends in a newline and is ready to be written; none of them writes. Whatever came
from elsewhere goes through `safe_text`, so the only escape sequences in a text are the colours of this module.
"""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, TextIO

from sexjournal.entry.dates import parse_date
from sexjournal.entry.merging import holds_marks
from sexjournal.entry.shown_dates import long_date, short_date
from sexjournal.errors import BadInput
from sexjournal.reflect import reflection

if TYPE_CHECKING:
    from markdown_it.token import Token
    from rich.console import Console, RenderableType

    from sexjournal.entry.entry import Entry, Value
    from sexjournal.search.grep import Hit, Options, Result

# What the program calls things, in the person's language: `kind.memory`, `cadence.week`, a front-matter key (`rating`,
# `map.likes`), or a key with one of its values (`agree.mostly`, `rating.7`). A word that is missing stands for itself.
Words = Mapping[str, str]

# Control characters but newline and tab, what turns the direction of writing, line separators, the byte-order mark,
# lone surrogates, and tags, which spell invisible text.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_SCALE = frozenset("1234567")


def safe_text(text: str) -> str:
    """Return `text` with everything visible that could move a terminal or turn its writing around.

    Escape becomes `␛`, a right-to-left override `<U+202E>`. Only newlines and tabs stay; CR LF is shown as a newline.
    """
    return _UNSAFE.sub(_picture, text.replace("\r\n", "\n"))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def _line(text: str) -> str:
    return safe_text(text).translate({9: " ", 10: " "})


@dataclass(frozen=True, slots=True)
class Face:
    """How a command may look. Decided once, from the streams and the environment."""

    width: int = 80
    colour: bool = False
    tty: bool = False
    language: str = "en"
    discreet: bool = False

    @classmethod
    def of(
        cls, out: TextIO, environ: Mapping[str, str], language: str = "en", discreet: bool = False, plain: bool = False
    ) -> Face:
        """Look at the stream: colour only on a terminal that can, and not with NO_COLOR (https://no-color.org)."""
        tty = out.isatty()
        colour = tty and not plain and not environ.get("NO_COLOR") and environ.get("TERM") not in (None, "", "dumb")
        return cls(_width(out, environ) if tty else 80, colour, tty, language, discreet)


def _width(out: TextIO, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(out.fileno()).columns or 80
    except OSError:
        return 80


def error_lines(sentence: str, hint: str = "") -> str:
    """Return what stderr says about trouble: `journal: no entry matches '1999'`, then perhaps `hint: ...`."""
    return f"journal: {_line(sentence)}\n" + (f"hint: {_line(hint)}\n" if hint else "")


# --- list ---

_TABBED = ("id", "date", "kind", "people", "tags", "rating", "now", "title")


def rows(entries: Iterable[Entry], face: Face, words: Words) -> str:
    """Return one line an entry, in the order given: columns that fit a terminal, or else fields between tabs.

    The fields are id, date as stored, kind, people, tags, rating, the number of the last blind review, and title;
    people and tags are joined by commas. In `discreet` people, tags and title stay empty.
    """
    if face.tty:
        return _columns([_cells(entry, face, words) for entry in entries], face)
    objects = (_object(entry, face) for entry in entries)
    return "".join("\t".join(_line(_joined(told[name], ",")) for name in _TABBED) + "\n" for told in objects)


def rows_json(entries: Iterable[Entry], face: Face) -> str:
    """Return one JSON array, an object a line, in pure ASCII.

    `{"id", "date", "earliest", "latest", "kind", "written", "people", "tags", "rating", "title", "reviews", "now"}`:
    `date` as stored, `earliest` and `latest` its bounds (`latest` null when it goes on), `written` in ISO 8601,
    `people` and `tags` lists, `rating` and `now` (the last blind review) 1..7, `reviews` their count. What is absent is
    null. In `discreet` people, tags and title are null.
    """
    objects = (json.dumps(_object(entry, face)) for entry in entries)
    return "[" + ",\n ".join(objects) + "]\n"


def _object(entry: Entry, face: Face) -> dict[str, object]:
    when = entry.date
    pair = _then_and_now(entry)
    return {
        "id": entry.id,
        "date": when.text if when else None,
        "earliest": when.earliest.isoformat() if when else None,
        "latest": when.latest.isoformat() if when and when.latest < date.max else None,
        "kind": entry.kind,
        "written": entry.written.isoformat() if entry.written else None,
        "people": None if face.discreet else list(entry.people),
        "tags": None if face.discreet else list(entry.tags),
        "rating": entry.rating if _numbered(entry) else None,
        "title": None if face.discreet else entry.title or None,
        "reviews": len(entry.reviews),
        "now": pair[1] if pair else None,
    }


def _cells(entry: Entry, face: Face, words: Words) -> dict[str, str]:
    told = _object(entry, face)
    pair = _then_and_now(entry)
    cells = {
        "id": entry.id,
        "date": short_date(entry.date, face.language) if entry.date else None,
        "kind": words.get(f"kind.{entry.kind}", entry.kind),
        "people": told["people"],
        "tags": told["tags"],
        "rating": f"{pair[0]} → {pair[1]}" if pair else told["rating"],
        "title": told["title"],
    }
    return {name: _line(_joined(value, ", ")) for name, value in cells.items()}


def _joined(value: object, comma: str) -> str:
    if isinstance(value, list):
        return comma.join(map(str, value))
    return "" if value is None else str(value)


def _numbered(entry: Entry) -> bool:
    """Whether numbers are shown: pages that were not wanted, or lie before adulthood, get none."""
    return not (reflection.is_quiet(entry) or entry.early)


def _then_and_now(entry: Entry) -> tuple[int, int] | None:
    """The numbers of the newest review that has two to compare; None where there is none, or none is shown."""
    for review in reversed(entry.reviews):
        settle = reflection.settle(entry, review)
        if settle is not None:
            now = int(str(review["now"]))
            return now + settle, now
    return None


# What gives way when a terminal is narrow, in order: each column down to so many cells, 0 is not shown at all.
_GIVES_WAY = (
    *(("title", 30), ("tags", 12), ("people", 12), ("title", 16), ("tags", 0), ("people", 0), ("kind", 0)),
    *(("title", 6), ("rating", 0), ("title", 0), ("date", 0)),
)
_COLUMN_COLOURS = {"id": "36", "kind": "2", "tags": "2"}  # SGR: cyan, and faint
_GAP = 2


def _columns(table: Sequence[Mapping[str, str]], face: Face) -> str:
    widths = _widths(table, face.width)
    return "".join(_row(cells, widths, face) for cells in table)


def _widths(table: Sequence[Mapping[str, str]], room: int) -> dict[str, int]:
    from rich.cells import cell_len

    natural = {name: max(cell_len(cells[name]) for cells in table) for name in (table[0] if table else ())}
    widths = dict(natural)
    for name, least in _GIVES_WAY:
        over = sum(width + _GAP for width in widths.values() if width) - _GAP - room
        if over > 0 and widths.get(name, 0) > least:
            widths[name] = max(widths[name] - over, least) if least else 0
    if widths.get("title"):
        rest = sum(width + _GAP for name, width in widths.items() if width and name != "title")
        widths["title"] = min(natural["title"], room - rest)
    return widths


def _row(cells: Mapping[str, str], widths: Mapping[str, int], face: Face) -> str:
    shown = [name for name, width in widths.items() if width]
    gap = " " * _GAP
    line = gap.join(_painted(cut(cells[name], widths[name]), _COLUMN_COLOURS.get(name), face) for name in shown)
    return line.rstrip() + "\n"


def cut(text: str, width: int) -> str:
    """Return `text` in exactly so many cells: filled up with blanks, or cut with an ellipsis."""
    from rich.cells import cell_len, set_cell_size

    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _painted(text: str, colour: str | None, face: Face) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and face.colour and text.strip() else text


# --- tables of names and values ---


def tags(counts: Mapping[str, int], face: Face) -> str:
    """Return a tag a line with how many pages bear it, in the order given; without a terminal `tag TAB count`."""
    if not face.tty:
        return "".join(f"{_line(tag)}\t{count}\n" for tag, count in counts.items())
    digits = max((len(str(count)) for count in counts.values()), default=0)
    room = face.width - digits - _GAP
    return "".join(f"{count:>{digits}}  {cut(_line(tag), room).rstrip()}\n" for tag, count in counts.items())


def keys(table: Iterable[Mapping[str, object]], face: Face) -> str:
    """Return a key a line: fingerprint, when it was added and removed, name; in a pipe whole and between tabs."""
    columns = ("fingerprint", "added", "removed", "name")
    if not face.tty:
        return "".join("\t".join(_line(str(key[name])) for name in columns) + "\n" for key in table)
    return "".join(_key_lines(key, face) for key in table)


def in_fours(fingerprint: str) -> str:
    """Return a fingerprint as gpg shows it, to be compared by eye."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def _key_lines(key: Mapping[str, object], face: Face) -> str:
    """A key in two lines, so that a fingerprint is whole on a narrow screen and can be compared."""
    fours = in_fours(str(key["fingerprint"]))
    told = [str(key["name"]), f"added {key['added']}"]
    told += [f"removed {key['removed']}"] if key["removed"] else []
    told += ["this device"] if key["this_device"] else []
    return f"{fours}\n  {cut(_line(', '.join(told)), face.width - 2).rstrip()}\n"


def settings(table: Iterable[tuple[str, str, str, str]], face: Face) -> str:
    """Return the settings: of each its name, value, where that comes from, and sentence; in a pipe between tabs."""
    if not face.tty:
        return "".join("\t".join(map(_line, row)) + "\n" for row in table)
    pairs = [(name, f"{value}  ({source})\n{sentence}") for name, value, source, sentence in table]
    return _drawn([_grid(pairs)], face)


def _grid(pairs: Iterable[tuple[str, str]]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, _GAP))
    grid.add_column(overflow="fold", style="dim")
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(Text(_line(name)), Text(safe_text(value)))
    return grid


# --- doctor ---


def findings(blocks: Iterable[tuple[str, str]], face: Face) -> str:
    """Return each sentence with its hint indented below; a line of a hint that begins with two blanks stays whole."""
    lines = (line for what, hint in blocks for line in (*_fitted(_line(what), "", face), *_fitted(hint, "    ", face)))
    return "".join(f"{line}\n" for line in lines)


def _fitted(text: str, indent: str, face: Face) -> Iterator[str]:
    for line in safe_text(text).split("\n") if text else ():
        if line.startswith("  ") or not face.tty:
            yield indent + line
        else:
            yield from textwrap.wrap(
                line, face.width - 1, initial_indent=indent, subsequent_indent=indent or "  ", break_long_words=False
            )


# --- show ---


@dataclass(frozen=True, slots=True)
class _Part:
    """The page itself, or one review under it."""

    heading: str
    facts: tuple[tuple[str, str], ...]
    text: str


# Front matter that has its own place on the page, or only steers the program.
_ELSEWHERE = frozenset(
    {"id", "kind", "date", "written", "title", "with", "tags", "review", "quiet", "early", "resurface"}
)
_REVIEW_ELSEWHERE = frozenset({"cadence", "at", "days_since", "blind", "note"})


def page(entry: Entry, face: Face, words: Words) -> str:
    """Return the whole page for reading: heading, date, what is known about it, the text, and the reviews under it.

    With colour the text is rendered as Markdown; otherwise it stands there as written, and so does a page in two
    versions, whose marks are no Markdown. Numbers of pages that are `quiet` or `early` are left out.
    """
    numbers = _numbered(entry)
    parts = (_first_part(entry, face, words), *(_review_part(review, face, words, numbers) for review in entry.reviews))
    styled = face.colour and not holds_marks(entry)
    return _styled_page(parts, face) if styled else "\n".join(map(_plain_part, parts))


def _first_part(entry: Entry, face: Face, words: Words) -> _Part:
    kind = words.get(f"kind.{entry.kind}", entry.kind)
    about = {name: value for name, value in entry.fields.items() if name not in _ELSEWHERE}
    written = _day(entry.written.date().isoformat(), face) if entry.written else ""
    facts = (
        (words.get("date", "date"), long_date(entry.date, face.language) if entry.date else ""),
        (words.get("kind", "kind"), kind if entry.title else ""),
        (words.get("with", "with"), ", ".join(entry.people)),
        (words.get("tags", "tags"), ", ".join(entry.tags)),
        *_facts(about, words, _numbered(entry)),
        (words.get("written", "written"), written),
        (words.get("id", "id"), entry.id),
    )
    return _Part(entry.title or kind, tuple(fact for fact in facts if fact[1]), entry.body)


def _review_part(review: Mapping[str, Value], face: Face, words: Words, numbers: bool) -> _Part:
    cadence, at, note = (str(review.get(name) or "") for name in ("cadence", "at", "note"))
    answers = {name: value for name, value in review.items() if name not in _REVIEW_ELSEWHERE}
    heading = ", ".join(filter(None, (words.get(f"cadence.{cadence}", cadence), _day(at[:10], face))))
    return _Part(heading, tuple(_facts(answers, words, numbers)), note)


def _day(stored: str, face: Face) -> str:
    try:
        return long_date(parse_date(stored), face.language)
    except BadInput:
        return stored


def _facts(fields: Mapping[str, Value], words: Words, numbers: bool, within: str = "") -> Iterator[tuple[str, str]]:
    for key, value in fields.items():
        name = within + key
        if isinstance(value, dict):
            yield from _facts(value, words, numbers, f"{name}.")
        elif (shown := _value(name, value, words)) and (numbers or not str(value).isdecimal()):
            yield words.get(name, key.replace("_", " ")), shown


def _value(name: str, value: Value, words: Words) -> str:
    if isinstance(value, list):
        return ", ".join(_value(name, one, words) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{key} {_value(f'{name}.{key}', one, words)}" for key, one in value.items())
    text = "" if value is None else str(value)
    word = words.get(f"{name}.{text}")
    return text if word is None else f"{text} ({word})" if text.isdecimal() else word


def _plain_part(part: _Part) -> str:
    facts = "".join(f"{_line(name)}: {_line(value)}\n" for name, value in part.facts)
    text = safe_text(part.text).strip("\n")
    return f"{_line(part.heading)}\n{facts}" + (f"\n{text}\n" if text else "")


def _styled_page(parts: Iterable[_Part], face: Face) -> str:
    return "\n".join("\n".join(_styled_part(part, face)) for part in parts)


def _styled_part(part: _Part, face: Face) -> Iterator[str]:
    from rich.text import Text

    yield _drawn([Text(_line(part.heading), style="bold"), _grid(part.facts)], face)
    if part.text.strip():
        yield _markdown(part.text, face)


# --- Markdown ---

# A person's words outrank Markdown: nothing that would swallow or decode what was written. So links, images, HTML and
# entities stand there as they were typed.
_PARSED = ("strikethrough", "table")
_AS_WRITTEN = ("link", "image", "autolink", "reference", "entity", "html_block", "html_inline")
_THEME = {"markdown.code": "cyan", "markdown.block_quote": "italic"}
_MARKS = re.compile(r"[\s!-/:-@\[-`{-~•▌─…]")


def _markdown(body: str, face: Face) -> str:
    """Return the text rendered as Markdown, or as written where rendering would cost a word.

    rich drops what it has no room for: cells of a wide table, lists that are nested more than nine deep.
    """
    from markdown_it import MarkdownIt
    from rich.markdown import Markdown
    from rich.text import Text

    text = safe_text(body).strip("\n")
    rendered = Markdown("", hyperlinks=False)
    parser = MarkdownIt("commonmark").enable(_PARSED).disable(_AS_WRITTEN)
    rendered.parsed = list(_without_code_blocks(parser.parse(text)))
    drawn = _drawn([rendered], face).strip("\n") + "\n"  # rich leaves a line free above a list
    return drawn if _weight(_COLOUR.sub("", drawn)) >= _weight(text) else _drawn([Text(text)], face)


def _weight(text: str) -> int:
    return len(_MARKS.sub("", text))


def _without_code_blocks(tokens: Iterable[Token]) -> Iterator[Token]:
    """Turn blocks of code into paragraphs of it: highlighting a language would cost a tenth of a second."""
    from markdown_it.token import Token

    for token in tokens:
        if token.type not in ("fence", "code_block"):
            yield token
            continue
        code = f"{token.info}\n{token.content}".strip("\n").replace("\n", "\n    ")
        inside = [Token("code_inline", "code", 0, content=f"    {code}")]
        yield from (Token("paragraph_open", "p", 1), Token("inline", "", 0, children=inside))
        yield Token("paragraph_close", "p", -1)


def _drawn(parts: Iterable[RenderableType], face: Face) -> str:
    console = _console(face)
    with console.capture() as capture:
        console.print(*parts, sep="\n")
    return "".join(line.rstrip(" ") + "\n" for line in capture.get().split("\n")[:-1])


def _console(face: Face) -> Console:
    """Return a console that looks at nothing but the face: no environment, no size of a terminal, no markup."""
    from rich.console import Console
    from rich.theme import Theme

    return Console(
        color_system="standard" if face.colour else None,
        force_terminal=face.colour,
        width=face.width,
        height=25,
        theme=Theme(_THEME),
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )


# --- grep ---

_SHADES = {"match": "01;31", "name": "35", "number": "32", "mark": "36"}  # as GNU grep has them by default


def grep_result(result: Result, options: Options) -> str:
    """Return what grep prints for one result: its lines, made safe, with its colours when asked for."""
    from sexjournal.search.grep import Hit, plain

    if options.color and isinstance(result, Hit):
        return "".join(f"{line}\n" for line in _coloured_hit(result, options))
    return "".join(_whole_line(line) for line in plain([result], options))


def _whole_line(line: str) -> str:
    """A line with its end, which in a page from elsewhere may be CR LF: that moves nothing."""
    end = "\r\n" if line.endswith("\r") else "\n"
    return safe_text(line.removesuffix("\r")) + end


def _coloured_hit(hit: Hit, options: Options) -> Iterator[str]:
    mark = _shade("-" if hit.context else ":", "mark")
    name = _shade(safe_text(hit.name), "name") + mark if options.names else ""
    number = _shade(str(hit.number), "number") + mark if options.numbers else ""
    if options.only:
        yield from (name + number + _shade(safe_text(hit.text[start:end]), "match") for start, end in hit.spans)
        return
    ends = [0, *(place for span in hit.spans for place in span), len(hit.text)]
    parts = [safe_text(hit.text[start:end]) for start, end in pairwise(ends)]
    yield name + number + "".join(_shade(part, "match") if odd % 2 else part for odd, part in enumerate(parts))


def _shade(text: str, shade: str) -> str:
    return f"\x1b[{_SHADES[shade]}m{text}\x1b[0m" if text else ""


def structured(value: object) -> str:
    """Return JSON for another program: pure ASCII, so that nothing in it can move a terminal."""
    return json.dumps(value, indent=1) + "\n"
