"""journal restore: bring a removed page back from git's past."""

from __future__ import annotations

import sys

import typer

from sexjournal.commands.options import app_of


def restore(ctx: typer.Context, ref: str = typer.Argument(metavar="REF", help="The id of a removed page.")) -> None:
    """Bring a removed page back."""

    from sexjournal.workflows.restoring import restore_page

    app = app_of(ctx)
    entry = restore_page(app, ref)
    app.terminal.say(f"restored {entry.id}")
    sys.stdout.write(f"{entry.id}\n")
