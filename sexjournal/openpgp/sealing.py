"""Seal bytes with gpg: signed for recipients, for this device alone, or with a passphrase. Knows no pages."""

from __future__ import annotations

from pathlib import Path

from sexjournal.errors import KeyTrouble
from sexjournal.openpgp import diagnosis, packets
from sexjournal.openpgp.gpg import Gpg
from sexjournal.openpgp.recipients import Recipients, sealed_for


class OtherKeys(KeyTrouble):
    """gpg sealed for other keys than the recipients."""


def seal_signed(gpg: Gpg, data: bytes, recipients: Recipients) -> bytes:
    """Sign and seal; return one armored message. KeyTrouble with the reason when a key cannot be used.

    OtherKeys unless the message is sealed for each recipient once and for no other key: settings of gpg and a changed
    certificate can lead to others.
    """
    status = gpg.sign_and_seal(data, recipients)
    complete = len(status.all("SIG_CREATED")) == 1 and status.has("END_ENCRYPTION")
    if status.code or not complete or not status.data:
        raise diagnosis.why_not_sealed(gpg, recipients, status)
    _, message = packets.split(status.data)
    if not sealed_for(packets.outline(message).key_ids, recipients.key_ids, hidden=recipients.hidden):
        raise OtherKeys("gpg would have sealed it for other keys than the journal's", "nothing was written")
    return status.data


def seal_unsigned(gpg: Gpg, data: bytes, certificate: Path) -> bytes:
    """Seal for a certificate of this device, without a signature; KeyTrouble when gpg failed."""
    status = gpg.seal_unsigned(data, str(certificate))
    if status.code:
        raise status.trouble("gpg could not seal for this device", f"see whether it can: gpg -e -f {certificate}")
    return status.data


def seal_with_passphrase(gpg: Gpg, data: bytes) -> bytes:
    """Seal with a passphrase alone; pinentry asks for the passphrase. KeyTrouble when there was none."""
    status = gpg.seal_with_passphrase(data)
    if status.code or not status.has("END_ENCRYPTION") or not status.data:
        raise status.trouble("gpg could not seal it", diagnosis.RELOAD_AGENT)
    return status.data
