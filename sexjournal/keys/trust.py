"""The manifest that this device trusts, on disk, so that writing opens no file. Holds no secret key.

Each journal has a directory under the state directory, mode 0700: `accepted.json`, the certificates for gpg
(`FINGERPRINT.asc`), the index and the lock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sexjournal.digest import digest_of
from sexjournal.errors import Damaged
from sexjournal.keys.manifest import FormerKey, Manifest, Recipient
from sexjournal.system import disk

TRUSTED = "accepted.json"
STAGED = "announced.json"  # counts once journal.asc has the digest that this file holds


@dataclass(frozen=True, slots=True)
class Trust:
    """A manifest that this device trusts.

    `device` is the fingerprint of the device's own key, `digest` the digest of the trusted journal.asc. `key_ids`
    holds the long ids of the encryption keys of each certificate, by fingerprint.
    """

    device: str
    digest: str
    manifest: Manifest
    key_ids: Mapping[str, tuple[str, ...]]


def state_directory(state: Path, journal: Path) -> Path:
    """Return the state directory of the journal in a directory."""
    return state / "journals" / digest_of(os.fsencode(journal.resolve()))[:16]


def load_trust(directory: Path, digest: str) -> Trust | None:
    """Return the staged trust when journal.asc has the digest of the staged manifest, else the stored trust.

    None when this device never trusted the journal; Damaged when a file cannot be read.
    """
    trust = _load_file(directory / TRUSTED)
    if trust and trust.digest == digest:
        return trust
    staged = _load_file(directory / STAGED)
    return staged if staged and staged.digest == digest else trust


def _load_file(path: Path) -> Trust | None:
    try:
        return _deserialized(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Damaged(f"{path} cannot be read", "move it away, then 'journal init' asks again") from None


def _deserialized(data: bytes) -> Trust:
    stored = json.loads(data)
    fields = stored["page"]  # as earlier versions called a manifest
    recipients = tuple(Recipient(**recipient) for recipient in fields.pop("recipients"))
    former = tuple(FormerKey(**key) for key in fields.pop("former", ()))
    manifest = Manifest(**{**fields, "clear": tuple(fields["clear"]), "recipients": recipients, "former": former})
    key_ids = {fingerprint: tuple(ids) for fingerprint, ids in stored["key_ids"].items()}
    return Trust(stored["device"], stored["digest"], manifest, key_ids)


def _serialized(trust: Trust) -> bytes:
    names = {"manifest": "page"}
    return json.dumps({names.get(name, name): value for name, value in asdict(trust).items()}, indent=1).encode()


def stage_trust(directory: Path, trust: Trust) -> None:
    """Write a trust that counts as soon as journal.asc has the digest of the trust."""
    disk.replace(directory / STAGED, _serialized(trust))


def store_trust(directory: Path, trust: Trust) -> None:
    """Write the trust; the certificates come first, so that the manifest never lists a missing file."""
    write_certificates(directory, trust.manifest)
    disk.replace(directory / TRUSTED, _serialized(trust))
    disk.remove(directory / STAGED)


def write_certificates(directory: Path, manifest: Manifest) -> None:
    """Write each certificate into a file for gpg."""
    for fingerprint, armored in certificates(manifest).items():
        disk.replace(certificate_path(directory, fingerprint), armored.encode())


def certificates(manifest: Manifest) -> dict[str, str]:
    """Return the armored certificates of all recipients and journal keys, past ones too, by fingerprint."""
    listed = {recipient.fingerprint: recipient.certificate for recipient in manifest.recipients}
    former = {key.fingerprint: key.certificate for key in manifest.former}
    return listed | former | {manifest.key: manifest.certificate}


def certificate_path(directory: Path, fingerprint: str) -> Path:
    """Return the path of the certificate of a recipient or a journal key."""
    return directory / f"{fingerprint}.asc"
