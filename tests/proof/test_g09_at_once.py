"""G9: many processes at once lose nothing, and what a killed git leaves behind stops nobody."""

from __future__ import annotations

import shlex
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from figures import Figures
from room import Result, Room
from slices import FULL, sliced
from tracing import GROUPS, Call, calls, hit, needs_strace

PROCESSES = 8
SAVES = 64 if FULL else 16


def test_pages_saved_by_many_processes_at_once_are_all_there_once_each(room: Room, figures: Figures) -> None:
    room.journal("init", "--yes", check=0)
    words = [f"number {number} {room.canary}" for number in range(SAVES)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        results = list(pool.map(lambda text: room.journal("new", stdin=text.encode(), timeout=300), words))
    there = [room.open(path).decode().splitlines()[-1] for path in room.files()]
    committed = room.git("ls-files", "*.md.asc").text.split()
    figures.record("G9", "saves by 8 processes at once: there, once each", sum(map(once(there), words)), of=SAVES)
    figures.record("G9", "of them, in git", len(committed), of=SAVES)
    assert [result.error for result in results if result.code or "not committed" in result.error] == []
    assert sorted(there) == sorted(words)
    assert len(committed) == SAVES
    assert room.git("status", "--porcelain").text == ""
    assert room.git("rev-list", "--merges", "HEAD").text == ""
    room.git("fsck", "--strict")
    assert len(room.journal("list", check=0).text.splitlines()) == SAVES


def once(there: list[str]):
    return lambda text: there.count(text) == 1


# A git that is killed

NAMES = ",".join(f"?{name}" for group in GROUPS.values() for name in group)
GIT = """\
#!/bin/sh
case " $* " in
    *" {verb} "*) exec strace -qq -y -o {log} -e trace={names} {fault} {git} "$@" ;;
esac
exec {git} "$@"
"""


def beset(room: Room, verb: str, fault: str = "") -> Path:
    """Put a git before the real one, whose `add` or `commit` is killed; return the log of its calls."""
    log, place = room.tools / "log", room.tools / "bin"
    place.mkdir(exist_ok=True)
    git, inject = shutil.which("git") or "", f"-e inject={fault}" if fault else ""
    script = GIT.format(verb=verb, log=shlex.quote(str(log)), names=shlex.quote(NAMES), fault=inject, git=git)
    (place / "git").write_text(script)
    (place / "git").chmod(0o700)
    log.unlink(missing_ok=True)
    return log


def saved(room: Room, number: int, **env: str) -> Result:
    return room.journal("new", stdin=f"number {number} {room.canary}".encode(), env=env, check=0)


@needs_strace
@pytest.mark.parametrize("verb", ["add", "commit"])
def test_a_git_that_is_killed_at_any_call_stops_no_later_save(room: Room, figures: Figures, verb: str) -> None:
    path = f"{room.tools / 'bin'}:{room.env['PATH']}"
    room.journal("init", "--yes", check=0)
    for number in range(2):
        log = beset(room, verb)
        saved(room, number, PATH=path)
    steps: list[Call] = calls(log, "")
    locks = stuck = kills = 0
    for number, step in enumerate(sliced(steps, 3), 2):
        beset(room, verb, f"{step.name}:signal=KILL:when={step.number}")
        saved(room, 2 * number, PATH=path)
        kills += hit(log)
        locks += (room.journal_dir / ".git" / "index.lock").exists()
        after = saved(room, 2 * number + 1)
        stuck += "not committed" in after.error or room.git("status", "--porcelain").text != ""
    room.git("fsck", "--strict")
    figures.record("G9", "kills of git, at every call of `add` and `commit`", kills, least=150)
    figures.record("G9", "of them, that left a lock behind", locks)
    figures.record("G9", "of them, after which the next save was stuck", stuck, most=0)
    assert kills
    assert stuck == 0
    assert len(room.files()) == len(room.git("ls-files", "*.md.asc").text.split())
