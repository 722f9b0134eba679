"""journal.asc changed on two devices at once: the keys of both are joined, by `journal sync` and by git itself."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pexpect
import pytest
from room import AUTHOR, JOURNAL, Room
from slices import sliced

from sexjournal.openpgp import packets

Change = tuple[str, ...]  # the words of `journal keys`, with a key by its name; or a page is tagged
ADD, LOSE, PAPER, TAG = ("add", "locked"), ("remove", "lost"), ("backup",), ("tag",)
GIT = (*AUTHOR, "-c", f"merge.journal.driver={shlex.join(JOURNAL)} merge-driver -- %O %A %B %P")
NEXT = "Written after it.\n"


@dataclass
class Two:
    """Two devices of one journal that three keys open, one of which is lost; a fourth one lies ready on both."""

    here: Room
    there: Room
    remote: Path
    named: dict[str, str]

    @property
    def rooms(self) -> tuple[Room, Room]:
        return self.here, self.there

    def change(self, room: Room, change: Change) -> None:
        if change == TAG:
            room.journal("tag", "add", "slow", "--to", "last", check=0)
            return
        command, *names = change
        yes = ["--yes"] if names else []
        room.journal("keys", command, *(self.named[name] for name in names), *yes, check=0)

    def sync(self, room: Room) -> str:
        return agreed(room, *JOURNAL, "sync")

    def merge(self, room: Room) -> str:
        """Join what the remote has with git alone, and then sync."""
        return agreed(room, *self.merging()) + self.sync(room)

    def merging(self) -> tuple[str, ...]:
        """The words with which git there merges what the remote has."""
        self.there.git("fetch", "--quiet", "origin", "main")
        return ("git", "-C", str(self.there.journal_dir), *GIT, "merge", "--no-edit", "FETCH_HEAD")

    def check(self, *, lost: bool, count: int) -> None:
        """Both list the same keys, read all pages, and every page is sealed for those keys and the journal key."""
        assert readers(self.here) == readers(self.there)
        assert sum(not removed for removed in readers(self.here).values()) == count
        assert bool(readers(self.here)[self.named["lost"]]) is lost
        for room in self.rooms:
            room.journal("new", stdin=NEXT.encode(), check=0)
            room.journal("sync", check=0)
        self.here.journal("sync", check=0)
        assert bodies(self.here) == bodies(self.there)
        for room in self.rooms:
            assert room.git("status", "--porcelain").out == b""
            sealed = {packets.outline(packets.split(path.read_bytes())[1]).key_ids for path in room.files()}
            assert {len(ids) for ids in sealed} == {count + 1} if lost else count + 1 in {len(ids) for ids in sealed}
            assert not lost or len({frozenset(ids) for ids in sealed}) == 1


def agreed(room: Room, *argv: str, code: int = 0) -> str:
    """Run a command in a terminal, say yes to all that it asks, and return what it said."""
    terminal = room.spawn(*argv, columns=200)
    told = ""
    while terminal.expect_exact(["> ", pexpect.EOF]) == 0:
        told += terminal.before
        terminal.sendline("y")
    told += terminal.before
    terminal.wait()
    assert terminal.exitstatus == code, told
    return told


def readers(room: Room) -> dict[str, str]:
    """Each key that was ever listed -> the day on which it was removed."""
    listed = json.loads(room.journal("keys", "list", "--json", check=0).out)
    return {one["fingerprint"]: one["removed"] for one in listed}


def contents(room: Room) -> dict[str, bytes]:
    """Every sealed file as it stands."""
    return {str(path.relative_to(room.journal_dir)): path.read_bytes() for path in room.journal_dir.rglob("*.asc")}


def bodies(room: Room) -> dict[str, bytes]:
    """Every page as gpg opens it, genuine to the last one."""
    told = room.journal("list", check=0)
    assert (told.error, len(told.text.splitlines())) == ("", len(room.files()))
    return {path.name: room.open(path) for path in room.files()}


@pytest.fixture
def two(make_room: Callable[..., Room]) -> Two:
    here, there = make_room(keys=("plain", "second", "third", "locked")), make_room(keys=())
    named = {**here.fingerprints, "lost": here.fingerprints["third"]}
    remote = here.root / "remote.git"
    here.git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=here.home)
    here.journal("init", "--yes", "--key", here.fingerprint, check=0)
    for name in ("second", "lost"):
        here.journal("keys", "add", named[name], "--yes", check=0)
    here.journal("new", stdin=f"The lake, {here.canary}.\n".encode(), check=0)
    here.journal("sync", "--remote", str(remote), check=0)
    there.gpg("--import", stdin=here.gpg("--armor", "--export-secret-keys", named["second"]).out)
    there.gpg("--import", stdin=here.gpg("--armor", "--export").out)
    there.journal("init", "--from", str(remote), "--yes", check=0)
    return Two(here, there, remote, named)


CASES = {
    "a key on each": ((PAPER,), (ADD,), 5),
    "the same key on both": ((ADD,), (ADD,), 4),
    "added here, removed there": ((PAPER,), (LOSE,), 3),
    "removed here, added there": ((LOSE,), (PAPER,), 3),
    "the same one removed on both": ((LOSE,), (LOSE,), 2),
    "two removed, one of them just added": ((ADD, ("remove", "locked")), (PAPER, LOSE), 3),
    "removed here, and a page changed there": ((LOSE,), (TAG,), 2),
}
JOINS = {"sync": Two.sync, "git merge": Two.merge}
# git merges page by page, each for the keys that are known here: what a new journal key opens is left to `sync`.
LEFT_TO_SYNC = {
    ("the same one removed on both", "git merge"),
    ("two removed, one of them just added", "git merge"),
    ("removed here, and a page changed there", "git merge"),
}


def parted(two: Two, here: tuple[Change, ...], there: tuple[Change, ...]) -> None:
    """Change the keys on both devices, and write on both before one knows of the other; what is here is pushed."""
    for room, changes in ((two.here, here), (two.there, there)):
        for change in changes:
            two.change(room, change)
        room.journal("new", stdin=b"Written before it knew of the other.\n", check=0)
    two.here.journal("sync", check=0)


@pytest.mark.parametrize(("case", "join"), sliced(sorted({*product(CASES, JOINS)} - LEFT_TO_SYNC), 2))
def test_keys_changed_on_both_devices_at_once_are_joined(two: Two, case: str, join: str) -> None:
    here, there, count = CASES[case]
    parted(two, here, there)
    assert "was changed on another device" in two.there.journal("sync", check=4).error
    JOINS[join](two, two.there)
    two.sync(two.here)
    two.check(lost=LOSE in (*here, *there), count=count)


@pytest.mark.parametrize(("case", "join"), sliced(sorted(LEFT_TO_SYNC), 1))
def test_what_git_alone_cannot_join_stays_a_conflict_and_sync_joins_it(two: Two, case: str, join: str) -> None:
    here, there, count = CASES[case]
    parted(two, here, there)
    before = contents(two.there)
    told = agreed(two.there, *two.merging(), code=1)
    assert "then: journal sync" in told
    two.there.git("merge", "--abort")
    assert contents(two.there) == before
    two.sync(two.there)
    two.sync(two.here)
    two.check(lost=True, count=count)


def test_git_alone_joins_no_keys_that_nobody_confirmed(two: Two) -> None:
    parted(two, (PAPER,), (ADD,))
    before, keys = contents(two.there), readers(two.there)
    refused = two.there.run(*two.merging(), check=1)
    assert "was changed on another device" in refused.error
    assert contents(two.there)["journal.asc"] == before["journal.asc"]
    assert readers(two.there) == keys
    two.there.journal("sync", check=4)
    two.there.git("merge", "--abort")
    assert contents(two.there) == before
    two.sync(two.there)
    two.sync(two.here)
    two.check(lost=False, count=5)


def test_a_key_that_a_removed_device_adds_is_not_taken_in(two: Two) -> None:
    for room, change in ((two.here, ("remove", "second")), (two.there, PAPER)):
        two.change(room, change)
    two.there.journal("sync", check=0)
    before, keys = contents(two.here), readers(two.here)
    refused = two.here.journal("sync", "--yes", check=4)
    assert "the other side's journal.asc was signed by a key that was removed" in refused.error
    assert "nothing here was changed" in refused.error
    assert contents(two.here) == before
    assert readers(two.here) == keys


@pytest.mark.parametrize("join", sliced([*JOINS], 1))
def test_keys_that_both_devices_joined_by_themselves_are_joined_again(two: Two, join: str) -> None:
    other = two.here.root / "other.git"  # as on a stick that goes from one to the other
    two.here.git("clone", "--quiet", "--bare", str(two.remote), str(other), cwd=two.here.home)
    for room, change, remote in ((two.here, PAPER, two.remote), (two.there, ADD, other)):
        two.change(room, change)
        two.change(room, TAG)
        sync_with(room, remote)
    for room, remote in ((two.here, other), (two.there, two.remote)):
        sync_with(room, remote)
    two.there.git("fetch", "--quiet", str(other), "main")
    assert len(two.there.git("merge-base", "--all", "HEAD", "FETCH_HEAD").text.split()) == 2
    two.there.journal("sync", "--remote", str(other), check=4)
    JOINS[join](two, two.there)
    sync_with(two.here, other)
    two.check(lost=False, count=5)


def sync_with(room: Room, remote: Path) -> None:
    """Sync with this remote from now on, and say yes to all that it asks."""
    agreed(room, *JOURNAL, "sync", "--remote", str(remote))
