"""Change the recipients of the journal: add or remove a recipient, make a key for paper.

After a removal every page is resealed. Until then a file in the state directory marks the unfinished work.
"""

from __future__ import annotations

from dataclasses import replace

from sexjournal.keys import manifest_update
from sexjournal.keys.keyring import Keyring
from sexjournal.keys.manifest import Recipient
from sexjournal.openpgp import sealing, sequoia
from sexjournal.system import disk

RESEALING = "sealing"  # name of the file that marks that pages may be sealed for former keys


def add_recipient(keyring: Keyring, recipient: Recipient) -> None:
    """Let another key open the journal, or update the certificate of a recipient."""
    manifest = keyring.unlock()
    others = [other for other in manifest.recipients if other.fingerprint != recipient.fingerprint]
    manifest_update.write(keyring, manifest.changed(recipients=(*others, with_history(keyring, recipient))))


def with_history(keyring: Keyring, recipient: Recipient) -> Recipient:
    """Return a recipient with the added date and the certificate of the manifest, if the key is listed there."""
    listed = next((other for other in keyring.unlock().recipients if other.fingerprint == recipient.fingerprint), None)
    if listed is None:
        return recipient
    merged = sequoia.merged_certificate(listed.certificate, recipient.certificate)
    return replace(recipient, added=recipient.added if listed.removed else listed.added, certificate=merged)


def remove_recipient(keyring: Keyring, fingerprint: str, today: str) -> None:
    """Remove a recipient, and make a new journal key, unknown to the removed recipient. Pages are resealed later."""
    manifest = keyring.unlock()
    begin_resealing(keyring)
    recipients = tuple(
        replace(recipient, removed=today) if recipient.fingerprint == fingerprint else recipient
        for recipient in manifest.recipients
    )
    key, certificate, secret = sequoia.make_key()
    former = (manifest.as_former(), *manifest.former)
    changes = {"key": key, "certificate": certificate, "secret": secret, "former": former}
    manifest_update.write(keyring, manifest.changed(recipients=recipients, **changes))


def make_paper_key(keyring: Keyring, name: str, today: str) -> tuple[Recipient, bytes]:
    """Make a key to be kept on paper; return the recipient, and the secret key sealed with a passphrase."""
    fingerprint, certificate, secret = sequoia.make_key(name)
    sealed = sealing.seal_with_passphrase(keyring.gpg, secret.encode())
    return Recipient(fingerprint, name, today, certificate), sealed


def begin_resealing(keyring: Keyring) -> None:
    """Mark that every page is to be resealed. The mark survives a crash, and stays until `end_resealing`."""
    disk.replace(keyring.state / RESEALING, b"")


def end_resealing(keyring: Keyring) -> None:
    """Remove the mark that pages are to be resealed."""
    disk.remove(keyring.state / RESEALING)


def is_resealing(keyring: Keyring) -> bool:
    """Return whether pages are still to be resealed, after a killed command for example."""
    return (keyring.state / RESEALING).exists()
