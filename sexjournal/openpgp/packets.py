"""The outside of OpenPGP messages and keys: armor and the heads of packets. Opens nothing and verifies nothing.

Packet heads: RFC 4880 section 4.2; armor: section 6.2; session key packets: section 5.1; fingerprints: section 12.2.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from sexjournal.errors import Damaged

HIDDEN = "0" * 16  # the key id of a hidden recipient
BEGIN = b"-----BEGIN PGP MESSAGE-----"
END = b"-----END PGP MESSAGE-----"

PUBLIC_KEY, SECRET_KEY, SECRET_PART = 6, 5, 7
BESIDE_A_KEY = (2, 13, 14, 17)  # signatures, names, further keys, pictures
SESSION_KEY = 1  # sealed for a public key
LEAST_SEALED = 1 + 18 + 22  # bytes: version, random prefix, integrity check; less makes Sequoia panic
SEALED_DATA = (18, 20)  # with an integrity check; 20 is the AEAD packet of GnuPG 2.3 and later


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The primary key in an armored key block: the fingerprint (hex, upper case), and the public part."""

    fingerprint: str
    public: bytes


@dataclass(frozen=True, slots=True)
class Outline:
    """The visible part of a sealed message: the long key ids of the recipients (hex, upper case; zeros when hidden)."""

    key_ids: tuple[str, ...]

    @property
    def hides_keys(self) -> bool:
        return HIDDEN in self.key_ids


def split(file: bytes) -> tuple[bytes, bytes]:
    """Split a sealed file into the clear text above the armor and the bare message; Damaged when not whole."""
    start = _line_start(file, BEGIN)
    end = file.find(b"\n" + END, start)
    if start < 0 or end < 0:
        raise Damaged("not a whole OpenPGP message")
    if file[end + 1 + len(END) :].strip():
        raise Damaged("there is something after the message")
    return file[:start], _bare(file[start:end])


def outline(message: bytes) -> Outline:
    """Return the outline of a bare message; Damaged unless it is sealed data for public keys and nothing else."""
    key_ids = []
    rest = iter(_packets(message))
    for tag, content in rest:
        if tag == SESSION_KEY:
            key_ids.append(_key_id(content))
            continue
        if tag not in SEALED_DATA or not key_ids:
            raise Damaged("not sealed for a key")
        if len(content) < LEAST_SEALED:
            raise Damaged("the message is cut short")
        if next(rest, None) is not None:
            raise Damaged("there is something after the sealed data")
        return Outline(tuple(key_ids))
    raise Damaged("there is no sealed data in it")


def sealed_data(file: bytes) -> bytes:
    """Return the sealed data of a file, without armor, keys, and cuts into parts: those can be written in many ways.

    Every copy of a message has the same sealed data, and no two messages have.
    """
    _, message = split(file)
    outline(message)
    *_, (_, content) = _packets(message)
    return content


def certificate(block: str) -> PublicKey:
    """Return the key in an armored certificate; Damaged unless it is one public key of version 4 and nothing else."""
    content = _primary(block, "PUBLIC", PUBLIC_KEY)
    if content[:1] != b"\x04" or len(content) > 0xFFFF:
        raise Damaged("a key of another version")
    hashed = b"\x99" + len(content).to_bytes(2) + content
    return PublicKey(hashlib.sha1(hashed, usedforsecurity=False).hexdigest().upper(), content)


def is_secret_of(block: str, public: bytes) -> bool:
    """Return whether an armored block is one secret key with this public part; Damaged when the block is no key."""
    return _primary(block, "PRIVATE", SECRET_KEY).startswith(public)


def _primary(block: str, kind: str, primary: int) -> bytes:
    """Return the content of the first packet of an armored key, after a check of all packets."""
    packets = list(_packets(_bare_key(block, kind)))
    parts = (*BESIDE_A_KEY, SECRET_PART) if primary == SECRET_KEY else BESIDE_A_KEY
    if not packets or packets[0][0] != primary or any(tag not in parts for tag, _ in packets[1:]):
        raise Damaged("not one OpenPGP key")
    return packets[0][1]


