"""journal alone: pages to take up, the last few pages and the state of git."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sexjournal.app import App

LAST_FEW = 5


def desk(app: App) -> None:
    """Offer unsaved pages, name the kinds of pages that wait, and show the last few pages."""
    from sexjournal.search.order import newest_first
    from sexjournal.terminal.listing import entry_lines
    from sexjournal.workflows.recovery import offer_leftovers

    if not app.keyring.exists:
        app.terminal.tell(app.wording.ui["welcome"])
        app.terminal.say(f"there is no journal in {app.directory} yet; 'journal new' makes one and begins a page")
        return
    offer_leftovers(app)
    _show_what_waits(app)
    recent = newest_first(app.archive.read().entries)[:LAST_FEW]
    app.terminal.show(entry_lines(recent, app.terminal.style, app.terminal.words))
    app.terminal.say(f"git: {app.repository.state()}")
    app.leave()


def _show_what_waits(app: App) -> None:
    """Say in a line each whether jots and pages are ready, never how many."""
    from sexjournal.reflect.due import due_pages
    from sexjournal.reflect.page_facts import is_jot

    entries = app.archive.read().entries
    ready = due_pages(entries, app.now(), app.config.cadence, app.config.day_starts)
    jots = [page for page in ready if is_jot(page.entry)]
    if jots:
        app.terminal.tell(app.wording.ui["desk_jot"])
    if len(ready) > len(jots):
        app.terminal.tell(app.wording.ui["desk_ready"])
