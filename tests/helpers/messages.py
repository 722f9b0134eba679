"""Messages for a journal: genuine ones, each way to change them, and those that somebody else would send.

Real gpg makes them all; the inside of a seal is made anew by hand. Knows both ways to open a page.
"""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import hashlib
import os
import re
import shutil
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from room import Room, stop_agent
from slices import FULL
from stores import store_in

from sexjournal.errors import Damaged, KeyTrouble
from sexjournal.journal.store import Store
from sexjournal.keys import update
from sexjournal.keys.manifest import Manifest, Recipient
from sexjournal.keys.trust import certificate_path
from sexjournal.openpgp import opening, packets, sealing
from sexjournal.openpgp.gpg import Gpg

WAYS = ("pysequoia", "gpg")
HEADER = b"---\nkind: memory\ntags: [slow]\n---\n"
FORGED = b"---\nid: k7q2m9xa\n---\nNobody ever wrote this.\n"
MIB = 1024 * 1024
BOMB = 200 * MIB
BY_HAND = ("--armor", "--trust-model=always", "--compress-algo=none")
UNASKED = ("--pinentry-mode=loopback", "--passphrase=")
ED25519 = ("ed25519", "sign", "never")
CV25519 = ("cv25519", "encr", "never")
THEN = ("--faked-system-time", "20200601T120000")  # the key named expired was good for the year 2020
AFTER = ("--faked-system-time", "20220601T120000")


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
        return sealing.seal(self.gpg, text, replace(mine, hidden=hidden))

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
    page = update.create(store.keyring, recipient(gpg, room.fingerprint), "dated", ())
    others = [recipient(gpg, room.fingerprints[name]) for name in readers]
    past = [replace(recipient(gpg, room.fingerprints[name]), removed="2021-01-01") for name in former]
    if others or past:
        page = page.changed(recipients=(*page.recipients, *others, *past))
        update.write(store.keyring, page)
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


def armored(message: bytes) -> bytes:
    return packets.BEGIN + b"\n\n" + base64.encodebytes(message) + packets.END + b"\n"


def bare(sealed: bytes) -> bytes:
    return packets.split(sealed)[1]


def head(tag: int, length: int) -> bytes:
    return bytes([0xC0 | tag, 255]) + length.to_bytes(4)


def pieces(message: bytes) -> list[bytes]:
    """The packets of a message, each with a head of its own."""
    return [head(tag, len(content)) + content for tag, content in packets._packets(message)]


# Four kinds of message, all genuine

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


# Mutations: each is a place in the bare message, and the message as it became.

Mutant = tuple[int, bytes]


