"""Change who can open the journal: add a recipient, remove one, make a key for paper.

A removal is followed by resealing every page; a file in the state directory marks that until it is done.
"""

from __future__ import annotations

from dataclasses import replace

from sexjournal.keys import update
from sexjournal.keys.keyring import Keyring
from sexjournal.keys.manifest import Recipient
from sexjournal.openpgp import sealing, sequoia
from sexjournal.system import disk

RESEALING = "sealing"  # the name of the file that is there while pages may be sealed for other keys than those of today


def add(keyring: Keyring, recipient: Recipient) -> None:
    """Let one more key open the journal, or update the certificate of a recipient."""
    manifest = keyring.unlock()
    others = [other for other in manifest.recipients if other.fingerprint != recipient.fingerprint]
    update.write(keyring, manifest.changed(recipients=(*others, with_history(keyring, recipient))))


def with_history(keyring: Keyring, recipient: Recipient) -> Recipient:
    """Return a recipient with what the journal knows of its key: the day it was added, and its earlier certificate."""
    listed = next((one for one in keyring.unlock().recipients if one.fingerprint == recipient.fingerprint), None)
    if listed is None:
        return recipient
    merged = sequoia.merged_certificate(listed.certificate, recipient.certificate)
    return replace(recipient, added=recipient.added if listed.removed else listed.added, certificate=merged)


def remove(keyring: Keyring, fingerprint: str, today: str) -> None:
    """Remove a recipient and make a new journal key, unknown to the removed key. The pages are to be resealed."""
    manifest = keyring.unlock()
    begin_resealing(keyring)
    recipients = tuple(
        replace(recipient, removed=today) if recipient.fingerprint == fingerprint else recipient
        for recipient in manifest.recipients
    )
    key, certificate, secret = sequoia.make_key()
    former = (manifest.as_former(), *manifest.former)
    changes = {"key": key, "certificate": certificate, "secret": secret, "former": former}
    update.write(keyring, manifest.changed(recipients=recipients, **changes))


def make_paper_key(keyring: Keyring, name: str, today: str) -> tuple[Recipient, bytes]:
    """Make a key to be kept on paper; return it as a recipient, and its secret part sealed with a passphrase."""
    fingerprint, certificate, secret = sequoia.make_key(name)
    sealed = sealing.seal_with_passphrase(keyring.gpg, secret.encode())
    return Recipient(fingerprint, name, today, certificate), sealed


def begin_resealing(keyring: Keyring) -> None:
    """Remember that every page is to be resealed, until `end_resealing`, whatever comes in between."""
    disk.replace(keyring.state / RESEALING, b"")


def end_resealing(keyring: Keyring) -> None:
    """Forget that pages are to be resealed."""
    disk.remove(keyring.state / RESEALING)


def is_resealing(keyring: Keyring) -> bool:
    """Return whether pages are being resealed, or were when a command was killed."""
    return (keyring.state / RESEALING).exists()
