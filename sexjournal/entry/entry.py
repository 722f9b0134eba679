"""Entry: one page, its fields and the person's text. Knows no file, no clock and no gpg.

The text stays as it is, to the last byte: reading never changes the text, and a change touches the lines of the changed
field alone. python-frontmatter gives the interface (split, load, export) and puts new pages together; `_handler`
replaces all that python-frontmatter would strip, sort or guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, cast

from sexjournal.entry.dates import When, parse_date
from sexjournal.entry.field_lines import append_item, comments_in, set_field
from sexjournal.entry.fields import KINDS, ORDER, is_yes, rank_of, rating_of
from sexjournal.entry.front_matter import BOUNDARY, Value, Writable, as_read, bounds, items_of
from sexjournal.entry.moments import moment_of
from sexjournal.entry.yaml_reader import read_fields
from sexjournal.entry.yaml_writer import rows_of_fields
from sexjournal.errors import BadInput

if TYPE_CHECKING:
    from frontmatter import Post
    from frontmatter.default_handlers import BaseHandler


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Entry:
    """One page. The text is not in the repr, so no traceback shows it.

    A missing field, or a value of another shape, reads as absent.
    """

    text: str  # the whole page, exactly as sealed
    fields: Mapping[str, Value]  # plain dict, list, str and None: fit for JSON
    head: int  # offset in `text` where the body begins

    def __eq__(self, other: object) -> bool:
        """Compare the content: the index has another class for pages."""
        if not isinstance(other, Entry):
            return False
        return (self.text, self.fields, self.head) == (other.text, other.fields, other.head)

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def body(self) -> str:
        return self.text[self.head :]

    @property
    def id(self) -> str:
        return _line_in(self, "id")

    @property
    def kind(self) -> str:
        return _line_in(self, "kind") or KINDS[0]

    @property
    def date(self) -> When | None:
        try:
            return parse_date(_line_in(self, "date"))
        except BadInput:
            return None

    @property
    def written(self) -> datetime | None:
        """The moment of writing; without a time zone where the page has none."""
        return moment_of(_line_in(self, "written"))

    @property
    def title(self) -> str:
        return _line_in(self, "title")

    @property
    def people(self) -> tuple[str, ...]:
        """Pseudonyms; empty is alone."""
        return _words_in(self, "with")

    @property
    def tags(self) -> tuple[str, ...]:
        return _words_in(self, "tags")

    @property
    def rating(self) -> int | None:
        """A number from 1 to 7."""
        return rating_of(self.fields.get("rating"))

    @property
    def reviews(self) -> tuple[Mapping[str, Value], ...]:
        """The answers on re-reading, oldest first."""
        return tuple(item for item in items_of(self.fields.get("review")) if isinstance(item, dict))

    @property
    def quiet(self) -> bool:
        return is_yes(self.fields.get("quiet"))

    @property
    def early(self) -> bool:
        return is_yes(self.fields.get("early"))

    @property
    def jot(self) -> str:
        return _line_in(self, "jot")

    @property
    def comments(self) -> tuple[str, ...]:
        """The comments of the front matter, each from the `#` on."""
        return tuple(comments_in(header_of(self)))

    def amended(self, changes: Mapping[str, Writable]) -> Entry:
        """Return the page with some fields changed (None removes a field), every other line and the body unchanged.

        Raises BadPage where the fields of the page do not stand on lines of their own.
        """
        header = header_of(self)
        for name in sorted(changes, key=rank_of):
            value = changes[name]
            if name in self.fields if value is None else self.fields.get(name) != as_read(value):
                header = set_field(header, name, value, order=ORDER, newline=_newline(self))
        return _with_header(self, header)

    def reviewed(self, review: Mapping[str, Writable]) -> Entry:
        """Return the page with a new review on a new line; earlier reviews stay unchanged."""
        return _with_header(self, append_item(header_of(self), "review", review, newline=_newline(self)))

    def remarked(self, comments: Iterable[str]) -> Entry:
        """Return the page with more comments, each beginning with `#`, on new lines below all fields."""
        newline = _newline(self)
        return _with_header(self, header_of(self) + "".join(comment + newline for comment in comments))

    def rewritten(self, body: str) -> Entry:
        """Return the page with another body, the front matter byte for byte the same."""
        top = self.text[: self.head]
        if not top and body.removeprefix("\ufeff").startswith("---"):
            top = "---\n---\n"  # else the first line of the body would open the front matter
        elif top and body and not top.endswith("\n"):
            top += "\n"
        return parse(top + body)


def parse(text: str) -> Entry:
    """Read a page; a page without front matter is all body. Raises BadPage."""
    header, body = _handler().split(text)
    return Entry(text, cast("dict[str, Value]", _handler().load(header)), len(text) - len(body))


def compose(fields: Mapping[str, Writable], body: str) -> Entry:
    """Return a new page: known fields in the order of the table, then the person's own, and the body unchanged."""
    import frontmatter

    post = frontmatter.Post(body, _handler())
    post.metadata = dict(fields)  # not as keywords: a field may be named `content` or `handler`
    return parse(frontmatter.dumps(post))


def header_of(entry: Entry) -> str:
    """Return the lines between the two `---`; empty for a page without front matter."""
    start, end, _ = bounds(entry.text)
    return entry.text[start:end]


def _with_header(entry: Entry, header: str) -> Entry:
    start, end, head = bounds(entry.text)
    if header == entry.text[start:end]:
        return entry
    if head == 0:
        return parse(f"---\n{header}---\n{entry.text}")
    return parse(entry.text[:start] + header + entry.text[end:])


def _newline(entry: Entry) -> str:
    """Return the line ending of the front matter."""
    start, _, _ = bounds(entry.text)
    return "\r\n" if entry.text[:start].endswith("\r\n") else "\n"


def _line_in(entry: Entry, name: str) -> str:
    value = entry.fields.get(name)
    return value if isinstance(value, str) else ""


def _words_in(entry: Entry, name: str) -> tuple[str, ...]:
    return tuple(item for item in items_of(entry.fields.get(name)) if isinstance(item, str))


@cache
def _handler() -> BaseHandler:
    """Return how python-frontmatter reads and writes a page."""
    from frontmatter.default_handlers import BaseHandler

    class PageHandler(BaseHandler):
        FM_BOUNDARY = BOUNDARY

        def split(self, text: str) -> tuple[str, str]:
            start, end, head = bounds(text)
            return text[start:end], text[head:]

        def load(self, fm: str) -> dict[str, Value]:
            return read_fields(fm)

        def export(self, metadata: dict[str, object], **_: object) -> str:
            fields = cast("dict[str, Writable]", metadata)
            return rows_of_fields({name: fields[name] for name in sorted(fields, key=rank_of)})

        def format(self, post: Post, **_: object) -> str:
            return f"---\n{self.export(post.metadata)}---\n{post.content}"

    return PageHandler()
