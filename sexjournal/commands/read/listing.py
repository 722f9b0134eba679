"""journal list: one line a page, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from sexjournal.commands.options import Asked, Json, SomeRefs, app_of, filtered
from sexjournal.errors import NothingFound


@filtered
def listing(
    ctx: typer.Context,
    asked: Asked,
    refs: SomeRefs = None,
    number: Annotated[int, typer.Option("-n", metavar="N", min=0, help="At most this many; 0 is all.")] = 0,
    json: Json = False,
) -> None:
    """List pages, newest first, a line each."""
    from sexjournal.terminal.listing import entries_json, entry_lines

    app = app_of(ctx)
    found = [one.entry for one in app.archive.select(asked.understood(app, refs))]
    shown = found[:number] if number else found
    words = (
        app.terminal.words if app.terminal.face.tty else {}
    )  # a pipe gets none of them, and to read them takes a moment
    app.terminal.show(entries_json(shown, app.terminal.face) if json else entry_lines(shown, app.terminal.face, words))
    if not found and (asked.given or refs):
        raise NothingFound("no page matches", "journal list shows them all")
    app.leave()
