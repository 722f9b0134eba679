"""List the settings for `journal config`, and change a setting. Knows no key and no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sexjournal import config

if TYPE_CHECKING:
    from sexjournal.app import App

Row = tuple[str, str, str, str]  # name, value as the file has it, source, and a sentence about the setting


def setting_rows(app: App, name: str | None) -> list[Row]:
    """Return a row for each setting, or for a single setting by name; BadInput for an unknown name."""
    settings = (config.find_setting(name),) if name is not None else config.SETTINGS
    values, sources = app.config.values, app.config.sources
    return [
        (setting.name, config.in_toml(values[setting.name]), sources[setting.name], setting.sentence)
        for setting in settings
    ]


def set_setting(app: App, name: str, typed: str) -> None:
    """Write a setting to the file, also beside a wrong value of another setting, and say the new value."""
    value = config.store_setting(app.config_path, name, typed)
    app.terminal.say(f"{name} = {config.in_toml(value)}, in {app.config_path}")
