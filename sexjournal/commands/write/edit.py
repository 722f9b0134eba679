"""journal edit: change a page in the editor, or answer more questions."""

from __future__ import annotations

import typer

from sexjournal.commands.options import Ref, app_of


def edit(ctx: typer.Context, ref: Ref) -> None:
    """Change a page in the editor. A page on standard input takes its place.

    Without an editor the questions that the page leaves open are asked, and the answers are added to it.
    """

    from sexjournal.workflows.editing import edit_page

    app = app_of(ctx)
    edit_page(app, app.archive.find(ref))
