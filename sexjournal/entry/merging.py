"""Merges two versions of a page. Knows pages and comments; the merge of lines is given by the caller.

No saved word is lost: lists and reviews are united. Where both sides changed a value differently, ours stays in place,
and theirs goes into the field `conflict`, a map with the same places:

    title: The lake
    conflict: {title: The other lake, talk: {mood: calm}, text: both versions are below}

`text` stands for a body with changes in the same lines: the body holds both versions, between git's marks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sexjournal.entry.entry import Entry, compose, parse
from sexjournal.entry.fields import FIELDS
from sexjournal.entry.front_matter import BadPage, Value, Writable, as_writable, items_of
from sexjournal.entry.merge_rules import CONFLICT, additional, both_values, merge_fields, merge_lists
from sexjournal.errors import Damaged

IN_TEXT = "both versions are below"
# The outer marks, with the names of the two sides. A lone `=======` is no mark: it underlines a heading.
MARKS = ("<<<<<<< this device", ">>>>>>> the other device")

# (ours, base, theirs) -> the merged text, and whether the merge is clean; else the text holds both versions with marks.
MergeText = Callable[[str, str, str], tuple[str, bool]]


def merge(base: Entry | None, ours: Entry, theirs: Entry, merge_text: MergeText) -> Entry:
    """Return the page with all changes of both sides since `base`; None when both sides made the page.

    The result is git's merge of the whole pages, where fields and body are right: every comment and unknown line then
    stays in place. Else the result is ours with the changes of theirs: only changed lines are touched, and comments
    that would be lost go below the fields. Merging again with either side changes no more, but for a body with marks.

    Raises Damaged when the ids differ; BadPage when no front matter can hold both sides (64 KiB).
    """
    if ours.id != theirs.id:
        raise Damaged("its name is another page's", "two pages with different ids cannot become one")
    base = base or Entry("", {}, 0)
    if theirs.text in (ours.text, base.text):
        return ours
    if ours.text == base.text:
        return theirs
    content = _merged_content(base, ours, theirs, merge_text)
    return _merged_by_lines(base, ours, theirs, content, merge_text) or _merged_by_fields(base, ours, theirs, content)


def in_two_versions(page: Entry) -> bool:
    """Whether a page holds an unresolved conflict between two devices."""
    return isinstance(page.fields.get(CONFLICT), dict)


def holds_marks(page: Entry) -> bool:
    """Whether lines of a page still mark where a version begins or ends."""
    return any(line.rstrip() in MARKS for line in page.body.split("\n"))


@dataclass(frozen=True, slots=True)
class _Content:
    """The content of a merged page, without the form of the lines."""

    fields: Mapping[str, Value]
    body: str


def _merged_content(base: Entry, ours: Entry, theirs: Entry, merge_text: MergeText) -> _Content:
    fields, conflicts = merge_fields(base.fields, ours.fields, theirs.fields)
    body, clean = _merged_body(base.body, ours.body, theirs.body, merge_text)
    if not clean:
        conflicts.setdefault("text", IN_TEXT)
    if not conflicts:
        return _Content(fields, body)
    earlier = fields.get(CONFLICT)
    if earlier is not None and not isinstance(earlier, dict):
        earlier = {CONFLICT: earlier}  # a field of the person's own by that name
    return _Content({**fields, CONFLICT: both_values(earlier, conflicts)}, body)


def _merged_body(base: str, ours: str, theirs: str, merge_text: MergeText) -> tuple[str, bool]:
    if theirs in (ours, base):
        return ours, True
    return (theirs, True) if ours == base else merge_text(ours, base, theirs)


def _merged_by_lines(base: Entry, ours: Entry, theirs: Entry, content: _Content, merge_text: MergeText) -> Entry | None:
    """Return git's merge of the whole pages; None where the fields or the body differ from `content`."""
    text, clean = merge_text(ours.text, base.text, theirs.text)
    try:
        page = parse(text)
    except BadPage:
        return None
    return page if clean and (page.fields, page.body) == (content.fields, content.body) else None


def _merged_by_fields(base: Entry, ours: Entry, theirs: Entry, content: _Content) -> Entry:
    """Return ours with the fields and the body of `content`, and with the comments of both sides."""
    try:
        page = _with_fields(ours, content.fields)
    except BadPage:  # ours has a form in which no field can be changed by its lines
        page = compose({name: as_writable(value) for name, value in content.fields.items()}, ours.body)
    comments = merge_lists([*base.comments], [*ours.comments], [*theirs.comments])
    return page.rewritten(content.body).remarked(map(str, additional(page.comments, comments)))


def _with_fields(page: Entry, fields: Mapping[str, Value]) -> Entry:
    """Return the page with exactly `fields`; only the lines of fields that differ are touched."""
    differing = {name: value for name, value in fields.items() if name not in page.fields or page.fields[name] != value}
    reviews = differing.pop("review", None)
    # A field of the person's own may be no more than its name: the name stays when the value goes.
    changes: dict[str, Writable] = {
        name: "" if value is None and name not in FIELDS else as_writable(value) for name, value in differing.items()
    }
    page = page.amended({**changes, **{name: None for name in page.fields if name not in fields}})
    return page if reviews is None else _with_reviews(page, items_of(reviews))


def _with_reviews(page: Entry, reviews: list[Value]) -> Entry:
    """Return the page with exactly `reviews`; where only later reviews are new, the earlier lines stay."""
    earlier = items_of(page.fields.get("review"))
    later = [review for review in reviews[len(earlier) :] if isinstance(review, dict)]
    if reviews != [*earlier, *later]:
        return page.amended({"review": as_writable(reviews)})
    for review in later:
        page = page.reviewed({name: as_writable(value) for name, value in review.items()})
    return page
