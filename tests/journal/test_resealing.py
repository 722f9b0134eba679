"""Resealing after a removal: an interrupted one is finished, and pages that do not open stay as they are."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable

import pytest
from ground import inside
from room import JOURNAL, Room
from stores import store_in
from two_keys import room_with_two_keys, sealed_for

from sexjournal.openpgp.gpg import Gpg


@pytest.fixture
def two(make_room: Callable[..., Room]) -> Room:
    return room_with_two_keys(make_room)


@pytest.mark.parametrize("names", ["dated", "opaque"])
def test_a_removal_that_was_cut_short_is_finished_by_the_next(make_room: Callable[..., Room], names: str) -> None:
    room = make_room(keys=("plain", "second"))
    room.journal("init", "--yes", "--key", room.fingerprint, "--names", names, check=0)
    for text in ("one", "two", "three"):
        room.journal("new", stdin=f"{text} {room.canary}\n".encode(), check=0)
    room.journal("keys", "add", room.fingerprints["second"], "--yes", check=0)
    first = room.files()[0]
    old = first.read_bytes()
    room.journal("keys", "remove", room.fingerprints["second"], "--yes", check=0)
    first.write_bytes(old)  # as if it had been killed before this one
    assert room.journal("grep", "-c", room.canary, check=0)
    room.journal("keys", "remove", room.fingerprints["second"], "--yes", check=0)
    assert first.read_bytes() != old
    others = [path.read_bytes() for path in room.files()[1:]]
    room.journal("keys", "remove", room.fingerprints["second"], "--yes", check=0)
    assert [path.read_bytes() for path in room.files()[1:]] == others


def test_a_removal_that_is_killed_is_finished_by_a_sync_too(two: Room) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    for number in range(7):
        two.journal("new", stdin=f"{number} {two.canary}\n".encode(), check=0)
    before = {path: path.read_bytes() for path in two.files()}
    removal = subprocess.Popen(
        [*JOURNAL, "keys", "remove", second, "--yes"],
        env=two.environment(),
        cwd=two.home,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while two.files()[0].read_bytes() == before[two.files()[0]]:
        assert removal.poll() is None
    os.killpg(removal.pid, signal.SIGKILL)
    removal.wait()
    left = [path for path in two.files() if path.read_bytes() == before[path]]
    assert left
    two.journal("sync", check=0)
    assert [path for path in left if path.read_bytes() == before[path]] == []
    assert two.git("status", "--porcelain").out == b""
    after = [path.read_bytes() for path in two.files()]
    two.journal("sync", check=0)
    assert [path.read_bytes() for path in two.files()] == after


def test_a_page_whose_front_matter_cannot_be_read_is_sealed_anew_as_it_is(two: Room) -> None:
    two.journal("keys", "add", two.fingerprints["second"], "--yes", check=0)
    two.journal("new", stdin=b"We swam.\n", check=0)
    text = f"---\nid: aaaaaaaa\nkind: [wish\n---\n{two.canary}\n".encode()
    page = two.files()[0].with_name("2026-10-02.aaaaaaaa.md.asc")
    with inside(two):
        page.write_bytes(store_in(two.journal_dir, two.root / "state" / "journal", Gpg()).keyring.seal(text))
    before = {path: path.read_bytes() for path in two.files()}
    removed = two.journal("keys", "remove", two.fingerprints["second"], "--yes", check=5)
    assert f"journal: 2026/{page.name}: its front matter cannot be read: line 4" in removed.error
    assert [path for path in two.files() if path.read_bytes() == before[path]] == []
    assert two.open(page) == text
    assert sealed_for(two, page.read_bytes()) == sealed_for(two, two.files()[-1].read_bytes())
    two.journal("keys", "remove", two.fingerprints["second"], "--yes", check=0)


NO_MORE_FILES = """\
import errno, os

def none(*_):
    raise OSError(errno.EMFILE, "Too many open files")

os.memfd_create = none
"""


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="pages are opened in such files where there are some")
def test_pages_that_could_not_be_opened_just_then_are_sealed_anew_by_the_next_sync(two: Room) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    (two.tools / "sitecustomize.py").write_text(NO_MORE_FILES)
    (page,) = two.files()
    before = page.read_bytes()
    removed = two.journal("keys", "remove", second, "--yes", env={"PYTHONPATH": str(two.tools)}, check=5)
    assert "it could not be opened just now" in removed.error
    assert page.read_bytes() == before
    two.journal("sync", check=0)
    assert page.read_bytes() != before
    after = page.read_bytes()
    two.journal("sync", check=0)
    assert page.read_bytes() == after


def test_a_page_that_is_damaged_for_good_is_not_tried_at_every_sync(two: Room) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    (page,) = two.files()
    unsigned = two.gpg("--armor", "--trust-model=always", "-e", "-r", two.fingerprint, stdin=b"Not mine.\n").out
    page.write_bytes(unsigned)
    two.journal("keys", "remove", second, "--yes", check=5)
    assert two.journal("sync", check=0).error.count(page.name) == 0
    assert page.read_bytes() == unsigned