def spread(length: int, way: str, count: int) -> Iterable[int]:
    """Every place, or in the normal run on the slow way some that stand evenly apart."""
    return range(0, length, 1 if FULL or way == "pysequoia" else max(1, length // count))


def flips(message: bytes, way: str) -> Iterator[Mutant]:
    for at in spread(len(message), way, 50):
        yield at, message[:at] + bytes([message[at] ^ 1 << at % 8]) + message[at + 1 :]


def cuts(message: bytes, way: str) -> Iterator[Mutant]:
    for at in spread(len(message), way, 60):
        yield len(message), message[:at]


def insertions(message: bytes, way: str) -> Iterator[Mutant]:
    for at in spread(len(message), way, 20):
        yield at, message[:at] + bytes([at % 256]) + message[at:]


def deletions(message: bytes, way: str) -> Iterator[Mutant]:
    for at in spread(len(message), way, 20):
        yield at, message[:at] + message[at + 1 :]


def shortenings(message: bytes, way: str) -> Iterator[Mutant]:
    """Cuts that tell nobody: the length at the head of the sealed data is put right."""
    *keys, (tag, content) = packets._packets(message)
    before = b"".join(head(key, len(data)) + data for key, data in keys)
    for length in spread(len(content), way, 40):
        yield len(message), before + head(tag, length) + content[:length]


MUTATIONS = {
    "flips": flips,
    "cuts": cuts,
    "shortenings": shortenings,
    "insertions": insertions,
    "deletions": deletions,
}


# Messages that were never ours


def bomb(ground: Ground, algorithm: str, *signed: str) -> bytes:
    """A small message that unpacks to more than the largest page."""
    huge = ground.room.tools / "huge"
    with huge.open("wb") as file:
        file.truncate(BOMB)
    words = ("--armor", "--trust-model=always", f"--compress-algo={algorithm}", "--output", "-", "--set-filename", "")
    sealed = ground.room.gpg(*words, *signed, "--encrypt", *ground.readers, str(huge)).out
    assert len(sealed) < MIB
    return sealed


def of_other_keys(ground: Ground) -> bytes:
    """The keys of one message before the sealed data of another."""
    one, other = (pieces(bare(ground.seal(text))) for text in (ground.text, FORGED))
    return armored(b"".join([*one[:-1], other[-1]]))


def put(ground: Ground, *, before: bytes = b"", after: bytes = b"", of: str = "dated") -> bytes:
    return armored(before + bare(KINDS[of](ground)) + after)


def literal(text: bytes) -> bytes:
    return head(11, len(text) + 6) + b"b\x00\x00\x00\x00\x00" + text


def without_check(ground: Ground) -> bytes:
    """The sealed data as the old packet without an integrity check, which gpg would still print."""
    *keys, (_, content) = packets._packets(bare(ground.seal(ground.text)))
    old = head(9, len(content) - 1) + content[1:]
    return armored(b"".join([*(head(tag, len(data)) + data for tag, data in keys), old]))


def symmetric(ground: Ground, *words: str) -> bytes:
    return ground.room.gpg(*(*BY_HAND, UNASKED[0], "--passphrase=trap", "--symmetric", *words), stdin=FORGED).out


def named_as_us(ground: Ground) -> bytes:
    """Signed by a key that calls itself what ours is called."""
    return ground.by_hand(FORGED, by=another_key(ground, b"Test"))


def another_key(ground: Ground, name: bytes) -> str:
    """Put one more key into the keyring, under any name; return its fingerprint."""
    before = {key.fingerprint for key in ground.gpg.secret_keys()}
    ground.room.gpg(*UNASKED, "--utf8-strings", "--yes", "--quick-generate-key", os.fsdecode(name), *ED25519)
    (made,) = {key.fingerprint for key in ground.gpg.secret_keys()} - before
    ground.room.gpg(*UNASKED, "--quick-add-key", made, *CV25519)
    return made


HOSTILE: dict[str, Callable[[Ground], bytes]] = {
    "unsigned": lambda ground: ground.by_hand(FORGED, by=""),
    "signed by a foreign key": lambda ground: ground.by_hand(FORGED, by="second"),
    "signed by a foreign key of our name": named_as_us,
    "signed after the key had expired": lambda ground: signed_by_the_expired(ground, AFTER),
    "sealed for others": lambda ground: ground.by_hand(FORGED, to=("-r", ground.room.fingerprints["second"])),
    "sealed for hidden others": lambda ground: ground.by_hand(FORGED, to=("-R", ground.room.fingerprints["second"])),
    "sealed for this device only": lambda ground: ground.by_hand(FORGED, to=("-r", ground.room.fingerprint)),
    "stored": lambda ground: ground.room.gpg(*BY_HAND, "--store", stdin=FORGED).out,
    "signed only": lambda ground: ground.room.gpg(*BY_HAND, "--sign", stdin=FORGED).out,
    "signed in clear": lambda ground: ground.room.gpg("--clearsign", stdin=FORGED).out,
    "clear text in a signature's coat": lambda ground: ground.room.gpg("--clearsign", stdin=FORGED).out.replace(
        b"PGP SIGNATURE", b"PGP MESSAGE"
    ),
    "with a passphrase": symmetric,
    "with a passphrase and a key": lambda ground: symmetric(ground, "--encrypt", *ground.readers),
    "a bomb": lambda ground: bomb(ground, "zip"),
    "a signed bomb": lambda ground: bomb(ground, "bzip2", "--sign", "--local-user", ground.room.fingerprint),
    "without an integrity check": without_check,
    "two messages": lambda ground: ground.seal(ground.text) + ground.seal(FORGED),
    "two messages in one armor": lambda ground: put(ground, after=bare(ground.seal(FORGED))),
    "two sealed packets": lambda ground: put(ground, after=pieces(bare(ground.seal(FORGED)))[-1]),
    "other keys": of_other_keys,
    "keys behind the data": lambda ground: armored(b"".join(reversed(pieces(bare(ground.seal(ground.text)))))),
    "no keys": lambda ground: armored(pieces(bare(ground.seal(ground.text)))[-1]),
    "no data": lambda ground: armored(b"".join(pieces(bare(ground.seal(ground.text)))[:-1])),
    "clear text before": lambda ground: put(ground, before=literal(FORGED)),
    "clear text behind": lambda ground: put(ground, after=literal(FORGED)),
    "clear text behind parts": lambda ground: put(ground, after=literal(FORGED), of="in parts"),
    "a message behind parts": lambda ground: put(ground, after=bare(ground.seal(FORGED)), of="in parts"),
    "a marker before": lambda ground: put(ground, before=head(10, 3) + b"PGP"),
    "a marker behind parts": lambda ground: put(ground, after=head(10, 3) + b"PGP", of="in parts"),
    "no end": lambda ground: ground.seal(ground.text).replace(packets.END, b""),
    "another end": lambda ground: ground.seal(ground.text).replace(packets.END, b"-----END PGP SIGNATURE-----"),
    "words below": lambda ground: ground.seal(ground.text) + b"I never wrote this.\n",
    "words in the armor": lambda ground: ground.seal(ground.text).replace(b"\n\n", b"\nComment: I wrote this.\n\n"),
    "a byte order mark": lambda ground: b"\xef\xbb\xbf" + ground.seal(ground.text),
    "indented": lambda ground: b" " + ground.seal(ground.text),
    "nothing": lambda ground: b"",
    "an empty armor": lambda ground: armored(b""),
    "a certificate": lambda ground: ground.journal_key.read_bytes(),
    "in clear": lambda ground: FORGED,
}


# The inside of a seal, made anew by someone who knows the journal key: with the library that gpg itself uses.

GCRYPT = ctypes.util.find_library("gcrypt")
AES256, CFB = 9, 2


def aes(key: bytes, data: bytes, work: str) -> bytes:
    """Encrypt or decrypt as sealed data is (RFC 4880 section 5.13): feedback from an empty block."""
    library, handle, out = ctypes.CDLL(GCRYPT), ctypes.c_void_p(), ctypes.create_string_buffer(len(data))
    library.gcry_check_version(None)
    assert library.gcry_cipher_open(ctypes.byref(handle), AES256, CFB, 0) == 0
    library.gcry_cipher_setkey(handle, key, ctypes.c_size_t(len(key)))
    library.gcry_cipher_setiv(handle, bytes(16), ctypes.c_size_t(16))
    size = ctypes.c_size_t(len(data))
    assert getattr(library, f"gcry_cipher_{work}")(handle, out, size, data, size) == 0
    library.gcry_cipher_close(handle)
    return out.raw


def inside_of(ground: Ground, sealed: bytes) -> tuple[bytes, bytes, bytes]:
    """The session key of a message, the 18 bytes that its sealed data begins with, and the packets in it."""
    told = ground.room.gpg("--show-session-key", "--decrypt", stdin=sealed, check=None).error
    (key,) = re.findall("session key: '9:([0-9A-F]+)'", told)
    content = list(packets._packets(bare(sealed)))[-1][1]
    clear = aes(bytes.fromhex(key), content[1:], "decrypt")
    return bytes.fromhex(key), clear[:18], clear[18:-22]


def resealed(ground: Ground, *parts: bytes, check: Callable[[bytes], bytes] | None = None) -> bytes:
    """A message for the same keys with these packets inside, and an integrity check that holds."""
    sealed = ground.seal(b"")
    key, prefix, _ = inside_of(ground, sealed)
    clear = prefix + b"".join(parts) + b"\xd3\x14"
    clear += hashlib.sha1(clear).digest()
    content = b"\x01" + aes(key, (check or bytes)(clear), "encrypt")
    *keys, _ = pieces(bare(sealed))
    return armored(b"".join([*keys, head(18, len(content)), content]))


def signed_parts(ground: Ground, text: bytes, by: str = "plain") -> list[bytes]:
    """What stands inside a signed message: the signature's start, the page, the signature."""
    return pieces(inside_of(ground, ground.by_hand(text, by=by))[2])


def unpacked(data: bytes) -> bytes:
    """A compressed packet (RFC 4880 section 5.6)."""
    packed = b"\x02" + zlib.compress(data)
    return head(8, len(packed)) + packed


def nested(depth: int) -> bytes:
    """A page in that many coats."""
    page = literal(FORGED)
    for _ in range(depth):
        page = unpacked(page)
    return page


FORGERIES: dict[str, Callable[[Ground, list[bytes]], bytes]] = {
    "a page before the signed one": lambda ground, parts: resealed(ground, literal(FORGED), *parts),
    "a page behind the signed one": lambda ground, parts: resealed(ground, *parts, literal(FORGED)),
    "a page in place of the signed one": lambda ground, parts: resealed(ground, parts[0], literal(FORGED), parts[2]),
    "a page beside the signed one": lambda ground, parts: resealed(ground, *parts[:2], literal(FORGED), parts[2]),
    "an unsigned message beside": lambda ground, parts: resealed(ground, *parts, bare(ground.by_hand(FORGED, by=""))),
    "an unsigned message inside": lambda ground, parts: resealed(ground, bare(ground.by_hand(FORGED, by=""))),
    "an old signature": lambda ground, parts: resealed(ground, parts[2], literal(FORGED)),
    "a signature and no page": lambda ground, parts: resealed(ground, parts[0], parts[2]),
    "only the start of a signature": lambda ground, parts: resealed(ground, *parts[:2]),
    "a signature of another key, started as ours": lambda ground, parts: resealed(
        ground, parts[0], *signed_parts(ground, FORGED, "second")[1:]
    ),
    "two pages": lambda ground, parts: resealed(ground, literal(FORGED), literal(FORGED)),
    "nothing at all": lambda ground, parts: resealed(ground),
    "no packet": lambda ground, parts: resealed(ground, FORGED),
    "a page that is cut": lambda ground, parts: resealed(ground, parts[0], parts[1][:-5]),
    "a page in parts that is cut": lambda ground, parts: resealed(ground, parts[0], b"\xcb\xe9b\x00" + bytes(99)),
    "a page in parts with no end": lambda ground, parts: resealed(ground, parts[0], b"\xcb\xe9b" + bytes(511)),
    "a page of no length": lambda ground, parts: resealed(ground, parts[0], b"\xafb\x00" + bytes(99)),
    "a page of four gigabytes": lambda ground, parts: resealed(ground, head(11, 2**32 - 1), bytes(99)),
    "many coats": lambda ground, parts: resealed(ground, nested(12)),
    "far too many coats": lambda ground, parts: resealed(ground, nested(60)),
    "a passphrase inside": lambda ground, parts: resealed(ground, bare(symmetric(ground))),
    "no integrity check inside": lambda ground, parts: resealed(ground, *parts, check=lambda clear: clear[:-22]),
    "a broken integrity check": lambda ground, parts: resealed(
        ground, *parts, check=lambda clear: clear[:-1] + bytes([clear[-1] ^ 1])
    ),
    "half an integrity check": lambda ground, parts: resealed(ground, *parts, check=lambda clear: clear[:-9]),
}
# What is inside these is the page that was signed: whether they are shown is all the same.
DISGUISES: dict[str, Callable[[Ground, list[bytes]], bytes]] = {
    "as it was": lambda ground, parts: resealed(ground, *parts),
    "in a coat": lambda ground, parts: resealed(ground, unpacked(b"".join(parts))),
    "a message in a message": lambda ground, parts: resealed(ground, bare(ground.seal(ground.text))),
    "signed twice": lambda ground, parts: resealed(ground, parts[0], *parts, parts[2]),
    "a marker before": lambda ground, parts: resealed(ground, head(10, 3), b"PGP", *parts),
    "two integrity checks": lambda ground, parts: resealed(ground, *parts, head(19, 20), bytes(20)),
}


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
