"""journal alone: a calm desk with what waits, the last few pages and the state of git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal.workflows import writing

if TYPE_CHECKING:
    from sexjournal.app import App

LAST_FEW = 5


def desk(app: App) -> None:
    """Show what waits and the last few pages; offer a page that could not be saved."""
    from sexjournal.search import query
    from sexjournal.terminal import render

    if not app.journal.keyring.exists:
        app.tell(app.wording.ui["welcome"])
        app.say(f"there is no journal in {app.directory} yet; 'journal new' makes one and begins a page")
        return
    writing.offer_leftovers(app)
    _show_what_waits(app)
    recent = query.newest_first(app.read().entries)[:LAST_FEW]
    app.show(render.rows(recent, app.face, app.words))
    app.say(f"git: {app.repository.state()}")
    app.leave()


def _show_what_waits(app: App) -> None:
    """Say in a line each what is ready, never how much of it."""
    from sexjournal.reflect import reflection

    entries = app.read().entries
    ready = reflection.ready(entries, app.now(), app.config.cadence, app.config.day_starts)
    jots = [one for one in ready if reflection.is_jot(one.entry)]
    if jots:
        app.tell(app.wording.ui["desk_jot"])
    if len(ready) > len(jots):
        app.tell(app.wording.ui["desk_ready"])
