"""Open sealed bytes under the strict policy: with gpg and a person's key, or with the journal key in this process.

Knows no pages.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sexjournal.errors import Damaged
from sexjournal.openpgp import diagnosis, packets, policy, sequoia
from sexjournal.openpgp.gpg import Gpg
from sexjournal.openpgp.parallel import at_once
from sexjournal.openpgp.recipients import JournalKey, message_and_keys
from sexjournal.openpgp.status import Status


class Opener(Protocol):
    """Opens sealed files of one journal. `slow` means one gpg process for each file."""

    slow: bool

    def open(self, sealed: bytes) -> bytes:
        """Return the text of a sealed file; Damaged unless whole, sealed for the journal, and signed by a recipient."""
        ...

    def open_unsigned(self, message: bytes) -> bytes:
        """Return the text of a bare message from `seal_unsigned`; Damaged when the message does not open."""
        ...


def opener(gpg: Gpg, fingerprint: str, keys: Sequence[JournalKey], certificates: Mapping[str, str]) -> Opener:
    """Return an opener for the files of a journal: with the journal keys, or with gpg where pysequoia is missing.

    `fingerprint` is the key of the device. The first of `keys` is today's. `certificates` are the armored certificates
    of all possible signers, by fingerprint.
    """
    library = sequoia.load_library()
    if library is None:
        return _GpgOpener(gpg, fingerprint, keys, certificates.keys())
    return sequoia.SequoiaOpener(library, keys, certificates)


def open_many(with_: Opener, files: Sequence[bytes]) -> list[bytes | Damaged]:
    """Open sealed files, in this process or with a few gpg at once; return a text or an error for each, in order."""

    def attempt(sealed: bytes) -> bytes | Damaged:
        try:
            return with_.open(sealed)
        except Damaged as error:
            return error

    return at_once(attempt, files) if with_.slow else [attempt(sealed) for sealed in files]


def open_with_gpg(gpg: Gpg, sealed: bytes, fingerprint: str, signers: Collection[str]) -> bytes:
    """Open a sealed file with the person's own key, under the strict policy."""
    status = _gpg_answer(gpg, sealed, fingerprint)
    policy.verify(status, signers)
    return status.data


def open_any_signer(gpg: Gpg, sealed: bytes, fingerprint: str) -> bytes:
    """Open a whole sealed file, whoever signed it: to show the text to the person, never to believe it."""
    status = _gpg_answer(gpg, sealed, fingerprint)
    policy.verify_all_but_signer(status)
    return status.data


def _gpg_answer(gpg: Gpg, sealed: bytes, fingerprint: str) -> Status:
    """Return gpg's answer for a sealed file; raise the reason when gpg did not come to the sealed data."""
    _, message = packets.split(sealed)
    status = gpg.open(message, fingerprint if packets.outline(message).hides_keys else "")
    if not status.has("DECRYPTION_INFO"):
        raise diagnosis.why_not_opened(gpg, fingerprint, message, status)
    return status


class _GpgOpener:
    """Opens with the person's own key, one gpg process for each file."""

    slow = True

    def __init__(self, gpg: Gpg, fingerprint: str, keys: Sequence[JournalKey], signers: Collection[str]) -> None:
        self._gpg, self._fingerprint, self._keys, self._signers = gpg, fingerprint, keys, signers

    def open(self, sealed: bytes) -> bytes:
        message_and_keys(sealed, self._keys)
        return open_with_gpg(self._gpg, sealed, self._fingerprint, self._signers)

    def open_unsigned(self, message: bytes) -> bytes:
        status = self._gpg.open(message)
        if status.code or not status.has("DECRYPTION_OKAY"):  # no recipient is hidden in a file of this device's own
            raise Damaged(policy.DAMAGED_MESSAGE)
        return status.data
