"""Replace the manifest: create the first, accept the manifest of another device, write, stage, join.

A staged manifest is trusted, and stays pending until journal.asc has the digest, so that a crash in between is safe.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sexjournal.digest import digest_of
from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import Damaged
from sexjournal.keys import manifest_file
from sexjournal.keys import trust as trust_files
from sexjournal.keys.keyring import NEVER_TRUSTED, Keyring
from sexjournal.keys.manifest import Manifest, Recipient, merge_manifests
from sexjournal.keys.trust import Trust
from sexjournal.openpgp import opening, sealing, sequoia
from sexjournal.system import disk


def create_manifest(keyring: Keyring, device: Recipient, names: str, clear: Iterable[str]) -> Manifest:
    """Make the first manifest of a journal, with a new journal key, sealed for this device's own key."""
    disk.private_directory(keyring.directory)
    key, certificate, secret = sequoia.make_key()
    manifest = Manifest(1, names, tuple(clear), (device,), key, certificate, secret)
    write(keyring, manifest, device.fingerprint)
    return manifest


def accept_manifest(keyring: Keyring, manifest: Manifest, device: str) -> None:
    """Trust the manifest that the person confirmed; Damaged unless journal.asc holds it, signed by a current recipient.

    gpg learns the keys of the other devices, and can verify signatures of the other devices then.
    """
    sealed = manifest_file.read_sealed(keyring.directory)
    keyring.learn(manifest.current_recipients)
    signers = [recipient.fingerprint for recipient in manifest.current_recipients]
    if manifest_file.manifest_in(opening.open_with_gpg(keyring.gpg, sealed, device, signers)) != manifest:
        raise Damaged(f"{MANIFEST} changed meanwhile", NEVER_TRUSTED)
    keyring.keep(keyring.trust_of(manifest, device, digest_of(sealed)))


def write(keyring: Keyring, manifest: Manifest, device: str = "") -> None:
    """Seal a manifest made here, and replace journal.asc.

    The manifest is staged first: after a crash in between, the device still trusts the new journal.asc.
    """
    trust, sealed = _sealed(keyring, manifest, device or keyring.device)
    trust_files.stage_trust(keyring.state, trust)
    disk.replace(manifest_file.path_in(keyring.directory), sealed)
    keyring.keep(trust)


def stage(keyring: Keyring, manifest: Manifest, sealed: bytes) -> None:
    """Trust the manifest in sealed bytes from now on; the trust stays pending until journal.asc has the digest."""
    _stage(keyring, keyring.trust_of(manifest, keyring.device, digest_of(sealed)))


def join(keyring: Keyring, base: Manifest, local: Manifest, remote: Manifest) -> tuple[Manifest, bytes]:
    """Merge two manifests that were changed at once and stage the result; return the manifest and the sealed bytes."""
    manifest = merge_manifests(base, local, remote, sequoia.make_key, sequoia.merged_certificate)
    trust, sealed = _sealed(keyring, manifest, keyring.device)
    _stage(keyring, trust)
    return manifest, sealed


def finish_staged(keyring: Keyring) -> None:
    """End the pending state of a staged manifest, if journal.asc has the digest now."""
    if manifest_file.digest(keyring.directory) == keyring.trust.digest:
        keyring.keep(keyring.trust)


def _stage(keyring: Keyring, trust: Trust) -> None:
    keyring.learn(trust.manifest.current_recipients)
    keyring.trust = trust
    trust_files.stage_trust(keyring.state, trust)


def _sealed(keyring: Keyring, manifest: Manifest, device: str) -> tuple[Trust, bytes]:
    """Return the trust in a manifest made here, and the sealed manifest."""
    trust = keyring.trust_of(manifest, device, digest="")
    sealed = sealing.seal_signed(keyring.gpg, manifest.compose().encode(), keyring.recipients_of(trust))
    return replace(trust, digest=digest_of(sealed)), sealed
