"""Put another manifest in place: create the first, accept one of another device, write, stage.

A staged manifest is trusted from now on, and pending until journal.asc has its digest, so that a crash between the two
is safe.
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
from sexjournal.keys.manifest import Manifest, Recipient, joined
from sexjournal.keys.trust import Trust
from sexjournal.openpgp import opening, sequoia
from sexjournal.system import disk


def create(keyring: Keyring, device: Recipient, names: str, clear: Iterable[str]) -> Manifest:
    """Make the first manifest of a journal, with a new journal key, sealed for this device."""
    disk.private_directory(keyring.directory)
    key, certificate, secret = sequoia.make_key()
    manifest = Manifest(1, names, tuple(clear), (device,), key, certificate, secret)
    write(keyring, manifest, device.fingerprint)
    return manifest


def accept(keyring: Keyring, manifest: Manifest, device: str) -> None:
    """Trust the manifest in the directory as the person confirmed it; Damaged unless a current recipient signed it.

    gpg learns the keys of the other devices, so that it can verify their signatures.
    """
    sealed = manifest_file.read(keyring.directory)
    keyring.learn(manifest.current_recipients)
    signers = [recipient.fingerprint for recipient in manifest.current_recipients]
    if manifest_file.parse(opening.open_with_gpg(keyring.gpg, sealed, device, signers)) != manifest:
        raise Damaged(f"{MANIFEST} changed meanwhile", NEVER_TRUSTED)
    keyring.keep(keyring.trust_of(manifest, device, digest_of(sealed)))


def write(keyring: Keyring, manifest: Manifest, device: str = "") -> None:
    """Seal a manifest of this device's making and replace journal.asc with it.

    It is staged first, so that a device that is killed in between knows the manifest as its own.
    """
    trust, sealed = _sealed(keyring, manifest, device or keyring.device)
    trust_files.stage(keyring.state, trust)
    disk.replace(manifest_file.path_in(keyring.directory), sealed)
    keyring.keep(trust)


def stage(keyring: Keyring, manifest: Manifest, sealed: bytes) -> None:
    """Trust the manifest in these sealed bytes from now on; it stays pending until journal.asc has its digest."""
    _stage(keyring, keyring.trust_of(manifest, keyring.device, digest_of(sealed)))


def join(keyring: Keyring, base: Manifest, ours: Manifest, theirs: Manifest) -> tuple[Manifest, bytes]:
    """Return the manifest that follows two that were changed at once, and its sealed bytes; it is staged."""
    manifest = joined(base, ours, theirs, sequoia.make_key, sequoia.merged_certificate)
    trust, sealed = _sealed(keyring, manifest, keyring.device)
    _stage(keyring, trust)
    return manifest, sealed


def finish_staged(keyring: Keyring) -> None:
    """End the pending state of a staged manifest, if journal.asc has its digest now."""
    if manifest_file.digest(keyring.directory) == keyring.trust.digest:
        keyring.keep(keyring.trust)


def _stage(keyring: Keyring, trust: Trust) -> None:
    keyring.learn(trust.manifest.current_recipients)
    keyring.trust = trust
    trust_files.stage(keyring.state, trust)


def _sealed(keyring: Keyring, manifest: Manifest, device: str) -> tuple[Trust, bytes]:
    """Return the trust in a manifest of this device's making, and its sealed bytes."""
    trust = keyring.trust_of(manifest, device, digest="")
    sealed = keyring.seal_for(trust, manifest.compose().encode())
    return replace(trust, digest=digest_of(sealed)), sealed
