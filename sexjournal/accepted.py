"""What this device has accepted of a journal, so that writing never needs to open anything. Holds no secret.

One directory for each journal under the state directory, mode 0700: `accepted.json`, the recipients' certificates as
gpg wants them (`FINGERPRINT.asc`), the index and the lock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sexjournal import disk
from sexjournal.errors import Damaged
from sexjournal.ownpage import OwnPage, Recipient

NAME = "accepted.json"


@dataclass(frozen=True, slots=True)
class Accepted:
    """`device` is this device's fingerprint, `digest` that of the journal.asc seen last, `key_ids` the long ids of the
    keys that pages may be sealed for, by fingerprint."""

    device: str
    digest: str
    page: OwnPage
    key_ids: Mapping[str, tuple[str, ...]]


def room(state: Path, journal: Path) -> Path:
    """Return the directory for what this device knows of the journal in that directory."""
    return state / "journals" / hashlib.sha256(str(journal.resolve()).encode()).hexdigest()[:16]


def load(where: Path) -> Accepted | None:
    """Return what was accepted, None when nothing was; Damaged when the file cannot be read."""
    try:
        return _read((where / NAME).read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Damaged(f"{where / NAME} cannot be read", "move it away, then 'journal init' asks again") from None


def _read(data: bytes) -> Accepted:
    kept = json.loads(data)
    page = kept["page"]
    recipients = tuple(Recipient(**recipient) for recipient in page.pop("recipients"))
    own = OwnPage(**{**page, "clear": tuple(page["clear"]), "recipients": recipients})
    ids = {fingerprint: tuple(key_ids) for fingerprint, key_ids in kept["key_ids"].items()}
    return Accepted(kept["device"], kept["digest"], own, ids)


def store(where: Path, accepted: Accepted) -> None:
    """Keep what was accepted; the certificates first, so that the list never names one that is missing."""
    for fingerprint, armored in certificates(accepted.page).items():
        disk.replace(certificate_path(where, fingerprint), armored.encode())
    disk.replace(where / NAME, json.dumps(asdict(accepted), indent=1).encode())


def certificates(page: OwnPage) -> dict[str, str]:
    """Return the armored certificates of all recipients, past ones too, and of the journal key, by fingerprint."""
    listed = {recipient.fingerprint: recipient.certificate for recipient in page.recipients}
    return listed | {page.key: page.certificate}


def certificate_path(where: Path, fingerprint: str) -> Path:
    return where / f"{fingerprint}.asc"
