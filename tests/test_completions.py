"""The completion files: they ask as Typer expects, real shells complete with them, and nobody is asked for anything."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pexpect
import pyte
import pytest
from room import Keys, Room
from typer.completion import get_completion_script

FILES = {"bash": "journal.bash", "zsh": "_journal", "fish": "journal.fish"}
FOLDER = Path(__file__).parents[1] / "completions"
SHELLS = [
    pytest.param(shell, marks=pytest.mark.skipif(not shutil.which(shell), reason=f"{shell} is not on PATH"))
    for shell in FILES
]
START = {"bash": ("bash", "--norc", "--noprofile", "-i"), "zsh": ("zsh", "-f", "-i"), "fish": ("fish", "--no-config")}
BEFORE = {"bash": "", "zsh": "autoload -Uz compinit && compinit -u -D; ", "fish": ""}
COMMAND = Path(sys.executable).with_name("journal")
needs_command = pytest.mark.skipif(not COMMAND.exists(), reason=f"the command is not installed beside {sys.executable}")
COMPLETED = {
    "journal sh": "journal show",
    "journal show --rev": "journal show --reviewed",
    "journal tag ren": "journal tag rename",
    "journal --ver": "journal --version",
}
TRIES = 50  # of a tenth of a second
TRIPWIRE = '#!/bin/sh\necho >>"{log}"\nexec {gpg} "$@"\n'


@pytest.fixture(scope="module")
def locked(keys_of_run: Keys) -> Iterator[Room]:
    """A locked journal with a page in it, a gpg that notes when it is called, and the command on PATH."""
    with Room(keys_of_run, keys=("locked",)) as room:
        room.journal("init", "--yes", check=0)
        room.journal("new", "--tag", "slow", stdin=room.canary.encode(), check=0)
        room.run("gpgconf", "--kill", "all", check=0)
        gpg = room.tools / "gpg"
        gpg.write_text(TRIPWIRE.format(log=room.tools / "called", gpg=shutil.which("gpg")))
        gpg.chmod(0o700)
        room.env["PATH"] = os.pathsep.join((str(room.tools), str(COMMAND.parent), room.env["PATH"]))
        yield room


class Typist:
    """A person at the prompt of a shell that has read its completion file; what is on the screen is what counts."""

    def __init__(self, room: Room, shell: str) -> None:
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.Stream(self._screen)
        self._terminal = room.spawn(*START[shell], columns=100, rows=30, env={"PS1": "$ "})
        self._terminal.sendline(f"{BEFORE[shell]}source '{FOLDER / FILES[shell]}'; echo rea''dy")
        self._wait_for("ready", whole=True)

    def completes(self, typed: str, expected: str) -> bool:
        """Whether this and a TAB become that; the line is taken back afterwards."""
        self._terminal.send(f"{typed}\t")
        done = self._wait_for(expected)
        self._terminal.send("\x15" if done else "\x03")
        return done

    def _wait_for(self, words: str, *, whole: bool = False) -> bool:
        for _ in range(TRIES):
            with suppress(pexpect.TIMEOUT):
                self._stream.feed(self._terminal.read_nonblocking(4096, timeout=0.1))
            rows = [row.rstrip() for row in self._screen.display]
            if any(row == words if whole else row.endswith(words) for row in rows):
                return True
        return False


@pytest.mark.parametrize("shell", FILES)
def test_the_file_asks_the_program_as_typer_expects_it(shell: str) -> None:
    """Compare the variables that it sets, which the two agree on: the rest may differ from release to release."""
    script = get_completion_script(prog_name="journal", complete_var="_JOURNAL_COMPLETE", shell=shell)
    file = (FOLDER / FILES[shell]).read_text()
    assert asked(file) == asked(script)
    assert f"_JOURNAL_COMPLETE=complete_{shell}" in asked(file)


def asked(script: str) -> set[str]:
    return set(re.findall(r"\b(?:_[A-Z_]+|COMP_[A-Z]+)=\w*", script))


def test_there_is_a_file_for_each_shell_and_nothing_else() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES.values())


@needs_command
@pytest.mark.parametrize("shell", SHELLS)
def test_a_tab_completes_commands_and_options_and_asks_for_nothing(locked: Room, shell: str) -> None:
    asked = locked.asked
    typist = Typist(locked, shell)
    assert [typed for typed, expected in COMPLETED.items() if not typist.completes(typed, expected)] == []
    assert locked.asked == asked
    assert not (locked.tools / "called").exists()
    assert not (locked.gnupg / "S.gpg-agent").exists()


@needs_command
def test_a_tab_on_a_reference_offers_nothing_of_the_journal(locked: Room) -> None:
    env = {"_JOURNAL_COMPLETE": "complete_bash", "COMP_WORDS": "journal show ", "COMP_CWORD": "2"}
    result = locked.run("journal", env=env, check=0)
    assert result.out.strip() == b""
    assert result.err == b""
    assert not (locked.tools / "called").exists()


@needs_command
def test_the_tripwire_would_tell_of_gpg(locked: Room) -> None:
    locked.run("journal", "list", check=0)
    assert (locked.tools / "called").exists()
    (locked.tools / "called").unlink()
    locked.run("gpgconf", "--kill", "all")
