"""What this device trusts of a journal, so that writing never needs to open anything. Holds no secret.

One directory for each journal under the state directory, mode 0700: `accepted.json`, the recipients' certificates as
gpg wants them (`FINGERPRINT.asc`), the index and the lock.
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
STAGED = "announced.json"  # will be trusted once journal.asc has the digest in it


@dataclass(frozen=True, slots=True)
class Trust:
    """A manifest that this device trusts.

    `device` is the fingerprint of this device's key, `digest` that of the journal.asc seen last; `key_ids` holds the
    long ids of the keys that pages may be sealed for, by fingerprint.
    """

    device: str
    digest: str
    manifest: Manifest
    key_ids: Mapping[str, tuple[str, ...]]


def state_directory(state: Path, journal: Path) -> Path:
    """Return the directory for what this device knows of the journal in a directory."""
    return state / "journals" / digest_of(os.fsencode(journal.resolve()))[:16]


def load(directory: Path, digest: str) -> Trust | None:
    """Return the trusted manifest for a journal.asc with this digest, the last trusted one for another digest.

    None when this device never trusted a manifest of the journal; Damaged when the file cannot be read.
    """
    trust = _load(directory / TRUSTED)
    if trust and trust.digest == digest:
        return trust
    staged = _load(directory / STAGED)
    return staged if staged and staged.digest == digest else trust


def _load(path: Path) -> Trust | None:
    try:
        return _parsed(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Damaged(f"{path} cannot be read", "move it away, then 'journal init' asks again") from None


def _parsed(data: bytes) -> Trust:
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


def stage(directory: Path, trust: Trust) -> None:
    """Write what will be trusted as soon as journal.asc has its digest."""
    disk.replace(directory / STAGED, _serialized(trust))


def store(directory: Path, trust: Trust) -> None:
    """Write what is trusted; the certificates first, so that the list never names a missing file."""
    write_certificates(directory, trust.manifest)
    disk.replace(directory / TRUSTED, _serialized(trust))
    disk.remove(directory / STAGED)


def write_certificates(directory: Path, manifest: Manifest) -> None:
    """Write the certificates as gpg wants them, one file each."""
    for fingerprint, armored in certificates(manifest).items():
        disk.replace(certificate_path(directory, fingerprint), armored.encode())


def certificates(manifest: Manifest) -> dict[str, str]:
    """Return the armored certificates of all recipients and journal keys, past ones too, by fingerprint."""
    listed = {recipient.fingerprint: recipient.certificate for recipient in manifest.recipients}
    former = {key.fingerprint: key.certificate for key in manifest.former}
    return listed | former | {manifest.key: manifest.certificate}


def certificate_path(directory: Path, fingerprint: str) -> Path:
    """Return the file that holds the certificate of a recipient or of a journal key."""
    return directory / f"{fingerprint}.asc"
