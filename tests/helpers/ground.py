"""A journal in a room, and both ways to open its pages in this process. Knows no special messages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from room import Room
from stores import store_in

from sexjournal.errors import Damaged, KeyTrouble
from sexjournal.journal.store import Store
from sexjournal.keys import manifest_update
from sexjournal.keys.manifest import Manifest, Recipient
from sexjournal.keys.trust import certificate_path
from sexjournal.openpgp import opening, sealing
from sexjournal.openpgp.gpg import Gpg

WAYS = ("pysequoia", "gpg")

FORGED = b"---\nid: k7q2m9xa\n---\nNobody ever wrote this.\n"

MIB = 1024 * 1024

BY_HAND = ("--armor", "--trust-model=always", "--compress-algo=none")

UNASKED = ("--pinentry-mode=loopback", "--passphrase=")


@dataclass
class Ground:
    """A journal in a room, and both ways to open its pages in this process."""

    room: Room
    gpg: Gpg
    store: Store
    page: Manifest
    ways: dict[str, opening.Opener]

    @property
    def text(self) -> bytes:
        return f"---\nid: k7q2m9xa\n---\nWe swam to {self.room.canary}.\n".encode()

    @property
    def journal_key(self) -> Path:
        """The certificate of the journal key, as a file."""
        return certificate_path(self.store.keyring.state, self.page.key)

    @property
    def readers(self) -> tuple[str, ...]:
        return ("--recipient", self.room.fingerprint, "--recipient-file", str(self.journal_key))

    def seal(self, text: bytes, *, hidden: bool = False) -> bytes:
        """As the program seals."""
        mine = self.store.keyring.recipients_of(self.store.keyring.trust)
        return sealing.seal_signed(self.gpg, text, replace(mine, hidden=hidden))

    def by_hand(self, text: bytes, *words: str, by: str = "plain", to: tuple[str, ...] = ()) -> bytes:
        """As anyone with gpg could: signed by one of the room's keys, or by nobody."""
        signed = ("--sign", "--local-user", self.room.fingerprints.get(by, by)) if by else ()
        return self.room.gpg(*BY_HAND, *words, *signed, "--encrypt", *(to or self.readers), stdin=text).out


@contextmanager
def inside(room: Room) -> Iterator[None]:
    """This process finds the keys of the room, as its commands do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GPG_TTY", raising=False)
        for name, value in room.environment().items():
            patch.setenv(name, value)
        yield


def made(room: Room, readers: tuple[str, ...] = (), former: tuple[str, ...] = ()) -> Ground:
    """A journal of the room's first key, of these other readers too, and of some that are readers no longer."""
    gpg = Gpg()
    store = store_in(room.journal_dir, room.root / "state" / "journal", gpg)
    page = manifest_update.create_manifest(store.keyring, recipient(gpg, room.fingerprint), "dated", ())
    others = [recipient(gpg, room.fingerprints[name]) for name in readers]
    past = [replace(recipient(gpg, room.fingerprints[name]), removed="2021-01-01") for name in former]
    if others or past:
        page = page.changed(recipients=(*page.recipients, *others, *past))
        manifest_update.write(store.keyring, page)
    return Ground(room, gpg, store, page, openers(store, page))


def recipient(gpg: Gpg, fingerprint: str) -> Recipient:
    return Recipient(fingerprint, "Test", "2020-01-01", gpg.certificate(fingerprint))


def openers(store: Store, page: Manifest) -> dict[str, opening.Opener]:
    """What opens this journal's pages, with pysequoia and where it cannot be imported."""
    found = {"pysequoia": store.keyring.opener(page)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pysequoia", None)
        found["gpg"] = store.keyring.opener(page)
    assert [opener.slow for opener in found.values()] == [False, True]
    return found


def opened(ground: Ground, way: str, sealed: bytes) -> bytes | None:
    """What a way shows of a file; None when it is refused, without a word of the page."""
    try:
        return ground.ways[way].open(sealed)
    except (Damaged, KeyTrouble) as trouble:
        assert ground.room.canary not in f"{trouble.sentence} {trouble.hint}"
        return None
