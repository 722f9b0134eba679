"""The inside of a sealed message, made anew by somebody who knows the journal key.

Encrypts with libgcrypt, the library that gpg itself uses.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import re
import zlib
from collections.abc import Callable

from ground import FORGED, Ground
from hostile import literal, symmetric
from messages import armored, bare, head, pieces

from sexjournal.openpgp import packets

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
