"""journal show: read pages, on a screen of their own."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sexjournal.commands.options import FilterOptions, SomeRefs, app_of, filtered
from sexjournal.errors import NothingFound


@filtered
def show(
    ctx: typer.Context,
    filter_options: FilterOptions,
    refs: SomeRefs = None,
    raw: Annotated[bool, typer.Option("--raw", help="The exact text, byte for byte.")] = False,
) -> None:
    """Show pages. Without REF or filters: the one written last."""
    from sexjournal.terminal.page import page_text

    app = app_of(ctx)
    refs = refs if refs or filter_options.any_set else ["last"]
    entries = [page.entry for page in app.archive.select(filter_options.to_filters(app, refs))]
    if not entries:
        raise NothingFound("no page matches", "journal list shows them all")
    if raw:
        sys.stdout.buffer.write(b"".join(entry.text.encode("utf-8", "surrogateescape") for entry in entries))
    else:
        app.terminal.show(
            "\n\n".join(page_text(entry, app.terminal.style, app.terminal.words) for entry in entries), paged=True
        )
    app.leave()
