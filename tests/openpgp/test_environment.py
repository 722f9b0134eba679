"""The gpg that people have: no home yet, another keyring, a terminal it cannot use; and the README's first line."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from beginner import COLUMNS, ROWS, WORDS, Beginner, line_under
from room import Keys, Room, stop_agent
from troubles import with_programs

CHECKOUT = Path(__file__).parents[2]
# A bare machine has these once the README's first line has installed what was missing, and no editor.
PROGRAMS = (
    "bash",
    "sh",
    "env",
    "gpg",
    "gpgconf",
    "gpg-connect-agent",
    "git",
    "mkdir",
    "ln",
    "cat",
    "less",
    "chmod",
    "tty",
)
OF_PIP = ("PIP_", "SSL_CERT_")  # how this machine reaches packages
CURSES = shutil.which("pinentry-curses")
KEYBOXD = [
    path
    for path in map(Path, ("/usr/lib/gnupg/keyboxd", "/usr/libexec/keyboxd", "/usr/local/libexec/keyboxd"))
    if path.exists()
]

needs_curses = pytest.mark.skipif(not CURSES, reason="pinentry-curses is not on PATH")


def nothing_yet(room: Room) -> dict[str, str]:
    """The environment of somebody who never used gpg and has no editor."""
    env = {**room.environment(with_programs(room, *PROGRAMS)), "PS1": "$ "}
    (room.tools / "bin" / "python3").symlink_to(Path(sys.executable).resolve())
    packages = {name: value for name, value in os.environ.items() if name.startswith(OF_PIP)}
    for name in ("GNUPGHOME", "EDITOR", "VISUAL", "XDG_DATA_HOME", "JOURNAL_NOW"):
        env.pop(name, None)
    locked = dict.fromkeys(("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"), str(CHECKOUT / ".constraints.txt"))
    return {**env, **packages, **locked}


def beginner(room: Room, env: dict[str, str]) -> Beginner:
    shell = ["--norc", "--noprofile"]
    terminal = pexpect.spawn("bash", shell, env=env, cwd=str(room.home), dimensions=(ROWS, COLUMNS))
    return Beginner(terminal)


@needs_curses
def test_the_first_line_of_the_readme_ends_with_a_page_that_gpg_opens(room: Room) -> None:
    env = nothing_yet(room)
    somebody = beginner(room, env)
    somebody.does(f"cd {shlex.quote(str(CHECKOUT))}")
    shown = somebody.does(line_under("the first page"))
    assert "no editor was found" in "".join(somebody.screens)
    assert re.search(r"^Saved, and locked again\.\n[a-z][0-9a-z]{7}$", shown, re.MULTILINE), shown
    opened = somebody.does('gpg --quiet -d "$HOME"/.local/share/journal/*/*.asc; echo "ended with $?"')
    assert WORDS in opened
    assert "ended with 0" in opened
    assert (room.home / ".gnupg").stat().st_mode & 0o777 == 0o700
    somebody.terminal.close(force=True)
    stop_agent(room.home / ".gnupg")


@needs_curses
@pytest.mark.parametrize("named", ["/dev/null", "not a tty"])
def test_a_gpg_tty_that_is_no_terminal_does_not_keep_a_key_from_being_made(room: Room, named: str) -> None:
    room.env |= {"GPG_TTY": named}
    somebody = beginner(room, nothing_yet(room))
    journal = shlex.join((sys.executable, "-m", "sexjournal"))
    shown = somebody.does(f"{journal} init --new-key Reed; echo ended with $?")
    somebody.terminal.close(force=True)
    stop_agent(room.home / ".gnupg")
    assert "ended with 0" in shown
    assert somebody.passphrases


@needs_curses
@pytest.mark.skipif(os.getuid() == 0, reason="root may open the terminals of everybody")
def test_making_a_key_in_the_terminal_of_somebody_else_says_so(room: Room) -> None:
    somebody = beginner(room, nothing_yet(room))
    somebody.does('chmod 000 "$(tty)"')  # as after su: it may be read and written, and not be opened
    journal = shlex.join((sys.executable, "-m", "sexjournal"))
    shown = somebody.does(f"{journal} init --new-key Reed; echo ended with $?")
    somebody.terminal.close(force=True)
    stop_agent(room.home / ".gnupg")
    flat = shown.replace("\n", "")  # the terminal breaks lines where they are full
    assert "journal: the terminal belongs to another user, so pinentry cannot ask for the passphrase there" in flat
    assert "script -q /dev/null" in flat
    assert "ended with 3" in flat


def test_without_a_home_of_gpg_it_is_told_that_there_is_no_key(room: Room) -> None:
    env = {"GNUPGHOME": None}
    result = room.journal("init", "--yes", env=env, check=3)
    assert result.error.startswith("journal: there is no key to seal pages with\nhint: ")
    assert (room.home / ".gnupg").is_dir()
    stop_agent(room.home / ".gnupg")


def test_a_gnupghome_that_is_not_there_is_told_and_never_made(room: Room) -> None:
    away = room.root / "usb stick"
    result = room.journal("init", "--yes", env={"GNUPGHOME": str(away)}, check=3)
    assert result.error.startswith(f"journal: gpg's directory {away} cannot be used: no such file or directory\nhint: ")
    assert not away.exists()


@pytest.mark.skipif(not KEYBOXD, reason="this gpg has no keyboxd, as GnuPG before 2.3")
def test_a_keyring_that_keyboxd_keeps_serves_as_well(make_room: Callable[..., Room], keys_of_run: Keys) -> None:
    room = make_room(keys=("plain", "second"))
    certificates = room.gpg("--export").out
    (room.gnupg / "pubring.kbx").unlink()
    (room.gnupg / "common.conf").write_text("use-keyboxd\n")
    room.gpg("--import", stdin=certificates)
    room.journal("init", "--yes", "--names", "opaque", "--key", room.fingerprint, check=0)
    room.journal("keys", "add", room.fingerprints["second"], "--yes", check=0)
    room.journal("new", stdin=f"We swam to {room.canary}.\n".encode(), check=0)
    assert room.journal("list", check=0).text.count("\n") == 1
    assert f"We swam to {room.canary}." in room.journal("show", "--raw", "last", check=0).text
    assert not (room.gnupg / "pubring.kbx").exists()
