"""journal run: the pages as plain read-only Markdown in memory, for the time of one command."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sexjournal.commands.options import Asked, app_of, filtered
from sexjournal.entry.filename import name_in_clear
from sexjournal.errors import BadInput

if TYPE_CHECKING:
    from sexjournal.journal.store import Stored

READ_ONLY = 0o400

Command = Annotated[list[str] | None, typer.Argument(metavar="-- CMD...", help="The command and its words.")]


@filtered
def run(ctx: typer.Context, asked: Asked, command: Command = None) -> None:
    """Run one command where all pages lie as plain Markdown, and wipe them afterwards.

    journal run -- rg -C2 lake; journal run --kind memory -- fzf. What that command keeps elsewhere is its own affair.
    """
    app = app_of(ctx)
    if not command:
        raise BadInput("which command?", "journal run -- rg -C2 lake")
    chosen = app.select(asked.understood(app))
    with app.drafts.temporary_directory(
        sum(len(one.entry.text.encode("utf-8", "surrogateescape")) for one in chosen)
    ) as place:
        _lay_out(place, chosen)
        raise typer.Exit(app.child(command, place))


def _lay_out(place: Path, chosen: Iterable[Stored]) -> None:
    for one in chosen:
        path = place / name_in_clear(one.name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(one.entry.text.encode("utf-8", "surrogateescape"))
        path.chmod(READ_ONLY)
