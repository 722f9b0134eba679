"""One page out of two that were changed at once. Knows what the fields mean; how lines are merged is handed in.

Nothing that was saved is lost: lists and reviews are united, and where both sides changed one thing to different
values, ours stays in its place and theirs is kept in the field `conflict`, a map that has the same places:

    title: The lake
    conflict: {title: The other lake, talk: {mood: calm}, text: both versions are below}

Its `text` stands for a body that was changed in the same lines: that body holds both, between git's marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import TypeAlias

from sexjournal.entry import entry as entries
from sexjournal.entry.entry import FIELDS, BadPage, Entry, Given, Value, given
from sexjournal.errors import Damaged

CONFLICT = "conflict"
IN_TEXT = "both versions are below"
# The outer marks, with the names that the two sides are given. A lone `=======` is no mark: it underlines a heading.
MARKS = ("<<<<<<< this device", ">>>>>>> the other device")

# (ours, base, theirs) -> the merged text, and whether it is clean; else it holds both versions between marks.
MergeText = Callable[[str, str, str], tuple[str, bool]]
# (base, ours, theirs) -> the merged value, and what of theirs has no place in it.
Rule: TypeAlias = Callable[[Value, Value, Value], tuple[Value, Value]]


def merge(base: Entry | None, ours: Entry, theirs: Entry, merge_text: MergeText) -> Entry:
    """Return the page that holds what was changed on both sides since `base`, which is None when both sides made it.

    Where the lines of the whole pages can be merged and say what the two sides mean, that is the page, with every
    comment and unknown line in its place; else it is ours with theirs taken in: only lines that changed are touched,
    and comments that would be lost go below the fields. Merging again with either side brings nothing new, but for a
    body that holds marks. Damaged when these are two pages; BadPage when no front matter can hold both sides (64 KiB).
    """
    if ours.id != theirs.id:
        raise Damaged("its name is another page's", "two pages with different ids cannot become one")
    base = base or Entry("", {}, 0)
    if theirs.text in (ours.text, base.text):
        return ours
    if ours.text == base.text:
        return theirs
    meant = _meant(base, ours, theirs, merge_text)
    return _as_text(base, ours, theirs, meant, merge_text) or _as_meant(base, ours, theirs, meant)


def in_two_versions(page: Entry) -> bool:
    """Whether a page holds what two devices wrote at once, and somebody has yet to choose."""
    return isinstance(page.fields.get(CONFLICT), dict)


def holds_marks(page: Entry) -> bool:
    """Whether lines of a page still mark where one of its two versions begins or ends."""
    return any(line.rstrip() in MARKS for line in page.body.split("\n"))


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a merged page has to say, however it is written."""

    fields: Mapping[str, Value]
    body: str


def _meant(base: Entry, ours: Entry, theirs: Entry, merge_text: MergeText) -> _Meant:
    fields, others = _united(base.fields, ours.fields, theirs.fields, RULES)
    body, clean = _merged_body(base.body, ours.body, theirs.body, merge_text)
    if not clean:
        others.setdefault("text", IN_TEXT)
    if not others:
        return _Meant(fields, body)
    earlier = fields.get(CONFLICT)
    if earlier is not None and not isinstance(earlier, dict):
        earlier = {CONFLICT: earlier}  # a field of the person's own by that name
    return _Meant({**fields, CONFLICT: _both(earlier, others)}, body)


def _merged_body(base: str, ours: str, theirs: str, merge_text: MergeText) -> tuple[str, bool]:
    if theirs in (ours, base):
        return ours, True
    return (theirs, True) if ours == base else merge_text(ours, base, theirs)


def _as_text(base: Entry, ours: Entry, theirs: Entry, meant: _Meant, merge_text: MergeText) -> Entry | None:
    """Return the page that git makes of the whole pages; None unless it says what is meant."""
    text, clean = merge_text(ours.text, base.text, theirs.text)
    try:
        page = entries.parse(text)
    except BadPage:
        return None
    return page if clean and (page.fields, page.body) == (meant.fields, meant.body) else None


def _as_meant(base: Entry, ours: Entry, theirs: Entry, meant: _Meant) -> Entry:
    try:
        page = _changed(ours, meant.fields)
    except BadPage:  # ours has a form in which fields cannot be changed by their lines
        page = entries.compose({name: given(value) for name, value in meant.fields.items()}, ours.body)
    wanted, _ = _as_sets([*base.comments], [*ours.comments], [*theirs.comments])
    lost = _fresh(page.comments, _items(wanted))
    return page.rewritten(meant.body).remarked(map(str, lost))


