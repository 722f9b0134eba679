"""Save the page in a draft. The draft stays until the page is saved; errors name the draft. Asks no question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sexjournal.entry.entry import Entry
from sexjournal.entry.front_matter import BadPage
from sexjournal.errors import JournalError
from sexjournal.workflows.new_fields import say_date

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.drafts.draft import Draft
    from sexjournal.journal.reading import Stored


@dataclass(frozen=True, slots=True)
class NotSaved:
    """The outcome for a text without a page to save; `reason` is a sentence for the person."""

    reason: str


# Take the text of a draft and save its page; BadInput for a text that the person can mend.
Accept = Callable[[str], "Stored | NotSaved"]


def save_new_page(app: App, page: Entry) -> Stored | NotSaved:
    """Write a new page; say the date as understood, and that the page is saved."""
    if page.date is not None:
        say_date(app, page.date)
    try:
        stored = app.archive.save(page)
    except FileExistsError:  # a command was killed between saving the page and wiping its draft
        app.archive.commit()  # and perhaps before its commit
        return NotSaved(f"{page.id} was saved already")
    app.terminal.tell(app.wording.ui["saved"])
    return stored


def save_completed(app: App, draft: Draft, page: Entry) -> Stored | None:
    """Save a completed page, and wipe the draft.

    The draft gets the page first: after a kill, the page is offered again with the same date and moment of writing.
    """
    draft.write(page.text.encode())
    return _finish(app, draft, save_new_page(app, page))


def save_draft(app: App, draft: Draft, accept: Accept) -> Stored | None:
    """Save the text of a draft by `accept`, and wipe the draft; return None for a text without a page to save."""
    return _finish(app, draft, accept(read_text(draft)))


def _finish(app: App, draft: Draft, outcome: Stored | NotSaved) -> Stored | None:
    draft.wipe()
    if isinstance(outcome, NotSaved):
        app.terminal.say(outcome.reason)
        return None
    return outcome


def read_text(draft: Draft) -> str:
    """Return the text in a draft; BadPage names the line of the first byte outside UTF-8."""
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
    """Return the time of beginning a draft, to the minute, for sentences."""
    return draft.about.at[:16].replace("T", " ")
