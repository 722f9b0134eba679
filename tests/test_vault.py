"""The strict policy on both ways to open a page, for whom a page is sealed, and why one stays shut.

Real gpg and real pysequoia. JOURNAL_PROOF=full flips every byte on the gpg way too, where a spread of them does
otherwise; in the process itself every byte is flipped each time.
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
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from room import Keys, Room, stop_agent

from sexjournal import packets, vault
from sexjournal.accepted import certificate_path
from sexjournal.errors import Damaged, KeyTrouble
from sexjournal.gpg import Gpg, Status
from sexjournal.journal import Journal, id_in
from sexjournal.ownpage import OwnPage, Recipient

FULL = os.environ.get("JOURNAL_PROOF") == "full"
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
    journal: Journal
    page: OwnPage
    ways: dict[str, vault.Opener]

    @property
    def text(self) -> bytes:
        return f"---\nid: k7q2m9xa\n---\nWe swam to {self.room.canary}.\n".encode()

    @property
    def journal_key(self) -> Path:
        """The certificate of the journal key, as a file."""
        return certificate_path(self.journal.seals.room, self.page.key)

    @property
    def readers(self) -> tuple[str, ...]:
        return ("--recipient", self.room.fingerprint, "--recipient-file", str(self.journal_key))

    def seal(self, text: bytes, *, hidden: bool = False) -> bytes:
        """As the program seals."""
        mine = self.journal.seals._for_whom(self.journal.seals.accepted)
        return vault.seal(self.gpg, text, replace(mine, hidden=hidden))

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
    journal = Journal(room.journal_dir, room.root / "state" / "journal", gpg)
    page = journal.seals.create(recipient(gpg, room.fingerprint), "dated", ())
    others = [recipient(gpg, room.fingerprints[name]) for name in readers]
    past = [replace(recipient(gpg, room.fingerprints[name]), removed="2021-01-01") for name in former]
    if others or past:
        page = page.changed(recipients=(*page.recipients, *others, *past))
        journal.seals.write(page)
    return Ground(room, gpg, journal, page, openers(journal, page))


def recipient(gpg: Gpg, fingerprint: str) -> Recipient:
    return Recipient(fingerprint, "Test", "2020-01-01", gpg.certificate(fingerprint))


def openers(journal: Journal, page: OwnPage) -> dict[str, vault.Opener]:
    """What opens this journal's pages, with pysequoia and where it cannot be imported."""
    found = {"pysequoia": journal.seals.opener(page)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pysequoia", None)
        found["gpg"] = journal.seals.opener(page)
    assert [opener.slow for opener in found.values()] == [False, True]
    return found


@pytest.fixture(scope="module")
def ground(keys_of_run: Keys) -> Iterator[Ground]:
    with Room(keys_of_run, ("plain", "second", "locked", "expired")) as room, inside(room):
        yield made(room, readers=("locked",), former=("expired",))


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


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


def test_a_longer_message_does_come_in_parts(ground: Ground) -> None:
    for kind, in_parts in (("dated", False), ("in parts", True)):
        listed = ground.room.gpg("--list-packets", stdin=KINDS[kind](ground)).text
        assert bool(re.search("tag=18 .* partial", listed)) == in_parts


@pytest.mark.parametrize("kind", KINDS)
def test_a_genuine_message_is_shown_as_it_was_written(ground: Ground, way: str, kind: str) -> None:
    sealed = KINDS[kind](ground)
    for file in (sealed, HEADER + sealed, sealed.replace(b"\n", b"\r\n"), sealed + b"\n\n", armored(bare(sealed))):
        assert opened(ground, way, file) == shown(ground, kind)


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


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_text_comes_of_a_changed_message(
    ground: Ground, way: str, kind: str, mutation: str, record_property: Callable[[str, object], None]
) -> None:
    message = bare(KINDS[kind](ground))
    sealed_from = len(message) - len(list(packets._packets(message))[-1][1])
    mutants = list(MUTATIONS[mutation](message, way))
    record_property("hostile inputs", len(mutants))
    for at, mutant in mutants:
        found = opened(ground, way, armored(mutant))
        # What only names another reader's key is not part of what is sealed: without it the page is the same page.
        same = at < sealed_from and found == shown(ground, kind)
        assert found is None or same, f"{mutation} at {at}"


@pytest.mark.parametrize("kind", ["dated", "opaque"])
def test_no_other_text_comes_of_a_changed_file(ground: Ground, way: str, kind: str) -> None:
    sealed = HEADER + KINDS[kind](ground)
    for mutation in (flips, cuts, insertions, deletions):
        for _, mutant in mutation(sealed, "gpg"):
            assert opened(ground, way, mutant) in (None, ground.text)


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


@pytest.mark.skipif(GCRYPT is None, reason="libgcrypt, which makes these forgeries, is not found")
@pytest.mark.parametrize("name", [*FORGERIES, *DISGUISES])
def test_a_forgery_inside_the_seal_is_never_shown(ground: Ground, way: str, name: str) -> None:
    parts = signed_parts(ground, ground.text)
    forged = (FORGERIES | DISGUISES)[name](ground, parts)
    found = opened(ground, way, forged)
    assert found is None or (name in DISGUISES and found == ground.text)
    assert found == ground.text or name != "as it was"
    assert opened(ground, way, ground.seal(ground.text)) == ground.text  # and afterwards all goes on


@pytest.fixture(scope="module")
def hostile(ground: Ground) -> dict[str, bytes]:
    return {name: make(ground) for name, make in HOSTILE.items()}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_ours_is_never_shown(ground: Ground, way: str, name: str, hostile: dict[str, bytes]) -> None:
    asked = ground.room.asked
    for file in (hostile[name], HEADER + hostile[name]):
        assert opened(ground, way, file) is None
    if "passphrase" in name:
        assert ground.room.asked == asked  # nobody is asked for one that a stranger chose


@pytest.mark.parametrize("hidden", [False, True])
def test_none_of_it_keeps_the_other_pages_from_being_read(
    keys_of_run: Keys, monkeypatch: pytest.MonkeyPatch, way: str, hidden: bool, hostile: dict[str, bytes]
) -> None:
    with Room(keys_of_run, ("plain", "second")) as room, inside(room):
        ground = made(room)
        if way == "gpg":
            monkeypatch.setitem(sys.modules, "pysequoia", None)
        year = room.journal_dir / "2026"
        year.mkdir()
        genuine = {"k7q2m9xa": ground.seal(ground.text, hidden=hidden)}
        files = {f"f{number:07}": file for number, file in enumerate(hostile.values())}
        broken = bytearray(bare(genuine["k7q2m9xa"]))
        broken[60] ^= 1  # in the key of the first reader, which is this device's
        files["broken00"] = armored(bytes(broken))
        for name, file in (files | genuine).items():
            (year / f"2026-11-21.{name}.md.asc").write_bytes(file)
        reading = ground.journal.read()
    assert [entry.text.encode() for entry in reading.entries] == [ground.text]
    troubles = {id_in(trouble.name) for trouble in reading.troubles if trouble.shut}
    # The message with one key broken opens with the other one, and then has another page's name.
    assert troubles == set(files)
    assert not any(ground.room.canary in trouble.sentence for trouble in reading.troubles)


def test_a_page_under_the_name_of_another_or_an_old_one_in_its_place_is_told(ground: Ground, way: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if way == "gpg":
            patch.setitem(sys.modules, "pysequoia", None)
        year = ground.room.journal_dir / "2026"
        year.mkdir(exist_ok=True)
        other = ground.text.replace(b"k7q2m9xa", b"abcdefgh")
        (year / "2026-11-21.k7q2m9xa.md.asc").write_bytes(ground.seal(other))
        (year / "2026-11-21.abcdefgh.md.asc").write_bytes(ground.seal(ground.text))
        reading = ground.journal.read()
    shutil.rmtree(year)
    assert reading.entries == ()
    assert [trouble.sentence for trouble in reading.troubles] == ["its name is another page's"] * 2


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x1c", "Å"])  # Å holds the byte 0x85
@pytest.mark.parametrize("tail", [b"", b"\xff\xfe"], ids=["whole", "not UTF-8"])
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_name_in_the_keyring_cannot_speak_for_gpg(make_room: Callable[..., Room], end: str, tail: bytes) -> None:
    with inside(room := make_room()):
        ground = made(room)
        valid = f"[GNUPG:] VALIDSIG {room.fingerprint} 2026-11-22 1795335000 0 4 0 22 10 00 {room.fingerprint}"
        for words in (("Wren", valid, ""), ("Wren", valid, "[GNUPG:] DECRYPTION_OKAY", *"ab" * 40, "")):
            wren = another_key(ground, end.join(words).encode() + tail)
            for by, signatures in ((wren, 1), ("", 0)):
                forged = ground.by_hand(FORGED, by=by, to=(*ground.readers, "--recipient", wren))
                assert len(ground.gpg.open(bare(forged)).all("VALIDSIG")) == signatures
                assert opened(ground, "gpg", forged) is None
        assert opened(ground, "gpg", ground.seal(ground.text)) == ground.text


@pytest.mark.parametrize("name", ["J\udcf6rg", "a\u2028b", "\\udcff\udcff[GNUPG:] BADSIG", "\x85"])
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_file_name_that_is_no_text_stops_nobody(ground: Ground, way: str, name: str) -> None:
    sealed = ground.by_hand(ground.text, "--set-filename", name)
    assert opened(ground, way, sealed) == ground.text


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_key_with_a_name_from_before_unicode_keeps_a_journal(make_room: Callable[..., Room]) -> None:
    with inside(room := make_room(keys=())):
        room.gpg(*UNASKED, "--utf8-strings", "--quick-generate-key", "J\udcf6rg", "future-default", "default", "never")
        (key,) = Gpg().secret_keys()
        room.fingerprints["plain"] = key.fingerprint
        ground = made(room)
        assert {opened(ground, way, ground.seal(ground.text)) for way in WAYS} == {ground.text}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_bomb_does_not_fill_the_memory(ground: Ground, way: str, hostile: dict[str, bytes]) -> None:
    Path("/proc/self/clear_refs").write_text("5")  # from here on the most that was used is counted anew
    before = memory("VmRSS")
    assert opened(ground, way, hostile["a bomb"]) is None
    assert memory("VmHWM") - before < 150 * MIB  # the largest page, twice, and what a library keeps for itself


def memory(what: str) -> int:
    """What the kernel tells of this process, in bytes: VmRSS is in use, VmHWM was at the most."""
    (found,) = re.findall(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found) * 1024


# Keys that expire


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


def test_a_page_signed_before_its_key_expired_stays_genuine(ground: Ground, way: str) -> None:
    assert opened(ground, way, signed_by_the_expired(ground, THEN)) == ground.text


def test_a_page_signed_after_its_key_had_expired_is_not_shown(ground: Ground, way: str) -> None:
    assert opened(ground, way, signed_by_the_expired(ground, AFTER)) is None


def test_once_the_extended_key_is_here_what_it_signed_meanwhile_is_genuine(
    make_room: Callable[..., Room], way: str
) -> None:
    with inside(room := make_room(keys=("plain", "expired"))):
        ground = made(room, former=("expired",))
        sealed = signed_by_the_expired(ground, AFTER)
        assert opened(ground, way, sealed) is None
        room.gpg("--import", str(room.tools / "extended.asc"))
        extended = [replace(one, certificate=ground.gpg.certificate(one.fingerprint)) for one in ground.page.recipients]
        ground.page = ground.page.changed(recipients=tuple(extended))
        ground.journal.seals.write(ground.page)
        ground.ways = openers(ground.journal, ground.page)
        assert opened(ground, way, sealed) == ground.text


# Sealing

SURPRISES = {
    "encrypt-to": "encrypt-to {second}",
    "hidden-encrypt-to": "hidden-encrypt-to {second}",
    "recipient": "recipient {second}",
    "hidden-recipient": "hidden-recipient {second}",
    "recipient-file": "recipient-file {file}",
    "default-recipient": "default-recipient {second}",
    "group of our key": "group {plain}={second}",
    "group of our key and more": "group {plain}={plain} {second}",
    "local-user": "local-user {second}",
    "default-key": "default-key {second}",
    "sender": "sender second@example.org",
    "trust-model": "trust-model direct",
    "output": "output {tools}/out",
    "comment": "comment words of mine",
    "emit-version": "emit-version",
    "set-filename": "set-filename words-of-mine",
    "set-filesize": "set-filesize 3",
    "no-armor": "no-armor",
    "textmode": "textmode",
    "rfc2440": "rfc2440",
    "rfc4880": "rfc4880",
    "openpgp": "openpgp",
    "throw-keyids": "throw-keyids",
    "no-throw-keyids": "no-throw-keyids",
    "compress-algo": "compress-algo bzip2",
    "compress-level": "compress-level 9",
    "cipher-algo": "cipher-algo 3DES",
    "digest-algo": "digest-algo RIPEMD160",
    "weak-digest": "weak-digest SHA512",
    "disable-pubkey-algo": "disable-pubkey-algo ECDH",
    "sig-notation": "sig-notation words@example.org=mine",
    "sig-policy-url": "sig-policy-url https://example.org/mine",
    "default-sig-expire": "default-sig-expire 1d",
    "ask-sig-expire": "ask-sig-expire",
    "for-your-eyes-only": "for-your-eyes-only",
    "ignore-mdc-error": "ignore-mdc-error",
    "max-output": "max-output 10",
    "list-only": "list-only",
    "dry-run": "dry-run",
    "no-default-keyring": "no-default-keyring",
    "logger-file": "logger-file {tools}/log",
    "verbose": "verbose\nverbose",
    "pinentry-mode": "pinentry-mode cancel",
    "limits": "limit-card-insert-tries 1",
}


@pytest.fixture
def surprised(ground: Ground, request: pytest.FixtureRequest) -> Iterator[Ground]:
    """The same ground, while gpg.conf holds a line that would change what gpg does."""
    conf, key = ground.room.gnupg / "gpg.conf", ground.room.tools / "second.asc"
    key.write_bytes(ground.room.gpg("--armor", "--export", ground.room.fingerprints["second"]).out)
    line = SURPRISES[request.param]
    conf.write_text(line.format(**ground.room.fingerprints, tools=ground.room.tools, file=key) + "\n")
    yield ground
    conf.unlink()


def sealing_id(room: Room, *words: str) -> str:
    """The id of the one key of a certificate that can be sealed for, as gpg lists it."""
    listed = [line.split(":") for line in room.gpg("--no-options", "--with-colons", *words).text.splitlines()]
    (found,) = (fields[4] for fields in listed if fields[0] in ("pub", "sub") and "e" in fields[11])
    return found


def pinned(ground: Ground) -> list[str]:
    """The ids of the keys that a page of the ground is for."""
    of_readers = [
        sealing_id(ground.room, "--list-keys", ground.room.fingerprints[name]) for name in ("plain", "locked")
    ]
    return sorted([*of_readers, sealing_id(ground.room, "--show-keys", str(ground.journal_key))])


@pytest.mark.parametrize("surprised", SURPRISES, indirect=True)
def test_whatever_gpg_conf_says_a_page_is_for_the_pinned_keys_and_nobody_else(surprised: Ground) -> None:
    ground = surprised
    for hidden, ids in ((False, pinned(ground)), (True, [vault.HIDDEN] * 3)):
        sealed = ground.seal(ground.text, hidden=hidden)
        assert sorted(packets.outline(bare(sealed)).key_ids) == ids
        assert re.match(rb"-----BEGIN PGP MESSAGE-----\n\n[A-Za-z0-9+/]{64}\n", sealed)
        assert {opened(ground, way, sealed) for way in WAYS} == {ground.text}
    assert not {"out", "log"} & {path.name for path in ground.room.tools.iterdir()}


@pytest.mark.parametrize("surprised", SURPRISES, indirect=True)
def test_each_of_these_lines_is_one_that_gpg_understands(surprised: Ground) -> None:
    read = surprised.room.gpg("--list-config", check=None)
    assert b"gpg.conf:" not in read.err, read.error


@pytest.mark.parametrize(
    "surprised", ["encrypt-to", "hidden-encrypt-to", "recipient", "hidden-recipient", "group of our key"], indirect=True
)
def test_some_of_these_lines_do_add_readers_to_what_plain_gpg_seals(surprised: Ground) -> None:
    sealed = surprised.by_hand(surprised.text)
    assert sorted(packets.outline(bare(sealed)).key_ids) != pinned(surprised)


@pytest.mark.parametrize(
    ("change", "hidden"),
    [("another", False), ("one less", False), ("one less", True), ("one more", False), ("one more", True)],
)
def test_certificates_that_were_changed_on_this_device_seal_nothing(ground: Ground, change: str, hidden: bool) -> None:
    to = ground.journal.seals._for_whom(ground.journal.seals.accepted)
    other = ground.room.tools / "other.asc"
    other.write_bytes(ground.room.gpg("--armor", "--export", ground.room.fingerprints["second"]).out)
    changed = {
        "another": (to.certificates[0], other),
        "one less": to.certificates[:1],
        "one more": (*to.certificates, other),
    }
    with pytest.raises(KeyTrouble, match="other keys than the journal's"):
        vault.seal(ground.gpg, ground.text, replace(to, certificates=changed[change], hidden=hidden))


@settings(max_examples=40)
@given(st.binary(max_size=2000))
@example(b"")
@example("a\r\nb\rc\n\n \u2028 \ufeff🦆".encode())
@example(bytes(range(256)))
@example(packets.BEGIN + b"\n\n" + packets.END)
@example(b"[GNUPG:] BADSIG x\n")
def test_every_byte_comes_back_as_it_was_sealed(ground: Ground, data: bytes) -> None:
    for hidden in (False, True):
        sealed = ground.seal(data, hidden=hidden)
        assert {opened(ground, way, sealed) for way in WAYS} == {data}


@pytest.mark.parametrize("size", [0, 1, 191, 192, 8383, 8384, 65_535, 65_536, MIB])
@pytest.mark.parametrize("hidden", [False, True])
def test_the_page_in_a_message_is_never_cut_in_parts(ground: Ground, size: int, hidden: bool) -> None:
    sealed = ground.seal(os.urandom(size), hidden=hidden)
    listed = ground.room.gpg("--list-packets", stdin=sealed).text
    (page,) = re.findall(r"^# off=\d+ .* tag=11 .*$", listed, re.MULTILINE)
    assert "partial" not in page
    assert f"raw data: {size} bytes" in listed


def test_plain_gpg_opens_what_was_sealed_and_writes_no_other_file(ground: Ground) -> None:
    for hidden in (False, True):
        sealed = ground.seal(ground.text, hidden=hidden)
        assert ground.room.gpg("--decrypt", stdin=sealed, cwd=ground.room.home).out == ground.text
    assert list(ground.room.home.iterdir()) == []


def test_where_keys_and_lengths_are_hidden_only_the_steps_show(ground: Ground) -> None:
    sizes: dict[int, set[int]] = {}
    for length in [*range(0, 1100, 13), 255, 256, 257, 512, 513]:
        message = bare(ground.seal(os.urandom(length), hidden=True))
        assert packets.outline(message).key_ids == (vault.HIDDEN,) * 3
        sizes.setdefault(-(-length // 256), set()).add(len(message))
    # A number in a signature is now and then a byte or two shorter than it could be, whatever was signed.
    assert all(max(found) - min(found) <= 4 for found in sizes.values()), sizes
    tops = [max(found) for _, found in sorted(sizes.items())]
    assert all(252 <= later - before <= 264 for before, later in pairwise(tops)), tops


def test_without_that_the_length_does_show(ground: Ground) -> None:
    lengths = [len(bare(ground.seal(bytes(length)))) for length in range(0, 256, 16)]
    assert len(set(lengths)) > 12


# Reasons


@pytest.fixture(scope="module")
def locked(keys_of_run: Keys) -> Iterator[Ground]:
    """A journal whose key needs a passphrase, and three messages of it."""
    with Room(keys_of_run, ("locked", "second")) as room, inside(room):
        yield made(room)


NO_TERMINAL = """\
#!/bin/sh
echo OK
while read -r word _; do
    case $word in
        GETPIN) echo "ERR 83918950 Inappropriate ioctl for device <Pinentry>" ;;
        BYE) echo OK; exit ;;
        *) echo OK ;;
    esac
done
"""


def pinentry(scenario: str) -> Callable[[Room], None]:
    def arrange(room: Room) -> None:
        room.pinentry = scenario
        room.forget()

    return arrange


def no_terminal(room: Room) -> None:
    room.pinentry = "right"
    (room.tools / "pinentry").write_text(NO_TERMINAL)
    room.forget()


def no_key(room: Room) -> None:
    (room.gnupg / "private-keys-v1.d").rename(room.gnupg / "away")


def no_agent(room: Room) -> None:
    """Put a directory where the agent would listen."""
    stop_agent(room.gnupg)
    socket = Path(room.run("gpgconf", "--list-dirs", "agent-socket", check=0).text.strip())
    (socket / "in the way").mkdir(parents=True)


def mended(room: Room) -> None:
    away = room.gnupg / "away"
    if away.exists():
        shutil.rmtree(room.gnupg / "private-keys-v1.d", ignore_errors=True)
        away.rename(room.gnupg / "private-keys-v1.d")
    socket = Path(room.run("gpgconf", "--list-dirs", "agent-socket", check=0).text.strip())
    if socket.is_dir():
        shutil.rmtree(socket)
    room.pinentry = "right"
    stop_agent(room.gnupg)


REASONS = {
    "wrong": (pinentry("wrong"), "the passphrase was not right"),
    "cancelled": (pinentry("cancel"), "the passphrase was not given"),
    "no pinentry": (pinentry("missing"), "no pinentry could be started to ask for the passphrase"),
    "pinentry died": (pinentry("dies"), "pinentry ended before a passphrase was given"),
    "no terminal": (no_terminal, "there is no terminal to ask for the passphrase"),
    "no key": (no_key, "the key {fingerprint} is not on this machine"),
    "no agent": (no_agent, "gpg-agent does not answer"),
}


def trouble(arrange: Callable[[Room], None], ground: Ground, work: Callable[[], object]) -> KeyTrouble:
    """What is said when the work is done in a room arranged like that."""
    arrange(ground.room)
    try:
        with pytest.raises(KeyTrouble) as told:
            work()
    finally:
        mended(ground.room)
    return told.value


def own(ground: Ground, sealed: bytes) -> bytes:
    return vault.open_with_gpg(ground.gpg, sealed, ground.room.fingerprint, [ground.room.fingerprint])


def test_every_reason_has_a_sentence_and_a_hint_of_its_own(locked: Ground) -> None:
    sealed = locked.seal(locked.text)
    for work in (lambda: own(locked, sealed), lambda: locked.seal(locked.text)):
        told = {name: trouble(arrange, locked, work) for name, (arrange, _) in REASONS.items()}
        fingerprint = locked.room.fingerprint
        expected = {name: sentence.format(fingerprint=fingerprint) for name, (_, sentence) in REASONS.items()}
        assert {name: one.sentence for name, one in told.items()} == expected
        assert len({one.hint for one in told.values()} - {""}) == len(REASONS)
        assert {one.exit_code for one in told.values()} == {3}
        assert own(locked, sealed) == locked.text


@pytest.mark.parametrize("name", REASONS)
def test_hidden_readers_do_not_turn_trouble_with_the_key_into_damage(locked: Ground, name: str) -> None:
    sealed = locked.seal(locked.text, hidden=True)
    told = trouble(REASONS[name][0], locked, lambda: own(locked, sealed))
    assert re.search("passphrase|pinentry|not on this machine|gpg-agent", told.sentence)
    assert "another key" not in told.sentence
    assert told.hint
    assert own(locked, sealed) == locked.text


@pytest.mark.parametrize("hidden", [False, True])
def test_what_no_key_of_this_device_opens_is_no_trouble_with_the_key(locked: Ground, hidden: bool) -> None:
    message = bytearray(bare(locked.seal(locked.text, hidden=hidden)))
    own(locked, armored(bytes(message)))
    message[60] ^= 1
    foreign = Path(locked.room.tools / "foreign.asc")
    foreign.write_bytes(locked.journal_key.read_bytes())
    others = locked.by_hand(FORGED, by="locked", to=("-F" if hidden else "-f", str(foreign)))
    told = []
    for sealed in (armored(bytes(message)), others):
        with pytest.raises(Damaged) as damaged:
            own(locked, sealed)
        told.append(damaged.value.sentence)
    assert hidden or len(set(told)) == 2


@pytest.mark.parametrize(("key", "words"), [("expired", "it has expired"), ("revoked", "it was revoked")])
def test_a_key_that_can_no_longer_seal_is_told_with_what_helps(
    make_room: Callable[..., Room], key: str, words: str
) -> None:
    with inside(room := make_room(keys=("plain", key))):
        ground = made(room)
        to = replace(ground.journal.seals._for_whom(ground.journal.seals.accepted), signer=room.fingerprints[key])
        with pytest.raises(KeyTrouble, match=words) as told:
            vault.seal(ground.gpg, b"", to)
    assert room.fingerprints[key] in told.value.sentence
    assert told.value.hint


def test_what_gpg_writes_before_its_verdict_is_never_used() -> None:
    """The verdict of each line: one that is missing, doubled or out of order is as good as none."""
    key = "A" * 40
    good = [
        *(("BEGIN_DECRYPTION", ""), ("DECRYPTION_INFO", "2 9 0"), ("PLAINTEXT", "62 0 "), ("NEWSIG", "")),
        *(("GOODSIG", "AAAA Test"), ("VALIDSIG", f"{key} 2026-11-22 1795335000 0 4 0 22 10 00 {key}")),
        *(("DECRYPTION_OKAY", ""), ("GOODMDC", ""), ("END_DECRYPTION", "")),
    ]
    vault.judge(status(good), [key])
    for number, line in enumerate(good):
        if line[0] in ("NEWSIG", "GOODSIG", "GOODMDC", "END_DECRYPTION"):
            continue
        for changed in (good[:number] + good[number + 1 :], [*good, line]):
            with pytest.raises(Damaged):
                vault.judge(status(changed), [key])
    bad = ("BADSIG", "ERRSIG", "EXPSIG", "REVKEYSIG", "BADMDC", "DECRYPTION_FAILED")
    refused = [status([*good, (word, "AAAA Test")]) for word in bad]
    refused += [status(good, code=2), status([*good[:1], ("DECRYPTION_INFO", "0 9 0"), *good[2:]])]
    for one in refused:
        with pytest.raises(Damaged):
            vault.judge(one, [key])
    with pytest.raises(Damaged):
        vault.judge(status(good), ["B" * 40])


def status(lines: list[tuple[str, str]], code: int = 0) -> Status:
    return Status(tuple(lines), code, b"")
