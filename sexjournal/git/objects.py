"""What git holds of the journal: refs, commits, trees and contents. Knows paths, never what a page holds.

Ids are git's, in hex; an empty one stands for nothing: no commit yet, no content under a path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO

from sexjournal.errors import SyncTrouble
from sexjournal.git.process import LARGEST_LISTING, MESSAGE, Git, stamp
from sexjournal.git.trees import LARGEST_FILE, PLAIN, Blob

CHUNK = 1024 * 1024
# The way out of whatever a remote holds that is not taken in; `place` is the journal's directory.
INSTEAD = "to put what is here in its place: git -C {place} push --force origin HEAD"
OURS = "refs/journal"  # not below refs/remotes, which any `git fetch` of the person's moves


class Objects:
    """The history of one journal. `hide_hour` rounds the dates of commits to the day."""

    def __init__(self, directory: Path, environ: Mapping[str, str], *, hide_hour: bool = False) -> None:
        self._directory = directory
        self._git = Git(directory, environ)
        self._hide_hour = hide_hour

    @cached_property
    def branch(self) -> str:
        """The branch that HEAD names; SyncTrouble when it names none."""
        named = self._git.run("symbolic-ref", "--quiet", "HEAD").stdout.decode().strip()
        if not named.startswith("refs/heads/"):
            raise SyncTrouble("git is on no branch here", f"go back to one: git -C {self._directory} switch main")
        return named.removeprefix("refs/heads/")

    @property
    def head(self) -> str:
        """The commit that is here."""
        return self._refs().get(self._branch_ref, "")

    def tree(self, commit: str) -> dict[str, Blob]:
        """Return every file of a commit by its path, in the letters that `os.fsdecode` would give it.

        SyncTrouble beyond LARGEST_LISTING: a few hundred bytes of trees within trees may stand for millions of names.
        """
        if not commit:
            return {}
        listed = self._git.up_to(LARGEST_LISTING, "ls-tree", "-r", "-z", "--long", "--full-tree", commit)
        if len(listed) > LARGEST_LISTING:
            hint = INSTEAD.format(place=self._directory)
            raise SyncTrouble("the remote holds more files than a journal can", hint)
        return dict(_listed(line) for line in listed.decode("utf-8", "surrogateescape").split("\0") if line)

    def contents(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield each id with what it stands for, so that one content is held at a time.

        What is larger than a sealed file can be is nothing of ours, and b"" is yielded in its place.
        """
        with self._git.talking("cat-file", "--batch") as (ask, answers):
            for oid in oids:
                ask.write(f"{oid}\n".encode())
                ask.flush()
                yield oid, _answer(answers, oid)

    def past(self, commit: str) -> dict[str, set[str]]:
        """Return the ids of all contents that a path ever had in a commit and those before it, by path."""
        past: dict[str, set[str]] = defaultdict(set)
        listed = self._git.out("rev-list", "--objects", commit).decode("utf-8", "surrogateescape") if commit else ""
        for line in listed.split("\n")[:-1]:
            oid, _, path = line.partition(" ")
            past[path].add(oid)
        return past

    def files(self, commit: str, largest: int) -> set[str]:
        """Return the ids of all contents of no more than `largest` bytes in a commit and those before it.

        Names count for nothing here: `past` tells one of them for each content, and whoever pushed may choose which.
        """
        oids = set().union(*self.past(commit).values())
        asked = "".join(f"{oid}\n" for oid in sorted(oids)).encode()
        told = self._git.out("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", stdin=asked)
        lines = (line.split(" ") for line in told.decode("ascii").split("\n")[:-1])
        return {oid for oid, kind, size in lines if kind == "blob" and int(size) <= largest}

    def write(self, data: bytes) -> str:
        """Keep a content and return its id."""
        return self._git.out("hash-object", "-w", "--stdin", "--no-filters", stdin=data).decode().strip()

    def join(self, changes: Mapping[str, str | None], ours: str, theirs: str, when: datetime) -> str:
        """Return a new commit after both: the tree of ours with these contents by path, None for what is gone.

        Its tree is made in an index beside the real one, where nothing of a killed command counts; nothing else
        changes by it.
        """
        index = self._git.folder / "journal-index"
        beside = {"GIT_INDEX_FILE": str(index.absolute())}
        try:
            self._git.out("read-tree", ours, extra=beside)
            lines = b"".join(_index_line(path, oid, ours) for path, oid in changes.items())
            self._git.out("update-index", "-z", "--index-info", stdin=lines, extra=beside)
            tree = self._git.out("write-tree", extra=beside).decode().strip()
        finally:
            index.unlink(missing_ok=True)
        words = ("commit-tree", tree, "-p", ours, "-p", theirs, "-m", MESSAGE)
        return self._git.out(*words, extra=stamp(when, hide_hour=self._hide_hour)).decode().strip()

    # refs

    @property
    def _branch_ref(self) -> str:
        return f"refs/heads/{self.branch}"

    def _refs(self) -> dict[str, str]:
        """Return the commits that the branch and our own refs name; what is no commit is left out."""
        told = "--format=%(objecttype) %(objectname) %(refname)"
        listed = self._git.out("for-each-ref", told, self._branch_ref, OURS).decode("utf-8", "replace")
        refs = [line.split(" ") for line in listed.split("\n")[:-1]]
        return {name: commit for kind, commit, name in refs if kind == "commit"}

    def _move(self, refs: Mapping[str, str]) -> None:
        """Let refs name these commits, all or none of them; an empty one takes the ref away."""
        lines = [f"update {name} {commit}\n" if commit else f"delete {name}\n" for name, commit in refs.items()]
        self._git.out("update-ref", "--stdin", stdin="".join(lines).encode())


def nothing(like: str) -> str:
    """Return the id that git writes for nothing, as long as another id."""
    return "0" * len(like)


def _listed(line: str) -> tuple[str, Blob]:
    head, _, path = line.partition("\t")
    mode, kind, oid, size = head.split()
    return path, Blob(mode, kind, oid, 0 if size == "-" else int(size))


def _answer(answers: IO[bytes], oid: str) -> bytes:
    """Read what `cat-file --batch` says to one id: a line with the size, the content, and a line end."""
    told = answers.readline().split()
    if len(told) != len(("id", "kind", "size")):
        raise SyncTrouble(f"git does not have {oid}", "look at it: git fsck")
    size = int(told[2])
    data, left = b"", size + 1
    while left and (data := answers.read(left if size <= LARGEST_FILE else min(left, CHUNK))):
        left -= len(data)
    if left:
        raise SyncTrouble(f"git could not read {oid}", "look at it: git fsck")
    return data[:size] if size <= LARGEST_FILE else b""


def _index_line(path: str, oid: str | None, like: str) -> bytes:
    mode = PLAIN if oid else "0"
    return f"{mode} {oid or nothing(like)}\t{path}\0".encode("utf-8", "surrogateescape")