def _bare_key(block: str, kind: str) -> bytes:
    """Undo the armor of a key; comments may stand above the base64."""
    lines = [line.rstrip() for line in block.strip().split("\n")]
    marks = [f"-----{word} PGP {kind} KEY BLOCK-----" for word in ("BEGIN", "END")]
    if [lines[0], lines[-1]] != marks or "" not in lines or not block.isascii():
        raise Damaged("not an OpenPGP key")
    return _base64([line.encode() for line in lines[lines.index("") + 1 : -1]])


def with_key_id(message: bytes, key_id: str) -> bytes:
    """Return a bare message with this id in place of every hidden id; the same keys open the message."""
    renamed = bytearray(message)
    at = 0
    for tag, content in _packets(message):
        if tag != SESSION_KEY:  # sealed data may come in parts, and stands nowhere as a whole
            break
        at = message.index(content, at)
        if not any(content[1:9]):
            renamed[at + 1 : at + 9] = bytes.fromhex(key_id)
    return bytes(renamed)


def bare_certificates(armored: Iterable[str]) -> Iterator[bytes]:
    """Yield certificates without armor; leave out blocks that are not one public key, or hold a secret too."""
    for block in armored:
        with suppress(Damaged):
            certificate(block)
            yield _bare_key(block, "PUBLIC")


def _key_id(session_key: bytes) -> str:
    if session_key[:1] != b"\x03" or len(session_key) < len("vIIIIIIIIa"):  # version, key id, algorithm
        raise Damaged("not sealed for a key as we know it")
    return session_key[1:9].hex().upper()


def _line_start(file: bytes, marker: bytes) -> int:
    if file.startswith(marker):
        return 0
    return file.find(b"\n" + marker) + 1 or -1


def _bare(armor: bytes) -> bytes:
    """Undo the armor as gpg writes armor: the marker, an empty line, base64, and perhaps a checksum in the last line.

    Ignore the checksum: the integrity check inside the sealed data is worth more.
    """
    marker, *lines = [line.rstrip() for line in armor.split(b"\n")]
    if marker != BEGIN or not lines or lines[0]:
        raise Damaged("the armor is not as we write it")
    return _base64(lines)


def _base64(lines: list[bytes]) -> bytes:
    if lines and lines[-1].startswith(b"=") and len(lines[-1]) == len("=abcd"):
        lines.pop()
    try:
        return binascii.a2b_base64(b"".join(lines), strict_mode=True)
    except binascii.Error:
        raise Damaged("the armor is damaged") from None


def _packets(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (tag, content) of every packet. Join the parts of sealed data; no other packet may come in parts."""
    at = 0
    while at < len(message):
        tag, start, length, more = _head(message, at)
        at = start + length
        parts = [message[start:at]]
        if more and tag not in SEALED_DATA:
            raise Damaged("a packet that comes in parts")
        while more:
            start, length, more = _length(message, at)
            at = start + length
            parts.append(message[start:at])
        if at > len(message):
            raise Damaged("the message is cut short")
        yield tag, b"".join(parts)


def _head(message: bytes, at: int) -> tuple[int, int, int, bool]:
    """Return (tag, start of the content, length of the content or of the first part, whether parts follow)."""
    first = message[at]
    if not first & 0x80:
        raise Damaged("not an OpenPGP packet")
    if first & 0x40:
        return first & 0x3F, *_length(message, at + 1)
    kind = first & 0x03
    if kind == 3:
        raise Damaged("a packet of no length")
    width = 1 << kind
    return (first & 0x3C) >> 2, at + 1 + width, _integer(message, at + 1, width), False


def _length(message: bytes, at: int) -> tuple[int, int, bool]:
    """Read a length of the new form: return (start of the content, length, whether another part follows)."""
    length = _integer(message, at, 1)
    if length < 192:
        return at + 1, length, False
    if length < 224:
        return at + 2, ((length - 192) << 8) + _integer(message, at + 1, 1) + 192, False
    if length < 255:
        return at + 1, 1 << (length & 0x1F), True
    return at + 5, _integer(message, at + 1, 4), False


def _integer(message: bytes, at: int, width: int) -> int:
    if at + width > len(message):
        raise Damaged("the message is cut short")
    return int.from_bytes(message[at : at + width])
