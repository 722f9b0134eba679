"""Why gpg did not seal or open: the error for the person, from gpg's answer and from the key. Reads no text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sexjournal.errors import Damaged, JournalError, KeyTrouble, NotForUs, to_extend
from sexjournal.openpgp import packets
from sexjournal.openpgp.gpg import Gpg
from sexjournal.openpgp.listed_key import Key
from sexjournal.openpgp.recipients import Recipients
from sexjournal.openpgp.status import CANCELLED_OR_WRONG, NO_PINENTRY, Status

RELOAD_AGENT = "try: gpg-connect-agent reloadagent /bye"


def why_not_sealed(gpg: Gpg, recipients: Recipients, status: Status) -> KeyTrouble:
    """Return the error for a message that was not sealed, from the trouble with a recipient's key or with our own.

    gpg names a recipient by the file of the certificate.
    """
    refused = {rest.partition(" ")[2] for rest in status.all("INV_RECP")}  # `<reason> <recipient>`
    certificate = next((path for path in recipients.certificates if str(path) in refused), None)
    return _recipient_trouble(gpg, certificate) if certificate else _own_trouble(gpg, recipients.signer, status)


def why_not_opened(gpg: Gpg, fingerprint: str, message: bytes, status: Status) -> JournalError:
    """Return the error for a bare message that did not open with the key of the device.

    KeyTrouble when the key is missing or cannot be used, or the passphrase was not given; NotForUs when the message is
    sealed for other keys; Damaged when the part for our key is damaged.
    """
    trouble = _own_trouble(gpg, fingerprint, status)
    key = gpg.secret_key(fingerprint)
    if status.reason or key is None or (key.trouble and not key.trouble.is_expiry):
        return trouble
    hidden = packets.outline(message).hides_keys
    if hidden and gpg.is_locked(packets.with_key_id(message, key.sealing_id)):
        # gpg gives no reason where recipients are hidden; it only says whether pinentry asked.
        return (CANCELLED_OR_WRONG if status.has("PINENTRY_LAUNCHED") else NO_PINENTRY).error()
    if status.spoiled and not hidden:  # where keys are hidden, gpg 2.4 says the same of another device's key
        return Damaged(
            "it is damaged where it is sealed for this device's key", "git can show its past: git log -- FILE"
        )
    return NotForUs("it is not sealed for this device's key", f"this device's key is {fingerprint}")


def _recipient_trouble(gpg: Gpg, certificate: Path) -> KeyTrouble:
    """Return the error for the key of another recipient, by the file of the certificate."""
    key = certificate.stem
    remove = f"'journal keys remove {key}' does without it"
    expired = _expired_parts(gpg.certificate_ends(certificate))
    if not expired:
        return KeyTrouble(f"the key {key} that this journal is sealed for can no longer be used", remove)
    hint = f"on its own device: {to_extend(key, expired)}; or here: {remove}"
    return KeyTrouble(f"the key {key} that this journal is sealed for has expired", hint)


def _own_trouble(gpg: Gpg, fingerprint: str, status: Status) -> KeyTrouble:
    """Return the error for the key of the device, from gpg's answer and from the key."""
    if status.reason:
        return status.reason.error()
    key = gpg.secret_key(fingerprint)
    if key is None:
        return KeyTrouble(f"the key {fingerprint} is not on this machine", "bring it back: gpg --import BACKUP")
    if key.trouble:
        return KeyTrouble(f"the key {fingerprint} cannot be used: {key.trouble}", _remedy(gpg, key))
    return status.trouble("gpg could not use the key", RELOAD_AGENT)


def _remedy(gpg: Gpg, key: Key) -> str:
    if key.trouble.is_expiry:
        return f"extend it: {to_extend(key.fingerprint, _expired_parts(gpg.ends(key.fingerprint)))}"
    return "bring a key that can: gpg --import BACKUP"


def _expired_parts(ends: Mapping[str, datetime]) -> list[str]:
    return [part for part, end in ends.items() if end <= datetime.now(UTC)]
