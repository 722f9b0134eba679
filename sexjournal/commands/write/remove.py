"""journal remove: take pages away; git keeps the past."""

from __future__ import annotations

import typer

from sexjournal.commands.options import Refs, Yes, app_of
from sexjournal.workflows.consent import ask_first


def remove(ctx: typer.Context, refs: Refs, yes: Yes = False) -> None:
    """Take pages away. git keeps them in its past, and journal restore brings them back."""
    from sexjournal.entry.shown_dates import long_date

    app = app_of(ctx)
    found = list({one.entry.id: one for one in map(app.archive.find, refs)}.values())
    for one in () if yes else found:
        about = long_date(one.entry.date, app.terminal.language) if one.entry.date else ""
        app.terminal.tell(f"  {one.entry.id}  {about}")
    ask_first(app, app.wording.ui["remove"], yes=yes)
    app.archive.remove(found)
    for one in found:
        app.terminal.say(f"removed {one.entry.id}; 'journal restore {one.entry.id}' brings it back")
    app.leave()
