"""What a person does with a journal, command by command, with a canary in every page. Knows words and input only."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable

from room import Result, Room

BODY = "We swam to {canary}.\nLast line.\n"
PAGE = "---\ntitle: The lake {canary}\nwith: ['{canary}']\ntags: [slow, '{canary}']\nrating: 6\n---\n" + BODY


def written(room: Room, page: str = PAGE) -> str:
    """The id of a new page that holds the canary."""
    return room.journal("new", stdin=filled(room, page), check=0).text.strip()


def filled(room: Room, page: str = PAGE) -> bytes:
    return page.format(canary=room.canary).encode()


Run = Callable[..., Result]  # with the words of `journal`, or with `argv`, all the words of another program


def removed_and_restored(room: Room, run: Run) -> Result:
    entry = written(room)
    room.journal("remove", "--yes", entry, check=0)
    return run("restore", entry)


def synced(room: Room, run: Run, ours: bytes = b"We swam") -> Result:
    """With a remote that another device has just written to: what both changed of one page is joined."""
    remote, other = room.root / "remote.git", str(room.root / "data" / "other")
    shutil.rmtree(other, ignore_errors=True)
    if not remote.exists():
        room.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
        room.git("remote", "add", "origin", str(remote))
    entry = written(room)
    room.journal("sync", check=0)
    room.git("clone", "--quiet", str(remote), other)
    room.journal("--dir", other, "init", "--yes", check=0)
    page = room.journal("show", "--raw", entry).out
    room.journal("--dir", other, "edit", entry, stdin=page + filled(room, "There: {canary}.\n"), check=0)
    room.journal("--dir", other, "sync", check=0)
    room.journal("edit", entry, stdin=page.replace(ours, filled(room, "{canary}, we dived")), check=0)
    return run("sync")


def reader_removed(room: Room, run: Run) -> Result:
    """All pages are sealed anew."""
    room.journal("keys", "backup", check=0)
    newest = json.loads(room.journal("keys", "list", "--json", check=0).out)[-1]
    return run("keys", "remove", newest["fingerprint"], "--yes")


GIT_GREP = ("git", "grep", "--textconv", "-e", "swam", "-e", "dived", "--")
COMMANDS: dict[str, Callable[[Room, Run], Result]] = {
    "init": lambda room, run: run("--dir", str(room.root / "data" / os.urandom(4).hex()), "init", "--yes"),
    "new": lambda room, run: run("new", stdin=filled(room)),
    "jot": lambda room, run: run("jot", stdin=filled(room, "We dived to {canary}.")),
    "edit": lambda room, run: run("edit", "last", stdin=room.journal("show", "--raw").out + filled(room, BODY)),
    "tag add": lambda room, run: run("tag", "add", os.urandom(4).hex(), "--to", "last"),
    "tag remove": lambda room, run: run("tag", "remove", "slow", "--from", "last"),
    "tag rename": lambda room, run: run("tag", "rename", "slow", "slower"),
    "remove": lambda room, run: run("remove", "--yes", written(room)),
    "restore": removed_and_restored,
    "tag list": lambda room, run: run("tag", "list"),
    "desk": lambda room, run: run(),
    "list": lambda room, run: run("list"),
    "list --json": lambda room, run: run("list", "--json", "--since", "2026", "--rating", "5..7"),
    "show": lambda room, run: run("show"),
    "show --raw": lambda room, run: run("show", "--raw"),
    "grep": lambda room, run: run("grep", "-n", "-C1", "swam"),
    "run": lambda room, run: run("run", "--", "sh", "-c", "cat */*.md | sort"),
    "review --list": lambda room, run: run("review", "--list"),
    "review --then-now": lambda room, run: run("review", "--then-now"),
    "textconv": lambda room, run: run("textconv", str(room.files()[0])),
    "git diff": lambda room, run: run(argv=("git", "log", "-p", "-2"), cwd=room.journal_dir),
    "git grep": lambda room, run: run(argv=(*GIT_GREP, str(room.files()[-1])), cwd=room.journal_dir),
    "sync": synced,
    "sync, at odds": lambda room, run: synced(room, run, b"Last line"),
    "keys": lambda room, run: run("keys"),
    "keys backup": lambda room, run: run("keys", "backup"),
    "keys remove": reader_removed,
    "doctor": lambda room, run: run("doctor"),
    "lock": lambda room, run: run("lock"),
    "config": lambda room, run: run("config"),
}
READING = (
    "desk",
    "list",
    "list --json",
    "show",
    "show --raw",
    "grep",
    "run",
    "tag list",
    "textconv",
    "git diff",
    "git grep",
)
