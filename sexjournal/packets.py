"""The outside of an OpenPGP message: armor and the heads of its packets. Knows nothing of keys and opens nothing.

Packet heads: RFC 4880 section 4.2; armor: section 6.2; session key packets: section 5.1.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from sexjournal.errors import Damaged

BEGIN = b"-----BEGIN PGP MESSAGE-----"
END = b"-----END PGP MESSAGE-----"

SESSION_KEY = 1  # sealed for a public key
PASSPHRASE_KEY = 3  # sealed with a passphrase: never one of ours, and a trap to ask for one
SEALED_DATA = (18, 20)  # with an integrity check; 20 is the AEAD packet of GnuPG 2.3 and later


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be seen of a sealed message: the long key ids (hex, upper case; zeros when hidden) it is sealed for."""

    key_ids: tuple[str, ...]


def split(file: bytes) -> tuple[bytes, bytes]:
    """Split a sealed file into the clear text above the armor and the bare message; Damaged when it is not whole."""
    start = _line_start(file, BEGIN)
    end = file.find(b"\n" + END, start)
    if start < 0 or end < 0:
        raise Damaged("not a whole OpenPGP message")
    if file[end + 1 + len(END) :].strip():
        raise Damaged("there is something after the message")
    return file[:start], _bare(file[start:end])


def outline(message: bytes) -> Outline:
    """Look at a bare message; Damaged unless it is sealed data for public keys and nothing else."""
    key_ids = []
    rest = iter(_packets(message))
    for tag, content in rest:
        if tag == SESSION_KEY:
            key_ids.append(content[1:9].hex().upper())
            continue
        if tag not in SEALED_DATA or not key_ids:
            raise Damaged("not sealed for a key")
        if next(rest, None) is not None:
            raise Damaged("there is something after the sealed data")
        return Outline(tuple(key_ids))
    raise Damaged("there is no sealed data in it")


def _line_start(file: bytes, marker: bytes) -> int:
    if file.startswith(marker):
        return 0
    return file.find(b"\n" + marker) + 1 or -1


def _bare(armor: bytes) -> bytes:
    """Undo the armor as gpg writes it: the marker, an empty line, base64, and perhaps a checksum in the last line.

    The checksum is not looked at: the integrity check inside the seal is worth more.
    """
    marker, *lines = [line.rstrip() for line in armor.split(b"\n")]
    if marker != BEGIN or not lines or lines[0]:
        raise Damaged("the armor is not as we write it")
    if lines[-1].startswith(b"=") and len(lines[-1]) == len("=abcd"):
        lines.pop()
    try:
        return binascii.a2b_base64(b"".join(lines), strict_mode=True)
    except binascii.Error:
        raise Damaged("the armor is damaged") from None


def _packets(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (tag, content) of every packet. A packet in parts is taken as the rest of the message."""
    at = 0
    while at < len(message):
        tag, start, length = _head(message, at)
        end = len(message) if length is None else start + length
        if end > len(message):
            raise Damaged("the message is cut short")
        yield tag, message[start:end]
        at = end


def _head(message: bytes, at: int) -> tuple[int, int, int | None]:
    """Return (tag, where the content starts, its length or None when it comes in parts)."""
    first = message[at]
    if not first & 0x80:
        raise Damaged("not an OpenPGP packet")
    try:
        return _new_head(message, at) if first & 0x40 else _old_head(message, at)
    except IndexError:
        raise Damaged("the message is cut short") from None


def _new_head(message: bytes, at: int) -> tuple[int, int, int | None]:
    tag, length = message[at] & 0x3F, message[at + 1]
    if length < 192:
        return tag, at + 2, length
    if length < 224:
        return tag, at + 3, ((length - 192) << 8) + message[at + 2] + 192
    if length == 255:
        return tag, at + 6, int.from_bytes(message[at + 2 : at + 6])
    return tag, at + 1, None


def _old_head(message: bytes, at: int) -> tuple[int, int, int | None]:
    tag, kind = (message[at] & 0x3C) >> 2, message[at] & 0x03
    if kind == 3:
        return tag, at + 1, None
    width = 1 << kind
    return tag, at + 1 + width, int.from_bytes(message[at + 1 : at + 1 + width])
