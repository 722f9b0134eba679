"""What a person does with a journal, command by command, with a canary in every page. Knows words and input only."""

from __future__ import annotations

import os
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


GIT_GREP = ("git", "grep", "--textconv", "swam", "--")
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
