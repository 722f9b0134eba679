"""Two devices with keys of their own that share a journal by a bare repository, and a third one that joins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from room import Room

PAGE = "The lake.\n\nIt rained, and we stayed in.\n\nWe said little.\n"


@dataclass
class Pair:
    """Two devices, here and there, that share a journal by a bare repository."""

    here: Room
    there: Room
    remote: Path

    def sync(self, *rooms: Room) -> None:
        for room in rooms or (self.here, self.there, self.here):
            room.journal("sync", check=0)

    def write(self, room: Room, text: str, *options: str) -> str:
        return room.journal("new", *options, stdin=text.encode(), check=0).text.strip()

    def bodies(self, room: Room) -> dict[str, str]:
        """Every page by its id, as `journal show --raw` gives it."""
        listed = room.journal("list", check=None).text.splitlines()
        ids = [line.split("\t")[0] for line in listed]
        return {one: room.journal("show", "--raw", one, check=None).text for one in ids}


def paired(make_room: Callable[..., Room]) -> Pair:
    """Make a journal on one device, and bring it to another one of the same person by a remote."""
    here = make_room(keys=("plain", "second", "locked"))
    remote = bare(here)
    here.journal("init", "--yes", "--key", here.fingerprint, check=0)
    here.journal("keys", "add", here.fingerprints["second"], "--yes", check=0)
    here.journal("sync", "--remote", str(remote), check=0)
    return Pair(here, joined(here, remote, "second", make_room), remote)


def bare(room: Room) -> Path:
    remote = room.root / "remote.git"
    room.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=room.home)
    return remote


def joined(here: Room, remote: Path, name: str, make_room: Callable[..., Room]) -> Room:
    """Another device of the person's, with one of their keys."""
    room = make_room(keys=())
    room.gpg("--import", stdin=here.gpg("--armor", "--export-secret-keys", here.fingerprints[name]).out)
    room.journal("init", "--from", str(remote), "--yes", check=0)
    return room


def answered(room: Room, *answers: str) -> str:
    terminal = room.terminal("sync")
    for answer in answers:
        terminal.expect_exact("> ")
        terminal.sendline(answer)
    told: str = terminal.read()
    terminal.wait()
    return told
