"""journal config: show every setting with the origin of the value, and change a setting."""

from __future__ import annotations

from typing import Annotated

import typer

from sexjournal.commands.options import Json, app_of

COLUMNS = ("name", "value", "source", "sentence")


def config(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One setting.")] = None,
    value: Annotated[str | None, typer.Argument(metavar="[VALUE]", help="Its new value.")] = None,
    json: Json = False,
) -> None:
    """Show the settings, or set one: journal config language nl."""
    from sexjournal.terminal.tables import setting_lines
    from sexjournal.terminal.text import json_text
    from sexjournal.workflows.settings import set_setting, setting_rows

    app = app_of(ctx)
    if name is not None and value is not None:
        set_setting(app, name, value)
        return
    rows = setting_rows(app, name)
    app.terminal.show(
        json_text([dict(zip(COLUMNS, row, strict=True)) for row in rows])
        if json
        else setting_lines(rows, app.terminal.style)
    )
