"""Genuine messages for a journal, made by real gpg, and the pieces of a message. Knows no forgeries."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable

from ground import UNASKED, Ground
from room import stop_agent

from sexjournal.openpgp import packets

HEADER = b"---\nkind: memory\ntags: [slow]\n---\n"

ED25519 = ("ed25519", "sign", "never")

CV25519 = ("cv25519", "encr", "never")

THEN = ("--faked-system-time", "20200601T120000")  # the key named expired was good for the year 2020

AFTER = ("--faked-system-time", "20220601T120000")


def armored(message: bytes) -> bytes:
    return packets.BEGIN + b"\n\n" + base64.encodebytes(message) + packets.END + b"\n"


def bare(sealed: bytes) -> bytes:
    return packets.split(sealed)[1]


def head(tag: int, length: int) -> bytes:
    return bytes([0xC0 | tag, 255]) + length.to_bytes(4)


def pieces(message: bytes) -> list[bytes]:
    """The packets of a message, each with a head of its own."""
    return [head(tag, len(content)) + content for tag, content in packets._packets(message)]


KINDS: dict[str, Callable[[Ground], bytes]] = {
    "dated": lambda ground: ground.seal(ground.text),
    "opaque": lambda ground: ground.seal(ground.text, hidden=True),
    "in parts": lambda ground: ground.seal(long(ground.text)),
    "by hand": lambda ground: ground.by_hand(ground.text, "--set-filename", "page.md"),
}


def long(text: bytes) -> bytes:
    """So long that gpg, which signs while it seals, gives the sealed data in parts."""
    return text * 12


def shown(ground: Ground, kind: str) -> bytes:
    """The text that such a message holds."""
    return long(ground.text) if kind == "in parts" else ground.text


def another_key(ground: Ground, name: bytes) -> str:
    """Put one more key into the keyring, under any name; return its fingerprint."""
    before = {key.fingerprint for key in ground.gpg.secret_keys()}
    ground.room.gpg(*UNASKED, "--utf8-strings", "--yes", "--quick-generate-key", os.fsdecode(name), *ED25519)
    (made,) = {key.fingerprint for key in ground.gpg.secret_keys()} - before
    ground.room.gpg(*UNASKED, "--quick-add-key", made, *CV25519)
    return made


def signed_by_the_expired(ground: Ground, when: tuple[str, str]) -> bytes:
    """A page signed at that time by the key that was good for a year; elsewhere, its owner had extended it."""
    later, key = ground.room.tools / "later", ground.room.fingerprints["expired"]
    shutil.copytree(ground.room.gnupg, later, ignore=shutil.ignore_patterns("S.*", "*.lock"))
    try:
        home = ("--homedir", str(later), *UNASKED)
        ground.room.gpg(*home, *THEN, "--quick-set-expire", key, "20y")
        words = (*home, *when, "--ignore-valid-from", "--ignore-time-conflict")
        (ground.room.tools / "extended.asc").write_bytes(ground.room.gpg(*home, "--armor", "--export", key).out)
        return ground.by_hand(ground.text, *words, by="expired")
    finally:
        stop_agent(later)
        shutil.rmtree(later)
