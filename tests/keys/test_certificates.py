"""Certificates that change: pages stay genuine on every device when a key is extended."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from room import Room
from two_keys import extended, only, room_with_two_keys


@pytest.fixture
def two(make_room: Callable[..., Room]) -> Room:
    return room_with_two_keys(make_room)


def test_pages_from_before_a_key_was_extended_stay_genuine(two: Room) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    extended(two, two.fingerprint)
    two.journal("keys", "add", two.fingerprint, "--yes", check=0)
    two.journal("new", stdin=b"Written after it was extended.\n", check=0)
    listed = two.journal("list", check=0)
    assert (len(listed.text.splitlines()), listed.err) == (2, b"")
    manifest = (two.journal_dir / "journal.asc").read_bytes()
    two.journal("keys", "add", two.fingerprint, "--yes", check=0)
    assert (two.journal_dir / "journal.asc").read_bytes() == manifest
    before = {path: path.read_bytes() for path in two.files()}
    two.journal("keys", "remove", second, "--yes", check=0)
    assert [path for path in two.files() if path.read_bytes() == before[path]] == []
    old = next(line.split("\t")[0] for line in listed.text.splitlines())
    two.journal("tag", "add", "slow", "--to", old, check=0)
    assert two.canary in two.journal("grep", two.canary, check=0).text


def test_what_is_written_once_an_expired_key_is_extended_is_genuine_at_once(make_room: Callable[..., Room]) -> None:
    room = make_room()
    room.gpg("--quick-set-expire", room.fingerprint, "seconds=6")
    made = time.monotonic()
    room.journal("init", "--yes", check=0)
    time.sleep(max(0, made + 7.2 - time.monotonic()))
    room.gpg("--quick-set-expire", room.fingerprint, "2y")
    for number in (1, 2):
        room.journal("new", stdin=b"Later.\n", check=0)
        assert len(room.journal("list", check=0).text.splitlines()) == number


def test_a_key_that_is_extended_on_its_own_device_leaves_its_pages_genuine_on_the_others(
    two: Room, make_room: Callable[..., Room]
) -> None:
    second = two.fingerprints["second"]
    two.journal("keys", "add", second, "--yes", check=0)
    elsewhere = make_room(keys=())
    only(two, "second", elsewhere)
    elsewhere.journal("init", "--yes", check=0)
    elsewhere.journal("new", stdin=b"From the other device.\n", check=0)
    extended(elsewhere, second)
    elsewhere.journal("keys", "add", second, "--yes", check=0)
    elsewhere.journal("new", stdin=b"From there, later.\n", check=0)
    two.git("pull", "--quiet", str(elsewhere.journal_dir), "main")
    assert len(two.journal("list", check=0).text.splitlines()) == 3
