"""journal run: run a command beside the pages as plain read-only Markdown in memory."""

from __future__ import annotations

from typing import Annotated

import typer

from sexjournal.commands.options import FilterOptions, app_of, filtered
from sexjournal.errors import BadInput

Command = Annotated[list[str] | None, typer.Argument(metavar="-- CMD...", help="The command and its words.")]


@filtered
def run(ctx: typer.Context, filter_options: FilterOptions, command: Command = None) -> None:
    """Run one command where all pages lie as plain Markdown, and wipe them afterwards.

    journal run -- rg -C2 lake; journal run --kind memory -- fzf. What that command keeps elsewhere is its own affair.
    """

    from sexjournal.workflows.running import run_with_pages

    app = app_of(ctx)
    if not command:
        raise BadInput("which command?", "journal run -- rg -C2 lake")
    chosen = app.archive.select(filter_options.to_filters(app))
    raise typer.Exit(run_with_pages(app, chosen, command))
