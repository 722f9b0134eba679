"""journal config: every setting with its value, sentence and source; setting one leaves the rest of the file alone."""

from __future__ import annotations

import errno
import json
import os
import re
import tomllib
from pathlib import Path

import pexpect
import pytest
from room import Room

DEFAULTS = {
    "dir": '""',
    "language": '"auto"',
    "editor": '""',
    "cadence": '["day", "week"]',
    "discreet": "false",
    "health": "false",
    "week_starts": '"monday"',
    "day_starts": '"05:00"',
}
KEPT = (
    "# my own file\n\n"
    'language = "nl"      # as at home\n'
    "health = true\n"
    'editor = "vim -n"   # with "quotes" and a #\n'
    "\n# at the end\n"
)


def config_file(room: Room) -> Path:
    """Where the settings are, its directory made."""
    path = room.root / "config" / "journal" / "config.toml"
    path.parent.mkdir(exist_ok=True)
    return path


def shown(room: Room, *words: str, env: dict[str, str] | None = None) -> dict[str, tuple[str, str]]:
    """Each setting that is printed, with its value and where that comes from."""
    lines = [line.split("\t") for line in room.journal("config", *words, env=env, check=0).text.splitlines()]
    return {name: (value, source) for name, value, source, _sentence in lines}


# Showing


def test_it_shows_every_setting_with_its_default_and_a_sentence(room: Room) -> None:
    result = room.journal("config", check=0)
    lines = [line.split("\t") for line in result.text.splitlines()]
    assert {name: value for name, value, _source, _sentence in lines} == DEFAULTS
    assert {source for _name, _value, source, _sentence in lines} == {"default"}
    assert all(len(sentence.split()) > 3 for _name, _value, _source, sentence in lines)
    assert result.err == b""
    assert not config_file(room).exists()


def test_it_needs_no_journal_no_key_and_no_gpg(room: Room) -> None:
    result = room.journal("config", env={"PATH": str(room.tools)}, check=0)
    assert len(result.text.splitlines()) == len(DEFAULTS)
    assert not room.journal_dir.exists()


def test_each_value_tells_whether_the_file_or_the_environment_gave_it(room: Room) -> None:
    file = config_file(room)
    file.write_text('language = "nl"\nhealth = true\nday_starts = "04:30"\n')
    env = {"JOURNAL_LANGUAGE": "en", "JOURNAL_CADENCE": "week, year", "JOURNAL_DISCREET": "yes"}
    assert shown(room, env=env) == {
        **{name: (value, "default") for name, value in DEFAULTS.items()},
        "language": ('"en"', "JOURNAL_LANGUAGE"),
        "cadence": ('["week", "year"]', "JOURNAL_CADENCE"),
        "discreet": ("true", "JOURNAL_DISCREET"),
        "health": ("true", str(file)),
        "day_starts": ('"04:30"', str(file)),
    }


def test_one_setting_is_shown_alone(room: Room) -> None:
    assert shown(room, "week_starts") == {"week_starts": ('"monday"', "default")}


def test_json_is_a_list_of_objects(room: Room) -> None:
    config_file(room).write_text('language = "nl"\n')
    settings = json.loads(room.journal("config", "--json", check=0).out.decode("ascii"))
    assert [setting["name"] for setting in settings] == list(DEFAULTS)
    assert {tuple(setting) for setting in settings} == {("name", "value", "source", "sentence")}
    (one,) = json.loads(room.journal("config", "language", "--json", check=0).text)
    assert (one["name"], one["value"], one["source"]) == ("language", '"nl"', str(config_file(room)))


def test_a_terminal_shows_the_sentence_under_the_value(room: Room) -> None:
    terminal = room.terminal("config", columns=100, env={"NO_COLOR": "1"})
    terminal.expect(pexpect.EOF)
    for name in DEFAULTS:
        assert name in terminal.before
    assert '"auto"  (default)' in terminal.before
    assert "auto follows the locale" in terminal.before
    assert "\x1b" not in terminal.before


# Setting


@pytest.mark.parametrize(
    ("name", "typed", "line"),
    [
        ("language", "nl", 'language = "nl"'),
        ("editor", 'vim -c "set tw=72"', r'editor = "vim -c \"set tw=72\""'),
        ("cadence", "year day", 'cadence = ["day", "year"]'),
        ("cadence", "day,week,month", 'cadence = ["day", "week", "month"]'),
        ("discreet", "yes", "discreet = true"),
        ("health", "off", "health = false"),
        ("week_starts", "sunday", 'week_starts = "sunday"'),
        ("day_starts", "04:30", 'day_starts = "04:30"'),
        ("dir", "~/pages", 'dir = "~/pages"'),
    ],
)
def test_setting_one_writes_one_line_and_says_where(room: Room, name: str, typed: str, line: str) -> None:
    file = room.root / "config" / "journal" / "config.toml"
    result = room.journal("config", name, typed, check=0)
    assert result.error == f"journal: {line}, in {file}\n"
    assert file.read_text() == f"{line}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert shown(room, name) == {name: (line.partition(" = ")[2], str(file))}


def test_comments_order_and_the_other_lines_stay_as_they_are(room: Room) -> None:
    file = config_file(room)
    file.write_text(KEPT)
    room.journal("config", "health", "false", check=0)
    assert file.read_text() == KEPT.replace("health = true", "health = false")


