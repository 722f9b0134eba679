"""The file journal.asc: read the sealed bytes, and the manifest in opened bytes. Verifies no signature."""

from __future__ import annotations

from pathlib import Path

from sexjournal.digest import digest_of
from sexjournal.entry.filename import MANIFEST
from sexjournal.entry.front_matter import BadPage
from sexjournal.errors import BadInput, Damaged
from sexjournal.keys.manifest import Manifest, parse_manifest
from sexjournal.openpgp import opening, packets
from sexjournal.openpgp.gpg import Gpg

EARLIER = f"git can bring an earlier one back: git log -- {MANIFEST}"
LARGEST_MANIFEST = 1024 * 1024  # bytes of a sealed manifest, with room for some hundred keys


def path_in(directory: Path) -> Path:
    """Return the path of the manifest of the journal in a directory."""
    return directory / MANIFEST


def read_sealed(directory: Path) -> bytes:
    """Return the sealed manifest of a journal; BadInput when the file is missing or cannot be read."""
    try:
        return path_in(directory).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(f"there is no journal in {directory}", "journal init makes one") from None
    except OSError as error:
        reason = str(error.strerror).lower()
        raise BadInput(f"{MANIFEST} cannot be read: {reason}", f"look at {directory}") from None


def digest(directory: Path) -> str:
    """Return the digest of the sealed manifest of a journal; errors as for `read_sealed`."""
    return digest_of(read_sealed(directory))


def bounded(sealed: bytes) -> bytes:
    """Return the sealed manifest, Damaged when the file is too large for a manifest: opening a huge file costs much."""
    if len(sealed) > LARGEST_MANIFEST:
        raise Damaged(f"{MANIFEST} is larger than it can be: {len(sealed) // 1024} KiB", EARLIER)
    return sealed


def read_unverified(gpg: Gpg, sealed: bytes, device: str) -> Manifest:
    """Open a manifest without verifying the signature, to show the person before anything is trusted."""
    return manifest_in(opening.open_any_signer(gpg, bounded(sealed), device))


def manifest_in(data: bytes) -> Manifest:
    """Return the manifest in opened bytes; Damaged unless every key has the fingerprint listed for the key."""
    try:
        manifest = parse_manifest(data.decode("utf-8", "surrogateescape"))
    except BadPage:
        raise Damaged(f"{MANIFEST} does not hold what it should", EARLIER) from None
    for recipient in manifest.recipients:
        _public_part(recipient.fingerprint, recipient.certificate)
    for key in (manifest.as_former(), *manifest.former):
        if not packets.is_secret_of(key.secret, _public_part(key.fingerprint, key.certificate)):
            raise Damaged(f"{MANIFEST} holds another journal key than it lists", EARLIER)
    return manifest


def _public_part(fingerprint: str, certificate: str) -> bytes:
    """Return the public part of the key in a certificate; Damaged when the key has another fingerprint."""
    key = packets.certificate(certificate)
    if key.fingerprint != fingerprint:
        raise Damaged(f"{MANIFEST} holds another key than it lists", EARLIER)
    return key.public
