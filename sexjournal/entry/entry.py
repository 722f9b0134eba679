"""A page: its fields and the person's text. Knows what a field may hold; no file, no clock, no gpg.

The text is kept as it is, to the last byte: reading never changes it, and a change touches the lines of one field.
python-frontmatter gives the interface (split, load, export) and puts new pages together; what it would strip, sort or
guess is ours, in `_handler` and in `header`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, cast

from sexjournal.entry import front_matter as front
from sexjournal.entry.dates import When, parse_date
from sexjournal.entry.front_matter import BadPage, Given, Value, given
from sexjournal.errors import BadInput

if TYPE_CHECKING:
    from frontmatter import Post
    from frontmatter.default_handlers import BaseHandler

__all__ = ["FIELDS", "KINDS", "BadPage", "Entry", "Given", "Value", "check", "compose", "given", "parse"]

KINDS: tuple[str, ...] = (
    "experience",
    "fantasy",
    "memory",
    "chapter",
    "reflection",
    "wish",
    "letter",
    "conversation",
)
_YES = frozenset({"true", "yes", "on"})
_NO = frozenset({"false", "no", "off"})
_SCALE = frozenset("1234567")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Entry:
    """One page. Its text never shows in a repr, so it cannot land in a traceback."""

    text: str  # the whole page, exactly as sealed
    fields: Mapping[str, Value]  # plain dict, list, str and None: fit for JSON
    head: int  # offset in `text` where the body begins

    def __eq__(self, other: object) -> bool:
        """Wherever the two come from: the index has a way of its own to hold a page."""
        return isinstance(other, Entry) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def _parts(self) -> tuple[str, Mapping[str, Value], int]:
        return self.text, self.fields, self.head

    # Tolerant readers: what is not there, or is of another shape, reads as absent.

    @property
    def body(self) -> str:
        return self.text[self.head :]

    @property
    def id(self) -> str:
        return self._line("id")

    @property
    def kind(self) -> str:
        return self._line("kind") or KINDS[0]

    @property
    def date(self) -> When | None:
        try:
            return parse_date(self._line("date"))
        except BadInput:
            return None

    @property
    def written(self) -> datetime | None:
        """The moment of writing; without a time zone where none was written."""
        return _moment(self._line("written"))

    @property
    def title(self) -> str:
        return self._line("title")

    @property
    def people(self) -> tuple[str, ...]:
        """Pseudonyms; empty is alone."""
        return self._words("with")

    @property
    def tags(self) -> tuple[str, ...]:
        return self._words("tags")

    @property
    def rating(self) -> int | None:
        value = self.fields.get("rating")
        return int(value) if isinstance(value, str) and value in _SCALE else None

    @property
    def reviews(self) -> tuple[Mapping[str, Value], ...]:
        """Oldest first, as they were appended."""
        return tuple(item for item in _listed(self.fields.get("review")) if isinstance(item, dict))

    @property
    def quiet(self) -> bool:
        return self._line("quiet").casefold() in _YES

    @property
    def early(self) -> bool:
        return self._line("early").casefold() in _YES

    @property
    def jot(self) -> str:
        return self._line("jot")

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments of the front matter, each from its `#` on."""
        return tuple(front.comments(self._front()[0]))

    def line_of(self, name: str) -> int:
        """The line of the page where a field stands, counted from 1; 1 for a field that it does not have."""
        return front.lines(self._front()[0]).get(name, 1)

    def _line(self, name: str) -> str:
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def _words(self, name: str) -> tuple[str, ...]:
        return tuple(item for item in _listed(self.fields.get(name)) if isinstance(item, str))

    # New entries

    def amended(self, changes: Mapping[str, Given]) -> Entry:
        """With these fields changed (None removes one), every other line and the body byte for byte the same.

        Raises BadPage where the front matter has a form in which a field cannot be changed by its lines.
        """
        page, newline = self._front()
        for key in sorted(changes, key=_rank):
            if self._differs(key, changes[key]):
                page = front.put(page, key, changes[key], order=_ORDER, newline=newline)
        return self._with_front(page)

    def reviewed(self, review: Mapping[str, Given]) -> Entry:
        """With one review more, on a line of its own; those before it stay as they are."""
        page, newline = self._front()
        return self._with_front(front.append(page, "review", review, newline=newline))

    def remarked(self, comments: Iterable[str]) -> Entry:
        """With these comments, as `comments` gives them, on lines of their own below all fields."""
        page, newline = self._front()
        return self._with_front(page + "".join(comment + newline for comment in comments))

    def rewritten(self, body: str) -> Entry:
        """With another body, the front matter byte for byte the same."""
        top = self.text[: self.head]
        if not top and body.removeprefix("\ufeff").startswith("---"):
            top = "---\n---\n"  # else the body's own line would open the front matter
        elif top and body and not top.endswith("\n"):
            top += "\n"
        return parse(top + body)

    def tagged(self, *tags: str) -> Entry:
        return self._with_tags(list(dict.fromkeys([*self.tags, *tags])))

    def untagged(self, *tags: str) -> Entry:
        return self._with_tags([tag for tag in self.tags if tag not in tags])

    def retagged(self, old: str, new: str) -> Entry:
        return self._with_tags(list(dict.fromkeys(new if tag == old else tag for tag in self.tags)))

    def _with_tags(self, tags: list[str]) -> Entry:
        _check_field(self, "tags")
        return self if tags == list(self.tags) else self.amended({"tags": tags})

    def _differs(self, key: str, value: Given) -> bool:
        return key in self.fields if value is None else self.fields.get(key) != front.plain(value)

    def _front(self) -> tuple[str, str]:
        """The header and its line ending."""
        start, end, _ = front.bounds(self.text)
        return self.text[start:end], "\r\n" if self.text[:start].endswith("\r\n") else "\n"

    def _with_front(self, page: str) -> Entry:
        start, end, head = front.bounds(self.text)
        if page == self.text[start:end]:
            return self
        if head == 0:
            return parse(f"---\n{page}---\n{self.text}")
        return parse(self.text[:start] + page + self.text[end:])


