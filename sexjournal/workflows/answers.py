"""Answers to questions about a page that exists: asked, and added to the page as it is by then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from sexjournal.entry.entry import Entry
from sexjournal.entry.front_matter import Value, as_writable
from sexjournal.errors import Interrupted
from sexjournal.workflows.completing import BLANK

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft
    from sexjournal.journal.reading import Stored

LISTS = ("map", "try", "talk")  # fields that gather answers, whatever command asks
NESTED = (*LISTS, "health")  # fields that hold a map, in which each answer has a place of its own


def ask_and_save(
    app: App, stored: Stored, draft: Draft, ask: Callable[[], None], answered: Callable[[Entry], Entry]
) -> bool:
    """Ask about a page, and save the page as `answered` returns it, also after Ctrl-C; return whether it changed."""
    try:
        ask()
    except Interrupted:
        if _save_answers(app, stored, draft, answered):
            raise Interrupted(app.wording.ui["kept_so_far"]) from None
        raise
    return _save_answers(app, stored, draft, answered)


def _save_answers(app: App, stored: Stored, draft: Draft, answered: Callable[[Entry], Entry]) -> bool:
    """Put the answers on the page as it is by now, and wipe the draft; return whether the page changed."""
    current = app.archive.find_again(stored)
    count = app.archive.change([(current, answered(current.entry))])
    draft.wipe()
    return bool(count)


def with_interrupted_answers(page: Entry, answered: Entry, *, purpose: str) -> Entry:
    """Return a page with the answers that were begun before the page changed.

    `answered` is the earlier page with its answers. For the purpose "review" the lists are joined, and the review
    comes behind the others; for a jot or questions, all fields that the page leaves open and the text are added.
    """
    if purpose == "review":
        changed = page.amended(joined_fields(page, answered.fields))
    else:
        changed = with_answers(page, answered)
    reviews = [review for review in answered.reviews if review not in page.reviews]
    if not reviews:
        return changed
    return changed.reviewed({name: as_writable(value) for name, value in reviews[-1].items()})


def with_answers(page: Entry, answered: Entry) -> Entry:
    """Return a page with the answered fields that it left open, the lists joined, and the answered text at its end.

    What is on the page stays as it is. The same answers a second time change nothing.
    """
    open_fields = {name: value for name, value in answered.fields.items() if page.fields.get(name) in BLANK}
    fields = {**open_fields, **joined_fields(page, answered.fields, NESTED)}
    changed = page.amended({name: as_writable(value) for name, value in fields.items() if name != "review"})
    if answered.body.strip() in changed.body:
        return changed
    return changed.rewritten(changed.body + _gap(changed.body) + answered.body)


def _gap(body: str) -> str:
    """Return the newlines that make a blank line between a text and the text behind it."""
    if not body.strip() or body.endswith(("\n\n", "\n\r\n")):
        return ""
    return "\n" if body.endswith("\n") else "\n\n"


def joined_fields(page: Entry, fields: Mapping[str, Value], names: Iterable[str] = LISTS) -> dict[str, Value]:
    """Return the answered maps among `fields`, each joined to the map of that name on the page."""
    joined: dict[str, Value] = {}
    for name in names:
        answered, present = fields.get(name), page.fields.get(name)
        if isinstance(answered, dict):
            present = present if isinstance(present, dict) else {}
            joined[name] = {**present, **{key: _joined(present.get(key), value) for key, value in answered.items()}}
    return joined


def _joined(present: Value, answered: Value) -> Value:
    """Return both lists in one, each item once; anything but two lists is replaced by the answer."""
    if isinstance(present, list) and isinstance(answered, list):
        return [*present, *(item for item in answered if item not in present)]
    return answered
