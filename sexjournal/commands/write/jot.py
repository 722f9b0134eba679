"""journal jot: one line on the day itself, to be written out tomorrow."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from sexjournal.commands.options import app_of
from sexjournal.errors import BadInput
from sexjournal.workflows import writing
from sexjournal.workflows.setup.start import set_up_if_missing

if TYPE_CHECKING:
    from sexjournal.app import App
    from sexjournal.entry.entry import Value
    from sexjournal.journal.store import Stored


def jot(ctx: typer.Context) -> None:
    """Keep one line about today, typed here or on standard input; the page can wait until tomorrow."""
    if ctx.args:  # not told again: what is said may be kept too
        hint = "type it after Enter, or pipe it: then it stays out of your shell's history"
        raise BadInput("a jot takes no words on the command line", hint)
    app = app_of(ctx)
    set_up_if_missing(app)
    stored = keep(app, {})
    if stored is not None:
        sys.stdout.write(f"{stored.entry.id}\n")


def keep(app: App, flags: Mapping[str, Value]) -> Stored | None:
    """Ask for the line, or take the one on standard input, and keep it with what the command line told."""
    from sexjournal.entry.entry import compose

    line = app.standard_input().strip() if app.piped else app.asker.line(app.wording.ui["jot_ask"])
    if not line:
        app.say("nothing was kept")
        return None
    if "\n" in line:
        raise BadInput("a jot is one line", "journal new --on today takes a whole page")
    page = writing.complete(app, compose({"jot": line}, ""), {**flags, "date": app.today().isoformat()})
    with app.drafts.begin("new", page.kind, page.text, written=True) as draft, writing.told_where(draft):
        stored = app.save(page)
        draft.wipe()
    app.tell(app.wording.ui["jot_saved"])
    return stored
