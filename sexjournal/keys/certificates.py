"""Certificates of recipients: the current one of this device, and the certificates that verify signatures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sexjournal.keys import trust as trust_files
from sexjournal.openpgp import sequoia

if TYPE_CHECKING:
    from sexjournal.keys.keyring import Keyring
    from sexjournal.keys.manifest import Manifest, Recipient


def refresh_own(keyring: Keyring) -> bool:
    """Take a new expiry or subkey of the device's own key over from gpg. Return whether the certificate changed."""
    manifest = with_own(keyring, keyring.manifest)
    if manifest == keyring.manifest:
        return False
    keyring.keep(keyring.trust_of(manifest, keyring.device, keyring.trust.digest))
    return True


def with_own(keyring: Keyring, manifest: Manifest) -> Manifest:
    """Return the manifest with the current certificate of the device's own key, merged with the listed certificate."""
    current = keyring.gpg.certificate(keyring.device)

    def renewed(recipient: Recipient) -> Recipient:
        if recipient.fingerprint != keyring.device:
            return recipient
        return replace(recipient, certificate=sequoia.merged_certificate(recipient.certificate, current))

    return replace(manifest, recipients=tuple(map(renewed, manifest.recipients)))


def of_signers(keyring: Keyring, signers: Iterable[Recipient]) -> dict[str, str]:
    """Return the armored certificates of signers by fingerprint; for the device's own key, the one trusted now."""
    by_signer = {signer.fingerprint: signer.certificate for signer in signers}
    if own := by_signer.get(keyring.device):
        current = trust_files.certificates(keyring.manifest).get(keyring.device, own)
        by_signer[keyring.device] = sequoia.merged_certificate(own, current)
    return by_signer