def parse(text: str) -> Entry:
    """Read a page; a page without front matter is all body. Raises BadPage."""
    page, body = _handler().split(text)
    return Entry(text, cast("dict[str, Value]", _handler().load(page)), len(text) - len(body))


def compose(fields: Mapping[str, Given], body: str) -> Entry:
    """A new page: the fields in their order, those we don't know after them, and the body as it is."""
    import frontmatter

    post = frontmatter.Post(body, _handler())
    post.metadata = dict(fields)  # not as keywords: a field may be named `content` or `handler`
    return parse(frontmatter.dumps(post))


@cache
def _handler() -> BaseHandler:
    """How python-frontmatter reads and writes our pages."""
    from frontmatter.default_handlers import BaseHandler

    class PageHandler(BaseHandler):
        FM_BOUNDARY = front.BOUNDARY

        def split(self, text: str) -> tuple[str, str]:
            start, end, head = front.bounds(text)
            return text[start:end], text[head:]

        def load(self, fm: str) -> dict[str, Value]:
            return front.read(fm)

        def export(self, metadata: dict[str, object], **_: object) -> str:
            fields = cast("dict[str, Given]", metadata)
            return front.render({key: fields[key] for key in sorted(fields, key=_rank)})

        def format(self, post: Post, **_: object) -> str:
            return f"---\n{self.export(post.metadata)}---\n{post.content}"

    return PageHandler()


def _rank(key: str) -> int:
    """The place of a field in a page; what we don't know comes last, in the order it has."""
    return _RANKS.get(key, len(_RANKS))


def _listed(value: Value) -> list[Value]:
    """`with: Wren` is a list of one."""
    return value if isinstance(value, list) else [value]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


# What the fields may hold


@dataclass(frozen=True, slots=True)
class Shape:
    """What a field may hold: `takes` ends the sentence that refuses anything else."""

    takes: str
    holds: Callable[[Value], bool]
    hint: str = ""


def _is_line(value: Value) -> bool:
    return isinstance(value, str) and "\n" not in value.strip()


