"""journal alone: a calm desk with what waits, the last few pages and the state of git."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal import writing

if TYPE_CHECKING:
    from sexjournal.app import App

LAST_FEW = 5


def desk(app: App) -> None:
    """Show what waits and the last few pages; offer a page that could not be saved."""
    from sexjournal import query, render

    if not app.journal.exists:
        app.tell(app.wording.ui["welcome"])
        app.say(f"there is no journal in {app.directory} yet; 'journal new' makes one and begins a page")
        return
    writing.offer_leftovers(app)
    recent = query.select(app.read().entries, query.Filters(), app.today())[:LAST_FEW]
    app.show(render.rows(recent, app.face, app.words))
    app.leave()
