"""Read and write git's objects: refs, commits, trees and blobs. Knows paths, never the content of a page.

Object ids are git's, in hex. An empty id means: no commit, or no file at a path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import IO

from sexjournal.errors import SyncTrouble
from sexjournal.git.hints import FORCE_PUSH, git_in
from sexjournal.git.process import COMMIT_MESSAGE, LARGEST_LISTING, Git, commit_dates
from sexjournal.git.refs import OWN_REFS
from sexjournal.git.trees import LARGEST_FILE, PLAIN, Blob

CHUNK = 1024 * 1024  # bytes to read at once of a blob to skip
FSCK = "look at it: git fsck"


class Objects:
    """The commits, trees and blobs of a repository. Knows paths and ids; no remote and no files on disk.

    `hide_hour` rounds the dates of commits to the day.
    """

    def __init__(self, directory: Path, environ: Mapping[str, str], *, hide_hour: bool = False) -> None:
        self._directory = directory
        self._git = Git(directory, environ)
        self._hide_hour = hide_hour

    @cached_property
    def branch(self) -> str:
        """The name of the current branch; SyncTrouble with a detached HEAD."""
        ref = self._git.run("symbolic-ref", "--quiet", "HEAD").stdout.decode().strip()
        if not ref.startswith("refs/heads/"):
            raise SyncTrouble("git is on no branch here", f"go back to one: {git_in(self._directory)} switch main")
        return ref.removeprefix("refs/heads/")

    @property
    def head(self) -> str:
        """The current commit."""
        return self._refs().get(self._branch_ref, "")

    def tree(self, commit: str) -> dict[str, Blob]:
        """Return every file of a commit by its path, decoded like `os.fsdecode`.

        SyncTrouble beyond LARGEST_LISTING: a few hundred bytes of nested trees may stand for millions of names.
        """
        if not commit:
            return {}
        listing = self._git.out_up_to(LARGEST_LISTING, "ls-tree", "-r", "-z", "--long", "--full-tree", commit)
        if len(listing) > LARGEST_LISTING:
            hint = FORCE_PUSH.format(git=git_in(self._directory))
            raise SyncTrouble("the remote holds more files than a journal can", hint)
        return dict(_parse_tree_line(line) for line in listing.decode("utf-8", "surrogateescape").split("\0") if line)

    def contents(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield each id and the content of the blob, and hold a single content in memory at a time.

        Yield b"" for a blob larger than LARGEST_FILE: no sealed file is so large.
        """
        with self._git.pipes("cat-file", "--batch") as (requests, answers):
            for oid in oids:
                requests.write(f"{oid}\n".encode())
                requests.flush()
                yield oid, _read_content(answers, oid)

    def oids_by_path(self, commit: str) -> dict[str, set[str]]:
        """Return, by path, the ids of all versions of each file in a commit and all ancestors.

        git lists each id once, at a single path. Folders are listed too; commits and root folders have the path "".
        """
        oids: dict[str, set[str]] = defaultdict(set)
        listing = self._git.out("rev-list", "--objects", commit).decode("utf-8", "surrogateescape") if commit else ""
        for line in listing.split("\n")[:-1]:
            oid, _, path = line.partition(" ")
            oids[path].add(oid)
        return oids

    def blobs_up_to(self, commit: str, size: int) -> set[str]:
        """Return the ids of all blobs of at most `size` bytes in a commit and all ancestors.

        Ignore paths: `oids_by_path` has each id at a single path, and an attacker who pushes may choose the path.
        """
        oids = set().union(*self.oids_by_path(commit).values())
        requests = "".join(f"{oid}\n" for oid in sorted(oids)).encode()
        listing = self._git.out("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", stdin=requests)
        lines = (line.split(" ") for line in listing.decode("ascii").split("\n")[:-1])
        return {oid for oid, kind, length in lines if kind == "blob" and int(length) <= size}

    def write(self, data: bytes) -> str:
        """Write a blob and return its id."""
        return self._git.out("hash-object", "-w", "--stdin", "--no-filters", stdin=data).decode().strip()

    def merge_commit(self, changes: Mapping[str, str | None], first: str, second: str, when: datetime) -> str:
        """Create a commit with two parents: the tree of `first` with these ids by path, None for a removed file.

        Build the tree in a separate index, where a leftover of a killed command has no effect. Neither the branch nor
        any file changes.
        """
        index = self._git.git_directory / "journal-index"
        variables = {"GIT_INDEX_FILE": str(index.absolute())}
        try:
            self._git.out("read-tree", first, variables=variables)
            lines = b"".join(_index_line(path, oid, first) for path, oid in changes.items())
            self._git.out("update-index", "-z", "--index-info", stdin=lines, variables=variables)
            tree = self._git.out("write-tree", variables=variables).decode().strip()
        finally:
            index.unlink(missing_ok=True)
        arguments = ("commit-tree", tree, "-p", first, "-p", second, "-m", COMMIT_MESSAGE)
        dates = commit_dates(when, hide_hour=self._hide_hour)
        return self._git.out(*arguments, variables=dates).decode().strip()

    @property
    def _branch_ref(self) -> str:
        return f"refs/heads/{self.branch}"

    def _refs(self) -> dict[str, str]:
        """Return the commits of the branch and of the journal's own refs; leave out refs to other objects."""
        fields = "--format=%(objecttype) %(objectname) %(refname)"
        listing = self._git.out("for-each-ref", fields, self._branch_ref, OWN_REFS).decode("utf-8", "replace")
        refs = [line.split(" ") for line in listing.split("\n")[:-1]]
        return {name: commit for kind, commit, name in refs if kind == "commit"}

    def _update_refs(self, refs: Mapping[str, str]) -> None:
        """Set refs to these commits, all or none; delete a ref with an empty commit."""
        lines = [f"update {name} {commit}\n" if commit else f"delete {name}\n" for name, commit in refs.items()]
        self._git.out("update-ref", "--stdin", stdin="".join(lines).encode())


def zero_id(like: str) -> str:
    """Return git's id for a missing object, as long as another id."""
    return "0" * len(like)


def _parse_tree_line(line: str) -> tuple[str, Blob]:
    fields, _, path = line.partition("\t")
    mode, kind, oid, size = fields.split()
    return path, Blob(mode, kind, oid, 0 if size == "-" else int(size))


def _read_content(answers: IO[bytes], oid: str) -> bytes:
    """Read an answer of `cat-file --batch`: a line `ID KIND SIZE`, the content, and a line end."""
    fields = answers.readline().split()
    if len(fields) != len(("id", "kind", "size")):
        raise SyncTrouble(f"git does not have {oid}", FSCK)
    size = int(fields[2])
    data, remaining = b"", size + 1
    while remaining and (data := answers.read(remaining if size <= LARGEST_FILE else min(remaining, CHUNK))):
        remaining -= len(data)
    if remaining:
        raise SyncTrouble(f"git could not read {oid}", FSCK)
    return data[:size] if size <= LARGEST_FILE else b""


def _index_line(path: str, oid: str | None, like: str) -> bytes:
    mode = PLAIN if oid else "0"
    return f"{mode} {oid or zero_id(like)}\t{path}\0".encode("utf-8", "surrogateescape")
