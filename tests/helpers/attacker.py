"""Somebody who can push to the remote of a journal, and whatever can be done there without a key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from room import Result, Room


@dataclass(frozen=True, slots=True)
class Attacker:
    """Who can push: a clone of the remote, the remote itself, and whatever can be done there without a key."""

    room: Room  # whose gpg, with the person's public key, it has as well
    remote: Path
    clone: Path

    def git(self, *words: str, stdin: bytes | None = None) -> Result:
        return self.room.git(*words, cwd=self.clone, stdin=stdin)

    def push(self, *words: str) -> None:
        self.git("add", "--all", "--force", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", "journal: update")
        self.git("push", "--quiet", *words, "origin", "HEAD:main")

    def plant(self, tree: bytes) -> None:
        """Push a commit whose whole tree is this, as git keeps it."""
        made = self.git("hash-object", "-t", "tree", "--literally", "-w", "--stdin", stdin=tree).text.strip()
        commit = self.git("commit-tree", made, "-p", "HEAD", "-m", "journal: update").text.strip()
        self.git("push", "--quiet", "origin", f"{commit}:main")

    def pages(self) -> list[Path]:
        return sorted(self.clone.rglob("*.md.asc"))


def in_another_coat(sealed: bytes) -> bytes:
    """The same message, in lines of another length."""
    lines = sealed.splitlines()
    begin = lines.index(b"")
    body = b"".join(line for line in lines[begin + 1 : -1] if not line.startswith(b"="))
    return b"\n".join([*lines[: begin + 1], *(body[at : at + 60] for at in range(0, len(body), 60)), lines[-1], b""])
