"""journal list: a line for each page, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from sexjournal.commands.options import FilterOptions, Json, SomeRefs, app_of, filtered
from sexjournal.errors import NothingFound


@filtered
def listing(
    ctx: typer.Context,
    filter_options: FilterOptions,
    refs: SomeRefs = None,
    number: Annotated[int, typer.Option("-n", metavar="N", min=0, help="At most this many; 0 is all.")] = 0,
    json: Json = False,
) -> None:
    """List pages, newest first, a line each."""
    from sexjournal.terminal.listing import entries_json, entry_lines

    app = app_of(ctx)
    entries = [page.entry for page in app.archive.select(filter_options.to_filters(app, refs))]
    rows = entries[:number] if number else entries
    style = app.terminal.style
    words = app.terminal.words if style.tty else {}  # a pipe shows none, and loading them takes a moment
    app.terminal.show(entries_json(rows, style) if json else entry_lines(rows, style, words))
    if not entries and (filter_options.any_set or refs):
        raise NothingFound("no page matches", "journal list shows them all")
    app.leave()
