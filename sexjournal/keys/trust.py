"""What this device has accepted of a journal, so that writing never needs to open anything. Holds no secret.

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

NAME = "accepted.json"
ANNOUNCED = "announced.json"  # what will be accepted once the journal's own page is the one that it tells of


@dataclass(frozen=True, slots=True)
class Trust:
    """`device` is this device's fingerprint, `digest` that of the journal.asc seen last, `key_ids` the long ids of the
    keys that pages may be sealed for, by fingerprint."""

    device: str
    digest: str
    page: Manifest
    key_ids: Mapping[str, tuple[str, ...]]


def room(state: Path, journal: Path) -> Path:
    """Return the directory for what this device knows of the journal in that directory."""
    return state / "journals" / digest_of(os.fsencode(journal.resolve()))[:16]


def load(where: Path, digest: str) -> Trust | None:
    """Return what was accepted of a journal whose own page has this digest, None when nothing was.

    Damaged when the file cannot be read.
    """
    trust = _load(where / NAME)
    if trust and trust.digest == digest:
        return trust
    announced = _load(where / ANNOUNCED)
    return announced if announced and announced.digest == digest else trust


def _load(path: Path) -> Trust | None:
    try:
        return _read(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Damaged(f"{path} cannot be read", "move it away, then 'journal init' asks again") from None


def _read(data: bytes) -> Trust:
    kept = json.loads(data)
    page = kept["page"]
    recipients = tuple(Recipient(**recipient) for recipient in page.pop("recipients"))
    former = tuple(FormerKey(**key) for key in page.pop("former", ()))
    own = Manifest(**{**page, "clear": tuple(page["clear"]), "recipients": recipients, "former": former})
    ids = {fingerprint: tuple(key_ids) for fingerprint, key_ids in kept["key_ids"].items()}
    return Trust(kept["device"], kept["digest"], own, ids)


def announce(where: Path, trust: Trust) -> None:
    """Keep what will be accepted as soon as the journal's own page has its digest."""
    disk.replace(where / ANNOUNCED, _told(trust))


def store(where: Path, trust: Trust) -> None:
    """Keep what was accepted; the certificates first, so that the list never names one that is missing."""
    lay_out(where, trust.page)
    disk.replace(where / NAME, _told(trust))
    disk.remove(where / ANNOUNCED)


def lay_out(where: Path, page: Manifest) -> None:
    """Write the certificates as gpg wants them, one file each."""
    for fingerprint, armored in certificates(page).items():
        disk.replace(certificate_path(where, fingerprint), armored.encode())


def _told(trust: Trust) -> bytes:
    return json.dumps(asdict(trust), indent=1).encode()


def certificates(page: Manifest) -> dict[str, str]:
    """Return the armored certificates of all recipients and journal keys, past ones too, by fingerprint."""
    listed = {recipient.fingerprint: recipient.certificate for recipient in page.recipients}
    former = {key.fingerprint: key.certificate for key in page.former}
    return listed | former | {page.key: page.certificate}


def certificate_path(where: Path, fingerprint: str) -> Path:
    return where / f"{fingerprint}.asc"
