"""The keys of a journal on this device: open and verify the manifest, seal pages, make openers for pages.

Knows journal.asc and the files of trust.py; knows no pages. manifest_update.py and members.py change the manifest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from sexjournal.digest import digest_of
from sexjournal.entry.filename import MANIFEST
from sexjournal.errors import BadInput, Damaged, JournalError
from sexjournal.keys import certificates, coverage, manifest_file
from sexjournal.keys import trust as trust_files
from sexjournal.keys.manifest import Manifest, Recipient, succession_error, unconfirmed_changes
from sexjournal.keys.trust import Trust, certificate_path
from sexjournal.openpgp import opening, packets, sealing
from sexjournal.openpgp.gpg import Gpg
from sexjournal.openpgp.recipients import JournalKey, Recipients

NEVER_TRUSTED = "journal init shows who can read it, and asks"


class Changed(Damaged):
    """The manifest is genuine, with changes that the person has to confirm."""


class Keyring:
    """The manifest in `directory`, and the trust of this device in `state`."""

    def __init__(self, directory: Path, state: Path, gpg: Gpg) -> None:
        self.directory = directory
        self.state = state
        self.gpg = gpg
        self._unlocked: tuple[str, Manifest] | None = None  # digest of the sealed manifest, and the manifest

    @property
    def exists(self) -> bool:
        """Return whether the directory holds a journal."""
        return manifest_file.path_in(self.directory).is_file()

    @property
    def is_trusted(self) -> bool:
        """Return whether this device trusts the journal in the directory."""
        return self.exists and trust_files.load_trust(self.state, manifest_file.digest(self.directory)) is not None

    @cached_property
    def trust(self) -> Trust:
        """Return what this device trusts; BadInput without a journal, or before the person accepted it here."""
        if not self.exists:
            raise BadInput(f"there is no journal in {self.directory}", "journal init makes one")
        trust = trust_files.load_trust(self.state, manifest_file.digest(self.directory))
        if trust is None:
            raise BadInput("this device has not accepted this journal yet", NEVER_TRUSTED)
        return trust

    @property
    def device(self) -> str:
        """Return the fingerprint of the device's own key."""
        return self.trust.device

    @property
    def manifest(self) -> Manifest:
        """Return the trusted manifest, without secret keys."""
        return self.trust.manifest

    @property
    def hides_times(self) -> bool:
        """Return whether commits hide the time of day; False before the journal is trusted, when no commit is made."""
        try:
            return self.manifest.hidden
        except BadInput:
            return False

    def keep(self, trust: Trust) -> None:
        """Trust a manifest from now on, and write the trust to disk."""
        self.trust = trust
        trust_files.store_trust(self.state, trust)

    # the manifest

    def unlock(self) -> Manifest:
        """Open the manifest and compare it with the trusted one; Changed when the person has to confirm a difference.

        An unchanged manifest is opened only once: each opening may cost a touch of a card.
        """
        sealed = manifest_file.read_sealed(self.directory)
        digest = digest_of(sealed)
        if self._unlocked and self._unlocked[0] == digest == self.trust.digest:
            return self._unlocked[1]
        manifest = self.verify(sealed)
        if digest != self.trust.digest:
            refuse_unconfirmed(manifest, self.manifest)
            self.keep(self.trust_of(manifest, self.device, digest))
        self._unlocked = digest, manifest
        return manifest

    def verify(self, sealed: bytes, signers: Collection[str] | None = None) -> Manifest:
        """Return a manifest signed by one of `signers`, by default the current recipients; Damaged otherwise."""
        if signers is None:
            signers = {recipient.fingerprint for recipient in self.manifest.current_recipients}
        try:
            return manifest_file.manifest_in(self._open_verified(manifest_file.bounded(sealed), signers))
        except Damaged as trouble:
            reason = trouble.sentence.removeprefix(f"{MANIFEST} ")
            raise type(trouble)(f"{MANIFEST}: {reason}", trouble.hint or manifest_file.EARLIER) from None

    def _open_verified(self, sealed: bytes, signers: Collection[str]) -> bytes:
        """Open a manifest under the strict policy.

        If verification fails, import the certificates of the expected signers from the manifest and retry once: the
        signer may be a new device, or a device whose key was extended.
        """
        try:
            return opening.open_with_gpg(self.gpg, sealed, self.device, signers)
        except Damaged:
            with suppress(JournalError):  # the signature is not verified yet
                manifest = manifest_file.read_unverified(self.gpg, sealed, self.device)
                self.learn(recipient for recipient in manifest.recipients if recipient.fingerprint in signers)
            return opening.open_with_gpg(self.gpg, sealed, self.device, signers)

    def has_unconfirmed_changes(self) -> bool:
        """Return whether the manifest is damaged, or has changes that the person has to confirm."""
        try:
            self.confirm()
        except Damaged:
            return True
        return False

    def confirm(self) -> None:
        """Before a write, unlock the manifest unless journal.asc is the trusted file; errors as for `unlock`."""
        if manifest_file.digest(self.directory) != self.trust.digest:
            self.unlock()

    def learn(self, recipients: Iterable[Recipient]) -> None:
        """Import certificates into the person's keyring, so that gpg can verify signatures. Set no ownertrust."""
        self.gpg.learn(packets.bare_certificates(recipient.certificate for recipient in recipients))

    def trust_of(self, manifest: Manifest, device: str, digest: str) -> Trust:
        """Write the certificates for gpg, and return the trust in a manifest whose file has this digest."""
        return Trust(device, digest, manifest.without_secret(), self._key_ids(manifest))

    # pages

    def seal(self, data: bytes) -> bytes:
        """Seal for the current recipients and the journal key; retry once when the device's own key changed."""
        try:
            return sealing.seal_signed(self.gpg, data, self.recipients_of(self.trust))
        except sealing.OtherKeys:
            certificates.refresh_own(self)
            return sealing.seal_signed(self.gpg, data, self.recipients_of(self.trust))

    def recipients_of(self, trust: Trust) -> Recipients:
        """Return the recipients for gpg: the device's own key, the certificate files of the others, and all key ids."""
        keys = coverage.recipients(trust.manifest)
        others = tuple(certificate_path(self.state, key) for key in keys if key != trust.device)
        key_ids = tuple(frozenset(trust.key_ids[key]) for key in keys)
        return Recipients(trust.device, others, key_ids, trust.manifest.hidden)

    def opener(self, manifest: Manifest, signers: Iterable[Recipient] = ()) -> opening.Opener:
        """Return an opener for pages signed by `signers`, by default all recipients, removed ones too."""
        trusted = self.trust.key_ids
        key_ids = trusted if manifest.key in trusted else self._key_ids(manifest)
        keys = [
            JournalKey(key.secret, tuple(key_ids[key.fingerprint])) for key in (manifest.as_former(), *manifest.former)
        ]
        return opening.opener(
            self.gpg, self.device, keys, certificates.of_signers(self, signers or manifest.recipients)
        )

    def _key_ids(self, manifest: Manifest) -> dict[str, tuple[str, ...]]:
        """Write the certificates for gpg, and return the ids of the encryption keys in each, by fingerprint."""
        trust_files.write_certificates(self.state, manifest)
        return {
            fingerprint: tuple(sorted(self.gpg.sealing_key_ids(certificate_path(self.state, fingerprint))))
            for fingerprint in trust_files.certificates(manifest)
        }


def refuse_unconfirmed(manifest: Manifest, trusted: Manifest) -> None:
    """Raise Changed when a manifest differs from the trusted manifest in a way that the person has to confirm."""
    for change in (succession_error(manifest, trusted), *unconfirmed_changes(manifest, trusted)):
        if change:
            raise Changed(change, NEVER_TRUSTED)
