"""journal config: every setting, where its value comes from, and setting one."""

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
    from sexjournal import config as settings
    from sexjournal.terminal.tables import setting_lines
    from sexjournal.terminal.text import json_text

    app = app_of(ctx)
    if name is not None and value is not None:
        stored = settings.store_setting(app.config_path, name, value)
        app.terminal.say(f"{name} = {settings.in_toml(stored)}, in {app.config_path}")
        return
    wanted = (settings.find_setting(name),) if name is not None else settings.SETTINGS
    table = [
        (one.name, settings.in_toml(app.config.values[one.name]), app.config.sources[one.name], one.sentence)
        for one in wanted
    ]
    app.terminal.show(
        json_text([dict(zip(COLUMNS, row, strict=True)) for row in table])
        if json
        else setting_lines(table, app.terminal.face)
    )
