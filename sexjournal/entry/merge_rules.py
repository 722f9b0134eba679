"""Merges the fields of two versions: one rule for each kind of value. Knows values alone: no lines and no text.

`ours`, `theirs` and `base` are git's words: the version of this device, the version of the other device, and their last
common version. A rule returns the merged value, and the conflict: the value of theirs without a place, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import TypeAlias

from sexjournal.entry.fields import FIELDS, WORDS
from sexjournal.entry.front_matter import Value, items_of
from sexjournal.entry.moments import comparable, moment_of

CONFLICT = "conflict"

# (base, ours, theirs) -> (merged value, value of theirs without a place)
Rule: TypeAlias = Callable[[Value, Value, Value], tuple[Value, Value]]


def merge_fields(
    base: Mapping[str, Value], ours: Mapping[str, Value], theirs: Mapping[str, Value]
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return the merged fields of a page, and the conflicts: the values of theirs without a place."""
    return _merge_maps(base, ours, theirs, _RULES_BY_FIELD)


def both_values(value: Value, other: Value) -> Value:
    """Return two values as a list; two maps as a map, key by key."""
    if value is None or other is None or value == other:
        return other if value is None else value
    if isinstance(value, dict) and isinstance(other, dict):
        names = dict.fromkeys([*value, *other])
        return {name: both_values(value.get(name), other.get(name)) for name in names}
    return [*items_of(value), *additional(items_of(value), items_of(other))]


def merge_lists(base: Value, ours: Value, theirs: Value) -> list[Value]:
    """Return the items of ours with the additions and without the removals of theirs."""
    base_items, our_items, their_items = items_of(base), items_of(ours), items_of(theirs)
    remaining = [item for item in our_items if item in their_items or item not in base_items]
    return [*remaining, *additional(our_items, [item for item in their_items if item not in base_items])]


def additional(items: Iterable[Value], others: Iterable[Value]) -> list[Value]:
    """Return the others that are not among the items, each once."""
    every = list(items)
    result = []
    for item in others:
        if item not in every:
            every.append(item)
            result.append(item)
    return result


def _merge_maps(
    base: Mapping[str, Value], ours: Mapping[str, Value], theirs: Mapping[str, Value], rules: Mapping[str, Rule]
) -> tuple[dict[str, Value], dict[str, Value]]:
    names = merge_lists([*base], [*ours], [*theirs])
    merged: dict[str, Value] = {}
    conflicts: dict[str, Value] = {}
    for name in dict.fromkeys([*ours, *theirs]):
        rule = rules.get(name, _any_value)
        value, conflict = rule(base.get(name), ours.get(name), theirs.get(name))
        if value is not None or name in names:
            merged[name] = value
        if conflict is not None:
            conflicts[name] = conflict
    return merged, conflicts


# Rules


def _any_value(base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """Take the changed value; where both sides changed, merge lists and maps, and else keep ours."""
    if ours == base:
        return theirs, None
    if theirs in (ours, base):
        return ours, None
    if ours is None or theirs is None:  # removed on one side, changed on the other
        return theirs if ours is None else ours, None
    if isinstance(ours, dict) and isinstance(theirs, dict):
        merged, conflicts = _merge_maps(base if isinstance(base, dict) else {}, ours, theirs, {})
        return merged, conflicts or None
    if isinstance(ours, dict) or isinstance(theirs, dict) or not (isinstance(ours, list) or isinstance(theirs, list)):
        return ours, theirs
    return merge_lists(base, ours, theirs), None


def _list_of_words(base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """Merge as any value, but two single words become a list of two words, and no conflict."""
    value, conflict = _any_value(base, ours, theirs)
    if isinstance(ours, str) and isinstance(conflict, str):
        return merge_lists(base, ours, theirs), None
    return value, conflict


def _ours(_base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    return theirs if ours is None else ours, None


def _every_review(_base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """Take every review of both sides: reviews are only ever appended, so the base does not matter."""
    reviews = additional(items_of(ours), items_of(theirs))
    return _by_moment([*items_of(ours), *reviews]) if reviews else ours, None


def _every_conflict(base: Value, ours: Value, theirs: Value) -> tuple[Value, Value]:
    """Take the conflicts of earlier merges, without the conflicts resolved on a side."""
    value, conflict = _any_value(base, ours, theirs)
    return both_values(value, conflict), None


def _by_moment(reviews: list[Value]) -> list[Value]:
    """Sort reviews by moment; a review without a moment stays behind the review before."""
    latest = comparable(None)
    dated = []
    for review in reviews:
        moment = moment_of(review.get("at")) if isinstance(review, dict) else None
        latest = comparable(moment) if moment else latest
        dated.append((latest, review))
    return [review for _, review in sorted(dated, key=itemgetter(0))]


_RULES_BY_FIELD: Mapping[str, Rule] = {
    **{name: _list_of_words for name, shape in FIELDS.items() if shape is WORDS},
    "id": _ours,
    "written": _ours,
    "review": _every_review,
    CONFLICT: _every_conflict,
}
