"""Devices that share a remote: each is a journal directory for git, with files that only look like sealed pages.

No key is needed: git/ knows commits and paths, and never the content of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from room import Room

from sexjournal.git.checkout import Checkout
from sexjournal.git.objects import Objects
from sexjournal.git.remote import Remote
from sexjournal.git.repository import Repository

NOW = datetime.fromisoformat("2026-11-22T09:14:00+01:00")
LAKE, TRAIN, ATTIC = (f"2026/2026-11-{day}.k7q2m9x{letter}.md.asc" for day, letter in ((20, "a"), (21, "b"), (22, "c")))
OWN = "journal.asc"


@dataclass
class Device:
    """A device: a directory, and the parts of git/ that work there."""

    room: Room
    directory: Path

    @cached_property
    def environ(self) -> dict[str, str]:
        return self.room.environment()

    @cached_property
    def repository(self) -> Repository:
        return Repository(self.directory, self.environ)

    @cached_property
    def objects(self) -> Objects:
        return Objects(self.directory, self.environ)

    @cached_property
    def remote(self) -> Remote:
        return Remote(self.directory, self.environ)

    @cached_property
    def checkout(self) -> Checkout:
        return Checkout(self.directory, self.environ)

    def git(self, *words: str, stdin: bytes | None = None, check: int | None = 0) -> str:
        """Run the real git here and return the output."""
        return (
            self.room.git(*words, cwd=self.directory, stdin=stdin, check=check).out.decode("utf-8", "replace").strip()
        )

    def write(self, files: Mapping[str, str | None]) -> str:
        """Write these files, or remove a file with None, and commit; return the commit."""
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self.repository.prepare()
        self.repository.commit(NOW)
        return self.git("rev-parse", "HEAD")

    def files(self) -> dict[str, str]:
        """Return every file in the working tree, by path."""
        paths = (path for path in self.directory.rglob("*") if ".git" not in path.relative_to(self.directory).parts)
        return {str(path.relative_to(self.directory)): path.read_text() for path in paths if path.is_file()}

    def committed(self, commit: str = "HEAD") -> dict[str, str]:
        """Return every file in a commit, by path, read with the real git."""
        names = self.git("ls-tree", "-r", "--name-only", commit).splitlines()
        return {name: self.room.git("cat-file", "blob", f"{commit}:{name}", cwd=self.directory).text for name in names}

    def whole(self) -> bool:
        """Whether files, index and branch agree, and git fsck finds no damage."""
        return (
            self.git("status", "--porcelain") == ""
            and self.files() == self.committed()
            and self.git("fsck", "--no-dangling") == ""
        )

    def give(self) -> None:
        """Push the current commit."""
        assert self.remote.push(self.remote.head)

    def get(self) -> str:
        """Fetch, check out and accept the remote's commit: a sync without local changes."""
        incoming = self.remote.fetch()
        self.checkout.check_out(incoming)
        self.remote.accept(incoming)
        return incoming


def device(room: Room, name: str, address: Path | str = "") -> Device:
    """Make a device with this address as its remote."""
    device = Device(room, room.root / "data" / name)
    device.directory.mkdir()
    device.repository.prepare()
    if address:
        device.remote.set_url(str(address))
    return device


def bare(room: Room) -> Path:
    """Make an empty remote."""
    place = room.root / "data" / "remote.git"
    room.git("init", "--quiet", "--bare", "--initial-branch=main", str(place), cwd=room.root)
    return place


def two(room: Room, files: Mapping[str, str]) -> tuple[Device, Device]:
    """Make two devices that share these files through a remote."""
    address = bare(room)
    here, there = device(room, "here", address), device(room, "there", address)
    here.write(files)
    here.give()
    there.get()
    return here, there
