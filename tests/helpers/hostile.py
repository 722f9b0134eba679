"""Messages that somebody else would send, made by real gpg."""

from __future__ import annotations

from collections.abc import Callable

from ground import BY_HAND, FORGED, MIB, UNASKED, Ground
from messages import AFTER, KINDS, another_key, armored, bare, head, pieces, signed_by_the_expired

from sexjournal.openpgp import packets

BOMB = 200 * MIB


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
