"""A person at the terminal: what is asked and typed, what the editor does, and what is there before and afterwards."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pexpect
from room import Room

from sexjournal import prompts

DUTCH = {"LANG": "nl_BE.UTF-8"}


def window(room: Room, *args: str, env: dict[str, str] | None = None) -> pexpect.spawn[str]:
    """A terminal that is wide enough for every sentence, and remembers all that it showed."""
    return remembering(room.terminal(*args, columns=240, env=env))


def remembering(terminal: pexpect.spawn[str]) -> pexpect.spawn[str]:
    terminal.delaybeforesend = None
    terminal.logfile_read = io.StringIO()
    return terminal


def ended(terminal: pexpect.spawn[str]) -> tuple[int | None, str]:
    """The exit code of the command, and all that its terminal showed, on one line."""
    terminal.expect(pexpect.EOF)
    terminal.close()
    return terminal.exitstatus, " ".join(terminal.logfile_read.getvalue().split())


def talk(terminal: pexpect.spawn[str], *exchanges: Sequence[str]) -> tuple[int | None, str]:
    """Wait for each question and type the lines of its answer; then as `ended`."""
    say(terminal, *exchanges)
    return ended(terminal)


def say(terminal: pexpect.spawn[str], *exchanges: Sequence[str]) -> None:
    for question, *lines in exchanges:
        terminal.expect_exact(question)
        for line in lines:
            terminal.expect_exact("> ")
            terminal.sendline(line)


@cache
def tables(language: str) -> dict[str, Any]:
    """The wording as it stands in the file, so that nothing here leans on the code that reads it."""
    return tomllib.loads((Path(prompts.__file__).parent / f"{language}.toml").read_text("utf-8"))


# The editor


def editor(room: Room, *turns: str) -> None:
    """An editor that keeps a copy of what it is given and does something else, in Python, each time it is opened."""
    room.script_editor(
        f"tools = Path({str(room.tools)!r})\n"
        "turn = len(list(tools.glob('seen-*')))\n"
        "text = page.read_bytes().decode()\n"
        "(tools / f'seen-{turn}').write_bytes(page.read_bytes())\n"
        f"exec({list(turns)!r}[turn])"
    )


def seen(room: Room, turn: int = 0) -> str:
    """What the editor was given."""
    return (room.tools / f"seen-{turn}").read_bytes().decode()


def adds(text: str) -> str:
    """A turn of the editor that adds text at the end of the page."""
    return f"page.write_bytes((text + {text!r}).encode())"


def replaces(old: str, new: str, end: str = "") -> str:
    """A turn of the editor that writes one thing in place of another, and perhaps something at the end."""
    return f"assert {old!r} in text; page.write_bytes((text.replace({old!r}, {new!r}, 1) + {end!r}).encode())"


# What is there


def drafts(room: Room) -> list[Path]:
    """The pages that wait in memory."""
    return list(room.runtime.glob("journal-*/page.md"))


def snapshot(room: Room) -> dict[str, bytes]:
    """All that the journal holds, and how long its history is."""
    paths = [path for path in room.journal_dir.rglob("*") if path.is_file() and ".git" not in path.parts]
    head = room.git("rev-list", "--count", "HEAD").out
    return {"HEAD": head, **{str(path): path.read_bytes() for path in paths}}
