"""The table of settings, and where each value comes from: environment, file or default. Knows no journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from sexjournal.errors import BadInput
from sexjournal.system import disk

SettingValue = str | bool | time | tuple[str, ...]

CADENCE_NAMES = ("day", "week", "month", "year")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _to_text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError("text")
    return raw


def _to_flag(raw: object) -> bool:
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in words:
        return words[raw.lower()]
    raise ValueError("true or false")


def _choice_of(*values: str) -> Callable[[object], str]:
    def read(raw: object) -> str:
        if raw not in values:
            raise ValueError("one of " + ", ".join(values))
        return str(raw)

    return read


def _to_cadence(raw: object) -> tuple[str, ...]:
    words = raw.replace(",", " ").split() if isinstance(raw, str) else raw
    if not isinstance(words, list) or any(word not in CADENCE_NAMES for word in words):
        raise ValueError("any of " + ", ".join(CADENCE_NAMES))
    return tuple(word for word in CADENCE_NAMES if word in words)


def _to_hour(raw: object) -> time:
    try:
        return time.fromisoformat(raw) if isinstance(raw, str) else time(int(str(raw)))
    except ValueError:
        raise ValueError("an hour such as 05:00") from None


@dataclass(frozen=True, slots=True)
class Setting:
    """A line of the table: `read` turns TOML or an environment variable into the value, or raises ValueError."""

    name: str
    read: Callable[[object], SettingValue]
    default: SettingValue
    sentence: str

    @property
    def variable(self) -> str:
        return "JOURNAL_" + self.name.upper()


SETTINGS = (
    Setting("dir", _to_text, "", "the directory of the journal; empty is the usual place of this system"),
    Setting("language", _choice_of("auto", "en", "nl"), "auto", "language of the questions: auto follows the locale"),
    Setting("editor", _to_text, "", "the editor; empty takes $VISUAL, $EDITOR, or the first of nano, vim and vi"),
    Setting("cadence", _to_cadence, ("day", "week"), "when a page may be looked at again: day, week, month, year"),
    Setting("discreet", _to_flag, False, "list hides titles, people and tags"),
    Setting("health", _to_flag, False, "ask the questions about protection, cycle and discomfort"),
    Setting("week_starts", _choice_of(*DAYS), "monday", "the first day of a week in pictures"),
    Setting("day_starts", _to_hour, time(5), "until this hour it is still the evening before"),
)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in force. `sources` has the origin of each value, by name: a file, a variable or `default`."""

    values: Mapping[str, SettingValue]
    sources: Mapping[str, str]
    path: Path

    def text(self, name: str) -> str:
        return str(self.values[name])

    def flag(self, name: str) -> bool:
        return self.values[name] is True

    @property
    def day_starts(self) -> time:
        value = self.values["day_starts"]
        return value if isinstance(value, time) else time(5)

    @property
    def cadence(self) -> tuple[str, ...]:
        value = self.values["cadence"]
        return value if isinstance(value, tuple) else ()

    def language(self, environ: Mapping[str, str]) -> str:
        """Return `en` or `nl`; auto follows the locale as gettext would."""
        chosen = self.text("language")
        if chosen != "auto":
            return chosen
        names = ("LC_ALL", "LC_MESSAGES", "LANG")
        locale = next((environ[name] for name in names if environ.get(name)), "")
        return "nl" if locale.lower().startswith("nl") else "en"


def load_config(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """Read the settings. The environment wins over the file, and the file over the defaults."""
    file = _read_file(path)
    values: dict[str, SettingValue] = {}
    sources: dict[str, str] = {}
    for setting in SETTINGS:
        raw, source = _raw_value(setting, file, environ, path)
        values[setting.name] = setting.default if raw is None else _checked_value(setting, raw, source)
        sources[setting.name] = source
    return Config(values, sources, path)


def find_setting(name: str) -> Setting:
    """Return a line of the table by name; BadInput for an unknown name."""
    for setting in SETTINGS:
        if setting.name == name:
            return setting
    names = ", ".join(setting.name for setting in SETTINGS)
    raise BadInput(f"there is no setting '{name}'", f"the settings are {names}")


def store_setting(path: Path, name: str, typed: str) -> SettingValue:
    """Change a setting in the file and nothing else there; return the value."""
    import tomlkit

    setting = find_setting(name)
    value = _checked_value(setting, typed, "the command line")
    _read_file(path)
    document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
    document[name] = _to_toml(value)
    disk.replace(path, tomlkit.dumps(document).encode())
    return value


def in_toml(value: SettingValue) -> str:
    """Return the value as TOML: for these types JSON and TOML are the same."""
    import json

    return json.dumps(_to_toml(value), ensure_ascii=False)


def _to_toml(value: SettingValue) -> str | bool | list[str]:
    """Return the value in the types of TOML."""
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return list(value) if isinstance(value, tuple) else value


def _why_unreadable(error: Exception) -> str:
    import tomllib  # loaded already by _parse_toml

    if isinstance(error, tomllib.TOMLDecodeError):
        return str(error).lower()
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    return "it holds something far too long or too deep"  # such as a number of thousands of digits


def _read_file(path: Path) -> Mapping[str, object]:
    try:
        settings = _parse_toml(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} cannot be read: {_why_unreadable(error)}", "mend the file, or move it away") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {str(error.strerror).lower()}") from None
    for name in settings.keys() - {setting.name for setting in SETTINGS}:
        raise BadInput(f"{path}: there is no setting '{name}'", "journal config shows which there are")
    return settings


def _parse_toml(text: str) -> dict[str, object]:
    """Parse TOML, or raise ValueError. Import tomllib here: most people have no file."""
    import tomllib

    return tomllib.loads(text)


def _raw_value(
    setting: Setting, file: Mapping[str, object], environ: Mapping[str, str], path: Path
) -> tuple[object | None, str]:
    if setting.variable in environ:
        return environ[setting.variable], setting.variable
    if setting.name in file:
        return file[setting.name], str(path)
    return None, "default"


def _checked_value(setting: Setting, raw: object, source: str) -> SettingValue:
    try:
        return setting.read(raw)
    except ValueError as error:
        raise BadInput(f"the setting '{setting.name}' from {source} cannot be used", f"it takes {error}") from None
