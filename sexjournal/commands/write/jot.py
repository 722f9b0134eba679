"""journal jot: keep a line on the day itself, to be written out tomorrow."""

from __future__ import annotations

import sys

import typer

from sexjournal.commands.options import app_of
from sexjournal.errors import BadInput


def jot(ctx: typer.Context) -> None:
    """Keep one line about today, typed here or on standard input; the page can wait until tomorrow."""

    from sexjournal.workflows.jotting import save_jot
    from sexjournal.workflows.setup.start import set_up_if_missing

    if ctx.args:  # the words are not repeated: a terminal's output may be kept too
        hint = "type it after Enter, or pipe it: then it stays out of your shell's history"
        raise BadInput("a jot takes no words on the command line", hint)
    app = app_of(ctx)
    set_up_if_missing(app)
    stored = save_jot(app, {})
    if stored is not None:
        sys.stdout.write(f"{stored.entry.id}\n")