def _is_words(value: Value) -> bool:
    return all(item is None or isinstance(item, str) for item in _listed(value))


def _is_date(value: Value) -> bool:
    try:
        return isinstance(value, str) and bool(parse_date(value))
    except BadInput:
        return False


def _is_moment(value: Value) -> bool:
    return isinstance(value, str) and _moment(value) is not None


def _is_number(value: Value) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()


_LEAVE_OUT = "take the line out where there is no answer"

KIND = Shape("the name of a kind", lambda value: value in KINDS)
DATE = Shape("a date", _is_date, "such as 2026-11-21, 2026-11, 2009, 200X, 2009~, 2009-22 for summer, or 2009/2013")
MOMENT = Shape("a moment", _is_moment, "such as 2026-11-22T09:14+01:00")
LINE = Shape("one line of text", _is_line, "put double quotes around text that begins with a sign")
CHOICE = Shape("one word", _is_line, _LEAVE_OUT)
WORDS = Shape("a list of words", _is_words, "such as [slow, weekend]")
SCALE = Shape("a whole number from 1 to 7", lambda value: isinstance(value, str) and value in _SCALE, _LEAVE_OUT)
NUMBER = Shape("a whole number", _is_number, _LEAVE_OUT)
FLAG = Shape("true or false", lambda value: isinstance(value, str) and value.casefold() in _YES | _NO)
MAP = Shape("a map", lambda value: isinstance(value, dict), "such as {likes: [slow, talking]}")
VERSIONS = Shape(
    "what two devices wrote at once",
    lambda value: isinstance(value, dict),
    "it comes and goes by itself; give a field of your own another name",
)
MAPS = Shape("a list of maps", lambda value: all(item is None or isinstance(item, dict) for item in _listed(value)))

# Every field that we know, in the order of a page.
FIELDS: Mapping[str, Shape] = {
    "id": LINE,
    "kind": KIND,
    "date": DATE,
    "written": MOMENT,
    "title": LINE,
    "conflict": VERSIONS,
    "with": WORDS,
    "to": WORDS,
    "tags": WORDS,
    "rating": SCALE,
    "now": SCALE,
    "closeness": SCALE,
    "self": SCALE,
    "desire": SCALE,
    "ease": SCALE,
    "stress": SCALE,
    "wanted": CHOICE,
    "pull": SCALE,
    "reality": CHOICE,
    "share": CHOICE,
    "vivid": SCALE,
    "signpost": LINE,
    "words": WORDS,
    "people_count": NUMBER,
    "conditions": WORDS,
    "first_step": LINE,
    "stop_sign": LINE,
    "status": CHOICE,
    "agreed": WORDS,
    "open": WORDS,
    "feelings": WORDS,
    "helped": WORDS,
    "held_back": WORDS,
    "health": MAP,
    "map": MAP,
    "try": MAP,
    "talk": MAP,
    "letter": MAP,
    "jot": LINE,
    "quiet": FLAG,
    "early": FLAG,
    "resurface": FLAG,
    "review": MAPS,
}
_ORDER = tuple(FIELDS)[:-1]  # a new review goes to the end, below fields that we don't know
_RANKS = {name: rank for rank, name in enumerate(FIELDS)}


def check(entry: Entry, besides: Collection[str] = ()) -> None:
    """Raise BadPage, with its line, for the first known field that holds what it cannot.

    Fields that we don't know are never looked at, nor those named in `besides`.
    """
    for name in FIELDS:
        if name not in besides:
            _check_field(entry, name)


def _check_field(entry: Entry, name: str) -> None:
    shape, value = FIELDS[name], entry.fields.get(name)
    if value is None or shape.holds(value):
        return
    hint = _kinds_hint(value) if shape is KIND else shape.hint
    raise BadPage(entry.line_of(name), f"'{name}' takes {shape.takes}", hint)


def _kinds_hint(value: Value) -> str:
    from difflib import get_close_matches

    near = get_close_matches(value.casefold(), KINDS, n=1) if isinstance(value, str) else []
    guess = f"did you mean '{near[0]}'? " if near else ""
    return f"{guess}the kinds are {', '.join(KINDS)}"
