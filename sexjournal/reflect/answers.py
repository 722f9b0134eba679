"""Answers about a page, put on the page: added to its fields and text, or as a review. Knows no disk and no terminal.

A page may have changed since the questions were asked, so each function takes the page as it is now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING

from sexjournal.entry.entry import Entry, parse
from sexjournal.entry.front_matter import Value, Writable, as_writable
from sexjournal.prompts.answers import is_blank
from sexjournal.reflect.page_facts import is_jot
from sexjournal.reflect.review import review_fields

if TYPE_CHECKING:
    from sexjournal.prompts.answers import PlacedAnswers

LISTS = ("map", "try", "talk")  # fields that gather answers, whatever command asks
NESTED = (*LISTS, "health")  # fields that hold a map, in which each answer has a place of its own


def with_answers(page: Entry, answered: Entry) -> Entry:
    """Return a page with the answered fields that it left open, the lists joined, and the answered text at its end.

    What is on the page stays as it is. The same answers a second time change nothing.
    """
    open_fields = {name: value for name, value in answered.fields.items() if is_blank(page.fields.get(name))}
    fields = {**open_fields, **_joined_fields(page, answered.fields, NESTED)}
    changed = page.amended({name: as_writable(value) for name, value in fields.items() if name != "review"})
    if answered.body.strip() in changed.body:
        return changed
    return changed.rewritten(changed.body + _gap(changed.body) + answered.body)


def with_interrupted_answers(page: Entry, answered: Entry, *, purpose: str) -> Entry:
    """Return a page with the answers that were begun before the page changed.

    `answered` is the earlier page with its answers. For the purpose "review" the lists are joined, and the review
    comes behind the others; for a jot or questions, all fields that the page leaves open and the text are added.
    """
    if purpose == "review":
        changed = page.amended(_joined_fields(page, answered.fields, LISTS))
    else:
        changed = with_answers(page, answered)
    reviews = [review for review in answered.reviews if review not in page.reviews]
    return changed.reviewed({name: as_writable(value) for name, value in reviews[-1].items()}) if reviews else changed


def with_review(page: Entry, cadence: str, placed: PlacedAnswers, now: datetime, day_starts: time) -> Entry:
    """Return a page with the answers of a review: the lists joined, the other answers as a new review.

    A jot becomes the page that it stood for. Without an answer the page is returned as it is.
    """
    if not (placed.fields or placed.body or placed.review):
        return page
    if cadence == "day" and is_jot(page):
        page = parse(page.amended(placed.fields).text + placed.body)
        placed = placed._replace(fields={}, body="")
    answers = review_answers(placed)
    changed = page.amended(_joined_fields(page, placed.fields, LISTS))
    if not answers:
        return changed
    blind = "now" in placed.review
    return changed.reviewed(review_fields(page, cadence, now, answers, blind=blind, day_starts=day_starts))


def review_answers(placed: PlacedAnswers) -> Mapping[str, Writable]:
    """Return the answers that belong in the review: the rating as `now`, the text as `note`.

    A review never changes the rating and the text of the page.
    """
    fields = {name: value for name, value in placed.fields.items() if name not in (*LISTS, "rating")}
    answers: dict[str, Writable] = {**placed.review, **fields}
    if "rating" in placed.fields:
        answers["now"] = placed.fields["rating"]
    notes = [str(text).strip() for text in (answers.get("note"), placed.body) if text]
    return answers | ({"note": "\n\n".join(notes)} if notes else {})


def _joined_fields(page: Entry, fields: Mapping[str, Value], names: Iterable[str]) -> dict[str, Value]:
    """Return the maps of these names among `fields`, each joined to the map of the same name on the page."""
    joined: dict[str, Value] = {}
    for name in names:
        answered, present = fields.get(name), page.fields.get(name)
        if isinstance(answered, dict):
            present = present if isinstance(present, dict) else {}
            joined[name] = {**present, **{key: _joined(present.get(key), value) for key, value in answered.items()}}
    return joined


def _joined(present: Value, answered: Value) -> Value:
    """Return two lists as one, each item once; any other value is replaced by the answer."""
    if isinstance(present, list) and isinstance(answered, list):
        return [*present, *(item for item in answered if item not in present)]
    return answered


def _gap(body: str) -> str:
    """Return the newlines that make a blank line between a text and the text behind it."""
    if not body.strip() or body.endswith(("\n\n", "\n\r\n")):
        return ""
    return "\n" if body.endswith("\n") else "\n\n"
