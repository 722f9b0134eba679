"""Bring a commit into the working tree, whole, so that any checkout can be finished after a kill.

Do not use git's own checkout: write each file ourselves, whole or not at all, so that no attribute, link or odd name in
a pushed tree has an effect. A record names the commit until the files, the index and the branch agree with the commit.
The record is a file, because git may store a ref in several places.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sexjournal.errors import SyncTrouble
from sexjournal.git.objects import Objects, zero_id
from sexjournal.git.refs import CHECKOUT_RECORD, CHECKOUT_REF
from sexjournal.git.trees import PLAIN, printable
from sexjournal.system import disk

NO_FILE = "?"  # instead of an id: a directory, a link or the like


class ChangedByHand(SyncTrouble):
    """A file is neither as in HEAD nor as in the new commit; nothing was written over the file."""


@dataclass(frozen=True, slots=True)
class Change:
    """A path with different contents in two commits: the mode in the second commit, and both ids, empty for no file."""

    path: str
    mode: str
    before: str
    after: str


class Checkout(Objects):
    """Brings commits into the working tree, whole. Knows files, index and branch; no remote and no pages.

    The caller holds the journal's lock.
    """

    def __init__(self, directory: Path, environ: Mapping[str, str]) -> None:
        super().__init__(directory, environ)
        self._record = directory / CHECKOUT_RECORD

    def check_out(self, commit: str) -> None:
        """Set the files, the index and the branch to a commit that comes after HEAD. Every change must be committed.

        Raises ChangedByHand when a file differs from HEAD: then no file was written, or at least not that one.
        DiskTrouble leaves an unfinished checkout for `finish`, as a kill does.
        """
        self._git.refuse_unfinished()
        head = self.head
        pending = self._pending(self._changes(head, commit))
        self._update_refs({CHECKOUT_REF: commit})
        disk.replace(self._record, f"{head or zero_id(commit)} {commit}".encode())
        self._complete(head, commit, pending)

    def finish(self) -> bool:
        """Finish an interrupted checkout. Return False without one, and then start no process.

        Give the checkout up when the person made changes meanwhile: write nothing over the person's files. Then the
        next commit takes those files in, and the next sync brings what is still missing. Wait while git is in the
        middle of a command of the person's. Raises DiskTrouble while the disk is full or read-only.
        """
        if not self._record.exists() or self._git.unfinished:
            return False
        self._git.clear_stale_locks()
        before, commit = self._record.read_text("ascii").split()
        head = self.head
        if (head or zero_id(commit)) not in (before, commit):
            self._give_up()
            return False
        try:
            self._complete(head, commit, self._pending(self._changes(head, commit)))
        except ChangedByHand:
            self._give_up()
            return False
        return True

    def _changes(self, before: str, after: str) -> list[Change]:
        command = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--ignore-submodules=none")
        empty_tree = _object_id(b"", "tree", after)
        listing = self._git.out(*command, before or empty_tree, after).decode("utf-8", "surrogateescape")
        parts = listing.split("\0")
        return [_parse_change(line, path) for line, path in zip(parts[::2], parts[1::2], strict=False)]

    def _pending(self, changes: Iterable[Change]) -> list[Change]:
        """Return the changes still to write; ChangedByHand when a file is neither as before nor as after."""
        pending = []
        for change in changes:
            oid = self._oid_on_disk(change)
            if oid not in (change.before, change.after):
                raise _changed_by_hand(change)
            if oid != change.after:
                pending.append(change)
        return pending

    def _oid_on_disk(self, change: Change) -> str:
        path = self._file_path(change)
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                return NO_FILE
            return _object_id(path.read_bytes(), "blob", change.before or change.after)
        except (FileNotFoundError, NotADirectoryError):
            return ""

    def _file_path(self, change: Change) -> Path:
        """Return the path on disk; SyncTrouble unless the file is plain, inside the journal and behind no link."""
        *folders, name = change.path.split("/")
        if change.mode not in (PLAIN, "000000") or any(part.startswith(".") or not part for part in (*folders, name)):
            raise SyncTrouble(f"{printable(change.path)} is no plain file of a journal", "nothing was changed")
        path = self._directory
        for folder in folders:
            path /= folder
            if path.is_symlink():
                raise SyncTrouble(f"{printable(change.path)} lies behind a link", "put a directory in the link's place")
        return path / name

    def _complete(self, before: str, commit: str, pending: Iterable[Change]) -> None:
        """Write the files, then the index, then the branch; only then remove the record."""
        try:
            self._write_files(list(pending))
        except ChangedByHand:
            self._give_up()
            raise
        self._git.out("read-tree", "--reset", commit)  # --reset keeps the cached file times of unchanged files
        lines = f"update {self._branch_ref} {commit} {before or zero_id(commit)}\ndelete {CHECKOUT_REF}\n"
        self._git.out("update-ref", "-m", "journal: sync", "--stdin", stdin=lines.encode())
        disk.remove(self._record)

    def _write_files(self, pending: list[Change]) -> None:
        to_write = [change for change in pending if change.after]
        contents = self.contents(change.after for change in to_write)
        for change, (_, data) in zip(to_write, contents, strict=True):
            self._write_file(change, data)
        for change in pending:
            if not change.after:
                disk.remove(self._file_path(change))

    def _write_file(self, change: Change, data: bytes) -> None:
        path = self._file_path(change)
        if change.before:
            disk.replace(path, data)
            return
        try:
            disk.create(path, data)
        except FileExistsError:
            raise _changed_by_hand(change) from None

    def _give_up(self) -> None:
        disk.remove(self._record)
        self._update_refs({CHECKOUT_REF: ""})


def _changed_by_hand(change: Change) -> ChangedByHand:
    return ChangedByHand(f"{printable(change.path)} was changed by hand meanwhile", "journal sync again takes it in")


def _parse_change(line: str, path: str) -> Change:
    """Read a line of `diff-tree --raw`: `:MODE MODE ID ID LETTER`."""
    _, mode, before, after, _ = line.split()
    return Change(path, mode, before.replace(zero_id(before), ""), after.replace(zero_id(after), ""))


def _object_id(data: bytes, kind: str, like: str) -> str:
    """Return git's id for a content, with the hash of another id: SHA-1, or SHA-256 in a SHA-256 repository."""
    name = "sha1" if len(like) == hashlib.sha1(usedforsecurity=False).digest_size * 2 else "sha256"
    return hashlib.new(name, f"{kind} {len(data)}\0".encode() + data, usedforsecurity=False).hexdigest()
