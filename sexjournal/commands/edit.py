"""journal edit: a page in the editor again."""

from __future__ import annotations

import typer

from sexjournal import writing
from sexjournal.commands.options import Ref, app_of
from sexjournal.merging import in_two_versions

TWO_VERSIONS = (
    "this page was written on two devices at once and both versions are in it: "
    "keep what you like, and take out the marks and the field 'conflict'"
)


def edit(ctx: typer.Context, ref: Ref) -> None:
    """Change a page in the editor. A page on standard input takes its place."""
    app = app_of(ctx)
    stored = app.find(ref)
    if in_two_versions(stored.entry):
        app.say(TWO_VERSIONS)
    accept = writing.accept_change(app, stored)
    if app.piped:
        with app.drafts.begin("edit", stored.entry.id, app.standard_input(), written=True) as draft:
            writing.from_draft(app, draft, accept)
        return
    app.journal.probe()
    with app.drafts.begin("edit", stored.entry.id, stored.entry.text) as draft:
        writing.through_editor(app, draft, accept)
