"""A journal in a room with two keys of the person's, and what its keys and pages are sealed for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from room import Room

from sexjournal.openpgp import packets


def room_with_two_keys(make_room: Callable[..., Room]) -> Room:
    """A room with two keys of the person's and a journal of the first, with a page on it."""
    room = make_room(keys=("plain", "second"))
    room.journal("init", "--yes", "--key", room.fingerprint, check=0)
    room.journal("new", stdin=f"The lake, {room.canary}.\n".encode(), check=0)
    return room


def readers(room: Room) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(room.journal("keys", "list", "--json", check=0).out)
    return found


def sealed_for(room: Room, page: bytes) -> set[str]:
    """The long ids that a page is sealed for."""
    return set(packets.outline(packets.split(page)[1]).key_ids)


def only(room: Room, name: str, elsewhere: Room) -> None:
    """Give a room without keys one of this room's, and its journal."""
    secret = room.gpg("--armor", "--export-secret-keys", room.fingerprints[name]).out
    elsewhere.gpg("--import", stdin=secret)
    elsewhere.git("clone", "--quiet", str(room.journal_dir), str(elsewhere.journal_dir), cwd=elsewhere.home)


def extended(room: Room, fingerprint: str) -> None:
    """Extend a key and its subkey, in a later second than what was signed so far."""
    time.sleep(1.1)
    room.gpg("--quick-set-expire", fingerprint, "2y")
    room.gpg("--quick-set-expire", fingerprint, "2y", "*")
