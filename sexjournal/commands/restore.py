"""journal restore: bring a removed page back from git's past."""

from __future__ import annotations

import sys

import typer

from sexjournal.commands.options import app_of
from sexjournal.errors import BadInput


def restore(ctx: typer.Context, ref: str = typer.Argument(metavar="REF", help="The id of a removed page.")) -> None:
    """Bring a removed page back."""
    from sexjournal.journal import id_in
    from sexjournal.sync import find_removed

    app = app_of(ctx)
    gone = app.sync.removed()
    name = find_removed(gone, ref)
    sealed = app.sync.past(name, gone[name])
    entry = app.journal.open_file(sealed)
    if entry.id != id_in(name):
        raise BadInput(f"what git has under {name} is another page", "git log shows what happened to it")
    app.journal.put_back(name, sealed)
    app.commit()
    app.say(f"restored {entry.id}")
    sys.stdout.write(f"{entry.id}\n")
