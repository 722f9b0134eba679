"""From a draft to a saved page. The draft keeps the words until the page is saved, and errors say where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sexjournal.entry.entry import Entry
from sexjournal.entry.front_matter import BadPage
from sexjournal.errors import JournalError
from sexjournal.workflows.completing import say_date

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft
    from sexjournal.journal.reading import Stored


@dataclass(frozen=True, slots=True)
class NotSaved:
    """The outcome for a text that is not worth a page; `reason` is a sentence for the person."""

    reason: str


# Take the text of a draft and save its page; BadInput for a text that the person can mend.
Accept = Callable[[str], "Stored | NotSaved"]


def save_new_page(app: App, page: Entry) -> Stored | NotSaved:
    """Write a new page, say how its date was understood, and say that it is saved."""
    if page.date is not None:
        say_date(app, page.date)
    try:
        stored = app.archive.save(page)
    except FileExistsError:  # a command was killed between saving the page and wiping its draft
        return NotSaved(f"{page.id} was saved already")
    app.terminal.tell(app.wording.ui["saved"])
    return stored


def save_completed(app: App, draft: Draft, page: Entry) -> Stored | None:
    """Save a completed page, and wipe its draft.

    The draft gets the page first: after a kill, the page is offered again with the same date and moment of writing.
    """
    draft.write(page.text.encode())
    return _finish(app, draft, save_new_page(app, page))


def save_draft(app: App, draft: Draft, accept: Accept) -> Stored | None:
    """Save the page in a draft as `accept` takes it, and wipe the draft; None when there was nothing to save."""
    return _finish(app, draft, accept(read_text(draft)))


def _finish(app: App, draft: Draft, outcome: Stored | NotSaved) -> Stored | None:
    draft.wipe()
    if isinstance(outcome, NotSaved):
        app.terminal.say(outcome.reason)
        return None
    return outcome


def read_text(draft: Draft) -> str:
    """Return the text in a draft; BadPage names the line of a byte that is not UTF-8."""
    try:
        return draft.read().decode()
    except UnicodeDecodeError as trouble:
        line = trouble.object[: trouble.start].count(b"\n") + 1
        raise BadPage(line, "this is not UTF-8 text", "save the page as UTF-8") from None


@contextmanager
def naming_draft(draft: Draft) -> Iterator[None]:
    """Add the place of the draft to the hint of every error in the block, where the draft holds words."""
    try:
        yield
    except JournalError as trouble:
        if draft.lock >= 0 and draft.holds_words() and str(draft.path) not in trouble.hint:
            place = f"what you wrote is kept in {draft.path}, 'journal' offers it again"
            trouble.hint = f"{trouble.hint}; {place}" if trouble.hint else place
        raise


def time_begun(draft: Draft) -> str:
    """Return when a draft was begun, to the minute, as sentences have it."""
    return draft.about.at[:16].replace("T", " ")
