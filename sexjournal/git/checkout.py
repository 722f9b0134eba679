"""How a commit becomes what stands in the journal, so that a kill at any point leaves something that can be finished.

git's checkout is not used: each file is written by us, whole or not at all, so that no attribute, link or odd name of
a tree that was pushed acts on the way. A record says what is being landed until the files, the index and the branch
are those of the commit. It is a file and not a ref, because git may put a ref in several places.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sexjournal.errors import SyncTrouble
from sexjournal.git.objects import OURS, Objects, nothing
from sexjournal.git.trees import PLAIN, shown
from sexjournal.system import disk

ARRIVING = f"{OURS}/arriving"  # beside the record, so that no `git gc` takes the commit away meanwhile
NO_FILE = "?"  # in place of an id: a directory, a link or the like


class ChangedByHand(SyncTrouble):
    """What stands in the journal is neither as it was nor as it is to be; nothing was written over it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A path that two commits do not agree on: its mode in the second one, and its content in each of them."""

    path: str
    mode: str
    before: str
    after: str


class Checkout(Objects):
    """Lets commits land in one journal; the caller holds its lock."""

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        super().__init__(directory, environ)
        self._record = self._git.folder / "journal-arriving"

    def land(self, commit: str) -> None:
        """Make the files, the index and the branch those of a commit that comes after HEAD; all has to be committed.

        Raises ChangedByHand when a file is not what HEAD says: nothing was written then, or at least not over it.
        DiskTrouble leaves a landing for `finish`, as a kill does.
        """
        self._git.refuse_unfinished()
        here = self.head
        left = self._left(self._changes(here, commit))
        self._move({ARRIVING: commit})
        disk.replace(self._record, f"{here or nothing(commit)} {commit}".encode())
        self._complete(here, commit, left)

    def finish(self) -> bool:
        """Bring a landing that was interrupted to its end; False when there is none, which costs no process.

        When the person went on by hand meanwhile it is given up: nothing is written over what they did, the next
        commit takes in what stands there, and what is still missing arrives with the next sync. While git is in the
        middle of something of theirs it waits. Raises DiskTrouble while the disk is full or read-only.
        """
        if not self._record.exists() or self._git.unfinished:
            return False
        self._git.clear_stale_locks()
        before, commit = self._record.read_text("ascii").split()
        here = self.head
        if (here or nothing(commit)) not in (before, commit):
            self._give_up()
            return False
        try:
            self._complete(here, commit, self._left(self._changes(here, commit)))
        except ChangedByHand:
            self._give_up()
            return False
        return True

    def _changes(self, here: str, there: str) -> list[Change]:
        words = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none")
        told = self._git.out(*words, here or _id(b"", "tree", there), there).decode("utf-8", "surrogateescape")
        parts = told.split("\0")
        return [_change(line, path) for line, path in zip(parts[::2], parts[1::2], strict=False)]

    def _left(self, changes: Iterable[Change]) -> list[Change]:
        """Return those that are still to be made; ChangedByHand when a file is neither as before nor as after."""
        left = []
        for change in changes:
            now = self._stands(change)
            if now not in (change.before, change.after):
                raise _changed_by_hand(change)
            if now != change.after:
                left.append(change)
        return left

    def _stands(self, change: Change) -> str:
        """Return the id of what stands under the path."""
        path = self._place(change)
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return NO_FILE
            return _id(path.read_bytes(), "blob", change.before or change.after)
        except (FileNotFoundError, NotADirectoryError):
            return ""

    def _place(self, change: Change) -> Path:
        """Return where the file stands; SyncTrouble unless it is a plain one, inside the journal and behind no link."""
        *folders, name = change.path.split("/")
        if change.mode not in (PLAIN, "000000") or any(part.startswith(".") or not part for part in (*folders, name)):
            raise SyncTrouble(f"{shown(change.path)} is no plain file of a journal", "nothing was changed")
        place = self._directory
        for folder in folders:
            place /= folder
            if place.is_symlink():
                raise SyncTrouble(f"{shown(change.path)} lies behind a link", "put a directory in the link's place")
        return place / name

    def _complete(self, before: str, commit: str, left: Iterable[Change]) -> None:
        """Write the files, then the index, then the branch; only then is the record taken away."""
        try:
            self._write_files(list(left))
        except ChangedByHand:
            self._give_up()
            raise
        self._git.out("read-tree", "--reset", commit)  # the index keeps what it knows of files that stay
        old = before or nothing(commit)
        lines = f"update {self._branch_ref} {commit} {old}\ndelete {ARRIVING}\n"
        self._git.out("update-ref", "-m", "journal: sync", "--stdin", stdin=lines.encode())
        disk.remove(self._record)

    def _write_files(self, left: list[Change]) -> None:
        arriving = [change for change in left if change.after]
        for change, (_, data) in zip(arriving, self.contents(one.after for one in arriving), strict=True):
            self._write_file(change, data)
        for change in left:
            if not change.after:
                disk.remove(self._place(change))

    def _write_file(self, change: Change, data: bytes) -> None:
        path = self._place(change)
        if change.before:
            disk.replace(path, data)
            return
        try:
            disk.create(path, data)
        except FileExistsError:
            raise _changed_by_hand(change) from None

    def _give_up(self) -> None:
        disk.remove(self._record)
        self._move({ARRIVING: ""})


def _changed_by_hand(change: Change) -> ChangedByHand:
    return ChangedByHand(f"{shown(change.path)} was changed by hand meanwhile", "journal sync again takes it in")


def _change(line: str, path: str) -> Change:
    """Read a line of `diff-tree --raw`: `:MODE MODE ID ID LETTER`."""
    _, mode, before, after, _ = line.split()
    return Change(path, mode, before.replace(nothing(before), ""), after.replace(nothing(after), ""))


def _id(data: bytes, kind: str, like: str) -> str:
    """Return the id that git gives a content, of the length of another one: SHA-1, or SHA-256 where so made."""
    name = "sha1" if len(like) == hashlib.sha1(usedforsecurity=False).digest_size * 2 else "sha256"
    return hashlib.new(name, f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
