"""journal remove: take pages away; git keeps the past."""

from __future__ import annotations

import typer

from sexjournal.commands.options import Refs, Yes, app_of
from sexjournal.workflows.consent import ask_first


def remove(ctx: typer.Context, refs: Refs, yes: Yes = False) -> None:
    """Take pages away. git keeps them in its past, and journal restore brings them back."""
    from sexjournal.entry.shown_dates import long_date

    app = app_of(ctx)
    pages = list({page.entry.id: page for page in map(app.archive.find, refs)}.values())
    for page in () if yes else pages:
        about = long_date(page.entry.date, app.terminal.language) if page.entry.date else ""
        app.terminal.tell(f"  {page.entry.id}  {about}")
    ask_first(app, app.wording.ui["remove"], yes=yes)
    app.archive.remove(pages)
    for page in pages:
        app.terminal.say(f"removed {page.entry.id}; 'journal restore {page.entry.id}' brings it back")
    app.leave()
