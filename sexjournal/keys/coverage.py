"""Compare the keys that a file is sealed for with the recipients of today. Opens nothing."""

from __future__ import annotations

from sexjournal.errors import Damaged
from sexjournal.keys.manifest import Manifest
from sexjournal.keys.trust import Trust
from sexjournal.openpgp import packets
from sexjournal.openpgp.recipients import sealed_for


def recipients(manifest: Manifest) -> list[str]:
    """Return the fingerprints of the current recipients and, last, of the journal key."""
    return [*(recipient.fingerprint for recipient in manifest.current_recipients), manifest.key]


def is_current(trust: Trust, sealed: bytes) -> bool:
    """Return whether a sealed file is sealed for the keys of today; of hidden keys only the number is compared.

    A damaged file counts as current, because a damaged file cannot be resealed.
    """
    try:
        key_ids = _key_ids(sealed)
    except Damaged:
        return True
    expected = [trust.key_ids[key] for key in recipients(trust.manifest)]
    return sealed_for(key_ids, expected, hidden=trust.manifest.hidden)


def opens_for_others(trust: Trust, sealed: bytes) -> bool:
    """Return whether a key outside the recipients of today may open a sealed file; Damaged unless the file is whole.

    If the file names the journal key of today, the hidden recipients are the current ones too: each removal of a
    recipient makes a new journal key.
    """
    key_ids, manifest = _key_ids(sealed), trust.manifest
    if hides_journal_key(trust, sealed):
        return bool(manifest.former)
    named = {key_id for key_id in key_ids if not manifest.hidden or key_id != packets.HIDDEN}
    expected = [manifest.key] if manifest.hidden else recipients(manifest)
    few = len(key_ids) <= len(recipients(manifest))
    return not (named and few and named.issubset(key_id for key in expected for key_id in trust.key_ids[key]))


def hides_journal_key(trust: Trust, sealed: bytes) -> bool:
    """Return whether a sealed file hides every key, the journal key too; Damaged unless the file is whole.

    Earlier versions hid the journal key. GnuPG 2.4 opens such a file, and ends with an error.
    """
    hidden = [packets.HIDDEN] * len(recipients(trust.manifest))
    return trust.manifest.hidden and list(_key_ids(sealed)) == hidden


def _key_ids(sealed: bytes) -> tuple[str, ...]:
    return packets.outline(packets.split(sealed)[1]).key_ids