def test_a_setting_that_the_file_does_not_have_is_added_to_it(room: Room) -> None:
    file = config_file(room)
    file.write_text(KEPT)
    room.journal("config", "discreet", "true", check=0)
    assert file.read_text().replace("discreet = true\n", "") == KEPT
    assert tomllib.loads(file.read_text())["discreet"] is True


@pytest.mark.parametrize(("name", "value"), [("language", "en"), ("editor", "nano")])
def test_a_comment_on_the_line_itself_stays(room: Room, name: str, value: str) -> None:
    file = config_file(room)
    file.write_text(KEPT)
    room.journal("config", name, value, check=0)
    (before,) = (line for line in KEPT.splitlines() if line.startswith(name))
    (after,) = (line for line in file.read_text().splitlines() if line.startswith(name))
    assert after.endswith("# " + before.split("# ", 1)[1])
    assert tomllib.loads(file.read_text()) == {**tomllib.loads(KEPT), name: value}


@pytest.mark.parametrize(
    "was", ['cadence = [\n  "day",   # the day after\n]\n', '"cadence" = ["day"]\n', "cadence=['day']\n"]
)
def test_a_setting_is_set_whichever_way_it_was_written(room: Room, was: str) -> None:
    file = config_file(room)
    file.write_text(f'# above\n{was}language = "nl"\n')
    room.journal("config", "cadence", "week", check=0)
    assert tomllib.loads(file.read_text()) == {"cadence": ["week"], "language": "nl"}
    assert file.read_text().startswith("# above\n")


def test_a_setting_in_force_changes_what_the_program_does(room: Room) -> None:
    room.journal("config", "dir", "~/pages", check=0)
    room.journal("init", "--yes", check=0)
    assert (room.home / "pages" / "journal.asc").is_file()
    assert not room.journal_dir.exists()


# Refusing


@pytest.mark.parametrize(
    ("name", "typed", "takes"),
    [
        ("language", "fr", "one of auto, en, nl"),
        ("cadence", "hourly", "any of day, week, month, year"),
        ("discreet", "perhaps", "true or false"),
        ("week_starts", "someday", "one of monday"),
        ("day_starts", "25:00", "an hour such as 05:00"),
    ],
)
def test_a_value_that_it_cannot_have_is_refused_with_those_it_can(
    room: Room, name: str, typed: str, takes: str
) -> None:
    file = config_file(room)
    file.write_text(KEPT)
    result = room.journal("config", name, typed, check=2)
    assert result.error.startswith(f"journal: the setting '{name}' from the command line cannot be used\nhint: ")
    assert takes in result.error
    assert file.read_text() == KEPT


@pytest.mark.parametrize("words", [["colour"], ["colour", "red"]])
def test_a_name_that_is_no_setting_is_refused_with_those_there_are(room: Room, words: list[str]) -> None:
    result = room.journal("config", *words, check=2)
    assert result.error == (f"journal: there is no setting 'colour'\nhint: the settings are {', '.join(DEFAULTS)}\n")
    assert not config_file(room).exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"language = \n", "line 1"),
        (b'# fine\nlanguage = "nl\n', "line 2"),
        (b'editor = "\xff"\n', "UTF-8"),
        (b'language = "fr"\n', "one of auto, en, nl"),
        (b"cadence = 3\n", "any of day, week, month, year"),
        (b'colour = "red"\n', "'colour'"),
        (b"[colours]\nred = 1\n", "'colours'"),
    ],
)
@pytest.mark.parametrize("command", ["config", "list"])
def test_a_file_that_cannot_be_used_is_told_by_its_path(room: Room, text: bytes, said: str, command: str) -> None:
    file = config_file(room)
    file.write_bytes(text)
    result = room.journal(command, check=2)
    assert re.match(r"journal: .+\nhint: .+\n$", result.error)
    assert str(file) in result.error
    assert said in result.error


@pytest.mark.parametrize("text", [b"language = \n", b'editor = "\xff"\n', b'colour = "red"\n'])
def test_a_file_that_cannot_be_read_is_never_written(room: Room, text: bytes) -> None:
    file = config_file(room)
    file.write_bytes(text)
    result = room.journal("config", "health", "true", check=2)
    assert str(file) in result.error
    assert file.read_bytes() == text


def test_a_value_that_cannot_be_used_is_mended_by_setting_it(room: Room) -> None:
    file = config_file(room)
    file.write_text('# mine\nlanguage = "fr"\n')
    room.journal("config", "language", "nl", check=0)
    assert file.read_text() == '# mine\nlanguage = "nl"\n'


def test_a_broken_environment_variable_is_told_by_its_name(room: Room) -> None:
    result = room.journal("config", env={"JOURNAL_DAY_STARTS": "late"}, check=2)
    assert "the setting 'day_starts' from JOURNAL_DAY_STARTS cannot be used" in result.error


def test_a_directory_that_cannot_be_written_is_told_and_nothing_is_left(room: Room) -> None:
    (room.root / "config").rmdir()
    (room.root / "config").write_text("a file in its place")
    result = room.journal("config", "health", "true", check=2)
    assert re.match(
        rf"journal: .*{re.escape(str(room.root / 'config'))}.*: {os.strerror(errno.ENOTDIR).lower()}\n", result.error
    )
    assert (room.root / "config").read_text() == "a file in its place"