def _changed(page: Entry, fields: Mapping[str, Value]) -> Entry:
    """Return the page with these fields, touching the lines of those that differ."""
    differing = {name: value for name, value in fields.items() if name not in page.fields or page.fields[name] != value}
    reviews = differing.pop("review", None)
    # A name of the person's own may be all that there is to a field: it stays when its value goes.
    changes: dict[str, Given] = {
        name: "" if value is None and name not in FIELDS else given(value) for name, value in differing.items()
    }
    page = page.amended({**changes, **{name: None for name in page.fields if name not in fields}})
    return page if reviews is None else _reviewed(page, _items(reviews))


def _reviewed(page: Entry, reviews: list[Value]) -> Entry:
    """Return the page with these reviews; those that it has stay as they are where only later ones are new."""
    held = _items(page.fields.get("review"))
    fresh = [review for review in reviews[len(held) :] if isinstance(review, dict)]
    if reviews != [*held, *fresh]:
        return page.amended({"review": given(reviews)})
    for review in fresh:
        page = page.reviewed({name: given(value) for name, value in review.items()})
    return page


# Fields


def _united(
    base: Mapping[str, Value], ours: Mapping[str, Value], theirs: Mapping[str, Value], rules: Mapping[str, Rule]
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return two maps as one, key by key, and what of theirs has no place in it."""
    names, _ = _as_sets([*base], [*ours], [*theirs])
    united: dict[str, Value] = {}
    others: dict[str, Value] = {}
    for name in dict.fromkeys([*ours, *theirs]):
        rule = rules.get(name, _value)
        value, other = rule(base.get(name), ours.get(name), theirs.get(name))
        if value is not None or name in _items(names):
            united[name] = value
        if other is not None:
            others[name] = other
    return united, others


def _value(base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """What was changed on one side wins; what was changed on both is united, or else ours stays."""
    if ours == base:
        return theirs, None
    if theirs in (ours, base):
        return ours, None
    if ours is None or theirs is None:  # taken out on one side, changed on the other
        return theirs if ours is None else ours, None
    if isinstance(ours, dict) and isinstance(theirs, dict):
        united, others = _united(base if isinstance(base, dict) else {}, ours, theirs, {})
        return united, others or None
    if isinstance(ours, dict) or isinstance(theirs, dict) or not (isinstance(ours, list) or isinstance(theirs, list)):
        return ours, theirs
    return _as_sets(base, ours, theirs)


def _as_sets(base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """Ours with what theirs added, without what theirs took away; one word is a list of one."""
    before, mine, other = _items(base), _items(ours), _items(theirs)
    kept = [item for item in mine if item in other or item not in before]
    return [*kept, *_fresh(mine, [item for item in other if item not in before])], None


def _as_words(base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """A field that takes a list of words: two single words are two words, and no conflict."""
    value, other = _value(base, ours, theirs)
    return _as_sets(base, ours, theirs) if isinstance(other, str) and isinstance(ours, str) else (value, other)


def _as_ours(_base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    return theirs if ours is None else ours, None


def _as_reviews(_base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """Every review of both, whatever was before: they are only ever appended."""
    fresh = _fresh(_items(ours), _items(theirs))
    return _in_order([*_items(ours), *fresh]) if fresh else ours, None


def _as_conflict(base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """What earlier merges kept: what one side settled is gone, all else is kept."""
    value, other = _value(base, ours, theirs)
    return _both(value, other), None


def _both(one: Value, other: Value) -> Value:
    """Two values in one place, as a list; of maps, key by key."""
    if one is None or other is None or one == other:
        return other if one is None else one
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _both(one.get(name), other.get(name)) for name in dict.fromkeys([*one, *other])}
    return [*_items(one), *_fresh(_items(one), _items(other))]


def _in_order(reviews: list[Value]) -> list[Value]:
    """The reviews by the moment they were given; one without a moment stays behind the one before it."""
    latest = datetime.min.replace(tzinfo=UTC)
    dated = []
    for review in reviews:
        latest = _moment(review) or latest
        dated.append((latest, review))
    return [review for _, review in sorted(dated, key=itemgetter(0))]


def _moment(review: Value) -> datetime | None:
    at = review.get("at") if isinstance(review, dict) else None
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _items(value: Value) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _fresh(held: Iterable[Value], items: Iterable[Value]) -> list[Value]:
    """Those items that are not held yet, each once."""
    seen = list(held)
    fresh = []
    for item in items:
        if item not in seen:
            seen.append(item)
            fresh.append(item)
    return fresh


RULES: Mapping[str, Rule] = {
    **{name: _as_words for name, shape in FIELDS.items() if shape is entries.WORDS},
    "id": _as_ours,
    "written": _as_ours,
    "review": _as_reviews,
    CONFLICT: _as_conflict,
}
