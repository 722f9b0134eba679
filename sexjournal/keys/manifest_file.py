"""The file journal.asc: its sealed bytes, and the manifest in the bytes that gpg opened. Trusts nobody's signature."""

from __future__ import annotations

from pathlib import Path

from sexjournal.digest import digest_of
from sexjournal.entry.filename import MANIFEST
from sexjournal.entry.front_matter import BadPage
from sexjournal.errors import BadInput, Damaged
from sexjournal.keys import manifest
from sexjournal.keys.manifest import Manifest
from sexjournal.openpgp import opening, packets
from sexjournal.openpgp.gpg import Gpg

EARLIER = f"git can bring an earlier one back: git log -- {MANIFEST}"
LARGEST = 1024 * 1024  # bytes of a sealed manifest, with room for some hundred keys


def path_in(directory: Path) -> Path:
    """Return where the journal in a directory has its manifest."""
    return directory / MANIFEST


def read(directory: Path) -> bytes:
    """Return the sealed manifest of a journal; BadInput when there is none or the file cannot be read."""
    try:
        return path_in(directory).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(f"there is no journal in {directory}", "journal init makes one") from None
    except OSError as error:
        reason = str(error.strerror).lower()
        raise BadInput(f"{MANIFEST} cannot be read: {reason}", f"look at {directory}") from None


def digest(directory: Path) -> str:
    """Return the digest of the sealed manifest of a journal; errors as for `read`."""
    return digest_of(read(directory))


def bounded(sealed: bytes) -> bytes:
    """Return the sealed manifest, or raise Damaged when its size alone rules it out: opening a huge file costs much."""
    if len(sealed) > LARGEST:
        raise Damaged(f"{MANIFEST} is larger than it can be: {len(sealed) // 1024} KiB", EARLIER)
    return sealed


def open_unverified(gpg: Gpg, sealed: bytes, device: str) -> Manifest:
    """Open a manifest with one of the person's keys, to be shown before anybody vouches for its signature."""
    return parse(opening.open_any_signer(gpg, bounded(sealed), device))


def parse(data: bytes) -> Manifest:
    """Return the manifest in opened bytes; Damaged unless every key in it has the fingerprint of its entry."""
    try:
        parsed = manifest.read(data.decode("utf-8", "surrogateescape"))
    except BadPage:
        raise Damaged(f"{MANIFEST} does not hold what it should", EARLIER) from None
    for recipient in parsed.recipients:
        _public_part(recipient.fingerprint, recipient.certificate)
    for key in (parsed.as_former(), *parsed.former):
        if not packets.is_secret_of(key.secret, _public_part(key.fingerprint, key.certificate)):
            raise Damaged(f"{MANIFEST} holds another journal key than it lists", EARLIER)
    return parsed


def _public_part(fingerprint: str, certificate: str) -> bytes:
    """Return the public part of the key in a certificate; Damaged when the key has another fingerprint."""
    key = packets.certificate(certificate)
    if key.fingerprint != fingerprint:
        raise Damaged(f"{MANIFEST} holds another key than it lists", EARLIER)
    return key.public
