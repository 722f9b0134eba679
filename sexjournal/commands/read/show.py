"""journal show: pages to read, on a screen that is gone afterwards."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sexjournal.commands.options import Asked, SomeRefs, app_of, filtered
from sexjournal.errors import NothingFound


@filtered
def show(
    ctx: typer.Context,
    asked: Asked,
    refs: SomeRefs = None,
    raw: Annotated[bool, typer.Option("--raw", help="The exact text, byte for byte.")] = False,
) -> None:
    """Show pages. Without REF or filters: the one written last."""
    from sexjournal.terminal.page import page_text

    app = app_of(ctx)
    wanted = refs if refs or asked.given else ["last"]
    found = [one.entry for one in app.archive.select(asked.understood(app, wanted))]
    if not found:
        raise NothingFound("no page matches", "journal list shows them all")
    if raw:
        sys.stdout.buffer.write(b"".join(entry.text.encode("utf-8", "surrogateescape") for entry in found))
    else:
        app.terminal.show(
            "\n\n".join(page_text(entry, app.terminal.face, app.terminal.words) for entry in found), paged=True
        )
    app.leave()
