"""G1: no plaintext on disk, whatever the command, the editor, its configuration and its end.

Each run is watched by strace: every write of every process to a file that is not in memory. Afterwards everything below
the room's HOME, TMPDIR, XDG directories and journal is looked through for the canary, git's objects unpacked, as UTF-8,
UTF-16, base64 and hex. The canary is in the page before, is typed, deleted, put back and looked for. What strace tells
of the programs that were started counts for G2.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Unpack

import pexpect
import pytest
from editors import EDITORS, child_of, draft_page, furnish, present, until, write
from figures import Figures
from room import JOURNAL, How, Keys, Result, Room
from slices import FULL, sliced
from stories import BODY, COMMANDS, written
from tracing import needs_strace, traffic, watched, watching

pytestmark = needs_strace


def measured(room: Room, log: Path, figures: Figures) -> None:
    """Count what one run left behind, and hold it against the promise."""
    until(lambda: watched(log))
    seen = traffic(log)
    told = [path for path, data in seen.disk.items() if room.told_by(data) or room.told_by(os.fsencode(path))]
    left = room.sweep()
    figures.record("G1", "runs, each watched to its end", 1, least=100)
    figures.record("G1", "writes looked at", seen.writes)
    figures.record("G1", "files on disk written to", len(seen.disk))
    figures.record("G1", "of them, the canary was written to", len(told), most=0)
    figures.record("G1", "files that hold the canary afterwards", len(left), most=0)
    shown = [program for program in seen.programs if room.told_by(program)]
    figures.record("G2", "programs started, with their arguments and environments", len(seen.programs))
    figures.record("G2", "of them, with the canary in one of those", len(shown), most=0)
    assert (told, left, shown) == ([], [], [])


# Editors

ENDS = ("quit", "editor killed", "journal killed", "hung up")
CASES = [
    (name, talkative, end, command)
    for command in ("edit", "new")
    for talkative in (True, False)
    for end in ENDS
    for name in EDITORS
]
READY = {"edit": "Last line", "new": "stayed with you"}


def opened(room: Room, log: Path, name: str, command: str) -> pexpect.spawn[str]:
    """A terminal with the editor at the end of its page."""
    words = (command, "last") if command == "edit" else (command,)
    env = {"EDITOR": f"{present(name)} +999", "VISUAL": "", "TERM": "screen"}
    window = room.spawn(*watching(log, apart=True), *JOURNAL, *words, env=env)
    window.delaybeforesend = None
    window.expect(READY[command])
    return window


def hang_up(window: pexpect.spawn[str]) -> None:
    """Shut the window, as the kernel sees it, and wait for the command."""
    window.ptyproc.fileobj.close()
    until(lambda: not window.isalive())


def quit_(window: pexpect.spawn[str], name: str) -> int | None:
    window.send(EDITORS[name].leave)
    window.expect(pexpect.EOF)
    window.close()
    return window.exitstatus


def end(window: pexpect.spawn[str], name: str, how: str) -> None:
    if how == "quit":
        assert quit_(window, name) == 0
        return
    if how == "editor killed":
        os.kill(child_of(window.pid), signal.SIGKILL)
        window.expect("offers it again")
    elif how == "journal killed":
        os.kill(window.pid, signal.SIGKILL)
    hang_up(window)


@pytest.mark.parametrize(
    ("name", "talkative", "how", "command"),
    CASES if FULL else [case for case in CASES if case[1] and case[3] == "edit" and case[2] != "journal killed"],
    ids=lambda value: value if isinstance(value, str) else "talkative" if value else "default",
)
def test_a_page_in_a_real_editor_never_touches_the_disk(
    room: Room, figures: Figures, name: str, talkative: bool, how: str, command: str
) -> None:
    log = room.tools / "log"
    room.journal("init", "--yes", check=0)
    written(room, BODY)  # below the front matter only: what is looked for and deleted is the first that is found
    if talkative:
        furnish(room, name)
    window = opened(room, log, name, command)
    write(room, window, name)
    end(window, name, how)
    if how == "quit":
        assert max(room.open(path).decode().count(room.canary) for path in room.files()) > 1
    else:
        assert room.canary in draft_page(room).read_text()
        room.expect_draft()
    measured(room, log, figures)


@pytest.mark.parametrize("name", EDITORS)
def test_the_same_keys_do_leave_the_canary_behind_where_the_editor_is_not_known(
    room: Room, figures: Figures, name: str
) -> None:
    """The control: what is looked for is found, on disk and in the log, when nothing is told to the editor."""
    log, quill = room.tools / "log", room.tools / "quill"
    room.journal("init", "--yes", check=0)
    written(room, BODY)
    furnish(room, name)
    quill.write_text(f'#!/bin/sh\nexec {present(name)} "$@"\n')
    quill.chmod(0o700)
    env = {"EDITOR": f"{quill} +999", "VISUAL": "", "TERM": "screen"}
    window = room.spawn(*watching(log, apart=True), *JOURNAL, "edit", "last", env=env)
    window.delaybeforesend = None
    window.expect("Last line")
    write(room, window, name)
    assert quit_(window, name) == 0
    until(lambda: watched(log))
    left = room.sweep()
    wrote = {path for path, data in traffic(log).disk.items() if room.told_by(data)}
    figures.record("G1", "control: editors without our arguments that leave it behind", int(bool(left)), of=1)
    assert left
    assert {str(path) for path in left} & wrote
    for path in left:
        path.unlink()


# Commands

# A page that is read prints the canary, one that is written does not; what matters is that the command had it in hand.
KILLS = (*(f"?write:signal=KILL:when={number}" for number in (1, 2, 4)), "?fsync:signal=KILL:when=1")
STORIES = [(name, kill) for kill in ("", *KILLS, "no key") for name in COMMANDS]
ENDED = {"doctor": 1}  # as only one key opens the room's journal, and pages wait in two versions
FEW = [(name, "") for name in ("new", "edit", "run", "git diff", "sync")] + [("new", KILLS[1]), ("list", "no key")]


@pytest.fixture(scope="module")
def kept(keys_of_run: Keys) -> Iterator[Room]:
    """A room for all commands: each run finds a journal with pages in it, and must leave nothing on the disk."""
    with Room(keys_of_run) as room:
        room.env["PATH"] = f"{Path(sys.executable).parent}:{room.env['PATH']}"
        room.expect_draft()  # of what is killed; whatever lies in memory goes with the room
        room.journal("init", "--yes", check=0)
        written(room)
        yield room


@pytest.mark.parametrize(("name", "trouble"), STORIES if FULL else FEW)
def test_a_command_never_lays_a_page_on_the_disk(kept: Room, figures: Figures, name: str, trouble: str) -> None:
    written(kept)
    log, away = kept.tools / "log", kept.tools / "keys"
    faults = (trouble,) if trouble in KILLS else ()

    def run(*args: str, argv: Sequence[str] = (), **how: Unpack[How]) -> Result:
        if trouble == "no key":
            (kept.gnupg / "private-keys-v1.d").rename(away)
        try:
            return kept.run(*watching(log, *faults), *(argv or (*JOURNAL, *args)), **how)
        finally:
            if away.exists():
                away.rename(kept.gnupg / "private-keys-v1.d")

    result = COMMANDS[name](kept, run)
    if not trouble:
        assert result.code == ENDED.get(name, 0), result.error
    measured(kept, log, figures)


# In a terminal


@pytest.fixture
def alone(room: Room) -> Room:
    """A room of its own, where no killed command has left a draft that would be offered."""
    room.journal("init", "--yes", check=0)
    written(room)
    room.expect_draft()
    return room


TALKS: dict[str, tuple[tuple[str, ...], Sequence[tuple[str, str]]]] = {
    "new --ask": (
        ("new", "--ask"),
        [
            ("When was it", ""),
            ("Who were you with", "{canary}"),
            ("how do you look back", "6"),
            ("Tell it", "To {canary}."),
        ],
    ),
    "jot": (("jot",), [("> ", "We dived to {canary}.")]),
    "grep": (("grep",), [("> ", "{canary}")]),
    "review": (("review", "last", "--plain"), [("> ", "5")]),
}


@pytest.mark.parametrize("how", ["to the end", "hung up"])
@pytest.mark.parametrize("name", TALKS if FULL else ["new --ask"])
def test_what_is_answered_in_a_terminal_never_touches_the_disk(
    alone: Room, figures: Figures, name: str, how: str
) -> None:
    log = alone.tools / "log"
    words, exchanges = TALKS[name]
    window = alone.spawn(*watching(log, apart=True), *JOURNAL, *words, columns=120)
    window.delaybeforesend = None
    for question, answer in exchanges:
        window.expect_exact(question)
        if question != "> ":
            window.expect_exact("> ")
        window.sendline(answer.format(canary=alone.canary))
    while how == "to the end" and window.expect_exact(["> ", "[y/N]", pexpect.EOF]) != 2:
        window.sendline("")
    hang_up(window)
    measured(alone, log, figures)


@pytest.mark.parametrize("how", ["to the end", "hung up"])
def test_a_page_in_the_pager_never_touches_the_disk(alone: Room, figures: Figures, how: str) -> None:
    present("less")
    log = alone.tools / "log"
    window = alone.spawn(*watching(log, apart=True), *JOURNAL, "show")
    window.expect(alone.canary)
    window.send(f"/{alone.canary}\r")
    window.expect(alone.canary)
    if how == "to the end":
        window.send("q")
        window.expect(pexpect.EOF)
    hang_up(window)
    measured(alone, log, figures)


@pytest.mark.parametrize("number", sliced([signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL], 1))
def test_pages_laid_out_for_a_command_never_touch_the_disk_when_it_is_ended(
    alone: Room, figures: Figures, number: signal.Signals
) -> None:
    log, ready = alone.tools / "log", alone.tools / f"ready{number}"
    words = ("run", "--", "sh", "-c", f"cat */*.md >seen; touch {ready}; exec sleep 60")
    window = alone.spawn(*watching(log, apart=True), *JOURNAL, *words)
    until(ready.exists)
    os.kill(window.pid, number)
    hang_up(window)
    measured(alone, log, figures)
