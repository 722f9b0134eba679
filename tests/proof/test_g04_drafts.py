"""G4: words survive every failure after typing, and are offered again.

What fails does so while the editor is open, after the words were written into it, or while a page comes through a pipe.
Then it is mended, as the hint says, and `journal` is opened: the words have to end up on a page.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pexpect
import pytest
from figures import Figures
from room import Room
from sitting import drafts, ended, remembering, window
from slices import FULL
from troubles import (
    comes_back,
    expires,
    goes,
    mended,
    offered_again,
    on_a_small_disk,
    says,
    taken_over,
    with_programs,
    writes,
)

KEYS = "(Path(os.environ['GNUPGHOME']) / 'private-keys-v1.d')"
AGENT = "subprocess.run(['gpgconf', '--reload', 'gpg-agent'], check=True)"
GPG = "subprocess.run(['gpg', '--batch', *WORDS], check=True, capture_output=True)"
MANIFEST = "Path(OWN)"


@dataclass(frozen=True, slots=True)
class Failure:
    """What the editor does after it has saved the words, and what mends it afterwards."""

    lines: tuple[str, ...]
    mend: Callable[[Room], object] = lambda room: None
    locked: bool = False  # whether the key has a passphrase
    exchanges: Sequence[Sequence[str]] = ()  # what is asked when the words are offered again


def extended(room: Room) -> None:
    room.gpg("--quick-set-expire", room.fingerprint, "2y")


def passphrase(scenario: str) -> Failure:
    lines = (f"(tools / 'scenario').write_text('{scenario}')", AGENT)
    return Failure((*lines, "(tools / 'pinentry').unlink()") if scenario == "missing" else lines, mended, locked=True)


def signalled(number: signal.Signals) -> Failure:
    return Failure((f"os.kill(os.getppid(), {int(number)})", "time.sleep(1)"))


FAILURES: dict[str, Failure] = {
    "gpg is gone": Failure(("(tools / 'bin' / 'gpg').unlink()",), lambda room: with_programs(room, *PROGRAMS)),
    "the key is gone": Failure((f"{KEYS}.rename(tools / 'keys')",), comes_back),
    "the key expires": Failure((GPG.replace("WORDS", "['--quick-set-expire', FPR, '20200601T000000']"),), extended),
    "the passphrase is cancelled": passphrase("cancel"),
    "the passphrase is wrong": passphrase("wrong"),
    "the pinentry dies": passphrase("dies"),
    "the pinentry is gone": passphrase("missing"),
    "the agent is gone": Failure(
        (
            "subprocess.run(['gpgconf', '--kill', 'gpg-agent'], check=True)",
            "found = subprocess.run(['gpgconf', '--list-dirs', 'agent-socket'], capture_output=True).stdout",
            "(Path(found.decode().strip()) / 'in the way').mkdir(parents=True)",
        ),
        mended,
        locked=True,
    ),
    "the manifest is gone": Failure(
        (f"{MANIFEST}.rename(tools / 'own')",),
        lambda room: (room.tools / "own").rename(room.journal_dir / "journal.asc"),
    ),
    "the manifest is damaged": Failure(
        (f"(tools / 'own').write_bytes({MANIFEST}.read_bytes())", f"{MANIFEST}.write_bytes(b'no message')"),
        lambda room: shutil.copy(room.tools / "own", room.journal_dir / "journal.asc"),
    ),
    "git is gone": Failure(("(tools / 'bin' / 'git').unlink()",), lambda room: with_programs(room, *PROGRAMS)),
    "the front matter is broken": Failure(
        ("page.write_text(page.read_text().replace('---\\n', '---\\na: [\\n', 1))", "(tools / 'broken').touch()")
    ),
    "the page is not UTF-8": Failure(
        ("page.write_bytes(page.read_bytes().replace(b'We dived', b'\\xff We dived'))", "(tools / 'broken').touch()")
    ),
    "the editor fails": Failure(("sys.exit(1)",)),
    "the editor is killed": Failure(("os.kill(os.getpid(), 9)",)),
    "the editor is told to end": Failure(("os.kill(os.getpid(), 15)",)),
    "journal is killed": signalled(signal.SIGKILL),
    "journal is told to end": signalled(signal.SIGTERM),
    "journal is hung up": signalled(signal.SIGHUP),
    "Ctrl-C": Failure(("os.killpg(os.getpgrp(), 2)", "time.sleep(1)")),
    "both are killed": Failure(("os.kill(os.getppid(), 9)", "os.kill(os.getpid(), 9)")),
    "the terminal is closed": Failure(("(tools / 'ready').touch()", "time.sleep(60)")),
}
PROGRAMS = ("gpg", "gpgconf", "gpg-agent", "git", "sh", "env", "cat", "less")
FEW = ("gpg is gone", "the key expires", "the passphrase is wrong", "journal is killed", "the terminal is closed")


def settled(make_room: Callable[..., Room], *, locked: bool = False) -> Room:
    room = make_room(keys=("locked" if locked else "plain",))
    room.journal("init", "--yes", check=0)
    room.journal("new", stdin=b"We swam.\n", check=0)
    room.env["PATH"] = str(with_programs(room, *PROGRAMS)["PATH"])
    return room


def broken_down(room: Room, command: str, failure: Failure) -> None:
    """Write in the editor, and let it fail."""
    names = {"FPR": repr(room.fingerprint), "OWN": repr(f"{room.journal_dir}/journal.asc")}
    writes(room, *(re.sub("FPR|OWN", lambda found: names[found[0]], line) for line in failure.lines))
    terminal = window(room, *((command, "last") if command == "edit" else (command,)))
    if "(tools / 'ready').touch()" in failure.lines:
        while not (room.tools / "ready").exists():
            terminal.expect([".", pexpect.TIMEOUT], timeout=0.05)
        terminal.close(force=True)
    elif (room.tools / "broken").exists() or terminal.expect(["Open the same page again", pexpect.EOF]) == 0:
        terminal.expect_exact("> ")
        terminal.sendline("n")
        terminal.expect(pexpect.EOF)
    terminal.close()


def recovered(room: Room, failure: Failure) -> bool:
    """Mend, take up what waits if something does, and look whether the words are on a page."""
    wanted = f"We dived to {room.canary}."
    failure.mend(room)
    if not any(wanted in line for line in says(room)):
        assert drafts(room), "nothing waits"
        tidy = "page.write_bytes(page.read_bytes().replace(b'a: [\\n', b'').replace(b'\\xff ', b''))"
        room.script_editor(tidy)
        offered_again(room, *failure.exchanges)
    return any(wanted in line for line in says(room))


def measured(figures: Figures, found: bool) -> None:
    figures.record("G4", "failures after typing: the words were offered again, or saved all the same", int(found), of=1)
    assert found


@pytest.mark.parametrize("name", FAILURES if FULL else FEW)
@pytest.mark.parametrize("command", ["new", "edit"])
def test_words_in_an_editor_survive(make_room: Callable[..., Room], figures: Figures, command: str, name: str) -> None:
    room = settled(make_room, locked=FAILURES[name].locked)
    broken_down(room, command, FAILURES[name])
    measured(figures, recovered(room, FAILURES[name]))


@pytest.mark.parametrize("command", ["new", "edit"] if FULL else ["edit"])
def test_words_survive_a_full_disk(make_room: Callable[..., Room], figures: Figures, command: str) -> None:
    room = make_room()
    room.journal("init", "--yes", check=0)
    room.journal("new", stdin=b"We swam.\n", check=0)
    writes(room)
    words, env = on_a_small_disk(room, *((command, "last") if command == "edit" else (command,)))
    terminal = remembering(room.spawn(*words, columns=240, env=env))
    assert ended(terminal)[0] == 2
    taken_over(room)
    measured(figures, recovered(room, Failure(())))


BEFORE: dict[str, tuple[Callable[[Room], object], Callable[[Room], object]]] = {
    "gpg is gone": (
        lambda room: (room.tools / "bin" / "gpg").unlink(),
        lambda room: with_programs(room, *PROGRAMS),
    ),
    "the key is gone": (goes, comes_back),
    "the key has expired": (expires, extended),
}


@pytest.mark.parametrize(
    "name", ["gpg is gone", "the key is gone", "the key has expired"] if FULL else ["the key is gone"]
)
@pytest.mark.parametrize("command", ["new", "jot"])
def test_words_from_a_pipe_survive(make_room: Callable[..., Room], figures: Figures, command: str, name: str) -> None:
    room = settled(make_room)
    breaks, mends = BEFORE[name]
    breaks(room)
    result = room.journal(command, stdin=f"We dived to {room.canary}.\n".encode())
    assert result.code == 3
    assert "'journal' offers it again" in result.error
    mends(room)
    room.script_editor("pass")
    offered_again(room)
    found = [room.open(path).decode() for path in room.files()]
    measured(figures, any(f"We dived to {room.canary}." in page for page in found))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT][: 4 if FULL else 1])
@pytest.mark.parametrize("command", [("review", "last", "--plain"), ("new", "--ask", "--on", "2009")], ids=" ".join)
def test_answers_survive(
    make_room: Callable[..., Room], figures: Figures, command: tuple[str, ...], number: signal.Signals
) -> None:
    room = settled(make_room)
    terminal = window(room, *command)
    said = ""
    while "more" not in said and terminal.expect_exact(["> ", pexpect.EOF]) == 0:
        said = str(terminal.before)
        terminal.sendline("2" if "1 " in said else f"We dived to {room.canary}.")
        if terminal.logfile_read.getvalue().count("> ") == 3:
            break
    terminal.expect_exact("> ")
    os.kill(terminal.pid, number)
    terminal.expect(pexpect.EOF)
    terminal.close()
    room.script_editor("pass")
    again = window(room)
    while again.expect_exact(["> ", pexpect.EOF]) == 0:
        again.sendline("y")
    again.close()
    pages = "".join(room.open(path).decode() for path in room.files())
    measured(figures, f"We dived to {room.canary}." in pages and drafts(room) == [])
